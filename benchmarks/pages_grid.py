"""Sets planned pages in columns: bands of article blocks, rectangular or L-shaped, with banners, pictures and rules."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

from pages_piece import PagePlan, Piece
from pages_press import Advance, Run, Sheet
from pages_rows import Look, Row, RowMaker, natural
from pages_wrap import split_title, wrap

WIDTHS = (780.0, 900.0, 1090.0)  # tabloid, Berliner, broadsheet; a page is as high as its content
KEEP = 3  # rows at least in every leg of a block


@dataclass
class Slot:
    """A stretch of a column that an article fills: left edge, top, and how many rows."""

    left: float
    top: float
    rows: int


@dataclass
class Setter:
    """Sets one page."""

    page: PagePlan
    look: Look
    rng: Random
    advance: Advance
    sheet: Sheet = field(init=False)
    width: float = field(init=False)

    def __post_init__(self) -> None:
        look = self.look
        length = sum(piece.length for piece in self.page.pieces)
        for width in WIDTHS:
            self.width = (width - 2 * look.margin + look.gap) / look.columns - look.gap
            self.sheet = Sheet(width, 0)
            if length * look.size * look.leading < (width - 2 * look.margin) * width * 0.7:
                break

    def set(self) -> Sheet:
        top = self._furniture(self.page.top, self.look.margin * 0.6, rule_below=True)
        pieces = list(self.page.pieces)
        while pieces:
            top = self._band(pieces, top)
        top = self._asides(top)
        bottom = self._furniture(self.page.bottom, max(top + 20, self.sheet.width * 0.8), rule_below=False)
        self.sheet.height = math.ceil(bottom + self.look.margin / 2)
        return self.sheet

    def _left(self, column: int) -> float:
        return self.look.margin + column * (self.width + self.look.gap)

    def _span(self, columns: int) -> float:
        return columns * (self.width + self.look.gap) - self.look.gap

    def _furniture(self, lines: list[str], top: float, *, rule_below: bool) -> float:
        """Header or footer: the pieces stand side by side on one line, as far as they fit."""
        if not lines:
            return top + 10
        size = self.look.furniture_size
        cells = self.rng.random() < 0.7 and len(lines) > 1
        left = self.look.margin
        for number, line in enumerate(lines):
            wide = self._natural(line, self.look.byline_font) * size
            if (cells and number and left + wide > self.sheet.width - self.look.margin) or (number and not cells):
                left, top = self.look.margin, top + size * 1.4
            self._put(line, left, top, size, self.look.byline_font, "furniture")
            left += wide + size * 3
        top += size * 1.5
        if rule_below:
            self.sheet.rules.append((self.look.margin, top, self.sheet.width - self.look.margin, top))
        return top + 12

    def _natural(self, text: str, font: str) -> float:
        return natural(self.advance, text, font)

    def _row_maker(self) -> RowMaker:
        return RowMaker(self.look, self.rng, self.advance, self.width)

    def _put(
        self, text: str, left: float, top: float, size: float, font: str, role: str, key: str = "", space: float = 0
    ) -> float:
        xs = [left]
        for char in text:
            xs.append(xs[-1] + self.advance(font, char) * size + space)
        self.sheet.runs.append(Run(text, font, size, tuple(xs), top, role, key))
        return xs[-1]

    def _band(self, pieces: list[Piece], top: float) -> float:
        """Set the next band of one to three articles; return where the next begins."""
        columns = self.look.columns
        if len(pieces) >= 2 and columns >= 3 and self.rng.random() < 0.3:
            end = self._hook(pieces, top)
            if end:
                return self._close_band(end)
        number = min(len(pieces), self.rng.choice([1, 2, 2, 3]), columns // 1)
        chosen = [pieces.pop(0) for _ in range(number)]
        shares = self._shares(chosen, columns)
        ends, column = [], 0
        for piece, share in zip(chosen, shares, strict=True):
            ends.append(self._block(piece, column, share, top))
            column += share
        if self.look.band_rules:
            at = 0
            for share in shares[:-1]:
                at += share
                x = self._left(at) - self.look.gap / 2
                self.sheet.rules.append((x, top, x, max(ends)))
        return self._close_band(max(ends))

    def _close_band(self, end: float) -> float:
        if self.look.band_rules:
            self.sheet.rules.append((self.look.margin, end + 5, self.sheet.width - self.look.margin, end + 5))
        return end + 14

    def _shares(self, pieces: list[Piece], columns: int) -> list[int]:
        """Columns for each article, by its length, at least one each."""
        shares = [1] * len(pieces)
        for _ in range(columns - len(pieces)):
            longest = max(range(len(pieces)), key=lambda i: (pieces[i].length + 150) / shares[i])
            shares[longest] += 1
        return shares

    def _title(self, piece: Piece, left: float, width: float, top: float, scale: float = 1.0) -> float:
        """The headline stack over `width`; return its lower edge."""
        look, key = self.look, piece.key
        main = max(range(len(piece.headline)), key=lambda i: len(piece.headline[i])) if piece.headline else 0
        for number, line in enumerate(piece.headline):
            size = look.title_size * scale * (1.0 if number == main else 0.6)
            size = max(11.0, min(size, width / 4.5))
            per_line = max(4, int(width / size))
            parts = split_title(line, per_line, self.rng)
            widest = max(self._natural(part, look.title_font) for part in parts)
            size = min(size, width / (widest + 0.2))
            loose = 0.0
            if len(parts) == 1 and self.rng.random() < 0.15:
                loose = min(size * 0.6, (width - widest * size) / max(1, len(line)) * 0.8)
            centred = self.rng.random() < 0.6
            for part in parts:
                wide = self._natural(part, look.title_font) * size + loose * len(part)
                at = left + (width - wide) / 2 if centred else left
                self._put(part, at, top, size, look.title_font, "headline", key, loose)
                top += size * 1.25
        return top + 6 if piece.headline else top

    def _fill(self, rows: list[Row], slots: list[Slot], key: str) -> float:
        """Flow rows into slots; return the lower edge of the lowest row."""
        look, end = self.look, 0.0
        waiting = iter(rows)
        for slot in slots:
            for number in range(slot.rows):
                row = next(waiting, None)
                if row is None:
                    return end
                top = slot.top + number * look.leading
                self._row(row, slot.left, top, key)
                end = max(end, top + look.leading)
        if next(waiting, None) is not None:
            raise AssertionError("a block is too small for its article")
        return end

    def _row(self, row: Row, left: float, top: float, key: str) -> None:
        size = self.look.size
        room = self.width - row.indent * size
        natural = self._natural(row.text, row.font) * size
        space = (room - natural) / len(row.text) if row.full or natural > room else 0.0
        xs = [left + row.indent * size]
        for char in row.text:
            xs.append(xs[-1] + self.advance(row.font, char) * size + space)
        start = 0
        for at in range(1, len(row.text) + 1):
            if at == len(row.text) or row.roles[at] != row.roles[start]:
                run = Run(row.text[start:at], row.font, size, tuple(xs[start : at + 1]), top, row.roles[start], key)
                self.sheet.runs.append(run)
                start = at

    def _picture(self, piece: Piece, left: float, top: float) -> float:
        """A grey picture of one column with its caption below; return the lower edge."""
        height = self.width * self.rng.uniform(0.6, 0.9)
        self.sheet.boxes.append((left, top, left + self.width, top + height))
        size = self.look.size - 1
        at = top + height + 4
        for part in wrap(piece.caption, self.width / size - 0.5, 0, break_latin=True, hang=False):
            self._put(part, left, at, size, self.look.byline_font, "caption", piece.key)
            at += size * 1.3
        return at + 6

    def _block(self, piece: Piece, column: int, share: int, top: float) -> float:
        """A rectangular block of `share` columns; sometimes its last column stands beside the headline."""
        beside = share >= 3 and bool(piece.headline) and self.rng.random() < 0.2
        head_columns = share - 1 if beside else share
        left = self._left(column)
        body = self._title(piece, left, self._span(head_columns), top, 1 + 0.12 * (head_columns - 1))
        tops = [body] * share
        if beside:
            tops[-1] = top
        if piece.caption:
            tops[-1] = self._picture(piece, self._left(column + share - 1), tops[-1])
        rows = self._row_maker().rows(piece)
        return self._pour(rows, [self._left(column + i) for i in range(share)], tops, piece.key)

    def _pour(self, rows: list[Row], lefts: list[float], tops: list[float], key: str) -> float:
        """Columns that end at about the same height, each at least a few rows."""
        leading = self.look.leading
        limit = max(tops) + leading
        while sum(int((limit - top) / leading) for top in tops) < len(rows):
            limit += leading
        slots = [Slot(left, top, int((limit - top) / leading)) for left, top in zip(lefts, tops, strict=True)]
        end = max(self._fill(rows, slots, key), *tops)
        if self.look.column_rules:
            for left, top in zip(lefts[1:], tops[1:], strict=True):
                x = left - self.look.gap / 2
                self.sheet.rules.append((x, max(top, tops[0]), x, end))
        return end

    def _hook(self, pieces: list[Piece], top: float) -> float:
        """An L-shaped article whose last column reaches down beside a second article under its other columns."""
        look, columns = self.look, self.look.columns
        first, second = pieces[0], pieces[1]
        if first.caption or second.caption:
            return 0.0
        start, state = len(self.sheet.runs), self.rng.getstate()
        body = self._title(first, self._left(0), self._span(columns), top, 1.3)
        rows = self._row_maker().rows(first)
        short, leading = columns - 1, look.leading
        needed = self._height(second, short)
        below = math.ceil((needed + 16) / leading)
        height = math.ceil((len(rows) - below) / columns)
        if height < KEEP:
            del self.sheet.runs[start:]
            self.rng.setstate(state)
            return 0.0
        slots = [Slot(self._left(i), body, height) for i in range(short)]
        slots.append(Slot(self._left(short), body, height + below))
        end = self._fill(rows, slots, first.key)
        under = body + height * leading + 12
        if look.band_rules:
            x = self._left(short) - look.gap / 2
            self.sheet.rules.append((look.margin, under - 5, x, under - 5))
            self.sheet.rules.append((x, under - 5, x, body + (height + below) * leading))
        other = self._block(second, 0, short, under)
        del pieces[:2]
        return max(end, other)

    def _height(self, piece: Piece, share: int) -> float:
        """How high the block of `piece` will be, about."""
        rows = len(self._row_maker().rows(piece))
        titles = sum(
            math.ceil(len(line) * self.look.title_size * 0.9 / self._span(share)) * self.look.title_size * 1.25
            for line in piece.headline
        )
        return titles + math.ceil(rows / share) * self.look.leading

    def _asides(self, top: float) -> float:
        """Digest, pointers and advertisements as boxes of their own under the articles."""
        boxes = [("digest", self.page.digest)] if self.page.digest else []
        boxes += [("pointer", [text]) for text in self.page.pointers.values()]
        boxes += [("advertisement", ad) for ad in self.page.ads]
        column, low = 0, top
        size = self.look.size
        for number, (role, lines) in enumerate(boxes):
            if column == self.look.columns:
                column, top = 0, low + 14
            left, at = self._left(column), top + 6
            for line in lines:
                for part in wrap(line, self.width / size - 1, 0, break_latin=True, hang=False):
                    self._put(part, left + 4, at, size, self.look.title_font, role, str(number))
                    at += size * 1.4
            for rule in (
                (left, top, left + self.width, top),
                (left, at + 4, left + self.width, at + 4),
                (left, top, left, at + 4),
                (left + self.width, top, left + self.width, at + 4),
            ):
                self.sheet.rules.append(rule)
            column, low = column + 1, max(low, at + 6)
        return low
