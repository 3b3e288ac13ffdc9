"""What is told of a build's pace: passages a second of late, and seconds left for all of it."""

import pytest

from index import Progress
from index.archive import pace
from index.archive.pace import Pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand."""
    now = [100.0]
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    return now


def test_rate_and_time_left(clock):
    seen: list[Progress] = []
    told = Pace(seen.append)
    told.begin("index", 1000)
    assert (seen[-1].done, seen[-1].total, seen[-1].rate, seen[-1].left) == (0, 1000, 0, None)
    clock[0] += 2
    told.passed(200)
    told.at(200)
    assert (seen[-1].passages, seen[-1].rate, seen[-1].left) == (200, 100, 8)
    clock[0] += 2
    told.passed(800)
    told.at(1000)
    assert (seen[-1].passages, seen[-1].left) == (1000, 0)


def test_time_left_of_reading_goes_by_size_and_counts_what_comes_after(clock):
    seen: list[Progress] = []
    told = Pace(seen.append)
    told.begin("read", 3)
    clock[0] += 10
    told.passed(15_000)
    told.at(1, "b.txt", share=0.5)
    # Ten seconds for the other half, two for indexing some 30,000 passages.
    assert (seen[-1].item, seen[-1].left) == ("b.txt", pytest.approx(12))


def test_rate_is_that_of_the_last_seconds(clock):
    seen: list[Progress] = []
    told = Pace(seen.append)
    told.begin("read", 100)
    for step in range(20):
        clock[0] += 1
        told.passed(10 if step < 10 else 1000)
    told.again()
    assert seen[-1].rate == pytest.approx(1000)
    assert seen[-1].stage == "read"
