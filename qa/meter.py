"""A build's progress in a terminal: one line redrawn; where there is no terminal, a plain line now and then."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TextIO

from index import Progress
from qa.output import one_line

STAGES = {
    "scan": "查看文件 scan",
    "read": "读取 read",
    "encode": "编码 embed",
    "link": "连接转版 link",
    "index": "写入索引 index",
    "compact": "整理索引 compact",
    "check": "检查 check",
}
UNITS = {
    "scan": "files",
    "read": "files",
    "encode": "texts",
    "index": "passages",
    "compact": "passages",
    "check": "passages",
}

REDRAW = 0.1
"""Seconds between two pictures of the line: a build tells thousands of steps a second, and writing costs more than some."""

SPARSE = 30.0
"""Seconds between two lines where nothing can be redrawn: a night's build fills no log, and it is seen to be alive."""

COLUMNS = 80  # of a terminal that does not tell its own


class Meter:
    """Shows what a build tells on a stream, to be used as its `progress`; leaving the block wipes the line away."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._redraws = stream.isatty()
        # The first picture on a terminal comes at once; a build that is soon over leaves no line in a log.
        self._shown = -REDRAW if self._redraws else clock()
        self._stage = ""
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, progress: Progress) -> None:
        """Show a step, unless the one before was shown just now."""
        now = self._clock()
        fresh = self._redraws and progress.stage != self._stage
        if not fresh and now - self._shown < (REDRAW if self._redraws else SPARSE):
            return
        self._shown, self._stage = now, progress.stage
        line = progress_text(progress)
        if self._redraws:
            # The last column stays free: a terminal wraps when it is filled, and a wrapped line is not redrawn.
            self._stream.write(f"\r\033[K{fitted(line, self._columns() - 1)}")
            self._drawn = True
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Wipe the line away, for something else to be printed."""
        if self._drawn:
            self._stream.write("\r\033[K")
            self._stream.flush()
            self._drawn = False

    def _columns(self) -> int:
        with suppress(OSError, ValueError):
            return os.get_terminal_size(self._stream.fileno()).columns or COLUMNS
        return COLUMNS


def progress_text(progress: Progress) -> str:
    """`读取 read 1,234/10,000 files · 5,120 passages · 4,310/s · 12 s left  page17.txt`."""
    unit = UNITS.get(progress.stage, "")
    of = f"{progress.done:,}/{progress.total:,} {unit}".rstrip() if progress.total else ""
    parts = [
        f"{STAGES.get(progress.stage, progress.stage)} {of}".rstrip(),
        f"{progress.passages:,} passages" if progress.passages and unit != "passages" else "",
        f"{progress.rate:,.0f}/s" if progress.rate >= 1 else "",
        f"{time_text(progress.left)} left" if progress.left is not None else "",
    ]
    page = f" p.{progress.page}" if progress.page > 1 else ""
    item = f"  {one_line(progress.item)}{page}" if progress.item else ""
    return " · ".join(part for part in parts if part) + item


def time_text(seconds: float) -> str:
    """A time as people say it: `12 s`, `3 min`, `2 h 05 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def fitted(text: str, columns: int) -> str:
    """The text cut to so many columns of a terminal, where Chinese characters take two and accents none."""
    used = 0
    for place, char in enumerate(text):
        width = _width(char)
        if used + width > columns:
            return _cut(text[:place], columns)
        used += width
    return text


def _cut(text: str, columns: int) -> str:
    """The text with its end given up for an ellipsis, which then fits."""
    used = sum(map(_width, text))
    while text and used > columns - 1:
        used -= _width(text[-1])
        text = text[:-1]
    return text + "…" if columns > 0 else ""


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
