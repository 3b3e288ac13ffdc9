"""An OpenAI-compatible endpoint on this machine that does as a script says: answers, dawdles, lies or breaks off."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[["Handler", dict[str, Any]], None]


class Endpoint(ThreadingHTTPServer):
    """`asked` are the requests it got, in order, with their headers under "headers"; `over` ends what a script waits for."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.asked: list[dict[str, Any]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody who has heard enough hangs up: that is no error."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(
            {**body, "headers": {name.title(): value for name, value in self.headers.items()}, "path": self.path}
        )
        self.close_connection = True
        self.server.script(self, body)

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """The head of a reply that ends when the connection does."""
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Connection": "close"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def write(self, data: bytes | str) -> None:
        self.wfile.write(data.encode() if isinstance(data, str) else data)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(script: Script) -> Iterator[Endpoint]:
    endpoint = Endpoint(script)
    thread = threading.Thread(target=endpoint.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.over.set()
        endpoint.shutdown()
        thread.join()
        endpoint.server_close()


def event(text: str | None = None, finish: str | None = None, **delta: Any) -> str:
    """One piece of text as the protocol frames it."""
    content = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": content | delta, "finish_reason": finish}
    return f"data: {json.dumps({'object': 'chat.completion.chunk', 'choices': [choice]}, ensure_ascii=False)}\n\n"


def says(*pieces: str, finish: str = "stop") -> Script:
    """A script that writes the pieces and ends properly."""

    def script(handler: Handler, body: dict[str, Any]) -> None:
        handler.begin()
        for piece in pieces:
            handler.write(event(piece))
        handler.write(event(finish=finish) + "data: [DONE]\n\n")

    return script


def passages(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The passages that the model was given."""
    return json.loads(body["messages"][-1]["content"])["passages"]


def number_of(body: dict[str, Any], text: str) -> int:
    """The number of the first passage given that holds the text."""
    return next(passage["n"] for passage in passages(body) if text in passage["text"])
