"""Opens the page: `python app.py` does what `wenbao serve` does, with the same options."""

from __future__ import annotations

import sys

from qa.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
