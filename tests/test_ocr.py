import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from index.errors import SourceError
from index.formats import image as images
from index.formats.image import read_image, render
from index.formats.ocr import mend
from index.types import Line, LineBox, Page


def mended(*texts: str) -> list[str]:
    return [line.text for line in mend([Line(number, text) for number, text in enumerate(texts, 1)])]


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("他说,今天来;明天走!", "他说，今天来；明天走！"),
        ("本报讯(记者李涛)", "本报讯（记者李涛）"),
        ("增长12.5%,为1,234万", "增长12.5%，为1,234万"),
        ("at 10:30, he said", "at 10:30, he said"),
        ("口本报记者李涛", "□本报记者李涛"),
        ("　　口记者李涛报道", "　　□记者李涛报道"),
        ("口岸城市人口增长", "口岸城市人口增长"),
        ('"你好",他说:"再见。"', "“你好”，他说：“再见。”"),
        ('5" disk', '5" disk'),
    ],
)
def test_marks_beside_chinese_are_chinese(seen: str, meant: str) -> None:
    assert mended(seen) == [meant]


def test_a_quotation_goes_on_over_the_line_and_not_over_a_blank_one() -> None:
    assert mended('他说"今天', '来"了', "", '又"开始') == ["他说“今天", "来”了", "", "又“开始"]


def test_mending_keeps_numbers_roles_and_places() -> None:
    box = LineBox(1, 2, (0, 1, 2))
    assert mend([Line(3, "口,", "body", box)]) == (Line(3, "口，", "body", box),)


def save(path: Path, *pages: Image.Image, **options: object) -> Path:
    pages[0].save(path, save_all=len(pages) > 1, append_images=pages[1:], **options)
    return path


def page(text: str = "", size: tuple[int, int] = (900, 400)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((60, 120), text, "black", ImageFont.load_default(40))
    return picture


def read(path: Path) -> tuple[list[Page], list[str]]:
    notes: list[str] = []
    return list(read_image(path, path.name, notes.append, ocr=True)), notes


def test_a_picture_without_the_option_is_refused_with_the_command(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", page())
    with pytest.raises(
        SourceError, match=r"^a\.png: is an image\. Install .* pip install 'wenbao\[ocr\]' and build with --ocr\.$"
    ):
        list(read_image(path, "a.png", lambda _: None))


def test_a_picture_without_the_extra_is_refused_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    from index.formats import ocr

    ocr._engine.cache_clear()
    path = save(tmp_path / "a.png", page())
    with pytest.raises(SourceError, match=r"pip install 'wenbao\[ocr\]'"):
        read(path)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"^a\.png: is no picture, or is damaged\. Save it again\.$"):
        read(path)


def test_a_truncated_picture_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", page("news"))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(SourceError, match=r"^a\.png: (the picture is damaged|is no picture)"):
        read(path)


def test_a_picture_too_large_for_the_memory_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.png", page())
    monkeypatch.setattr(images, "_MOST_PIXELS", 1_000)
    with pytest.raises(SourceError, match="has more than 0 million pixels"):
        read(path)


def test_a_picture_is_drawn_as_wide_as_wanted(tmp_path: Path) -> None:
    data = render(save(tmp_path / "a.jpg", page("news")), 1, 450)
    assert data[:4] == b"\x89PNG"
    assert [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)] == [450, 200]
    with pytest.raises(SourceError, match="has no readable page 2"):
        render(tmp_path / "a.jpg", 2, 450)


@pytest.mark.slow
def test_every_page_of_a_picture_is_read_with_its_places(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr_onnxruntime", exc_type=ImportError)
    path = save(tmp_path / "a.tif", page("Harbour opens 2023"), page(), page("Second page"), dpi=(200, 200))
    pages, notes = read(path)
    assert [(one.number, [line.text for line in one.lines]) for one in pages] == [
        (1, ["Harbour opens 2023"]),
        (3, ["Second page"]),
    ]
    assert pages[0].size == pytest.approx((324, 144))
    assert notes == ["no text was seen on page 2"]
    box = pages[0].lines[0].box
    assert box is not None
    left, top, right, bottom = (edge / 72 * 200 for edge in box.cover(0, 7))
    # "Harbour" is drawn from 60 on, at half the size a character.
    assert 50 < left < 70
    assert 150 < right < 240
    assert 115 < top < bottom < 175
