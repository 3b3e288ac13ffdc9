"""One library over one pool, in this process, on one core: built, then asked in turn until its time is over.

Parameters come as JSON on stdin; what was found goes to the file of the run.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive_libraries import PEERS


@dataclass(frozen=True, slots=True)
class Answered:
    """The records found for each question by its id, best first, and the seconds of each, for one set."""

    found: dict[str, list[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


def ask(
    search: Callable[[Any], list[str]], sets: Mapping[str, Sequence[Any]], seconds: float | None
) -> dict[str, Answered]:
    """Ask the sets in turn, until all is asked or the time is over."""
    answers = {name: Answered() for name in sets}
    spent = 0.0
    for number in range(max(map(len, sets.values()))):
        if seconds is not None and spent > seconds:
            break
        for name, asked in sets.items():
            if number >= len(asked):
                continue
            began = time.perf_counter()
            found = search(asked[number])
            took = time.perf_counter() - began
            answers[name].found[asked[number].id] = found
            answers[name].seconds.append(took)
            spent += took
    return answers


def kept(folder: Path, name: str, answers: Mapping[str, Answered], about: Mapping[str, Any]) -> None:
    """Write what a system found to its file in the pool's folder; sets that were not asked now stay in it."""
    file = folder / "runs" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    sets = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for one, answer in answers.items():
        if answer.found:
            times = {f"p{percent}_ms": _quantile(answer.seconds, percent) for percent in (50, 95)}
            sets[one] = {"about": {**about, **times}, "found": answer.found}
    file.write_text(json.dumps(sets, ensure_ascii=False), encoding="utf-8")


def _quantile(seconds: Sequence[float], percent: int) -> float:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [seconds[0]] * 99
    return round(1000 * cuts[percent - 1], 3)


@dataclass(frozen=True, slots=True)
class _Asked:
    id: str
    text: str


def main() -> None:
    given = json.loads(sys.stdin.read())
    os.sched_setaffinity(0, {given["core"]})
    folder, home, (name,) = Path(given["folder"]), Path(given["home"]), given["systems"]
    with (folder / "files" / "pool.jsonl").open(encoding="utf-8") as lines:
        passages = [(row["id"], row["text"]) for row in map(json.loads, lines)]
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    asked = {one: [_Asked(row[0], row[1]) for row in questions[one]] for one in given["sets"]}
    began = time.perf_counter()
    peer = PEERS[name](folder, home)
    peer.build(passages)
    built = round(time.perf_counter() - began, 3)
    peer.search(next(queries[-1].text for queries in asked.values()))
    about = given["stamp"] | {
        "version": sqlite3.sqlite_version if peer.package == "sqlite" else version(peer.package),
        "build_s": built,
    }
    kept(folder, name, ask(lambda query: peer.search(query.text), asked, given["seconds"]), about)


if __name__ == "__main__":
    main()
