"""One part of the measuring of answers in this process, on one core: questions of a set, asked in one way.

Parameters come as JSON on stdin; a line a question goes to the file of the run.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from answers_product import Overlap, best_in, split, typed_span
from answers_sets import SETS, Asked, Places, near_misses, read_asked
from archive_corpus import rows

from qa.engine import Engine
from qa.evaluate import said_by, squeeze
from qa.measures import evidence_f1, percentile, span_score

Row = dict[str, Any]
WARMING = 50


def read_texts(data: Path, file: str) -> dict[str, str]:
    """Passages by record."""
    return {str(row["id"]): str(row["text"]) for row in rows(data / f"{file}.jsonl.gz")}


class Asking:
    """Questions of one set to the pool's archive."""

    def __init__(self, data: Path, home: Path, name: str) -> None:
        self.engine = Engine(home)
        self.places = Places(data)
        self.texts = read_texts(data, SETS[name].passages)
        self._overlap: Overlap | None = None

    def given(self, one: Asked) -> Row:
        """Which sentence and span are chosen when the passage is given, and by simpler ways beside."""
        if self._overlap is None:
            self._overlap = Overlap(list(self.texts.values()))
        where = self.places.only(one.gold)
        ours = best_in(self.engine, one.text, where)
        source = where.source or ""
        article = self.engine.archive.articles(source)[0]
        overlap = self._overlap.best(one.text, article)
        first = next(iter(split(article)), "")
        typed = typed_span(one.text, overlap)
        return {
            "sentence": says(ours.sentence, one),
            "shown": says(ours.shown, one),
            "overlap": says(overlap, one),
            "first": says(first, one),
            "span": span_score(ours.short, one.answers),
            "shown_span": span_score(ours.short or ours.shown, one.answers),
            "sentence_span": span_score(ours.sentence, one.answers),
            "typed_span": span_score(typed or overlap, one.answers),
            "evidence": evidence_f1(ours.shown, one.evidences),
            "evidence_sentence": evidence_f1(ours.sentence, one.evidences),
            "evidence_overlap": evidence_f1(overlap, one.evidences),
            "length": len(ours.shown),
        }

    def whole(self, one: Asked) -> Row:
        """The question as a reader asks it, of the whole pool."""
        return self._asked(one, self.engine.ask(one.text))

    def removed(self, one: Asked) -> Row:
        """The same without its passage."""
        return self._asked(one, self.engine.ask(one.text, where=self.places.without(one.gold)))

    def _asked(self, one: Asked, answer: Any) -> Row:
        return {
            "refused": answer.refused,
            "confidence": answer.confidence,
            "holds": not answer.refused and says(said_by(answer), one),
            "cited": not answer.refused and any(citation.record == one.gold for citation in answer.citations),
            "length": None if answer.refused else len(said_by(answer)),
            "seconds": answer.seconds,
        }


def says(text: str, one: Asked) -> bool:
    """Whether a text says one of the answers, folded."""
    said = squeeze(text)
    return any(squeeze(answer) in said for answer in one.answers)


def chosen(data: Path, name: str, way: str, limit: int | None) -> list[Asked]:
    """The questions of a run; near misses are the set's changed ones."""
    asked = read_asked(data, name)
    if way != "near":
        return asked[:limit]
    texts = {
        record: text
        for one in dict.fromkeys(one.passages for one in SETS.values())
        for record, text in read_texts(data, one).items()
    }
    return near_misses(asked[: limit and 4 * limit], texts)[:limit]


def timed(engine: Engine, questions: Sequence[str]) -> dict[str, float | int]:
    """Milliseconds a question, after some others; each is asked once. `cpu` is the processor's time: a busy machine shows in
    the difference."""
    for text in questions[:WARMING]:
        engine.ask(text)
    wall, cpu = [], []
    for text in questions[WARMING:]:
        began, worked = time.perf_counter(), time.process_time()
        engine.ask(text)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
    return {
        "n": len(wall),
        "passages": engine.archive.manifest.passages,
        "p50_ms": round(statistics.median(wall), 1),
        "p95_ms": round(percentile(wall, 95) or 0.0, 1),
        "cpu_p50_ms": round(statistics.median(cpu), 1),
        "cpu_p95_ms": round(percentile(cpu, 95) or 0.0, 1),
        "load_after": round(os.getloadavg()[0], 2),
    }


def run(given: dict[str, Any]) -> Iterator[Row]:
    """The rows of a job."""
    data, name, way = Path(given["data"]), given["set"], given["way"]
    asking = Asking(data, Path(given["home"]), name)
    ask: Callable[[Asked], Row] = {"near": asking.whole}.get(way) or getattr(asking, way)
    for one in chosen(data, name, way, given["limit"]):
        yield {"id": one.id} | ask(one)


def main() -> None:
    given = json.loads(sys.stdin.read())
    os.sched_setaffinity(0, {given["core"]})
    out = Path(given["output"])
    if given["way"] == "time":
        data = Path(given["data"])
        each = [
            [one.text for one in islice(read_asked(data, name), given["limit"])] for name in ("cmrc", "drcd", "xquad")
        ]
        questions = [text for texts in zip(*each, strict=False) for text in texts]
        out.write_text(json.dumps(timed(Engine(Path(given["home"])), questions)), encoding="utf-8")
        return
    with out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in run(given))


if __name__ == "__main__":
    main()
