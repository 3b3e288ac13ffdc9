"""Trees of HTML and XHTML to blocks: the text between two breaks, with its role; a table's row is one block."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CAPTIONS = frozenset(("figcaption", "caption"))
_BLOCKS = _HEADINGS | _CAPTIONS | frozenset(
    "html body address article aside blockquote br center dd details dialog dir div dl dt fieldset figure footer form header"
    " hgroup hr legend li main menu nav ol p pre section summary table tbody td tfoot th thead title tr ul".split()
)  # fmt: skip
# What no reader of the page sees as its text.
UNSEEN = frozenset(
    "script style noscript template head iframe object embed applet svg canvas math audio video map select option button"
    " input textarea datalist rt rp".split()
)
_FONTS = re.compile(r"</?(?:font|b|i|u|s|em|strong|big|small|span|center)(?:\s[^<>]*)?>", re.IGNORECASE)
_SPACES = re.compile("[ \t\r\n\f\v]+")
_EDGES = " \t\u3000\xa0\u200b\ufeff"
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
# A row whose cells hold more than this, and in paragraphs, lays out a page and is no row of data.
_ROW = 200  # characters


@dataclass(frozen=True, slots=True)
class Block:
    """A line of a page: its text, role, how many of its characters are links, and the innermost element around it."""

    text: str
    role: str
    links: int = 0
    element: Any = field(default=None, compare=False)


def joined_row(cells: Sequence[Sequence[str]]) -> bool:
    """Whether a table's row is one line: it has several cells with text, and not whole paragraphs of an article."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and (
        all(len(cell) == 1 for cell in filled) or sum(len(text) for cell in filled for text in cell) <= _ROW
    )


def parse_html(text: str, note: Callable[[str], None] = lambda _: None) -> _Element | None:
    """The root of an HTML page, None if there is nothing in it. `note` is told if its end had to be cut off."""
    text = _CONTROLS.sub("", text)
    root, whole = _html_root(text)
    if not whole:
        # Signs for fonts that were never closed nest deepest, and tell nothing.
        root, whole = _html_root(_FONTS.sub("", text))
    if not whole:
        note("the page is nested too deep, and its end cannot be read; the rest is kept")
    return root


def _html_root(text: str) -> tuple[_Element | None, bool]:
    """The root, and whether all of the text is below it."""
    from lxml import etree

    # Trees deeper than 256 are cut off without `huge_tree`, and those deeper than 2048 with it.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True, recover=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, True
    return root, not any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)


def tag_of(element: _Element) -> str:
    """The tag in small letters, without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def blocks(root: _Element, skip: Callable[[_Element, str], bool] = lambda element, tag: tag in UNSEEN) -> list[Block]:
    """The blocks of a tree in document order; `skip(element, tag)` leaves an element out with all below it."""
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    builder = _Builder()
    left_out = None
    for event, element in walk:
        tag = tag_of(element)
        if event == "start":
            if left_out is None and skip(element, tag):
                left_out = element
                builder.gap(tag)
                walk.skip_subtree()
            elif left_out is None:
                builder.start(element, tag)
                builder.add(element.text)
        else:
            if element is left_out:
                left_out = None
            else:
                builder.end(element, tag)
            if element is not root:
                builder.add(element.tail)
    return builder.found


class _Builder:
    """Gathers text until a break, and blocks until the end of the table row they stand in."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._pieces: list[str] = []
        self._links = 0
        self._in_link = 0
        self._roles: list[str] = []
        self._pre = 0
        self._rows: list[list[list[Block]]] = []
        self._outer: list[list[Block]] = []
        self._open: list[_Element] = []

    def start(self, element: _Element, tag: str) -> None:
        if tag in _BLOCKS:
            self.flush()
        self._open.append(element)
        if tag in _HEADINGS:
            self._roles.append("heading")
        elif tag in _CAPTIONS:
            self._roles.append("caption")
        elif tag == "a":
            self._in_link += 1
        elif tag == "pre":
            self._pre += 1
        elif tag == "tr":
            self._rows.append([])
            self._outer.append(self.found)
        elif tag in ("td", "th") and self._rows:
            self.found = []
            self._rows[-1].append(self.found)

    def end(self, element: _Element, tag: str) -> None:
        if tag in _BLOCKS or len(self._open) == 1:
            self.flush()
        self._open.pop()
        if tag in _HEADINGS or tag in _CAPTIONS:
            self._roles.pop()
        elif tag == "a":
            self._in_link -= 1
        elif tag == "pre":
            self._pre -= 1
        elif tag == "tr":
            self._end_row(element)
        elif tag in ("td", "th") and self._rows:
            # Text between two cells is in none of them.
            self.found = self._outer[-1]

    def gap(self, tag: str) -> None:
        """The place of an element left out."""
        if tag in _BLOCKS:
            self.flush()

    def add(self, text: str | None) -> None:
        if not text:
            return
        if self._pre:
            first, *others = text.split("\n")
            self._pieces.append(first)
            for line in others:
                self.flush()
                self._pieces.append(line)
        else:
            self._pieces.append(text)
        if self._in_link:
            self._links += len(text.strip())

    def flush(self) -> None:
        """End the block."""
        text = "".join(self._pieces)
        text = text.rstrip() if self._pre else clean(text)
        if text.strip(_EDGES):
            role = self._roles[-1] if self._roles else "body"
            self.found.append(Block(text, role, min(self._links, len(text)), self._open[-1]))
        self._pieces, self._links = [], 0

    def _end_row(self, element: _Element) -> None:
        cells = self._rows.pop()
        self.found = self._outer.pop()
        if joined_row([[block.text for block in cell] for cell in cells]):
            parts = [block for cell in cells for block in cell]
            text = "\t".join(" ".join(block.text for block in cell) for cell in cells if cell)
            self.found.append(Block(text, parts[0].role, sum(block.links for block in parts), element))
        else:
            self.found += [block for cell in cells for block in cell]


def clean(text: str) -> str:
    """The text as a browser shows it: runs of spaces are one, and a line break in Chinese is none."""
    return _SPACES.sub(_space, text).strip(_EDGES)


def _space(match: re.Match[str]) -> str:
    start, end = match.span()
    if "\n" not in match[0] or start == 0 or end == len(match.string):
        return " "
    return "" if match.string[start - 1] >= "\u2e80" and match.string[end] >= "\u2e80" else " "
