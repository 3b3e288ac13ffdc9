"""Writes planned issues as text files and the truth about them beside."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from random import Random
from typing import Any

from pages_piece import Issue, PagePlan, Piece
from pages_plan import draw_issues
from pages_stories import load
from pages_text import Sheet, set_page


def make_text(articles: Path, out: Path, seed: int, number: int, part: str) -> dict[str, Any]:
    """Write `number` text pages and `truth.json` under `out`; return the truth. The same arguments, the same bytes."""
    rng = Random(f"text {part} {seed}")
    issues = draw_issues(load(articles, part), rng, number)
    pages = [write_page(out, issue, page, rng) for issue in issues for page in issue.pages if not page.left_out]
    truth = {"kind": "text", "seed": seed, "part": part, "pages": pages, "pairs": pairs_of(issues)}
    (out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return truth


def file_name(issue: Issue, page: PagePlan) -> str:
    style, day = issue.style, issue.day
    digest = hashlib.sha256(f"{style.slug} {issue.serial} {page.number}".encode()).hexdigest()[:16]
    return style.scheme.format(
        slug=style.slug,
        paper=style.name,
        y=day.year,
        m=day.month,
        d=day.day,
        p=page.number,
        serial=issue.serial,
        digest=digest,
    )


def write_page(out: Path, issue: Issue, page: PagePlan, rng: Random) -> dict[str, Any]:
    sheet = set_page(page, rng)
    style = issue.style
    name = file_name(issue, page) + ".txt"
    text = style.newline.join(line.text for line in sheet.lines) + rng.choice(["", style.newline])
    encoding = style.encoding
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
        data = text.encode(encoding)
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return page_truth(name, encoding, issue, page, sheet)


def published(issue: Issue, page: PagePlan) -> tuple[str | None, str | None]:
    """The page's date, where something tells it, and what."""
    if page.shows_date:
        source = "date line"
    elif issue.style.dated_name:
        source = "file name"
    elif issue.style.grouped_name and any(other.shows_date and not other.left_out for other in issue.pages):
        source = "neighbours"
    else:
        return None, None
    return issue.day.isoformat(), source


def page_truth(name: str, encoding: str, issue: Issue, page: PagePlan, sheet: Sheet) -> dict[str, Any]:
    style = page.style
    day, day_from = published(issue, page)
    traits = set(sheet.traits)
    traits.update(
        trait
        for trait, there in {
            "half-width punctuation": style.half != "none",
            "traditional": style.script == "hant",
            f"encoding {encoding}": encoding != "utf-8",
            "no furniture": not page.top and not page.bottom,
            "captions": any(piece.caption for piece in page.pieces),
            "no blank between articles": style.gap_rate == 0,
        }.items()
        if there
    )
    return {
        "source": name,
        "encoding": encoding,
        "paper": style.name,
        "issue": issue.serial,
        "page": page.number,
        "folio": page.number if page.shows_folio else None,
        "published": day,
        "published_from": day_from,
        "issue_day": issue.day.isoformat(),
        "difficulties": sorted(traits),
        **{role: _runs(sheet, role) for role in ("furniture", "digest", "caption", "advertisement", "pointer")},
        "articles": [article_truth(name, piece, sheet, day is not None) for piece in page.pieces],
    }


def _numbers(sheet: Sheet, key: str, *roles: str) -> list[int]:
    return [number for number, line in enumerate(sheet.lines, 1) if line.role in roles and line.key == key]


def _runs(sheet: Sheet, role: str) -> list[list[int]]:
    """Line numbers of a role, one list for each thing (captions and advertisements are told apart by their key)."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(sheet.lines, 1):
        if line.role == role:
            found.setdefault(line.key, []).append(number)
    return list(found.values())


def article_truth(name: str, piece: Piece, sheet: Sheet, dated: bool) -> dict[str, Any]:
    body = _numbers(sheet, piece.key, "body", "mark")
    byline, closing = _numbers(sheet, piece.key, "byline"), _numbers(sheet, piece.key, "closing")
    marks = _numbers(sheet, piece.key, "mark")
    first, last = min(byline + body), max(body)
    firsts = {first, *([] if byline or first not in marks else [first + 1])}
    lasts = {last, *closing, *([max(number for number in body if number not in marks)] if last in marks else [])}
    headline_lines = _numbers(sheet, piece.key, "headline")
    return {
        "key": piece.key,
        "story": piece.story,
        "source": name,
        "lines": [first, last],
        "firsts": sorted(firsts),
        "lasts": sorted(lasts),
        "body_lines": body,
        "byline_lines": byline,
        "closing_lines": closing,
        "headline": piece.headline if headline_lines else [],
        "headline_lines": headline_lines,
        "section_lines": _numbers(sheet, piece.key, "section"),
        "byline": piece.names,
        "may_byline": piece.may_names,
        "kind": piece.kind,
        "text": "\n".join(piece.paragraphs),
        "asides": piece.asides,
        "marks": [mark for mark in (piece.mark_from, piece.mark_to) if mark],
        "continued_to_page": piece.to_page,
        "continued_from_page": piece.from_page,
        "pair": piece.pair,
        "event_dates": event_dates(piece, dated),
        "difficulties": sorted(piece.traits),
    }


def event_dates(piece: Piece, dated: bool) -> list[str]:
    """The piece's days; without their year where the page has no date, and none where no dateline prints them."""
    if dated:
        return piece.events
    printed = "dateline" in piece.traits and any("月" in aside for aside in piece.asides[:1])
    return [event[5:] for event in piece.events if printed]


def pairs_of(issues: list[Issue]) -> list[dict[str, Any]]:
    """Every jump whose halves are both in the collection. `joinable`: files or pages tell issue and page number."""
    pairs = []
    for issue in issues:
        name = issue.style.dress()(issue.style.name)
        there = {piece.key: page for page in issue.pages if not page.left_out for piece in page.pieces}
        for key, page in there.items():
            piece = next(p for p in page.pieces if p.key == key)
            if not piece.to_page or piece.pair is None:
                continue
            two = (page, there[piece.pair])
            same_issue = issue.style.grouped_name or all(p.shows_date and name in _header(p) for p in two)
            numbered = issue.style.numbered_name or all(p.shows_folio for p in two)
            pairs.append({"head": key, "tail": piece.pair, "joinable": same_issue and numbered})
    return pairs


def _header(page: PagePlan) -> str:
    return "\n".join(page.top + page.bottom)
