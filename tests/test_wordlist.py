"""Word lists: what a file may hold, which words are found where, and that a list is kept as it was."""

import pickle
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError
from index.tokens import fold
from index.wordlist import NO_WORDS, Wordlist, read_wordlist

LINES = st.text("甲乙丙丁ab1 =#n", max_size=12) | st.text(max_size=8)


def found(listed: str, text: str) -> list[str]:
    return Wordlist.parse(listed).found([fold(text)])[0]


def test_lines_are_words_as_jieba_reads_them_or_names_of_one_thing(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text(
        "\ufeff# 地名\n西海岸新区 = 黄岛区=青岛西海岸\n\n孙永红 3 nr\n5G网络 n\n大湾区 12\nNew  York\nＡＴ＆Ｔ\n區\n",
        "utf-8",
    )

    assert read_wordlist(file).groups == (
        ("西海岸新区", "黄岛区", "青岛西海岸"),
        ("孙永红",),
        ("5g网络",),
        ("大湾区",),
        ("new york",),
        ("at&t",),
    )


def test_names_of_one_thing_are_found_by_the_first() -> None:
    listed = "西海岸新区=黄岛区\n孙永红\nNew York=纽约市"
    assert found(listed, "孙永红到黄島區，西海岸新区") == ["孙永红", "西海岸新区", "西海岸新区"]
    assert found(listed, "纽约市，NEW YORK") == ["newyork", "newyork"]
    assert found(listed, "黄岛") == found(listed, "") == []


def test_each_text_has_its_own() -> None:
    wordlist = Wordlist.parse("黄岛区\n区人")
    assert wordlist.found(["", "黄岛区", "黄岛", "区人大", ""]) == [[], ["黄岛区"], [], ["区人"], []]
    assert wordlist.found([]) == []
    assert NO_WORDS.found(["黄岛区", ""]) == [[], []]


def test_the_longest_from_the_left() -> None:
    assert found("青岛西海岸\n西海岸新区\n青岛", "青岛西海岸新区") == ["青岛西海岸"]
    assert found("青岛\n青岛市民", "青岛市，青岛市民") == ["青岛", "青岛市民"]


def test_letters_and_digits_stand_by_themselves() -> None:
    assert found("app\n5g网", "app，apps，myapp，用app看 5g网 15g网") == ["app", "app", "5g网"]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("甲乙\n丙=", "w.txt, line 2: .*two characters or more"),
        ("甲乙=丙", "line 1: .*two characters or more"),
        ("甲乙=丙丁\n戊己=丙丁", "line 2: .丙丁. has other names already"),
        ("甲乙=丙丁\n丙丁=戊己", "line 2: .丙丁. has other names already"),
        ("甲乙=丙丁\n戊己=甲乙", "line 2: .甲乙. has other names already"),
        ("。。。", "line 1: .* is no word"),
        ("字" * 61, "line 1: 61 characters are no word"),
    ],
)
def test_what_is_no_word_is_named_with_its_line(listed: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Wordlist.parse(listed, "w.txt")


def test_names_may_be_given_line_by_line() -> None:
    assert Wordlist.parse("丙丁\n甲乙=丙丁\n甲乙=戊己\n甲乙").groups == (("甲乙", "丙丁", "戊己"),)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.txt: the word list cannot be read"):
        read_wordlist(tmp_path / "missing.txt")
    with pytest.raises(UsageError, match="cannot be read"):
        read_wordlist(tmp_path)
    (tmp_path / "old.txt").write_bytes("孙永红\n李涛\n".encode("gb18030"))
    with pytest.raises(UsageError, match=r"old\.txt, line 1: not UTF-8"):
        read_wordlist(tmp_path / "old.txt")


@settings(deadline=None)
@given(st.lists(LINES, max_size=6).map("\n".join))
def test_a_list_is_kept_as_it_was(listed: str) -> None:
    try:
        wordlist = Wordlist.parse(listed)
    except UsageError:
        return
    assert Wordlist.parse(wordlist.text) == wordlist == pickle.loads(pickle.dumps(wordlist))


@settings(deadline=None)
@given(
    st.lists(st.text("甲乙丙a1", min_size=2, max_size=4), min_size=1, max_size=5, unique=True),
    st.lists(st.text("甲乙丙a1，", max_size=20), max_size=3),
)
def test_words_are_found_where_they_stand(words: list[str], texts: list[str]) -> None:
    wordlist = Wordlist.parse("\n".join(words))
    for text, got in zip(texts, wordlist.found(texts), strict=True):
        rest = text
        for word in got:
            assert word in words
            assert word in rest
            rest = rest[rest.index(word) + len(word) :]
        chinese = [word for word in words if not (word[0] + word[-1]).isascii() and word in text]
        assert got or not [word for word in chinese if not word[0].isascii() and not word[-1].isascii()]


def test_thousands_of_words_take_no_longer() -> None:
    wordlist = Wordlist.parse("\n".join(f"{chr(0x4E00 + n % 5000)}{chr(0x4E00 + n // 7)}名" for n in range(20_000)))
    started = time.perf_counter()
    wordlist.found(["会议今天在青岛召开，孙永红讲话。" * 10] * 2000)
    assert time.perf_counter() - started < 10  # well below one; trying each word at each place takes hours
