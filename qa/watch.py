"""`Watch`: keeps an archive up to date with the files it is made of, for as long as it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from index import (
    UPLOADS,
    Archive,
    ArchiveBusy,
    ArchiveError,
    BuildCancelled,
    BuildReport,
    Encoder,
    Manifest,
    Progress,
    Refusal,
    UsageError,
    WenbaoError,
    build,
    current_generation,
    load_encoder,
)
from qa.output import change_text, told_text
from qa.places import concerns, mark, polled

QUIET, LONGEST = 1000, 10_000
"""Milliseconds: a build begins when nothing has changed for so long, or when changes have gone on for so long. Copying
a file writes to it every few ms; a build of ten files takes longer than the wait."""

TICK = 200  # milliseconds between two looks at whether the folders themselves are still the same ones
POLL = 5000  # milliseconds between two looks through folders that the system does not report on
AGAIN = 5.0  # seconds after which a file newly refused, maybe half copied, or an archive in use is tried again
RETRY = 15.0  # seconds after which a build that could not be done is tried again
LOOK = 600.0
"""Seconds after which everything is looked through without any sign of change: reports may be lost where more changes
come than the system keeps, and are never sent for what another machine writes to a shared drive."""

Build = Callable[..., BuildReport]


class Watch:
    """Brings the archive in `home` up to date with `paths`, or with what it was built from, whenever they change.

    `tell` is given each line that a person should read; `progress` the steps of each build; `build` is who builds.
    """

    def __init__(
        self,
        home: Path,
        paths: Sequence[Path] | None = None,
        *,
        encoder: Encoder | None = None,
        ocr: bool | None = None,
        tell: Callable[[str], None],
        progress: Callable[[Progress], None] | None = None,
        build: Build = build,
    ) -> None:
        self.home = home
        self._tell = tell
        self._progress = progress
        self._build = build
        self._encoder = encoder
        self._ocr = ocr
        self._manifest: Manifest | None = None
        self._learn()
        given = None if paths is None else [path.absolute() for path in paths]
        # What the archive was built from may be out of reach for now; what somebody names anew must be there.
        self._given = None if given is not None and set(given) == set(self._roots) else given
        self._due = 0.0
        self._first = True
        self._settled = False
        self._limited = False  # the system has been found to report no more folders
        self._told: frozenset[Refusal] = frozenset()
        self._trouble = ""
        self._missing: frozenset[Path] = frozenset()

    def run(self, stop: Event) -> None:
        """Build, and build again at each change, until `stop` is set; a build under way then is cancelled.

        :raises WenbaoError: if the first build cannot be done; later ones are tried again.
        """
        while not stop.is_set():
            places = self._places()
            marks = [mark(place) for place in places]
            for changed in self._changes(places, stop):
                if changed:
                    self._due = 0.0
                if time.monotonic() >= self._due:
                    self._bring_up_to_date(stop)
                if self._places() != places or [mark(place) for place in places] != marks:
                    # A folder has gone, come back or been replaced: reports come from the old one alone.
                    self._due = min(self._due, time.monotonic() + QUIET / 1000)
                    break

    @property
    def _roots(self) -> list[Path]:
        return [Path(root) for root in self._manifest.roots] if self._manifest else []

    def _places(self) -> list[Path]:
        """What to watch: the paths as they really are, so that what is reported below them is, too."""
        roots = self._roots if self._given is None else self._given
        return list(dict.fromkeys([*(path.resolve() for path in roots), self._uploads]))

    @property
    def _uploads(self) -> Path:
        return (self.home / UPLOADS).resolve()

    def _changes(self, places: Sequence[Path], stop: Event) -> Iterator[bool]:
        """Whether something has changed that concerns the archive, at each change and at each tick."""
        folders = [place for place in places if place.is_dir()]
        self._say_what_is_missing(places)
        if not folders:
            while not stop.wait(TICK / 1000):
                yield False
            return
        polling = self._limited or any(polled(folder) for folder in folders) or None
        try:
            yield from self._reported(folders, stop, polling)
        except FileNotFoundError:
            yield False  # gone since it was looked at
        except PermissionError:
            # A folder below may not be listed. Overlooking that overlooks every other trouble, too, so not at first.
            yield from self._reported(folders, stop, polling, lenient=True)
        except (OSError, RuntimeError) as error:
            self._say(
                f"the system cannot report changes ({_reason(error)}); looking every {POLL // 1000} s instead. "
                "More folders: sysctl fs.inotify.max_user_watches · 系统不能通知变化，改为定时查看"
            )
            self._limited = True
            yield from self._reported(folders, stop, True, lenient=True)

    def _reported(
        self, folders: Sequence[Path], stop: Event, polling: bool | None, *, lenient: bool = False
    ) -> Iterator[bool]:
        from watchfiles import watch

        home, uploads = self.home.resolve(), self._uploads

        def wanted(_: Any, path: str) -> bool:
            return any(concerns(Path(path), folder, home, uploads) for folder in folders)

        for changes in watch(
            *folders,
            watch_filter=wanted,
            step=QUIET,
            debounce=LONGEST,
            rust_timeout=TICK,
            yield_on_timeout=True,
            stop_event=stop,
            force_polling=polling,
            poll_delay_ms=POLL,
            ignore_permission_denied=lenient,
        ):
            yield bool(changes)

    def _say_what_is_missing(self, places: Sequence[Path]) -> None:
        missing = frozenset(place for place in places if place != self._uploads and not place.exists())
        for place in sorted(missing - self._missing):
            self._say(f"{place} cannot be reached; what was read from it is kept · 现在读不到，已读入的保留")
        for place in sorted(self._missing - missing):
            self._say(f"{place} is back · 又可以读了")
        self._missing = missing

    def _bring_up_to_date(self, stop: Event) -> None:
        """One build, and what is to be said about it."""
        first, self._first = self._first, False
        self._due = time.monotonic() + RETRY
        if self._manifest is not None and not (self.home.is_dir() and any(self.home.iterdir())):
            # A build would begin another archive there, and nobody asked for one.
            self._say_trouble(f"{self.home}: the archive is not there now.")
            return
        try:
            report = self._build(
                self._given, self.home, encoder=self._loaded(), ocr=self._ocr, progress=self._progress, cancel=stop
            )
        except BuildCancelled:
            # By whom else than `stop`: somebody who wants it stopped for now.
            self._due = time.monotonic() + LOOK
            return
        except ArchiveBusy:
            self._due = time.monotonic() + AGAIN
            self._say_trouble(f"{self.home}: another build is at work here · 另一个更新正在进行.")
            return
        except WenbaoError as error:
            if first and not self._may_come(error):
                raise
            self._say_trouble(str(error))
            return
        # The archive now says itself what it is made of, and how.
        self._given, self._ocr, self._settled, self._trouble = None, None, True, ""
        self._learn()
        refused = [told for told in report.refused if told not in self._told]
        notes = [told for told in report.notes if told not in self._told]
        self._told = frozenset((*report.refused, *report.notes))
        self._due = time.monotonic() + (AGAIN if refused else LOOK)
        if first:
            self._say(f"watching 守望 {', '.join(map(str, self._roots))}: {change_text(report)}")
        elif report.added or report.changed or report.removed or report.encoded:
            self._say(change_text(report))
        for line in [*told_text(refused, "refused"), *told_text(notes, "note")]:
            self._say(line.strip())

    def _may_come(self, error: WenbaoError) -> bool:
        """Whether the first build failed only because there is nothing to read yet, or now, where there should be."""
        if not isinstance(error, UsageError):
            return False
        return self._manifest is not None if self._given is None else all(path.exists() for path in self._given)

    def _say_trouble(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._say(f"{trouble} Trying again · 稍后再试")
        self._trouble = trouble

    def _say(self, line: str) -> None:
        self._tell(f"{time.strftime('%H:%M:%S')}  {line}")

    def _learn(self) -> None:
        """Take over what a new generation was built from and with; another process may have built it."""
        generation = current_generation(self.home)
        if generation is None or (self._manifest is not None and generation == self._manifest.generation):
            return
        with suppress(ArchiveError), Archive.open(self.home) as archive:
            self._manifest = archive.manifest  # else the next build mends it, or says what is wrong

    def _loaded(self) -> Encoder | None:
        """The encoder asked for until a build has taken it over, then that of the archive, loaded once."""
        if self._settled and self._manifest is not None:
            record = self._manifest.encoder
            if self._encoder is None or self._encoder.fingerprint != record.fingerprint:
                self._encoder = load_encoder(record.name)
        return self._encoder


def _reason(error: Exception) -> str:
    return str(error).split(" about [")[0].rstrip(".")
