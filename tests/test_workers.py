"""Work done in other processes is the work done here, in order; a process that ends is told."""

import os
import signal
import sys
import time

import pytest
from pages import PAGES, CountingEncoder, texts, write_pages

from index import Archive, build
from index.archive import update
from index.workers import LOST, Workers


def double(number: int) -> tuple[int, int]:
    time.sleep(0.001 * (number % 3))  # so that results are ready in another order
    return 2 * number, os.getpid()


def fail_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def say(text: str) -> str:
    sys.stdout.write(text)
    sys.stdout.flush()
    os.write(1, b"noise")
    return text


@pytest.mark.parametrize("count", [0, 2])
def test_results_come_in_order(count):
    with Workers(count) as workers:
        results = list(workers.map(double, range(40)))
        assert list(workers.map(double, [])) == []
    assert [value for value, _ in results] == list(range(0, 80, 2))
    assert len({process for _, process in results} - {os.getpid()}) == count


@pytest.mark.parametrize("count", [0, 2])
def test_what_a_function_raises_is_raised_here(count):
    with Workers(count) as workers, pytest.raises(ValueError, match="three"):
        list(workers.map(fail_at_three, range(9)))


def test_process_that_ends_costs_its_task_alone():
    with Workers(2) as workers:
        assert list(workers.map(die_at_three, range(9))) == [0, 1, 2, LOST, 4, 5, 6, 7, 8]
        assert list(workers.map(die_at_three, range(3))) == [0, 1, 2]


def test_what_is_printed_does_not_get_into_the_answers():
    with Workers(2) as workers:
        assert list(workers.map(say, ["a", "b"])) == ["a", "b"]


def test_processes_end_with_the_block():
    with Workers(2) as workers:
        processes = {process for _, process in workers.map(double, range(4))}
        results = workers.map(double, range(100))
        next(results)
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


# Reading in other processes.


def many(number: int) -> dict[str, str]:
    return {f"{n:03d}/{name}": text.replace("9公里", f"{n}公里") for n in range(number) for name, text in PAGES.items()}


@pytest.fixture
def sharing(monkeypatch):
    """Even small files are read in other processes."""
    monkeypatch.setattr(update, "_WORTH_SHARING", 0)
    monkeypatch.setattr(update, "_TASK_FILES", 4)
    monkeypatch.setattr("index.workers.cores", lambda: 2)


def contents(home):
    with Archive.open(home) as archive:
        rows = archive.vectors.rows
        return archive.articles(), [passage for _, passage in archive.passages(rows)], rows.tolist()


def test_archive_is_the_same_whoever_reads(tmp_path, monkeypatch, sharing):
    pages = write_pages(
        tmp_path / "pages", many(8) | {"bad.txt": "", "bad.jsonl": "{", "one.jsonl": '{"text": "一。"}\n'}
    )
    shared = build([pages], tmp_path / "shared", encoder=CountingEncoder())
    monkeypatch.undo()
    alone = build([pages], tmp_path / "alone", encoder=CountingEncoder())

    assert [refusal.source for refusal in shared.refused] == ["bad.jsonl", "bad.txt"]
    assert (shared.refused, shared.added, shared.passages) == (alone.refused, alone.added, alone.passages)
    assert contents(tmp_path / "shared") == contents(tmp_path / "alone")


def test_touched_files_are_not_read_again(tmp_path, sharing):
    pages = write_pages(tmp_path / "pages", many(4))
    build([pages], tmp_path / "home", encoder=CountingEncoder())
    for path in pages.rglob("*.txt"):
        os.utime(path, (1, 1))
    report = build([pages], tmp_path / "home", encoder=CountingEncoder())
    assert (report.generation, len(report.unchanged)) == (1, 12)


def test_file_that_ends_the_reading_process_is_the_one_refused(tmp_path, monkeypatch, sharing):
    pages = write_pages(tmp_path / "pages", many(4))
    monkeypatch.setattr(update, "read_files", kill_at_second)
    report = build([pages], tmp_path / "home", encoder=CountingEncoder())

    assert [refusal.source for refusal in report.refused] == ["001/大桥.txt"]
    assert "takes too much memory" in report.refused[0].reason
    assert len(texts(tmp_path / "home")) == 11


def kill_at_second(jobs):
    from index.archive.reading import read_files

    if any(job.file.name == "001/大桥.txt" for job in jobs):
        os.kill(os.getpid(), signal.SIGKILL)
    return read_files(jobs)
