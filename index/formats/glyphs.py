"""Glyphs of a page, and the pieces of lines they make: glyphs on one baseline without a wide gap between them.

Coordinates are points from the page's top left corner, downwards.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ..chars import CJK_MARKS
from ..types import LineBox

# Two glyphs stand on one baseline if theirs differ by at most this share of the smaller size; raised and lowered ones by
# more, if they are clearly smaller.
_LEVEL, _RAISED, _SMALLER = 0.25, 0.5, 0.8
# One piece of a line: sizes at most so different, and gaps at most so wide (in the smaller size).
_SIZES, _GAP = 1.6, 0.5
# Glyphs may overlap by so much: squeezed punctuation, negative letter-spacing.
_OVERLAP = 0.6
# Piece heads looked at for one piece's end: more would stand upon each other.
_CROWD = 8
# Gaps (in type size, beyond the line's usual one) that stand for a space: between letters of words, elsewhere, and two.
_WORD, _WIDE, _EM = 0.16, 0.4, 0.9
_SPACES = " \u3000"
_IDEOGRAPHS = "\u2e80"  # from here on, characters of the body's full width
_OPENING, _CLOSING = "“‘「『（【《〈〔［｛", "，。、；：！？”’」』）】》〉〕］｝．"
_FULL = 0.8  # ems: a mark of full width
_INDENT = 40  # characters: no column's indent is deeper


class Glyph(NamedTuple):
    """One character where it stands: `left` to `right` is its advance, `top` to `bottom` holds its ink.

    `spaced`: a space character stands before it.
    """

    char: str
    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    bold: bool = False
    spaced: bool = False


def ink_left(glyph: Glyph) -> float:
    """Where the glyph's ink may begin: an opening mark of full width has none in its left half."""
    wide = glyph.char in _OPENING and glyph.right - glyph.left > _FULL * glyph.size
    return (glyph.left + glyph.right) / 2 if wide else glyph.left


def ink_right(glyph: Glyph) -> float:
    """Where the glyph's ink may end: a stop or closing mark of full width, which may hang out of its column, has none in
    its right half.
    """
    wide = glyph.char in _CLOSING and glyph.right - glyph.left > _FULL * glyph.size
    return (glyph.left + glyph.right) / 2 if wide else glyph.right


@dataclass(slots=True, eq=False)
class Strip:
    """A piece of one line: its glyphs from left to right, at least one, and the box around them."""

    glyphs: list[Glyph]
    left: float = field(init=False)
    right: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    base: float = field(init=False)
    size: float = field(init=False)
    ink_left: float = field(init=False)
    ink_right: float = field(init=False)

    def __post_init__(self) -> None:
        glyphs = self.glyphs
        self.ink_left, self.ink_right = ink_left(glyphs[0]), ink_right(glyphs[-1])
        self.left = min(glyph.left for glyph in glyphs)
        self.right = max(glyph.right for glyph in glyphs)
        self.top = min(glyph.top for glyph in glyphs)
        self.bottom = max(glyph.bottom for glyph in glyphs)
        sizes = Counter(glyph.size for glyph in glyphs)
        self.size = max(sizes, key=lambda size: (sizes[size], size))
        self.base = next(glyph.base for glyph in glyphs if glyph.size == self.size)

    @property
    def bold(self) -> bool:
        return sum(glyph.bold for glyph in self.glyphs) > 0.8 * len(self.glyphs)


def level_weight(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs, none of them bold if most of the body is: a face that is always strong says nothing."""
    body = body_size(glyphs)
    text = [glyph.bold for glyph in glyphs if abs(glyph.size - body) <= 0.3]
    if sum(text) * 2 <= len(text):
        return list(glyphs)
    return [glyph._replace(bold=False) if glyph.bold else glyph for glyph in glyphs]


def body_size(glyphs: Iterable[Glyph]) -> float:
    """The type size in which most characters are set, to half a point and at least that; 0 without any."""
    sizes = Counter(round(glyph.size * 2) / 2 for glyph in glyphs)
    return max(0.5, max(sizes, key=lambda size: (sizes[size], -size))) if sizes else 0.0


def pieces(glyphs: Sequence[Glyph]) -> list[Strip]:
    """The pieces of lines that the glyphs make, found among neighbours in the given order first, then by place."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _follows(runs[-1][-1], glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return [Strip(run) for run in _chained(runs, body_size(glyphs))]


def _follows(before: Glyph, glyph: Glyph) -> bool:
    em = min(before.size, glyph.size)
    ratio = em / max(before.size, glyph.size)
    level = (_RAISED if ratio < _SMALLER else _LEVEL) * em
    return (
        ratio * _SIZES >= 1
        and abs(before.base - glyph.base) <= level
        and -_OVERLAP * em <= glyph.left - before.right
        and ink_left(glyph) - ink_right(before) <= _GAP * em
        and glyph.left > before.left
    )


def _chained(runs: list[list[Glyph]], unit: float) -> list[list[Glyph]]:
    """Runs put together where the end of one has the head of another next to it on the page."""
    unit = max(unit, 0.1)
    levels: dict[int, list[tuple[float, int]]] = {}
    for index, run in enumerate(runs):
        levels.setdefault(int(run[0].base // unit), []).append((run[0].left, index))
    for level in levels.values():
        level.sort()
    following: dict[int, int] = {}
    taken: set[int] = set()
    for index in sorted(range(len(runs)), key=lambda index: runs[index][0].left):
        best = _next_run(runs, index, levels, unit, taken)
        if best is not None:
            following[index] = best
            taken.add(best)
    found = []
    for start in range(len(runs)):
        if start in taken:
            continue
        chain, at = list(runs[start]), start
        while at in following:
            at = following[at]
            chain += runs[at]
        found.append(chain)
    return found


def _next_run(
    runs: Sequence[list[Glyph]],
    index: int,
    levels: dict[int, list[tuple[float, int]]],
    unit: float,
    taken: set[int],
) -> int | None:
    tail = runs[index][-1]
    reach = _LEVEL * tail.size
    best: int | None = None
    for key in range(int((tail.base - reach) // unit), int((tail.base + reach) // unit) + 1):
        level = levels.get(key, [])
        first = bisect_left(level, (tail.right - _OVERLAP * tail.size, -1))
        for left, other in level[first : first + _CROWD]:
            if left > tail.right + _GAP * tail.size:
                break
            # Only ever to the right, so that no chain comes back to where it began.
            if other in taken or left <= runs[index][0].left or not _follows(tail, runs[other][0]):
                continue
            if best is None or left < runs[best][0].left:
                best = other
    return best


def _script(char: str) -> str:
    if char in _SPACES:
        return " "
    if char in CJK_MARKS or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef":
        return "mark"
    return "han" if char >= _IDEOGRAPHS else "word"


def write(strip: Strip, indent_from: float | None = None) -> tuple[str, LineBox]:
    """The text of a strip and the place of its characters; with spaces where words or names stand apart.

    `indent_from` is the left edge of the column: the indent is written as ideographic spaces.
    """
    glyphs, size = strip.glyphs, strip.size
    chars: list[str] = []
    edges: list[float] = []
    if indent_from is not None:
        count = min(round((strip.left - indent_from) / size), _INDENT)
        chars += ["\u3000"] * count
        edges += [indent_from + (strip.left - indent_from) * place / count for place in range(count)]
    usual = _usual_gap(glyphs)
    before: Glyph | None = None
    for glyph in glyphs:
        if before is not None:
            gap = glyph.left - before.right
            space = _space(before, glyph, gap - usual, gap, size)
            if space:
                chars.append(space)
                edges.append(before.right if gap > 0 else (before.right + glyph.left) / 2)
                edges.append(glyph.left if gap > 0 else edges[-1])
            else:
                edges.append((before.right + glyph.left) / 2)
        else:
            edges.append(glyph.left)
        chars.append(glyph.char)
        before = glyph
    edges.append(strip.right)
    for place in range(1, len(edges)):
        edges[place] = max(edges[place], edges[place - 1])
    return "".join(chars), LineBox(strip.top, strip.bottom, tuple(edges))


def _usual_gap(glyphs: Sequence[Glyph]) -> float:
    """The gap between neighbours that the line's letter-spacing or justification makes; never below zero."""
    gaps = sorted(after.left - before.right for before, after in pairwise(glyphs))
    return max(0.0, gaps[len(gaps) // 2]) if len(gaps) > 1 else 0.0


def _space(before: Glyph, glyph: Glyph, extra: float, gap: float, size: float) -> str:
    """The space between two glyphs that stand `gap` apart, `extra` more than usual; mostly none."""
    kinds = {_script(before.char), _script(glyph.char)}
    if " " in kinds:
        return ""
    if kinds == {"word"}:
        return " " if extra > _WORD * size or (glyph.spaced and gap > 0) else ""
    if extra > _EM * size:
        return "\u3000"
    # Typesetters put a hair of space between scripts; only a space character makes one of it.
    if extra > _WIDE * size or (glyph.spaced and extra > _WORD * size):
        return " "
    return ""
