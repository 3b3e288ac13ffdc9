"""Measures scanned pages (OCR of rendered pages) and a PDF of many pages (memory, progress)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import reading_pdf
from pages_press import print_reportlab
from reading_align import edits, fold
from reading_score import Tally

from index.errors import SourceError
from index.layout import lay_out
from index.read import read
from index.types import Page

SCAN_DPI = 200
BUILD = """
import json, resource, sys
from pathlib import Path
from index import build
seen = []
def peak():
    # This process and those that read for it. ru_maxrss starts at what the starting process had.
    children = [one for task in Path("/proc/self/task").glob("*/children") for one in task.read_text().split()]
    found = [Path(f"/proc/{one}/status") for one in ("self", *children)]
    if found[0].is_file():
        lines = [line for status in found for line in status.read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
report = build([Path(sys.argv[1])], Path(sys.argv[2]), progress=lambda one: seen.append((one.stage, getattr(one, "page", 0))))
print(json.dumps({
    "peak MB": round(peak() / 1024),
    "reports of progress": len(seen),
    "of them while reading": sum(stage == "read" for stage, _ in seen),
    "articles": report.articles,
    "seconds": round(report.seconds, 1),
    "refused": [f"{one.source}: {one.reason}" for one in report.refused],
}))
"""


def scan(folder: Path, truth: dict[str, Any], path: Path) -> None:
    """Write the page as a PNG of 200 dpi."""
    import pypdfium2

    document = pypdfium2.PdfDocument(folder / truth["source"])
    image = document[truth["number"] - 1].render(scale=SCAN_DPI / 72, grayscale=True).to_pil()
    document.close()
    image.save(path, dpi=(SCAN_DPI, SCAN_DPI))


def measure_ocr(made: dict[str, Any], folder: Path, out: Path, number: int) -> dict[str, Any]:
    """Character error and articles found on the first `number` pages of simplified script."""
    out.mkdir()
    tally = Tally()
    pages = [page for page in made["pages"] if "traditional" not in page["difficulties"]]
    for at, truth in enumerate(pages[:: max(1, len(pages) // number)][:number]):
        path = out / f"page-{at:02d}.png"
        scan(folder, truth, path)
        try:
            read_pages = list(read(path, path.name, ocr=True))
        except SourceError as error:
            return {"not measured": str(error)}
        found = [article for page in read_pages for article in lay_out(page).articles]
        reading_pdf.score_page(truth, found, tally)
        wrong, total = character_errors(truth, read_pages)
        tally.add("character error", wrong, total, truth["difficulties"])
    return {"pages": number, "measures": tally.table()}


def character_errors(truth: dict[str, Any], pages: Sequence[Page]) -> tuple[int, int]:
    """Edits between each line read and the glyphs printed inside its box, and glyphs inside no box, of all glyphs."""
    glyphs = [glyph for article in truth["articles"] for glyph in article["glyphs"]] + truth["other_glyphs"]
    left, wrong = set(range(len(glyphs))), 0
    for page in pages:
        scale = truth["size"][0] / page.size[0] if page.size else 1.0
        for line in page.lines:
            if line.box is None or not line.text.strip():
                wrong += len(fold(line.text))
                continue
            box = line.box.cover(0, len(line.text))
            edges = (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)
            own = [at for at in left if reading_pdf._holds(edges, glyphs[at])]
            left.difference_update(own)
            printed = fold("".join(glyphs[at][0] for at in sorted(own, key=lambda at: glyphs[at][1])))
            wrong += edits(fold(line.text), printed)
    return wrong + len(left), len(glyphs)


def measure_large(sheets: Sequence[Any], work: Path, number: int) -> dict[str, Any]:
    """Peak memory and progress of a build of one PDF of `number` pages."""
    folder = work / "large"
    folder.mkdir()
    path = folder / "large.pdf"
    print_reportlab([sheets[at % len(sheets)] for at in range(number)], path)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder), str(work / "large-home")],
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode:
        return {"not measured": done.stderr.strip().splitlines()[-1]}
    size = round(path.stat().st_size / 2**20, 1)
    return {"pages": number, "MB": size, **json.loads(done.stdout.strip().splitlines()[-1])}
