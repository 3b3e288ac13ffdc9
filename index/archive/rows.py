"""What a source becomes in the catalogue: rows that are made where the file is read, in this process or another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from ..entries import embedded_text, passage_context, text_digest
from ..issues import issue_key
from ..types import Article, Page, Passage
from .checksums import damaged
from .codec import article_checksum, article_to_json, page_to_blob, verified_article


class PageRow(NamedTuple):
    """A page: its number and its lines as they are stored."""

    number: int
    lines: bytes


class PassageRow(NamedTuple):
    """A passage: `digest` is of the text that is embedded."""

    ordinal: int
    id: str
    start: int
    end: int
    digest: bytes


class ArticleRow(NamedTuple):
    """An article with what it is found by and its passages.

    `issue`, `loose` and `own` are what the columns of that name hold (see schema).
    """

    id: str
    text: str
    data: str
    crc: int
    issue: str | None
    loose: bool
    own: str | None
    dates: tuple[str, ...]
    bylines: tuple[str, ...]
    passages: tuple[PassageRow, ...]
    title: str


class Fresh(NamedTuple):
    """A passage that was just stored, and its text that is embedded."""

    row: int
    digest: bytes
    embedded: str


def page_row(page: Page) -> PageRow:
    """The row of a page."""
    return PageRow(page.number, page_to_blob(page))


def article_row(article: Article, passages: Sequence[Passage], alone: Article | None = None) -> ArticleRow:
    """The row of an article; `alone` is what it is by itself, where other pages of its issue have told more.

    :raises ValueError: if a passage is not the stretch of the article that it says.
    """
    base = article if alone is None else alone
    issue = issue_key(base.source, base.published) if base.record is None else None
    rows = []
    title = article.title
    for passage in passages:
        if article.text[passage.start : passage.end] != passage.text:
            raise ValueError(f"passage {passage.id} is not characters {passage.start}:{passage.end} of its article")
        digest = text_digest(embedded_text(passage_context(title, article.text, passage.start), passage.text))
        rows.append(PassageRow(passage.ordinal, passage.id, passage.start, passage.end, digest))
    data = article_to_json(article)
    dates, bylines = found_by(article)
    return ArticleRow(
        id=article.id,
        text=article.text,
        data=data,
        crc=article_checksum(article.id, article.text, data),
        issue=issue,
        loose=issue is not None and (base.published is None or base.jumps),
        own=None if base is article or base == article else own_to_json(base),
        dates=dates,
        bylines=bylines,
        passages=() if article.continues is not None else tuple(rows),
        title=title,
    )


def found_by(article: Article) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The dates and the reporters by which an article is found: none if it is found through the article it continues."""
    if article.continues is not None:
        return (), ()
    dates = {date.value for date in (*article.event_dates, *([article.published] if article.published else []))}
    return tuple(sorted(dates)), tuple(dict.fromkeys(article.byline))


def own_to_json(alone: Article) -> str:
    """What an article is by itself, as the column `own` holds it."""
    data = article_to_json(alone)
    return json.dumps([alone.text, data, article_checksum(alone.id, alone.text, data)], ensure_ascii=False)


def own_from_json(identity: str, own: str) -> Article:
    """The article of a column `own`.

    :raises ArchiveDamaged: if it is not as it was written.
    """
    try:
        text, data, crc = json.loads(own)
    except ValueError as error:
        raise damaged(f"article {identity} (by itself)") from error
    return verified_article(identity, text, data, crc)
