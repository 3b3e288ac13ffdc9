"""The page while a model writes, in a real Chromium: first the paper's own sentence, then each written one as it is checked."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from llm_server import event, number_of, serving

from index import build

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
PAGE = """　　□记者 周舟 报道
　　本报讯 3月5日，云岭大桥开工仪式在青川县举行。云岭大桥全长1280米，设计时速80公里。云岭大桥总投资约6.2亿元，计划三年建成。
"""
QUESTION = "云岭大桥总投资多少？"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SENTENCES = ("云岭大桥总投资约6.2亿元[N]。", "云岭大桥全长9999米[N]。", "<img src=x onerror=window.hacked=1>大桥[N]。")


def script(handler, body):
    """Writes a sentence, then waits until the test has seen it."""
    handler.begin()
    n = number_of(body, "6.2亿")
    for sentence in SENTENCES:
        handler.write(event(sentence.replace("N", str(n))[:-4]))
        handler.server.steps.acquire(timeout=60)
        handler.write(event(sentence.replace("N", str(n))[-4:]))
    handler.write(event("云岭大桥计划三年建成"))
    handler.server.steps.acquire(timeout=60)
    handler.write(event(f"[{n}]。") + event(finish="stop") + "data: [DONE]\n\n")


@pytest.fixture
def site(tmp_path):
    import threading

    (tmp_path / "桥.txt").write_text(PAGE, encoding="utf-8")
    build([tmp_path / "桥.txt"], tmp_path / "home")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(script) as endpoint:
        endpoint.steps = threading.Semaphore(0)
        command = [sys.executable, "-m", "qa.cli", "serve", "--home", tmp_path / "home", "--port", str(port)]
        command += ["--llm", endpoint.url, "--model", "tiny"]
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ, stderr=subprocess.PIPE, text=True)
        address = f"http://127.0.0.1:{port}/"
        for _ in range(600):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except urllib.error.URLError:
                assert server.poll() is None
                time.sleep(0.1)
        assert f"127.0.0.1:{endpoint.server_port} (tiny, on this machine)" in server.stderr.readline()
        yield address, endpoint
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture
def page(site):
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(locale="zh-CN", viewport={"width": 1400, "height": 900}).new_page()
        page.set_default_timeout(30_000)
        page.goto(site[0])
        page.wait_for_selector("#wb-box textarea")
        yield page
        browser.close()


def test_an_answer_is_written_and_checked_before_the_eyes(page, site):
    _, endpoint = site
    pictures = os.environ.get("WENBAO_PICTURES")

    def picture(name):
        if pictures:
            page.screenshot(path=f"{pictures}/{name}.png")

    page.fill("#wb-box textarea", QUESTION)
    page.press("#wb-box textarea", "Enter")
    page.wait_for_selector(".wb-draft .wb-unsure")
    assert "6.2亿元" in page.inner_text(".wb-answer"), "the paper's own sentence is there already"
    assert page.get_attribute(".wb-talk", "aria-busy") == "true"
    endpoint.steps.release()
    page.wait_for_selector(".wb-draft .wb-sure")
    endpoint.steps.release()
    page.wait_for_selector(".wb-draft del")
    assert "9999米" in page.inner_text(".wb-draft del")
    picture("writing")
    endpoint.steps.release()
    endpoint.steps.release()
    page.wait_for_selector('.wb-talk[aria-busy="false"]')
    assert page.inner_text(".wb-answer").replace("\n", "") == "云岭大桥总投资约6.2亿元。[1]云岭大桥计划三年建成。[1]"
    assert "模型执笔" in page.inner_text(".wb-engine")
    assert page.locator(".wb-dropped del").count() == 2
    assert "<img" in page.inner_text(".wb-dropped")
    assert page.evaluate("window.hacked") is None
    picture("written")
    page.focus(".wb-cite")
    page.keyboard.press("Enter")
    page.wait_for_selector("#wb-side mark")
    assert "总投资约6.2亿元" in "".join(page.locator("#wb-side mark").all_inner_texts())
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    picture("narrow")
