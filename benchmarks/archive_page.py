"""Several clients at the page over HTTP, speaking as a browser does: a question joins the queue, the answer is streamed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from archive_run import ROOT, WENBAO

PATIENCE = 120.0  # seconds for the page to come up, and for an answer
FINISHED = ("process_completed", "close_stream")


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of `wenbao serve` over an archive, which ends with the block.

    :raises SystemExit: if the page does not come up.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*WENBAO, "serve", "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/config", timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the page did not come up within {PATIENCE:.0f} s")


class _Client:
    def __init__(self, address: str) -> None:
        with urllib.request.urlopen(f"{address}/config", timeout=PATIENCE) as reply:
            config = json.load(reply)
        self.address = address + config["api_prefix"]
        named = (part for part in config["components"] if part["props"].get("elem_id") == "wb-box")
        self.box = next(named)["id"]
        asking = (event for event in config["dependencies"] if [self.box, "submit"] in event["targets"])
        self.event = next(asking)["id"]

    def ask(self, question: str) -> tuple[float, float]:
        """Seconds until the first words of the answer, and until the whole.

        :raises RuntimeError: if the page answers with an error.
        """
        session = uuid.uuid4().hex
        began = time.perf_counter()
        self._join(question, session)
        told: list[float] = []
        stream = f"{self.address}/queue/data?session_hash={session}"
        with urllib.request.urlopen(stream, timeout=PATIENCE) as lines:
            for line in lines:
                if not line.startswith(b"data:"):
                    continue
                message = json.loads(line[5:])
                if message["msg"] == "process_generating":
                    told.append(time.perf_counter() - began)
                elif message["msg"] in FINISHED:
                    if not message.get("success"):
                        raise RuntimeError(f"{question}: {message}")
                    break
        whole = time.perf_counter() - began
        # The first message shows the question, the second the answer's beginning.
        return (told[1] if len(told) > 1 else whole), whole

    def _join(self, question: str, session: str) -> None:
        body = {
            "data": [question, None],
            "fn_index": self.event,
            "session_hash": session,
            "event_data": None,
            "trigger_id": self.box,
        }
        headers = {"Content-Type": "application/json"}
        joined = urllib.request.Request(f"{self.address}/queue/join", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(joined, timeout=PATIENCE) as reply:
            reply.read()


def ask_page(home: Path, questions: Sequence[str], clients: int) -> dict[str, Any]:
    """Questions asked by several clients at once; the first few warm the page up."""
    with served(home) as address:
        client = _Client(address)
        for question in questions[:clients]:
            client.ask(question)
        asked = questions[clients:]
        began = time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            times = list(pool.map(client.ask, asked))
        seconds = time.perf_counter() - began
    return {
        "clients": clients,
        "questions": len(asked),
        "per_second": round(len(asked) / seconds, 2),
        "first_words_p50_s": round(median(first for first, _ in times), 3),
        "whole_p50_s": round(median(whole for _, whole in times), 3),
        "whole_max_s": round(max(whole for _, whole in times), 3),
    }
