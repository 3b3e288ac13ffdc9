"""How much of one text stands in another; the clauses of a sentence."""

from __future__ import annotations

import re
from functools import lru_cache

from index import notations, number_terms

CLAUSE_ENDS = "，；,;：:。！？!?"

Range = tuple[int, int]

_QUOTES = str.maketrans("", "", "“”‘’\"'「」『』《》〈〉")


def unquoted(text: str) -> str:
    """Without quotation marks: 自贸区“2.0”版 is 自贸区2.0版."""
    return text.translate(_QUOTES)


def longest_shared(a: str, b: str) -> int:
    """Length of the longest string that stands in both texts."""
    best = 0
    for start in range(len(a)):
        while start + best < len(a) and a[start : start + best + 1] in b:
            best += 1
    return best


def covered(word: str, text: str) -> float:
    """How much of a word stands in folded text: 1 whole, else the share of its bigrams if that is at least half.

    A number stands there however it is written (第61次, 第六十一次), but whole.
    """
    forms = _forms(word)
    if forms:
        return float(any(form in text and not _cut_number(form, text) for form in forms))
    if word in text:
        return 1.0
    if len(word) < 3 or word.isascii():
        return 0.0
    bigrams = [word[i : i + 2] for i in range(len(word) - 1)]
    share = sum(bigram in text for bigram in bigrams) / len(bigrams)
    return share if share >= 0.5 else 0.0


_NUMERAL = re.compile(
    r"第?(?:[\d,.]+[万亿]*|[〇零一二两三四五六七八九十百千万亿]+)[^\W\d]?|[\d一二三四五六七八九十]+月[\d一二三四五六七八九十]+[日号]"
)


@lru_cache(maxsize=4096)
def _forms(word: str) -> tuple[str, ...]:
    """The ways to write a word that is a number with or without its unit; none for any other word."""
    terms = number_terms(word) if _NUMERAL.fullmatch(word) else ()
    if terms:
        return tuple(dict.fromkeys((word, *notations(max(terms, key=len)))))
    return (word,) if word[:1].isdigit() else ()


def _cut_number(word: str, text: str) -> bool:
    """Whether `word` occurs only as the tail of a longer number ("1次" in "第61次")."""
    if not word[0].isdigit():
        return False
    position = text.find(word)
    while position >= 0:
        if position == 0 or not (text[position - 1].isdigit() or text[position - 1] in ".,"):
            return False
        position = text.find(word, position + 1)
    return True


def resembled(word: str, text: str) -> float:
    """`covered`, but a shared bigram is worth a half: 投资额 is like 投资."""
    return covered(word, text) or 0.5 * any(word[i : i + 2] in text for i in range(len(word) - 1))


def clauses(text: str, start: int, end: int) -> list[Range]:
    """`text[start:end]` cut after each clause mark that is not inside a number or a quotation."""
    cuts, depth, last = [], 0, start
    for i in range(start, end):
        char = text[i]
        depth += (char in "“「『《（(") - (char in "”」』》）)")
        if (
            char in CLAUSE_ENDS
            and depth <= 0
            and not (char in ",:" and text[i - 1 : i].isdigit() and text[i + 1 : i + 2].isdigit())
        ):
            cuts.append((last, i + 1))
            last = i + 1
    if last < end:
        cuts.append((last, end))
    return cuts
