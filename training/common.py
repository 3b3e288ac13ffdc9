"""How `COMMON_SHARE` and `TELLING_SHARE` of index/lexical.py were set: on training questions, never on what we measure with.

    python training/common.py --data DIR [--questions 3000]

DIR holds `cmrc2018-train` (CMRC 2018, CC BY-SA 4.0). Every two sentences of its passages are one document, some 14,000;
a question should find one that holds its answer and stands in its passage. Prints, for each setting, recall at 1, 10 and
50 and the processor time of a search.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import index.lexical as lexical
from index import query_terms, sentences
from index.entries import lexical_entries
from index.lexical import LexicalIndex, write_lexical

SETTINGS = [(1.0, 1.0), *((share, kept) for kept in (0.5, 0.7, 0.9) for share in (0.3, 0.2, 0.1, 0.05))]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def documents(data: Path) -> list[tuple[str, str]]:
    """Passage and text of each document."""
    found = []
    for passage in rows(data / "cmrc2018-train/passages.jsonl.gz"):
        ends = [*[start for start, _ in sentences(passage["text"])][::2], len(passage["text"])]
        found += [(passage["id"], passage["text"][start:end]) for start, end in pairwise(ends)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--questions", type=int, default=3000)
    arguments = parser.parse_args()
    held = documents(arguments.data)
    asked = list(rows(arguments.data / "cmrc2018-train/questions.jsonl.gz"))
    random.Random(0).shuffle(asked)
    questions = []
    for question in asked[: arguments.questions]:
        gold = {
            row
            for row, (passage, text) in enumerate(held)
            if passage in question["gold"] and question["answers"][0] in text
        }
        if gold:
            questions.append((query_terms(question["text"]), gold))
    print(f"{len(held)} documents, {len(questions)} questions")
    lexical.COMMON_FROM = 0
    with tempfile.TemporaryDirectory() as folder:
        write_lexical(Path(folder) / "index", lexical_entries([(row, "", text) for row, (_, text) in enumerate(held)]))
        index = LexicalIndex.open(Path(folder) / "index")
        for lexical.COMMON_SHARE, lexical.TELLING_SHARE in SETTINGS:
            found, times, kept = Counter[int](), [], 0
            for weights, gold in questions:
                began = time.process_time()
                telling = index.telling(weights)
                hits = [row for row, _ in index.search(telling, 50)]
                times.append(time.process_time() - began)
                kept += len(telling)
                found.update(k for k in (1, 10, 50) if gold & set(hits[:k]))
            recall = " / ".join(f"{found[k] / len(questions):.4f}" for k in (1, 10, 50))
            print(
                f"common above {lexical.COMMON_SHARE:.2f}, telling {lexical.TELLING_SHARE:.1f}: recall@1/10/50 {recall},"
                f" {kept / len(questions):.1f} terms, {1000 * median(times):.2f} ms",
                flush=True,
            )


if __name__ == "__main__":
    main()
