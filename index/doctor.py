"""Whether an archive keeps its promises, and the repair of what can be made again.

The catalogue is the truth: derived files are compared with it and rebuilt from it. What the catalogue itself has
lost only the sources can bring back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .archive.catalogue import Catalogue
from .archive.codec import article_from_json, page_from_json
from .archive.derive import EVERYTHING
from .archive.home import clear_unfinished, next_generation, prepare, serving, set_aside
from .archive.lock import building
from .archive.manifest import (
    CURRENT,
    DATABASE,
    LEXICAL,
    VECTORS,
    EncoderRecord,
    Manifest,
    damaged_files,
    generation_folder,
    missing_database,
    read_manifest,
)
from .archive.schema import connect, upgrade
from .archive.steps import embed, next_serving
from .encode import Encoder, load_encoder
from .errors import ArchiveDamaged, ArchiveError, NoArchive
from .lexical import LexicalIndex
from .types import Progress, Refusal, Span
from .vectors import VectorIndex

_PAGES = 64  # kept at hand: those of a file's articles, and of what they go on in

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check(home: Path) -> list[Refusal]:
    """Verify every byte and promise of the archive; returns what is wrong, by file. An empty list is good health.

    :raises NoArchive: if there is none.
    :raises ArchiveMismatch: if another format version wrote it.
    """
    if not (home / DATABASE).is_file():
        read_manifest(home)  # NoArchive where nothing was ever built
        return [Refusal(DATABASE, str(missing_database(home)))]
    try:
        manifest = read_manifest(home)
    except NoArchive:
        return [Refusal(CURRENT, "is missing: no generation is being served.")]
    except ArchiveDamaged as error:
        return [Refusal(CURRENT, str(error))]
    problems = [Refusal(path, f"{problem}.") for path, problem in damaged_files(home, manifest, limit=None).items()]
    try:
        with closing(connect(home, generation=manifest.generation)) as connection:
            problems += [Refusal(DATABASE, problem) for problem in _catalogue_problems(connection, manifest)]
            if not problems:
                problems += _derived_problems(home, connection, manifest)
    except sqlite3.DatabaseError as error:
        problems.append(Refusal(DATABASE, f"cannot be read ({error})."))
    return problems


def repair(
    home: Path, *, encoder: Encoder | None = None, progress: Callable[[Progress], None] | None = None
) -> list[Refusal]:
    """Make again, from the catalogue, what `check` finds wrong with the derived files; returns what is still wrong.

    What a build that did not finish has left behind is undone, but for its vectors. A text without a vector is
    embedded again, by default with the encoder it was embedded with. Sources that the catalogue holds damaged are
    marked, and a catalogue that cannot be read is set aside, so that the next build reads them anew.

    :raises NoArchive: if nothing was ever built here.
    :raises ArchiveBusy: if a build is at work here.
    :raises ArchiveError: if the folder cannot be written.
    """
    problems = check(home)
    if not problems or not (home / DATABASE).is_file():
        return problems
    prepare(home)
    try:
        with building(home):
            aside = _repair_or_set_aside(home, encoder, progress or _nobody)
    except sqlite3.OperationalError as error:
        raise ArchiveError(f"{home}: the catalogue cannot be used ({error}). Is the disk full?") from error
    except OSError as error:
        raise ArchiveError(f"{home}: cannot be written ({error}). Is the disk full?") from error
    return [aside] if aside else check(home)


def _repair_or_set_aside(home: Path, encoder: Encoder | None, tell: Callable[[Progress], None]) -> Refusal | None:
    """Repair; or tell that the catalogue could not be read, and what it is called now."""
    try:
        with closing(connect(home)) as connection:
            upgrade(connection)
            _repair(home, connection, encoder, tell)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        aside = set_aside(home / DATABASE)
        return Refusal(DATABASE, f"cannot be read ({error}); set aside as {aside.name}. {_FROM_SOURCES}")
    return None


_FROM_SOURCES = "Run `wenbao build` to read the sources anew."


def _repair(
    home: Path, connection: sqlite3.Connection, encoder: Encoder | None, tell: Callable[[Progress], None]
) -> None:
    messages = [message for (message,) in connection.execute("PRAGMA quick_check")]
    if messages != ["ok"]:
        raise sqlite3.DatabaseError(messages[0])
    clear_unfinished(home)
    base = serving(home, connection, [], every_byte=True)
    last = connection.execute(
        "SELECT number, encoder, fingerprint, dimension, roots FROM generations ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if last is None:
        return
    catalogue = Catalogue(connection, next_generation(home, connection))
    catalogue.rewind(base.manifest.generation if base else last[0])
    record = base.manifest.encoder if base else EncoderRecord(*last[1:4])
    roots = base.manifest.roots if base else tuple(json.loads(last[4]))
    if catalogue.count_unembedded(catalogue.encoder_key(record.fingerprint), EVERYTHING):
        encoder = encoder or load_encoder(record.name)
        record = EncoderRecord(encoder.name, encoder.fingerprint, encoder.dimension)
        embed(catalogue, encoder, EVERYTHING, tell)
    # Nothing is carried over: what may be wrong in a way no checksum shows is made again as well.
    manifest = next_serving(home, catalogue, None, record, roots, tell)
    with closing(connect(home, generation=manifest.generation)) as reading:
        catalogue.read_again({source for source, _ in _misquoted(reading)})


def _catalogue_problems(connection: sqlite3.Connection, manifest: Manifest) -> Iterator[str]:
    for (message,) in connection.execute("PRAGMA quick_check"):
        if message != "ok":
            yield f"{message}. {_FROM_SOURCES}"
    sql = "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
    counts = connection.execute(sql).fetchone()
    promised = (manifest.sources, manifest.articles, manifest.passages)
    if counts != promised:
        yield f"holds {counts} sources, articles and passages; the manifest says {promised}. {_FROM_SOURCES}"
    for source, problem in _misquoted(connection):
        yield f"{source}: {problem}. {_FROM_SOURCES}"


def _misquoted(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Sources with an article that does not stand on the lines it names."""
    sql = """
        SELECT s.name, a.id, a.text, a.data FROM sources AS s JOIN articles AS a ON a.source = s.key ORDER BY s.name"""

    @lru_cache(_PAGES)
    def lines(source: str, page: int) -> dict[int, str]:
        sql = "SELECT g.lines FROM sources AS s JOIN pages AS g ON g.source = s.key WHERE s.name = ? AND g.number = ?"
        row = connection.execute(sql, (source, page)).fetchone()
        return {line.number: line.text for line in page_from_json(source, page, row[0]).lines} if row else {}

    for name, identity, text, data in connection.execute(sql):
        article = article_from_json(identity, text, data)
        for place in article.places(0, len(text)) if article.spans else ():
            there = lines(place.source, place.page)
            wrong = next((span for span in place.spans if not _stands(span, text, there)), None)
            if wrong is not None:
                yield name, f"article {identity} does not stand on line {wrong.line} of {place.source}"
                break


def _stands(span: Span, text: str, lines: dict[int, str]) -> bool:
    return text[span.start : span.end] == lines.get(span.line, "")[span.column : span.column + span.length]


def _derived_problems(home: Path, connection: sqlite3.Connection, manifest: Manifest) -> Iterator[Refusal]:
    """Where the derived indexes differ from the catalogue though their bytes are as they were written."""
    folder = generation_folder(home, manifest.generation)
    rows = np.array([row for (row,) in connection.execute("SELECT row FROM passages ORDER BY row")], dtype=np.int64)
    for name, holds in ((VECTORS, _vectors_hold), (LEXICAL, _lexical_holds)):
        try:
            if not holds(folder / name, rows):
                yield Refusal(name, "does not hold the passages that the catalogue holds.")
        except ArchiveDamaged:
            yield Refusal(name, "cannot be opened.")
    sql = """
        SELECT count(*) FROM passages AS p WHERE NOT EXISTS (
            SELECT 1 FROM vectors AS v JOIN encoders AS e ON e.key = v.encoder
            WHERE e.fingerprint = ? AND v.digest = p.digest)"""
    missing = connection.execute(sql, (manifest.encoder.fingerprint,)).fetchone()[0]
    if missing:
        yield Refusal(DATABASE, f"holds no vector for {missing} passages.")


def _vectors_hold(file: Path, rows: NDArray[np.int64]) -> bool:
    return np.array_equal(VectorIndex.open(file).rows, rows)


def _lexical_holds(folder: Path, rows: NDArray[np.int64]) -> bool:
    return LexicalIndex.open(folder).count == len(rows)


def _nobody(_: Progress) -> None:
    """Nobody is told."""
