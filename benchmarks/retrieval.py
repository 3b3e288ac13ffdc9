"""Measures what is found: the product, its parts, and other libraries, on public questions.

    python benchmarks/retrieval.py --data DIR [--only product parts peers] [--sets NAME …] [--small] [--work DIR] [--output FILE]
    python benchmarks/retrieval.py --data DIR --work DIR --misses SET N

DIR holds the public sets (`benchmarks/README.md`). What is measured replaces its part of FILE; the other parts stay.
With `--work` pools, archives and what was found are kept there and used again. Each system is alone in a process on one
core, `--jobs` at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from archive_libraries import PEERS as LIBRARIES
from archive_peers import ENVIRONMENT, PEERS_PYTHON
from archive_run import ROOT
from retrieval_misses import show_misses
from retrieval_score import Scores, figures, p_values, score
from retrieval_sets import FULL, SETS, SMALL, Size, read_questions, write_pool
from retrieval_systems import PARTS, PLAIN, PRODUCT
from retrieval_table import show

WORK = Path(__file__).with_name("retrieval_work.py")
PEER = Path(__file__).with_name("retrieval_peer.py")
PEERS = tuple(name for name in LIBRARIES if name != "wenbao")
ONLY = {"product": (PRODUCT,), "parts": (*PARTS, *PLAIN), "peers": PEERS}
ASKING_S = 100.0  # seconds after which a slow library is asked no more questions of a pool
ALL = 0.9  # a library asked less than this share of a set's questions is not called the best on it
PACKAGES = ("faiss-cpu", "ir-measures", "jieba", "numpy", "rjieba", "tantivy")


@dataclass(frozen=True, slots=True)
class Job:
    """A process: systems of one kind over one pool."""

    pool: str
    sets: tuple[str, ...]
    systems: tuple[str, ...]

    @property
    def of_peer(self) -> bool:
        return self.systems[0] in PEERS


def jobs_of(only: Sequence[str], sets: Sequence[str]) -> list[Job]:
    """Ours first, which take longest; all systems of ours share a pool's archive."""
    ours = tuple(name for part in ("product", "parts") if part in only for name in ONLY[part])
    by_pool: dict[str, list[str]] = {}
    for name in sets:
        by_pool.setdefault(SETS[name].pool, []).append(name)
    jobs = [Job(pool, tuple(names), ours) for pool, names in by_pool.items() if ours]
    for pool, names in by_pool.items():
        whole = tuple(name for name in names if SETS[name].whole)
        jobs += [Job(pool, whole, (peer,)) for peer in PEERS if whole and "peers" in only]
    return jobs


class Runner:
    """Runs jobs, as many at a time as there are cores given, each on its own."""

    def __init__(self, work: Path, cores: Sequence[int], stamp: dict[str, str], seconds: float) -> None:
        self.work, self.stamp, self.seconds = work, stamp, seconds
        self.cores: queue.Queue[int] = queue.Queue()
        for core in cores:
            self.cores.put(core)
        self.failed: dict[str, str] = {}

    def run(self, jobs: Iterable[Job]) -> None:
        with ThreadPoolExecutor(self.cores.qsize()) as pool:
            list(pool.map(self._one, jobs))

    def _one(self, job: Job) -> None:
        core = self.cores.get()
        began = time.perf_counter()
        try:
            self._process(job, core)
        finally:
            self.cores.put(core)
        print(
            f"  {job.pool}: {', '.join(job.systems)}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True
        )

    def _process(self, job: Job, core: int) -> None:
        folder = self.work / job.pool
        python, program = (PEERS_PYTHON, PEER) if job.of_peer else (Path(sys.executable), WORK)
        if not python.exists():
            self.failed[job.systems[0]] = f"{python.relative_to(ROOT)} is not there; make bench-retrieval installs it"
            return
        with tempfile.TemporaryDirectory(dir=folder) as home:
            given = {
                "pool": job.pool,
                "folder": str(folder),
                "home": home,
                "sets": job.sets,
                "systems": job.systems,
                "seconds": self.seconds,
                "core": core,
                "stamp": self.stamp,
            }
            done = subprocess.run(
                [python, program],
                cwd=ROOT,
                env=os.environ | ENVIRONMENT,
                input=json.dumps(given),
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode and not job.of_peer:
            raise SystemExit(f"{job.pool}: ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
            self.failed[job.systems[0]] = last[:200]


def measured(work: Path, names: Sequence[str], systems: Sequence[str]) -> dict[str, Any]:
    """Figures by set of all systems whose runs are in the folder; peers are compared with the product."""
    found: dict[str, Any] = {}
    for name in names:
        gold = {one.id: one.gold for one in read_questions(work / SETS[name].pool)[name]}
        scores: dict[str, Scores] = {}
        told: dict[str, dict[str, Any]] = {}
        for system in systems:
            file = work / SETS[name].pool / "runs" / f"{system}.json"
            run = json.loads(file.read_text(encoding="utf-8")).get(name) if file.exists() else None
            if run:
                scores[system] = score(run["found"], gold)
                told[system] = figures(scores[system]) | run["about"]
        if not told:
            continue
        ours = {system: told[system] for system in told if system not in PEERS}
        peers = {system: told[system] for system in told if system in PEERS}
        found[name] = {"title": SETS[name].title, "pool": SETS[name].pool, "ours": ours, "peers": peers}
        if PRODUCT in scores:
            _compare(found[name], scores)
    return found


def _compare(figures_of_set: dict[str, Any], scores: dict[str, Scores]) -> None:
    """To each peer, what the product gives on the questions that it was asked; and which peer is the best."""
    product = scores[PRODUCT]
    peers = figures_of_set["peers"]
    for name, one in peers.items():
        same = product.only([question for question in scores[name].questions if question in set(product.questions)])
        if len(same.questions) < len(product.questions):
            one["ours_on_the_same"] = figures(same)
        one["p"] = p_values(same, scores[name])
    asked = [name for name, one in peers.items() if one["n"] >= ALL * len(product.questions)]
    if asked:
        figures_of_set["best_peer"] = max(asked, key=lambda name: (peers[name]["R@1"][0], peers[name]["nDCG@10"][0]))


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old figures with the new ones in their places, system by system."""
    result = old | new
    sets = {name: dict(one) for name, one in old.get("sets", {}).items()}
    for name, one in new.get("sets", {}).items():
        before = sets.get(name, {})
        sets[name] = before | one | {kind: before.get(kind, {}) | one[kind] for kind in ("ours", "peers")}
    result["sets"] = {name: sets[name] for name in SETS if name in sets}
    product = {name: one["ours"][PRODUCT] for name, one in new.get("sets", {}).items() if PRODUCT in one["ours"]}
    history = {one["commit"]: one for one in old.get("history", [])}
    for name, told in product.items():
        entry = history.setdefault(told["commit"], {"commit": told["commit"], "date": told["date"], "sets": {}})
        entry["sets"][name] = {measure: told[measure][0] for measure in ("R@1", "R@10", "nDCG@10")}
    result["history"] = sorted(history.values(), key=lambda one: one["date"])
    return result


def before(output: Path | None, *, small: bool) -> dict[str, Any]:
    """The figures that are in the file.

    :raises SystemExit: if they are of a trial and these shall not be, or the other way round.
    """
    if output is None or not output.exists():
        return {}
    old: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    if old["small"] != small:
        raise SystemExit(
            f"{output}: holds figures {'of' if old['small'] else 'not of'} a trial (--small): name another file"
        )
    return old


def write(output: Path, results: dict[str, Any]) -> None:
    """As JSON, lists of numbers on one line."""
    text = json.dumps(results, ensure_ascii=False, indent=1)
    flat = re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(flat + "\n", encoding="utf-8")


def stamped() -> dict[str, str]:
    described = subprocess.run(
        ("git", "describe", "--always", "--dirty", "--exclude=*"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return {"commit": described.stdout.strip() or "unknown", "date": now}


def machine() -> dict[str, Any]:
    versions = {package: version(package) for package in PACKAGES}
    return {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count(), **versions}


def prepared(data: Path, work: Path, names: Sequence[str], size: Size) -> dict[str, int]:
    """Write the pools that are not in the folder yet; gives the records of each."""
    records = {}
    for pool in dict.fromkeys(SETS[name].pool for name in names):
        count = work / pool / "records"
        if not count.exists():
            shutil.rmtree(work / pool, ignore_errors=True)
            written = write_pool(data, pool, work / pool, size)
            count.write_text(str(written), encoding="utf-8")
        records[pool] = int(count.read_text(encoding="utf-8"))
    return records


def arguments_of() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--only", nargs="+", choices=tuple(ONLY), default=list(ONLY))
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(SETS), metavar="SET")
    parser.add_argument("--small", action="store_true", help="very little of everything, to try the program")
    parser.add_argument("--jobs", type=int, help="processes at a time (one for each core)")
    parser.add_argument("--work", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--misses", nargs=2, metavar=("SET", "N"), help="print N questions not answered first")
    arguments = parser.parse_args()
    if arguments.misses and (arguments.misses[0] not in SETS or not arguments.misses[1].isdecimal()):
        parser.error(f"--misses: a set ({', '.join(SETS)}) and a number")
    return arguments


def main() -> None:
    arguments = arguments_of()
    old = before(arguments.output, small=arguments.small)
    began = time.perf_counter()
    size = SMALL if arguments.small else FULL
    sets = [arguments.misses[0]] if arguments.misses else arguments.sets
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or Path(temporary)).absolute() / ("small" if arguments.small else "full")
        records = prepared(arguments.data, work, sets, size)
        if arguments.misses:
            show_misses(work, sets[0], int(arguments.misses[1]))
            return
        cores = sorted(os.sched_getaffinity(0))[: arguments.jobs]
        runner = Runner(work, cores, stamped(), ASKING_S / (20 if arguments.small else 1))
        runner.run(jobs_of(arguments.only, sets))
        figures_of_sets = measured(work, sets, [name for part in ONLY.values() for name in part])
    new = {
        "small": arguments.small,
        "machine": machine(),
        "pools": old.get("pools", {}) | records,
        "sets": figures_of_sets,
    }
    results = merged(old, new) | {"failed": runner.failed, "took_s": round(time.perf_counter() - began)}
    if arguments.output:
        write(arguments.output, results)
    show(results)


if __name__ == "__main__":
    main()
