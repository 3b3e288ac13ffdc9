"""The archive folder as a build finds it: made if need be, put in order, swept afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ..errors import ArchiveDamaged, ArchiveError, NoArchive, UsageError
from ..types import Refusal
from .catalogue import Catalogue
from .derive import Base
from .generations import generation_end, last_roots, purge
from .lock import LOCK, sweeping
from .manifest import (
    DATABASE,
    FORMAT_VERSION,
    GENERATIONS,
    LEXICAL,
    MANIFEST,
    UPLOADS,
    VECTORS,
    check_format,
    current_generation,
    damaged_files,
    read_manifest,
)
from .schema import NO_TABLES, connect, create, is_damage, summary, version


def prepare(home: Path) -> None:
    """Make the archive folder and see that it can be written.

    :raises ArchiveError: if it cannot.
    """
    if home.exists() and not home.is_dir():
        raise ArchiveError(f"{home}: a file, not an archive folder. Name another folder with --home.")
    try:
        str(home.absolute()).encode()
    except UnicodeEncodeError as error:
        # Neither FAISS nor tantivy can be told of such a path.
        name = os.fsencode(home).decode("utf-8", "replace")
        raise ArchiveError(f"{name}: the folder's name is not UTF-8. Name another folder with --home.") from error
    try:
        for folder in (home, home / GENERATIONS, home / UPLOADS):
            folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644))
    except OSError as error:
        raise ArchiveError(
            f"{home}: cannot be written ({error.strerror}). Check its permissions, or name another folder with --home."
        ) from error


def recorded_roots(home: Path) -> list[Path] | None:
    """The paths the archive was last built from, by its catalogue or else by its manifest; None if there is no archive.

    :raises ArchiveMismatch: if another format version wrote it.
    :raises UsageError: if there is one, but both are lost.
    """
    if (home / DATABASE).is_file():
        try:
            with closing(connect(home)) as connection:
                check_format(home, version(connection) or FORMAT_VERSION)
                roots = last_roots(connection)
            if roots is not None:
                return [Path(root) for root in roots]
        except (sqlite3.DatabaseError, ArchiveDamaged):
            pass  # a damaged catalogue; the manifest knows as well
    try:
        return [Path(root) for root in read_manifest(home).roots]
    except NoArchive:
        known = any((home / GENERATIONS).glob("*"))
    except ArchiveError:
        known = True
    if known:
        raise UsageError(
            f"{home}: what it was built from is lost with its catalogue. Give the paths again: wenbao build PATH …"
        )
    return None


def recorded_places(home: Path) -> dict[str, bytes | None]:
    """The sources of the archive with the paths they were read from; None where that was never noted."""
    if not (home / DATABASE).is_file():
        return {}
    try:
        with closing(connect(home)) as connection:
            if version(connection) != FORMAT_VERSION:
                return {}
            return {known.name: known.place for known in Catalogue(connection, 0).known().values()}
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return {}  # who opens it for writing will say so
        raise


def open_catalogue(home: Path, notes: list[Refusal]) -> sqlite3.Connection:
    """Connect to the catalogue for writing; a new one is made if it is missing or cannot be read.

    :raises ArchiveMismatch: if another format version wrote it.
    :raises sqlite3.OperationalError: if it can be neither read nor made just now.
    """
    file = home / DATABASE
    if file.exists():
        try:
            connection = connect(home)
            found = version(connection)
            if found:
                check_format(home, found)
                return connection
            connection.close()
            # Without a generation that serves it is one whose making was interrupted.
            problem = NO_TABLES if current_generation(home) is not None else ""
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                # A full disk, a file that is locked: nothing the catalogue should be given up for.
                raise
            problem = f"cannot be read ({summary(error)})"
        if problem:
            notes.append(Refusal(DATABASE, f"{problem}; set aside as {set_aside(file).name}. {_ANEW}"))
    elif current_generation(home) is not None:
        notes.append(Refusal(DATABASE, f"is missing. {_ANEW}"))
    # A log left behind by another database would be replayed into the new one.
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (home / name).unlink(missing_ok=True)
    return create(home)


_ANEW = "Everything was read and embedded again from the sources."


def set_aside(file: Path) -> Path:
    """Rename a damaged file so that a new one can take its place; returns the new name."""
    number = 1
    while (aside := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return file.rename(aside)


def serving(
    home: Path, catalogue: sqlite3.Connection, notes: list[Refusal], *, every_byte: bool = False
) -> Base | None:
    """The serving generation as something to build upon, with what of it is damaged noted; None if there is none.

    :raises ArchiveMismatch: if another format version wrote it.
    """
    try:
        manifest = read_manifest(home)
    except NoArchive:
        return None
    except ArchiveDamaged as error:
        notes.append(Refusal(MANIFEST, f"{error} It was written again from the catalogue."))
        return None
    if not catalogue.execute("SELECT 1 FROM generations WHERE number = ?", (manifest.generation,)).fetchone():
        return None
    wrong = damaged_files(home, manifest, limit=None) if every_byte else damaged_files(home, manifest)
    for path, problem in wrong.items():
        notes.append(Refusal(path, f"{problem}; made again from the catalogue."))
    lexical = not any(path.startswith(f"{LEXICAL}/") for path in wrong)
    vectors = not any(path.startswith(f"{VECTORS}/") for path in wrong)
    return Base(manifest, generation_end(catalogue, manifest.generation), lexical=lexical, vectors=vectors)


def clear_unfinished(home: Path) -> None:
    """Delete what builds that did not finish have left in the folder of generations."""
    current = current_generation(home) or 0
    for number in _generations(home):
        if number > current:
            _sweep_one(home / GENERATIONS / str(number))


def _sweep_one(folder: Path) -> bool:
    """Delete a generation's folder unless somebody reads it; returns whether it is gone."""
    with sweeping(folder / MANIFEST) as free:
        if free:
            shutil.rmtree(folder)
        return free


def next_generation(home: Path, catalogue: sqlite3.Connection) -> int:
    """A number above all that were ever given out and have left a trace."""
    finished = catalogue.execute("SELECT coalesce(max(number), 0) FROM generations").fetchone()[0]
    return max(current_generation(home) or 0, int(finished), *_generations(home), 0) + 1


def _generations(home: Path) -> list[int]:
    return [int(folder.name) for folder in (home / GENERATIONS).iterdir() if folder.name.isdecimal()]


def sweep(home: Path, catalogue: Catalogue, previous: int | None) -> None:
    """Delete generations that nobody reads, but for the serving one and the one before, and rows none of them sees."""
    spared = (catalogue.generation, previous)
    kept = [n for n in _generations(home) if n in spared or not _sweep_one(home / GENERATIONS / str(n))]
    purge(catalogue.connection, min(kept))
