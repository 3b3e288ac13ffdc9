"""Pages and articles as they stand in the catalogue's columns, and read back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ..entries import shared_text
from ..types import Article, Date, Line, LineBox, Page, Part, Record, Section, Span
from .checksums import checksum, damaged

_HUNDREDTHS = 100
_USUAL_KIND = "news"
_WINDOW, _MEMORY = 12, 5  # 4 KB, and tables for them: an article's page has one to eight


def article_to_json(article: Article) -> str:
    """All fields of an article that have no column of their own; those that are as in most articles are left out."""
    record = {
        "source": article.source,
        "page": article.page,
        "lines": article.lines,
        "spans": [number for span in article.spans for number in (span.start, span.line, span.column, span.length)],
        "headline": article.headline,
        "headline_lines": article.headline_lines,
        "sections": [(section.title, *section.lines) for section in article.sections],
        "byline": article.byline,
        "kind": article.kind if article.kind != _USUAL_KIND else None,
        "event_dates": [(date.value, date.origin) for date in article.event_dates],
        "published": (article.published.value, article.published.origin) if article.published else None,
        "continued_to_page": article.continued_to_page,
        "continued_from_page": article.continued_from_page,
        "continues": article.continues,
        "record": article.record,
        "folio": article.folio,
        "parts": [(part.start, part.source, part.page, part.lines, part.headings) for part in article.parts],
    }
    told = {name: value for name, value in record.items() if value is not None and value != [] and value != ()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def article_from_json(identity: str, text: str, data: str) -> Article:
    """The article stored as `article_to_json` and its columns."""
    record = json.loads(data)
    numbers = iter(record.get("spans", ()))
    return Article(
        id=identity,
        source=record["source"],
        page=record["page"],
        lines=(record["lines"][0], record["lines"][1]),
        text=text,
        spans=tuple(Span(*span) for span in zip(numbers, numbers, numbers, numbers, strict=True)),
        headline=tuple(record.get("headline", ())),
        headline_lines=tuple(record.get("headline_lines", ())),
        sections=tuple(Section(title, (first, last)) for title, first, last in record.get("sections", ())),
        byline=tuple(record.get("byline", ())),
        kind=record.get("kind", _USUAL_KIND),
        event_dates=tuple(Date(value, origin) for value, origin in record.get("event_dates", ())),
        published=Date(*record["published"]) if "published" in record else None,
        continued_to_page=record.get("continued_to_page"),
        continued_from_page=record.get("continued_from_page"),
        continues=record.get("continues"),
        record=record.get("record"),
        folio=record.get("folio"),
        parts=tuple(
            Part(start, source, page, (first, last), tuple(headings))
            for start, source, page, (first, last), headings in record.get("parts", ())
        ),
    )


def article_checksum(identity: str, text: str, data: str) -> int:
    """What guards an article as it is stored."""
    return checksum(identity, text, data)


def source_checksum(name: str, size: int, digest: str, pages: int, articles: int, passages: int) -> int:
    """What guards a source as it was read; how it is to be read again may change."""
    return checksum(name, size, digest, pages, articles, passages)


def verified_article(identity: str, text: str, data: str, crc: int) -> Article:
    """The article of these columns.

    :raises ArchiveDamaged: if they are not as they were written.
    """
    verify_article(identity, text, data, crc)
    return article_from_json(identity, text, data)


def verify_article(identity: str, text: str, data: str, crc: int) -> None:
    """Refuse columns of an article that are not as they were written.

    :raises ArchiveDamaged: naming the article, and its source if that can still be read.
    """
    if article_checksum(identity, text, data) == crc:
        return
    try:
        source = json.loads(data)["source"]
    except (ValueError, KeyError, TypeError):
        source = "a source"
    raise damaged(f"article {identity} of {source}")


def titles_from_json(data: str) -> tuple[str, str]:
    """Of an article stored as `article_to_json`: its title, and what all its passages are found by."""
    record = json.loads(data)
    headline = " ".join(record.get("headline", ()))
    sections = [section[0] for section in record.get("sections", ())]
    return headline, shared_text(headline, sections, record.get("byline", ()))


def page_to_blob(page: Page) -> bytes:
    """A page: a list of its lines as number and text, with role and box where known; where the page has more to say, as
    the `lines` of an object.

    Boxes are kept in hundredths of a point: top, bottom, the first edge, and from each edge to the next. All of it is
    compressed, since the text is also in the page's articles, and pages are looked at one by one.
    """
    lines = [_line_to_list(line) for line in page.lines]
    about = {
        "size": page.size,
        "folio": page.folio,
        "record": page.record
        and [page.record.id, page.record.title, page.record.date, page.record.byline, page.record.url],
    }
    known = {name: value for name, value in about.items() if value is not None}
    text = json.dumps({"lines": lines, **known} if known else lines, ensure_ascii=False, separators=(",", ":"))
    # With the usual window and tables making them ready would take twice as long as using them.
    packer = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, _MEMORY)
    return packer.compress(text.encode()) + packer.flush()


def _line_to_list(line: Line) -> list[object]:
    if line.box is None:
        return [line.number, line.text, line.role] if line.role else [line.number, line.text]
    top, bottom, *edges = (round(_HUNDREDTHS * value) for value in (line.box.top, line.box.bottom, *line.box.edges))
    steps = [edge - before for before, edge in pairwise([0, *edges])]
    return [line.number, line.text, line.role, [top, bottom, *steps]]


def page_from_blob(source: str, number: int, data: bytes) -> Page:
    """The page stored as `page_to_blob`.

    :raises ValueError: if it is not one.
    """
    try:
        stored = json.loads(zlib.decompress(data))
    except (zlib.error, TypeError) as error:
        raise ValueError(f"page {number} of {source} is damaged") from error
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
