"""Builds: the archive mirrors the paths, does only what changed, refuses by name, and repairs itself."""

import os
import socket
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from pages import PAGES, CountingEncoder, found_by, texts, write_pages

from index import (
    Archive,
    ArchiveBusy,
    ArchiveError,
    EncoderError,
    Filter,
    NoArchive,
    UsageError,
    build,
    current_generation,
)
from index.archive.lock import building

NEW = "新站启用\n□记者 王雪 报道\n本报2023年6月1日讯 新站今天启用。站前有山。\n"


def refusals(report) -> dict[str, str]:
    return {refusal.source: refusal.reason for refusal in report.refused}


# The archive mirrors the paths.


def test_first_build(pages, home):
    report = build([pages], home, encoder=CountingEncoder())

    assert report.generation == 1 == current_generation(home)
    assert report.added == ("公园.txt", "大桥.txt", "港口.txt")
    assert (report.changed, report.unchanged, report.removed, report.refused, report.notes) == ((),) * 5
    assert (report.articles, report.passages, report.encoded) == (3, 3, 3)
    assert sorted(texts(home)) == list(report.added)


def test_headline_is_embedded_and_searched_with_each_passage(pages, home):
    encoder = CountingEncoder()
    build([pages], home, encoder=encoder)

    assert sorted(encoder.seen)[0].startswith("大桥合龙\n本报2023年11月14日讯 大桥今天上午合龙。")
    assert found_by(home, "开航") == ["港口.txt"]
    assert found_by(home, "梅雪") == ["公园.txt"]


def test_unchanged_rebuild_does_nothing(pages, home):
    build([pages], home, encoder=CountingEncoder())
    encoder = CountingEncoder()
    report = build([pages], home, encoder=encoder)

    assert report.unchanged == ("公园.txt", "大桥.txt", "港口.txt")
    assert (report.generation, report.encoded, encoder.seen) == (1, 0, [])


def test_added_changed_removed(pages, home):
    build([pages], home, encoder=CountingEncoder())
    write_pages(pages, {"新/站.txt": NEW, "大桥.txt": PAGES["大桥.txt"].replace("9公里", "8公里")})
    (pages / "公园.txt").unlink()
    encoder = CountingEncoder()
    report = build([pages], home, encoder=encoder)

    assert (report.added, report.changed, report.removed) == (("新/站.txt",), ("大桥.txt",), ("公园.txt",))
    assert report.unchanged == ("港口.txt",)
    assert len(encoder.seen) == report.encoded == 2
    assert sorted(texts(home)) == ["大桥.txt", "新/站.txt", "港口.txt"]
    assert "8公里" in texts(home)["大桥.txt"][0]
    assert found_by(home, "开放") == []
    assert found_by(home, "站") == ["新/站.txt"]


def test_renamed_file_is_not_embedded_again(pages, home):
    build([pages], home, encoder=CountingEncoder())
    (pages / "公园.txt").rename(pages / "山顶.txt")
    report = build([pages], home, encoder=CountingEncoder())

    assert (report.added, report.removed, report.encoded) == (("山顶.txt",), ("公园.txt",), 0)
    assert found_by(home, "开放") == ["山顶.txt"]


def test_touched_file_is_not_read_again_and_changed_file_with_old_times_is(pages, home):
    build([pages], home, encoder=CountingEncoder())
    os.utime(pages / "港口.txt", (1, 1))
    assert build([pages], home, encoder=CountingEncoder()).generation == 1
    status = (pages / "大桥.txt").stat()
    write_pages(pages, {"大桥.txt": PAGES["大桥.txt"].replace("9公里", "8公里")})
    os.utime(pages / "大桥.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert build([pages], home, encoder=CountingEncoder()).changed == ("大桥.txt",)


def test_paths_are_remembered(pages, home, tmp_path, monkeypatch):
    build([pages], home, encoder=CountingEncoder())
    write_pages(pages, {"站.txt": NEW})
    monkeypatch.chdir(tmp_path)

    assert build(None, home, encoder=CountingEncoder()).added == ("站.txt",)


def test_seeds_are_the_default(tmp_path, home, monkeypatch):
    write_pages(tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)

    assert build(None, home, encoder=CountingEncoder()).added == ("公园.txt", "大桥.txt", "港口.txt")


def test_other_paths_replace_those_before(pages, home, tmp_path):
    build([pages], home, encoder=CountingEncoder())
    report = build([write_pages(tmp_path / "other", {"站.txt": NEW})], home, encoder=CountingEncoder())

    assert (report.added, report.removed) == (("站.txt",), ("公园.txt", "大桥.txt", "港口.txt"))


def test_uploads_belong_to_the_archive(pages, home):
    build([pages], home, encoder=CountingEncoder())
    write_pages(home / "uploads", {"站.txt": NEW, "港口.txt": PAGES["港口.txt"].replace("3公里", "4公里")})
    report = build(None, home, encoder=CountingEncoder())
    assert report.added == ("uploads/港口.txt", "站.txt")
    (home / "uploads/站.txt").unlink()
    assert build(None, home, encoder=CountingEncoder()).removed == ("站.txt",)
    assert found_by(home, "站") == []


def test_names_of_files_and_of_second_roots(tmp_path, home):
    first = write_pages(tmp_path / "a/news", {"x.txt": PAGES["港口.txt"]})
    second = write_pages(tmp_path / "b/news", {"x.txt": PAGES["公园.txt"]})
    third = write_pages(tmp_path / "c/news", {"x.txt": PAGES["大桥.txt"], "y.txt": NEW})
    report = build([first, second, third, third / "y.txt", first], home, encoder=CountingEncoder())

    assert report.added == ("news-2/x.txt", "news/x.txt", "x.txt", "y.txt")


def test_archive_inside_its_own_root(pages):
    build([pages], pages / "archive", encoder=CountingEncoder())
    write_pages(pages / "archive/uploads", {"站.txt": NEW})
    report = build([pages], pages / "archive", encoder=CountingEncoder())

    assert (report.added, len(report.unchanged), report.refused) == (("站.txt",), 3, ())


def test_one_damaged_date_or_text_is_never_shared_between_versions(pages, home):
    """An article of the same id lives twice in the catalogue while two generations are kept: each sees its own."""
    build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as old:
        write_pages(pages, {"大桥.txt": PAGES["大桥.txt"] + "\n\n"})
        build([pages], home, encoder=CountingEncoder())
        (article,) = old.articles("大桥.txt")
        assert len(old.article_passages(article.id)) == 1
        with Archive.open(home) as new:
            assert len(new.article_passages(new.articles("大桥.txt")[0].id)) == 1


# What is refused, each by name.


def test_refused_files_are_named_and_the_rest_is_built(pages, home, tmp_path):
    (pages / "空.txt").write_bytes(b"")
    (pages / "junk.txt").write_bytes(bytes(range(256)) * 20)
    (pages / "报.xyz").write_bytes(b"%PDF")
    (pages / ".hidden.txt").write_text(NEW)
    (pages / ".git").mkdir()
    (pages / ".git/x.txt").write_text(NEW)
    write_pages(tmp_path, {"outside.txt": NEW})
    (pages / "link.txt").symlink_to(tmp_path / "outside.txt")
    (pages / "broken.txt").symlink_to(pages / "nowhere.txt")
    (pages / "again.txt").symlink_to(pages / "港口.txt")
    (pages / "loop").symlink_to(pages)
    (pages / "ring.txt").symlink_to(pages / "ring.txt")
    os.mkfifo(pages / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(pages / "socket.txt"))
        report = build([pages], home, encoder=CountingEncoder())

    assert report.added == ("公园.txt", "大桥.txt", "港口.txt")
    reasons = refusals(report)
    assert set(reasons) == {
        "空.txt", "junk.txt", "报.xyz", "link.txt", "broken.txt", "ring.txt", "loop", "pipe.txt", "socket.txt",
    }  # fmt: skip
    assert "is not a format read here" in reasons["报.xyz"]
    assert "out of the folder" in reasons["link.txt"]
    assert "empty" in reasons["空.txt"]
    assert "regular file" in reasons["pipe.txt"]


def test_file_that_becomes_junk_leaves_the_archive(pages, home):
    build([pages], home, encoder=CountingEncoder())
    (pages / "大桥.txt").write_bytes(b"\0" * 500)
    report = build([pages], home, encoder=CountingEncoder())

    assert report.removed == ("大桥.txt",)
    assert list(refusals(report)) == ["大桥.txt"]


def test_page_without_an_article_is_noted(pages, home):
    write_pages(pages, {"版.txt": "第1版\n"})
    report = build([pages], home, encoder=CountingEncoder())

    assert [note.source for note in report.notes] == ["版.txt"]
    assert build([pages], home, encoder=CountingEncoder()).generation == 1


@pytest.mark.parametrize("paths", [["missing"], ["missing", "gone"], ["empty"], ["refused"], []])
def test_nothing_to_read_leaves_the_archive_as_it_was(pages, home, tmp_path, paths):
    (tmp_path / "empty").mkdir()
    write_pages(tmp_path / "refused", {"a.xyz": "", "b.txt": ""})
    with pytest.raises(UsageError, match=r"nothing to read \(supported: |no such file or folder"):
        build([tmp_path / path for path in paths], home, encoder=CountingEncoder())
    assert not (home / "CURRENT").exists()
    build([pages], home, encoder=CountingEncoder())
    with pytest.raises(UsageError, match=r"[Tt]he archive is left as it was"):
        build([tmp_path / path for path in paths], home, encoder=CountingEncoder())
    assert len(texts(home)) == 3
    assert build(None, home, encoder=CountingEncoder()).generation == 1


def test_missing_path_among_others_changes_nothing(pages, home, tmp_path):
    other = write_pages(tmp_path / "other", {"站.txt": NEW})
    build([pages, other], home, encoder=CountingEncoder())
    other.rename(tmp_path / "away")
    (pages / "公园.txt").unlink()
    with pytest.raises(UsageError, match="other: no such file or folder"):
        build([pages, other], home, encoder=CountingEncoder())
    assert sorted(texts(home)) == ["公园.txt", "大桥.txt", "港口.txt", "站.txt"]


# What is out of reach is kept.


def test_files_below_a_missing_root_are_kept_until_the_paths_are_given_again(pages, home, tmp_path):
    other = write_pages(tmp_path / "other", {"站.txt": NEW, "港口.txt": NEW})
    build([other, pages], home, encoder=CountingEncoder())
    before = texts(home)
    assert sorted(before) == ["pages/港口.txt", "公园.txt", "大桥.txt", "港口.txt", "站.txt"]
    other.rename(tmp_path / "away")
    (pages / "公园.txt").unlink()
    report = build(None, home, encoder=CountingEncoder())

    assert report.removed == ("公园.txt",)
    assert report.added == report.changed == ()
    ((source, reason),) = refusals(report).items()
    assert source == str(other)
    assert reason == (
        "cannot be read now (no such file or folder). Its 2 files are kept as they were. "
        "Give the paths again (wenbao build PATH …) to drop them."
    )
    assert texts(home) == {name: text for name, text in before.items() if name != "公园.txt"}
    (tmp_path / "away").rename(other)
    report = build(None, home, encoder=CountingEncoder())
    assert (report.added, report.changed, report.removed, report.refused) == ((),) * 4
    other.rename(tmp_path / "away")
    assert build([pages], home, encoder=CountingEncoder()).removed == ("pages/港口.txt", "站.txt")
    assert sorted(texts(home)) == ["大桥.txt", "港口.txt"]


def test_the_mount_point_of_a_drive_holds_nothing(pages, home, tmp_path):
    other = write_pages(tmp_path / "other", {"站.txt": NEW})
    build([pages, other], home, encoder=CountingEncoder())
    (other / "站.txt").rename(tmp_path / "站.txt")
    report = build(None, home, encoder=CountingEncoder())

    assert (report.removed, list(refusals(report))) == ((), [str(other)])
    assert build([pages, other], home, encoder=CountingEncoder()).removed == ("站.txt",)
    assert build(None, home, encoder=CountingEncoder()).refused == ()


@pytest.mark.parametrize("paths", [None, ["pages"]])
def test_files_of_a_folder_that_cannot_be_listed_are_kept(pages, home, tmp_path, monkeypatch, paths):
    write_pages(pages, {"新/站.txt": NEW})
    build([pages], home, encoder=CountingEncoder())
    listing = os.scandir

    def refusing(path):
        if path == str(pages / "新"):
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr("os.scandir", refusing)
    report = build(paths and [tmp_path / path for path in paths], home, encoder=CountingEncoder())

    assert report.removed == ()
    assert refusals(report) == {
        "新": "cannot be listed (Permission denied). Check its permissions. Its 1 files are kept as they were."
    }
    assert len(texts(home)) == 4


def test_file_that_cannot_be_looked_at_is_kept(pages, home):
    build([pages], home, encoder=CountingEncoder())
    (pages / "大桥.txt").unlink()
    (pages / "大桥.txt").symlink_to("大桥.txt")
    report = build([pages], home, encoder=CountingEncoder())

    assert (report.removed, list(refusals(report))) == ((), ["大桥.txt"])
    assert len(texts(home)) == 3


def test_files_are_looked_for_when_no_other_build_is_at_work(pages, home):
    """A build that could end between another's look and its work would be undone by it."""
    busy = []

    def another(progress):
        if progress.stage == "scan":
            with pytest.raises(ArchiveBusy):
                build([pages], home, encoder=CountingEncoder())
            busy.append(progress)

    build([pages], home, encoder=CountingEncoder(), progress=another)
    assert len(busy) == 2


def test_names_that_are_no_text(pages, home, tmp_path):
    folder = tmp_path / "\u62a5\n".encode("gbk").decode("utf-8", "surrogateescape")
    folder.mkdir()
    for name in ("大桥.txt".encode("gbk"), "两\n行.txt".encode()):
        (folder / os.fsdecode(name)).write_text(NEW)
    report = build([folder], home, encoder=CountingEncoder())

    assert len(report.added) == 2
    assert all(name.isprintable() and name.encode() for name in report.added)
    assert build(None, home, encoder=CountingEncoder()).generation == 1
    with pytest.raises(UsageError, match="no such file") as caught:
        build([folder / "gone"], home, encoder=CountingEncoder())
    assert str(caught.value).isprintable()
    with pytest.raises(ArchiveError, match="not UTF-8"):
        build([folder], folder / "home", encoder=CountingEncoder())


# Deleted files leave no trace in the answers.


def test_scores_after_deletions_are_those_of_a_fresh_build(tmp_path, home):
    pages = write_pages(
        tmp_path / "many",
        {f"{n}.txt": NEW.replace("新站", f"{n}号站") + f"第{n}站有桥。\n" * (n % 5) for n in range(40)},
    )
    build([pages], home, encoder=CountingEncoder())
    for number in range(38):
        (pages / f"{number}.txt").unlink()
    build([pages], home, encoder=CountingEncoder())
    build([pages], tmp_path / "fresh", encoder=CountingEncoder())
    with Archive.open(home) as old, Archive.open(tmp_path / "fresh") as new:
        for term in ("站", "启用", "王雪", "桥"):
            frequencies = [archive.lexical.document_frequency(term) for archive in (old, new)]
            assert frequencies[0] == frequencies[1] <= old.lexical.count == 2
            scores = [[score for _, score in archive.lexical.search({term: 1.0}, 5)] for archive in (old, new)]
            assert scores[0] == scores[1]


def test_lexical_index_is_kept_while_few_are_deleted(pages, home, monkeypatch):
    monkeypatch.setattr("index.archive.derive.FEW_PASSAGES", 0)
    write_pages(pages, {f"{number}.txt": NEW for number in range(20)})
    build([pages], home, encoder=CountingEncoder())
    for number, gone in enumerate(("0.txt", "1.txt", "2.txt"), 1):
        (pages / gone).unlink()
        generation = build([pages], home, encoder=CountingEncoder()).generation
        files = list((home / f"generations/{generation}/lexical").iterdir())
        # The third deletion is of more than a tenth: after the generation without it comes one that is compact.
        assert any(file.suffix == ".del" for file in files) == (gone != "2.txt")
        assert generation == 1 + number + (gone == "2.txt")
        with Archive.open(home) as archive:
            assert archive.lexical.count == archive.vectors.count == 23 - number


def test_missing_path_makes_no_folder(tmp_path, home):
    with pytest.raises(UsageError, match="no such file or folder"):
        build([tmp_path / "missing"], home, encoder=CountingEncoder())
    assert not home.exists()


def test_home_that_cannot_be(pages, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="a file, not an archive folder"):
        build([pages], tmp_path / "file", encoder=CountingEncoder())
    with pytest.raises(ArchiveError, match="cannot be written"):
        build([pages], tmp_path / "file" / "below", encoder=CountingEncoder())
    with pytest.raises(ArchiveError, match="cannot be written"):
        build([pages], Path("/proc/wenbao"), encoder=CountingEncoder())


def test_second_builder_is_told_who_is_at_work(pages, home):
    build([pages], home, encoder=CountingEncoder())
    with building(home), pytest.raises(ArchiveBusy, match=f"process {os.getpid()} is building"):
        build([pages], home, encoder=CountingEncoder())
    assert build([pages], home, encoder=CountingEncoder()).generation == 1


def test_cancelled_build_keeps_what_is_done(pages, home):
    class Cancelled(Exception):
        pass

    def cancel(progress):
        if progress.stage == "index":
            raise Cancelled

    with pytest.raises(Cancelled):
        build([pages], home, encoder=CountingEncoder(), progress=cancel)
    with pytest.raises(NoArchive):
        Archive.open(home)
    report = build([pages], home, encoder=CountingEncoder())
    assert (len(report.added), report.encoded) == (3, 0)


def test_progress_goes_through_the_stages_to_their_end(pages, home):
    seen = []
    build([pages], home, encoder=CountingEncoder(), progress=seen.append)

    assert list(dict.fromkeys(progress.stage for progress in seen)) == ["scan", "read", "link", "index"]
    last = {progress.stage: progress for progress in seen}
    assert all((progress.done, progress.total) == (3, 3) for progress in last.values())
    assert {progress.item for progress in seen if progress.stage == "read"} >= set(PAGES)


# Encoders.


def test_other_encoder_embeds_everything_anew_and_the_old_serves_meanwhile(pages, home):
    build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as old:
        other = CountingEncoder("other", "badcafe0")
        report = build([pages], home, encoder=other)
        assert (report.generation, report.encoded, len(other.seen)) == (2, 3, 3)
        assert old.manifest.encoder.name == "counting"
        assert old.vectors.count == 3
    with Archive.open(home) as new:
        assert new.manifest.encoder.name == "other"
    assert build([pages], home, encoder=CountingEncoder()).encoded == 0, "the generation before still has its vectors"


@pytest.mark.parametrize(
    "vectors", [np.zeros((3, 2), np.float32), np.zeros((2, 3), np.float32), np.full((3, 3), np.nan, np.float32)]
)
def test_encoder_that_gives_something_else_is_refused(pages, home, vectors):
    encoder = CountingEncoder()
    encoder.encode = lambda texts, query=False: vectors
    with pytest.raises(EncoderError, match="encoder counting"):
        build([pages], home, encoder=encoder)
    assert build([pages], home, encoder=CountingEncoder()).generation == 1


# Readers and generations.


def test_reader_holds_its_generation_while_others_come_and_go(pages, home):
    build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as reader:
        before = reader.articles()
        for number in range(2, 6):
            write_pages(pages, {"港口.txt": NEW.replace("6月1日", f"6月{number}日"), f"{number}.txt": NEW})
            (pages / "公园.txt").unlink(missing_ok=True)
            assert build([pages], home, encoder=CountingEncoder()).generation == number
        assert reader.articles() == before
        assert {article.source for article, _ in reader.passages(reader.vectors.rows)} == set(PAGES)
        assert [article.source for article, _ in reader.passages(reader.select(Filter(byline="董梅雪")))] == [
            "公园.txt"
        ]
        assert sorted(path.name for path in (home / "generations").iterdir()) == ["1", "4", "5"]
    write_pages(pages, {"last.txt": NEW})
    build([pages], home, encoder=CountingEncoder())
    assert sorted(path.name for path in (home / "generations").iterdir()) == ["5", "6"]
    with sqlite3.connect(home / "archive.sqlite") as catalogue:
        assert catalogue.execute("SELECT count(*) FROM sources WHERE name = '公园.txt'").fetchone() == (0,)
        vectors, wanted = catalogue.execute(
            "SELECT (SELECT count(*) FROM vectors), (SELECT count(*) FROM passages)"
        ).fetchone()
    catalogue.close()
    assert vectors == wanted


def test_rows_are_never_used_twice(pages, home):
    build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as archive:
        first = set(archive.vectors.rows.tolist())
    for _ in range(3):
        for name in PAGES:
            write_pages(pages, {name: (pages / name).read_text() + "\n"})
        build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as archive:
        assert not first & set(archive.vectors.rows.tolist())


def test_unchanged_segments_are_shared_with_the_generation_before(pages, home):
    build([pages], home, encoder=CountingEncoder())
    write_pages(pages, {"站.txt": NEW})
    build([pages], home, encoder=CountingEncoder())

    linked = [file for file in (home / "generations/2/lexical").iterdir() if file.stat().st_nlink == 2]
    assert {file.suffix for file in linked} >= {".term", ".idx"}
