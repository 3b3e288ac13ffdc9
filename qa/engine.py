"""`Engine.ask(question, history)`: the one way from a question to an answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
    load_encoder,
)
from qa.answering import Answering
from qa.examples import examples
from qa.question import understand
from qa.reader import load_reader
from qa.serving import Serving
from qa.types import Answer, Hit

if TYPE_CHECKING:
    from qa.crossencoder import CrossReranker
    from qa.writer import Writer

logger = logging.getLogger(__name__)

EXAMPLES_FROM = 40
"""Articles that example questions are made of: enough for a handful from any archive, asked in well under a second."""

RETRY = 5.0
"""Seconds after which a generation that could not be opened is tried again: somebody may have repaired it."""


class Engine:
    """Answers questions from one archive; several threads may ask at once.

    A build that finishes is noticed at the next question, with the encoder it used: an answer is made from one
    generation, never from two. A new generation that is damaged is not served: answers go on from the one before.

    `reranker` puts what retrieval found in an order of its own, at its own price. `writer` has a model write the answer,
    whose sentences are checked; wherever that fails the extractive answer stands.

    :raises ArchiveError: if there is no archive in `home`, it is damaged, or another encoder than `encoder` built it.
    :raises EncoderError: if the encoder named in the archive cannot be loaded.
    """

    def __init__(
        self,
        home: Path,
        encoder: Encoder | None = None,
        reranker: CrossReranker | None = None,
        writer: Writer | None = None,
    ) -> None:
        self.home = home
        self.writer = writer
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
        return Serving(archive, encoder, load_reader())

    def search(self, text: str, *, k: int = 10, where: Filter | None = None) -> list[Hit]:
        """The `k` best passages for words or a question.

        :raises UsageError: if the text is empty.
        """
        serving = self.serving
        question = understand(text, wordlist=serving.archive.wordlist)
        return Answering(serving, where, self._reranker).hits(question, k=k)

    def ask(
        self, text: str, history: Sequence[str] = (), *, id: str | None = None, where: Filter | None = None
    ) -> Answer:
        """Answer a question, from the articles that satisfy `where`. `history` are the earlier questions of the
        conversation, oldest first.

        :raises UsageError: if the question is empty.
        """
        *_, answer = self.stream(text, history, where=where)
        return replace(answer, id=id)

    def stream(
        self, text: str, history: Sequence[str] = (), *, where: Filter | None = None, written: bool = True
    ) -> Iterator[Answer]:
        """The extractive answer and, with a writer, the states of the written one after it; the last one counts. Without
        `written` the writer is left out.

        :raises UsageError: if the question is empty.
        """
        began = time.perf_counter()
        serving = self.serving
        answering = Answering(serving, where, self._reranker)
        question = answering.understand(text, history)
        states = self.writer.states(answering, question, text, history) if self.writer and written else None
        for answer in states or [replace(answering.answer(question), understood=question.understood)]:
            seconds = round(time.perf_counter() - began, 4)
            shown = text.encode("utf-8", "replace").decode()  # half a surrogate pair could be written nowhere
            yield replace(answer, question=shown, seconds=seconds)

    def examples(self, n: int = 4) -> list[str]:
        """Up to `n` questions made of the archive's own headlines, each of which it answers; kept for a generation."""
        archive = self.archive
        generation, most, found = self._examples
        if generation != archive.generation or most < n:
            found = examples(archive.longest_articles(EXAMPLES_FROM), self._extracted, n)
            self._examples = archive.generation, n, found
        return found[:n]

    def _extracted(self, text: str) -> Answer:
        return next(self.stream(text, written=False))
