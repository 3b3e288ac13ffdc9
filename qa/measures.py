"""Measures of answers: exact spans and evidence as the public sets score them, refusal curves, and percentiles."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》…·、「」（）－～『』")
"""What CMRC's scorer leaves out of a text."""

_OTHER = re.compile(r"\w+(?:[.,]\w+)*|[^\w\s]")
_HAN = re.compile("[\u4e00-\u9fa5]")

Score = tuple[float, float]
"""Exact match (0 or 1) and F1."""


def segments(text: str) -> list[str]:
    """Chinese characters one by one, other words whole; lower case, without punctuation (CMRC 2018, `mixed_segmentation`)."""
    kept = "".join(char for char in text.lower().strip() if char not in PUNCTUATION)
    spaced = _HAN.sub(lambda found: f" {found[0]} ", kept)
    return [one for run in spaced.split() for one in _OTHER.findall(run)]


def span_score(said: str, golds: Iterable[str]) -> Score:
    """Exact match and F1 by CMRC 2018's scorer, against the best of the golds: letters without punctuation, and the
    longest run of segments that both have."""
    exact, best = 0.0, 0.0
    ours = segments(said)
    for gold in golds:
        theirs = segments(gold)
        exact = max(exact, float(_bare(gold) == _bare(said)))
        common = _longest_run(ours, theirs)
        if common:
            best = max(best, 2 * common / (len(ours) + len(theirs)))
    return exact, best


def _bare(text: str) -> str:
    return "".join(char for char in text.lower().strip() if char not in PUNCTUATION)


def _longest_run(first: Sequence[str], second: Sequence[str]) -> int:
    longest = 0
    row = [0] * (len(second) + 1)
    for one in first:
        row = [0, *(row[at] + 1 if one == other else 0 for at, other in enumerate(second))]
        longest = max(longest, *row)
    return longest


def evidence_f1(said: str, golds: Iterable[str]) -> float:
    """F1 over segments, each as often as it stands (ExpMRC's scorer), against the best of the golds."""
    ours = Counter(_words(said))
    best = 0.0
    for gold in golds:
        theirs = Counter(_words(gold))
        same = (ours & theirs).total()
        if same:
            best = max(best, 2 * same / (ours.total() + theirs.total()))
    return best


def _words(text: str) -> list[str]:
    return [one for one in segments(text) if one not in string.punctuation and one not in ("a", "an", "the")]


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """How often a positive scores higher than a negative, ties counting half; None if there are none of either."""
    if not positives or not negatives:
        return None
    ranked = sorted([(score, True) for score in positives] + [(score, False) for score in negatives])
    total, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        total += (at + end + 1) / 2 * sum(positive for _, positive in ranked[at:end])
        at = end
    n = len(positives)
    return (total - n * (n + 1) / 2) / (n * len(negatives))


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a refusal curve: the shares refused below a threshold of what is and what is not in the archive."""

    threshold: float
    false_refusals: float
    refused: float


def refusal_curve(positives: Sequence[float], negatives: Sequence[float], thresholds: Iterable[float]) -> list[Point]:
    """The shares refused at each threshold; `positives` and `negatives` are the scores of questions that the archive answers
    and that it does not."""
    if not positives or not negatives:
        return []
    return [
        Point(one, share(score < one for score in positives), share(s < one for s in negatives)) for one in thresholds
    ]


def refused_at(positives: Sequence[float], negatives: Sequence[float], most: float) -> Point | None:
    """The point at which the most is refused of what is not there while at most a share `most` of what is there is."""
    if not positives or not negatives:
        return None
    ranked = sorted(positives)
    threshold = ranked[min(int(most * len(ranked)), len(ranked) - 1)]
    return refusal_curve(positives, negatives, [threshold])[0]


def share(flags: Iterable[bool]) -> float:
    """The share that is true; 0 of none."""
    each = list(flags)
    return sum(each) / len(each) if each else 0.0


def percentile(values: Sequence[float], of_hundred: float) -> float | None:
    """The value that so many of a hundred do not exceed; None of none."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(of_hundred / 100 * len(ranked)))]
