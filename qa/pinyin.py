"""Names spelt in pinyin as the characters that the archive has for them: "Sun Yonghong" → 孙永红, "Qingdao" → 青岛.

A syllable may be any of some dozen characters. The archive decides: only characters that stand side by side somewhere
in it make a name, which its index of character bigrams answers in microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from index import FAMILY_NAMES
from qa.dictionary import Dictionary, Options

# Questions to the index that a name may cost at most, 2 microseconds each; more syllables get fewer characters each.
LOOK_UPS = 3000
# Names have two to four syllables, in one to four written words.
_LEAST, _MOST = 2, 4
# Letters of the longest syllable ("zhuang").
_LONGEST = 6
# Ways on kept while a name is put together, and readings given in the end.
_WAYS, _READINGS = 60, 4
# A string that begins with a family name is e times as likely a name.
_FAMILY = 1.0
# Each place further down in the list of a syllable's characters, commonest in names first.
_FURTHER = 0.05


@dataclass(frozen=True, slots=True)
class Spelling:
    """Words from `start` to `end` of a question that spell a name, and its readings with probabilities, best first."""

    start: int
    end: int
    readings: Options


def spellings(
    words: Sequence[str], known: Callable[[str], bool], tables: Dictionary, document_frequency: Callable[[str], int]
) -> list[Spelling]:
    """Names among `words` (without accents; "" where none can go on), longest first, without overlaps.

    `known` are words of the question's language: a name holds at least one that is not, or is written with capitals
    and has a family name.
    """
    found: list[Spelling] = []
    start = 0
    while start < len(words):
        end = start + 1
        for longer in range(min(len(words), start + _MOST), start, -1):
            part = [word.lower() for word in words[start:longer]]
            if all(part) and (not all(map(known, part)) or _is_person(words[start:longer], tables)):
                readings = _readings(part, tables, document_frequency)
                if readings:
                    found.append(Spelling(start, longer, readings))
                    end = longer
                    break
        start = end
    return found


def _is_person(words: Sequence[str], tables: Dictionary) -> bool:
    """Whether two words are written as a person's name is: "Sun Zhongshan", "Yonghong Sun"."""
    if len(words) != 2 or not all(word.istitle() for word in words):
        return False
    syllables = [tables.holds("pinyin", word.lower()) for word in words]
    family = [set(_characters(word.lower(), tables)) & FAMILY_NAMES for word in words]
    return any(family) and sum(syllables) == 1


def _readings(words: Sequence[str], tables: Dictionary, document_frequency: Callable[[str], int]) -> Options:
    chains: dict[str, float] = {}
    orders = [words, (words[-1], *words[:-1])] if len(words) > 1 else [words]
    for turned, order in enumerate(orders):
        for syllables in _split(order, tables):
            # Given names stand first in English, and a family name has mostly one syllable.
            if turned and len(order[0]) != len(syllables[0]):
                continue
            for name, score in _chains(syllables, bool(turned), tables, document_frequency):
                chains[name] = max(score, chains.get(name, -math.inf))
    best = sorted(chains.items(), key=lambda chain: (-chain[1], chain[0]))[:_READINGS]
    total = sum(math.exp(score - best[0][1]) for _, score in best)
    return tuple((name, math.exp(score - best[0][1]) / total) for name, score in best)


def _split(words: Sequence[str], tables: Dictionary) -> Iterator[tuple[str, ...]]:
    """The ways to read words as syllables, two to four in all; none runs over the end of a word."""

    def ways(word: str, most: int) -> Iterator[tuple[str, ...]]:
        if not word:
            yield ()
        elif most:
            for length in range(min(len(word), _LONGEST), 0, -1):
                if tables.holds("pinyin", word[:length]):
                    for rest in ways(word[length:], most - 1):
                        yield (word[:length], *rest)

    found: list[tuple[str, ...]] = [()]
    for word in words:
        found = [(*before, *way) for before in found for way in ways(word, _MOST - len(before))]
    yield from (way for way in found if _LEAST <= len(way) <= _MOST)


def _chains(
    syllables: Sequence[str], person: bool, tables: Dictionary, document_frequency: Callable[[str], int]
) -> Iterator[tuple[str, float]]:
    """Strings of characters, one for each syllable, of which all neighbours stand side by side in the archive."""
    width = math.isqrt(LOOK_UPS // (2 * (len(syllables) - 1)))
    columns = [_characters(syllable, tables)[:width] for syllable in syllables]
    ways = [
        (character, _FAMILY * (character in FAMILY_NAMES) - _FURTHER * place)
        for place, character in enumerate(columns[0])
        if not person or character in FAMILY_NAMES
    ]
    frequency = cache(document_frequency)
    alone = {character: frequency(character) for column in columns for character in column}
    # The commonest characters are no terms.
    most = max(alone.values(), default=0) + 1

    def together(a: str, b: str) -> float:
        """How much two characters belong together: the logarithm of their cosine over the passages."""
        both = frequency(a + b)
        return math.log(both) - (math.log(alone[a] or most) + math.log(alone[b] or most)) / 2 if both else -math.inf

    for column in columns[1:]:
        ways = [
            (way + character, score + together(way[-1], character) - _FURTHER * place)
            for way, score in ways
            for place, character in enumerate(column)
        ]
        ways = sorted(filter(lambda way: way[1] > -math.inf, ways), key=lambda way: (-way[1], way[0]))[:_WAYS]
    yield from ways


def _characters(syllable: str, tables: Dictionary) -> str:
    options = tables.get("pinyin", syllable)
    return options[0][0] if options else ""
