"""Terms and tags: linear in the text, in words that give it back, and from a cache nobody else can write."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import tokens
from index.tokens import fold, tagged, terms, words

TEXTS = st.text(alphabet=st.sampled_from("在青岛新區龘𪚥齉a1，。 ％会议"), max_size=60) | st.text(max_size=40)


@settings(deadline=None)
@given(TEXTS)
def test_words_give_the_text_back(text: str) -> None:
    assert "".join(words(text)) == text
    assert "".join(word for word, _ in tagged(text)) == text


@pytest.mark.parametrize("text", ["在" * 700, "龘" * 700, "会议" * 350, "a" * 700])
def test_long_runs_give_the_text_back(text: str) -> None:
    assert "".join(words(text)) == text
    assert "".join(word for word, _ in tagged(text)) == text
    assert {len(term) for term in terms(text)} <= {*range(1, 201)}


def test_traditional_script_is_tagged_like_simplified() -> None:
    simple = tagged("孙永红到青岛西海岸新区调研企业")
    assert [flag for _, flag in tagged("孫永紅到青島西海岸新區調研企業")] == [flag for _, flag in simple]
    assert "".join(fold(word) for word, _ in tagged("孫永紅到青島")) == "孙永红到青岛"


def test_normal_text_is_not_cut() -> None:
    text = "会议指出，要把发展经济的着力点放在实体经济上。" * 40
    import jieba

    assert words(text) == list(jieba.cut(text))


def test_rare_characters_do_not_stall() -> None:
    tagged("初")
    started = time.perf_counter()
    tagged("龘" * 2000)
    assert time.perf_counter() - started < 2  # one took 8 ms


def test_a_sentence_is_tagged_once() -> None:
    assert tagged("会议今天召开。") is tagged("会议今天召开。")


@pytest.mark.parametrize("harm", ["open", "link", "file"])
def test_dictionary_cache_is_in_a_folder_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    named = tmp_path / f"wenbao-{os.getuid()}"
    assert tokens._private_folder() == named == tokens._private_folder()
    named.rmdir()
    if harm == "open":
        named.mkdir()
        named.chmod(0o777)
    elif harm == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        named.symlink_to(tmp_path / "elsewhere")
    else:
        named.touch()
    own = tokens._private_folder()
    assert own != named
    assert (own.stat().st_uid, own.stat().st_mode & 0o777) == (os.getuid(), 0o700)
