"""A file to pages of lines: the one door to all formats, each of which is a module of `index.formats`.

Pages come one at a time, so that a file of any length is read in bounded memory.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import SourceError
from .formats.apart import end_idle, read_apart
from .formats.docx import read_docx
from .formats.epub import read_epub
from .formats.html import read_html
from .formats.markdown import read_markdown
from .formats.records import read_csv, read_json, read_jsonl
from .formats.sniff import ADVICE, contradiction
from .formats.text import read_text
from .types import Page

Note = Callable[[str], None]
# What a scan or a picture can be: its text is only seen by OCR.
PICTURES = frozenset((".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"))

_READERS: dict[str, Callable[..., Iterator[Page]]] = {
    ".txt": read_text,
    ".docx": read_docx,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".epub": read_epub,
    **dict.fromkeys(PICTURES, read_apart),
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
}
SUFFIXES: frozenset[str] = frozenset(_READERS)


def read(path: Path, source: str, note: Note = lambda _: None, *, ocr: bool = False) -> Iterator[Page]:
    """Read the file at `path` into pages that carry `source` as their name.

    `note` is told of what costs only a part of the file, such as one page that cannot be read. With `ocr` scans and
    pictures are read, too.

    :raises SourceError: while iterating, if the file cannot be opened, is empty or damaged, is of a format that is not
        read, or of another than its name says.
    """
    suffix = path.suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        raise SourceError(f"{source}: {not_read(suffix)}")
    try:
        # Opening a pipe would wait for a writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(f"{source}: cannot be opened (not a regular file). Give a file.")
        wrong = contradiction(path)
        if wrong:
            raise SourceError(f"{source}: {wrong}")
        yield from reader(path, source, note, **{"ocr": ocr} if suffix in PICTURES else {})
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(f"{source}: cannot be opened ({reason}). Check that it exists and may be read.") from error


def release() -> None:
    """Let go of what is kept ready for another file."""
    end_idle()


def not_read(suffix: str) -> str:
    """Why files of a suffix are not read, and what to do: "is not a format read here. Save it as .docx."."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in suffix) or "no suffix"
    return f"{shown} is not a format read here. {ADVICE.get(suffix) or 'Give ' + ', '.join(sorted(SUFFIXES))}."
