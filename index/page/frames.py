"""How rows are set: their column's width, their indents, letter-spacing; and which characters stand together on a page."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..chars import HAN
from .lines import Row

# A newspaper column is 8 to 30 characters wide; lines wider than this (in cells) are whole paragraphs, not columns.
WIDEST_COLUMN = 80
# A line below this share of the column's width is the last of its paragraph, if a sentence ends there.
_SHORT = 0.85
# Cells by which a line may overshoot its column.
_MARGIN = 4
# Cells by which the first row of a paragraph falls short where extraction has lost its indent, and a mark was squeezed in.
_LOST = 6
# From this share of rows on that fill the width, the width is a column's.
_FULL = 0.6
# A share of rows below this does not tell how a run is set; from this share of finished rows on, rows are paragraphs.
_STRAY, _PARAGRAPHS = 0.1, 0.9
# From this share of indented beginnings of paragraphs on, indents tell paragraphs.
_MIXED = 0.3
# A headline's line is at most so long (characters).
HEADLINE = 40
# So many rows at least show the width of a column.
_COLUMN = 6
# Rows of a page that are looked at to know which characters stand together on it.
_TELLING = 500
# Letter-spaced: at least this many gaps, at this share of the places between two neighbouring characters.
_SPACED_GAPS, _SPACED_SHARE = 4, 0.4
_HAN_PAIR = re.compile(f"[{HAN}]{{2}}")
# Marks after which a sentence goes on.
OPEN_ENDED = tuple("，、,：:；（《“")


class Vocabulary:
    """The runs of two and three Chinese characters that stand together on a page: what belongs together there."""

    def __init__(self, rows: Sequence[Row]) -> None:
        # A page's beginning tells enough, and keeps the search short on a page without end.
        self._text = "\n".join(row.line.text for row in rows[:_TELLING])[: _TELLING * HEADLINE]

    def together(self, characters: str) -> bool:
        """Whether Chinese characters stand together somewhere on the page."""
        return characters in self._text

    def joins(self, before: Row, after: Row) -> bool:
        """Whether the last and first characters of two rows stand together elsewhere, so that a word is broken."""
        pair = before.line.text[before.end - 1 : before.end] + after.line.text[after.start : after.start + 1]
        return _HAN_PAIR.match(pair) is not None and self.together(pair)

    def runs_on(self, before: Row, after: Row) -> bool:
        """Whether three characters across two rows stand together elsewhere: surer than two, but rarer."""
        tail, head = before.line.text[: before.end][-2:], after.line.text[after.start :][:2]
        return any(len(triple) > 2 and self.together(triple) for triple in (tail + head[:1], tail[-1:] + head))


@dataclass(frozen=True, slots=True)
class Frame:
    """How a run of rows is set: its plain indent and column width in cells, and whether indents tell paragraphs.

    `columns`: most rows fill one width, as in a column of newsprint.
    """

    base: int
    width: int
    indents: bool
    columns: bool = False

    @classmethod
    def of(cls, rows: Sequence[Row], page: Callable[[], bool] | None = None) -> Frame:
        """The frame of rows that stand together; where they are too few, `page` tells whether there are indents."""
        if not rows:
            return cls(0, 0, False)
        # Rows that go on with a sentence are set at the plain indent, never deeper than the row above but by a stray space.
        going_on = Counter(
            [row.indent for before, row in pairwise(rows) if not before.terminal and row.indent <= before.indent]
        )
        often = [indent for indent, count in going_on.items() if count >= _STRAY * going_on.total()]
        terminal = [row.terminal for row in rows].count(True)
        # Where nearly every row is a whole paragraph, all are indented alike.
        base = min(often) if often and terminal < _PARAGRAPHS * len(rows) else 0
        widths = sorted([row.width + row.indent for row in rows])
        width = widths[len(widths) * 7 // 8] - base
        full = len(widths) - bisect_left(widths, base + _SHORT * width)
        columns = len(rows) >= _COLUMN and width <= WIDEST_COLUMN and full > _FULL * len(rows)
        return cls(base, width, _indents(rows, base, width, page), columns)

    def indented(self, row: Row) -> bool:
        return row.indent > self.base

    def short(self, row: Row) -> bool:
        return row.width + row.indent - self.base < _SHORT * self.width or row.width > WIDEST_COLUMN

    def fits(self, row: Row) -> bool:
        """Whether the row fills the column, give or take a mark set in the margin."""
        if self.spaced(row):
            return False
        low = min(_SHORT * self.width, self.width - _LOST)
        return low <= row.width + row.indent - self.base <= self.width + _MARGIN

    def spaced(self, row: Row) -> bool:
        gaps = row.text.count(" ")
        return spaced(len(row.text) - gaps, gaps)

    def breaks(self, before: Row, row: Row) -> bool:
        """Whether the row can neither go on with the paragraph before nor begin one."""
        return self.columns and self.indents and not self.indented(row) and not self.fits(before)


def _indents(rows: Sequence[Row], base: int, width: int, page: Callable[[], bool] | None) -> bool:
    """Whether paragraphs begin with an indent. Headings, which may be set deeper, do not count: they fill no column."""
    begun = [
        row for before, row in pairwise(rows) if before.terminal and row.width + row.indent - base >= _SHORT * width
    ]
    deeper = sum(row.indent > base for row in begun)
    if len(begun) > 1:
        return deeper >= _MIXED * len(begun)
    if page is not None:
        return page()
    # One row a single space off is an accident of justification.
    deep = [row.indent - base for row in rows if row.indent > base]
    return len(deep) > 1 or max(deep, default=0) > 1


def spaced(ink: int, gaps: int) -> bool:
    """Whether a row of so many characters and gaps is letter-spaced."""
    return gaps >= _SPACED_GAPS and gaps >= _SPACED_SHARE * (ink - 1)
