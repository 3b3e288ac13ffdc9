"""Terms and tags: those of jieba, linear in the text, in words that give it back; folds as Unicode and OpenCC give."""

from __future__ import annotations

import math
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.tokens import FOLD_FILE, fold, fold_with_offsets, rarity, tagged, term_text, term_texts, terms, words
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


def test_terms_are_words_parts_of_words_and_bigrams() -> None:
    assert Counter(terms("青岛西海岸新区")) == Counter(
        "青岛 西海 海岸 西海岸 新区 青岛 岛西 西海 海岸 岸新 新区".split()
    )
    assert list(terms("")) == list(terms("，。 \n")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-5月", "1 5 月"),
        ("PM2.5", "pm2.5"),
        ("Ｆ－３５", "f 35 f35"),
        ("2.0版", "2.0 版"),
        ("5G", "5g"),
        ("A股", "a 股"),
        ("COVID-19", "covid 19 covid19"),
        ("3.5%", "3.5%"),
        ("10-20%", "10 20%"),
        ("2023-07-21", "2023 07 21"),
        ("C++与C#", "c++ 与 c#"),
        ("1号店", "1 1号店 号店"),
        ("Café Müller", "café müller"),
        ("Россия", "россия"),
        ("foo@bar.com", "foo bar com"),
    ],
)
def test_letters_and_digits(text: str, expected: str) -> None:
    assert sorted(terms(text)) == sorted(expected.split())


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_terms_of_many_are_those_of_each(texts: list[str]) -> None:
    assert term_texts(texts) == [term_text(text) for text in texts] == [" ".join(terms(text)) for text in texts]
    assert all(term == fold(term) and any(char.isalnum() for char in term) for text in texts for term in terms(text))


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
