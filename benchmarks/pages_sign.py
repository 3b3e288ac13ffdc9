"""Bylines and datelines of planned articles, in the forms of the paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

import pages_words as words
from pages_piece import PagePlan, Piece
from pages_stories import Story


@dataclass
class Signer:
    """Signs the articles of one issue. `news_day` is the day the news tells of; `dress` is the paper's script."""

    rng: Random
    dress: Callable[[str], str]
    news_day: date

    def sign(self, piece: Piece, story: Story, page: PagePlan) -> None:
        """Byline and dateline, in the forms of the paper."""
        rng, style = self.rng, page.style
        mode = rng.choices(["own line", "opening", "closing", "closing line", "none"], style.byline_modes)[0]
        away = story.dated and not style.evening
        if page.style.place in ("gathered", "none") and mode in ("closing", "closing line", "none"):
            mode = "own line" if (self.rng.random() < 0.6) else "opening"
        if "评论" in piece.headline[0] or (self.rng.random() < 0.01):
            piece.kind, piece.byline, piece.names = "commentary", rng.choice(words.COMMENTATOR), ["本报评论员"]
            piece.byline, piece.names = self.dress(piece.byline), [self.dress("本报评论员")]
            mode = "commentator"
        if mode == "own line":
            form = rng.choice(style.own_line) if (self.rng.random() < 0.8) else words.weighted(rng, words.OWN_LINE)
            piece.byline = self._fill(form, piece)
        opening = self._opening(mode, away)
        if opening:
            text = self._fill(opening, piece)
            piece.asides.append(text.strip())
            piece.paragraphs[0] = text + piece.paragraphs[0]
            piece.traits.add("dateline")
        if mode in ("closing", "closing line"):
            text = self._fill(words.weighted(rng, words.CLOSING), piece)
            if mode == "closing":
                piece.paragraphs[-1] += text
                piece.asides.append(text)
            else:
                piece.closing_line = text
        piece.traits.add(f"byline {mode}")

    def _opening(self, mode: str, away: bool) -> str:
        """The form of the first paragraph's opening, or nothing. News of another day than the paper's needs its day."""
        if mode == "opening":
            table = {form: weight for form, weight in words.OPENING.items() if not away or "{d}" in form}
            return words.weighted(self.rng, table)
        if away:
            return "本报{d}讯 "
        if mode in ("own line", "closing") and (self.rng.random() < 0.4):
            return self.rng.choice(["本报讯 ", "本报讯 ", "本报{d}讯 ", "本报讯　"])
        return ""

    def _fill(self, form: str, piece: Piece) -> str:
        rng = self.rng
        reporters = words.people(rng) if re.search(r"\{[rR]\}", form) else []
        seen = set(reporters)
        correspondents = [name for name in words.people(rng, 2) if name not in seen] if "{c}" in form else []
        seen.update(correspondents)
        photographers = []
        place = rng.choice(words.DATELINE_CITIES)
        if "{p}" in form and "{d}" not in form:
            photographers = [next(name for name in iter(lambda: words.person(rng), "") if name not in seen)]
            place = photographers[0]
        if "{c}" in form and not correspondents:
            correspondents = [next(name for name in iter(lambda: words.person(rng), "") if name not in seen)]
        shown = [
            name if not (len(name) == 2 and (self.rng.random() < 0.03)) else f"{name[0]}　{name[1]}"
            for name in reporters
        ]
        if shown != reporters:
            piece.traits.add("spaced name")
        text = form.format(
            r=" ".join(shown),
            R="、".join(reporters),
            c=" ".join(correspondents),
            p=place,
            d=words.day_words(self.news_day),
        )
        if reporters or correspondents:
            piece.names = [self.dress(name) for name in reporters + correspondents]
            piece.may_names = [self.dress(name) for name in photographers]
        if any(len(name) == 4 for name in reporters + correspondents):
            piece.traits.add("double surname")
        return self.dress(text)
