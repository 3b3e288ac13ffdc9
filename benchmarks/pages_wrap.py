"""Breaks text into lines as Chinese typesetting does, and headlines between words."""

from __future__ import annotations

import logging
from random import Random

import jieba

jieba.setLogLevel(logging.WARNING)
CLOSING = "，。、；：？！”’）》】〉」』,;:?!)]%‰℃…·"
OPENING = "“‘（《【〈「『(["
_LATIN = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.%-/+")
_JOINED = 10  # a Latin word or number longer than this is broken in any case


def spelled(text: str) -> bool:
    """Whether the text holds Latin letters or numbers."""
    return any(char in _LATIN for char in text)


def measure(text: str) -> float:
    """Width in full-width characters."""
    return sum(0.5 if char < "\x80" else 1.0 for char in text)


def wrap(text: str, width: float, first: float, *, break_latin: bool, hang: bool) -> list[str]:
    """`text` in lines of at most `width`, the first shorter by `first`; no line starts with closing punctuation."""
    lines, start, limit = [], 0, width - first
    while start < len(text):
        end, filled = start, 0.0
        while end < len(text) and filled + measure(text[end]) <= limit:
            filled += measure(text[end])
            end += 1
        end = max(end, start + 1)
        if end < len(text):
            end = _good_end(text, start, end, break_latin=break_latin, hang=hang)
        lines.append(text[start:end])
        start, limit = end, width
    return lines


def _good_end(text: str, start: int, end: int, *, break_latin: bool, hang: bool) -> int:
    if not break_latin:
        back = end
        while back > start and end - back < _JOINED and text[back] in _LATIN and text[back - 1] in _LATIN:
            back -= 1
        if start < back and end - back < _JOINED:
            end = back
    if hang:
        while end < len(text) and text[end] in CLOSING:
            end += 1
    else:
        back = end
        while back - 1 > start and text[back] in CLOSING:
            back -= 1
        end = back if back > start + 1 else end
    while end - 1 > start and text[end - 1] in OPENING:
        end -= 1
    return end


def split_title(text: str, width: int, rng: Random) -> list[str]:
    """A headline line in as many printed lines as the width asks for, broken between words, about equally long."""
    parts = -(-len(text) // max(4, width))
    lines = []
    while parts > 1 and len(text) > 4:
        wanted = len(text) / parts + rng.choice([-1, 0, 0, 1])
        at = min(_word_ends(text), key=lambda end: abs(end - wanted), default=0)
        if not at:
            break
        lines.append(text[:at].strip())
        text = text[at:].strip()
        parts -= 1
    return [*lines, text]


def _word_ends(text: str) -> list[int]:
    """Where a headline may be broken: between words, not before closing or after opening punctuation."""
    ends, end = [], 0
    for word in jieba.cut(text, HMM=False):
        end += len(word)
        inside = 2 <= end <= len(text) - 2 and text[end] not in CLOSING + "—" and text[end - 1] not in OPENING
        if inside and not (text[end] in _LATIN and text[end - 1] in _LATIN):
            ends.append(end)
    return ends
