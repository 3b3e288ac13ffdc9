"""First vectors: random directions as long as a token is rare, and foreign words where their translations are.

Random directions keep unrelated words apart (the mean of them is a random projection of the bag of words); the
inverse document frequency, raised to a power, as length makes rare words decide. A foreign token then gets the mean of its Chinese
translations, weighted by a word translation table (IBM model 1, Brown et al. 1993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sources import Pairs, Tokens

_ITERATIONS = 6
# Words of a text taken into the table: longer sentences align badly and cost much.
_LONGEST = 40
# Translations less likely than this, or counted less often, are noise.
_LEAST_PROBABILITY, _LEAST_COUNT = 0.02, 0.3


def random_rows(
    texts: Sequence[Tokens], size: int, dimension: int, power: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """A random row for each token, of a length that grows with (inverse document frequency) to `power`; row 0 is zero."""
    seen = np.bincount(np.concatenate([np.unique(text) for text in texts]), minlength=size)
    rarity = np.log((len(texts) + 1) / (seen + 1))
    rows = rng.standard_normal((size, dimension)) * (rarity / rarity.max())[:, None] ** power
    rows[0] = 0
    return rows.astype(np.float32)


def compose(rows: NDArray[np.float32], parts: Mapping[int, Sequence[int]], share: float) -> None:
    """Turn the row of each token towards the sum of its parts' rows (a word's characters) by `share`, length kept."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    directions = rows / np.maximum(lengths, 1e-9)
    for token, members in parts.items():
        towards = rows[list(members)].sum(axis=0)
        turned = directions[token] + share * towards / max(float(np.linalg.norm(towards)), 1e-9)
        rows[token] = turned * (lengths[token] / max(float(np.linalg.norm(turned)), 1e-9))


def place(rows: NDArray[np.float32], pairs: Sequence[Pairs], anchors: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Move the rows of tokens in `pairs`' b sides to the mean of their translations in the a sides, length kept.

    Only anchors (a boolean per token) serve as translations and only other tokens move. Returns which ones moved.
    """
    from scipy.sparse import csr_matrix

    size = len(rows)
    table = _translations(
        [b[~anchors[b]] for p in pairs for b in p.b], [a[anchors[a]] for p in pairs for a in p.a], size
    )
    moved = csr_matrix((table[2], table[:2]), shape=(size, size)).astype(np.float32) @ rows
    lengths, reached = np.linalg.norm(rows, axis=1), np.linalg.norm(moved, axis=1)
    placed = (reached > 0) & ~anchors
    rows[placed] = moved[placed] * (lengths[placed] / reached[placed])[:, None]
    return placed


def _translations(
    texts: Sequence[Tokens], translations: Sequence[Tokens], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """IBM model 1: token, translation, probability of the translation given the token."""
    sources, targets, slots, count = [], [], [], 0
    for text, translation in zip(texts, translations, strict=True):
        words, others = np.unique(text[:_LONGEST]), translation[:_LONGEST]
        if len(words) and len(others):
            sources.append(np.tile(words, len(others)))
            targets.append(np.repeat(others, len(words)))
            slots.append(np.repeat(np.arange(count, count + len(others)), len(words)))
            count += len(others)
    source, target, slot = (np.concatenate(part).astype(np.int64) for part in (sources, targets, slots))
    keys, cell = np.unique(source * size + target, return_inverse=True)
    word, other = keys // size, keys % size
    probability = np.ones(len(keys))
    counts = probability
    for _ in range(_ITERATIONS):
        share = probability[cell]
        share /= np.bincount(slot, share, count)[slot]
        counts = np.bincount(cell, share, len(keys))
        probability = counts / np.bincount(word, counts, size)[word]
    kept = (probability > _LEAST_PROBABILITY) & (counts > _LEAST_COUNT)
    return word[kept], other[kept], probability[kept]
