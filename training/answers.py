"""How the constants of answering were set: on training questions, never on what we measure with.

    python training/answers.py --data DIR [--questions 1002]

DIR holds `cmrc2018-trial` and `cmrc2018-train` (CMRC 2018, CC BY-SA 4.0). Their passages become an archive, every other one
with its title as the headline. The questions of the trial set, which neither the built-in encoder nor the trained reader
has learned from, are asked four times: as they are; with their passage struck out; with only the sentences struck out that
hold the answer; and with a name, number or year exchanged for another of its kind (`training/swaps.py`). Prints, by five-fold cross-validation over passages, how often the
best sentence holds the answer, with and without each reader, how exact spans come out, and the refusal curve; then
the weights of `qa/extract.py` and `qa/confidence.py` fitted on all.
"""

from __future__ import annotations

import argparse
import pickle
import random
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ranker import rows, squeeze, write_articles
from swaps import names, swapped

from index import Archive, build, load_encoder, sentences
from qa.answering import HITS
from qa.confidence import CHINESE, RULED_OUT, evidence
from qa.cut import cut
from qa.extract import FEATURES, Candidate, Extractor
from qa.question import Question, understand
from qa.reader import SpanReader
from qa.retrieve import retrieve
from qa.shortest import shortest
from qa.types import Hit

FOLDS = 5
SEED = 0
PENALTY = 0.002
"""Of the squared weights of features scaled to unit variance."""
MODES = ("asked", "removed", "untold", "swapped")


@dataclass(frozen=True)
class Read:
    """One question as it was read in one mode."""

    item: dict[str, Any]
    mode: str
    question: Question
    candidates: list[Candidate]
    right: list[bool]
    hits: list[Hit]
    rarity: dict[str, float]

    @property
    def fold(self) -> int:
        return zlib.crc32(self.item["gold"][0].encode()) % FOLDS

    def ordered(self, weights: NDArray[np.float64]) -> list[int]:
        """The candidates' numbers, best first, by weights of their features."""
        if not self.candidates:
            return []
        scores = np.array([c.features for c in self.candidates]) @ weights + [c.extra for c in self.candidates]
        return np.argsort(-scores, kind="stable").tolist()

    def by(self, weights: NDArray[np.float64]) -> list[Candidate]:
        """The candidates, best first, with their scores."""
        scores = [float(np.dot(c.features, weights)) + c.extra for c in self.candidates]
        return [replace(self.candidates[i], score=scores[i]) for i in self.ordered(weights)]


def ask(archive: Archive, items: Sequence[dict[str, Any]], texts: dict[str, str]) -> Iterator[Read]:
    encoder, reader, chance = load_encoder(), SpanReader.load(), random.Random(SEED)
    others = names(item["text"] for item in items)
    for item in items:
        near_miss = swapped(item["text"], others, texts[item["gold"][0]], chance)
        answers = [squeeze(answer) for answer in item["answers"]]
        for text in (item["text"], near_miss):
            if text is None:
                continue
            question = understand(text)
            hits = retrieve(archive, encoder, question, k=HITS)
            kept = {"swapped": hits}
            if text == item["text"]:
                without = [hit for hit in hits if hit.article.record not in item["gold"]]
                kept = {"asked": hits, "removed": without, "untold": list(untold(hits, item["gold"], answers))}
            for mode, found in kept.items():
                extractor = Extractor(archive, encoder, question, reader)
                candidates = extractor.candidates(found)
                right = [
                    mode == "asked"
                    and c.hit.article.record in item["gold"]
                    and any(answer in squeeze(c.text) for answer in answers)
                    for c in candidates
                ]
                yield Read(item, mode, question, candidates, right, found, dict(extractor.rarity))


def untold(hits: Sequence[Hit], gold: Sequence[str], answers: Sequence[str]) -> Iterator[Hit]:
    """The hits, those of the right article without the sentences that hold the answer."""
    for hit in hits:
        if hit.article.record not in gold:
            yield hit
            continue
        text, start, end = "", None, 0
        for low, high in sentences(hit.article.text):
            sentence = hit.article.text[low:high]
            if any(answer in squeeze(sentence) for answer in answers):
                continue
            if low < hit.passage.end and hit.passage.start < high:
                start = len(text) if start is None else start
                end = len(text) + len(sentence)
            text += sentence
        if start is not None:
            passage = replace(hit.passage, start=start, end=end, text=text[start:end])
            yield replace(hit, article=replace(hit.article, text=text), passage=passage)


def fit_sentences(reads: Sequence[Read], columns: Sequence[int]) -> NDArray[np.float64]:
    """A softmax over the sentences of a question; the loss is minus the log of the share of those that are right."""
    import torch

    groups = [
        (
            torch.tensor([c.features for c in read.candidates], dtype=torch.float64)[:, list(columns)],
            torch.tensor(read.right),
        )
        for read in reads
        if any(read.right) and not all(read.right)
    ]
    scale = torch.cat([features for features, _ in groups]).std(0) + 1e-6
    weights = torch.zeros(len(columns), requires_grad=True, dtype=torch.float64)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        shares = [torch.log_softmax((features / scale) @ weights, 0)[right] for features, right in groups]
        total = -torch.stack([torch.logsumexp(share, 0) for share in shares]).mean() + PENALTY * (weights**2).sum()
        total.backward()
        return total

    optimizer.step(loss)
    found = np.zeros(len(FEATURES))
    found[list(columns)] = (weights.detach() / scale).numpy()
    return found


def fit_logistic(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of a logistic model; the first column is the bias."""
    import torch

    scale = x.std(0)
    scale[scale < 1e-6] = 1.0
    data, labels, counts = torch.tensor(x / scale), torch.tensor(y), torch.tensor(weight)
    weights = torch.zeros(x.shape[1], requires_grad=True, dtype=torch.float64)
    optimizer = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        each = torch.nn.functional.binary_cross_entropy_with_logits(data @ weights, labels, weight=counts)
        total = each + PENALTY * (weights[1:] ** 2).sum()
        total.backward()
        return total

    optimizer.step(loss)
    return weights.detach().numpy() / scale


def first_right(reads: Sequence[Read], weigh: Callable[[Read], NDArray[np.float64]]) -> tuple[float, float]:
    """How often the best sentence holds the answer: of all questions, and where the first passage is the right one."""
    asked = [read for read in reads if read.mode == "asked"]
    good = [bool(read.candidates) and read.right[read.ordered(weigh(read))[0]] for read in asked]
    return sum(good) / len(good), len(good)


def by_mode(reads: Sequence[Read], holds: Sequence[bool]) -> dict[str, float]:
    """In each mode how often something holds."""
    pairs = list(zip(reads, holds, strict=True))
    return {mode: float(np.mean([held for read, held in pairs if read.mode == mode])) for mode in MODES}


def evidences(reads: Sequence[Read], weigh: Callable[[Read], NDArray[np.float64]]) -> list[dict[str, float]]:
    return [evidence(read.question, read.by(weigh(read)), read.hits) for read in reads]


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The share of pairs that are in the right order."""
    low = np.sort(np.array(negative))
    below = np.searchsorted(low, positive, "left") + np.searchsorted(low, positive, "right")
    return float(below.mean() / 2 / len(low))


def curve(name: str, told: dict[str, list[float]]) -> None:
    apart = ", ".join(f"{mode} {auroc(told['asked'], told[mode]):.3f}" for mode in MODES[1:])
    print(f"{name}: AUROC {apart}")
    for share in (0.01, 0.02, 0.03, 0.05, 0.08, 0.1):
        least = float(np.quantile(told["asked"], share))
        refused = ", ".join(f"{np.mean(np.array(told[mode]) < least):.3f} {mode}" for mode in MODES[1:])
        print(f"  refused below {least:.3f}: {share:.0%} of the answerable; of the others {refused}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=1002)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="what was read, kept here and read again from here")
    arguments = parser.parse_args()
    reads = kept(arguments.data, arguments.questions, arguments.keep)
    print(
        f"{sum(read.mode == 'asked' for read in reads)} questions, {sum(read.mode == 'swapped' for read in reads)} swapped"
    )
    report(reads)


def kept(data: Path, questions: int, keep: Path | None) -> list[Read]:
    if keep is not None and keep.exists():
        return list(pickle.loads(keep.read_bytes()))
    with tempfile.TemporaryDirectory() as temporary:
        file, home = Path(temporary) / "articles.jsonl", Path(temporary) / "archive"
        write_articles(data, file, titled=True)
        build([file], home, encoder=load_encoder())
        items = [item for item in rows(data / "cmrc2018-trial/questions.jsonl.gz") if item["text"].strip()][:questions]
        texts = {row["id"]: row["text"] for row in rows(data / "cmrc2018-trial/passages.jsonl.gz")}
        reads = list(ask(Archive.open(home), items, texts))
    if keep is not None:
        keep.write_bytes(pickle.dumps(reads))
    return reads


ABLATIONS = {
    "all": (),
    "without the trained reader": ("mass", "peak", "agree"),
    "without what is covered": ("coverage", "holds", "pull", "focus", "longest", "cosine", "keys", "about"),
}


def report(reads: Sequence[Read]) -> None:
    asked = [read for read in reads if read.mode == "asked"]
    print(f"a sentence that holds the answer is among those read: {np.mean([any(r.right) for r in asked]):.3f}")
    weights: dict[int, NDArray[np.float64]] = {}
    for name, without in ABLATIONS.items():
        columns = [i for i, feature in enumerate(FEATURES) if feature not in without]
        folds = {f: fit_sentences([r for r in asked if r.fold != f], columns) for f in range(FOLDS)}
        weights = weights or folds
        share, n = first_right(asked, lambda read, folds=folds: folds[read.fold])
        print(f"best sentence holds the answer, {name}: {share:.3f} of {n}")
    shown(asked, weights)
    rows_, told = evidences(reads, lambda read: weights[read.fold]), {}
    x = np.array([[row[name] for name in CHINESE] for row in rows_])
    y = np.array([float(read.mode == "asked") for read in reads])
    # Each kind of unanswerable counts as much as the others, and all together as much as what is there.
    count = {mode: sum(read.mode == mode for read in reads) for mode in MODES}
    w = np.array([len(reads) / count[read.mode] / (2 if read.mode == "asked" else 6) for read in reads])
    folds_of = np.array([read.fold for read in reads])
    p = np.zeros(len(reads))
    for f in range(FOLDS):
        model = fit_logistic(x[folds_of != f], y[folds_of != f], w[folds_of != f])
        p[folds_of == f] = 1 / (1 + np.exp(-x[folds_of == f] @ model))
    out = [read.by(weights[read.fold])[0].ruled_out for read in reads]
    print("ruled out: " + ", ".join(f"{share:.3f} {mode}" for mode, share in by_mode(reads, out).items()))
    p[np.array(out)] *= RULED_OUT
    told = {mode: [float(p[i]) for i, read in enumerate(reads) if read.mode == mode] for mode in MODES}
    curve("confidence", told)
    passage = {
        mode: [row["passage"] for row, read in zip(rows_, reads, strict=True) if read.mode == mode] for mode in MODES
    }
    curve("the passage's probability alone", passage)
    print(f"Brier score {np.mean((p - y) ** 2 * w) / np.mean(w):.4f}")
    final = fit_sentences(asked, range(len(FEATURES)))
    print("WEIGHTS = (" + ", ".join(f"{value:.2f}" for value in final) + ")")
    print(FEATURES)
    for name, value in zip(CHINESE, fit_logistic(x, y, w), strict=True):
        print(f'    "{name}": {value:.3f},')


def shown(asked: Sequence[Read], weights: dict[int, NDArray[np.float64]]) -> None:
    """What is left of the right sentences when they are cut, and how exact the spans in them are."""
    whole = part = 0
    lengths = []
    exact: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for read in asked:
        best = read.by(weights[read.fold])[:1]
        if not best or not read.right[read.ordered(weights[read.fold])[0]]:
            continue
        whole += 1
        low, high = cut(best[0], read.question, read.rarity)
        lengths.append(high - low)
        text = best[0].hit.article.text
        part += any(squeeze(answer) in squeeze(text[low:high]) for answer in read.item["answers"])
        ways = {"typed": best[0].short[:1], "marked": (best[0].span,) if best[0].span else ()}
        for way, spans in (ways | {"chosen": shortest(best[0], read.question)}).items():
            said = text[slice(*spans[0])] if spans else text[best[0].start : best[0].end]
            exact[way].append(max(overlap(said, answer) for answer in read.item["answers"]))
    held = f"of right sentences {part / whole:.3f} still hold the answer once cut"
    print(f"{held}; median {np.median(lengths):.0f} characters, most {max(lengths)}")
    for way, figures in exact.items():
        print(
            f"exact span, {way}: EM {np.mean([em for em, _ in figures]):.3f} F1 {np.mean([f1 for _, f1 in figures]):.3f}"
        )


def overlap(said: str, answer: str) -> tuple[float, float]:
    """Exact match and F1 by the longest common part, as CMRC's evaluation has them."""
    a, b = ("".join(char for char in squeeze(text) if char.isalnum()) for text in (said, answer))
    size = SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size
    return float(a == b), 2 * size / max(len(a) + len(b), 1)


if __name__ == "__main__":
    main()
