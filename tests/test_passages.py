"""Sentences and passages: whole sentences, verbatim, that cover the text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.layout import articles
from index.passages import STRETCH, TARGET, WHOLE, passages, sentences
from index.read import read
from index.types import Article, Span

SEEDS = sorted((Path(__file__).resolve().parent.parent / "seeds").glob("*.txt"))


def article(text: str) -> Article:
    return Article(id="a", source="a.txt", page=1, lines=(1, 1), text=text, spans=(Span(0, 1, 0, len(text)),))


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("会议召开。王清源出席。", ["会议召开。", "王清源出席。"]),
        ("他说：“很好。”大家笑了。", ["他说：“很好。”", "大家笑了。"]),
        ("“加油！”他说。", ["“加油！”他说。"]),
        ("怎么办？立即整改！", ["怎么办？", "立即整改！"]),
        ("排练《你好！世界》多时。", ["排练《你好！世界》多时。"]),
        ("会议（扩大。二）召开。", ["会议（扩大。二）召开。"]),
        ("占全市66.7%。增长2.5倍", ["占全市66.7%。", "增长2.5倍"]),
        ("……于是，他走了……再也没有回来。", ["……于是，他走了……", "再也没有回来。"]),
        ("标题\n正文。", ["标题", "正文。"]),
        ("分三期；一期十亿。", ["分三期；一期十亿。"]),
        (
            "It is a test. Version 2.0 works! This line\ngoes on.\n",
            ["It is a test.", "Version 2.0 works!", "This line\ngoes on."],
        ),
        (
            "He met Dr. Smith of the Andrew W. Mellon Foundation. He left.",
            ["He met Dr. Smith of the Andrew W. Mellon Foundation.", "He left."],
        ),
        ("见 https://a.cn/?id=1 。完", ["见 https://a.cn/?id=1 。", "完"]),
        ("他走了……！？”再没回来。", ["他走了……！？”", "再没回来。"]),
        ("The end.！完", ["The end.！", "完"]),
        ("快走！\n？”他说。", ["快走！", "？”", "他说。"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


TEXT = st.text(max_size=400) | st.lists(
    st.sampled_from([*"。！？…；，、：“”《》（）.\n 中国青岛7a", "会议强调，", "王清源出席。", "新区" * 30])
).map("".join)


@given(TEXT)
def test_sentences_hold_everything_but_white_space(text: str) -> None:
    end = 0
    for start, stop in sentences(text):
        assert not text[end:start].strip()
        assert start < stop
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()


@given(TEXT, st.integers(5, 60))
def test_passages_are_verbatim_ordered_and_complete(text: str, target: int) -> None:
    end = 0
    for ordinal, passage in enumerate(passages(article(text), target=target)):
        assert (passage.id, passage.article, passage.ordinal, passage.row) == (f"a-{ordinal}", "a", ordinal, 0)
        assert text[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text != ""
        one = len(sentences(passage.text)) == 1
        assert len(passage.text) <= (WHOLE if one else STRETCH) * target
        assert not text[end : passage.start].strip()
        end = passage.end
    assert not text[end:].strip()


def test_passages_prefer_paragraph_ends() -> None:
    paragraph = "会议强调，要抓好落实。" * 12 + "\n"  # 132 characters
    found = passages(article(paragraph * 3))
    assert [p.text for p in found] == [paragraph.strip()] * 3


def test_a_short_end_joins_the_passage_before() -> None:
    text = "会议强调，要抓好落实。" * 17 + "\n王清源出席。\n"
    assert [p.text for p in passages(article(text))] == [text.strip()]


def test_a_long_sentence_stays_whole() -> None:
    text = "会议听取汇报。出席的有" + "王清源、" * 200 + "李涛。会议结束。"
    assert [p.text[:11] for p in passages(article(text))] == ["会议听取汇报。", "出席的有王清源、王清源", "会议结束。"]


def test_what_is_too_long_for_a_sentence_is_cut_at_its_clauses() -> None:
    text = "一是加强领导，压实责任；" * 100 + "完成。"
    found = passages(article(text))
    assert all(p.text.endswith(("；", "。")) for p in found)
    assert max(len(p.text) for p in found) <= STRETCH * TARGET


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_seed_passages(path: Path) -> None:
    for found in (a for page in read(path, path.name) for a in articles(page)):
        pieces = passages(found)
        borders = {start for start, _ in sentences(found.text)}
        assert pieces
        for piece in pieces:
            assert found.text[piece.start : piece.end] == piece.text
            assert piece.start in borders, "a sentence is cut"
            low, high = found.places(piece.start, piece.end)[0].lines
            assert found.lines[0] <= low <= high <= found.lines[1]


@pytest.mark.parametrize("unit", ["中", "。", "，", "（", "《", "“", ".", "\n", "？”", "……"])
def test_cost_is_linear(unit: str) -> None:
    started = time.process_time()
    passages(article(unit * (300_000 // len(unit))))
    assert time.process_time() - started < 2.0
