"""Builds killed at any point: the last generation goes on serving, and the next build finishes the work."""

import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from pages import PAGES, CountingEncoder, write_pages

from index import Archive, ArchiveError, NoArchive, build, check

CHANGED = {
    "大桥.txt": PAGES["大桥.txt"].replace("9公里", "8公里"),
    "站.txt": "新站启用\n□记者 王雪 报道\n本报2023年6月1日讯 新站今天启用。站前有山。\n",
}
# What is told to audit hooks before it happens: every file opened, renamed, linked or removed, every folder made.
WATCHED = ("open", "os.", "shutil.", "sqlite3.", "fcntl.")


class LoggingEncoder(CountingEncoder):
    """Writes the digest of each text it is given to a file that outlives the process."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def encode(self, texts, *, query=False):
        for text in texts:
            os.write(self.log, text.replace("\n", " ").encode() + b"\n")
        return super().encode(texts, query=query)


def build_and_die(pages: Path, home: Path, log: Path, moment: int | None) -> tuple[int, int]:
    """Build in a child process that is killed at its `moment`-th event; returns the signal and the number of events."""
    encoder = LoggingEncoder(log)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        events = 0

        def count(*_):
            nonlocal events
            events += 1
            if events == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(lambda event, arguments: count() if event.startswith(WATCHED) else None)
        try:
            build([pages], home, encoder=encoder, progress=count)
            os.write(writing, str(events).encode())
        finally:
            os._exit(1)
    os.close(writing)
    os.close(encoder.log)
    with os.fdopen(reading) as stream:
        events = int(stream.read() or -1)
    return os.waitpid(child, 0)[1] & 0x7F, events


def contents(home: Path) -> list[str]:
    with Archive.open(home) as archive:
        rows = archive.vectors.rows
        assert archive.lexical.count == len(rows) == len(archive.passages(rows))
        return [article.text for article in archive.articles()]


def kill_everywhere(tmp_path: Path, first: bool, step: int) -> None:
    """Kill a build at every `step`-th event, then build to the end and compare with a build that nobody killed."""
    build([write_pages(tmp_path / "expected", PAGES | CHANGED)], tmp_path / "whole", encoder=CountingEncoder())
    expected = contents(tmp_path / "whole")
    moment, killed = 1, 0
    while True:
        folder = tmp_path / str(moment)
        pages, home, log = folder / "pages", folder / "home", folder / "log"
        write_pages(pages)
        before = None
        if not first:
            build([pages], home, encoder=LoggingEncoder(log))
            before = contents(home)
        write_pages(pages, CHANGED)
        status, events = build_and_die(pages, home, log, moment)
        if status != signal.SIGKILL:
            assert events > 0
            break
        killed += 1
        if before is None:
            with suppress(NoArchive):
                assert contents(home) == expected
        else:
            assert contents(home) in (before, expected)
        report = build([pages], home, encoder=LoggingEncoder(log))
        assert contents(home) == expected, f"killed at event {moment}"
        assert check(home) == []
        embedded = log.read_text(encoding="utf-8").splitlines()
        assert len(embedded) == len(set(embedded)), f"embedded twice after a kill at event {moment}"
        assert report.passages == len(expected)
        moment += step
    assert killed >= 3


@pytest.mark.parametrize("first", [True, False], ids=["first build", "update"])
def test_killed_at_some_moments(tmp_path, first):
    kill_everywhere(tmp_path, first, step=17)


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["first build", "update"])
def test_killed_at_every_moment(tmp_path, first):
    kill_everywhere(tmp_path, first, step=1)


def test_full_disk(tmp_path):
    """Files that may grow to `limit` bytes only: as on a full disk, the build says so, and nothing is lost."""
    pages, home = write_pages(tmp_path / "pages"), tmp_path / "home"
    build([pages], home, encoder=CountingEncoder())
    before = contents(home)
    write_pages(
        pages, CHANGED | {f"{n}.txt": PAGES["大桥.txt"].replace("9公里", "桥" * 100 + str(n)) for n in range(40)}
    )
    statuses = []
    for limit in (0, 100, 1_000, 4_000, 8_000, 20_000, 100_000, 10_000_000):
        child = os.fork()
        if not child:
            status = 3
            try:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                build([pages], home, encoder=CountingEncoder())
                status = 0
            except ArchiveError:
                status = 2
            finally:
                os._exit(status)
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        if statuses[-1]:
            assert contents(home) == before

    assert statuses == [2] * 7 + [0]
    assert len(contents(home)) == 44
    assert check(home) == []


def test_two_builders_at_once(tmp_path):
    """Several processes build the same archive at the same time: one works, the others are told, nothing breaks."""
    pages, home = write_pages(tmp_path / "pages"), tmp_path / "home"
    build([pages], home, encoder=CountingEncoder())
    write_pages(pages, CHANGED)
    children = []
    for _ in range(4):
        child = os.fork()
        if not child:
            status = 3
            try:
                build([pages], home, encoder=CountingEncoder())
                status = 0
            except ArchiveError:
                status = 2
            finally:
                os._exit(status)
        children.append(child)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert set(statuses) <= {0, 2}
    assert 0 in statuses
    assert len(contents(home)) == 4
    assert check(home) == []


def test_readers_during_builds(tmp_path):
    """While generations come and go, each archive that is opened is whole and of one generation."""
    pages, home = tmp_path / "pages", tmp_path / "home"

    def edition(number: int) -> None:
        write_pages(pages, {name: text.replace("\n本报", f"\n第{number}版 本报") for name, text in PAGES.items()})
        build([pages], home, encoder=CountingEncoder())

    edition(0)
    child = os.fork()
    if not child:
        status = 1
        try:
            for number in range(1, 13):
                edition(number)
            status = 0
        finally:
            os._exit(status)
    seen = set()
    finished = 0
    while not finished:
        finished, status = os.waitpid(child, os.WNOHANG)
        with Archive.open(home) as archive:
            found = archive.passages(archive.vectors.rows)
            assert len({passage.text[:4] for _, passage in found}) == 1
            assert len(found) == archive.lexical.count == 3
            seen.add(archive.generation)

    assert os.waitstatus_to_exitcode(status) == 0
    assert len(seen) > 1
    assert max(seen) == 13
