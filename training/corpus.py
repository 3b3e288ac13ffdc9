"""The open data sets, read into the few shapes that training needs. Measuring sets have no place here."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.tokens import fold

# The languages of XQuAD beside Chinese and English, by their codes in the wordnets, in Tatoeba and in NTREX.
LANGUAGES = ("spa", "deu", "ell", "rus", "tur", "ara", "vie", "tha", "hin", "ron")
_SAME = {"arb": "ara", "cmn": "zho", "zho-CN": "zho", "zho-TW": "zho", "zh": "zho", "qcn": "zho", "en": "eng"}
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]?")
_TONE = re.compile(r"[1-5]")
_NOISE = re.compile(r"CL:.*|\[[^\]]*\]|[㐀-鿿|]+|\((?:tw|idiom|loanword|name|slang|dialect|literary)\)", re.IGNORECASE)
# Every tenth article of CMRC train and the end of NTREX are left out while hyperparameters are chosen.
HELD_OUT = 10
NTREX_KEPT = 1450


@dataclass(frozen=True, slots=True)
class Passage:
    """A titled passage cut into sentences; `part` is its article's number, by which articles are held out."""

    title: str
    sentences: tuple[str, ...]
    part: int

    @property
    def text(self) -> str:
        return "".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the number of its passage, and the sentence of it that holds the answer (-1: not found)."""

    text: str
    passage: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that mean the same; texts of equal `group` are no negatives of each other."""

    a: str
    b: str
    lang_a: str
    lang_b: str
    group: int
    held_out: bool = False


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def reading_set(folder: Path) -> tuple[list[Passage], list[Question]]:
    """Passages and questions of a reading-comprehension set, folded."""
    passages, numbers, articles = [], {}, {}
    for row in rows(folder / "passages.jsonl.gz"):
        numbers[row["id"]] = len(passages)
        part = articles.setdefault(row.get("title", row["id"]), len(articles))
        sentences = tuple(s for s in _SENTENCE.findall(fold(row["text"])) if s.strip())
        passages.append(Passage(fold(row.get("title", "")), sentences, part))
    questions = []
    for row in rows(folder / "questions.jsonl.gz"):
        number = numbers[row["gold"][0]]
        answer = fold(row["answers"][0])
        holding = [i for i, s in enumerate(passages[number].sentences) if answer in s]
        questions.append(Question(fold(row["text"]), number, holding[0] if holding else -1))
    return passages, questions


def parallel(data: Path) -> list[Pair]:
    """Sentence pairs of Tatoeba and NTREX that touch Chinese, English or one of `LANGUAGES`."""
    wanted = {"zho", "eng", *LANGUAGES}
    pairs = []
    for folder in ("tatoeba-cmn-eng", "tatoeba-laser", "ntrex-a"):
        groups: dict[str, int] = {}
        for number, row in enumerate(rows(data / folder / "pairs.jsonl.gz")):
            lang_a, lang_b = _SAME.get(row["lang_a"], row["lang_a"]), _SAME.get(row["lang_b"], row["lang_b"])
            if lang_a not in wanted or lang_b not in wanted:
                continue
            group = groups.setdefault(row["a"], len(groups))
            held_out = group >= NTREX_KEPT if folder == "ntrex-a" else number % 50 == 0 and folder != "tatoeba-laser"
            pairs.append(Pair(fold(row["a"]), fold(row["b"]), lang_a, lang_b, group, held_out))
    return pairs


@dataclass(frozen=True, slots=True)
class Entry:
    """A dictionary entry: a Chinese word, its pinyin in one piece without tones, its English glosses."""

    word: str
    pinyin: str
    glosses: tuple[str, ...]
    name: bool


def dictionary(data: Path) -> list[Entry]:
    """CC-CEDICT, folded, without measure words, cross-references and notes on usage."""
    entries = []
    for row in rows(data / "cc-cedict" / "entries.jsonl.gz"):
        glosses = []
        for gloss in row["en"]:
            if re.search(r"variant of|^see |surname|^used in|^abbr\. |^\(old\)", gloss):
                continue
            clean = _NOISE.sub(" ", gloss).strip(" ,;")
            if clean:
                glosses.append(fold(clean.removeprefix("to ")))
        pinyin = _TONE.sub("", row["pinyin"]).replace(" ", "").replace("u:", "u")
        entries.append(Entry(fold(row["simp"]), fold(pinyin), tuple(glosses), pinyin[:1].isupper()))
    return entries


def synsets(data: Path) -> list[dict[str, tuple[str, ...]]]:
    """Wordnet synsets: language → lemmas, for Chinese, English and `LANGUAGES`; at least two languages each."""
    wanted = {"zho", "eng", *LANGUAGES}
    found = []
    for row in rows(data / "omw" / "synsets.jsonl.gz"):
        entry: dict[str, tuple[str, ...]] = {}
        for code, lemmas in row.items():
            lang = _SAME.get(code, code)
            if lang in wanted:
                entry[lang] = entry.get(lang, ()) + tuple(
                    fold(lemma.replace("_", " ").replace("+", "")) for lemma in lemmas
                )
        if len(entry) > 1:
            found.append(entry)
    return found
