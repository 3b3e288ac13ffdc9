"""Files of an archive cut, changed and removed: what is asked is answered rightly or refused by name, and comes back.

Every question to a damaged archive, and every build and repair of one, is a child: a library that crashes is a failed
test. The slow sweeps are some 200 damages together.
"""

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from faults import (
    NEW,
    OLD,
    WRONG,
    Outcome,
    State,
    build_pages,
    copy,
    embedded,
    killed_at_call,
    many,
    place,
    repair_home,
    run,
    spread,
    state,
    with_small_indexes,
    write,
)

from index import FORMAT_VERSION, check, current_generation, digest_file
from qa.cli import main

CATALOGUE = "archive.sqlite"


def cut(share: float) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])


def flip(share: float) -> Callable[[Path], None]:
    def harm(file: Path) -> None:
        data = bytearray(file.read_bytes())
        if data:
            data[int(share * (len(data) - 1))] ^= 0x10
        file.write_bytes(data)

    return harm


HARMS: dict[str, Callable[[Path], None]] = {
    "removed": Path.unlink,
    "empty": cut(0),
    "cut by half": cut(0.5),
    "cut at its end": cut(0.9999),
    "first byte": flip(0),
    "a bit in the middle": flip(0.5),
    "last byte": flip(1),
    "zeros": lambda file: file.write_bytes(bytes(file.stat().st_size)),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"\0" * 100),
}


@dataclass(frozen=True, slots=True)
class Whole:
    """An archive that nothing has happened to."""

    pages: Path
    home: Path
    log: Path
    state: State | None

    @property
    def files(self) -> list[str]:
        """All that is read to answer: the files of the serving generation and the one that names it."""
        folder = self.home / "generations" / str(current_generation(self.home))
        found = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock")
        return ["CURRENT", *(file.relative_to(self.home).as_posix() for file in found)]


@pytest.fixture(scope="module")
def whole() -> Iterator[Whole]:
    """An archive that was built, added to and taken from."""
    with place() as folder:
        pages, home, log = folder / "pages", folder / "home", folder / "log"
        for content in (OLD, OLD | {"来.txt": OLD["大桥.txt"].replace("9", "7")}, NEW):
            run(build_pages, write(pages, content), home, log)
        yield Whole(pages, home, log, state(home))


@pytest.fixture(scope="module")
def large() -> Iterator[Whole]:
    """As `whole`, with all the files that a large archive has: a base of vectors, what was added to it, what is gone."""
    with place() as folder:
        pages, home, log = folder / "pages", folder / "home", folder / "log"
        for content in (OLD | many(30), OLD | dict(list(many(33).items())[1:])):
            run(with_small_indexes, build_pages, write(pages, content), home, log)
        yield Whole(pages, home, log, state(home))


def answers_rightly_or_refuses(whole: Whole, home: Path, file: str, harm: str) -> bool:
    """Whether the damaged archive still answers."""
    outcome = run(state, home)
    where = f"{file}: {harm}: {outcome}"
    assert outcome.status == 0, where
    if outcome.error:
        # CURRENT and the manifest accuse each other: the one holds the checksum of the other.
        named = ("CURRENT", "manifest.json", "no archive here yet") if "CURRENT" in file else (Path(file).name,)
        assert any(name in outcome.error for name in named), where
        assert "wenbao build" in outcome.error or "wenbao doctor" in outcome.error, where
    else:
        assert outcome.value == whole.state, where
    return not outcome.error


def heals(whole: Whole, home: Path, log: Path, by_build: bool) -> Outcome:
    outcome = run(build_pages, whole.pages, home, log) if by_build else run(repair_home, home, log)
    assert (outcome.status, outcome.error) == (0, ""), outcome
    return outcome


def damage_derived(whole: Whole, folder: Path, cases: list[tuple[str, str]]) -> None:
    for number, (file, harm) in enumerate(cases):
        home, log = copy(whole.home, folder / "home"), folder / "log"
        HARMS[harm](home / file)
        answers_rightly_or_refuses(whole, home, file, harm)
        outcome = heals(whole, home, log, by_build=number % 2 == 0)
        where = f"{file}: {harm}: {outcome}"
        if number % 2:
            assert outcome.value == [], where
        assert state(home) == whole.state, where
        assert check(home) == [], where
        assert not log.exists(), f"{where}: what was only derived is embedded again"


def test_each_derived_file_damaged_in_some_way(large, tmp_path):
    harms = list(HARMS)
    damage_derived(
        large, tmp_path, [(file, harms[(5 * number) % len(harms)]) for number, file in enumerate(large.files)]
    )


@pytest.mark.slow
def test_each_derived_file_damaged_in_every_way(large, tmp_path, record_property):
    cases = [(file, harm) for file in large.files for harm in HARMS]
    # A build and a repair by turns: an odd number of harms gives each file both.
    damage_derived(large, tmp_path, cases)
    record_property("damages", len(cases))


def test_all_derived_files_gone(large, tmp_path):
    for by_build in (True, False):
        home = copy(large.home, tmp_path / "home")
        for file in large.files:
            (home / file).unlink()
        heals(large, home, tmp_path / "log", by_build)
        assert state(home) == large.state
        assert not (tmp_path / "log").exists()


# The catalogue: it is the truth, and what of it is lost only the sources bring back.


def damage_catalogue(whole: Whole, folder: Path, harms: dict[str, Callable[[Path], None]]) -> None:
    """Damage the catalogue as a file, ask, and heal it by a build, or by a repair and a build."""
    for number, (harm, do) in enumerate(harms.items()):
        home, log = copy(whole.home, folder / "home"), folder / "log"
        log.unlink(missing_ok=True)
        do(home / CATALOGUE)
        asked, looked = run(state, home), run(check, home)
        assert (looked.status, looked.error) == (0, ""), (harm, looked)
        assert asked.status == 0 or (asked.status == WRONG and looked.value), (harm, asked, looked)
        if asked.error:
            assert CATALOGUE in asked.error, (harm, asked)
        elif not looked.value:
            assert asked.value == whole.state, harm
        if number % 2 or (looked.value and not asked.error):
            assert run(repair_home, home, log).status == 0, harm
        comes_back(whole, home, log, harm)


def comes_back(whole: Whole, home: Path, log: Path, harm: str) -> None:
    heals(whole, home, log, by_build=True)
    assert state(home) == whole.state, harm
    assert check(home) == [], harm
    assert max(embedded(log).values(), default=0) <= 1, harm


def test_catalogue_damaged_in_some_ways(whole, tmp_path):
    damage_catalogue(whole, tmp_path, {name: HARMS[name] for name in ("removed", "cut by half", "first byte")})


@pytest.mark.slow
def test_catalogue_damaged_in_every_way(whole, tmp_path, record_property):
    damage_catalogue(whole, tmp_path, HARMS)
    record_property("damages", len(HARMS))


def content_of(data: bytes, most: int) -> list[int]:
    """Bytes of the catalogue that hold something: texts, keys of records, numbers, parts of vectors."""
    there = [place for place, byte in enumerate(data) if byte]
    return [there[number - 1] for number in spread(len(there), most)]


@pytest.mark.slow
def test_flipped_bytes_of_the_catalogue(whole, tmp_path, record_property):
    """SQLite knows no checksums: what can be told is told at once, and what is answered wrongly is found by the doctor."""
    data = (whole.home / CATALOGUE).read_bytes()
    places = content_of(data, 150)
    wrong = []
    for byte in places:
        home, log = copy(whole.home, tmp_path / "home"), tmp_path / "log"
        log.unlink(missing_ok=True)
        changed = bytearray(data)
        changed[byte] ^= 0x10
        (home / CATALOGUE).write_bytes(changed)
        where = f"byte {byte}: {data[byte - 20 : byte]!r} {data[byte : byte + 1]!r} {data[byte + 1 : byte + 20]!r}"
        try:
            flipped_comes_back(whole, home, log)
        except AssertionError as error:
            wrong.append(f"{where}: {str(error).splitlines()[0][:200]}")
    record_property("damages", len(places))
    assert not wrong, "\n".join([f"{len(wrong)} of {len(places)}", *wrong])


def flipped_comes_back(whole: Whole, home: Path, log: Path) -> None:
    asked, looked = run(state, home), run(check, home)
    assert asked.status in (0, WRONG), f"asked: {asked.status}"
    assert looked.status == 0, f"checked: {looked.status}"
    assert not asked.error or CATALOGUE in asked.error, asked.error
    if looked.value == []:
        assert not asked.error, f"refused and not found: {asked.error}"
        assert asked.value == whole.state, "answered wrongly and not found"
    else:
        repaired = run(repair_home, home, log)
        assert repaired.status == 0, f"repaired: {repaired.status}"
        built = run(build_pages, whole.pages, home, log)
        assert (built.status, built.error) == (0, ""), f"built: {built.status} {built.error}"
        assert run(state, home).value == whole.state, "not healed"
        assert check(home) == [], "not well after it was healed"


def log_damaged(whole: Whole, tmp_path: Path, name: str, before_end: list[int], harms: list[str]) -> int:
    """Kill a build so many calls before its end, damage what it leaves, ask, build; how many damages there were.

    A build that was killed leaves a log with what is not yet in the catalogue's file.
    """
    pages = write(tmp_path / "pages", OLD)
    base, log, done = tmp_path / "base", tmp_path / "log", 0
    run(build_pages, pages, base, tmp_path / "first")
    write(pages, NEW)
    calls = killed_at_call(0, build_pages, pages, copy(base, tmp_path / "counted"), log).value
    for moment in (calls - number for number in before_end):
        killed = copy(base, tmp_path / "killed")
        killed_at_call(moment, build_pages, pages, killed, log)
        for harm in harms if (killed / name).exists() else []:
            home = copy(killed, tmp_path / "home")
            HARMS[harm](home / name)
            asked, looked = run(state, home), run(check, home)
            # Without the log that it was being written from the catalogue is torn: the doctor finds it.
            assert asked.status in (0, WRONG), (moment, harm, asked)
            assert (looked.status, looked.error) == (0, ""), (moment, harm, looked)
            assert asked.error == "" or CATALOGUE in asked.error
            if looked.value:
                heals(whole, home, log, by_build=False)
            assert looked.value or asked.status == 0, (moment, harm)
            outcome = run(build_pages, pages, home, log)
            assert (outcome.status, outcome.error) == (0, ""), (moment, harm, outcome)
            assert run(state, home).value == whole.state, (moment, harm)
            assert check(home) == [], (moment, harm)
            done += 1
    return done


LOGS = (f"{CATALOGUE}-wal", f"{CATALOGUE}-shm")


@pytest.mark.parametrize("name", LOGS)
def test_log_of_the_catalogue_damaged(whole, tmp_path, name):
    assert log_damaged(whole, tmp_path, name, [12], ["removed", "cut by half", "a bit in the middle"]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGS)
def test_log_of_the_catalogue_damaged_in_every_way(whole, tmp_path, name, record_property):
    damages = log_damaged(whole, tmp_path, name, [100, 12], list(HARMS))
    record_property("damages", damages)
    assert damages >= len(HARMS)


# Archives of a later version.


def tree(home: Path) -> dict[str, str]:
    """The digests of all files that hold something: SQLite makes its own as it opens a catalogue, a build notes who it is."""
    passing = (f"{CATALOGUE}-wal", f"{CATALOGUE}-shm", "lock")
    return {
        str(file.relative_to(home)): digest_file(file)
        for file in home.rglob("*")
        if file.is_file() and file.name not in passing
    }


def future_manifest(home: Path) -> None:
    current = current_generation(home)
    file = home / f"generations/{current}/manifest.json"
    file.write_bytes(file.read_bytes().replace(f'"format": {FORMAT_VERSION}'.encode(), b'"format": 99, "more": {}'))
    assert b'"format": 99' in file.read_bytes()
    (home / "CURRENT").write_text(f"{current} {digest_file(file)}\n")


def future_catalogue(home: Path) -> None:
    connection = sqlite3.connect(home / CATALOGUE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize("change", [future_manifest, future_catalogue])
def test_archive_of_a_later_version_is_left_alone(whole, tmp_path, change):
    home, log = copy(whole.home, tmp_path / "home"), tmp_path / "log"
    change(home)
    before = tree(home)
    for work, arguments in ((state, (home,)), (build_pages, (whole.pages, home, log)), (repair_home, (home, log))):
        outcome = run(work, *arguments)
        assert outcome.status == 0, outcome
        assert outcome.error.startswith(f"{home}: an archive of format 99; this wenbao reads format "), outcome
        assert tree(home) == before
    assert not log.exists()


# As a person sees it.


def command(*words: str) -> tuple[int, str, str]:
    """Run `wenbao`; returns its status and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(words)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.slow
def test_command_says_in_one_line_what_is_damaged_and_doctor_repairs_it(tmp_path):
    pages, home = write(tmp_path / "pages", OLD), ["--home", str(tmp_path / "home")]
    status, _, _ = run(command, "build", str(pages), *home).value
    assert status == 0
    whole = Whole(pages, tmp_path / "home", tmp_path / "log", None)
    question = "新港几月几日开航?"
    _, answer, _ = run(command, "ask", question, *home).value
    assert "7月21日" in answer
    for number, file in enumerate(whole.files):
        copied, harm = copy(whole.home, tmp_path / "copy"), list(HARMS)[number % len(HARMS)]
        HARMS[harm](copied / file)
        outcome = run(command, "ask", question, "--home", str(copied))
        assert outcome.status == 0, (file, harm, outcome)
        status, out, error = outcome.value
        where = (file, harm, error)
        assert (status, out) == ((1, "") if error else (0, answer)), where
        assert error == "" or (error.startswith("wenbao: ") and error.count("\n") == 1), where
        assert run(command, "doctor", "--home", str(copied)).value[0] == 0, where
        assert run(command, "ask", question, "--home", str(copied)).value == (0, answer, ""), where
