"""The command line as a person meets it: what it prints, where, and its exit status."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index import BuildReport, Refusal
from qa.cli import main
from qa.interrupt import SIGNALS, until_interrupted
from qa.meter import Meter
from qa.output import change_text, report_text

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
QUESTION = "翰博光电生产基地项目总投资多少？"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    assert main(["build", str(SEEDS), "--home", str(home)]) == 0
    return home


def fails(capsys, *arguments):
    """The one line on stderr of a command that cannot be carried out."""
    capsys.readouterr()
    assert main([str(a) for a in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("wenbao: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def test_build_reports_files(capsys, tmp_path):
    (tmp_path / "pages").mkdir()
    shutil.copy(SEEDS / "003_31443a22f1e69377.txt", tmp_path / "pages")
    (tmp_path / "pages/empty.txt").touch()
    (tmp_path / "pages/junk.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "pages/photo.jpg").write_bytes(b"\xff\xd8")
    assert main(["build", str(tmp_path / "pages"), "--home", str(tmp_path / "home")]) == 0
    out = capsys.readouterr().out
    assert "1 added" in out
    assert "3 refused" in out
    for name in ("empty.txt", "junk.txt", "photo.jpg"):
        assert f"refused {name}: " in out


def test_build_as_json(capsys, tmp_path):
    assert main(["build", str(SEEDS), "--home", str(tmp_path / "home"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (len(report["added"]), report["refused"], report["generation"]) == (5, [], 1)


def test_a_build_can_be_told_to_compare_by_content(capsys, tmp_path):
    page, home = tmp_path / "页.txt", tmp_path / "home"
    page.write_text("本报讯 3月5日，云岭大桥开工，大桥全长1280米。", encoding="utf-8")
    old = page.stat().st_mtime_ns - 10**10
    os.utime(page, ns=(old, old))
    assert main(["build", str(page), "--home", str(home)]) == 0
    before = page.stat()
    capsys.readouterr()
    assert main(["build", str(page), "--home", str(home), "--verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == ["页.txt"]
    assert page.stat() == before


def test_what_ctrl_c_interrupts_is_kept_and_says_how_to_go_on(capsys, tmp_path, monkeypatch):
    """Ctrl-C during a build asks it to stop: one line, the status of the shell's custom, and the next build goes on."""
    real = Meter.__call__

    def interrupted(meter, progress):
        if progress.stage == "read":
            os.kill(os.getpid(), signal.SIGINT)
        real(meter, progress)

    monkeypatch.setattr(Meter, "__call__", interrupted)
    before = signal.getsignal(signal.SIGINT)
    assert main(["build", str(SEEDS), "--home", str(tmp_path / "home")]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("wenbao: ")
    assert err.count("\n") == 1
    assert "kept" in err
    assert "下次接着做" in err
    assert signal.getsignal(signal.SIGINT) is before
    monkeypatch.undo()
    assert main(["build", str(SEEDS), "--home", str(tmp_path / "home")]) == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_asks_and_the_second_interrupts(number):
    before = signal.getsignal(number)
    with until_interrupted() as asked:
        assert not asked.is_set()
        os.kill(os.getpid(), number)
        assert asked.wait(10)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with until_interrupted() as asked:
            os.kill(os.getpid(), signal.SIGINT)
            assert not asked.wait(0.1)
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_changed():
    found = []

    def work():
        with until_interrupted() as asked:
            found.append(asked.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


@pytest.mark.parametrize(("count", "lines"), [(0, 2), (1, 3), (5000, 203)])
def test_the_report_of_a_build_is_readable_at_any_size(count, lines):
    refused = tuple(Refusal(f"坏{n}\n.txt", "the file is empty.") for n in range(count))
    added = tuple(f"{n}.txt" for n in range(count))
    report = BuildReport(3, added=added, refused=refused, passages=4 * count, encoded=4 * count, seconds=2.0)
    text = report_text(report, Path("home")).splitlines()
    assert len(text) == lines
    assert text[0].startswith("home: generation 3, 0 articles")
    assert (
        text[1]
        == f"files: {count:,} added 新增, 0 changed 更新, 0 unchanged 未变, 0 removed 移除, {count:,} refused 未读"
    )
    assert (f"{2 * count:,}/s" in text[0]) == (count > 0)
    line = change_text(report)
    assert line.startswith(f"+{count:,} ~0 -0")
    assert len(line) < 120


def test_a_question_from_a_cold_shell_imports_nothing_heavy(built):
    heavy = [
        "torch",
        "sentence_transformers",
        "transformers",
        "gradio",
        "watchfiles",
        "lxml",
        "PIL",
        "pypdfium2",
        "scipy",
    ]
    code = (
        "import sys; from qa.cli import main; main(sys.argv[1:]);"
        f"print(*sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "ask", QUESTION, "--home", str(built)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "50亿元" in done.stdout
    assert done.stderr.split() == []


def test_ask_prints_the_answer_and_its_places(capsys, built):
    assert main(["ask", QUESTION, "--home", str(built)]) == 0
    out = capsys.readouterr().out
    assert "项目总投资约50亿元" in out
    assert "[1] 003_31443a22f1e69377.txt:61" in out


def test_ask_as_json_keeps_the_contract(capsys, built):
    assert main(["ask", QUESTION, "--json", "--home", str(built)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {
        "id",
        "question",
        "understood",
        "answer",
        "short",
        "refused",
        "engine",
        "note",
        "dropped",
        "citations",
        "seconds",
    }
    assert answer["short"] == ["约50亿元"]
    (citation,) = answer["citations"]
    assert {
        key: citation[key] for key in ("n", "source", "page", "lines", "byline", "date", "date_from", "record")
    } == {
        "n": 1,
        "source": "003_31443a22f1e69377.txt",
        "page": 1,
        "lines": [61, 61],
        "byline": ["刘腾"],
        "date": "2023-11-14",
        "date_from": "from dateline",
        "record": None,
    }


def test_follow_up(capsys, built):
    assert main(["ask", "占地多少亩？", "--history", QUESTION, "--json", "--home", str(built)]) == 0
    assert json.loads(capsys.readouterr().out)["short"] == ["400亩"]


def test_batches(capsys, built, tmp_path):
    questions, answers, hits = (tmp_path / name for name in ("q.jsonl", "a.jsonl", "h.jsonl"))
    lines = [{"id": "a", "question": QUESTION}, {"id": "b", "question": "它分几期建设？", "history": [QUESTION]}]
    questions.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert main(["ask", "--batch", str(questions), "--output", str(answers), "--home", str(built)]) == 0
    read = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [(a["id"], a["short"]) for a in read] == [("a", ["约50亿元"]), ("b", ["三期"])]
    assert main(["search", "--batch", str(questions), "--output", str(hits), "-k", "3", "--home", str(built)]) == 0
    found = [json.loads(line) for line in hits.read_text(encoding="utf-8").splitlines()]
    assert [(f["id"], len(f["hits"])) for f in found] == [("a", 3), ("b", 3)]
    keys = {"rank", "score", "record", "source", "lines", "article", "passage"}
    assert keys <= set(found[0]["hits"][0])


def test_a_batch_with_a_bad_line_writes_nothing_and_names_the_line(capsys, built, tmp_path):
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    answers.write_text("kept", encoding="utf-8")
    questions.write_text('{"question": "会议"}\n{"question": " "}\n', encoding="utf-8")
    assert "line 2" in fails(capsys, "ask", "--batch", questions, "--output", answers, "--home", built)
    assert answers.read_text(encoding="utf-8") == "kept"


def test_a_line_separator_inside_a_question_is_no_line_end(built, tmp_path):
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    questions.write_text('{"question": "会议\u2028在哪里？"}\n', encoding="utf-8")
    assert main(["ask", "--batch", str(questions), "--output", str(answers), "--home", str(built)]) == 0
    assert len(answers.read_text(encoding="utf-8").splitlines()) >= 1


def test_bold_in_a_terminal(capsys, built, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main(["ask", QUESTION, "--home", str(built)]) == 0
    assert "\033[1m约50亿元\033[0m" in capsys.readouterr().out


def test_a_broken_port_in_the_environment_does_not_break_help(capsys, monkeypatch):
    monkeypatch.setenv("WENBAO_PORT", "abc")
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    with pytest.raises(SystemExit) as left:
        main(["serve"])
    assert left.value.code == 2
    assert "abc" in capsys.readouterr().err


def test_search_and_articles(capsys, built):
    assert main(["search", "慈善一日捐", "-k", "1", "--json", "--home", str(built)]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert (hit["source"], hit["rank"]) == ("000_cd10894def32b671.txt", 1)
    assert main(["articles", "--json", "--home", str(built)]) == 0
    articles = json.loads(capsys.readouterr().out)
    assert len([a for a in articles if a["kind"] != "digest"]) == 21
    wanted = {
        "article",
        "source",
        "page",
        "lines",
        "headline",
        "headline_lines",
        "sections",
        "byline",
        "kind",
        "event_dates",
    }
    assert wanted | {"published", "continued_to_page", "continued_from_page", "continues", "text"} <= set(articles[0])


def test_a_search_is_filtered(capsys, built):
    command = ["search", "会议召开", "--json", "-k", "50", "--home", str(built)]
    for options, holds in (
        (["--from", "2023-07", "--to", "2023-07"], lambda hit: hit["source"].startswith("000_")),
        (["--byline", "记者李涛"], lambda hit: hit["source"][:4] in ("000_", "001_", "004_")),
        (["--source", "00[13]_*"], lambda hit: hit["source"][:4] in ("001_", "003_")),
        (["--kind", "导读"], lambda hit: hit["source"][:4] in ("003_", "004_")),
        (["--page", "1"], lambda hit: hit["page"] == 1),
    ):
        assert main([*command, *options]) == 0
        hits = json.loads(capsys.readouterr().out)
        assert hits
        assert all(map(holds, hits))
    assert main([*command[:2], "--page", "9", *command[-2:]]) == 0
    assert "没有找到" in capsys.readouterr().out


def test_an_answer_comes_from_what_the_filter_allows(capsys, built):
    command = ["ask", "谁主持会议并讲话？", "--json", "--home", str(built)]
    for source in ("000_cd10894def32b671.txt", "004_a410e60982d701bb.txt"):
        assert main([*command, "--source", source]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert not answer["refused"]
        assert {citation["source"] for citation in answer["citations"]} == {source}
    assert main(["ask", QUESTION, "--json", "--byline", "李涛", "--home", str(built)]) == 0
    assert json.loads(capsys.readouterr().out)["refused"]


def test_facets_are_printed_beside_the_hits(capsys, built, tmp_path):
    command = ["search", "会议召开", "-k", "2", "--facets", "--home", str(built)]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert len(re.findall(r"^ ?\d\. \d\.\d{3}  ", out, re.MULTILINE)) == 2
    assert re.search(r"^  记者 byline: \S+ \d", out, re.MULTILINE)
    assert "  日期 date: 2022-12 " in out
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["hits"]) == 2
    assert set(found["facets"]) == {"articles", "year", "month", "byline", "source", "kind"}
    assert found["facets"]["year"][0] == {"value": "2022", "count": 1}
    (tmp_path / "q.jsonl").write_text('{"id": "a", "text": "会议召开"}', encoding="utf-8")
    assert main(["search", "--batch", str(tmp_path / "q.jsonl"), "-k", "2", "--facets", "--home", str(built)]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": "a", **found}


def test_the_same_story_on_two_pages_is_one_hit(capsys, tmp_path):
    (tmp_path / "晚报").mkdir()
    for name in ("早报.txt", "晚报/二版.txt"):
        shutil.copy(SEEDS / "003_31443a22f1e69377.txt", tmp_path / name)
    home = tmp_path / "home"
    assert main(["build", str(tmp_path / "早报.txt"), str(tmp_path / "晚报"), "--home", str(home)]) == 0
    capsys.readouterr()
    command = ["search", "翰博光电生产基地项目总投资", "-k", "1", "--home", str(home)]
    assert main(command) == 0
    assert re.search(r"\n    另见 also on: \S+\.txt:\d+-\d+\n", capsys.readouterr().out)
    assert main([*command, "--json"]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    (other,) = hit["also"]
    assert {hit["source"], other["source"]} == {"早报.txt", "二版.txt"}
    assert (hit["lines"], hit["headline"]) == (other["lines"], other["headline"])
    assert hit["article"] != other["article"]


def test_eval(capsys, built):
    assert main(["eval", str(ROOT / "tests/gold/questions.jsonl"), "--json", "--home", str(built)]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["accuracy"]["all"]["of"] == 48


def test_doctor_mends_what_is_derived(capsys, built, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(built, home)
    assert main(["doctor", "--home", str(home)]) == 0
    assert "whole" in capsys.readouterr().out
    damaged = [file for file in home.glob("generations/*/vectors*/**/*") if file.is_file()]
    damaged += [file for file in home.glob("generations/*/vectors*") if file.is_file()]
    assert damaged
    for vectors in damaged:
        vectors.write_bytes(vectors.read_bytes()[:100])
    assert "vectors" in fails(capsys, "ask", QUESTION, "--home", home)
    assert main(["doctor", "--home", str(home)]) == 0
    assert "repaired" in capsys.readouterr().out
    assert main(["ask", QUESTION, "--home", str(home)]) == 0


def test_problems_are_one_line_that_says_what_where_and_what_to_do(capsys, built, tmp_path):
    assert "wenbao build" in fails(capsys, "ask", QUESTION, "--home", tmp_path / "none")
    missing = fails(capsys, "build", tmp_path / "missing", "--home", tmp_path / "h")
    assert "missing" in missing
    (tmp_path / "void").mkdir()
    fails(capsys, "build", tmp_path / "void", "--home", tmp_path / "h")
    (tmp_path / "file").touch()
    fails(capsys, "build", SEEDS, "--home", tmp_path / "file")
    fails(capsys, "ask", "", "--home", built)
    fails(capsys, "ask", "--home", built)
    fails(capsys, "search", "会议", "--from", "7月", "--home", built)
    fails(capsys, "search", "会议", "--from", "2023-08-01", "--to", "2023-07-01", "--home", built)
    assert "李涛" in fails(capsys, "search", "会议", "--byline", "李滔", "--home", built)
    assert "003_31443a22f1e69377.txt" in fails(capsys, "ask", QUESTION, "--source", "003", "--home", built)
    assert "广告" in fails(capsys, "search", "会议", "--kind", "广告栏", "--home", built)
    fails(capsys, "search", "会议", "--page", "首", "--home", built)
    fails(capsys, "search", "会议", "--byline", "两\n行", "--home", built)
    fails(capsys, "search", "会议", "--source", "\udcfe.txt", "--home", built)
    (tmp_path / "empty.jsonl").touch()
    fails(capsys, "eval", tmp_path / "empty.jsonl", "--home", built)
    fails(capsys, "articles", "--source", "\udcfe.txt", "--home", built)
    fails(capsys, "ask", "--batch", tmp_path / "no.jsonl", "--home", built)
    fails(capsys, "articles", "--source", "no.txt", "--home", built)
    (tmp_path / "q.jsonl").write_text('{"question": "会议"}', encoding="utf-8")
    fails(capsys, "ask", "--batch", tmp_path / "q.jsonl", "--output", tmp_path / "no/where", "--home", built)
    assert "no-such-model" in fails(capsys, "ask", QUESTION, "--encoder", "./no-such-model", "--home", built)


def test_a_busy_port(capsys, built):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "--port" in fails(capsys, "serve", "--port", port, "--home", built)


def test_an_archive_of_a_later_version(capsys, built, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(built, home)
    import sqlite3

    connection = sqlite3.connect(home / "archive.sqlite")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert "format 999" in fails(capsys, "ask", QUESTION, "--home", home)
    assert "format 999" in fails(capsys, "build", SEEDS, "--home", home)


def test_a_lost_catalogue_is_made_again_from_the_same_paths_and_never_from_others(capsys, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own/桥.txt").write_text("□记者 周舟 报道\n　　本报讯 3月5日，云岭大桥全长1280米。\n", encoding="utf-8")
    home = tmp_path / "home"
    assert main(["build", str(tmp_path / "own"), "--home", str(home)]) == 0
    (home / "archive.sqlite").unlink()
    assert main(["build", "--home", str(home)]) == 0
    capsys.readouterr()
    assert main(["articles", "--home", str(home)]) == 0
    assert capsys.readouterr().out.startswith("桥.txt:")
    (home / "archive.sqlite").unlink()
    (home / "CURRENT").unlink()
    assert "Give the paths again" in fails(capsys, "build", "--home", home)


def test_half_deleted_archive(capsys, built, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(built, home)
    for folder in home.glob("generations/*/lexical"):
        shutil.rmtree(folder)
    fails(capsys, "ask", QUESTION, "--home", home)
    assert main(["build", "--home", str(home)]) == 0
    assert main(["ask", QUESTION, "--home", str(home)]) == 0


def test_gb18030_and_pages_without_chinese(capsys, tmp_path):
    (tmp_path / "gb.txt").write_bytes("□记者 周舟 报道\n　　本报讯 3月5日，云岭大桥全长1280米。\n".encode("gb18030"))
    (tmp_path / "english.txt").write_text("The bridge is 1280 metres long. It opened in March.", encoding="utf-8")
    assert main(["build", str(tmp_path), "--home", str(tmp_path / ".home")]) == 0
    assert "2 added" in capsys.readouterr().out
    assert main(["ask", "云岭大桥全长多少米？", "--json", "--home", str(tmp_path / ".home")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["short"], answer["citations"][0]["source"]) == (["1280米"], "gb.txt")


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    for command in ("build", "watch", "ask", "search", "articles", "eval", "serve", "doctor"):
        assert command in out


def test_a_build_names_the_first_of_many_files_it_refuses(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("qa.output.MOST_TOLD", 2)
    (tmp_path / "pages").mkdir()
    shutil.copy(SEEDS / "003_31443a22f1e69377.txt", tmp_path / "pages")
    for number in range(5):
        (tmp_path / f"pages/{number}.txt").touch()
    assert main(["build", str(tmp_path / "pages"), "--home", str(tmp_path / "home")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].strip() for line in lines[-3:-1]] == ["refused 0.txt", "refused 1.txt"]
    assert lines[-1] == "  … 3 more refused; wenbao build --json names them all"
