"""Files to pages of lines: encodings, line breaks, and what is refused."""

from __future__ import annotations

import os
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import SAMPLES

from index.chars import ink, pairs, plain
from index.errors import SourceError
from index.formats.text import load, split_lines
from index.read import SUFFIXES, read

ZH = "本报讯 7月21日下午，会议召开。\n　　王清源出席。\n"
HANT = "本報訊 昨日下午，會議召開，學習貫徹精神，聽取了關於環境的匯報。\n"


def lines(path: Path) -> list[str]:
    (page,) = read(path, "页.txt")
    assert (page.source, page.number) == ("页.txt", 1)
    assert [line.number for line in page.lines] == list(range(1, len(page.lines) + 1))
    return [line.text for line in page.lines]


def write(folder: Path, data: bytes) -> Path:
    path = folder / "页.txt"
    path.write_bytes(data)
    return path


WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", *WIDE])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert lines(write(tmp_path, ZH.encode(encoding))) == ["本报讯 7月21日下午，会议召开。", "　　王清源出席。"]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "big5hkscs", *WIDE])
def test_traditional_script_in_either_legacy_encoding(tmp_path: Path, encoding: str) -> None:
    assert lines(write(tmp_path, HANT.encode(encoding))) == [HANT.strip()]


def test_plain_english_and_latin_1(tmp_path: Path) -> None:
    assert lines(write(tmp_path, b"Hello, world.")) == ["Hello, world."]
    with pytest.raises(SourceError, match="encoding is not known"):
        list(read(write(tmp_path, "Où est le café ? Là-bas, près de l'église.".encode("latin-1")), "a.txt"))


@pytest.mark.parametrize("encoding", ["utf-8", *WIDE])
def test_english_in_every_unicode_encoding(tmp_path: Path, encoding: str) -> None:
    assert lines(write(tmp_path, "Hello, world.\nGood day.\n".encode(encoding))) == ["Hello, world.", "Good day."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "gb18030"])
def test_a_damaged_character_costs_only_itself(tmp_path: Path, encoding: str) -> None:
    """A file cut off within a character, and half a surrogate pair, as in a download that broke off."""
    notes: list[str] = []
    data = (ZH * 20 + "国").encode(encoding)[:-1]
    (page,) = read(write(tmp_path, data), "页.txt", notes.append)
    assert [line.text for line in page.lines[:-1]] == (ZH * 20).split("\n")[:-1]
    assert page.lines[-1].text == "\ufffd"
    assert notes == ["1 damaged character(s) cannot be read and stand as \ufffd; the rest is kept"]
    lone = (ZH * 20).encode("utf-16-le") + b"\x00\xd8" + "国".encode("utf-16-le")
    (page,) = read(write(tmp_path, lone), "页.txt", notes.append)
    assert page.lines[-1].text == "\ufffd国"


def test_zero_bytes_in_a_text(tmp_path: Path) -> None:
    assert lines(write(tmp_path, ZH.encode() + bytes(20))) == ZH.split("\n")[:-1]
    assert lines(write(tmp_path, "会议\0召开，学习贯彻精神。".encode("gb18030"))) == ["会议\0召开，学习贯彻精神。"]


def test_right_to_left_text_is_kept_as_it_is(tmp_path: Path) -> None:
    text = "\u202e会议\u202c \u200fשלום\u200e مرحبا"
    assert lines(write(tmp_path, text.encode())) == [text]


def test_a_line_of_any_length(tmp_path: Path) -> None:
    (line,) = lines(write(tmp_path, ("国" * 2_000_000).encode("gb18030")))
    assert len(line) == 2_000_000


@pytest.mark.parametrize("suffix", sorted(SUFFIXES - {".csv", ".tsv", ".jsonl", ".ndjson", ".pdf"}))
def test_two_gigabytes_are_refused_unread(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(SourceError, match=r"larger than|not a|damaged|is no"):
        list(read(path, path.name, ocr=True))


def test_only_real_line_breaks_split(tmp_path: Path) -> None:
    text = "一\r\n二\r三\n\n四\u2028五\x0b六\x0c七\x85八\u2029九"
    assert lines(write(tmp_path, text.encode())) == ["一", "二", "三", "", "四\u2028五\x0b六\x0c七\x85八\u2029九"]


def test_a_line_keeps_its_spaces(tmp_path: Path) -> None:
    assert lines(write(tmp_path, " 　 □记者 李涛 报道 \t\n".encode())) == [" 　 □记者 李涛 报道 \t"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (" \n　\n".encode(), "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (bytes(range(256)) * 20, "binary data"),
        (b"\x88PNG\r\n\x1a\n" + bytes(400), "binary data"),
        (b"PL\x03\x04" + b"\x00\x01\x02\x03" * 100, "binary data"),
        (b"\x89PNG\r\n\x1a\n" + bytes(400), "really a PNG image"),
        (b"%PDF-1.7\n1 0 obj", "really a PDF file"),
        (b"PK\x03\x04" + b"\x00\x01\x02\x03" * 100, "really a zip archive"),
        (SAMPLES[".docx"], "really a Word document"),
        (SAMPLES[".epub"], "really an EPUB book"),
        (b"\xef\xbb\xbf \n<!DOCTYPE HTML><p>x", "really an HTML page"),
        (b"<html><p>x", "really an HTML page"),
        (b"{\\rtf1", "really a Rich Text file"),
        (b"\xff\xfe\x00\xd8\x00\x00", "UTF-16"),
        (b"\xff\xfe\x41", "UTF-16"),
    ],
)
def test_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        list(read(write(tmp_path, data), "页.txt"))
    assert str(caught.value).startswith("页.txt: ")
    assert "\n" not in str(caught.value)


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    for number in range(50):
        data = random.Random(number).randbytes(2000)
        with pytest.raises(SourceError):
            list(read(write(tmp_path, data), "a.txt"))


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.txt: cannot be opened"):
        list(read(tmp_path / "a.txt", "a.txt"))
    folder = tmp_path / "b.txt"
    folder.mkdir()
    with pytest.raises(SourceError, match="cannot be opened"):
        list(read(folder, "b.txt"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(SourceError, match="not a regular file"):
        list(read(tmp_path / "a.txt", "a.txt"))


@pytest.mark.parametrize("name", [b"\xd0\xc2\xb8\xdb.txt", b"a\nb.txt", b"a.t\nxt", b"a.\xd0\xc2"])
def test_names_that_are_no_text(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        list(read(path, "\ufffd.txt"))
    assert str(caught.value).startswith("\ufffd.txt: ")
    assert str(caught.value).isprintable()


def test_a_forbidden_file(tmp_path: Path) -> None:
    path = write(tmp_path, b"x")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read everything, nobody may not
    try:
        with pytest.raises(SourceError, match="Permission denied"):
            list(read(path, "a.txt"))
    finally:
        if root:
            os.seteuid(0)


def test_other_formats_are_named(tmp_path: Path) -> None:
    assert ".txt" in SUFFIXES
    with pytest.raises(SourceError, match=r"\.xyz is not a format"):
        list(read(tmp_path / "a.xyz", "a.xyz"))
    assert lines(write(tmp_path, ZH.encode()).rename(tmp_path / "A.TXT"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs files that do not know their size")
def test_a_file_longer_than_its_size_says() -> None:
    path = Path("/proc/self/status")
    assert path.stat().st_size == 0
    assert load(path, "a").endswith(path.read_bytes()[-20:])
    with pytest.raises(SourceError, match="larger than"):
        load(path, "a", limit=9)


@given(st.text("\r\n\x0b\u2028一"))
def test_every_line_break_parts_two_lines(text: str) -> None:
    pieces = split_lines(text)
    assert all(not set(piece) & set("\r\n") for piece in pieces)
    assert len(pieces) == len(re.findall("\r\n|\r|\n", text)) + (not text.endswith(("\r", "\n")) and text != "")
    assert "".join(pieces) == re.sub("[\r\n]", "", text)


@given(st.text("一a。\U00020000 \t\u3000\xa0\u200b\ufeff\x00\x85\u2029"))
def test_ink_is_all_that_shows(text: str) -> None:
    shown = [place for place, char in enumerate(text) if char in "一a。\U00020000"]
    assert ink(text) == ((shown[0], shown[-1] + 1) if shown else (0, 0))


@given(st.text("一二\U00020000\ud800a", max_size=9), st.text("一二\U00020000\ud800a", max_size=9))
def test_texts_share_the_pairs_that_stand_in_both(one: str, other: str) -> None:
    both = {*pairwise(one)} & {*pairwise(other)}
    assert len(pairs(one) & pairs(other)) == len(both)


@given(st.text())
def test_the_plain_form_keeps_every_place(text: str) -> None:
    form = plain(text)
    assert len(form) == len(text)
    assert plain(form) == form
    assert plain(text[1:]) == form[1:]
