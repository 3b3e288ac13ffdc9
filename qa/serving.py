"""What questions are answered from: one generation of the archive and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from index import Archive, Encoder, fold
from qa.followup import Answered
from qa.mentioning import newest_day
from qa.question import Question, tidy, understand
from qa.reader import SpanReader
from qa.typos import Meant, meant


@dataclass(frozen=True)
class Serving:
    """What questions are answered from: one generation and the encoder that embedded it."""

    archive: Archive
    encoder: Encoder
    reader: SpanReader

    @cached_property
    def reporters(self) -> dict[str, str]:
        """The names in this generation's bylines by their folded forms; read once, however many are asked about."""
        names: dict[str, str] = {}
        for name in self.archive.bylines():
            names.setdefault(fold(name), name)
        return names

    @cached_property
    def newest(self) -> str | None:
        """The newest day of this generation's articles, from which "去年" is counted; read once."""
        return newest_day(self.archive)

    def understand(self, text: str, history: Sequence[str] = (), answered: Answered = lambda _: "") -> Question:
        """A question to this generation, with a misspelt word as the archive writes it. `answered` gives the exact answer to
        the earlier question of a number, for a pronoun that means it."""
        spelled = self._spelled(text)
        question = understand(
            spelled.text if spelled else text,
            history=[earlier.text if (earlier := self._spelled(asked)) else asked for asked in history],
            reporters=lambda: self.reporters,
            wordlist=self.archive.wordlist,
            newest=lambda: self.newest,
            answered=answered,
        )
        if spelled is None:
            return question
        read = f"（按“{spelled.meant}”理解）" if question.chinese else f" (read as {spelled.meant})"
        return replace(question, understood=f"{question.understood or question.text}{read}")

    def _spelled(self, text: str) -> Meant | None:
        return meant(self.archive, tidy(text), self.reporters)
