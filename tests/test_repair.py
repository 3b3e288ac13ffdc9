"""Damage: what is derived is made again without reading or embedding; what is not comes back from the sources."""

import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from pages import CountingEncoder, found_by, texts

from index import (
    Archive,
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveMismatch,
    NoArchive,
    build,
    check,
    current_generation,
    entries,
    repair,
)
from index.archive import recipe
from index.archive.codec import page_to_blob


def derived_files(home: Path) -> list[Path]:
    return sorted(file for file in (home / "generations/1").rglob("*") if file.is_file() and file.suffix != ".lock")


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("heal", ["build", "doctor"])
@pytest.mark.parametrize(
    "harm", [Path.unlink, flip, lambda file: os.truncate(file, 10)], ids=["removed", "flipped", "cut"]
)
def test_damaged_derived_files_are_made_again(pages, home, tmp_path, harm, heal):
    build([pages], home, encoder=CountingEncoder())
    expected = texts(home)
    for number, file in enumerate([*derived_files(home), home / "CURRENT"]):
        copy = shutil.copytree(home, tmp_path / f"copy-{number}")
        harm(copy / file.relative_to(home))
        encoder = CountingEncoder()
        if heal == "build":
            assert build([pages], copy, encoder=encoder).unchanged or file.name in ("manifest.json", "CURRENT")
        else:
            assert check(copy)
            assert repair(copy, encoder=encoder) == []
        assert (texts(copy), encoder.seen) == (expected, []), file.name
        assert check(copy) == []
        assert found_by(copy, "开放") == ["公园.txt"]


def test_lost_generations_folder(pages, home):
    build([pages], home, encoder=CountingEncoder())
    shutil.rmtree(home / "generations")
    encoder = CountingEncoder()
    build(None, home, encoder=encoder)

    assert (len(texts(home)), encoder.seen) == (3, [])


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"junk" * 1000)], ids=["removed", "junk"])
def test_lost_catalogue_starts_over_from_the_sources_and_says_so(pages, home, harm):
    build([pages], home, encoder=CountingEncoder())
    harm(home / "archive.sqlite")
    assert check(home)
    with pytest.raises(ArchiveDamaged):
        Archive.open(home)
    report = build([pages], home, encoder=CountingEncoder())

    assert (report.generation, report.encoded) == (2, 3)
    assert "read and embedded again from the sources" in report.notes[0].reason
    assert len(texts(home)) == 3
    assert check(home) == []


def test_archive_of_the_future_is_not_touched(pages, home):
    build([pages], home, encoder=CountingEncoder())
    change_catalogue(home, "PRAGMA user_version = 99")
    for use in (lambda: build([pages], home, encoder=CountingEncoder()), lambda: Archive.open(home).close()):
        with pytest.raises(ArchiveMismatch, match="format 99"):
            use()
    assert current_generation(home) == 1


def change_catalogue(home: Path, *statements: str) -> None:
    catalogue = sqlite3.connect(home / "archive.sqlite")
    with catalogue:
        for statement in statements:
            catalogue.execute(statement)
    catalogue.close()


def test_doctor_finds_what_no_checksum_shows_and_build_heals_it(pages, home):
    build([pages], home, encoder=CountingEncoder())
    assert (check(home), repair(home)) == ([], [])
    with Archive.open(home) as archive:
        page = archive.page("大桥.txt")
    page = replace(page, lines=tuple(replace(line, text=line.text.replace("大桥", "小桥")) for line in page.lines))
    change_catalogue(
        home,
        f"UPDATE pages SET lines = x'{page_to_blob(page).hex()}' WHERE source = (SELECT key FROM sources WHERE name = '大桥.txt')",
    )
    (problem,) = check(home)
    assert problem.reason.startswith("大桥.txt: article ")
    assert "does not stand on line 3 of 大桥.txt. Run `wenbao build`" in problem.reason
    assert repair(home) == [problem]
    report = build([pages], home, encoder=CountingEncoder())
    assert (report.encoded, check(home)) == (0, [])


BRIDGE = "(SELECT key FROM sources WHERE name = '大桥.txt')"
ITS_ARTICLE = f"(SELECT key FROM articles WHERE source = {BRIDGE})"
DAMAGES = {
    "text": f"UPDATE articles SET text = replace(text, '大桥', '小桥') WHERE source = {BRIDGE}",
    "no UTF-8": f"UPDATE articles SET text = CAST(x'41ff0a' AS TEXT) WHERE source = {BRIDGE}",
    "no text": f"UPDATE articles SET text = x'41' WHERE source = {BRIDGE}",
    "data": f"UPDATE articles SET data = substr(data, 2) WHERE source = {BRIDGE}",
    "id": f"UPDATE articles SET id = id || x'0a' WHERE source = {BRIDGE}",
    "of another source": f"UPDATE articles SET source = source + 1 WHERE source = {BRIDGE}",
    "of no source": f"UPDATE articles SET source = 99 WHERE source = {BRIDGE}",
    "article died": f"UPDATE articles SET died = 1 WHERE source = {BRIDGE}",
    "article born later": f"UPDATE articles SET born = 17 WHERE source = {BRIDGE}",
    "article gone": f"DELETE FROM articles WHERE source = {BRIDGE}",
    "passages gone": f"DELETE FROM passages WHERE article = {ITS_ARTICLE}",
    "passage of no article": f"UPDATE passages SET article = 99 WHERE article = {ITS_ARTICLE}",
    "passage shorter": f"UPDATE passages SET end = end - 1 WHERE article = {ITS_ARTICLE}",
    "passage without an end": f"UPDATE passages SET end = 'x' WHERE article = {ITS_ARTICLE}",
    "passage of another name": f"UPDATE passages SET id = 'x' WHERE article = {ITS_ARTICLE}",
    "dates gone": f"DELETE FROM article_dates WHERE article = {ITS_ARTICLE}",
    "name changed": f"UPDATE article_bylines SET name = '王雷' WHERE name = '王雪' AND article = {ITS_ARTICLE}",
    "page": f"UPDATE pages SET lines = substr(lines, 1, 20) WHERE source = {BRIDGE}",
    "page gone": f"DELETE FROM pages WHERE source = {BRIDGE}",
    "source renamed": "UPDATE sources SET name = '大挢.txt' WHERE name = '大桥.txt'",
    "source without a name": "UPDATE sources SET name = CAST(x'e5a4ff0a' AS TEXT) WHERE name = '大桥.txt'",
    "counts": "UPDATE sources SET articles = 17 WHERE name = '大桥.txt'",
    "stamp": "UPDATE sources SET stamp = CAST(x'ff' AS TEXT) WHERE name = '大桥.txt'",
    "first passage": f"UPDATE articles SET first = first + 1 WHERE source = {BRIDGE}",
    "source gone": "DELETE FROM sources WHERE name = '大桥.txt'",
    "source died": "UPDATE sources SET died = 1 WHERE name = '大桥.txt'",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_rows_are_named_taken_out_and_read_again(pages, home, damage):
    build([pages], home, encoder=CountingEncoder())
    expected = texts(home)
    change_catalogue(home, DAMAGES[damage])
    told = ""
    try:
        texts(home)
    except ArchiveDamaged as error:
        told = str(error)
    assert not told or ("archive.sqlite: " in told and "\n" not in told)
    before = check(home)
    assert before
    assert all("\n" not in problem.reason and len(problem.reason) < 300 for problem in before)
    encoder = CountingEncoder()
    left = repair(home, encoder=encoder)
    assert left, "what is lost is forgotten"
    assert all("Run `wenbao build`" in problem.reason for problem in left)
    with Archive.open(home) as archive:
        # What is not damaged goes on being answered.
        assert {"公园.txt", "港口.txt"} <= {article.source for article in archive.articles()}
        assert archive.vectors.rows.tolist() == sorted(
            passage.row for article in archive.articles() for passage in archive.article_passages(article.id)
        )
    assert repair(home, encoder=encoder) == left
    build([pages], home, encoder=encoder)
    assert (texts(home), check(home)) == (expected, [])
    # Of a passage that is gone nothing tells which vector was its own.
    assert len(encoder.seen) == (damage == "passages gone")


def test_damaged_record_of_the_generation_is_written_again(pages, home):
    build([pages], home, encoder=CountingEncoder())
    expected = texts(home)
    change_catalogue(home, "UPDATE generations SET passage = passage - 2")
    for use in (lambda: build([pages], home, encoder=CountingEncoder()), lambda: build(None, home)):
        with pytest.raises(ArchiveDamaged, match=r"archive.sqlite: .* is damaged. Run `wenbao doctor`"):
            use()
    assert check(home)
    assert repair(home, encoder=CountingEncoder()) == []
    assert texts(home) == expected
    assert build(None, home, encoder=CountingEncoder()).unchanged == tuple(sorted(expected))


def test_damaged_vectors_are_embedded_again(pages, home):
    build([pages], home, encoder=CountingEncoder())
    change_catalogue(
        home, "UPDATE vectors SET vector = zeroblob(length(vector)) WHERE key = (SELECT min(key) FROM vectors)"
    )
    assert [problem.reason for problem in check(home)] == ["holds damaged vectors of 1 passages."]
    shutil.rmtree(home / "generations/1/vectors")
    with pytest.raises(
        ArchiveDamaged, match=r"archive.sqlite: the vector of passage \d+ is damaged. Run `wenbao doctor`"
    ):
        build([pages], home, encoder=CountingEncoder())
    encoder = CountingEncoder()
    assert repair(home, encoder=encoder) == []
    assert len(encoder.seen) == 1
    assert len(texts(home)) == 3


def test_damaged_index_of_the_catalogue_is_made_again(pages, home):
    build([pages], home, encoder=CountingEncoder())
    expected = texts(home)
    change_catalogue(
        home,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = sql || ' WHERE ordinal > 0' WHERE name = 'articles_id'",
    )
    change_catalogue(home, "REINDEX articles_id")
    change_catalogue(
        home,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, ' WHERE ordinal > 0', '') WHERE name = 'articles_id'",
    )
    assert "articles_id" in check(home)[0].reason
    with pytest.raises(ArchiveDamaged, match=r"archive.sqlite: article .*, or what it is looked up by, is damaged"):
        texts(home)
    encoder = CountingEncoder()
    assert repair(home, encoder=encoder) == []
    assert (texts(home), encoder.seen) == (expected, [])


@pytest.mark.parametrize(
    "harm", [lambda file: file.write_bytes(b""), lambda file: zero_version(file)], ids=["empty", "0"]
)
def test_catalogue_without_tables_is_damage_and_not_another_format(pages, home, harm):
    build([pages], home, encoder=CountingEncoder())
    harm(home / "archive.sqlite")
    assert "holds no tables" in check(home)[0].reason
    report = build([pages], home, encoder=CountingEncoder())
    assert "holds no tables; set aside as archive.sqlite.damaged-1. Everything was read" in report.notes[0].reason
    assert (len(texts(home)), check(home)) == (3, [])


def zero_version(file: Path) -> None:
    change_catalogue(file.parent, "PRAGMA user_version = 0")


def test_build_that_fails_leaves_no_process_in_the_lock(pages, home):
    build([pages], home, encoder=CountingEncoder())
    change_catalogue(home, "UPDATE generations SET passage = 0")
    with pytest.raises(ArchiveDamaged):
        build([pages], home, encoder=CountingEncoder())
    assert (home / "lock").read_bytes() == b""


def test_catalogue_that_another_program_holds_is_not_called_damaged(pages, home, monkeypatch):
    build([pages], home, encoder=CountingEncoder())
    monkeypatch.setattr("index.archive.schema.BUSY_SECONDS", 0.01)
    other = sqlite3.connect(home / "archive.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (pages / "公园.txt").unlink()
    with pytest.raises(ArchiveBusy, match=r"archive.sqlite: another program is using it"):
        build([pages], home, encoder=CountingEncoder())
    other.close()
    build([pages], home, encoder=CountingEncoder())
    assert (len(texts(home)), check(home)) == (2, [])


def test_catalogue_beyond_repair_is_set_aside(pages, home):
    build([pages], home, encoder=CountingEncoder())
    catalogue = home / "archive.sqlite"
    data = bytearray(catalogue.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    catalogue.write_bytes(data)
    assert check(home)
    (problem,) = repair(home)
    assert "set aside as archive.sqlite.damaged-1. Run `wenbao build`" in problem.reason
    assert len(build([pages], home, encoder=CountingEncoder()).added) == 3
    assert (len(texts(home)), check(home)) == (3, [])
    assert "damaged-1" in " ".join(path.name for path in home.iterdir())


def test_doctor_embeds_what_has_lost_its_vector(pages, home):
    build([pages], home, encoder=CountingEncoder())
    change_catalogue(home, "DELETE FROM vectors WHERE key = (SELECT min(key) FROM vectors)")
    assert [problem.reason for problem in check(home)] == ["holds no vector for 1 passages."]
    encoder = CountingEncoder()
    assert repair(home, encoder=encoder) == []
    assert len(encoder.seen) == 1
    assert len(texts(home)) == 3


def test_doctor_without_an_archive(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        for look in (check, repair):
            with pytest.raises(NoArchive):
                look(folder)


def test_upgrade_that_reads_otherwise_reads_again_but_embeds_nothing(pages, home, monkeypatch):
    build([pages], home, encoder=CountingEncoder())
    monkeypatch.setattr("index.archive.steps.reading_recipe", lambda: "another")
    report = build([pages], home, encoder=CountingEncoder())

    assert (report.generation, len(report.unchanged), report.encoded) == (2, 3, 0)
    assert build([pages], home, encoder=CountingEncoder()).generation == 2


@pytest.mark.parametrize("name", ["vectors/meta.json", "lexical/meta.json"])
def test_damage_in_files_too_large_to_be_verified_at_opening(pages, home, monkeypatch, name):
    build([pages], home, encoder=CountingEncoder())
    monkeypatch.setattr("index.archive.manifest.damaged_files.__kwdefaults__", {"limit": 0})
    file = home / "generations/1" / name
    file.write_bytes(b"\0" * file.stat().st_size)
    with Archive.open(home) as archive, pytest.raises(ArchiveDamaged, match="Run `wenbao doctor`"):
        assert archive.vectors.count + archive.lexical.count
    assert check(home)
    (pages / "公园.txt").unlink()
    build([pages], home, encoder=CountingEncoder())
    assert len(texts(home)) == 2
    assert check(home) == []


def test_doctor_that_cannot_write_says_so(pages, home, monkeypatch):
    build([pages], home, encoder=CountingEncoder())
    (home / "generations/1/vectors/meta.json").unlink()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.archive.derive.sync", full)
    with pytest.raises(ArchiveError, match="No space left on device"):
        repair(home, encoder=CountingEncoder())


def test_change_of_what_is_embedded_or_searched_is_a_change_of_both_recipes(tmp_path, monkeypatch):
    shutil.copytree(Path(recipe.__file__).parent.parent, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(recipe, "_PACKAGE", tmp_path)
    digests = recipe.reading_recipe.__wrapped__, recipe.terms_recipe.__wrapped__
    before = [digest() for digest in digests]
    (tmp_path / "entries.py").write_bytes((tmp_path / "entries.py").read_bytes() + b"# changed")
    after = [digest() for digest in digests]
    assert all(old != new for old, new in zip(before, after, strict=True))
    for name in ("embedded_text", "shared_text", "lexical_entries", "LexicalEntry", "FIELDS", "TOKENIZER"):
        assert hasattr(entries, name)


def test_catalogue_whose_tables_are_called_otherwise_is_set_aside(pages, home):
    build([pages], home, encoder=CountingEncoder())
    change_catalogue(
        home,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'dimension', 'dimensiom')",
    )
    with pytest.raises(ArchiveDamaged, match=r"archive.sqlite: cannot be read \(malformed database schema\)"):
        Archive.open(home)
    assert "malformed database schema" in check(home)[0].reason
    assert "set aside as archive.sqlite.damaged-1" in repair(home)[0].reason
    build([pages], home, encoder=CountingEncoder())
    assert (len(texts(home)), check(home)) == (3, [])
