"""Aligns what was read with what was printed, character by character, where no line numbers tell it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from reading_score import ASIDE_KINDS

_GRAM = 6


def fold(text: str) -> str:
    """Without white space; each character in its compatibility form, one for one."""
    found = []
    for char in text:
        if not char.isspace():
            plain = unicodedata.normalize("NFKC", char)
            found.append(plain if len(plain) == 1 else char)
    return "".join(found)


def aligned(found: str, true: str) -> list[tuple[int, int]]:
    """Pairs of offsets of characters that are the same and stand in the same order; both texts folded."""
    start = 0
    while start < min(len(found), len(true)) and found[start] == true[start]:
        start += 1
    pairs = [(at, at) for at in range(start)]
    end = 0
    while end < min(len(found), len(true)) - start and found[-1 - end] == true[-1 - end]:
        end += 1
    middle = found[start : len(found) - end], true[start : len(true) - end]
    if all(middle):
        for block in SequenceMatcher(None, *middle, autojunk=False).get_matching_blocks():
            pairs += [(start + block.a + at, start + block.b + at) for at in range(block.size)]
    pairs += [(len(found) - at, len(true) - at) for at in range(end, 0, -1)]
    return pairs


def aside_offsets(article: dict[str, Any]) -> set[int]:
    """Offsets in the folded text of datelines and closing notes, which a reader may leave out."""
    text, offsets = fold(article["text"]), set()
    for aside in map(fold, article["asides"]):
        at = 0 if text.startswith(aside) else text.rindex(aside)
        offsets.update(range(at, at + len(aside)))
    return offsets


def grams(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}


def match_by_text(
    truths: Sequence[dict[str, Any]], found: Sequence[Any]
) -> dict[str, tuple[Any, list[tuple[int, int]]]]:
    """For each true article of a page the found one that shares most with it, and their alignment."""
    news = [(article, fold(article.text)) for article in found if article.kind not in ASIDE_KINDS]
    cut = [grams(text) for _, text in news]
    scores = []
    for number, true in enumerate(truths):
        own = grams(fold(true["text"]))
        scores += [(len(own & other), -number, -at) for at, other in enumerate(cut) if own & other]
    matched: dict[str, tuple[Any, list[tuple[int, int]]]] = {}
    taken: set[int] = set()
    for _, number, at in sorted(scores, reverse=True):
        true = truths[-number]
        if true["key"] not in matched and at not in taken:
            article, text = news[-at]
            matched[true["key"]] = article, aligned(text, fold(true["text"]))
            taken.add(at)
    return matched


def edits(found: str, true: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(true) + 1))
    for at, char in enumerate(found, 1):
        before, row[0] = row[0], at
        for other in range(1, len(true) + 1):
            cost = min(row[other] + 1, row[other - 1] + 1, before + (char != true[other - 1]))
            before, row[other] = row[other], cost
    return row[-1]
