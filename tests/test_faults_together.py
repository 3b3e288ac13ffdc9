"""Several at work on one archive: builders, readers, a build that is cancelled, a process of its own that is killed."""

import os
import random
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from faults import NEW, OLD, Child, LoggingEncoder, build_pages, embedded, many, run, state, write
from pages import CountingEncoder

from index import Archive, ArchiveBusy, BuildCancelled, build, check, current_generation
from qa.engine import Engine


class SlowEncoder(CountingEncoder):
    """Takes its time, and shows by a file that it has begun."""

    def __init__(self, begun: Path) -> None:
        super().__init__()
        self.begun = begun

    def encode(self, texts, *, query=False):
        self.begun.touch()
        time.sleep(0.5)
        return super().encode(texts, query=query)


def build_slowly(pages: Path, home: Path, begun: Path) -> int:
    return build([pages], home, encoder=SlowEncoder(begun)).generation


def wait_for(file: Path) -> None:
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.002)


# Builders.


def test_second_builder_is_told_who_holds_the_archive(pages, home, tmp_path):
    child = Child(build_slowly, pages, home, tmp_path / "begun")
    wait_for(tmp_path / "begun")
    with pytest.raises(ArchiveBusy, match=f"process {child.pid} is building this archive. Wait until"):
        build([pages], home, encoder=CountingEncoder())
    outcome = run(build_pages, pages, home, tmp_path / "log")
    assert f"process {child.pid} is building" in outcome.error
    assert child.wait().value == 1
    assert not (tmp_path / "log").exists()
    assert build([pages], home, encoder=CountingEncoder()).generation == 1


def test_builder_that_is_killed_lets_go(pages, home, tmp_path):
    child = Child(build_slowly, pages, home, tmp_path / "begun")
    wait_for(tmp_path / "begun")
    child.kill()
    assert child.wait().killed
    assert build([pages], home, encoder=CountingEncoder()).generation == 1


def test_builder_in_another_thread(pages, home, tmp_path):
    reports = []
    thread = threading.Thread(target=lambda: reports.append(build_slowly(pages, home, tmp_path / "begun")))
    thread.start()
    wait_for(tmp_path / "begun")
    with pytest.raises(ArchiveBusy, match=f"process {os.getpid()} is building this archive"):
        build([pages], home, encoder=CountingEncoder())
    thread.join()
    assert reports == [1]
    assert build([pages], home, encoder=CountingEncoder()).generation == 1


def build_again_and_again(pages: Path, home: Path, log: Path, times: int) -> tuple[int, int]:
    done = busy = 0
    for _ in range(times):
        try:
            build_pages(pages, home, log)
            done += 1
        except ArchiveBusy:
            busy += 1
            time.sleep(0.005)
    return done, busy


def test_many_builders(tmp_path, home):
    """Processes build the same archive at the same time: one works, the others are told, nothing is done twice."""
    pages, log = write(tmp_path / "pages", OLD), tmp_path / "log"
    build_pages(pages, home, log)
    write(pages, NEW)
    outcomes = [child.wait() for child in [Child(build_again_and_again, pages, home, log, 5) for _ in range(4)]]

    assert [(outcome.status, outcome.error) for outcome in outcomes] == [(0, "")] * 4
    assert sum(outcome.value[0] for outcome in outcomes) >= 1
    assert current_generation(home) == 2
    assert state(home).texts.keys() == NEW.keys()
    assert set(embedded(log).values()) == {1}
    assert check(home) == []


# Readers.


def issue(number: int) -> dict[str, str]:
    """Pages of which every sentence tells which edition it is of, and one page that only this edition has."""
    mark = f"第{number:05}期"
    return {
        **{
            f"{n}.txt": f"{name}{mark}开放\n□记者 李涛 报道\n本报2023年5月{n + 1}日讯 {mark}{name}今天开放。{mark}{name}长{number}公里。\n"
            for n, name in enumerate(("山顶公园", "跨海大桥", "青岛新港", "城北车站"))
        },
        f"只在{number}.txt": f"号外{mark}\n□记者 王雪 报道\n本报2023年6月1日讯 {mark}号外只在这一期。\n",
    }


ASKED = ("李涛写了哪些报道?", "跨海大桥长多少公里?", "山顶公园长多少?跨海大桥长多少?", "号外在哪一期?", "车站开放了吗?")
_MARK = re.compile(r"第(\d{5})期")


def ask_until(home: Path, published: Path, stop: Path, seed: int) -> tuple[int, int]:
    """Ask in two threads until told to stop; how many answers there were, and of how many editions.

    Every answer is of one edition, and of none that was replaced before it was asked for.
    """
    engine = Engine(home, CountingEncoder())
    answers: list[int] = []
    failures: list[str] = []

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        try:
            while not stop.exists():
                oldest = int(published.read_text() or 0)
                question = chance.choice(ASKED)
                answer = engine.ask(question)
                cited = [citation.quote + citation.headline + citation.source for citation in answer.citations]
                said = {int(mark) for text in (answer.answer, *cited) for mark in _MARK.findall(text)}
                only = {int(name) for name in re.findall(r"只在(\d+)", "".join(cited))}
                editions = said | only
                assert answer.citations, question
                assert len(editions) == 1, (question, answer)
                assert min(editions) >= oldest, (question, answer, oldest)
                answers.append(min(editions))
        except BaseException as error:
            failures.append(repr(error))
            raise

    threads = [threading.Thread(target=ask, args=(2 * seed + n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    return len(answers), len(set(answers))


def read_and_build(tmp_path: Path, home: Path, readers: int, seconds: float) -> tuple[int, int, int]:
    pages, published, stop = tmp_path / "pages", tmp_path / "published", tmp_path / "stop"
    build([write(pages, issue(0))], home, encoder=CountingEncoder())
    published.write_text("0")
    children = [Child(ask_until, home, published, stop, seed) for seed in range(readers)]
    builds, until = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < until and all(child.running for child in children):
            builds += 1
            write(pages, issue(builds))
            build([pages], home, encoder=CountingEncoder())
            new = published.with_suffix(".new")
            new.write_text(str(builds))
            new.replace(published)
    finally:
        stop.touch()
        outcomes = [child.wait() for child in children]
    assert [outcome.status for outcome in outcomes] == [0] * readers
    assert [outcome.error for outcome in outcomes] == [""] * readers
    assert check(home) == []
    # Every thread may have held a generation of its own while the last build cleared up; nobody holds one now.
    write(pages, issue(builds + 1))
    build([pages], home, encoder=CountingEncoder())
    assert len(list((home / "generations").iterdir())) <= 3
    return builds, sum(outcome.value[0] for outcome in outcomes), min(outcome.value[1] for outcome in outcomes)


def test_builder_and_readers(tmp_path, home):
    builds, answers, editions = read_and_build(tmp_path, home, readers=2, seconds=2)
    assert builds >= 2
    assert answers >= 20
    assert editions >= 2


@pytest.mark.slow
def test_builder_and_eight_readers_for_a_minute(tmp_path, home, record_property):
    """Four processes with two threads each."""
    builds, answers, editions = read_and_build(tmp_path, home, readers=4, seconds=60)
    record_property("builds and answers", (builds, answers))
    assert builds >= 10
    assert answers >= 500
    assert editions >= 5


# Builds that are cancelled.


def cancelled_at(moment: int, pages: Path, home: Path, log: Path) -> bool:
    """Build with a cancel button pressed at the `moment`-th progress; whether the build was cancelled."""
    event, told = threading.Event(), 0

    def press(_: object) -> None:
        nonlocal told
        told += 1
        if told == moment:
            event.set()

    try:
        build([pages], home, encoder=LoggingEncoder(log), progress=press, cancel=event)
    except BuildCancelled as error:
        message = str(error)
    else:
        return False
    assert message.startswith(f"{home}: ")
    assert "\n" not in message
    return True


@pytest.mark.parametrize("first", [True, False], ids=["first build", "update"])
def test_cancelled_at_many_moments(tmp_path, home, first):
    """Cancelled again and again, each time a little later, one archive comes to its end without embedding anything twice."""
    pages, log = write(tmp_path / "pages", OLD), tmp_path / "log"
    before = None
    if not first:
        build_pages(pages, home, log)
        before = state(home)
    write(pages, NEW | many(20))
    build_pages(pages, tmp_path / "whole", tmp_path / "log-whole")
    after = state(tmp_path / "whole")
    moment = cancels = 0
    while cancelled_at(moment := moment + 1 + cancels // 3, pages, home, log):
        cancels += 1
        if current_generation(home) is None:
            assert first
        else:
            assert state(home) in (before, after)
    assert cancels >= 5
    assert state(home) == after
    assert check(home) == []
    assert set(embedded(log).values()) == {1}


def test_cancelled_by_another_thread_at_any_time(tmp_path, home):
    """As the button of the page does. What a build has embedded and kept is not embedded again."""
    pages, log = write(tmp_path / "pages", many(60)), tmp_path / "log"
    chance = random.Random(7)
    cancelled = 0
    for _ in range(60):
        event = threading.Event()
        timer = threading.Timer(chance.uniform(0, 0.05), event.set)
        timer.start()
        try:
            build([pages], home, encoder=LoggingEncoder(log), cancel=event)
            break
        except BuildCancelled:
            cancelled += 1
        finally:
            timer.cancel()
            timer.join()
    build_pages(pages, home, log)
    assert cancelled
    assert len(state(home).texts) == 60
    assert check(home) == []
    assert set(embedded(log).values()) == {1}


def test_cancelled_before_it_begins(pages, home):
    event = threading.Event()
    event.set()
    with pytest.raises(BuildCancelled):
        build([pages], home, encoder=CountingEncoder(), cancel=event)
    assert current_generation(home) is None
    assert build([pages], home, encoder=CountingEncoder(), cancel=threading.Event()).generation == 1


# Processes that a build has started: it does from some megabytes on.


FILES, SENTENCES = 1600, 100


def count(home: Path) -> int:
    """How many files the serving generation holds."""
    with Archive.open(home) as archive:
        return len(archive.sources())


def children_of(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_processes_of_a_build_that_is_killed_end_and_hold_nothing(tmp_path, home):
    pages, log = write(tmp_path / "pages", many(FILES, SENTENCES)), tmp_path / "log"
    child = Child(build_pages, pages, home, log)
    helpers: list[int] = []
    while child.running and not helpers:
        helpers = children_of(child.pid)
        time.sleep(0.01)
    child.kill()
    child.wait()
    report = build_pages(pages, home, log)
    assert report.generation == 1
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in helpers):
        assert time.monotonic() < until, "processes of a build outlive it"
        time.sleep(0.05)
    assert count(home) == FILES
    if not helpers:
        pytest.skip("a build of this size starts no processes here")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_build_whose_processes_are_killed_is_whole(tmp_path, home):
    pages, log = write(tmp_path / "pages", many(FILES, SENTENCES)), tmp_path / "log"
    child = Child(build_pages, pages, home, log)
    killed = 0
    while child.running:
        for pid in children_of(child.pid):
            if killed < 5:
                os.kill(pid, signal.SIGKILL)
                killed += 1
        time.sleep(0.05)
    outcome = child.wait()
    assert (outcome.status, outcome.error) == (0, "")
    if outcome.value.refused:
        # A page that was in the hands of a killed process may be refused by name; the next build has it.
        assert build_pages(pages, home, log).refused == ()
    assert count(home) == FILES
    assert check(home) == []
    if not killed:
        pytest.skip("a build of this size starts no processes here")


# Many files.


def build_and_measure(pages: Path, home: Path) -> tuple[int, int, int, int, float]:
    import resource

    began = time.process_time()
    report = build([pages], home, encoder=CountingEncoder())
    used = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return report.generation, report.passages, report.encoded, memory, used


@pytest.mark.slow
def test_a_hundred_thousand_small_files(tmp_path, home, record_property):
    count, in_folder = 100_000, 1000
    pages = tmp_path / "pages"
    for number in range(count):
        if number % in_folder == 0:
            (pages / str(number // in_folder)).mkdir(parents=True)
        (pages / str(number // in_folder) / f"{number}.txt").write_text(
            f"本报讯 第{number}号船今天到港。\n", encoding="utf-8"
        )
    figures = []
    for step, (generation, passages, encoded) in enumerate([(1, count, count), (1, count, 0), (2, count - 1, 0)]):
        if step == 2:
            (pages / "50/50123.txt").unlink()
        outcome = run(build_and_measure, pages, home)
        assert (outcome.status, outcome.error) == (0, "")
        assert outcome.value[:3] == (generation, passages, encoded)
        figures.append(outcome.value[3:])
    record_property("MB, seconds of processor", figures)
    assert max(memory for memory, _ in figures) < 2048
    engine = Engine(home, CountingEncoder())
    for number in (0, 50122, count - 1):
        assert f"{number}.txt" in engine.search(f"第{number}号船")[0].article.source
    assert "50123" not in "".join(hit.article.source for hit in engine.search("第50123号船", k=50))
