"""Terms and what a question weighs them by, tags as jieba's, folds as Unicode and OpenCC give; linear in the text."""

from __future__ import annotations

import math
import re
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chars import HAN
from index.folding import fold_all
from index.tokens import (
    COMMON,
    FOLD_FILE,
    fold,
    fold_with_offsets,
    query_terms,
    rarity,
    tagged,
    term_text,
    term_texts,
    terms,
    words,
)
from index.wordlist import Wordlist
from training.folds import written

TEXTS = st.text(alphabet=st.sampled_from("在青岛新区龘𪚥齉a1，。 ％会议-é"), max_size=60) | st.text(max_size=40)
NEWS = (
    "会议指出，要把发展经济的着力点放在实体经济上。3月1日至5日，孙永红到青岛西海岸新区调研5G企业，A股上涨3.5%。\r\n"
    "本报讯（记者 王小明 通讯员 欧阳莉）翰博光电项目总投资12.8亿元，C++工程师与AT&T公司签约，PM2.5下降　10%。"
)


@settings(deadline=None)
@given(TEXTS)
def test_words_give_the_text_back(text: str) -> None:
    assert "".join(words(text)) == text
    assert "".join(word for word, _ in tagged(text)) == text


@pytest.mark.parametrize("text", ["在" * 700, "龘" * 700, "会议" * 350, "a" * 700])
def test_long_runs_give_the_text_back(text: str) -> None:
    assert "".join(words(text)) == text
    assert "".join(word for word, _ in tagged(text)) == text
    assert {len(term) for term in terms(text)} <= {*range(1, 101)}


def test_traditional_script_is_tagged_like_simplified() -> None:
    simple = tagged("孙永红到青岛西海岸新区调研企业")
    assert [flag for _, flag in tagged("孫永紅到青島西海岸新區調研企業")] == [flag for _, flag in simple]
    assert "".join(fold(word) for word, _ in tagged("孫永紅到青島")) == "孙永红到青岛"


def test_words_and_tags_are_those_of_jieba(tmp_path: Path) -> None:
    import jieba

    jieba.dt.tmp_dir = str(tmp_path)
    from jieba import posseg

    for text in (NEWS, NEWS[::-1], "1-5月，F-35与COVID-19", "c++ 4s店 a_b ...x 的在g是2.0+ 江南style"):
        assert words(text) == list(jieba.cut(text))
        assert tagged(text) == tuple((pair.word, pair.flag) for pair in posseg.cut(text))
    for word in ("会议", "的", "青岛", "海岸新", "龘龘龘"):
        count = jieba.dt.FREQ.get(word)
        assert math.exp(-rarity(word)) == pytest.approx(count / jieba.dt.total if count else 0)


def test_terms_are_pairs_of_characters_and_each_character_once() -> None:
    assert Counter(terms("青岛西海岸新区，西海岸")) == Counter(
        "青岛 岛西 西海 海岸 岸新 新区 西海 海岸 青 岛 海 岸 新".split()
    )
    assert list(terms("")) == list(terms("，。 \n")) == []


def test_characters_that_stand_everywhere_are_no_terms_by_themselves() -> None:
    assert sorted(terms("的人")) == ["的人"]
    assert {"的", "人", "年", "日", "在"} <= COMMON
    assert not COMMON & set("青岛水海医")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-5月", "1 5 5月"),
        ("PM2.5", "pm2.5"),
        ("Ｆ－３５", "f 35 f35"),
        ("2.0版", "2.0 2.0版 版"),
        ("5G", "5g"),
        ("A股", "a 股"),
        ("COVID-19", "covid 19 covid19"),
        ("3.5%", "3.5%"),
        ("10-20%", "10 20%"),
        ("2023-07-21", "2023 07 21 2023年 7月 21日 7月21日"),
        ("C++和C#", "c++ c#"),
        ("“5+5+7”与1+X", "5 5 7 5+5+7 1 x 1+x"),
        ("1号店", "1 1号 号店 号 店"),
        ("Café Müller", "café müller"),
        ("Россия", "россия"),
        ("カタカナ", "カタカナ"),
        ("foo@bar.com", "foo bar com"),
    ],
)
def test_letters_and_digits(text: str, expected: str) -> None:
    assert sorted(terms(text)) == sorted(expected.split())


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_terms_of_many_are_those_of_each(texts: list[str]) -> None:
    assert term_texts(texts) == [term_text(text) for text in texts] == [" ".join(terms(text)) for text in texts]
    known = re.compile(rf"\w|[{HAN}]")
    assert all(term == fold(term) and known.search(term) for text in texts for term in terms(text))


def test_terms_of_more_texts_than_are_told_apart_at_once() -> None:
    texts = [f"第{number}次会议，海岸" for number in range(5000)]
    assert term_texts(texts) == [term_text(text) for text in texts]


@settings(deadline=None)
@given(TEXTS)
def test_what_a_question_asks_for_are_terms_of_its_text(text: str) -> None:
    asked = query_terms(text)
    assert asked.keys() <= set(terms(text))
    assert all(weight > 0 for weight in asked.values())
    assert set(terms(text)) - asked.keys() <= {term for term in terms(text) if len(term) == 1}


def test_pairs_that_are_words_count_more_than_those_across_words() -> None:
    asked = query_terms("青岛港口的大桥在2023年开通")
    assert asked["青岛"] == asked["港口"] == asked["大桥"] > asked["岛港"] == asked["口的"] > 0
    assert asked["2023"] > asked["2023年"] > asked["大桥"]
    assert query_terms("会议，会议") == query_terms("会议")
    assert query_terms("第3次")["3"] < query_terms("第300次")["300"]


def test_single_characters_count_if_they_are_words_or_rare() -> None:
    asked = query_terms("鲸在海里")
    assert asked["鲸"] > 0
    assert "在" not in asked
    assert "港" not in query_terms("青岛港口")  # too frequent to count inside a word
    assert query_terms("的") == {}


def test_words_of_a_list_are_terms_of_documents_and_questions() -> None:
    wordlist = Wordlist.parse("西海岸新区 = 黄岛区\n孙永红")
    plain, own = term_texts(["孙永红到黄岛区"])[0].split(), term_texts(["孙永红到黄岛区"], wordlist)[0].split()
    assert Counter(own) - Counter(plain) == Counter(["孙永红", "西海岸新区"])
    asked = query_terms("谁到西海岸新区", wordlist)
    assert asked.keys() - query_terms("谁到西海岸新区").keys() == {"西海岸新区"}


@pytest.mark.parametrize("unit", ["在", "会议", "龘", "a", "1", "a-", "1.", "c++", "é-", "\n", "。", "中华人民共和国"])
def test_terms_take_time_in_proportion(unit: str) -> None:
    started = time.perf_counter()
    found = set(terms(unit * (1_000_000 // len(unit))))
    assert time.perf_counter() - started < 10  # about one; what grows with the square takes hours
    assert max(map(len, found), default=0) <= 201


@settings(deadline=None)
@given(st.text(max_size=40) | st.text(st.characters(codec=None, exclude_categories=()), max_size=20))
def test_every_folded_character_knows_its_own(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded) + 1
    assert "".join(fold(char) for char in text) == folded
    assert all(char in fold(text[at]) for char, at in zip(folded, offsets, strict=False))


@settings(deadline=None)
@given(st.lists(st.text(max_size=20) | st.sampled_from(["５㎡", "㎡", "\0", "AB"]), max_size=6))
def test_texts_fold_together_as_they_do_alone(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


# Which characters there are, and their forms, is said anew by each version of Unicode.
@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="the file is written with Unicode 14")
def test_folds_are_those_of_unicode_and_opencc() -> None:
    assert FOLD_FILE.read_text("utf-8") == written()


def test_rare_characters_do_not_stall() -> None:
    tagged("初")
    started = time.perf_counter()
    tagged("龘" * 2000)
    assert time.perf_counter() - started < 2  # one took 8 ms


def test_a_sentence_is_tagged_once() -> None:
    assert tagged("会议今天召开。") is tagged("会议今天召开。")
