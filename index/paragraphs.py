"""Rows of one article to its text, each character with its place; and rows of a zone to headings and bodies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .chars import CJK_MARKS, HAN, gaps
from .lines import Row
from .types import Span

# A newspaper column is 8 to 30 characters wide; lines wider than this (in cells) are whole paragraphs, not columns.
_WIDEST_COLUMN = 80
# A line below this share of the column's width is the last of its paragraph, if a sentence ends there.
_SHORT = 0.85
# An indent this deep (cells) begins a paragraph even where the line before ends without a full stop; less may be a
# stray space of justification.
_DEEP = 3
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
# A headline's line is at most so long (characters), and a stack of them at most so high (lines).
_HEADLINE, _STACK = 40, 10
# One block of a stack; more lines without a sentence are a list, a poem or an advertisement.
_BLOCK = 10
# So many rows at least show the width of a column; so many are looked at to know the column that begins.
_COLUMN, _NEAR = 6, 24
# So many lines in a row that fill the column are a body, broken by a blank line.
_FILLED = 3
# Rows of a page that are looked at to know which characters stand together on it.
_TELLING = 500
# Letter-spaced: at least this many gaps, at this share of the places between two neighbouring characters.
_SPACED_GAPS, _SPACED_SHARE = 4, 0.4
_HAN_CHAR = re.compile(f"[{HAN}]")
_HAN_PAIR = re.compile(f"[{HAN}]{{2}}")
_OPEN_ENDED = tuple("，、,：:；（《“")


class Vocabulary:
    """The runs of two and three Chinese characters that stand together on a page: what belongs together there."""

    def __init__(self, rows: Sequence[Row]) -> None:
        # A page's beginning tells enough, and keeps the search short on a page without end.
        self._text = "\n".join(row.line.text for row in rows[:_TELLING])[: _TELLING * _HEADLINE]

    def together(self, characters: str) -> bool:
        """Whether Chinese characters stand together somewhere on the page."""
        return characters in self._text

    def joins(self, before: Row, after: Row) -> bool:
        """Whether the last and first characters of two rows stand together elsewhere, so that a word is broken."""
        pair = before.line.text[before.end - 1 : before.end] + after.line.text[after.start : after.start + 1]
        return _HAN_PAIR.match(pair) is not None and self.together(pair)


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
    def of(cls, rows: Sequence[Row], page: Frame | None = None) -> Frame:
        """The frame of rows that stand together; the frame of their page tells of indents where they are too few."""
        if not rows:
            return cls(0, 0, False)
        # Rows that go on with a sentence are set at the plain indent, never deeper than the row above but by a stray space.
        going_on = Counter(
            row.indent for before, row in pairwise(rows) if not before.terminal and row.indent <= before.indent
        )
        often = [indent for indent, count in going_on.items() if count >= _STRAY * going_on.total()]
        terminal = sum(row.terminal for row in rows)
        # Where nearly every row is a whole paragraph, all are indented alike.
        base = min(often) if often and terminal < _PARAGRAPHS * len(rows) else 0
        widths = sorted(row.width + row.indent for row in rows)
        width = widths[len(widths) * 4 // 5] - base
        full = sum(row.width + row.indent - base >= _SHORT * width for row in rows)
        columns = len(rows) >= _COLUMN and width <= _WIDEST_COLUMN and full > _FULL * len(rows)
        return cls(base, width, _indents(rows, base, width, page), columns)

    def indented(self, row: Row) -> bool:
        return row.indent > self.base

    def short(self, row: Row) -> bool:
        return row.width + row.indent - self.base < _SHORT * self.width or row.width > _WIDEST_COLUMN

    def fits(self, row: Row) -> bool:
        """Whether the row fills the column, give or take a mark set in the margin."""
        if _spaced(len(row.text.replace(" ", "")), row.text.count(" ")):
            return False
        low = min(_SHORT * self.width, self.width - _LOST)
        return low <= row.width + row.indent - self.base <= self.width + _MARGIN

    def breaks(self, before: Row, row: Row) -> bool:
        """Whether the row can neither go on with the paragraph before nor begin one."""
        return self.columns and self.indents and not self.indented(row) and not self.fits(before)


def _indents(rows: Sequence[Row], base: int, width: int, page: Frame | None) -> bool:
    """Whether paragraphs begin with an indent. Headings, which may be set deeper, do not count: they fill no column."""
    begun = [
        row for before, row in pairwise(rows) if before.terminal and row.width + row.indent - base >= _SHORT * width
    ]
    deeper = sum(row.indent > base for row in begun)
    if len(begun) > 1:
        return deeper >= _MIXED * len(begun)
    if page is not None:
        return page.indents
    # One row a single space off is an accident of justification.
    deep = [row.indent - base for row in rows if row.indent > base]
    return len(deep) > 1 or max(deep, default=0) > 1


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that are one stack of headings, or a body up to the end of a paragraph."""

    body: bool
    rows: tuple[Row, ...]


def units(
    rows: Sequence[Row], vocabulary: Vocabulary, opening: int | None = None, page: Frame | None = None
) -> list[Unit]:
    """Tell headings from body: no sentence ends in a heading, and a finished paragraph or nothing stands before it.

    At `opening`, if given, a body is known to begin, and only headings stand before.
    """
    frame = Frame.of(rows, page)
    asking = _asking(rows, frame)
    prose = [index for index, row in enumerate(rows) if row.prose and index not in asking]
    found: list[Unit] = [Unit(False, tuple(rows[:opening]))] if opening else []
    start, at = opening or 0, 0
    while start < len(rows):
        while at < len(prose) and prose[at] < start:
            at += 1
        if at == len(prose):
            found.extend(_tail(rows[start:], frame, fresh=not found))
            break
        first = start if start == opening else _body_start(rows, start, prose[at], frame, vocabulary)
        if first > start:
            found.append(Unit(False, tuple(rows[start:first])))
        end = prose[at]
        while end < len(rows) and (not rows[end].terminal or end in asking):
            end += 1
        if end == len(rows):
            end = _unfinished(rows, prose[-1], vocabulary)
        else:
            end += 1
        found.append(Unit(True, tuple(rows[first:end])))
        start = end
    return found


def told_units(rows: Sequence[Row]) -> list[Unit]:
    """Headings and bodies as the file's format tells them, parted at blank lines, too."""
    found: list[list[Row]] = []
    for row in rows:
        if not found or row.blank_before or (row.line.role == "heading") != (found[-1][-1].line.role == "heading"):
            found.append([])
        found[-1].append(row)
    return [Unit(block[0].line.role != "heading", tuple(block)) for block in found]


def _asking(rows: Sequence[Row], frame: Frame) -> frozenset[int]:
    """The rows that end with a question or a call and can be a headline's last: a short block that no body goes on with."""
    found = set()
    start = 0
    for index, row in enumerate(rows):
        before = rows[index - 1] if index else None
        if before is None or row.blank_before or frame.breaks(before, row):
            start = index
        elif before.terminal and index - 1 not in found:
            start = -_BLOCK
        if not row.calls or index - start >= _BLOCK:
            continue
        block = rows[max(start, 0) : index + 1]
        ends = index + 1 == len(rows) or rows[index + 1].blank_before or frame.indented(rows[index + 1])
        bare = all(len(line.text) <= _HEADLINE and (line.calls or not line.prose) for line in block)
        if ends and bare and not frame.indented(block[0]):
            found.add(index)
    return frozenset(found)


def _body_start(rows: Sequence[Row], start: int, prose: int, frame: Frame, vocabulary: Vocabulary) -> int:
    """Where the body begins in `start..prose`, whose last row is the first with a sentence's end; before are headings."""
    last = min(prose, start + _STACK)
    wide = next((index for index in range(start, last + 1) if rows[index].width > _WIDEST_COLUMN), start)
    if start < wide and all(len(line.text) <= _HEADLINE for line in rows[start:wide]):
        # Where paragraphs stand on one line each, what is short and no sentence is none.
        return start if vocabulary.joins(rows[wide - 1], rows[wide]) else wide
    if not frame.indents and not frame.fits(rows[start]):
        # A line that does not fill the column and ends no sentence goes on in no body.
        near = Frame.of(rows[start : start + _NEAR], frame)
        stack = rows[start : min(prose, start + _STACK)]
        first = next((index for index, row in enumerate(stack, start) if near.fits(row)), start + len(stack))
        if near.columns and (first == prose or first < start + _STACK):
            return first
    for first in range(min(prose, start + _STACK), start, -1):
        row, above = rows[first], rows[start:first]
        if row.start == row.end:
            continue
        if frame.indents and frame.indented(row):
            sure = row.indent >= frame.base + 2
        elif row.blank_before and rows[start].blank_before and not frame.indents:
            sure = False
        else:
            continue
        if any(len(line.text) > _HEADLINE for line in above):
            continue
        if above[-1].text.endswith(_OPEN_ENDED):
            continue
        if frame.columns and len(above) >= _FILLED and all(frame.fits(line) for line in above):
            continue
        if sure or not vocabulary.joins(above[-1], row):
            return first
    return start


def _tail(rows: Sequence[Row], frame: Frame, *, fresh: bool) -> list[Unit]:
    """Rows to the end of the zone on none of which a sentence ends: headings block by block, unless they look otherwise."""
    # Right under a body an indented row may still be the body's: a list, or a paragraph that breaks off.
    under = not fresh and not rows[0].blank_before and frame.indents and rows[0].indent >= frame.base + 2
    blocks: list[list[Row]] = []
    for row in rows:
        if not blocks or row.blank_before or (under and len(blocks) == 1 and frame.breaks(blocks[0][-1], row)):
            blocks.append([])
        blocks[-1].append(row)
    found = []
    for index, block in enumerate(blocks):
        heading = len(block) <= _BLOCK and all(len(row.text) <= _HEADLINE for row in block)
        if under and not index:
            items = sum(frame.indented(row) for row in block)
            filled = len(block) > 1 and not any(frame.short(row) for row in block[:-1])
            heading = heading and items in (1, len(block)) and not filled
        found.append(Unit(not heading, tuple(block)))
    return found


def _unfinished(rows: Sequence[Row], last_prose: int, vocabulary: Vocabulary) -> int:
    """Where a body that breaks off in mid-sentence ends: before a blank line over what reads as headings."""
    for index in range(last_prose + 1, len(rows)):
        if rows[index].blank_before and not vocabulary.joins(rows[index - 1], rows[index]):
            rest = rows[index:]
            if len(rest) <= _STACK and all(len(row.text) <= _HEADLINE for row in rest):
                return index
            break
    return len(rows)


def compose(rows: Sequence[Row], vocabulary: Vocabulary, apart: Collection[int] = ()) -> tuple[str, tuple[Span, ...]]:
    """The text of an article's body rows and the place of every character; rows numbered in `apart` stand alone.

    A line break between two words of a script with spaces is one space, which has no place.
    """
    frame = Frame.of(rows)
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    before: Row | None = None
    for row in rows:
        if row.start == row.end:
            continue
        if before is not None:
            if _breaks(before, row, frame, vocabulary, apart):
                pieces.append("\n")
                length += 1
            elif row.text[0].isascii() and _latin(before, row):
                pieces.append(" ")
                length += 1
        text = row.line.text
        for column, end in kept(row, vocabulary):
            pieces.append(text[column:end])
            spans.append(Span(length, row.line.number, column, end - column))
            length += end - column
        before = row
    return "".join(pieces) + ("\n" if pieces else ""), tuple(spans)


def _breaks(before: Row, row: Row, frame: Frame, vocabulary: Vocabulary, apart: Collection[int]) -> bool:
    """Whether a paragraph ends between two rows."""
    if (before.number in apart) != (row.number in apart):
        return True
    if before.terminal:
        if frame.indented(row) or frame.short(before):
            return True
        return row.blank_before and not frame.indents
    deep = row.indent >= frame.base + _DEEP
    return deep and not before.text.endswith(_OPEN_ENDED[:3]) and not vocabulary.joins(before, row)


def _latin(before: Row, row: Row) -> bool:
    """Whether a line break stands for a space between words, as in English."""
    tail, head = before.text[-1:], row.text[:1]
    if not (tail.isascii() and head.isascii()) or (tail.isdigit() and head.isdigit()):
        return False
    # In Chinese a Latin word or a number is broken anywhere; a hyphen joins what it breaks.
    letters = sum(char.isascii() and char.isalpha() for char in before.text[-_HEADLINE:])
    return letters * 2 > len(before.text[-_HEADLINE:]) and not (tail == "-" and head.islower())


def kept(row: Row, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The stretches of a row's text that stay when layout spaces go: `(column, end)` in the raw line."""
    text, spaces = row.line.text, gaps(row.line.text, row.start, row.end)
    if not spaces:
        return [(row.start, row.end)]
    ink = row.end - row.start - sum(end - start for start, end in spaces)
    spaced = _spaced(ink, len(spaces))
    narrowest = min(end - start for start, end in spaces)
    found, column = [], row.start
    for start, end in spaces:
        if spaced and _HAN_CHAR.search(text[start - 1] + text[end]):
            stays = end - start > 2 * narrowest
        else:
            stays = _word_space(text, start, end, row, vocabulary)
        # Of a run of spaces that means something, one is enough.
        found.append((column, start + 1 if stays and text[start].isspace() else start))
        column = end
    found.append((column, row.end))
    return found


def _spaced(ink: int, gaps: int) -> bool:
    """Whether a row of so many characters and gaps is letter-spaced."""
    return gaps >= _SPACED_GAPS and gaps >= _SPACED_SHARE * (ink - 1)


def _word_space(text: str, start: int, end: int, row: Row, vocabulary: Vocabulary) -> bool:
    """Whether the space at `start:end` separates words rather than fills the line."""
    before, after = text[start - 1], text[end]
    if before in CJK_MARKS or after in CJK_MARKS:
        return False
    if not (_HAN_CHAR.match(before) and _HAN_CHAR.match(after)):
        return True
    left = text[max(row.start, start - 2) : start]
    right = text[end : min(row.end, end + 2)]
    alone = not _HAN_CHAR.match(left[:-1] or " ") and not _HAN_CHAR.match(right[1:] or " ")
    # "、李 涛、": two single characters between marks are one name set wide.
    if alone and start - 1 > row.start and end + 1 < row.end and not right[1:].isspace():
        return False
    # Two characters stand together by chance on any page.
    triples = (left + right[0], left[-1] + right)
    return not any(len(triple) > 2 and vocabulary.together(triple) for triple in triples)
