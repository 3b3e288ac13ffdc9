"""How the terms of index/tokens.py and what they count were chosen: on training questions, never on what we measure with.

    python training/terms.py --data DIR [--questions 3000]

DIR holds `cmrc2018-train` and `cmrc2018-trial` (CMRC 2018, CC BY-SA 4.0). Their passages are split as articles are, and a
question should find one of its passage's parts that holds its answer. Prints the frequent characters; for each scheme of terms
recall at 1, 10 and 50, MRR and terms a passage; and what the schemes cost in processor time. BM25 with k1 = 1.2 and b = 0.75 is
tantivy's; other constants are only for rescoring what it found. Needs scipy.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rjieba
from scipy.sparse import csr_matrix

from index.chars import HAN
from index.entries import LexicalEntry
from index.lexical import LexicalIndex, write_lexical
from index.numerals import number_terms
from index.passages import passages
from index.tokens import _FREQUENT, COMMON, _marks, fold, query_terms, term_texts
from index.types import Article
from qa.kinds import without_interrogatives

COMMON_SHARE, FREQUENT_SHARE = 0.2, 0.05
REPEATED = 3
"""A string that an article holds so often, and that does not always stand before or after the same character, is cohesive."""

OLD = {"single": 1.0, "word": 1.0, "long": 1.0, "marks": 1.0, "pair": 1.0}
NEW = {"single": 1.6, "rare": 0.8, "word": 1.15, "pair": 0.85, "marks": 3.0, "numbers": 2.2}
SCHEMES: Sequence[tuple[str, str, Mapping[str, float]]] = [
    ("words", "single word long marks", OLD | {"pair": 0}),
    ("pairs", "pair marks", {"pair": 1, "marks": 1}),
    ("pairs and every character", "pair chars marks", {"pair": 1, "marks": 1, "single": 1, "rest": 1}),
    ("words and pairs", "single word long pair marks", OLD),
    *((f"words and pairs, pairs count {w}", "single word long pair marks", OLD | {"pair": w}) for w in (0.5, 1.5, 2)),
    ("each once", "single long pair marks", OLD),
    *(
        (f"each once, words of two count {w} more", "single long pair marks", OLD | {"word": w})
        for w in (0, 0.5, 1.5, 2)
    ),
    ("words and pairs, weighed", "single word long pair marks", NEW | {"long": 0.8}),
    ("each once, weighed", "single long pair marks", NEW | {"long": 0.8}),
    ("pairs, weighed", "pair marks", NEW),
    ("pairs and long words, weighed", "pair long marks", NEW | {"long": 0.8}),
    ("pairs and distinct characters, weighed", "pair distinct marks", NEW),
    ("the same with numbers", "pair distinct marks numbers", NEW),
    ("the same with all triples", "pair distinct marks numbers triple", NEW | {"triple": 0.4}),
    ("the same with cohesive strings", "pair distinct marks numbers cohesive", NEW | {"triple": 0.4}),
]


@dataclass(frozen=True)
class Passage:
    """A part of a passage of the set, which stands for the article."""

    record: str
    title: str
    text: str


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def read_passages(data: Path) -> list[Passage]:
    found = []
    for name in ("cmrc2018-train", "cmrc2018-trial"):
        for row in rows(data / name / "passages.jsonl.gz"):
            article = Article(row["id"], "", 1, (1, 1), row["text"], ())
            found += [Passage(row["id"], row["title"], part.text) for part in passages(article)]
    return found


def read_questions(data: Path, held: Sequence[Passage], limit: int) -> list[tuple[str, list[int]]]:
    """Questions, without the words that only make them questions, and the passages that answer them."""
    train = list(rows(data / "cmrc2018-train/questions.jsonl.gz"))
    random.Random(0).shuffle(train)
    parts = defaultdict(list)
    for number, passage in enumerate(held):
        parts[passage.record].append(number)
    found = []
    for row in [*rows(data / "cmrc2018-trial/questions.jsonl.gz"), *train[:limit]]:
        numbers = [number for record in row["gold"] for number in parts[record]]
        gold = [number for number in numbers if any(answer in held[number].text for answer in row["answers"])]
        if gold:
            folded = fold(row["text"])
            found.append((without_interrogatives(folded) or folded, gold))
    return found


def kinds(folded: str, cohesive: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """The terms of a text by their kind."""
    words = [word for word in rjieba.cut_for_search(folded) if re.fullmatch(f"[{HAN}]+", word)]
    runs = re.findall(f"[{HAN}]+", folded)
    chars = [char for run in runs for char in run]
    found = {
        "single": [word for word in words if len(word) == 1],
        "word": [word for word in words if len(word) == 2],
        "long": [word for word in words if len(word) > 2],
        "pair": _grams(runs, 2),
        "triple": _grams(runs, 3),
        "marks": _marks(folded),
        "numbers": number_terms(folded),
        "chars": chars,
        "distinct": [char for char in dict.fromkeys(chars) if char not in COMMON],
    }
    found["rest"] = list((Counter(chars) - Counter(found["single"])).elements())
    found["rare"] = [char for char in dict.fromkeys(found["rest"]) if char not in _FREQUENT]
    found["cohesive"] = [gram for gram in found["triple"] if gram in cohesive]
    return found


def _grams(runs: Sequence[str], size: int) -> list[str]:
    return [run[at : at + size] for run in runs for at in range(len(run) - size + 1)]


def cohesive_strings(article: str) -> frozenset[str]:
    """Runs of three characters that an article repeats with different neighbours on both sides and that are no word."""
    found = defaultdict(lambda: (set[str](), set[str](), [0]))
    for run in re.findall(f"[{HAN}]+", article):
        for at in range(len(run) - 2):
            before, after, count = found[run[at : at + 3]]
            before.add(run[at - 1 : at])
            after.add(run[at + 3 : at + 4])
            count[0] += 1
    return frozenset(
        gram
        for gram, (before, after, (count,)) in found.items()
        if count >= REPEATED and len(before) > 1 and len(after) > 1 and not rjieba.has_word(gram)
    )


class Pool:
    """Passages and questions as counts of terms, by kind."""

    def __init__(self, held: Sequence[dict[str, list[str]]], asked: Sequence[dict[str, list[str]]]) -> None:
        self.vocabulary: dict[str, int] = {}
        self.held = {kind: self._counts([one[kind] for one in held]) for kind in held[0]}
        self.asked = {kind: self._counts([one[kind] for one in asked]) for kind in held[0]}
        for table in (*self.held.values(), *self.asked.values()):
            table.resize(table.shape[0], len(self.vocabulary))

    def _counts(self, texts: Sequence[Sequence[str]]) -> Any:
        number = self.vocabulary.setdefault
        columns = [number(term, len(self.vocabulary)) for terms in texts for term in terms]
        starts = np.cumsum([0, *map(len, texts)])
        table = csr_matrix((np.ones(len(columns), np.float32), columns, starts), (len(texts), len(self.vocabulary)))
        table.sum_duplicates()
        return table

    def bm25(self, written: str, k1: float = 1.2, b: float = 0.75) -> tuple[Any, float]:
        """The weight of each term in each passage with these kinds of terms, and how many terms a passage has."""
        table = sum(self.held[kind] for kind in written.split()).tocoo()
        lengths = np.asarray(table.sum(1)).ravel()
        frequency = np.bincount(table.col, minlength=table.shape[1])
        idf = np.log1p((table.shape[0] - frequency + 0.5) / (frequency + 0.5))
        norm = k1 * (1 - b + b * lengths / lengths.mean())
        values = idf[table.col] * (k1 + 1) * table.data / (table.data + norm[table.row])
        return csr_matrix((values.astype(np.float32), (table.row, table.col)), table.shape), float(lengths.mean())

    def ranks(self, weights: Any, counts: Mapping[str, float], gold: Sequence[list[int]], first: Any = None) -> Any:
        """Where the right passage comes for each question; with `first`, among the 50 best by that only."""
        asked = sum(self.asked[kind] * weight for kind, weight in counts.items()).tocsr()
        found = []
        for start in range(0, len(gold), 400):
            scores = (asked[start : start + 400] @ weights.T).toarray()
            if first is not None:
                limits = (asked[start : start + 400] @ first.T).toarray()
                scores[limits < np.partition(limits, -50, axis=1)[:, -50:-49]] = 0
            best = np.array([row[right].max() for row, right in zip(scores, gold[start : start + 400], strict=True)])
            found.append(np.where(best > 0, 1 + (scores > best[:, None] + 1e-6).sum(1), 10**6))
        return np.concatenate(found)


def show(name: str, ranks: Any, note: str) -> None:
    recall = " / ".join(f"{np.mean(ranks <= k):.4f}" for k in (1, 10, 50))
    print(f"{name:45} recall@1/10/50 {recall}, MRR {np.mean(1 / ranks):.4f}; {note}", flush=True)


def ranked(
    folder: Path, entries: list[LexicalEntry], asked: Sequence[Mapping[str, float]], gold: Sequence[list[int]]
) -> Any:
    """The same by tantivy itself, and the milliseconds of a search."""
    write_lexical(folder, entries)
    index, found, began = LexicalIndex.open(folder), [], time.process_time()
    for terms, right in zip(asked, gold, strict=True):
        rows = [row for row, _ in index.search(terms, 50)]
        found.append(next((rank for rank, row in enumerate(rows, 1) if row in right), 10**6))
    return np.array(found), 1000 * (time.process_time() - began) / len(gold)


def cost(work: Callable[[], object], number: int) -> float:
    """Microseconds of processor time for each of `number` passages: the best of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return 1e6 * min(times) / number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--questions", type=int, default=3000, help="how many of the train set's")
    arguments = parser.parse_args()
    held = read_passages(arguments.data)
    questions = read_questions(arguments.data, held, arguments.questions)
    gold = [right for _, right in questions]
    print(f"{len(held)} passages, {len(questions)} questions")
    texts = [fold(passage.text) for passage in held]
    print_frequent([text for text, passage in zip(texts, held, strict=True) if "train" in passage.record])
    articles = defaultdict(str)
    for passage, text in zip(held, texts, strict=True):
        articles[passage.record] += f"{text}\n"
    cohesive = {record: cohesive_strings(text) for record, text in articles.items()}
    pool = Pool(
        [kinds(text, cohesive[passage.record]) for text, passage in zip(texts, held, strict=True)],
        [kinds(text) for text, _ in questions],
    )
    for name, written, counts in SCHEMES:
        weights, length = pool.bm25(written)
        show(name, pool.ranks(weights, counts, gold), f"{length:.0f} terms a passage")
    first, _ = pool.bm25("pair distinct marks numbers")
    for k1 in (1.2, 0.6, 0.4, 0.2):
        weights, _ = pool.bm25("pair chars marks numbers", k1)
        show(
            f"its best 50 rescored, all characters, k1 {k1}", pool.ranks(weights, NEW | {"rest": 0.8}, gold, first), ""
        )
    asked = [query_terms(text) for text, _ in questions]
    bodies = term_texts([passage.text for passage in held])
    for titles in (False, True):
        heads = term_texts([passage.title if titles else "" for passage in held])
        entries = [LexicalEntry(row, head, body) for row, (head, body) in enumerate(zip(heads, bodies, strict=True))]
        with tempfile.TemporaryDirectory() as folder:
            ranks, spent = ranked(Path(folder) / "index", entries, asked, gold)
        show(f"as built, by tantivy{' with titles as headlines' * titles}", ranks, f"{spent:.2f} ms a search")
    some = [passage.text for passage in held[:5120]]
    made = cost(lambda: [term_texts(some[at : at + 512]) for at in range(0, len(some), 512)], len(some))
    cut = cost(lambda: [rjieba.cut_for_search(text) for text in texts[:5120]], len(some))
    print(f"{made:.0f} microseconds a passage for its terms; segmentation alone takes {cut:.0f}")


def print_frequent(texts: Sequence[str]) -> None:
    standing = Counter(char for text in texts for char in set(re.findall(f"[{HAN}]", text)))
    ordered = sorted(standing, key=lambda char: (-standing[char], char))
    frequent = [char for char in ordered if standing[char] >= FREQUENT_SHARE * len(texts)]
    common = sum(standing[char] >= COMMON_SHARE * len(texts) for char in ordered)
    print(f"{common} common characters first: {''.join(frequent)}")


if __name__ == "__main__":
    main()
