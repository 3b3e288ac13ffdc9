"""Recall of an encoder: on held-out training data while tuning, on the measuring sets once it is done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from corpus import HELD_OUT, NTREX_KEPT, Pair, reading_set, rows
from numpy.typing import NDArray
from sources import Reading, Tokens, tokenize
from tokenizers import Tokenizer

from index.encode import load_encoder

LANGUAGES = ("zh", "en", "es", "de", "el", "ru", "tr", "ar", "vi", "th", "hi", "ro")
# Lines of NTREX that make up one held-out news passage.
_LINES = 5
_NEWS = 30_000
_NEWS_LENGTH = 400


def recall(queries: NDArray[np.float32], passages: NDArray[np.float32], gold: Sequence[int]) -> tuple[float, float]:
    """Recall at 1 and at 10: the share of queries whose gold passage has less than 1 (10) better ones."""
    better = []
    for start in range(0, len(queries), 500):
        scores = queries[start : start + 500] @ passages.T
        right = scores[np.arange(len(scores)), gold[start : start + 500]]
        better.append((scores > right[:, None]).sum(axis=1))
    ranks = np.concatenate(better)
    return round(float((ranks < 1).mean()), 3), round(float((ranks < 10).mean()), 3)


class Held:
    """What was held out: CMRC articles and trial questions; NTREX lines in other languages → Chinese news passages."""

    def __init__(self, tokenizer: Tokenizer, data: Path, reading: Reading, pairs: list[Pair]) -> None:
        trial = Reading(tokenizer, *reading_set(data / "cmrc2018-trial"), hold_out=False)
        pool = [reading.whole(n) for n in range(len(reading.passages))]
        background = [trial.whole(n) for n in range(len(trial.passages))]
        asked = [n for n, q in enumerate(reading.questions) if reading.passages[q.passage].part % HELD_OUT == 0]
        self.sets: dict[str, tuple[list[Tokens], list[int], list[Tokens]]] = {
            "train": (
                [reading.asked[n] for n in asked],
                [reading.questions[n].passage for n in asked],
                pool + background,
            ),
            "trial": (trial.asked, [len(pool) + q.passage for q in trial.questions], pool + background),
        }
        news = [pair for pair in pairs if pair.held_out and pair.group >= NTREX_KEPT]
        chinese = {
            pair.group: text
            for pair, text in zip(news, tokenize(tokenizer, [p.b for p in news]), strict=True)
            if pair.lang_b == "zho"
        }
        order = sorted(chinese)
        windows = [np.concatenate([chinese[g] for g in order[n : n + _LINES]]) for n in range(0, len(order), _LINES)]
        place = {group: n // _LINES for n, group in enumerate(order)}
        for lang in ("eng", "spa", "rus", "vie", "hin", "tur"):
            texts = {
                p.group: p.a if lang == "eng" else p.b for p in news if p.group in place and lang in (p.lang_b, "eng")
            }
            self.sets[lang] = (
                tokenize(tokenizer, list(texts.values())),
                [place[g] for g in texts],
                windows + background,
            )

    def recall(self, table: NDArray[np.float32]) -> dict[str, tuple[float, float]]:
        """Recall at 1 and 10 of each held-out set."""

        def embed(texts: list[Tokens]) -> NDArray[np.float32]:
            sums = np.array([table[text].sum(axis=0) for text in texts])
            return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)

        return {name: recall(embed(asked), embed(pool), gold) for name, (asked, gold, pool) in self.sets.items()}


def measure(data: Path, model: str) -> None:
    """Print recall@1 and @10 on CMRC dev, DRCD dev and XQuAD, in one pool, then with news passages added to it."""
    encoder = load_encoder(model)
    texts: list[str] = []
    number: dict[str, int] = {}
    for file in ("cmrc2018-dev/passages", "cmrc2018-trial/passages", "drcd-dev/passages", "xquad-a/passages.zh"):
        for row in rows(data / f"{file}.jsonl.gz"):
            number[row["id"]] = len(texts)
            texts.append(row["text"])
    start = time.perf_counter()
    pool = encoder.encode(texts)
    print(
        f"{encoder.name}: {encoder.dimension} dimensions, {len(texts) / (time.perf_counter() - start):.0f} passages/s"
    )
    pools = {f"{len(texts):,} passages": pool}
    if (data / "news").is_dir():
        news = [row["text"][:_NEWS_LENGTH] for row in islice(rows(data / "news" / "articles.jsonl.gz"), _NEWS)]
        pools[f"{len(texts) + len(news):,} with news"] = np.concatenate([pool, encoder.encode(news)])
    files = {"CMRC dev": "cmrc2018-dev/questions", "DRCD dev": "drcd-dev/questions"}
    files |= {f"XQuAD {lang} to zh": f"xquad-a/questions.{lang}" for lang in LANGUAGES}
    print("| recall@1 / @10 | " + " | ".join(pools) + " |\n|---|" + "---|" * len(pools))
    for title, file in files.items():
        asked = list(rows(data / f"{file}.jsonl.gz"))
        queries = encoder.encode([row["text"] for row in asked], query=True)
        gold = [number[row["gold"][0]] for row in asked]
        cells = ["{:.3f} / {:.3f}".format(*recall(queries, passages, gold)) for passages in pools.values()]
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
