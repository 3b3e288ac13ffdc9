"""Disks that are full or cannot be written: the last generation serves, and what failed is done when there is room again."""

import ctypes
import errno
import os
import resource
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from faults import NEW, OLD, build_pages, copy, embedded, killed_at_call, page, repair_home, run, state, write

from index import check, current_generation

BLOCK = 4  # KB; what a file takes is a multiple of it


@contextmanager
def mounted(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of its own, of so many kilobytes, mounted on `folder`."""
    folder.mkdir()
    order = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "wenbao-test", str(folder)]
    try:
        done = subprocess.run(order, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    with mounted(tmp_path / "disk", 8 << 10) as folder:
        yield folder


def leave(disk: Path, kilobytes: int) -> Path:
    """Fill the disk up to so many free kilobytes; removing the returned file frees it."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    size = max(free.f_bavail * free.f_frsize - (kilobytes << 10), 0)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, size)
    return ballast


def prepared(tmp_path: Path) -> tuple[Path, Path]:
    """The pages as they are to be built, and an archive of what they were."""
    pages = write(tmp_path / "pages", OLD)
    build_pages(pages, tmp_path / "base", tmp_path / "log-base")
    return write(
        pages, NEW | {f"{number}.txt": page(number, "山桥" * 300) for number in range(100, 130)}
    ), tmp_path / "base"


def fills_up(tmp_path: Path, disk: Path, first: bool, kilobytes: int) -> bool:
    """Build with so many free kilobytes, then with enough; whether the first build ended for want of room."""
    pages, base = tmp_path / "pages", None if first else tmp_path / "base"
    home, log = copy(base, disk / "home"), tmp_path / "log"
    log.unlink(missing_ok=True)
    before, after = None if first else state(tmp_path / "base"), state(tmp_path / "whole")
    ballast = leave(disk, kilobytes)
    outcome = run(build_pages, pages, home, log)
    assert outcome.status == 0, kilobytes
    if outcome.error:
        assert str(home) in outcome.error
        assert "Is the disk full" in outcome.error or "cannot be written" in outcome.error
        # The new generation may be there, and what failed was to sweep up.
        if not first or current_generation(home) is not None:
            assert run(state, home).value in (before, after), f"with {kilobytes} KB free"
    ballast.unlink()
    outcome_again = run(build_pages, pages, home, log)
    assert (outcome_again.status, outcome_again.error) == (0, ""), kilobytes
    assert state(home) == after, kilobytes
    assert check(home) == [], kilobytes
    assert max(embedded(log).values()) <= 2
    assert not embedded(log).keys() & embedded(tmp_path / "log-base").keys() or first
    return bool(outcome.error)


def fill_up(tmp_path: Path, disk: Path, first: bool, step: int) -> int:
    """Leave more and more free until a build has room; how many builds had none."""
    pages, _ = prepared(tmp_path)
    build_pages(pages, tmp_path / "whole", tmp_path / "log-whole")
    failed, kilobytes, rooms = 0, 0, 0
    # One more after the first that had room: what a build needs is not the same each time.
    while rooms < 2:
        full = fills_up(tmp_path, disk, first, kilobytes)
        failed, rooms, kilobytes = failed + full, rooms + (not full), kilobytes + step
    return failed


@pytest.mark.parametrize("first", [True, False], ids=["first build", "update"])
def test_full_disk(tmp_path, disk, first):
    assert fill_up(tmp_path, disk, first, 200) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["first build", "update"])
def test_disk_full_at_every_stage(tmp_path, disk, first, record_property):
    failed = fill_up(tmp_path, disk, first, 4 * BLOCK)
    record_property("full", failed)
    assert failed >= 15


def test_doctor_on_a_full_disk(tmp_path, disk):
    pages = write(tmp_path / "pages", OLD)
    log = tmp_path / "log"
    build_pages(pages, tmp_path / "base", log)
    before, texts = state(tmp_path / "base"), embedded(log)
    for kilobytes in (0, 16, 40):
        home = copy(tmp_path / "base", disk / "home")
        next(file for file in (home / "generations/1").rglob("*") if "vectors" in file.name and file.is_file()).unlink()
        ballast = leave(disk, kilobytes)
        outcome = run(repair_home, home, log)
        assert outcome.status == 0
        assert (outcome.error and "disk full" in outcome.error) or outcome.value == [], outcome
        ballast.unlink()
        assert run(repair_home, home, log).value == []
        assert run(state, home).value == before
    assert embedded(log) == texts


def limited(limit: int, pages: Path, home: Path, log: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    build_pages(pages, home, log)


def test_files_that_may_not_grow(tmp_path):
    """As a full disk where none may be mounted: no file may grow beyond a limit."""
    pages, home = prepared(tmp_path)
    log, before = tmp_path / "log", state(home)
    errors = []
    for limit in (0, 100, 1_000, 4_000, 8_000, 20_000, 100_000, 10_000_000):
        outcome = run(limited, limit, pages, home, log)
        assert outcome.status == 0, outcome
        errors.append(outcome.error)
        if outcome.error:
            assert state(home) == before
    assert all("Is the disk full" in error for error in errors[:6])
    assert errors[-1] == ""
    assert len(state(home).texts) == len(NEW) + 30
    assert check(home) == []


@contextmanager
def unwritable(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EROFS)):
            (disk / "file").touch()
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def test_read_only_disk(tmp_path, disk):
    pages = write(tmp_path / "pages", OLD)
    home = disk / "home"
    build_pages(pages, home, tmp_path / "log")
    before = state(home)
    write(pages, NEW)
    with unwritable(disk):
        assert run(state, home).value == before
        for work, arguments in ((build_pages, (pages, home)), (build_pages, (pages, disk / "none"))):
            outcome = run(work, *arguments, tmp_path / "log")
            assert outcome.status == 0
            assert outcome.error.startswith(str(arguments[1]))
            assert "cannot be written (" in outcome.error
        assert run(repair_home, home, tmp_path / "log").value == []
        assert check(home) == []
    build_pages(pages, home, tmp_path / "log")
    assert len(state(home).texts) == len(NEW)


@pytest.mark.parametrize("moment", [60, 150, 250])
def test_disk_made_read_only_when_a_build_was_killed(tmp_path, disk, moment):
    """What the build has left in the log of the catalogue cannot be tidied up: reading works without."""
    pages = write(tmp_path / "pages", OLD)
    home = disk / "home"
    build_pages(pages, home, tmp_path / "log")
    before = state(home)
    write(pages, NEW)
    assert killed_at_call(moment, build_pages, pages, home, tmp_path / "log").killed
    with unwritable(disk):
        assert run(state, home).value == before
    build_pages(pages, home, tmp_path / "log")
    assert len(state(home).texts) == len(NEW)


def without_privileges(function, *arguments):
    """Run as a user whom permissions bind: root is not, but for its capabilities being dropped."""
    header, none = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0)), ctypes.create_string_buffer(24)
    if ctypes.CDLL(None, use_errno=True).capset(header, none):
        raise OSError(ctypes.get_errno(), "capset")
    return function(*arguments)


def test_folder_without_permission_to_write(tmp_path):
    pages, home = write(tmp_path / "pages", OLD), tmp_path / "home"
    build_pages(pages, home, tmp_path / "log")
    before = state(home)
    tmp_path.chmod(0o755)
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        outcome = run(without_privileges, state, home)
        assert (outcome.status, outcome.error) == (0, "")
        assert outcome.value == before
        outcome = run(without_privileges, build_pages, pages, home, tmp_path / "other")
        assert outcome.status == 0
        assert "cannot be written (Permission denied). Check its permissions" in outcome.error
        assert state(home) == before
    finally:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
