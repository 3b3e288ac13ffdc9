"""The peers beside Wenbao: one pool of passages, the same questions, each alone in a process on one core.

The peers live in an environment of their own (`.venv-peers`, see the Makefile); `archive_peer.py` is what runs there.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from archive_corpus import news, rows
from archive_run import ROOT, Run, run

from index import sentences

PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
WORKER = Path(__file__).with_name("archive_peer.py")
OURS = "wenbao"
PEERS = (
    OURS,
    "lancedb icu",
    "lancedb bigrams",
    "tantivy",
    "bm25s",
    "fts5 jieba",
    "txtai",
    "haystack bm25",
    "llamaindex bm25",
    "langchain bm25",
)
PASSAGE_CHARS = 300
QUESTIONS = 400  # of each set
ASKING_S = 20.0  # seconds after which a slow peer is asked no more
SETS = {"CMRC dev": "cmrc2018-dev/questions", "DRCD dev": "drcd-dev/questions", "XQuAD zh": "xquad-a/questions.zh"}
POOL = ("cmrc2018-dev/passages", "cmrc2018-trial/passages", "drcd-dev/passages", "xquad-a/passages.zh")
COMPARED = ("build_s", "p50_ms", "add_s", "peak_mb")
# All libraries on the one thread that the process may use; nothing is looked up outside.
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    **dict.fromkeys(("TOKIO_WORKER_THREADS", "LANCE_CPU_THREADS", "HF_HUB_OFFLINE"), "1"),
    **dict.fromkeys(("TOKENIZERS_PARALLELISM", "HAYSTACK_TELEMETRY_ENABLED"), "false"),
}


def measure_peers(data: Path, work: Path, pool_news: int) -> dict[str, Any]:
    """Build, question, add and memory of each peer, and the same over ours."""
    folder = work / "peers"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "pool").mkdir(parents=True)
    pool = list(_pool(data, pool_news))
    lines = (json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n" for name, text in pool)
    (folder / "pool" / "pool.jsonl").write_text("".join(lines), encoding="utf-8")
    asked = {name: list(islice(_questions(data, file), QUESTIONS)) for name, file in SETS.items()}
    (folder / "questions.json").write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    results = {}
    for name in PEERS:
        print(f"  {name} …", file=sys.stderr, flush=True)
        results[name] = _alone(name, folder)
    shutil.rmtree(folder)
    _compare(results)
    return {"pool": len(pool), "of_them_news": pool_news, "cores": 1, "peers": results}


def _pool(data: Path, pool_news: int) -> Iterator[tuple[str, str]]:
    for file in POOL:
        for row in rows(data / f"{file}.jsonl.gz"):
            yield str(row["id"]), str(row["text"])
    yield from islice(_news_passages(data), pool_news)


def _news_passages(data: Path) -> Iterator[tuple[str, str]]:
    """Runs of whole sentences of an article that stay within PASSAGE_CHARS where they can."""
    for story in news(data):
        start = end = number = 0
        for low, high in sentences(story.text):
            if end > start and high - start > PASSAGE_CHARS:
                yield f"{story.id}-{number}", story.text[start:end]
                start, number = low, number + 1
            end = high
        yield f"{story.id}-{number}", story.text[start:end]


def _questions(data: Path, file: str) -> Iterator[dict[str, Any]]:
    for row in rows(data / f"{file}.jsonl.gz"):
        yield {"text": row["text"], "gold": row["gold"]}


def _alone(name: str, folder: Path) -> dict[str, Any]:
    python = Path(sys.executable) if name == OURS else PEERS_PYTHON
    if not python.exists():
        return {"failed": f"{python.relative_to(ROOT)} is not there; make bench-archive installs it"}
    home = folder / "index"
    home.mkdir()
    given = json.dumps({"name": name, "folder": str(folder), "home": str(home), "seconds": ASKING_S})
    done = run((str(python), str(WORKER)), given=given, environment=ENVIRONMENT)
    shutil.rmtree(home)
    if done.status:
        return {"failed": (done.errors.strip().splitlines() or [f"ended with {done.status}"])[-1][:200]}
    return _figures(json.loads(done.output.splitlines()[-1]), done)


def _figures(told: dict[str, Any], done: Run) -> dict[str, Any]:
    recall = {name: _recall(found) for name, found in told["ranks"].items()}
    return told | {"peak_mb": round(done.peak_pss_mb), "recall": recall}


def _recall(ranks: list[int]) -> dict[str, float]:
    shares = {f"recall@{k}": round(sum(0 < rank <= k for rank in ranks) / len(ranks), 4) for k in (1, 10)}
    return shares | {"n": len(ranks)}


def _compare(results: dict[str, dict[str, Any]]) -> None:
    """Ratios to ours; for a peer too slow to be asked everything, also our recall on what it was asked."""
    asked = {name: one.pop("ranks") for name, one in results.items() if "ranks" in one}
    ours = results[OURS]
    for name, ranks in asked.items():
        if name == OURS or "failed" in ours:
            continue
        one = results[name]
        one["ratio"] = {key: round(one[key] / ours[key], 3) for key in COMPARED if ours[key]}
        if any(len(found) < len(asked[OURS][part]) for part, found in ranks.items()):
            one["ours_on_the_same"] = {part: _recall(asked[OURS][part][: len(found)]) for part, found in ranks.items()}
