"""The command line: `wenbao build | watch | ask | search | articles | eval | serve | doctor`."""

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

from index import BuildCancelled, Filter, UsageError, WenbaoError
from qa.arguments import parser

if TYPE_CHECKING:
    from qa.crossencoder import CrossReranker
    from qa.engine import Engine
    from qa.writer import Writer

INTERRUPTED = 130  # the exit status of what Ctrl-C ended, by custom of the shell


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 done, 1 a problem named on stderr, 2 wrong usage, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese still gets its answer
    arguments = parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        return int(COMMANDS[arguments.command](arguments) or 0)
    except BuildCancelled as error:
        print(f"wenbao: {error} · 已中断，读过的都已保留，下次接着做", file=sys.stderr)
        return INTERRUPTED
    except WenbaoError as error:
        print(f"wenbao: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("wenbao: interrupted · 已中断", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) went away: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _engine(arguments: argparse.Namespace) -> Engine:
    from index import load_encoder
    from qa.engine import Engine

    encoder = load_encoder(arguments.encoder) if arguments.encoder else None
    return Engine(arguments.home, encoder, _reranker(arguments), _writer(arguments))


def _writer(arguments: argparse.Namespace) -> Writer | None:
    """The writer that the options ask for; whoever uses it is told first who gets to read along."""
    if not getattr(arguments, "llm", None):
        return None
    from qa.llm import endpoint
    from qa.writer import Writer

    writer = Writer(endpoint(arguments.llm, arguments.model))
    print(f"wenbao: {writer.notice}", file=sys.stderr, flush=True)
    return writer


def _reranker(arguments: argparse.Namespace) -> CrossReranker | None:
    if not arguments.reranker:
        return None
    from qa.crossencoder import load_reranker

    return load_reranker(arguments.reranker)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _build(arguments: argparse.Namespace) -> int:
    from index import build, load_encoder, read_wordlist
    from qa.interrupt import until_interrupted
    from qa.meter import Meter
    from qa.output import report_json, report_text

    encoder = load_encoder(arguments.encoder) if arguments.encoder else None
    with until_interrupted() as cancel, Meter(sys.stderr) as meter:
        report = build(
            arguments.paths or None,
            arguments.home,
            encoder=encoder,
            words=read_wordlist(arguments.words) if arguments.words else None,
            verify=arguments.verify,
            ocr=arguments.ocr,
            progress=meter,
            cancel=cancel,
        )
    if arguments.json:
        _print_json(report_json(report))
    else:
        print(report_text(report, arguments.home))
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    from index import load_encoder
    from qa.interrupt import until_interrupted
    from qa.meter import Meter
    from qa.watch import Watch

    encoder = load_encoder(arguments.encoder) if arguments.encoder else None
    with until_interrupted() as stop, Meter(sys.stderr) as meter:

        def tell(line: str) -> None:
            meter.clear()
            _say(line)

        _say("Ctrl-C stops; what was read is kept · 按 Ctrl-C 停止，读过的都保留")
        watch = Watch(
            arguments.home, arguments.paths or None, encoder=encoder, ocr=arguments.ocr, tell=tell, progress=meter
        )
        watch.run(stop)
    print("stopped · 已停止")
    return 0


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
    from qa.output import answer_json, answer_text

    if arguments.batch:
        from qa.evaluate import read_questions

        questions = list(read_questions(arguments.batch))
        engine = _engine(arguments)
        where = _where(engine, arguments)
        return _write_batch(
            arguments.output,
            (answer_json(engine.ask(q["question"], q["history"], id=q.get("id"), where=where)) for q in questions),
        )
    if arguments.question is None:
        raise UsageError('no question: write wenbao ask "问题", or --batch FILE')
    engine = _engine(arguments)
    answer = engine.ask(arguments.question, arguments.history, where=_where(engine, arguments))
    if arguments.json:
        _print_json(answer_json(answer))
    else:
        print(answer_text(answer, bold=sys.stdout.isatty()))
    return 0


def _search(arguments: argparse.Namespace) -> int:
    from qa.finding import find
    from qa.output import facets_json, facets_text, hit_json, hit_text

    counted = arguments.facets
    if arguments.batch:
        from qa.evaluate import read_questions

        questions = list(read_questions(arguments.batch, ("text", "question")))
        engine = _engine(arguments)
        where = _where(engine, arguments)

        def result(question: dict[str, Any]) -> dict[str, Any]:
            found = find(engine, question["question"], k=arguments.k, where=where, counted=counted)
            told = {"id": question.get("id"), "hits": [hit_json(hit) for hit in found.hits]}
            return told | {"facets": facets_json(found.facets)} if counted else told

        return _write_batch(arguments.output, map(result, questions))
    if arguments.text is None:
        raise UsageError('nothing to search for: write wenbao search "词", or --batch FILE')
    engine = _engine(arguments)
    found = find(engine, arguments.text, k=arguments.k, where=_where(engine, arguments), counted=counted)
    if arguments.json:
        hits = [hit_json(hit) for hit in found.hits]
        _print_json({"hits": hits, "facets": facets_json(found.facets)} if counted else hits)
    else:
        shown = [hit_text(hit) for hit in found.hits] or ["no passage found · 没有找到"]
        print("\n\n".join([*shown, facets_text(found.facets, full=found.full)] if counted and found.hits else shown))
    return 0


def _where(engine: Engine, arguments: argparse.Namespace) -> Filter | None:
    """The filter that the options ask for, if they do."""
    names = ("date_from", "date_to", "byline", "source", "page", "kind")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    if not given:
        return None
    from qa.filters import make_filter

    return make_filter(engine.archive, **given)


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
    from qa.evaluate import judge, read_expected, report, summary

    items = read_expected(arguments.questions)
    engine = _engine(arguments)
    verdicts = [judge(item, engine.ask(item["question"], item["history"])) for item in items]
    if arguments.json:
        _print_json(summary(verdicts))
    else:
        print(report(items, verdicts))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from qa.ui import serve

    serve(
        arguments.home,
        encoder=arguments.encoder,
        reranker=_reranker(arguments),
        writer=_writer(arguments),
        host=arguments.host,
        port=arguments.port,
        watch=_say if arguments.watch else None,
        open_browser=arguments.open,
        ready=_say_where,
    )
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _say_where(url: str) -> None:
    print(f"问报 Wenbao: {url}  (Ctrl-C to stop · 按 Ctrl-C 结束)", flush=True)


def _doctor(arguments: argparse.Namespace) -> int:
    from index import check, repair
    from qa.meter import Meter

    with Meter(sys.stderr) as meter:
        found = check(arguments.home, progress=meter)
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


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "build": _build,
    "watch": _watch,
    "ask": _ask,
    "search": _search,
    "articles": _articles,
    "eval": _eval,
    "serve": _serve,
    "doctor": _doctor,
}

if __name__ == "__main__":
    sys.exit(main())
