"""How English names are written in Chinese characters by sound, learned from dictionaries: "tes" "la" → 特斯 拉.

A joint-sequence model (Deligne and Bimbot 1995; Bisani and Ney 2008) without context: a name is a row of units, each some
letters and one character; their probabilities come from expectation maximisation over all ways to cut the names up.
Pairs that are translations rather than transliterations are improbable under it and dropped between the rounds.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

# Letters of a unit; a name's character seldom takes more.
LONGEST = 5
_ROUNDS, _PRUNED_AFTER = 8, (2, 4, 6)
# The least mean logarithm of a unit's probability in a pair that is kept.
_LEAST = -8.5
# Units expected less than this often are chance.
_COUNT = 0.7
# What no unit has been seen for is this improbable.
_FLOOR = 1e-7

Pair = tuple[str, str]


def learned(pairs: Iterable[Pair]) -> dict[str, dict[str, float]]:
    """(name in Latin letters, name in characters) → letters → character → probability of the unit."""
    kept = sorted(
        {(a, b) for a, b in pairs if 2 <= len(b) <= len(a) <= LONGEST * len(b) and len(a) <= 3.5 * len(b) + 1}
    )
    probability = _start(kept)
    for round_ in range(_ROUNDS):
        counts: Counter[Pair] = Counter()
        likely = []
        for pair in kept:
            logarithm = _expect(pair, probability, counts)
            if logarithm / len(pair[1]) > _LEAST or round_ not in _PRUNED_AFTER:
                likely.append(pair)
        kept = likely
        total = sum(counts.values())
        probability = {unit: count / total for unit, count in counts.items()}
    table: dict[str, dict[str, float]] = defaultdict(dict)
    total = sum(counts.values())
    for (letters, character), count in counts.items():
        if count > _COUNT:
            table[letters][character] = count / total
    return dict(table)


def _start(pairs: list[Pair]) -> dict[Pair, float]:
    """A character goes with the letters where it would stand if all took as many."""
    counts: Counter[Pair] = Counter()
    for a, b in pairs:
        width = len(a) / len(b)
        for at, character in enumerate(b):
            middle = (at + 0.5) * width
            for start in range(len(a)):
                for end in range(start + 1, min(len(a), start + LONGEST) + 1):
                    off = abs((start + end) / 2 - middle) + abs(end - start - width) / 2
                    if off < 2:
                        counts[a[start:end], character] += math.exp(-2 * off)
    total = sum(counts.values())
    letters: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for (left, right), count in counts.items():
        letters[left] += count
        characters[right] += count
    # How much more than by chance, so that common letters do not take all.
    return {
        (left, right): count / total * min(1.0, count * total / (letters[left] * characters[right]) / 20)
        for (left, right), count in counts.items()
    }


def _expect(pair: Pair, probability: dict[Pair, float], counts: Counter[Pair]) -> float:
    """Add a pair's expected units to `counts`; the logarithm of the pair's probability."""
    a, b = pair
    forward = [[0.0] * (len(a) + 1) for _ in range(len(b) + 1)]
    backward = [[0.0] * (len(a) + 1) for _ in range(len(b) + 1)]
    forward[0][0] = backward[len(b)][len(a)] = 1.0
    spans = [(s, e) for s in range(len(a)) for e in range(s + 1, min(len(a), s + LONGEST) + 1)]
    for at, character in enumerate(b):
        for start, end in spans:
            if forward[at][start]:
                forward[at + 1][end] += forward[at][start] * probability.get((a[start:end], character), _FLOOR)
    total = forward[len(b)][len(a)]
    if not total:
        return -math.inf
    for at in range(len(b) - 1, -1, -1):
        for start, end in spans:
            if backward[at + 1][end]:
                unit = probability.get((a[start:end], b[at]), _FLOOR)
                backward[at][start] += unit * backward[at + 1][end]
                if forward[at][start]:
                    counts[a[start:end], b[at]] += forward[at][start] * unit * backward[at + 1][end] / total
    return math.log(total)
