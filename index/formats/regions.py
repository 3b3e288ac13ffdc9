"""Glyphs of a page to its lines in reading order: which blocks of text belong to one headline, and in what order.

A headline heads the columns under it, as far down as they go to the next headline, rule or frame; a column with nothing
above it goes on from the column at its left. An article is read headline first, then column by column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..types import Line
from .blocks import Block, find_blocks, overlap
from .glyphs import Glyph, Strip, body_size, level_weight, pieces, write
from .lanes import Box, Drawing, join
from .order import Article, reading_order
from .owners import Owners

# More blocks than any page of a paper has: no search for articles then, only columns.
_MOST_BLOCKS = 600


def arrange(glyphs: Sequence[Glyph], drawing: Drawing, size: tuple[float, float]) -> tuple[Line, ...]:
    """The lines that the glyphs of a page make, in reading order; blank lines stand between articles and after headlines."""
    body = body_size(glyphs)
    glyphs = level_weight(glyphs)
    strips = join(pieces(glyphs), drawing, body)
    if not strips:
        return ()
    blocks = find_blocks(strips, drawing, body, size[1])
    _dissolve(blocks)
    out: list[tuple[str, Strip | None, float | None]] = []
    furniture = [block for block in blocks if block.kind == "furniture"]
    _emit(out, [block for block in furniture if block.top < size[1] / 2], body)
    for article in _articles(blocks, drawing, body):
        _emit(out, _rows(article.heads), body)
        _emit(out, reading_order(article, drawing, body), body)
        for caption in article.captions:
            _emit(out, [caption], body)
    _emit(out, [block for block in furniture if block.top >= size[1] / 2], body)
    return _lines(out)


def _emit(out: list[tuple[str, Strip | None, float | None]], blocks: Sequence[Block], body: float) -> None:
    """Add the blocks' strips with their roles and column edges, and a blank line before them."""
    if not blocks:
        return
    if out:
        out.append(("", None, None))
    strips = [strip for block in blocks for strip in block.strips]
    light = sum(strip.bold for strip in strips) * 2 < len(strips)
    for block, edge in zip(blocks, _column_edges(blocks), strict=True):
        for strip in block.strips:
            role = _body_role(strip, block, body, light=light) if block.kind == "body" else block.kind
            out.append((role, strip, None if block.kind in ("heading", "furniture") else edge))


def _body_role(strip: Strip, block: Block, body: float, *, light: bool) -> str:
    """The role of a line among body text: bold and short among `light` ones is a heading; of odd size, unknown."""
    short = strip.right - strip.left < 0.8 * (block.right - block.left) or len(block.strips) == 1
    if strip.bold and light and short:
        return "heading"
    return "body" if 0.9 * body <= strip.size <= 1.15 * body else ""


def _lines(out: Sequence[tuple[str, Strip | None, float | None]]) -> tuple[Line, ...]:
    found = []
    for number, (role, strip, edge) in enumerate(out, 1):
        if strip is None:
            found.append(Line(number, ""))
        else:
            text, box = write(strip, edge)
            found.append(Line(number, text, role, box))
    return tuple(found)


def _column_edges(blocks: Sequence[Block]) -> list[float]:
    """For each block the left edge of its column: the leftmost place where lines of the column often begin."""
    found: list[float] = []
    for block in blocks:
        peers = [other for other in blocks if overlap(block, other) > 0.5] if len(blocks) < 200 else [block]
        width = block.right - block.left
        peers = [other for other in peers if other.right - other.left < 1.5 * width or width < 8 * block.size]
        step = max(block.size / 4, 0.1)
        counts = Counter(
            round(strip.left / step)
            for other in (peers if len(block.strips) < 3 else [block])
            for strip in other.strips
        )
        most = max(counts.values())
        often = min(place for place, count in counts.items() if count >= 0.2 * most)
        found.append(min(often * step, block.left) if block.left > (often - 2) * step else often * step)
    return found


def _dissolve(blocks: Sequence[Block]) -> None:
    """A frame that holds nothing but headings is their ground, not a boxed story."""
    bodies = {block.frame for block in blocks if block.kind == "body" and len(block.strips) > 1}
    for block in blocks:
        if block.frame not in bodies:
            block.frame = -1


def _articles(blocks: Sequence[Block], drawing: Drawing, body: float) -> list[Article]:
    text = [block for block in blocks if block.kind in ("heading", "body")]
    many = len(text) > _MOST_BLOCKS
    found = [Article(flow=text)] if many else Owners(blocks, drawing, body).articles()
    if not found:
        found.append(Article())
    boxes = [article.box if article.blocks else None for article in found]
    for caption in (block for block in blocks if block.kind == "caption"):
        nearest = min(range(len(found)), key=lambda place: _distance(boxes[place], caption))
        found[nearest].captions.append(caption)
    return found


def _distance(box: Box | None, block: Block) -> float:
    if box is None:
        return 0.0
    aside = max(box.left - block.right, block.left - box.right, 0.0)
    away = max(box.top - block.bottom, block.top - box.bottom, 0.0)
    return aside + away


def _rows(heads: Sequence[Block]) -> list[Block]:
    return sorted(heads, key=lambda block: (block.top, block.left))
