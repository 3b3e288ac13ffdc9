"""Ready articles: a page with a record, of a JSONL, CSV or web file, is one article and needs no layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from hashlib import blake2b

from .page.bylines import parse_byline
from .types import Article, Date, Line, Page, Section, Span

# 2023-11-15, 2023/11/15, 2023.11.15, 20231115, 2023年11月15日, each alone or with a time after it.
_DAY = re.compile(
    r"\s*(?P<year>[0-9]{4})(?:(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})(?![0-9])"
    r"|年(?P<month_zh>[0-9]{1,2})月(?P<day_zh>[0-9]{1,2})[日号]|(?P<month_run>[0-9]{2})(?P<day_run>[0-9]{2})(?:[0-9]{4}|[0-9]{6})?(?![0-9]))"
)
_EARLIEST = 1800  # newspapers
_BRACKETS = " \u3000（）()"


def record_article(page: Page) -> Article:
    """The article of a page that has a record: its lines are the paragraphs, those of role "heading" its sections.

    Lines of role "furniture" are not in the text.

    :raises ValueError: if the page has no record, or no line of text.
    """
    record = page.record
    body = [line for line in page.lines if line.role not in ("furniture", "heading") and line.text]
    if record is None or not body:
        raise ValueError(f"{page.source}, page {page.number}: is no ready article")
    pieces: list[str] = []
    spans: list[Span] = []
    start = 0
    for line in body:
        spans.append(Span(start, line.number, 0, len(line.text)))
        pieces += (line.text, "\n")
        start += len(line.text) + 1
    text = "".join(pieces)
    return Article(
        id=_identity(page, body[0].number, text),
        source=page.source,
        page=page.number,
        lines=(body[0].number, body[-1].number),
        text=text,
        spans=tuple(spans),
        headline=(record.title,) if record.title else (),
        sections=tuple(
            Section(line.text, (line.number, line.number))
            for line in page.lines
            if line.role == "heading" and line.text
        ),
        byline=record.byline or _signed(body),
        published=published(record.date),
        record=record.id,
        folio=page.folio,
    )


def _signed(body: Sequence[Line]) -> tuple[str, ...]:
    """The names in a byline that stands as a paragraph of its own, at the head of the text or below it."""
    for line in (*body[:2], body[-1]):
        found = parse_byline(line.text.strip(_BRACKETS)) if len(body) > 1 else None
        if found is not None and not found.photo:
            return found.names
    return ()


def published(text: str | None) -> Date | None:
    """The day that a record's date names, if it names a whole one: "2023-11-15T08:00:00+08:00", "2023年11月15日 星期三"."""
    found = _DAY.match(text[:100].translate(_NARROW)) if text else None
    if found is None:
        return None
    year, month, day = (next(int(found[name]) for name in names if found[name]) for names in _PARTS)
    try:
        return Date(date(year, month, day).isoformat(), "stated") if year >= _EARLIEST else None
    except ValueError:
        return None


_PARTS = (("year",), ("month", "month_zh", "month_run"), ("day", "day_zh", "day_run"))
_NARROW = {0xFF10 + digit: 0x30 + digit for digit in range(10)}


def _identity(page: Page, line: int, text: str) -> str:
    return blake2b(f"{page.source}\n{page.number}\n{line}\n{text}".encode(), digest_size=8).hexdigest()
