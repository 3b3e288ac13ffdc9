"""Which headline belongs to which article: by the words they share and by where they stand.

Extraction sets headlines before their article, behind it, or behind a later one, though seldom out of order. Between
two bodies the headings go, in order, to the articles around them; one that fits none stays without.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..chars import HAN, pairs

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
# Where it is clear where the page sets its headlines, tearing a block costs more; going back to an article before, too.
_TORN, _RETURN = 0.5, 0.3
# Not standing beside an article speaks against it this much: place names fit every article of a page.
_FAR = 0.15
# A shorter block, a signature or a label, does not show where the page sets its headlines.
_TELLING = 6
# What the usual side is worth, in pairs of characters, when stacks on both sides fit one article.
_TIE = 30
# Articles that a heading can belong to: so many before it, and so many after.
_BACK, _AHEAD = 8, 3
# Where headlines are gathered: so many on either side, and this much against an article that gets none.
_ALL, _SKIP = 20, 0.2
_SHORT_HEADING = 20  # characters of a section heading on one line
_RUN = re.compile(f"[{HAN}A-Za-z0-9]{{2,}}")


_State = tuple[int, bool]


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


@dataclass(frozen=True, slots=True)
class _Style:
    """What standing right behind, and right before, an article is worth on this page.

    `split`: stacks stand at both; the first block between two articles is the deck of the one above, the last the
    headline of the other. `gathered`: gaps that hold the headlines of several articles, in order, and which these are.
    """

    behind: float
    ahead: float
    split: bool = False
    gathered: Mapping[int, range] = field(default_factory=dict)

    @property
    def clear(self) -> bool:
        return _SURE in (self.behind, self.ahead)

    def bonus(self, headings: Sequence[Heading], index: int) -> dict[int, float]:
        """What the place of a heading among those of its gap speaks for each of the articles beside it."""
        after = headings[0].after
        if not self.split:
            return {after - 1: self.behind, after: self.ahead}
        first = all(heading.joined for heading in headings[1 : index + 1])
        last = all(heading.joined for heading in headings[index + 1 :])
        return {after - 1: _SURE if first or not last else 0.0, after: _SURE if last or not first else 0.0}


def assign(headings: Sequence[Heading], bodies: Sequence[str], continued: Sequence[bool]) -> list[Match]:
    """The article of each heading. `continued` tells the articles that come from another page, where their headline is."""
    words = [pairs(body) for body in bodies]
    bounds = [index for index in range(1, len(headings)) if headings[index].after != headings[index - 1].after]
    gaps = [slice(*ends) for ends in pairwise((0, *bounds, len(headings)))] if headings else []
    gathered = _gathered(headings, gaps, len(bodies))
    scores = [_scores(heading, words, _ALL if heading.after in gathered else _AHEAD) for heading in headings]
    style = _style(headings, scores, gaps, len(bodies), gathered)
    found: list[int | None] = []
    for gap in gaps:
        found += _best(headings[gap], scores[gap], style, continued)
    return _sort_out(headings, found, scores, style, continued)


def _scores(heading: Heading, words: Sequence[frozenset[int]], ahead: int) -> dict[int, float]:
    """Share of the heading's pairs that stand in each article near it; a pair of many articles counts less."""
    wanted = frozenset().union(*(pairs(run) for run in _RUN.findall(heading.text)))
    near = range(max(0, heading.after - max(_BACK, ahead)), min(len(words), heading.after + ahead))
    shared = {article: wanted & words[article] for article in near}
    spread = Counter(pair for found in shared.values() for pair in found)
    return {
        article: sum(2 / (1 + spread[pair]) for pair in found) / len(wanted) if wanted else 0.0
        for article, found in shared.items()
    }


def _blocks(headings: Sequence[Heading]) -> int:
    return sum(not heading.joined for heading in headings)


def _gathered(headings: Sequence[Heading], gaps: Sequence[slice], count: int) -> dict[int, range]:
    """The gaps in which the headlines of several articles stand together, behind these or before, and their articles."""
    afters = [headings[gap.start].after for gap in gaps]
    found = {}
    for gap, before, after, following in zip(gaps, (0, *afters), afters, (*afters[1:], count), strict=False):
        group = range(before, after) if afters[-1] == count else range(after, following)
        # On a page with headings at both ends it is not known whose side they are on.
        if len(group) > 1 and 2 * _blocks(headings[gap]) >= len(group) and (afters[0] == 0) != (afters[-1] == count):
            found[after] = group
    return found


def _style(
    headings: Sequence[Heading],
    scores: Sequence[dict[int, float]],
    gaps: Sequence[slice],
    count: int,
    gathered: Mapping[int, range],
) -> _Style:
    behind = ahead = mixed = several = between = 0
    for gap in gaps:
        sides = []
        for heading, score in zip(headings[gap], scores[gap], strict=True):
            back, front = score.get(heading.after - 1, 0.0), score.get(heading.after, 0.0)
            best = max(score.values(), default=0.0)
            if len(heading.text) >= _TELLING and best >= _FITS and best == max(back, front) and back != front:
                sides.append(front > back)
        ahead += sum(sides)
        behind += len(sides) - sum(sides)
        mixed += len(set(sides)) == 2 and sides == sorted(sides)
        if 0 < headings[gap.start].after < count:
            between += 1
            several += _blocks(headings[gap]) > 1
    total = behind + ahead
    ends = {headings[gap.start].after for gap in gaps} >= {0, count}
    if mixed and (2 * mixed >= several or 4 * min(behind, ahead) >= total):
        return _Style(_SURE, _SURE, split=True)
    if ends and total and between > 1 and several == between:
        return _Style(_SURE, _SURE, split=True)
    if total >= _SIGNS and max(behind, ahead) >= _CLEAR * total:
        return _Style(_SURE * (behind > ahead), _SURE * (ahead >= behind), gathered=gathered)
    # A page without a sign is taken to set headlines first, as readers expect.
    if not total:
        return _Style(_BESIDE / 2, _BESIDE, gathered=gathered)
    return _Style(_BESIDE * 2 * behind / total, _BESIDE * 2 * ahead / total, gathered=gathered)


def _best(
    headings: Sequence[Heading], scores: Sequence[dict[int, float]], style: _Style, continued: Sequence[bool]
) -> list[int | None]:
    """The best articles for the headings of one gap, never going back on the page; None where nothing fits.

    Viterbi over states `(last article, whether the heading has it)`; a block has articles or none, not both.
    """
    group = style.gathered.get(headings[0].after, range(0))
    # Where headlines stand together, each article is due one, but for those whose headline is on another page.
    after = headings[0].after
    # Of the others only those whose words outweigh that they stand apart can win.
    likely = {article for score in scores for article, share in score.items() if share > _FAR}
    articles = [
        article for article in scores[0] if article in group or after - 1 <= article <= after or article in likely
    ]
    skips = {article: _SKIP * (article in group and not continued[article]) for article in articles} | {-1: 0.0}
    # The only article of a page keeps its headline whatever the words.
    lone = (_BESIDE if group else _FITS) if len(continued) > 1 else 0.0
    lasts = sorted(skips)
    # For each last article, the best value with the heading its own and without.
    own = dict.fromkeys(lasts, float("-inf"))
    none = {**own, -1: 0.0}
    steps: list[tuple[dict[int, _State], dict[int, _State]]] = []
    for index, (heading, score) in enumerate(zip(headings, scores, strict=True)):
        cost = (_TORN if style.clear else _TEAR) if heading.joined else _SWITCH
        most = _BESIDE * 2 if heading.joined else _SURE
        nothing = min(lone, _BESIDE * 2) if heading.joined else lone
        bonus = dict.fromkeys(group, 0.0) if group else style.bonus(headings, index)
        own_path: dict[int, _State] = {}
        none_path: dict[int, _State] = {}
        new_own, new_none = {}, {}
        # From an article before, or, at a price, from one behind: the headings of its parts.
        best = max((own[last] - _RETURN, (last, True)) for last in lasts)
        for last in lasts:
            options = [(own[last], (last, True)), (best[0] - cost, best[1])]
            if not heading.joined:
                options.append((none[last] - cost, (last, False)))
            value, own_path[last] = max(options)
            new_own[last] = value + score.get(last, float("-inf")) + min(most, bonus.get(last, -_FAR))
            best = max((best[0] - skips[last], best[1]), (own[last], (last, True)))
            options = [(none[last], (last, False))]
            if not heading.joined:
                best = max(best, (none[last], (last, False)))
                options.append((own[last] - cost, (last, True)))
            value, none_path[last] = max(options)
            new_none[last] = value + nothing
        own, none = new_own, new_none
        steps.append((own_path, none_path))
    ends, ahead = [], 0.0
    for last in reversed(lasts):
        ends += [(own[last] - ahead, (last, True)), (none[last] - ahead, (last, False))]
        ahead += skips[last]
    state = max(ends)[1]
    found: list[int | None] = []
    for own_path, none_path in reversed(steps):
        last, has = state
        found.append(last if has else None)
        state = own_path[last] if has else none_path[last]
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
    style: _Style,
    continued: Sequence[bool],
) -> list[Match]:
    """Headline or section: an article has one stack of headlines; what else fits it heads its parts."""
    stacks: dict[int, dict[int, float]] = {}
    for heading, article, score in zip(headings, found, scores, strict=True):
        if article is not None:
            gaps = stacks.setdefault(article, {article + 1: style.behind * _TIE, article: style.ahead * _TIE})
            # Pairs in common, not their share: a signature of two words must not outdo a headline.
            gaps[heading.after] = gaps.get(heading.after, 0.0) + score[article] * len(heading.text)
    used = {(article, heading.after) for heading, article in zip(headings, found, strict=True)}
    main: dict[int, Collection[int]] = {}
    for article, gaps in stacks.items():
        beside = [gap for gap in (article, article + 1) if (article, gap) in used]
        # A continued article has its headline on the page it comes from; what stands apart from it are its parts.
        if style.split and beside:
            main[article] = beside
        elif beside or not continued[article] or any(article in group for group in style.gathered.values()):
            apart = [gap for gap in gaps if (article, gap) in used]
            main[article] = (max(beside or apart, key=lambda gap: (gaps[gap], -gap)),)
    matches = [
        Match(article, article is not None and heading.after not in main.get(article, ()))
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
