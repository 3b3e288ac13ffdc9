"""Rows of a zone to headings and bodies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .frames import HEADLINE, OPEN_ENDED, WIDEST_COLUMN, Frame, Vocabulary
from .lines import Row

# A stack of headlines is at most so high (lines).
_STACK = 10
# One block of a stack; more lines without a sentence are a list, a poem or an advertisement.
_BLOCK = 10
# So many rows are looked at to know the column that begins.
_NEAR = 24
# So many lines in a row that fill the column are a body, broken by a blank line.
_FILLED = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that are one stack of headings, or a body up to the end of a paragraph."""

    body: bool
    rows: tuple[Row, ...]


def units(
    rows: Sequence[Row], vocabulary: Vocabulary, opening: int | None = None, page: Callable[[], bool] | None = None
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
            found.extend(_tail(rows[start:]))
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
    if not any(row.calls for row in rows):
        return frozenset()
    found = set()
    start = 0
    for index, row in enumerate(rows):
        before = rows[index - 1] if index else None
        if before is None or row.blank_before or frame.breaks(before, row):
            # A full line that ends no sentence goes on over a blank line.
            start = -_BLOCK if before is not None and not before.terminal and _flush(before, frame) else index
        elif before.terminal and index - 1 not in found:
            start = -_BLOCK
        if not row.calls or index - start >= _BLOCK:
            continue
        block = rows[max(start, 0) : index + 1]
        ends = index + 1 == len(rows) or rows[index + 1].blank_before or frame.indented(rows[index + 1])
        bare = all(len(line.text) <= HEADLINE and (line.calls or not line.prose) for line in block)
        if ends and bare and not frame.indented(block[0]):
            found.add(index)
    return frozenset(found)


def _body_start(rows: Sequence[Row], start: int, prose: int, frame: Frame, vocabulary: Vocabulary) -> int:
    """Where the body begins in `start..prose`, whose last row is the first with a sentence's end; before are headings."""
    last = min(prose, start + _STACK)
    wide = next((index for index in range(start, last + 1) if rows[index].width > WIDEST_COLUMN), start)
    if start < wide and all(len(line.text) <= HEADLINE for line in rows[start:wide]):
        # Where paragraphs stand on one line each, what is short and no sentence is none.
        return start if vocabulary.runs_on(rows[wide - 1], rows[wide]) else wide
    least = _column_start(rows, start, prose, frame)
    if least > start and vocabulary.runs_on(rows[least - 1], rows[least]):
        least = start
    for first in range(min(prose, start + _STACK), start, -1):
        row, above = rows[first], rows[start:first]
        if row.start == row.end:
            continue
        if frame.indents and frame.indented(row):
            sure = row.indent >= frame.base + 2
        elif row.blank_before and rows[start].blank_before and not frame.indents and not _flush(above[-1], frame):
            sure = False
        else:
            continue
        if any(len(line.text) > HEADLINE for line in above):
            continue
        if above[-1].text.endswith(OPEN_ENDED):
            continue
        filled = frame.columns and len(above) >= _FILLED and all(frame.fits(line) for line in above)
        # No line but the first of a paragraph is indented.
        if filled and not (frame.indents and all(frame.indented(line) for line in above)):
            continue
        if sure or not vocabulary.joins(above[-1], row):
            return max(first, least)
    if least == start and rows[start].blank_before:
        # Letter-spaced lines at the top of a block are headlines; in a body they stand where a line had to be filled.
        return next((index for index in range(start, prose) if not frame.spaced(rows[index])), prose)
    return least


def _column_start(rows: Sequence[Row], start: int, prose: int, frame: Frame) -> int:
    """Where the rows without indents begin to fill their column: what does not, and ends no sentence, is of no body."""
    if frame.indents or start == prose or (frame.fits(rows[start]) and _goes_on(rows, start, frame)):
        return start
    near = Frame.of(rows[start : start + _NEAR], lambda: frame.indents)
    last = min(prose, start + _STACK)
    first = next(
        (index for index in range(start, last) if near.fits(rows[index]) and _goes_on(rows, index, near)), last
    )
    filled = near.columns or (prose - first >= _FILLED and all(near.fits(row) for row in rows[first:prose]))
    return first if filled and (first == prose or first < last) else start


def _goes_on(rows: Sequence[Row], index: int, frame: Frame) -> bool:
    """Whether the row after `index` fills the column, too, or the paragraph ends with one of the two."""
    return rows[index].terminal or rows[index + 1].terminal or not frame.short(rows[index + 1])


def _flush(row: Row, frame: Frame) -> bool:
    """Whether the row ends where its column does, as no headline needs to."""
    return frame.columns and frame.fits(row) and row.width + row.indent - frame.base >= frame.width - 1


def _tail(rows: Sequence[Row]) -> list[Unit]:
    """Rows to the end of the zone on none of which a sentence ends: headings block by block, unless they look otherwise."""
    blocks: list[list[Row]] = []
    for row in rows:
        if not blocks or row.blank_before:
            blocks.append([])
        blocks[-1].append(row)
    return [
        Unit(len(block) > _BLOCK or any(len(row.text) > HEADLINE for row in block), tuple(block)) for block in blocks
    ]


def _unfinished(rows: Sequence[Row], last_prose: int, vocabulary: Vocabulary) -> int:
    """Where a body that breaks off in mid-sentence ends: before a blank line over what reads as headings."""
    for index in range(last_prose + 1, len(rows)):
        if rows[index].blank_before and not vocabulary.joins(rows[index - 1], rows[index]):
            rest = rows[index:]
            if len(rest) <= _STACK and all(len(row.text) <= HEADLINE for row in rest):
                return index
            break
    return len(rows)
