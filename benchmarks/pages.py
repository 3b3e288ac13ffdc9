"""Makes newspaper pages out of given articles, and the truth about them, for measuring how pages are read.

    python benchmarks/pages.py --articles FILE.jsonl.gz --out DIR --seed N --pages K [--part dev|held] [--kind text|pdf]

FILE holds JSON lines `{id, date, title, text}`. `--part` keeps developing and measuring apart: no article is in both.
The truth stands in DIR/truth.json.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from pages_make import make_text
from pages_pdf import make_pdf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True, help="gzipped JSON lines {id, date, title, text}")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--part", choices=["dev", "held"], default="dev")
    parser.add_argument("--kind", choices=["text", "pdf"], default="text")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    make = make_pdf if arguments.kind == "pdf" else make_text
    truth = make(arguments.articles, arguments.out, arguments.seed, arguments.pages, arguments.part)
    articles = [article for page in truth["pages"] for article in page["articles"]]
    print(f"{arguments.out}: {len(truth['pages'])} pages, {len(articles)} articles, {len(truth['pairs'])} jumps")


if __name__ == "__main__":
    main()
