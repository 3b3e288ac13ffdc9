"""One page of a PDF as PDFium gives it: its characters with their places, and what is drawn around them."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pypdfium2.raw as pdfium

from ..types import Line
from .characters import MENDED, known
from .glyphs import Glyph
from .lanes import Box, Drawing
from .regions import arrange
from .upright import arrange_turned, upright_runs

# A newspaper page has some 15,000 characters and as many drawn objects; what is beyond the caps is not looked at.
MOST_CHARACTERS = 200_000
_MOST_OBJECTS, _MOST_SHAPES, _DEPTH = 100_000, 200, 3
# A text layer with more unknown characters than this share is no text.
_UNKNOWN = 0.2
# Rules (points): at most so thick, at least so long. Frames and pictures have sides of at least `_SIDE`.
_THICK, _LONG, _SIDE = 3.0, 18.0, 16.0
# What covers this share of the page is its ground or border.
_GROUND = 0.85
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(r"bold|heavy|black|hei(?:ti)?\b|黑", re.IGNORECASE)
# A character's body around its baseline, in ems.
_ASCENT, _DESCENT = 0.86, 0.12
# Letters that stand twice in a ligature.
_LIGATED = "fst"
# Printed twice for weight: the same character again within this share of its size.
_TWICE = 0.3


@dataclass(slots=True)
class Content:
    """A page's characters by the quarter turn they are set in, its drawing, and its size in points.

    `readable`: there is text, and it is known characters. `picture`: an image or a drawing is on the page. `cut`: the
    number of characters after which the page was cut off, 0 if it was not.
    """

    size: tuple[float, float]
    glyphs: dict[int, list[Glyph]] = field(default_factory=dict)
    drawing: Drawing = field(default_factory=Drawing)
    readable: bool = False
    picture: bool = False
    cut: int = 0

    def lines(self) -> tuple[Line, ...]:
        """The page's lines in reading order; text that is not set level comes last and has no boxes."""
        if not self.readable:
            return ()
        level, upright = upright_runs(self.glyphs.get(0, []))
        parts = [arrange(level, self.drawing, self.size)]
        parts += [arrange_turned(glyphs, turn) for turn, glyphs in sorted(self.glyphs.items()) if turn]
        vertical = arrange_turned(upright, 3)
        parts.insert(0 if len(upright) > len(level) else len(parts), vertical)
        found: list[Line] = []
        for part in parts:
            if found and part:
                found.append(Line(len(found) + 1, ""))
            found += [Line(len(found) + place, line.text, line.role, line.box) for place, line in enumerate(part, 1)]
        return tuple(found)


def page_glyphs(document: Any, index: int) -> Content:
    """What stands on a page. PDFium must be locked by the caller.

    :raises RuntimeError: if the page cannot be loaded.
    """
    page = document[index]
    try:
        content = Content(page.get_size())
        view = _View(page.raw, content.size)
        text = pdfium.FPDFText_LoadPage(page.raw)
        if not text:
            raise RuntimeError("its text cannot be loaded")
        try:
            _read_text(text, view, content)
        finally:
            pdfium.FPDFText_ClosePage(text)
        _read_drawing(page.raw, view, content)
    finally:
        page.close()
    return content


class _View:
    """From the page's own space to points from the top left corner, as it is shown."""

    def __init__(self, page: Any, size: tuple[float, float]) -> None:
        self.size = size
        origin, right, up = (self._device(page, x, y) for x, y in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)))
        self.x0, self.y0 = origin
        self.xx, self.xy = (right[0] - origin[0]) / 1000, (right[1] - origin[1]) / 1000
        self.yx, self.yy = (up[0] - origin[0]) / 1000, (up[1] - origin[1]) / 1000

    def _device(self, page: Any, x: float, y: float) -> tuple[float, float]:
        scale = 1000
        left, top = ctypes.c_int(), ctypes.c_int()
        wide, high = round(self.size[0] * scale), round(self.size[1] * scale)
        pdfium.FPDF_PageToDevice(page, 0, 0, wide, high, 0, x, y, left, top)
        return left.value / scale, top.value / scale

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.x0 + x * self.xx + y * self.yx, self.y0 + x * self.xy + y * self.yy

    def vector(self, x: float, y: float) -> tuple[float, float]:
        return x * self.xx + y * self.yx, x * self.xy + y * self.yy

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


@dataclass(frozen=True, slots=True)
class _Style:
    """How the characters of one text object are set: size in points, quarter turns to the right, weight."""

    size: float
    turn: int
    bold: bool


def _read_text(text: Any, view: _View, content: Content) -> None:
    count = pdfium.FPDFText_CountChars(text)
    if count > MOST_CHARACTERS:
        content.cut = count = MOST_CHARACTERS
    styles: dict[int, _Style] = {}
    seen: dict[tuple[str, int, int], tuple[float, float]] = {}
    spaced, unknown, total = False, 0, 0
    for index, char in _characters(text, count):
        if not char:
            spaced = True
            continue
        total += 1
        if not known(char) or pdfium.FPDFText_HasUnicodeMapError(text, index) == 1:
            unknown += 1
            if not char.isprintable() and not "\ue000" <= char <= "\uf8ff":
                continue
        style = _style(text, index, view, styles)
        for glyph in _glyphs(text, index, MENDED.get(char, char), view, style, spaced=spaced):
            done = content.glyphs.setdefault(style.turn, [])
            letters = glyph.char in _LIGATED or not done or glyph.char != done[-1].char
            if (done and letters and _same_place(done[-1], glyph)) or not _twice(glyph, seen):
                done.append(glyph)
        spaced = False
    content.readable = total > 0 and unknown <= _UNKNOWN * total
    content.glyphs = {turn: _spread(glyphs) for turn, glyphs in content.glyphs.items()}


def _same_place(one: Glyph, other: Glyph) -> bool:
    return one.left == other.left and one.right == other.right and one.base == other.base


def _spread(glyphs: list[Glyph]) -> list[Glyph]:
    """The glyphs, with the letters of a ligature, which all have its box, side by side in it."""
    found: list[Glyph] = []
    for _, group in groupby(glyphs, key=lambda glyph: (glyph.left, glyph.right, glyph.base)):
        letters = list(group)
        step = (letters[0].right - letters[0].left) / len(letters)
        for place, glyph in enumerate(letters):
            low = glyph.left + place * step
            found.append(glyph if len(letters) == 1 else glyph._replace(left=low, right=low + step))
    return found


def _twice(glyph: Glyph, seen: dict[tuple[str, int, int], tuple[float, float]]) -> bool:
    """Whether the same character has been printed in this place already; notes the place, if not."""
    reach = max(min(_TWICE * glyph.size, (glyph.right - glyph.left) / 2), 0.01)
    across, down = int(glyph.left // reach), int(glyph.base // reach)
    for aside in (-1, 0, 1):
        for below in (-1, 0, 1):
            place = seen.get((glyph.char, across + aside, down + below))
            if place and abs(place[0] - glyph.left) < reach and abs(place[1] - glyph.base) < reach:
                return True
    seen[glyph.char, across, down] = glyph.left, glyph.base
    return False


def _characters(text: Any, count: int) -> Iterator[tuple[int, str]]:
    """The characters by their index, without those that PDFium adds by itself; white space as empty strings."""
    high = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            if high:
                yield index, chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00)
            high = 0
            continue
        high = 0
        if code == 2 or pdfium.FPDFText_IsHyphen(text, index) == 1:
            yield index, "-"
            continue
        if pdfium.FPDFText_IsGenerated(text, index) == 1:
            continue
        char = chr(code) if code < 0x110000 else "\ufffd"
        yield index, "" if char.isspace() or char in "\u200b\ufeff\xad" else char


def _style(text: Any, index: int, view: _View, styles: dict[int, _Style]) -> _Style:
    key = ctypes.cast(pdfium.FPDFText_GetTextObject(text, index), ctypes.c_void_p).value or 0
    found = styles.get(key) if key else None
    if found is None:
        matrix = pdfium.FS_MATRIX(1, 0, 0, 1, 0, 0)
        pdfium.FPDFText_GetMatrix(text, index, matrix)
        size = pdfium.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
        along = view.vector(matrix.a, matrix.b)
        turn = round(math.atan2(along[1], along[0]) / (math.pi / 2)) % 4
        name = ctypes.create_string_buffer(128)
        pdfium.FPDFText_GetFontInfo(text, index, name, 128, None)
        heavy = pdfium.FPDFText_GetFontWeight(text, index) >= _BOLD_WEIGHT
        bold = heavy or _BOLD_NAME.search(name.value.decode("utf-8", "replace")) is not None
        found = styles[key] = _Style(round(size, 2) if size > 0 else 1.0, turn, bold)
    return found


def _glyphs(text: Any, index: int, chars: str, view: _View, style: _Style, *, spaced: bool) -> Iterator[Glyph]:
    """The glyph at `index`, one for each of the `chars` it stands for."""
    loose = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    ink = [ctypes.c_double() for _ in range(4)]
    if not pdfium.FPDFText_GetLooseCharBox(text, index, loose) or not pdfium.FPDFText_GetCharOrigin(text, index, x, y):
        return
    pdfium.FPDFText_GetCharBox(text, index, ink[0], ink[1], ink[2], ink[3])  # left, right, bottom, top
    box = turned(view.box(loose.left, loose.bottom, loose.right, loose.top), style.turn)
    drawn = turned(view.box(ink[0].value, ink[2].value, ink[1].value, ink[3].value), style.turn)
    at = view.point(x.value, y.value)
    base = turned(Box(*at, *at), style.turn).top
    if not all(map(math.isfinite, (*box, *drawn, base))):
        return
    left, right = box.left, max(box.right, box.left)
    top, bottom = base - _ASCENT * style.size, base + _DESCENT * style.size
    if drawn.bottom > drawn.top and drawn.right > drawn.left and drawn.bottom - drawn.top < 3 * style.size:
        top, bottom = min(top, drawn.top), max(bottom, drawn.bottom)
        if drawn.right - drawn.left < 3 * style.size:
            left, right = min(left, drawn.left), max(right, drawn.right)
    step = (right - left) / len(chars)
    for place, char in enumerate(chars):
        yield Glyph(
            char,
            left + place * step,
            left + (place + 1) * step,
            top,
            bottom,
            base,
            style.size,
            style.bold,
            spaced and not place,
        )


def turned(box: Box, turn: int) -> Box:
    """The box on the page turned back by so many quarter turns, so that text set that way reads level."""
    left, top, right, bottom = box
    for _ in range(turn):
        left, top, right, bottom = top, -right, bottom, -left
    return Box(left, top, right, bottom)


def _read_drawing(page: Any, view: _View, content: Content) -> None:
    level: list[Box] = []
    upright: list[Box] = []
    frames: list[Box] = []
    pictures: list[Box] = []
    wide, high = content.size
    for kind, box in _objects(page, view):
        width, height = box.right - box.left, box.bottom - box.top
        content.picture = content.picture or kind != pdfium.FPDF_PAGEOBJ_TEXT
        ground = width > _GROUND * wide and height > _GROUND * high
        if ground:
            continue
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
            if min(width, height) > _SIDE:
                pictures.append(box)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            if height <= _THICK and width >= _LONG:
                level.append(box)
            elif width <= _THICK and height >= _LONG:
                upright.append(box)
            elif min(width, height) > _SIDE:
                frames.append(box)
    content.drawing = Drawing(
        _largest(level),
        _largest(upright),
        tuple(_with_text(frames, content.glyphs.get(0, []), pictures)),
        _largest(pictures),
    )


def _objects(page: Any, view: _View) -> Iterator[tuple[int, Box]]:
    """The kinds and boxes of what is drawn on the page, in forms, too."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    todo: list[tuple[Any, Any, int]] = [(pdfium.FPDFPage_GetObject, page, pdfium.FPDFPage_CountObjects(page))]
    seen, depth = 0, 0
    while todo and depth <= _DEPTH:
        forms = []
        for get, holder, count in todo:
            for index in range(min(count, _MOST_OBJECTS - seen)):
                thing = get(holder, index)
                kind = pdfium.FPDFPageObj_GetType(thing)
                if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
                    forms.append((pdfium.FPDFFormObj_GetObject, thing, pdfium.FPDFFormObj_CountObjects(thing)))
                if kind != pdfium.FPDF_PAGEOBJ_TEXT and pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
                    yield kind, view.box(left.value, bottom.value, right.value, top.value)
            seen += min(count, _MOST_OBJECTS - seen)
        todo, depth = forms, depth + 1


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _largest(boxes: list[Box]) -> tuple[Box, ...]:
    """The largest boxes, largest first."""
    reach = sorted(set(boxes), key=lambda box: (box.left - box.right - box.bottom + box.top, box))
    return tuple(reach[:_MOST_SHAPES])


def _with_text(frames: list[Box], glyphs: list[Glyph], pictures: list[Box]) -> list[Box]:
    """The frames around text, large ones first; those around none are pictures."""
    found = []
    for frame in sorted(_largest(frames), key=_area, reverse=True):
        if any(frame.left <= glyph.left <= frame.right and frame.top <= glyph.base <= frame.bottom for glyph in glyphs):
            found.append(frame)
        else:
            pictures.append(frame)
    return found
