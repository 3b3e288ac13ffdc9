"""The days and periods that a question names, as calendar days: "去年", "7月中旬", "第三季度", "最近", "last month".

"Now" is the newest day that the archive reports, never the clock's: last year's pages are asked about in the words of their
time, and the same question to the same archive is answered alike on any day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index import DateMention

RECENT = 30
"""Days that "最近" reaches back; "这几天" and "近日" reach back `FEW`."""

FEW = 7

FIRST, LAST = "0001-01-01", "9999-12-31"
"""Ends of a period that is open on one side: "2022年以来", "3月以前"."""

_YEARLESS = len("07-21")

_NUMBERS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "半": 0.5}
_N = r"(?P<n>[一二两三四五六七八九十半]|\d{1,3})"
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": RECENT, "年": 365} | {
    "day": 1, "week": 7, "month": RECENT, "year": 365
}  # fmt: skip
_RECENT = re.compile(
    rf"(?:最近|近|过去)的?(?P<count>{_N}个?(?P<unit>天|日|周|星期|礼拜|月|年)(?:[内里]|以来)?)"
    r"|(?P<few>[这近]几[天日]|这些天|近日|日前)|(?P<some>最近(?![的]?一[次场届期位家个])|近期|近来|\b(?:recently|lately|recent|latest)\b|最新)"
    r"|\b(?:last|past) (?P<count_en>(?P<n_en>\d{1,3}) (?P<unit_en>day|week|month|year)s)\b"
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_ENGLISH = re.compile(
    rf"\b{_MONTH}(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?)?(?:,? (?P<year>(?:19|20)\d\d))?\b"
    r"|\b(?:in|of|during|for) (?P<only>(?:19|20)\d\d)\b"
    r"|\b(?P<shift>this|last|next) (?P<unit>year|month|week)\b|\b(?P<word>today|yesterday)\b"
)
_SHIFTS = {"this": 0, "last": -1, "next": 1}
# What part of a year or month is meant: first and last month of a year, first and last day of a month.
_OF_YEAR = {
    "上半年": (1, 6), "下半年": (7, 12), "前三季度": (1, 9), "年初": (1, 3), "年中": (5, 8), "年底": (10, 12), "年末": (10, 12),
}  # fmt: skip
_OF_MONTH = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "初": (1, 10), "底": (21, 31), "末": (21, 31)}
_PART_OF_YEAR = re.compile(
    r"的?年?(?P<part>[上下]半年|前三季度|(?<=年)[初中底末])|的?第?(?P<quarter>[一二三四1-4])季度?"
)
_PART_OF_MONTH = re.compile(r"份?的?(?:月)?(?P<part>[上中下]旬|[初底末])")
_BARE_PART = re.compile(
    r"(?P<year>[上下]半年|前三季度|年[初底末](?![一-鿿]?[会报]))|第(?P<quarter>[一二三四1-4])季度|(?P<month>月[初底末])"
)
_SINCE = re.compile(r"以来|至今|以后|之后|起(?![草点来])")
_UNTIL = re.compile(r"以前|之前|(?:年|月|日)?前(?![三半后期往来])")
_TO = re.compile(r"\s*(?:至|到|—{1,2}|–|-|~|to|until)\s*")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `low` to `high`, ISO and inclusive, or `MM-DD` where no year is named: those days of every year.

    The question names it at `start:end`. `counted` says that it is counted from the archive's newest day, `vague` that the
    word ("最近") need not be about time at all.
    """

    start: int
    end: int
    low: str
    high: str
    counted: bool = False
    vague: bool = False

    def holds(self, iso: str) -> bool:
        """Whether a day ("2023-07-21", or "07-21" of an unknown year) lies in it. A period of a known year holds no day
        of an unknown one."""
        if len(self.low) == _YEARLESS:
            day = iso[-_YEARLESS:]
            return self.low <= day <= self.high if self.low <= self.high else day >= self.low or day <= self.high
        return len(iso) > _YEARLESS and self.low <= iso <= self.high

    @property
    def one_day(self) -> bool:
        """Whether it is a single day."""
        return self.low == self.high

    @property
    def said(self) -> str:
        """How a page would write it: "2022年", "2023年7月21日", "2023年10月16日至11月14日"."""
        first, last = (self.low.split("-"), self.high.split("-"))
        if self.low == FIRST or self.high == LAST:
            return f"{_written(first)}以来" if self.high == LAST else f"{_written(last)}以前"
        if len(first) == len("ymd"):
            year, month = int(first[0]), int(first[1])
            if self.low == f"{first[0]}-01-01" and self.high == f"{first[0]}-12-31":
                return f"{year}年"
            if self.low.endswith("-01") and self.high == _end_of_month(year, month).isoformat():
                return f"{year}年{month}月"
        if self.one_day:
            return _written(first)
        same = 0
        while same < len(first) - 1 and first[same] == last[same]:
            same += 1
        return f"{_written(first)}至{_written(last, same)}"


def _written(parts: Sequence[str], leave: int = 0) -> str:
    units = "年月日"[-len(parts) :]
    return "".join(f"{int(value)}{unit}" for value, unit in list(zip(parts, units, strict=True))[leave:])


def counted(folded: str, mentions: Sequence[DateMention]) -> bool:
    """Whether a folded question has anything that is counted from the archive's newest day."""
    return (
        any(mention.relative or mention.unit for mention in mentions)
        or any(pattern.search(folded) for pattern in (_BARE_PART, _RECENT))
        or any(match["shift"] or match["word"] for match in _ENGLISH.finditer(folded))
    )


def find_periods(folded: str, mentions: Sequence[DateMention], newest: str | None) -> list[Period]:
    """The periods that a folded question names, in order; `mentions` are its dates. Without a `newest` day of the archive
    (ISO) nothing can be counted from it, and what would have to be is left out."""
    now = date.fromisoformat(newest) if newest else None
    found = [period for mention in mentions if (period := _of_mention(folded, mention, now)) is not None]
    for period in _others(folded, now):
        if not any(period.start < other.end and other.start < period.end for other in found):
            found.append(period)
    return [_opened(folded, period) for period in _joined(folded, sorted(found, key=lambda p: p.start))]


def _of_mention(folded: str, mention: DateMention, now: date | None) -> Period | None:
    start, end = mention.start, mention.end
    if mention.unit in ("day", "week", "month"):
        return None if now is None else _counted(mention, now)
    counted = mention.unit == "year"
    if counted and now is None:
        return None
    year = now.year + mention.shift if counted and now is not None else mention.year
    if mention.month is None and mention.day is None:
        if year is None:
            return None
        part = _PART_OF_YEAR.match(folded, end)
        first, last = _months(part["part"], part["quarter"]) if part else (1, 12)
        return Period(
            start, part.end() if part else end, *_whole(date(year, first, 1), _end_of_month(year, last)), counted
        )
    if mention.month is None:
        return None if now is None or mention.day is None else _latest(start, end, mention.day, now)
    if mention.day is None:
        part = _PART_OF_MONTH.match(folded, end)
        low, high = _OF_MONTH[part["part"]] if part else (1, 31)
        high = min(high, _end_of_month(year or 2000, mention.month).day)
        return Period(
            start,
            part.end() if part else end,
            _iso(year, mention.month, low),
            _iso(year, mention.month, high),
            counted,
        )
    last_mention = mention.last
    if last_mention is None or last_mention.day is None:
        return _day(start, end, year, mention.month, mention.day, counted)
    until = _iso(last_mention.year or year, last_mention.month or mention.month, last_mention.day)
    return Period(start, end, _iso(year, mention.month, mention.day), until, counted)


def _latest(start: int, end: int, day: int, now: date) -> Period | None:
    """The last such day of a month up to now: "21日" by itself."""
    months = 12 * now.year + now.month - 1 - (day > now.day)
    return _day(start, end, months // 12, months % 12 + 1, day, True)


def _counted(mention: DateMention, now: date) -> Period:
    """A day, week or month counted from the newest day."""
    if mention.unit == "day":
        low = high = now + timedelta(days=mention.shift)
    elif mention.unit == "week":
        low = now + timedelta(days=7 * mention.shift - now.isoweekday() + 1)
        high = low + timedelta(days=6)
        if mention.weekday is not None:
            low = high = low + timedelta(days=mention.weekday - 1)
    else:
        months = 12 * now.year + now.month - 1 + mention.shift
        low = date(months // 12, months % 12 + 1, 1)
        high = _end_of_month(low.year, low.month)
    return Period(mention.start, mention.end, *_whole(low, high), counted=True)


def _others(folded: str, now: date | None) -> Iterator[Period]:
    """What is no date mention: parts of the running year or month, recent days, and English dates."""
    yield from _english(folded, now)
    if now is None:
        return
    for match in _BARE_PART.finditer(folded):
        if match["month"]:
            first, last = _OF_MONTH[match["month"][1:]]
            low, high = now.replace(day=first), now.replace(day=min(last, _end_of_month(now.year, now.month).day))
        else:
            first, last = _months(match["year"], match["quarter"])
            low, high = date(now.year, first, 1), _end_of_month(now.year, last)
        yield Period(*match.span(), *_whole(low, high), counted=True)
    for match in _RECENT.finditer(folded):
        if match["count"] or match["count_en"]:
            number = match["n"] or match["n_en"]
            unit = _UNIT_DAYS[match["unit"] or match["unit_en"]]
            back = int((_NUMBERS.get(number) or int(number if number.isdigit() else 1)) * unit)
        else:
            back = FEW if match["few"] else RECENT
        low = now - timedelta(days=max(back, 1) - 1)
        yield Period(*match.span(), *_whole(low, now), counted=True, vague=not match["count"] and not match["count_en"])


def _english(folded: str, now: date | None) -> Iterator[Period]:
    for match in _ENGLISH.finditer(folded):
        start, end = match.span()
        if match["month"]:
            month, year = _MONTHS.index(match["month"]) + 1, int(match["year"]) if match["year"] else None
            if match["day"]:
                period = _day(start, end, year, month, int(match["day"]), False)
                if period:
                    yield period
            elif match["month"] != "may" or year or folded[:start].endswith(("in ", "last ", "of ")):
                yield Period(
                    start, end, _iso(year, month, 1), _iso(year, month, _end_of_month(year or 2000, month).day)
                )
        elif match["only"]:
            yield Period(start, end, f"{match['only']}-01-01", f"{match['only']}-12-31")
        elif now is not None and match["word"]:
            yield _counted(DateMention(start, end, unit="day", shift=-(match["word"] == "yesterday")), now)
        elif now is not None:
            shift = _SHIFTS[match["shift"]]
            if match["unit"] == "year":
                whole = date(now.year + shift, 1, 1), date(now.year + shift, 12, 31)
                yield Period(start, end, *_whole(*whole), counted=True)
            else:
                yield _counted(DateMention(start, end, unit=match["unit"], shift=shift), now)


def _joined(folded: str, periods: Sequence[Period]) -> list[Period]:
    """ "3月至5月" and "2021年到2023年" are one period each."""
    found: list[Period] = []
    for period in periods:
        before = found[-1] if found else None
        if before is not None and _TO.fullmatch(folded, before.end, period.start):
            low, high = before.low, period.high
            if len(low) != len(high):
                # One of the two leaves its year to the other.
                low, high = (low, f"{low[:4]}-{high}") if len(high) == _YEARLESS else (f"{high[:4]}-{low}", high)
            found[-1] = replace(before, end=period.end, low=low, high=high, counted=before.counted or period.counted)
        else:
            found.append(period)
    return found


def _opened(folded: str, period: Period) -> Period:
    """A period to which 以来 or 以前 is added is open on one side."""
    if len(period.low) == _YEARLESS:
        return period
    if match := _SINCE.match(folded, period.end):
        return replace(period, end=match.end(), high=LAST)
    if match := _UNTIL.match(folded, period.end):
        day_before = date.fromisoformat(period.low) - timedelta(days=1)
        return replace(period, end=match.end(), low=FIRST, high=day_before.isoformat())
    return period


def _months(part: str | None, quarter: str | None) -> tuple[int, int]:
    """The first and the last month of a part of the year."""
    if part:
        return _OF_YEAR[part if part in _OF_YEAR else f"年{part}"]
    number = int(_NUMBERS[quarter]) if quarter in _NUMBERS else int(quarter or 1)
    return 3 * number - 2, 3 * number


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _whole(low: date, high: date) -> tuple[str, str]:
    return low.isoformat(), high.isoformat()


def _day(start: int, end: int, year: int | None, month: int, day: int, counted: bool) -> Period | None:
    if not 1 <= day <= _end_of_month(year or 2000, month).day:
        return None
    return Period(start, end, _iso(year, month, day), _iso(year, month, day), counted)


def _iso(year: int | None, month: int, day: int) -> str:
    return f"{month:02d}-{day:02d}" if year is None else f"{year:04d}-{month:02d}-{day:02d}"


def annotated(text: str, periods: Sequence[Period]) -> str:
    """The question with what each counted period means behind it: "去年（2022年）". `text` is as long as its folded form."""
    for period in sorted((p for p in periods if p.counted), key=lambda p: -p.start):
        text = f"{text[: period.end]}（{period.said}）{text[period.end :]}"
    return text
