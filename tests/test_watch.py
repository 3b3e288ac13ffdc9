"""`wenbao watch`: the archive follows its files."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from index import UPLOADS, Archive, ArchiveError, UsageError, build, load_encoder
from index.archive.lock import building
from qa import watch as watching
from qa.places import concerns, mark, polled
from qa.watch import Watch

ROOT = Path(__file__).parent.parent
TEXT = "□记者 周舟 报道\n　　本报讯 3月5日，云岭大桥开工，大桥全长{}米。\n"


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture(autouse=True)
def haste(monkeypatch):
    """Waits that a person does not notice, and tests would."""
    for name, value in {"QUIET": 60, "LONGEST": 300, "TICK": 60, "AGAIN": 0.2, "RETRY": 0.2, "POLL": 50}.items():
        monkeypatch.setattr(watching, name, value)


class Watcher:
    """A `Watch` at work in a thread, what it says, and how many builds it has done."""

    def __init__(self, home, paths=None, **options):
        self.lines, self.builds, self.stop = [], 0, threading.Event()
        self.home, self.failure = home, None
        self.watch = Watch(home, paths, tell=self.lines.append, build=self.build, **options)
        self.thread = threading.Thread(target=self.run)

    def build(self, *arguments, **options):
        try:
            return build(*arguments, **options)
        finally:
            self.builds += 1

    def run(self):
        try:
            self.watch.run(self.stop)
        except UsageError as error:
            self.failure = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()

    def until(self, condition):
        for _ in range(1000):
            if condition():
                return
            assert self.thread.is_alive(), f"it ended; said: {self.lines}"
            time.sleep(0.02)
        raise AssertionError(f"it did not come to be; said: {self.lines}")

    def says(self, *parts):
        self.until(lambda: any(all(part in line for part in parts) for line in list(self.lines)))

    def holds(self, *names):
        def same():
            try:
                with Archive.open(self.home) as archive:
                    return {source.source for source in archive.sources()} == set(names)
            except ArchiveError:
                return False

        self.until(same)


def put(folder, name, metres=1280):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(TEXT.format(metres), encoding="utf-8")


def test_files_come_change_and_go_and_each_build_that_changed_something_is_a_line(tmp_path, home, encoder):
    pages = tmp_path / "pages"
    put(pages, "一.txt")
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("watching", "+1 ~0 -0")
        put(pages, "二.txt", 640)
        watcher.says("+1 ~0 -0 · 二.txt")
        put(pages, "一.txt", 990)
        watcher.says("+0 ~1 -0 · 一.txt")
        (pages / "二.txt").unlink()
        watcher.says("+0 ~0 -1 · 二.txt")
        put(pages / "新" / "再新", "三.txt", 770)
        watcher.says("+1 ~0 -0 · 新/再新/三.txt")
        watcher.holds("一.txt", "新/再新/三.txt")
        assert len(watcher.lines) == 5


def test_nothing_is_said_and_little_done_while_nothing_changes(tmp_path, encoder):
    """The archive lies among the pages: what a build writes there must not begin another."""
    pages, home = tmp_path / "pages", tmp_path / "pages" / "archive"
    put(pages, "一.txt")
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("watching")
        put(pages, "二.txt")
        watcher.says("二.txt")
        time.sleep(0.5)
        before = watcher.builds
        put(pages, ".hidden.txt")
        put(pages / ".git", "x.txt")
        time.sleep(0.8)
        assert watcher.builds == before
        assert len(watcher.lines) == 2


def test_uploads_are_taken_in_although_their_folder_comes_later(tmp_path, encoder):
    pages, home = tmp_path / "pages", tmp_path / "pages" / "archive"
    put(pages, "一.txt")
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("watching")
        put(home / UPLOADS, "上传.txt")
        watcher.says("+1 ~0 -0 · 上传.txt")
        put(home / UPLOADS, "又.txt", 3)
        watcher.says("又.txt")


def test_a_refused_file_is_named_once_with_its_reason_until_it_is_mended(tmp_path, home, encoder):
    pages = tmp_path / "pages"
    put(pages, "一.txt")
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("watching")
        (pages / "空.txt").touch()
        watcher.says("refused 空.txt: the file is empty")
        put(pages, "二.txt")
        watcher.says("二.txt")
        put(pages, "空.txt")
        watcher.says("+1 ~0 -0 · 空.txt")
        assert sum("refused" in line for line in watcher.lines) == 1


def test_a_folder_that_vanishes_keeps_its_pages_and_is_followed_again_when_it_is_back(tmp_path, home, encoder):
    pages, away = tmp_path / "pages", tmp_path / "away"
    put(pages, "一.txt")
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("watching")
        pages.rename(away)
        watcher.says("cannot be reached")
        watcher.holds("一.txt")
        away.rename(pages)
        watcher.says("is back")
        put(pages, "二.txt")
        watcher.says("+1 ~0 -0 · 二.txt")
        watcher.holds("一.txt", "二.txt")


def test_single_files_are_followed_too_also_when_an_editor_replaces_them(tmp_path, home, encoder):
    put(tmp_path, "一.txt")
    with Watcher(home, [tmp_path / "一.txt"], encoder=encoder) as watcher:
        watcher.says("watching")
        put(tmp_path, "一.new", 990)
        (tmp_path / "一.new").replace(tmp_path / "一.txt")
        watcher.says("+0 ~1 -0 · 一.txt")


def test_another_build_is_waited_for(tmp_path, home, encoder):
    put(tmp_path / "pages", "一.txt")
    home.mkdir()
    with building(home), Watcher(home, [tmp_path / "pages"], encoder=encoder) as watcher:
        watcher.says("another build is at work")
        watcher.until(lambda: watcher.builds > 2)
        assert len(watcher.lines) == 1
        watcher.stop.set()
    with Watcher(home, [tmp_path / "pages"], encoder=encoder) as watcher:
        watcher.holds("一.txt")


def test_an_empty_folder_is_waited_for_and_a_missing_one_is_a_mistake(tmp_path, home, encoder):
    (tmp_path / "pages").mkdir()
    with Watcher(home, [tmp_path / "pages"], encoder=encoder) as watcher:
        watcher.until(lambda: watcher.lines)
        put(tmp_path / "pages", "一.txt")
        watcher.says("+1 ~0 -0 · 一.txt")
    with Watcher(tmp_path / "other", [tmp_path / "no such"], encoder=encoder) as watcher:
        watcher.thread.join(30)
    assert "no such" in str(watcher.failure)


def test_an_archive_that_goes_away_is_not_begun_anew(tmp_path, encoder):
    pages, home = tmp_path / "pages", tmp_path / "homes" / "archive"
    put(pages, "一.txt")
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("watching")
        shutil.move(home, tmp_path / "away")
        put(pages, "二.txt")
        watcher.says("the archive is not there now")
        time.sleep(0.5)
        assert not home.exists()
        shutil.move(tmp_path / "away", home)
        watcher.holds("一.txt", "二.txt")


def test_what_changed_before_it_began_is_taken_in_and_given_paths_may_be_those_known(tmp_path, home, encoder):
    pages = tmp_path / "pages"
    put(pages, "一.txt")
    build([pages], home, encoder=encoder)
    put(pages, "二.txt")
    with Watcher(home, encoder=encoder) as watcher:
        watcher.holds("一.txt", "二.txt")
    shutil.rmtree(pages)  # a drive that is not mounted yet
    with Watcher(home, [pages], encoder=encoder) as watcher:
        watcher.says("cannot be reached")
        watcher.until(lambda: watcher.builds > 0)
        watcher.holds("一.txt", "二.txt")
        put(pages, "三.txt")
        watcher.says("三.txt")


def test_it_polls_where_it_is_told_to(tmp_path, home, encoder, monkeypatch):
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    put(tmp_path / "pages", "一.txt")
    with Watcher(home, [tmp_path / "pages"], encoder=encoder) as watcher:
        watcher.says("watching")
        time.sleep(0.3)
        put(tmp_path / "pages", "二.txt")
        watcher.says("二.txt")


def test_it_polls_when_the_system_can_watch_no_more_folders(tmp_path, home, encoder, monkeypatch):
    import watchfiles

    real = watchfiles.watch

    def limited(*paths, force_polling, **options):
        if not force_polling:
            assert not options["ignore_permission_denied"], "which hides the limit"
            raise OSError('OS file watch limit reached. about ["/x"] (Error { kind: MaxFilesWatch })')
        yield from real(*paths, force_polling=True, **options)

    monkeypatch.setattr(watchfiles, "watch", limited)
    put(tmp_path / "pages", "一.txt")
    with Watcher(home, [tmp_path / "pages"], encoder=encoder) as watcher:
        watcher.says("OS file watch limit reached", "instead")
        watcher.says("watching")
        put(tmp_path / "pages", "二.txt")
        watcher.says("二.txt")


def test_a_folder_that_may_not_be_listed_is_overlooked(tmp_path, home, encoder, monkeypatch):
    import watchfiles

    real = watchfiles.watch

    def strict(*paths, ignore_permission_denied, **options):
        if not ignore_permission_denied:
            raise PermissionError("Permission denied")
        yield from real(*paths, ignore_permission_denied=True, **options)

    monkeypatch.setattr(watchfiles, "watch", strict)
    put(tmp_path / "pages", "一.txt")
    with Watcher(home, [tmp_path / "pages"], encoder=encoder) as watcher:
        watcher.says("watching")
        put(tmp_path / "pages", "二.txt")
        watcher.says("二.txt")
        assert len(watcher.lines) == 2


def test_which_changes_concern_the_archive(tmp_path):
    home = tmp_path / "pages" / "archive"
    pages, uploads = tmp_path / "pages", home / UPLOADS
    wanted = {
        pages / "a.txt": True,
        pages / "b" / "a.txt": True,
        pages / "b" / ".a.txt": False,
        pages / ".b" / "a.txt": False,
        home / "archive.sqlite": False,
        uploads / "a.txt": False,
        tmp_path / "a.txt": False,
    }
    assert {path: concerns(path, pages, home, uploads) for path in wanted} == wanted
    assert concerns(uploads / "a.txt", uploads, home, uploads)
    assert not concerns(uploads / ".part", uploads, home, uploads)


def test_a_mark_changes_when_a_folder_is_another_or_a_file_has_changed(tmp_path):
    assert mark(tmp_path / "none") is None
    put(tmp_path / "a", "x.txt")
    (tmp_path / "b").mkdir()
    assert mark(tmp_path / "a") not in (None, mark(tmp_path / "b"))
    before = mark(tmp_path / "a"), mark(tmp_path / "a" / "x.txt")
    put(tmp_path / "a", "x.txt", 12345)
    assert mark(tmp_path / "a") == before[0]
    assert mark(tmp_path / "a" / "x.txt") != before[1]


def test_shared_drives_are_polled(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/a rw\n"
        "2 1 0:5 / /mnt/报\\040纸 rw,relatime shared:1 - nfs4 server:/x rw\n"
        "3 2 8:2 / /mnt/报\\040纸/local rw - ext4 /dev/b rw\n",
        encoding="utf-8",
    )
    assert not polled(Path("/home"), mounts)
    assert polled(Path("/mnt/报 纸/2023"), mounts)
    assert not polled(Path("/mnt/报 纸/local/x"), mounts)
    assert not polled(Path("/home"), tmp_path / "none")


def test_the_command_ends_cleanly_and_after_a_kill_brings_everything_up_to_date(tmp_path, home):
    pages = tmp_path / "pages"
    put(pages, "一.txt")
    command = [sys.executable, "-u", "-m", "qa.cli", "watch", str(pages), "--home", str(home)]
    options = {"cwd": ROOT, "stdout": subprocess.PIPE, "text": True, "env": os.environ | {"PYTHONUTF8": "1"}}
    with subprocess.Popen(command, **options) as killed:
        lines = iter(killed.stdout.readline, "")
        assert any("watching" in line for line in lines)
        killed.kill()
    put(pages, "二.txt")
    with subprocess.Popen(command, **options) as ended:
        lines = iter(ended.stdout.readline, "")
        assert any("+1 ~0 -0 · 二.txt" in line for line in lines)
        ended.send_signal(signal.SIGINT)
        assert list(lines) == ["stopped · 已停止\n"]
        assert ended.wait(30) == 0
