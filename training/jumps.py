"""How the weights of index/jumps.py were set: on articles cut in two, never on the pages we measure with.

    python training/jumps.py --data DIR [--articles 4000] [--seed 1]

DIR holds `cmrc2018-train/passages.jsonl.gz` (CMRC 2018, CC BY-SA 4.0). Each passage is an article and is cut at a random
place, some at a sentence's end; some second halves repeat the headline. A logistic regression tells the true halves of
an article from the halves of others, most of them the likest of some hundreds. Half of the articles are for fitting, half for
what is reported: how many halves find each other among so many others, and how many find a wrong one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from pathlib import Path
from random import Random

import numpy as np
from scipy.optimize import minimize

from index.jumps import WEIGHTS, evidence, join
from index.tokens import words
from index.types import Article

SENTENCE, TITLED, OTHER_TITLE = 0.15, 0.25, 0.05  # shares of the halves
NEAREST, POOL, STRANGERS = 1, 300, 4  # wrong partners: the likest of so many, and any
SMALLEST = 150  # characters of an article
NAMES = list(WEIGHTS)


def article(number: int, text: str, title: str, *, head: bool) -> Article:
    return Article(
        id=f"{number}{'a' if head else 'b'}",
        source=f"{number}.txt",
        page=1,
        lines=(1, 1),
        text=text + "\n",
        spans=(),
        headline=(title,) if title else (),
        continued_to_page=2 if head else None,
        continued_from_page=None if head else 1,
        folio=1 if head else 2,
    )


def cut(number: int, row: dict[str, str], other: str, rng: Random) -> tuple[Article, Article]:
    text = row["text"]
    ends = [match.end() for match in re.finditer("。", text) if 40 < match.end() < len(text) - 40]
    place = rng.choice(ends) if ends and rng.random() < SENTENCE else rng.randrange(40, len(text) - 40)
    draw = rng.random()
    title = row["title"] if draw < TITLED else other if draw < TITLED + OTHER_TITLE else ""
    return article(number, text[:place], row["title"], head=True), article(number, text[place:], title, head=False)


def fit(rows: np.ndarray, right: np.ndarray) -> np.ndarray:
    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = rows @ weights
        value = np.logaddexp(0, np.where(right, -odds, odds)).sum() + 0.5 * (weights**2).sum() / 100
        slope = rows.T @ (1 / (1 + np.exp(-odds)) - right) + weights / 100
        return value, slope

    return minimize(loss, np.zeros(rows.shape[1]), jac=True).x


def evidences(head: Article, tail: Article) -> list[float]:
    found = evidence(head, tail)
    return [found.get(name, 0.0) for name in NAMES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = Random(arguments.seed)
    with gzip.open(arguments.data / "cmrc2018-train/passages.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if len(row["text"]) >= SMALLEST][: arguments.articles]
    halves = [cut(n, row, rng.choice(rows)["title"], rng) for n, row in enumerate(rows)]
    middle = len(halves) // 2
    pairs, right = [], []
    said = [{word for word in words(head.text + tail.text) if len(word) > 1} for head, tail in halves[:middle]]
    for number, (head, tail) in enumerate(halves[:middle]):
        pairs.append(evidences(head, tail))
        right.append(True)
        pool = [other for other in rng.sample(range(middle), POOL) if other != number]
        pool.sort(key=lambda other: len(said[number] & said[other]) / len(said[other]) ** 0.5, reverse=True)
        for other in (*pool[:NEAREST], *pool[-STRANGERS:]):
            pairs.append(evidences(head, halves[other][1]))
            right.append(False)
    weights = fit(np.array(pairs), np.array(right))
    print("WEIGHTS:", {name: round(float(weight), 1) for name, weight in zip(NAMES, weights, strict=True)})
    print("in use: ", WEIGHTS)
    held = halves[middle:]
    for label, size, missing in (("pairs of 3 in an issue", 3, 0.0), ("of 6, 30 % of halves missing", 6, 0.3)):
        found = wrong = whole = 0
        for start in range(0, len(held) - size, size):
            parts = [half for pair in held[start : start + size] for half in pair if rng.random() >= missing]
            ids = [part.id for part in parts]
            whole += sum(f"{identity[:-1]}b" in ids for identity in ids if identity.endswith("a"))
            for head, tail in join(parts):
                same = ids[head][:-1] == ids[tail][:-1]
                found, wrong = found + same, wrong + (not same)
        print(f"{label}: joined {found} of {whole} ({found / whole:.3f}), wrong {wrong}")


if __name__ == "__main__":
    main()
