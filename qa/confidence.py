"""How likely it is that the archive holds what was asked, judged by the sentence that answers best.

A logistic model, fitted by `training/answers.py` on questions whose passage is there, on the same with it taken away,
and on the same with a name, number or year exchanged for another of its kind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from qa.extract import UNREAD, Candidate
from qa.kinds import Kind
from qa.question import Question
from qa.types import Hit

LEAST = 1e-4
"""Probability below which a passage is as good as none."""

RULED_OUT = 0.05
"""What is left of the probability if the best sentence gives another fact: it is not answered then, however likely else."""

_SEEN = (Kind.WHEN, Kind.NUMBER)  # whether a date or number is there can be seen; a name may be written in any way

ALIKE = 0.1
"""Least cosine of passage or sentence and a question in another language that is answered."""

CHINESE: Mapping[str, float] = {
    "bias": -7.439,
    "passage": 0.216,
    "article": 0.057,
    "mass": 0.088,
    "peak": 0.098,
    "none": -4.255,
    "coverage": 4.299,
    "keys": 1.790,
    "about": 1.026,
    "seen": 0.596,
    "named": 0.541,
    "agree": -0.152,
    "focus": -0.458,
    "longest": -0.540,
    "cosine": -0.365,
    "ahead": 0.139,
    "explained": -0.260,
}
"""What each piece of evidence counts."""


def evidence(question: Question, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> dict[str, float]:
    """What speaks for and against the first of the candidates (at least one), best first, that were read in the hits."""
    best = candidates[0]
    second = next((other.score for other in candidates[1:]), best.score)
    told = sum(hit.score for hit in hits if hit.article.id == best.hit.article.id)
    return {
        "bias": 1.0,
        "passage": _logit(best.hit.score),
        "article": _logit(told),
        "mass": best.feature("mass") - UNREAD,
        "peak": best.feature("peak") - UNREAD,
        "none": best.none,
        "coverage": best.coverage,
        "keys": float(best.keys),
        "about": float(best.about),
        "seen": float(question.kind not in _SEEN or best.typed),
        "named": float(question.kind in _SEEN or best.typed),
        "agree": best.feature("agree"),
        "focus": best.feature("focus"),
        "longest": best.feature("longest"),
        "cosine": best.feature("cosine"),
        "ahead": min(best.score - second, 5.0),
        "explained": float(question.kind in (Kind.WHY, Kind.HOW, Kind.WHAT)),
    }


def confidence(question: Question, candidates: Sequence[Candidate], hits: Sequence[Hit]) -> float:
    """The probability, 0 to 1, for a Chinese question; 0 without any candidate."""
    if not candidates:
        return 0.0
    value = sum(CHINESE[name] * amount for name, amount in evidence(question, candidates, hits).items())
    return (RULED_OUT if candidates[0].ruled_out else 1.0) / (1 + math.exp(-value))


def foreign_confidence(question: Question, best: Candidate, share: float) -> float:
    """The same for a question in another language, of whose words the passage holds a `share`: in a small archive the
    likeliest of few passages is likely whatever is asked, and vectors tell what is far from it."""
    if max(best.feature("cosine"), best.hit.dense) < ALIKE or (question.kind in _SEEN and not best.typed):
        return 0.0
    return best.hit.score * share


def _logit(probability: float) -> float:
    within = min(max(probability, LEAST), 1 - LEAST)
    return math.log(within / (1 - within))
