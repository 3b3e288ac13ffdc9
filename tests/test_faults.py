"""Builds and repairs killed at any point: the last generation goes on serving, and the next build finishes the work.

Where they are killed: at what Python tells audit hooks and at each step of progress; right before each call by which the
process changes a file, those of SQLite, FAISS and tantivy among them (each write, sync, rename, link and removal, so each
commit point); and after a time. The slow sweeps are some 500 kills together.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import (
    NEW,
    OLD,
    Outcome,
    State,
    build_pages,
    copy,
    embedded,
    killed_after,
    killed_at_call,
    killed_at_event,
    many,
    place,
    repair_home,
    run,
    spread,
    state,
    with_small_indexes,
    write,
)

from index import ArchiveDamaged, NoArchive, check, current_generation


@dataclass(frozen=True, slots=True)
class Scene:
    """What is killed: where it begins, what may be seen after the kill, and what must be there when it was done again."""

    pages: Path
    home: Path | None
    log: Path
    allowed: tuple[State | None, ...]
    after: State
    repairs: bool = False
    small: bool = False

    def call(self, home: Path, log: Path) -> tuple[Callable[..., object], tuple[object, ...]]:
        function, arguments = (repair_home, (home, log)) if self.repairs else (build_pages, (self.pages, home, log))
        return (with_small_indexes, (function, *arguments)) if self.small else (function, arguments)

    def again(self, home: Path, log: Path, moment: int) -> None:
        """What a user does next: the same once more; after a repair that was killed, now a build and now a repair."""
        if self.repairs and moment % 2:
            assert repair_home(home, log) == []
        elif self.small:
            outcome = run(with_small_indexes, build_pages, self.pages, home, log)
            assert (outcome.status, outcome.error) == (0, "")
        else:
            build_pages(self.pages, home, log)


def seen(home: Path) -> State | None:
    """What is served; None if nothing is, or if it says that it is damaged."""
    try:
        return state(home)
    except (NoArchive, ArchiveDamaged):
        return None


def made(folder: Path, old: float) -> dict[str, Scene]:
    """A first build, an update of everything that can change, and a repair of what is broken, of files so many seconds old."""
    pages, base, log = write(folder / "pages", OLD), folder / "base", folder / "log"
    changed, home = write(folder / "changed", OLD), folder / "update"
    time.sleep(old)
    build_pages(pages, base, log)
    before = state(base)
    lost = copy(base, folder / "lost")
    shutil.rmtree(lost / "generations/1/lexical")
    build_pages(changed, home, folder / "log2")
    write(changed, NEW)
    time.sleep(old)
    build_pages(changed, folder / "whole", folder / "log3")
    after = state(folder / "whole")
    assert after != before
    large, worn = write(folder / "large", OLD | many(60)), folder / "worn"
    run(with_small_indexes, build_pages, large, worn, folder / "log4")
    held = state(worn)
    # A third of the texts goes, and more comes than is put beside what there is.
    write(large, NEW | dict(list(many(75).items())[20:]))
    run(with_small_indexes, build_pages, large, copy(worn, folder / "written anew"), folder / "log5")
    assert current_generation(folder / "written anew") == 3, "it was not compacted"
    return {
        "compaction": Scene(
            large, worn, folder / "log4", (held, now := state(folder / "written anew")), now, small=True
        ),
        "first build": Scene(changed, None, folder / "none", (None, after), after),
        "update": Scene(changed, home, log, (before, after), after),
        "repair of files": Scene(pages, lost, log, (None, before), before, repairs=True),
    }


@pytest.fixture(scope="module")
def scenes():
    """Of files just written, which are compared by content."""
    with place() as folder:
        yield made(folder, 0)


@pytest.fixture(scope="module")
def old_scenes():
    """Of files as old as those of users, which are told unchanged by their times."""
    with place() as folder:
        yield made(folder, 2.1)


SCENES = ("first build", "update", "compaction", "repair of files")


def killed_and_done_again(scene: Scene, folder: Path, kill: Callable[..., Outcome], moment: float) -> bool:
    """Kill at one moment; whether it was killed, or had ended before."""
    home, log = copy(scene.home, folder / "home"), folder / "log"
    log.unlink(missing_ok=True)
    function, arguments = scene.call(home, log)
    outcome = kill(moment, function, *arguments)
    assert outcome.killed or outcome.status == 0, outcome
    where = f"killed at {moment} ({outcome.value})"
    assert seen(home) in scene.allowed, where
    scene.again(home, log, int(1000 * moment))
    assert state(home) == scene.after, where
    assert check(home) == [], where
    texts = embedded(log)
    assert not texts.keys() & embedded(scene.log).keys(), f"{where}: what the last generation holds is embedded again"
    # What was embedded and not yet kept when it was killed is embedded once more.
    assert max(texts.values(), default=0) <= 2, where
    return outcome.killed


def sweep(scene: Scene, folder: Path, kill: Callable[..., Outcome], most: int) -> int:
    """Kill at evenly spread moments of all there are; how many kills."""
    home = copy(scene.home, folder / "home")
    function, arguments = scene.call(home, folder / "log")
    outcome = kill(0, function, *arguments)
    assert (outcome.status, outcome.error) == (0, "")
    assert state(home) == scene.after
    # Two runs do not make the same number of calls: some of the last moments may never come.
    return sum(killed_and_done_again(scene, folder, kill, moment) for moment in spread(outcome.value, most))


@pytest.mark.parametrize("kill", [killed_at_event, killed_at_call], ids=["event", "call"])
@pytest.mark.parametrize("name", SCENES)
def test_killed_at_some_moments(scenes, tmp_path, name, kill):
    assert sweep(scenes[name], tmp_path, kill, 5) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_killed_before_each_call_that_changes_a_file(old_scenes, tmp_path, name, record_property):
    kills = sweep(old_scenes[name], tmp_path, killed_at_call, 90)
    record_property("kills", kills)
    assert kills >= 60


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_killed_after_any_time(old_scenes, tmp_path, name, record_property):
    scene = old_scenes[name]
    function, arguments = scene.call(copy(scene.home, tmp_path / "home"), tmp_path / "log")
    began = time.perf_counter()
    run(function, *arguments)
    whole = time.perf_counter() - began
    kills = sum(killed_and_done_again(scene, tmp_path, killed_after, whole * step / 30) for step in range(30))
    record_property("kills", kills)
    assert kills >= 8
