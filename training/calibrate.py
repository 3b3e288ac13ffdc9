"""How the constants of retrieval and refusal were set: on training questions, never on what we measure with.

    python training/calibrate.py --data DIR [--questions 1002] [--passages 2400]

DIR holds `cmrc2018-trial` and `cmrc2018-train` (CMRC 2018, CC BY-SA 4.0: passages.jsonl.gz and questions.jsonl.gz). Each
passage becomes one text file, broken into lines of 20 characters as a column would be, and is built into an archive as
any page is. Every question is asked twice: with its passage, where it should be answered, and with the hits of its
passage struck out, where it should be refused. Prints recall of candidates by `DENSE_WEIGHT`, `extract.WEIGHTS` fitted to rank the
sentence that holds the answer first, and the refusal curve by `ANSWERABLE`. The weights are fitted on one half of
the trial set's questions and everything else is reported for the other half; the train set, which the built-in encoder
has learned from, is only there to be confused with.
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

from index import Archive, build, fold, load_encoder
from qa import engine, extract, retrieve
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


def squeeze(text: str) -> str:
    return "".join(fold(text).split())


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
        trial = [item for item in trial if item["text"].strip()]
        # Split by passage, so that no passage is on both sides; the encoder was trained on neither.
        even = [item for item in trial if int(item["gold"][0].split("-")[2]) % 2 == 0]
        fit(archive, encoder, even)
        measure(archive, encoder, [item for item in trial if item not in even])


def fit(archive: Archive, encoder: Any, items: list[dict[str, Any]]) -> None:
    """Softmax over the sentences read for a question; the loss is minus the log of the share of those that are right."""
    import torch

    groups = []
    for item in items:
        question = understand(item["text"])
        hits = retrieve.retrieve(archive, encoder, question, k=engine.HITS)
        candidates = extract.Reader(archive, encoder, question).candidates(hits)
        answers = [squeeze(answer) for answer in item["answers"]]
        right = [
            Path(c.hit.article.source).stem in item["gold"] and any(answer in squeeze(c.text) for answer in answers)
            for c in candidates
        ]
        if any(right) and not all(right):
            groups.append((torch.tensor([c.features for c in candidates]), torch.tensor(right), right[0]))
    print(
        f"{len(groups)} questions with a right sentence among those read, first with today's weights {sum(g[2] for g in groups) / len(groups):.3f}"
    )
    weights = torch.tensor(extract.WEIGHTS, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimiser.zero_grad()
        total = torch.stack([-torch.logsumexp(torch.log_softmax(f @ weights, 0)[r], 0) for f, r, _ in groups]).mean()
        total = total + 1e-3 * (weights**2).sum()
        total.backward()
        return total

    optimiser.step(loss)
    first = sum(bool(r[int((f @ weights).argmax())]) for f, r, _ in groups) / len(groups)
    print(f"fitted: first {first:.3f}, WEIGHTS = {tuple(round(w, 2) for w in weights.tolist())} for {extract.FEATURES}")
    extract.WEIGHTS = tuple(weights.tolist())


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

    right: list[tuple[float, bool]] = []
    gone: list[float] = []
    sentence = shown = 0
    for item, question in asked:
        hits = retrieve.retrieve(archive, encoder, question, k=engine.HITS)
        answers = [squeeze(answer) for answer in item["answers"]]
        for removed in (False, True):
            kept = [hit for hit in hits if not removed or Path(hit.article.source).stem not in item["gold"]]
            reader = extract.Reader(archive, encoder, question)
            candidates = reader.candidates(kept)
            free = [c for c in candidates[: engine.TRIED] if c.answers(0.0)]
            best = max((c.coverage for c in free), default=0.0)
            if removed:
                gone.append(best)
                continue
            good = bool(candidates) and any(answer in squeeze(candidates[0].text) for answer in answers)
            sentence += good
            right.append((best, good))
            if candidates:
                low, high = extract.cut(candidates[0], question, reader.rarity)
                shown += any(answer in squeeze(candidates[0].hit.article.text[low:high]) for answer in answers)
    total = len(asked)
    print(f"best sentence holds the answer {sentence / total:.3f}, after cutting {shown / total:.3f}")
    for threshold in (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85):
        answered = sum(best >= threshold for best, _ in right)
        good = sum(best >= threshold and ok for best, ok in right)
        refused = sum(best < threshold for best in gone)
        print(
            f"ANSWERABLE {threshold}: answered {answered / total:.3f}, of these right {good / max(answered, 1):.3f};"
            f" passage removed: refused {refused / total:.3f}"
        )


if __name__ == "__main__":
    main()
