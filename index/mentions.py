"""Dates in text: every mention with its place, and the days it means when counted from an anchor day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .chars import page_number, plain
from .years import calendar_day

# A range of so many days is every one of them; of a longer one, a season say, only the first and the last day are events.
_WHOLE_RANGE = 7

_N = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_Y = r"(?:(?:19|20)[0-9]{2}|[一二][〇零九][〇零一二三四五六七八九]{2})"
# Years of the Republic, as Taiwan counts them: 民國112年, 民国一一二年, 民國元年.
_ROC = "民国 ?(?:[0-9]{1,3}|元|[〇零一二三四五六七八九十百]{1,5})"
# Days in Chinese figures, as traditional papers write them; of one character only where a digit would count, too.
_TENS = "(?:[二三]?十[一二三四五六七八九]|[二三]十)"
_ONES = "[一二三四五六七八九十]"
# After these characters figures count how long or how often: "为期十二日", "连续十二日", "第十二日", "初十".
_COUNTING = "0-9〇零一二三四五六七八九十百千两月至到第期续足满时经约近过了达短每共初双逾"
_TO = r" ?(?:至|到|—{1,2}|–|-|~|～) ?"
# Typists put spaces between figures and characters: "11 月 15 日".
_D = r" ?[日号](?!报(?!道)|子|均|常)"
_MENTION = re.compile(
    rf"(?<![0-9A-Za-z])(?P<iso_y>(?:19|20)[0-9]{{2}})[-./](?P<iso_m>[0-9]{{1,2}})[-./](?P<iso_d>[0-9]{{1,2}})(?![0-9A-Za-z])"
    rf"|(?:(?:(?<![0-9])(?P<y>{_Y})|(?P<roc>{_ROC})) ?年 ?|(?P<near>[今去前明后本]年) ?)?(?<![0-9])(?P<m>{_N}) ?月"
    rf"(?:份| ?(?P<d>{_N})(?:{_D}|(?={_TO}(?:{_N} ?月 ?)?{_N} ?日))(?:{_TO}(?:(?P<y2>{_Y}) ?年 ?)?(?:(?P<m2>{_N}) ?月 ?)?(?P<d2>{_N}){_D})?)?"
    rf"|(?:(?<![0-9])(?P<year>{_Y})|(?P<roc_year>{_ROC})) ?年(?![代级龄])"
    rf"|[今昨明前后]（(?P<named>{_N})）[日天]"
    rf"|(?P<rel>[今昨明][天日晚]|今[晨早]|[前后]天|前日)(?!头条|导读|看点|说法|视点)"
    rf"|(?P<week>上上|[上本这這下])个?(?:周|星期|[礼禮]拜)(?![围期转边密到全知年报末刊岁])(?P<wd>[一二三四五六日天])?"
    rf"|(?P<rel_y>[今去前明后本]年)|(?P<rel_m>本月|[上下这這]个?月)"
    rf"|(?:(?<=日[、和与及])|(?<![{_COUNTING}]))(?P<tens>{_TENS}) ?日(?![内间后前多余子均报游谈之左为以])(?:{_TO}(?P<tens2>{_N}){_D})?"
    rf"|(?:(?<=日[、和与及])|(?<![0-9月至到十/.-])(?<!月 ))(?P<only>[0-9]{{1,2}}|(?<![{_COUNTING}某有一终节]){_ONES}) ?日(?:{_TO}(?P<only2>{_N}){_D}"
    rf"|(?=上午|下午|中午|晚|早|凌晨|[，,、和与及在从起至于]|[举舉]行|召[开開]|电|讯|报[道导]|发[布佈]|表示|[获獲]悉|$))"
)
# What every mention begins with; a search for this alone is several times faster than one for all their forms.
_DIGITS = "0-9〇零一二三四五六七八九十"
_START = re.compile(
    rf"[今昨明前后去本上这這下{_DIGITS}民](?:(?<=[今昨明前后去本上这這下])(?=[年天日晚晨早（个周星礼禮月上])"
    rf"|(?<=[{_DIGITS}])(?=[{_DIGITS}]{{0,3}} ?[年月日]|[0-9]{{3}}[-./])|(?<=民)(?=国))"
)
# Days of the lunar calendar are no days of ours: 农历十月十五日, 癸卯年十月十五日, 闰二月.
_LUNAR = re.compile(
    "(?:[农農阴旧夏][历曆]|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年?)(?:[今去前明]年|年)?[ （]?$|闰$"
)
_LUNAR_REACH = 6
_DAYS = {"今": 0, "昨": -1, "前": -2, "明": 1, "后": 2}
_YEARS = {"今": 0, "本": 0, "去": -1, "前": -2, "明": 1, "后": 2}
_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "這": 0, "下": 1}
_WEEKDAYS = {char: number for number, char in enumerate("一二三四五六日", 1)} | {"天": 7}
REPUBLIC = 1911  # the year before its first
_YEAR_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as written at `text[start:end]`.

    What is not written is None. A relative word has a `unit` ("day", "week", "month" or "year") and a `shift`: "昨天" is day
    -1, "上周五" week -1 with `weekday` 5, "去年12月" year -1 with month 12. A range ends with `last`, whose offsets are the same.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    unit: str | None = None
    shift: int = 0
    weekday: int | None = None
    last: DateMention | None = None

    @property
    def relative(self) -> bool:
        """Whether it takes an anchor day to know which day is meant, the year apart."""
        return self.unit in ("day", "week", "month") or (self.day is not None and self.month is None)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a year that may be unknown."""

    year: int | None
    month: int
    day: int

    def __str__(self) -> str:
        head = "" if self.year is None else f"{self.year:04d}-"
        return f"{head}{self.month:02d}-{self.day:02d}"

    @property
    def calendar(self) -> date:
        """A calendar day to count with; 2000, a leap year, stands for an unknown year."""
        return date(2000 if self.year is None else self.year, self.month, self.day)

    def shifted(self, days: int) -> Day:
        moved = self.calendar + timedelta(days=days)
        return Day(None if self.year is None else moved.year, moved.month, moved.day)


def parse_dates(text: str) -> list[DateMention]:
    """The dates that `text` mentions, in order, not overlapping; months and years alone and relative words, too."""
    return parse_plain(plain(text))


def parse_plain(form: str) -> list[DateMention]:
    """The same for a text that is in its plain form already."""
    found: list[DateMention] = []
    end = 0
    for start in _START.finditer(form):
        match = _MENTION.match(form, start.start()) if start.start() >= end else None
        if match is None:
            continue
        end = match.end()
        mention = _read(match)
        if mention is None or (match["m"] and _lunar(form, match.start())):
            continue
        before = found[-1] if found else None
        if (
            before is not None
            and mention.day
            and not mention.month
            and before.month
            and mention.start == before.end + 1
        ):
            # "7月2日、5日和9日": the days of a list share their month.
            mention = replace(mention, year=before.year, month=before.month, unit=before.unit, shift=before.shift)
        found.append(mention)
    return found


def resolve(mention: DateMention, anchor: Day | None) -> tuple[Day, ...]:
    """The days of a mention, counted from `anchor` where it is relative; empty if it names no day.

    A missing year is that which brings the day nearest to the anchor; without an anchor it stays unknown.
    """
    first = place(mention, anchor)
    if first is None or mention.last is None:
        return () if first is None else (first,)
    last = place(
        mention.last if mention.last.month else replace(mention.last, year=first.year, month=first.month), first
    )
    if last is None or last.calendar < first.calendar:
        return (first,)
    length = (last.calendar - first.calendar).days
    return tuple(first.shifted(days) for days in (range(length + 1) if length < _WHOLE_RANGE else (0, length)))


def place(mention: DateMention, anchor: Day | None) -> Day | None:
    """The first day of a mention, counted from `anchor`; None if it names no day or lacks the anchor."""
    if mention.unit == "day":
        return None if anchor is None else anchor.shifted(mention.shift)
    if mention.unit == "week":
        if mention.weekday is None or anchor is None or anchor.year is None:
            return None
        return anchor.shifted(7 * mention.shift + mention.weekday - anchor.calendar.isoweekday())
    if mention.day is None:
        return None
    if mention.month is None:
        return None if anchor is None else _day_near(anchor, mention.day)
    if mention.year is not None:
        return _valid(mention.year, mention.month, mention.day)
    if anchor is None or anchor.year is None:
        return _valid(None, mention.month, mention.day)
    if mention.unit == "year":
        return _valid(anchor.year + mention.shift, mention.month, mention.day)
    return _nearest(anchor, [(anchor.year + shift, mention.month, mention.day) for shift in (0, -1, 1)])


def _day_near(anchor: Day, day: int) -> Day | None:
    """That day of the anchor's month, of the one before or of the one after, whichever is nearest."""
    counted = replace(anchor, year=anchor.calendar.year)
    months = [12 * anchor.calendar.year + anchor.month - 1 + shift for shift in (0, -1, 1)]
    found = _nearest(counted, [(month // 12, month % 12 + 1, day) for month in months])
    return found if found is None or anchor.year is not None else replace(found, year=None)


def _nearest(anchor: Day, choices: Sequence[tuple[int | None, int, int]]) -> Day | None:
    days = [day for day in (_valid(*choice) for choice in choices) if day is not None]
    return min(days, key=lambda day: abs((day.calendar - anchor.calendar).days), default=None)


def _valid(year: int | None, month: int, day: int) -> Day | None:
    return None if calendar_day(2000 if year is None else year, month, day) is None else Day(year, month, day)


def _read(match: re.Match[str]) -> DateMention | None:
    start, end = match.span()
    if match["iso_y"]:
        return DateMention(start, end, int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"]))
    if match["m"]:
        month, day = page_number(match["m"]), match["d"] and page_number(match["d"])
        if month > 12 or (day and day > 31):
            return None
        mention = DateMention(start, end, _year(match["y"]) or _republic(match["roc"]), month, day or None)
        if match["near"]:
            mention = replace(mention, unit="year", shift=_YEARS[match["near"][0]])
        if match["d2"]:
            last_month = page_number(match["m2"]) if match["m2"] else None
            last = DateMention(start, end, _year(match["y2"]), last_month, page_number(match["d2"]))
            mention = replace(mention, last=last)
        return mention
    if match["year"] or match["roc_year"]:
        return DateMention(start, end, _year(match["year"]) or _republic(match["roc_year"]))
    if match["rel"]:
        return DateMention(start, end, unit="day", shift=_DAYS[match["rel"][0]])
    if match["week"]:
        return DateMention(
            start, end, unit="week", shift=_WEEKS[match["week"]], weekday=_WEEKDAYS.get(match["wd"] or "")
        )
    if match["rel_y"]:
        return DateMention(start, end, unit="year", shift=_YEARS[match["rel_y"][0]])
    if match["rel_m"]:
        return DateMention(start, end, unit="month", shift=_WEEKS[match["rel_m"][0]])
    until = match["tens2"] or match["only2"]
    last_day = DateMention(start, end, day=page_number(until)) if until else None
    return DateMention(start, end, day=page_number(match["named"] or match["tens"] or match["only"]), last=last_day)


def _year(text: str | None) -> int | None:
    return int(text.translate(_YEAR_DIGITS)) if text else None


def _republic(text: str | None) -> int | None:
    if not text:
        return None
    count = text[2:].strip()
    return REPUBLIC + (1 if count == "元" else page_number(count))


def _lunar(form: str, start: int) -> bool:
    return _LUNAR.search(form, max(0, start - _LUNAR_REACH), start) is not None
