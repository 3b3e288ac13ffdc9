"""`Engine.ask(question, history)`: the one way from a question to an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from index import Archive, Encoder, Filter, check_encoder, current_generation, load_encoder
from qa import cite
from qa.examples import examples
from qa.extract import Candidate, Reader, cut
from qa.kinds import Kind
from qa.listing import list_articles
from qa.question import Question, understand
from qa.retrieve import retrieve
from qa.types import Answer, Citation, Hit

NOT_FOUND = "未在资料中找到"
NOT_FOUND_FOREIGN = "未在资料中找到 (not found in the archive)"

HITS = 20
TRIED = 8
"""Sentences tried before a refusal: the best may lack the kind of answer asked for (a name, a number) and the next hold it."""

NEAREST = 3
"""Passages offered with a refusal."""


class Engine:
    """Answers questions from one archive; several threads may ask at once.

    A build that finishes is noticed at the next question: an answer is made from one generation, never from two.

    :raises ArchiveError: if there is no archive in `home`, it is damaged, or another encoder built it.
    :raises EncoderError: if the encoder named in the archive cannot be loaded.
    """

    def __init__(self, home: Path, encoder: Encoder | None = None) -> None:
        self.home = home
        archive = Archive.open(home)
        self.encoder = encoder or load_encoder(archive.manifest.encoder.name)
        check_encoder(archive.manifest, self.encoder)
        self._archive = archive
        self._lock = threading.Lock()
        self._examples: tuple[int, int, list[str]] = (0, 0, [])

    @property
    def archive(self) -> Archive:
        """The current generation."""
        with self._lock:
            generation = current_generation(self.home)
            if generation is not None and generation != self._archive.generation:
                archive = Archive.open(self.home)
                check_encoder(archive.manifest, self.encoder)
                # Questions under way keep the old one; it closes when the last of them lets go of it.
                self._archive = archive
            return self._archive

    def search(self, text: str, *, k: int = 10, where: Filter | None = None) -> list[Hit]:
        """The `k` best passages for words or a question.

        :raises UsageError: if the text is empty or too long.
        """
        question = understand(text)
        return retrieve(self.archive, self.encoder, question.text, question.terms, k=k, where=where)

    def ask(self, text: str, history: Sequence[str] = (), *, id: str | None = None) -> Answer:
        """Answer a question. `history` are the earlier questions of the conversation, oldest first.

        :raises UsageError: if the question is empty or too long.
        """
        began = time.perf_counter()
        archive = self.archive
        question = understand(text, history=history, bylines=archive.bylines())
        answer = self._answer(archive, question)
        return replace(
            answer, question=text, understood=question.understood, id=id, seconds=round(time.perf_counter() - began, 4)
        )

    def examples(self, n: int = 4) -> list[str]:
        """Up to `n` questions made of the archive's own headlines, each of which it answers; kept for a generation."""
        archive = self.archive
        if self._examples[:2] != (archive.generation, n):
            self._examples = archive.generation, n, examples(archive.articles(), self.ask, n)
        return self._examples[2]

    def _answer(self, archive: Archive, question: Question) -> Answer:
        if question.kind is Kind.ARTICLES:
            answer = list_articles(archive, question)
            if answer is not None:
                return answer
            return self._refuse(archive, question, self._hits(archive, question))
        if question.parts:
            parts = [self._answer(archive, understand(part)) for part in question.parts]
            if not any(part.refused for part in parts):
                return _join(question, parts)
        hits = self._hits(archive, question)
        reader = Reader(archive, self.encoder, question)
        candidates = reader.candidates(hits)
        for candidate in candidates[:TRIED]:
            if candidate.answerable:
                answer = self._quote(archive, question, candidate, reader.rarity)
                if answer is not None:
                    return answer
        return self._refuse(archive, question, hits)

    def _hits(self, archive: Archive, question: Question) -> list[Hit]:
        return retrieve(archive, self.encoder, question.text, question.terms, k=HITS)

    def _quote(
        self, archive: Archive, question: Question, candidate: Candidate, rarity: Mapping[str, float]
    ) -> Answer | None:
        article = candidate.hit.article
        low, high = cut(candidate, question, rarity)
        start, end = cite.trim(article.text, low, high)
        (citation,) = cite.number(archive, [cite.cite(article, candidate.hit.passage.id, start, end)])
        if citation is None:
            return None
        short = tuple(dict.fromkeys(article.text[a:b] for a, b in candidate.short if start <= a and b <= end))
        left = "……" if low > candidate.start else ""
        right = "……" if high < candidate.end else ""
        return Answer(
            question=question.text,
            answer=f"{left}{citation.quote.replace(chr(10), '')}{right}[1]",
            short=short,
            citations=(citation,),
        )

    def _refuse(self, archive: Archive, question: Question, hits: Sequence[Hit]) -> Answer:
        nearest = []
        for hit in hits[:NEAREST]:
            start, end = cite.trim(hit.article.text, hit.passage.start, hit.passage.end)
            if start < end:
                nearest.append(cite.cite(hit.article, hit.passage.id, start, end))
        return Answer(
            question=question.text,
            answer=NOT_FOUND if question.chinese else NOT_FOUND_FOREIGN,
            refused=True,
            citations=tuple(c for c in cite.number(archive, nearest) if c),
        )


def _join(question: Question, parts: Sequence[Answer]) -> Answer:
    """The answers of a comparison's parts as one, citations renumbered."""
    lines: list[str] = []
    citations: list[Citation] = []
    for part in parts:
        text = part.answer
        for citation in part.citations:
            citations.append(replace(citation, n=len(citations) + 1))
            text = text.replace(f"[{citation.n}]", f"[{len(citations)}]")
        lines.append(text)
    return Answer(
        question=question.text,
        answer="\n".join(lines),
        short=tuple(short for part in parts for short in part.short),
        citations=tuple(citations),
    )
