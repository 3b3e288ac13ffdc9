"""Measures what is answered: sentences, spans, evidence, whole answers, refusals, lengths and times, on public questions.

    python benchmarks/answers.py --data DIR [--only given whole removed near time own seeds] [--sets NAME …] [--limit N]
                                 [--work DIR] [--jobs N] [--output FILE]
    python benchmarks/answers.py --data DIR --work DIR --misses trial|own-dev N

DIR holds the public sets (`benchmarks/README.md`). What is measured replaces its part of FILE; the other parts stay. With
`--work` the archives are kept there and used again. Each part is alone in a process on one core, `--jobs` at a time; times
are measured last, by themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import answers_own
from answers_misses import SETS_SHOWN, show_misses
from answers_score import figures_of
from answers_sets import SETS, built, write_pool
from answers_table import show
from archive_corpus import write_records
from archive_peers import ENVIRONMENT
from archive_run import ROOT
from retrieval import stamped, write

from index import build
from qa.engine import Engine
from qa.evaluate import judge, read_expected, summary

WORK = Path(__file__).with_name("answers_work.py")
GOLD = ROOT / "tests" / "gold" / "questions.jsonl"
# Questions of a set, of those it has; on two cores all of it takes less than 20 minutes.
LIMITS: dict[str, int | None] = {"given": None, "whole": 2_000, "removed": 1_500, "near": 1_000, "time": 150}
WAYS = {
    "given": ("cmrc", "drcd", "xquad", "expmrc", "trial"),
    "whole": ("cmrc", "drcd", "xquad", "xquad-en", "trial"),
    "removed": ("cmrc", "drcd", "xquad", "trial"),
    "near": tuple(name for name, one in SETS.items() if one.near),
}
MEASURED = tuple(name for name in SETS if name != "trial")
OTHERS = ("time", "own", "seeds")
BIG = 100_000  # passages


@dataclass(frozen=True, slots=True)
class Job:
    """Questions of a set, asked in one way."""

    name: str
    way: str
    home: Path
    output: Path
    limit: int | None


class Runner:
    """Runs jobs, as many at a time as there are cores given."""

    def __init__(self, data: Path, cores: Sequence[int]) -> None:
        self.data = data
        self.count = len(cores)
        self.cores: queue.Queue[int] = queue.Queue()
        for core in cores:
            self.cores.put(core)

    def run(self, jobs: Sequence[Job]) -> None:
        with ThreadPoolExecutor(self.count) as pool:
            list(pool.map(self.one, jobs))

    def one(self, job: Job) -> None:
        core = self.cores.get()
        began = time.perf_counter()
        given = {
            "data": str(self.data),
            "set": job.name,
            "way": job.way,
            "home": str(job.home),
            "output": str(job.output),
            "limit": job.limit,
            "core": core,
        }
        try:
            done = subprocess.run(
                [sys.executable, WORK],
                cwd=ROOT,
                env=os.environ | ENVIRONMENT,
                input=json.dumps(given),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            self.cores.put(core)
        if done.returncode:
            raise SystemExit(f"{job.name}, {job.way}: ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        print(f"  {job.name}, {job.way}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def write_big(data: Path, files: Path) -> None:
    """The pool's passages and so many of the news that it is BIG in all."""
    write_pool(data, files, 0)
    write_records(data, files / "news", BIG - len(list(files.iterdir())))


def of_sets(arguments: argparse.Namespace, work: Path, runner: Runner) -> dict[str, Any]:
    """What is measured on the public sets, by set and way."""
    ways = [way for way in WAYS if way in arguments.only]
    wanted = [(name, way) for way in ways for name in WAYS[way] if name in arguments.sets]
    if not wanted:
        return {}
    home = built(work / "pool", lambda files: write_pool(arguments.data, files))
    runs = work / "runs"
    runs.mkdir(exist_ok=True)
    jobs = [Job(name, way, home, runs / f"{name}-{way}.jsonl", limit_of(way, arguments.limit)) for name, way in wanted]
    runner.run(sorted(jobs, key=lambda job: -(job.limit or 10_000)))
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for name, _ in wanted):
        rows = {way: _rows(runs / f"{name}-{way}.jsonl") for way in WAYS}
        found[name] = {"title": SETS[name].title} | figures_of(rows)
    return found


def limit_of(way: str, limit: int | None) -> int | None:
    """The smaller of what a way is given and what was asked for."""
    return min((one for one in (limit, LIMITS[way]) if one is not None), default=None)


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def of_time(arguments: argparse.Namespace, work: Path, runner: Runner) -> dict[str, Any]:
    """How long a question takes on the pool and on BIG passages."""
    homes = {
        "pool": built(work / "pool", lambda files: write_pool(arguments.data, files)),
        "big": built(work / "big", lambda files: write_big(arguments.data, files)),
    }
    found = {}
    for name, home in homes.items():
        output = work / f"time-{name}.json"
        runner.one(Job(name, "time", home, output, limit_of("time", arguments.limit)))
        found[name] = json.loads(output.read_text(encoding="utf-8"))
    return found


def of_seeds(work: Path) -> dict[str, Any]:
    """The gold questions on the five pages."""
    home = work / "seeds"
    build([ROOT / "seeds"], home)
    engine = Engine(home)
    return summary([judge(item, engine.ask(item["question"], item["history"])) for item in read_expected(GOLD)])


def measured(arguments: argparse.Namespace, work: Path) -> dict[str, Any]:
    """All that is asked for."""
    cores = sorted(os.sched_getaffinity(0))[: arguments.jobs]
    runner = Runner(arguments.data.absolute(), cores)
    found: dict[str, Any] = {"sets": of_sets(arguments, work, runner)}
    if "seeds" in arguments.only:
        found["seeds"] = of_seeds(work)
    if "own" in arguments.only:
        found["own"] = answers_own.figures(arguments.data, work / "own")
    if "time" in arguments.only:
        found["time"] = of_time(arguments, work, runner)
    return found


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old figures with the new ones in their places."""
    sets = dict(old.get("sets", {}))
    for name, one in new["sets"].items():
        sets[name] = sets.get(name, {}) | one
    return old | new | {"sets": {name: sets[name] for name in SETS if name in sets}}


def arguments_of() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--only", nargs="+", choices=(*WAYS, *OTHERS), default=[*WAYS, *OTHERS])
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(MEASURED), metavar="SET")
    parser.add_argument("--limit", type=int, help="at most so many questions of a set, drawn by chance")
    parser.add_argument("--jobs", type=int, help="processes at a time (one for each core)")
    parser.add_argument("--work", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--misses", nargs=2, metavar=("SET", "N"), help="print N questions that go wrong, and why")
    arguments = parser.parse_args()
    if arguments.misses and (arguments.misses[0] not in SETS_SHOWN or not arguments.misses[1].isdecimal()):
        parser.error(f"--misses: a set to develop on ({', '.join(SETS_SHOWN)}) and a number")
    return arguments


def main() -> None:
    arguments = arguments_of()
    began = time.perf_counter()
    old: dict[str, Any] = {}
    if arguments.output and arguments.output.exists():
        old = json.loads(arguments.output.read_text(encoding="utf-8"))
        if old.get("limit") != arguments.limit:
            raise SystemExit(f"{arguments.output}: was measured with --limit {old.get('limit')}: name another file")
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or Path(temporary)).absolute()
        work.mkdir(parents=True, exist_ok=True)
        if arguments.misses:
            show_misses(arguments.data, work, arguments.misses[0], int(arguments.misses[1]))
            return
        found = measured(arguments, work)
    told = {
        "limit": arguments.limit,
        "stamp": stamped(),
        "machine": {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()},
        "took_s": round(time.perf_counter() - began),
    }
    results = merged(old, found | told)
    if arguments.output:
        write(arguments.output, results)
    show(results)


if __name__ == "__main__":
    main()
