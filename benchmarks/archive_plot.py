"""Draws how the archive grows: `archive_plot.py archive.json archive.svg`. The same figures give the same bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

Figures = dict[str, Any]
BLUE, ORANGE, GREY = "#2c5f8a", "#c8742c", "#8a8a8a"


@dataclass(frozen=True)
class Panel:
    """One figure by size. `lines` are names and how each comes out of the figures of a size; `need` is the target."""

    title: str
    unit: str
    lines: tuple[tuple[str, Callable[[Figures], float]], ...]
    need: float | None = None
    most: bool = True
    needed: str = "needed"


PANELS = (
    Panel(
        "Build, files to searchable",
        "passages/s",
        (("whole process", lambda f: f["build"]["passages_a_second"]),),
        5000,
        most=False,
    ),
    Panel(
        "Question: terms, vectors, fusion",
        "ms, one thread",
        (
            ("p50", lambda f: f["retrieval"]["retrieve"]["p50_ms"]),
            ("p95", lambda f: f["retrieval"]["retrieve"]["p95_ms"]),
        ),
        20,
    ),
    Panel(
        "Add one file until it is found",
        "s",
        (
            ("inside a process", lambda f: f["add"]["add_inside"]["median_s"]),
            ("wenbao build", lambda f: f["add"]["add_process"]["median_s"]),
        ),
        2,
    ),
    Panel(
        "8 clients at once",
        "questions/s",
        (("2 cores", lambda f: f["retrieval"]["clients"]["per_second"]),),
        150,
        most=False,
    ),
    Panel(
        "Memory",
        "MB",
        (
            ("serving, RSS", lambda f: f["memory"]["rss_mb"]),
            ("serving, without mapped files", lambda f: f["memory"]["anonymous_mb"]),
            ("build, peak PSS", lambda f: f["build"]["peak_pss_mb"]),
        ),
        2048,
        needed="needed, serving",
    ),
    Panel(
        "Disk beyond the text",
        "KB/passage",
        (("whole folder", lambda f: f["disk"]["beyond_text_a_passage"] / 1024),),
        3,
    ),
)


def points(sizes: dict[str, Figures], at: Callable[[Figures], float]) -> list[tuple[int, float]]:
    """Size and figure, of the sizes that have it."""
    found = []
    for size, figures in sizes.items():
        try:
            found.append((int(size), float(at(figures))))
        except KeyError:
            continue
    return sorted(found)


def draw(sizes: dict[str, Figures], file: Path) -> None:
    """Draw all panels that have figures."""
    mpl.rcParams |= {
        "svg.hashsalt": "wenbao",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    figure, axes = plt.subplots(2, 3, figsize=(12, 6.6), layout="constrained")
    for panel, axis in zip(PANELS, axes.flat, strict=True):
        _panel(panel, axis, sizes)
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _panel(panel: Panel, axis: Any, sizes: dict[str, Figures]) -> None:
    axis.set_title(panel.title, fontsize=11, loc="left")
    axis.set_ylabel(panel.unit)
    axis.set_xlabel("passages")
    axis.set_xscale("log")
    top = 0.0
    for (name, at), colour, marker in zip(panel.lines, (BLUE, ORANGE, GREY), "osD", strict=False):
        found = points(sizes, at)
        if found:
            xs, ys = zip(*found, strict=True)
            axis.plot(xs, ys, color=colour, marker=marker, markersize=5, linewidth=1.6, label=name)
            top = max(top, *ys)
    if panel.need is not None:
        words = f"{panel.needed} {'≤' if panel.most else '≥'} {panel.need:,g}"
        axis.axhline(panel.need, color="#b03030", linewidth=1, linestyle="--", label=words)
        top = max(top, panel.need)
    axis.set_ylim(0, 1.15 * top if top else 1)
    ticks = sorted(map(int, sizes))
    axis.set_xticks(ticks, [_short(tick) for tick in ticks], minor=False)
    axis.minorticks_off()
    axis.set_xlim(ticks[0] / 1.4, ticks[-1] * 1.4)
    axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
    axis.legend(frameon=False, fontsize=8.5)


def _short(number: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:g}{unit}"
    return str(number)


def main() -> None:
    source, target = map(Path, sys.argv[1:3])
    sizes = json.loads(source.read_text(encoding="utf-8")).get("sizes", {})
    if not sizes:
        raise SystemExit(f"{source}: has no figures by size; run archive.py --only grow first")
    draw(sizes, target)


if __name__ == "__main__":
    main()
