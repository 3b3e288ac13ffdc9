"""Whether an archive keeps its promises, and the repair of what can be made again.

The catalogue is the truth: derived files are compared with it and rebuilt from it. What the catalogue itself has
lost only the sources can bring back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from .archive.catalogue import Catalogue
from .archive.compare import lexical_holds, vectors_hold
from .archive.derive import Making
from .archive.embed import Embedder
from .archive.embeddings import Embeddings, vector_bytes
from .archive.generations import BEGINNING, generation_end, rewind
from .archive.home import clear_unfinished, next_generation, prepare, serving, set_aside
from .archive.lock import building
from .archive.manifest import (
    CURRENT,
    DATABASE,
    LEXICAL,
    VECTORS,
    EncoderRecord,
    Manifest,
    check_format,
    damaged_files,
    generation_folder,
    missing_database,
    read_manifest,
)
from .archive.mend import drop_broken_vectors, encoder_base, mend_generations, mend_indexes, mend_rows, problems
from .archive.pace import Pace
from .archive.recipe import reading_recipe, terms_recipe
from .archive.schema import NO_TABLES, connect, explained, is_damage, summary, version
from .archive.steps import next_serving, tidy
from .archive.survey import MARKED, Survey, broken_vectors
from .encode import Encoder, load_encoder
from .errors import ArchiveDamaged, ArchiveError, NoArchive
from .types import Progress, Refusal
from .wordlist import Wordlist
from .workers import Workers

_NAMED = 100  # sources told by name
_FROM_SOURCES = "Run `wenbao build` to read the sources anew."


def check(home: Path, *, progress: Callable[[Progress], None] | None = None) -> list[Refusal]:
    """Verify every byte and promise of the archive; returns what is wrong, by file. An empty list is good health.

    It takes a minute for a million passages; `progress` is told how many are done.

    :raises NoArchive: if there is none.
    :raises ArchiveMismatch: if another format version wrote it.
    :raises ArchiveError: if the catalogue cannot be read just now.
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
    wrong = damaged_files(home, manifest, limit=None)
    found = [Refusal(path, f"{problem}.") for path, problem in wrong.items()]
    try:
        with closing(connect(home, generation=manifest.generation)) as connection:
            found += [
                Refusal(DATABASE, problem)
                for problem in _catalogue_problems(home, connection, manifest, progress or _nobody)
            ]
            if not found:
                found += _derived_problems(home, connection, manifest)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise explained(home, error) from error
        found.append(Refusal(DATABASE, f"cannot be read ({summary(error)})."))
    return found


def repair(
    home: Path, *, encoder: Encoder | None = None, progress: Callable[[Progress], None] | None = None
) -> list[Refusal]:
    """Make again, from the catalogue, what `check` finds wrong with the derived files; returns what is still wrong.

    What a build that did not finish has left behind is undone, but for its vectors. A text without a vector is
    embedded again, by default with the encoder it was embedded with. Sources that the catalogue holds damaged are
    marked, and a catalogue that cannot be read is set aside, so that the next build reads them anew.

    :raises NoArchive: if nothing was ever built here.
    :raises ArchiveMismatch: if another format version wrote the archive.
    :raises ArchiveBusy: if a build is at work here.
    :raises ArchiveError: if the folder cannot be written.
    """
    found = check(home)
    marked = all(problem.source == DATABASE and MARKED in problem.reason for problem in found)
    if marked or not (home / DATABASE).is_file():
        return found
    prepare(home)
    try:
        with building(home):
            aside = _repair_or_set_aside(home, encoder, progress or _nobody)
    except sqlite3.DatabaseError as error:
        raise explained(home, error) from error
    except OSError as error:
        raise ArchiveError(f"{home}: cannot be written ({error}). Is the disk full?") from error
    return [aside] if aside else check(home)


def _repair_or_set_aside(home: Path, encoder: Encoder | None, tell: Callable[[Progress], None]) -> Refusal | None:
    """Repair; or tell that the catalogue could not be read, and what it is called now."""
    try:
        with closing(connect(home)) as connection:
            _repair(home, connection, encoder, tell)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        aside = set_aside(home / DATABASE)
        return Refusal(DATABASE, f"cannot be read ({summary(error)}); set aside as {aside.name}. {_FROM_SOURCES}")
    return None


def _repair(
    home: Path, connection: sqlite3.Connection, encoder: Encoder | None, tell: Callable[[Progress], None]
) -> None:
    mend_indexes(connection)
    clear_unfinished(home)
    mend_generations(connection, _manifest(home))
    base = serving(home, connection, [], every_byte=True)
    last = connection.execute(
        "SELECT number, encoder, fingerprint, dimension, roots, words FROM generations ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if last is None:
        return
    catalogue = Catalogue(connection, next_generation(home, connection))
    generation = base.manifest.generation if base else last[0]
    rewind(connection, generation_end(connection, generation), catalogue.generation)
    mend_rows(home, catalogue, generation, base.manifest.sources if base else None)
    record = base.manifest.encoder if base else EncoderRecord(*last[1:4])
    roots = base.manifest.roots if base else tuple(json.loads(last[4]))
    words = Wordlist.parse(base.manifest.words if base else last[5])
    drop_broken_vectors(home, catalogue, generation, record.fingerprint, vector_bytes(record.dimension))
    pace = Pace(tell)
    if Embeddings(connection, record.fingerprint).count_missing(BEGINNING):
        encoder = encoder or load_encoder(record.name)
        record = EncoderRecord(encoder.name, encoder.fingerprint, encoder.dimension)
        Embedder(catalogue, encoder, pace).complete(BEGINNING)
    with Workers() as workers:
        making = Making(
            home, catalogue, record, roots, words, reading_recipe(), terms_recipe(words.text), workers, pace
        )
        # Nothing is carried over: what may be wrong in a way no checksum shows is made again as well.
        next_serving(making, None)
        tidy(making, base.manifest.generation if base else None, [])


def _manifest(home: Path) -> Manifest | None:
    with suppress(NoArchive, ArchiveDamaged):
        return read_manifest(home)
    return None


def _catalogue_problems(
    home: Path, connection: sqlite3.Connection, manifest: Manifest, tell: Callable[[Progress], None]
) -> Iterator[str]:
    found = version(connection)
    if not found:
        yield f"{NO_TABLES}. {_FROM_SOURCES}"
        return
    check_format(home, found)
    messages = problems(connection)
    yield from (f"{' '.join(message.split())}. {_FROM_SOURCES}" for message in messages)
    if messages:
        return
    try:
        if not connection.execute("SELECT 1 FROM generations WHERE number = ?", (manifest.generation,)).fetchone():
            yield f"does not hold generation {manifest.generation}, which {CURRENT} names. {_FROM_SOURCES}"
            return
        generation_end(connection, manifest.generation)
    except ArchiveDamaged as error:
        yield str(error)
    with closing(connect(home, generation=manifest.generation)) as reading:
        yield from _row_problems(reading, manifest, tell)


def _row_problems(
    connection: sqlite3.Connection, manifest: Manifest, tell: Callable[[Progress], None]
) -> Iterator[str]:
    """The first thing that is wrong with each source, and what belongs to none."""
    survey = Survey(connection, lambda done: tell(Progress("check", done, manifest.passages)))
    named: set[int] = set()
    for damage in survey.run():
        if damage.source not in named and len(named) < _NAMED:
            yield f"{damage.problem}. {_FROM_SOURCES}"
        named.add(damage.source)
    if len(named) > _NAMED:
        yield f"{len(named) - _NAMED} more sources are damaged, or to be read again. {_FROM_SOURCES}"
    sql = "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
    counts = connection.execute(sql).fetchone()
    promised = (manifest.sources, manifest.articles, manifest.passages)
    if counts != promised:
        yield f"holds {counts} sources, articles and passages; the manifest says {promised}. {_FROM_SOURCES}"
    if any(survey.stray):
        yield f"holds {survey.stray} articles and passages of no source. {_FROM_SOURCES}"


def _derived_problems(home: Path, connection: sqlite3.Connection, manifest: Manifest) -> Iterator[Refusal]:
    """Where the vectors, and the derived indexes, differ from the catalogue though their bytes are as they were written."""
    base, missing, broken = encoder_base(connection, manifest.encoder.fingerprint), 0, 0
    for _, there in broken_vectors(connection, base, vector_bytes(manifest.encoder.dimension)):
        broken, missing = broken + there, missing + (not there)
    if missing:
        yield Refusal(DATABASE, f"holds no vector for {missing} passages.")
    if broken:
        yield Refusal(DATABASE, f"holds damaged vectors of {broken} passages.")
    folder = generation_folder(home, manifest.generation)
    holds: dict[str, Callable[[], bool]] = {LEXICAL: lambda: lexical_holds(folder / LEXICAL, connection)}
    if not missing and not broken:
        holds[VECTORS] = lambda: vectors_hold(folder / VECTORS, connection, base)
    for name, whole in holds.items():
        try:
            if not whole():
                yield Refusal(name, "does not hold the passages that the catalogue holds.")
        except ArchiveDamaged:
            yield Refusal(name, "cannot be opened.")


def _nobody(_: Progress) -> None:
    """Nobody is told."""
