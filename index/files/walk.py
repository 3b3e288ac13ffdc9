"""Folders walked: every file below a path as an entry, with those in zips, and what is wrong with those that are not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import SourceError
from ..read import SUFFIXES as _READ
from ..read import not_read
from . import zips

# Of files that are read, or looked into.
SUFFIXES: frozenset[str] = frozenset({*_READ, zips.SUFFIX})
SUPPORTED = ", ".join(sorted(SUFFIXES))


@dataclass(frozen=True, slots=True)
class Entry:
    """Something below a root: a file to read, with its one real path, or something refused, with the problem.

    A `member` is in the zip at `path`. `unread`: what is there, or below it, is not known; `empty`: it is a root that
    holds nothing.
    """

    path: Path
    relative: Path
    problem: str = ""
    real: Path | None = None
    status: os.stat_result | None = None
    unread: bool = False
    empty: bool = False
    member: zips.Member | None = None

    @property
    def place(self) -> bytes:
        """The absolute path in the bytes of the file system; that of a member goes on below its zip."""
        own = os.fsencode(os.path.abspath(self.path))  # noqa: PTH100 (resolve() follows links that may be gone)
        return own if self.member is None else own + b"/" + os.fsencode(self.member.path)


def below(root: Path, home: Path | None, recorded: bool) -> Iterator[Entry]:
    """Everything at or below a root, hidden files and the folder `home` left out; what is wrong is in the entries.

    `recorded`: the root is one of an earlier build, and may be out of reach now.
    """
    try:
        mode = root.stat().st_mode
    except (OSError, ValueError) as error:
        yield Entry(root, root, f"cannot be read now ({reason(error)}).", unread=True)
        return
    if not stat.S_ISDIR(mode):
        yield from _unpacked(_entry(root, Path(root.name), None))
        return
    inside = root.resolve()
    unreadable: list[OSError] = []
    # Files come before links to them, so that a file found twice keeps its own name.
    links: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=unreadable.append):
        here = Path(folder)
        if recorded and here == root and not folders and not names:
            yield Entry(root, root, "holds nothing now.", unread=True, empty=True)
        folders[:] = sorted(name for name in folders if not _hidden(name) and not _same(here / name, home))
        for path in (here / name for name in folders):
            if path.is_symlink():
                yield Entry(
                    path,
                    path.relative_to(root),
                    "is a link to a folder; such links are not followed. Give that folder, too.",
                )
        for path in (here / name for name in sorted(names) if not _hidden(name)):
            if path.is_symlink():
                links.append(path)
            else:
                yield from _unpacked(_entry(path, path.relative_to(root), inside))
    for path in links:
        entry = _entry(path, path.relative_to(root), None)
        if entry.real is not None and not entry.real.is_relative_to(inside):
            entry = Entry(path, entry.relative, "is a link out of the folder. Give the file that it leads to.")
        yield from _unpacked(entry)
    for failure in unreadable:
        path = Path(failure.filename)
        relative = path.relative_to(root) if path != root else root
        if not isinstance(failure, FileNotFoundError):
            problem = f"cannot be listed ({failure.strerror}). Check its permissions."
            yield Entry(path, relative, problem, unread=True)


def _unpacked(entry: Entry) -> Iterator[Entry]:
    """The entry itself, or in the place of a zip the files in it."""
    if entry.real is None or entry.path.suffix.lower() != zips.SUFFIX:
        yield entry
        return
    try:
        inside = zips.members(entry.path)
    except (SourceError, OSError) as error:
        gone = isinstance(error, OSError)
        problem = (
            f"cannot be opened ({error.strerror}). Check that it may be read."
            if isinstance(error, OSError)
            else str(error)
        )
        yield replace(entry, real=None, problem=problem, unread=gone)
        return
    if not inside:
        yield replace(entry, real=None, problem="is an empty zip. Put files into it.")
    for member in inside:
        relative = entry.relative / member.path
        problem = member.problem or _unsupported(relative)
        yield replace(
            entry, relative=relative, real=None if problem else entry.real / member.path, problem=problem, member=member
        )


def _unsupported(path: Path) -> str:
    return "" if path.suffix.lower() in SUFFIXES else not_read(path.suffix.lower())


def _entry(path: Path, relative: Path, inside: Path | None) -> Entry:
    """A file looked at once; `inside` is the real path of its root, where no link stands between the two."""
    try:
        status = path.stat()
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        then = "Check where it leads." if path.is_symlink() else "Build again."
        return Entry(path, relative, f"cannot be looked at ({error.strerror}). {then}", unread=not gone)
    if not stat.S_ISREG(status.st_mode):
        return Entry(path, relative, "is not a regular file. Give a file.")
    if path.suffix.lower() != zips.SUFFIX and (problem := _unsupported(path)):
        return Entry(path, relative, problem)
    return Entry(path, relative, "", inside / relative if inside else path.resolve(), status)


def reason(error: OSError | ValueError) -> str:
    """Why a path cannot be looked at, for a person."""
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    return error.strerror or "cannot be looked at" if isinstance(error, OSError) else "not a path"


def _same(path: Path, home: Path | None) -> bool:
    return home is not None and home.exists() and path.samefile(home)


def _hidden(name: str) -> bool:
    return name.startswith(".")
