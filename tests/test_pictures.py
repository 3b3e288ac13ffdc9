"""The picture of a page is that of the file that was read, or there is none."""

import io
import zipfile
from pathlib import Path

import pytest
from pages import CountingEncoder
from PIL import Image
from prints import column, draw, make

from index import Archive, build, picture
from qa.leaf import leaf, page_view

# A black bar of 200 × 40 points, 60 from the left and 500 from the top: letters need a font that a machine may lack.
BAR = "60 302 200 40 re f\n"
TEXT = "本报讯港口扩建工程昨日开工总投资八十五亿元建设深水泊位六个建成后年吞吐能力达到三千万吨港口集团负责人介绍工程分两期推进。"


@pytest.fixture
def printed(tmp_path: Path, home: Path) -> Path:
    """A folder with a PDF of one page, beside the same PDF in a zip; both are in the archive."""
    folder = tmp_path / "pages"
    folder.mkdir()
    data = make([draw(column(60, 100, TEXT)) + BAR])
    (folder / "a.pdf").write_bytes(data)
    with zipfile.ZipFile(folder / "b.zip", "w") as packed:
        packed.writestr("版/c.pdf", data)
    build([folder], home, encoder=CountingEncoder())
    return folder


@pytest.mark.parametrize("source", ["a.pdf", "b.zip/版/c.pdf"])
def test_a_page_is_drawn_from_its_file(printed, home, source):
    with Archive.open(home) as archive:
        drawn = picture(archive, source, 1, 300)
        assert drawn is not None
        with Image.open(io.BytesIO(drawn)) as image:
            assert (image.format, image.width) == ("WEBP", 300)
            grey = image.convert("L")
            assert [
                grey.getpixel((round(x * 300 / 595), round(y * 300 / 595))) for x, y in ((160, 520), (160, 480))
            ] == [
                pytest.approx(0, abs=9),
                pytest.approx(255, abs=9),
            ]


def test_a_file_that_is_gone_or_another_has_no_picture(printed, home):
    (printed / "a.pdf").write_bytes(make([draw(column(60, 100, TEXT[::-1])) + BAR]))
    (printed / "b.zip").unlink()
    with Archive.open(home) as archive:
        assert picture(archive, "a.pdf", 1) is None
        assert picture(archive, "b.zip/版/c.pdf", 1) is None
        assert picture(archive, "nothing.pdf", 1) is None
        assert 'class="wb-sheet"' not in page_view([leaf(archive, "a.pdf", 1)], archive.articles("a.pdf")[0])


def test_what_is_lit_up_lies_on_the_picture(printed, home):
    with Archive.open(home) as archive:
        (article,) = archive.articles("a.pdf")
        start = article.text.index("总投资八十五亿元")
        (place,) = article.places(start, start + 8)
        view = page_view([leaf(archive, "a.pdf", 1, place.spans)], article)
        marks = view.split('<mark style="')[1:]
        assert len(marks) == len(place.spans) > 1
        left, top, width, height = (
            float(part.split(":")[1].rstrip("%")) for part in marks[-1].split('"')[0].split(";")
        )
        assert left == pytest.approx(100 * 60 / 595, abs=0.5)
        assert 100 * 100 / 842 < top + height < 100 * 160 / 842
        assert 0 < width <= 100 * 100 / 595


def test_an_article_that_is_looked_at_is_set_off_on_the_picture(printed, home):
    with Archive.open(home) as archive:
        (article,) = archive.articles("a.pdf")
        view = page_view([leaf(archive, "a.pdf", 1)], article)
        assert view.count('<mark class="own"') == len(article.spans) > 1


def test_text_has_no_picture(pages, home):
    build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as archive:
        assert picture(archive, "港口.txt", 1) is None
