"""An archive as a reader sees it: what is stored comes back, damage is named, one generation is held."""

import json
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import PAGES, CountingEncoder, write_pages

from index import (
    Archive,
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveMismatch,
    Article,
    Date,
    Filter,
    Line,
    NoArchive,
    Page,
    Section,
    Span,
    UsageError,
    build,
    check_encoder,
    current_generation,
)
from index.archive.checksums import is_sealed, sealed
from index.archive.codec import article_from_json, article_to_json, page_from_blob, page_to_blob
from index.archive.schema import explained


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    build([write_pages(folder / "pages")], folder / "home", encoder=CountingEncoder())
    return folder / "home"


@pytest.fixture
def home(built, tmp_path):
    return shutil.copytree(built, tmp_path / "home")


def nearest(archive: Archive, char: str) -> str:
    ((row, _),) = archive.vectors.search(CountingEncoder().encode([char])[0], 1)
    return archive.passages([row])[0][1].text


def test_what_was_read_comes_back(home):
    with Archive.open(home) as archive:
        assert [source.source for source in archive.sources()] == ["公园.txt", "大桥.txt", "港口.txt"]
        assert archive.sources()[0].size == len(PAGES["公园.txt"].encode())
        assert archive.page("大桥.txt").lines[2] == Line(3, "本报2023年11月14日讯 大桥今天上午合龙。桥长9公里。")
        articles = archive.articles()
        assert [article.byline for article in articles] == [("董梅雪",), ("李涛", "王雪"), ("李涛",)]
        assert archive.articles("大桥.txt") == articles[1:2]
        assert archive.article(articles[2].id) == articles[2]
        passage = archive.article_passages(articles[2].id)[0]
        assert archive.passages([passage.row]) == [(articles[2], passage)]
        assert articles[2].text[passage.start : passage.end] == passage.text
        assert archive.manifest.passages == archive.vectors.count == archive.lexical.count


def test_passages_come_in_the_order_asked_for(home):
    with Archive.open(home) as archive:
        rows = [passage.row for article in archive.articles() for passage in archive.article_passages(article.id)]
        wanted = [rows[2], rows[0], rows[2], rows[1]]

        assert [passage.row for _, passage in archive.passages(wanted)] == wanted
        assert archive.passages([]) == []
        with pytest.raises(ArchiveDamaged, match="passage 999"):
            archive.passages([999])


def test_search_by_vector_and_by_terms(home):
    with Archive.open(home) as archive:
        assert "大桥" in nearest(archive, "桥")
        (hit, *_) = archive.lexical.search({"开放": 1.0}, 5)
        assert "公园" in archive.passages([hit[0]])[0][1].text


@pytest.mark.parametrize(
    ("wanted", "sources"),
    [
        (Filter(source="大桥.txt"), ["大桥.txt"]),
        (Filter(byline="李涛"), ["大桥.txt", "港口.txt"]),
        (Filter(byline=" 王雪 "), ["大桥.txt"]),
        (Filter(date_from="2023-05-01", date_to="2023-05-01"), ["公园.txt"]),
        (Filter(date_from="2023-05-02"), ["大桥.txt"]),
        (Filter(date_to="2023-12-31"), ["公园.txt", "大桥.txt"]),
        (Filter(date_from="2023-01-01", byline="李涛"), ["大桥.txt"]),
        (Filter(byline="无此人"), []),
        (Filter(source="' OR 1=1 --"), []),
    ],
)
def test_select(home, wanted, sources):
    """The dateline of 港口.txt has no year: it lies in no period."""
    with Archive.open(home) as archive:
        rows = archive.select(wanted)
        assert rows.dtype == np.int64
        assert sorted({article.source for article, _ in archive.passages(rows)}) == sources


def test_rows_of_a_filter_are_those_of_its_articles(home):
    with Archive.open(home) as archive:
        for name in archive.bylines():
            passages = [p for a in archive.articles_by(name) for p in archive.article_passages(a.id)]
            rows = archive.select(Filter(byline=name))
            assert rows.tolist() == sorted(passage.row for passage in passages)
            assert archive.select(Filter(byline=name)) is rows


def test_no_filter_selects_everything_without_a_list(home):
    with Archive.open(home) as archive:
        assert archive.select(Filter()) is None


def test_unknown_names_are_told(home):
    with Archive.open(home) as archive:
        with pytest.raises(UsageError, match="no article of this id"):
            archive.article("nothing")
        with pytest.raises(UsageError, match="no page 2"):
            archive.page("大桥.txt", 2)
        assert archive.articles("nothing") == []
        with pytest.raises(ArchiveDamaged, match="article nothing"):
            archive.article_passages("nothing")


def test_several_threads(home):
    def ask(_):
        hits = archive.lexical.search({"公里": 1.0}, 9)
        return nearest(archive, "桥"), len(archive.articles()), archive.passages([row for row, _ in hits])[0][1].text

    with Archive.open(home) as archive, ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(300)))) == 1


def test_closed_archive_says_so(home):
    archive = Archive.open(home)
    archive.articles()
    archive.close()
    archive.close()

    with pytest.raises(ValueError, match="closed"):
        archive.articles()


def test_same_answers_in_two_processes(home):
    script = (
        "import sys; from pathlib import Path; from index import Archive, Filter\n"
        "archive = Archive.open(Path(sys.argv[1]))\n"
        "hits = archive.lexical.search(dict.fromkeys(set('公里 今天 记者 开航 开放'.split()), 1.0), 9)\n"
        "print(hits, archive.vectors.search([1, 1, 1], 9), archive.articles(), archive.select(Filter(byline='李涛')))"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", script, str(home)]
    found = {
        subprocess.run(command, env={**environment, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "7")
    }
    assert len(found) == 1


def test_other_encoder_is_refused(home):
    other = CountingEncoder("other", "badcafe0")
    with Archive.open(home) as archive:
        check_encoder(archive.manifest, CountingEncoder())
        with pytest.raises(ArchiveMismatch, match=r"encoder counting .*other.*build --encoder other"):
            check_encoder(archive.manifest, other)


# What can be wrong with the folder.


def test_no_archive(tmp_path, home):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "nothing", tmp_path / "empty"):
        with pytest.raises(NoArchive, match="wenbao build"):
            Archive.open(folder)
        assert current_generation(folder) is None
    (home / "CURRENT").unlink()
    with pytest.raises(NoArchive, match="wenbao build"):
        Archive.open(home)


def test_home_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="a file, not an archive folder"):
        Archive.open(tmp_path / "file")


def derived(home: Path) -> list[Path]:
    folder = home / "generations" / "1"
    return [folder / record["path"] for record in json.loads((folder / "manifest.json").read_bytes())["files"]]


def remove(file: Path):
    file.unlink()


def cut(file: Path):
    file.write_bytes(file.read_bytes()[:-1])


def grow(file: Path):
    file.write_bytes(file.read_bytes() + b"x")


def flip(file: Path):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("harm", [remove, cut, grow, flip])
def test_every_damaged_file_is_named(home, harm):
    for file in [*derived(home), home / "generations/1/manifest.json"]:
        if not file.read_bytes() and harm in (cut, flip):
            continue
        whole = file.read_bytes()
        harm(file)
        with pytest.raises(ArchiveDamaged, match=rf"{file.name}.*wenbao doctor"):
            Archive.open(home)
        file.write_bytes(whole)
        Archive.open(home).close()


@pytest.mark.parametrize("content", ["", "x", "1", "1 2 3", "-", "é", "1 ab", f"1 {'g' * 32}"])
def test_garbled_current(home, content):
    (home / "CURRENT").write_text(content, encoding="utf-8")
    with pytest.raises(ArchiveDamaged, match="CURRENT"):
        Archive.open(home)
    assert current_generation(home) is None


def test_missing_or_foreign_catalogue(home):
    catalogue = home / "archive.sqlite"
    whole = catalogue.read_bytes()
    catalogue.unlink()
    with pytest.raises(ArchiveDamaged, match=r"archive.sqlite: is missing.*wenbao build"):
        Archive.open(home)
    catalogue.write_bytes(b"no database, but long enough to be looked at " * 50)
    with pytest.raises(ArchiveDamaged, match=r"archive.sqlite: cannot be read"):
        Archive.open(home)
    catalogue.write_bytes(b"")
    with pytest.raises(ArchiveDamaged, match=r"archive.sqlite: holds no tables. Run `wenbao build`"):
        Archive.open(home)
    catalogue.write_bytes(whole)
    Archive.open(home).close()


def test_format_of_the_future(home):
    manifest = home / "generations/1/manifest.json"
    record = json.loads(manifest.read_bytes()) | {"format": 99, "novelty": [1, 2]}
    manifest.write_text(json.dumps(record))
    with pytest.raises(ArchiveMismatch, match=r"format 99; this wenbao reads format 3"):
        Archive.open(home)


@given(st.binary(max_size=40), st.integers(0), st.integers(0, 7))
def test_a_changed_bit_breaks_a_seal(data, place, bit):
    whole = bytearray(sealed(data))
    assert is_sealed(bytes(whole))
    whole[place % len(whole)] ^= 1 << bit
    assert not is_sealed(bytes(whole))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, ArchiveBusy),
        (sqlite3.SQLITE_CORRUPT, ArchiveDamaged),
        (sqlite3.SQLITE_FULL, ArchiveError),
        (sqlite3.SQLITE_IOERR_WRITE, ArchiveError),
        (None, ArchiveDamaged),
    ],
)
def test_the_disk_is_blamed_for_what_the_disk_did(code, kind, tmp_path):
    error = sqlite3.OperationalError("it\nwent " + "wrong " * 100)
    if code is not None:
        error.sqlite_errorcode = code
    told = explained(tmp_path, error)
    assert type(told) is kind
    assert ("disk full" in str(told)) == (kind is ArchiveError)
    assert f"{tmp_path}/archive.sqlite: " in str(told)
    assert "\n" not in str(told)
    assert len(str(told)) < 300 + len(str(tmp_path))


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBER = st.integers(0, 10**6)
LINES = st.tuples(NUMBER, NUMBER)
DATES = st.builds(Date, TEXT, TEXT)
ARTICLES = st.builds(
    Article,
    id=TEXT,
    source=TEXT,
    page=NUMBER,
    lines=LINES,
    text=TEXT,
    spans=st.lists(st.builds(Span, NUMBER, NUMBER, NUMBER, NUMBER), max_size=4).map(tuple),
    headline=st.lists(TEXT, max_size=3).map(tuple),
    headline_lines=st.lists(NUMBER, max_size=3).map(tuple),
    sections=st.lists(st.builds(Section, TEXT, LINES), max_size=3).map(tuple),
    byline=st.lists(TEXT, max_size=3).map(tuple),
    kind=TEXT,
    event_dates=st.lists(DATES, max_size=3).map(tuple),
    published=st.none() | DATES,
    continued_to_page=st.none() | NUMBER,
    continued_from_page=st.none() | NUMBER,
    continues=st.none() | TEXT,
    record=st.none() | TEXT,
)


@given(ARTICLES)
def test_articles_are_stored_whole(article):
    assert article_from_json(article.id, article.text, article_to_json(article)) == article


@given(st.lists(st.builds(Line, NUMBER, TEXT), max_size=5))
def test_pages_are_stored_whole(lines):
    page = Page("a", 1, tuple(lines))
    assert page_from_blob("a", 1, page_to_blob(page)) == page


def test_reporters_and_dates_are_those_of_the_generation(tmp_path):
    pages = write_pages(tmp_path / "pages")
    build([pages], tmp_path / "home", encoder=CountingEncoder())
    with Archive.open(tmp_path / "home") as old:
        (pages / "公园.txt").unlink()
        write_pages(pages, {"站.txt": "□记者 周舟 报道\n本报2024年2月3日讯 新站启用。\n"})
        build([pages], tmp_path / "home", encoder=CountingEncoder())
        with Archive.open(tmp_path / "home") as new:
            assert old.bylines() == ["李涛", "王雪", "董梅雪"]
            assert new.bylines() == ["周舟", "李涛", "王雪"]
            assert ("2023-05-01" in old.dates(), "2024-02-03" in old.dates()) == (True, False)
            assert ("2023-05-01" in new.dates(), "2024-02-03" in new.dates()) == (False, True)
