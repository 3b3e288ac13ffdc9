"""Jumps from page to page of a planned issue, and what shows where an article begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from random import Random

import pages_words as words
from pages_piece import Issue, PagePlan, Piece
from pages_stories import events_of

_CUTTABLE = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
BEFORE, AFTER = 120, 70  # characters that must stand before and after a cut


def jump(issue: Issue, rng: Random, dress: Callable[[str], str]) -> None:
    """Cut some articles of the first pages; their second halves stand on later pages."""
    for page in issue.pages[:2]:
        later = [other for other in issue.pages if other.number > page.number]
        share = 0.5 if page.number == 1 else 0.12
        for piece in list(page.pieces):
            if later and piece.length > 260 and not piece.from_page and rng.random() < share:
                target = later[0] if rng.random() < 0.6 else rng.choice(later)
                _cut(page, piece, target, rng, dress, issue.news_day)


def _cut(page: PagePlan, piece: Piece, target: PagePlan, rng: Random, dress: Callable[[str], str], day: date) -> None:
    text = "\n".join(piece.paragraphs)
    inside = [m.start() for m in _CUTTABLE.finditer(text) if BEFORE <= m.start() <= len(text) - AFTER]
    ends = [m.start() for m in re.finditer("\n", text) if BEFORE <= m.start() <= len(text) - AFTER]
    at_end = bool(ends) and rng.random() < 0.1
    if not (ends if at_end else inside):
        return
    at = rng.choice(ends if at_end else inside)
    first, second = text[:at], text[at:].lstrip("\n")
    done = first.count("\n") + 1
    number, back = (words.page_number(p.number, page.style.number_form) for p in (target, page))
    mark = page.style.jump.format(n=number, t=target.topic)
    tail = Piece(piece.key + "b", piece.story, [], 0, second.split("\n"), kind=piece.kind)
    tail.traits = {trait for trait in piece.traits if trait in ("dropped glyphs",)} | {"jump tail"}
    if rng.random() < 0.45 and target.style.place != "none":
        tail.headline, tail.deck_from = [max(piece.headline[:2], key=len)], 1
        tail.traits.add("tail with headline")
    tail.mark_from = dress(words.jump_back(mark, back))
    tail.from_page = page.number
    tail.closing_line, piece.closing_line = piece.closing_line, ""
    if piece.asides and text.endswith(piece.asides[-1]) and "byline closing" in piece.traits:
        tail.asides = [piece.asides.pop()]
    if piece.traits & {"byline closing", "byline closing line"}:
        tail.names, tail.may_names, piece.names, piece.may_names = piece.names, piece.may_names, [], []
        piece.traits -= {"byline closing", "byline closing line"}
    piece.sections = [(place, name) for place, name in piece.sections if place < done]
    piece.paragraphs = first.split("\n")
    told = events_of(text, day)
    piece.events = [event for event in piece.events if not told or event in events_of(first, day)]
    piece.mark_to, piece.to_page = dress(mark), target.number
    piece.mark_to_own_line = page.style.jump_own_line
    tail.mark_from_own_line = page.style.jump_own_line and rng.random() < 0.5
    piece.traits.add("cut at a paragraph's end" if at_end else "jump head")
    if at_end:
        tail.traits.add("cut at a paragraph's end")
    fate = rng.random()
    if fate < 0.1:
        piece.traits.add("other half left out")
    elif fate < 0.2:
        page.pieces.remove(piece)
        tail.traits.add("other half left out")
    if fate >= 0.1:
        where = rng.choice([0, len(target.pieces), len(target.pieces), rng.randrange(len(target.pieces) + 1)])
        target.pieces.insert(where, tail)


def pair(issue: Issue) -> None:
    """Tell each half of a jump of the other, where both are in the collection."""
    there = {piece.key: piece for page in issue.pages if not page.left_out for piece in page.pieces}
    for key, piece in there.items():
        other = key[:-1] if key.endswith("b") else key + "b"
        if (piece.to_page or piece.from_page) and other in there:
            piece.pair = other
        elif piece.to_page or piece.from_page:
            piece.traits.add("other half left out")
    for page in issue.pages:
        marks = [piece.mark_to for piece in page.pieces if piece.mark_to]
        for piece in page.pieces:
            if piece.mark_to and marks.count(piece.mark_to) > 1:
                piece.traits.add("several jumps to one page")


def mark_borders(page: PagePlan, rng: Random, dress: Callable[[str], str]) -> None:
    """Nearly every article gets something a reader sees where it begins; a few are left to content alone."""
    place = page.style.place
    closed = True
    for piece in page.pieces:
        dateline = bool(piece.asides) and piece.paragraphs[0].startswith(piece.asides[0])
        opened = bool(piece.byline or piece.mark_from or dateline or (piece.headline and place in ("before", "split")))
        if not (opened or closed) or (not opened and place in ("gathered", "none")):
            if rng.random() < 0.04:
                piece.traits.add("no border")
            else:
                piece.asides.insert(0, dress("本报讯"))
                piece.paragraphs[0] = dress("本报讯 ") + piece.paragraphs[0]
                piece.traits.add("dateline")
        ended = piece.closing_line or piece.mark_to or "byline closing" in piece.traits
        titled = piece.headline and (place == "after" or (place == "split" and len(piece.headline) > piece.deck_from))
        closed = bool(ended or titled)
