"""The table of answers in benchmarks/README.md, made of the results and put between two comments.

python benchmarks/answers_table.py [--results FILE] [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval_table import markdown, placed, share

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "answers.json"
README = ROOT / "benchmarks" / "README.md"
BEGIN, END = "<!-- answers: made by benchmarks/answers_table.py -->", "<!-- /answers -->"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """A figure that was set out to be reached: where it stands in the results, and the least (or most) of it."""

    title: str
    path: tuple[str | int, ...]
    value: float
    most: bool = False


NEEDS = (
    Need("gold questions on seeds/, right", ("seeds", "accuracy", "all", "right"), 46),
    Need("gold questions on seeds/, refused", ("seeds", "accuracy", "all refuse", "right"), 6),
    Need("sentence holds the answer, CMRC dev", ("sets", "cmrc", "given", "sentence"), 0.85),
    Need("sentence holds the answer, DRCD dev", ("sets", "drcd", "given", "sentence"), 0.90),
    Need("sentence holds the answer, XQuAD zh", ("sets", "xquad", "given", "sentence"), 0.87),
    Need("exact span, CMRC dev, EM", ("sets", "cmrc", "given", "span", 0), 0.40),
    Need("exact span, CMRC dev, F1", ("sets", "cmrc", "given", "span", 1), 0.65),
    Need("evidence F1, ExpMRC dev", ("sets", "expmrc", "given", "evidence"), 0.75),
    Need("whole way, CMRC dev", ("sets", "cmrc", "whole", "right"), 0.80),
    Need("whole way, DRCD dev", ("sets", "drcd", "whole", "right"), 0.84),
    Need("removed, refused at <= 5 % false, CMRC dev", ("sets", "cmrc", "removed", "at_most_false", "refused"), 0.60),
    Need("English -> Chinese, cited passage is gold", ("sets", "xquad-en", "whole", "cited"), 0.42),
    Need("length, median (CMRC dev)", ("sets", "cmrc", "whole", "length_median"), 60, most=True),
    Need("length, longest (CMRC dev)", ("sets", "cmrc", "whole", "length_max"), 220, most=True),
    Need("ms at 100,000 passages, p50", ("time", "big", "p50_ms"), 30, most=True),
    Need("ms at 100,000 passages, p95", ("time", "big", "p95_ms"), 80, most=True),
)


def found(results: Figures, path: Sequence[str | int]) -> Any:
    """The figure at a path; None if it was not measured."""
    value: Any = results
    for step in path:
        if isinstance(value, dict) and step not in value:
            return None
        value = value[step]
    return value


def needed(results: Figures) -> list[str]:
    """A line for each figure with a target that was measured."""
    lines = []
    for need in NEEDS:
        value = found(results, need.path)
        if value is not None:
            good = value <= need.value if need.most else value >= need.value
            sign = "<=" if need.most else ">="
            lines.append(f"{need.title:46s} {value:8.4g}   {sign} {need.value:g}{'' if good else '   MISSED'}")
    return lines


def _spans(values: Sequence[float]) -> str:
    return " / ".join(map(share, values))


def given_table(results: Figures) -> str:
    """Sentences and spans with the passage given."""
    head = [
        "passage given",
        "n",
        "sentence",
        "shown quote",
        "most overlap",
        "first",
        "span EM / F1",
        "typed finders alone",
        "sentence as span",
    ]
    body = [
        [
            one["title"],
            f"{one['given']['n']:,}",
            *(share(one["given"][name]) for name in ("sentence", "shown", "overlap", "first")),
            *(_spans(one["given"][name]) for name in ("span", "typed_span", "sentence_span")),
        ]
        for one in results["sets"].values()
        if "given" in one
    ]
    return markdown(head, body)


def whole_table(results: Figures) -> str:
    """Answers to questions of the whole pool."""
    head = [
        "whole pool",
        "n",
        "right",
        "holds the answer",
        "cites the passage",
        "refused",
        "characters p50 / p95 / most",
        "ms p50 / p95",
    ]
    body = []
    for one in results["sets"].values():
        if whole := one.get("whole"):
            shares = [share(whole[name]) for name in ("right", "holds", "cited", "refused")]
            lengths = " / ".join(
                f"{whole[name]:g}" if whole[name] is not None else "–"
                for name in ("length_median", "length_p95", "length_max")
            )
            body.append(
                [one["title"], f"{whole['n']:,}", *shares, lengths, f"{whole['p50_ms']:g} / {whole['p95_ms']:g}"]
            )
    return markdown(head, body)


def refusal_table(results: Figures) -> str:
    """Refusals of what the pool does not answer."""
    head = ["refusals", "n", "refused", "answerable ones refused", "refused at ≤ 5 % false", "AUROC"]
    body = []
    for one in results["sets"].values():
        for way, title in (("removed", "passage removed"), ("near", "near miss")):
            if told := one.get(way):
                point = told.get("at_most_false")
                curve = (
                    [share(told["false_refusals"]), share(point["refused"]), share(told["auroc"])]
                    if point
                    else ["–"] * 3
                )
                body.append([f"{one['title']}, {title}", f"{told['n']:,}", share(told["refused"]), *curve])
    return markdown(head, body)


def own_table(results: Figures) -> str:
    """Our own questions and the gold ones."""
    parts = {"own questions, to develop on": "dev", "own questions, put away": "held"}
    told = {title: found(results, ("own", name)) for title, name in parts.items()}
    told["gold questions on seeds/"] = results.get("seeds")
    head = ["", "right", "refused rightly", "citation precision / recall", "AUROC", "characters p50 / most"]
    body = []
    for title, one in told.items():
        if one:
            right, refused = ("{right} of {of}".format(**one["accuracy"][name]) for name in ("all", "all refuse"))
            cited = f"{share(one['citation_precision'])} / {share(one['citation_recall'])}"
            area = share(one["refusal"]["auroc"])
            body.append([title, right, refused, cited, area, f"{one['length_median']:g} / {one['length_max']:g}"])
    return markdown(head, body)


def evidence_line(results: Figures) -> str:
    told = found(results, ("sets", "expmrc", "given"))
    if not told or "evidence" not in told:
        return ""
    return (
        f"Evidence F1 on ExpMRC dev ({told['n']} questions): shown quote {share(told['evidence'])}, whole sentence "
        f"{share(told['evidence_sentence'])}, sentence of most overlap {share(told['evidence_overlap'])}."
    )


def time_line(results: Figures) -> str:
    told = results.get("time", {})
    each = [
        f"{one['p50_ms']:g} / {one['p95_ms']:g} ms ({one['cpu_p50_ms']:g} / {one['cpu_p95_ms']:g} of the processor) at "
        f"{one['passages']:,} passages"
        for one in told.values()
    ]
    return f"Time of one question, p50 / p95, one core: {', '.join(each)}." if each else ""


def details(results: Figures) -> str:
    """All of it."""
    tables = (
        (("given",), given_table),
        (("whole",), whole_table),
        (("removed", "near"), refusal_table),
    )
    pieces = [
        table(results) for ways, table in tables if any(way in one for one in results["sets"].values() for way in ways)
    ]
    if "own" in results or "seeds" in results:
        pieces.append(own_table(results))
    pieces += [evidence_line(results), time_line(results)]
    stamp = results["stamp"]
    pieces.append(f"Measured at {stamp['commit']}, {stamp['date'][:10]}, {results['machine']['cores']} cores.")
    return "\n\n".join(filter(None, pieces))


def show(results: Figures) -> None:
    """Print what there is of the figures."""
    print(details(results), *needed(results), sep="\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 if the README would change")
    arguments = parser.parse_args()
    results = json.loads(arguments.results.read_text(encoding="utf-8"))
    if results["limit"] is not None:
        parser.error(f"{arguments.results}: is of a trial run (--limit)")
    old = README.read_text(encoding="utf-8")
    new = placed(old, details(results), BEGIN, END)
    if new != old and not arguments.check:
        README.write_text(new, encoding="utf-8")
    return int(arguments.check and new != old)


if __name__ == "__main__":
    sys.exit(main())
