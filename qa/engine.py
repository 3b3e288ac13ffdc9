"""`Engine.ask(question, history)`: the one way from a question to an answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from index import (
    Archive,
    ArchiveBusy,
    ArchiveDamaged,
    Encoder,
    EncoderError,
    Filter,
    check_encoder,
    current_generation,
    fold,
    load_encoder,
)
from qa import cite
from qa.examples import examples
from qa.extract import Candidate, Reader, cut
from qa.kinds import Kind
from qa.listing import list_articles
from qa.question import Question, understand
from qa.retrieve import retrieve
from qa.types import Answer, Claim, Hit

if TYPE_CHECKING:
    from qa.crossencoder import CrossReranker

logger = logging.getLogger(__name__)

NOT_FOUND = "未在资料中找到"
NOT_FOUND_FOREIGN = "未在资料中找到 (not found in the archive)"

HITS = 20
TRIED = 8
"""Sentences tried before a refusal: the best may lack the kind of answer asked for (a name, a number) and the next hold it."""

EXAMPLES_FROM = 40
"""Articles that example questions are made of: enough for a handful from any archive, asked in well under a second."""

NEAREST = 3
"""Passages offered with a refusal."""

RETRY = 5.0
"""Seconds after which a generation that could not be opened is tried again: somebody may have repaired it."""


@dataclass(frozen=True)
class Serving:
    """What questions are answered from: one generation and the encoder that embedded it."""

    archive: Archive
    encoder: Encoder

    @cached_property
    def reporters(self) -> dict[str, str]:
        """The names in this generation's bylines by their folded forms; read once, however many are asked about."""
        names: dict[str, str] = {}
        for name in self.archive.bylines():
            names.setdefault(fold(name), name)
        return names

    def understand(self, text: str, history: Sequence[str] = ()) -> Question:
        """A question to this generation."""
        return understand(text, history=history, reporters=lambda: self.reporters, wordlist=self.archive.wordlist)


class Engine:
    """Answers questions from one archive; several threads may ask at once.

    A build that finishes is noticed at the next question, with the encoder it used: an answer is made from one
    generation, never from two. A new generation that is damaged is not served: answers go on from the one before.

    `reranker` puts what retrieval found in an order of its own, at its own price.

    :raises ArchiveError: if there is no archive in `home`, it is damaged, or another encoder than `encoder` built it.
    :raises EncoderError: if the encoder named in the archive cannot be loaded.
    """

    def __init__(self, home: Path, encoder: Encoder | None = None, reranker: CrossReranker | None = None) -> None:
        self.home = home
        self._given = encoder
        self._reranker = reranker
        self._lock = threading.Lock()
        self._serving = self._open(None)
        self._unusable = (0, 0.0)  # a generation that could not be opened, and when it is tried again
        self._examples: tuple[int, int, list[str]] = (0, 0, [])

    @property
    def serving(self) -> Serving:
        """The current generation. Questions under way keep the one they began with; it closes with the last of them."""
        with self._lock:
            generation = current_generation(self.home)
            if generation is not None and generation != self._serving.archive.generation:
                self._switch(generation)
            return self._serving

    def _switch(self, generation: int) -> None:
        known, until = self._unusable
        if generation == known and time.monotonic() < until:
            return
        try:
            self._serving = self._open(self._serving.encoder)
        except (ArchiveBusy, ArchiveDamaged, EncoderError) as error:
            self._unusable = generation, time.monotonic() + RETRY
            if generation != known:
                logger.warning("answers go on from generation %d: %s", self._serving.archive.generation, error)

    @property
    def archive(self) -> Archive:
        """The archive of the current generation."""
        return self.serving.archive

    @property
    def encoder(self) -> Encoder:
        """The encoder of the current generation."""
        return self.serving.encoder

    def _open(self, loaded: Encoder | None) -> Serving:
        archive = Archive.open(self.home)
        encoder = self._given or loaded
        if self._given is None and (encoder is None or encoder.fingerprint != archive.manifest.encoder.fingerprint):
            encoder = load_encoder(archive.manifest.encoder.name)
        assert encoder is not None
        check_encoder(archive.manifest, encoder)
        return Serving(archive, encoder)

    def search(self, text: str, *, k: int = 10, where: Filter | None = None) -> list[Hit]:
        """The `k` best passages for words or a question.

        :raises UsageError: if the text is empty.
        """
        serving = self.serving
        return self._hits(serving, understand(text, wordlist=serving.archive.wordlist), k=k, where=where)

    def ask(
        self, text: str, history: Sequence[str] = (), *, id: str | None = None, where: Filter | None = None
    ) -> Answer:
        """Answer a question, from the articles that satisfy `where`. `history` are the earlier questions of the
        conversation, oldest first.

        :raises UsageError: if the question is empty.
        """
        began = time.perf_counter()
        serving = self.serving
        question = serving.understand(text, history)
        answer = self._answer(serving, question, where)
        seconds = round(time.perf_counter() - began, 4)
        shown = text.encode("utf-8", "replace").decode()  # half a surrogate pair could be written nowhere
        return replace(answer, question=shown, understood=question.understood, id=id, seconds=seconds)

    def examples(self, n: int = 4) -> list[str]:
        """Up to `n` questions made of the archive's own headlines, each of which it answers; kept for a generation."""
        archive = self.archive
        generation, most, found = self._examples
        if generation != archive.generation or most < n:
            found = examples(archive.longest_articles(EXAMPLES_FROM), self.ask, n)
            self._examples = archive.generation, n, found
        return found[:n]

    def _answer(self, serving: Serving, question: Question, where: Filter | None) -> Answer:
        archive = serving.archive
        if question.kind is Kind.ARTICLES:
            listed = list_articles(archive, question, where)
            return listed or self._refuse(archive, question, self._hits(serving, question, where=where))
        if question.parts:
            asked = [serving.understand(part) for part in question.parts]
            parts = [self._claim(serving, part, self._hits(serving, part, where=where)) for part in asked]
            whole = cite.compose(archive, question.text, [part for part in parts if part]) if all(parts) else None
            if whole is not None:
                return whole
        hits = self._hits(serving, question, where=where)
        claim = self._claim(serving, question, hits)
        answer = cite.compose(archive, question.text, [claim]) if claim else None
        return answer or self._refuse(archive, question, hits)

    def _hits(self, serving: Serving, question: Question, *, k: int = HITS, where: Filter | None = None) -> list[Hit]:
        return retrieve(serving.archive, serving.encoder, question, k=k, where=where, reranker=self._reranker)

    def _claim(self, serving: Serving, question: Question, hits: Sequence[Hit]) -> Claim | None:
        """The quote that answers, or None."""
        reader = Reader(serving.archive, serving.encoder, question)
        for candidate in reader.candidates(hits)[:TRIED]:
            if candidate.answers():
                return _claim_of(candidate, question, reader.rarity)
        return None

    def _refuse(self, archive: Archive, question: Question, hits: Sequence[Hit]) -> Answer:
        nearest = []
        for hit in hits[:NEAREST]:
            start, end = cite.trim(hit.article.text, hit.passage.start, hit.passage.end)
            if start < end:
                nearest.append(Claim(cite.cite(hit.article, hit.passage.id, start, end)))
        offered = cite.compose(archive, question.text, nearest)
        return Answer(
            question=question.text,
            answer=NOT_FOUND if question.chinese else NOT_FOUND_FOREIGN,
            refused=True,
            citations=offered.citations if offered else (),
        )


def _claim_of(candidate: Candidate, question: Question, rarity: Mapping[str, float]) -> Claim:
    article = candidate.hit.article
    low, high = cut(candidate, question, rarity)
    start, end = cite.trim(article.text, low, high)
    short = tuple(article.text[a:b] for a, b in candidate.short if start <= a and b <= end)
    citation = cite.cite(article, candidate.hit.passage.id, start, end)
    return Claim(citation, short, (low > candidate.start, high < candidate.end))
