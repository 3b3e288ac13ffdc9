"""How the weights of headings inside articles (`index.page.borders.WEIGHTS`) are fitted: logistic regression on made pages.

    python training/borders.py --data DIR [--seeds 100 101 …] [--pages 60]

DIR holds `cmrc2018-train/passages.jsonl.gz` (CMRC 2018, CC BY-SA 4.0). Each passage is printed as an article by
`benchmarks/pages.py`, under its first words as a headline, which is how news begins, too. On each page the true answer is given at every heading between two bodies, so that one error does not
change what is asked next. Prints the errors on papers that were left out of the fit, then the weights of all.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from pages_make import make_text

from index.layout import lay_out
from index.page.borders import NUMBERED, WEIGHTS, Candidate, Manner
from index.read import read

FOLDS, RIDGE, STEPS = 5, 1.0, 50
SHORTEST_TITLE, LONGEST_TITLE = 10, 24  # characters
FIRST_DAY, A_DAY = date(2015, 1, 1), 12  # articles of one day

Floats = NDArray[np.float64]


def write_articles(data: Path, path: Path) -> None:
    """The passages as the page maker takes articles: `{id, date, title, text}`."""
    rng = Random(1)
    with (
        gzip.open(data / "cmrc2018-train/passages.jsonl.gz", "rt", encoding="utf-8") as passages,
        gzip.open(path, "wt", encoding="utf-8") as articles,
    ):
        for number, passage in enumerate(map(json.loads, passages)):
            sentences = re.findall("[^。！？]+[。！？]", passage["text"])
            title = re.sub("（[^（）]*）|[，。：；（、！？]", "", passage["text"])[
                : rng.randint(SHORTEST_TITLE, LONGEST_TITLE)
            ]
            if len(sentences) < 2:
                continue
            paragraphs = ["".join(sentences[start : start + 2]) for start in range(0, len(sentences), 2)]
            day = FIRST_DAY + timedelta(days=number // A_DAY)
            row = {"id": passage["id"], "date": day.isoformat(), "title": title, "text": "\n".join(paragraphs)}
            articles.write(json.dumps(row, ensure_ascii=False) + "\n")


def candidates(folder: Path, page: dict[str, Any]) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Signs and truth of each heading between two bodies of a page."""
    owner = {line: article["key"] for article in page["articles"] for line in article["body_lines"]}
    found: list[tuple[tuple[float, ...], bool]] = []

    def inside(manner: Manner, candidate: Candidate) -> bool:
        before = next((owner[row.number] for row in reversed(candidate.before) if row.number in owner), None)
        truth = before == next((owner[row.number] for row in candidate.behind if row.number in owner), None)
        if not NUMBERED.match(candidate.heading[0].text):
            found.append((manner.signs(candidate), truth))
        return truth

    with patch.object(Manner, "inside", inside):
        for read_page in read(folder / page["source"], page["source"]):
            lay_out(read_page)
    yield from found


def fit(signs: Floats, truth: Floats) -> Floats:
    """Weights of the least loss, found by Newton's method; ridge on all but the first."""
    weights = np.zeros(signs.shape[1])
    ridge = np.diag([1e-3] + [RIDGE] * (signs.shape[1] - 1))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-signs @ weights))
        slope = signs.T @ (chance - truth) + ridge @ weights
        curve = (signs.T * (chance * (1 - chance))) @ signs + ridge
        weights -= np.linalg.solve(curve, slope)
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(100, 161)))
    parser.add_argument("--pages", type=int, default=60)
    arguments = parser.parse_args()
    signs: list[tuple[float, ...]] = []
    truth: list[bool] = []
    papers: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        articles = Path(temporary) / "articles.jsonl.gz"
        write_articles(arguments.data, articles)
        for seed in arguments.seeds:
            folder = Path(temporary) / str(seed)
            folder.mkdir()
            for page in make_text(articles, folder, seed, arguments.pages, "dev")["pages"]:
                for one, answer in candidates(folder, page):
                    signs.append(one)
                    truth.append(answer)
                    papers.append(f"{seed} {page['paper']}")
    report(np.array(signs, float), np.array(truth, float), papers)


def report(signs: Floats, truth: Floats, papers: list[str]) -> None:
    order = {paper: number % FOLDS for number, paper in enumerate(dict.fromkeys(papers))}
    folds = np.array([order[paper] for paper in papers])
    wrong = np.zeros(2, int)
    for fold in range(FOLDS):
        inside = signs[folds == fold] @ fit(signs[folds != fold], truth[folds != fold]) > 0
        answers = truth[folds == fold] > 0
        wrong += (np.sum(inside & ~answers), np.sum(~inside & answers))
    print(f"{len(truth)} headings, {int(truth.sum())} inside; on papers left out {wrong[0]} merged, {wrong[1]} split")
    for name, weight in zip(WEIGHTS, fit(signs, truth), strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
