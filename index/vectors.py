"""Nearest passages by vector: FAISS. The only import of faiss.

The index takes vectors and rows, never text. Inner product of unit vectors is their cosine; rows ascend.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ArchiveDamaged
from .lexical import top

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@cache
def _faiss() -> ModuleType:
    import faiss

    # One question is too little work to share; two OpenMP threads on a busy machine turn 1 ms into 8.
    faiss.omp_set_num_threads(1)
    return faiss


class VectorIndex:
    """Exact search over the vectors of one generation. Reading is safe from several threads."""

    def __init__(self, index: Any, *, writable: bool) -> None:
        self._index = index
        self._writable = writable
        self._rows: NDArray[np.int64] = _faiss().vector_to_array(index.id_map)

    @classmethod
    def empty(cls, dimension: int) -> VectorIndex:
        """An index without vectors yet."""
        faiss = _faiss()
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)), writable=True)

    @classmethod
    def open(cls, file: Path, *, writable: bool = False) -> VectorIndex:
        """Open a saved index: mapped from the file for reading, or loaded into memory to be changed.

        :raises ArchiveDamaged: if the file holds no whole index of ours.
        """
        faiss = _faiss()
        try:
            index = faiss.read_index(str(file), 0 if writable else faiss.IO_FLAG_MMAP_IFC)
        except (RuntimeError, MemoryError) as error:  # a damaged length asks for more memory than there is
            raise _damaged(file) from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise _damaged(file)
        return cls(index, writable=writable)

    @property
    def count(self) -> int:
        """The number of vectors."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return int(self._index.d)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rows held, ascending."""
        return self._rows.copy()

    def add(self, rows: ArrayLike, vectors: ArrayLike) -> None:
        """Add `vectors` (n, dimension) under `rows` (n), which ascend and lie beyond those held.

        :raises ValueError: if lengths, dimension or order do not fit, or the index is open for reading.
        """
        ids = np.ascontiguousarray(rows, dtype=np.int64)
        matrix = np.ascontiguousarray(vectors, dtype=np.float32)
        self._check_writable()
        if matrix.ndim != 2 or matrix.shape[1] != self.dimension:
            raise ValueError(f"vectors of shape {matrix.shape} for an index of dimension {self.dimension}")
        if len(ids) != len(matrix):
            raise ValueError(f"{len(ids)} rows for {len(matrix)} vectors")
        if not len(ids):
            return
        beyond = self._rows[-1] if len(self._rows) else -1
        if ids[0] <= beyond or np.any(np.diff(ids) <= 0):
            raise ValueError(f"rows must ascend and lie beyond {beyond}")
        self._index.add_with_ids(matrix, ids)
        self._rows = np.concatenate([self._rows, ids])

    def remove(self, rows: ArrayLike) -> int:
        """Remove `rows`; those not held are passed over. Returns how many were removed."""
        self._check_writable()
        ids = np.ascontiguousarray(rows, dtype=np.int64)
        if not len(ids):
            return 0
        removed = int(self._index.remove_ids(ids))
        self._rows = self._rows[~np.isin(self._rows, ids)]
        return removed

    def save(self, file: Path) -> None:
        """Write the index to a new file.

        :raises OSError: if it cannot be written.
        """
        try:
            _faiss().write_index(self._index, str(file))
        except RuntimeError as error:
            raise OSError(f"the vector index {file} cannot be written whole") from error

    def search(self, vector: ArrayLike, k: int, *, allowed: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """The `k` nearest passages as (row, cosine), best first, ties by row.

        A zero vector says nothing about its text and finds nothing. `allowed` restricts rows.

        :raises ValueError: if the vector's dimension does not fit.
        """
        query = self._query(vector)
        available = self.count if allowed is None else min(self.count, len(allowed))
        if k <= 0 or not available or not query.any():
            return []
        faiss = _faiss()
        params = None
        if allowed is not None:
            ids = np.ascontiguousarray(allowed, dtype=np.int64)
            params = faiss.SearchParameters(sel=faiss.IDSelectorBatch(ids))

        def fetch(n: int) -> list[tuple[int, float]]:
            scores, rows = self._index.search(query, n, params=params)
            return [(int(r), float(s)) for r, s in zip(rows[0], scores[0], strict=True) if r >= 0]

        return top(fetch, k, available)

    def scores(self, vector: ArrayLike, rows: Sequence[int] | NDArray[np.int64]) -> dict[int, float]:
        """The cosine of each of `rows` to `vector`; rows not held are left out.

        :raises ValueError: if the vector's dimension does not fit.
        """
        query = self._query(vector)
        wanted = np.unique(np.asarray(rows, dtype=np.int64))
        places = np.searchsorted(self._rows, wanted)
        held = places < len(self._rows)
        held[held] = self._rows[places[held]] == wanted[held]
        found = self._matrix()[places[held]] @ query[0]
        return {int(row): float(score) for row, score in zip(wanted[held], found, strict=True)}

    def _matrix(self) -> NDArray[np.float32]:
        """The vectors (count, dimension), as FAISS holds them: not copied."""
        faiss = _faiss()
        flat = faiss.downcast_index(self._index.index)
        if not self.count:
            return np.zeros((0, self.dimension), dtype=np.float32)
        data: NDArray[np.float32] = faiss.rev_swig_ptr(flat.get_xb(), self.count * self.dimension)
        return data.reshape(self.count, self.dimension)

    def _query(self, vector: ArrayLike) -> NDArray[np.float32]:
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if query.shape[1] != self.dimension:
            raise ValueError(f"a vector of {query.shape[1]} numbers for an index of dimension {self.dimension}")
        return query

    def _check_writable(self) -> None:
        # Adding to a mapped index aborts the whole process inside FAISS, so it is stopped here.
        if not self._writable:
            raise ValueError("the index is open for reading; open it with writable=True to change it")


def _damaged(file: Path) -> ArchiveDamaged:
    return ArchiveDamaged(f"{file}: not a whole vector index. Run `wenbao doctor` to repair the archive.")
