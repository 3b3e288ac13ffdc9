"""Pages and articles as they stand in the catalogue's columns, and read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ..types import Article, Date, Line, LineBox, Page, Part, Record, Section, Span

_HUNDREDTHS = 100


def article_to_json(article: Article) -> str:
    """All fields of an article that have no column of their own."""
    record = {
        "source": article.source,
        "page": article.page,
        "lines": article.lines,
        "spans": [number for span in article.spans for number in (span.start, span.line, span.column, span.length)],
        "headline": article.headline,
        "headline_lines": article.headline_lines,
        "sections": [(section.title, *section.lines) for section in article.sections],
        "byline": article.byline,
        "kind": article.kind,
        "event_dates": [(date.value, date.origin) for date in article.event_dates],
        "published": (article.published.value, article.published.origin) if article.published else None,
        "continued_to_page": article.continued_to_page,
        "continued_from_page": article.continued_from_page,
        "continues": article.continues,
        "record": article.record,
        "folio": article.folio,
        "parts": [(part.start, part.source, part.page, part.lines, part.headings) for part in article.parts],
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def article_from_json(identity: str, text: str, data: str) -> Article:
    """The article stored as `article_to_json` and its columns."""
    record = json.loads(data)
    numbers = iter(record["spans"])
    return Article(
        id=identity,
        source=record["source"],
        page=record["page"],
        lines=(record["lines"][0], record["lines"][1]),
        text=text,
        spans=tuple(Span(*span) for span in zip(numbers, numbers, numbers, numbers, strict=True)),
        headline=tuple(record["headline"]),
        headline_lines=tuple(record["headline_lines"]),
        sections=tuple(Section(title, (first, last)) for title, first, last in record["sections"]),
        byline=tuple(record["byline"]),
        kind=record["kind"],
        event_dates=tuple(Date(value, origin) for value, origin in record["event_dates"]),
        published=Date(*record["published"]) if record["published"] else None,
        continued_to_page=record["continued_to_page"],
        continued_from_page=record["continued_from_page"],
        continues=record["continues"],
        record=record["record"],
        folio=record.get("folio"),
        parts=tuple(
            Part(start, source, page, (first, last), tuple(headings))
            for start, source, page, (first, last), headings in record.get("parts", ())
        ),
    )


def page_to_json(page: Page) -> str:
    """A page: a list of its lines as number and text, with role and box where known; where the page has more to say, as
    the `lines` of an object.

    Boxes are kept in hundredths of a point: top, bottom, the first edge, and from each edge to the next.
    """
    lines = [_line_to_list(line) for line in page.lines]
    about = {
        "size": page.size,
        "folio": page.folio,
        "record": page.record
        and [page.record.id, page.record.title, page.record.date, page.record.byline, page.record.url],
    }
    known = {name: value for name, value in about.items() if value is not None}
    return json.dumps({"lines": lines, **known} if known else lines, ensure_ascii=False, separators=(",", ":"))


def _line_to_list(line: Line) -> list[object]:
    if line.box is None:
        return [line.number, line.text, line.role] if line.role else [line.number, line.text]
    top, bottom, *edges = (round(_HUNDREDTHS * value) for value in (line.box.top, line.box.bottom, *line.box.edges))
    steps = [edge - before for before, edge in pairwise([0, *edges])]
    return [line.number, line.text, line.role, [top, bottom, *steps]]


def page_from_json(source: str, number: int, data: str) -> Page:
    """The page stored as `page_to_json`."""
    stored = json.loads(data)
    about = stored if isinstance(stored, dict) else {"lines": stored}
    record = about.get("record")
    return Page(
        source,
        number,
        tuple(_line_from_list(*line) for line in about["lines"]),
        size=tuple(about["size"]) if "size" in about else None,
        folio=about.get("folio"),
        record=Record(record[0], record[1], record[2], tuple(record[3]), record[4]) if record else None,
    )


def _line_from_list(number: int, text: str, role: str = "", box: Sequence[int] = ()) -> Line:
    if not box:
        return Line(number, text, role)
    edges = (edge / _HUNDREDTHS for edge in accumulate(box[2:]))
    return Line(number, text, role, LineBox(box[0] / _HUNDREDTHS, box[1] / _HUNDREDTHS, tuple(edges)))
