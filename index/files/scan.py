"""The paths given to a build, as a list of files with their names in the archive.

What cannot be looked at now, on an unmounted drive or in a folder without permission, may still be there: the sources
read from it earlier are kept.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..archive.manifest import UPLOADS
from ..errors import UsageError
from ..types import Refusal
from . import zips
from .walk import SUPPORTED, Entry, below, reason

# A file changed within this many nanoseconds before it was looked at may change again within the same tick of the
# file system's clock (2 s on FAT) and keep its times: such a file is compared by content next time.
_TICK = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: where it is, its name in the archive, and the stamp by which a later build knows it unchanged.

    `place` is its absolute path in the bytes of the file system. A file in a zip is the `member` of the zip at `path`.
    """

    path: Path
    name: str
    size: int
    stamp: str
    place: bytes
    member: zips.Member | None = None

    @contextmanager
    def opened(self, unpacker: zips.Unpacker) -> Iterator[Path]:
        """The file as a path to read: its own, or that of a temporary copy of what is in a zip.

        :raises SourceError: if it cannot be unpacked.
        :raises OSError: if it cannot be opened.
        """
        if self.member is None:
            yield self.path
        else:
            with unpacker.unpacked(self.path, self.member, self.name) as copy:
                yield copy

    def stamped(self) -> str:
        """Its stamp as of now.

        :raises OSError: if it cannot be looked at.
        """
        return stamp(self.path.stat(), self.member)


@dataclass(frozen=True, slots=True)
class Scan:
    """The files found below the roots, by name, and what was not taken, each with its reason.

    `kept` names the sources that were read where nothing can be looked at now.
    """

    files: tuple[Found, ...]
    refused: tuple[Refusal, ...]
    kept: frozenset[str] = frozenset()


def check_given(paths: Sequence[Path]) -> None:
    """Refuse paths that somebody gives and that are not there: he means something else, or a drive is missing.

    :raises UsageError: naming the first.
    """
    for path in paths:
        try:
            path.stat()
        except (OSError, ValueError) as error:
            where = printable(path)
            raise UsageError(f"{where}: {reason(error)}. Check the path; the archive is left as it was.") from error


def scan(
    roots: Sequence[Path], home: Path, known: Mapping[str, bytes | None] | None = None, *, recorded: bool = False
) -> Scan:
    """Look through `roots` (files, or folders with all below them); hidden files and the archive itself are passed over.

    A file is named by its path relative to its root. Where that name is taken, the later file's is
    `<root's name>/<relative path>`. A file reached twice counts once.

    `known` are the archive's sources, each with the place it was read from (None: nobody knows). Those whose place is
    out of reach are kept, and then files keep the names they are known by. `recorded` says that the roots are those of
    an earlier build: one that is missing, or that holds nothing at all as a drive's mount point does, is out of reach.
    """
    found = [
        (root, entry)
        for root in roots
        for entry in below(root, None if root == home / UPLOADS else home, recorded and root != home / UPLOADS)
    ]
    kept = _kept(known or {}, [entry for _, entry in found])
    counts = Counter(kept.values())
    names = {place: name for name, place in (known or {}).items() if place is not None} if kept else {}
    taken = {name for name, place in kept.items() if place}
    files: list[Found] = []
    refused: list[Refusal] = []
    seen: set[Path] = set()
    for root, entry in found:
        place = entry.place
        number = counts[place] or counts[_NOWHERE]
        if entry.real in seen or (entry.empty and not number):
            continue
        name = names.get(place, "")
        if not name or (name in taken and entry.real is not None):
            name = _free_name(printable(entry.relative), root, taken)
        taken.add(name)
        if entry.real is None or entry.status is None:
            again = _GIVE_AGAIN if recorded and entry.path == root else ""
            rest = f" Its {number} files are kept as they were.{again}" if entry.unread and number else ""
            refused.append(Refusal(name, entry.problem + rest))
            continue
        seen.add(entry.real)
        member = entry.member
        size = entry.status.st_size if member is None else member.size
        files.append(Found(entry.path, name, size, stamp(entry.status, member), place, member))
    return Scan(
        tuple(sorted(files, key=lambda found: found.name)),
        tuple(sorted(refused, key=lambda refusal: refusal.source)),
        frozenset(kept.keys() - {file.name for file in files}),
    )


_GIVE_AGAIN = " Give the paths again (wenbao build PATH …) to drop them."
_NOWHERE = b""  # the place of a source of which nobody knows where it was read


def _kept(known: Mapping[str, bytes | None], entries: Sequence[Entry]) -> dict[str, bytes]:
    """The known sources that may lie out of reach, each with the place that is."""
    lost = {entry.place for entry in entries if entry.unread}
    if not lost:
        return {}
    there = {entry.place for entry in entries if entry.real is not None}
    kept: dict[str, bytes] = {}
    for name, place in known.items():
        if place is None:
            kept[name] = _NOWHERE
        elif place not in there:
            above = place
            while above and above not in lost:
                above = above.rpartition(b"/")[0]
            if above:
                kept[name] = above
    return kept


def stamp(status: os.stat_result, member: zips.Member | None = None) -> str:
    """What tells a file from a changed one without reading it; empty if it is too fresh to tell.

    The inode and the time of its last change cannot be set back by copying old times onto new content.
    """
    if max(status.st_ctime_ns, status.st_mtime_ns) > time.time_ns() - _TICK:
        return ""
    inner = "" if member is None else f":{member.size}:{member.crc:08x}"
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}{inner}"


# A path can hold line breaks and other controls, and bytes in no known encoding; printed they would break lines or fail.
# Marks that turn the direction of writing would show the line with another name.
_UNPRINTABLE = frozenset(("Cc", "Cs", "Zl", "Zp"))
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(path: Path) -> str:
    """The path as one line of text: what is no printable character becomes a replacement character."""
    text = path.as_posix()
    if text.isprintable():
        return text
    text = os.fsencode(text).decode("utf-8", "replace")
    bad = {char for char in set(text) if char in _TURNING or unicodedata.category(char) in _UNPRINTABLE}
    return "".join("\ufffd" if char in bad else char for char in text) if bad else text


def _free_name(name: str, root: Path, taken: set[str]) -> str:
    if name not in taken:
        return name
    base = printable(Path(root.name or "root"))
    candidate, number = f"{base}/{name}", 2
    while candidate in taken:
        candidate, number = f"{base}-{number}/{name}", number + 1
    return candidate


def nothing_to_read(roots: Sequence[Path], refused: Sequence[Refusal]) -> str:
    """The message for paths below which no file can be read."""
    where = ", ".join(printable(root) for root in roots) or "no path given"
    if roots and not any(root.exists() for root in roots):
        return f"{where}: no such file or folder. Check the path; the archive is left as it was."
    first = f" {refused[0].source}: {refused[0].reason}" if refused else ""
    more = f" ({len(refused)} refused)" if len(refused) > 1 else ""
    return f"{where}: nothing to read (supported: {SUPPORTED}).{first}{more} The archive is left as it was."
