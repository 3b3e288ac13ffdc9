"""The options of the command line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from index import DEFAULT_HOME
from qa import __version__
from qa.address import HOST, PORT
from qa.words import KINDS


def parser() -> argparse.ArgumentParser:
    """The commands and their options; what it parses has the `command` by name."""
    parser = argparse.ArgumentParser(
        prog="wenbao",
        description="问报 Wenbao: ask a newspaper archive; get short answers with the sentences that prove them.",
    )
    parser.add_argument("--version", action="version", version=f"wenbao {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, text: str, *, embeds: bool = True, asks: bool = False, writes: bool = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        home = Path(os.environ.get("WENBAO_HOME", DEFAULT_HOME))
        sub.add_argument("--home", type=Path, default=home, metavar="DIR", help=f"archive folder (default {home})")
        if embeds:
            names = "sentence-transformers name or folder (default: the archive's own, at first the built-in one)"
            sub.add_argument("--encoder", metavar="NAME", help=f"{names}; NAME@256 cuts its vectors to 256 numbers")
        if asks:
            reranker = os.environ.get("WENBAO_RERANKER") or None
            help_text = "a sentence-transformers CrossEncoder that reorders what was found (default: none)"
            sub.add_argument("--reranker", metavar="NAME", default=reranker, help=help_text)
        if writes:
            _writer(sub)
        sub.set_defaults(command=name)
        return sub

    build = command("build", "Add, update and remove: the archive mirrors the paths (default: as before, else seeds/).")
    build.add_argument("paths", nargs="*", type=_path, metavar="PATH", help="files or folders")
    ocr = "read scans and pictures, too (needs pip install 'wenbao[ocr]'; later builds do as the last did)"
    build.add_argument("--ocr", action=argparse.BooleanOptionalAction, default=None, help=ocr)
    words = "a list of your own words and names, one a line, those of one thing joined by = (kept for later builds)"
    build.add_argument("--dict", dest="words", type=Path, metavar="FILE", help=words)
    build.add_argument(
        "--verify",
        action="store_true",
        help="compare every file by its content, also where size and times are as before",
    )
    build.add_argument("--json", action="store_true", help="print the report as JSON")

    watch = command("watch", "Build, and go on updating the archive whenever the files change, until Ctrl-C.")
    watch.add_argument("paths", nargs="*", type=_path, metavar="PATH", help="files or folders (default: as for build)")
    watch.add_argument("--ocr", action=argparse.BooleanOptionalAction, default=None, help=ocr)

    ask = command("ask", "Answer a question with cited sentences.", asks=True, writes=True)
    ask.add_argument("question", nargs="?", help="the question")
    ask.add_argument(
        "--history", action="append", default=[], metavar="Q", help="an earlier question, oldest first (repeat)"
    )
    _filters(ask)
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    _batch(ask)

    search = command("search", "Find passages.", asks=True)
    search.add_argument("text", nargs="?", help="words or a question")
    search.add_argument("-k", type=_positive, default=10, metavar="N", help="how many (default 10)")
    _filters(search)
    counted = "also print how many of the articles found are of which time, reporter, file and kind"
    search.add_argument("--facets", action="store_true", help=counted)
    search.add_argument("--json", action="store_true", help="print the hits as JSON")
    _batch(search)

    articles = command("articles", "List the articles of the archive.", embeds=False)
    articles.add_argument("--source", metavar="FILE", help="only this file's")
    articles.add_argument("--json", action="store_true", help="print them as JSON")

    evaluate = command("eval", "Score the archive's answers on a questions file.", asks=True, writes=True)
    evaluate.add_argument("questions", type=Path, help="JSON lines: id, question, must_contain, evidence, kind")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")

    serve = command("serve", "Open the page in a browser.", asks=True, writes=True)
    serve.add_argument("--host", default=os.environ.get("WENBAO_HOST", HOST), help=f"address (default {HOST})")
    serve.add_argument("--port", type=int, default=os.environ.get("WENBAO_PORT", str(PORT)), help=f"default {PORT}")
    serve.add_argument("--watch", action="store_true", help="update the archive whenever its files change")
    serve.add_argument("--open", action="store_true", help="open the browser")

    command("doctor", "Check the archive and repair what is derived.", embeds=False)
    return parser


def _writer(parser: argparse.ArgumentParser) -> None:
    text = (
        "Questions and passages go to this endpoint; every sentence is checked. The key is taken from WENBAO_LLM_KEY."
    )
    group = parser.add_argument_group("writer", text)
    url, model = (os.environ.get(name) or None for name in ("WENBAO_LLM", "WENBAO_MODEL"))
    endpoint = (
        "an OpenAI-compatible endpoint, http://127.0.0.1:11434/v1 say, whose model writes the answer (default: none)"
    )
    group.add_argument("--llm", metavar="URL", default=url, help=endpoint)
    group.add_argument("--model", metavar="NAME", default=model, help="the model it is asked for")


def _filters(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("filters", "Only articles that satisfy all of them.")
    group.add_argument("--from", dest="date_from", metavar="DATE", help="earliest date: 2023-07-01, 2023-07 or 2023")
    group.add_argument("--to", dest="date_to", metavar="DATE", help="latest date")
    group.add_argument("--byline", metavar="NAME", help="reporter")
    group.add_argument("--source", metavar="FILE", help="file, folder or pattern ('2023/*A01*')")
    group.add_argument("--page", metavar="N", help="page number as printed (版次), or in the file where none is")
    group.add_argument("--kind", metavar="KIND", help=f"one of {', '.join(KINDS)}")


def _batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--batch", type=Path, metavar="IN", help="questions as JSON lines")
    parser.add_argument("--output", type=Path, metavar="OUT", help="where the results of --batch go, as JSON lines")


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("an empty path; name a file or folder, or . for this one")
    return Path(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text}: a number from 1 to 1000 is needed")
    return int(text)
