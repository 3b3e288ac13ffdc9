"""One library over the pool, in this process, on one core: built, asked, one passage added until it is found.

Parameters come as JSON on stdin, figures go as JSON to stdout.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive_libraries import PEERS

NEW = ("added-later", "霁川县蓝藤镇上周举办了首届竹编风筝节，吸引了三千多名游客。当地的手艺人带来了一千多只风筝。")
ABOUT_NEW = "霁川县蓝藤镇上周举办了什么节？"


def ask(peer: Any, sets: dict[str, list[dict[str, Any]]], limit: float) -> tuple[dict[str, list[int]], list[float]]:
    """The sets in turn until all is asked or the time is over: the rank of the first right passage (0: none) of each
    question, and the seconds of each."""
    ranks: dict[str, list[int]] = {name: [] for name in sets}
    times: list[float] = []
    for number in range(max(map(len, sets.values()))):
        if sum(times) > limit:
            break
        for name, asked in sets.items():
            if number >= len(asked):
                continue
            began = time.perf_counter()
            found = peer.search(asked[number]["text"])
            times.append(time.perf_counter() - began)
            gold = asked[number]["gold"]
            ranks[name].append(next((rank for rank, one in enumerate(found, 1) if one in gold), 0))
    return ranks, times


def main() -> None:
    given = json.loads(sys.stdin.read())
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder, home = Path(given["folder"]), Path(given["home"])
    with (folder / "pool" / "pool.jsonl").open(encoding="utf-8") as lines:
        passages = [(row["id"], row["text"]) for row in map(json.loads, lines)]
    sets = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    began = time.perf_counter()
    peer = PEERS[given["name"]](folder, home)
    peer.build(passages)
    built = time.perf_counter() - began
    peer.search(ABOUT_NEW)
    ranks, times = ask(peer, sets, given["seconds"])
    began = time.perf_counter()
    peer.add(*NEW)
    found = NEW[0] in peer.search(ABOUT_NEW)
    added = time.perf_counter() - began
    figures = {
        "version": sqlite3.sqlite_version if peer.package == "sqlite" else version(peer.package),
        "build_s": round(built, 3),
        "asked": len(times),
        "p50_ms": round(1000 * statistics.median(times), 3),
        "p95_ms": round(1000 * statistics.quantiles(times, n=20)[-1], 3),
        "add_s": round(added, 4),
        "added_is_found": found,
        "ranks": ranks,
        "load_after": round(os.getloadavg()[0], 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
