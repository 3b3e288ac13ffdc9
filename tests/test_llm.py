"""The endpoint: every way in which it can fail ends in one line of words, and soon."""

import json
import socket
import subprocess
import sys
import threading
import time

import pytest
from llm_server import event, says, serving

from index import UsageError
from qa.llm import KEYS, MAX_TOKENS, Endpoint, ModelError, Patience, endpoint

QUICK = Patience(connect=5.0, first=2.0, between=1.0, whole=4.0)
CALM = Patience(connect=10.0, first=60.0, between=60.0, whole=120.0)
SECRET = "sk-do-not-tell"


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    for name in (*KEYS, "OPENAI_ORG_ID", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


def reply(url, **values):
    return "".join(Endpoint(url, "tiny", **({"patience": CALM} | values)).stream("系统", "用户"))


def fails(script, **values):
    """The words of the failure, in Chinese and English."""
    with serving(script) as server, pytest.raises(ModelError) as caught:
        reply(server.url, **values)
    chinese, english = caught.value.words
    assert "\n" not in chinese + english
    assert "127.0.0.1" in chinese
    return english.split(" ", 1)[1]


def test_the_text_comes_in_pieces_as_it_was_written():
    with serving(says("大桥", "长9公里", "[1]。")) as server:
        assert list(Endpoint(server.url, "tiny", patience=CALM).stream("系统", "用户")) == ["大桥", "长9公里", "[1]。"]
    (asked,) = server.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["messages"] == [{"role": "system", "content": "系统"}, {"role": "user", "content": "用户"}]
    assert (asked["model"], asked["temperature"], asked["max_tokens"], asked["stream"]) == ("tiny", 0, MAX_TOKENS, True)
    assert "Authorization" not in asked["headers"]


def test_the_key_goes_to_the_endpoint_and_nowhere_else(monkeypatch):
    monkeypatch.setenv("WENBAO_LLM_KEY", SECRET)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    with serving(says("好")) as server:
        made = endpoint(server.url, "tiny", CALM)
        assert list(made.stream("", "")) == ["好"]
    assert SECRET not in repr(made)
    assert server.asked[0]["headers"]["Authorization"] == f"Bearer {SECRET}"
    assert "org-other" not in json.dumps(server.asked)
    with serving(lambda handler, body: handler.begin(401)) as server, pytest.raises(ModelError) as caught:
        reply(server.url, key=SECRET)
    assert SECRET not in str(caught.value) + repr(caught.value)


def test_the_first_key_that_is_set_counts(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "second")
    assert endpoint("http://x/v1", "m").key == "second"
    monkeypatch.setenv("WENBAO_LLM_KEY", "first")
    assert endpoint("http://x/v1", "m").key == "first"


@pytest.mark.parametrize(
    ("url", "model", "told"),
    [
        ("ftp://x/v1", "m", "not an address"),
        ("localhost:8000", "m", "not an address"),
        ("http://", "m", "not an address"),
        ("http://user:secret@x/v1", "m", "holds a password"),
        ("http://x/v1", None, "--model NAME"),
    ],
)
def test_what_cannot_be_an_endpoint_is_told_at_once(url, model, told):
    with pytest.raises(UsageError, match=told) as caught:
        endpoint(url, model)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:2/v1", True),
        ("https://a.cn", False),
    ],
)
def test_which_endpoints_are_this_machine(url, local):
    assert endpoint(url, "m").local is local


# --- refused ---


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, "refused the request (400)"),
        (401, "does not accept the key (401)"),
        (403, "does not accept the key (403)"),
        (404, "has no such model or address (404)"),
        (500, "failed (500)"),
        (503, "failed (503)"),
    ],
)
def test_a_refusal_is_named(status, told):
    assert told in fails(lambda handler, body: handler.begin(status, Retry_After="9"))


def test_an_endless_refusal_is_not_read():
    def script(handler, body):
        handler.begin(500)
        while not handler.server.over.is_set():
            handler.write(b"x" * 65536)

    assert "failed (500)" in fails(script)


def test_who_asks_to_come_again_soon_is_asked_again():
    def script(handler, body):
        if len(handler.server.asked) == 1:
            handler.begin(429, Retry_After="0")
        else:
            says("好")(handler, body)

    with serving(script) as server:
        assert reply(server.url) == "好"
        assert len(server.asked) == 2


def test_who_asks_to_come_again_late_is_not_waited_for():
    began = time.monotonic()
    assert "too many requests" in fails(lambda handler, body: handler.begin(429, Retry_After="60"))
    assert time.monotonic() - began < 30


def test_a_model_that_takes_no_temperature_is_asked_without():
    def script(handler, body):
        if "temperature" in body:
            handler.begin(400)
        else:
            says("好")(handler, body)

    with serving(script) as server:
        assert reply(server.url) == "好"
        assert server.asked[1]["max_completion_tokens"] == MAX_TOKENS
        assert "max_tokens" not in server.asked[1]


def test_questions_are_not_carried_to_another_host():
    with serving(says("好")) as other:
        assert "points elsewhere (307)" in fails(lambda handler, body: handler.begin(307, Location=other.url))
        assert other.asked == []


def test_this_machine_is_not_asked_by_way_of_a_proxy(monkeypatch):
    with serving(says("代理")) as proxy, serving(says("好")) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.server_port}")
        assert reply(server.url) == "好"


# --- not reached ---


def test_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match="nothing listens there"):
        reply(f"http://127.0.0.1:{port}/v1")


def test_no_such_host():
    with pytest.raises(ModelError, match=r"no such host|did not begin"):
        reply("http://no-such-host.invalid/v1", patience=Patience(2, 5, 1, 6))


def test_no_secure_connection():
    """An endpoint that does not speak TLS at an https address."""
    with serving(says("好")) as server, pytest.raises(ModelError, match="securely"):
        reply(server.url.replace("http:", "https:"))


# --- slow, broken, endless ---


def test_no_first_word():
    def script(handler, body):
        handler.begin()
        handler.server.over.wait(20)

    assert fails(script, patience=QUICK) == "did not begin to write within 2 s"


def test_no_first_byte():
    assert (
        fails(lambda handler, body: handler.server.over.wait(20), patience=QUICK) == "did not begin to write within 2 s"
    )


def test_signs_of_life_are_no_words():
    """Comments keep a connection open; they do not count as text."""

    def script(handler, body):
        handler.begin()
        while not handler.server.over.wait(0.1):
            handler.write(": keep-alive\n\n")

    assert fails(script, patience=QUICK) == "did not begin to write within 2 s"


def test_a_stall_in_mid_stream():
    def script(handler, body):
        handler.begin()
        handler.write(event("大桥"))
        handler.server.over.wait(20)

    assert fails(script, patience=QUICK) == "stopped in the middle of writing"


def test_drops_without_end():
    def script(handler, body):
        handler.begin()
        while not handler.server.over.wait(0.1):
            handler.write(event("长"))

    assert fails(script, patience=QUICK) == "does not come to an end"


def test_a_flood_without_end():
    def script(handler, body):
        handler.begin()
        while not handler.server.over.is_set():
            handler.write(event("长" * 9000) * 20)

    with serving(script) as server, pytest.raises(ModelError, match="does not come to an end"):
        reply(server.url, patience=Patience(2, 9, 9, 60))


def test_one_line_without_end():
    def script(handler, body):
        handler.begin()
        handler.write("data: ")
        while not handler.server.over.is_set():
            handler.write(b"x" * 65536)

    with serving(script) as server, pytest.raises(ModelError, match="does not come to an end"):
        reply(server.url, patience=Patience(2, 30, 30, 60))


@pytest.mark.parametrize("length", [{}, {"Content_Length": "5000"}, {"Transfer_Encoding": "chunked"}])
def test_a_connection_cut_in_mid_stream(length):
    def script(handler, body):
        handler.begin(**length)
        text = event("大桥").encode()
        handler.write(b"%x\r\n%s\r\n" % (len(text), text) if "Transfer_Encoding" in length else text)
        handler.hang_up()

    assert fails(script).startswith("broke off")


def test_a_connection_cut_before_the_first_word():
    assert fails(lambda handler, body: handler.hang_up()).startswith("broke off")


# --- malformed ---


@pytest.mark.parametrize(
    "data",
    [
        "{not json",
        '{"choices": [{"delta": {"content": "\udcff"}}]}'.encode("utf-8", "surrogateescape"),
        "[" * 100_000,
        "NaN,",
    ],
)
def test_a_piece_that_cannot_be_read(data):
    def script(handler, body):
        handler.begin()
        handler.write(event("大"))
        handler.write(b"data: " + (data if isinstance(data, bytes) else data.encode()) + b"\n\n")

    assert fails(script) == "sent a reply that is not in the agreed form"


@pytest.mark.parametrize(
    "body", ["<html><body>登录</body></html>", '{"choices": [{"message": {"content": "大桥"}}]}', "大桥\n\n"]
)
def test_a_reply_that_is_no_stream(body):
    def script(handler, request):
        handler.begin(kind="text/html")
        handler.write(body)

    assert fails(script) == "sent a reply that is not in the agreed form"


@pytest.mark.parametrize(
    "told",
    [
        '{"choices": []}',
        '{"choices": 7}',
        "[]",
        '"text"',
        "null",
        '{"choices": [{"delta": null}]}',
        '{"choices": [{"delta": {"content": [1]}}]}',
    ],
)
def test_pieces_of_another_shape_are_passed_over(told):
    def script(handler, body):
        handler.begin()
        handler.write(f"data: {told}\n\n")
        says("好")(_Rest(handler), body)

    with serving(script) as server:
        assert reply(server.url) == "好"


class _Rest:
    """A handler whose reply has begun."""

    def __init__(self, handler):
        self.write = handler.write

    def begin(self):
        pass


@pytest.mark.parametrize("finish", ["stop", "length", "content_filter", "tool_calls"])
def test_no_text(finish):
    def script(handler, body):
        handler.begin()
        call = {"index": 0, "function": {"name": "search", "arguments": "{}"}}
        handler.write(event(tool_calls=[call]) + event(reasoning_content="想一想") + event(finish=finish))

    assert fails(script) == "wrote no text"


def test_an_error_in_the_stream():
    def script(handler, body):
        handler.begin()
        handler.write(event("大") + 'data: {"error": {"message": "out of memory"}}\n\n')

    assert fails(script) == "had an error while writing"


def test_lines_may_end_in_both_ways_and_come_in_any_pieces():
    def script(handler, body):
        handler.begin()
        told = (event("大桥长") + event("9公里。") + "data: [DONE]\n\n").replace("\n", "\r\n").encode()
        for byte in range(0, len(told), 7):
            handler.write(told[byte : byte + 7])

    with serving(script) as server:
        assert reply(server.url) == "大桥长9公里。"


def test_whoever_stops_listening_ends_the_reading():
    closed = threading.Event()

    def script(handler, body):
        handler.begin()
        try:
            while not handler.server.over.wait(0.02):
                handler.write(event("长"))
        except OSError:
            closed.set()

    with serving(script) as server:
        pieces = Endpoint(server.url, "tiny", patience=CALM).stream("", "")
        assert next(pieces) == "长"
        pieces.close()
        assert closed.wait(10)


def test_the_client_is_not_imported_before_it_is_needed():
    script = "import qa.llm, qa.writer, sys; print(*{'openai', 'httpx2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
