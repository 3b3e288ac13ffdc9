"""All articles that hold given words, not the best few: what a count or a list that calls itself complete is made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from index import Archive, Article, Filter, fold_all, query_terms
from qa.periods import FIRST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 1000
"""Articles read for one list: 25 to 40 µs each. Of more, those since a day are taken, and that day is said."""


@dataclass(frozen=True, slots=True)
class Found:
    """Articles; all there are, or all since the day `since`."""

    articles: tuple[Article, ...]
    since: str | None = None


def mentioning(archive: Archive, topics: Sequence[str], where: Filter | None = None) -> Found:
    """The articles that satisfy `where` and hold each of the folded `topics` in text or headline, in no certain order."""
    within = where or Filter()
    rows = _rows(archive, topics, within)
    since = None
    if len(rows) > 2 * MOST:
        since, rows = _newest(archive, rows, within)
    articles: dict[str, Article] = {}
    for article, _ in archive.passages(rows.tolist()):
        articles.setdefault(article.id, article)
    kept = [article for article in articles.values() if article.kind != "digest"]
    texts = fold_all([f"{article.title}\n{article.text}" for article in kept])
    found = [article for article, text in zip(kept, texts, strict=True) if all(topic in text for topic in topics)]
    return Found(tuple(found), since)


def standing(archive: Archive, word: str) -> Iterator[str]:
    """Folded passages that hold a folded word, of the first `_TRIED` that may."""
    rows = _rows(archive, [word], Filter())[:_TRIED]
    found = archive.passages(rows.tolist())
    yield from (text for text in fold_all([f"{a.title}\n{p.text}" for a, p in found]) if word in text)


def stands(archive: Archive, word: str) -> bool:
    """Whether a folded word stands in the archive."""
    return any(standing(archive, word))


_TRIED = 50
"""Passages looked into for a word all of whose pairs of characters they hold: most hold the word."""


def telling_terms(topics: Sequence[str]) -> list[str]:
    """Index terms that every text holding the folded topics holds: their pairs of characters and words in letters."""
    pairs = {one + two for topic in topics for one, two in pairwise(topic) if _han(one) and _han(two)}
    letters = {term for topic in topics for term in query_terms(topic) if term.isascii() and term.isalpha()}
    return sorted(pairs | letters)


def _han(character: str) -> bool:
    return "㐀" <= character <= "鿿"


def _rows(archive: Archive, topics: Sequence[str], within: Filter) -> NDArray[np.int64]:
    """The passages, ascending, that may hold one of the topics, the one that the fewest may; two topics of one article may
    stand in two passages. The headline counts as part of every passage."""
    import numpy as np

    found: NDArray[np.int64] | None = None
    for topic in topics:
        held = _holding(archive, topic)
        if held is not None and (found is None or len(held) < len(found)):
            found = held
    if found is None:
        return np.zeros(0, np.int64)
    allowed = archive.select(within)
    return found if allowed is None else np.intersect1d(found, allowed, assume_unique=True)


def _holding(archive: Archive, topic: str) -> NDArray[np.int64] | None:
    """The passages that hold the terms of a topic, or most of them; None if it has no terms."""
    import numpy as np

    frequency = archive.lexical.document_frequency
    found: NDArray[np.int64] | None = None
    for term in sorted(telling_terms([topic]), key=lambda term: (frequency(term), term)):
        if found is not None and frequency(term) > _WORTH * len(found):
            break
        hits = archive.lexical.search({term: 1.0}, max(archive.lexical.count, 1))
        rows = np.unique(np.array([row for row, _ in hits], np.int64))
        found = rows if found is None else np.intersect1d(found, rows, assume_unique=True)
    return found


_WORTH = 15
"""A passage is read in the time in which so many are found by a term: then the text itself is looked at."""


def _newest(archive: Archive, rows: NDArray[np.int64], within: Filter) -> tuple[str | None, NDArray[np.int64]]:
    """As many of the newest passages as may be read, and the day since which they are all there are."""
    import numpy as np

    newest = newest_day(archive)
    if newest is None:
        return None, rows
    last = date.fromisoformat(min(newest, within.date_to or newest))
    first = date.fromisoformat(
        max(next(d for d in archive.dates() if len(d) == len(newest)), within.date_from or FIRST)
    )
    most = (last - first).days + 1
    days = max(most * MOST // len(rows), 1)
    low, high = 0, most + 1
    best = last.isoformat(), rows[:0]
    while low < days < high:
        since = (last - timedelta(days=days - 1)).isoformat()
        allowed = archive.select(replace(within, date_from=since))
        kept = rows if allowed is None else np.intersect1d(rows, allowed, assume_unique=True)
        if len(kept) > 2 * MOST:
            high = days
            best = best if low else (since, kept)  # of a single day all
        else:
            low, best = days, (since, kept)
            if len(kept) > MOST // 2:
                break
        days = min(2 * low, most) if high > most and low else (low + high) // 2
    return best


_AHEAD = 100
"""Days that articles may look forward to; beyond so many without news of their own the archive has no newest day."""


def articles_of(archive: Archive, days: Sequence[str], where: Filter | None = None, most: int = MOST) -> Found:
    """The articles of these days that satisfy `where`: all, or those since a day if they are more than `most`."""
    found: list[Article] = []
    ordered = sorted(days)
    for end in range(len(ordered), 0, -_DAYS_AT_ONCE):
        found += archive.articles_on(ordered[max(end - _DAYS_AT_ONCE, 0) : end], where)
        if len(found) >= most and end > _DAYS_AT_ONCE:
            return Found(_distinct(found), ordered[end - _DAYS_AT_ONCE])
    return Found(_distinct(found))


_DAYS_AT_ONCE = 31


def _distinct(articles: Sequence[Article]) -> tuple[Article, ...]:
    """Each article once: one may carry several of the days."""
    return tuple({article.id: article for article in articles}.values())


def newest_day(archive: Archive) -> str | None:
    """The newest day of which an article is, as far as years are known; None if none is. A day that articles only look
    forward to is not it."""
    days = [day for day in archive.dates() if len(day) == len("2023-11-14")]
    for day in days[: -_AHEAD - 1 : -1]:
        if any(article.date is not None and article.date.value == day for article in archive.articles_on([day])):
            return day
    return None
