"""Measures text pages through the public names and through a real build: articles, characters, dates, jumps, the seeds."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from pages_make import make_text
from reading_recipe import judge_text
from reading_score import Tally, Truth, bare, score_page

from index.dates import date_articles
from index.layout import Layout, lay_out
from index.passages import passages
from index.read import read
from index.types import Article, Page

ROOT = Path(__file__).resolve().parent.parent


class BuildFailed(Exception):
    """`wenbao build` gave up; the message is its own."""


def archive_articles(folder: Path, home: Path) -> list[dict[str, Any]]:
    """What `wenbao build` and `wenbao articles --json` make of a folder.

    :raises BuildFailed: if the build gives up.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    wenbao = [sys.executable, "-m", "qa.cli"]
    built = subprocess.run(
        [*wenbao, "build", ".", "--home", str(home)], cwd=folder, capture_output=True, text=True, env=environment
    )
    if built.returncode:
        raise BuildFailed(built.stderr.strip()[:300])
    listed = subprocess.run(
        [*wenbao, "articles", "--home", str(home), "--json"], check=True, capture_output=True, env=environment
    )
    return json.loads(listed.stdout)  # type: ignore[no-any-return]


def decoded(path: Path, encoding: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", path.read_bytes().decode(encoding))


def measure_text(articles: Path, seed: int, number: int, work: Path) -> dict[str, Any]:
    """Everything that is measured on text pages."""
    folder = work / "text"
    folder.mkdir()
    made = make_text(articles, folder, seed, number, "held")
    tally, keys = Tally(), {}
    speed = measure_speed(folder, [page["source"] for page in made["pages"]])
    for page in made["pages"]:
        read_pages, layouts, found = read_page(folder, page["source"])
        truth = Truth(page, decoded(folder / page["source"], page["encoding"]))
        same = [line.text for line in read_pages[0].lines] == truth.lines[: len(read_pages[0].lines)]
        tally.add("decoded right", same, 1, page["difficulties"])
        if not same:
            found = []
        ids = score_page(truth, found, layouts[0].furniture, tally)
        keys.update({identity: key for key, identity in ids.items()})
        judge_text(truth, [(article, passage) for article in found for passage in passages(article)], tally)
    built = archive_articles(folder, work / "text-home")
    jumps = score_jumps(made, built, keys)
    score_dates(made, built, keys, tally)
    return {
        "pages": len(made["pages"]),
        "articles": sum(len(page["articles"]) for page in made["pages"]),
        "boundary F1": tally.f1("boundary"),
        **speed,
        "jumps": jumps,
        "measures": tally.table(),
    }


def measure_speed(folder: Path, sources: Sequence[str]) -> dict[str, float]:
    """Pages a second on one core, and the share of each step; what is loaded once for all pages is not timed."""
    read_page(folder, sources[0])
    gc.collect()
    gc.freeze()  # the truth in memory is none of a build's work
    marks = [time.process_time()]
    pages = [page for source in sources for page in read(folder / source, source)]
    marks.append(time.process_time())
    articles = [article for page in pages for article in lay_out(page).articles]
    marks.append(time.process_time())
    for source, own in groupby(articles, key=lambda article: article.source):
        date_articles(list(own), source)
    marks.append(time.process_time())
    gc.unfreeze()
    steps = {
        f"milliseconds a page: {name}": round((end - start) * 1000 / len(sources), 2)
        for name, start, end in zip(("read", "layout", "dates"), marks, marks[1:], strict=False)
    }
    return {"pages a second": round(len(sources) / (marks[-1] - marks[0]), 1), **steps}


def read_page(folder: Path, source: str) -> tuple[list[Page], list[Layout], list[Article]]:
    """A text page as a build reads it, up to its dated articles."""
    pages = list(read(folder / source, source))
    layouts = [lay_out(page) for page in pages]
    return pages, layouts, date_articles([article for layout in layouts for article in layout.articles], source)


def score_jumps(made: dict[str, Any], built: Sequence[dict[str, Any]], keys: dict[str, str]) -> dict[str, Any]:
    """Pairs joined by `continues` against the true ones; recall is over pairs that files or pages make joinable."""
    true = {(pair["head"], pair["tail"]) for pair in made["pairs"]}
    joinable = {(pair["head"], pair["tail"]) for pair in made["pairs"] if pair["joinable"]}
    joined = {
        (keys.get(article["continues"], "?"), keys.get(article["article"], "?"))
        for article in built
        if article["continues"]
    }
    right = joined & true
    return {
        "joined": len(joined),
        "right": len(right),
        "precision": round(len(right) / len(joined), 4) if joined else None,
        "joinable": len(joinable),
        "found": len(joined & joinable),
        "recall": round(len(joined & joinable) / len(joinable), 4) if joinable else None,
        "wrong": sorted(joined - true),
        "missed": sorted(joinable - joined),
    }


def score_dates(made: dict[str, Any], built: Sequence[dict[str, Any]], keys: dict[str, str], tally: Tally) -> None:
    """Publication date of each page and event dates of each article, as the archive holds them."""
    by_page: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for article in built:
        by_page.setdefault((article["source"], article["page"]), []).append(article)
    for page in made["pages"]:
        own = by_page.get((page["source"], page.get("number", 1)), [])
        told = Counter(article["published"] for article in own if article.get("published"))
        given = told.most_common(1)[0][0] if told else None
        _judge_page_date(page, given, len(told), tally)
    by_key = {keys[article["article"]]: article for article in built if article["article"] in keys}
    for page in made["pages"]:
        for true in page["articles"]:
            if true["event_dates"]:
                found = by_key.get(true["key"], {}).get("event_dates", [])
                right = set(true["event_dates"]) <= {d["value"] if isinstance(d, dict) else d for d in found}
                tally.add("event dates", right, 1, {*page["difficulties"], *true["difficulties"]})


def _judge_page_date(page: dict[str, Any], given: str | None, several: int, tally: Tally) -> None:
    traits = page["difficulties"]
    day = date.fromisoformat(page["issue_day"])
    if page["published"]:
        how = [*traits, f"told by {page['published_from']}"]
        tally.add("published dates", given == page["published"] and several == 1, 1, how)
        tally.add("published dates unknown", given is None, 1, how)
    elif given:
        # Nothing on the page tells the day of the paper; a dateline may be taken for it, the same day or the day before.
        near = len(given) == 10 and 0 <= (day - date.fromisoformat(given)).days <= 1
        tally.add("dates given where none is told", near, 1, traits)
    tally.add(
        "wrong years", bool(given) and len(str(given)) == 10 and str(given)[:4] != page["issue_day"][:4], 1, traits
    )


def measure_seeds(work: Path) -> dict[str, str]:
    """The seeds against the truth in tests/gold: fields right of all articles."""
    gold = json.loads((ROOT / "tests" / "gold" / "articles.json").read_text(encoding="utf-8"))["articles"]
    found = archive_articles(ROOT / "seeds", work / "seeds-home")
    right: Counter[str] = Counter()
    used = set()
    for true in gold:
        same = [
            a
            for a in found
            if a["source"] == true["source"] and a["lines"][0] <= true["lines"][1] and true["lines"][0] <= a["lines"][1]
        ]
        article = next((a for a in same if a["lines"] == true["lines"]), same[0] if same else None)
        if article is None:
            continue
        used.add(article["article"])
        text = bare(article["text"])
        right.update(
            name
            for name, good in {
                "lines": article["lines"] == true["lines"],
                "byline": article["byline"] == true["reporters"],
                "headline_lines": sorted(article["headline_lines"]) == true["headline_lines"],
                "event_dates": set(true["event_dates"]) <= set(article["event_dates"]),
                "continued_to_page": article["continued_to_page"] == true["continued_to_page"],
                "continued_from_page": article["continued_from_page"] == true["continued_from_page"],
                "text": bare(true["starts_with"]) in text and bare(true["ends_with"]) in text and "下转" not in text,
            }.items()
            if good
        )
    extra = [a for a in found if a["article"] not in used and a["kind"] != "digest"]
    return {**{name: f"{count}/{len(gold)}" for name, count in right.items()}, "extra": str(len(extra))}
