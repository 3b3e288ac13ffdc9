"""Ours over one pool, in this process, on one core: built, then asked as a product and part by part.

Parameters come as JSON on stdin; what was found goes to the files of the runs.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from archive_run import ROOT
from retrieval_peer import ask, kept
from retrieval_sets import EVIDENCE, SEEDS, SETS, evidence, read_questions
from retrieval_systems import PARTS, PLAIN, PRODUCT, different, parts, plain, product

from index import build
from qa.engine import Engine
from qa.types import Hit

OURS = (PRODUCT, *PARTS, *PLAIN)


def opened(pool: str, folder: Path) -> tuple[Engine, dict[str, Any]]:
    """An engine on the pool's archive, brought up to date, and what that cost."""
    began = time.perf_counter()
    report = build([ROOT / "seeds" if pool == SEEDS else folder / "files"], folder / "archive")
    engine = Engine(folder / "archive")
    seconds = round(time.perf_counter() - began, 3)
    return engine, {"build_s": seconds, "passages": report.passages, "encoder": engine.archive.manifest.encoder.name}


def namer(pool: str, question: str) -> Callable[[Hit], str]:
    """Which record a hit is of; on the seeds whether it holds a line of the evidence, or else its passage."""
    if pool != SEEDS:
        return lambda hit: str(hit.article.record)
    wanted = evidence()[question]

    def name(hit: Hit) -> str:
        places = hit.article.places(hit.passage.start, hit.passage.end)
        found = any(
            place.source == source and place.lines[0] <= last and first <= place.lines[1]
            for place in places
            for source, first, last in wanted
        )
        return EVIDENCE if found else hit.passage.id

    return name


def main() -> None:
    given = json.loads(sys.stdin.read())
    os.sched_setaffinity(0, {given["core"]})
    pool, folder = given["pool"], Path(given["folder"])
    asked = {name: queries for name, queries in read_questions(folder).items() if name in given["sets"]}
    engine, built = opened(pool, folder)
    whole = {name: queries for name, queries in asked.items() if SETS[name].whole}
    engine.search(next(queries[-1].text for queries in asked.values()))
    if PRODUCT in given["systems"]:
        answers = ask(lambda query: different(product(engine, namer(pool, query.id)), query.text), asked, seconds=None)
        kept(folder, PRODUCT, answers, given["stamp"] | built)
    wanted = [name for name in OURS if name != PRODUCT and name in given["systems"] and whole]
    searches = parts(engine)
    if set(wanted) & set(PLAIN):
        shutil.rmtree(folder / "plain", ignore_errors=True)
        searches |= plain(engine, folder / "plain")
    for name in wanted:
        answers = ask(lambda query, name=name: different(searches[name], query.text), whole, seconds=None)
        kept(folder, name, answers, given["stamp"])


if __name__ == "__main__":
    main()
