"""The days that an article reports and the day it was printed, each with how it is known.

Years are worked out in `index.years`, from what the page says of its own present; unknown stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from .chars import plain
from .issues import PageFacts, file_date, share_dates
from .mentions import REPUBLIC, DateMention, Day, parse_dates, parse_plain, place, resolve
from .page.furniture import DATELINE
from .types import Article, Date
from .years import named_years, present_years

__all__ = ["DateMention", "Day", "date_articles", "parse_dates", "resolve"]

# "今天" means a day where a time or the news itself follows, or in the lead; elsewhere it is "nowadays".
_LEAD = 120  # characters
_CLOCK = re.compile(
    r"(?:上午|下午|中午|晚|早|凌晨|傍晚|清晨|夜|起|，|,|在|从|從|是|[举舉]行|召[开開]|[0-9]{1,2}[时点點:：])"
)
_NOW_WORDS = "今明"
_FIGURES = tuple("的好美向创赢享话到")  # "美好明天", "走向明天"
# News is dated at most so many days after what it reports; a dateline with nothing so near is itself the day.
_FRESH = 3
_LATE = 45
# How a page's day can be known without standing on it.
_GUESSED = ("from file name", "from neighbours")
# Years of two or three figures before a day, which the day's mention leaves out.
_SHORT_YEAR = re.compile("(?<![0-9])([0-9]{1,3}) ?年 ?$")
_SHORT = 6

# Days named in titles and in notes on sources are not the article's.
_ASIDE = re.compile(r"《[^《》\n]{0,60}》|（[^（）\n]{0,40}(?:原文|原载|刊于|载于|转自|来源|发布于)[^（）\n]{0,40}）")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the text of an article says of days: its plain form, the mentions in it, and where its dateline ends."""

    form: str
    mentions: list[DateMention]
    reach: int

    @classmethod
    def of(cls, article: Article) -> _Told:
        form = plain(article.text)
        head = DATELINE.match(form)
        return cls(form, parse_plain(form), head.end() if head is not None else 0)

    @property
    def dateline(self) -> DateMention | None:
        """The day that the dateline names: 本报11月14日讯."""
        return next((found for found in self.mentions if found.end <= self.reach and _is_whole(found)), None)

    @property
    def month(self) -> int | None:
        """The month of its news: that of the first day named."""
        return next((found.month for found in self.mentions if _is_whole(found)), None)


def date_articles(articles: Sequence[Article], source: str) -> list[Article]:
    """The articles of the file `source`, page by page, with `published` and `event_dates` as far as its pages and name tell.

    A `published` that is there already stays, so that the articles of a page whose day was found out later can be dated anew.
    """
    named = file_date(source)
    pages = [list(group) for _, group in groupby(articles, key=lambda article: article.page)]
    own = [page[0].published or (Date(named.isoformat(), "from file name") if named else None) for page in pages]
    shared = share_dates(
        [PageFacts(source, page[0].page, page[0].folio, day) for page, day in zip(pages, own, strict=True)]
    )
    return [
        article for index, page in enumerate(pages) for article in _date_page(page, own[index] or shared.get(index))
    ]


def _date_page(articles: Sequence[Article], published: Date | None) -> list[Article]:
    told = [_Told.of(article) for article in articles]
    if published is not None and published.origin not in _GUESSED:
        # With the day of the issue known, no year needs to be guessed.
        return [
            _with_days(article, published, _events(one, published, None, ""))
            for article, one in zip(articles, told, strict=True)
        ]
    typical = next((one.month for one in told if one.month is not None), None)
    years = [present_years(one.form, one.month or typical or 0) for one in told]
    common = frozenset[int]().union(*years)
    named = frozenset[int]().union(*(named_years(one.form) for one in told))
    if published is not None and published.origin in _GUESSED and _is_other_day(published, told, common):
        published = None
    found = []
    for article, one, own in zip(articles, told, years, strict=True):
        year: int | None = None
        origin = "unknown"
        if len(own) == 1:
            year, origin = min(own), "stated"
        elif not own and len(common) == 1 and min(common) + 1 not in named:
            year, origin = min(common), "from neighbours"
        found.append(_with_days(article, published, _events(one, published, year, origin)))
    return found


def _with_days(article: Article, published: Date | None, events: tuple[Date, ...]) -> Article:
    if (published, events) == (article.published, article.event_dates):
        return article
    return replace(article, published=published, event_dates=events)


def _is_other_day(named: Date, told: Sequence[_Told], years: frozenset[int]) -> bool:
    """Whether a day cannot be the issue's, but when the file was saved, say: datelines or the text's year are far from it."""
    if len(years) == 1 and abs(int(named.value[:4]) - min(years)) > 1:
        return True
    issue = _day(date.fromisoformat(named.value))
    days = [place(one.dateline, issue) for one in told if one.dateline is not None]
    return bool(days) and not any(day is not None and _fits(issue, day) for day in days)


def _fits(issue: Day, dateline: Day) -> bool:
    """Whether an issue can print a dateline: weeklies and reprints are late by some weeks, none is early but by a day."""
    return -1 <= (issue.calendar - dateline.calendar).days <= _LATE


def _events(told: _Told, published: Date | None, year: int | None, origin: str) -> tuple[Date, ...]:
    """The days on which something reported happened or is due, the lead's first."""
    mentions = _outside(told.mentions, [match.span() for match in _ASIDE.finditer(told.form)])
    issue = None if published is None else _day(date.fromisoformat(published.value))
    if published is not None:
        origin = published.origin
    dateline = None if told.dateline is None else _placed(told.dateline, issue, year)
    today = dateline or issue
    # A date with a year of its own may be history and says nothing of the others.
    days = (_placed(mention, None, year) for mention in mentions if _is_whole(mention) and mention.year is None)
    near = today or next(days, None)
    found: dict[str, Date] = {}
    for mention in mentions:
        if mention.end <= told.reach and (dateline is None or mention.month is not None):
            continue
        if not _is_event(told.form, mention, near):
            continue
        for day in resolve(mention, today if mention.unit in ("day", "week", "month") else near):
            how = "stated" if mention.year is not None else "from dateline" if dateline and mention.relative else origin
            found.setdefault(str(day), Date(str(day), how if day.year is not None else "unknown"))
    if dateline is not None and not any(str(dateline.shifted(-days)) in found for days in range(_FRESH + 1)):
        itself = Date(str(dateline), origin if dateline.year is not None else "unknown")
        return (itself, *found.values())
    return tuple(found.values())


def _is_event(text: str, mention: DateMention, near: Day | None) -> bool:
    """Whether a mention is of a day of the article's own time, and not a figure of speech."""
    if mention.unit == "day":
        if text[mention.start] not in _NOW_WORDS or _CLOCK.match(text, mention.end):
            return True
        return mention.start < _LEAD and text[mention.start - 1 : mention.start] not in _FIGURES
    if mention.year is not None and near is not None and near.year is not None:
        return abs(mention.year - near.year) <= 1
    short = _SHORT_YEAR.search(text, max(0, mention.start - _SHORT), mention.start) if _is_whole(mention) else None
    if short is None or mention.year is not None:
        return True
    # "23年11月15日", and 112年 where the Republic's years are meant: of the article's own time only if its year agrees.
    return near is not None and near.year is not None and int(short[1]) in (near.year % 100, near.year - REPUBLIC)


def _outside(mentions: Sequence[DateMention], asides: Sequence[tuple[int, int]]) -> list[DateMention]:
    """The mentions that stand in none of the stretches; both in order."""
    found, index = [], 0
    for mention in mentions:
        while index < len(asides) and asides[index][1] <= mention.start:
            index += 1
        if index == len(asides) or mention.start < asides[index][0]:
            found.append(mention)
    return found


def _placed(mention: DateMention, anchor: Day | None, year: int | None) -> Day | None:
    """The first day of a mention of month and day; its year written, nearest to the anchor, or `year`."""
    if anchor is None and mention.year is None and year is not None:
        mention = replace(mention, year=year + (mention.shift if mention.unit == "year" else 0))
    return place(mention, anchor)


def _is_whole(mention: DateMention) -> bool:
    return mention.month is not None and mention.day is not None


def _day(day: date) -> Day:
    return Day(day.year, day.month, day.day)
