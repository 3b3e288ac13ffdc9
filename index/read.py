"""A file to pages of lines: the one door to all formats, each of which is a module of `index.formats`.

Pages come one at a time, so that a file of any length is read in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import SourceError
from .formats.text import read_text
from .types import Page

Note = Callable[[str], None]
Reader = Callable[[Path, str, Note], Iterator[Page]]

_READERS: dict[str, Reader] = {".txt": read_text}
SUFFIXES: frozenset[str] = frozenset(_READERS)


def read(path: Path, source: str, note: Note = lambda _: None) -> Iterator[Page]:
    """Read the file at `path` into pages that carry `source` as their name.

    `note` is told of what costs only a part of the file, such as one page that cannot be read.

    :raises SourceError: while iterating, if the file cannot be opened, is empty or damaged, or is of a format that is
        not read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"{source}: {path.suffix or 'no suffix'} is not a format read here. Give {_known()}.")
    try:
        yield from reader(path, source, note)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(f"{source}: cannot be opened ({reason}). Check that it exists and may be read.") from error


def _known() -> str:
    return ", ".join(sorted(SUFFIXES))
