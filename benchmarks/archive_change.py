"""One file that comes, changes and goes while an engine serves: how long until questions tell."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive_corpus import Story, record
from archive_run import ROOT, WENBAO, spread

from index import Progress, build

POLL = 0.01  # seconds


class _Change:
    """One file that comes, changes and goes while an engine serves."""

    def __init__(self, home: Path, folder: Path) -> None:
        from qa.engine import Engine

        self.home, self.folder = home, folder
        self.engine = Engine(home)
        self.engine.search("先问一句")

    def seen(self, story: Story, text: str) -> bool:
        """Whether a question about it finds this text of the story."""
        hits = self.engine.search(f"{story.title}吸引了多少名游客？")
        return any(hit.article.record == story.id and text in hit.article.text for hit in hits)

    def inside(self, found: Callable[[], bool]) -> tuple[float, float]:
        """Seconds until `found` holds, and until the build that made it so is over. Work that follows the new
        generation (compaction) is after the first."""
        began = time.perf_counter()
        first: list[float] = []

        def tell(progress: Progress) -> None:
            if progress.stage == "compact" and not first:
                assert found(), "compacting, but questions do not tell"
                first.append(time.perf_counter() - began)

        build(None, self.home, progress=tell)
        over = time.perf_counter() - began
        if not first:
            assert found(), "the build is over, but questions do not tell"
            first.append(time.perf_counter() - began)
        return first[0], max(over, first[0])

    def process(self, found: Callable[[], bool]) -> tuple[float, float]:
        """The same by `wenbao build`, seen from this process, which goes on serving."""
        began = time.perf_counter()
        serving = self.engine.archive.generation
        builder = subprocess.Popen([*WENBAO, "build", "--home", str(self.home)], cwd=ROOT, stdout=subprocess.DEVNULL)
        while self.engine.archive.generation == serving and builder.poll() is None:
            time.sleep(POLL)
        assert found(), "the build is published, but questions do not tell"
        first = time.perf_counter() - began
        assert builder.wait() == 0, "wenbao build failed"
        return first, time.perf_counter() - began


def change(home: str, folder: str, repetitions: int) -> dict[str, Any]:
    """A file added, changed and removed again, by builds in this process and by whole `wenbao build` processes."""
    this = _Change(Path(home), Path(folder))
    figures: dict[str, Any] = {"passages": this.engine.archive.manifest.passages}
    for way, act in (("inside", this.inside), ("process", this.process)):
        times: dict[str, list[tuple[float, float]]] = {"add": [], "change": [], "remove": []}
        for number in range(repetitions):
            story = _story(way, number)
            file = this.folder / f"added-{way}-{number}.jsonl"
            for done, tail in (("add", "三千多"), ("change", "八千多")):
                text = f"{story.text}{tail}名。"
                file.write_text(record(Story(story.id, story.title, story.date, text)), encoding="utf-8")
                times[done].append(act(lambda s=story, t=text: this.seen(s, t)))  # type: ignore[misc]
            file.unlink()
            times["remove"].append(act(lambda s=story: not this.seen(s, "")))  # type: ignore[misc]
        for done, pairs in times.items():
            figures[f"{done}_{way}"] = spread([found for found, _ in pairs])
            figures[f"{done}_{way}"]["build_over_s"] = round(statistics.median([over for _, over in pairs]), 4)
    return figures


def _story(way: str, number: int) -> Story:
    place = "甲乙丙丁戊己庚辛壬癸"[number % 10] + "岭"
    title = f"霁川县蓝藤镇{place}村{'首' if way == 'inside' else '末'}届竹编风筝节"
    text = f"本报讯 {title}上周在蓝藤镇举办。当地的手艺人带来了一千多只风筝。据统计，风筝节吸引的游客有"
    return Story(f"added-{way}-{number}-{time.time_ns()}", title, "2026-11-20", text)
