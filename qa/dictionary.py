"""The tables of translations on disk, looked up without being read: a ZIP archive of sorted lines in blocks.

`training/tables.py` writes it and says how it is laid out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from zipfile import ZipFile

TABLES = Path(__file__).with_name("translations.zip")

Options = tuple[tuple[str, float], ...]
"""Alternatives with probabilities, best first."""

# Blocks kept unpacked: those of a question in two languages.
_BLOCKS = 256


class Dictionary:
    """Language and key → alternatives; a stop word has none. Opened in a few milliseconds, safe for several threads."""

    def __init__(self, file: Path = TABLES) -> None:
        self._archive = ZipFile(file)
        self._first: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}
        lines = self._archive.read("first").decode().split("\n")
        for number, (language, key) in enumerate(line.split("\t") for line in lines):
            self._numbers.setdefault(language, number)
            self._first.setdefault(language, []).append(key)
        self._block = lru_cache(_BLOCKS)(self._read)

    def get(self, language: str, key: str) -> Options | None:
        """The alternatives for `key` as `qa.scripts.normal` spells it, or None if it is not in the table."""
        found = self._line(language, key)
        return None if found is None else _options(found)

    def holds(self, language: str, key: str) -> bool:
        """Whether the table has `key`, stop words included."""
        return self._line(language, key) is not None

    def starting(self, language: str, prefix: str) -> list[str]:
        """All words (no phrases) of the table that begin with `prefix`, in order."""
        first = self._first.get(language, [])
        start = max(bisect_right(first, prefix) - 1, 0)
        found: list[str] = []
        for at in range(start, len(first)):
            if at > start and not first[at].startswith(prefix):
                break
            lines = re.finditer(
                f"\n({re.escape(prefix)}[^\t\n ]*)(?=[\t\n])", self._block(self._numbers[language] + at)
            )
            found += [line[1] for line in lines]
        return found

    def _line(self, language: str, key: str) -> str | None:
        """What stands behind a key in its line."""
        first = self._first.get(language, [])
        at = bisect_right(first, key) - 1
        if at < 0 or "\n" in key or "\t" in key:
            return None
        # Finding a line in the text takes microseconds, making a dictionary of its lines half a millisecond.
        block = self._block(self._numbers[language] + at)
        for mark in "\t\n":
            if (start := block.find(f"\n{key}{mark}")) >= 0:
                end = block.index("\n", start + 1)
                return block[start + len(key) + 2 : end] if mark == "\t" else ""
        return None

    def _read(self, number: int) -> str:
        """The text of a block between two line ends."""
        return f"\n{self._archive.read(f'{number:04}').decode()}\n"


def _options(line: str) -> Options:
    parts = line.split("\t") if line else []
    return tuple((word, int(share) / 100) for word, share in zip(parts[::2], parts[1::2], strict=True))


@cache
def dictionary() -> Dictionary:
    """The tables that come with the program."""
    return Dictionary()
