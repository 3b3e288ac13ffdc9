"""Plain text in whatever encoding: one page, and its lines.

Lines are split at `\\n`, `\\r\\n` and `\\r` only, so that their numbers are those an editor shows, and keep their raw text.
"""

from __future__ import annotations

import codecs
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count
from pathlib import Path

from ..errors import SourceError
from ..types import Line, Page

# A page of a newspaper has some 10,000 characters; a file a thousand times as long is no text to be read in one piece.
LIMIT = 64 << 20
# Controls that text files really hold: tab, form feed, vertical tab, escape (old word processors), end-of-file mark.
_JUNK = re.compile("[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
# A stray control character happens in extracted text; one in fifty characters is no text.
_JUNK_SHARE = 0.02
# Zero bytes get into text by faults of disks and programs; a tenth of them is another encoding, or no text.
_NUL_SHARE = 0.1
# Real Chinese text, decoded rightly, is nearly all common characters of one script or the other; decoded wrongly (Big5 as
# GB18030, Korean as GB18030, either as UTF-16) it stays below 60 %.
_COMMON_SHARE = 0.7
_LEVELS = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6))  # lead bytes of the common characters
# Of a thousand characters beyond ASCII so many may be damaged before the encoding is thought to be another.
_DAMAGE = 0.02
_ENOUGH = 8  # characters beyond ASCII, rightly decoded, beside which one cut off at the end is a fault
SAMPLE = 1 << 16  # bytes looked at to judge an encoding
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What files say of themselves, and what that means in practice. Other codecs of Python are no encodings of files.
_DECLARED = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "xgbk", "cp936", "gb231280", "windows936"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950", "xbig5"), "big5hkscs"),
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252"), "cp1252"),
    "utf8": "utf-8",
    "euckr": "cp949",
    "eucjp": "euc_jp",
    "shiftjis": "cp932",
}
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SIGNS = re.compile("[^A-Za-z0-9]")
_BEYOND_ASCII = re.compile(b"[\x80-\xff]")
_USUAL = 1 << 14  # characters; those of the two levels and as many again


def _silent(_: str) -> None:
    """For callers who need no notes."""


def read_text(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A text file in any usual encoding, as one page.

    :raises SourceError: if the file is empty, too large, no text, or in no known encoding.
    :raises OSError: if it cannot be opened.
    """
    text = load_text(path, source, note)
    yield Page(source, 1, tuple(map(Line, count(1), split_lines(text))))


def load_text(path: Path, source: str, note: Callable[[str], None], declared: str | None = None) -> str:
    """The whole text of a file that must not be empty; the same exceptions as `read_text`."""
    text = decode(load(path, source), source, note, declared)
    if not text.strip(" \t\r\n\v\f\x00\x1a\x85\xa0\u3000\u2028\u2029\ufeff"):
        raise SourceError(f"{source}: the file is empty. Remove it or put text into it.")
    return text


def load(path: Path, source: str, limit: int = LIMIT) -> bytes:
    """The bytes of a file, refused by its size before it is read.

    :raises SourceError: if it is larger than `limit`.
    :raises OSError: if it cannot be opened.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(size + 1) if size <= limit else None
        if data is not None and len(data) > size:
            # Its size was only a first look: a file may grow while it is read.
            data += file.read(limit - size)
    if data is None or len(data) > limit:
        raise SourceError(f"{source}: is larger than {limit >> 20} MB. Split it into smaller files.")
    return data


def split_lines(text: str) -> list[str]:
    """The lines of a text, broken where an editor breaks them."""
    pieces = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not pieces[-1]:
        pieces.pop()
    return pieces


def decode(data: bytes, source: str, note: Callable[[str], None] = _silent, declared: str | None = None) -> str:
    """The text of a file's bytes, in whichever encoding they are; `declared` is what the file says of itself.

    A few damaged characters become U+FFFD and are noted.

    :raises SourceError: if the bytes are no text, or in no known encoding.
    """
    encoding = encoding_of(data, source, declared)
    text, damaged = _decoded(data, encoding)
    if not _tolerable(text, damaged):
        if encoding.startswith(("utf-16", "utf-32", "utf-8-sig")):
            name = encoding.removesuffix("-sig").upper()
            raise SourceError(f"{source}: begins as {name} but is not. Save it again as UTF-8.")
        raise SourceError(f"{source}: its encoding is not known. Save it again as UTF-8.")
    whole = len(text)
    text = text.rstrip("\x00")  # what a crash leaves at a file's end
    if _junk(text) or len(text) < whole // 2:
        raise SourceError(f"{source}: this is binary data, not text. Export it as text first.")
    if damaged:
        note(f"{damaged} damaged character(s) cannot be read and stand as \ufffd; the rest is kept")
    return text


def encoding_of(data: bytes, source: str, declared: str | None = None) -> str:
    """The name of the encoding of a file, by the whole of its bytes or the first of them.

    :raises SourceError: if they are no text, or in no known encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    zeros = data.count(0, 0, SAMPLE)
    if zeros > _NUL_SHARE * min(len(data), SAMPLE) and (wide := _best(data[:SAMPLE], _WIDE, _readable)):
        return wide
    declared = _DECLARED.get(_SIGNS.sub("", declared or "").lower())
    if declared and (found := _best(_telling(data), (declared,), _common_share)):
        return found
    # The wrong encodings hardly ever give a valid sequence of UTF-8.
    if _strictly(data, "utf-8") or _tolerable(*_decoded(_telling(data), "utf-8")):
        return "utf-8"
    # GB18030 and Big5 accept much of each other; the right one gives the more common characters.
    # Every character of UTF-32 has a zero byte.
    found = _best(_telling(data), ("gb18030", "big5hkscs", *(_WIDE if zeros else _WIDE[:2])), _common_share)
    if found is None and declared and _strictly(data, declared):
        return declared
    if found is None:
        if _junk(data[:SAMPLE].decode("latin-1")):
            raise SourceError(f"{source}: this is binary data, not text. Export it as text first.")
        raise SourceError(f"{source}: its encoding is not known. Save it again as UTF-8.")
    return found


def _best(sample: bytes, encodings: tuple[str, ...], share: Callable[[str], float]) -> str | None:
    """The encoding in which a sample has the largest share of usual characters, if that is enough for any."""
    decoded = [(encoding, *_decoded(sample, encoding)) for encoding in encodings]
    shares = {encoding: share(text) for encoding, text, damaged in decoded if _tolerable(text, damaged)}
    best = max(shares, key=shares.__getitem__, default="")
    return best if best and shares[best] >= _COMMON_SHARE else None


def _telling(data: bytes) -> bytes:
    """The bytes that tell encodings apart: from the first beyond ASCII, at the border of a character of two or four."""
    first = _BEYOND_ASCII.search(data)
    start = (first.start() if first else 0) // 4 * 4
    return data[start : start + SAMPLE]


def _junk(text: str) -> bool:
    return len(_JUNK.findall(text)) > _JUNK_SHARE * len(text) or text.count("\x00") > _NUL_SHARE * len(text)


def _strictly(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str) -> tuple[str, int]:
    """The text, and how many of its characters had to be replaced."""
    try:
        return data.decode(encoding), 0
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return text, text.count("\ufffd")


def _tolerable(text: str, damaged: int) -> bool:
    if not damaged:
        return True
    right = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return damaged <= _DAMAGE * right or (damaged == 1 and right >= _ENOUGH and text.endswith("\ufffd"))


def _common_share(text: str) -> float:
    """Share of the letters beyond ASCII that are common in either script: the first level of GB2312 or of Big5."""
    counted = Counter(text).items()
    letters = [found for found in counted if found[0] > "\x7f" and unicodedata.category(found[0])[0] in "LCM"]
    return (
        sum(times for char, times in letters if _common(char)) / sum(times for _, times in letters) if letters else 0.0
    )


def _readable(text: str) -> float:
    """Share of the characters that are common in either script, or ASCII."""
    usual = sum(
        times for char, times in Counter(text).items() if " " <= char < "\x7f" or char in "\t\r\n" or _common(char)
    )
    return usual / max(1, len(text))


@lru_cache(_USUAL)
def _common(char: str) -> bool:
    return any(low <= char.encode(codec, "replace")[0] <= high for codec, low, high in _LEVELS)
