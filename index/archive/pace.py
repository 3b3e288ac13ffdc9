"""How far a build is and how long it will take: from what it has done so far, for whoever waits."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from ..types import Progress

# The rate shown is that of the last seconds; the time left is first told after a second of work.
_RECENT, _FIRST = 5.0, 1.0
# While files are read it is only estimated what their passages will take to be indexed: so many a second on two cores.
_INDEXED_A_SECOND = 15_000.0


class Pace:
    """Tells of each step, with passages a second and seconds left."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._stage = ""
        self._total = 0
        self._began = 0.0
        self._passages = 0
        self._last: tuple[int, str, int, float | None] = (0, "", 0, None)
        self._seen: deque[tuple[float, int]] = deque()

    def begin(self, stage: str, total: int) -> None:
        """A stage of `total` units begins."""
        self._stage, self._total, self._began, self._passages = stage, total, time.perf_counter(), 0
        self._seen.clear()
        self.at(0)

    def at(self, done: int, item: str = "", page: int = 0, *, share: float | None = None) -> None:
        """So many units are done; `share` is the part of the work, if the units differ in size. May raise, to stop."""
        self._last = (done, item, page, share)
        part = share if share is not None else done / self._total if self._total else 1.0
        left = self._left(part)
        self._tell(Progress(self._stage, done, self._total, item, page, self._passages, self._rate(), left))

    def again(self) -> None:
        """Tell of the last step once more, as more passages have passed since. May raise, to stop."""
        done, item, page, share = self._last
        self.at(done, item, page, share=share)

    def passed(self, passages: int) -> None:
        """So many more passages have come through the stage."""
        self._passages += passages
        now = time.perf_counter()
        self._seen.append((now, self._passages))
        while now - self._seen[0][0] > _RECENT and len(self._seen) > 2:
            self._seen.popleft()

    def _rate(self) -> float:
        since, before = self._seen[0] if len(self._seen) > 1 else (self._began, 0)
        seconds = time.perf_counter() - since
        return (self._passages - before) / seconds if seconds > 0 and self._seen else 0.0

    def _left(self, part: float) -> float | None:
        elapsed = time.perf_counter() - self._began
        if elapsed < _FIRST or not 0 < part <= 1:
            return None
        left = elapsed * (1 - part) / part
        return left + self._passages / part / _INDEXED_A_SECOND if self._stage == "read" else left
