"""What `archive.py` prints: the figures beside what is needed, the sizes, the peers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]
MEMORY = ("rss_mb", "private_mb", "anonymous_mb")


@dataclass(frozen=True, slots=True)
class Need:
    """A figure with a target. `at` gives it from all figures; a missing part raises KeyError."""

    name: str
    at: Callable[[Figures], float]
    most: float | None = None
    least: float | None = None
    unit: str = ""

    def wanted(self) -> str:
        bound = f"<= {self.most:,g}" if self.least is None else f">= {self.least:,g}"
        return f"{bound} {self.unit}".rstrip()

    def met(self, value: float) -> bool:
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)


def _largest(figures: Figures) -> Figures:
    return figures["sizes"][max(figures["sizes"], key=int)]


def _smallest(figures: Figures) -> Figures:
    return figures["sizes"][min(figures["sizes"], key=int)]


def _worst_recall(figures: Figures) -> float:
    sizes = figures["sizes"].values()
    found = [float(size["retrieval"]["vectors"]["recall@10"]) for size in sizes if "retrieval" in size]
    if not found:
        raise KeyError("retrieval")
    return min(found)


def _add(figures: Figures, way: str) -> float:
    return float(_largest(figures)["add"][f"add_{way}"]["median_s"])


NEEDS = (
    Need("build, news as records", lambda f: f["build"]["records"]["passages_a_second"], least=5000, unit="passages/s"),
    Need(
        "build, news as text pages", lambda f: f["build"]["pages"]["passages_a_second"], least=5000, unit="passages/s"
    ),
    Need("largest build, peak memory (PSS)", lambda f: _largest(f)["build"]["peak_pss_mb"], most=3072, unit="MB"),
    Need("add one file to the largest, in a process", lambda f: _add(f, "inside"), most=2, unit="s"),
    Need("add one file to the largest, wenbao build", lambda f: _add(f, "process"), most=2, unit="s"),
    Need(
        "the same over that of the smallest",
        lambda f: _add(f, "process") / _smallest(f)["add"]["add_process"]["median_s"],
        most=3,
    ),
    Need("rebuild with nothing changed", lambda f: f["unchanged"]["process"]["median_s"], most=2, unit="s"),
    Need("retrieval at the largest, p50", lambda f: _largest(f)["retrieval"]["retrieve"]["p50_ms"], most=8, unit="ms"),
    Need("retrieval at the largest, p95", lambda f: _largest(f)["retrieval"]["retrieve"]["p95_ms"], most=20, unit="ms"),
    Need("8 clients", lambda f: _largest(f)["retrieval"]["clients"]["per_second"], least=150, unit="questions/s"),
    Need("recall@10 of vectors, worst size", _worst_recall, least=0.97),
    Need("memory serving the largest", lambda f: _largest(f)["memory"]["rss_mb"], most=2048, unit="MB"),
    Need("cold wenbao ask", lambda f: f["cold"]["median_s"], most=1.5, unit="s"),
    Need(
        "disk beyond the text", lambda f: _largest(f)["disk"]["beyond_text_a_passage"], most=3072, unit="bytes/passage"
    ),
)


def needed(figures: Figures) -> Figures:
    """Each figure that has a target and was measured: its value, the target, and whether it is met."""
    found = {}
    for need in NEEDS:
        try:
            value = need.at(figures)
        except KeyError:
            continue
        found[need.name] = {"measured": round(value, 3), "wanted": need.wanted(), "met": need.met(value)}
    return found


def show(figures: Figures) -> None:
    """Print what there is of the figures."""
    print(f"\n{'':44s} {'measured':>12}   needed")
    for name, one in needed(figures).items():
        print(f"{name:44s} {one['measured']:12,.2f}   {one['wanted']}{'' if one['met'] else '   MISSED'}")
    _show_build(figures.get("build", {}))
    _show_sizes(figures.get("sizes", {}))
    _show_peers(figures.get("peers", {}).get("peers", {}))


def _show_build(build: Figures) -> None:
    for form in ("records", "pages"):
        if form not in build:
            continue
        inside = build[form]["inside"]
        stages = ", ".join(f"{name} {spent['wall_s']:.1f}" for name, spent in inside["stages"].items())
        kinds = inside["kinds"]
        print(
            f"\nbuild of {form}: {inside['seconds']:.1f} s inside ({stages}); processor {inside['processor_s']:.1f} s:"
        )
        print("  " + ", ".join(f"{name[:-2]} {kinds[name]:.1f}" for name in kinds if name.endswith("_s")))


SIZE_ROWS: tuple[tuple[str, Callable[[Figures], object]], ...] = (
    ("passages", lambda f: f["build"]["passages"]),
    ("build, passages/s", lambda f: f["build"]["passages_a_second"]),
    ("build, peak PSS MB", lambda f: f["build"]["peak_pss_mb"]),
    ("search p50 / p95 ms", lambda f: _pair(f["retrieval"]["search"])),
    ("retrieve p50 / p95 ms", lambda f: _pair(f["retrieval"]["retrieve"])),
    ("8 clients, questions/s", lambda f: f["retrieval"]["clients"]["per_second"]),
    (
        "8 at the page: answers/s, first words s",
        lambda f: f"{f['page']['per_second']} / {f['page']['first_words_p50_s']}",
    ),
    ("recall@10 of vectors", lambda f: f["retrieval"]["vectors"]["recall@10"]),
    ("add inside, median / max s", lambda f: _seconds(f["add"]["add_inside"])),
    ("add wenbao build, median / max s", lambda f: _seconds(f["add"]["add_process"])),
    ("change wenbao build, median / max s", lambda f: _seconds(f["add"]["change_process"])),
    ("remove wenbao build, median / max s", lambda f: _seconds(f["add"]["remove_process"])),
    ("serving, RSS / private / anonymous MB", lambda f: " / ".join(str(f["memory"][name]) for name in MEMORY)),
    ("disk beyond text, bytes/passage", lambda f: f["disk"]["beyond_text_a_passage"]),
)


def _pair(times: Figures) -> str:
    return f"{times['p50_ms']:.2f} / {times['p95_ms']:.2f}"


def _seconds(times: Figures) -> str:
    return f"{times['median_s']:.2f} / {times['max_s']:.2f}"


def _show_sizes(sizes: Figures) -> None:
    if not sizes:
        return
    print(f"\n{'by size':40s}" + "".join(f"{int(size):>18,}" for size in sizes))
    for name, at in SIZE_ROWS:
        cells = []
        for figures in sizes.values():
            try:
                cells.append(str(at(figures)))
            except KeyError:
                cells.append("")
        if any(cells):
            print(f"{name:40s}" + "".join(f"{cell:>18}" for cell in cells))


def _show_peers(peers: Figures) -> None:
    if not peers:
        return
    print(
        f"\n{'peers (× ours in brackets)':22s}{'build s':>16}{'question p50 ms':>18}{'add s':>16}{'peak MB':>16}   recall@1 / @10"
    )
    for name, one in peers.items():
        if "failed" in one:
            print(f"{name:22s}failed: {one['failed']}")
            continue
        cells = [
            f"{one[key]:.4g} ({one['ratio'][key]:.2g})" if "ratio" in one else f"{one[key]:.4g}"
            for key in ("build_s", "p50_ms", "add_s", "peak_mb")
        ]
        found = ", ".join(f"{s} {q['recall@1']:.3f} / {q['recall@10']:.3f}" for s, q in one["recall"].items())
        if "ours_on_the_same" in one:
            found += f"  (asked {one['asked']})"
        print(f"{name:22s}{cells[0]:>16}{cells[1]:>18}{cells[2]:>16}{cells[3]:>16}   {found}")
