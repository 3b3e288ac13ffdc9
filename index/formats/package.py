"""Zip packages that are one document (DOCX, EPUB): opened, and their XML parsed, with bounds on what they unpack to."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import SourceError

if TYPE_CHECKING:
    from lxml.etree import _Element

# A novel's whole text in XML is some megabytes; what is larger is damaged or made to fill the memory.
PART, _TOTAL, _MEMBERS = 64 << 20, 512 << 20, 100_000
# XML shrinks to a tenth or twentieth; a large part that shrinks to a hundredth of that is nothing but repetition.
_LARGE, _RATIO = 16 << 20, 200
# What a damaged zip raises.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, LookupError, OverflowError, MemoryError,
)  # fmt: skip
# The list of a zip's members is read into memory whole: that of the most members there may be, with long names.
_DIRECTORY = 64 << 20
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip whose list of members is no longer than any honest one.

    :raises OSError: if it cannot be opened.
    :raises zipfile.BadZipFile: if it is none, or its list is too long; a damaged one can raise any of `BROKEN`.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - 98))
        tail = file.read()
    end = tail.rfind(_END)
    listed = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if end >= 76 and tail[end - 20 : end - 16] == _END64:
        listed = int.from_bytes(tail[end - 36 : end - 28], "little")
    if listed > _DIRECTORY:
        raise zipfile.BadZipFile("its list of members is too long")
    return zipfile.ZipFile(path)


class Package:
    """An opened package: its parts by name. `kind` is what messages call it, such as "a Word document"."""

    def __init__(self, path: Path, source: str, kind: str) -> None:
        """Open it.

        :raises SourceError: if it is no zip, encrypted as a whole, or holds more than any document.
        :raises OSError: if it cannot be opened.
        """
        self.source, self.kind, self._unpacked = source, kind, 0
        with path.open("rb") as file:
            if file.read(8) == _OLE:
                raise self.error(
                    "is protected by a password, or is of an old format", "Save it anew without a password"
                )
        with self.guarded():
            self._zip = open_zip(path)
        self.names = frozenset(self._zip.namelist())
        if len(self.names) > _MEMBERS:
            self._zip.close()
            raise self.error(f"holds more than {_MEMBERS} parts", "Save it anew")

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._zip.close()

    def error(self, wrong: str, advice: str) -> SourceError:
        """The refusal of the whole file."""
        return SourceError(f"{self.source}: {wrong}. {advice}.")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Whatever a damaged zip raises, as a refusal."""
        try:
            yield
        except BROKEN as error:
            raise self.error(f"is not {self.kind}, or damaged", "Save it anew") from error

    def read(self, name: str) -> bytes:
        """The bytes of one part.

        :raises SourceError: if it is missing, encrypted, damaged or too large.
        """
        if name not in self.names:
            raise self.error(f"is not {self.kind}, or damaged ({_short(name)} is missing)", "Save it anew")
        info = self._zip.getinfo(name)
        bomb = info.file_size > _LARGE and info.file_size > _RATIO * max(1, info.compress_size)
        self._unpacked += info.file_size
        if info.file_size > PART or bomb or self._unpacked > _TOTAL:
            raise self.error("would unpack to more than any document", "Split it into smaller files")
        with self.guarded(), self._zip.open(info) as part:
            # No more than the declared size is unpacked, and the sum is checked at the end.
            return part.read()

    def tree(self, name: str) -> _Element:
        """The root of one XML part; no entity is resolved and nothing outside is looked at.

        :raises SourceError: as `read`, and if it is no XML.
        """
        root = parse_xml(self.read(name))
        if root is None:
            raise self.error(f"is damaged ({_short(name)} is no XML)", "Save it anew")
        return root


def parse_xml(data: bytes) -> _Element | None:
    """The root of an XML document, None if it is none. Entities stay unresolved; nothing outside is looked at."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _short(name: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in name[-80:])
