"""Zip files as folders: their members are sources of their own, read one at a time from a temporary copy."""

from __future__ import annotations

import errno
import shutil
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ..errors import SourceError
from ..formats.package import BROKEN, open_zip
from ..formats.text import decode

SUFFIX = ".zip"
# More than any year of a paper; beyond it a zip is broken or made to harm.
_MEMBERS, _TOTAL = 200_000, 16 << 30
# Text shrinks to a tenth, a page of one repeated character to a thousandth: a large member that shrinks more is a bomb.
_LARGE, _RATIO = 64 << 20, 200
# A name without the flag for UTF-8 is in the code page of whoever packed it; zipfile takes it for the first PC's.
_UTF8_FLAG, _PC = 0x800, "cp437"
_ENCRYPTED = 0x1
_HEADER = 30  # bytes before a member's name


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip: its name as zipfile knows it, its path in the zip as a person reads it, and what is wrong with it."""

    name: str
    path: PurePosixPath
    size: int
    crc: int
    problem: str = ""


def members(path: Path) -> list[Member]:
    """The files in a zip by name; folders, hidden files and what macOS adds are left out.

    :raises SourceError: if it is no zip, or one made to harm; the message has no name before it.
    :raises OSError: if it cannot be opened.
    """
    try:
        with open_zip(path) as opened:
            listed = [info for info in opened.infolist() if not info.is_dir()]
            packed = path.stat().st_size
    except (*BROKEN, OSError) as error:
        if _unread(error):
            raise
        raise SourceError("is not a whole zip file. Pack it again.") from error
    if len(listed) > _MEMBERS or sum(info.file_size for info in listed) > _TOTAL:
        raise SourceError(f"holds more than {_MEMBERS} files or {_TOTAL >> 30} GB. Unpack it, or pack it in parts.")
    shared = _overlapping(listed)
    found: dict[PurePosixPath, Member] = {}
    for info in listed:
        member = _member(info)
        if id(info) in shared and not member.problem:
            member = replace(member, problem="shares its bytes with another file of the zip. Pack the zip again.")
        if any(part.startswith((".", "__MACOSX")) for part in member.path.parts) and not member.problem:
            continue
        if member.path in found:
            member = Member(
                member.name, member.path, 0, 0, "is in the zip twice; the first is taken. Give the other another name."
            )
            found[PurePosixPath(f"{member.path} (2)")] = member
        else:
            found[member.path] = member
    wanted = sum(member.size for member in found.values() if not member.problem)
    if wanted > _LARGE and wanted > _RATIO * packed:
        raise SourceError(f"would unpack to {wanted >> 20} MB from almost nothing. It is not unpacked.")
    return [found[path] for path in sorted(found)]


def _overlapping(listed: Sequence[zipfile.ZipInfo]) -> set[int]:
    """The members (by `id`) whose bytes reach into those of the next: so a small zip is made to unpack to a large one."""
    ordered = sorted(listed, key=lambda info: info.header_offset)
    return {
        id(info)
        for info, after in pairwise(ordered)
        if info.header_offset + _HEADER + len(info.filename) + info.compress_size > after.header_offset
    }


def _member(info: zipfile.ZipInfo) -> Member:
    name = info.filename if info.flag_bits & _UTF8_FLAG else _decoded(info.filename)
    pieces = name.replace("\\", "/").split("/")
    path = PurePosixPath(*[piece for piece in pieces if piece not in ("", ".", "..")] or ["?"])
    return Member(info.filename, path, info.file_size, info.CRC, _problem(info, name, pieces))


def _problem(info: zipfile.ZipInfo, name: str, pieces: list[str]) -> str:
    if ".." in pieces or name.startswith("/") or ":" in pieces[0]:
        return "has a name that leads out of the zip. Pack it with plain names."
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link; links in a zip are not followed. Pack the file itself."
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted. Unpack it with its password first."
    if name.lower().endswith(SUFFIX):
        return "is a zip inside a zip. Unpack it first."
    if info.file_size > _LARGE and info.file_size > _RATIO * max(1, info.compress_size):
        return f"would unpack to {info.file_size >> 20} MB from almost nothing. It is not unpacked."
    return ""


def _unread(error: Exception) -> bool:
    """Whether the file cannot be read.

    A place outside the file, to which a damaged zip points, is an invalid argument; bzip2 data that is damaged, an error
    without a number.
    """
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _decoded(name: str) -> str:
    try:
        data = name.encode(_PC)
    except UnicodeEncodeError:
        return name
    try:
        return decode(data, name)
    except SourceError:
        return data.decode("gb18030", "replace")


class Unpacker:
    """Unpacks members; keeps the last zip open, whose directory takes long to read where it is long."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._zip: zipfile.ZipFile | None = None

    def __enter__(self) -> Unpacker:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip is not None:
            self._zip.close()
        self._path = self._zip = None

    def _open(self, path: Path) -> zipfile.ZipFile:
        if self._zip is None or self._path != path:
            self.__exit__()
            self._zip, self._path = open_zip(path), path
        return self._zip

    @contextmanager
    def unpacked(self, path: Path, member: Member, source: str) -> Iterator[Path]:
        """A temporary copy of a member of the zip at `path`, under a plain name with the member's suffix.

        :raises SourceError: if it cannot be unpacked.
        :raises OSError: if the zip cannot be opened, or the copy not be written.
        """
        with TemporaryDirectory(prefix="wenbao-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / f"member{member.path.suffix}"
            try:
                with self._open(path).open(member.name) as packed, copy.open("wb") as written:
                    # zipfile itself gives no more than the size it declares, and checks the sum at the end.
                    shutil.copyfileobj(packed, written, 1 << 20)
            except KeyError as error:
                raise SourceError(f"{source}: is no longer in the zip. Build again.") from error
            except (*BROKEN, OSError) as error:
                if _unread(error):
                    raise
                raise SourceError(f"{source}: cannot be unpacked ({error}). Pack the zip again.") from error
            if copy.stat().st_size != member.size:
                raise SourceError(f"{source}: cannot be unpacked (it is cut off). Pack the zip again.")
            yield copy
