"""The days that a question names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import fold, parse_dates
from qa.periods import LAST, annotated, counted, find_periods

NEWEST = "2023-11-14"


def periods(text, newest=NEWEST):
    folded = fold(text)
    return find_periods(folded, parse_dates(folded), newest)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("去年建了多少所学校？", "2022-01-01", "2022-12-31"),
        ("今年", "2023-01-01", "2023-12-31"),
        ("2022年12月有哪些报道？", "2022-12-01", "2022-12-31"),
        ("2024年2月", "2024-02-01", "2024-02-29"),
        ("上个月", "2023-10-01", "2023-10-31"),
        ("年初", "2023-01-01", "2023-03-31"),
        ("去年底", "2022-10-01", "2022-12-31"),
        ("上半年", "2023-01-01", "2023-06-30"),
        ("2021年下半年", "2021-07-01", "2021-12-31"),
        ("去年第三季度", "2022-07-01", "2022-09-30"),
        ("前三季度", "2023-01-01", "2023-09-30"),
        ("今年7月中旬", "2023-07-11", "2023-07-20"),
        ("本周", "2023-11-13", "2023-11-19"),
        ("上周五", "2023-11-10", "2023-11-10"),
        ("昨天", "2023-11-13", "2023-11-13"),
        ("21日", "2023-10-21", "2023-10-21"),
        ("2021年至2023年", "2021-01-01", "2023-12-31"),
        ("去年12月到今年2月", "2022-12-01", "2023-02-28"),
        ("2022年以来", "2022-01-01", LAST),
        ("2022年以前", "0001-01-01", "2021-12-31"),
        ("最近三天", "2023-11-12", "2023-11-14"),
        ("过去两周", "2023-11-01", "2023-11-14"),
        ("最近", "2023-10-16", "2023-11-14"),
        ("what happened last month", "2023-10-01", "2023-10-31"),
        ("on July 21, 2023", "2023-07-21", "2023-07-21"),
        ("in 2022", "2022-01-01", "2022-12-31"),
        # Without a year: of every year.
        ("7月21日", "07-21", "07-21"),
        ("7月19日至21日", "07-19", "07-21"),
        ("3月至5月", "03-01", "05-31"),
        ("how many articles in July", "07-01", "07-31"),
    ],
)
def test_days_meant(text, low, high):
    assert [(period.low, period.high) for period in periods(text)] == [(low, high)]


@pytest.mark.parametrize("text", ["最近一次会议是什么时候？", "近年来的变化", "年底会议", "第三届", "初三学生"])
def test_words_that_name_no_period(text):
    assert periods(text) == []


def test_without_a_newest_day_nothing_is_counted_from_it():
    assert periods("去年、上个月、最近、年初", newest=None) == []
    assert [period.low for period in periods("2022年和去年", newest=None)] == ["2022-01-01"]


@pytest.mark.parametrize("text", ["去年", "最近", "上半年", "yesterday"])
def test_what_is_counted_is_known_without_the_newest_day(text):
    assert counted(text, parse_dates(text))
    assert not counted("2022年7月", parse_dates("2022年7月"))


def test_what_a_counted_period_means_is_shown_behind_it():
    text = "去年和上个月各有几次会议？"
    assert annotated(text, periods(text)) == "去年（2022年）和上个月（2023年10月）各有几次会议？"
    assert annotated("2022年", periods("2022年")) == "2022年"


def test_a_period_of_a_known_year_holds_no_day_of_an_unknown_one():
    (known,) = periods("2023年7月")
    (any_year,) = periods("7月")
    assert (known.holds("2023-07-21"), known.holds("07-21"), known.holds("2022-07-21")) == (True, False, False)
    assert any_year.holds("07-21")
    assert any_year.holds("1999-07-21")
    assert not any_year.holds("1999-08-01")


def test_a_period_without_a_year_may_run_over_new_year():
    (winter,) = periods("12月至2月")
    assert [winter.holds(day) for day in ("2022-12-05", "01-31", "2023-03-01", "2023-11-30")] == [
        True,
        True,
        False,
        False,
    ]


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(1, 3))
def test_counted_days_are_counted_from_the_newest(newest, back):
    word = {1: "昨天", 2: "前天", 3: "最近三天"}[back]
    (period,) = periods(word, newest.isoformat())
    assert period.low == (newest - timedelta(days=back if back < 3 else 2)).isoformat()
    assert period.holds(period.low)
    assert period.holds(period.high)


@given(
    st.dates(date(1990, 1, 1), date(2090, 12, 31)),
    st.sampled_from(["本周", "上月", "去年", "年初", "最近", "下旬", "月底"]),
)
def test_a_period_is_a_stretch_of_real_days(newest, word):
    for period in periods(word, newest.isoformat()):
        assert date.fromisoformat(period.low) <= date.fromisoformat(period.high)
