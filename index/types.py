"""The data every module hands on: frozen, slotted, and sure of its place.

Offsets are characters (code points) in `Article.text`; line numbers are 1-based and inclusive; columns are
0-based characters in the raw source line.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LineBox:
    """Where a line stands on its page, in points (1/72 inch) from the page's top left corner.

    Character `i` of the line's text stands between `edges[i]` and `edges[i + 1]`.
    """

    top: float
    bottom: float
    edges: tuple[float, ...]

    def cover(self, column: int, length: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the characters `column:column + length`."""
        return self.edges[column], self.top, self.edges[column + length], self.bottom


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a source file, as it stands there, without its line break.

    `role` is what the file's format itself tells of the line: "heading", "body", "caption", "furniture", or "" where it
    tells nothing, as plain text does. `box` is known on pages of PDF and of images.
    """

    number: int
    text: str
    role: str = ""
    box: LineBox | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What a file of ready articles (JSONL, CSV) says of one of them beside its text. `date` is as written there."""

    id: str | None
    title: str = ""
    date: str | None = None
    byline: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of lines. A text file is one page; `source` is the path relative to the folder given at build.

    `number` counts the file's pages from 1; `folio` is the page number printed by the paper (版次), where the format
    states it. `size` is width and height in points, for pages that have an image. A page with a `record` is one ready
    article, and its lines are the paragraphs of the text.
    """

    source: str
    number: int
    lines: tuple[Line, ...]
    size: tuple[float, float] | None = None
    folio: int | None = None
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of article text standing character for character on one source line.

    `article.text[start:start + length] == line.text[column:column + length]`
    """

    start: int
    line: int
    column: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar date and how it is known.

    `value` is ISO (`2023-11-14`), or `MM-DD` where no year can be known. `origin` is one of `stated`,
    `from dateline`, `from file name`, `from neighbours`, `unknown` (the year, for an `MM-DD` value).
    """

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section heading (小标题) displaced from the body, with the lines it stands on."""

    title: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A page that holds a part of an article whose text was joined over jump lines (转版).

    The part is the article's text from `start` to the next part's; it stands on the lines `lines`, and the lines
    `headings` of the same page are its headline and section headings.
    """

    start: int
    source: str
    page: int
    lines: tuple[int, int]
    headings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stretch of text stands: on one page, from its first to its last line, character for character in `spans`."""

    source: str
    page: int
    lines: tuple[int, int]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a page. Line breaks, layout spaces and furniture are removed from `text`; paragraphs end in \\n.

    `folio` is the number the paper prints on the page (版次), where it is known. `lines` run from the byline, if there is
    one, through the last body line. `spans` tile every character of `text`, in order, except the paragraph breaks and the
    single spaces that stand for a line break between words.

    `parts`, of an article that goes on on other pages, are all the pages it stands on, its own first; empty for any other.
    The article whose text has become such a part `continues` the one that holds it, and has the part alone as its text.
    """

    id: str
    source: str
    page: int
    lines: tuple[int, int]
    text: str
    spans: tuple[Span, ...]
    headline: tuple[str, ...] = ()
    headline_lines: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()
    byline: tuple[str, ...] = ()
    kind: str = "news"
    event_dates: tuple[Date, ...] = ()
    published: Date | None = None
    continued_to_page: int | None = None
    continued_from_page: int | None = None
    continues: str | None = None
    record: str | None = None
    folio: int | None = None
    parts: tuple[Part, ...] = ()

    @property
    def date(self) -> Date | None:
        """The publication date, else the first event date."""
        return self.published or (self.event_dates[0] if self.event_dates else None)

    @property
    def jumps(self) -> bool:
        """Whether a jump line says that it goes on, or comes from, elsewhere."""
        return self.continued_to_page is not None or self.continued_from_page is not None

    @property
    def title(self) -> str:
        """The headline on one line; empty where the page gives none."""
        return " ".join(self.headline)

    def place(self, start: int, end: int) -> tuple[Span, ...]:
        """The source stretches of `text[start:end]`, cut to it."""
        found: list[Span] = []
        first = max(0, bisect_right(self.spans, start, key=lambda span: span.start) - 1)
        for span in self.spans[first:]:
            if span.start >= end:
                break
            low, high = max(start, span.start), min(end, span.end)
            if low < high:
                found.append(Span(low, span.line, span.column + low - span.start, high - low))
        return tuple(found)

    def places(self, start: int, end: int) -> tuple[Place, ...]:
        """Where `text[start:end]` stands, page by page.

        :raises ValueError: if no character of the range stands on a line.
        """
        found = []
        for part, low, high in self._stretches():
            spans = self.place(max(low, start), min(high, end)) if low < end and start < high else ()
            if spans:
                numbers = [span.line for span in spans]
                found.append(Place(part.source, part.page, (min(numbers), max(numbers)), spans))
        if not found:
            raise ValueError(f"article {self.id}: characters {start}:{end} stand on no source line")
        return tuple(found)

    def on_page(self, source: str, page: int) -> Part | None:
        """What stands of the article on a page, if anything does."""
        return next((part for part, *_ in self._stretches() if (part.source, part.page) == (source, page)), None)

    def _stretches(self) -> list[tuple[Part, int, int]]:
        """Each part with the offsets of its text."""
        sections = [number for section in self.sections for number in range(section.lines[0], section.lines[1] + 1)]
        parts = self.parts or (Part(0, self.source, self.page, self.lines, (*self.headline_lines, *sections)),)
        ends = [part.start for part in parts[1:]] + [len(self.text)]
        return [(part, part.start, end) for part, end in zip(parts, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: `article.text[start:end] == text`.

    `row` is the integer by which the derived indexes know the passage; 0 before it is stored.
    """

    id: str
    article: str
    ordinal: int
    start: int
    end: int
    text: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """What hits must satisfy. Dates are ISO and inclusive; an article matches by any of its dates.

    `source` is a file, a folder (or zip) with all below it, or a pattern of names in which `*`, `?` and `[…]` stand for
    characters, `/` among them. `page` is the number printed on the page (版次) or, where none is known, the page's number
    in its file. An article that goes on on other pages is found by the file and page it begins on.
    """

    date_from: str | None = None
    date_to: str | None = None
    byline: str | None = None
    source: str | None = None
    page: int | None = None
    kind: str | None = None

    @property
    def empty(self) -> bool:
        return self == Filter()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A source as the archive holds it."""

    source: str
    size: int
    digest: str
    pages: int
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: `done` of `total` units of `stage`.

    The stages: `scan` and `read` count files (reading goes with embedding), `encode` texts embedded anew, `link` issues,
    `index` and `compact` passages. `item` is the source at hand, `page` its page. `passages` have come through this
    stage, of late `rate` a second; the whole build will take about `left` more seconds, None while that is not known.
    """

    stage: str
    done: int
    total: int
    item: str = ""
    page: int = 0
    passages: int = 0
    rate: float = 0.0
    left: float | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `added`, `changed`, `unchanged` and `removed` are sources; `notes` are warnings."""

    generation: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[Refusal, ...] = ()
    articles: int = 0
    passages: int = 0
    encoded: int = 0
    seconds: float = field(default=0.0, compare=False)
