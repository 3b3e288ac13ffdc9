"""Rows of one article to its text, each character with its place; and rows of a zone to headings and bodies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
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
# From this share of rows on that fill the width, the width is a column's.
_FULL = 0.6
# A share of rows below this does not tell how a run is set; from this share of finished rows on, rows are paragraphs.
_STRAY, _PARAGRAPHS = 0.1, 0.9
# A headline's line is at most so long (characters), and a stack of them at most so high (lines).
_HEADLINE, _STACK = 40, 10
# One block of a stack; more lines without a sentence are a list, a poem or an advertisement.
_BLOCK = 6
# Letter-spaced: at least this many gaps, at this share of the places between two neighbouring characters.
_SPACED_GAPS, _SPACED_SHARE = 4, 0.4
_HAN_CHAR = re.compile(f"[{HAN}]")
_TRIGRAM = re.compile(f"(?=([{HAN}]{{3}}))")
_BIGRAM = re.compile(f"(?=([{HAN}]{{2}}))")
_OPEN_ENDED = tuple("，、,：:；（《“")


class Vocabulary:
    """The runs of two and three Chinese characters that stand together on a page: what belongs together there."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    @cached_property
    def bigrams(self) -> frozenset[str]:
        return frozenset(pair for row in self._rows for pair in _BIGRAM.findall(row.line.text))

    @cached_property
    def trigrams(self) -> frozenset[str]:
        return frozenset(triple for row in self._rows for triple in _TRIGRAM.findall(row.line.text))

    def joins(self, before: Row, after: Row) -> bool:
        """Whether the last and first characters of two rows stand together elsewhere, so that a word is broken."""
        return (
            before.line.text[before.end - 1 : before.end] + after.line.text[after.start : after.start + 1]
            in self.bigrams
        )


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
    def of(cls, rows: Sequence[Row]) -> Frame:
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
        width = widths[len(widths) * 3 // 4] - base
        # One row a single space off is an accident of justification.
        deeper = [row.indent - base for row in rows if row.indent > base]
        indents = len(deeper) > 1 or max(deeper, default=0) > 1
        full = sum(row.width + row.indent - base >= _SHORT * width for row in rows)
        columns = len(rows) >= _BLOCK and width <= _WIDEST_COLUMN and full > _FULL * len(rows)
        return cls(base, width, indents, columns)

    def indented(self, row: Row) -> bool:
        return row.indent > self.base

    def short(self, row: Row) -> bool:
        return row.width + row.indent - self.base < _SHORT * self.width or row.width > _WIDEST_COLUMN

    def fits(self, row: Row) -> bool:
        """Whether the row fills the column, give or take a mark set in the margin."""
        return _SHORT * self.width <= row.width + row.indent - self.base <= self.width + _MARGIN

    def breaks(self, before: Row, row: Row) -> bool:
        """Whether the row can neither go on with the paragraph before nor begin one."""
        return self.columns and self.indents and not self.indented(row) and not self.fits(before)


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that are one stack of headings, or a body up to the end of a paragraph."""

    body: bool
    rows: tuple[Row, ...]


def units(rows: Sequence[Row], vocabulary: Vocabulary, opening: int | None = None) -> list[Unit]:
    """Tell headings from body: no sentence ends in a heading, and a finished paragraph or nothing stands before it.

    At `opening`, if given, a body is known to begin, and only headings stand before.
    """
    frame = Frame.of(rows)
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
    for first in range(min(prose, start + _STACK), start, -1):
        row, above = rows[first], rows[start:first]
        if frame.indents and frame.indented(row):
            sure = row.indent >= frame.base + 2
        elif row.blank_before and rows[start].blank_before and not frame.indents:
            sure = False
        else:
            continue
        if any(len(line.text) > _HEADLINE or (frame.indented(line) and line.text.endswith("：")) for line in above):
            continue
        if above[-1].text.endswith(_OPEN_ENDED):
            continue
        if sure or not vocabulary.joins(above[-1], row):
            return first
    if frame.columns and not frame.indents:
        # Without indents and blank lines: a line that does not fill the column and ends no sentence goes on in no body.
        # Further down than a block no heading ends.
        first = next((index for index in range(start, min(prose, start + _BLOCK)) if frame.fits(rows[index])), prose)
        if first - start <= _BLOCK:
            return first
    return start


def _tail(rows: Sequence[Row], frame: Frame, *, fresh: bool) -> list[Unit]:
    """Rows to the end of the zone on none of which a sentence ends: headings block by block, unless they look otherwise."""
    # Right under a body an indented row may still be the body's: a list, or a paragraph that breaks off.
    under = not fresh and not rows[0].blank_before and frame.indented(rows[0])
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
            heading = heading and items == 1 and not filled
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
    """The text of an article's body rows and the place of every character; rows numbered in `apart` stand alone."""
    frame = Frame.of(rows)
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    before: Row | None = None
    for row in rows:
        if row.start == row.end:
            continue
        if before is not None:
            glue = "\n" if _breaks(before, row, frame, vocabulary, apart) or _latin(before, row) else ""
            pieces.append(glue)
            length += len(glue)
        for column, end in kept(row, vocabulary):
            pieces.append(row.line.text[column:end])
            spans.append(Span(length, row.number, column, end - column))
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
    letters = sum(char.isascii() and char.isalpha() for char in before.text[-_HEADLINE:])
    return letters * 2 > len(before.text[-_HEADLINE:])


def kept(row: Row, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The stretches of a row's text that stay when layout spaces go: `(column, end)` in the raw line."""
    text, spaces = row.line.text, gaps(row.line.text, row.start, row.end)
    if not spaces:
        return [(row.start, row.end)]
    ink = row.end - row.start - sum(end - start for start, end in spaces)
    spaced = len(spaces) >= _SPACED_GAPS and len(spaces) >= _SPACED_SHARE * (ink - 1)
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
    return left + right[0] not in vocabulary.trigrams and left[-1] + right not in vocabulary.trigrams
