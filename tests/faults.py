"""What the fault tests share: child processes that are killed at chosen moments, and archives compared as a whole.

A fault is laid on a child, so that a crash in a library is a failed test and not a dead test run. Children are forked from
one process that has imported everything and has no threads (`warm`).
"""

from __future__ import annotations

import ctypes
import errno
import functools
import multiprocessing
import os
import platform
import resource
import shutil
import signal
import struct
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from pages import PAGES, CountingEncoder

from index import BuildReport, WenbaoError, build, repair, vectors
from index.archive import derive
from qa.engine import Engine

SECONDS = 120
"""After so long a child is held to hang."""

WRONG = 71
"""The exit status of a child in which something was not as it must be: an archive that disagrees with itself."""

TESTS = Path(__file__).parent

QUESTIONS = ("大桥长多少?", "山上有什么?", "李涛写了哪些报道?", "新站在哪里?", "谁在火星上?")


# Children.


@functools.cache
def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    # pytest first: every child looks at the main module of its parent, which may be pytest's.
    context.set_forkserver_preload(["pytest", "warm"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(TESTS.parent), str(TESTS), *filter(None, [before])])
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return context


class Child:
    """A process that runs one function; `wait` gives its result."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._results, answers = _context().Pipe(duplex=False)
        self._process = _context().Process(target=_run, args=(answers, function, arguments))
        self._process.start()
        answers.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, seconds: float = SECONDS) -> Outcome:
        """How it ended."""
        try:
            ended = wait([self._process.sentinel, self._results], seconds)
            if not ended:
                self._process.kill()
                raise AssertionError(f"hangs for {seconds} s")
            error, value = self._results.recv() if self._results.poll() else ("", None)
        except EOFError:
            error, value = "", None
        finally:
            self._process.join()
            self._results.close()
        code = self._process.exitcode
        self._process.close()
        return Outcome(code, error, value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a child: exit status (negative: the signal that killed it), the error meant for a person, the result."""

    status: int
    error: str
    value: Any

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


def _run(answers: Connection, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        result = ("", function(*arguments))
    except WenbaoError as error:
        result = (str(error), None)
    except AssertionError:
        traceback.print_exc()
        os._exit(WRONG)
    except BaseException:  # noqa: BLE001 (shown in full, and the child fails)
        traceback.print_exc()
        os._exit(70)
    assert "\n" not in result[0], "an error for a person is one line"
    answers.send(result)


def run(function: Callable[..., object], *arguments: object) -> Outcome:
    """Run a function in a child to its end."""
    return Child(function, *arguments).wait()


def killed_after(seconds: float, function: Callable[..., object], *arguments: object) -> Outcome:
    """Run a function in a child that is killed after some time, if it has not ended before."""
    child = Child(function, *arguments)
    time.sleep(seconds)
    child.kill()
    return child.wait()


# What is told to audit hooks before it happens: every file opened, renamed, linked or removed, every folder made.
_WATCHED = ("open", "os.", "shutil.", "sqlite3.", "fcntl.")


def killed_at_event(moment: int, function: Callable[..., object], *arguments: object) -> Outcome:
    """Run a function in a child that kills itself at its `moment`-th event; the value is the number of events there were.

    Events are what Python tells audit hooks, and the build's progress.
    """
    return run(_count_events, moment, function, arguments)


def _count_events(moment: int, function: Callable[..., object], arguments: tuple[object, ...]) -> int:
    events = 0

    def count(*_: object) -> None:
        nonlocal events
        events += 1
        if events == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda event, _: count() if event.startswith(_WATCHED) else None)
    function(*arguments, progress=count)
    return events


# The calls by which a process changes files, by their numbers on the machines we know.
_CALLS = {
    "x86_64": {
        "write": 1, "pwrite64": 18, "writev": 20, "pwritev": 296, "sendfile": 40, "copy_file_range": 326,
        "fsync": 74, "fdatasync": 75, "truncate": 76, "ftruncate": 77, "fallocate": 285, "rename": 82, "renameat": 264,
        "renameat2": 316, "mkdir": 83, "mkdirat": 258, "rmdir": 84, "link": 86, "linkat": 265, "unlink": 87,
        "unlinkat": 263, "flock": 73,
    },
    "aarch64": {
        "write": 64, "pwrite64": 68, "writev": 66, "pwritev": 70, "sendfile": 71, "copy_file_range": 285, "fsync": 82,
        "fdatasync": 83, "truncate": 45, "ftruncate": 46, "fallocate": 47, "renameat": 38, "renameat2": 276,
        "mkdirat": 34, "linkat": 37, "unlinkat": 35, "flock": 32,
    },
}.get(platform.machine(), {})  # fmt: skip
_LIBC = ctypes.CDLL(None, use_errno=True)
_TRACEME, _CONT, _SETOPTIONS, _GETEVENTMSG = 0, 7, 0x4200, 0x4201
_SECCOMP_EVENT = 7
# Stop at marked calls; follow threads and processes; nobody is left behind when the watcher ends.
_OPTIONS = 1 << 7 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 20
_ALL_THREADS = 0x40000000


def killed_at_call(moment: int, function: Callable[..., object], *arguments: object) -> Outcome:
    """Run a function in a process that is killed right before its `moment`-th call that changes a file, SQLite's and
    tantivy's own among them. The value is how many there were, or the name of the call that was not made.

    Needs to trace a process; skips the test where that is not allowed.
    """
    if not can_trace():
        pytest.skip("processes cannot be traced here")
    outcome = run(_trace, moment, function, arguments)
    return Outcome(-signal.SIGKILL, "", outcome.value) if isinstance(outcome.value, str) else outcome


@functools.cache
def can_trace() -> bool:
    return bool(_CALLS) and run(_trace, 1, os.fsync, (1,)).value == "fsync"


def _trace(moment: int, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    pid = os.fork()
    if not pid:
        try:
            _be_traced()
            function(*arguments)
        except BaseException:  # noqa: BLE001 (shown in full, and the child fails)
            traceback.print_exc()
            os._exit(70)
        os._exit(0)
    os.waitpid(pid, 0)
    _ptrace(_SETOPTIONS, pid, _OPTIONS)
    _ptrace(_CONT, pid, 0)
    calls = 0
    while True:
        stopped, status = os.waitpid(-1, _ALL_THREADS)
        if not os.WIFSTOPPED(status):
            if stopped == pid:
                assert status == 0, status
                return calls
            continue
        event, number = status >> 16, os.WSTOPSIG(status)
        if event == _SECCOMP_EVENT:
            calls += 1
            if calls == moment:
                name = ctypes.c_ulong()
                _ptrace(_GETEVENTMSG, stopped, ctypes.addressof(name))
                os.kill(pid, signal.SIGKILL)
                while os.waitpid(-1, _ALL_THREADS)[0] != pid:
                    pass
                return list(_CALLS)[name.value]
        # What stops a thread is passed on to it, but for the stops of tracing itself.
        _ptrace(_CONT, stopped, 0 if event or number in (signal.SIGSTOP, signal.SIGTRAP) else number)


def _be_traced() -> None:
    """Have the parent told of each call that changes a file: a filter in the kernel marks them."""
    code = [(0x20, 0, 0, 0)]
    for place, number in enumerate(_CALLS.values()):
        code += [(0x15, 0, 1, number), (0x06, 0, 0, 0x7FF00000 | place)]
    code.append((0x06, 0, 0, 0x7FFF0000))
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(program)))
    _ptrace(_TRACEME, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    for call in ((38, 1, 0, 0, 0), (22, 2, ctypes.addressof(header), 0, 0)):
        if _LIBC.prctl(*(ctypes.c_ulong(number) for number in call)):
            raise OSError(ctypes.get_errno(), "prctl")


def _ptrace(request: int, pid: int, data: int) -> None:
    if _LIBC.ptrace(ctypes.c_long(request), ctypes.c_long(pid), None, ctypes.c_void_p(data)) < 0:
        if ctypes.get_errno() == errno.ESRCH:
            return  # a thread can be gone by the time it is told to go on
        raise OSError(ctypes.get_errno(), "ptrace")


# Archives.


class LoggingEncoder(CountingEncoder):
    """Writes each text it is given to a file that outlives the process."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def encode(self, texts: list[str], *, query: bool = False) -> Any:
        with self._log.open("a", encoding="utf-8") as stream:
            stream.writelines(text.replace("\n", " ") + "\n" for text in texts)
        return super().encode(texts, query=query)


def embedded(log: Path) -> Counter[str]:
    """How often each text was embedded."""
    return Counter(log.read_text(encoding="utf-8").splitlines() if log.exists() else [])


def build_pages(pages: Path, home: Path, log: Path, progress: Callable[..., None] | None = None) -> BuildReport:
    return build([pages], home, encoder=LoggingEncoder(log), progress=progress)


def repair_home(home: Path, log: Path, progress: Callable[..., None] | None = None) -> list[str]:
    problems = repair(home, encoder=LoggingEncoder(log), progress=progress)
    return [f"{problem.source}: {problem.reason}" for problem in problems]


def with_small_indexes(function: Callable[..., object], *arguments: object, **options: object) -> object:
    """Run with indexes of a large archive at sizes of a test: a base of codes, what was added to it, and compaction.

    Only for children: what it sets stays set.
    """
    for module, name, value in (
        (vectors, "LARGEST_EXACT", 20),
        (vectors, "LARGEST_DELTA", 8),
        (derive, "FEW_PASSAGES", 0),
    ):
        assert isinstance(getattr(module, name), int)
        setattr(module, name, value)
    return function(*arguments, **options)


@dataclass(frozen=True, slots=True)
class State:
    """What an archive answers: all its texts by file, what is found first for headlines, answers to questions."""

    texts: dict[str, list[str]]
    found: list[tuple[str, str]]
    answers: list[dict[str, Any]]


def state(home: Path) -> State:
    """What the serving generation answers, opened anew; that its stores agree is checked on the way."""
    engine = Engine(home, CountingEncoder())
    archive = engine.archive
    texts = {
        source.source: [article.text for article in archive.articles(source.source)] for source in archive.sources()
    }
    held = [passage for article in archive.articles() for passage in archive.article_passages(article.id)]
    assert len(held) == archive.manifest.passages
    rows = {passage.row for passage in held}
    assert set(archive.vectors.rows.tolist()) == rows, "the vectors are those of other passages"
    assert archive.lexical.count == len(rows), "the words are those of other passages"
    dense = archive.vectors.search(np.ones(3, np.float32), len(held) + 10)
    lexical = archive.lexical.search({"报": 1.0, "讯": 1.0, "本报": 1.0, "记者": 1.0}, len(held) + 10)
    for hits in (dense, lexical):
        assert {row for row, _ in hits} <= rows, "what is gone is found"
    articles = archive.articles()
    asked = [articles[number - 1].headline for number in spread(len(articles), 20)]
    found = [(title, engine.search(title, k=1)[0].article.source) for title in map(" ".join, asked) if title]
    answers = [asdict(engine.ask(question)) | {"seconds": 0} for question in QUESTIONS]
    archive.close()
    return State(texts, found, answers)


def write(folder: Path, pages: dict[str, str]) -> Path:
    """Make a folder hold these pages and nothing else."""
    for file in [*folder.rglob("*")] if folder.exists() else []:
        if file.is_file() and file.relative_to(folder).as_posix() not in pages:
            file.unlink()
    for name, text in pages.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    return folder


def many(count: int, sentences: int = 0) -> dict[str, str]:
    """So many pages, none of them with the words of another; each with so many sentences more."""
    return {
        f"{number}.txt": page(number, "".join(f"第{number}号船第{n}次到港。" for n in range(sentences)))
        for number in range(1000, 1000 + count)
    }


def page(number: int, more: str = "") -> str:
    """A page of one article, its words its own."""
    return f"第{number}号新闻\n□记者 王雪 报道\n本报2023年6月1日讯 第{number}号山桥今天启用。{more}\n"


OLD = PAGES | {f"旧{number}.txt": page(number) for number in range(5)}
NEW = {
    # One is changed, two are renamed (one of them below another folder), two are removed, three are new.
    **PAGES,
    "大桥.txt": PAGES["大桥.txt"].replace("9公里", "8公里"),
    "改名.txt": page(0),
    "新/旧1.txt": page(1),
    "旧2.txt": page(2),
    "新站.txt": page(7, "新站在山前。"),
    "新/稿.jsonl": "".join(
        f'{{"id": "{n}", "title": "稿件{n}", "text": "本报讯 第{n}篇稿件说的是港口。"}}\n' for n in range(4)
    ),
    "新/页.md": "# 山路\n\n本报讯 山路今天通车。\n",
}


def copy(home: Path | None, to: Path) -> Path:
    """A copy of an archive folder (None: there is none yet), links between its files kept."""
    shutil.rmtree(to, ignore_errors=True)
    if home is not None:
        linked: dict[int, Path] = {}

        def link_or_copy(source: str, target: str) -> None:
            inode = Path(source).stat().st_ino
            if inode in linked:
                os.link(linked[inode], target)
            else:
                shutil.copy2(source, target)
                linked[inode] = Path(target)

        shutil.copytree(home, to, copy_function=link_or_copy)
    return to


@contextmanager
def place() -> Iterator[Path]:
    """A folder in memory where the machine has such a place, for what several tests share."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def spread(count: int, most: int) -> list[int]:
    """At most `most` of the numbers 1 … count, first and last among them, the others evenly between."""
    return sorted({1 + round(step * (count - 1) / max(most - 1, 1)) for step in range(most)}) if count else []
