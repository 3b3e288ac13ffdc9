"""How much of a question's word stands in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.matching import clauses, covered


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("第六十一次", "二届第61次常委会"),
        ("第61次", "第六十一次会议"),
        ("2270亿元", "总投资2,270亿元的项目"),
        ("三天", "为期3天"),
        ("3月5日", "三月五日上午"),
        ("12%", "增长12%"),
        ("5+5+7", "“5+5+7”重点产业"),
        ("二期", "项目二期"),
    ],
)
def test_a_number_stands_there_however_it_is_written(word, text):
    assert covered(word, text) == 1


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("1次", "第61次常委会"),
        ("第81次", "第61次和第71次常委会"),
        ("2%", "增长12%"),
        ("一期", "项目二期"),
        ("61", "2610个"),
        ("0.5万", "10.5万"),
    ],
)
def test_another_number_does_not(word, text):
    assert covered(word, text) == 0


def test_a_word_that_is_split_otherwise_counts_by_its_pairs():
    assert covered("全委会议", "全委扩大会议") == pytest.approx(2 / 3)
    assert covered("全委会议", "全国会议") == 0


@given(st.integers(2, 9999), st.sampled_from("次届年个亿元项"), st.text("，会议第五在了", max_size=6))
def test_what_stands_there_by_itself_is_covered(number, unit, around):
    assert covered(f"{number}{unit}", f"{around}·{number}{unit}·{around}") == 1


@given(st.text("甲乙，。；“”、（）12,:", max_size=40))
def test_clauses_tile_the_text(text):
    parts = clauses(text, 0, len(text))
    assert "".join(text[low:high] for low, high in parts) == text
    assert all(low < high for low, high in parts)
