"""Passages that have no vector get one: that of the same text, if it is known, or else from the encoder."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ..errors import EncoderError
from .catalogue import Catalogue
from .embeddings import Embeddings, Stored
from .generations import BEGINNING, End
from .pace import Pace
from .rows import Fresh

if TYPE_CHECKING:
    from ..encode import Encoder

# Texts are embedded and kept in batches of about this many seconds, so that little is lost at a kill and progress
# moves. The batch grows up to the last size, at which a static encoder is at full speed, and shrinks down to the first:
# a large transformer takes a second for one text.
_BATCH_SECONDS = 1.0
_FIRST_BATCH, _LAST_BATCH = 8, 4096


class Embedder:
    """Keeps up with what is stored in a catalogue."""

    def __init__(self, catalogue: Catalogue, encoder: Encoder, pace: Pace) -> None:
        self._catalogue = catalogue
        self._encoder = encoder
        self._pace = pace
        self._size = _FIRST_BATCH
        self._embeddings = Embeddings(catalogue.connection, encoder.fingerprint)
        self._reached = catalogue.last_row
        self.encoded = 0

    def catch_up(self) -> None:
        """Embed what was stored since the last call, or since this began.

        :raises EncoderError: if the encoder gives something else than one finite vector of its dimension for each text.
        """
        fresh = self._catalogue.take_fresh()
        beyond = replace(BEGINNING, passage=self._reached)
        self._embed(self._embeddings.missing(beyond) if fresh is None else iter(fresh))
        self._reached = self._catalogue.last_row

    def complete(self, beyond: End) -> None:
        """Embed all that has no vector beyond the end of a generation.

        :raises EncoderError: as `catch_up`.
        """
        missing = self._embeddings.count_missing(beyond)
        if missing:
            self._pace.begin("encode", missing)
            self._embed(self._embeddings.missing(beyond), tell=True)

    def _embed(self, waiting: Iterator[Stored | Fresh], *, tell: bool = False) -> None:
        done = 0
        while batch := list(islice(waiting, self._size)):
            started = time.perf_counter()
            with self._catalogue.together():
                self._give(batch)
            done += len(batch)
            self._pace.passed(len(batch))
            if tell:
                self._pace.at(done)
            else:
                self._pace.again()
            seconds = time.perf_counter() - started
            if seconds < _BATCH_SECONDS / 2:
                self._size = min(2 * self._size, _LAST_BATCH)
            elif seconds > 2 * _BATCH_SECONDS:
                self._size = max(self._size // 2, _FIRST_BATCH)

    def _give(self, batch: Sequence[Stored | Fresh]) -> None:
        spare = self._catalogue.spare
        known = {passage.row: spare[passage.digest] for passage in batch if passage.digest in spare}
        taken = self._embeddings.take_over(known) if known else set[int]()
        rows = [passage for passage in batch if passage.row not in taken]
        texts = {passage.digest: passage.embedded for passage in rows}
        if not texts:
            return
        encoder = self._encoder
        vectors = encoder.encode(list(texts.values()))
        if vectors.shape != (len(texts), encoder.dimension) or not np.isfinite(vectors).all():
            raise EncoderError(
                f"encoder {encoder.name}: gave vectors of shape {vectors.shape} for {len(texts)} texts of dimension "
                f"{encoder.dimension}, or numbers that are not finite. Build with another --encoder."
            )
        self.encoded += len(texts)
        place = {digest: number for number, digest in enumerate(texts)}
        self._embeddings.put([passage.row for passage in rows], vectors[[place[passage.digest] for passage in rows]])
