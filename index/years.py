"""Which year is "now" on a page: only from what the page says about its own present.

A year that a text merely mentions ("自2022年11月揭牌以来", "2021年增长8%") says nothing; only forms in which a paper speaks of its
own days count. Two different answers are none.
"""

from __future__ import annotations

import re
from datetime import date

from .chars import plain

_Y = r"(?<![0-9])((?:19|20)[0-9]{2})"
_TITLE = r"[^，。；！？《》\n]"
_EVENT = r"(?:活动|仪式|大会|会议|论坛|峰会|比赛|联赛|大赛|锦标赛|展览会|博览会|展会|展|节|周|月|日|班|晚会|发布会|推介会|招聘会|座谈会|动员会|公益行|行动)"
_HELD = r"(?:举行|召开|启动|举办|开幕|闭幕|落幕|开赛|开营|开班|拉开帷幕|开启)"
# What looks back on a year or ahead to one is held in another.
_OTHER = r"年度|年终|年会|总结|表彰|述职|考核|盘点|回顾|颁奖|统计|决算|预算|规划|计划"
_SIGNS = (
    # "2023年是全面贯彻党的二十大精神的开局之年": said in the year itself ("极不平凡的一年" is said afterwards).
    re.compile(
        rf"{_Y}年[，,]?是[^。！？；\n]{{0,60}}?(?:开局|起步|关键|攻坚|奋进|突破|提升|决胜|重要|收官|启航|实干|落实|深化|建设|承上启下)[^，。；\n]{{0,12}}(?:之年|一年)"
    ),
    re.compile(
        rf"今年[（(]{_Y}年?[）)]|{_Y}年(?:已|已经)(?:行至|过半|过去|近|接近|进入|步入|来到)|(?:进入|步入|迈入|跨入){_Y}年|{_Y}年(?:以来|伊始|新春|春节前夕)"
    ),
    # "举行2022年宪法宣传周启动仪式", "2023年青岛西海岸新区“慈善一日捐”活动举行"
    re.compile(rf"{_HELD}的?(?P<title>[“‘「]?{_Y}年?+(?!底|以|来|前|后|初|末|[0-9]){_TITLE}{{0,40}}?{_EVENT})"),
    re.compile(
        rf"(?P<title>{_Y}年?+(?!底|以|来|前|后|初|末|[0-9]){_TITLE}{{0,44}}?{_EVENT}[”’」]?)[^，。；！？\n]{{0,24}}?{_HELD}"
    ),
)
# Half and quarter years are reported from the month after their end to the end of the year.
_PERIODS = (
    (re.compile(rf"{_Y}年(?:第?一季度|首季)"), 4),
    (re.compile(rf"{_Y}年(?:上半年|1[至到—-]6月)"), 6),
    (re.compile(rf"{_Y}年(?:前三季度|三季度|1[至到—-]9月)"), 9),
)
# "2023年，我们将", "部署2023年工作": said in that year, or late in the one before.
_PLANS = re.compile(
    rf"{_Y}年[，,]?[^，。；！？年\n]{{0,12}}?将(?:[进继持深全大加推聚围坚以着努重按紧认切扎立统实坚]|在)|(?:部署|安排|做好|谋划|推进|明确)(?:了)?{_Y}年(?:度)?的?[^，。；！？年\n]{{0,8}}?(?:工作|任务|目标)"
    rf"|对{_Y}年(?:度)?的?[^，。；！？年\n]{{0,8}}?(?:工作|任务)(?:进行|作出|作)"
)
_PLANNED_FROM = 11
_FILE_DATE = re.compile(
    r"(?<![0-9A-Za-z])((?:19|20)[0-9]{2})[-_./年]?(1[0-2]|0?[1-9])[-_./月]?(3[01]|[12][0-9]|0?[1-9])日?(?![0-9A-Za-z])"
)


def present_years(text: str, month: int | None) -> frozenset[int]:
    """The years that `text` speaks of as its present. `month` is that of its news, where known."""
    form = plain(text)
    found: set[int] = set()
    for sign in _SIGNS:
        for match in sign.finditer(form):
            title = match.groupdict().get("title")
            if title is None or not re.search(_OTHER, title):
                found.add(_year(match))
    if month is not None:
        for period, first in _PERIODS:
            found.update(_year(match) for match in period.finditer(form) if month >= first)
    if month is not None and month < _PLANNED_FROM:
        found.update(_year(match) for match in _PLANS.finditer(form))
    return frozenset(found)


def file_date(source: str) -> date | None:
    """The day that a file's name or folders state, such as "20231115_01.txt" or "2023-11/15/a.txt"."""
    days = set()
    for match in _FILE_DATE.finditer(source):
        # "2023111" could be two days: without separators all eight digits must be there.
        if match[0].isdigit() and len(match[0]) != 8:
            continue
        day = calendar_day(int(match[1]), int(match[2]), int(match[3]))
        if day is not None:
            days.add(day)
    return days.pop() if len(days) == 1 else None


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The day, or None if the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(match: re.Match[str]) -> int:
    return int(next(group for group in match.groups() if group is not None and group.isdigit()))
