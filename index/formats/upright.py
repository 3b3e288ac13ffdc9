"""Text that is not set level: turned pages and margins, and Chinese set from top to bottom, lines from right to left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..types import Line
from .glyphs import Glyph, body_size
from .lanes import Drawing
from .regions import arrange

# One character under another: at most so far aside, and so far down from its baseline (ems).
_ASIDE, _NEAR, _FAR = 0.3, 0.7, 2.2
_RUN = 3  # characters under each other that make a line from top to bottom
_CLOSE = 0.45  # ems: glyphs nearer than this are neighbours on a level line


def upright_runs(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], list[Glyph]]:
    """The glyphs of level lines, and those that follow each other downwards, turned so that their lines read level."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _under(runs[-1][-1], glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    unit = body_size(glyphs) or 1.0
    places = {(int(glyph.left // unit), int(glyph.base // unit)): glyph for glyph in glyphs}
    level: list[Glyph] = []
    upright: list[Glyph] = []
    for run in runs:
        beside = sum(_has_neighbour(glyph, places, unit) for glyph in run)
        if len(run) >= _RUN and beside * 2 < len(run):
            upright += [_turned(glyph) for glyph in run]
        else:
            level += run
    return level, upright


def _has_neighbour(glyph: Glyph, places: dict[tuple[int, int], Glyph], unit: float) -> bool:
    """Whether another glyph stands close to the right or left on the same line."""
    down = int(glyph.base // unit)
    for x in (glyph.right + glyph.size / 4, glyph.left - glyph.size / 2):
        for across in (int(x // unit) - 1, int(x // unit), int(x // unit) + 1):
            for row in (down - 1, down, down + 1):
                other = places.get((across, row))
                if other is not None and other is not glyph and abs(other.base - glyph.base) < _ASIDE * glyph.size:
                    gap = max(other.left - glyph.right, glyph.left - other.right)
                    if gap < _CLOSE * glyph.size:
                        return True
    return False


def _under(before: Glyph, glyph: Glyph) -> bool:
    em = min(before.size, glyph.size)
    return abs(glyph.left - before.left) < _ASIDE * em and _NEAR * em < glyph.base - before.base < _FAR * em


def _turned(glyph: Glyph) -> Glyph:
    """The glyph as if its line ran level: down the page becomes right, left becomes down."""
    return glyph._replace(
        left=glyph.base - 0.86 * glyph.size,
        right=glyph.base + 0.12 * glyph.size,
        top=-glyph.right,
        bottom=-glyph.left,
        base=-glyph.left - 0.12 * glyph.size,
    )


def arrange_turned(glyphs: Sequence[Glyph], _turn: int) -> tuple[Line, ...]:
    """The lines of glyphs that were turned level, without boxes: those hold for level lines only."""
    if not glyphs:
        return ()
    left, top = min(glyph.left for glyph in glyphs), min(glyph.top for glyph in glyphs)
    moved = [
        glyph._replace(
            left=glyph.left - left,
            right=glyph.right - left,
            top=glyph.top - top,
            bottom=glyph.bottom - top,
            base=glyph.base - top,
        )
        for glyph in glyphs
    ]
    size = max(glyph.right for glyph in moved), max(glyph.bottom for glyph in moved)
    return tuple(replace(line, box=None) for line in arrange(moved, Drawing(), size))
