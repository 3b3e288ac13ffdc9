"""Fresh processes, and what they cost: seconds, processor seconds, memory of the process and all its children."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WENBAO = (sys.executable, "-m", "qa.cli")
WORK = (sys.executable, str(Path(__file__).with_name("archive_work.py")))
SAMPLED = 1.0  # seconds between two looks at the memory; each costs some hundredths of one for a gigabyte
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Run:
    """A process that has ended. Memory is the highest sum over the process and its descendants at one look: PSS (a page
    that several share counts once) and RSS (it counts for each), in MiB."""

    status: int
    output: str
    errors: str
    seconds: float
    processor_s: float
    peak_pss_mb: float
    peak_rss_mb: float
    orphans: int

    @property
    def costs(self) -> dict[str, float]:
        """The figures, rounded."""
        return {
            "seconds": round(self.seconds, 3),
            "processor_s": round(self.processor_s, 3),
            "peak_pss_mb": round(self.peak_pss_mb),
            "peak_rss_mb": round(self.peak_rss_mb),
        }


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, minimum and maximum in seconds."""
    middle = statistics.median(seconds)
    return {
        "median_s": round(middle, 4),
        "min_s": round(min(seconds), 4),
        "max_s": round(max(seconds), 4),
        "n": len(seconds),
    }


def family(process: int) -> Iterator[int]:
    """The process and all its living descendants."""
    yield process
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield from family(child)


def memory(process: int) -> dict[str, float]:
    """MiB by the kernel's name (Rss, Pss, Private_Dirty …) of one process; empty if it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {name: float(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in lines)}


def processor_seconds(process: int) -> float:
    """Processor seconds of a process, its descendants, and those of them that have ended and been waited for."""
    ticks = 0
    for member in family(process):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


class _Watch(threading.Thread):
    """Looks at the memory of a process and its descendants until it is told to stop."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.pss = self.rss = 0.0
        self.seen: set[int] = set()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(SAMPLED):
            members = set(family(self.process))
            self.seen |= members
            looks = [memory(member) for member in members]
            self.pss = max(self.pss, sum(look.get("Pss", 0.0) for look in looks))
            self.rss = max(self.rss, sum(look.get("Rss", 0.0) for look in looks))

    def orphans(self, patience: float = 5.0) -> int:
        """Descendants that live on after the process."""
        until = time.monotonic() + patience
        while (left := sum(_alive(one) for one in self.seen - {self.process})) and time.monotonic() < until:
            time.sleep(0.1)
        return left


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def run(command: tuple[str, ...], *, given: str = "", environment: dict[str, str] | None = None) -> Run:
    """Run a command to its end; its status is not judged."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | (environment or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = _Watch(process.pid)
    watch.start()
    output, errors = process.communicate(given)
    seconds = time.perf_counter() - began
    watch.ended.set()
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(process.returncode, output, errors, seconds, used, watch.pss, watch.rss, watch.orphans())


def wenbao(*arguments: str | Path) -> Run:
    """Run the command line as a whole process.

    :raises SystemExit: if it fails.
    """
    return _whole(run((*WENBAO, *map(str, arguments))), " ".join(map(str, arguments)))


def work(action: str, **parameters: Any) -> tuple[dict[str, Any], Run]:
    """Do an action of `archive_work` in a process of its own; gives its figures and what the process cost.

    :raises SystemExit: if it fails.
    """
    done = _whole(run((*WORK, action), given=json.dumps(parameters, default=str)), action)
    return json.loads(done.output.splitlines()[-1]), done


def _whole(done: Run, name: str) -> Run:
    if done.status:
        raise SystemExit(f"{name}: ended with {done.status}: {done.errors.strip()[-2000:]}")
    return done
