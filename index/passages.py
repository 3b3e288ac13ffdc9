"""Article to passages: runs of whole sentences, small enough to cite and large enough to be found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .types import Article, Passage

# About two to four newspaper sentences: one fact with its context. Shorter passages lose the subject that the sentence
# before named; longer ones blur the vector and drown the term that was asked for.
TARGET = 200
# A sentence, or a passage that the next short paragraph would complete, may outgrow the target up to this multiple.
STRETCH = 2
# A sentence up to this multiple of the target stays whole: a list of names is one fact. What is longer is no sentence.
WHOLE = 5
# A passage may end at a paragraph's end from this share of the target on: a paragraph is a better border than a length.
ENOUGH = 0.6
# A last passage below this share of the target joins the one before: alone it says too little to be found.
STUB = 0.3
# An exclamation quoted in at most so many characters is a title or a slogan inside the sentence, not its end.
SLOGAN = 16

# Characters before an ellipsis in which something must stand for it to end a sentence.
_WINDOW = 8

_CLOSERS = "”’」』）)】》〉〕］\"'"
# A mark that can end a sentence, with the quotes and brackets that close on it.
# It begins with a class of its own, to which the search skips.
_END = re.compile(f"(?P<mark>[。！？!?…\n.](?:(?<![\n.])[。！？!?…]+)?)(?P<close>(?:(?<!\n)[{re.escape(_CLOSERS)}]+)?)")
# What stands in titles and brackets belongs to the sentence around it; longer brackets hold sentences of their own.
_ENCLOSED = re.compile(r"《[^《》\n]{0,60}》|（[^（）\n]{0,60}）|\([^()\n]{0,60}\)|【[^【】\n]{0,60}】")
# Before a full stop that only shortens a word: "W. Mellon", "St. John".
_SHORTENED = re.compile(r"(?<![A-Za-z])(?:[A-Z]|St|Mr|Mrs|Ms|Dr|Prof|Jr|Sr|No|Vol|vs|al)$")
_CLAUSE_ENDS = ("；;", "，,：:", "、 ")
_QUOTES = {"”": "“", "’": "‘", "」": "「", "』": "『"}


def sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of `text`, in order: together they hold every character that is not white space."""
    found = []
    start = 0
    for end in (*_ends(text), len(text)):
        low, high = _trim(text, start, end)
        if low < high:
            found.append((low, high))
        start = end
    return found


def passages(article: Article, *, target: int = TARGET) -> list[Passage]:
    """Split into runs of whole sentences of about `target` characters that prefer to end where a paragraph does."""
    pieces = [piece for low, high in sentences(article.text) for piece in _cut(article.text, low, high, target)]
    ranges: list[tuple[int, int]] = []
    start = None
    for index, (low, high) in enumerate(pieces):
        start = low if start is None else start
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if following is None or _full(article.text, start, high, following, target):
            ranges.append((start, high))
            start = None
    if len(ranges) > 1:
        (first, _), (low, high) = ranges[-2:]
        if high - low < STUB * target and high - first <= STRETCH * target:
            ranges[-2:] = [(first, high)]
    return [
        Passage(f"{article.id}-{ordinal}", article.id, ordinal, low, high, article.text[low:high])
        for ordinal, (low, high) in enumerate(ranges)
    ]


def _full(text: str, start: int, end: int, following: tuple[int, int], target: int) -> bool:
    """Whether the passage `start:end` is complete before the sentence `following`."""
    length = end - start
    if length >= target or following[1] - start > STRETCH * target:
        return True
    if "\n" in text[end : following[0]]:
        return length >= ENOUGH * target
    # Adding the next sentence must bring the length nearer to the target than leaving it out.
    return length >= ENOUGH * target and following[1] - start - target > target - length


def _ends(text: str) -> Iterator[int]:
    """Offsets just after each sentence."""
    enclosed = _ENCLOSED.finditer(text)
    shell = next(enclosed, None)
    last = 0
    for match in _END.finditer(text):
        start, end = match.span()
        while shell is not None and shell.end() <= start:
            shell = next(enclosed, None)
        mark = match["mark"]
        if mark == "\n":
            # Extracted English keeps its line breaks; a small letter goes on with the sentence.
            if not ("a" <= text[end : end + 1] <= "z"):
                last = end
                yield last
            continue
        inside = shell is not None and shell.start() < start
        # "……于是" begins with what elsewhere ends a sentence.
        empty = "…" in mark and not text[max(last, start - _WINDOW) : start].strip()
        if not inside and not empty and _closes(text, match):
            last = end
            yield last


def _closes(text: str, match: re.Match[str]) -> bool:
    mark, close = match["mark"], match["close"]
    after = text[match.end() : match.end() + 1]
    if mark == ".":
        before = text[match.start() - 1 : match.start()] if match.start() else ""
        # Decimal points, host names, initials, abbreviations and list numbers are no ends.
        if after == " " and _SHORTENED.search(text, max(0, match.start() - _WINDOW), match.start()):
            return False
        return (not after or after.isspace()) and (len(before) == 1 and not before.isdigit() and not before.isspace())
    if not after or after == "\n" or "。" in mark:
        return after not in ("，", "、", "；") or not after
    if after in "，,、；;：:":
        return False
    if mark in ("!", "?") and after.isascii() and after.isalnum():
        return False
    if close and close[0] in _QUOTES:
        opened = text.rfind(_QUOTES[close[0]], max(0, match.start() - SLOGAN), match.start())
        return opened < 0
    return True


def _cut(text: str, low: int, high: int, target: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence that is far too long where a clause ends, or, failing that, where it becomes too long."""
    if high - low <= WHOLE * target:
        yield low, high
        return
    while high - low > STRETCH * target:
        window = text[low + target // 2 : low + STRETCH * target]
        for marks in _CLAUSE_ENDS:
            last = max(window.rfind(mark) for mark in marks)
            if last >= 0:
                break
        end = low + target // 2 + last + 1 if last >= 0 else low + STRETCH * target
        piece = _trim(text, low, end)
        if piece[0] < piece[1]:
            yield piece
        low = _trim(text, end, high)[0]
    if low < high:
        yield low, high


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
