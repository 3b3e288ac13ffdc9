"""Near misses made of questions: one name, number or year exchanged for another of its kind.

What is asked then is not in the archive, though everything else of the question is.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from index import fold, tagged

_NUMBER = re.compile(r"(?<![a-zA-Z\d.])\d{1,4}(?![\d.])")
_ORDINAL = re.compile(r"(?<=第)[一二三四五六七八九十]{1,3}(?=[届次期任代季集])")
_TITLE = re.compile(r"(?<=[《“「])[^》”」]{2,20}(?=[》”」])")
_NAMES = ("nr", "nrt", "ns", "nt", "nz")
_YEARS = range(1500, 2100)


def names(texts: Iterable[str]) -> dict[str, list[str]]:
    """The names of the texts by their kind, each once, in order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for text in texts:
        for _, name, kind in _named(text):
            found[kind][name] = None
    return {kind: list(each) for kind, each in found.items()}


def swapped(text: str, others: Mapping[str, Sequence[str]], passage: str, chance: random.Random) -> str | None:
    """The question with one of its keys exchanged for one of `others` (or another number) that `passage` lacks; None if
    the question has no key."""
    folded = fold(text)
    if len(folded) != len(text):
        return None
    found = [(start, old, "number") for start, old in _numbers(folded)] + list(_named(folded))
    chance.shuffle(found)
    held = fold(passage)
    for start, old, kind in found:
        for _ in range(20):
            new = _number(old, chance) if kind == "number" else chance.choice(others.get(kind, [old]))
            if new != old and new not in folded and new not in held:
                return text[:start] + new + text[start + len(old) :]
    return None


def _numbers(folded: str) -> list[tuple[int, str]]:
    return [(m.start(), m.group()) for pattern in (_NUMBER, _ORDINAL) for m in pattern.finditer(folded)]


def _named(folded: str) -> list[tuple[int, str, str]]:
    """Start, name and kind of each name and title."""
    found = [(m.start(), m.group(), "title") for m in _TITLE.finditer(folded)]
    position = 0
    for word, tag in tagged(folded):
        if tag in _NAMES and len(word) > 1 and not any(s <= position < s + len(t) for s, t, _ in found):
            found.append((position, word, tag))
        position += len(word)
    return found


def _number(old: str, chance: random.Random) -> str:
    if not old.isdigit():
        return chance.choice("二三四五六七八九十")
    value = int(old)
    if value in _YEARS:
        return str(value + chance.choice([-9, -7, -5, -4, -3, 3, 4, 5, 7, 9]))
    low = 10 ** (len(old) - 1)
    return str(chance.randrange(low, 10 * low))
