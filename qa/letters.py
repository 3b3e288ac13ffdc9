"""Names that no dictionary holds, put into Chinese characters by their sound: "Abercrombie" → 阿伯克龙比.

`training/letters.py` learned which characters stand for which letters; of the ways to write a name only those are tried
whose characters stand side by side in the archive.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from qa.dictionary import Dictionary, Options

OFFSET = 20.0
"""The tables hold the logarithms of probabilities with this added to them, for they hold nothing below 0."""

LONGEST_UNIT = 5
"""Letters that one character stands for at most."""

# Ways kept at each letter, characters tried for some letters, and spellings given in the end.
_WAYS, _TRIED, _SPELLINGS = 12, 5, 4
# How much it counts how well two characters go together in the archive, beside how well each goes with its letters.
_TOGETHER = 0.25
# Letters at the end that may go unwritten (an ending of the question's language), and what each costs.
_UNWRITTEN, _COST = 2, 3.0
# Names of more or fewer letters are none, or any characters would do.
_LEAST, _MOST = 4, 16
# The mean logarithm below which a unit is by chance.
_IMPROBABLE = -10.0


def by_sound(word: str, tables: Dictionary, document_frequency: Callable[[str], int]) -> Options:
    """How a name in Latin letters without accents may be written in the archive, with probabilities, best first."""
    if not _LEAST <= len(word) <= _MOST:
        return ()
    frequency = cache(document_frequency)
    ways: list[dict[str, float]] = [{} for _ in range(len(word) + 1)]
    ways[0][""] = 0.0
    for start in range(len(word)):
        best = sorted(ways[start].items(), key=lambda way: (-way[1], way[0]))[:_WAYS]
        for end in range(start + 1, min(len(word), start + LONGEST_UNIT) + 1) if best else ():
            for character, likely in (tables.get("letters", word[start:end]) or ())[:_TRIED]:
                for before, score in best:
                    held = _together(before[-1], character, frequency) if before else 0.0
                    if held is not None:
                        new = score + likely - OFFSET + _TOGETHER * held
                        ways[end][before + character] = max(new, ways[end].get(before + character, -math.inf))
    found: dict[str, float] = {}
    for left in range(_UNWRITTEN + 1):
        for name, score in ways[len(word) - left].items():
            if len(name) > 1 and score / len(name) > _IMPROBABLE:
                found[name] = max(score - _COST * left, found.get(name, -math.inf))
    best = sorted(found.items(), key=lambda name: (-name[1], name[0]))[:_SPELLINGS]
    total = sum(math.exp(score - best[0][1]) for _, score in best)
    return tuple((name, math.exp(score - best[0][1]) / total) for name, score in best)


def _together(a: str, b: str, frequency: Callable[[str], int]) -> float | None:
    """The logarithm of the share of the rarer one's passages that hold the pair; None if none does."""
    both = frequency(a + b)
    if not both:
        return None
    alone = min(frequency(a) or math.inf, frequency(b) or math.inf)
    return math.log(both / alone) if alone < math.inf else math.log(both / (both + _COMMON))


# In how many passages more a pair of two characters that are too common to be terms should stand, to be no chance.
_COMMON = 100
