"""The paths given to a build, as a list of files with their names in the archive."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .manifest import UPLOADS
from .read import SUFFIXES
from .types import Refusal

# A file changed within this many nanoseconds before it was looked at may change again within the same tick of the
# file system's clock (2 s on FAT) and keep its times: such a file is compared by content next time.
_TICK = 2_000_000_000
SUPPORTED = ", ".join(sorted(SUFFIXES))


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: where it is, its name in the archive, and the stamp by which a later build knows it unchanged."""

    path: Path
    name: str
    size: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The files found below the roots, by name, and what was not taken, each with its reason."""

    files: tuple[Found, ...]
    refused: tuple[Refusal, ...]


def scan(roots: Sequence[Path], home: Path) -> Scan:
    """Look through `roots` (files, or folders with all below them); hidden files and the archive itself are passed over.

    A file is named by its path relative to its root. Where that name is taken, the later file's is
    `<root's name>/<relative path>`. A file reached twice counts once.
    """
    files: list[Found] = []
    refused: list[Refusal] = []
    seen: set[Path] = set()
    taken: set[str] = set()
    for root in roots:
        for entry in _below(root, None if root == home / UPLOADS else home):
            if entry.real in seen:
                continue
            name = _free_name(_text(entry.relative), root, taken)
            taken.add(name)
            if entry.real is None or entry.status is None:
                refused.append(Refusal(name, entry.problem))
                continue
            seen.add(entry.real)
            files.append(Found(entry.path, name, entry.status.st_size, stamp(entry.status)))
    return Scan(
        tuple(sorted(files, key=lambda found: found.name)),
        tuple(sorted(refused, key=lambda refusal: refusal.source)),
    )


def stamp(status: os.stat_result) -> str:
    """What tells a file from a changed one without reading it; empty if it is too fresh to tell.

    The inode and the time of its last change cannot be set back by copying old times onto new content.
    """
    if max(status.st_ctime_ns, status.st_mtime_ns) > time.time_ns() - _TICK:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something below a root: a file to read, with its one real path, or something refused, with the problem."""

    path: Path
    relative: Path
    problem: str = ""
    real: Path | None = None
    status: os.stat_result | None = None


def _below(root: Path, home: Path | None) -> Iterator[_Entry]:
    try:
        mode = root.stat().st_mode
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        yield _Entry(root, root, f"{'no such file or folder' if missing else error.strerror}.")
        return
    if not stat.S_ISDIR(mode):
        yield _entry(root, Path(root.name), None)
        return
    inside = root.resolve()
    unreadable: list[OSError] = []
    # Files come before links to them, so that a file found twice keeps its own name.
    links: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=unreadable.append):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not _hidden(name) and not _same(here / name, home))
        for path in (here / name for name in folders):
            if path.is_symlink():
                yield _Entry(path, path.relative_to(root), "is a link to a folder; such links are not followed.")
        for path in (here / name for name in sorted(names) if not _hidden(name)):
            if path.is_symlink():
                links.append(path)
            else:
                yield _entry(path, path.relative_to(root), inside)
    for path in links:
        entry = _entry(path, path.relative_to(root), None)
        if entry.real is not None and not entry.real.is_relative_to(inside):
            entry = _Entry(path, entry.relative, "is a link out of the folder.")
        yield entry
    for failure in unreadable:
        path = Path(failure.filename)
        yield _Entry(path, path.relative_to(root), f"cannot be listed ({failure.strerror}). Check its permissions.")


def _entry(path: Path, relative: Path, inside: Path | None) -> _Entry:
    """A file looked at once; `inside` is the real path of its root, where no link stands between the two."""
    try:
        status = path.stat()
    except OSError as error:
        return _Entry(path, relative, f"cannot be looked at ({error.strerror}).")
    if not stat.S_ISREG(status.st_mode):
        return _Entry(path, relative, "is not a regular file.")
    if path.suffix.lower() not in SUFFIXES:
        return _Entry(path, relative, f"is not of a supported kind (supported: {SUPPORTED}).")
    return _Entry(path, relative, "", inside / relative if inside else path.resolve(), status)


def _same(path: Path, home: Path | None) -> bool:
    return home is not None and home.exists() and path.samefile(home)


def _hidden(name: str) -> bool:
    return name.startswith(".")


def _text(relative: Path) -> str:
    """The path as text; bytes of a name in no known encoding become replacement characters."""
    return os.fsencode(relative.as_posix()).decode("utf-8", "replace")


def _free_name(name: str, root: Path, taken: set[str]) -> str:
    if name not in taken:
        return name
    base = _text(Path(root.name or "root"))
    candidate, number = f"{base}/{name}", 2
    while candidate in taken:
        candidate, number = f"{base}-{number}/{name}", number + 1
    return candidate


def nothing_to_read(roots: Sequence[Path], refused: Sequence[Refusal]) -> str:
    """The message for paths below which no file can be read."""
    where = ", ".join(str(root) for root in roots) or "no path given"
    if roots and not any(root.exists() for root in roots):
        return f"{where}: no such file or folder. Check the path; the archive is left as it was."
    first = f" {refused[0].source}: {refused[0].reason}" if refused else ""
    more = f" ({len(refused)} refused)" if len(refused) > 1 else ""
    return f"{where}: nothing to read (supported: {SUPPORTED}).{first}{more} The archive is left as it was."
