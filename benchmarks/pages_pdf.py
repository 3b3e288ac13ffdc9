"""Writes planned issues as PDF files of several columns and the truth about every glyph beside."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

from pages_grid import Setter
from pages_make import event_dates, file_name, pairs_of, published
from pages_piece import Issue, PagePlan, Piece
from pages_plan import draw_issues
from pages_press import Run, Sheet, print_chromium, print_reportlab, true_advance, web_advance
from pages_rows import draw_look
from pages_stories import load

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ON_A_PAGE = (4, 5, 6, 7, 8, 9)
BODY_ROLES = frozenset({"body"})


def make_pdf(articles: Path, out: Path, seed: int, number: int, part: str, *, browser: bool = True) -> dict[str, Any]:
    """Write PDFs of `number` pages together and `truth.json` under `out`; return the truth.

    Every third issue is printed by Chromium, where there is one and `browser` is true.
    """
    rng = Random(f"pdf {part} {seed}")
    issues = draw_issues(load(articles, part), rng, number, articles=ON_A_PAGE)
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None) if browser else None
    looks = {}
    pages: list[dict[str, Any]] = []
    for count, issue in enumerate(issues):
        look = looks.setdefault(issue.style.slug, draw_look(rng))
        by_browser = chromium is not None and count % 3 == 2
        advance = web_advance if by_browser else true_advance
        printed = [page for page in issue.pages if not page.left_out]
        sheets = [Setter(page, look, rng, advance).set() for page in printed]
        set_runs = [list(sheet.runs) for sheet in sheets]
        for sheet in sheets:
            _reorder(sheet, rng)
        files = _files(issue, printed, rng)
        for name in dict.fromkeys(files):
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            own = [sheet for sheet, file in zip(sheets, files, strict=True) if file == name]
            if by_browser and chromium:
                print_chromium(own, path, chromium)
            else:
                print_reportlab(own, path)
        for at, (page, sheet, name) in enumerate(zip(printed, sheets, files, strict=True)):
            truth = _page_truth(issue, page, sheet, set_runs[at], name, files[: at + 1].count(name))
            truth["difficulties"] = sorted({*truth["difficulties"], f"{look.columns} columns", _printer(by_browser)})
            pages.append(truth)
    truth = {"kind": "pdf", "seed": seed, "part": part, "pages": pages, "pairs": pairs_of(issues)}
    (out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False) + "\n", encoding="utf-8")
    return truth


def set_sheets(articles: Path, seed: int, number: int, part: str) -> list[Sheet]:
    """Set pages that `print_reportlab` takes, without truth."""
    rng = Random(f"sheets {part} {seed}")
    issues = draw_issues(load(articles, part), rng, number, articles=ON_A_PAGE)
    look = draw_look(rng)
    return [Setter(page, look, rng, true_advance).set() for issue in issues for page in issue.pages]


def _printer(by_browser: bool) -> str:
    return "printed by Chromium" if by_browser else "printed by ReportLab"


def _files(issue: Issue, pages: list[PagePlan], rng: Random) -> list[str]:
    """The file of each page: one for the issue, or one for each page."""
    if rng.random() < 0.4:
        return [file_name(issue, page) + ".pdf" for page in pages]
    style, day = issue.style, issue.day
    if style.dated_name:
        name = f"{style.slug}/{day.year}{day.month:02d}{day.day:02d}.pdf"
    else:
        name = f"{style.slug}/issue-{issue.serial:04d}.pdf"
    return [name] * len(pages)


def _reorder(sheet: Sheet, rng: Random) -> None:
    """The order of drawing is not the order of reading: by kind, by place, or as set."""
    orders = {
        "as set": None,
        "by font": lambda run: (run.font, run.size),
        "by row": lambda run: (round(run.top), run.xs[0]),
        "titles last": lambda run: run.role == "headline",
    }
    key = orders[rng.choice(list(orders))]
    if key is not None:
        sheet.runs.sort(key=key)


def glyphs_of(run: Run) -> list[list[Any]]:
    """`[char, left, top, right, bottom]` of every visible glyph, in points."""
    return [
        [char, round(run.xs[at], 2), round(run.top, 2), round(run.xs[at + 1], 2), round(run.top + run.size, 2)]
        for at, char in enumerate(run.text)
        if not char.isspace()
    ]


def _page_truth(issue: Issue, page: PagePlan, sheet: Sheet, runs: list[Run], name: str, number: int) -> dict[str, Any]:
    """`runs` are the sheet's in the order of setting, which is that of reading within an article."""
    day, day_from = published(issue, page)
    if day is None and issue.style.dated_name:
        day, day_from = issue.day.isoformat(), "file name"
    articles, other = [], []
    by_key: dict[str, list[Run]] = {}
    for run in runs:
        if run.role in BODY_ROLES:
            by_key.setdefault(run.key, []).append(run)
        else:
            other += glyphs_of(run)
    for piece in page.pieces:
        articles.append(_article_truth(piece, by_key[piece.key], name, day is not None))
    return {
        "source": name,
        "number": number,
        "size": [sheet.width, sheet.height],
        "paper": page.style.name,
        "issue": issue.serial,
        "page": page.number,
        "folio": page.number if page.shows_folio else None,
        "published": day,
        "published_from": day_from,
        "issue_day": issue.day.isoformat(),
        "difficulties": ["traditional"] if page.style.script == "hant" else [],
        "captions": [piece.caption for piece in page.pieces if piece.caption],
        "advertisements": page.ads,
        "digest": page.digest,
        "articles": articles,
        "other_glyphs": other,
    }


def _article_truth(piece: Piece, runs: list[Run], name: str, dated: bool) -> dict[str, Any]:
    glyphs = [glyph for run in runs for glyph in glyphs_of(run)]
    return {
        "key": piece.key,
        "story": piece.story,
        "source": name,
        "headline": piece.headline,
        "byline": piece.names,
        "may_byline": piece.may_names,
        "kind": piece.kind,
        "text": "\n".join(piece.paragraphs),
        "asides": piece.asides,
        "sections": [text for _, text in piece.sections],
        "continued_to_page": piece.to_page,
        "continued_from_page": piece.from_page,
        "pair": piece.pair,
        "event_dates": event_dates(piece, dated),
        "glyphs": glyphs,
        "difficulties": sorted(piece.traits),
    }
