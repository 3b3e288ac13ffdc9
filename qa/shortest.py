"""The exact answer inside a sentence: what the trained reader marks, or what is of the kind asked for."""

from __future__ import annotations

from qa.extract import TYPED, Candidate
from qa.kinds import Kind
from qa.matching import Range
from qa.question import Question

LIKELY, SURE = -1.5, -0.5
"""Log-probability of a marked span from which on it is given in place of one of the kind asked for: if both meet, or in any
case. On training questions F1 is .75 so, .77 by the marks alone and .60 by the kinds alone; newspaper pages, which the
reader has not learned from, are told better by the kinds."""

AROUND = 20
WITH_FIGURE = 6
"""Characters that a mark may have beside the span of the kind asked for that it holds, and beside a figure: with more it says other
things, too (1454亿元的160个)."""


def shortest(candidate: Candidate, question: Question) -> tuple[Range, ...]:
    """Character ranges of the article's text, in order; none if only the sentence as a whole answers."""
    marked, typed = candidate.span, candidate.short
    if marked is None or (question.kind is Kind.LIST and len(typed) == question.count > 1):
        return typed
    if not typed or not (question.kind in TYPED or question.kind is Kind.LIST):
        return (marked,)
    peak = candidate.feature("peak")
    met = any(low < marked[1] and marked[0] < high for low, high in typed)
    long = WITH_FIGURE if question.kind is Kind.NUMBER else AROUND
    if met and marked[1] - marked[0] > typed[-1][1] - typed[0][0] + long:
        return typed
    return (marked,) if peak >= SURE or (met and peak >= LIKELY) else typed
