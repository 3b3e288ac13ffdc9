"""Which articles go on in which: the two halves of a jump line (转版), "（下转第二版）" and "（上接第一版）".

A wrong join is worse than none: page numbers must agree, and the texts must fit together, alone and beside all other choices.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .chars import HAN, terminal
from .issues import named_page
from .tokens import fold, rarity, words
from .types import Article

# What speaks for two halves, as logarithms of odds; fitted by training/jumps.py.
WEIGHTS = {
    "base": -3.9,
    "topic": 15.9,  # times the cosine of the words of the two
    "start": 8.4,  # times the cosine of the words of the first and of the beginning of the second
    "word": 2.2,  # a word of the dictionary is whole again across the cut
    "elsewhere": 1.5,  # the two characters at the cut stand side by side elsewhere in the two
    "elsewhere, three": 1.8,  # three characters across the cut do
    "sentence": 0.4,  # the first ends with a sentence, so that nothing can be seen at the cut
    "closed": 4.3,  # what opens before the cut is closed after it
    "unclosed": -3.0,
    "headline": 2.5,  # the second repeats the first's headline
    "other headline": -2.1,
}
# Odds below which nothing is joined, and by which a pair must excel over all others of either half.
_ENOUGH, _MARGIN = 0.0, 1.5

# From one word in so many on, as logarithms, a word begins to count, and counts whole: one in 700 and one in 36,000.
_COMMON, _RARE = 6.5, 10.5
_LONGEST = 20_000  # characters of an article that are looked at
_BEGINNING = 200  # characters
_AT_CUT = 6  # characters looked at for a word, on either side
_QUOTE = 400  # characters looked at for the other half of a bracket
_OPENING, _CLOSING = "“‘「『（《〈【〔［", "”’」』）》〉】〕］"
_CONTINUES = re.compile("[，。、；：！？”’」』）》,.;:!?的]")
_RUN_AT_END, _RUN_AT_START = re.compile(f"[{HAN}]+$"), re.compile(f"[{HAN}]+")
_ALIKE = 0.6  # share of a headline's character pairs that make it the same headline


class _Half:
    """An article as one of the two halves, with what it is compared by."""

    def __init__(self, article: Article, number: int | None) -> None:
        self.article = article
        self.number = number
        self.text = fold(article.text.rstrip("\n"))
        self.headline = fold("".join(article.headline))

    @cached_property
    def topic(self) -> _Vector:
        """The words of the text, those of the headline counting twice more."""
        return _Vector.of(_words(self.text[:_LONGEST]) + 2 * _words(self.headline))

    @cached_property
    def start(self) -> _Vector:
        return _Vector.of(_words(self.text[:_BEGINNING]))

    @cached_property
    def opened(self) -> str:
        return _open(self.text[-_QUOTE:])

    @cached_property
    def closed(self) -> str:
        return _closed(self.text[:_QUOTE])


@dataclass(frozen=True, slots=True)
class _Vector:
    """Words with their weights, and the length of all together."""

    weights: dict[str, float]
    length: float

    @classmethod
    def of(cls, found: Sequence[str]) -> _Vector:
        counted = {word: (1 + math.log(count)) * _weight(word) for word, count in Counter(found).items()}
        weights = {word: weight for word, weight in counted.items() if weight}
        return cls(weights, math.sqrt(sum(weight * weight for weight in weights.values())))

    def cosine(self, other: _Vector) -> float:
        dot = math.fsum(self.weights[word] * other.weights[word] for word in self.weights.keys() & other.weights.keys())
        return dot / (self.length * other.length) if dot else 0.0


def join(parts: Sequence[Article]) -> list[tuple[int, int]]:
    """The pairs of articles that go on in each other: (index of the first, index of the second), in the order of the first.

    `parts` are all articles with jump lines that one issue may hold. No article goes on in two, or comes from two.
    """
    halves = [_Half(article, number) for article, number in zip(parts, _numbers(parts), strict=True)]
    arriving: dict[int | None, list[int]] = {}
    for index, half in enumerate(halves):
        if half.article.continued_from_page is not None:
            arriving.setdefault(half.number, []).append(index)
    scores = {
        (head, tail): _score(halves[head], halves[tail])
        for head, half in enumerate(halves)
        if half.article.continued_to_page is not None
        for tail in (*arriving.get(half.article.continued_to_page, ()), *arriving.get(None, ()))
        if head != tail and _may_go_on(half, halves[tail])
    }
    return sorted(_choose(scores))


def _numbers(parts: Sequence[Article]) -> list[int | None]:
    """The number of each article's page: printed, else its position in a file of several pages, else in the file's name."""
    several = {article.source for article in parts if article.page > 1}
    return [
        article.folio
        if article.folio is not None
        else article.page
        if article.source in several
        else named_page(article.source)
        for article in parts
    ]


def _may_go_on(head: _Half, tail: _Half) -> bool:
    """Whether the days agree and the page that the second comes from; that which the first goes to is looked up by now."""
    one, other = head.article, tail.article
    if one.published and other.published and one.published.value != other.published.value:
        return False
    # Of two files of many pages each is an issue.
    if one.source != other.source and max(one.page, other.page) > 1:
        return False
    if head.number is None and tail.number is None:
        return False
    return head.number in (None, other.continued_from_page) and _fits_cut(head.text, tail.text)


def _fits_cut(before: str, after: str) -> bool:
    """Whether anything can stand where the first ends: after a full stop no comma."""
    return bool(before and after) and not (terminal(before) and _CONTINUES.match(after))


def evidence(head: Article, tail: Article) -> dict[str, float]:
    """What speaks for one article's going on in another, by the names of `WEIGHTS`; what is missing is 0."""
    return _evidence(_Half(head, None), _Half(tail, None))


def _score(head: _Half, tail: _Half) -> float:
    return sum(WEIGHTS[name] * value for name, value in _evidence(head, tail).items())


def _evidence(head: _Half, tail: _Half) -> dict[str, float]:
    found = {"base": 1.0, "topic": head.topic.cosine(tail.topic), "start": head.topic.cosine(tail.start)}
    if tail.headline:
        found["headline" if _alike(tail.headline, head.headline) else "other headline"] = 1.0
    return found | ({"sentence": 1.0} if terminal(head.text) else _at_cut(head.text, tail.text))


def _at_cut(before: str, after: str) -> dict[str, float]:
    """What shows that a sentence goes on over a cut."""
    found: dict[str, float] = {}
    opened, closed = _open(before[-_QUOTE:]), _closed(after[:_QUOTE])
    if opened or closed:
        found["closed" if opened[-1:] == closed[:1] and len(opened) == len(closed) else "unclosed"] = 1.0
    left = _RUN_AT_END.search(before[-_AT_CUT:])
    right = _RUN_AT_START.match(after[:_AT_CUT])
    if left is None or right is None:
        return found
    end, start = left[0], right[0]
    position = 0
    for word in words(end + start):
        if position < len(end) < position + len(word) and rarity(word) < math.inf:
            found["word"] = 1.0
        position += len(word)
    both = f"{before}\n{after}"
    found["elsewhere"] = float(end[-1] + start[0] in both)
    three = (end[-2:] + start[:1], end[-1:] + start[:2])
    found["elsewhere, three"] = float(any(len(run) == 3 and run in both for run in three))
    return found


def _open(text: str) -> str:
    """The marks that open in the last paragraph and do not close, outermost first."""
    found: list[str] = []
    for char in text[text.rfind("\n") + 1 :]:
        if char in _OPENING:
            found.append(char)
        elif char in _CLOSING and found and found[-1] == _OPENING[_CLOSING.index(char)]:
            found.pop()
    return "".join(found)


def _closed(text: str) -> str:
    """The marks of the first paragraph that close what it has not opened, innermost first, as their opening marks."""
    found: list[str] = []
    depth = 0
    for char in text.partition("\n")[0]:
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            if not depth:
                found.append(_OPENING[_CLOSING.index(char)])
            depth = max(0, depth - 1)
    return "".join(found)


def _alike(one: str, other: str) -> bool:
    pairs = {one[start : start + 2] for start in range(len(one) - 1)}
    return bool(pairs) and sum(pair in other for pair in pairs) >= _ALIKE * len(pairs)


def _weight(word: str) -> float:
    """How much it says that two articles share a word: nothing of the commonest words of the language, 1 of rare ones."""
    return min(max((rarity(word) - _COMMON) / (_RARE - _COMMON), 0.0), 1.0)


def _words(text: str) -> list[str]:
    return [word for word in words(text) if len(word) > 1 and word[0].isalnum()]


def _choose(scores: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Pairs that excel over all others of either half; what is taken is no rival any more. No chain closes to a ring."""
    left = dict(scores)
    following: dict[int, int] = {}
    while True:
        seconds = [_second_best(left, side) for side in (0, 1)]
        sure = [
            pair
            for pair, score in left.items()
            if score >= _ENOUGH
            and all(score - second[half] >= _MARGIN for half, second in zip(pair, seconds, strict=True))
        ]
        if not sure:
            return list(following.items())
        for head, tail in sure:
            if not _follows(following, tail, head):
                following[head] = tail
            del left[head, tail]
        tails = set(following.values())
        left = {pair: score for pair, score in left.items() if pair[0] not in following and pair[1] not in tails}


def _second_best(scores: dict[tuple[int, int], float], side: int) -> dict[int, float]:
    """For each half of that side the score of its second best pair: what its best must excel."""
    best: dict[int, float] = {}
    second: dict[int, float] = {}
    for pair, score in scores.items():
        half = pair[side]
        second[half] = max(second.get(half, -math.inf), min(score, best.get(half, -math.inf)))
        best[half] = max(score, best.get(half, -math.inf))
    return second


def _follows(following: dict[int, int], start: int, end: int) -> bool:
    """Whether one leads to the other along the pairs."""
    while start != end and start in following:
        start = following[start]
    return start == end
