"""Which vectors may be the nearest: FAISS behind two small classes, exact and by codes. The only import of faiss.

Both know vectors by their place, 0 to n - 1, and are safe for use from several threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache, cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A code is one of 16 values for each few numbers of a vector: so many numbers, unless that gives fewer values than
# this. Tried at 256 numbers and a million news passages: 64 values have .993 of the true ten among 500 candidates, 32
# values .924 in 0.8 of the time, 128 values all in twice the time.
_NUMBERS, _FEWEST_VALUES = 4, 64
_BITS = 4
# FAISS sums in another order than whoever compares the vectors after it: more than this can differ between unit vectors.
_MARGIN = 1e-5
# FAISS learns the values from at most 256 examples each; twice as many leave it a choice.
SAMPLE = 2 * 256 << _BITS


@cache
def _faiss() -> ModuleType:
    import faiss

    return faiss


def _on_one_thread() -> ModuleType:
    # One question is too little work to share; two OpenMP threads on a busy machine turn 1 ms into 8. OpenMP keeps the
    # number for each thread that asks, so it is set at every question.
    faiss = _faiss()
    faiss.omp_set_num_threads(1)
    return faiss


def _selector(mask: NDArray[np.bool_] | None) -> Any:
    if mask is None:
        return None
    return _faiss().IDSelectorBitmap(np.packbits(mask, bitorder="little"))


def decode(halves: NDArray[np.float16]) -> NDArray[np.float32]:
    """Vectors (n, dimension) of float16 as float32, in two thirds of the time that numpy takes."""
    faiss = _on_one_thread()
    if not halves.size:
        return halves.astype(np.float32)
    quantizer = faiss.ScalarQuantizer(halves.shape[1], faiss.ScalarQuantizer.QT_fp16)
    vectors: NDArray[np.float32] = quantizer.decode(np.ascontiguousarray(halves).view(np.uint8))
    return vectors


class Flat:
    """Exact search over float16 vectors held in memory."""

    def __init__(self, halves: NDArray[np.float16]) -> None:
        faiss = _faiss()
        kind = faiss.ScalarQuantizer.QT_fp16
        self._index = faiss.IndexScalarQuantizer(halves.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        if len(halves):
            self._index.add_sa_codes(np.ascontiguousarray(halves).view(np.uint8))

    def nearest(self, query: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """Places of the `k` nearest to `query` (dimension) among those of `mask`, and of all that tie with the last."""
        faiss = _on_one_thread()
        params = faiss.SearchParameters(sel=_selector(mask))
        available = self._index.ntotal if mask is None else int(np.count_nonzero(mask))
        margin = _MARGIN * float(np.linalg.norm(query))
        limit = min(k + 1, available)
        while limit:
            scores, places = self._index.search(query[None], limit, params=params)
            if limit == available or scores[0, k - 1] - scores[0, -1] > margin:
                found: NDArray[np.int64] = places[0][places[0] >= 0]
                return found
            limit = min(limit * 2, available)
        return np.zeros(0, np.int64)


def subquantizers(dimension: int) -> int:
    """How many values of 4 bits stand for a vector."""
    return -(-dimension // _numbers(dimension))


def _numbers(dimension: int) -> int:
    return max(1, min(_NUMBERS, dimension // _FEWEST_VALUES))


def _padded(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Zeros appended, which change no inner product, until every subquantizer has the same length."""
    dimension = vectors.shape[1]
    more = subquantizers(dimension) * _numbers(dimension) - dimension
    return np.ascontiguousarray(np.pad(vectors, ((0, 0), (0, more))) if more else vectors)


class Codes:
    """Approximate search: every vector is compared by a code of 4-bit values, eight times smaller than its float16."""

    def __init__(self, index: Any, data: NDArray[np.uint8] | None = None) -> None:
        self._index = index
        self._data = data  # FAISS reads some parts where they lie

    @classmethod
    def make(cls, sample: NDArray[np.float32], batches: Iterable[NDArray[np.float32]]) -> Codes:
        """Learn the values from `sample` (n, dimension) and encode all `batches` (n, dimension), on all processors."""
        faiss = _faiss()
        values = subquantizers(sample.shape[1])
        sample = _padded(sample)
        width = sample.shape[1]
        # One list: only the inverted-file kind takes a selector. Many lists lose what they leave out (see the log).
        coarse = faiss.IndexFlatIP(width)
        index = faiss.IndexIVFPQFastScan(coarse, width, 1, values, _BITS, faiss.METRIC_INNER_PRODUCT)
        index.by_residual = False
        _on_one_thread()
        index.train(sample)  # many short steps: 0.4 s on one thread, 3.8 s of processor time on two
        faiss.omp_set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
        for vectors in batches:
            index.add(_padded(vectors))
        return cls(index)

    @classmethod
    def from_bytes(cls, data: NDArray[np.uint8]) -> Codes:
        """What `to_bytes` gave. FAISS trusts what it reads: the caller has checked that not one bit has changed."""
        faiss = _faiss()
        return cls(faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(data), data.size)), data)

    def to_bytes(self) -> NDArray[np.uint8]:
        """The codes and values as a FAISS file."""
        data: NDArray[np.uint8] = _faiss().serialize_index(self._index)
        return data

    @cached_property
    def _plain(self) -> Any:
        """The same codes once more, in the kind of index that takes no selector and two thirds of the time."""
        faiss = _faiss()
        lists = faiss.downcast_InvertedLists(self._index.invlists)
        plain = faiss.IndexPQFastScan(self._index.d, self._index.M, _BITS, faiss.METRIC_INNER_PRODUCT)
        plain.pq = self._index.pq
        plain.ntotal, plain.is_trained = self._index.ntotal, True
        # Both keep codes in blocks of as many, the last one filled up.
        plain.ntotal2 = -(-plain.ntotal // plain.bbs) * plain.bbs
        size = plain.ntotal2 * plain.M2 // 2
        faiss.copy_array_to_AlignedTable(faiss.rev_swig_ptr(lists.get_codes(0), size), plain.codes)
        return plain

    def candidates(self, query: NDArray[np.float32], limit: int, mask: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """Places of the `limit` vectors that seem nearest to `query` (dimension), among those of `mask`."""
        faiss = _on_one_thread()
        if mask is None:
            _, places = self._plain.search(_padded(query[None]), limit)
        else:
            params = faiss.SearchParametersIVF(nprobe=1, sel=_selector(mask))
            _, places = self._index.search(_padded(query[None]), limit, params=params)
        found: NDArray[np.int64] = places[0][places[0] >= 0]
        return found
