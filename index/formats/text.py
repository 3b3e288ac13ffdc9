"""Plain text in whatever encoding: one page, and its lines.

Lines are split at `\\n`, `\\r\\n` and `\\r` only, so that their numbers are those an editor shows, and keep their raw text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import SourceError
from ..types import Line, Page

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# Controls that text files really hold: tab, form feed, vertical tab, escape (old word processors), end-of-file mark.
_JUNK = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_JUNK_BYTE = re.compile(b"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
# A stray control character happens in extracted text; one in fifty characters is no text.
_JUNK_SHARE = 0.02
# Real Chinese text, decoded rightly, is nearly all common characters of one script or the other; decoded wrongly (Big5 as
# GB18030, Korean as GB18030) it stays below 60 %.
_COMMON_SHARE = 0.7
_LEVELS = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6))  # lead bytes of the common characters
_SAMPLE = 20_000  # characters looked at to judge a decoding
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_text(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A text file in any usual encoding, as one page.

    :raises SourceError: if the file is empty, is no text, or is in no known encoding.
    :raises OSError: if it cannot be opened.
    """
    text = decode(path.read_bytes(), source)
    if not text.strip():
        raise SourceError(f"{source}: the file is empty. Remove it or put text into it.")
    if len(_JUNK.findall(text)) > _JUNK_SHARE * len(text):
        raise SourceError(f"{source}: this is binary data, not text. Export it as text first.")
    yield Page(source, 1, tuple(Line(number, piece) for number, piece in enumerate(split_lines(text), 1)))


def split_lines(text: str) -> list[str]:
    """The lines of a text, broken where an editor breaks them."""
    pieces = _LINE_BREAK.split(text)
    if not pieces[-1]:
        pieces.pop()
    return pieces


def decode(data: bytes, source: str) -> str:
    """The text of a file's bytes, in whichever encoding they are.

    :raises SourceError: if they are no text, or in no known encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = _try(data, encoding)
            if text is None:
                raise SourceError(f"{source}: begins as {encoding.upper()} but is not. Save it again as UTF-8.")
            return text
    text = _try(data, "utf-8")
    if text is not None:
        return text
    if len(_JUNK_BYTE.findall(data)) > _JUNK_SHARE * len(data):
        raise SourceError(f"{source}: this is binary data, not text. Export it as text first.")
    # GB18030 and Big5 accept much of each other; the right one gives the more common characters.
    decoded = [text for text in (_try(data, "gb18030"), _try(data, "big5hkscs")) if text is not None]
    share, text = max(((_common_share(text), text) for text in decoded), key=lambda pair: pair[0], default=(0.0, ""))
    if share < _COMMON_SHARE:
        raise SourceError(f"{source}: its encoding is not known. Save it again as UTF-8.")
    return text


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _common_share(text: str) -> float:
    """Share of the letters beyond ASCII that are common in either script: the first level of GB2312 or of Big5."""
    letters = [char for char in text[:_SAMPLE] if char > "\x7f" and unicodedata.category(char)[0] in "LCM"]
    return sum(_common(char) for char in letters) / len(letters) if letters else 0.0


def _common(char: str) -> bool:
    return any(low <= char.encode(codec, "replace")[0] <= high for codec, low, high in _LEVELS)
