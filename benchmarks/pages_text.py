"""One planned page as lines of text, the way text pulled out of a newspaper PDF looks, with the owner of every line."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from pages_piece import PagePlan, Piece
from pages_style import INDENTS, Style
from pages_wrap import measure, spelled, split_title, wrap


@dataclass
class Owned:
    """One line and what it is: `role` of `key` (a piece's key, or empty)."""

    text: str
    role: str = ""
    key: str = ""


@dataclass
class Sheet:
    """The lines of a page so far."""

    rng: Random
    style: Style
    lines: list[Owned] = field(default_factory=list)
    run: int = 0
    traits: set[str] = field(default_factory=set)

    def add(self, text: str, role: str, key: str = "") -> None:
        self.lines.append(Owned(text, role, key))

    def blank(self, rate: float = 1.0) -> None:
        if self.lines and self.lines[-1].text.strip() and self.rng.random() < rate:
            self.lines.append(Owned(self.rng.choice(["", "", "", " ", "　"])))


def set_page(page: PagePlan, rng: Random) -> Sheet:
    """The page's lines in the order of extraction."""
    sheet = Sheet(rng, page.style)
    for line in page.top:
        sheet.add(line, "furniture")
    sheet.blank(0.7)
    digest_first = rng.random() < 0.4
    if page.digest and digest_first:
        _digest(sheet, page)
    ads_at = rng.choice([0, len(page.pieces), len(page.pieces)])
    if ads_at == 0:
        _ads(sheet, page)
    _pieces(sheet, page)
    if ads_at:
        _ads(sheet, page)
    if page.digest and not digest_first:
        _digest(sheet, page)
    sheet.blank(0.7)
    for line in page.bottom:
        sheet.add(line, "furniture")
    return sheet


def _digest(sheet: Sheet, page: PagePlan) -> None:
    sheet.blank()
    gap = sheet.rng.random() < 0.5
    for number, line in enumerate(page.digest):
        sheet.add(line, "digest")
        if gap or number == 0:
            sheet.blank()
    sheet.blank()
    sheet.traits.add("digest")


def _ads(sheet: Sheet, page: PagePlan) -> None:
    for number, ad in enumerate(page.ads):
        sheet.blank()
        for line in ad:
            for piece in wrap(line, sheet.rng.randint(12, 20), 0, break_latin=True, hang=True):
                sheet.add(piece, "advertisement", str(number))
        sheet.traits.add("advertisements")
    sheet.blank()


def _pieces(sheet: Sheet, page: PagePlan) -> None:
    rng, place = sheet.rng, page.style.place
    if place != "split" or any(len(piece.headline) > piece.deck_from for piece in page.pieces):
        sheet.traits.add({"none": "no headlines"}.get(place, f"headlines {place}"))
    pending: list[Piece] = []
    group = rng.choice([2, 3, len(page.pieces), len(page.pieces)])
    displaced: list[tuple[str, str]] = []
    for number, piece in enumerate(page.pieces):
        title = [] if place == "none" else piece.headline
        cut = {"before": len(title), "split": piece.deck_from}.get(place, 0)
        _headline(sheet, piece, title[:cut])
        inside = rng.random() < 0.7
        _body(sheet, page, piece, inside)
        if not inside:
            displaced += [(piece.key, name) for _, name in piece.sections]
        if place == "gathered":
            pending.append(piece)
            if len(pending) == group or number == len(page.pieces) - 1:
                _gathered(sheet, pending)
                pending = []
        else:
            _headline(sheet, piece, title[cut:], after=True)
        if piece.caption and not piece.caption_inside:
            _caption(sheet, piece)
        if piece.key in page.pointers:
            sheet.blank(0.7)
            sheet.add(page.pointers[piece.key], "pointer")
            sheet.traits.add("pointer")
            sheet.blank()
        sheet.blank(page.style.gap_rate)
    for key, name in displaced:
        sheet.blank()
        for line in split_title(name, 9, rng):
            sheet.add(f"　　{line}", "section", key)
        sheet.traits.add("displaced section headings")


def _gathered(sheet: Sheet, pieces: list[Piece]) -> None:
    if sheet.rng.random() < 0.12 and len(pieces) > 2:
        pieces = sheet.rng.sample(pieces, len(pieces))
        sheet.traits.add("headlines out of order")
    for piece in pieces:
        _headline(sheet, piece, piece.headline, after=True)


def _headline(sheet: Sheet, piece: Piece, lines: list[str], *, after: bool = False) -> None:
    if not lines:
        return
    rng, style = sheet.rng, sheet.style
    sheet.blank(1.0 if after else 0.9)
    width = style.headline_width if style.width else 40
    between = rng.choice([0.0, 0.0, 0.5, 1.0])
    indent = rng.choice(["", "", "", " ", "　　"])
    spaced = rng.choice([" ", "　"]) if rng.random() < style.spaced_headline_rate else ""
    for number, line in enumerate(lines):
        if number:
            sheet.blank(between)
        for part in split_title(line, width, rng):
            if spaced and len(part) < 14 and not spelled(part):
                part = spaced.join(part.replace(" ", ""))
                piece.traits.add("letter-spaced headline")
            sheet.add(indent + part, "headline", piece.key)
    sheet.blank(1.0 if after else 0.8)
    if len(lines) > 1:
        piece.traits.add("headline of several parts")


def _caption(sheet: Sheet, piece: Piece) -> None:
    sheet.blank()
    for line in wrap(piece.caption, sheet.style.width or 40, 0, break_latin=True, hang=True):
        sheet.add(line, "caption", piece.key)
    sheet.blank()


def _body(sheet: Sheet, page: PagePlan, piece: Piece, inside: bool) -> None:
    rng, style, key = sheet.rng, page.style, piece.key
    width = rng.randint(12, 26) if style.width and style.widths_vary else style.width
    hang = rng.random() < 0.6
    if piece.byline:
        sheet.add(rng.choice(INDENTS[style.indent]) + piece.byline, "byline", key)
        sheet.blank(0.15 if style.width else 0.9)
    if piece.mark_from and piece.mark_from_own_line:
        sheet.add(piece.mark_from, "mark", key)
    headings = dict(piece.sections) if inside else {}
    caption_after = rng.randrange(len(piece.paragraphs)) if piece.caption_inside else -1
    for number in range(len(piece.paragraphs)):
        if number in headings:
            sheet.blank(0.4)
            sheet.add(f"　　{headings[number]}", "section", key)
            sheet.blank(0.4)
        last = number == len(piece.paragraphs) - 1
        _column(sheet, key, _paragraph(number, width, hang, piece, sheet), last)
        if number == caption_after:
            piece.caption_inside = not last
            if not last:
                _caption(sheet, piece)
    if piece.mark_to and piece.mark_to_own_line:
        sheet.add(rng.choice(["", "　　　　"]) + piece.mark_to, "mark", key)
    if piece.closing_line:
        sheet.add(rng.choice(["", "　　　　", " "]) + piece.closing_line, "closing", key)
    looks = {
        "paragraphs on one line": not style.width,
        f"indent {style.indent}": style.indent in ("none", "mixed"),
        "blank lines in sentences": style.blank_rate and style.width,
    }
    sheet.traits.update(trait for trait, there in looks.items() if there)


def _column(sheet: Sheet, key: str, lines: list[str], last: bool) -> None:
    """The lines of a paragraph, with a blank line where a column breaks."""
    style = sheet.style
    for number, line in enumerate(lines, 1):
        sheet.add(line, "body", key)
        sheet.run += 1
        if style.width and sheet.run >= style.column and not (last and number == len(lines)):
            sheet.run = 0
            sheet.blank(style.blank_rate)
        elif not style.width and number < len(lines):
            sheet.blank()
    if not style.width:
        sheet.blank()


def _paragraph(number: int, width: int, hang: bool, piece: Piece, sheet: Sheet) -> list[str]:
    """Paragraph `number` of the piece with its jump marks, wrapped."""
    rng, style = sheet.rng, sheet.style
    text, indent = piece.paragraphs[number], rng.choice(INDENTS[style.indent])
    if number == 0 and piece.mark_from:
        text = text if piece.mark_from_own_line else piece.mark_from + text
        indent = "" if piece.mark_from_own_line else rng.choice(["", indent])
    last = number == len(piece.paragraphs) - 1
    mark = piece.mark_to if last and not piece.mark_to_own_line else ""
    in_flow = rng.random() < 0.4
    if mark and in_flow:
        text, mark = text + mark, ""
    if width:
        lines = wrap(text, width, measure(indent), break_latin=style.break_latin, hang=hang)
    else:
        cuts = [rng.randrange(40, len(text) - 40)] if len(text) > 120 and rng.random() < style.blank_rate / 2 else []
        lines = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    lines[0] = indent + lines[0]
    if mark:
        lines[-1] += rng.choice(["", "", " "]) + mark
    if style.double_rate:
        lines = [_loosen(line, rng, style.double_rate, at == len(lines) - 2) for at, line in enumerate(lines)]
        sheet.traits.add("stray spaces")
    return lines


def _loosen(line: str, rng: Random, rate: float, before_last: bool) -> str:
    """Stray spaces: letter-spaced lines, as where a paragraph's last word was pulled in, gaps and trailing spaces."""
    if before_last and rng.random() < 0.05 and len(line) < 30:
        return " ".join(line)
    if rng.random() < rate * 10 and len(line) > 6:
        at = rng.randrange(2, len(line) - 2)
        line = line[:at] + rng.choice([" ", "  "]) + line[at:]
    return line + " " if rng.random() < rate * 4 else line
