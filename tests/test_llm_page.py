"""What a person sees of a model's writing: on the page, in a terminal, as JSON; and the options that turn it on."""

import json
import re

import pytest
from llm_server import says, serving

from index import build
from qa.cli import main
from qa.output import answer_json, answer_text
from qa.render import Turn, conversation
from qa.types import Answer, Citation, Written

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
QUOTE = Citation(1, "a.txt", 1, (2, 2), "大桥全长1280米。", "大桥开工", ("周舟",), "2023-03-06", "stated", "a1", "a1-0")
FOUND = Answer("全长多少？", "大桥全长1280米。[1]", ("1280米",), citations=(QUOTE,))
NO: tuple[str, str] = ("引用的段落里没有这个数", "the cited passage has no such number")


def draft(**values):
    return Answer(**{name: getattr(FOUND, name) for name in ("question", "answer", "short", "citations")} | values)


def shown(answer):
    return conversation([Turn("全长多少？", answer)])


def test_while_it_is_written_each_sentence_shows_how_it_stands():
    written = (Written("大桥全长1280米。"), Written("全长9米。", NO), Written("明年", checked=False))
    view = shown(draft(written=written, pending=True))
    assert 'aria-busy="true"' in view
    assert "大桥全长1280米。" in view.split("wb-draft")[0], "the extractive answer stands above"
    assert re.search(r'<span class="wb-sure"><bdi>大桥全长1280米。</bdi></span>', view)
    assert re.search(r'<del class="wb-struck"><bdi>全长9米。</bdi></del><small class="wb-reason">', view)
    assert NO[0] in view
    assert NO[1] in view
    assert re.search(r'<span class="wb-unsure"><bdi>明年</bdi>', view)


def test_a_written_answer_says_who_wrote_it_and_what_was_struck_out():
    view = shown(draft(engine="llm", written=(Written("大桥全长1280米。"), Written("全长9米。", NO))))
    assert 'aria-busy="false"' in view
    assert "模型执笔" in view
    assert view.count("<del") == 1
    assert view.index("wb-sources") < view.index("<del")
    assert re.findall(r'class="wb-cite"[^>]*>(\[\d\])', view) == ["[1]"]


def test_a_note_says_why_it_was_not_the_model():
    view = shown(draft(note=("连不上", "cannot be reached")))
    assert 'role="status"' in view
    assert "连不上" in view
    assert "cannot be reached" in view
    assert "原文摘句" in view


def test_without_a_writer_the_page_says_nothing_of_one():
    view = shown(FOUND)
    for sign in ("wb-engine", "wb-remark", "wb-draft"):
        assert sign not in view


def test_nothing_that_a_model_writes_becomes_markup():
    written = (Written(HOSTILE), Written(HOSTILE, (HOSTILE, HOSTILE)), Written(HOSTILE, checked=False))
    for answer in (
        draft(written=written, pending=True),
        draft(answer=HOSTILE, engine="llm", written=written, note=(HOSTILE, HOSTILE)),
        draft(answer=HOSTILE, refused=True, note=(HOSTILE, HOSTILE)),
    ):
        view = shown(answer)
        assert "<script" not in view
        assert "<img" not in view


def test_json_tells_the_engine_the_note_and_what_was_dropped():
    told = answer_json(draft(note=("连不上", "cannot be reached"), written=(Written("全长9米。", NO), Written("好。"))))
    assert (told["engine"], told["note"]) == ("extractive", "连不上 · cannot be reached")
    assert told["dropped"] == [{"text": "全长9米。", "reason": " · ".join(NO)}]
    plain = answer_json(FOUND)
    assert (plain["engine"], plain["note"], plain["dropped"]) == ("extractive", None, [])


def test_a_terminal_gets_one_line_more():
    lines = answer_text(draft(note=("连不上", "cannot be reached"))).splitlines()
    assert lines[1] == "（连不上 · cannot be reached）"
    assert [*lines[:1], *lines[2:]] == answer_text(FOUND).splitlines()


# --- options ---


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    page = tmp_path_factory.mktemp("pages") / "桥.txt"
    page.write_text(
        "□记者 周舟 报道\n　　本报讯 3月5日，云岭大桥开工仪式在青川县举行。云岭大桥全长1280米，总投资约6.2亿元。\n",
        encoding="utf-8",
    )
    home = tmp_path_factory.mktemp("home")
    build([page], home)
    return home


@pytest.fixture(autouse=True)
def _no_writer(monkeypatch):
    for name in ("WENBAO_LLM", "WENBAO_MODEL", "WENBAO_LLM_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def ask(capsys, home, *options):
    capsys.readouterr()
    assert main(["ask", "云岭大桥总投资多少？", "--home", str(home), *options]) == 0
    return capsys.readouterr()


def test_a_question_is_written_by_the_model_that_is_named(capsys, home, monkeypatch):
    monkeypatch.setenv("WENBAO_LLM_KEY", "sk-do-not-tell")
    with serving(says("云岭大桥总投资约6.2亿元[1]。")) as server:
        out, err = ask(capsys, home, "--llm", server.url, "--model", "tiny", "--json")
        assert json.loads(out)["engine"] == "llm"
        assert server.asked[0]["model"] == "tiny"
        assert f"127.0.0.1:{server.server_port} (tiny, on this machine)" in err
        assert err.count("\n") == 1
        assert "sk-do-not-tell" not in out + err


def test_the_environment_names_it_as_well(capsys, home, monkeypatch):
    with serving(says("云岭大桥总投资约6.2亿元[1]。")) as server:
        monkeypatch.setenv("WENBAO_LLM", server.url)
        monkeypatch.setenv("WENBAO_MODEL", "other")
        out, _ = ask(capsys, home)
        assert out.startswith("云岭大桥总投资约6.2亿元。[1]")
        assert server.asked[0]["model"] == "other"


def test_nothing_is_sent_unless_it_is_asked_for(capsys, home, monkeypatch):
    with serving(says("云岭大桥总投资约6.2亿元[1]。")) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        out, err = ask(capsys, home, "--json")
        assert (json.loads(out)["engine"], err, server.asked) == ("extractive", "", [])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--llm", "http://x/v1"], "--model NAME"),
        (["--llm", "nowhere", "--model", "m"], "not an address"),
        (["--llm", "http://me:pw@x/v1", "--model", "m"], "WENBAO_LLM_KEY"),
    ],
)
def test_wrong_options_are_told_in_one_line(capsys, home, options, told):
    assert main(["ask", "云岭大桥总投资多少？", "--home", str(home), *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1


def test_there_is_no_option_for_the_key(capsys):
    with pytest.raises(SystemExit):
        main(["ask", "问", "--key", "sk"])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["ask", "--help"])
    assert "WENBAO_LLM_KEY" in capsys.readouterr().out
