"""What is shown of the sentence that answers: of a long one some clauses, of a short one sometimes the next or the one before."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index import fold, sentences
from qa.exact import HOLDER, SEVERAL
from qa.extract import Candidate
from qa.kinds import Kind
from qa.matching import Range, clauses, covered
from qa.question import Question

QUOTE_SHORT, QUOTE_LONG = 80, 130
"""Characters. A longer sentence is cut to the clauses that answer: for one fact to some three lines on a phone."""

MOST = 200
"""Characters. What has no clause marks, a long enumeration say, is cut around the answer at its commas, or where it must be."""

_CONSEQUENCE = re.compile(r"(?:因此|因而|所以|于是|为此|故而?|从而|这样)")
"""A sentence that begins so says what came of it; why stands before it."""

_SPEAKER = re.compile(
    r"[^，。；：“”]{2,40}?(?:指出|强调|表示|认为|介绍|要求|说|称|告诉记者|提出|透露|坦言|呼吁|回应|解释)[，,：:“]"
)
"""A sentence that begins so is somebody's words."""

_ONE_FACT = frozenset({Kind.WHEN, Kind.WHERE, Kind.WHO, Kind.TITLE, Kind.NUMBER})


def cut(candidate: Candidate, question: Question, rarity: Mapping[str, float]) -> Range:
    """The sentence, or of a long one the run of clauses that holds the spans and the question's rarest words."""
    start, end = _extent(candidate, question)
    one = question.kind in _ONE_FACT and not SEVERAL.search(question.text) and not HOLDER.search(question.text)
    limit = QUOTE_SHORT if one else QUOTE_LONG
    if end - start <= limit or (start, end) != (candidate.start, candidate.end):
        return start, end
    text = candidate.hit.article.text
    parts = [piece for part in clauses(text, start, end) for piece in _pieces(text, *part)]
    top = max(rarity.values(), default=1.0)
    spans = (*candidate.short, *((candidate.span,) if candidate.span else ()))
    value = [
        sum(weight * covered(word, fold(text[a:b])) for word, weight in rarity.items())
        + top * any(a < high and low < b for low, high in spans)
        for a, b in parts
    ]
    best = max(range(len(parts)), key=lambda i: (value[i], -i))
    low = high = best
    while True:
        grow = [(value[i], i) for i in (low - 1, high + 1) if 0 <= i < len(parts)]
        grow = [(v, i) for v, i in grow if max(parts[high][1], parts[i][1]) - min(parts[low][0], parts[i][0]) <= limit]
        if not grow:
            return _with_speaker(text, start, parts[low][0], parts[high][1])
        _, i = max(grow, key=lambda pair: (pair[0], -pair[1]))
        low, high = min(low, i), max(high, i)


def _extent(candidate: Candidate, question: Question) -> Range:
    """The sentence with the next ones if the answer goes on there, and with the one before if that says why."""
    start, end = candidate.start, candidate.end
    text = candidate.hit.article.text
    if candidate.span is not None and candidate.span[1] > end:
        further = [high for low, high in sentences(text) if low >= end and low < candidate.span[1]]
        end = max((high for high in further if high - start <= MOST), default=end)
    if question.kind is Kind.WHY and _CONSEQUENCE.match(text, start):
        before = [low for low, high in sentences(text) if high <= start]
        start = before[-1] if before and end - before[-1] <= MOST else start
    return start, end


def _with_speaker(text: str, start: int, low: int, high: int) -> Range:
    """The clauses, from the beginning of the sentence if that says whose words they are and is not far."""
    return (start if high - start <= MOST and _SPEAKER.match(text, start, low) else low), high


def _pieces(text: str, start: int, end: int) -> list[Range]:
    """A clause, cut at the commas of its enumeration or at a length if it is far too long."""
    found = []
    while end - start > MOST:
        stop = text.rfind("、", start + 1, start + MOST) + 1 or start + MOST
        found.append((start, stop))
        start = stop
    return [*found, (start, end)]
