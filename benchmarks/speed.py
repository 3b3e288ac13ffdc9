"""Times a user meets: help, build, page, first and later questions, on the pages in seeds/.

    python benchmarks/speed.py [--output benchmarks/results/speed.json]

Every figure is the median of several runs in this process or of whole processes; the machine and the versions stand
beside them. Other work on the machine shows in the maximum.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = [
    "翰博光电生产基地项目总投资多少？",
    "第61次常委会是什么时候召开的？",
    "谁主持了人才工作领导小组会议？",
    "青岛自贸片区形成了多少个创新案例？",
    "7月21日新区举行了哪些会议和活动？",
    "How much is the total investment in the project?",
    "火星上有多少人？",
]
WENBAO = [sys.executable, "-m", "qa.cli"]


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def process(*arguments: str) -> float:
    return timed(lambda: subprocess.run([*WENBAO, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL))


def page_ready(home: Path) -> float:
    """Seconds from `wenbao serve` to the first whole answer of the page's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [*WENBAO, "serve", "--home", str(home), "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - began < 60:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as reply:
                    reply.read()
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.02)
        raise SystemExit("the page did not come up within 60 s")
    finally:
        server.terminate()
        server.wait()


def row(name: str, seconds: list[float], wanted: str) -> dict[str, object]:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    print(f"{name:46s} median {middle:8.4f} s   min {low:8.4f}   max {high:8.4f}   wanted {wanted}")
    return {
        "name": name,
        "median": round(middle, 5),
        "min": round(low, 5),
        "max": round(high, 5),
        "runs": len(seconds),
        "wanted": wanted,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    sys.path.insert(0, str(ROOT))
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary) / "archive"
        results.append(row("wenbao --help, whole process", [process("--help") for _ in range(7)], "<= 0.4 s"))

        from index import build, load_encoder
        from index.tokens import words
        from qa.engine import Engine

        encoder = load_encoder()
        words("先装载词典")
        seeds = [ROOT / "seeds"]
        builds = [timed(lambda i=i: build(seeds, Path(temporary) / f"build{i}", encoder=encoder)) for i in range(3)]  # type: ignore[misc]
        results.append(row("build of seeds/, after imports", builds, "<= 3 s"))
        build(seeds, home, encoder=encoder)
        results.append(
            row(
                "build of seeds/ again, nothing changed",
                [timed(lambda: build(seeds, home, encoder=encoder)) for _ in range(3)],
                "-",
            )
        )
        results.append(
            row("wenbao ask, whole process", [process("ask", QUESTIONS[0], "--home", str(home)) for _ in range(5)], "-")
        )
        engine = Engine(home, encoder)
        for question in QUESTIONS:
            engine.ask(question)
        asked = [timed(lambda q=question: engine.ask(q)) for _ in range(15) for question in QUESTIONS]  # type: ignore[misc]
        results.append(row("one question, after start-up", asked, "p50 <= 0.060 s"))
        results.append(row("wenbao serve until the page is there", [page_ready(home) for _ in range(3)], "<= 8 s"))
    if arguments.output:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        versions = {name: version(name) for name in ("faiss-cpu", "gradio", "jieba", "numpy", "tantivy", "tokenizers")}
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(
            json.dumps({"machine": machine, "versions": versions, "results": results}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
