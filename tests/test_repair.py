"""Damage: what is derived is made again without reading or embedding; what is not comes back from the sources."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from pages import CountingEncoder, found_by, texts

from index import (
    Archive,
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
    change_catalogue(home, "UPDATE pages SET lines = replace(lines, '大桥', '小桥')")
    (problem,) = check(home)
    assert problem.reason.startswith("大桥.txt: article ")
    assert "does not stand on line 3 of 大桥.txt. Run `wenbao build`" in problem.reason
    assert repair(home) == [problem]
    report = build([pages], home, encoder=CountingEncoder())
    assert (report.encoded, check(home)) == (0, [])


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
    change_catalogue(home, "DELETE FROM vectors WHERE rowid = 1")
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


@pytest.mark.parametrize("name", ["vectors.faiss", "lexical/meta.json"])
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
    (home / "generations/1/vectors.faiss").unlink()

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
    for name in ("embedded_text", "shared_text", "index_terms", "LexicalEntry", "FIELDS", "TOKENIZER"):
        assert hasattr(entries, name)
