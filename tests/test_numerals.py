"""Numbers in one form: what is written in several ways gives the same terms, and words stay words."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.numerals import chinese_number, notations, number_terms, spelled
from index.tokens import fold


def terms(text: str) -> list[str]:
    return sorted(number_terms(fold(text)))


@given(st.integers(0, 10**16 - 1) | st.integers(0, 10**5))
def test_a_number_is_read_as_it_is_spelled(number: int) -> None:
    assert chinese_number(spelled(number)) == number
    assert chinese_number(spelled(number).replace("二", "两")) == number
    assert chinese_number(spelled(number).replace("零", "〇")) == number


@given(st.integers(0, 10**8), st.text("零一二三四五六七八九", min_size=1, max_size=6))
def test_decimals(whole: int, fraction: str) -> None:
    digits = "".join(str("零一二三四五六七八九".index(char)) for char in fraction)
    assert chinese_number(f"{spelled(whole)}点{fraction}") == Decimal(f"{whole}.{digits}")


@given(st.integers(11, 10**15 - 1), st.sampled_from("次人年元吨"))
def test_several_notations_give_the_same_term(number: int, unit: str) -> None:
    written = [f"{number}{unit}", f"{number:,}{unit}", f"{spelled(number)}{unit}", f"第{spelled(number)}{unit}"]
    full_width = written[0].translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    wanted = f"{number}{unit}"
    for text in (*written[:3], full_width):
        assert wanted in number_terms(fold(text))
        assert str(number) in (*number_terms(fold(text)), str(number) if f"{number}" in fold(text) else "")
    assert number_terms(f"第{number}{unit}") == [f"第{wanted}"]
    assert f"第{wanted}" in number_terms(written[3])


@given(st.integers(1, 12), st.integers(1, 31), st.sampled_from("日号"))
def test_a_day_is_one_term_in_all_notations(month: int, day: int, unit: str) -> None:
    wanted = {f"{month}月", f"{day}日", f"{month}月{day}日"}
    written = f"{month}月{day}{unit}", f"{month:02}月{day:02}{unit}", f"{spelled(month)}月{spelled(day)}{unit}"
    for text in (*written, f"2023-{month:02}-{day:02}", f"2023.{month}.{day}", f"2023/{month}/{day}起"):
        assert wanted <= set(number_terms(text))


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("第六十一次会议 第61次会议", "第61次"),
        ("２０２３年 2023年 二〇二三年 二○二三年 二零二三年", "2023年"),
        ("一九四九年 1949年", "1949年"),
        ("2,270亿元 2270亿元 两千二百七十亿元 2270余亿元 2270多亿元 2,270亿多元", "227000000000元"),
        ("2,270亿 2270亿 两千二百七十亿", "227000000000"),
        ("3.5万人 三万五千人 35000人 35,000人 三点五万人", "35000人"),
        ("百分之三十 百分之30", "30%"),
        ("百分之三点五 百分之3.5", "3.5%"),
        ("千分之五", "5‰"),
        ("3万亿元 三万亿元 30000亿元", "3000000000000元"),
        ("三个 3个", "3个"),
        ("第三届 第3届", "第3届"),
        ("十余人 十多人 10人 10多人", "10人"),
        ("一月 1月", "1月"),
    ],
)
def test_one_form(written: str, term: str) -> None:
    assert [text for text in written.split() if term not in terms(text)] == []


@pytest.mark.parametrize(
    "text",
    "一些 十分 三亚 万一 九江 李三 一个 十四五规划 三三两两 七八个 几十万人 数百人 千万 百万 一一对应 五四运动 三七开 四川 万人 "
    "三百五 一万三 pm2.5的 13812345678901234 12345678901234567人 v2.0.1版 192.168.1.1年".split(),
)
def test_what_is_no_number_gives_no_term(text: str) -> None:
    assert terms(text) == []


@pytest.mark.parametrize(
    ("one", "other"), [("第61次", "第62次"), ("3人", "5人"), ("第三次", "三次"), ("7月1日", "1月7日")]
)
def test_different_numbers_do_not_match(one: str, other: str) -> None:
    assert terms(one)
    assert not {term for term in terms(one) if len(term) > 2} & set(terms(other))


def test_a_unit_follows_its_number() -> None:
    assert terms("5人和3个") == ["3个", "5人"]
    assert terms("2023年至2025年") == ["2023年", "2025年"]
    assert terms("共30，同比") == []
    assert terms("7月2日、5日") == ["2日", "5日", "7月", "7月2日"]
    assert terms("7月，5日") == ["5日", "7月"]


@given(
    st.integers(1, 10**15 - 1) | st.integers(1, 3000),
    st.sampled_from(["次", "人", "元", "年", "%", "‰"]),
    st.booleans(),
)
def test_every_notation_gives_the_term_it_stands_for(number: int, unit: str, ordinal: bool) -> None:
    term = f"{'第' * (ordinal and unit not in '%‰')}{number}{unit}"
    for written in notations(term)[1:]:
        # "一次" is too common to be a term.
        assert term in number_terms(written) or (number == 1 and unit != "%")
    assert notations(term)[0] == term


@pytest.mark.parametrize(
    ("term", "written"),
    [
        ("227000000000元", "2,270亿元"),
        ("227000000000元", "两千二百七十亿元"),
        ("35000人", "3.5万人"),
        ("第61次", "第六十一次"),
        ("2023年", "二〇二三年"),
        ("7月21日", "七月二十一日"),
        ("30%", "百分之三十"),
        ("61", "六十一"),
    ],
)
def test_notations(term: str, written: str) -> None:
    assert written in notations(term)


@pytest.mark.parametrize("term", ["青岛", "pm2.5", "5+5+7", "5", "5g", "", "月"])
def test_other_terms_stand_as_they_are(term: str) -> None:
    assert notations(term) == (term,)


@given(st.text("第百分之千一二两三十零〇万亿点余多几数年月日号次0123456789,.%/- a", max_size=40) | st.text(max_size=40))
def test_any_text_gives_terms(text: str) -> None:
    found = number_terms(fold(text))
    assert all(term and term == fold(term) and not term.isspace() and len(term) < 60 for term in found)


@pytest.mark.parametrize(
    "unit", ["第", "一", "1", "1,", "1,234", "十", "百分之", "2023-07-", "一点", "零", "万", "7月", "五亿"]
)
def test_numbers_take_time_in_proportion(unit: str) -> None:
    started = time.perf_counter()
    number_terms(unit * (500_000 // len(unit)))
    assert time.perf_counter() - started < 10  # below one; what grows with the square takes hours
