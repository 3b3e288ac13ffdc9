"""Generations as the catalogue remembers them: where each ends, what it is of, and how what lies beyond is undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .checksums import checksum, damaged
from .schema import FORGET, PURGE, REWIND, vector_key


@dataclass(frozen=True, slots=True)
class End:
    """The last article and the last passage of a generation: what was added later lies beyond."""

    generation: int
    article: int
    passage: int


BEGINNING = End(-1, 0, 0)
"""Beyond it lies everything."""


def generation_end(connection: sqlite3.Connection, generation: int) -> End:
    """Where a finished generation ends.

    :raises ArchiveDamaged: if that is not what was written.
    """
    sql = "SELECT * FROM generations WHERE number = ?"
    *record, crc = connection.execute(sql, (generation,)).fetchone()
    if checksum(*record) != crc:
        raise damaged(f"where generation {generation} ends")
    return End(generation, *record[-2:])


def last_encoder(connection: sqlite3.Connection) -> str | None:
    """The name of the encoder of the last generation that was finished.

    :raises ArchiveDamaged: if that is not what was written.
    """
    last = _last_generation(connection)
    return last[1] if last else None


def last_roots(connection: sqlite3.Connection) -> list[str] | None:
    """The paths that the last generation was built from.

    :raises ArchiveDamaged: if that is not what was written.
    """
    last = _last_generation(connection)
    return json.loads(last[4]) if last else None


def last_words(connection: sqlite3.Connection) -> str:
    """The word list of the last generation, as text; empty if there is none.

    :raises ArchiveDamaged: if that is not what was written.
    """
    last = _last_generation(connection)
    return last[5] if last else ""


def _last_generation(connection: sqlite3.Connection) -> tuple[Any, ...] | None:
    sql = "SELECT * FROM generations ORDER BY number DESC LIMIT 1"
    row: tuple[Any, ...] | None = connection.execute(sql).fetchone()
    if row and checksum(*row[:-1]) != row[-1]:
        raise damaged("what the last generation is of")
    return row


@contextmanager
def _at_once(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def rewind(connection: sqlite3.Connection, end: End, now: int) -> None:
    """Undo, in generation `now`, what builds that did not finish have written since one ended; vectors stay for a while."""
    values = {"generation": end.generation, "article": end.article, "passage": end.passage, "now": now}
    with _at_once(connection):
        for statement in REWIND:
            connection.execute(statement, {k: v for k, v in values.items() if f":{k}" in statement})


def purge(connection: sqlite3.Connection, oldest: int) -> None:
    """Delete what no generation from `oldest` on can see, with vectors that nothing refers to any more."""
    encoders = "SELECT key FROM encoders"
    with _at_once(connection):
        connection.execute(
            "DELETE FROM places WHERE name IN (SELECT name FROM sources WHERE died <= ?1)"
            " AND name NOT IN (SELECT name FROM sources WHERE died IS NULL OR died > ?1)",
            (oldest,),
        )
        before = {key for (key,) in connection.execute(encoders)}
        for statement in PURGE:
            connection.execute(statement, {"oldest": oldest} if ":oldest" in statement else {})
        for key in before - {key for (key,) in connection.execute(encoders)}:
            connection.execute(FORGET, {"first": vector_key(key, 0), "beyond": vector_key(key + 1, 0)})
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
