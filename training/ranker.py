"""How the weights of `qa/rank.py` were set: on training questions, never on what we measure with.

    python training/translations.py --data DIR --output HELD.zip --held-out
    python training/ranker.py --data DIR --translations HELD.zip [--questions 4000]

DIR holds `cmrc2018-trial` and `cmrc2018-train` (CMRC 2018, CC BY-SA 4.0) and `ntrex-a` (NTREX-128, CC BY-SA 4.0). Their
passages become an archive, every other one of CMRC's with its title as the headline, and each question is asked twice: with
its passage, and with its article's hits struck out, where "none of them" is right. The built-in encoder has learned
from the questions of the train set, so these are asked by terms alone, with a bias of their own; what the vectors count is
learned from the trial set.

Questions in other languages are runs of words out of the sentences of NTREX that the translations HELD.zip know nothing of.
The encoder knows them, so these too are asked by terms alone, without any headlines, as NTREX has none; what cannot be
learned there is kept near what it counts for Chinese.

Prints recall before and after reranking, and how far the probability is one, by five-fold cross-validation over the trial
questions; then the weights fitted on all. The loss is the cross-entropy of a softmax over the candidates and "none".
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import qa.translate
from index import Archive, Encoder, build, fold, load_encoder
from qa.dictionary import Dictionary
from qa.features import FEATURES, features
from qa.question import understand
from qa.retrieve import Using, candidates
from qa.types import Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5
PENALTY_NEAR, LEAST_SCALE = 0.01, 0.05
"""Of squared distances from the Chinese weights, and the least spread of a feature: what does not vary stays as it is."""
PENALTY = 0.002
"""Of the squared weights of features scaled to unit variance; from 0.0003 to 0.003 recall and Brier score stay as they are."""
HELD_OUT = 1305
"""The lines of NTREX from which on `training/translations.py --held-out` leaves them out."""
LINES = 5
"""Of NTREX that make a passage."""
WORDS = {"vie": 15}
"""Of a sentence that are asked for where it is not 11: as many as a question has. Thai, without spaces: 60 characters."""
LANGUAGES = ("eng", "spa", "deu", "rus", "tur", "arb", "vie", "tha", "hin")
DENSE = [i for i, name in enumerate(FEATURES) if name in ("dense", "dense_gap", "both")]


@dataclass(frozen=True)
class Example:
    """The candidates of a question, which of them hold its answer, and what each is a part of."""

    features: NDArray[np.float32]
    right: NDArray[np.bool_]
    records: list[str]
    trial: bool

    @property
    def fused_rank(self) -> int:
        """The candidates come in the order of the fused score."""
        return self.rank(-np.arange(len(self.records), dtype=np.float64))

    def rank(self, values: NDArray[np.floating]) -> int:
        """Where the right passage's record comes among the records; 0 if nowhere."""
        right = {record for record, ok in zip(self.records, self.right, strict=True) if ok}
        ordered = dict.fromkeys(self.records[i] for i in np.argsort(-values, kind="stable"))
        return next((rank for rank, record in enumerate(ordered, 1) if record in right), 0)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def write_articles(data: Path, file: Path, *, titled: bool) -> None:
    with file.open("w", encoding="utf-8") as out:
        for name in ("cmrc2018-trial", "cmrc2018-train"):
            for row in rows(data / name / "passages.jsonl.gz"):
                article = {"id": row["id"], "text": row["text"]}
                if titled and zlib.crc32(row["id"].encode()) % 2:
                    article["title"] = row["title"]
                out.write(json.dumps(article, ensure_ascii=False) + "\n")


def read(archive: Archive, encoder: Encoder, item: dict[str, Any], *, trial: bool) -> Iterator[Example]:
    """A question with its passage and, as another example, without."""
    hits, sought = candidates(archive, encoder, understand(item["text"]), using=Using(vectors=trial))
    others = [hit for hit in hits if hit.article.record not in item["gold"]]
    answers = [squeeze(answer) for answer in item["answers"]]

    def holds(hit: Hit) -> bool:
        text = squeeze(hit.passage.text)
        return hit.article.record in item["gold"] and any(answer in text for answer in answers)

    for kept in (hits, others):
        if kept:
            right = np.array([holds(hit) for hit in kept])
            if kept is hits and not right.any():
                right = np.array([hit.article.record in item["gold"] for hit in kept])
            yield Example(features(sought, kept), right, [str(hit.article.record) for hit in kept], trial)


def ntrex(data: Path) -> dict[str, list[str]]:
    """Language → its lines; those of one number mean the same."""
    lines: dict[str, list[str]] = {"eng": []}
    for row in rows(data / "ntrex-a/pairs.jsonl.gz"):
        lines.setdefault(row["lang_b"], []).append(row["b"])
        if row["lang_b"] == "zho-CN":
            lines["eng"].append(row["a"])
    return lines


def write_lines(chinese: Sequence[str], file: Path) -> None:
    with file.open("w", encoding="utf-8") as out:
        for start in range(0, len(chinese), LINES):
            article = {"id": f"ntrex-{start // LINES}", "text": "".join(chinese[start : start + LINES])}
            out.write(json.dumps(article, ensure_ascii=False) + "\n")


def foreign(lines: dict[str, list[str]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Questions in other languages, of each the same number."""
    for language in LANGUAGES:
        for number in range(HELD_OUT, len(lines[language])):
            line = lines[language][number]
            parts, most = (list(line), 60) if language == "tha" else (line.split(), WORDS.get(language, 11))
            start = rng.randrange(max(1, len(parts) - most + 1))
            text = ("" if language == "tha" else " ").join(parts[start : start + most])
            yield {"text": text, "gold": [f"ntrex-{number // LINES}"], "answers": [lines["zho-CN"][number]]}


def squeeze(text: str) -> str:
    return "".join(fold(text).split())


def fit(examples: Sequence[Example], near: NDArray[np.float64] | None = None) -> tuple[NDArray[np.float64], float]:
    """Weights and bias; those of examples in other languages stay `near` others."""
    import torch

    scale = np.concatenate([example.features for example in examples]).std(axis=0) + 1e-6
    if near is None:
        scale[DENSE] = np.concatenate([example.features for example in examples if example.trial])[:, DENSE].std(axis=0)
    else:
        scale = np.maximum(scale, LEAST_SCALE)
    most = max(len(example.right) for example in examples)
    x = torch.zeros(len(examples), most, len(FEATURES))
    absent = torch.full((len(examples), most), -1e9)
    right = torch.zeros(len(examples), most + 1, dtype=torch.bool)
    train = torch.tensor([[not example.trial and near is None] for example in examples])
    penalty = PENALTY if near is None else PENALTY_NEAR
    centre = torch.zeros(len(FEATURES)) if near is None else torch.from_numpy(near * scale).float()
    for i, example in enumerate(examples):
        n = len(example.right)
        x[i, :n] = torch.from_numpy(example.features / scale)
        absent[i, :n] = 0
        right[i, :n] = torch.from_numpy(example.right)
        right[i, most] = not example.right.any()
    parameters = torch.zeros(len(FEATURES) + 2, requires_grad=True)
    optimizer = torch.optim.LBFGS([parameters], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        weights, bias, of_train = parameters[:-2], parameters[-2], parameters[-1]
        values = x @ weights + bias + of_train * train + absent
        shares = torch.log_softmax(torch.cat([values, torch.zeros(len(x), 1)], 1), 1)
        total = -torch.logsumexp(shares.masked_fill(~right, -1e9), 1).mean() + penalty * ((weights - centre) ** 2).sum()
        total.backward()
        return total

    optimizer.step(loss)
    found = parameters.detach().numpy().astype(np.float64)
    return found[:-2] / scale, float(found[-2])


def probabilities(values: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = np.exp(np.append(values, 0.0) - max(values.max(), 0.0))
    shares: NDArray[np.float64] = exponents[:-1] / exponents.sum()
    return shares


def recall(ranks: Sequence[int]) -> str:
    found = [f"@{k} {sum(0 < rank <= k for rank in ranks) / len(ranks):.4f}" for k in (1, 5, 10)]
    return " ".join([*found, f"MRR@10 {sum(1 / rank for rank in ranks if 0 < rank <= 10) / len(ranks):.4f}"])


def validate(
    asked: Sequence[Sequence[Example]],
    more: Sequence[Example],
    near: NDArray[np.float64] | None = None,
    parts: int = 1,
) -> None:
    """Print what questions get from weights that were fitted without them; `parts` that follow each other go together."""
    ranks, tops = [], []
    for part in range(FOLDS):
        seen = [one for n, pair in enumerate(asked) if n // parts % FOLDS != part for one in pair]
        weights, bias = fit([*seen, *more], near)
        for pair in (pair for n, pair in enumerate(asked) if n // parts % FOLDS == part):
            ranks.append(pair[0].rank(pair[0].features @ weights))
            for example in pair:
                shares = probabilities(example.features @ weights + bias)
                top = int(np.argmax(shares))
                tops.append((float(shares[top]), bool(example.right[top]), bool(example.right.any())))
    print(f"{len(ranks)} questions, fused    {recall([pair[0].fused_rank for pair in asked])}")
    print(f"{len(ranks)} questions, reranked {recall(ranks)}")
    share, right, held = (np.array(column) for column in zip(*tops, strict=True))
    print(f"Brier score of the best hit's probability {((share - right) ** 2).mean():.4f}")
    for low, high in zip((0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9), (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01), strict=True):
        of = (share >= low) & (share < high)
        print(
            f"  probability {low:.2f}-{min(high, 1):.2f}: mean {share[of].mean():.3f}, right {right[of].mean():.3f}, {of.sum()}"
        )
    for refused in (0.01, 0.02, 0.05, 0.1):
        threshold = np.quantile(share[held], refused)
        print(
            f"  refused below {threshold:.3f}: {refused:.0%} of the answerable, {(share[~held] < threshold).mean():.3f} of the others"
        )


@contextmanager
def archive_of(folder: Path) -> Iterator[tuple[Archive, Encoder]]:
    encoder = load_encoder()
    report = build([folder], folder / "archive", encoder=encoder)
    print(f"{report.articles} articles, {report.passages} passages")
    with Archive.open(folder / "archive") as archive:
        yield archive, encoder


def show(name: str, weights: NDArray[np.float64], bias: float) -> None:
    print(f"{name}: BIAS = {bias:.3f}")
    for feature, weight in zip(FEATURES, weights, strict=True):
        print(f'    "{feature}": {weight:.3f},')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--translations", type=Path, required=True, help="made with --held-out")
    parser.add_argument("--questions", type=int, default=4000, help="how many of the train set's")
    arguments = parser.parse_args()
    qa.translate.dictionary = cache(lambda: Dictionary(arguments.translations))
    asked = [item for item in rows(arguments.data / "cmrc2018-trial/questions.jsonl.gz") if item["text"].strip()]
    more = list(rows(arguments.data / "cmrc2018-train/questions.jsonl.gz"))
    rng = random.Random(0)
    rng.shuffle(more)
    lines = ntrex(arguments.data)
    with tempfile.TemporaryDirectory() as temporary:
        titled, plain = Path(temporary) / "titled", Path(temporary) / "plain"
        for folder in (titled, plain):
            folder.mkdir()
            write_articles(arguments.data, folder / "cmrc.jsonl", titled=folder is titled)
        write_lines(lines["zho-CN"], plain / "ntrex.jsonl")
        with archive_of(titled) as (archive, encoder):
            trial = [pair for item in asked if (pair := list(read(archive, encoder, item, trial=True)))]
            train = [one for item in more[: arguments.questions] for one in read(archive, encoder, item, trial=False)]
        with archive_of(plain) as (archive, encoder):
            found = (list(read(archive, encoder, item, trial=False)) for item in foreign(lines, rng))
            others = [pair for pair in found if pair]
    print("Chinese questions: of the trial set")
    validate(trial, train)
    weights, bias = fit([*(one for pair in trial for one in pair), *train])
    show("WEIGHTS", weights, bias)
    print("Questions in other languages: of NTREX")
    validate(others, [], weights, len(others) // len(LANGUAGES) // FOLDS)
    show("FOREIGN", *fit([one for pair in others for one in pair], weights))


if __name__ == "__main__":
    main()
