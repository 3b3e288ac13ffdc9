"""Whether the text of one block goes on in another: by unfinished sentences, indents, and the marks of jumps."""

from __future__ import annotations

import re

from ..chars import ink, plain, terminal
from .blocks import Block
from .glyphs import Strip

# The marks of a text that comes from another page and of one that goes on there, in plain characters.
_FROM, _TO = (
    re.compile(r"[（〔【]? ?[▶►→◀◄←]? ?(?:上 ?接|紧 ?接|接第)"),
    re.compile(r"下 ?转[^（〔【。]{1,12}[）〕】]?$"),
)


def comes_from_elsewhere(block: Block) -> bool:
    """Whether the block begins with the mark of a text that comes from another page, "（上接第一版）"."""
    return _FROM.match(_text(block.strips[0])) is not None


def unfinished(strip: Strip) -> bool:
    """Whether no sentence ends with the line."""
    return not terminal(_text(strip))


def _text(strip: Strip) -> str:
    text = plain("".join(glyph.char for glyph in strip.glyphs))
    start, end = ink(text)
    return text[start:end]


def continues(before: Block, after: Block) -> int:
    """Whether the text of one block goes on in another: 1 if a sentence does, -1 if it cannot, 0 if it may."""
    last, first = before.strips[-1], after.strips[0]
    text = _text(last)
    if _FROM.match(_text(first)) or _TO.search(text[-20:]):
        return -1
    short = last.right < before.right - 2 * last.size
    finished = terminal(text) or short
    lefts = sorted(strip.left for strip in after.strips)
    indented = len(lefts) > 2 and first.left > lefts[len(lefts) // 3] + 0.8 * first.size
    if finished == indented:
        return 0 if finished else 1
    return 0 if terminal(text) and not short else -1
