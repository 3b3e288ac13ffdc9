"""Runs to figures: measures of ir-measures, intervals by the bootstrap, paired differences by random signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEASURES = ("R@1", "R@5", "R@10", "RR@10", "nDCG@10")
K = 10
SEED = 20261121
RESAMPLES, FLIPS = 2_000, 10_000
LEVEL = 95  # percent

Found = Mapping[str, Sequence[str]]
"""Records by question, best first, each once."""
Gold = Mapping[str, Sequence[str]]
"""The right records by question."""


@dataclass(frozen=True, slots=True)
class Scores:
    """A row of values for each question, in the order of MEASURES."""

    questions: tuple[str, ...]
    values: NDArray[np.float64]

    def only(self, questions: Sequence[str]) -> Scores:
        at = {question: row for row, question in enumerate(self.questions)}
        return Scores(tuple(questions), self.values[[at[question] for question in questions]])


def score(found: Found, gold: Gold) -> Scores:
    """The measures of every question that was asked; one for which nothing was found has zeros."""
    import ir_measures
    import numpy as np

    questions = tuple(found)
    qrels = {question: dict.fromkeys(gold[question], 1) for question in questions}
    # A record's place is its score, so that no tie is left to break.
    run = {
        question: {record: float(K - place) for place, record in enumerate(records[:K])}
        for question, records in found.items()
    }
    columns = {name: column for column, name in enumerate(MEASURES)}
    rows = {question: row for row, question in enumerate(questions)}
    values = np.zeros((len(questions), len(MEASURES)))
    for one in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in MEASURES], qrels, run):
        values[rows[one.query_id], columns[str(one.measure)]] = one.value
    return Scores(questions, values)


def figures(scores: Scores) -> dict[str, Any]:
    """Each measure as [mean, low, high] over the questions, and how many they are."""
    low, high = interval(scores.values)
    means = scores.values.mean(axis=0)
    named = {
        name: [round(float(one), 4) for one in (means[column], low[column], high[column])]
        for column, name in enumerate(MEASURES)
    }
    return {"n": len(scores.questions)} | named


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Low and high end of the bootstrap's interval of each column's mean, over rows drawn with replacement."""
    import numpy as np

    means = _draws(len(values)) @ values / len(values)
    beyond = (100 - LEVEL) / 2
    low, high = np.percentile(means, [beyond, 100 - beyond], axis=0)
    return low, high


@lru_cache(2)
def _draws(count: int) -> NDArray[np.float64]:
    """How often each of `count` rows is drawn, by resample. Every system on a set is drawn alike."""
    import numpy as np

    drawn = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return drawn.astype(np.float64)


def p_values(ours: Scores, other: Scores) -> dict[str, float]:
    """The chance of a difference at least so large if the signs of the differences of the questions were random, by measure.

    Both are of the same questions. With no difference at all it is 1.
    """
    import numpy as np

    differences = ours.values - other.values
    chance = np.random.default_rng(SEED)
    found = {}
    for column, name in enumerate(MEASURES):
        told = differences[:, column]
        told = told[told != 0]
        sums = np.empty(FLIPS)
        for start in range(0, FLIPS, 1000):
            signs = chance.integers(0, 2, size=(1000, len(told)), dtype=np.int8) * 2 - 1
            sums[start : start + 1000] = signs @ told
        # Sums of the same values in another order differ in their last digits.
        as_large = int((np.abs(sums) >= abs(told.sum()) - 1e-9).sum())
        found[name] = round((as_large + 1) / (FLIPS + 1), 5)
    return found
