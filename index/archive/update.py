"""The catalogue brought up to date with the files: what changed is read, what is gone is taken out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import PurePath

from ..errors import BuildCancelled, SourceError
from ..files.scan import Found, Scan
from ..files.zips import Unpacker
from ..read import PICTURES, release
from ..types import Refusal
from ..workers import Lost, Workers
from .catalogue import Catalogue, Known, Reading
from .disk import digest_file
from .pace import Pace
from .reading import (
    CHANGES,
    NO_ARTICLE,
    READINGS,
    Job,
    Outcome,
    Refused,
    Row,
    Same,
    Unopened,
    Whole,
    file_rows,
    read_files,
    unopened,
)

_WITH_OCR = "+ocr"
# Sources are stored in steps of about so many passages or seconds: each step writes the same pages of the catalogue's
# indexes anew, and a kill or a cancelled build loses one.
_STEP_PASSAGES, _STEP_SECONDS = 4096, 1.0
# Other processes take half a second to begin: they read where there is more than this many bytes, about two seconds' work.
# They are handed some files at a time; larger files are read here, page by page.
_WORTH_SHARING = 4 << 20
_TASK_FILES, _TASK_BYTES, _LARGE_FILE = 64, 256 << 10, 4 << 20


@dataclass(slots=True)
class Update:
    """What was found out about the files: sources to take out (keys), and what to tell."""

    gone: list[int] = field(default_factory=list)
    kept: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Work:
    """A file that may have to be read, what the catalogue holds of it, and by what it is read now."""

    file: Found
    before: Known | None
    recipe: str

    @property
    def job(self) -> Job:
        same = self.before.digest if self.before and self.before.recipe == self.recipe else None
        return Job(self.file, self.recipe.endswith(_WITH_OCR), same)


class Updater:
    """Reads new and changed files into the catalogue.

    A file that cannot be opened just now keeps what was read of it earlier, as does one out of reach; one whose content
    is refused does not. With `ocr` scans and pictures are read, too; by default if they were at the last build.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        found: Scan,
        recipe: str,
        workers: Workers,
        pace: Pace,
        *,
        verify: bool,
        ocr: bool | None,
    ) -> None:
        self._catalogue = catalogue
        self._found = found
        self._recipe = recipe
        self._workers = workers
        self._pace = pace
        self._known = catalogue.known()
        self._done = Update()
        if ocr is None:
            ocr = any(source.recipe.endswith(_WITH_OCR) for source in self._known.values())
        self._waiting = [work for work in self._works(ocr) if verify or not self._unchanged(work)]
        self._files, self._bytes = len(found.files) - len(self._waiting), 0
        self._total_bytes = sum(work.file.size for work in self._waiting) or 1
        self._apart = [work for work in self._waiting if _shareable(work)]
        if sum(work.file.size for work in self._apart) < _WORTH_SHARING:
            self._apart = []
        else:
            workers.warm(read_files, [])

    def run(self, keep_up: Callable[[], None]) -> Update:
        """Do it; `keep_up` is called after each step. Sources that are gone are only listed: the caller takes them out.

        :raises BuildCancelled: if `pace` says so; what was read until then is stored.
        """
        done, known, files = self._done, self._known, self._found.files
        self._pace.begin("read", len(files))
        gone = [source for source in known.values() if source.name not in self._found.kept]
        if self._waiting:
            self._catalogue.set_aside([source.key for source in gone])
            self._take_in(keep_up)
        done.gone += [source.key for source in gone]
        done.kept += len(known.keys() & self._found.kept)
        self._pace.at(len(files))
        return done

    def _works(self, ocr: bool) -> Iterator[_Work]:
        for file in self._found.files:
            # Scans and pictures are read anew when OCR comes or goes, other files are not.
            recipe = self._recipe + _WITH_OCR * (ocr and PurePath(file.name).suffix.lower() in PICTURES)
            yield _Work(file, self._known.pop(file.name, None), recipe)

    def _unchanged(self, work: _Work) -> bool:
        """Whether size and times say that the file is as it was, and so it needs no look."""
        file, before = work.file, work.before
        if before is None or before.recipe != work.recipe or not file.stamp or file.stamp != before.stamp:
            return False
        self._note_place(work)
        self._done.kept += 1
        return True

    def _note_place(self, work: _Work) -> None:
        if work.before is None or work.before.place != work.file.place:
            self._catalogue.put_place(work.file.name, work.file.place)

    def _take_in(self, keep_up: Callable[[], None]) -> None:
        steps = self._steps()
        cancelled: BuildCancelled | None = None
        with Unpacker() as unpacker, ExitStack() as stack:
            stack.callback(release)
            work = next(steps, None)
            while work is not None and cancelled is None:
                began, passages = time.perf_counter(), 0
                with self._catalogue.together():
                    while work is not None and passages < _STEP_PASSAGES:
                        try:
                            self._pace.at(self._files, work[0].file.name, share=self._bytes / self._total_bytes)
                            passages += self._store(*work, unpacker)
                        except BuildCancelled as asked:
                            cancelled = asked  # what this step has stored so far is kept
                            break
                        self._files, self._bytes = self._files + 1, self._bytes + work[0].file.size
                        work = next(steps, None)
                        if time.perf_counter() - began > _STEP_SECONDS:
                            break
                keep_up()
        if cancelled is not None:
            raise cancelled

    def _steps(self) -> Iterator[tuple[_Work, Outcome | None]]:
        """Each file, with what became of it where another process has read it."""
        for works, outcomes in self._shared(list(_tasks(self._apart))):
            yield from zip(works, outcomes, strict=True)
        apart = {id(work) for work in self._apart}
        yield from ((work, None) for work in self._waiting if id(work) not in apart)

    def _shared(self, tasks: Sequence[Sequence[_Work]]) -> Iterator[tuple[Sequence[_Work], Sequence[Outcome]]]:
        results = self._workers.map(read_files, ([work.job for work in works] for works in tasks))
        for works, outcomes in zip(tasks, results, strict=True):
            if not isinstance(outcomes, Lost):
                yield works, outcomes
            elif len(works) == 1:
                yield works, [Unopened(_TOO_MUCH)]
            else:  # one of them has brought the process to an end: which one?
                yield from self._shared([[work] for work in works])

    def _store(self, work: _Work, outcome: Outcome | None, unpacker: Unpacker) -> int:
        """Store what became of a file; returns how many passages were stored."""
        done, file, before = self._done, work.file, work.before
        passages, notes = 0, list[str]()
        if outcome is None:
            outcome, passages, notes = self._read_here(work, unpacker)
        elif isinstance(outcome, Whole):
            passages, notes = (
                self._put(work, outcome.size, outcome.stamp, outcome.digest, outcome.rows),
                [*outcome.notes],
            )
        if isinstance(outcome, Refused):
            done.refused.append(Refusal(file.name, outcome.reason))
            done.gone += [before.key] if before else []
            return 0
        if isinstance(outcome, Unopened):
            kept = " What was read of it earlier is kept." if before else ""
            done.refused.append(Refusal(file.name, outcome.reason + kept))
            done.kept += before is not None
            return 0
        if isinstance(outcome, Same):
            if before is not None and file.stamp != before.stamp:
                self._catalogue.restamp(before.key, file.stamp)
        elif not passages:
            notes.append(NO_ARTICLE)
        self._note_place(work)
        done.kept += 1
        done.notes += [Refusal(file.name, note) for note in notes]
        return passages

    def _put(self, work: _Work, size: int, stamp: str, digest: str, rows: Iterable[Row]) -> int:
        reading = Reading(work.file.name, size, digest, stamp, work.recipe, rows)
        return self._catalogue.put(reading, work.before.key if work.before else None)

    def _read_here(self, work: _Work, unpacker: Unpacker) -> tuple[Outcome, int, list[str]]:
        """Read a file straight into the catalogue, as one state of it."""
        file, job, notes = work.file, work.job, list[str]()

        def turned(page: int) -> None:
            self._pace.at(self._files, file.name, page, share=self._bytes / self._total_bytes)

        try:
            for _ in range(READINGS):
                notes.clear()
                with suppress(_ChangedError), file.opened(unpacker) as path:
                    # Taken before and after: what is stored is one state of the file, and its digest is of that state.
                    size, stamp, digest = path.stat().st_size, file.stamped(), digest_file(path)
                    if digest == job.digest:
                        return Same(), 0, notes
                    with self._catalogue.together():
                        rows = file_rows(path, file.name, notes.append, ocr=job.ocr, turned=turned)
                        passages = self._put(work, size, stamp, digest, rows)
                        if digest_file(path) != digest:
                            raise _ChangedError
                    return Whole(size, stamp, digest, (), ()), passages, notes
        except SourceError as error:
            return Refused(str(error).removeprefix(f"{file.name}: ")), 0, notes
        except OSError as error:
            return Unopened(unopened(error)), 0, notes
        return Unopened(CHANGES), 0, notes


# What was read of it earlier is kept: it may have been another program that took the memory.
_TOO_MUCH = "cannot be read (it takes too much memory). Open it in another program and save it again, or split it."


def _shareable(work: _Work) -> bool:
    """Whether another process may read the file: those in zips and those that are read apart stay here."""
    picture = PurePath(work.file.name).suffix.lower() in PICTURES
    return work.file.member is None and not picture and work.file.size <= _LARGE_FILE


def _tasks(works: Sequence[_Work]) -> Iterator[list[_Work]]:
    task: list[_Work] = []
    size = 0
    for work in works:
        if task and (len(task) >= _TASK_FILES or size + work.file.size > _TASK_BYTES):
            yield task
            task, size = [], 0
        task.append(work)
        size += work.file.size
    if task:
        yield task


class _ChangedError(Exception):
    """The file is not what it was when its reading began."""
