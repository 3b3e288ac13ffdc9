"""The parts of `archive.py`: each gives its figures as a dictionary for the JSON file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from archive_corpus import Written, questions, write_pages, write_records
from archive_page import ask_page
from archive_run import ROOT, WORK, Run, run, spread, wenbao, work

COLD_QUESTION = "翰博光电生产基地项目总投资多少？"
K = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured. `kill_share` of the files are read when the largest build is killed."""

    data: Path
    work: Path
    sizes: tuple[int, ...]
    built: int
    files: int
    repetitions: int
    questions: int
    recalled: int
    served: int
    at_page: int
    clients: int
    cold_runs: int
    kill_share: float = 0.5


@dataclass(slots=True)
class Archives:
    """The archives by size, each built at its first use; what the builds cost is kept."""

    settings: Settings
    keep: Callable[[int, dict[str, Any]], None]
    ready: set[int] = field(default_factory=set)

    def folder(self, size: int) -> Path:
        return self.settings.work / f"files-{size}"

    def home(self, size: int) -> Path:
        """The archive of about so many passages."""
        home = self.settings.work / f"archive-{size}"
        if size not in self.ready and not _finished(home).exists():
            self._build(size, home)
        self.ready.add(size)
        return home

    def _build(self, size: int, home: Path) -> None:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(self.folder(size), ignore_errors=True)
        written = write_records(self.settings.data, self.folder(size), size)
        largest = size == max(self.settings.sizes) and len(self.settings.sizes) > 1
        figures = (
            killed(self.folder(size), home, self.settings.kill_share) if largest else whole(self.folder(size), home)
        )
        figures |= asdict(written)
        _finished(home).write_text(json.dumps(figures))
        self.keep(size, {"build": figures})

    def written(self, size: int) -> dict[str, Any]:
        """What the build of this size gave, also where an earlier run made it."""
        return json.loads(_finished(self.home(size)).read_text())


def _finished(home: Path) -> Path:
    return home.with_name(f"{home.name}.json")


def whole(folder: Path, home: Path) -> dict[str, Any]:
    """`wenbao build` of a new archive as a whole process."""
    done = wenbao("build", folder, "--home", home, "--json")
    report = json.loads(done.output.splitlines()[-1])
    return {
        "passages": report["passages"],
        "passages_a_second": round(report["passages"] / done.seconds),
        "inside_s": report["seconds"],
        "encoded": report["encoded"],
        **done.costs,
    }


def killed(folder: Path, home: Path, share: float) -> dict[str, Any]:
    """The same, killed (SIGKILL) when a share of the files is read, and run again to its end."""
    given = json.dumps({"paths": [str(folder)], "home": str(home), "kill_share": share})
    cut = run((*WORK, "build"), given=given)
    told = Path(f"{home}.killed.json")
    if cut.status != -9 or not told.exists():
        raise SystemExit(f"the build to be killed ended with {cut.status}: {cut.errors.strip()[-2000:]}")
    before = json.loads(told.read_text())
    resumed = whole(folder, home)
    seconds = cut.seconds + resumed["seconds"]
    kept = resumed["passages"] - resumed["encoded"]
    return {
        **resumed,
        "passages_a_second": round(resumed["passages"] / seconds),
        "seconds": round(seconds, 3),
        "processor_s": round(cut.processor_s + resumed["processor_s"], 3),
        "peak_pss_mb": max(round(cut.peak_pss_mb), resumed["peak_pss_mb"]),
        "peak_rss_mb": max(round(cut.peak_rss_mb), resumed["peak_rss_mb"]),
        "killed": {
            "after_s": round(cut.seconds, 3),
            "files_read": before["done"],
            "files": before["total"],
            "passages_told": before["passages"],
            "passages_kept": kept,
            "passages_lost": max(0, before["passages"] - kept),
            "children_left": cut.orphans,
            "resumed_s": resumed["seconds"],
        },
    }


def measure_build(settings: Settings) -> dict[str, Any]:
    """Real news from files to searchable: ready articles (JSONL) and pages of text, whole process and inside."""
    result: dict[str, Any] = {}
    for form, write in (("records", write_records), ("pages", write_pages)):
        folder, home = settings.work / f"built-{form}", settings.work / "built"
        shutil.rmtree(folder, ignore_errors=True)
        written: Written = write(settings.data, folder, passages=settings.built)
        shutil.rmtree(home, ignore_errors=True)
        figures = whole(folder, home) | asdict(written)
        shutil.rmtree(home)
        inside, process = work("build", paths=[str(folder)], home=home)
        figures["inside"] = {
            "passages_a_second": round(inside["passages"] / inside["seconds"]),
            "seconds": inside["seconds"],
            "processor_s": round(process.processor_s, 3),
            "stages": inside["stages"],
        }
        figures["inside"]["kinds"] = _kinds(home, folder, inside, process)
        result[form] = figures
        shutil.rmtree(folder)
        shutil.rmtree(home)
    return result


def _kinds(home: Path, folder: Path, inside: dict[str, Any], process: Run) -> dict[str, Any]:
    """Where the processor's time goes: reading, terms and vectors by their cost measured apart; what is left is writing
    the catalogue and the indexes, and starting."""
    apart, _ = work("kinds", home=home, folder=folder, sample=5000)
    costs = {name: apart[f"{name}_us"] * inside["passages"] / 1e6 for name in ("read", "terms", "vectors")}
    spent = {f"{name}_s": round(seconds, 2) for name, seconds in costs.items()}
    return apart | spent | {"write_and_rest_s": round(process.processor_s - sum(costs.values()), 2)}


def measure_unchanged(settings: Settings) -> dict[str, Any]:
    """Many small files, nothing changed."""
    folder, home = settings.work / "many", settings.work / "many-archive"
    written = write_pages(settings.data, folder, files=settings.files)
    wenbao("build", folder, "--home", home)
    processes = [wenbao("build", "--home", home).seconds for _ in range(settings.repetitions)]
    inside, _ = work("unchanged", home=home, repetitions=settings.repetitions)
    shutil.rmtree(folder)
    shutil.rmtree(home)
    return {
        "files": written.files,
        "passages": inside["passages"],
        "process": spread(processes),
        "inside": inside["inside"],
    }


def measure_cold(settings: Settings) -> dict[str, Any]:
    """`wenbao ask` on the seeds, each time a process of its own."""
    home = settings.work / "seeds"
    shutil.rmtree(home, ignore_errors=True)
    wenbao("build", ROOT / "seeds", "--home", home)
    runs = [wenbao("ask", COLD_QUESTION, "--home", home) for _ in range(settings.cold_runs)]
    return spread([one.seconds for one in runs]) | {
        "processor_s": round(median([one.processor_s for one in runs]), 3),
        "rss_mb": round(max(one.peak_rss_mb for one in runs)),
    }


def measure_disk(archives: Archives, size: int) -> dict[str, Any]:
    """Bytes of the archive folder by what they are for, and beyond the text for each passage. Names that link to one
    file count once."""
    home, built = archives.home(size), archives.written(size)
    kinds: dict[str, int] = {}
    seen = set()
    for file in sorted(home.rglob("*")):
        status = file.lstat()
        if file.is_file() and status.st_ino not in seen:
            seen.add(status.st_ino)
            kind = _kind(file.relative_to(home))
            kinds[kind] = kinds.get(kind, 0) + status.st_size
    total = sum(kinds.values())
    return {
        "bytes": total,
        "text_bytes": built["text_bytes"],
        "beyond_text_a_passage": round((total - built["text_bytes"]) / built["passages"]),
        "a_passage_by_kind": {kind: round(size / built["passages"], 1) for kind, size in sorted(kinds.items())},
    }


def _kind(path: Path) -> str:
    """The name under which a file is counted: what stands in a generation's folder, or in the archive's own."""
    return path.parts[2 if path.parts[0] == "generations" and len(path.parts) > 2 else 0]


def measure_retrieval(archives: Archives, size: int) -> dict[str, Any]:
    settings, home = archives.settings, archives.home(size)
    asked = questions(settings.data, settings.questions)
    result, _ = work("retrieval", home=home, questions=asked, clients=settings.clients)
    result["vectors"], _ = work("recall", home=home, questions=asked[: settings.recalled], k=K)
    return result


def measure_page(archives: Archives, size: int) -> dict[str, Any]:
    settings = archives.settings
    asked = questions(settings.data, settings.clients + settings.at_page)
    return ask_page(archives.home(size), asked, settings.clients)


def measure_memory(archives: Archives, size: int) -> dict[str, Any]:
    home = archives.home(size)
    result, _ = work("serving", home=home, questions=questions(archives.settings.data, archives.settings.served))
    return result


def measure_add(archives: Archives, size: int) -> dict[str, Any]:
    home = archives.home(size)
    result, process = work("change", home=home, folder=archives.folder(size), repetitions=archives.settings.repetitions)
    return result | {"peak_pss_mb": round(process.peak_pss_mb)}


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)
