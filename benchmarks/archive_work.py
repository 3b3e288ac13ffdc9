"""What is measured inside a process: `archive_work.py ACTION`, parameters as JSON on stdin, figures as JSON on stdout."""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from archive_change import change
from archive_run import memory, processor_seconds, spread

from index import Archive, Progress, build, load_encoder, terms

KILL_DELAY = 0.1  # seconds: long enough to be in the middle of something
WARM = 100  # questions asked before the clock runs: pages of the indexes come from the disk once


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and maximum in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {
        "n": len(seconds),
        "p50_ms": round(1000 * statistics.median(seconds), 3),
        "p95_ms": round(1000 * cuts[-1], 3),
        "max_ms": round(1000 * max(seconds), 3),
    }


class Stages:
    """Wall and processor seconds between stage changes; a stage lasts until the next one is told."""

    def __init__(self) -> None:
        self.name = "start"
        self.since = time.perf_counter(), processor_seconds(os.getpid())
        self.spent: dict[str, list[float]] = {}

    def enter(self, name: str) -> None:
        if name == self.name:
            return
        now = time.perf_counter(), processor_seconds(os.getpid())
        spent = self.spent.setdefault(self.name, [0.0, 0.0])
        spent[0] += now[0] - self.since[0]
        spent[1] += now[1] - self.since[1]
        self.name, self.since = name, now

    def figures(self) -> dict[str, dict[str, float]]:
        return {name: {"wall_s": round(s[0], 3), "processor_s": round(s[1], 3)} for name, s in self.spent.items()}


def build_inside(paths: list[str], home: str, kill_share: float = 0.0) -> dict[str, Any]:
    """A build with its stages. With a `kill_share` the process kills itself KILL_DELAY after that share of the files is
    read, wherever it then is; what the build had told by then is in the file `killed.json` beside the archive."""
    stages = Stages()
    began = time.perf_counter()
    told: dict[str, int] = {}
    killer = threading.Timer(KILL_DELAY, lambda: _kill(Path(f"{home}.killed.json"), dict(told)))
    killer.daemon = True

    def tell(progress: Progress) -> None:
        stages.enter(progress.stage)
        if progress.stage == "read":
            told.update(done=progress.done, total=progress.total, passages=progress.passages)
            if kill_share and progress.done >= kill_share * progress.total and not killer.is_alive():
                killer.start()

    report = build([Path(path) for path in paths], Path(home), progress=tell)
    seconds = time.perf_counter() - began
    stages.enter("end")
    return {
        "seconds": round(seconds, 3),
        "articles": report.articles,
        "passages": report.passages,
        "encoded": report.encoded,
        "files": len(report.added) + len(report.unchanged) + len(report.changed),
        "stages": stages.figures(),
    }


def _kill(file: Path, told: dict[str, int]) -> None:
    file.write_text(json.dumps(told))
    os.kill(os.getpid(), signal.SIGKILL)


def kinds(home: str, folder: str, sample: int) -> dict[str, Any]:
    """Processor microseconds a passage for reading (to rows of the catalogue), terms and vectors, each measured apart in
    this process, on the first passages of the folder."""
    from index.archive.reading import file_rows
    from index.archive.rows import ArticleRow

    archive, encoder = Archive.open(Path(home)), load_encoder()
    texts: list[str] = []
    files = []
    for source in archive.sources():
        files.append(Path(folder) / source.source)
        for article in archive.articles(source.source):
            texts += [f"{article.title}\n{passage.text}" for passage in archive.article_passages(article.id)]
        if len(texts) >= sample:
            break

    def cost(action: Callable[[], object]) -> float:
        began = time.process_time()
        action()
        return round(1e6 * (time.process_time() - began) / len(texts), 1)

    def read() -> int:
        rows = (row for file in files for row in file_rows(file, file.name, lambda _: None, ocr=False))
        return sum(isinstance(row, ArticleRow) for row in rows)

    list(terms(texts[0]))
    encoder.encode(texts[:1])
    read()
    return {
        "sample": len(texts),
        "read_us": cost(read),
        "terms_us": cost(lambda: [list(terms(text)) for text in texts]),
        "vectors_us": cost(lambda: encoder.encode(texts)),
    }


def unchanged(home: str, repetitions: int) -> dict[str, Any]:
    """Builds with nothing changed, in a process that has built before."""
    build(None, Path(home))
    seconds = []
    for _ in range(repetitions):
        began = time.perf_counter()
        report = build(None, Path(home))
        seconds.append(time.perf_counter() - began)
    changes = report.added + report.changed + report.removed
    assert not changes, changes[:3]
    return {"inside": spread(seconds), "files": len(report.unchanged), "passages": report.passages}


def retrieval(home: str, questions: list[str], clients: int) -> dict[str, Any]:
    """Times of questions: search (understanding and retrieval), retrieval alone, and several clients at once, on a third
    of the questions each: none is asked twice."""
    from qa.engine import Engine
    from qa.question import understand
    from qa.retrieve import retrieve

    engine = Engine(Path(home))
    archive, encoder = engine.archive, engine.encoder
    asked = questions[WARM:]
    third = len(asked) // 3
    for text in questions[:WARM]:
        engine.search(text)
    searched = [_timed(lambda t=text: engine.search(t)) for text in asked[:third]]  # type: ignore[misc]
    understood = [understand(text) for text in asked[third : 2 * third]]
    retrieved = [
        _timed(lambda q=q: retrieve(archive, encoder, q))  # type: ignore[misc]
        for q in understood
    ]
    asked = asked[2 * third :]
    began, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(clients) as pool:
        together = list(pool.map(lambda text: _timed(lambda: engine.search(text)), asked))
    seconds = time.perf_counter() - began
    return {
        "passages": archive.manifest.passages,
        "search": percentiles(searched),
        "retrieve": percentiles(retrieved),
        "clients": {
            "clients": clients,
            "per_second": round(len(asked) / seconds, 1),
            "cores_used": round((time.process_time() - used) / seconds, 2),
            **percentiles(together),
        },
    }


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def serving(home: str, questions: list[str]) -> dict[str, Any]:
    """Memory of a process that serves, after some questions answered in full."""
    from qa.engine import Engine

    engine = Engine(Path(home))
    loaded = memory(os.getpid())
    seconds = [_timed(lambda t=text: engine.ask(t)) for text in questions]  # type: ignore[misc]
    now = memory(os.getpid())
    return {
        "passages": engine.archive.manifest.passages,
        "questions": len(questions),
        "loaded_rss_mb": round(loaded["Rss"]),
        "rss_mb": round(now["Rss"]),
        "private_mb": round(now["Private_Clean"] + now["Private_Dirty"]),
        "anonymous_mb": round(now["Anonymous"]),
        "threads": threading.active_count(),
        "ask": percentiles(seconds),
    }


def recall(home: str, questions: list[str], k: int) -> dict[str, Any]:
    """Share of the exact `k` nearest passages that the vector index finds. Exact: all vectors of the catalogue."""
    from archive_exact import nearest

    archive, encoder = Archive.open(Path(home)), load_encoder()
    queries = encoder.encode(questions, query=True)
    began = time.perf_counter()
    exact, count = nearest(archive, encoder, queries, k)
    seconds = time.perf_counter() - began
    found = [{row for row, _ in archive.vectors.search(query, k)} for query in queries]
    shares = [len(found_rows & rows) / len(rows) for found_rows, rows in zip(found, exact, strict=True) if rows]
    return {
        "passages": archive.manifest.passages,
        "vectors": count,
        "questions": len(shares),
        f"recall@{k}": round(statistics.mean(shares), 4),
        "worst": round(min(shares), 2),
        "exact_s": round(seconds, 2),
    }


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "build": build_inside,
    "change": change,
    "kinds": kinds,
    "recall": recall,
    "retrieval": retrieval,
    "serving": serving,
    "unchanged": unchanged,
}


def main() -> None:
    action = ACTIONS[sys.argv[1]]
    print(json.dumps(action(**json.loads(sys.stdin.read()))))


if __name__ == "__main__":
    main()
