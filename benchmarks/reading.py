"""Measures how pages are read: generated text and PDF pages, scans, the seeds, and the usual recipe beside.

    python benchmarks/reading.py --data DIR [--seed N] [--only seeds text pdf ocr large] [--output FILE]

DIR holds the public sets (`news/articles.jsonl.gz`). The pages come from the held-out part of the articles; their truth
is what `pages.py` wrote beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from pages_pdf import make_pdf, set_sheets
from reading_pdf import measure_pdf
from reading_scan import measure_large, measure_ocr
from reading_text import measure_seeds, measure_text

PARTS = ("seeds", "text", "pdf", "ocr", "large")
# Figures of each part that have a target, and the target.
SEED_FIELDS = (
    "lines",
    "byline",
    "headline_lines",
    "event_dates",
    "continued_to_page",
    "continued_from_page",
    "text",
)
WANTED = {
    "seeds": {**dict.fromkeys(SEED_FIELDS, "21/21"), "extra": "0"},
    "text": {
        "boundary F1": ">= 0.98",
        "characters kept": ">= 0.995",
        "characters invented": "0",
        "headline exact": ">= 0.95",
        "byline exact": ">= 0.98",
        "jump precision": "1.00",
        "jump recall": ">= 0.9",
        "published dates": ">= 0.98",
        "wrong years": "0",
        "passages: mixes articles": "0",
        "passages: cuts a sentence": "0",
        "pages a second": ">= 300",
    },
    "pdf": {"characters kept": ">= 0.99", "characters not on the page": "0", "quote boxes right": "1"},
    "ocr": {"character error": "<= 0.03", "articles found": ">= 0.9"},
    "large": {"peak MB": "< 500"},
}
COUNTED = ("characters invented", "characters not on the page", "wrong years")
PACKAGES = ("jieba", "langchain-text-splitters", "pypdfium2", "reportlab", "rapidocr-onnxruntime")
CASES = 30  # a difficulty with fewer is not shown


def show(name: str, value: object, wanted: str = "") -> None:
    print(f"  {name:42s} {value!s:>10}   {'wanted ' + wanted if wanted else ''}".rstrip())


def show_part(part: str, result: dict[str, Any]) -> None:
    """Figures with a target first, then the others, then the difficulties that cost most."""
    print(f"{part}:")
    figures = {name: value for name, value in result.items() if not isinstance(value, dict)}
    if jumps := result.get("jumps"):
        figures.update({"jump precision": jumps["precision"], "jump recall": jumps["recall"]})
        figures["jumps joined / joinable"] = f"{jumps['joined']}/{jumps['joinable']}"
    for name, table in result.get("measures", {}).items():
        figures[name] = table["right"] if name in COUNTED else table["share"]
    wanted = WANTED.get(part, {})
    for name, target in wanted.items():
        show(name, figures.pop(name, None), target)
    for name, value in figures.items():
        show(name, value)
    for name in wanted:
        split = result.get("measures", {}).get(name, {"by": {}})["by"]
        worst = [f"{trait} {share} of {total}" for trait, (_, total, share) in split.items() if total >= CASES]
        if worst and name not in COUNTED:
            print(f"    {name}, worst: " + "; ".join(worst[:6]))


def machine() -> dict[str, Any]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count(), **versions}


def measure(parts: list[str], arguments: argparse.Namespace, work: Path) -> dict[str, Any]:
    """The figures of each part, printed as they come."""
    news = arguments.data / "news" / "articles.jsonl.gz"
    results: dict[str, Any] = {}

    def done(part: str, result: dict[str, Any]) -> None:
        results[part] = result
        show_part(part, result)

    if "seeds" in parts:
        done("seeds", measure_seeds(work))
    if "text" in parts:
        done("text", measure_text(news, arguments.seed, arguments.pages, work))
    if "pdf" in parts or "ocr" in parts:
        folder = work / "pdf"
        folder.mkdir()
        made = make_pdf(news, folder, arguments.seed, arguments.pdf_pages, "held")
    if "pdf" in parts:
        done("pdf", measure_pdf(made, folder, work))
    if "ocr" in parts:
        done("ocr", measure_ocr(made, folder, work / "scans", arguments.ocr_pages))
    if "large" in parts:
        done("large", measure_large(set_sheets(news, arguments.seed, 25, "held"), work, arguments.large_pages))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--pdf-pages", type=int, default=60)
    parser.add_argument("--ocr-pages", type=int, default=10)
    parser.add_argument("--large-pages", type=int, default=500)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        results = measure(arguments.only, arguments, Path(temporary))
    if arguments.output:
        kept = {"machine": machine(), "seed": arguments.seed, "wanted": WANTED, **results}
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
