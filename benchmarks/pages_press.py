"""Prints set pages as PDF with embedded CJK fonts, by ReportLab (TrueType) or by Chromium (OpenType).

A page is a list of runs of glyphs with exact places, boxes and rules; both printers draw the same list.
"""

from __future__ import annotations

import html
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FONTS = {
    "song": (("/usr/share/fonts/truetype/arphic/uming.ttc", 0),),
    "thin song": (("/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf", 0),),
    "kai": (("/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf", 0),),
    "hei": (("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),),
    "bold": (("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),),
}
FALLBACK = "bold"
PACKAGES = "fonts-arphic-uming fonts-arphic-gbsn00lp fonts-arphic-gkai00mp fonts-wqy-microhei fonts-wqy-zenhei"
WEB_FAMILIES = {
    "song": "'Noto Serif CJK SC'",
    "thin song": "'Noto Serif CJK SC'",
    "kai": "'Noto Serif CJK SC'",
    "hei": "'Noto Sans CJK SC'",
    "bold": "'Noto Sans CJK SC'; font-weight: bold",
}
BASELINE = 0.88  # of the em, from its top


@dataclass(frozen=True)
class Run:
    """Glyphs on one line: glyph `i` of `text` fills `xs[i]` to `xs[i + 1]`; `top` is that of the em box, in points."""

    text: str
    font: str
    size: float
    xs: tuple[float, ...]
    top: float
    role: str
    key: str = ""


@dataclass
class Sheet:
    """A page to print, in points from the top left corner. `boxes` are grey pictures, `rules` are thin lines."""

    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)


Advance = Callable[[str, str], float]


@cache
def _font(name: str) -> Any:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    path, index = FONTS[name][0]
    if not Path(path).is_file():
        raise SystemExit(f"{path} is missing. Install the fonts: apt-get install {PACKAGES}")
    font = TTFont(name.replace(" ", "-"), path, subfontIndex=index)
    pdfmetrics.registerFont(font)
    return font


@cache
def font_for(name: str, char: str) -> str:
    """`name`, or the fallback where it lacks the character."""
    return name if ord(char) in _font(name).face.charToGlyph else FALLBACK


@cache
def true_advance(name: str, char: str) -> float:
    """Width of a glyph in em, of the font it is printed in."""
    face = _font(font_for(name, char)).face
    return float(face.charWidths.get(ord(char), face.defaultWidth)) / 1000


@cache
def web_advance(name: str, char: str) -> float:
    """Width of a glyph in em, of the font the browser prints it in."""
    return float(_web_font(name).getlength(char)) / 1000


@cache
def _web_font(name: str) -> Any:
    from PIL import ImageFont

    family = WEB_FAMILIES[name]
    pattern = family.split("'")[1] + (":bold" if "bold" in family else "")
    found = subprocess.run(
        ["fc-match", "-f", "%{file}|%{index}", pattern], capture_output=True, text=True, check=True
    ).stdout.split("|")
    return ImageFont.truetype(found[0], 1000, index=int(found[1]))


def print_reportlab(sheets: Sequence[Sheet], path: Path) -> None:
    """One PDF of all sheets. The same sheets, the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), invariant=1)
    for sheet in sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        canvas.setFillGray(0.75)
        for left, top, right, bottom in sheet.boxes:
            canvas.rect(left, sheet.height - bottom, right - left, bottom - top, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setLineWidth(0.5)
        for left, top, right, bottom in sheet.rules:
            canvas.line(left, sheet.height - top, right, sheet.height - bottom)
        for run in sheet.runs:
            _draw(canvas, sheet, run)
        canvas.showPage()
    canvas.save()


def _draw(canvas: Any, sheet: Sheet, run: Run) -> None:
    baseline = sheet.height - run.top - BASELINE * run.size
    start = 0
    while start < len(run.text):
        name = font_for(run.font, run.text[start])
        end = start + 1
        while end < len(run.text) and font_for(run.font, run.text[end]) == name:
            end += 1
        text = run.text[start:end]
        natural = sum(true_advance(run.font, char) for char in text) * run.size
        given = run.xs[end] - run.xs[start]
        canvas.setFont(_font(name).fontName, run.size)
        canvas.drawString(run.xs[start], baseline, text, charSpace=(given - natural) / len(text))
        start = end


def print_chromium(sheets: Sequence[Sheet], path: Path, chromium: str) -> None:
    """One PDF of all sheets, each glyph placed by itself."""
    parts = []
    for number, sheet in enumerate(sheets):
        parts.append(f"<style>@page p{number} {{ size: {sheet.width}pt {sheet.height}pt; margin: 0 }}</style>")
        parts.append(
            f'<section style="page: p{number}; position: relative; width: {sheet.width}pt; height: {sheet.height - 0.5}pt;'
            ' overflow: hidden; break-after: page">'
        )
        for left, top, right, bottom in sheet.boxes:
            parts.append(_web_box(left, top, right - left, bottom - top, "#bbb"))
        for left, top, right, bottom in sheet.rules:
            parts.append(_web_box(left, top, max(0.5, right - left), max(0.5, bottom - top), "#000"))
        parts += [_web_run(run) for run in sheet.runs]
        parts.append("</section>")
    page = (
        "<!doctype html><meta charset=utf-8><style>body{margin:0}div,b{position:absolute;white-space:pre}"
        "b{font-weight:inherit;top:0}section:last-child{break-after:auto!important}</style>" + "".join(parts)
    )
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "page.html"
        source.write_text(page, encoding="utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={temporary}/profile", f"--print-to-pdf={path}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def _web_box(left: float, top: float, width: float, height: float, colour: str) -> str:
    style = f"left:{left:.2f}pt;top:{top:.2f}pt;width:{width:.2f}pt;height:{height:.2f}pt;background:{colour}"
    return f'<div style="{style};print-color-adjust:exact"></div>'


def _web_run(run: Run) -> str:
    left = run.xs[0]
    glyphs = "".join(
        f'<b style="left:{x - left:.2f}pt">{html.escape(char)}</b>'
        for char, x in zip(run.text, run.xs, strict=False)
        if not char.isspace()
    )
    style = f"left:{left:.2f}pt;top:{run.top:.2f}pt;font:{run.size}pt/1 {WEB_FAMILIES[run.font]}"
    if ";" in WEB_FAMILIES[run.font]:
        family, weight = WEB_FAMILIES[run.font].split(";")
        style = f"left:{left:.2f}pt;top:{run.top:.2f}pt;font:{run.size}pt/1 {family};{weight}"
    return f'<div style="{style}">{glyphs}</div>'
