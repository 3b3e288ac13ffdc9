"""What the pages of an issue tell of each other: articles that go on on another page (转版) are joined, and a page that states
no day takes that of the others. It is taken back when the page that told it is gone.

Only the issues in which something changed are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..chars import terminal
from ..dates import date_articles
from ..issues import PageFacts, share_dates
from ..jumps import join
from ..passages import passages
from ..types import Article, Date, Part, Span
from .catalogue import Catalogue
from .codec import verified_article
from .generations import End
from .pace import Pace
from .rows import article_row, own_from_json


@dataclass(frozen=True, slots=True)
class _Member:
    """An article as it is stored now, and as it is by itself, whatever other pages of its issue tell."""

    key: int
    source: int
    ordinal: int
    article: Article
    alone: Article


def link(catalogue: Catalogue, since: End, pace: Pace) -> None:
    """Bring the articles of the issues that changed since a generation ended to what their pages tell of each other."""
    touched = _touched(catalogue, since)
    if touched:
        pace.begin("link", len(touched))
    for number, issue in enumerate(touched, 1):
        members = _members(catalogue, issue)
        wanted = linked([member.alone for member in members])
        with catalogue.together():
            for member, article in zip(members, wanted, strict=True):
                if article != member.article:
                    rows = article_row(article, () if article.continues else passages(article), member.alone)
                    catalogue.exchange(member.key, member.source, member.ordinal, rows)
        pace.at(number)


def _touched(catalogue: Catalogue, since: End) -> list[str]:
    """The issues that are not what they were in an earlier generation, and of which pages may tell more of each other."""
    sql = """
        SELECT DISTINCT issue FROM
            (SELECT issue FROM articles WHERE key > ?1 AND issue IS NOT NULL
             UNION ALL SELECT issue FROM articles WHERE died > ?2 AND issue IS NOT NULL) AS a
        WHERE EXISTS (SELECT 1 FROM articles AS b WHERE b.issue = a.issue AND b.loose AND b.died IS NULL)
        ORDER BY issue"""
    return [issue for (issue,) in catalogue.connection.execute(sql, (since.article, since.generation))]


def _members(catalogue: Catalogue, issue: str) -> list[_Member]:
    """The articles of an issue, in the order of sources and of the page."""
    sql = """
        SELECT a.key, a.source, a.ordinal, a.id, a.text, a.data, a.crc, a.own FROM articles AS a
        JOIN sources AS s ON s.key = a.source WHERE a.issue = ? AND a.died IS NULL ORDER BY s.name, a.ordinal"""
    found = []
    for row, source, ordinal, identity, text, data, crc, own in catalogue.connection.execute(sql, (issue,)):
        article = verified_article(identity, text, data, crc)
        alone = own_from_json(identity, own) if own else article
        found.append(_Member(row, source, ordinal, article, alone))
    return found


def linked(alone: Sequence[Article]) -> list[Article]:
    """The articles of one issue with the days and the other halves that its pages tell.

    Of articles that are joined the first has the text of all; the others continue it.
    """
    jumping = [index for index, article in enumerate(alone) if article.jumps]
    pairs = [(jumping[head], jumping[tail]) for head, tail in join([alone[index] for index in jumping])]
    found = _dated(alone, pairs)
    following = dict(pairs)
    for head in following.keys() - set(following.values()):
        chain = [head]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        whole = joined([found[part] for part in chain])
        for part in chain[1:]:
            found[part] = replace(found[part], continues=found[head].id)
        found[head] = whole
    return found


def _dated(articles: Sequence[Article], pairs: Sequence[tuple[int, int]]) -> list[Article]:
    """The articles with the days of their pages, where others tell them."""
    pages: dict[tuple[str, int], list[int]] = {}
    for index, article in enumerate(articles):
        pages.setdefault((article.source, article.page), []).append(index)
    numbers = {index: number for number, members in enumerate(pages.values()) for index in members}
    facts = []
    for (source, page), members in pages.items():
        first = articles[members[0]]
        stated = first.published if first.published and first.published.origin != "from neighbours" else None
        facts.append(PageFacts(source, page, first.folio, stated))
    found = list(articles)
    shared = share_dates(facts, [(numbers[head], numbers[tail]) for head, tail in pairs])
    for number, members in enumerate(pages.values()):
        day = shared.get(number)
        if day is not None and articles[members[0]].published is None:
            again = [replace(articles[index], published=day) for index in members]
            for index, article in zip(members, date_articles(again, facts[number].source), strict=True):
                found[index] = article
    return found


def joined(chain: Sequence[Article]) -> Article:
    """One article of several that continue each other; a sentence that the jump has cut is whole again."""
    text = ""
    spans: list[Span] = []
    parts: list[Part] = []
    for article in chain:
        body = text.rstrip("\n")
        text = text if terminal(body) else body
        start = len(text)
        own = article.on_page(article.source, article.page)
        if own is not None:
            parts.append(replace(own, start=start))
        spans += [replace(span, start=span.start + start) for span in article.spans]
        text += article.text
    head = chain[0]
    days: dict[str, Date] = {}
    for date in (date for article in chain for date in article.event_dates):
        days.setdefault(date.value, date)
    titled = next((article for article in chain if article.headline), head)
    return replace(
        head,
        text=text,
        spans=tuple(spans),
        parts=tuple(parts),
        headline=titled.headline,
        byline=tuple(dict.fromkeys(name for article in chain for name in article.byline)),
        event_dates=tuple(
            {date.value: date for article in reversed(chain) for date in reversed(article.event_dates)}.values()
        )[::-1],
    )
