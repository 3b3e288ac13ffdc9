"""The segmenter in numpy against the tokenizer it stands for: the same tokens in the same order, always."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from index import unigram
from index.encode import BUILTIN_FOLDER
from index.tokens import fold
from index.unigram import BulkTokenizer, Segmenter, make_segmenter

SEEDS = Path(__file__).parents[1] / "seeds"
PATTERN = r"\p{Han}+|\p{Nd}+|[[\p{L}\p{M}]&&[^\p{Han}]]+"

# What the tables must tell apart: Han of all blocks and its odd ones, other scripts, digits, marks, separators.
CHARACTERS = st.one_of(
    st.sampled_from("的是在中国人民报社会主义经济发展改革开放年月日青岛市政府工作报告"),
    st.sampled_from("國臺灣學與後來廣東龜龍"),
    st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF),
    st.sampled_from("〇々〡〆〻⺀⼀豈﨎鿿㐀"),
    st.sampled_from("あのカーﾊﾞ゙ㄅ한글"),
    st.sampled_from("abcxyzABCéßıǅжλא"),
    st.sampled_from("0123456789０１٣²½①"),
    st.sampled_from("\u0300\u0301\u3099\u20dd\ufe0f\u200d\u200b\ufeff\x00\x1f\x7f\n\r\t\u2028\u3000"),
    st.sampled_from("，。！？《》“”·—…-_[]()%$+"),
    st.sampled_from("😀👩🇨𝐀𞄀\U0010ffff\uffff\ufffe\ue000"),
    st.characters(exclude_categories=["Cs"]),
)
# Words of the vocabulary more often than single characters would make them.
WORDS = st.sampled_from(
    ["社会主义", "改革开放", "中华人民共和国", "的话", "不是", "2023", "1949", "apec", "internațional", "[UNK]"]
)
TEXTS = st.lists(st.one_of(CHARACTERS, WORDS), max_size=60).map("".join)


@pytest.fixture(scope="module")
def builtin() -> Segmenter:
    tokenizer = Tokenizer.from_file(str(BUILTIN_FOLDER / "tokenizer.json"))
    segmenter = make_segmenter(tokenizer)
    assert segmenter is not None
    return segmenter


def small(vocab: Sequence[tuple[str, float]], unknown: int | None = 0, **options: Any) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram(list(vocab), unknown, **options))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PATTERN), "removed", invert=True)
    return tokenizer


def expected(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


def found(segmenter: Segmenter, texts: Sequence[str]) -> list[list[int]]:
    ids, ends = segmenter.tokens(texts)
    assert len(ends) == len(texts)
    assert ids.size == (ends[-1] if texts else 0)
    return [part.tolist() for part in np.split(ids, ends)[:-1]]


def same(segmenter: Segmenter, texts: Sequence[str]) -> None:
    assert found(segmenter, texts) == expected(segmenter.tokenizer, texts)


def test_the_seeds(builtin: Segmenter) -> None:
    files = sorted(SEEDS.glob("*.txt"))
    assert len(files) == 5
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    same(builtin, lines)
    same(builtin, [fold(line) for line in lines])


@settings(deadline=None)
@given(texts=st.lists(TEXTS, max_size=6))
def test_mixtures(builtin: Segmenter, texts: list[str]) -> None:
    same(builtin, texts)


@pytest.mark.parametrize(
    "texts", [[], [""], ["", "", ""], ["。"], ["", "中", ""], ["\n", "中\n国", "\n\n"], ["中", "国"]]
)
def test_texts_do_not_run_into_each_other(builtin: Segmenter, texts: list[str]) -> None:
    same(builtin, texts)


def test_every_character_of_the_basic_plane(builtin: Segmenter) -> None:
    chars = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    # Between characters of each kind: a character of the kind joins them, all others part them.
    for example in ("国", "1", "a"):
        same(builtin, [example.join(["", *chars[start : start + 64], ""]) for start in range(0, len(chars), 64)])


@pytest.mark.parametrize("length", [255, 256, 257, 300])
@pytest.mark.parametrize("unit", ["会", "社会主义", "\u4dba", "a", "7", "の", "会\u4dba"])
def test_long_runs_on_both_sides_of_the_limit(builtin: Segmenter, unit: str, length: int) -> None:
    run = (unit * length)[:length]
    same(builtin, ["前文。", run, "后文", f"年{run}。{run}1", ""])


@pytest.mark.parametrize("unit", ["会", "社会主义", "a", "\U00020000", "会a", "会。"])
def test_hostile_texts_are_left_to_the_tokenizer_and_the_others_are_not(builtin: Segmenter, unit: str) -> None:
    same(builtin, ["改革开放", unit * 20_000, "", "青岛"])


def test_a_lone_surrogate_is_refused_as_the_tokenizer_does(builtin: Segmenter) -> None:
    with pytest.raises((TypeError, UnicodeError)) as theirs:
        builtin.tokenizer.encode_batch_fast(["中", "国\ud800"], add_special_tokens=False)
    with pytest.raises(theirs.type):
        builtin.tokens(["中", "国\ud800"])


@settings(deadline=None)
@given(
    words=st.lists(st.tuples(st.text("甲乙丙丁a1", min_size=1, max_size=5), st.integers(-8, 0)), max_size=25),
    scale=st.sampled_from([1.0, 0.1, 1e-3, 0.7]),
    texts=st.lists(st.text("甲乙丙丁ab1。", max_size=14), max_size=8),
)
def test_any_vocabulary_with_ties_rounding_and_unknown_characters(
    words: list[tuple[str, int]], scale: float, texts: list[str]
) -> None:
    segmenter = make_segmenter(small([("[UNK]", 0.0), *((word, score * scale) for word, score in words)]))
    assert segmenter is not None
    same(segmenter, texts)


def test_of_equally_good_paths_the_one_reached_first_is_taken() -> None:
    segmenter = make_segmenter(small([("[UNK]", 0.0), ("甲", -1.0), ("乙", -1.0), ("甲乙", -2.0), ("乙甲", -2.0)]))
    assert segmenter is not None
    same(segmenter, ["甲乙", "甲乙甲", "乙甲乙", "甲甲乙乙"])
    assert found(segmenter, ["甲乙"]) == [[3]]


@pytest.mark.parametrize(("last", "ids"), [(-7.0, [0, 3]), (-5.0, [0, 3]), (-4.99, [1, 2, 2]), (-1.0, [1, 2, 2])])
def test_an_unknown_character_costs_ten_more_than_the_rarest_word(last: float, ids: list[int]) -> None:
    # 丁 乙丙丙 costs 8 + 10 and nothing, 丁乙 丙 丙 costs 8 and twice the last.
    segmenter = make_segmenter(small([("[UNK]", 0.0), ("丁乙", -8.0), ("丙", last), ("乙丙丙", 0.0)]))
    assert segmenter is not None
    same(segmenter, ["丁乙丙丙"])
    assert found(segmenter, ["丁乙丙丙"]) == [ids]


def test_neighbouring_unknown_characters_are_one_token_but_not_across_runs() -> None:
    segmenter = make_segmenter(small([("?", 0.0), ("甲", -1.0)]))
    assert segmenter is not None
    assert found(segmenter, ["丁戊", "丁甲戊", "丁1", "丁。戊", "丁", "戊"]) == [
        [0],
        [0, 1, 0],
        [0, 0],
        [0, 0],
        [0],
        [0],
    ]


def changed(**changes: Any) -> Tokenizer:
    tokenizer = small([("[UNK]", 0.0), ("甲", -1.0)])
    for name, value in changes.items():
        setattr(tokenizer, name, value)
    return tokenizer


def padded() -> Tokenizer:
    tokenizer = changed()
    tokenizer.enable_padding()
    return tokenizer


def truncated() -> Tokenizer:
    tokenizer = changed()
    tokenizer.enable_truncation(3)
    return tokenizer


def with_token() -> Tokenizer:
    tokenizer = changed()
    tokenizer.add_tokens(["乙"])
    return tokenizer


@pytest.mark.parametrize(
    "tokenizer",
    [
        changed(normalizer=normalizers.NFKC()),
        changed(pre_tokenizer=None),
        changed(pre_tokenizer=pre_tokenizers.Split(Regex(r"\p{Han}+"), "removed", invert=True)),
        changed(pre_tokenizer=pre_tokenizers.Split(Regex(PATTERN), "isolated", invert=True)),
        changed(model=models.WordLevel({"[UNK]": 0, "甲": 1}, "[UNK]")),
        padded(),
        truncated(),
        with_token(),
        small([("[UNK]", 0.0), ("甲", -1.0)], None),
        small([("[UNK]", 0.0), ("甲", -1.0)], byte_fallback=True),
        small([("[UNK]", 0.0), ("甲", 25.0)]),
        small([("甲", 0.0), ("乙", -1.0)]),
    ],
)
def test_other_tokenizers_are_refused(tokenizer: Tokenizer) -> None:
    assert make_segmenter(tokenizer) is None
    texts = ["甲"] * unigram._BULK * 8
    assert [list(ids) for ids in BulkTokenizer(tokenizer)(texts)] == expected(tokenizer, texts)


def test_the_segmenter_is_made_only_when_many_texts_came_in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Segmenter | None] = []
    monkeypatch.setattr(unigram, "make_segmenter", lambda tokenizer: made.append(make_segmenter(tokenizer)) or made[-1])
    tokenizer = small([("[UNK]", 0.0), ("甲", -1.0), ("甲甲", -1.5)])
    bulk = BulkTokenizer(tokenizer)
    few, many = ["甲甲甲"] * (unigram._BULK - 1), ["甲甲甲", "", "乙"] * unigram._BULK
    for _ in range(10):
        assert [list(ids) for ids in bulk(few)] == expected(tokenizer, few)
    assert [list(ids) for ids in bulk(many)] == expected(tokenizer, many)
    assert made == []
    for _ in range(3):
        assert [list(ids) for ids in bulk(many)] == expected(tokenizer, many)
    assert len(made) == 1


def test_the_tables_belong_to_the_tokenizer(builtin: Segmenter) -> None:
    """Every word of one kind is found as itself or as better parts, by its own score."""
    vocab = json.loads(builtin.tokenizer.to_str())["model"]["vocab"]
    same(builtin, [word for word, _ in vocab])
