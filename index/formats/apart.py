"""PDF and pictures read in a process apart: a file can be made so that the libraries they need fill the memory, hang or abort.

Then that process ends, the file is named, and the build goes on. One process reads one file after another.
"""

from __future__ import annotations

import atexit
import os
import pickle
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import SourceError
from ..types import Page
from ..workers import Child

# Seconds until a page must be there, and bytes of address space; OCR takes longer and its libraries reserve more.
_PATIENCE, _OCR_PATIENCE = 120.0, 900.0
_SPACE, _OCR_SPACE = 4 << 30, 12 << 30
_CODE = "from index.formats.apart import serve; serve()"

_idle: deque[_Worker] = deque()


def read_apart(path: Path, source: str, note: Callable[[str], None], *, ocr: bool = False) -> Iterator[Page]:
    """The pages of a PDF or a picture, as `read_pdf` and `read_image` give them.

    :raises SourceError: as they do, and if reading the file brings its process to an end.
    :raises OSError: if the file cannot be opened.
    """
    worker = _take(ocr)
    done, last = False, 0
    try:
        worker.ask(path, source)
        while True:
            kind, value = worker.answer()
            if kind == "page":
                last = value.number
                yield value
            elif kind == "note":
                note(value)
            else:
                done = True
                break
    except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
        after = f" after page {last}" if last else ""
        raise SourceError(
            f"{source}: cannot be read{after} (it takes too much memory or time). Open it in another program and save it again."
        ) from error
    finally:
        if done:
            _idle.append(worker)
        else:
            worker.end()
    if kind == "refused":
        raise SourceError(value)
    if kind == "unopened":
        raise OSError(*value)


def _take(ocr: bool) -> _Worker:
    for _ in range(len(_idle)):
        try:
            worker = _idle.popleft()
        except IndexError:
            break  # another thread was faster
        if not worker.alive:
            worker.end()
        elif worker.ocr == ocr:
            return worker
        else:
            _idle.append(worker)
    return _Worker(ocr)


class _Worker(Child):
    """The other process: asked by a path, it answers by pages, notes and an end."""

    def __init__(self, ocr: bool) -> None:
        super().__init__(_CODE, "ocr" if ocr else "")
        self.ocr = ocr

    def ask(self, path: Path, source: str) -> None:
        self.send((os.fsencode(path.absolute()), source))

    def answer(self) -> Any:
        """:raises EOFError: if the process has ended, or takes too long."""
        alarm = threading.Timer(_OCR_PATIENCE if self.ocr else _PATIENCE, self.kill)
        alarm.daemon = True
        alarm.start()
        try:
            return self.receive()
        finally:
            alarm.cancel()


@atexit.register
def end_idle() -> None:
    """End the processes that wait for another file: OCR keeps much memory."""
    with suppress(IndexError):
        while True:
            _idle.pop().end()


def serve() -> None:
    """Read what is asked for on standard input until it ends. Runs in the process apart."""
    ocr = sys.argv[1:] == ["ocr"]
    _limit(_OCR_SPACE if ocr else _SPACE)
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Libraries that print must not print into the answers.
    os.dup2(2, 1)

    def tell(kind: str, value: Any = None) -> None:
        pickle.dump((kind, value), answers)
        answers.flush()

    while True:
        try:
            place, source = pickle.load(questions)  # noqa: S301 (written by the process that started this one)
        except EOFError:
            return
        path = Path(os.fsdecode(place))
        try:
            for page in _reader(path)(path, source, lambda text: tell("note", text), ocr=ocr):
                tell("page", page)
        except SourceError as error:
            tell("refused", str(error))
        except OSError as error:
            tell("unopened", (error.errno, error.strerror))
        else:
            tell("end")


def _reader(path: Path) -> Callable[..., Iterator[Page]]:
    from .image import read_image
    from .pdf import read_pdf

    return read_pdf if path.suffix.lower() == ".pdf" else read_image


def _limit(space: int) -> None:
    try:
        import resource
    except ImportError:
        return  # not on Windows
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    space = space if hard == resource.RLIM_INFINITY else min(space, hard)
    resource.setrlimit(resource.RLIMIT_AS, (space, hard))
