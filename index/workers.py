"""Other processes that do part of the work: they are started when they are first needed and end with what needs them.

They run this package's own code in a fresh interpreter, not a fork of this one, which may hold threads and locks.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

# More are not used: what one process does with their results (storing them) does not go faster.
_MOST = 8
# Tasks handed out for each process: one being worked on, one waiting.
_AHEAD = 4
_ROOT = str(Path(__file__).resolve().parent.parent)
_CODE = "from index.workers import serve; serve()"


class Lost:
    """In the place of a result: the process that worked on the task has ended."""


LOST: Final = Lost()


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Child:
    """A process that runs `code` of this package and is spoken to in pickled objects over its standard streams."""

    def __init__(self, code: str, *arguments: str) -> None:
        paths = [_ROOT, *(path for path in sys.path if path)]
        self._process = subprocess.Popen(  # noqa: S603 (our own code)
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, value: object) -> None:
        """:raises BrokenPipeError: if the process has ended."""
        pickle.dump(value, self._in, pickle.HIGHEST_PROTOCOL)
        self._in.flush()

    def receive(self) -> Any:
        """:raises EOFError: if the process has ended; or pickle.UnpicklingError."""
        return pickle.load(self._out)  # noqa: S301 (written by our own process)

    def kill(self) -> None:
        """Bring it to an end; whoever waits for an answer is told."""
        self._process.kill()

    def end(self) -> None:
        """Bring it to an end and forget it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            with suppress(OSError):
                pipe.close()


class Workers:
    """As many processes as there are processors to use; none where there is but one.

    They begin at the first `map` or `warm`, and end when the `with` block does.
    """

    def __init__(self, count: int | None = None) -> None:
        wanted = min(cores(), _MOST) if count is None else count
        self._count = wanted if wanted > 1 else 0
        self._idle: SimpleQueue[Child | None] = SimpleQueue()
        self._children: list[Child] = []
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for child in tuple(self._children):
            child.kill()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.end()

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result | Lost]:
        """The results of a module's function for each task, in order; computed here where there are no processes.

        A few tasks are taken ahead of the result that is waited for. What the function raises is raised here.
        """
        if not self._count:
            yield from map(function, tasks)
            return
        threads = self._begun()
        waiting: deque[Future[Result | Lost]] = deque()
        try:
            for task in tasks:
                waiting.append(threads.submit(self._ask, function, task))
                if len(waiting) >= _AHEAD * self._count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def warm(self, function: Callable[[Task], object], task: Task) -> None:
        """Begin, and have each process do a task to no end but that the function is ready when it is needed."""
        if self._count:
            threads = self._begun()
            for _ in range(self._count):
                threads.submit(self._ask, function, task)

    def _begun(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="wenbao-worker")
            for _ in range(self._count):
                self._idle.put(None)
        return self._threads

    def _ask(self, function: Callable[[Task], Result], task: Task) -> Result | Lost:
        child = self._idle.get()
        if child is None:
            try:
                child = Child(_CODE)
            except OSError:  # no more processes are allowed
                self._idle.put(None)
                return function(task)
            self._children.append(child)
        try:
            child.send((function, task))
            done, value = child.receive()
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            self._children.remove(child)
            child.end()
            child = None
            return LOST
        finally:
            self._idle.put(child)
        if not done:
            raise value
        result: Result = value
        return result


def serve() -> None:
    """Do what is asked over the standard streams until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            function, task = pickle.load(sys.stdin.buffer)  # noqa: S301 (written by the process that started this one)
        except EOFError:
            return
        try:
            answer = True, function(task)
        except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
            answer = False, error
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
