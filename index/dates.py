"""The days that an article reports and the day it was printed, each with how it is known.

Years are worked out in `index.years`, from what the page says of its own present; unknown stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from .chars import plain
from .furniture import DATELINE
from .mentions import DateMention, Day, parse_dates, place, resolve
from .types import Article, Date
from .years import file_date, present_years

__all__ = ["DateMention", "Day", "date_articles", "parse_dates", "resolve"]

# "今天" means a day where a time or the news itself follows, or in the lead; elsewhere it is "nowadays".
_LEAD = 120  # characters
_CLOCK = re.compile(r"(?:上午|下午|中午|晚|早|凌晨|傍晚|清晨|夜|起|，|,|在|从|是|举行|召开|[0-9]{1,2}[时点:：])")
_NOW_WORDS = "今明"
_FIGURES = tuple("的好美向创赢享话到")  # "美好明天", "走向明天"
# News is dated at most so many days after what it reports; a dateline with nothing so near is itself the day.
_FRESH = 3

# Days named in titles and in notes on sources are not the article's.
_ASIDE = re.compile(r"《[^《》\n]{0,60}》|（[^（）\n]{0,40}(?:原文|原载|刊于|载于|转自|来源|发布于)[^（）\n]{0,40}）")


def date_articles(articles: Sequence[Article], source: str) -> list[Article]:
    """The same articles with `published` and `event_dates`, as far as the pages of `source` and its name tell them."""
    named = file_date(source)
    found: list[Article] = []
    for _, group in groupby(articles, key=lambda article: article.page):
        page = list(group)
        published = page[0].published or (Date(named.isoformat(), "from file name") if named else None)
        found += _date_page(page, published)
    return found


def _date_page(articles: Sequence[Article], published: Date | None) -> list[Article]:
    months = [_month(article.text) for article in articles]
    typical = next((month for month in months if month is not None), None)
    years = [present_years(article.text, month or typical) for article, month in zip(articles, months, strict=True)]
    common = frozenset().union(*years)
    saved = published is not None and published.origin == "from file name"
    if published is not None and saved and len(common) == 1 and abs(int(published.value[:4]) - min(common)) > 1:
        # A file's name may tell when it was saved, and the page knows better.
        published = None
    found = []
    for article, own in zip(articles, years, strict=True):
        year: int | None = None
        origin = "unknown"
        if len(own) == 1:
            year, origin = min(own), "stated"
        elif not own and len(common) == 1:
            year, origin = min(common), "from neighbours"
        found.append(replace(article, published=published, event_dates=_events(article.text, published, year, origin)))
    return found


def _events(text: str, published: Date | None, year: int | None, origin: str) -> tuple[Date, ...]:
    """The days on which something reported happened or is due, the lead's first."""
    form = plain(text)
    head = DATELINE.match(form)
    reach = head.end() if head is not None else 0
    mentions = _outside(parse_dates(text), [match.span() for match in _ASIDE.finditer(form)])
    issue = None if published is None else _day(date.fromisoformat(published.value))
    if published is not None:
        origin = published.origin
    whole = [mention for mention in mentions if mention.month is not None and mention.day is not None]
    dateline = next((_placed(mention, issue, year) for mention in whole if mention.end <= reach), None)
    today = dateline or issue
    # A date with a year of its own may be history and says nothing of the others.
    near = today or next((_placed(mention, None, year) for mention in whole if mention.year is None), None)
    found: dict[str, Date] = {}
    for mention in mentions:
        if mention.end <= reach and head is not None and (dateline is None or mention.month is not None):
            continue
        if not _is_event(form, mention, near):
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
    return True


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


def _month(text: str) -> int | None:
    """The month of the first day that the text names."""
    return next((mention.month for mention in parse_dates(text[:_LEAD]) if mention.day and mention.month), None)


def _day(day: date) -> Day:
    return Day(day.year, day.month, day.day)
