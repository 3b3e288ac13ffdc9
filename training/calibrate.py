"""How the constants of retrieval were set: on training questions, never on what we measure with.

    python training/calibrate.py --data DIR [--questions 1002] [--passages 2400]

DIR holds `cmrc2018-trial` and `cmrc2018-train` (CMRC 2018, CC BY-SA 4.0: passages.jsonl.gz and questions.jsonl.gz). Each
passage becomes one text file, broken into lines of 20 characters as a column would be, and is built into an archive as
any page is. Prints, by `DENSE_WEIGHT`, how often the right passage comes first before reranking and is among those that
are reranked. The train set, which the built-in encoder has learned from, is only there to be confused with.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index import Archive, build, load_encoder
from qa import retrieve
from qa.question import understand

COLUMN = 20


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def write_pages(data: Path, folder: Path, limit: int) -> None:
    passages = [*rows(data / "cmrc2018-trial/passages.jsonl.gz"), *rows(data / "cmrc2018-train/passages.jsonl.gz")][
        :limit
    ]
    for passage in passages:
        text = passage["text"]
        lines = ["　　" + text[: COLUMN - 2], *(text[i : i + COLUMN] for i in range(COLUMN - 2, len(text), COLUMN))]
        (folder / f"{passage['id']}.txt").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=1002)
    parser.add_argument("--passages", type=int, default=2400)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "pages"
        folder.mkdir()
        write_pages(arguments.data, folder, arguments.passages)
        home = Path(temporary) / "archive"
        encoder = load_encoder()
        report = build([folder], home, encoder=encoder)
        print(f"{report.articles} articles, {report.passages} passages, {report.seconds:.1f} s")
        archive = Archive.open(home)
        trial = list(rows(arguments.data / "cmrc2018-trial/questions.jsonl.gz"))[: arguments.questions]
        measure(archive, encoder, [item for item in trial if item["text"].strip()])


def measure(archive: Archive, encoder: Any, items: list[dict[str, Any]]) -> None:
    asked = [(item, understand(item["text"])) for item in items]
    chosen = retrieve.DENSE_WEIGHT
    for weight in (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0):
        retrieve.DENSE_WEIGHT = weight
        first = all_ = 0
        for item, question in asked:
            hits, _ = retrieve.candidates(archive, encoder, question)
            ranks = [hit.rank for hit in hits if Path(hit.article.source).stem in item["gold"]]
            first += ranks[:1] == [1]
            all_ += bool(ranks)
        print(
            f"DENSE_WEIGHT {weight}: before reranking first {first / len(asked):.3f},"
            f" among the {retrieve.RERANKED} reranked {all_ / len(asked):.3f}"
        )
    retrieve.DENSE_WEIGHT = chosen


if __name__ == "__main__":
    main()
