"""The white lanes between columns, and with them: which pieces of a line belong together.

A gap in a line is a gutter if the white through it goes on past other lines that have their gaps there, too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..chars import CJK_MARKS
from .glyphs import Strip

# The page is seen in cells of this share of the body size, fewer than so many in all.
_CELL, _CELLS = 0.25, 2_000_000
# Lines that a lane must part to be one for sure.
_SURE = 4
# A wide gap (ems) is a gutter, too, if so many lines end or begin alike there; two, if they are long (characters).
_WIDE, _EDGE, _LONG = 0.8, 3, 5
# Stops that hang into a gutter are known by so many lines.
_HANGING = 6
# Pieces of clearly different size are no line if white parts them.
_OTHER_SIZE, _GAP = 1.15, 0.4
# Lines at a lane's sides stand at most so far from it (ems).
_ASIDE, _FAR_CELLS = 4.0, 1_000
# A lane is counted up to where its lines stand so far apart (ems).
_APART = 3.5
# Gaps (in type size) wider than this are never inside a line; next to none, without any lane.
_FARTHEST, _LONE = 6.0, 3.0
# Letter-spacing: gaps alike to this share, up to so many ems.
_ALIKE, _LETTERS = 0.2, 2.5
# Headlines are larger than the body by this much; the gap between two words of one is at most so wide.
_LARGER, _WORDS = 1.25, 1.25
_NEIGHBOURS = 4  # candidates looked at in a row


class Box(NamedTuple):
    """A rectangle on the page."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page beside text: rules, frames around text, pictures."""

    level: tuple[Box, ...] = ()
    upright: tuple[Box, ...] = ()
    frames: tuple[Box, ...] = ()
    pictures: tuple[Box, ...] = ()


@dataclass(slots=True)
class _Gap:
    """Two pieces that are neighbours in a line; `spaced` if only letter-spacing parts them."""

    before: Strip
    after: Strip
    place: tuple[int, int]
    em: float
    spaced: bool = False

    @property
    def white(self) -> float:
        """The white between the characters' own widths (ems)."""
        return (self.after.left - self.before.right) / self.em

    @property
    def width(self) -> float:
        """The white between the characters' ink (ems)."""
        return (self.after.ink_left - self.before.ink_right) / self.em


def frame_of(strip: Strip, frames: Sequence[Box]) -> int:
    """The innermost of `frames`, which are sorted from large to small, that holds the strip's middle; -1 for none."""
    x, y = (strip.left + strip.right) / 2, (strip.top + strip.bottom) / 2
    for index in range(len(frames) - 1, -1, -1):
        left, top, right, bottom = frames[index]
        if left <= x <= right and top <= y <= bottom:
            return index
    return -1


def join(parts: Sequence[Strip], drawing: Drawing, body: float) -> list[Strip]:
    """Put the pieces of lines together that no gutter, rule or frame parts."""
    if not parts or body <= 0:
        return list(parts)
    neighbours = _neighbours(parts, body)
    frames = [frame_of(part, drawing.frames) for part in parts]
    grid = _Grid(parts, body)
    gaps = {
        index: _Gap(parts[index], parts[other], (index, other), min(parts[index].size, parts[other].size))
        for index, other in neighbours.items()
    }
    _letter_spaced(gaps, neighbours)
    # Edges of columns: where pieces begin and end with white beside them.
    inner = [gap for gap in gaps.values() if gap.white < _WIDE]
    after, before = {gap.place[1] for gap in inner}, {gap.place[0] for gap in inner}
    lefts = _edges([part.left for index, part in enumerate(parts) if index not in after], body)
    rights = _edges([part.right for index, part in enumerate(parts) if index not in before], body)
    joined = {
        index: neighbours[index]
        for index, gap in gaps.items()
        if frames[index] == frames[neighbours[index]]
        and not _ruled(gap, drawing.upright)
        and not _gutter(gap, grid, body, lefts, rights)
    }
    heads = set(range(len(parts))) - set(joined.values())
    found = []
    for index in sorted(heads):
        glyphs = list(parts[index].glyphs)
        while index in joined:
            index = joined[index]
            glyphs += parts[index].glyphs
        found.append(Strip(glyphs))
    return found


def _neighbours(parts: Sequence[Strip], body: float) -> dict[int, int]:
    """For each piece the next one to its right on its line, if any."""
    rows: dict[int, list[tuple[float, int]]] = {}
    for index, part in enumerate(parts):
        rows.setdefault(int(part.base // body), []).append((part.left, index))
    for row in rows.values():
        row.sort()
    found: dict[int, int] = {}
    taken: dict[int, int] = {}
    for index, part in enumerate(parts):
        level = 0.3 * part.size
        best: int | None = None
        for key in range(int((part.base - level) // body), int((part.base + level) // body) + 1):
            row = rows.get(key, [])
            first = bisect_left(row, (max(part.left, part.right - part.size / 2), len(parts)))
            for left, other in row[first : first + _NEIGHBOURS]:
                size = min(part.size, parts[other].size)
                if abs(parts[other].base - part.base) > 0.3 * size or max(part.size, parts[other].size) > 1.6 * size:
                    continue
                if best is None or left < parts[best].left:
                    best = other
        if best is None or parts[best].left - part.right > 3 * _FARTHEST * max(part.size, body):
            continue
        rival = taken.get(best)
        if rival is None or parts[rival].right < part.right:
            if rival is not None:
                del found[rival]
            found[index] = best
            taken[best] = index
    return found


def _letter_spaced(gaps: dict[int, _Gap], neighbours: dict[int, int]) -> None:
    """Mark the gaps between single characters that are all alike: a headline set wide."""
    for index, gap in gaps.items():
        following = gaps.get(neighbours[index])
        if (
            following is None
            or len(gap.after.glyphs) > 1
            or gap.width > _LETTERS
            or gap.after.glyphs[0].char in CJK_MARKS
        ):
            continue
        if abs(gap.width - following.width) <= _ALIKE * max(gap.width, following.width):
            gap.spaced = following.spaced = True


def _edges(places: Sequence[float], body: float) -> set[int]:
    """Where, in half ems, many lines begin or end: the edges of columns."""
    counts = Counter(round(place / body * 2) for place in places)
    return {place for place, count in counts.items() if count + counts[place - 1] + counts[place + 1] >= _SURE}


def _ruled(gap: _Gap, rules: Sequence[Box]) -> bool:
    """Whether an upright rule stands in the gap."""
    middle = (gap.before.top + gap.before.bottom) / 2
    return any(
        rule.top <= middle <= rule.bottom
        and gap.before.ink_right - gap.em / 2 <= (rule.left + rule.right) / 2 <= gap.after.ink_left + gap.em / 2
        for rule in rules
    )


def _gutter(gap: _Gap, grid: _Grid, body: float, lefts: set[int], rights: set[int]) -> bool:
    """Whether the gap parts two columns."""
    if gap.spaced:
        return False
    if gap.width > _FARTHEST:
        return True
    # Stops and brackets have white of their own, which is no sign by itself.
    white = gap.white
    if white > _GAP and max(gap.before.size, gap.after.size) > _OTHER_SIZE * gap.em:
        return True
    large = gap.em > _LARGER * body
    if white < _GAP:
        # A stop that hangs into a gutter: the other lines have the gutter's white there.
        seen = grid.parted(gap, 1.0)
        return not large and min(seen.lines, seen.ends, seen.begins, seen.wide) >= _HANGING
    seen = grid.parted(gap, _CELL)
    begins, ends = round(gap.after.left / body * 2) in lefts, round(gap.before.right / body * 2) in rights
    if large and gap.width <= _WORDS:
        # A space set within a headline is a character of it.
        return (begins or ends or not gap.after.glyphs[0].spaced) and seen.lines >= _SURE
    if seen.lines >= _SURE or (begins and ends and white >= _WIDE):
        return True
    if white >= _WIDE:
        edges = max(seen.ends, seen.begins)
        long = max(len(gap.before.glyphs), len(gap.after.glyphs)) >= _LONG
        if edges >= _EDGE or (long and not large and seen.lines > 1 and edges > 1):
            return True
    return gap.width > _LONE


class _Parted(NamedTuple):
    """Lines on both sides of a lane; how many end and begin as those do that the gap is in; and how many stand wide apart."""

    lines: int = 0
    ends: int = 0
    begins: int = 0
    wide: int = 0


class _Grid:
    """The page in cells, to see from a white cell how far the white goes and what stands at its sides."""

    def __init__(self, parts: Sequence[Strip], body: float) -> None:
        self.left = min(part.left for part in parts)
        self.top = min(part.top for part in parts)
        width = max(part.right for part in parts) - self.left
        height = max(part.bottom for part in parts) - self.top
        self.cell = max(_CELL * body, (width * height / _CELLS) ** 0.5, width / 20_000, height / 20_000)
        self.body = body
        self.reach = int(_ASIDE * body / self.cell) + 1
        rows, columns = int(height / self.cell) + 2, int(width / self.cell) + 2
        ink = np.zeros((rows, columns), dtype=bool)
        text = np.zeros((rows, columns), dtype=bool)
        for part in parts:
            # The middle of a line only, so that there is white between two lines.
            top, bottom = self._row(part.base - 0.65 * part.size), self._row(part.base - 0.2 * part.size)
            rows_of = slice(max(0, top), bottom + 1)
            ink[rows_of, self._column(part.ink_left) : self._column(part.ink_right) + 1] = True
            if part.size <= _LARGER * body:
                text[rows_of, self._column(part.left) : self._column(part.right) + 1] = True
        down = np.arange(rows, dtype=np.int32)[:, None]
        self.above = _last(np.where(ink, down, np.int32(-1)), 0)
        self.below = _next(np.where(ink, down, np.int32(rows)), 0)
        self.sides = _sides(text), _sides(ink)

    def _row(self, y: float) -> int:
        return int((y - self.top) / self.cell)

    def _column(self, x: float) -> int:
        return int((x - self.left) / self.cell)

    def parted(self, gap: _Gap, hanging: float) -> _Parted:
        """What stands on both sides of the white through the gap; lines end alike up to `hanging` ems."""
        row = min(max(self._row(gap.before.base - 0.4 * gap.em), 0), len(self.above) - 1)
        first, last = self._column(gap.before.ink_right) + 1, self._column(gap.after.ink_left) - 1
        sides_before, sides_after = self.sides[gap.em > _LARGER * self.body]
        slack = max(1, round(hanging * gap.em / self.cell))
        limit = _APART * gap.em / self.cell
        best = _Parted()
        columns: set[int] = set()
        if first <= last:
            high = self.below[row, first : last + 1] - self.above[row, first : last + 1]
            columns = {first, (first + last) // 2, last, first + int(np.argmax(high))}
        for column in sorted(columns):
            top = int(self.above[row, column]) + 1
            rows = slice(top, int(self.below[row, column]))
            before, after = column - sides_before[rows, column], sides_after[rows, column] - column
            left = _lines(before <= self.reach, row - top, limit)
            right = _lines(after <= self.reach, row - top, limit)
            ends = _lines(abs(before - (column - sides_before[row, column])) <= slack, row - top, limit)
            begins = _lines(abs(after - (sides_after[row, column] - column)) <= 1, row - top, limit)
            wide = _lines((before + after) * self.cell >= _WIDE * gap.em + self.cell, row - top, limit)
            best = max(best, _Parted(min(left, right), ends, begins, wide))
        return best


def _sides(ink: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each cell the columns of the next ink at its left and at its right; far away where there is none."""
    across = np.arange(ink.shape[1], dtype=np.int32)[None, :]
    return (
        _last(np.where(ink, across, np.int32(-_FAR_CELLS)), 1),
        _next(np.where(ink, across, np.int32(ink.shape[1] + _FAR_CELLS)), 1),
    )


def _last(places: NDArray[np.int32], axis: int) -> NDArray[np.int32]:
    return np.maximum.accumulate(places, axis=axis)


def _next(places: NDArray[np.int32], axis: int) -> NDArray[np.int32]:
    return np.flip(np.minimum.accumulate(np.flip(places, axis), axis=axis), axis)


def _lines(mask: NDArray[np.bool_], at: int, limit: float) -> int:
    """The number of lines, which are runs of true cells, around place `at`, up to where two are `limit` cells apart."""
    cells = np.flatnonzero(mask)
    if not len(cells):
        return 0
    steps = np.diff(cells)
    breaks = np.concatenate(([0], np.flatnonzero(steps > limit) + 1, [len(cells)]))
    near = int(np.argmin(abs(cells - at)))
    place = int(np.searchsorted(breaks, near, side="right"))
    return 1 + int(np.count_nonzero(steps[breaks[place - 1] : breaks[place] - 1] > 1))
