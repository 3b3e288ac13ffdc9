"""Rows of one article to its text, each character with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ..chars import CJK_MARKS, HAN, gaps
from ..types import Span
from .frames import OPEN_ENDED, Frame, Vocabulary, spaced
from .lines import Row

# An indent this deep (cells) begins a paragraph even where the line before ends without a full stop; less may be a
# stray space of justification.
_DEEP = 3
# Characters before a line break by which the script is known.
_WORDS = 40
_HAN_CHAR = re.compile(f"[{HAN}]")


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
    return deep and not before.text.endswith(OPEN_ENDED[:3]) and not vocabulary.joins(before, row)


def _latin(before: Row, row: Row) -> bool:
    """Whether a line break stands for a space between words, as in English."""
    tail, head = before.text[-1:], row.text[:1]
    if not (tail.isascii() and head.isascii()) or (tail.isdigit() and head.isdigit()):
        return False
    # In Chinese a Latin word or a number is broken anywhere; a hyphen joins what it breaks.
    letters = sum(char.isascii() and char.isalpha() for char in before.text[-_WORDS:])
    return letters * 2 > len(before.text[-_WORDS:]) and not (tail == "-" and head.islower())


def kept(row: Row, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The stretches of a row's text that stay when layout spaces go: `(column, end)` in the raw line."""
    if " " not in row.text and row.text.isprintable():
        return [(row.start, row.end)]
    text, spaces = row.line.text, gaps(row.line.text, row.start, row.end)
    if not spaces:
        return [(row.start, row.end)]
    ink = row.end - row.start - sum(end - start for start, end in spaces)
    letters = spaced(ink, len(spaces))
    narrowest = min(end - start for start, end in spaces)
    found, column = [], row.start
    for start, end in spaces:
        if letters and _HAN_CHAR.search(text[start - 1] + text[end]):
            stays = end - start > 2 * narrowest
        else:
            stays = _word_space(text, start, end, row, vocabulary)
        if stays and end - start == 1 and text[start].isspace():
            continue
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
    # Two characters stand together by chance on any page.
    triples = (left + right[0], left[-1] + right)
    return not any(len(triple) > 2 and vocabulary.together(triple) for triple in triples)
