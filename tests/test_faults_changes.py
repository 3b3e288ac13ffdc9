"""What happens to files and clocks: every change is found, and what is only moved is never embedded again."""

import os
import sqlite3
import time
from pathlib import Path

import pytest
from faults import OLD, Child, build_pages, embedded, run, state, write
from pages import CountingEncoder

from index import Archive, build, check

DAY = 86_400
CLOCKS = {"a day back": -DAY, "ten years back": -3653 * DAY, "a day on": DAY, "before 1970": -60 * 365 * DAY}


def with_clock(shift: float, function, *arguments):
    """Run with the clock of the process set otherwise; that of the file system goes on as before."""
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + shift
    time.time_ns = lambda: now_ns() + int(shift * 10**9)
    return function(*arguments)


def texts(home: Path) -> dict[str, list[str]]:
    return state(home).texts


def in_place(file: Path, old: str, new: str) -> None:
    """Change a file so that its size and its time tell nothing."""
    before, data = file.stat(), file.read_bytes()
    assert len(old.encode()) == len(new.encode())
    assert old.encode() in data
    with file.open("r+b") as stream:
        stream.write(data.replace(old.encode(), new.encode()))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def by_another_file(file: Path, old: str, new: str) -> None:
    """Put another file of the same size and time in the place of a file."""
    before = file.stat()
    other = file.with_name("other")
    other.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)


@pytest.mark.parametrize("first", ["a day back", "a day on"])
def test_clock_set_otherwise(pages, home, tmp_path, first):
    """Built with one clock and built again with another: what changed is found, and nothing else is embedded."""
    log = tmp_path / "log"
    for number, shift in enumerate([CLOCKS[first], *(shift for name, shift in CLOCKS.items() if name != first), 0]):
        in_place(pages / "大桥.txt", f"{(9 - number) % 10}公里", f"{8 - number}公里")
        outcome = run(with_clock, shift, build_pages, pages, home, log)
        assert (outcome.status, outcome.error) == (0, "")
        assert f"{8 - number}公里" in texts(home)["大桥.txt"][0]
        assert (outcome.value.generation, outcome.value.encoded) == (number + 1, 1 if number else 3)
        assert run(with_clock, shift, build_pages, pages, home, log).value.generation == number + 1
    assert check(home) == []
    assert set(embedded(log).values()) == {1}


@pytest.mark.parametrize("years", [-60, 10, 300])
def test_times_of_files_far_from_now(pages, home, years):
    for number in range(3):
        in_place(pages / "大桥.txt", f"{9 - number}公里", f"{8 - number}公里")
        stamp = time.time() + years * 365 * DAY
        for file in pages.iterdir():
            os.utime(file, (stamp, stamp))
        encoder = CountingEncoder()
        report = build([pages], home, encoder=encoder)
        assert (report.changed, len(encoder.seen)) == ((("大桥.txt",), 1) if number else ((), 3))
        assert f"{8 - number}公里" in texts(home)["大桥.txt"][0]


@pytest.mark.slow
@pytest.mark.parametrize("change", [in_place, by_another_file])
def test_other_content_of_the_same_size_and_time(pages, home, change):
    """Also of files that have long been there, whose times are trusted."""
    time.sleep(2.1)
    build([pages], home, encoder=CountingEncoder())
    for number in range(2):
        change(pages / "大桥.txt", f"{9 - number}公里", f"{8 - number}公里")
        encoder = CountingEncoder()
        assert build([pages], home, encoder=encoder).changed == ("大桥.txt",)
        assert len(encoder.seen) == 1
        assert f"{8 - number}公里" in texts(home)["大桥.txt"][0]
        time.sleep(2.1)
        assert build([pages], home, encoder=CountingEncoder()).generation == number + 2


@pytest.mark.slow
def test_verify_finds_what_no_time_tells(pages, home, tmp_path):
    time.sleep(2.1)
    build([pages], home, encoder=CountingEncoder())
    in_place(pages / "大桥.txt", "9公里", "8公里")
    time.sleep(2.1)
    # What a build of the changed file would note of its times is noted of the file as it was.
    build([pages], tmp_path / "other", encoder=CountingEncoder())
    with sqlite3.connect(tmp_path / "other/archive.sqlite") as other:
        rows = other.execute("SELECT stamp, name FROM sources").fetchall()
    other.close()
    assert all(stamp for stamp, _ in rows)
    with sqlite3.connect(home / "archive.sqlite") as catalogue:
        catalogue.executemany("UPDATE sources SET stamp = ? WHERE name = ?", rows)
    catalogue.close()

    assert build([pages], home, encoder=CountingEncoder()).generation == 1
    encoder = CountingEncoder()
    assert build([pages], home, encoder=encoder, verify=True).changed == ("大桥.txt",)
    assert len(encoder.seen) == 1
    assert "8公里" in texts(home)["大桥.txt"][0]
    assert check(home) == []


# Files renamed, moved and copied.


def test_renamed_moved_and_copied_files_are_not_embedded_again(tmp_path, home):
    pages, encoder = write(tmp_path / "pages", OLD), CountingEncoder()
    build([pages], home, encoder=encoder)
    encoder.seen.clear()
    before = texts(home)

    (pages / "大桥.txt").rename(pages / "桥.txt")
    (pages / "下/面").mkdir(parents=True)
    for name in ("旧0.txt", "旧1.txt"):
        (pages / name).rename(pages / "下/面" / name)
    report = build([pages], home, encoder=encoder, verify=True)
    assert (report.added, report.removed) == (
        ("下/面/旧0.txt", "下/面/旧1.txt", "桥.txt"), ("大桥.txt", "旧0.txt", "旧1.txt"),
    )  # fmt: skip
    after = texts(home)
    assert sorted(map(str, after.values())) == sorted(map(str, before.values()))

    (pages / "抄.txt").write_bytes((pages / "桥.txt").read_bytes())
    os.link(pages / "旧2.txt", pages / "同.txt")
    build([pages], home, encoder=encoder)
    assert texts(home)["抄.txt"] == after["桥.txt"]
    assert texts(home)["同.txt"] == after["旧2.txt"]

    (pages / "旧3.txt").rename(pages / "暂")
    (pages / "旧4.txt").rename(pages / "旧3.txt")
    (pages / "暂").rename(pages / "旧4.txt")
    assert build([pages], home, encoder=encoder).changed == ("旧3.txt", "旧4.txt")
    assert texts(home)["旧3.txt"] == before["旧4.txt"]

    pages.rename(tmp_path / "elsewhere")
    report = build([tmp_path / "elsewhere"], home, encoder=encoder)
    assert (report.added, report.changed, report.removed) == ((), (), ())
    # What was copied is embedded once more at most: once for each text that had a vector already.
    assert len(encoder.seen) <= 2, encoder.seen
    assert check(home) == []


def test_file_that_goes_and_comes_back_is_embedded_once_while_the_generation_before_holds_it(tmp_path, home):
    pages, encoder = write(tmp_path / "pages", OLD), CountingEncoder()
    build([pages], home, encoder=encoder)
    write(pages, {name: text for name, text in OLD.items() if name != "旧3.txt"})
    build([pages], home, encoder=encoder)
    write(pages, OLD)
    assert build([pages], home, encoder=encoder).added == ("旧3.txt",)
    assert len(encoder.seen) == len(set(encoder.seen)) == len(OLD)


# A file that is written while it is read.


LINES = 400


def edition(number: int) -> bytes:
    """A page of which every line tells which state of the file it is of."""
    lines = [f"第{number:06}期的第{line}行说的是同一件事,没有别的。" for line in range(LINES)]
    return (
        f"第{number:06}期新闻\n□记者 王雪 报道\n本报2023年6月1日讯 {''.join(lines[:2])}\n".encode()
        + "\n".join(lines).encode()
    )


def rewrite_for_ever(file: Path, whole: bool) -> None:
    """Write one state after another: as a whole by renaming, or piece by piece into the file itself."""
    number = 1
    while True:
        data = edition(number)
        if whole:
            new = file.with_suffix(".new")
            new.write_bytes(data)
            new.replace(file)
        else:
            with file.open("wb", buffering=0) as stream:
                for start in range(0, len(data), 4096):
                    stream.write(data[start : start + 4096])
        number += 1
        time.sleep(0.001 * (number % 60))


def is_one_state(home: Path, name: str, whole: bool) -> int | None:
    """That what is stored is one state of the file, or the beginning of one; which (None: nothing was stored)."""
    with Archive.open(home) as archive:
        sources = {source.source: source for source in archive.sources()}
        if name not in sources:
            return None
        lines = [line.text for line in archive.page(name).lines]
        size, text = sources[name].size, "".join(article.text for article in archive.articles(name))
    number = int(lines[0][1:7])
    data = edition(number)
    assert size == len(data) or (not whole and size < len(data))
    kept = data[:size].decode("utf-8", "ignore")
    assert "\n".join(line for line in lines if "\ufffd" not in line) in kept
    assert not {part for part in text.split("第") if "期" in part} - {part for part in kept.split("第") if "期" in part}
    return number


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False], ids=["renamed", "in place"])
def test_file_rewritten_all_the_while(tmp_path, home, whole, record_property):
    pages = write(tmp_path / "pages", OLD)
    file = pages / "变.txt"
    file.write_bytes(edition(0))
    build([pages], home, encoder=CountingEncoder())
    writer = Child(rewrite_for_ever, file, whole)
    states, refused, builds = set(), 0, 0
    try:
        until = time.monotonic() + 6
        while time.monotonic() < until:
            builds += 1
            report = build([pages], home, encoder=CountingEncoder())
            states.add(is_one_state(home, file.name, whole))
            refused += file.name in {refusal.source for refusal in report.refused}
            # The new file may be seen just before it takes the other's name; it is of no format that is read.
            assert {refusal.source for refusal in report.refused} <= {file.name, file.with_suffix(".new").name}
            assert set(OLD) <= texts(home).keys()
    finally:
        writer.kill()
        writer.wait()
    record_property("builds", builds)
    assert len(states - {None}) > 5
    file.write_bytes(edition(999_999))
    assert build([pages], home, encoder=CountingEncoder()).refused == ()
    assert is_one_state(home, file.name, True) == 999_999
    assert check(home) == []


def test_file_rewritten_between_its_pages_is_read_again(tmp_path, home):
    """Written at the moments of a build that are told: when it is looked for, and when it is read."""
    pages = write(tmp_path / "pages", OLD)
    file = pages / "变.txt"
    file.write_bytes(edition(0))
    for moment in range(1, 8):
        told = 0

        def rewrite(progress, moment=moment):
            nonlocal told
            told += 1
            if told == moment:
                file.write_bytes(edition(moment))

        build([pages], home, encoder=CountingEncoder(), progress=rewrite)
        assert is_one_state(home, file.name, True) in (moment, moment - 1)
        build([pages], home, encoder=CountingEncoder())
        assert is_one_state(home, file.name, True) == moment
    assert check(home) == []


def test_numbers_given_out_and_taken_back(tmp_path, home):
    """A file that never stands still is stored and taken back, again and again: what comes after it is found."""
    pages = write(tmp_path / "pages", OLD)
    file = pages / "变.txt"
    file.write_bytes(edition(0))
    written = 0

    def rewrite(progress):
        nonlocal written
        if progress.item == file.name:
            written += 1
            file.write_bytes(edition(written))

    for number in range(3):
        file.write_bytes(edition(written := written + 1))
        report = build([pages], home, encoder=CountingEncoder(), progress=rewrite)
        assert {refusal.source for refusal in report.refused} <= {file.name}
        assert check(home) == []
        write(
            pages,
            OLD | {"新.txt": OLD["大桥.txt"].replace("9公里", f"{number}公里"), file.name: edition(number).decode()},
        )
        assert build([pages], home, encoder=CountingEncoder()).refused == ()
        assert f"{number}公里" in texts(home)["新.txt"][0]
        assert check(home) == []
    assert written > 6
