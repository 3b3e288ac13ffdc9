"""How much of one text stands in another; the clauses of a sentence."""

from __future__ import annotations

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
    """How much of a word stands in folded text: 1 whole, else the share of its bigrams if that is at least half."""
    if word in text:
        return not _cut_number(word, text)
    if len(word) < 3 or word[0].isdigit() or word.isascii():
        return 0.0
    bigrams = [word[i : i + 2] for i in range(len(word) - 1)]
    share = sum(bigram in text for bigram in bigrams) / len(bigrams)
    return share if share >= 0.5 else 0.0


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
