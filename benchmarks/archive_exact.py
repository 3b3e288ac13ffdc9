"""The exact nearest passages: brute force over every vector of the catalogue, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from index.archive.embeddings import matrix
from index.archive.schema import connect, vector_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index import Archive, Encoder

BLOCK = 50_000  # vectors


def blocks(archive: Archive, encoder: Encoder) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Rows (n) and vectors (n, dimension) of the generation being served."""
    sql = """
        SELECT p.row, v.vector FROM passages AS p JOIN vectors AS v ON v.key = p.row + ? ORDER BY p.row"""
    with closing(connect(archive.home, generation=archive.generation)) as connection:
        (key,) = connection.execute("SELECT key FROM encoders WHERE fingerprint = ?", (encoder.fingerprint,)).fetchone()
        cursor = connection.execute(sql, (vector_key(key, 0),))
        while found := cursor.fetchmany(BLOCK):
            rows = np.array([row for row, _ in found])
            yield rows, matrix([vector for _, vector in found], rows)


def nearest(archive: Archive, encoder: Encoder, queries: NDArray[np.float32], k: int) -> tuple[list[set[int]], int]:
    """For each query (n, dimension) the rows of the `k` highest inner products, and how many vectors there are.

    A query without any known token finds none.
    """
    best = np.full((len(queries), k), -np.inf, dtype=np.float32)
    where = np.full((len(queries), k), -1, dtype=np.int64)
    count = 0
    for rows, vectors in blocks(archive, encoder):
        count += len(rows)
        scores = np.concatenate([best, queries @ vectors.T], axis=1)
        places = np.concatenate([where, np.broadcast_to(rows, (len(queries), len(rows)))], axis=1)
        top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        best, where = np.take_along_axis(scores, top, axis=1), np.take_along_axis(places, top, axis=1)
    asked = queries.any(axis=1)
    return [
        {int(row) for row in rows if row >= 0} if any_ else set() for rows, any_ in zip(where, asked, strict=True)
    ], count
