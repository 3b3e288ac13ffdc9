"""Measures how the archive grows: builds, changes, questions, memory and disk by size, and the peers beside.

    python benchmarks/archive.py --data DIR [--only PART …] [--sizes N …] [--small] [--work DIR] [--output FILE]

DIR holds the public sets (`benchmarks/README.md`). What is measured replaces its part of FILE; the other parts stay.
With `--work` the archives of each size are kept there and used again. Everything runs in fresh processes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from archive_parts import (
    Archives,
    Settings,
    load,
    measure_add,
    measure_build,
    measure_cold,
    measure_disk,
    measure_memory,
    measure_page,
    measure_retrieval,
    measure_unchanged,
)
from archive_peers import PEERS_PYTHON, measure_peers
from archive_run import run
from archive_table import needed, show

BY_SIZE = {
    "disk": measure_disk,
    "memory": measure_memory,
    "retrieval": measure_retrieval,
    "page": measure_page,
    "add": measure_add,
}
ALONE = {"cold": measure_cold, "build": measure_build, "unchanged": measure_unchanged}
PARTS = (*ALONE, "grow", *BY_SIZE, "peers", "plot")
SIZES = (10_000, 100_000, 1_000_000)
PACKAGES = ("faiss-cpu", "jieba", "numpy", "tantivy", "tokenizers")
PLOT = Path(__file__).with_name("archive_plot.py")


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old figures with the new ones in their places; figures of a size are merged part by part."""
    result = old | new
    sizes = {size: dict(parts) for size, parts in old.get("sizes", {}).items()}
    for size, parts in new.get("sizes", {}).items():
        sizes[size] = sizes.get(size, {}) | parts
    if sizes:
        result["sizes"] = dict(sorted(sizes.items(), key=lambda pair: int(pair[0])))
    return result


class Results:
    """The figures; each part is put into the file as soon as it is there, so that a later failure costs only itself."""

    def __init__(self, output: Path | None) -> None:
        self.output = output
        self.figures: dict[str, Any] = {}
        if output and output.exists():
            self.figures = json.loads(output.read_text(encoding="utf-8"))

    def add(self, new: dict[str, Any]) -> None:
        self.figures = merged(self.figures, new)
        if self.output:
            self.output.parent.mkdir(parents=True, exist_ok=True)
            self.output.write_text(json.dumps(self.figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    versions = {package: version(package) for package in PACKAGES}
    return {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count(), **versions}


class Clock:
    """Measures a part: its figures with the seconds it took and the load of the machine before it."""

    def __init__(self, name: str) -> None:
        print(f"{name} …", file=sys.stderr, flush=True)
        self.load, self.began = load(), time.perf_counter()

    def noted(self, figures: dict[str, Any]) -> dict[str, Any]:
        return figures | {
            "load_before": self.load,
            "load_after": load(),
            "took_s": round(time.perf_counter() - self.began, 1),
        }


def measure(parts: list[str], settings: Settings, pool_news: int, results: Results) -> None:
    """Measure the parts in their fixed order: what changes an archive comes after what looks at it."""
    for part in (name for name in ALONE if name in parts):
        clock = Clock(part)
        results.add({part: clock.noted(ALONE[part](settings))})
    archives = Archives(settings, lambda size, figures: results.add({"sizes": {str(size): figures}}))
    by_size = [part for part in BY_SIZE if part in parts]
    for size in settings.sizes if by_size or "grow" in parts else ():
        clock = Clock(f"archive of {size:,} passages")
        archives.home(size)
        results.add({"sizes": {str(size): {"grown": clock.noted({})}}})
        for part in by_size:
            clock = Clock(f"{part}, {size:,}")
            results.add({"sizes": {str(size): {part: clock.noted(BY_SIZE[part](archives, size))}}})
    if "peers" in parts:
        clock = Clock("peers")
        results.add({"peers": clock.noted(measure_peers(settings.data, settings.work, pool_news))})
    if "plot" in parts and results.output and PEERS_PYTHON.exists():
        drawn = run((str(PEERS_PYTHON), str(PLOT), str(results.output), str(results.output.with_suffix(".svg"))))
        if drawn.status:
            raise SystemExit(f"the plot: {drawn.errors.strip()[-2000:]}")


def settings_of(arguments: argparse.Namespace, work: Path) -> Settings:
    small = arguments.small
    sizes = tuple(sorted(set(arguments.sizes or ((500, 1000, 2000) if small else SIZES))))
    return Settings(
        data=arguments.data,
        work=work,
        sizes=sizes,
        built=arguments.built or (1000 if small else 80_000),
        files=arguments.files or (200 if small else 10_000),
        repetitions=2 if small else 5,
        questions=220 if small else 1300,
        recalled=50 if small else 300,
        served=50 if small else 500,
        at_page=16 if small else 40,
        clients=8,
        cold_runs=3 if small else 10,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sizes", nargs="+", type=int, help="passages of the archives that are compared")
    parser.add_argument("--built", type=int, help="passages of real news of the part build (80,000)")
    parser.add_argument("--files", type=int, help="files of the part unchanged (10,000)")
    parser.add_argument("--pool-news", type=int, help="news passages in the pool of the peers (30,000)")
    parser.add_argument("--small", action="store_true", help="very little of everything, to try the program")
    parser.add_argument("--work", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    results = Results(arguments.output)
    results.add({"machine": machine()})
    pool_news = arguments.pool_news or (500 if arguments.small else 30_000)
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        measure(arguments.only, settings_of(arguments, work.absolute()), pool_news, results)
    results.add({"needed": needed(results.figures)})
    show(results.figures)


if __name__ == "__main__":
    main()
