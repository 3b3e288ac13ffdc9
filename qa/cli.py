"""The command line: `wenbao build | ask | search | articles | eval | serve | doctor`."""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import DEFAULT_HOME, BuildReport, Filter, Progress, UsageError, WenbaoError
from qa import __version__
from qa.address import HOST, PORT

if TYPE_CHECKING:
    from qa.engine import Engine

MOST_TOLD = 200  # files named one by one after a build


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 done, 1 a problem named on stderr, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese still gets its answer
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        return int(arguments.run(arguments) or 0)
    except WenbaoError as error:
        print(f"wenbao: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("wenbao: interrupted · 已中断", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) went away: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wenbao",
        description="问报 Wenbao: ask a newspaper archive; get short answers with the sentences that prove them.",
    )
    parser.add_argument("--version", action="version", version=f"wenbao {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int | None], text: str, *, embeds: bool = True
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        home = Path(os.environ.get("WENBAO_HOME", DEFAULT_HOME))
        sub.add_argument("--home", type=Path, default=home, metavar="DIR", help=f"archive folder (default {home})")
        if embeds:
            names = "sentence-transformers name or folder (default: the archive's own, at first the built-in one)"
            sub.add_argument("--encoder", metavar="NAME", help=names)
        sub.set_defaults(run=run)
        return sub

    build = command(
        "build", _build, "Add, update and remove: the archive mirrors the paths (default: as before, else seeds/)."
    )
    build.add_argument("paths", nargs="*", type=_path, metavar="PATH", help="files or folders")
    ocr = "read scans and pictures, too (needs pip install 'wenbao[ocr]'; later builds do as the last did)"
    build.add_argument("--ocr", action=argparse.BooleanOptionalAction, default=None, help=ocr)
    build.add_argument("--json", action="store_true", help="print the report as JSON")

    ask = command("ask", _ask, "Answer a question with cited sentences.")
    ask.add_argument("question", nargs="?", help="the question")
    ask.add_argument(
        "--history", action="append", default=[], metavar="Q", help="an earlier question, oldest first (repeat)"
    )
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    _batch(ask)

    search = command("search", _search, "Find passages.")
    search.add_argument("text", nargs="?", help="words or a question")
    search.add_argument("-k", type=_positive, default=10, metavar="N", help="how many (default 10)")
    search.add_argument("--from", dest="date_from", metavar="DATE", help="earliest date, 2023-07-01")
    search.add_argument("--to", dest="date_to", metavar="DATE", help="latest date")
    search.add_argument("--byline", metavar="NAME", help="reporter")
    search.add_argument("--json", action="store_true", help="print the hits as JSON")
    _batch(search)

    articles = command("articles", _articles, "List the articles of the archive.", embeds=False)
    articles.add_argument("--source", metavar="FILE", help="only this file's")
    articles.add_argument("--json", action="store_true", help="print them as JSON")

    evaluate = command("eval", _eval, "Score the archive's answers on a questions file.")
    evaluate.add_argument("questions", type=Path, help="JSON lines: id, question, must_contain, evidence, kind")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")

    serve = command("serve", _serve, "Open the page in a browser.")
    serve.add_argument("--host", default=os.environ.get("WENBAO_HOST", HOST), help=f"address (default {HOST})")
    serve.add_argument("--port", type=int, default=os.environ.get("WENBAO_PORT", str(PORT)), help=f"default {PORT}")
    serve.add_argument("--open", action="store_true", help="open the browser")

    command("doctor", _doctor, "Check the archive and repair what is derived.", embeds=False)
    return parser


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


def _engine(arguments: argparse.Namespace) -> Engine:
    from index import load_encoder
    from qa.engine import Engine

    return Engine(arguments.home, load_encoder(arguments.encoder) if arguments.encoder else None)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _build(arguments: argparse.Namespace) -> int:
    from index import build, load_encoder

    encoder = load_encoder(arguments.encoder) if arguments.encoder else None
    report = build(
        arguments.paths or None,
        arguments.home,
        encoder=encoder,
        ocr=arguments.ocr,
        progress=_show_progress if sys.stderr.isatty() else None,
    )
    if arguments.json:
        from qa.output import report_json

        _print_json(report_json(report))
    else:
        _print_report(report, arguments.home)
    return 0


def _show_progress(progress: Progress) -> None:
    end = "\n" if progress.stage == "index" and progress.done == progress.total else ""
    page = f" p.{progress.page}" if progress.page > 1 else ""
    print(
        f"\r\033[K{progress.stage} {progress.done}/{progress.total} {progress.item}{page}",
        end=end,
        file=sys.stderr,
        flush=True,
    )


def _print_report(report: BuildReport, home: Path) -> None:
    counts = [
        ("added 新增", report.added),
        ("changed 更新", report.changed),
        ("unchanged 未变", report.unchanged),
        ("removed 移除", report.removed),
    ]
    print(
        f"{home}: generation {report.generation}, {report.articles} articles, {report.passages} passages, {report.seconds:.1f} s"
    )
    print(
        "files: "
        + ", ".join(f"{len(names)} {label}" for label, names in counts)
        + f", {len(report.refused)} refused 未读"
    )
    for label, told in (("refused", report.refused), ("note", report.notes)):
        for one in told[:MOST_TOLD]:
            print(f"  {label} {one.source}: {one.reason}")
        if len(told) > MOST_TOLD:
            print(f"  … {len(told) - MOST_TOLD} more {label}; --json names them all")


def _write_batch(path: Path | None, results: Iterable[dict[str, Any]]) -> int:
    """Print the results, or put them into a file that is there only when all of them are."""
    if path is None:
        for result in results:
            _print_json(result)
        return 0
    part = path.with_name(f".{path.name}.part")
    try:
        out = part.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another --output") from None
    try:
        with out:
            for result in results:
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return 0


def _ask(arguments: argparse.Namespace) -> int:
    from qa.evaluate import read_questions
    from qa.output import answer_json, answer_text

    if arguments.batch:
        questions = list(read_questions(arguments.batch))
        engine = _engine(arguments)
        return _write_batch(
            arguments.output,
            (answer_json(engine.ask(q["question"], q["history"], id=q.get("id"))) for q in questions),
        )
    if arguments.question is None:
        raise UsageError('no question: write wenbao ask "问题", or --batch FILE')
    answer = _engine(arguments).ask(arguments.question, arguments.history)
    if arguments.json:
        _print_json(answer_json(answer))
    else:
        print(answer_text(answer, bold=sys.stdout.isatty()))
    return 0


def _search(arguments: argparse.Namespace) -> int:
    from qa.evaluate import read_questions
    from qa.output import hit_json, hit_text

    where = Filter(_iso(arguments.date_from, "--from"), _iso(arguments.date_to, "--to"), arguments.byline)
    if where.date_from and where.date_to and where.date_from > where.date_to:
        raise UsageError(f"--from {where.date_from} is later than --to {where.date_to}; exchange them")
    if arguments.batch:
        questions = list(read_questions(arguments.batch, ("text", "question")))
        engine = _engine(arguments)
        return _write_batch(
            arguments.output,
            (
                {
                    "id": q.get("id"),
                    "hits": [hit_json(hit) for hit in engine.search(q["question"], k=arguments.k, where=where)],
                }
                for q in questions
            ),
        )
    if arguments.text is None:
        raise UsageError('nothing to search for: write wenbao search "词", or --batch FILE')
    hits = _engine(arguments).search(arguments.text, k=arguments.k, where=where)
    if arguments.json:
        _print_json([hit_json(hit) for hit in hits])
    else:
        print("\n\n".join(hit_text(hit) for hit in hits) or "no passage found · 没有找到")
    return 0


def _iso(text: str | None, option: str) -> str | None:
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{option} {text}: not a date; write it like 2023-07-01") from None


def _articles(arguments: argparse.Namespace) -> int:
    from index import Archive
    from qa.output import article_json, article_text

    with Archive.open(arguments.home) as archive:
        if arguments.source and arguments.source not in {source.source for source in archive.sources()}:
            raise UsageError(f"{arguments.source}: not in the archive; wenbao articles lists what is")
        articles = archive.articles(arguments.source)
    if arguments.json:
        _print_json([article_json(article) for article in articles])
    else:
        for article in articles:
            print(article_text(article))
    return 0


def _eval(arguments: argparse.Namespace) -> int:
    from qa.evaluate import judge, read_questions, summary

    items = list(read_questions(arguments.questions))
    if not items:
        raise UsageError(f"{arguments.questions}: holds no question; write one JSON object per line")
    engine = _engine(arguments)
    verdicts = [judge(item, engine.ask(item["question"], item["history"])) for item in items]
    figures = summary(verdicts)
    if arguments.json:
        _print_json(figures)
        return 0
    for item, verdict in zip(items, verdicts, strict=True):
        if verdict.wrong:
            print(f"wrong {verdict.id} {item['question']} — {verdict.wrong}")
    for kind, count in figures["accuracy"].items():
        print(f"{kind:14s} {count['right']:4d}/{count['of']:<4d} {count['right'] / count['of']:.3f}")
    for name in ("citation_precision", "citation_recall", "seconds_p50", "seconds_p95"):
        print(f"{name:20s} {figures[name]}")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from qa.ui import serve

    serve(
        arguments.home,
        encoder=arguments.encoder,
        host=arguments.host,
        port=arguments.port,
        open_browser=arguments.open,
        ready=_say_where,
    )
    return 0


def _say_where(url: str) -> None:
    print(f"问报 Wenbao: {url}  (Ctrl-C to stop · 按 Ctrl-C 结束)", flush=True)


def _doctor(arguments: argparse.Namespace) -> int:
    from index import check, repair

    found = check(arguments.home)
    for problem in found:
        print(f"problem {problem.source}: {problem.reason}")
    left = repair(arguments.home) if found else []
    for problem in left:
        print(f"remains {problem.source}: {problem.reason}")
    if left:
        print(f"{len(left)} problems remain: run wenbao build")
        return 1
    print("repaired; the archive is whole · 已修复，资料库完好" if found else "the archive is whole · 资料库完好")
    return 0


if __name__ == "__main__":
    sys.exit(main())
