"""Which year is "now" on a page: only from what the page says about its own present.

A year that a text merely mentions ("自2022年11月揭牌以来", "2021年增长8%") says nothing; only forms in which a paper speaks of its
own days count, each in the months in which it is said of the running year. Two different answers are none.
"""

from __future__ import annotations

import re
from datetime import date

# Every sign hangs on a year written out, so all are tried at years alone; what stands before one is looked at first.
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_Y = "[0-9]{4}"
_TITLE = r"年(?!底|以|来|前|后|初|末|[0-9—–~～-])[^，。；！？、《》\n]"
_EVENT = r"(?:活动|仪式|大会|会议|论坛|峰会|比赛|联赛|大赛|锦标赛|展览会|博览会|展会|展|节|周|月|日|班|晚会|发布会|推介会|招聘会|座谈会|动员会|公益行|行动)"
_HELD = r"(?:举行|召开|启动|举办|开幕|闭幕|落幕|开赛|开营|开班|拉开帷幕|开启)"
# What looks back on a year or ahead to one, and what is prepared for years under the name of its year, is held in another.
_OTHER = re.compile(
    "年度|年终|年会|总结|表彰|述职|考核|盘点|回顾|颁奖|统计|决算|预算|规划|计划|情况|发现|十大|新年|元旦|春节|春晚|贺岁|年货"
    "|世界杯|奥运|冬奥|残奥|亚运|世博|全运|世园|[0-9]届|议程|目标|筹备|倒计时|预选|圣火|首届|峰会"
)
# News of something held says when: "今天", "21日", "日前"; a decision about a year or a memory of one does not.
_WHEN = re.compile("今[天日晚晨早]|[昨前][天日晚]|日前|近日|[0-9一二三四五六七八九十]日|[上下中]午|晚间?")
_SENTENCE = 120  # characters looked at for it on either side
# What a year is called ("2023年是…开局之年") is said of the year before and after it, too, and so is no sign.
_NOW = re.compile(
    rf"{_Y}年(?:(?:已|已经)(?:行至|过半|过去|进入|步入|来到)|伊始|(?<=[进步迈跨]入[0-9][0-9][0-9][0-9]年)[，,。、以])"
    rf"|(?<=今年（){_Y}年?[）)]"
)
# "举行2022年宪法宣传周启动仪式", "2023年青岛西海岸新区“慈善一日捐”活动举行"
_OPENED = re.compile(rf"{_Y}{_TITLE}{{0,40}}?{_EVENT}")
_OPENING = re.compile(rf"{_HELD}的?[“‘「]?$")
_TAKES_PLACE = re.compile(rf"{_Y}{_TITLE}{{0,44}}?{_EVENT}[”’」]?[^，。；！？、\n]{{0,24}}?{_HELD}")
# Half and quarter years are reported in the months after their end.
_PERIODS = (
    (re.compile(rf"{_Y}年(?:第?一季度|首季)"), range(4, 8)),
    (re.compile(rf"{_Y}年(?:上半年|1[至到—-]6月)"), range(7, 11)),
    (re.compile(rf"{_Y}年(?:前三季度|三季度|1[至到—-]9月)"), range(10, 13)),
)
# "部署2023年工作", "对2023年工作进行": said in that year, or late in the one before.
_TASKS = re.compile(rf"{_Y}年(?:度)?的?[^，。；！？年\n]{{0,8}}?(?:工作|任务|目标)")
_TASKING = re.compile("(?:部署|安排|做好|谋划|推进|明确)了?$")
_ON_TASKS = re.compile(rf"(?<=对){_Y}年(?:度)?的?[^，。；！？年\n]{{0,8}}?(?:工作|任务)(?:进行|作出|作)")
_BEFORE = 8  # characters before a year that can belong to a sign
_PLANNED = range(1, 11)


def present_years(form: str, month: int) -> frozenset[int]:
    """The years that a text in plain form speaks of as its present. `month` is that of its news."""
    found = [(int(match[0]), match.start()) for match in _YEAR.finditer(form)]
    named = {year for year, _ in found}
    # Who names the year after a year, too, may well be in it.
    return frozenset(year for year, at in found if year + 1 not in named and _present(form, at, month))


def named_years(form: str) -> frozenset[int]:
    """All years that a text in plain form writes out."""
    return frozenset(map(int, _YEAR.findall(form)))


def _present(form: str, at: int, month: int) -> bool:
    before = form[max(0, at - _BEFORE) : at]
    if _NOW.match(form, at) or _named_event(form, at, before):
        return True
    if any(month in months and period.match(form, at) for period, months in _PERIODS):
        return True
    return month in _PLANNED and bool(_ON_TASKS.match(form, at) or (_TASKING.search(before) and _TASKS.match(form, at)))


def _named_event(form: str, at: int, before: str) -> bool:
    """Whether the year stands in the title of something that is being held."""
    held = _TAKES_PLACE.match(form, at)
    titles = [held[0]] if held else []
    if _OPENING.search(before):
        opened = _OPENED.match(form, at)
        titles += [opened[0]] if opened else []
    return any(not _OTHER.search(title) for title in titles) and _WHEN.search(_sentence(form, at)) is not None


def _sentence(form: str, at: int) -> str:
    """The sentence around a place, as far as it is looked at."""
    low, high = max(0, at - _SENTENCE), at + _SENTENCE
    start = max(form.rfind("。", low, at), form.rfind("\n", low, at)) + 1 or low
    ends = [end for end in (form.find("。", at, high), form.find("\n", at, high)) if end >= 0]
    return form[start : min(ends, default=high)]


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The day, or None if the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
