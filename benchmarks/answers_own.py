"""Our own questions: over thirty days of the news and over newspaper pages made of invented articles.

The news itself is not in this project; questions name records of it. The invented articles are, and are set as pages by
`pages_make.py`; a question names them by id, and the truth about the pages tells where they stand.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from archive_corpus import news, record
from pages_make import write_page
from pages_piece import Issue
from pages_plan import draw_issues
from pages_stories import Stock, load

from index import build
from qa.engine import Engine
from qa.evaluate import EVERY, Verdict, judge, summary
from qa.types import Answer

QUESTIONS = Path(__file__).with_name("questions")
ARTICLES = QUESTIONS / "own-articles.jsonl"
DEV, HELD = "own-dev", "own-held"
DAYS = QUESTIONS / "own-days.txt"
SEED = 20261121
PAGES = 4  # at most, of an issue
DRAWINGS = 50  # of an issue; among them is one that prints all articles of its day

Item = dict[str, Any]


def write_files(data: Path, folder: Path) -> None:
    """The news of the days, pages of the invented articles, and as ready records those that no page had room for."""
    folder.mkdir(parents=True, exist_ok=True)
    days = set(DAYS.read_text(encoding="utf-8").split())
    stories = [story for story in news(data) if story.date in days]
    (folder / "news.jsonl").write_text("".join(map(record, stories)), encoding="utf-8")
    lines = ARTICLES.read_text(encoding="utf-8").splitlines()
    packed = folder.parent / "articles.jsonl.gz"
    with gzip.open(packed, "wt", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines)
    places = places_of(write_pages(packed, folder / "pages"))
    rest = [line for line in lines if json.loads(line)["id"] not in places]
    (folder / "rest.jsonl").write_text("".join(line + "\n" for line in rest), encoding="utf-8")
    (folder.parent / "places.json").write_text(json.dumps(places, ensure_ascii=False), encoding="utf-8")


def write_pages(packed: Path, folder: Path) -> list[dict[str, Any]]:
    """Newspaper pages of the articles, an issue for each day; gives the truth about them.

    Of some drawings of an issue that is taken which loses no letter and prints most of the day's articles, of these the one
    with most articles that go on on another page.
    """
    stock = load(packed, "dev")
    for day, stories in load(packed, "held").days.items():
        stock.days[day] += stories
    stock.loose.clear()
    truth = []
    for day, stories in sorted(stock.days.items()):
        of_day = Stock(defaultdict(list, {day: stories}))
        drawn = [(Random(f"own {SEED} {day} {number}"), number) for number in range(DRAWINGS)]
        issues = [
            (_worth(issue), -number, issue, rng) for rng, number in drawn for issue in draw_issues(of_day, rng, PAGES)
        ]
        *_, issue, rng = max(issues, key=lambda one: one[:2])
        truth += [write_page(folder, issue, page, rng) for page in issue.pages if not page.left_out]
    return truth


def _worth(issue: Issue) -> tuple[bool, int, int]:
    pieces = [piece for page in issue.pages if not page.left_out for piece in page.pieces]
    whole = not any("dropped glyphs" in piece.traits for piece in pieces)
    return whole, len({piece.story for piece in pieces}), sum(piece.to_page is not None for piece in pieces)


def places_of(pages: Iterable[dict[str, Any]]) -> dict[str, list[Item]]:
    """Where each article stands, by id: one place, or two if it goes on on another page."""
    found: dict[str, list[Item]] = defaultdict(list)
    for page in pages:
        for article in page["articles"]:
            if article["story"]:
                found[article["story"]].append({"source": article["source"], "lines": article["lines"]})
    return dict(found)


def read_own(name: str, places: dict[str, list[Item]]) -> list[Item]:
    """The questions of a part with their evidence where it stands. Of an article on two pages either place will do; where all
    evidence must be cited its first is taken."""
    items = []
    for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        evidence: list[Item] = []
        for one in item.get("evidence", ()):
            at = places.get(one.get("article", ""), [{"record": one["article"]}] if "article" in one else [one])
            evidence += at[:1] if item["kind"] in EVERY else at
        items.append(item | {"evidence": evidence})
    return items


def opened(data: Path, work: Path) -> tuple[Engine, dict[str, list[Item]]]:
    """An engine on the archive and the places of the invented articles."""
    if not (work / "places.json").exists():
        write_files(data, work / "files")
    build([work / "files"], work / "archive")
    return Engine(work / "archive"), json.loads((work / "places.json").read_text(encoding="utf-8"))


def asked(engine: Engine, items: Iterable[Item]) -> list[tuple[Item, Answer, Verdict]]:
    """Each question, its answer and how it went."""
    found = []
    for item in items:
        answer = engine.ask(item["question"], item.get("history", ()))
        found.append((item, answer, judge(item, answer)))
    return found


def figures(data: Path, work: Path) -> dict[str, Any]:
    """The figures of both parts. Of the one that is put away the totals only."""
    engine, places = opened(data, work)
    dev, held = (summary([one for *_, one in asked(engine, read_own(name, places))]) for name in (DEV, HELD))
    return {"dev": dev, "held": totals(held)}


def totals(told: dict[str, Any]) -> dict[str, Any]:
    """The figures without those of single kinds."""
    return told | {"accuracy": {kind: told["accuracy"][kind] for kind in ("all", "all refuse")}}
