"""The tables of retrieval in the READMEs, made of the results and put between two comments.

python benchmarks/retrieval_table.py [--results FILE] [--check]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "retrieval.json"
BEGIN, END = "<!-- retrieval: made by benchmarks/retrieval_table.py -->", "<!-- /retrieval -->"

Figures = dict[str, Any]

PRODUCT = "product"
WITH_PEERS = ("cmrc", "drcd", "xquad-zh", "xquad-en", "headlines")
SURELY = 0.05  # a larger p is a difference that chance makes, too
# What was set out to be reached: R@1 and R@10.
NEEDED = {"cmrc": (0.970, 0.997), "drcd": (0.950, 0.996), "xquad-zh": (0.915, 0.985), "xquad-en": (0.45, 0.70)}
NEEDED_OTHERS = 0.40  # R@10, the mean of the other languages
TITLES_ZH = {
    "cmrc": "CMRC 2018 dev",
    "drcd": "DRCD dev（繁体）",
    "xquad-zh": "XQuAD 中文",
    "xquad-en": "XQuAD 英文问，中文答",
    "headlines": "新闻标题 → 正文（文中无标题）",
}
TITLES = {
    "cmrc": "CMRC 2018 dev",
    "drcd": "DRCD dev (traditional script)",
    "xquad-zh": "XQuAD, Chinese",
    "xquad-en": "XQuAD, English questions to Chinese passages",
    "headlines": "a news headline → its article, of which it is taken out",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A table's words in one language."""

    head: tuple[str, ...]
    titles: dict[str, str]
    others: str
    none: str
    note: Callable[[Figures], str]


def _note(results: Figures) -> str:
    return (
        f"First / among the first ten, of {results['pools']['passages']:,} passages (headlines: of "
        f"{results['pools']['headlines']:,} articles); in brackets the 95 % interval. Every library as its documentation uses it, with "
        "no model to download; a star marks a difference in first places that is not chance (p < .05). "
        "Each library and part: [benchmarks](benchmarks/README.md#finding)."
    )


def _note_zh(results: Figures) -> str:
    return (
        f"排在第一 / 前十之内的比例，取自 {results['pools']['passages']:,} 段（标题一行：{results['pools']['headlines']:,} 篇）；括号内为 95 % 置信区间。"
        "各库按其文档的用法，不下载模型；星号表示第一名之差不是偶然（p < .05）。"
        "逐库逐项见 [benchmarks](benchmarks/README.md#finding)。"
    )


ENGLISH = Words(
    ("questions", "n", "Wenbao", "best other library"),
    TITLES,
    "XQuAD, mean of ten other languages: {}",
    "–",
    _note,
)
CHINESE = Words(("问题", "题数", "问报", "其他库中最好的"), TITLES_ZH, "XQuAD 其余十种语言平均：{}", "–", _note_zh)


def share(value: float) -> str:
    """Three digits without the leading nought."""
    return f"{value:.3f}".removeprefix("0")


def pair(figures: Figures) -> str:
    return f"{share(figures['R@1'][0])} / {share(figures['R@10'][0])}"


def bounds(figures: Figures) -> str:
    """The interval of the share of first places."""
    return f"({share(figures['R@1'][1])}–{share(figures['R@1'][2])})"


def markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def others(results: Figures) -> list[Figures]:
    """The product's figures for XQuAD's questions that are neither Chinese nor English."""
    return [
        one["ours"][PRODUCT]
        for name, one in results["sets"].items()
        if name.startswith("xquad-") and name not in WITH_PEERS and PRODUCT in one["ours"]
    ]


def summary(results: Figures, words: Words) -> str:
    """The product beside the best library, a row for each set."""
    body = []
    for name in WITH_PEERS:
        one = results["sets"].get(name, {})
        if PRODUCT in one.get("ours", {}):
            ours = one["ours"][PRODUCT]
            body.append([words.titles[name], f"{ours['n']:,}", f"{pair(ours)} {bounds(ours)}", _best(one, words)])
    foreign = others(results)
    if foreign:
        first, ten = (statistics.mean(one[measure][0] for one in foreign) for measure in ("R@1", "R@10"))
        each = ", ".join(name.removeprefix("xquad-") for name in results["sets"] if _foreign(name))
        row = [words.others.format(each), f"{sum(one['n'] for one in foreign):,}", f"{share(first)} / {share(ten)}"]
        body.append([*row, words.none])
    return f"{markdown(words.head, body)}\n\n{words.note(results)}"


def _foreign(name: str) -> bool:
    return name.startswith("xquad-") and name not in WITH_PEERS


def _best(one: Figures, words: Words) -> str:
    best = one.get("best_peer")
    if best is None:
        return words.none
    peer = one["peers"][best]
    return f"{pair(peer)} {best}{' *' if peer['p']['R@1'] < SURELY else ''}"


def details(results: Figures) -> str:
    """All of it: each part of ours, each library, each language."""
    sets = [name for name in WITH_PEERS if name in results["sets"]]
    head = ["", *(TITLES[name] for name in sets), "ms p50 / p95"]
    kinds = [("ours", name) for name in _systems(results, sets, "ours")]
    kinds += [("peers", name) for name in _systems(results, sets, "peers")]
    body = [_row(results, sets, kind, system) for kind, system in kinds]
    pieces = [markdown(head, body)]
    alone = [name for name in results["sets"] if name not in WITH_PEERS and PRODUCT in results["sets"][name]["ours"]]
    if alone:
        rows = [[results["sets"][name]["title"], *_all(results["sets"][name]["ours"][PRODUCT])] for name in alone]
        pieces.append(markdown(["product alone", "n", "R@1", "R@5", "R@10", "RR@10", "nDCG@10"], rows))
    stamp = results["history"][-1] if results.get("history") else {"commit": "?", "date": "?"}
    pieces.append(f"Measured at {stamp['commit']}, {stamp['date'][:10]}, {results['machine']['cores']} cores.")
    return "\n\n".join(pieces)


def _systems(results: Figures, sets: Sequence[str], kind: str) -> list[str]:
    return list(dict.fromkeys(system for name in sets for system in results["sets"][name][kind]))


def _row(results: Figures, sets: Sequence[str], kind: str, system: str) -> list[str]:
    cells = [system if kind == "peers" else f"**{system}**"]
    times = []
    for name in sets:
        one = results["sets"][name][kind].get(system)
        if one is None:
            cells.append("")
            continue
        partly = one.get("ours_on_the_same")
        told = f" (of {one['n']:,}; product {pair(partly)})" if partly else ""
        cells.append(pair(one) + ("*" if kind == "peers" and one.get("p", {}).get("R@1", 1) < SURELY else "") + told)
        times.append((one["p50_ms"], one["p95_ms"]))
    slowest = max(times)
    return [*cells, f"{slowest[0]:.3g} / {slowest[1]:.3g}"]


def _all(figures: Figures) -> list[str]:
    values = [figures[measure] for measure in ("R@1", "R@5", "R@10", "RR@10", "nDCG@10")]
    return [f"{figures['n']:,}", *(f"{share(one[0])} ({share(one[1])}–{share(one[2])})" for one in values)]


TABLES: dict[str, Callable[[Figures], str]] = {
    "README.md": lambda results: summary(results, ENGLISH),
    "README.zh.md": lambda results: summary(results, CHINESE),
    "benchmarks/README.md": details,
}


def placed(text: str, table: str, begin: str, end: str) -> str:
    """The text with the table between the comments `begin` and `end`.

    :raises ValueError: if they do not stand in it once each, in this order.
    """
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed or begin in after or end in before + after:
        raise ValueError(f"{begin} … {end}: must stand in the file once")
    return f"{before}{begin}\n{table}\n{end}{after}"


def needed(results: Figures) -> list[str]:
    """A line for each figure with a target that was measured."""
    lines = []
    for name, targets in NEEDED.items():
        ours = results["sets"].get(name, {}).get("ours", {}).get(PRODUCT)
        for measure, target in zip(("R@1", "R@10"), targets, strict=True):
            if ours:
                lines.append(_target(f"{TITLES[name]}, {measure}", ours[measure][0], target))
    foreign = others(results)
    if foreign:
        mean = statistics.mean(one["R@10"][0] for one in foreign)
        lines.append(_target(f"XQuAD, mean of {len(foreign)} other languages, R@10", mean, NEEDED_OTHERS))
    return lines


def _target(name: str, value: float, least: float) -> str:
    return f"{name:58s} {value:.3f}   >= {least:.3f}{'' if value >= least else '   MISSED'}"


def show(results: Figures) -> None:
    """Print what there is of the figures."""
    if results["sets"]:
        print(details(results), *needed(results), sep="\n")
    for name, why in results.get("failed", {}).items():
        print(f"{name}: failed: {why}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 if a README would change")
    arguments = parser.parse_args()
    results = json.loads(arguments.results.read_text(encoding="utf-8"))
    if results["small"]:
        parser.error(f"{arguments.results}: is of a trial run (--small)")
    stale = []
    for name, table in TABLES.items():
        file = ROOT / name
        old = file.read_text(encoding="utf-8")
        new = placed(old, table(results), BEGIN, END)
        if new != old:
            stale.append(name)
            if not arguments.check:
                file.write_text(new, encoding="utf-8")
    print("\n".join(stale), file=sys.stderr)
    return int(arguments.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
