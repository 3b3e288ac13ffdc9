"""Names in pinyin become the characters that the archive has for them."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.dictionary import dictionary
from qa.pinyin import LOOK_UPS, spellings
from qa.translate import translate

TEXT = "记者孙永红报道：王清源在青岛、西安和长安街走访，吕布与刘德华在崂山。我们很高兴看到大家在一起唱歌跳舞"


def frequency(text: str) -> Callable[[str], int]:
    held = {*text, *(a + b for a, b in pairwise(text))}
    return lambda term: int(term in held)


def best(question: str, text: str = TEXT) -> list[str]:
    return [group.options[0][0] for group in translate(question, frequency(text))]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Sun Yonghong", "孙永红"),
        ("Yonghong Sun", "孙永红"),
        ("sun yong hong", "孙永红"),
        ("Who is Sun Yonghong?", "孙永红"),
        ("Wang Qingyuan", "王清源"),
        ("Qingdao", "青岛"),
        ("Xi'an", "西安"),
        ("Liu Dehua", "刘德华"),
        ("¿Quién es Sun Yonghong?", "孙永红"),
    ],
)
def test_names(question: str, name: str) -> None:
    assert best(question) == [name]


def test_only_names_of_the_archive() -> None:
    assert "孙永红" not in best("Sun Yonghong", "青岛")
    assert spellings(["yonghong"], lambda word: False, dictionary(), lambda term: 0) == []


def test_english_words_are_no_names() -> None:
    assert spellings(["can", "sing"], lambda word: True, dictionary(), lambda term: 9) == []
    assert spellings(["strength"], lambda word: False, dictionary(), lambda term: 9) == []


def test_names_do_not_run_over_breaks() -> None:
    found = spellings(["sun", "", "yonghong"], lambda word: word == "sun", dictionary(), frequency(TEXT))
    assert [(name.start, name.end, name.readings[0][0]) for name in found] == [(2, 3, "永红")]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("sun yong hong Qing yuan Wang xian nv shuang an".split()), min_size=1, max_size=6))
def test_look_ups_are_bounded_and_readings_are_probabilities(words: list[str]) -> None:
    asked: set[str] = set()

    def everything(term: str) -> int:
        asked.add(term)
        return 2

    found = spellings(words[:2], lambda word: False, dictionary(), everything)
    for name in found:
        assert sum(share for _, share in name.readings) == pytest.approx(1)
        assert name.readings == tuple(sorted(name.readings, key=lambda reading: (-reading[1], reading[0])))
    # Two orders and a few ways to cut the syllables.
    assert len(asked) <= 8 * LOOK_UPS


def test_a_long_word_is_soon_left() -> None:
    assert spellings(["an" * 2000], lambda word: False, dictionary(), lambda term: 1) == []
