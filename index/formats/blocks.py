"""Strips of text that stand below each other in one column and one type: blocks, and what each is for.

All measures are in the type size of the page's body or of the strips themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..chars import plain, terminal
from .glyphs import Strip, write
from .lanes import Box, Drawing, frame_of

# Lines of one block: sizes at most so different, and a gap of at most so many ems beyond the page's usual leading.
_SIZES, _LEADING, _COMMON = 1.06, 0.8, 0.3
# The next line of a block is looked for so far below (ems).
_REACH = 2.2
# A heading is this much larger than the body; a bold line of the body's size is one if it is short (characters).
_LARGER, _BOLD_SHORT = 1.2, 24
# A heading has at most so many lines and characters.
_HEADING_LINES, _HEADING_CHARS = 6, 150
# Small type; a caption begins at most so far (body ems) from its picture.
_SMALL, _NEAR = 0.95, 2.5
# Running heads and feet stand in this share of the page at its top and bottom.
_MARGIN = 0.12
_RUNNING_LINES, _RUNNING_CHARS, _RUNNING_PARTS = 2, 60, 50
_CELL, _CELLS = 0.5, 2_000_000
# What the running head or foot of a page says: the day, the page's number, the editors. The name of the paper stands beside.
_RUNNING = re.compile(
    r"[0-9〇零一二三四五六七八九十]{2,4} ?年 ?[0-9一二三四五六七八九十]{1,3} ?月|(?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}|(?:星期|周)[一二三四五六日天]"
    r"|^(?:第 ?)?[A-Z]?[0-9]{1,3} ?(?:[版页]|$)|[0-9一二三四五六七八九十] ?版|(?:责任?|美术?|本版|值班)编辑?[：/ ]|(?:编辑|美编|校对|版式|热线|电话|邮箱)[：/ ]"
)


@dataclass(slots=True, eq=False)
class Block:
    """Strips from top to bottom. `kind`: heading, body, caption, furniture. `frame`: the innermost frame around it."""

    strips: list[Strip]
    frame: int = -1
    kind: str = "body"
    left: float = field(init=False)
    right: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    size: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = min(strip.left for strip in self.strips)
        self.right = max(strip.right for strip in self.strips)
        self.top = min(strip.top for strip in self.strips)
        self.bottom = max(strip.bottom for strip in self.strips)
        self.size = max(strip.size for strip in self.strips)

    @property
    def length(self) -> int:
        return sum(len(strip.glyphs) for strip in self.strips)


def find_blocks(strips: Sequence[Strip], drawing: Drawing, body: float, height: float) -> list[Block]:
    """The blocks of a page of the given height, each told what it is for, in the order of their tops."""
    frames = [frame_of(strip, drawing.frames) for strip in strips]
    labels = _Labels(strips, body)
    down = [labels.next(index, 1) for index in range(len(strips))]
    up = [labels.next(index, -1) for index in range(len(strips))]
    leading = _leading(strips, down)
    linked: dict[int, int] = {}
    for index, below in enumerate(down):
        if below is not None and up[below] == index and frames[index] == frames[below]:
            before, after = strips[index], strips[below]
            if _goes_on(before, after, leading) and not ruled(before, after, drawing.level):
                linked[index] = below
    blocks = []
    for start in sorted(set(range(len(strips))) - set(linked.values())):
        chain, at = [strips[start]], start
        while at in linked:
            at = linked[at]
            chain.append(strips[at])
        blocks += [Block(part, frames[start]) for part in _cut(chain)]
    blocks.sort(key=lambda block: (block.top, block.left))
    for block in blocks:
        block.kind = _kind(block, drawing, body)
    for block in _running(blocks, height):
        block.kind = "furniture"
    return blocks


def overlap(one: Block | Strip | Box, other: Block | Strip | Box) -> float:
    """The share of the narrower one's width that the other covers, too."""
    common = min(one.right, other.right) - max(one.left, other.left)
    return common / max(min(one.right - one.left, other.right - other.left), 1e-6)


def ruled(above: Block | Strip, below: Block | Strip, rules: Sequence[Box]) -> bool:
    """Whether a level rule stands between two things, over at least half of one of them."""
    slack = 0.3 * min(above.size, below.size)
    for rule in rules:
        middle = (rule.top + rule.bottom) / 2
        if (
            above.bottom - slack <= middle <= below.top + slack
            and min(overlap(rule, above), overlap(rule, below)) > 0.5
        ):
            return True
    return False


class _Labels:
    """The page in cells, each with the strip that stands on it, to look up and down from a strip."""

    def __init__(self, strips: Sequence[Strip], body: float) -> None:
        self.strips = strips
        self.left = min(strip.left for strip in strips)
        self.top = min(strip.top for strip in strips)
        width = max(strip.right for strip in strips) - self.left
        height = max(strip.bottom for strip in strips) - self.top
        self.cell = max(_CELL * body, (width * height / _CELLS) ** 0.5, width / 20_000, height / 20_000)
        self.body = body
        self.cells = np.full((int(height / self.cell) + 2, int(width / self.cell) + 2), -1, dtype=np.int32)
        for index, strip in enumerate(strips):
            middle = self._row(strip.base - 0.4 * strip.size)
            low, high = self._row(strip.base - 0.75 * strip.size), self._row(strip.base - 0.05 * strip.size)
            self.cells[min(low, middle) : max(high, middle) + 1, self._span(strip)] = index

    def _row(self, y: float) -> int:
        return max(0, int((y - self.top) / self.cell))

    def _span(self, strip: Strip) -> slice:
        inset = min(0.2 * strip.size, (strip.right - strip.left) / 4)
        first = int((strip.left + inset - self.left) / self.cell)
        return slice(first, int((strip.right - inset - self.left) / self.cell) + 1)

    def next(self, index: int, step: int) -> int | None:
        """The one strip that stands next below (step 1) or above (-1); None if there is none or more than one."""
        strip = self.strips[index]
        row = self._row(strip.base - 0.4 * strip.size)
        reach = int(_REACH * max(strip.size, self.body) / self.cell) + 1
        rows = range(row + step, min(max(row + step * (reach + 1), -1), len(self.cells)), step)
        span = self._span(strip)
        found: list[int] = []
        limit: float | None = None
        for at in rows:
            if limit is not None and step * (self.top + at * self.cell - limit) > 0:
                break
            for other in {int(label) for label in self.cells[at, span]} - {-1, index, *found}:
                near = self.strips[other]
                found.append(other)
                if limit is None:
                    limit = (near.top + near.bottom) / 2 if step > 0 else near.base - 0.5 * near.size
        return found[0] if len(found) == 1 else None


def _leading(strips: Sequence[Strip], down: Sequence[int | None]) -> float:
    """The page's usual gap between two lines, in ems."""
    gaps = sorted(
        (strips[below].base - strip.base) / strip.size - 1
        for strip, below in zip(strips, down, strict=True)
        if below is not None and max(strip.size, strips[below].size) < 1.1 * min(strip.size, strips[below].size)
    )
    return max(0.0, gaps[len(gaps) // 2]) if gaps else 0.5


def _goes_on(before: Strip, after: Strip, leading: float) -> bool:
    small, large = sorted((before.size, after.size))
    gap = after.base - before.base - max(after.size, before.size)
    near = large <= _SIZES * small and gap <= (leading + _LEADING) * small
    return near and overlap(before, after) > _COMMON


def _cut(chain: list[Strip]) -> list[list[Strip]]:
    """A chain of lines cut where its size or its column changes for good."""
    parts = [[chain[0]]]
    left, right = chain[0].left, chain[0].right
    for strip in chain[1:]:
        em = 1.2 * strip.size
        outside = strip.left < left - 2.5 * em or strip.right > right + em
        if outside and len(parts[-1]) > 1 and parts[-1][-1].size <= strip.size * 1.01:
            parts.append([strip])
            left, right = strip.left, strip.right
        else:
            parts[-1].append(strip)
            left, right = min(left, strip.left), max(right, strip.right)
    return parts


def _running(blocks: Sequence[Block], height: float) -> list[Block]:
    """The running head and foot: in the page's margins what tells its day, number or editors, and what is level with it."""
    found: list[Block] = []
    for top in (True, False):
        margin = [
            block
            for block in blocks
            if (block.bottom < _MARGIN * height if top else block.top > (1 - _MARGIN) * height)
            and len(block.strips) <= _RUNNING_LINES
        ]
        if len(margin) > _RUNNING_PARTS:
            continue
        sure = [block for block in margin if all(_says(strip) for strip in block.strips)]
        near = {id(block) for block in margin}
        others = [block for block in blocks if id(block) not in near]
        for block in margin:
            level = any(_level(block, one) for one in sure)
            # The name of the paper may be higher than the day beside it, but no column of text is.
            if block in sure or (level and not any(_level(block, other) for other in others)):
                found.append(block)
    return found


def _says(strip: Strip) -> bool:
    text = plain(write(strip)[0])
    return _RUNNING.search(text) is not None and not terminal(text) and len(text) < _RUNNING_CHARS


def _level(one: Block, other: Block) -> bool:
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common > 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _kind(block: Block, drawing: Drawing, body: float) -> str:
    lines, length = len(block.strips), block.length
    if lines <= _HEADING_LINES and length <= _HEADING_CHARS:
        if block.size >= _LARGER * body:
            return "heading"
        if block.size > _SMALL * body and length <= _BOLD_SHORT and all(strip.bold for strip in block.strips):
            return "heading"
    if block.size <= _SMALL * body and any(_captions(block, picture, body) for picture in drawing.pictures):
        return "caption"
    return "body"


def _captions(block: Block, picture: Box, body: float) -> bool:
    """Whether the block stands at a picture: right under it, above it or beside its foot."""
    near = _NEAR * body
    if overlap(block, picture) > 0.6:
        under = -body <= block.top - picture.bottom <= near
        inside = picture.top <= block.top and block.bottom <= picture.bottom
        return under or inside or -body <= picture.top - block.bottom <= body
    beside = -body <= block.left - picture.right <= near or -body <= picture.left - block.right <= near
    return beside and picture.top - body <= block.top and block.bottom <= picture.bottom + body
