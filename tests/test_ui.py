import asyncio
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import SUFFIXES, ArchiveError, BuildCancelled, Progress, SourceFile, UsageError, build, digest_file
from index.archive.lock import building
from qa import uploads
from qa.address import AUTH, check_port, credentials, only_here
from qa.engine import Engine
from qa.lists import standing_view
from qa.markup import ASSETS, asset
from qa.question import MAX_QUESTION
from qa.types import Answer
from qa.ui import launch_options, serve
from qa.updates import Standing, Updates

PAGE = """□记者 周舟 报道
　　本报讯 3月5日，云岭大桥开工仪式在青川县举行。大桥全长1280米，总投资约6.2亿元，
计划三年建成。
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    (folder / "桥.txt").write_text(PAGE, encoding="utf-8")
    home = tmp_path_factory.mktemp("home")
    build([folder], home)
    return home


@pytest.fixture(scope="module")
def engine(home):
    engine = Engine(home)
    yield engine
    engine.archive.close()


def made_in_a_loop(make):
    """Gradio opens an event loop for each lock that it makes outside of one, and never closes it."""

    async def run():
        return make()

    return asyncio.run(run())


# --- uploads ---


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("头版.txt", "头版.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\报纸\\二版.txt", "二版.txt"),
        ("..", "upload"),
        ("", "upload"),
        (".hidden.txt", "hidden.txt"),
        ("a\x00b\n<c>.txt", "a_b__c_.txt"),
        ("\u202etxt.exe.txt", "_txt.exe.txt"),
        ("长" * 200 + ".txt", "长" * 58 + ".txt"),
    ],
)
def test_upload_names_are_made_safe(given_name, kept):
    assert uploads.safe_name(given_name) == kept


@given(st.text())
def test_a_safe_name_is_one_plain_name_and_stays_as_it_is(name):
    safe = uploads.safe_name(name)
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 255
    assert uploads.safe_name(safe) == safe


def test_uploads_are_saved_kept_replaced_or_turned_away(tmp_path):
    inbox, home = tmp_path / "in", tmp_path / "home"
    inbox.mkdir()
    page, picture = inbox / "头版.txt", inbox / "照片.exe"
    page.write_text("一", encoding="utf-8")
    picture.write_bytes(b"MZ")
    assert uploads.receive(home, [page, picture], {".txt"}) == uploads.Received(
        saved=("头版.txt",), unsupported=("照片.exe",)
    )
    assert uploads.receive(home, [page], {".txt"}) == uploads.Received(same=("头版.txt",))
    page.write_text("二", encoding="utf-8")
    assert uploads.receive(home, [page], {".txt"}) == uploads.Received(replaced=("头版.txt",))
    assert (home / "uploads" / "头版.txt").read_text(encoding="utf-8") == "二"
    assert sorted(path.name for path in (home / "uploads").iterdir()) == ["头版.txt"]


def test_a_huge_upload_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 3)
    (tmp_path / "大.txt").write_bytes(b"1234")
    assert uploads.receive(tmp_path / "home", [tmp_path / "大.txt"], {".txt"}) == uploads.Received(too_big=("大.txt",))


def test_two_uploads_of_one_name_at_once_leave_one_whole_file(tmp_path):
    contents = [bytes([65 + n]) * 3_000_000 for n in range(8)]
    for n, content in enumerate(contents):
        (tmp_path / str(n)).mkdir()
        (tmp_path / str(n) / "头版.txt").write_bytes(content)
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda n: uploads.receive(tmp_path / "home", [tmp_path / str(n) / "头版.txt"], {".txt"}), range(8))
        )
    assert all(result.saved + result.replaced == ("头版.txt",) for result in results)
    (left,) = (tmp_path / "home" / "uploads").iterdir()
    assert left.read_bytes() in contents


@pytest.mark.parametrize(("code", "field"), [(errno.ENOSPC, "no_space"), (errno.EACCES, "not_written")])
def test_an_upload_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path, monkeypatch, code, field):
    (tmp_path / "头版.txt").write_text("一", encoding="utf-8")

    def fail(source, copy):
        copy.write(b"half")
        raise OSError(code, "no")

    monkeypatch.setattr(uploads.shutil, "copyfileobj", fail)
    received = uploads.receive(tmp_path / "home", [tmp_path / "头版.txt"], {".txt"})
    assert received == uploads.Received(**{field: ("头版.txt",)})
    assert list((tmp_path / "home" / "uploads").iterdir()) == []
    from qa.archive_tab import received_view

    assert "没有收下 头版.txt" in received_view(received)


def test_an_upload_into_a_home_that_cannot_hold_it_is_told(tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")
    (tmp_path / "头版.txt").write_text("一", encoding="utf-8")
    received = uploads.receive(tmp_path / "home", [tmp_path / "头版.txt"], {".txt"})
    assert received == uploads.Received(not_written=("头版.txt",))


def test_only_uploaded_files_can_be_removed(tmp_path):
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "a.txt").write_text("一")
    (tmp_path / "keep.txt").write_text("二")
    assert not uploads.remove(tmp_path, "../keep.txt")
    assert not uploads.remove(tmp_path, "b.txt")
    assert uploads.remove(tmp_path, "a.txt")
    assert (tmp_path / "keep.txt").exists()
    assert uploads.uploaded(tmp_path) == {}


def test_a_source_is_an_upload_if_name_and_content_agree(tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name in ("甲.txt", "乙.txt", "丙.txt"):
        (folder / name).write_text(name, encoding="utf-8")

    def source(name, path):
        return SourceFile(name, path.stat().st_size, digest_file(path), 1, 1, 1)

    sources = [
        source("甲.txt", folder / "甲.txt"),
        source("uploads/乙.txt", folder / "乙.txt"),
        source("乙.txt", folder / "丙.txt"),
        SourceFile("丙.txt", 7, "other", 1, 1, 1),
    ]
    assert uploads.names_by_source(tmp_path, sources) == {"甲.txt": "甲.txt", "uploads/乙.txt": "乙.txt"}


def test_an_upload_is_read_once_for_as_long_as_it_stays_as_it_is(tmp_path, monkeypatch):
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / "甲.txt").write_text("一", encoding="utf-8")
    sources = [SourceFile("甲.txt", 3, digest_file(folder / "甲.txt"), 1, 1, 1)]
    read = []

    def counted(path):
        read.append(path.name)
        return digest_file(path)

    monkeypatch.setattr(uploads, "digest_file", counted)
    for _ in range(3):
        assert uploads.names_by_source(tmp_path, sources) == {"甲.txt": "甲.txt"}
    assert read == ["甲.txt"]
    (tmp_path / "甲.txt").write_text("二", encoding="utf-8")
    assert uploads.receive(tmp_path, [tmp_path / "甲.txt"], {".txt"}).replaced == ("甲.txt",)
    assert uploads.names_by_source(tmp_path, sources) == {}


# --- asking ---


def test_an_answer_comes_in_steps_and_ends_with_its_page(engine):
    from qa.chat_tab import converse

    out = list(converse(engine, "云岭大桥全长多少米？", []))
    assert "正在翻阅报纸" in out[0][0]
    assert out[0][2] == ""
    lengths = [len(step[0]) for step in out[1:-1]]
    assert len(lengths) > 3
    talk, turns, *_, page = out[-1]
    assert "<strong>1280米</strong>" in talk
    assert turns[0].answer.citations
    assert "<mark>" in page
    assert [turn.question for turn in turns] == ["云岭大桥全长多少米？"]


def test_a_refusal_opens_no_page(engine):
    from qa.chat_tab import converse

    *_, (talk, turns, *_, page) = converse(engine, "火星探测器何时着陆？", [])
    assert turns[0].answer.refused
    assert "wb-refusal" in talk
    assert "wb-page" not in page


@pytest.mark.parametrize("text", ["", "   ", "\n　"])
def test_an_empty_question_gives_a_hint_and_leaves_the_rest(engine, text):
    from qa.chat_tab import converse

    ((talk, turns, box, hint, page),) = converse(engine, text, [])
    assert "先写下一个问题" in hint
    assert [value["__type__"] for value in (talk, turns, box, page)] == ["update"] * 4


def test_of_a_question_of_20000_characters_the_beginning_is_read(engine):
    from qa.chat_tab import converse

    *_, (talk, turns, *_) = converse(engine, "问" * 20_000, [])
    assert f"{MAX_QUESTION:,} 字" in talk
    assert turns[0].answer.refused


def test_a_conversation_is_resumed_from_its_questions(engine):
    from qa.chat_tab import RESUMED, answer_turn, resume

    questions = ["云岭大桥全长多少米？", "总投资多少？"]
    first = answer_turn(engine, questions[0], [])
    told = [first, answer_turn(engine, questions[1], [first])]
    assert resume(engine, json.dumps(questions)) == told
    assert told[1].answer.understood
    assert len(resume(engine, json.dumps(["云岭大桥全长多少米？"] * (RESUMED + 5)))) == RESUMED


@pytest.mark.parametrize("kept", ["", "null", "{}", "[", '[1, null, [], "  "]', '"云岭大桥"'])
def test_what_a_browser_kept_need_not_be_a_conversation(engine, kept):
    from qa.chat_tab import resume

    assert resume(engine, kept) == []


def test_steps_never_cut_a_number_in_two():
    answer = Answer("问", "甲" * 10 + "[1]" + "乙" * 10 + "[12]" + "丙" * 3)
    from qa.chat_tab import steps

    for shown in steps(answer):
        assert answer.answer[:shown].count("[") == answer.answer[:shown].count("]")


def test_citations_that_are_not_there_open_nothing(engine):
    from qa.chat_tab import answer_turn, citation_page

    turns = [answer_turn(engine, "云岭大桥全长多少米？", [])]
    assert "<mark>" in citation_page(engine, turns, 0, 1)
    assert citation_page(engine, turns, 0, 99) == ""
    assert citation_page(engine, turns, 7, 1) == ""
    assert citation_page(engine, turns, -1, 1) == ""


# --- bringing the archive up to date ---


@pytest.fixture
def own(tmp_path):
    """An archive of this test's own: its engine and home."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "桥.txt").write_text(PAGE, encoding="utf-8")
    build([tmp_path / "pages"], tmp_path / "home")
    engine = Engine(tmp_path / "home")
    yield engine, tmp_path / "home"
    engine.archive.close()


def settled(updates):
    for _ in range(1500):
        if not updates.standing.running:
            return standing_view(updates.standing)
        time.sleep(0.02)
    raise AssertionError("the build does not end")


def test_questions_are_answered_while_the_archive_is_updated(own):
    from qa.archive_tab import shown

    engine, home = own
    before = engine.archive
    (home / "uploads").mkdir(exist_ok=True)
    (home / "uploads" / "湖.txt").write_text(
        "□记者 石磊 报道\n　　本报讯 6月8日，翠湖公园开园，面积320亩。\n", encoding="utf-8"
    )
    (home / "uploads" / "空.txt").write_text("")
    updates = Updates(home, lambda: engine.encoder)
    updates.start()
    view, update, cancel, clock = shown(updates.standing)
    assert "<progress" in view
    assert (update["visible"], cancel["visible"], clock["active"]) == (False, True, True)
    assert engine.ask("云岭大桥全长多少米？").short == ("1280米",)
    report = settled(updates)
    for part in ("新读入", "湖.txt", "没有变化", "桥.txt", "没有读入", "空.txt", "文件是空的"):
        assert part in report
    view, update, cancel, clock = shown(updates.standing)
    assert view == report
    assert (update["visible"], cancel["visible"], clock["active"]) == (True, False, False)
    assert engine.ask("翠湖公园面积多少亩？").citations[0].source == "湖.txt"
    before.close()


def test_an_update_beside_another_process_is_told_to_wait(own):
    engine, home = own
    updates = Updates(home, lambda: engine.encoder)
    with building(home):
        updates.start()
        assert "另一个更新正在进行" in settled(updates)


def test_a_cancelled_update_says_what_is_kept(own):
    from qa.archive_tab import shown

    engine, home = own
    updates = Updates(home, lambda: engine.encoder)
    with pytest.raises(BuildCancelled):
        updates.build(None, home, progress=lambda step: updates.cancel())
    view, update, *_ = shown(updates.standing)
    assert "更新已停止" in view
    assert "都已保留" in view
    assert update["visible"] is True
    stopping = Standing(1, running=True, stopping=True, progress=Progress("read", 1, 2))
    view, _, cancel, _ = shown(stopping)
    assert "正在停止" in view
    assert cancel["interactive"] is False


def test_a_deleted_upload_is_marked_until_the_next_update(own):
    from qa.archive_tab import discard_upload, files_view

    engine, home = own
    (home / "uploads").mkdir(exist_ok=True)
    (home / "uploads" / "湖.txt").write_text(
        "□记者 石磊 报道\n　　本报讯 6月8日，翠湖公园开园，面积320亩。\n", encoding="utf-8"
    )
    build(None, home)
    assert 'data-remove="湖.txt"' in files_view(engine, home, "", "")
    assert discard_upload(home, "湖.txt") == "deleted"
    assert discard_upload(home, "湖.txt") == "not_deleted"
    view = files_view(engine, home, "", "", doomed={"湖.txt"})
    assert "待移除" in view
    assert "data-remove" not in view
    build(None, home)
    assert "湖.txt" not in files_view(engine, home, "", "", doomed={"湖.txt"})


# --- the page and its port ---


def test_importing_the_page_does_not_import_gradio():
    code = "import sys, qa.ui; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_has_no_endpoints_for_others_and_asks_nobody(engine, home):
    from qa.ui import create

    config = made_in_a_loop(lambda: create(engine, home).get_config_file())
    assert {event["api_visibility"] for event in config["dependencies"]} == {"private"}
    text = "".join(asset(file.name) for file in ASSETS.iterdir())
    assert not [part for part in ("https:", "@import", "url(") if part in text]


def test_copies_of_uploads_are_forgotten_and_the_page_is_made_without_asking(engine, home, monkeypatch):
    from qa.ui import FORGET_UPLOADS, create

    asked = []
    monkeypatch.setattr(engine, "ask", lambda *words, **options: asked.append(words))
    monkeypatch.setattr(engine, "_examples", (0, []))
    assert made_in_a_loop(lambda: create(engine, home)).delete_cache == FORGET_UPLOADS
    assert asked == []


def refused(request):
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    return 200


@pytest.mark.slow
def test_without_the_password_nothing_but_the_login_is_answered(home):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "qa.cli", "serve", "--home", home, "--port", str(port)]
    root = Path(__file__).parent.parent
    server = subprocess.Popen(
        command, cwd=root, env=os.environ | {AUTH: "读者:报纸:1"}, stdout=subprocess.PIPE, text=True
    )
    try:
        url = re.search(r"http\S+/", server.stdout.readline())[0]
        body = json.dumps({"data": [], "fn_index": 0, "session_hash": "a"}).encode()
        json_type = {"Content-Type": "application/json"}
        paths = ("config", "gradio_api/info", "gradio_api/queue/data?session_hash=a", "gradio_api/file=/etc/hostname")
        assert [refused(url + path) for path in paths] == [401] * len(paths)
        posts = ("gradio_api/queue/join", "gradio_api/run/predict", "gradio_api/upload")
        assert [refused(urllib.request.Request(url + path, body, json_type)) for path in posts] == [401] * len(posts)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        words = urllib.parse.urlencode({"username": "读者", "password": "报纸:1"}).encode()
        opener.open(url + "login", words, timeout=10).close()
        with opener.open(url + "config", timeout=10) as answer:
            assert "wb-talk" in answer.read().decode()
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()


@pytest.mark.slow
def test_the_page_can_watch_its_files(tmp_path):
    pages, home = tmp_path / "pages", tmp_path / "home"
    pages.mkdir()
    (pages / "桥.txt").write_text(PAGE, encoding="utf-8")
    build([pages], home)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-u", "-m", "qa.cli", "serve", "--watch", "--home", home, "--port", str(port)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUTF8": "1"}
    ) as server:
        lines = iter(server.stdout.readline, "")
        assert any("watching" in line for line in lines)
        (pages / "湖.txt").write_text("本报讯 6月8日，翠湖公园开园，面积320亩。", encoding="utf-8")
        assert any("+1 ~0 -0 · 湖.txt" in line for line in lines)
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


@pytest.mark.parametrize(
    ("value", "pair"), [(None, None), ("", None), ("读者:报纸", ("读者", "报纸")), ("a:b:c", ("a", "b:c"))]
)
def test_the_password_comes_from_the_environment(monkeypatch, value, pair):
    monkeypatch.delenv(AUTH, raising=False)
    if value is not None:
        monkeypatch.setenv(AUTH, value)
    assert credentials() == pair


@pytest.mark.parametrize("value", ["secret", ":secret", "user:"])
def test_a_password_that_is_half_set_is_refused_and_not_shown(monkeypatch, value):
    monkeypatch.setenv(AUTH, value)
    with pytest.raises(UsageError, match=r"^WENBAO_AUTH: not of the form user:password") as raised:
        credentials()
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("192.0.2.1", False)],
)
def test_hosts_that_others_can_reach(host, alone):
    assert only_here(host) is alone


def test_a_page_that_others_reach_is_warned_about(tmp_path, monkeypatch, caplog):
    monkeypatch.delenv(AUTH, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ArchiveError):
        serve(tmp_path, host="0.0.0.0", port=port)
    assert [record.getMessage() for record in caplog.records if "upload, delete and rebuild" in record.getMessage()]
    caplog.clear()
    with pytest.raises(ArchiveError):
        serve(tmp_path, port=port)
    assert caplog.records == []


def test_launching_records_no_runs_and_shows_no_foreign_links():
    options = made_in_a_loop(launch_options)
    assert options["run_history"] is False
    assert options["footer_links"] == []


def test_a_busy_port_is_named_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(UsageError, match=rf"^port {port} is in use; choose another with --port$"):
            check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 0), ("127.0.0.1", 70_000), ("192.0.2.1", 7999), ("no such host", 7999)]
)
def test_a_place_where_no_page_can_be_opened(host, port):
    with pytest.raises(UsageError, match=r"choose (another|one)"):
        check_port(host, port)


def test_files_offered_for_upload_are_those_that_are_read():
    assert ".txt" in SUFFIXES
