"""Bad files among good ones: each is named with what to do, the good ones are in the archive, nothing is left behind."""

import io
import json
import os
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from pages import PAGES, CountingEncoder, found_by, texts, write_pages
from prints import column, draw, make
from samples import CONTAINER, SAMPLES, W, docx, epub, paragraph, xhtml, zipped

from index import Archive, BuildReport, build
from index.archive import reading
from index.doctor import check

PAGE = PAGES["大桥.txt"]
PDF = make([draw(column(50, 140, "港口今天开航" * 10))])
LAUGHS = "<!DOCTYPE d [<!ENTITY a0 '哈哈哈哈哈哈哈哈'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def built(pages: Path, home: Path, *, ocr: bool = False) -> BuildReport:
    """Build, and check what holds whatever the bad files are."""
    report = build([pages], home, encoder=CountingEncoder(), ocr=ocr)
    with Archive.open(home) as archive:
        assert set(PAGES) <= {source.source for source in archive.sources()}
    assert found_by(home, "开航")[:1] != []
    assert check(home) == []
    for refusal in (*report.refused, *report.notes):
        assert refusal.source.isprintable()
        assert refusal.reason.isprintable()
    # jieba's dictionary stays, for the next start.
    assert {path.name for path in Path(tempfile.gettempdir()).iterdir()} <= {f"wenbao-{os.getuid()}"}
    return report


def refused(pages: Path, home: Path, name: str, data: bytes | str, *, ocr: bool = False) -> str:
    """Why the file is refused; it must be the only one."""
    (pages / name).write_bytes(data.encode() if isinstance(data, str) else data)
    report = built(pages, home, ocr=ocr)
    assert [refusal.source for refusal in report.refused] == [name]
    return report.refused[0].reason


def pdf(*objects: str, trailer: str = "") -> bytes:
    """A PDF of these objects, the first being its catalogue; its table is left for the reader to find out."""
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.7\n{body}trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\n%%EOF".encode()


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(900))) + chunk(b"IEND", b"")


CATALOGUE = "<</Type/Catalog/Pages 2 0 R>>"
ENCRYPTED = f"<</Filter/Standard/V 2/R 3/Length 128/P -44/O<{'11' * 32}>/U<{'22' * 32}>>>"
LOOP = "<</Type/Pages/Kids[2 0 R 3 0 R]/Count 5/Parent 3 0 R>>"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"", "is empty"),
        ("a.pdf", PDF[: len(PDF) // 2], "is damaged|no page"),
        ("a.pdf", make([]), "has no page"),
        ("a.pdf", pdf(CATALOGUE, LOOP, LOOP), "no page of it can be read|no text"),
        ("a.pdf", pdf(CATALOGUE, LOOP, ENCRYPTED, trailer="/Encrypt 3 0 R/ID[<00><00>]"), "encrypted with a password"),
        ("a.pdf", SAMPLES[".docx"], "really a Word document"),
        ("a.docx", b"", "not a Word document"),
        ("a.docx", "字" * 100, "not a Word document"),
        ("a.docx", PDF, "really a PDF"),
        ("a.docx", docx("<w:p><w:r><w:t>" + "字" * (7 << 20) + "</w:t></w:r></w:p>"), "would unpack to more"),
        ("a.docx", zipped({"word/document.xml": f"{LAUGHS}<w:document xmlns:w='{W}'>&a11;</w:document>"}), "damaged"),
        ("a.epub", zipped({"META-INF/container.xml": CONTAINER.replace("OEBPS", "../../../etc")}), "is missing"),
        ("a.txt", b"\0" * 1000, "binary data"),
        ("a.txt", b"\xed\xa0\x80\xe6\x9c\xac" * 50, "encoding is not known"),
        ("a.json", "[" * 200_000, "is not JSON"),
        ("a.jsonl", "nope\n[1,\n", "is not JSON"),
        ("a.jsonl", "{}\n[]\n", "none of its 2 records"),
        ("a.jsonl", '{"text":"' + "a" * (17 << 20) + '"}', "one article on each line"),
        ("a.csv", 'title,text\n"a,b\n' + "字,字\n" * 1000, "none of its 1 records"),
        ("a.md", "> " * 10_000, "holds no text|larger"),
        ("a.zip", b"PK\x05\x06" + bytes(8) + b"\xff\xff\xff\x7f" + bytes(6), "not a whole zip"),
        ("a.png", png(60_000, 60_000), "--ocr"),
    ],
)
def test_a_bad_file_is_named_with_what_to_do(pages, home, name, data, reason):
    assert any(part in refused(pages, home, name, data) for part in reason.split("|"))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.png", png(60_000, 60_000), "million pixels"),
        ("a.png", png(3000, 3000), "damaged"),
        ("a.bmp", b"BM" + bytes(60), "damaged"),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20), "damaged"),
        ("a.tif", b"II*\0" + b"\xff" * 50, "damaged"),
    ],
)
def test_a_bad_picture_is_named_without_a_word_of_the_library(pages, home, capfd, name, data, reason):
    pytest.importorskip("rapidocr_onnxruntime")
    assert reason in refused(pages, home, name, data, ocr=True)
    assert capfd.readouterr() == ("", "")


def test_a_strip_is_no_page(tmp_path):
    pytest.importorskip("rapidocr_onnxruntime")
    from PIL import Image

    from index.formats.ocr import ocr_lines

    assert ocr_lines(Image.new("RGB", (400_000, 2), "white"), 1.0, "a.png") == ()


def test_entities_are_not_resolved(pages, home):
    outside = "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    (pages / "a.docx").write_bytes(
        zipped(
            {
                "word/document.xml": f"{outside}<w:document xmlns:w='{W}'><w:body>{paragraph('字&x;')}</w:body></w:document>"
            }
        )
    )
    (pages / "b.epub").write_bytes(epub({"a": outside + xhtml("<p>字&x;</p>").partition("?>")[2]}))
    (pages / "c.epub").write_bytes(epub({"a": LAUGHS + xhtml("<p>字&a11;</p>").partition("?>")[2]}))
    built(pages, home)
    found = texts(home)
    assert [found[name][0].strip()[:1] for name in ("a.docx", "b.epub", "c.epub")] == ["字"] * 3
    assert all(len(found[name][0]) < 20 for name in ("a.docx", "b.epub", "c.epub"))


def test_pages_that_are_not_there_are_one_note(pages, home):
    long = make([draw(column(50, 140, "港口今天开航" * 10))]).replace(b"/Count 1", b"/Count 3000")
    (pages / "a.pdf").write_bytes(long)
    report = built(pages, home)
    assert [(note.source, note.reason.split(" (")[0]) for note in report.notes] == [
        ("a.pdf", "pages 2–3000 cannot be read")
    ]


def test_halves_of_characters_and_texts_from_right_to_left(pages, home):
    records = [
        '{"title":"\\ud800题","text":"字\\udfff字","byline":"\\udc00","id":"\\ud800"}',
        '{"\\ud800":1,"text":"好"}',
    ]
    (pages / "a.jsonl").write_text("\n".join(records))
    (pages / "b.txt").write_text("\u202e本报讯 会议召开。\u202c\nשלום עולם\n本报讯 会议今天召开。")
    (pages / "rtl\u202egpj.txt").write_text(PAGE)
    (pages / "rtl\u202efdp.exe").write_text("MZ")
    report = built(pages, home)
    assert "a.jsonl" in report.added
    assert "rtl\ufffdgpj.txt" in report.added
    assert [refusal.source for refusal in report.refused] == ["rtl\ufffdfdp.exe"]
    assert texts(home)["a.jsonl"] == ["字\ufffd字\n", "好\n"]


def test_links_loops_and_what_is_no_file(pages, home):
    for name, target in (
        ("mem.txt", "/proc/self/mem"),
        ("zero.txt", "/dev/zero"),
        ("out", "/etc"),
        ("up", ".."),
        ("to.zip", "no"),
    ):
        (pages / name).symlink_to(target)
    os.mkfifo(pages / "p.zip")
    (pages / "folder.pdf").mkdir()
    reasons = {refusal.source: refusal.reason for refusal in built(pages, home).refused}
    assert set(reasons) == {"mem.txt", "zero.txt", "out", "up", "to.zip", "p.zip"}
    assert all(reason.count(". ") and reason.endswith(".") for reason in reasons.values())


# Zips.


def test_members_that_share_their_bytes_are_not_unpacked(pages, home):
    one = zipped({"0.txt": PAGE})
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entries = b"".join(
        one[start : start + 46] + b"%d.txt" % number + one[start + 51 : end] for number in reversed(range(9))
    )
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 9, len(entries), start, 0)
    (pages / "a.zip").write_bytes(one[:start] + entries + tail)
    report = built(pages, home)
    assert "a.zip/0.txt" in report.added
    assert len(report.refused) == 8
    assert all("shares its bytes" in refusal.reason for refusal in report.refused)


def test_many_small_bombs_are_one_bomb(pages, home):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(3):
            made.writestr(f"{number}.txt", b"\n" * (40 << 20))
    assert "from almost nothing" in refused(pages, home, "a.zip", data.getvalue())


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_of_any_method(pages, home, method):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        made.writestr("0.txt", os.urandom(3000).hex())
        made.writestr("1.txt", PAGE)
    damaged = bytearray(data.getvalue())
    damaged[60:1000] = b"\xff" * 940
    (pages / "a.zip").write_bytes(damaged)
    report = built(pages, home)
    assert "a.zip/1.txt" in report.added
    ((source, reason),) = [(refusal.source, refusal.reason) for refusal in report.refused]
    assert source == "a.zip/0.txt"
    assert reason.startswith("cannot be unpacked (")


def test_names_in_a_zip(pages, home):
    names = ("n\new\x1b[31m.txt", "名" * 300 + ".txt", "d/" * 500 + "deep.txt", "\u202egpj.txt", "file", "file/in.txt")
    (pages / "a.zip").write_bytes(zipped(dict.fromkeys((*names, "a\\..\\..\\w.txt", "/abs.txt"), PAGE)))
    report = built(pages, home)
    assert len([name for name in report.added if name.startswith("a.zip/")]) == 5
    assert {refusal.source for refusal in report.refused} == {"a.zip/file", "a.zip/a/w.txt", "a.zip/abs.txt"}


# Files that do not hold still.


def test_a_file_that_grows_while_it_is_read_comes_to_an_end(pages, home):
    growing = pages / "a.jsonl"
    growing.write_text('{"text":"港口。"}\n' * 300)
    reads = 0

    def grow(progress):
        nonlocal reads
        if progress.stage == "read" and progress.item == "a.jsonl":
            reads += 1
            assert reads < 40_000
            with growing.open("a") as file:
                file.write('{"text":"又一行。"}\n' * 2)

    report = build([pages], home, encoder=CountingEncoder(), progress=grow)
    ((source, reason),) = [(refusal.source, refusal.reason) for refusal in report.refused]
    assert (source, reason) == ("a.jsonl", "changes while it is being read. Build again when it is finished.")
    assert sorted(texts(home)) == sorted(PAGES)


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.zip", "a.jsonl"])
def test_a_file_that_vanishes_before_it_is_read(pages, home, name):
    (pages / name).write_bytes(zipped({"1.txt": PAGE}) if name == "a.zip" else PDF)

    def remove(progress):
        if progress.stage == "read":
            (pages / name).unlink(missing_ok=True)

    report = build([pages], home, encoder=CountingEncoder(), progress=remove)
    assert [refusal.source.partition("/")[0] for refusal in report.refused] == [name]
    assert sorted(texts(home)) == sorted(PAGES)


# What nobody foresaw.


@pytest.mark.parametrize("error", [RecursionError, MemoryError, struct.error, AssertionError])
def test_an_unforeseen_fault_in_reading_costs_one_file(pages, home, monkeypatch, error):
    real = reading.articles

    def failing(page):
        if page.source == "公园.txt":
            raise error
        return real(page)

    monkeypatch.setattr(reading, "articles", failing)
    report = build([pages], home, encoder=CountingEncoder())
    assert [refusal.source for refusal in report.refused] == ["公园.txt"]
    assert "Save it anew" in report.refused[0].reason or "more memory" in report.refused[0].reason
    assert sorted(texts(home)) == ["大桥.txt", "港口.txt"]


def test_a_heading_of_any_length_is_not_repeated_in_every_passage(pages, home):
    (pages / "a.html").write_text(f"<h1>{'题' * 5000}</h1><p>{'字字。' * 2000}</p>")
    (pages / "b.md").write_text(f"# {'题' * 5000}\n\n{'字字。' * 2000}\n")
    (pages / "c.jsonl").write_text(json.dumps({"title": "题" * 5000, "text": "字字。" * 2000}))
    encoder = CountingEncoder()
    build([pages], home, encoder=encoder)
    assert max(map(len, encoder.seen)) < 2000


# Large ones.

LENGTH = 10**7


@pytest.mark.slow
@pytest.mark.parametrize("char", ["a", "\u202e", "—", '"'])
def test_ten_million_times_one_character(pages, home, char):
    (pages / "a.txt").write_text(char * LENGTH)
    built(pages, home)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.txt", "a.zip", "a.docx", "a.html", "a.png"])
def test_two_gigabytes(pages, home, name):
    with (pages / name).open("wb") as file:
        file.truncate(2 << 30)
    assert [refusal.source for refusal in built(pages, home).refused] == [name]


@pytest.mark.slow
def test_a_pdf_of_a_million_objects(pages, home):
    content = draw(column(50, 140, "港口今天开航" * 10))
    (pages / "a.pdf").write_bytes(make([content], extra=[b"[1 0 R]"] * 1_000_000))
    (pages / "b.pdf").write_bytes(make([content + "1 1 m 100 1 l S " * 1_000_000]))
    (pages / "c.pdf").write_bytes(make([draw([(50, 140, 6, "港" * 1_000_000)])]))
    report = built(pages, home)
    assert {"a.pdf", "b.pdf"} <= set(report.added)


@pytest.mark.slow
def test_a_zip_of_more_members_than_any(pages, home):
    with zipfile.ZipFile(pages / "a.zip", "w") as made:
        for number in range(200_001):
            made.writestr(f"{number}", b"")
    assert [refusal.source for refusal in built(pages, home).refused] == ["a.zip"]


@pytest.mark.slow
def test_thousands_of_files(pages, home):
    write_pages(pages / "many", {f"{number}.txt": PAGE.replace("9公里", f"{number}公里") for number in range(3000)})
    assert len(built(pages, home).added) == 3003
    assert len(built(pages, home).unchanged) == 3003
