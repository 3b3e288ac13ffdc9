from pathlib import Path

import pytest
from prints import A4, column, draw, make

from index.errors import SourceError
from index.formats.pdf import read_pdf, render
from index.types import Page


def read(path: Path, data: bytes) -> tuple[list[Page], list[str]]:
    file, notes = path / "a.pdf", list[str]()
    file.write_bytes(data)
    return list(read_pdf(file, "a.pdf", notes.append)), notes


def words(page: Page) -> list[str]:
    return [line.text for line in page.lines if line.text]


def han(start: int, count: int) -> str:
    return "".join(chr(0x4E00 + start * 40 + at) for at in range(count))


def test_a_page_has_its_lines_roles_and_size(tmp_path: Path) -> None:
    body = column(50, 140, han(1, 37) + "。")
    pages, notes = read(tmp_path, make([draw([(50, 100, 24, "大标题在这里"), *body])]))
    assert [(page.number, page.size) for page in pages] == [(1, A4)]
    lines = pages[0].lines
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert (lines[0].text, lines[0].role) == ("大标题在这里", "heading")
    assert lines[1].text == ""
    assert lines[2].text == "　　" + han(1, 37)[:8]
    assert {line.role for line in lines[2:]} == {"body"}
    assert notes == []


def test_every_character_has_its_own_place(tmp_path: Path) -> None:
    pages, _ = read(tmp_path, make([draw(column(50, 140, han(1, 38)))]))
    for row, line in enumerate(pages[0].lines):
        assert line.box is not None
        assert len(line.box.edges) == len(line.text) + 1
        assert line.box.edges == pytest.approx([50 + 10 * at for at in range(len(line.text) + 1)], abs=0.05)
        baseline = 140 + 14 * row
        assert baseline - 10 < line.box.top < baseline - 7
        assert baseline < line.box.bottom < baseline + 3


@pytest.mark.parametrize("gutter", [10, 15, 30])
def test_columns_are_read_one_after_the_other_whatever_the_order_drawn(tmp_path: Path, gutter: float) -> None:
    columns = [column(50 + at * (100 + gutter), 140, han(at + 1, 98)) for at in range(3)]
    across = [text for row in zip(*columns, strict=True) for text in row]
    head = [(50 + gutter, 100, 24, "大标题在这里")]
    pages, _ = read(tmp_path, make([draw([*across, *head])]))
    assert "".join(words(pages[0])).replace("　", "") == "大标题在这里" + han(1, 98) + han(2, 98) + han(3, 98)


def test_two_articles_beside_each_other_stay_apart(tmp_path: Path) -> None:
    left = [(50, 100, 20, "左边的标题"), *column(50, 130, han(1, 78)), *column(162, 130, han(2, 78))]
    right = [(274, 100, 20, "右边的标题"), *column(274, 130, han(3, 78)), *column(386, 130, han(4, 78))]
    pages, _ = read(tmp_path, make([draw([*right, *left])]))
    text = "".join(words(pages[0])).replace("　", "")
    assert text == "左边的标题" + han(1, 78) + han(2, 78) + "右边的标题" + han(3, 78) + han(4, 78)


def test_a_column_beside_the_headline_goes_on_from_the_last_column_under_it(tmp_path: Path) -> None:
    texts = [(50, 100, 24, "标题"), *column(50, 140, han(1, 78)), *column(162, 140, han(2, 78))]
    tall = [(274.0, 90.0 + 14 * at, 10.0, han(3, 78)[at * 10 : at * 10 + 10]) for at in range(8)]
    pages, _ = read(tmp_path, make([draw([*tall, *texts])]))
    assert "".join(words(pages[0])).replace("　", "") == "标题" + han(1, 78) + han(2, 78) + han(3, 78)


def test_a_rule_parts_two_texts_of_one_column(tmp_path: Path) -> None:
    rule = "0.5 w 50 680 m 280 680 l S\n"
    texts = [
        *column(50, 80, han(1, 58)),
        *column(162, 80, han(2, 58)),
        *column(50, 180, han(3, 58)),
        *column(162, 180, han(4, 58)),
    ]
    pages, _ = read(tmp_path, make([draw([(50, 50, 20, "标题"), *texts]) + rule]))
    assert "".join(words(pages[0])).replace("　", "") == "标题" + "".join(han(at, 58) for at in (1, 2, 3, 4))


def test_a_running_head_is_furniture(tmp_path: Path) -> None:
    texts = [(50, 30, 9, "西海岸报"), (250, 30, 9, "2023年11月15日　星期三"), *column(50, 140, han(1, 98))]
    pages, _ = read(tmp_path, make([draw(texts)]))
    assert [(line.text, line.role) for line in pages[0].lines[:2]] == [
        ("西海岸报", "furniture"),
        ("2023年11月15日　星期三", "furniture"),
    ]


def test_small_type_under_a_picture_is_its_caption(tmp_path: Path) -> None:
    picture = "0.5 g 162 592 100 110 re f 0 g\n"
    texts = [*column(50, 140, han(1, 178)), (162, 262, 8, "图片说明文字")]
    pages, _ = read(tmp_path, make([picture + draw(texts)]))
    assert [line.text for line in pages[0].lines if line.role == "caption"] == ["图片说明文字"]


def test_letter_spacing_is_closed_up_and_spaces_between_names_stay(tmp_path: Path) -> None:
    wide = [(50 + 40 * at, 100, 24, char) for at, char in enumerate("温家宝回到北京")]
    byline = [(70, 130, 10, "□本报记者"), (125, 130, 10, "李涛"), (155, 130, 10, "王雪")]
    pages, _ = read(tmp_path, make([draw([*wide, *byline, *column(50, 144, han(1, 98))])]))
    assert words(pages[0])[0] == "温家宝回到北京"
    assert words(pages[0])[1].strip("　") == "□本报记者 李涛　王雪"


def test_text_drawn_twice_for_weight_stands_once(tmp_path: Path) -> None:
    body = column(50, 140, han(1, 58))
    again = [(x + 0.3, y, size, text) for x, y, size, text in body]
    pages, _ = read(tmp_path, make([draw([*body, *again])]))
    assert "".join(words(pages[0])).strip("　") == han(1, 58)


def test_invisible_text_over_a_scan_is_text(tmp_path: Path) -> None:
    pages, _ = read(tmp_path, make([draw(column(50, 140, han(1, 58)), mode=3)]))
    assert "".join(words(pages[0])).strip("　") == han(1, 58)


@pytest.mark.parametrize(
    ("turn", "matrix", "size"),
    [(90, "0 -1 1 0 0 595", (842, 595)), (180, "-1 0 0 -1 595 842", A4), (270, "0 1 -1 0 842 0", (842, 595))],
)
def test_turned_pages_are_read_as_they_are_shown(
    tmp_path: Path, turn: int, matrix: str, size: tuple[float, float]
) -> None:
    # What is drawn turned one way is shown upright by /Rotate the other way.
    upright = {90: "0 1 -1 0 595 0", 180: "-1 0 0 -1 595 842", 270: "0 -1 1 0 0 842"}[turn]
    shown = 842 if turn == 180 else 595
    content = f"q {upright} cm\n{draw(column(50, 140, han(1, 58)), height=shown)}Q\n"
    pages, _ = read(tmp_path, make([content], page=f"/Rotate {turn}"))
    assert pages[0].size == size
    assert "".join(words(pages[0])).strip("　") == han(1, 58)
    box = pages[0].lines[1].box
    assert box is not None
    assert box.cover(0, 1) == pytest.approx((50, 154 - 8.6, 60, 154 + 1.2), abs=1)


def test_text_set_from_top_to_bottom_is_read_from_right_to_left(tmp_path: Path) -> None:
    lines = [han(at + 1, 30) for at in range(6)]
    texts = [
        (500 - 16 * at, 100 + 11 * down, 10, char) for at, line in enumerate(lines) for down, char in enumerate(line)
    ]
    pages, _ = read(tmp_path, make([draw(texts)]))
    assert words(pages[0]) == lines
    assert {line.box for line in pages[0].lines} == {None}


def test_radicals_are_the_characters_they_look_like(tmp_path: Path) -> None:
    unicode = "<< /Length 214 >>\nstream\n/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange <00> <ff> endcodespacerange\n3 beginbfchar <41> <2F42> <42> <2ED3> <43> <FB01> endbfchar\nendcmap end\nendstream"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    pages, _ = read(tmp_path, make(["BT /F1 10 Tf 50 700 Td (ABC) Tj ET"], font=font, extra=[unicode.encode()]))
    assert words(pages[0])[0].replace(" ", "") == "文长fi"


def test_a_page_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    good = draw(column(50, 140, han(1, 58)))
    data = make([good, good, good]).replace(b"/Kids [5 0 R 7 0 R 9 0 R]", b"/Kids [5 0 R 1 0 R 9 0 R]")
    pages, notes = read(tmp_path, data)
    assert [page.number for page in pages] == [1, 3]
    assert [note.split(" (")[0] for note in notes] == ["page 2 cannot be read"]


def test_a_scanned_page_among_others_is_noted(tmp_path: Path) -> None:
    image = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"
    scan = "q 595 0 0 842 0 0 cm /Im Do Q"
    data = make([draw(column(50, 140, han(1, 58))), scan, scan], extra=[image])
    pages, notes = read(tmp_path, data.replace(b"/Im 99999 0 R", b"/Im 10 0 R   "))
    assert [page.number for page in pages] == [1]
    assert notes == ["pages 2–3 are images without text; build with --ocr"]


def test_a_scan_is_refused_with_what_to_do(tmp_path: Path) -> None:
    image = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"
    data = make(["q 595 0 0 842 0 0 cm /Im Do Q"], extra=[image]).replace(b"/Im 99999 0 R", b"/Im 6 0 R    ")
    with pytest.raises(
        SourceError, match=r"^a\.pdf: is a scan, .* pip install 'wenbao\[ocr\]' and build with --ocr\.$"
    ):
        read(tmp_path, data)


def test_text_without_known_characters_is_a_scan(tmp_path: Path) -> None:
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
    unicode = b"<< /Length 140 >>\nstream\n1 begincodespacerange <00> <ff> endcodespacerange\n1 beginbfrange <20> <7f> <E020> endbfrange\nendcmap\nendstream"
    data = make(["BT /F1 10 Tf 50 700 Td (nothing that can be read) Tj ET 0 0 50 50 re f"], font=font, extra=[unicode])
    with pytest.raises(SourceError, match="is a scan"):
        read(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"no PDF at all", "is no PDF, or is damaged"),
        (b"%PDF-1.7\n" + bytes(100), "is no PDF, or is damaged"),
        (make([]), "has no page"),
        (make([""]), "no text was found"),
        (make([draw(column(50, 140, han(1, 58)))])[:200], "is no PDF, or is damaged|has no page|no page of it"),
    ],
)
def test_what_is_no_readable_pdf_is_refused_in_one_line(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=rf"^a\.pdf: ({reason}).*[^\n]$"):
        read(tmp_path, data)


def test_a_password_is_said_to_be_missing(tmp_path: Path) -> None:
    locked = b"<< /Filter /Standard /V 1 /R 2 /O <%b> /U <%b> /P -4 >>" % (b"11" * 32, b"22" * 32)
    data = make([draw(column(50, 140, han(1, 58)))], extra=[locked])
    data = data.replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Encrypt 6 0 R /ID [<00> <00>] >>")
    with pytest.raises(SourceError, match=r"^a\.pdf: is encrypted with a password\. Save it without one\.$"):
        read(tmp_path, data)


def test_a_page_of_too_many_characters_is_cut_and_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.pdfpage.MOST_CHARACTERS", 50)
    pages, notes = read(tmp_path, make([draw(column(50, 140, han(1, 98)))]))
    assert sum(len(text.strip("　")) for text in words(pages[0])) <= 50
    assert notes == ["page 1 has more than 50 characters; the rest of it is left out"]


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_pdf(tmp_path / "b.pdf", "b.pdf", lambda _: None))


def test_a_page_is_drawn_as_wide_as_wanted(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(make([draw(column(50, 140, han(1, 58)))]))
    data = render(file, 1, 400)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 400
    with pytest.raises(SourceError, match="has no page 2"):
        render(file, 2, 400)
