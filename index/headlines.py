"""Which headline belongs to which article: by the words they share and by where they stand.

Extraction sets headlines before their article, behind it, or behind a later one, though seldom out of order. Between
two bodies the headings go, in order, to the articles around them; one that fits none stays without.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .chars import HAN

# A heading fits an article from this share of its pairs of characters on: chance agreement on a page about one place
# stays near a tenth, real headlines share a third or more.
_FITS = 0.2
# Standing beside an article speaks for it as much as this share does; standing on the side where the page's other
# headlines stand, twice as much.
_BESIDE = 0.08
# Where at least so many headline lines show the side and this share of them agree, the side is enough without any words.
_SIGNS, _CLEAR, _SURE = 2, 0.8, 0.25
# Going from one article to another costs this much between blocks, so that a stack stays together unless words tear it,
# and this much inside a block, which no blank line divides.
_SWITCH, _TEAR = 0.05, 0.25
# Not standing beside an article speaks against it this much: place names fit every article of a page.
_FAR = 0.15
# A shorter block, a signature or a label, does not show where the page sets its headlines.
_TELLING = 6
# What the usual side is worth, in pairs of characters, when stacks on both sides fit one article.
_TIE = 30
# Articles that a heading can belong to: so many before it, and so many after.
_BACK, _AHEAD = 8, 3
_SHORT_HEADING = 20  # characters of a section heading on one line
_PAIR = re.compile(f"(?=([{HAN}A-Za-z0-9]{{2}}))")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line, `after` so many articles of the page; `joined` if no blank line parts it from the one before."""

    text: str
    after: int
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The article of a heading, by position; `section` if it heads a part of it."""

    article: int | None
    section: bool = False


def assign(headings: Sequence[Heading], bodies: Sequence[str], continued: Sequence[bool]) -> list[Match]:
    """The article of each heading. `continued` tells the articles that come from another page, where their headline is."""
    pairs = [frozenset(_PAIR.findall(body)) for body in bodies]
    spread = Counter(pair for body in pairs for pair in body)
    scores = [_scores(heading, pairs, spread) for heading in headings]
    style = _style(headings, scores)
    found: list[int | None] = [None] * len(headings)
    start = 0
    while start < len(headings):
        end = start
        while end < len(headings) and headings[end].after == headings[start].after:
            end += 1
        found[start:end] = _best(headings[start:end], scores[start:end], style, len(bodies))
        start = end
    return _sort_out(headings, found, scores, style, continued)


def _scores(heading: Heading, pairs: Sequence[frozenset[str]], spread: Counter[str]) -> dict[int, float]:
    """Share of the heading's pairs that stand in each article near it; a pair of many articles counts less."""
    wanted = tuple(dict.fromkeys(_PAIR.findall(heading.text)))
    near = range(max(0, heading.after - _BACK), min(len(pairs), heading.after + _AHEAD))
    if not wanted:
        return dict.fromkeys(near, 0.0)
    return {
        article: sum(2 / (1 + spread[pair]) for pair in wanted if pair in pairs[article]) / len(wanted)
        for article in near
    }


def _style(headings: Sequence[Heading], scores: Sequence[dict[int, float]]) -> tuple[float, float]:
    """What standing right behind, and right before, an article is worth on this page."""
    behind = ahead = 0
    for heading, score in zip(headings, scores, strict=True):
        if len(heading.text) < _TELLING:
            continue
        back, front = score.get(heading.after - 1, 0.0), score.get(heading.after, 0.0)
        best = max(score.values(), default=0.0)
        behind += back > front and back == best >= _FITS
        ahead += front > back and front == best >= _FITS
    total = behind + ahead
    if total >= _SIGNS and max(behind, ahead) >= _CLEAR * total:
        return (_SURE, 0.0) if behind > ahead else (0.0, _SURE)
    # A page without a sign is taken to set headlines first, as readers expect.
    return (_BESIDE * 2 * behind / total, _BESIDE * 2 * ahead / total) if total else (_BESIDE / 2, _BESIDE)


def _best(
    headings: Sequence[Heading], scores: Sequence[dict[int, float]], style: tuple[float, float], count: int
) -> list[int | None]:
    """The best articles for the headings of one gap, never going back on the page; None where nothing fits.

    Viterbi over states `(last article, whether the heading has it)`; a block has articles or none, not both.
    """
    after = headings[0].after
    articles = sorted(scores[0])
    bonus = {after - 1: style[0], after: style[1]}
    # The only article of a page keeps its headline whatever the words.
    lone = _FITS if count > 1 else 0.0
    states = [(last, has) for last in (-1, *articles) for has in (True, False)]
    value = {state: 0.0 if state == (-1, False) else float("-inf") for state in states}
    steps: list[dict[tuple[int, bool], tuple[int, bool]]] = []
    for heading, score in zip(headings, scores, strict=True):
        cost = _TEAR if heading.joined else _SWITCH
        most = _BESIDE * 2 if heading.joined else _SURE
        nothing = min(lone, _BESIDE * 2) if heading.joined else lone
        grown, step = {}, {}
        for last, has in states:
            gain = score.get(last, float("-inf")) + min(most, bonus.get(last, -_FAR)) if has else nothing
            origins = [
                state
                for state in states
                if (state[0] <= last if has else state[0] == last) and (state[1] == has or not heading.joined)
            ]
            options = [(value[origin] - cost * (origin != (last, has)), origin) for origin in origins]
            best, origin = max(options, key=lambda option: option[0])
            grown[last, has], step[last, has] = best + gain, origin
        value = grown
        steps.append(step)
    state = max(states, key=lambda state: value[state])
    found: list[int | None] = []
    for step in reversed(steps):
        found.append(state[0] if state[1] else None)
        state = step[state]
    found.reverse()
    _fill(found)
    return found


def _fill(found: list[int | None]) -> None:
    """Give the headings that fit nothing to the article whose headings stand on both sides of them."""
    last: int | None = None
    for index, article in enumerate(found):
        if article is None:
            continue
        if last is not None and found[last] == article:
            found[last:index] = [article] * (index - last)
        last = index


def _sort_out(
    headings: Sequence[Heading],
    found: Sequence[int | None],
    scores: Sequence[dict[int, float]],
    style: tuple[float, float],
    continued: Sequence[bool],
) -> list[Match]:
    """Headline or section: an article has one stack of headlines; what else fits it heads its parts."""
    stacks: dict[int, dict[int, float]] = {}
    for heading, article, score in zip(headings, found, scores, strict=True):
        if article is not None:
            gaps = stacks.setdefault(article, {article + 1: style[0] * _TIE, article: style[1] * _TIE})
            # Pairs in common, not their share: a signature of two words must not outdo a headline.
            gaps[heading.after] = gaps.get(heading.after, 0.0) + score[article] * len(heading.text)
    used = {(article, heading.after) for heading, article in zip(headings, found, strict=True)}
    main = {}
    for article, gaps in stacks.items():
        beside = [gap for gap in (article, article + 1) if (article, gap) in used]
        # A continued article has its headline on the page it comes from; what stands apart from it are its parts.
        if beside or not continued[article]:
            apart = [gap for gap in gaps if (article, gap) in used]
            main[article] = max(beside or apart, key=lambda gap: (gaps[gap], -gap))
    matches = [
        Match(article, article is not None and main.get(article) != heading.after)
        for heading, article in zip(headings, found, strict=True)
    ]
    parted = {match.article for match in matches if match.section}
    if len(parted) == 1:
        # The page's one article with headings out of place has, most likely, the short ones that fit nowhere, too.
        rest = Match(parted.pop(), True)
        for index, heading in enumerate(headings):
            alone = not heading.joined and not (index + 1 < len(headings) and headings[index + 1].joined)
            if matches[index].article is None and alone and len(heading.text) <= _SHORT_HEADING:
                matches[index] = rest
    return matches
