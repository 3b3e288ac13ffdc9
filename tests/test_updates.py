"""Builds beside answering: seen by all, stopped by any, one after another."""

import threading
import time

import pytest

from index import Archive, ArchiveBusy, BuildCancelled, BuildReport, UsageError, build, load_encoder
from index.archive.lock import building
from qa.lists import standing_view
from qa.updates import Updates


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture
def updates(pages, home, encoder):
    build([pages], home, encoder=encoder)
    updates = Updates(home, lambda: encoder)
    yield updates
    updates.close(30)


def wait(condition):
    for _ in range(1500):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to be")


def ended(updates):
    wait(lambda: not updates.standing.running)
    return updates.standing


def test_a_build_goes_on_in_the_background_and_its_report_stays(updates, pages):
    (pages / "新.txt").write_text("本报讯 6月8日，翠湖公园开园，面积320亩。", encoding="utf-8")
    assert updates.standing.report is None
    updates.start()
    assert updates.standing.running
    standing = ended(updates)
    assert standing.report.added == ("新.txt",)
    assert (standing.error, standing.number) == (None, 1)


def test_whoever_asks_during_a_build_gets_another_since_it_may_have_looked_already(updates, pages, home):
    with building(home):  # another process is at work: the first build here fails at once
        updates.start()
        assert isinstance(ended(updates).error, ArchiveBusy)
    looked = threading.Event()

    def late(step):
        if step.stage == "read" and not looked.is_set():
            (pages / "迟.txt").write_text("本报讯 6月8日，翠湖公园开园，面积320亩。", encoding="utf-8")
            for _ in range(3):
                updates.start()
            looked.set()

    (pages / "早.txt").write_text("本报讯 3月5日，云岭大桥开工，全长1280米。", encoding="utf-8")
    report = updates.build(None, home, progress=late)
    assert report.added == ("早.txt",)
    standing = ended(updates)
    assert standing.report.added == ("迟.txt",)
    assert standing.number == 3


def test_a_build_is_cancelled_keeps_what_was_served_and_is_done_the_next_time(updates, pages, home):
    (pages / "新.txt").write_text("本报讯 6月8日，翠湖公园开园，面积320亩。", encoding="utf-8")

    def cancel(step):
        updates.cancel()
        assert updates.standing.stopping

    with pytest.raises(BuildCancelled):
        updates.build(None, home, progress=cancel)
    assert isinstance(updates.standing.error, BuildCancelled)
    assert not updates.standing.running
    with Archive.open(home) as archive:
        assert "新.txt" not in {source.source for source in archive.sources()}
    updates.start()
    assert ended(updates).report.added == ("新.txt",)


def test_cancelling_takes_back_what_waits(updates, home):
    def press(step):
        updates.start()
        updates.cancel()

    with pytest.raises(BuildCancelled):
        updates.build(None, home, progress=press)
    assert ended(updates).number == 1


def test_a_build_can_be_stopped_by_the_event_it_was_given(updates, home):
    stop = threading.Event()
    with pytest.raises(BuildCancelled):
        updates.build(None, home, progress=lambda step: stop.set(), cancel=stop)


def test_an_encoder_that_cannot_be_had_is_told(home, pages, encoder):
    build([pages], home, encoder=encoder)

    def fail():
        raise UsageError("no encoder")

    updates = Updates(home, fail)
    updates.start()
    assert str(ended(updates).error) == "no encoder"
    assert "no encoder" in standing_view(updates.standing)


def test_nothing_to_cancel_is_no_trouble(updates):
    updates.cancel()
    assert not updates.standing.stopping
    updates.start()
    assert isinstance(ended(updates).report, BuildReport)
