"""Zip files are folders: what is in them is read, cited and kept up to date like files beside them."""

import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import PAGES, CountingEncoder, found_by, texts

from index import Archive, BuildReport, SourceError, build
from index.files.zips import Unpacker, members

PAGE = PAGES["大桥.txt"]


def write_zip(path: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def read(folder: Path, home: Path) -> BuildReport:
    return build([folder], home, encoder=CountingEncoder())


def test_members_are_sources_with_their_own_places(pages, home):
    write_zip(pages / "2023.zip", {"11/15/01.txt": PAGE, "11/15/02.txt": PAGES["公园.txt"].encode("gb18030")})
    report = read(pages, home)
    assert report.added == ("2023.zip/11/15/01.txt", "2023.zip/11/15/02.txt", *sorted(PAGES))
    assert texts(home)["2023.zip/11/15/01.txt"] == texts(home)["大桥.txt"]
    assert "2023.zip/11/15/02.txt" in found_by(home, "公园")
    with Archive.open(home) as archive:
        assert archive.page("2023.zip/11/15/01.txt").lines[0].text == "大桥合龙"


def test_only_members_that_changed_are_read_again(pages, home):
    archive = write_zip(pages / "a.zip", {"1.txt": PAGE, "2.txt": PAGES["公园.txt"]})
    read(pages, home)
    assert read(pages, home).generation == 1

    write_zip(archive, {"1.txt": PAGE, "2.txt": PAGES["公园.txt"] + "山下有河。\n"})
    report = read(pages, home)
    assert (report.changed, report.removed, report.added) == (("a.zip/2.txt",), (), ())

    write_zip(archive, {"2.txt": PAGES["公园.txt"] + "山下有河。\n"})
    assert read(pages, home).removed == ("a.zip/1.txt",)
    archive.unlink()
    assert read(pages, home).removed == ("a.zip/2.txt",)


def test_a_zip_alone_can_be_given(tmp_path, home):
    archive = write_zip(tmp_path / "a.zip", {"1.txt": PAGE})
    assert read(archive, home).added == ("a.zip/1.txt",)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "big5"])
def test_names_in_the_code_page_of_whoever_packed_it(tmp_path, encoding):
    # zipfile writes names beyond ASCII as UTF-8 with a flag; other packers write bytes and no flag.
    raw = "版面/港口.txt".encode(encoding)
    archive = write_zip(tmp_path / "a.zip", {"x" * len(raw): PAGE})
    archive.write_bytes(archive.read_bytes().replace(b"x" * len(raw), raw))
    (member,) = members(archive)
    assert str(member.path) == "版面/港口.txt"
    with Unpacker() as unpacker, unpacker.unpacked(archive, member, "a") as copy:
        assert copy.read_text(encoding="utf-8") == PAGE


def link_entry() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("link.txt")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def test_what_is_not_taken_is_named_and_the_rest_is(pages, home, tmp_path):
    with zipfile.ZipFile(pages / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("good.txt", PAGE)
        made.writestr("../out.txt", PAGE)
        made.writestr("/etc/out.txt", PAGE)
        made.writestr("C:/out.txt", PAGE)
        made.writestr(link_entry(), "/etc/passwd")
        made.writestr("inner.zip", b"PK")
        made.writestr("app.exe", b"MZ")
        made.writestr("__MACOSX/._good.txt", b"\0")
        made.writestr(".DS_Store", b"\0")
        made.writestr("bomb.txt", b"\0" * (80 << 20))
    report = read(pages, home)
    assert report.added == ("a.zip/good.txt", *sorted(PAGES))
    reasons = {refusal.source.removeprefix("a.zip/"): refusal.reason for refusal in report.refused}
    assert set(reasons) == {"out.txt", "etc/out.txt", "C:/out.txt", "link.txt", "inner.zip", "app.exe", "bomb.txt"}
    assert "leads out" in reasons["out.txt"]
    assert "zip inside a zip" in reasons["inner.zip"]
    assert "almost nothing" in reasons["bomb.txt"]
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all" * 100])
def test_what_is_no_zip(pages, home, data):
    (pages / "a.zip").write_bytes(data)
    report = read(pages, home)
    assert [(refusal.source, refusal.reason) for refusal in report.refused] == [
        ("a.zip", "is not a whole zip file. Pack it again.")
    ]


def test_a_member_that_is_damaged_is_refused_alone(pages, home):
    archive = write_zip(pages / "a.zip", {"1.txt": PAGE * 50, "2.txt": PAGES["公园.txt"]})
    data = bytearray(archive.read_bytes())
    start = data.index(b"1.txt") + 10
    data[start : start + 20] = bytes(20)
    archive.write_bytes(data)
    report = read(pages, home)
    assert "a.zip/2.txt" in report.added
    assert [refusal.source for refusal in report.refused] == ["a.zip/1.txt"]
    assert "cannot be unpacked" in report.refused[0].reason


@given(st.data())
def test_a_mutated_zip_is_read_or_refused(tmp_path_factory, data):
    archive = write_zip(tmp_path_factory.mktemp("z") / "a.zip", {"1.txt": PAGE, "版.txt": PAGE})
    mutated = bytearray(archive.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    archive.write_bytes(mutated)
    try:
        for member in members(archive):
            if not member.problem:
                with Unpacker() as unpacker, unpacker.unpacked(archive, member, "a") as copy:
                    assert copy.stat().st_size == member.size
    except SourceError:
        pass
