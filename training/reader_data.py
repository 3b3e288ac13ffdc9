"""What the reader is trained on: questions beside their passages and beside wrong ones, as arrays.

Tables of characters and words come first, from the training passages and the vectors of the built-in encoder.
"""

from __future__ import annotations

import gzip
import json
import math
import pickle
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import rjieba
from numpy.typing import NDArray

from index import load_encoder
from qa.beside import see_texts
from qa.question import understand
from qa.reading import (
    QUESTION_FEATURES,
    RARITY_SLOTS,
    TEXT_FEATURES,
    Asked,
    Tables,
    codes_of,
    folded_with_offsets,
    pair_slots,
    see_asked,
)

TRAIN, TRIAL, JAPANESE = "cmrc2018-train", "cmrc2018-trial", "jaquad-train"
WORD_SIZE, CHARACTER_SIZE = 96, 64
"""Numbers kept of the encoder's vector of a word, and of a character's first vector."""

WRONG = 2
"""Wrong passages beside each question: the likest by pairs of characters."""

WRONG_LENGTH = 256
# A character that stands in fewer training texts has no row of its own.
_OFTEN = 3
_SENTENCE = re.compile(r"[^。!?;\n]*[。!?;\n]?")

# Japanese interrogatives in the place of which the Chinese ones are put.
_JAPANESE = (
    (r"いつ", "什么时候"),
    (r"どこ", "哪里"),
    (r"誰|だれ", "谁"),
    (r"なぜ|どうして|何故", "为什么"),
    (r"どのよう|どんな|如何", "怎样"),
    (r"いくつ|いくら|どのくらい|どれくらい|どれほど", "多少"),
    (r"何(?=[人年月日回個本件歳位つ番キメ割%％台世冊時分秒両基機枚校隻種])", "多少"),
    (r"どれ|どの|どちら", "哪个"),
    (r"何|なに|なん(?=[でとだ])", "什么"),
)


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(map(json.loads, file))


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the passage that answers it, and the answer with the offset that is published."""

    question: str
    passage: str
    answer: str
    start: int
    japanese: bool


def examples(data: Path, folder: str) -> list[Example]:
    """The questions of a data set whose passage holds the answer."""
    texts = {row["id"]: row["text"] for row in rows(data / folder / "passages.jsonl.gz")}
    found = []
    for row in rows(data / folder / "questions.jsonl.gz"):
        text, answer, start = texts[row["gold"][0]], row["answers"][0], row["answer_starts"][0]
        if text[start : start + len(answer)] != answer:
            start = text.find(answer)
        question = row["text"]
        japanese = row["lang"] == "ja"
        if japanese:
            text, question, answer = (_chinese_characters(part) for part in (text, question, answer))
            for pattern, chinese in _JAPANESE:
                question = re.sub(pattern, chinese, question)
        if start >= 0 and answer and question.strip():
            found.append(Example(question, text, answer, start, japanese))
    return found


@cache
def _japanese_table() -> dict[int, str]:
    from opencc import OpenCC

    convert = OpenCC("jp2t").convert
    found = {}
    for code in range(0x4E00, 0xA000):
        new = convert(chr(code))
        if len(new) == 1 and new != chr(code):
            found[code] = new
    return found


def _chinese_characters(text: str) -> str:
    return text.translate(_japanese_table())


def make_tables(data: Path) -> tuple[Tables, NDArray[np.float32], NDArray[np.float32], list[str], list[str]]:
    """Tables, first vectors of characters, vectors of words, and both lists without the unknown one of row 0."""
    encoder = load_encoder()
    vocabulary = encoder.tokens._tokenizer.get_vocab()  # type: ignore[attr-defined]
    chinese = {word: row for word, row in vocabulary.items() if all("一" <= char <= "鿿" for char in word)}
    words = sorted(word for word in chinese if len(word) > 1 and rjieba.has_word(word))
    counts = Counter[str]()
    pieces = []
    for folder in (TRAIN, JAPANESE):
        texts = [row["text"] for row in rows(data / folder / "passages.jsonl.gz")]
        texts += [example.question for example in examples(data, folder)]
        for text in texts:
            folded = folded_with_offsets(_chinese_characters(text) if folder == JAPANESE else text)[0]
            counts.update(set(folded))
            if folder == TRAIN:
                pieces += [piece for piece in _SENTENCE.findall(folded) if piece]
    known = {char for char, count in counts.items() if count >= _OFTEN and ord(char) < 0x10000}
    known |= {word for word in chinese if len(word) == 1}
    characters = sorted(known)
    number = np.zeros(0x10000, np.uint16)
    number[[ord(char) for char in characters]] = np.arange(1, len(characters) + 1)
    seen, pairs = np.zeros(len(characters) + 1), np.zeros(RARITY_SLOTS)
    for piece in pieces:
        codes = codes_of(piece)
        seen[np.unique(number[np.where(codes < 0x10000, codes, 0)])] += 1
        pairs[np.unique(pair_slots(codes))] += 1
    top = math.log(len(pieces) + 1)
    rarity = (1 - np.log(seen + 1) / top).astype(np.float16).astype(np.float32)
    rarity[0] = 1
    pair_rarity = np.round((1 - np.log(pairs + 1) / top) * 255).astype(np.uint8)
    vectors = encoder.weights.astype(np.float32)  # type: ignore[attr-defined]
    chosen = vectors[[chinese[word] for word in words]]
    _, _, basis = np.linalg.svd(chosen - chosen.mean(0), full_matrices=False)
    small = (chosen - chosen.mean(0)) @ basis[:WORD_SIZE].T
    scale = float(np.percentile(np.abs(small), 99.9))
    table = np.concatenate([np.zeros((1, WORD_SIZE)), np.clip(small / scale, -1, 1)]).astype(np.float32)
    first = np.random.default_rng(0).normal(0, 0.1, (len(characters) + 1, CHARACTER_SIZE)).astype(np.float32)
    single = [n for n, char in enumerate(characters, 1) if char in chinese]
    own = (vectors[[chinese[characters[n - 1]] for n in single]] - chosen.mean(0)) @ basis[:CHARACTER_SIZE].T
    first[single] = own / own.std() * 0.3
    tables = Tables(
        number, rarity, pair_rarity.astype(np.float32) / 255, {word: row for row, word in enumerate(words, 1)}
    )
    return tables, first, table, characters, words


@dataclass(frozen=True, slots=True)
class Packed:
    """Many texts one after the other: those of text `i` are `ends[i] - lengths[i] : ends[i]`."""

    ends: NDArray[np.int64]
    lengths: NDArray[np.int64]
    characters: NDArray[np.uint16]
    words: NDArray[np.uint16]
    tags: NDArray[np.uint8]
    features: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Set:
    """Questions and texts of a data set. Question `i` belongs to the texts `first[i]` (its passage) and `first[i] + 1 …`
    (`wrong[i]` wrong ones); its answer is `gold[i]` (start, last) in the first. `breaks` are the ends of sentences."""

    questions: Packed
    kinds: NDArray[np.int64]
    texts: Packed
    first: NDArray[np.int64]
    wrong: NDArray[np.int64]
    gold: NDArray[np.int64]
    breaks: list[NDArray[np.int64]]
    japanese: NDArray[np.bool_]
    answers: list[str]
    folded: list[str]


def pack(units: Sequence[Any], features: int) -> Packed:
    lengths = np.array([len(unit.features) for unit in units])
    return Packed(
        np.cumsum(lengths),
        lengths,
        np.concatenate([unit.units.characters for unit in units]),
        np.concatenate([unit.units.words for unit in units]),
        np.concatenate([unit.units.tags for unit in units]),
        np.concatenate([unit.features.astype(np.float16) for unit in units]).reshape(-1, features),
    )


_TABLES: list[Tables] = []


def _start(tables: Tables) -> None:
    _TABLES.append(tables)


# Of the features, how much of the question the sentence shares in pairs and characters, and the sentence before in pairs.
_SHARES = slice(26, 29)


def _see(job: tuple[Example, list[str]]) -> tuple[Asked, list[Any], tuple[int, int], NDArray[np.int64], str]:
    example, wrong = job
    tables = _TABLES[-1]
    understood = understand(example.question)
    asked = see_asked(tables, example.question, understood.kind, understood.unit)
    folded, offsets = folded_with_offsets(example.passage)
    texts = [folded, *(folded_with_offsets(text)[0] for text in wrong)]
    seen = [replace(one, features=one.features.astype(np.float16)) for one in see_texts(tables, asked, texts)]
    back = offsets
    starts = [example.start]
    if not example.japanese:
        starts = [match.start() for match in re.finditer(re.escape(example.answer), example.passage)]
    share = seen[0].features[:, _SHARES].astype(np.float32) @ (1, 1, 0.5)
    spans = [(int(np.searchsorted(back, s)), int(np.searchsorted(back, s + len(example.answer))) - 1) for s in starts]
    best = max(range(len(spans)), key=lambda i: (share[spans[i][0]], starts[i] == example.start))
    breaks = np.array([match.end() for match in _SENTENCE.finditer(folded) if match.end()])
    return asked, seen, spans[best], np.unique(breaks), folded


def wrong_windows(found: Sequence[Example], top: int) -> Iterator[list[str]]:
    """For each question the part of other passages that is likest to it by rare pairs of characters."""
    from scipy.sparse import csr_matrix

    passages = list(dict.fromkeys(example.passage for example in found))
    number = {text: n for n, text in enumerate(passages)}

    sets = [set(pairwise(folded_with_offsets(text)[0])) for text in passages]
    counts = Counter(pair for held in sets for pair in held)
    rank = {pair: n for n, pair in enumerate(counts)}
    columns = [rank[pair] for held in sets for pair in held]
    lines = np.repeat(np.arange(len(sets)), [len(held) for held in sets])
    held = csr_matrix((np.ones(len(columns), np.float32), (lines, columns)), (len(sets), len(rank)))
    rare = np.log(len(sets) / np.array([counts[pair] for pair in rank], np.float32))
    for example in found:
        asked = folded_with_offsets(example.question)[0]
        pairs = [rank[pair] for pair in set(pairwise(asked)) if pair in rank]
        weight = np.zeros(len(rank), np.float32)
        weight[pairs] = rare[pairs]
        scores = held @ weight
        scores[number[example.passage]] = -1
        best = [int(n) for n in np.argsort(-scores)[: 3 * top]]
        chosen = [n for n in best if example.answer not in passages[n]][:top]
        yield [_likest(passages[n], example.question) for n in chosen]


def _likest(passage: str, question: str) -> str:
    """The run of sentences of a passage around the one that shares most characters with the question."""
    bounds = [0, *(match.end() for match in re.finditer(r"[。！？；\n]", passage)), len(passage)]
    wanted = set(pairwise(question))
    parts = [(a, b) for a, b in pairwise(bounds) if b > a]
    score = [len(wanted & set(pairwise(passage[a:b]))) for a, b in parts]
    low = high = int(np.argmax(score))
    while high + 1 < len(parts) and parts[high + 1][1] - parts[low][0] <= WRONG_LENGTH:
        high += 1
    while low and parts[high][1] - parts[low - 1][0] <= WRONG_LENGTH:
        low -= 1
    return passage[parts[low][0] : parts[high][1]][: 2 * WRONG_LENGTH]


def make_set(tables: Tables, found: Sequence[Example], wrong: bool) -> Set:
    others = list(wrong_windows(found, WRONG)) if wrong else [list[str]() for _ in found]
    with get_context("fork").Pool(2, _start, (tables,)) as pool:
        seen = pool.map(_see, list(zip(found, others, strict=True)), chunksize=64)
    counts = np.array([len(texts) for _, texts, *_ in seen])
    return Set(
        pack([asked for asked, *_ in seen], QUESTION_FEATURES),
        np.array([asked.kind for asked, *_ in seen]),
        pack([text for _, texts, *_ in seen for text in texts], TEXT_FEATURES),
        np.cumsum(counts) - counts,
        counts - 1,
        np.array([gold for _, _, gold, _, _ in seen]),
        [breaks for *_, breaks, _ in seen],
        np.array([example.japanese for example in found]),
        [example.answer for example in found],
        [folded for *_, folded in seen],
    )


def load(data: Path, cache_folder: Path, *, japanese: bool = True) -> dict[str, Any]:
    """All sets and tables, made once and kept in a folder."""
    path = cache_folder / "reader.pickle"
    if not path.exists():
        tables, first, table, characters, words = make_tables(data)
        made: dict[str, Any] = {
            "tables": tables,
            "first": first,
            "table": table,
            "characters": characters,
            "words": words,
        }
        made[TRAIN] = make_set(tables, examples(data, TRAIN), wrong=True)
        made[TRIAL] = make_set(tables, examples(data, TRIAL), wrong=True)
        made[JAPANESE] = make_set(tables, examples(data, JAPANESE), wrong=False)
        cache_folder.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            pickle.dump(made, file, protocol=5)
    with path.open("rb") as file:
        loaded: dict[str, Any] = pickle.load(file)
    return loaded
