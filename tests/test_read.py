"""Files to pages of lines: encodings, line breaks, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import SourceError
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    assert lines(write(tmp_path, ZH.encode(encoding))) == ["本报讯 7月21日下午，会议召开。", "　　王清源出席。"]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16"])
def test_traditional_script_in_either_legacy_encoding(tmp_path: Path, encoding: str) -> None:
    assert lines(write(tmp_path, HANT.encode(encoding))) == [HANT.strip()]


def test_plain_english_and_latin_1(tmp_path: Path) -> None:
    assert lines(write(tmp_path, b"Hello, world.")) == ["Hello, world."]
    with pytest.raises(SourceError, match="encoding is not known"):
        list(read(write(tmp_path, "Où est le café ? Là-bas, près de l'église.".encode("latin-1")), "a.txt"))


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
        (b"\x89PNG\r\n\x1a\n" + bytes(400), "binary data"),
        (b"PK\x03\x04" + b"\x00\x01\x02\x03" * 100, "binary data"),
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
    import random

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
