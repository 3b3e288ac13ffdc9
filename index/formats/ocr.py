"""Pictures of pages to lines, by RapidOCR (the extra "ocr"): characters with their places, arranged as those of a PDF are."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..chars import HAN
from ..errors import SourceError
from ..types import Line
from .glyphs import Glyph
from .lanes import Box, Drawing
from .regions import arrange

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]

_LOCK = threading.Lock()
# Lines are looked for in at most so many pixels; a larger picture is made smaller for that. Lines of one page: as many.
_SEEN_PIXELS, _LINES = 14_000_000, 4_000
# The detector makes the shorter side long enough: a strip, which no page is, would grow with it to fill the memory.
_STRIP = 40
# A line recognised with less certainty is noise.
_SURE = 0.5
# The recogniser sees lines 48 pixels high in steps of 8.
_HEIGHT, _STEP = 48, 8
# Ink of a Chinese character fills this share of its body, which stands so far below the baseline (ems).
_INK, _BELOW = 0.92, 0.12
# White between two characters (ems) that is more than the recogniser's error.
_WHITE = 0.45
# Rules are at least so long (body lines) and at most so thick; pictures have sides of at least so many lines.
_RULE, _THICK, _SIDE = 5.0, 0.35, 3.0
_CJK = f"{HAN}，。、；：？！“”‘’《》（）【】…—"
_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_BESIDE = re.compile(rf"[,;:?!](?<=[{_CJK}].)|\((?=[{_CJK}0-9A-Za-z]*[{_CJK}])|\)(?<=[{_CJK}].)|[,;:?!)](?=[{_CJK}])")
_SQUARE = re.compile("^(\u3000*)口(?=(?:本报|本刊|特约|见习|实习)?(?:记者|评论员|通讯员)|本报|新华社)")
_OPENS, _CLOSES = "：（《", "，。、：；）》！？"


def ocr_lines(image: Image, scale: float, source: str) -> tuple[Line, ...]:
    """The lines of a page's picture in reading order; `scale` is pixels a point.

    :raises SourceError: if the OCR extra is not installed.
    """
    engine = _engine_or_advice(source)
    pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
    with _LOCK:
        lines = list(_recognised(engine, pixels))
    glyphs = [
        glyph._replace(
            left=glyph.left / scale,
            right=glyph.right / scale,
            top=glyph.top / scale,
            bottom=glyph.bottom / scale,
            base=glyph.base / scale,
            size=glyph.size / scale,
        )
        for line in _even([line for line in lines if line])
        for glyph in line
    ]
    heights = sorted(glyph.size * scale for glyph in glyphs)
    drawing = _drawing(pixels, scale, heights[len(heights) // 2]) if heights else Drawing()
    return mend(arrange(glyphs, drawing, (image.width / scale, image.height / scale)))


@cache
def _engine() -> Any:
    # Otherwise onnxruntime keeps a number of this machine in the user's folder, and reports its use to its maker.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(use_cls=False, det_max_candidates=_LINES)


def _engine_or_advice(source: str) -> Any:
    try:
        return _engine()
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{source}: is an image. Install the OCR extra: pip install 'wenbao[ocr]' and build with --ocr."
        ) from error
    except ImportError as error:
        # OpenCV needs what desktops have and bare servers lack (Debian: libgl1, libglib2.0-0).
        raise SourceError(f"{source}: is an image, and OCR cannot start ({error}). Install that library.") from error


def _recognised(engine: Any, pixels: Pixels) -> Iterator[list[Glyph]]:
    import cv2

    if max(pixels.shape[:2]) > _STRIP * min(pixels.shape[:2]):
        return
    share = min(1.0, (_SEEN_PIXELS / (pixels.shape[0] * pixels.shape[1])) ** 0.5)
    seen = pixels if share == 1 else cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    boxes, _ = engine.text_det(seen)
    if boxes is None or not len(boxes):
        return
    quads = [np.asarray(box, dtype=np.float32) / share for box in boxes]
    crops = engine.get_crop_img_list(pixels, quads)
    results, _ = engine.text_rec(crops, True)
    for quad, crop, (text, score, words) in zip(quads, crops, results, strict=True):
        if text.strip() and score >= _SURE:
            columns = [column for word in words[2] for column in word]
            yield _placed(text, columns, crop, quad)


def _placed(text: str, columns: Sequence[int], crop: Pixels, quad: NDArray[np.float32]) -> list[Glyph]:
    """The characters of a line as glyphs: across by where the recogniser saw them, up and down by the line's ink."""
    height, width = crop.shape[:2]
    top, bottom = _ink_rows(crop)
    size = max((bottom - top) / _INK, 4.0)
    step = _STEP * height / _HEIGHT
    left, skew = float(quad[:, 0].min()), float(quad[0, 1])
    base = skew + bottom + ((1 - _INK) / 2 - _BELOW) * size
    places = [min((column + 0.5) * step, width) for column in columns]
    marks = [
        (char, place, _half(char) * size, index > 0 and text[index - 1].isspace())
        for index, (char, place) in enumerate(zip(text, places, strict=False))
        if not char.isspace()
    ]
    edges = [(place - half, place + half) for _, place, half, _ in marks]
    for index in range(1, len(marks)):
        # Neighbours meet half-way; further apart, or with a space seen between them, they leave white.
        (low, high), (left_edge, right_edge) = edges[index - 1], edges[index]
        if left_edge - high < _WHITE * size and not (marks[index][3] and left_edge > high):
            middle = (high + left_edge) / 2
            edges[index - 1], edges[index] = (low, middle), (middle, right_edge)
    return [
        Glyph(char, left + low, left + high, skew + top, skew + bottom, base, size, False, spaced)
        for (char, _, _, spaced), (low, high) in zip(marks, edges, strict=True)
    ]


def _half(char: str) -> float:
    """Half the usual width of a character (ems)."""
    return 0.5 if char > "\u2e7f" or char in "“”‘’…—" else 0.27


def _ink_rows(crop: Pixels) -> tuple[float, float]:
    """The first and last row of a line's ink, without specks and the tips of its neighbours."""
    grey = crop.mean(axis=2)
    dark, light = float(grey.min()), float(np.median(grey))
    if light - dark < 1:
        return 0.0, float(len(grey))
    rows = (grey < (light + dark) / 2).sum(axis=1)
    inked = np.flatnonzero(rows > max(1.0, 0.08 * rows.max()))
    middle = len(grey) // 2
    # The run of inked rows through the middle; radicals leave gaps of a few rows.
    gap = max(2, len(grey) // 8)
    first = last = int(inked[np.argmin(abs(inked - middle))])
    for row in inked[inked > first]:
        if row - last > gap:
            break
        last = int(row)
    for row in inked[inked < first][::-1]:
        if first - row > gap:
            break
        first = int(row)
    return float(first), float(last + 1)


def _even(lines: Sequence[list[Glyph]]) -> list[list[Glyph]]:
    """Lines of nearly the size most lines have, in just that size: heights measured in pixels scatter."""
    sizes = sorted(line[0].size for line in lines for _ in line)
    if not sizes:
        return []
    body = sizes[len(sizes) // 2]
    return [
        [glyph._replace(size=body) for glyph in line] if 0.85 * body < line[0].size < 1.13 * body else line
        for line in lines
    ]


def _drawing(pixels: Pixels, scale: float, line: float) -> Drawing:
    """The rules and pictures on a page, `line` pixels being the body's size."""
    import cv2

    ink = (cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) < 160).astype(np.uint8)
    long, side = max(int(_RULE * line), 8), max(int(_SIDE * line), 8)

    def boxes(width: int, height: int) -> list[Box]:
        opened = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((height, width), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened)
        return [
            Box(left / scale, top / scale, (left + wide) / scale, (top + high) / scale)
            for left, top, wide, high, _ in stats[1:201].tolist()
        ]

    thick = max(_THICK * line, 3.0) / scale
    level = [box for box in boxes(long, 1) if box.bottom - box.top <= thick]
    upright = [box for box in boxes(1, long) if box.right - box.left <= thick]
    return Drawing(tuple(level), tuple(upright), (), tuple(boxes(side, side)))


def mend(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with the marks that Chinese text has beside Chinese characters, where OCR gives their ASCII likenesses."""
    found = []
    opened = False
    for line in lines:
        text = _SQUARE.sub(r"\1□", line.text)
        text = _BESIDE.sub(lambda match: _WIDE[match[0]], text)
        if not text:
            opened = False
        if '"' in text and re.search(f"[{HAN}]", text):
            chars = list(text)
            for place, char in enumerate(chars):
                if char == '"':
                    opened = _opens(chars, place, opened=opened)
                    chars[place] = "“" if opened else "”"
            text = "".join(chars)
        found.append(replace(line, text=text))
    return tuple(found)


def _opens(chars: Sequence[str], place: int, *, opened: bool) -> bool:
    """Whether the quotation mark at `place` opens; `opened`: the one before it did."""
    before = chars[place - 1] if place else ""
    after = chars[place + 1] if place + 1 < len(chars) else ""
    may_open = bool(after) and after not in _CLOSES
    may_close = bool(before) and before not in _OPENS
    return not opened if may_open == may_close else may_open
