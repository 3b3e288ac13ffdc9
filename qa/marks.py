"""The words of a search where they stand in a passage."""

from __future__ import annotations

from collections.abc import Iterable

from index import fold_with_offsets
from qa.matching import Range
from qa.question import understand


def searched(text: str) -> tuple[str, ...]:
    """The folded words that a search for `text` looks for; single characters, or all of it, only where there is nothing else.

    :raises UsageError: if the text is empty or too long.
    """
    question = understand(text)
    words = dict.fromkeys(word.text for word in question.words)
    return tuple(word for word in words if len(word) > 1) or tuple(words) or tuple(filter(None, [question.bare]))


def marks(text: str, words: Iterable[str]) -> list[Range]:
    """The ranges of `text` in which folded `words` stand, in order; where they touch they are one."""
    folded, offsets = fold_with_offsets(text)
    found: list[Range] = []
    for word in words:
        at = folded.find(word)
        while word and at >= 0:
            found.append((offsets[at], offsets[at + len(word) - 1] + 1))
            at = folded.find(word, at + len(word))
    merged: list[Range] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
