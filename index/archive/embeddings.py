"""The vectors of one encoder, kept in the catalogue by the passage they stand for; and what passages are made of again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..entries import embedded_text, passage_context, with_lead
from .checksums import SEAL_BYTES, damaged, is_sealed, sealed
from .codec import titles_from_json, verify_article
from .generations import End
from .schema import vector_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAGE_OF_ROWS = 2048  # rows taken from the catalogue at a time: a few megabytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage with what the derived indexes need of its article.

    `digest` is that of `embedded`; `context` says what the passage is about, `shared` are headline, section titles, byline
    and, of a later passage, the lead.
    """

    row: int
    digest: bytes
    text: str
    context: str
    shared: str

    @property
    def embedded(self) -> str:
        """The text whose vector stands for the passage."""
        return embedded_text(self.context, self.text)


def stored_passages(connection: sqlite3.Connection, beyond: End, *, without: int | None = None) -> Iterator[Stored]:
    """The passages beyond the end of a generation that are visible now, by row.

    `without` an encoder (a key): those that have no vector of it; vectors may be put meanwhile.

    :raises ArchiveDamaged: if one has no article, or another than was written.
    """
    last = beyond.passage
    base = None if without is None else vector_key(without, 0)
    while rows := connection.execute(_PASSAGES, (last, base, base, _PAGE_OF_ROWS)).fetchall():
        # Each once, not for each of its passages: a file without any border is one long article.
        articles = _articles(connection, {article for _, _, article, _, _ in rows})
        for row, digest, article, start, end in rows:
            if article not in articles:
                raise damaged(f"the article of passage {row}")
            text, headline, shared = articles[article]
            context = passage_context(headline, text, start)
            yield Stored(row, digest, text[start:end], context, with_lead(shared, text, start))
        last = rows[-1][0]


def _articles(connection: sqlite3.Connection, keys: set[int]) -> dict[int, tuple[str, str, str]]:
    """Text, headline and what all passages are found by, of each of some articles."""
    found = {}
    sql = "SELECT key, id, text, data, crc FROM articles WHERE key IN (SELECT value FROM json_each(?))"
    for key, identity, text, data, crc in connection.execute(sql, (json.dumps(sorted(keys)),)):
        verify_article(identity, text, data, crc)
        found[key] = (text, *titles_from_json(data))
    return found


def count_passages(connection: sqlite3.Connection, beyond: End) -> int:
    """How many passages `stored_passages` would give."""
    sql = "SELECT count(*) FROM passages WHERE row > ? AND died IS NULL"
    return int(connection.execute(sql, (beyond.passage,)).fetchone()[0])


_PASSAGES = """
    SELECT p.row, p.digest, p.article, p.start, p.end FROM passages AS p
    WHERE p.row > ? AND p.died IS NULL AND (? IS NULL OR NOT EXISTS (SELECT 1 FROM vectors WHERE key = ? + p.row))
    ORDER BY p.row LIMIT ?"""


class Embeddings:
    """Vectors by one encoder. Half precision: cosines are off by less than 0.001, and take half the room."""

    def __init__(self, connection: sqlite3.Connection, fingerprint: str) -> None:
        self._db = connection
        connection.execute("INSERT OR IGNORE INTO encoders (fingerprint) VALUES (?)", (fingerprint,))
        found = connection.execute("SELECT key FROM encoders WHERE fingerprint = ?", (fingerprint,)).fetchone()
        self.encoder = int(found[0])

    def missing(self, beyond: End) -> Iterator[Stored]:
        """The passages beyond the end of a generation that have no vector, by row."""
        return stored_passages(self._db, beyond, without=self.encoder)

    def count_missing(self, beyond: End) -> int:
        """How many passages `missing` would give."""
        sql = """
            SELECT count(*) FROM passages AS p WHERE p.row > ? AND p.died IS NULL
            AND NOT EXISTS (SELECT 1 FROM vectors WHERE key = ? + p.row)"""
        return int(self._db.execute(sql, (beyond.passage, vector_key(self.encoder, 0))).fetchone()[0])

    def take_over(self, rows: Mapping[int, int]) -> set[int]:
        """Give passages the vectors that others have, row by row; returns the rows for which there was one."""
        copied = set()
        for row, other in rows.items():
            keys = (vector_key(self.encoder, row), vector_key(self.encoder, other))
            sql = "INSERT OR REPLACE INTO vectors SELECT ?, vector FROM vectors WHERE key = ?"
            if self._db.execute(sql, keys).rowcount > 0:
                copied.add(row)
        return copied

    def put(self, rows: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors (n, dimension) of passages (n)."""
        data = np.ascontiguousarray(vectors, dtype="<f2")
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            [(vector_key(self.encoder, row), sealed(vector.tobytes())) for row, vector in zip(rows, data, strict=True)],
        )

    def batches(self, beyond: End) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Rows (n) and vectors (n, dimension) of the passages beyond the end of a generation that are visible now, by row.

        :raises ArchiveDamaged: if a vector is not as it was written.
        """
        sql = """
            SELECT p.row, v.vector FROM passages AS p CROSS JOIN vectors AS v ON v.key = ? + p.row
            WHERE p.row > ? AND p.died IS NULL ORDER BY p.row LIMIT ?"""
        last, base = beyond.passage, vector_key(self.encoder, 0)
        while rows := self._db.execute(sql, (base, last, _PAGE_OF_ROWS)).fetchall():
            numbers = np.array([row for row, _ in rows], dtype=np.int64)
            yield numbers, matrix([vector for _, vector in rows], numbers)
            last = rows[-1][0]


def matrix(blobs: Sequence[bytes], rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
    """The vectors (n, dimension) kept in `blobs` (n) for the passages `rows`.

    :raises ArchiveDamaged: naming the first passage whose vector is not as it was written.
    """
    size = next((len(blob) for blob in blobs if isinstance(blob, bytes)), 0)
    for row, blob in zip(rows, blobs, strict=True):
        if not is_vector(blob, size):
            raise damaged(f"the vector of passage {row}")
    data = np.frombuffer(b"".join(blobs), dtype=np.uint8).reshape(len(blobs), size)
    return np.ascontiguousarray(data[:, :-SEAL_BYTES]).view("<f2").astype(np.float32)


def is_vector(blob: bytes, size: int) -> bool:
    """Whether a blob is a vector as it was written, `size` bytes long with its checksum."""
    return isinstance(blob, bytes) and len(blob) == size and is_sealed(blob)


def vector_bytes(dimension: int) -> int:
    """How many bytes a vector takes in the catalogue."""
    return np.dtype("<f2").itemsize * dimension + SEAL_BYTES
