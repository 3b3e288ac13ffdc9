"""What answers are measured on: one pool of passages with the questions of the public sets, and questions changed so that
the pool answers them no more.

The same data gives the same pool, questions and samples. Each passage that has questions is a file of its own whose name
is one character, so that a filter can leave just that one in (`only`) or out (`without`).
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from archive_corpus import news, rows
from retrieval_sets import pieces_of

from index import FAMILY_NAMES, Filter, build, tagged

SEED = 20261121
NEWS_PASSAGES = 30_000
FIRST_NAME = 0x4E00  # file names are characters from here on
REST = "news.jsonl"


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Questions whose answers are known. `near` tells whether they are changed into near misses, too."""

    title: str
    passages: str
    questions: str
    near: bool = True


SETS = {
    "cmrc": AnswerSet("CMRC 2018 dev", "cmrc2018-dev/passages", "cmrc2018-dev/questions"),
    "drcd": AnswerSet("DRCD dev (traditional script)", "drcd-dev/passages", "drcd-dev/questions", near=False),
    "xquad": AnswerSet("XQuAD, Chinese", "xquad-a/passages.zh", "xquad-a/questions.zh"),
    "xquad-en": AnswerSet(
        "XQuAD, English questions to Chinese passages", "xquad-a/passages.zh", "xquad-a/questions.en", near=False
    ),
    "expmrc": AnswerSet("ExpMRC dev", "cmrc2018-dev/passages", "expmrc-cmrc2018-dev/questions", near=False),
    "trial": AnswerSet("CMRC 2018 trial (to develop on)", "cmrc2018-trial/passages", "cmrc2018-trial/questions"),
}
FILES = tuple(dict.fromkeys(one.passages for one in SETS.values()))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the record that holds its answer, the answers and, in ExpMRC, the evidence of annotators."""

    id: str
    text: str
    gold: str
    answers: tuple[str, ...]
    evidences: tuple[str, ...] = ()


def write_pool(data: Path, folder: Path, news_passages: int = NEWS_PASSAGES) -> int:
    """Write the files of the pool; gives the number of records."""
    folder.mkdir(parents=True, exist_ok=True)
    passages = [(str(row["id"]), str(row["text"])) for file in FILES for row in rows(data / f"{file}.jsonl.gz")]
    names = _names([name for name, _ in passages])
    for name, text in passages:
        (folder / names[name]).write_text(_record(name, text), encoding="utf-8")
    pieces = ((f"{story.id}-{n}", text) for story in news(data) for n, text in enumerate(pieces_of(story.text)))
    rest = [_record(name, text) for name, text in islice(pieces, news_passages)]
    (folder / REST).write_text("".join(rest), encoding="utf-8")
    return len(passages) + len(rest)


def _record(name: str, text: str) -> str:
    return json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n"


def _names(records: Sequence[str]) -> dict[str, str]:
    return {record: f"{chr(FIRST_NAME + at)}.jsonl" for at, record in enumerate(records)}


def built(folder: Path, make: Callable[[Path], object]) -> Path:
    """The archive of a folder of files, brought up to date; `make` writes the files if there are none."""
    files = folder / "files"
    if not (folder / "written").exists():
        make(files)
        (folder / "written").touch()
    build([files], folder / "archive")
    return folder / "archive"


class Places:
    """Which file of the pool a record stands in."""

    def __init__(self, data: Path) -> None:
        self._names = _names([str(row["id"]) for file in FILES for row in rows(data / f"{file}.jsonl.gz")])

    def only(self, record: str) -> Filter:
        """The record alone."""
        return Filter(source=self._names[record])

    def without(self, record: str) -> Filter:
        """All others."""
        return Filter(source=f"[^{self._names[record][0]}]*")


def read_asked(data: Path, name: str) -> list[Asked]:
    """The questions of a set, in an order drawn by chance, so that the first of them are a sample.

    ExpMRC's passages are CMRC's under other names, and its questions have CMRC's ids; the answers to English questions are
    those to the same ones in Chinese.
    """
    golds = _by_id(data, "cmrc", "gold") if name == "expmrc" else {}
    answers = _by_id(data, "xquad", "answers") if name == "xquad-en" else {}
    found = []
    for row in rows(data / f"{SETS[name].questions}.jsonl.gz"):
        one = str(row["id"])
        if str(row["text"]).strip():
            gold = golds.get(one, row["gold"])[0]
            said = tuple(dict.fromkeys(answers.get(one, row["answers"])))
            found.append(Asked(one, str(row["text"]), gold, said, tuple(row.get("evidences", ()))))
    random.Random(SEED).shuffle(found)
    return found


def _by_id(data: Path, name: str, key: str) -> dict[str, list[str]]:
    """A field of the questions of a set by their ids."""
    return {str(row["id"]): row[key] for row in rows(data / f"{SETS[name].questions}.jsonl.gz")}


# Near misses. A key of a question is replaced by another of its sort that stands elsewhere in the pool.

_KEYS = (
    ("title", re.compile(r"《[^》]{2,20}》")),
    ("year", re.compile(r"(?<!\d)[12]\d{3}(?=年)")),
    ("number", re.compile(r"(?<![\d.A-Za-z])\d{1,3}(?![\d.A-Za-z年])")),
)
_PERSON_CHARS = 3  # a family name and two characters: what the tagger calls a person and is shorter is often none
_PLACE_QUESTIONS = 3  # what the tagger calls a place in fewer questions is often a part of something else's name
_KNOWN = 0.5
"""Share of a question's other words in a passage from which on it might answer the changed question after all."""


def keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Sort and range of each title, year, number and name in a text."""
    taken: list[tuple[int, int]] = []
    for sort, pattern in _KEYS:
        for found in pattern.finditer(text):
            if not any(low < found.end() and found.start() < high for low, high in taken):
                taken.append(found.span())
                yield (sort, *found.span())
    at = 0
    for word, tag in tagged(text):
        at = text.index(word, at)
        end = at + len(word)
        free = not any(low < end and at < high for low, high in taken)
        person = tag.startswith("nr") and len(word) == _PERSON_CHARS and word[0] in FAMILY_NAMES
        if free and (person or tag == "ns"):
            yield "person" if person else "place", at, end
        at = end


def near_misses(asked: Iterable[Asked], passages: Mapping[str, str]) -> list[Asked]:
    """The questions with one key each replaced, those that have one. `passages` are the texts of the pool by record.

    The new key stands in the question of another passage, not in the passage of this one, and in none that holds half of the
    other words of the question.
    """
    asked = list(asked)
    stock: dict[str, list[tuple[str, str]]] = defaultdict(list)
    found = {one.id: list(keys(one.text)) for one in asked}
    places = Counter(one.text[low:high] for one in asked for sort, low, high in found[one.id] if sort == "place")
    for one in asked:
        found[one.id] = [
            at for at in found[one.id] if at[0] != "place" or places[one.text[at[1] : at[2]]] >= _PLACE_QUESTIONS
        ]
        for sort, low, high in found[one.id]:
            stock[sort].append((one.text[low:high], one.gold))
    chance = random.Random(SEED)
    changed = []
    for one in asked:
        ranges = found[one.id]
        if not ranges:
            continue
        sort, low, high = chance.choice(ranges)
        others = sorted({key for key, gold in stock[sort] if gold != one.gold and key != one.text[low:high]})
        chance.shuffle(others)
        words = [word for word, _ in tagged(one.text[:low] + " " + one.text[high:]) if len(word) > 1]
        new = next((key for key in others if _strange(key, one, words, passages)), None)
        if new is not None:
            text = one.text[:low] + new + one.text[high:]
            changed.append(Asked(f"{one.id}~", text, one.gold, ()))
    return changed


def _strange(key: str, one: Asked, words: Sequence[str], passages: Mapping[str, str]) -> bool:
    """Whether nothing in the pool may tell of `key` what the question asks; `words` are its other words."""
    return key not in passages[one.gold] and not any(
        key in text and sum(word in text for word in words) >= _KNOWN * len(words) for text in passages.values()
    )
