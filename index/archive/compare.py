"""Whether the derived indexes hold what the catalogue holds, though their bytes are as they were written."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..entries import lexical_entries
from ..lexical import LexicalIndex
from ..vectors import VectorIndex
from .codec import titles_from_json
from .embeddings import matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Passages looked up one by one, spread evenly: a wrong row or a shifted file shows in nearly all of them.
_SAMPLE = 256
_CLOSE = 0.01  # of a cosine


def vectors_hold(folder: Path, connection: sqlite3.Connection, base: int) -> bool:
    """Whether the vector index has the passages of a generation, and each of a sample its own vector.

    :raises ArchiveDamaged: if it cannot be opened.
    """
    index = VectorIndex.open(folder)
    rows = _rows(connection)
    if not np.array_equal(index.rows, rows):
        return False
    for row in _sample(rows):
        (blob,) = connection.execute("SELECT vector FROM vectors WHERE key = ?", (base + row,)).fetchone()
        vector = matrix([blob], [row])[0]
        square = float(vector @ vector)
        if abs(index.scores(vector, [row]).get(row, -1.0) - square) > _CLOSE * max(square, 1.0):
            return False
    return True


def lexical_holds(folder: Path, connection: sqlite3.Connection) -> bool:
    """Whether the lexical index has as many passages as a generation, and finds each of a sample by its words.

    :raises ArchiveDamaged: if it cannot be opened.
    """
    index = LexicalIndex.open(folder)
    rows = _rows(connection)
    if index.count != len(rows):
        return False
    sql = """
        SELECT a.text, a.data, p.start, p.end FROM passages AS p JOIN articles AS a ON a.key = p.article WHERE p.row = ?"""
    for row in _sample(rows):
        text, data, start, end = connection.execute(sql, (row,)).fetchone()
        (entry,) = lexical_entries([(row, titles_from_json(data)[1], text[start:end])])
        terms = dict.fromkeys(entry.body.split(), 1.0)
        if terms and not index.search(terms, 1, allowed=np.array([row])):
            return False
    return True


def _rows(connection: sqlite3.Connection) -> NDArray[np.int64]:
    return np.array([row for (row,) in connection.execute("SELECT row FROM passages ORDER BY row")], dtype=np.int64)


def _sample(rows: NDArray[np.int64]) -> list[int]:
    found: list[int] = rows[:: max(1, len(rows) // _SAMPLE)].tolist()
    return found
