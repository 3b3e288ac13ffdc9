"""Nearest passages by vector: how a generation's vectors are searched and how the next generation's are written.

Inner product of unit vectors is their cosine. What was added lately is searched exactly; of the large base, codes find
candidates, and their vectors decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from .lexical import link_or_copy
from .neighbours import SAMPLE, Codes, Flat, decode, subquantizers
from .vectorfiles import (
    HALF,
    ROW,
    Meta,
    damaged,
    digest,
    read_flat_rows,
    read_live,
    read_meta,
    write_live,
    write_meta,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# Up to here exact search takes half a millisecond on one thread (256 numbers), beyond it codes are faster.
LARGEST_EXACT = 1 << 15
# What was added to a base is rewritten in each generation and searched exactly: 16 thousand are 8 MB and 0.2 ms.
LARGEST_DELTA = 1 << 14
# Removed rows are still scanned and still on the disk: above this share of the base it is written anew.
LARGEST_DEAD_SHARE = 0.1
# Candidates by codes of which the vectors are compared. Of a million passages 600 hold .995 of a headline's true ten, but
# .89 of those of a question about something else, to which a thousand passages are alike; 2,000 hold all and .965.
CANDIDATES, CANDIDATES_EACH = 2000, 40
# A filter of so many rows is answered by comparing all of them, in about 2 ms.
FEW_ROWS = 2000
_BATCH = 1 << 15


class VectorIndex:
    """Search over the vectors of one generation. Safe for use from several threads."""

    def __init__(self, folder: Path, meta: Meta) -> None:
        self._meta = meta
        self._flat_rows = read_flat_rows(folder, meta)
        self._flat_vectors = np.fromfile(folder / "flat.vectors", HALF).reshape(meta.flat, meta.dimension)
        self._flat = Flat(self._flat_vectors)
        self._base_rows = np.zeros(0, ROW)
        self._base_vectors = np.zeros((0, meta.dimension), HALF)
        self._live = np.zeros(0, np.bool_)
        self._codes: Codes | None = None
        if meta.base:
            self._base_rows = np.asarray(np.memmap(folder / "base.rows", ROW, "r"))
            vectors = np.memmap(folder / "base.vectors", HALF, "r", shape=(meta.base, meta.dimension))
            self._base_vectors = np.asarray(vectors)
            self._live = read_live(folder, meta)
            codes = np.fromfile(folder / "base.codes", np.uint8)
            if digest(codes.data) != meta.codes_digest:
                raise damaged(folder, "base.codes does not match its checksum")
            self._codes = Codes.from_bytes(codes)

    @classmethod
    def open(cls, folder: Path) -> VectorIndex:
        """Open the vectors of a generation.

        The base is mapped, but for its codes; sizes are checked for all files, digests where a wrong bit could do
        more than change a score.

        :raises ArchiveDamaged: if a file is missing or not as it was written.
        """
        meta = read_meta(folder)
        try:
            return cls(folder, meta)
        except OSError as error:
            raise damaged(folder, f"cannot be read ({error.strerror})") from error

    @property
    def count(self) -> int:
        """The number of vectors."""
        return self._meta.live + self._meta.flat

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return self._meta.dimension

    @property
    def kind(self) -> str:
        """How the vectors are searched, as a FAISS factory string; "SQfp16" is exact."""
        if self._codes is None:
            return "SQfp16"
        return f"IVF1,PQ{subquantizers(self.dimension)}x4fs,Refine(SQfp16)"

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rows held, ascending."""
        return np.concatenate([self._base_rows[self._live], self._flat_rows])

    def search(self, vector: ArrayLike, k: int, *, allowed: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """The `k` nearest passages as (row, cosine), best first, ties by row; fewer only if there are no more.

        A zero vector says nothing about its text and finds nothing. `allowed` restricts rows.

        :raises ValueError: if the vector's dimension does not fit.
        """
        query = self._query(vector)
        if k <= 0 or not self.count or not query.any():
            return []
        if allowed is not None and len(allowed) <= FEW_ROWS:
            base, flat = self._places(allowed)
        else:
            base, flat = self._near_base(query, k, allowed), self._near_flat(query, k, allowed)
        rows, scores = self._score(query, base, flat)
        best = np.lexsort((rows, -scores))[:k]
        return list(zip(rows[best].tolist(), scores[best].tolist(), strict=True))

    def scores(self, vector: ArrayLike, rows: Sequence[int] | NDArray[np.int64]) -> dict[int, float]:
        """The cosine of each of `rows` to `vector`, the same as `search` gives; rows not held are left out.

        :raises ValueError: if the vector's dimension does not fit.
        """
        query = self._query(vector)
        found, scores = self._score(query, *self._places(rows))
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def _places(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where those of `rows` that are held stand, in the base and in the flat part."""
        wanted = np.unique(np.asarray(rows, dtype=np.int64))
        base = _places(self._base_rows, wanted)
        return base[self._live[base]], _places(self._flat_rows, wanted)

    def _near_base(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> NDArray[np.int64]:
        if self._codes is None:
            return np.zeros(0, np.int64)
        mask = None if self._meta.live == self._meta.base else self._live
        if allowed is not None:
            mask = self._live & np.isin(self._base_rows, allowed)
        limit = min(max(CANDIDATES, CANDIDATES_EACH * k), self._meta.base)
        return self._codes.candidates(query, limit, mask)

    def _near_flat(self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> NDArray[np.int64]:
        mask = None if allowed is None else np.isin(self._flat_rows, allowed)
        return self._flat.nearest(query, k, mask)

    def _score(
        self, query: NDArray[np.float32], base: NDArray[np.int64], flat: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the vectors in these places."""
        halves = np.concatenate([self._base_vectors[base], self._flat_vectors[flat]])
        # Not by matrix product: its last bits depend on how many vectors there are, and two threads may share it.
        scores: NDArray[np.float32] = np.einsum("ij,j->i", decode(halves), query)
        return np.concatenate([self._base_rows[base], self._flat_rows[flat]]), scores

    def _query(self, vector: ArrayLike) -> NDArray[np.float32]:
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(-1)
        if len(query) != self.dimension:
            raise ValueError(f"a vector of {len(query)} numbers for an index of dimension {self.dimension}")
        return query


def _places(held: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where those of `wanted` that are held stand; both ascend."""
    places = np.searchsorted(held, wanted)
    inside = places < len(held)
    places, wanted = places[inside], wanted[inside]
    found: NDArray[np.int64] = places[held[places] == wanted]
    return found


def needs_compaction(folder: Path, *, added: int = 0, removed: int = 0) -> bool:
    """Whether the folder's vectors, once so many were added and removed, should all be written anew.

    :raises ArchiveDamaged: if the folder does not say what it holds.
    """
    meta = read_meta(folder)
    dead = meta.base - meta.live + removed
    return meta.base > 0 and (meta.flat + added > LARGEST_DELTA or dead > LARGEST_DEAD_SHARE * meta.base)


def write_vectors(
    folder: Path,
    dimension: int,
    batches: Iterable[tuple[ArrayLike, ArrayLike]],
    *,
    previous: Path | None = None,
    removed: ArrayLike = (),
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a generation's vectors to a new folder; returns how many there are.

    They are `batches` of rows (n) and vectors (n, dimension), and those of `previous` without the rows `removed`. The
    base of `previous` is linked, not read. `progress` is told, while codes are made, of how many of how many.

    :raises ValueError: if rows do not ascend, shapes do not fit or `folder` is not empty.
    :raises ArchiveDamaged: if what is needed of `previous` is.
    :raises OSError: if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder}: not empty; vectors are only written to a new folder")
    earlier = read_meta(previous) if previous else Meta(dimension, 0, 0, -1, 0, "", "")
    if earlier.dimension != dimension:
        raise ValueError(f"vectors of {dimension} numbers for an index of dimension {earlier.dimension}")
    gone = np.unique(np.asarray(removed, dtype=np.int64))
    if previous:
        batches = chain([_flat_without(previous, earlier, gone)], batches)
    with (folder / "flat.rows").open("wb") as rows, (folder / "flat.vectors").open("wb") as vectors:
        flat = _append(rows, vectors, dimension, batches, earlier.last_row)
    meta = earlier
    if previous and earlier.base:
        meta = _link_base(previous, folder, earlier, gone)
    elif flat > LARGEST_EXACT:
        meta, flat = _make_base(folder, dimension, flat, progress or _nobody), 0
    meta = replace(meta, flat=flat, flat_rows_digest=digest((folder / "flat.rows").read_bytes()))
    write_meta(folder, meta)
    return meta.live + meta.flat


def _append(
    rows: BinaryIO, vectors: BinaryIO, dimension: int, batches: Iterable[tuple[ArrayLike, ArrayLike]], beyond: int
) -> int:
    """Write all batches to the two files; returns how many vectors there were."""
    count = 0
    for numbers, matrix in batches:
        ids, halves = np.asarray(numbers, dtype=ROW), np.asarray(matrix, dtype=HALF)
        if not len(ids) and not halves.size:
            continue
        if halves.ndim != 2 or halves.shape[1] != dimension:
            raise ValueError(f"vectors of shape {halves.shape} for an index of dimension {dimension}")
        if len(ids) != len(halves):
            raise ValueError(f"{len(ids)} rows for {len(halves)} vectors")
        if ids[0] <= beyond or np.any(np.diff(ids) <= 0):
            raise ValueError(f"rows must ascend and lie beyond {beyond}")
        rows.write(ids.tobytes())
        vectors.write(halves.tobytes())
        beyond = int(ids[-1])
        count += len(ids)
    return count


def _flat_without(previous: Path, meta: Meta, gone: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    rows = read_flat_rows(previous, meta)
    kept = ~np.isin(rows, gone)
    return rows[kept], np.fromfile(previous / "flat.vectors", HALF).reshape(meta.flat, meta.dimension)[kept]


def _link_base(previous: Path, folder: Path, meta: Meta, gone: NDArray[np.int64]) -> Meta:
    for name in ("base.rows", "base.vectors", "base.codes"):
        link_or_copy(previous / name, folder / name)
    live = read_live(previous, meta)
    if len(gone):
        live[_places(np.asarray(np.memmap(folder / "base.rows", ROW, "r")), gone)] = False
    return replace(meta, live=int(np.count_nonzero(live)), live_digest=write_live(folder, live))


def _make_base(folder: Path, dimension: int, count: int, progress: Callable[[int, int], None]) -> Meta:
    """Make what was written as the flat part the base of a folder, and leave the flat part empty."""
    for name in ("rows", "vectors"):
        (folder / f"flat.{name}").rename(folder / f"base.{name}")
        (folder / f"flat.{name}").touch()
    file = folder / "base.vectors"

    def batches() -> Iterator[NDArray[np.float32]]:
        # Read, not mapped: pages of a map count as this process's memory.
        for start in range(0, count, _BATCH):
            progress(start, count)
            size = min(_BATCH, count - start) * dimension
            halves = np.fromfile(file, HALF, size, offset=start * dimension * HALF.itemsize)
            yield decode(halves.reshape(-1, dimension))
        progress(count, count)

    mapped = np.asarray(np.memmap(file, HALF, "r", shape=(count, dimension)))
    sample = decode(mapped[np.linspace(0, count - 1, SAMPLE).astype(np.int64)])
    codes = Codes.make(sample, batches()).to_bytes()
    with (folder / "base.codes").open("wb") as stream:
        stream.write(codes.data)
    last_row = int(np.fromfile(folder / "base.rows", ROW, offset=(count - 1) * ROW.itemsize)[0])
    live_digest = write_live(folder, np.ones(count, np.bool_))
    return Meta(dimension, count, count, last_row, codes.size, digest(codes.data), live_digest)


def _nobody(_done: int, _total: int) -> None:
    """Nobody is told."""
