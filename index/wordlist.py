"""A user's own words and names: found whole in documents and questions alike, and names of one thing as one.

A list is a text file with a word on each line, as jieba reads it (a frequency and a tag may follow and count for nothing
here), or several names of one thing with "=" between them. Empty lines and those that begin with # say nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError
from .folding import SEVERAL, codes_of, fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What is longer is a sentence, and its file no list of words.
_LONGEST = 60
_FREQUENCY_AND_TAG = re.compile(r"(?:(?<=\S) [0-9]+(?: [a-z]+)?|(?<=[^\x00-\x7f]) [a-z]{1,4})+$")


@dataclass(frozen=True)
class Wordlist:
    """Words to be found whole, folded. Each of `groups` names one thing: texts with any of its names are found by the first."""

    groups: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str, name: str = "") -> Wordlist:
        """The list written in `text`, that of the file `name`.

        Single characters alone on a line are passed over: they are found as they are.

        :raises UsageError: if a line is no word, or a name stands for two things.
        """
        groups: dict[str, list[str]] = {}
        leaders: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            for word in (names := _names(line, f"{name}, line {number}")):
                known = leaders.get(word, names[0])
                if known == word and len(groups.get(word, ())) == 1:
                    # So far a thing of its own, without other names.
                    del groups[word]
                elif known != names[0]:
                    raise UsageError(f'{name}, line {number}: "{word}" has other names already. Keep one of the lines.')
                leaders[word] = names[0]
                group = groups.setdefault(names[0], [])
                if word not in group:
                    group.append(word)
        return cls(tuple(map(tuple, groups.values())))

    @property
    def text(self) -> str:
        """The list as it is kept: `parse` reads it back."""
        return "".join(f"{' = '.join(group)}\n" for group in self.groups)

    def found(self, folded: Sequence[str]) -> list[list[str]]:
        """For each folded text the terms of the words in it, from the left, of those at one place the longest."""
        terms: list[list[str]] = [[] for _ in folded]
        if self.groups:
            joined = "\n".join(folded)
            starts = [0, *accumulate(len(text) + 1 for text in folded)]
            for place, word in self._words(joined):
                terms[bisect_right(starts, place) - 1].append(self._terms[word])
        return terms

    def names(self, term: str) -> tuple[str, ...]:
        """All names of the thing that a term of `found` stands for; none for any other term."""
        return self._named.get(term, ())

    @cached_property
    def _named(self) -> dict[str, tuple[str, ...]]:
        return {"".join(group[0].split()): group for group in self.groups}

    def _words(self, text: str) -> Iterator[tuple[int, str]]:
        end = 0
        for place in self._places(text):
            for length in self._lengths.get(text[place : place + 2], ()) if place >= end else ():
                word = text[place : place + length]
                if word in self._terms and _stands_alone(word, text, place):
                    yield place, word
                    end = place + length
                    break

    def _places(self, text: str) -> Iterable[int]:
        """Where a word may begin, by its first and its second character: nearly all other places are passed over at once."""
        import numpy as np

        marks = self._marks[codes_of(text)]
        places: list[int] = np.flatnonzero((marks[:-1] & _FIRST != 0) & (marks[1:] & _SECOND != 0)).tolist()
        return places

    @cached_property
    def _terms(self) -> dict[str, str]:
        return {word: "".join(group[0].split()) for group in self.groups for word in group}

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """By the first two characters of words, how long they are, the longest first."""
        found: dict[str, set[int]] = {}
        for word in self._terms:
            found.setdefault(word[:2], set()).add(len(word))
        return {start: sorted(lengths, reverse=True) for start, lengths in found.items()}

    @cached_property
    def _marks(self) -> NDArray[np.uint8]:
        """For each code point whether a word begins with it, and whether it is the second of one."""
        import numpy as np

        marks = np.zeros(SEVERAL, np.uint8)
        for start in self._lengths:
            marks[ord(start[0])] |= _FIRST
            marks[ord(start[1])] |= _SECOND
        return marks


_FIRST, _SECOND = 1, 2
NO_WORDS = Wordlist()


def read_wordlist(file: Path) -> Wordlist:
    """The list in `file`.

    :raises UsageError: if it cannot be read, is not UTF-8 or no list of words.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: the word list cannot be read ({error.strerror}). Check the path given.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}, line {line}: not UTF-8. Save the word list as UTF-8.") from error
    return Wordlist.parse(text, str(file))


def _names(line: str, where: str) -> list[str]:
    """The names on a line, folded; none if it says nothing."""
    line = " ".join(fold(line).split())
    if not line or line.startswith("#"):
        return []
    given = [name.strip() for name in line.split("=")] if "=" in line else [_FREQUENCY_AND_TAG.sub("", line)]
    names = list(dict.fromkeys(given))
    if len(given) > 1 and min(map(len, names)) < 2:
        raise UsageError(f'{where}: "{line}" needs names of two characters or more on both sides of each "=".')
    for word in names:
        if len(word) > _LONGEST:
            raise UsageError(f"{where}: {len(word):,} characters are no word. A word list has one word on each line.")
        if not any(char.isalnum() for char in word):
            raise UsageError(f'{where}: "{word}" is no word.')
    return [word for word in names if len(word) > 1]


def _stands_alone(word: str, text: str, place: int) -> bool:
    """Whether a word of letters and digits is no part of another."""
    end = place + len(word)
    return not (_is_mark(word[0]) and place > 0 and _is_mark(text[place - 1])) and not (
        _is_mark(word[-1]) and _is_mark(text[end : end + 1])
    )


def _is_mark(char: str) -> bool:
    return char.isascii() and char.isalnum()
