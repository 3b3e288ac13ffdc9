"""Word translation probabilities out of sentence pairs: IBM model 1 (Brown et al. 1993) both ways, made symmetric.

A pair of words counts as far as both directions believe in it (the geometric mean), which takes away most of what one
direction alone gets wrong: rare words that catch everything, and frequent ones that go with anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ITERATIONS = 8
# Words of a sentence that are aligned: longer ones align badly and cost much.
_LONGEST = 60
# Pairs believed in less than this are noise; so are those expected less than this many times in all sentences.
_LEAST, _LEAST_COUNT = 0.03, 0.25

Words = Sequence[str]


def translations(pairs: Sequence[tuple[Words, Words, float]]) -> dict[str, dict[str, tuple[float, float]]]:
    """(source words, target words, weight) of each sentence → source word → target word → (probability, count)."""
    sources: dict[str, int] = {}
    targets: dict[str, int] = {"": 0}
    a, b, slot_a, slot_b, weights = [], [], [], [], []
    count_a = count_b = 0
    for left, right, weight in pairs:
        one = np.array([sources.setdefault(word, len(sources)) for word in dict.fromkeys(left[:_LONGEST])], np.int64)
        # The empty word takes what translates nothing.
        other = np.array(
            [0, *(targets.setdefault(word, len(targets)) for word in dict.fromkeys(right[:_LONGEST]))], np.int64
        )
        if not len(one) or len(other) < 2:
            continue
        a.append(np.repeat(one, len(other)))
        b.append(np.tile(other, len(one)))
        slot_a.append(np.repeat(np.arange(count_a, count_a + len(one)), len(other)))
        slot_b.append(np.tile(np.arange(count_b, count_b + len(other)), len(one)))
        weights.append(np.full(len(one) * len(other), weight))
        count_a, count_b = count_a + len(one), count_b + len(other)
    if not a:
        return {}
    source, target = np.concatenate(a), np.concatenate(b)
    keys, cell = np.unique(source * len(targets) + target, return_inverse=True)
    weight_of = np.concatenate(weights)
    # p(target | source) explains each target word by a source word, and the other way round.
    forward, counts = _model(keys // len(targets), cell, np.concatenate(slot_b), weight_of)
    backward, counts_back = _model(keys % len(targets), cell, np.concatenate(slot_a), weight_of)
    belief = np.sqrt(forward * backward)
    counts = np.sqrt(counts * counts_back)
    names_a, names_b = list(sources), list(targets)
    found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for at in np.flatnonzero((belief > _LEAST) & (counts > _LEAST_COUNT) & (keys % len(targets) != 0)):
        one, other = divmod(int(keys[at]), len(targets))
        found[names_a[one]][names_b[other]] = (float(belief[at]), float(counts[at]))
    return dict(found)


def _model(
    given: NDArray[np.int64], cell: NDArray[np.int64], slot: NDArray[np.int64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability and expected count of each pair: `given` is the word it depends on, `slot` the word to explain."""
    probability = np.ones(len(given))
    counts = probability
    for _ in range(_ITERATIONS):
        share = probability[cell]
        share /= np.bincount(slot, share)[slot]
        counts = np.bincount(cell, share * weights, len(given))
        probability = counts / np.bincount(given, counts)[given]
    return probability, counts
