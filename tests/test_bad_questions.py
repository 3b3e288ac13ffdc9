"""Questions that are none: whatever is typed or pasted gives hits, an answer, a refusal or one clear line, and the same twice."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import UsageError, build, load_encoder
from qa.cli import main
from qa.engine import Engine
from qa.output import answer_json, answer_text, hit_json, hit_text
from qa.types import Answer, Hit

SEEDS = Path(__file__).parent.parent / "seeds"
REAL = "翰博光电生产基地项目总投资约多少?"
SHOWN = 200
"""Characters of a bad question that may be in a message."""


def _of(*categories: str, most: int = 12) -> st.SearchStrategy[str]:
    return st.text(st.characters(categories=categories), min_size=1, max_size=most)


CHINESE_STOP_WORDS = (
    "的 了 是 在 和 与 吗 呢 啊 吧 也 都 就 而 及 这 那 什么 谁 哪里 多少 为什么 怎么 请问 一下 有没有".split()
)
STOP_WORDS = [*CHINESE_STOP_WORDS, *"the of a is what who where when how does in and le la el der die и в".split()]
EMOJI = ["😀", "👨‍👩‍👧", "🇨🇳", "👍🏽", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☃"]
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
FOREIGN = [
    "ማን ሊቀመንበር ነበር", "ვინ უხელმძღვანელა შეხვედრას", "Ո՞վ է նախագահել", "ใครเป็นประธานการประชุม", "מי ניהל את הישיבה?",
    "من ترأس الاجتماع؟", "誰が会議を主宰しましたか", "누가 회의를 주재했습니까", "बैठक की अध्यक्षता किसने की", "ᐃᓄᒃᑎᑐᑦ", "𐎠𐎡𐎢", "Kuka johti kokousta?",
    "ཚོགས་འདུ་སུས་གཙོ་སྐྱོང་བྱས།", "Ai đã chủ trì cuộc họp?", "ⰀⰁⰂ", "𠀀𠀁𪜀",
]  # fmt: skip
ANY = st.text(st.characters(), min_size=1, max_size=60)
BAD = st.one_of(
    st.lists(st.sampled_from(STOP_WORDS), min_size=1, max_size=8).map("".join),
    st.lists(st.sampled_from(STOP_WORDS), min_size=1, max_size=8).map(" ".join),
    _of("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So"),
    _of("Nd", "Nl", "No"),
    st.characters(),
    st.lists(st.sampled_from(EMOJI), min_size=1, max_size=6).map("".join),
    _of("Cc", "Zs", "Zl", "Zp"),
    _of("Cf", "Mn", "Me"),
    _of("Cs", "Co", "Cn"),
    st.text(INVISIBLE, min_size=1, max_size=12),
    st.sampled_from(FOREIGN),
    st.lists(st.sampled_from([*FOREIGN, *STOP_WORDS, *EMOJI, "2023年", "\x00", "\ud83d", REAL]), max_size=6).map(
        "".join
    ),
    ANY,
)
NASTY = ("(" * 2000, "的" * 1999 + "?", "1" * 2000, "和" * 500 + "分别", "A和B各" * 400, "《" * 1000 + "》" * 1000, "第一百" * 600,
         "2023年" * 400, "\u0301" * 2000, "哪些" * 1000, "👨‍👩‍👧" * 400, "a " * 999)  # fmt: skip


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        build([SEEDS], Path(folder) / "home", encoder=load_encoder())
        yield Path(folder) / "home"


@pytest.fixture(scope="module")
def engine(home: Path) -> Engine:
    return Engine(home)


def clear(error: UsageError) -> None:
    said = str(error)
    assert said.isprintable()
    assert 10 < len(said) < SHOWN


def asked(engine: Engine, text: str, history: tuple[str, ...] = ()) -> tuple[list[Hit], Answer] | None:
    """Hits and answer, whole and fit to be shown; None where the question was refused in one clear line."""
    try:
        hits = engine.search(text)
        answer = replace(engine.ask(text, history), seconds=0.0)
    except UsageError as error:
        clear(error)
        return None
    assert [hit.rank for hit in hits] == [*range(1, len(hits) + 1)]
    assert all(math.isfinite(hit.score) for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert answer.refused or answer.citations
    for shown in (answer_text(answer), *map(hit_text, hits)):
        shown.encode()
    json.dumps([answer_json(answer), *map(hit_json, hits)], ensure_ascii=False).encode()
    return hits, answer


@settings(max_examples=200, deadline=None)
@given(BAD)
@example("\ud83d")
@example("\x00")
@example("\u200b")
def test_anything_is_answered_or_refused_and_the_same_twice(engine: Engine, text: str) -> None:
    first = asked(engine, text)
    assert asked(engine, text) == first
    if any(unicodedata.category(char)[0] in "LN" for char in text):
        assert first is not None, "a question with a letter or a digit in it is a question"


@settings(max_examples=40, deadline=None)
@given(st.lists(BAD, max_size=3).map(tuple))
def test_any_history(engine: Engine, history: tuple[str, ...]) -> None:
    assert asked(engine, "那是谁?", history) == asked(engine, "那是谁?", history)


@pytest.mark.parametrize("text", NASTY, ids=lambda text: text[:4].encode("unicode_escape").decode())
def test_long_questions_of_little_sense(engine: Engine, text: str) -> None:
    assert asked(engine, text) is not None


@pytest.mark.parametrize("text", ["的了在和", "?!。，", "\u200b\u202e", "😀", "𐎠𐎡𐎢", "\ue000\ue001"])
def test_what_says_nothing_answers_nothing(engine: Engine, text: str) -> None:
    found = asked(engine, text)
    assert found is None or found[1].refused


def test_a_pasted_text_is_a_question(engine: Engine) -> None:
    """Ten thousand characters find the article that they begin with."""
    article = max(engine.archive.articles(), key=lambda article: len(article.text))
    text = (article.text * 20)[:10_000]
    found = asked(engine, text)
    assert found is not None
    assert found[0][0].article.id == article.id


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(REAL)), st.sampled_from(INVISIBLE)), min_size=1, max_size=4))
def test_what_cannot_be_seen_changes_nothing(engine: Engine, marks: list[tuple[int, str]]) -> None:
    text = list(REAL)
    for place, mark in sorted(marks, reverse=True):
        text.insert(place, mark)
    found, right = asked(engine, "".join(text)), asked(engine, REAL)
    assert found is not None
    assert right is not None
    assert found[0] == right[0]
    assert (found[1].answer, found[1].short) == (right[1].answer, right[1].short)


@settings(max_examples=15, deadline=None)
@given(BAD)
def test_the_command_line_gives_one_line_or_an_answer(home: Path, text: str) -> None:
    for command in ("ask", "search"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WENBAO_HOME", str(home))
            assert main([command, "--json", "--", text.replace("\x00", "")]) in (0, 1)


def test_a_batch_of_all_of_them(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [*STOP_WORDS, *EMOJI, *FOREIGN, *INVISIBLE, "\x00", "\ud83d", "?", "7", *NASTY]
    lines = [json.dumps({"id": str(number), "question": f"{text}x"}) for number, text in enumerate(texts)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    for command in ("ask", "search"):
        output = tmp_path / f"{command}.jsonl"
        arguments = ["--batch", str(tmp_path / "in.jsonl"), "--output", str(output), "--home", str(home)]
        assert main([command, *arguments]) == 0
        assert len(output.read_text(encoding="utf-8").splitlines()) == len(texts)
    assert capsys.readouterr().err == ""
