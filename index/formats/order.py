"""Articles as blocks, and the order in which these are read: across where something parts them level, else by columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .blocks import Block, overlap
from .lanes import Box, Drawing

_TIER_LINES = 3  # a byline or a deck set across an article
_MANY = 300  # blocks: more than an article has


@dataclass(slots=True)
class Article:
    """A stack of headings and the blocks under it."""

    heads: list[Block] = field(default_factory=list)
    flow: list[Block] = field(default_factory=list)
    captions: list[Block] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return self.heads + self.flow

    @property
    def box(self) -> Box:
        blocks = self.blocks or self.captions
        return Box(
            min(block.left for block in blocks),
            min(block.top for block in blocks),
            max(block.right for block in blocks),
            max(block.bottom for block in blocks),
        )


def reading_order(article: Article, drawing: Drawing, body: float) -> list[Block]:
    """The blocks under an article's headings: across where something parts them level, else column by column."""
    found: list[Block] = []
    # What stands over the columns stands under the headings; what is level with them is a column.
    under = max((head.bottom for head in article.heads), default=float("-inf")) - body / 2
    todo: list[list[Block]] = [_unglued(article.flow, under) if len(article.flow) < _MANY else list(article.flow)]
    while todo:
        group = todo.pop()
        parts = _split(group, drawing, body, under) if len(group) > 1 else []
        if len(parts) > 1:
            todo += reversed(parts)
        else:
            found += sorted(group, key=lambda block: (round(block.left / (3 * body)), block.top))
    return found


def _unglued(blocks: Sequence[Block], under: float) -> list[Block]:
    """The blocks, with a byline or deck that stands over all columns cut off the one column it touches."""
    found: list[Block] = []
    for block in blocks:
        beside = [other for other in blocks if other is not block and overlap(block, other) <= 0]
        top = min((other.top for other in beside), default=block.top)
        above = [strip for strip in block.strips[: _TIER_LINES + 1] if strip.bottom <= top + 0.3 * strip.size]
        rest = block.strips[len(above) :]
        over = block.top >= under and 0 < len(above) <= _TIER_LINES
        if over and rest and rest[0].top <= top + block.size / 2:
            found += [Block(above, block.frame, block.kind), Block(rest, block.frame, block.kind)]
        else:
            found.append(block)
    return found


def _split(group: list[Block], drawing: Drawing, body: float, under: float) -> list[list[Block]]:
    tiers = _groups(group, lambda block: (block.top, block.bottom), 0.4 * body)
    columns = _groups(group, lambda block: (block.left, block.right), 0.6 * body)
    if len(columns) == 1:
        return tiers
    for place in range(1, len(tiers) if len(group) < _MANY else 0):
        if _tier(tiers[place - 1], tiers[place], drawing, under):
            return [
                [block for tier in tiers[:place] for block in tier],
                [block for tier in tiers[place:] for block in tier],
            ]
    return columns


def _tier(upper: Sequence[Block], lower: Sequence[Block], drawing: Drawing, under: float) -> bool:
    """Whether what stands above is read to its end before what stands below."""
    top, bottom = max(block.bottom for block in upper), min(block.top for block in lower)
    left, right = min(block.left for block in (*upper, *lower)), max(block.right for block in (*upper, *lower))
    if len(upper) == 1 and len(upper[0].strips) <= _TIER_LINES and upper[0].top >= under:
        # A byline or a lead stands over the columns; the end of a column that a heading cuts does not.
        beside = [block for block in lower if overlap(block, upper[0]) <= 0]
        return not beside or min(block.top for block in lower) >= min(block.top for block in beside) - upper[0].size / 2
    wide = Box(left, top, right, bottom)
    return any(
        box.top >= top - 1
        and box.bottom <= bottom + 1
        and overlap(box, wide) > 0.9
        and box.right - box.left > 0.7 * (right - left)
        for box in (*drawing.pictures, *drawing.frames, *drawing.level)
    )


def _groups(blocks: Sequence[Block], extent: Callable[[Block], tuple[float, float]], slack: float) -> list[list[Block]]:
    """Blocks in groups that no straight cut between `extent`s parts."""
    ordered = sorted(blocks, key=extent)
    groups: list[list[Block]] = []
    end = float("-inf")
    for block in ordered:
        low, high = extent(block)
        if low >= end - slack:
            groups.append([])
        groups[-1].append(block)
        end = max(end, high)
    return groups


def in_order(found: list[Article], body: float) -> list[Article]:
    """Articles from top to bottom, those that begin side by side from left to right."""
    return sorted(found, key=lambda article: (round(article.box.top / (4 * body)), article.box.left))
