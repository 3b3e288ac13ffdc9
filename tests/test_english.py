"""English questions get an English frame; dates and amounts are said in English beside the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import build
from qa.engine import Engine
from qa.english import frame, gloss


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much is the total investment in the Hanbo project?", "The total investment in the Hanbo project"),
        ("What is the theme of the week?", "The theme of the week"),
        ("When was the bridge opened?", "When was the bridge opened"),
        ("Who built it?", "Who built it"),
        ("  How many   people attended ? ", "How many people attended"),
        ("¿Cuál es la capital?", ""),
        ("翰博项目总投资多少？", ""),
        ("bridge cost", ""),
        ("What is " + "the very long matter of " * 8 + "it?", ""),
    ],
)
def test_a_frame_says_what_was_asked(question, said):
    assert frame(question) == said


@pytest.mark.parametrize(
    ("short", "english"),
    [
        ("约50亿元", "about 5 billion yuan"),
        ("2,270亿元", "227 billion yuan"),
        ("不超过143亩", "up to 143 mu"),
        ("近12万人", "nearly 120,000 people"),
        ("二百三十户", "230 households"),
        ("1.5公里", "1.5 km"),
        ("7月21日上午", "21 July"),
        ("12月2日至3日", "2–3 December"),
        ("2023年11月14日", "14 November 2023"),
        ("11月30日至12月2日", ""),
        ("孙永红", ""),
        ("252个", ""),
        ("", ""),
    ],
)
def test_dates_and_amounts_are_said_in_english(short, english):
    assert gloss(short) == english


@given(st.text(max_size=60))
def test_any_text_has_a_frame_and_a_gloss(text):
    assert isinstance(frame(text), str)
    assert isinstance(gloss(text), str)


def test_the_answer_is_framed_and_its_quote_is_the_original(tmp_path):
    page = tmp_path / "pages/桥.txt"
    page.parent.mkdir()
    page.write_text("□记者 周舟 报道\n　　本报讯 3月5日，云岭大桥建成通车，总投资12亿元。\n", encoding="utf-8")
    build([page.parent], tmp_path / "home")
    answer = Engine(tmp_path / "home").ask("How much is the total investment in the Yunling bridge?")
    head, quote = answer.answer.split("\n")
    assert head == "The total investment in the Yunling bridge: 12亿元 (1.2 billion yuan)[1]"
    assert quote == "3月5日，云岭大桥建成通车，总投资12亿元。[1]"
    assert answer.short == ("12亿元",)
