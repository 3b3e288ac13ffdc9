"""How the passages nearest to a question are found: recall against exact search, times, disk and memory, by size.

    python benchmarks/vectors.py --data DIR [--sizes 10000 1000000] [--others ivf hnsw] [--output FILE]

The vectors are the built-in encoder's of news passages (DIR/articles.jsonl.gz) and, beyond those, of passages
recombined from their sentences; the questions are headlines and single sentences.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import load_encoder
from index.entries import embedded_text
from index.vectors import VectorIndex, write_vectors

LONGEST = 300
SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?[”」』）]*")
SEED = 5
QUESTIONS = 500
BATCH = 8192


def articles(data: Path) -> list[tuple[str, list[str]]]:
    """Headline and sentences of every article in `data/articles.jsonl.gz`."""
    with gzip.open(data / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [(record["title"], [s[:LONGEST] for s in SENTENCE.findall(record["text"])]) for record in records]


def real(stories: list[tuple[str, list[str]]]) -> Iterator[str]:
    """The articles' passages: whole sentences up to LONGEST characters."""
    for headline, sentences in stories:
        passage = ""
        for sentence in sentences:
            if passage and len(passage) + len(sentence) > LONGEST:
                yield embedded_text(headline, passage)
                passage = ""
            passage += sentence
        if passage:
            yield embedded_text(headline, passage)


def recombined(stories: list[tuple[str, list[str]]]) -> Iterator[str]:
    """Endless passages of two to four sentences, each from another article, under a headline of one of them."""
    chance = random.Random(SEED)
    told = [story for story in stories if story[1]]
    while True:
        chosen = chance.sample(told, chance.randint(2, 4))
        passage = "".join(chance.choice(sentences) for _, sentences in chosen)
        yield embedded_text(chosen[0][0], passage[:LONGEST])


def vectors(data: Path, count: int, cache: Path | None) -> tuple[NDArray[np.float16], NDArray[np.float32], int]:
    """Passage vectors (count, d) as the catalogue keeps them, question vectors (QUESTIONS, d), and how many are real."""
    file = cache / f"news-{count}.npz" if cache else None
    if file and file.exists():
        with np.load(file) as kept:
            return kept["passages"], kept["questions"], int(kept["real"])
    encoder = load_encoder()
    stories = articles(data)
    passages = list(islice(real(stories), count))
    genuine = len(passages)
    more = recombined(stories)
    made = np.empty((count, encoder.dimension), np.float16)
    for start in range(0, count, BATCH):
        texts = passages[start : start + BATCH]
        texts += islice(more, min(BATCH, count - start) - len(texts))
        made[start : start + BATCH] = encoder.encode(texts)
    chance = random.Random(SEED)
    asked = [chance.choice([story[0], *story[1][:5]]) for story in chance.sample(stories, QUESTIONS)]
    questions = encoder.encode(asked, query=True)
    if file:
        np.savez(file, passages=made, questions=questions, real=genuine)
    return made, questions, genuine


@dataclass(frozen=True)
class Kind:
    """A plain FAISS index to compare with, and the sizes at which it is worth the time."""

    factory: str
    building: dict[str, int] = field(default_factory=dict)
    searching: dict[str, int] = field(default_factory=dict)
    sizes: range = range(100_000, 1_000_001)


KINDS = {
    "flat": Kind("SQfp16"),
    "ivf": Kind("IVF1024,SQfp16", searching={"nprobe": 96}),
    "hnsw": Kind("HNSW32,SQfp16", {"efConstruction": 40}, {"efSearch": 128}, range(100_000, 100_001)),
}


@dataclass(frozen=True)
class Row:
    """One kind at one size. Questions in ms of one thread's processor time, the rest as the clock shows it."""

    size: int
    kind: str
    recall10: float
    recall50: float
    p50: float
    p95: float
    filtered_p50: float
    bytes_each: float
    build_s: float
    open_ms: float
    resident_mb: float
    append_ms: float


def truth(passages: NDArray[np.float16], questions: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each question's 10th and 50th passage: (questions, 2)."""
    best = np.full((len(questions), 50), -2, np.float32)
    for start in range(0, len(passages), BATCH):
        scores = questions @ passages[start : start + BATCH].astype(np.float32).T
        best = -np.partition(-np.hstack([best, scores]), 49, axis=1)[:, :50]
    return -np.sort(-best, axis=1)[:, [9, 49]]


def resident() -> float:
    """Megabytes of this process in memory, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def ask(
    search: Callable[[NDArray[np.float32], int], Sequence[int]],
    passages: NDArray[np.float16],
    questions: NDArray[np.float32],
    least: NDArray[np.float32],
) -> tuple[float, float, float, float]:
    """Recall of the true 10 (asked for 10) and 50 (asked for 50), and p50 and p95 of asking for 50."""
    found = [0.0, 0.0]
    times = []
    for question, bars in zip(questions, least, strict=True):
        for place, k in enumerate((10, 50)):
            began = time.thread_time()
            rows = np.array(search(question, k), dtype=np.int64)
            took = time.thread_time() - began
            scores = passages[rows].astype(np.float32) @ question
            found[place] += min(k, int(np.count_nonzero(scores >= bars[place] - 1e-5))) / k
        times.append(took * 1e3)
    p50, p95 = np.percentile(times, [50, 95])
    return found[0] / len(questions), found[1] / len(questions), float(p50), float(p95)


def ours(passages: NDArray[np.float16], questions: NDArray[np.float32], least: NDArray[np.float32]) -> Row:
    """Write, open, ask and append with `index.vectors`; rows are places."""
    size, dimension = passages.shape
    with tempfile.TemporaryDirectory() as name:
        folder, after = Path(name, "1"), Path(name, "2")
        batches = (
            (np.arange(start, min(start + BATCH, size)), passages[start : start + BATCH].astype(np.float32))
            for start in range(0, size, BATCH)
        )
        build = timed(lambda: write_vectors(folder, dimension, batches))
        VectorIndex.open(folder)  # FAISS is loaded
        before, began = resident(), time.perf_counter()
        index = VectorIndex.open(folder)
        opened = time.perf_counter() - began
        recall10, recall50, p50, p95 = ask(
            lambda question, k: [row for row, _ in index.search(question, k)], passages, questions, least
        )
        used = resident() - before
        allowed = np.arange(0, size, 4)
        filtered = statistics.median(
            processor(lambda q=q: index.search(q, 50, allowed=allowed)) for q in questions[:100]
        )
        more = [(np.arange(size, size + 10), passages[:10])]
        append = timed(lambda: write_vectors(after, dimension, more, previous=folder, removed=[0]))
        disk = sum(file.stat().st_size for file in folder.iterdir()) / size
        return Row(
            size, f"ours: {index.kind}", recall10, recall50, p50, p95, filtered * 1e3, disk, build, opened * 1e3, used,
            append * 1e3,
        )  # fmt: skip


def other(name: str, passages: NDArray[np.float16], questions: NDArray[np.float32], least: NDArray[np.float32]) -> Row:
    """The same of a plain FAISS index held in memory."""
    import faiss

    kind = KINDS[name]
    size, dimension = passages.shape
    index = faiss.index_factory(dimension, kind.factory, faiss.METRIC_INNER_PRODUCT)
    space = faiss.ParameterSpace()
    for parameter, value in kind.building.items():
        space.set_index_parameter(index, parameter, value)

    def build() -> None:
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        index.train(passages[np.linspace(0, size - 1, min(size, 40_000)).astype(np.int64)].astype(np.float32))
        for start in range(0, size, BATCH):
            index.add(passages[start : start + BATCH].astype(np.float32))

    before = resident()
    built = timed(build)
    used = resident() - before
    faiss.omp_set_num_threads(1)
    for parameter, value in kind.searching.items():
        space.set_index_parameter(index, parameter, value)
    asked = ask(lambda question, k: index.search(question[None], k)[1][0].tolist(), passages, questions, least)
    settings = " ".join(f"{parameter}={value}" for parameter, value in (kind.building | kind.searching).items())
    disk = len(faiss.serialize_index(index)) / size
    nothing = float("nan")
    return Row(size, f"{kind.factory} {settings}".strip(), *asked, nothing, disk, built, nothing, used, nothing)


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def processor(action: Callable[[], object]) -> float:
    began = time.thread_time()
    action()
    return time.thread_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with articles.jsonl.gz")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--others", choices=list(KINDS), nargs="*", default=[], help="FAISS kinds to compare with")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--cache", type=Path, help="folder to keep the vectors in")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    passages, questions, real_count = vectors(options.data, max(options.sizes), options.cache)
    questions = questions[: options.questions]
    rows = []
    names = [column.name for column in fields(Row)]
    print(*names, sep="\t")
    for size in options.sizes:
        least = truth(passages[:size], questions)
        for run in (ours, *(partial(other, name) for name in options.others if size in KINDS[name].sizes)):
            row = run(passages[:size], questions, least)
            rows.append(row)
            values = (getattr(row, name) for name in names)
            print(*(f"{value:.4g}" if isinstance(value, float) else value for value in values), sep="\t", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{real_count} of the passages are real; peak memory {peak} MB, the vectors measured on included")
    if options.output:
        record = {
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
            "faiss": version("faiss-cpu"),
            "real_passages": real_count,
            "questions": len(questions),
            "rows": [{key: None if value != value else value for key, value in asdict(row).items()} for row in rows],
        }
        options.output.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
