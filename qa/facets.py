"""How many of the articles found are of which year, month, reporter, file and kind; what an archive can be filtered by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from index import Archive, Article

Counts = tuple[tuple[str, int], ...]
"""Values with the number of articles that have them."""

MONTHS = 12
"""As many of them are taken in at a glance."""

_YEAR, _MONTH, _DAY = len("2023"), len("2023-07"), len("2023-07-01")


@dataclass(frozen=True, slots=True)
class Facets:
    """Of some articles: the time they are of in its order, everything else most frequent first.

    As a filter finds an article by any of its dates and reporters, it counts for each of them; dates without a year
    count nowhere.
    """

    articles: int = 0
    years: Counts = ()
    months: Counts = ()
    bylines: Counts = ()
    sources: Counts = ()
    kinds: Counts = ()

    @property
    def times(self) -> Counts:
        """The months, or where there are too many to choose from, the years."""
        return self.months if len(self.months) <= MONTHS or len(self.years) == 1 else self.years


@dataclass(frozen=True, slots=True)
class Choices:
    """What an archive can be filtered by: the names of its reporters, the months of its articles, its files."""

    bylines: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    sources: Counts = ()


def count(articles: Iterable[Article]) -> Facets:
    """The facets of some articles, one that is there twice counted once."""
    distinct = {article.id: article for article in articles}.values()
    dates = [_dates(article) for article in distinct]
    return Facets(
        articles=len(distinct),
        years=_in_order(value[:_YEAR] for found in dates for value in {day[:_YEAR] for day in found}),
        months=_in_order(value for found in dates for value in {day[:_MONTH] for day in found}),
        bylines=_most_first(name for article in distinct for name in dict.fromkeys(article.byline)),
        sources=_most_first(article.source for article in distinct),
        kinds=_most_first(article.kind for article in distinct),
    )


def choices(archive: Archive) -> Choices:
    """What an archive as a whole can be filtered by.

    :raises ArchiveDamaged: if that cannot be read.
    """
    months = dict.fromkeys(day[:_MONTH] for day in archive.dates() if len(day) == _DAY)
    sources = tuple((source.source, source.articles) for source in archive.sources())
    return Choices(tuple(archive.bylines()), tuple(months), sources)


def _dates(article: Article) -> list[str]:
    """The days by which a filter finds the article."""
    found = [date.value for date in article.event_dates] + ([article.published.value] if article.published else [])
    return [value for value in found if len(value) == _DAY]


def _in_order(values: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(values).items()))


def _most_first(values: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(values).items(), key=lambda counted: (-counted[1], counted[0])))
