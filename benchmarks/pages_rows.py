"""The look of a paper's columns, and an article as rows for a column of its width."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pages_piece import Piece
from pages_press import Advance
from pages_wrap import wrap


@dataclass
class Look:
    """The measures of one paper, in points."""

    columns: int
    size: float
    leading: float
    gap: float
    margin: float
    body_font: str
    title_font: str
    byline_font: str
    title_size: float
    column_rules: bool
    band_rules: bool
    blank_indent: bool
    furniture_size: float


def draw_look(rng: Random) -> Look:
    size = rng.choice([8.5, 9, 9.5, 10])
    return Look(
        columns=rng.randint(3, 6),
        size=size,
        leading=round(size * rng.uniform(1.3, 1.6), 1),
        gap=rng.choice([9, 12, 15, 18]),
        margin=rng.choice([30, 40, 50]),
        body_font=rng.choice(["song", "song", "thin song", "hei"]),
        title_font=rng.choice(["bold", "hei", "bold"]),
        byline_font=rng.choice(["kai", "song", "hei"]),
        title_size=rng.uniform(20, 32),
        column_rules=rng.random() < 0.25,
        band_rules=rng.random() < 0.6,
        blank_indent=rng.random() < 0.3,
        furniture_size=rng.choice([7.5, 9, 11]),
    )


@dataclass
class Row:
    """One line of an article: text, its indent in em, whether it fills the column, and what its glyphs are."""

    text: str
    indent: float
    full: bool
    font: str
    roles: list[str]


def natural(advance: Advance, text: str, font: str) -> float:
    """Width of `text` in em, without any spacing."""
    return sum(advance(font, char) for char in text)


@dataclass
class RowMaker:
    """Makes rows for columns of `width` points."""

    look: Look
    rng: Random
    advance: Advance
    width: float

    def rows(self, piece: Piece) -> list[Row]:
        """The article's rows for the column width: byline, paragraphs with jump marks, section headings, closing."""
        look, rows = self.look, []
        chars = self.width / look.size
        if piece.byline:
            rows += self._short(piece.byline, look.byline_font, "byline", self.rng.choice([0.0, 2.0]))
        if piece.mark_from and piece.mark_from_own_line:
            rows.append(Row(piece.mark_from, 0, False, look.body_font, ["mark"] * len(piece.mark_from)))
        headings = dict(piece.sections)
        last = len(piece.paragraphs) - 1
        for number, paragraph in enumerate(piece.paragraphs):
            if number in headings:
                rows += self._short(headings[number], look.title_font, "section", 1.0)
            before = piece.mark_from if number == 0 and not piece.mark_from_own_line else ""
            after = piece.mark_to if number == last and not piece.mark_to_own_line else ""
            rows += self._paragraph(before, paragraph, after, chars)
        if piece.mark_to and piece.mark_to_own_line:
            indent = max(0.0, chars - natural(self.advance, piece.mark_to, look.body_font))
            rows.append(Row(piece.mark_to, indent, False, look.body_font, ["mark"] * len(piece.mark_to)))
        if piece.closing_line:
            rows += self._short(piece.closing_line, look.byline_font, "closing", 0.0)
        return rows

    def _short(self, text: str, font: str, role: str, indent: float) -> list[Row]:
        """A byline or heading: broken at spaces, so that names stay whole, and within a word only if it must be."""
        chars = self.width / self.look.size - 0.5
        parts: list[str] = []
        for word in text.split(" "):
            joined = f"{parts[-1]} {word}" if parts else word
            if parts and natural(self.advance, joined, font) > chars - (indent if len(parts) == 1 else 0):
                parts.append(word)
            else:
                parts[-1:] = [joined]
        parts = [line for part in parts for line in wrap(part, chars, 0, break_latin=True, hang=False)]
        return [Row(part, 0 if n else indent, False, font, [role] * len(part)) for n, part in enumerate(parts)]

    def _paragraph(self, before: str, text: str, after: str, chars: float) -> list[Row]:
        indent = 0.0 if before else 2.0
        blank = "　　" if self.look.blank_indent and not before else ""
        whole = blank + before + text + after
        roles = ["blank"] * len(blank) + ["mark"] * len(before) + ["body"] * len(text) + ["mark"] * len(after)
        rows, at = [], 0
        parts = wrap(whole, chars, 0 if blank else indent, break_latin=False, hang=False)
        for number, part in enumerate(parts):
            shift = indent if number == 0 and not blank else 0.0
            full = number < len(parts) - 1
            rows.append(Row(part, shift, full, self.look.body_font, roles[at : at + len(part)]))
            at += len(part)
        return rows
