"""What retrieval is measured on: three pools of records, and the questions that each is asked.

The same data gives the same pools, questions and order of questions.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from archive_corpus import Story, news, rows
from archive_run import ROOT

SEED = 20261121
PASSAGES, HEADLINES, SEEDS = "passages", "headlines", "seeds"
POOL = ("cmrc2018-dev/passages", "cmrc2018-trial/passages", "drcd-dev/passages", "xquad-a/passages.zh")
PASSAGE_CHARS = 300
# A headline of fewer characters ("国内联播快讯") says nothing of one article; one of which less text is left has none.
SHORTEST_HEADLINE, SHORTEST_TEXT = 8, 20
LANGUAGES = ("zh", "en", "ar", "de", "el", "es", "hi", "ro", "ru", "th", "tr", "vi")
GOLD_QUESTIONS = ROOT / "tests" / "gold" / "questions.jsonl"
EVIDENCE = "evidence"

_SENTENCES = re.compile(r"[^。！？]*[。！？]|[^。！？]+")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the news is taken, and how many questions of a set (None: all)."""

    news: int = 30_000
    articles: int = 20_000
    headlines: int = 2_000
    questions: int | None = None


FULL = Size()
SMALL = Size(news=500, articles=300, headlines=40, questions=40)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions to one pool. `whole` sets are asked of every peer and every part of ours, the others of the product."""

    title: str
    pool: str
    file: str = ""
    whole: bool = False


SETS = {
    "cmrc": QuestionSet("CMRC 2018 dev", PASSAGES, "cmrc2018-dev/questions", whole=True),
    "drcd": QuestionSet("DRCD dev (traditional script)", PASSAGES, "drcd-dev/questions", whole=True),
    **{
        f"xquad-{language}": QuestionSet(
            f"XQuAD {language}", PASSAGES, f"xquad-a/questions.{language}", whole=language in ("zh", "en")
        )
        for language in LANGUAGES
    },
    "headlines": QuestionSet("headline → its article", HEADLINES, whole=True),
    "seeds": QuestionSet("gold questions on seeds/", SEEDS),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the records that are right."""

    id: str
    text: str
    gold: tuple[str, ...]


def write_pool(data: Path, pool: str, folder: Path, size: Size) -> int:
    """Write `files/pool.jsonl` and `questions.json` of a pool to `folder`; gives the number of records (0: the seeds)."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    records, asked = POOLS[pool](data, size)
    if records:
        lines = (json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n" for name, text in records)
        (folder / "files" / "pool.jsonl").write_text("".join(lines), encoding="utf-8")
    questions = {name: [[one.id, one.text, one.gold] for one in _shuffled(asked[name], size)] for name in asked}
    (folder / "questions.json").write_text(json.dumps(questions, ensure_ascii=False), encoding="utf-8")
    return len(records)


def read_questions(folder: Path) -> dict[str, list[Query]]:
    """The questions of a pool by set, in the order in which they are asked."""
    read = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    return {name: [Query(one, text, tuple(gold)) for one, text, gold in asked] for name, asked in read.items()}


def _shuffled(asked: Iterable[Query], size: Size) -> list[Query]:
    """In an order that has nothing to do with the passages: a peer that gets no further has answered a sample."""
    queries = list(asked)
    random.Random(SEED).shuffle(queries)
    return queries[: size.questions]


Pool = tuple[list[tuple[str, str]], dict[str, list[Query]]]


def _passages(data: Path, size: Size) -> Pool:
    records = [(str(row["id"]), str(row["text"])) for file in POOL for row in rows(data / f"{file}.jsonl.gz")]
    pieces = ((f"{story.id}-{n}", text) for story in news(data) for n, text in enumerate(pieces_of(story.text)))
    records += islice(pieces, size.news)
    asked = {}
    for name, one in SETS.items():
        if one.pool == PASSAGES:
            found = rows(data / f"{one.file}.jsonl.gz")
            asked[name] = [Query(str(row["id"]), str(row["text"]), tuple(row["gold"])) for row in found]
    return records, asked


def pieces_of(text: str) -> Iterator[str]:
    """Runs of whole sentences of at most PASSAGE_CHARS, or one sentence that is longer."""
    piece = ""
    for sentence in _SENTENCES.findall(text):
        if piece and len(piece) + len(sentence) > PASSAGE_CHARS:
            yield piece
            piece = ""
        piece += sentence
    if piece.strip():
        yield piece


def _headlines(data: Path, size: Size) -> Pool:
    chance = random.Random(SEED)
    chosen = sorted(chance.sample(news(data), size.articles), key=lambda story: story.id)
    texts = {story.id: without(story.title, story.text) for story in chosen}
    kept = [story for story in chosen if len(texts[story.id]) >= SHORTEST_TEXT]
    candidates = _telling(kept, texts)
    asked = [Query(f"h-{one.id}", one.title, (one.id,)) for one in candidates]
    chance.shuffle(asked)
    return [(story.id, texts[story.id]) for story in kept], {"headlines": asked[: size.headlines]}


def _telling(stories: list[Story], texts: dict[str, str]) -> list[Story]:
    """Those whose headline and whose text no other of them has."""
    titles = Counter("".join(story.title.split()) for story in stories)
    bodies = Counter(texts[story.id] for story in stories)
    return [
        story
        for story in stories
        if len(story.title) >= SHORTEST_HEADLINE
        and titles["".join(story.title.split())] == 1
        and bodies[texts[story.id]] == 1
    ]


def without(headline: str, text: str) -> str:
    """The text with the headline taken out wherever it stands, whatever white space is in either."""
    letters = [re.escape(char) for char in headline if not char.isspace()]
    return re.sub(r"\s*".join(letters), "", text).strip() if letters else text.strip()


def _seeds(data: Path, size: Size) -> Pool:
    """No records: the archive is of seeds/. A question that is to be refused or goes on from another has no place here."""
    with GOLD_QUESTIONS.open(encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    asked = [Query(one["id"], one["question"], (EVIDENCE,)) for one in read if one["evidence"] and not one["history"]]
    return [], {"seeds": asked}


@cache
def evidence() -> dict[str, list[tuple[str, int, int]]]:
    """Source, first and last line of what holds the answer, by gold question."""
    with GOLD_QUESTIONS.open(encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    return {one["id"]: [(at["source"], *at["lines"]) for at in one["evidence"]] for one in read}


POOLS = {PASSAGES: _passages, HEADLINES: _headlines, SEEDS: _seeds}
