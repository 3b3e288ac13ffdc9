"""The articles on a web page: the parts of its tree that hold the prose, without navigation and lists of links.

Within them every paragraph is kept, however short: Chinese paragraphs are short, and one lost is worse than a line of the
page around.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .markup import UNSEEN, Block, blocks, tag_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_AROUND = frozenset(("nav", "footer", "aside", "header", "menu", "dialog"))
_AROUND_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "menu", "dialog", "alert"))
# Words with which the names (class, id) of what stands around articles begin or end.
_AROUND_NAMES = frozenset(
    "nav navbar navigation topnav subnav menu breadcrumb breadcrumbs crumb crumbs foot footer sidebar aside related relate"
    " relative recommend recommended recommendation share sharing comment comments copyright hotnews rank ranking ad ads"
    " advert advertisement banner pagination pager login toolbar search friendlink qrcode subscribe".split()
)
_NAME = re.compile("[a-z]+|[A-Z]+[a-z]*")
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
_SENTENCE = re.compile("[。！？；，…!?]|[.,] ")
_END = re.compile("[。！？…!?”」』）)]$")
_NOTICE = re.compile(
    "版权(?:所有|声明|归)|copyright|ICP[备证]|公网安备|未经.{0,12}(?:授权|许可|转载)|免责声明|违法和?不良信息|举报(?:电话|邮箱)|许可证[编号：]",
    re.IGNORECASE,
)
_ALL_BUT = 0.97  # of the prose; what is outside the element that holds so much of it is no article
_EXTRA = 300  # characters without links that a title, a line of dates and a closing note have around the prose
_LARGE = 0.3  # of the prose; no element that holds so much of it stands around the article
_HALF = 0.5
_PLAIN_WEIGHT = 0.05  # of a character in a line without any sentence marks


def articles(root: _Element) -> list[list[Block]]:
    """The blocks of each article; of one, for a page that does not tell them apart; none, for a page without text."""
    page = _Tree(root)
    marked = page.marked()
    parts = marked if len(marked) > 1 else [page.region(marked[0] if marked else 0)]
    return [kept for kept in map(_without_links, page.divided(parts)) if kept]


def notice(text: str) -> bool:
    """Whether a line is about rights and permissions, as at the foot of every page of a site."""
    return _NOTICE.search(text) is not None


class _Tree:
    """A page's elements by their places in the document, with the weight of the prose in each."""

    def __init__(self, root: _Element) -> None:
        self._elements = [element for element in root.iter() if isinstance(element.tag, str)]
        self._tags = [tag_of(element) for element in self._elements]
        places = {element: place for place, element in enumerate(self._elements)}
        self._parents = [places.get(element.getparent(), -1) for element in self._elements]
        found = blocks(root, _unseen)
        self._blocks = [(block, places[block.element]) for block in found]
        titles = self._summed([float(tag == "h1") for tag in self._tags])
        prose = self._weights(_weight)
        self._around = self._find_around(prose, titles)
        self._blocks = [(block, place) for block, place in self._blocks if not self._around[place]] or self._blocks
        self._prose, self._plain = self._weights(_weight), self._weights(_plain)

    def _weights(self, weigh: Callable[[Block], float]) -> list[float]:
        own = [0.0] * len(self._elements)
        for block, place in self._blocks:
            own[place] += weigh(block)
        return self._summed(own)

    def _summed(self, own: list[float]) -> list[float]:
        """For each element the sum over it and all below it."""
        for place in range(len(own) - 1, 0, -1):
            own[self._parents[place]] += own[place]
        return own

    def _find_around(self, prose: Sequence[float], titles: Sequence[float]) -> list[bool]:
        """For each element whether it stands around the articles."""
        around: list[bool] = []
        inside: list[bool] = []  # an <article> or <main>
        for place, element in enumerate(self._elements):
            parent, tag = self._parents[place], self._tags[place]
            inside.append(parent >= 0 and (inside[parent] or self._tags[parent] in ("article", "main")))
            light = prose[place] <= _LARGE * prose[0] and (not titles[place] or tag == "nav")
            own = light and _stands_around(element, tag, inside=inside[place])
            around.append((parent >= 0 and around[parent]) or own)
        return around

    def marked(self) -> list[int]:
        """The articles that the page marks as such, each with a heading of its own that is more than a link."""
        headings = [0.0] * len(self._elements)
        for block, place in self._blocks:
            headings[place] += block.role == "heading" and not _linked(block)
        headings = self._summed(headings)
        found: list[int] = []
        end = -1  # the last element inside the article before
        for place, tag in enumerate(self._tags):
            if tag == "article" and place > end and not self._around[place]:
                end = self._end(place)
                if headings[place] and self._prose[place]:
                    found.append(place)
        if sum(self._prose[place] for place in found) < _HALF * self._prose[0]:
            return []
        return found

    def _end(self, place: int) -> int:
        last = place + 1
        while last < len(self._parents) and self._parents[last] >= place:
            last += 1
        return last - 1

    def region(self, start: int) -> int:
        """The smallest element with all prose but a trifle, and those around it that add only a few lines."""
        # Elements with more than half of it lie one in the other: the last of them is the innermost.
        least = _ALL_BUT * max(self._prose[start], 1.0)
        within = range(start, self._end(start) + 1)
        place = max((child for child in within if self._prose[child] >= least), default=start)
        while place > start and self._plain[self._parents[place]] - self._plain[place] <= _EXTRA:
            place = self._parents[place]
        return place

    def divided(self, parts: Sequence[int]) -> list[list[Block]]:
        """The blocks in each of some elements, none of which is in another."""
        owner: list[int | None] = [None] * len(self._elements)
        for index, place in enumerate(parts):
            end = self._end(place) + 1
            owner[place:end] = [index] * (end - place)
        found: list[list[Block]] = [[] for _ in parts]
        for block, place in self._blocks:
            number = owner[place]
            if number is not None:
                found[number].append(block)
        return found


def _unseen(element: _Element, tag: str) -> bool:
    return (
        tag in UNSEEN
        or element.get("hidden") is not None
        or (bool(style := element.get("style")) and _HIDDEN.search(style) is not None)
    )


def _stands_around(element: _Element, tag: str, *, inside: bool) -> bool:
    if tag in _AROUND and (not inside or tag in ("nav", "menu", "dialog")):
        return True
    if element.get("role", "").lower() in _AROUND_ROLES:
        return True
    for name in [element.get("id", ""), *element.get("class", "").split()]:
        words = [word.lower() for word in _NAME.findall(name[:60])]
        if words and (words[0] in _AROUND_NAMES or words[-1] in _AROUND_NAMES):
            return True
    return False


def _weight(block: Block) -> float:
    if _linked(block) or notice(block.text):
        return 0.0
    own = len(block.text) - block.links
    return own if _SENTENCE.search(block.text) else _PLAIN_WEIGHT * own


def _plain(block: Block) -> float:
    return 0.0 if _linked(block) else float(len(block.text) - block.links)


def _linked(block: Block) -> bool:
    """Whether the line is a link or a row of links, and not a sentence with one."""
    return block.links > _HALF * len(block.text) and not _END.search(block.text)


def _without_links(found: Sequence[Block]) -> list[Block]:
    """The blocks without lists of links; all of them, if there is nothing else."""
    kept = [block for block in found if not _linked(block)]
    return kept or list(found)
