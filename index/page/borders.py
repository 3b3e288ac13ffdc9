"""Whether a heading between two bodies stands inside one article (小标题) or begins another: the weight of the evidence.

No single sign tells: papers indent headlines, the articles of a page share their subject, blank lines are lost. So each
sign counts with a weight, fitted by `training/borders.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ..chars import pairs
from .lines import Row
from .units import Unit
from .zones import Zone

NUMBERED = re.compile(
    "[（〔]?[一二三四五六七八九十0-9]{1,3}[）〕、.．]|第[一二三四五六七八九十]{1,3}[章节条部]|[●■◆▲★◎○]"
)
# The signs of a heading inside an article and their weights: log-odds, their sum above 0 is more likely than not.
WEIGHTS = {
    "always": -3.06,
    "several lines": -2.34,
    "length": -0.31,
    "blank line behind": -1.61,
    "set off more than headlines": -4.36,
    "indented as the paragraph behind": 1.92,
    "indented deeper": 3.02,
    "words of the body before": 1.26,
    "words shared by the bodies": 5.37,
    "others like it": 5.01,
}
# So many rows of a body are looked at.
REACH = 60
# Pairs of characters in more units of the page are its subject's, not one article's.
_RARE = 3
# Where the signs that count something stop growing: characters, headings, and the share of common pairs.
_LONG, _OTHERS, _MUCH = 40, 3, 0.3
# Added to the number of pairs that a share is of, so that two short bodies do not share much by chance.
_SMOOTH = 20
# What bodies of two articles share on an average page.
_STRANGERS = 0.01
# Where the format tells headings: what is longer begins an article, and bodies of one article share so much of their
# pairs, unless they have too few.
_SHORT, _COHERENT, _ENOUGH = 18, 0.05, 40

Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A heading between two bodies; `others`: how many headings indented as it is stand between bodies of its zone."""

    before: Rows
    heading: Rows
    behind: Rows
    others: int


class Manner:
    """How a page sets its articles: what candidates are compared with."""

    def __init__(self, found: Sequence[tuple[Zone, Sequence[Unit]]]) -> None:
        """`found`: the zones of the page and what stands in each."""
        self._found = found

    @cached_property
    def _spread(self) -> Counter[int]:
        """In how many units of the page each pair of characters stands."""
        return Counter(pair for _, found in self._found for unit in found for pair in _pairs(unit.rows))

    @cached_property
    def _common(self) -> float:
        """What neighbours that are two articles share."""
        bodies = [[unit.rows for unit in found if unit.body] for _, found in self._found]
        shares = [self.shared(before[-1], behind[0]) for before, behind in pairwise(filter(None, bodies))]
        return sum(shares) / len(shares) if shares else _STRANGERS

    @cached_property
    def _loose(self) -> float:
        """The share of paragraphs, other than the first of a body, that begin after a blank line."""
        blanks = [
            unit.rows[0].blank_before
            for _, found in self._found
            for before, unit in pairwise(found)
            if before.body and unit.body
        ]
        return sum(blanks) / len(blanks) if blanks else 0.0

    @cached_property
    def _blanks(self) -> float | None:
        """The share of headlines, which stand at borders that are known, that a blank line sets off."""
        blanks = [
            unit.rows[0].blank_before
            for zone, found in self._found
            for unit in (*found[-1:], *(found[:1] if zone.draft is not None else ()))
            if not unit.body
        ]
        return sum(blanks) / len(blanks) if blanks else None

    def shared(self, before: Rows, behind: Rows) -> float:
        """The share of pairs of characters that two bodies have in common and hardly anything else on the page has."""
        one, other = _pairs(before[-REACH:]), _pairs(behind)
        rare = sum(self._spread[pair] <= _RARE for pair in one & other)
        return rare / (min(len(one), len(other)) + _SMOOTH)

    def coherent(self, before: Rows, behind: Rows) -> bool:
        """Whether two bodies share as much as those of one article do, or are too short to tell."""
        one, other = _pairs(before[-REACH:]), _pairs(behind)
        least = min(len(one), len(other))
        return least < _ENOUGH or sum(self._spread[pair] <= _RARE for pair in one & other) >= _COHERENT * least

    def signs(self, candidate: Candidate) -> tuple[float, ...]:
        """One number for each of `WEIGHTS`."""
        first, paragraph = candidate.heading[0], candidate.behind[0]
        wanted = _pairs(candidate.heading)
        shared = self.shared(candidate.before, candidate.behind)
        return (
            1.0,
            len(candidate.heading) > 1,
            min(sum(len(row.text) for row in candidate.heading), _LONG) / _LONG,
            paragraph.blank_before - self._loose,
            0.0 if self._blanks is None else first.blank_before - self._blanks,
            0 < first.indent == paragraph.indent,
            first.indent > paragraph.indent,
            len(wanted & _pairs(candidate.before)) / max(1, len(wanted)),
            min(shared - self._common, _MUCH) / _MUCH,
            min(candidate.others, _OTHERS) / _OTHERS,
        )

    def inside(self, candidate: Candidate) -> bool:
        """Whether the heading stands inside an article; of numbered parts that is sure."""
        if NUMBERED.match(candidate.heading[0].text):
            return True
        return sum(weight * sign for weight, sign in zip(WEIGHTS.values(), self.signs(candidate), strict=True)) > 0

    def told_inside(self, candidate: Candidate) -> bool:
        """The same where the file's format tells headings, but neither blank lines nor indents."""
        first = candidate.heading[0]
        if NUMBERED.match(first.text):
            return True
        short = len(candidate.heading) == 1 and len(first.text) <= _SHORT
        return short and self.coherent(candidate.before, candidate.behind)


def _pairs(rows: Rows) -> frozenset[int]:
    return pairs("".join([row.text for row in rows[:REACH]]))
