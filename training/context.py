"""How much of an article's beginning stands beside its later passages (`index/entries.py`): measured on training questions.

    python training/context.py --data DIR [--questions 3000]

DIR holds `cmrc2018-train` and `cmrc2018-trial` (CMRC 2018, CC BY-SA 4.0), whose passages are articles without headlines. Prints
how often the article of a question is found by terms (all of trial's questions and a sample of train's) and by vectors
(trial's alone: the encoder has learned from the others).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index import Article, load_encoder, query_terms
from index.entries import lexical_entries
from index.lexical import LexicalIndex, write_lexical
from index.passages import passages
from qa.kinds import without_interrogatives

LEADS = (0, 30, 60, 100)
DEPTHS = (1, 10, 30)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def show(name: str, questions: Sequence[dict[str, Any]], owners: Callable[[dict[str, Any]], Sequence[str]]) -> None:
    found = dict.fromkeys(DEPTHS, 0)
    for question in questions:
        best = list(dict.fromkeys(owners(question)))
        for depth in DEPTHS:
            found[depth] += bool(set(best[:depth]) & set(question["gold"]))
    print(name, " ".join(f"@{depth} {hits / len(questions):.4f}" for depth, hits in found.items()), flush=True)


def by_terms(pieces: Sequence[tuple[str, str, str]], questions: Sequence[dict[str, Any]], most: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        entries = lexical_entries([(row, lead[:most], text) for row, (_, lead, text) in enumerate(pieces)])
        write_lexical(Path(folder) / "index", entries)
        index = LexicalIndex.open(Path(folder) / "index")

        def owners(question: dict[str, Any]) -> list[str]:
            hits = index.search(query_terms(without_interrogatives(question["text"])), 100)
            return [pieces[row][0] for row, _ in hits]

        show(f"terms, lead of {most}", questions, owners)


def by_vectors(pieces: Sequence[tuple[str, str, str]], questions: Sequence[dict[str, Any]], most: int) -> None:
    encoder = load_encoder()
    vectors = encoder.encode([f"{lead[:most]}\n{text}".strip() for _, lead, text in pieces])

    def owners(question: dict[str, Any]) -> list[str]:
        near = vectors @ encoder.encode([question["text"]], query=True)[0]
        return [pieces[row][0] for row in np.argsort(-near)[:100]]

    show(f"vectors, lead of {most}", questions, owners)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=3000, help="how many of the train set's")
    arguments = parser.parse_args()
    trial = [item for item in rows(arguments.data / "cmrc2018-trial/questions.jsonl.gz") if item["text"].strip()]
    train = list(rows(arguments.data / "cmrc2018-train/questions.jsonl.gz"))
    random.Random(1).shuffle(train)
    pieces = []
    for name in ("cmrc2018-trial", "cmrc2018-train"):
        for row in rows(arguments.data / name / "passages.jsonl.gz"):
            article = Article(row["id"], row["id"], 1, (1, 1), row["text"], ())
            for passage in passages(article):
                pieces.append((row["id"], row["text"][: passage.start], passage.text))
    for most in LEADS:
        by_terms(pieces, [*trial, *train[: arguments.questions]], most)
    for most in LEADS:
        by_vectors(pieces, trial, most)


if __name__ == "__main__":
    main()
