"""Builds that this process does beside answering: one at a time, seen by every visitor, and stopped by any."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index import BuildReport, Encoder, Progress, WenbaoError, build


@dataclass(frozen=True, slots=True)
class Standing:
    """How the builds stand: whether one runs and how far it is, or how the last one ended.

    `number` counts them from 1; of the last, there is a `report` or an `error`.
    """

    number: int = 0
    running: bool = False
    stopping: bool = False
    progress: Progress | None = None
    report: BuildReport | None = None
    error: WenbaoError | None = None


class Updates:
    """Brings the archive in `home` up to date in the background, whoever is looking; safe for several threads.

    `encoder` gives the one to embed with.
    """

    def __init__(self, home: Path, encoder: Callable[[], Encoder]) -> None:
        self._home = home
        self._encoder = encoder
        self._lock = threading.Lock()
        # Held by the thread that builds: the one of a visitor, or the one that watches the files.
        self._building = threading.Lock()
        self._standing = Standing()
        self._cancel = threading.Event()
        self._worker: threading.Thread | None = None
        self._again = False

    @property
    def standing(self) -> Standing:
        """How the builds stand now."""
        return self._standing

    def start(self) -> None:
        """Begin a build; if one is under way, another follows it, since that one may have looked at the files already."""
        with self._lock:
            self._again = True
            if self._worker is None or not self._worker.is_alive():
                self._standing = replace(self._standing, running=True, progress=None)
                self._worker = threading.Thread(target=self._work, name="wenbao-build", daemon=True)
                self._worker.start()

    def cancel(self) -> None:
        """Stop the build under way, and those to follow; what it has read is kept."""
        with self._lock:
            self._again = False
            if self._standing.running:
                self._standing = replace(self._standing, stopping=True)
                self._cancel.set()

    def close(self, seconds: float) -> None:
        """Stop the build under way and wait so long for its end."""
        self.cancel()
        worker = self._worker
        if worker is not None:
            worker.join(seconds)

    def build(
        self,
        paths: Sequence[Path] | None,
        home: Path,
        *,
        encoder: Encoder | None = None,
        ocr: bool | None = None,
        progress: Callable[[Progress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> BuildReport:
        """`index.build`, shown to the visitors, who may stop it, too. One after another if several threads call it.

        :raises WenbaoError: as `index.build` does.
        """
        with self._building:
            return self._run(paths, home, encoder, ocr, progress, cancel)

    def _run(
        self,
        paths: Sequence[Path] | None,
        home: Path,
        encoder: Encoder | None,
        ocr: bool | None = None,
        progress: Callable[[Progress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> BuildReport:
        with self._lock:
            self._cancel = stop = threading.Event()
            self._standing = Standing(self._standing.number + 1, running=True)

        def tell(step: Progress) -> None:
            if cancel is not None and cancel.is_set():
                stop.set()
            with self._lock:
                self._standing = replace(self._standing, progress=step)
            if progress is not None:
                progress(step)

        report, failure = None, None
        try:
            report = build(paths, home, encoder=encoder, ocr=ocr, progress=tell, cancel=stop)
        except WenbaoError as error:
            failure = error
            raise
        finally:
            with self._lock:
                self._standing = Standing(self._standing.number, self._again, report=report, error=failure)
        return report

    def _work(self) -> None:
        while True:
            with self._building:
                # Looked at when it is this thread's turn: whoever cancels cancels what waits, too.
                if not self._wanted():
                    return
                try:
                    self._run(None, self._home, self._encoder())
                except WenbaoError as error:
                    with self._lock:
                        self._standing = replace(self._standing, error=error)

    def _wanted(self) -> bool:
        with self._lock:
            wanted, self._again = self._again, False
            if not wanted:
                self._worker = None
                self._standing = replace(self._standing, running=False)
            return wanted
