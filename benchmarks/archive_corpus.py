"""Text to measure archives with: real news first, beyond it articles recombined from sentences of the news.

The same news, seed and size give the same files. A recombined article takes runs of one to three neighbouring
sentences from a few articles: of 109,556 such passages 98.6 % differ in text, and all with their headlines, which are
embedded with them. So nothing is saved on embedding.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

SEED = 20261121
ARTICLES_A_FILE = 300
PAGES_A_FOLDER = 500
LINE = 20  # characters of a line of a newspaper column
# Passages of an article by its length: fitted on every fifth news article and on 40,000 recombined ones, whose shorter
# paragraphs are more often joined; off by about 1 % on their sum.
PASSAGES_BASE, PASSAGE_CHARS, MADE_PASSAGE_CHARS = 0.55, 200.0, 227.0
MADE = "made-"
# Sentences of a recombined article, as of a real one: 10 on average.
FEWEST, MOST = 5, 15
LONGEST_RUN = 3

_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


@dataclass(frozen=True, slots=True)
class Story:
    """An article as a JSONL file holds it."""

    id: str
    title: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: articles, bytes of their texts as UTF-8, and how many are recombined."""

    files: int
    articles: int
    text_bytes: int
    recombined: int


def rows(file: Path) -> Iterator[dict[str, object]]:
    """The objects of a gzipped JSON lines file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@cache
def news(data: Path) -> tuple[Story, ...]:
    """The real articles, by date."""
    found = rows(data / "news" / "articles.jsonl.gz")
    return tuple(Story(str(r["id"]), str(r["title"]), str(r["date"]), str(r["text"])) for r in found)


def stories(data: Path, seed: int = SEED) -> Iterator[Story]:
    """All real articles, then recombined ones without end."""
    real = news(data)
    yield from real
    yield from _recombined(real, random.Random(seed))


def _recombined(real: Sequence[Story], chance: random.Random) -> Iterator[Story]:
    sentences = [found for story in real if (found := _SENTENCE.findall(story.text))]
    titles = [(story.title, story.date) for story in real if story.title]
    number = 0
    while True:
        left = chance.randint(FEWEST, MOST)
        pieces = []
        while left > 0:
            source = sentences[int(chance.random() * len(sentences))]
            start = int(chance.random() * len(source))
            run = source[start : start + min(left, 1 + int(chance.random() * LONGEST_RUN))]
            left -= len(run)
            pieces.append("".join(run) + ("\n" if chance.random() < 0.25 else ""))
        (first, date), (second, _) = (titles[int(chance.random() * len(titles))] for _ in range(2))
        title = first[: len(first) // 2 + 1] + second[len(second) // 2 :]
        yield Story(f"{MADE}{number:07d}", title, date, "".join(pieces).strip())
        number += 1


def first(data: Path, passages: int, seed: int = SEED) -> Iterator[Story]:
    """As many articles as hold about so many passages."""
    held = 0.0
    for story in stories(data, seed):
        if held >= passages:
            return
        held += PASSAGES_BASE + len(story.text) / (MADE_PASSAGE_CHARS if story.id.startswith(MADE) else PASSAGE_CHARS)
        yield story


def write_records(data: Path, folder: Path, passages: int, seed: int = SEED) -> Written:
    """JSONL files of ready articles holding about so many passages."""
    folder.mkdir(parents=True)
    waiting = first(data, passages, seed)
    files = articles = size = made = 0
    while batch := list(islice(waiting, ARTICLES_A_FILE)):
        with (folder / f"{files:05d}.jsonl").open("w", encoding="utf-8") as out:
            for story in batch:
                out.write(record(story))
                size += len(story.text.encode())
                made += story.id.startswith(MADE)
        files += 1
        articles += len(batch)
    return Written(files, articles, size, made)


def record(story: Story) -> str:
    """The line of a JSONL file."""
    value = {"id": story.id, "title": story.title, "date": story.date, "text": story.text}
    return json.dumps(value, ensure_ascii=False) + "\n"


def write_pages(data: Path, folder: Path, *, passages: int = 0, files: int = 0, seed: int = SEED) -> Written:
    """Pages of plain text, one article a file, set in lines of a column: about so many passages, or so many files."""
    chosen = islice(stories(data, seed), files) if files else first(data, passages, seed)
    articles = size = made = 0
    for articles, story in enumerate(chosen, 1):
        below = folder / f"{(articles - 1) // PAGES_A_FOLDER:03d}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{story.date}_{articles:06d}.txt").write_text(page(story), encoding="utf-8")
        size += len(story.text.encode())
        made += story.id.startswith(MADE)
    return Written(articles, articles, size, made)


def page(story: Story) -> str:
    """The article as a newspaper page gives it: headline, dateline, paragraphs in short lines."""
    _, month, day = story.date.split("-")
    lines = [story.title, "", f"　　本报{int(month)}月{int(day)}日讯"]
    for number, paragraph in enumerate(filter(None, (part.strip() for part in story.text.split("\n")))):
        text = f"{lines.pop()} {paragraph}" if number == 0 else f"　　{paragraph}"
        lines += [text[start : start + LINE] for start in range(0, len(text), LINE)]
    return "\n".join(lines) + "\n"


def questions(data: Path, count: int, seed: int = SEED) -> list[str]:
    """Headlines of the news and questions of CMRC dev in turn, each once."""
    chance = random.Random(seed)
    titles = sorted({story.title for story in news(data) if len(story.title) >= 8})
    asked = [str(row["text"]) for row in rows(data / "cmrc2018-dev" / "questions.jsonl.gz")]
    half = (count + 1) // 2
    pairs = zip(chance.sample(titles, half), chance.sample(asked, half), strict=True)
    return [text for pair in pairs for text in pair][:count]
