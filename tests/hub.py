"""A model hub on this machine: it serves the files of one folder as `someone/model`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NAME = "someone/model"
COMMIT = "c" * 40


class Hub(ThreadingHTTPServer):
    """`withheld` are files that are listed and not given; `served` are those that were given, in order."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.withheld: set[str] = set()
        self.served: list[str] = []

    @property
    def files(self) -> dict[str, Path]:
        return {file.relative_to(self.folder).as_posix(): file for file in self.folder.rglob("*") if file.is_file()}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(folder: Path) -> Iterator[Hub]:
    hub = Hub(folder)
    thread = threading.Thread(target=hub.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        api = path.removeprefix("/api/models/")
        if api.startswith(NAME):
            self._send(200, json.dumps(self._listed("/tree/" in api)).encode(), body=body)
            return
        name = path.removeprefix(f"/{NAME}/resolve/").partition("/")[2]
        file = self.server.files.get(name)
        if file is None:
            self._send(404, error="EntryNotFound" if path.startswith(f"/{NAME}/") else "RepoNotFound")
        elif body and name in self.server.withheld:
            self._send(403)
        else:
            content = file.read_bytes()
            self.server.served += [name] * body
            self._send(200, content, body=body, etag=f'"{sha256(content).hexdigest()}"')

    def _listed(self, tree: bool) -> Any:
        files = self.server.files
        if tree:
            return [{"type": "file", "path": f, "size": p.stat().st_size, "oid": "0" * 40} for f, p in files.items()]
        return {"id": NAME, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}

    def _send(self, status: int, content: bytes = b"", *, body: bool = True, etag: str = "", error: str = "") -> None:
        self.send_response(status)
        headers = {"Content-Length": str(len(content)), "X-Repo-Commit": COMMIT, "ETag": etag, "X-Error-Code": error}
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass
