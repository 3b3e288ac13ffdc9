"""Dates: what a text mentions, which days they are, and which year is known from what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import Day, date_articles, parse_dates, resolve
from index.issues import PageFacts, file_date, named_page, share_dates
from index.types import Article, Date, Span
from index.years import present_years

ANCHOR = Day(2023, 11, 15)  # a Wednesday


def days(text: str, anchor: Day | None = ANCHOR) -> list[str]:
    return [str(day) for mention in parse_dates(text) for day in resolve(mention, anchor)]


def article(text: str, page: int = 1, **fields: object) -> Article:
    spans = (Span(0, 1, 0, len(text)),)
    return Article(id=text[:8], source="a.txt", page=page, lines=(1, 1), text=text, spans=spans, **fields)


def events(*texts: str, source: str = "a.txt") -> list[list[tuple[str, str]]]:
    found = date_articles([article(text) for text in texts], source)
    return [[(date.value, date.origin) for date in a.event_dates] for a in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7月21日下午", ["2023-07-21"]),
        ("7月21日晚，活动举行", ["2023-07-21"]),
        ("2022年12月4日", ["2022-12-04"]),
        ("２０２２年１２月４日", ["2022-12-04"]),
        ("二〇二二年十二月四日", ["2022-12-04"]),
        ("2022-12-04", ["2022-12-04"]),
        ("12月2日至3日", ["2023-12-02", "2023-12-03"]),
        ("7月30日—8月1日", ["2023-07-30", "2023-07-31", "2023-08-01"]),
        ("2023年7月1日至31日", ["2023-07-01", "2023-07-31"]),
        ("7月2日、5日和9日", ["2023-07-02", "2023-07-05", "2023-07-09"]),
        ("20日至22日", ["2023-11-20", "2023-11-21", "2023-11-22"]),
        ("今天上午", ["2023-11-15"]),
        ("昨日", ["2023-11-14"]),
        ("前天", ["2023-11-13"]),
        ("明天", ["2023-11-16"]),
        ("本周三", ["2023-11-15"]),
        ("上周五", ["2023-11-10"]),
        ("下周日", ["2023-11-26"]),
        ("去年12月4日", ["2022-12-04"]),
        ("這個禮拜三", ["2023-11-15"]),
        ("上週五", ["2023-11-10"]),
        ("後天", ["2023-11-17"]),
        ("十二日舉行", ["2023-11-12"]),
        ("12日召開", ["2023-11-12"]),
        ("1月3日", ["2024-01-03"]),
        ("昨（十四）日", ["2023-11-14"]),
        ("今（15）日", ["2023-11-15"]),
        ("圖書館十二日落成", ["2023-11-12"]),
        ("十六日至十八日", ["2023-11-16", "2023-11-17", "2023-11-18"]),
        ("九日上午", ["2023-11-09"]),
        ("为期十二日的展览", []),
        ("连续二十日下雨", []),
        ("十二日内完成", []),
        ("有一日，他", []),
        ("民國112年11月15日", ["2023-11-15"]),
        ("中華民國一一二年十一月十五日", ["2023-11-15"]),
        ("民国一百一十二年十一月十五日", ["2023-11-15"]),
        ("民國元年1月1日", ["1912-01-01"]),
        ("2023 年 11 月 12 日", ["2023-11-12"]),
        ("11 月 2 日至 3 日", ["2023-11-02", "2023-11-03"]),
        ("二〇二三年十一月", []),
        ("癸卯年十月初三", []),
        ("农历十月十五日", []),
        ("農曆十月十五日", []),
        ("阴历去年十月十五日", []),
        ("闰二月三日", []),
        ("2月30日", []),
        ("13月1日", []),
        ("7月", []),
        ("去年", []),
        ("本周", []),
        ("5个月", []),
        ("青岛日报", []),
        ("今日导读", []),
        ("线上周期", []),
        ("1.2亿元、10.5%", []),
    ],
)
def test_days(text: str, expected: list[str]) -> None:
    assert days(text) == expected


def test_without_an_anchor_the_year_stays_unknown() -> None:
    assert days("7月21日", None) == ["07-21"]
    assert days("今天", None) == []
    assert days("10月24日", Day(None, 10, 24)) == ["10-24"]
    assert days("昨天", Day(None, 3, 1)) == ["02-29"]


def test_days_in_brackets_over_the_turn_of_a_year() -> None:
    assert days("昨（三十一）日", Day(2022, 1, 1)) == ["2021-12-31"]
    assert days("明（1）日", Day(2021, 12, 31)) == ["2022-01-01"]
    assert days("昨（31）日", Day(None, 1, 1)) == ["12-31"]
    assert days("昨（十五）日", None) == []


def test_mentions_of_a_question() -> None:
    text = "去年12月和2022年上半年，上个月有什么新闻？"
    found = [(text[m.start : m.end], m.year, m.month, m.unit, m.shift) for m in parse_dates(text)]
    assert found == [
        ("去年12月", None, 12, "year", -1),
        ("2022年", 2022, None, None, 0),
        ("上个月", None, None, "month", -1),
    ]


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["7月", "21日", "2023年", "至", "今天", "上周", "五", "、", "十", "-", "1"])).map(
        "".join
    )
)
def test_mentions_are_in_order_and_resolve(text: str) -> None:
    end = 0
    for mention in parse_dates(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end
        for anchor in (None, ANCHOR, Day(None, 2, 29)):
            for day in resolve(mention, anchor):
                assert day.calendar


# --- which year is now -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "month", "years"),
    [
        ("2023年是全面贯彻落实党的二十大精神的开局之年。", 7, set()),
        ("2022年是极不平凡的一年。", None, set()),
        ("2023年已行至冲刺四季度的关键节点。", None, {2023}),
        ("今天上午，举行2022年宪法宣传周启动仪式。", None, {2022}),
        ("2023年青岛西海岸新区“慈善一日捐”活动举行。", None, {2023}),
        ("2022年度总结表彰大会召开。", None, set()),
        ("通报新区2023年上半年经济社会发展情况。", 7, {2023}),
        ("通报新区2023年上半年经济社会发展情况。", 3, set()),
        ("对2023年工作进行了安排部署。", 2, {2023}),
        ("对2023年工作进行了安排部署。", 12, set()),
        ("自2022年11月揭牌以来，新区建设提速。", 11, set()),
        ("2022年新区深入实施实体经济振兴发展三年行动计划。", 2, set()),
        ("2021年，公司实现利税3亿元。", 7, set()),
        ("2011年以来，全县粮食连年丰收。", 7, set()),
        ("2018年春节前夕，总书记来到这里。", 2, set()),
        ("会议决定，2024年峰会在比什凯克举行。", 9, set()),
        ("今天，2023年春季招聘会举行，2024年的招聘计划同时公布。", 3, set()),
        ("展馆今天开馆，展出的2000多件实物在活动中举行捐赠。", 3, set()),
        ("北京2022年冬奥会倒计时活动今天举行。", 6, set()),
    ],
)
def test_present_years(text: str, month: int | None, years: set[int]) -> None:
    assert present_years(text, month) == years


@pytest.mark.parametrize(
    ("source", "day"),
    [
        ("20231115_01.txt", "2023-11-15"),
        ("海州日报/2023-11/15/a.txt", "2023-11-15"),
        ("2023年11月15日.txt", "2023-11-15"),
        ("003_31443a22f1e69377.txt", None),
        ("2023111.txt", None),
        ("20231345.txt", None),
        ("20231115/20231116.txt", None),
        ("qdrb20231115p02.pdf", "2023-11-15"),
        ("2023年11月15日/A03.txt", "2023-11-15"),
        ("海州晚报2023年1月5日03版.txt", "2023-01-05"),
        ("nw.D110000renmrb_20231115_1-03.htm", "2023-11-15"),
        ("二〇二三年十一月十五日.txt", "2023-11-15"),
        ("民國112年11月15日.txt", "2023-11-15"),
        ("news_20231101-20231130.txt", None),
        ("20231115083000.txt", None),
        ("IMG_20240102_081500.jpg", None),
        ("微信图片_20240102.jpg", None),
        ("scan/20231115_01.pdf", "2023-11-15"),
        ("abdsc20231115p01.pdf", "2023-11-15"),
        ("31443a20231115f1e6.txt", None),
        ("a.txt", None),
    ],
)
def test_file_date(source: str, day: str | None) -> None:
    found = file_date(source)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("20231115_02.txt", 2),
        ("qdrb20231115p02.pdf", 2),
        ("2023-11/15/03.txt", 3),
        ("2023年11月15日/A12.txt", 12),
        ("第十二版.txt", 12),
        ("头版.txt", 1),
        ("issue-0004/page-02.txt", 2),
        ("007-2_31443a22f1e69377.txt", 2),
        ("2023-11-15/A03/1.html", 3),
        ("000_31443a22f1e69377.txt", None),
        ("20231115.pdf", None),
        ("scan_000123.txt", None),
        ("a.txt", None),
    ],
)
def test_named_page(source: str, number: int | None) -> None:
    assert named_page(source) == number


# --- days shared by the pages of an issue ----------------------------------------------------------------------

STATED = Date("2023-11-15", "stated")
SHARED = Date("2023-11-15", "from neighbours")


def test_pages_of_a_file_share_its_only_day() -> None:
    pages = [PageFacts("a.pdf", 1, 1, STATED), PageFacts("a.pdf", 2, 2), PageFacts("a.pdf", 3)]
    assert share_dates(pages) == {1: SHARED, 2: SHARED}
    assert share_dates([*pages, PageFacts("a.pdf", 4, 1)]) == {}
    assert share_dates([*pages, PageFacts("a.pdf", 4, None, Date("2023-11-16", "stated"))]) == {}
    assert share_dates([*pages, *(PageFacts("a.pdf", number) for number in range(4, 200))]) == {}


def test_files_share_a_day_if_their_numbers_are_those_of_pages() -> None:
    named = [
        PageFacts("期/page-01.txt", 1, None, STATED),
        PageFacts("期/page-02.txt", 1),
        PageFacts("期/page-04.txt", 1),
    ]
    assert share_dates(named) == {1: SHARED, 2: SHARED}
    # Numbers that only count the files of a folder, and those that the pages contradict.
    assert share_dates([PageFacts("001.txt", 1, None, STATED), PageFacts("002.txt", 1)]) == {}
    assert share_dates([*named, PageFacts("期/page-05.txt", 1, 2)]) == {}
    counted = [PageFacts("1.txt", 1, 1, STATED), PageFacts("2.txt", 1), PageFacts("3.txt", 1, 3)]
    assert share_dates(counted) == {1: SHARED, 2: SHARED}


def test_a_day_goes_along_jumps() -> None:
    pages = [PageFacts(name, 1, None, day) for name, day in (("001.txt", STATED), ("002.txt", None), ("003.txt", None))]
    assert share_dates(pages, [(0, 1)]) == {1: SHARED}
    assert share_dates(pages, [(0, 1), (1, 2)]) == {1: SHARED, 2: SHARED}
    pages[2] = PageFacts("003.txt", 1, None, Date("2023-11-16", "stated"))
    assert share_dates(pages, [(0, 1), (1, 2)]) == {}


FACTS = st.builds(
    PageFacts,
    st.sampled_from(["a.pdf", "b.pdf", "page-1.txt", "page-2.txt", "3.txt"]),
    st.integers(1, 3),
    st.none() | st.integers(1, 3),
    st.none() | st.sampled_from([STATED, Date("2023-11-16", "from file name")]),
)


@given(st.lists(FACTS, max_size=6), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=4))
def test_only_days_that_a_page_states_are_shared_and_only_with_those_that_state_none(
    pages: list[PageFacts], drawn: list[tuple[int, int]]
) -> None:
    jumps = [pair for pair in drawn if max(pair) < len(pages)]
    stated = {facts.published.value for facts in pages if facts.published}
    for index, day in share_dates(pages, jumps).items():
        assert pages[index].published is None
        assert day.value in stated
        assert day.origin == "from neighbours"


# --- the days of an article ------------------------------------------------------------------------------------


def test_year_of_the_article_of_its_neighbour_and_of_none() -> None:
    first = "本报讯 7月21日下午，2023年慈善捐款活动举行。"
    second = "本报讯 7月22日，会议召开。"
    assert events(first, second) == [[("2023-07-21", "stated")], [("2023-07-22", "from neighbours")]]
    assert events(second) == [[("07-22", "unknown")]]


def test_neighbours_that_disagree_say_nothing() -> None:
    texts = ("3月1日，2022年春季招聘会举行。", "3月1日，2023年春季招聘会举行。", "3月2日，会议召开。")
    assert events(*texts) == [
        [("2022-03-01", "stated")],
        [("2023-03-01", "stated")],
        [("03-02", "unknown")],
    ]


def test_relative_days_count_from_the_dateline() -> None:
    text = "本报11月14日讯 昨天下午，2023年招聘会举行，明天上午闭幕。我们要走向美好明天。"
    assert events(text) == [[("2023-11-13", "from dateline"), ("2023-11-15", "from dateline")]]


def test_a_dateline_alone_is_the_day() -> None:
    assert events("本报10月24日讯 根据安排，会议听取了汇报。") == [[("10-24", "unknown")]]
    assert events("本报10月24日讯 新规自12月1日起施行。") == [[("10-24", "unknown"), ("12-01", "unknown")]]
    assert events("新华社北京7月22日电 国务院21日召开会议。") == [[("07-21", "unknown")]]


def test_file_name_gives_the_year_and_today() -> None:
    text = "昨日，市第十届运动会开幕。12月30日的彩排顺利。"
    found = date_articles([article(text)], "20240102_01.txt")[0]
    assert found.published == Date("2024-01-02", "from file name")
    assert [(d.value, d.origin) for d in found.event_dates] == [
        ("2024-01-01", "from file name"),
        ("2023-12-30", "from file name"),
    ]


def test_a_file_name_that_contradicts_the_page_is_when_it_was_saved() -> None:
    found = date_articles([article("7月21日，2019年慈善捐款活动举行。")], "20240102_01.txt")[0]
    assert found.published is None
    assert [(d.value, d.origin) for d in found.event_dates] == [("2019-07-21", "stated")]


def test_the_page_s_own_date_outweighs_a_year_in_its_text() -> None:
    issue = Date("2021-11-09", "stated")
    (found,) = date_articles([article("昨日，2019年慈善捐款活动举行。", published=issue)], "a.txt")
    assert found.published == issue
    assert [d.value for d in found.event_dates] == ["2021-11-08"]


def test_titles_notes_and_history_are_no_events() -> None:
    text = "学习《7月1日讲话》。2008年5月12日，他正在值班。今天，2023年防灾演练活动举行。（原文载于《青岛日报》2月10日1版）"
    assert events(text) == [[("2008-05-12", "stated")]]
    assert events("本报5月12日讯 " + text) == [[("2023-05-12", "from dateline")]]


def test_without_a_day_of_the_page_today_is_none() -> None:
    text = "本报讯 今天上午，新港开工。昨天下雨。"
    assert events(text) == [[]]
    (found,) = date_articles([article(text, published=SHARED)], "a.txt")
    assert [(d.value, d.origin) for d in found.event_dates] == [
        ("2023-11-15", "from neighbours"),
        ("2023-11-14", "from neighbours"),
    ]


def test_a_day_far_from_all_datelines_is_not_the_issue_s() -> None:
    texts = ("本报7月21日讯 新港开工。", "本报7月20日讯 今天下雨。")
    found = date_articles([article(text) for text in texts], "20240102_01.txt")
    assert [a.published for a in found] == [None, None]
    assert [[d.value for d in a.event_dates] for a in found] == [["07-21"], ["07-20"]]
    # One reprint among fresh news says nothing.
    found = date_articles([article(text) for text in (*texts, "本报1月1日讯 新港开工。")], "20240102_01.txt")
    assert {a.published for a in found} == {Date("2024-01-02", "from file name")}


def test_pages_of_a_file_know_the_day_that_one_of_them_states() -> None:
    pages = [article("今天，新港开工。", page=1), article("昨天，大桥合龙。", page=2, published=STATED)]
    assert [(a.published, a.event_dates[0].value) for a in date_articles(pages, "a.pdf")] == [
        (SHARED, "2023-11-15"),
        (STATED, "2023-11-14"),
    ]


def test_the_name_of_a_collection_is_no_record_s_day() -> None:
    found = date_articles([article("昨日，新港开工。", record="7")], "news_20240102.jsonl")
    assert found[0].published is None
    assert found[0].event_dates == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("23年11月12日，新港开工。", ["2023-11-12"]),
        ("112年11月12日，新港開工。", ["2023-11-12"]),
        ("98年11月12日，他出生。", []),
        ("1998年11月12日，他出生。", []),
    ],
)
def test_short_years_must_be_the_article_s_own(text: str, expected: list[str]) -> None:
    (found,) = date_articles([article(text, published=STATED)], "a.txt")
    assert [d.value for d in found.event_dates] == expected


@pytest.mark.parametrize("piece", ["1月", "今", "9", "2023年", "一", "（", "《", "今天", "11月2日至", "本报", "二〇"])
def test_hostile_text_is_dated_without_delay(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    (found,) = date_articles([article(text, published=STATED)], "a.txt")
    assert len(found.event_dates) <= 4
