"""The line of progress in a terminal."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Progress
from qa.meter import COLUMNS, REDRAW, SPARSE, Meter, fitted, progress_text, time_text

WIPE = "\r\033[K"


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def cells(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_a_step_names_stage_files_passages_pace_time_left_and_the_file():
    step = Progress("read", 1234, 10_000, "page17.txt", 3, passages=5120, rate=4310.4, left=12.2)
    assert progress_text(step) == "读取 read 1,234/10,000 files · 5,120 passages · 4,310/s · 12 s left  page17.txt p.3"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Progress("scan", 0, 0), "查看文件 scan"),
        (Progress("link", 1, 2), "连接转版 link 1/2"),
        (Progress("index", 84, 84, passages=84), "写入索引 index 84/84 passages"),
        (Progress("compact", 1, 9, left=400), "整理索引 compact 1/9 passages · 7 min left"),
        (Progress("later", 1, 2), "later 1/2"),
        (Progress("read", 0, 1, "一\n\033[31m二　三.txt"), "读取 read 0/1 files  一\ufffd\ufffd[31m二　三.txt"),
    ],
)
def test_a_step_says_what_is_known_of_it(step, text):
    assert progress_text(step) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (89, "89 s"), (90, "2 min"), (5340, "89 min"), (5400, "1 h 30 min"), (36_000, "10 h 00 min")],
)
def test_times(seconds, text):
    assert time_text(seconds) == text


@given(st.text(), st.integers(1, 60))
def test_a_line_fits_and_says_where_it_was_cut(text, columns):
    shown = fitted(text, columns)
    assert cells(shown) <= columns
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))
    if cells(text) <= columns:
        assert shown == text


def test_a_terminal_sees_one_line_redrawn_ten_times_a_second_and_then_none():
    stream, clock = Terminal(), Clock()
    with Meter(stream, clock) as meter:
        for done in range(1000):
            meter(Progress("read", done, 1000, "名" * 60))
            clock.now += REDRAW / 100
    drawn = stream.getvalue().split(WIPE)
    assert drawn[0] == drawn[-1] == ""
    assert 10 <= len(drawn) - 2 <= 11
    assert all(cells(line) < COLUMNS for line in drawn)
    assert "\n" not in stream.getvalue()


def test_a_new_stage_is_shown_at_once():
    stream = Terminal()
    meter = Meter(stream, Clock())
    for stage in ("scan", "read", "index"):
        meter(Progress(stage, 1, 2))
    assert [stage in stream.getvalue() for stage in ("scan", "read", "index")] == [True] * 3


def test_a_log_gets_a_plain_line_now_and_then():
    stream, clock = io.StringIO(), Clock()
    with Meter(stream, clock) as meter:
        for done in range(100):
            meter(Progress("read", done, 100))
            clock.now += SPARSE / 10
    lines = stream.getvalue().splitlines()
    assert len(lines) == 9
    assert lines[0] == "读取 read 10/100 files"
    assert "\033" not in stream.getvalue()


def test_a_build_soon_over_leaves_nothing_in_a_log():
    stream = io.StringIO()
    with Meter(stream, Clock()) as meter:
        meter(Progress("read", 1, 1))
    assert stream.getvalue() == ""
