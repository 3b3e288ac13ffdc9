"""Measures PDF pages: text in the right article and order, and whether each quote's box covers its characters."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from reading_align import aligned, aside_offsets, fold, match_by_text
from reading_recipe import judge_pdf
from reading_score import ASIDE_KINDS, Tally
from reading_text import BuildFailed, archive_articles, score_dates, score_jumps

from index.dates import date_articles
from index.errors import SourceError
from index.layout import lay_out
from index.passages import passages
from index.read import read
from index.types import Page

DPI = 150
INK = 128  # darker than this is ink
QUOTES = 6  # sampled on a page


def read_file(path: Path, source: str, tally: Tally) -> tuple[list[Page], list[Any], float]:
    """The pages of a file, its articles, and the processor seconds it took; nothing where it is refused."""
    began = time.perf_counter()
    notes: list[str] = []
    pages: list[Page] = []
    try:
        pages = list(read(path, source, notes.append))
    except SourceError as error:
        print(f"  refused: {error}", file=sys.stderr)
    articles = [article for page in pages for article in lay_out(page).articles]
    dated = date_articles(articles, source)
    tally.add("files read", bool(pages) and not notes, 1)
    return pages, dated, time.perf_counter() - began


def measure_pdf(made: dict[str, Any], folder: Path, work: Path) -> dict[str, Any]:
    """Everything that is measured on PDF pages, jumps and dates through a real build."""
    tally, keys, seconds = Tally(), {}, 0.0
    rng = Random(made["seed"])
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for truth in made["pages"]:
        by_file[truth["source"]].append(truth)
    for source, truths in by_file.items():
        pages, articles, spent = read_file(folder / source, source, tally)
        seconds += spent
        numbered = {page.number: page for page in pages}
        for truth in truths:
            found = [article for article in articles if article.page == truth["number"]]
            matched = score_page(truth, found, tally)
            keys.update({article.id: key for key, (article, _) in matched.items()})
            page = numbered.get(truth["number"])
            if page is not None:
                check_boxes(folder / source, truth, page, matched, rng, tally)
                ours = [(article, passage) for article in found for passage in passages(article)]
                judge_pdf(folder / source, truth, page, ours, tally)
    result: dict[str, Any] = {
        "pages": len(made["pages"]),
        "articles": sum(len(page["articles"]) for page in made["pages"]),
        "pages a second": round(len(made["pages"]) / seconds, 1) if seconds else None,
    }
    try:
        built = archive_articles(folder, work / "pdf-home")
    except BuildFailed as error:
        result["build"] = str(error)
    else:
        result["jumps"] = score_jumps(made, built, keys)
        score_dates(made, built, keys, tally)
    return {**result, "measures": tally.table()}


def score_page(truth: dict[str, Any], found: Sequence[Any], tally: Tally) -> dict[str, Any]:
    """Add a page's counts; return the matches."""
    matched = match_by_text(truth["articles"], found)
    on_page = set(fold("".join(_printed(truth))))
    for article in found:
        text = fold(article.text)
        tally.add("characters not on the page", sum(char not in on_page for char in text), len(text))
        if article.kind not in ASIDE_KINDS:
            known = any(article is other for other, _ in matched.values())
            tally.add("found articles that are true ones", known, 1, truth["difficulties"])
    for true in truth["articles"]:
        traits = {*truth["difficulties"], *true["difficulties"]}
        asides, length = aside_offsets(true), len(fold(true["text"]))
        article, pairs = matched.get(true["key"], (None, []))
        kept = sum(offset not in asides for _, offset in pairs)
        core = length - len(asides)
        tally.add("characters kept", kept, core, traits)
        tally.add("articles whole", kept == core, 1, traits)
        tally.add("articles found", kept >= 0.8 * core, 1, traits)
        if article is not None:
            tally.add("characters of the article itself", len(pairs), len(fold(article.text)), traits)
        title = fold("".join(true["headline"]))
        if title:
            given = fold("".join(article.headline)) if article is not None else ""
            tally.add("headline exact", given == title, 1, traits)
            tally.add("headline characters", len(aligned(given, title)), len(title), traits)
        byline = list(article.byline) if article is not None else None
        tally.add("byline exact", byline in (true["byline"], true["byline"] + true["may_byline"]), 1, traits)
    return matched


def _printed(truth: dict[str, Any]) -> Iterator[str]:
    for article in truth["articles"]:
        yield from (glyph[0] for glyph in article["glyphs"])
    yield from (glyph[0] for glyph in truth["other_glyphs"])


def check_boxes(
    path: Path, truth: dict[str, Any], page: Page, matched: dict[str, Any], rng: Random, tally: Tally
) -> None:
    """Quotes sampled from the found articles: their boxes hold ink, all their glyphs, and no other glyph's centre."""
    import pypdfium2

    lines = {line.number: line for line in page.lines}
    glyphs = {article["key"]: article["glyphs"] for article in truth["articles"]}
    every = [glyph for own in glyphs.values() for glyph in own] + truth["other_glyphs"]
    document = pypdfium2.PdfDocument(path)
    image = document[truth["number"] - 1].render(scale=DPI / 72, grayscale=True).to_numpy()
    document.close()
    image = image.reshape(image.shape[0], image.shape[1])
    for key in rng.sample(sorted(matched), min(QUOTES, len(matched))):
        article, pairs = matched[key]
        quote = _quote(article.text, dict(pairs), rng)
        if quote is None:
            continue
        start, end, wanted = quote
        placed = [span for span in article.place(start, end) if article.text[span.start : span.end].strip()]
        spans = [(lines[span.line].box, span) for span in placed]
        boxes = [box.cover(span.column, span.length) for box, span in spans if box is not None]
        own = [glyphs[key][at] for at in wanted]
        marks = {
            "with ink": len(boxes) == len(spans) and all(_ink(image, box) for box in boxes),
            "with all their glyphs": all(any(_holds(box, glyph) for box in boxes) for glyph in own),
            "with no other glyph": sum(any(_holds(box, glyph) for box in boxes) for glyph in every) <= len(own),
        }
        for name, good in marks.items():
            tally.add(f"quote boxes {name}", good, 1, truth["difficulties"])
        tally.add("quote boxes right", all(marks.values()), 1, truth["difficulties"])


def _quote(text: str, true: dict[int, int], rng: Random) -> tuple[int, int, list[int]] | None:
    """A stretch of 8 to 40 characters, all of which are the article's own, and their true offsets; None if none is hit."""
    for _ in range(20):
        length = min(len(text), rng.randint(8, 40))
        start = rng.randrange(len(text) - length + 1)
        offset = len(fold(text[:start]))
        wanted = [true[at] for at in range(offset, offset + len(fold(text[start : start + length]))) if at in true]
        if wanted and len(wanted) == len(fold(text[start : start + length])):
            return start, start + length, wanted
    return None


def _holds(box: tuple[float, float, float, float], glyph: list[Any]) -> bool:
    x, y = (glyph[1] + glyph[3]) / 2, (glyph[2] + glyph[4]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _ink(image: Any, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = (round(edge * DPI / 72) for edge in box)
    return bool((image[max(0, top) : bottom + 1, max(0, left) : right + 1] < INK).any())
