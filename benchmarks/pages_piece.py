"""What stands on the pages of an issue, before any layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pages_style import Style


@dataclass
class Piece:
    """A whole article, or one half of a jump, as one page prints it. Strings are final but for line breaks.

    `headline[deck_from:]` are decks (副题), which may stand apart from the rest.
    """

    key: str
    story: str
    headline: list[str]
    deck_from: int
    paragraphs: list[str]
    kind: str = "news"
    byline: str = ""
    names: list[str] = field(default_factory=list)
    may_names: list[str] = field(default_factory=list)
    closing_line: str = ""
    asides: list[str] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    caption: str = ""
    caption_inside: bool = False
    to_page: int | None = None
    from_page: int | None = None
    mark_to: str = ""
    mark_from: str = ""
    mark_to_own_line: bool = False
    mark_from_own_line: bool = False
    pair: str | None = None
    events: list[str] = field(default_factory=list)
    traits: set[str] = field(default_factory=set)

    @property
    def length(self) -> int:
        return sum(map(len, self.paragraphs))


@dataclass
class PagePlan:
    """One printed page. `left_out` pages belong to the issue but not to the collection."""

    number: int
    style: Style
    pieces: list[Piece] = field(default_factory=list)
    top: list[str] = field(default_factory=list)
    bottom: list[str] = field(default_factory=list)
    digest: list[str] = field(default_factory=list)
    pointers: dict[str, str] = field(default_factory=dict)
    ads: list[list[str]] = field(default_factory=list)
    topic: str = ""
    shows_date: bool = False
    shows_folio: bool = False
    left_out: bool = False


@dataclass
class Issue:
    """One day of one paper. `news_day` is the day that its news calls today."""

    serial: int
    style: Style
    day: date
    news_day: date
    pages: list[PagePlan]
