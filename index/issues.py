"""Which pages belong to one issue of a paper, and what day it is: from file names, and from pages that know it to those that do not.

A group of pages is looked up by one key, and what is found out about it depends on that group alone, so that only the
groups that a build has changed need another look.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .chars import HAN, page_number, plain
from .mentions import parse_plain
from .types import Date
from .years import calendar_day

# Files may hold many pages under one name; of others each is a page.
_MANY_PAGED = frozenset((".pdf", ".docx", ".epub", ".zip", ".tif", ".tiff"))
# Files of ready articles are named by when they were put together.
_COLLECTIONS = frozenset((".jsonl", ".ndjson", ".json", ".csv", ".tsv"))
# More pages than an issue has are a volume of many, of which one date says nothing.
_LARGEST_ISSUE = 128
# Of so many files the printed page number must be that in the name, if the name does not call it one.
_CONFIRMED = 2

_YEAR = "(?:19|20)[0-9]{2}"
# A day in figures: 20231115, 2023-11-15, 2023-11/15; letters may stand before it and the number of a page after it
# (qdrb20231115p02), but it is no part of a longer number or of a digest.
_DAY = re.compile(
    rf"(?<![0-9A-Za-z])[A-Za-z]{{0,12}}(?P<y>{_YEAR})(?:[-_./ ](?P<m>1[0-2]|0?[1-9])[-_./ ](?P<d>3[01]|[12][0-9]|0?[1-9])"
    r"|[-_./]?(?P<m2>1[0-2]|0[1-9])[-_./]?(?P<d2>3[01]|[12][0-9]|0[1-9]))(?=(?:[A-Za-z]{1,4}[0-9]{0,3})?(?![0-9A-Za-z]))"
)
# Cameras, scanners and messengers name a picture by the day on which it was taken.
_TAKEN = re.compile(
    rf"(?:(?<![a-z])(?i:img|dsc[fn]?|pxl|screenshot|mmexport|wechat|whatsapp image|scan)|微信图片|截图|截屏|扫描件?|照片)[-_ ]{{0,2}}{_YEAR}"
)
_ONES = r"[0-9]{1,3}|[一二三四五六七八九十]{1,3}"
# A page's number said to be one: 第3版, A03, p02, page-3; else the last short number of the name.
_MARKED = re.compile(
    rf"(?:第 ?)?[A-Z]?(?P<a>{_ONES}) ?[版页]|(?<![A-Za-z])(?:page|pg|p|P|ban)[-_. ]?(?P<b>[0-9]{{1,3}})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[A-Z](?P<c>[0-9]{1,3})(?![0-9A-Za-z])|(?P<front>头)版"
)
_BARE = re.compile("(?<![0-9A-Za-z])(?P<n>[0-9]{1,3})(?![0-9A-Za-z])")
_NO_NAME = re.compile(f"[^A-Za-z{HAN}/]+")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page itself tells of its issue. `published` is left out where it is only known from its neighbours."""

    source: str
    page: int
    folio: int | None = None
    published: Date | None = None


@dataclass(frozen=True, slots=True)
class _Name:
    """A path taken apart: what stands before the number of a page, that number, whether it is said to be a page's, the days."""

    before: str
    number: int | None
    marked: bool
    days: frozenset[date]
    suffix: str


def file_date(source: str) -> date | None:
    """The day that a file's name or folders state, such as "20231115_01.txt" or "2023-11/15/a.txt"; None if not exactly one."""
    name = _parse(source)
    told = name.suffix not in _COLLECTIONS and not _TAKEN.search(source)
    return min(name.days) if told and len(name.days) == 1 else None


def named_page(source: str) -> int | None:
    """The number of the page that a file's name states, such as 2 of "20231115_02.txt", "qdrb20231115p02.pdf" or "第二版.txt"."""
    return _parse(source).number


def issue_key(source: str, published: Date | None) -> str:
    """What the pages of one issue have in common, as far as their names and days tell: look for them by equality.

    - A name with a page's number: all of the path but that number and what follows it; so the pages of an issue share a key
      whether or not all of them state their day. No more than 999 files of a folder have one key.
    - Another name of a file of many pages: the file itself.
    - Another name of a single page: its day and its folder; where the day is unknown, the file itself.
    """
    name = _parse(source)
    if name.number is not None:
        days = " ".join(day.isoformat() for day in sorted(name.days))
        return f"{name.before}#{days}{name.suffix}"
    if published is None or name.suffix in _MANY_PAGED:
        return source
    folder = _NO_NAME.sub("", name.before.rpartition("/")[0])
    return f"{folder}/{published.value}"


def share_dates(pages: Sequence[PageFacts], jumps: Iterable[tuple[int, int]] = ()) -> dict[int, Date]:
    """The days of pages that state none, known from the others: index in `pages` → date. `pages` are all of one key.

    A page takes the day of the other pages of its file, or of the files of its name, where these state exactly one and no
    number of a page comes twice; else that of a page with which it shares an article. `jumps` are pairs of indexes.
    """
    found: dict[int, Date] = {}
    files: dict[str, list[int]] = {}
    for index, facts in enumerate(pages):
        files.setdefault(facts.source, []).append(index)
    for members in files.values():
        if len(members) > 1:
            found |= _of_one_issue(pages, members, [pages[index].folio for index in members])
    if len(files) > 1 and len(files) == len(pages) and _are_pages(pages):
        found |= _of_one_issue(pages, range(len(pages)), [named_page(facts.source) for facts in pages])
    return found | _over_jumps(pages, found, list(jumps))


def _are_pages(pages: Sequence[PageFacts]) -> bool:
    """Whether the numbers in the files' names are those of pages, and do not just count the files of a folder."""
    names = [_parse(facts.source) for facts in pages]
    printed = [facts.folio == name.number for facts, name in zip(pages, names, strict=True) if facts.folio is not None]
    if not all(printed) or any(name.number is None for name in names):
        return False
    return len(printed) >= _CONFIRMED or all(name.marked for name in names)


def _of_one_issue(pages: Sequence[PageFacts], members: Sequence[int], numbers: Sequence[int | None]) -> dict[int, Date]:
    """The one day of an issue for those of its pages that state none; nothing if the pages can be of several issues."""
    days = {day.value: day for index in members if (day := pages[index].published) is not None}
    twice = any(count > 1 for number, count in Counter(numbers).items() if number is not None)
    if len(days) != 1 or twice or len(members) > _LARGEST_ISSUE:
        return {}
    day = _from_neighbours(min(days))
    return {index: day for index in members if pages[index].published is None}


def _over_jumps(
    pages: Sequence[PageFacts], found: dict[int, Date], jumps: Sequence[tuple[int, int]]
) -> dict[int, Date]:
    """Days carried along the articles that go on from page to page, where all that meet are the same."""
    groups = {index: {index} for pair in jumps for index in pair}
    for one, other in jumps:
        if groups[one] is not groups[other]:
            groups[one] |= groups[other]
            for index in groups[other]:
                groups[index] = groups[one]
    shared: dict[int, Date] = {}
    for index, group in groups.items():
        days = {day.value for other in group if (day := pages[other].published or found.get(other)) is not None}
        if len(days) == 1 and pages[index].published is None and index not in found:
            shared[index] = _from_neighbours(min(days))
    return shared


def _from_neighbours(value: str) -> Date:
    return Date(value, "from neighbours")


@lru_cache(1024)
def _parse(source: str) -> _Name:
    form = plain(source)
    days, form = _days(form)
    stem_at = form.rfind("/") + 1
    dot = form.rfind(".", stem_at + 1)
    form, suffix = (form[:dot], form[dot:].lower()) if dot > 0 else (form, "")
    folder_at = form.rfind("/", 0, max(0, stem_at - 1)) + 1
    marked = _last(_MARKED, form, stem_at, len(form)) or _last(_MARKED, form, folder_at, stem_at)
    match = marked or _last(_BARE, form, stem_at, len(form))
    number = None
    if match is not None:
        text = next((group for name, group in match.groupdict().items() if group and name != "front"), "1")
        number = page_number(text) or None
    before = form if match is None or number is None else form[: match.start()]
    return _Name(before.replace(" ", ""), number, marked is not None, days, suffix)


def _days(form: str) -> tuple[frozenset[date], str]:
    """The days named in full, and the text with blanks in their place, so that their figures are taken for nothing else."""
    found: list[tuple[int, int, date | None]] = []
    for match in _DAY.finditer(form):
        day = calendar_day(int(match["y"]), int(match["m"] or match["m2"]), int(match["d"] or match["d2"]))
        found.append((match.start("y"), match.end(), day))
    for mention in parse_plain(form):
        for one in (mention, mention.last):
            if one is not None and mention.year and mention.month and mention.day:
                day = calendar_day(one.year or mention.year, one.month or mention.month, one.day or mention.day)
                found.append((mention.start, mention.end, day))
    rest = list(form)
    for start, end, day in found:
        if day is not None:
            rest[start:end] = " " * (end - start)
    return frozenset(day for *_, day in found if day is not None), "".join(rest)


def _last(pattern: re.Pattern[str], form: str, start: int, end: int) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(form, start, end):
        found = match
    return found
