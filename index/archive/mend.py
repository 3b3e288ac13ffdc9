"""The catalogue rid of what is damaged: the rest goes on serving, and the next build reads the sources of it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from .catalogue import Catalogue
from .checksums import checksum
from .codec import source_checksum
from .generations import End
from .manifest import Manifest
from .schema import connect, vector_key
from .survey import Damage, Survey, broken_vectors

# Rows that cannot be: born after every generation, or of an article or a source that is not there.
_STRAYS = (
    "UPDATE sources SET died = :now WHERE died IS NULL AND born > :generation",
    "UPDATE articles SET died = :now WHERE died IS NULL AND (born > :generation"
    " OR source NOT IN (SELECT key FROM sources WHERE died IS NULL))",
    "UPDATE passages SET died = :now WHERE died IS NULL AND (born > :generation"
    " OR article NOT IN (SELECT key FROM articles WHERE died IS NULL))",
)


def mend_indexes(connection: sqlite3.Connection) -> None:
    """Make SQLite's indexes anew if they differ from their tables.

    :raises sqlite3.DatabaseError: if that does not make the file whole.
    """
    if problems(connection):
        connection.execute("REINDEX")
        still = problems(connection)
        if still:
            raise sqlite3.DatabaseError(still[0])


def problems(connection: sqlite3.Connection) -> list[str]:
    """The first things that SQLite finds wrong with the file; none in good health."""
    found = [str(message) for (message,) in connection.execute("PRAGMA main.integrity_check(3)")]
    return [] if found == ["ok"] else found


def mend_generations(connection: sqlite3.Connection, manifest: Manifest | None) -> None:
    """Delete damaged records of generations; that of the serving one is written again, as its manifest and the rows tell."""
    records = connection.execute("SELECT * FROM generations").fetchall()
    bad = [number for number, *rest, crc in records if checksum(number, *rest) != crc]
    for number in bad:
        connection.execute("DELETE FROM generations WHERE number = ?", (number,))
    good = {number for number, *_ in records} - set(bad)
    if not bad or manifest is None or manifest.generation in good:
        return
    number = manifest.generation
    sql = """
        SELECT (SELECT coalesce(max(key), 0) FROM articles WHERE born <= ?1),
            (SELECT coalesce(max(row), 0) FROM passages WHERE born <= ?1)"""
    end = End(number, *connection.execute(sql, (number,)).fetchone())
    Catalogue(connection, number).record(manifest.encoder, manifest.roots, manifest.words, end)


def mend_rows(home: Path, catalogue: Catalogue, generation: int, sources: int | None) -> None:
    """Take out what is damaged of a generation, the last that the catalogue holds, and have its sources read again.

    If it should have been another number of `sources`, all are: nothing else brings back those that are lost.

    :raises sqlite3.DatabaseError: if nothing would be left.
    """
    with closing(connect(home, generation=generation)) as reading:
        survey = Survey(reading, lambda _: None)
        damages = list(survey.run())
    with catalogue.together():
        lost = survey.stray[0] > 0 or (sources is not None and survey.sources != sources)
        lost = lost or any(damage.record and damage.name is None for damage in damages)
        _take_out(catalogue, damages)
        for statement in _STRAYS:
            values = {"now": catalogue.generation, "generation": generation}
            catalogue.connection.execute(statement, values)
        for source in {damage.source for damage in damages}:
            _count_anew(catalogue.connection, source)
        catalogue.read_again(None if lost else {damage.source for damage in damages})
        if lost and not catalogue.counts()[0]:
            raise sqlite3.DatabaseError("nothing is left of its sources")


def _take_out(catalogue: Catalogue, damages: Sequence[Damage]) -> None:
    catalogue.remove_articles([damage.article for damage in damages if damage.article is not None])
    for source, name in {damage.source: damage.name for damage in damages if damage.record}.items():
        # One that is there twice, or that nobody can name any more.
        if name is None:
            catalogue.remove([source])
        else:
            catalogue.connection.execute(
                "UPDATE sources SET name = ?, size = 0, digest = '' WHERE key = ?", (name, source)
            )


def _count_anew(connection: sqlite3.Connection, source: int) -> None:
    """Have the record of a source say what is there; what is not known of it the next build finds out."""
    sql = """
        SELECT s.name, s.size, s.digest, (SELECT count(*) FROM pages WHERE source = s.key), count(a.key), sum(a.passages)
        FROM sources AS s LEFT JOIN articles AS a ON a.source = s.key AND a.died IS NULL WHERE s.key = ?"""
    *about, passages = connection.execute(sql, (source,)).fetchone()
    record = (*about, passages or 0)
    sql = "UPDATE sources SET name = ?, size = ?, digest = ?, pages = ?, articles = ?, passages = ?, crc = ? WHERE key = ?"
    connection.execute(sql, (*record, source_checksum(*record), source))


def drop_broken_vectors(home: Path, catalogue: Catalogue, generation: int, fingerprint: str, size: int) -> None:
    """Delete vectors of an encoder that are not as they were written, so that the texts are embedded again."""
    with closing(connect(home, generation=generation)) as reading:
        base = encoder_base(reading, fingerprint)
        bad = [row for row, there in broken_vectors(reading, base, size) if there]
    _delete(catalogue, [base + row for row in bad])


def _delete(catalogue: Catalogue, keys: Iterable[int]) -> None:
    with catalogue.together():
        catalogue.connection.executemany("DELETE FROM vectors WHERE key = ?", [(key,) for key in keys])


def encoder_base(connection: sqlite3.Connection, fingerprint: str) -> int:
    """The key above which the vectors of an encoder lie; of one that is not known, a place where there are none."""
    found = connection.execute("SELECT key FROM encoders WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return vector_key(found[0] if found else 0, 0)
