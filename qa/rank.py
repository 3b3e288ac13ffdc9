"""How likely a candidate answers the question: a softmax over its features, those of the others, and "none of them".

Trained by `training/ranker.py` on questions whose passage was there and on the same with it taken away, so the figure
is a probability over both: it falls where nothing fits, and where several fit alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.features import FEATURES

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ranker:
    """What each feature counts, and what "none of them" is worth against."""

    bias: float
    weights: Mapping[str, float]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """One for each candidate, in their order; what is missing from 1 is the probability that none of them answers."""
        weights = np.array([self.weights[name] for name in FEATURES])
        values = np.einsum("ij,j->i", features, weights) + self.bias
        largest = max(float(values.max(initial=0.0)), 0.0)
        exponents = np.exp(values - largest)
        shares: NDArray[np.float64] = exponents / (exponents.sum() + np.exp(-largest))
        return shares


# Both are what `training/ranker.py` fitted: benchmarks/results/ranker.txt.
CHINESE = Ranker(
    bias=-11.602,
    weights={
        "lexical": -1.165,
        "lexical_gap": 0.769,
        "dense": 1.949,
        "dense_gap": 1.503,
        "both": 0.757,
        "passage": 3.897,
        "sentence": -0.226,
        "pair": 2.614,
        "article": 0.026,
        "article_bm25": 3.929,
        "article_gap": 4.541,
        "headline": 3.714,
        "opening": 1.034,
        "words": -0.316,
        "subject": 1.574,
        "rarest": 0.635,
        "rarest_opening": 1.013,
        "trigrams": 1.351,
        "typed": 1.355,
    },
)
FOREIGN = Ranker(
    bias=-5.155,
    weights={
        "lexical": -0.676,
        "lexical_gap": 7.756,
        "dense": 1.953,
        "dense_gap": 1.506,
        "both": 0.759,
        "passage": 3.829,
        "sentence": 5.743,
        "pair": 2.757,
        "article": -7.780,
        "article_bm25": 2.656,
        "article_gap": 5.878,
        "headline": 3.721,
        "opening": 1.366,
        "words": -2.584,
        "subject": 0.323,
        "rarest": -0.160,
        "rarest_opening": 0.038,
        "trigrams": 3.692,
        "typed": 1.661,
    },
)
"""For questions in other languages: of what stands for their words in Chinese much is wrong, so that single sentences tell more."""
