"""The articles on a web page: the run of blocks whose prose most outweighs links and labels, and the title above it.

The run is the maximum subsequence of the blocks' worths (Pasternack and Roth, 2009, "Extracting article text from the web with
maximum subsequence segmentation"). Within it every paragraph is kept, however short: Chinese paragraphs are short, and one
lost is worse than a line of the page around.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from .markup import UNSEEN, Block, blocks, tag_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_AROUND = frozenset(("nav", "footer", "aside", "header", "menu", "dialog"))
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
_LARGE = 0.7  # of the prose; no element that holds so much of it stands around the article
_HALF = 0.5
# In characters of prose: what a link or a notice costs beside its length, a label at most; a line so long is no label.
_LINK, _LABEL, _LONG = 20, 10, 20
_DEEP = 4  # elements: a table's row or a list's item lies less deep in what holds the paragraphs around it
_NEAR = 5  # blocks below a title that stands apart from its article: date, source, authors


def articles(root: _Element, is_title: Callable[[Block], bool]) -> list[list[Block]]:
    """The blocks of each article; of one, for a page that does not tell them apart; none, for a page without text."""
    page = _Tree(root)
    marked = page.marked()
    if len(marked) > 1:
        parts = [[block for block in part if not _linked(block)] for part in page.divided(marked)]
        return [part for part in parts if part]
    (found,) = page.divided(marked or [0])
    article = _article(found, is_title)
    return [article] if article else []


def _article(found: Sequence[Block], is_title: Callable[[Block], bool]) -> list[Block]:
    start, end = _best_run(found)
    titles = [place for place in range(start) if is_title(found[place])]
    place = max(titles, key=lambda place: (len(found[place].text), place), default=start)
    above = (
        [found[place], *(block for block in found[place + 1 : start][:_NEAR] if not _linked(block))]
        if place < start
        else []
    )
    kept = [block for block in found[start:end] if not _linked(block) or is_title(block)]
    return [*above, *(kept or found[start:end])]


def _best_run(found: Sequence[Block]) -> tuple[int, int]:
    """Start and end of the blocks worth most, and of those next to them in the element that holds most of these."""
    best, worth, first = 0.0, 0.0, 0
    start, end = 0, len(found)
    for place, block in enumerate(found):
        if worth <= 0:
            worth, first = 0.0, place
        worth += _worth(block)
        if worth > best:
            best, start, end = worth, first, place + 1
    held: dict[_Element, float] = {}
    for block in found[start:end]:
        parent = block.element.getparent()
        held[parent] = held.get(parent, 0.0) + _prose(block)
    holder = max(held, key=lambda element: held[element], default=None)

    def belongs(block: Block) -> bool:
        inside = holder in islice(block.element.iterancestors(), _DEEP)
        return inside and not _linked(block) and not notice(block.text)

    while end < len(found) and belongs(found[end]):
        end += 1
    while start and belongs(found[start - 1]):
        start -= 1
    return start, end


def _worth(block: Block) -> float:
    """What a block adds to the run it stands in, in characters of prose."""
    if _linked(block) or notice(block.text):
        return -float(_LINK + block.links)
    own = float(len(block.text) - block.links)
    return own if _SENTENCE.search(block.text) else max(-_LABEL, own - _LONG)


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
        prose = self._weights(_prose)
        self._around = self._find_around(prose, titles)
        self._blocks = [(block, place) for block, place in self._blocks if not self._around[place]] or self._blocks
        self._prose = self._weights(_prose)

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
    for name in [element.get("id", ""), *element.get("class", "").split()]:
        words = [word.lower() for word in _NAME.findall(name[:60])]
        if words and (words[0] in _AROUND_NAMES or words[-1] in _AROUND_NAMES):
            return True
    return False


def _prose(block: Block) -> float:
    if _linked(block) or notice(block.text) or not _SENTENCE.search(block.text):
        return 0.0
    return float(len(block.text) - block.links)


def _linked(block: Block) -> bool:
    """Whether the line is a link or a row of links, and not a sentence with one."""
    return block.links > _HALF * len(block.text) and not _END.search(block.text)
