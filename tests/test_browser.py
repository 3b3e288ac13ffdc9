"""The page in a real Chromium, against the real command on a copy of the seeds."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prints import column, draw, make

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION = "翰博光电生产基地项目总投资多少？"
BRIDGE = """　　□记者 周舟 报道
　　本报讯 3月5日，云岭大桥开工仪式在青川县举行。云岭大桥全长1280米，设计时速80公里，
总投资约6.2亿元，计划三年建成。
"""
RAILWAY = (
    "本报讯5月9日上午，滨海铁路开工仪式在临江县举行。滨海铁路全长128公里，设车站九座，由省铁路投资集团承建，计划四年建成通车。"
    "省铁路投资集团负责人表示，铁路建成后沿线五县将结束不通火车的历史，旅客到省城只要四十分钟，货物运输也会方便得多，沿线群众十分期待。"
)
HOSTILE = """　　□记者 石磊 报道
　　本报讯 6月8日，<script>window.hacked=1</script>星河灯会<img src=x onerror="window.hacked=2">在翠湖公园开幕，
灯会共展出<b>花灯</b>360组，![图](http://198.51.100.1/a.png)门票[点我](javascript:window.hacked=3)每张45元，
{{constructor}} ${window.hacked=4} | 甲 | 乙 | # 标题 `码` $x^2$ <iframe src="http://198.51.100.1/"></iframe>。
"""


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("home")
    shutil.copytree(SEEDS, folder, dirs_exist_ok=True)
    wenbao = [sys.executable, "-m", "qa.cli"]
    subprocess.run([*wenbao, "build", folder, "--home", home], check=True, cwd=SEEDS.parent, stdout=subprocess.DEVNULL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([*wenbao, "serve", "--home", home, "--port", str(port)], cwd=SEEDS.parent)
    address = f"http://127.0.0.1:{port}/"
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            break
        except urllib.error.URLError:
            assert server.poll() is None
            time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(20)


@pytest.fixture
def visit(chromium, site):
    """Opens the page as a new visitor; afterwards nothing may have left this machine or gone wrong in the console."""
    contexts, outside, problems = [], [], []

    def watch(request):
        if not re.match(r"(http://127\.0\.0\.1[:/]|data:|blob:)", request.url):
            outside.append(request.url)

    def complain(text):
        # Gradio lets go of its open streams in this way when a page is left or loaded again.
        if not re.search(r"AbortError|Connection errored out", text):
            problems.append(text)

    def open_page(**options):
        context = chromium.new_context(**({"locale": "zh-CN", "viewport": {"width": 1400, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", watch)
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("console", lambda message: complain(message.text) if message.type == "error" else None)
        page.goto(site)
        page.wait_for_selector("#wb-box textarea")
        page.wait_for_selector(".wb-chip")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside == []
    assert problems == []


def ask(page, question):
    """Ask and wait for the whole answer: the turn it became."""
    before = page.locator(".wb-turn").count()
    page.fill("#wb-box textarea", question)
    page.press("#wb-box textarea", "Enter")
    return answered(page, before + 1)


def answered(page, count):
    page.wait_for_function(
        f"""() => document.querySelectorAll(".wb-turn").length === {count}
              && document.querySelector(".wb-talk").getAttribute("aria-busy") === "false" """
    )
    return page.locator(".wb-turn").nth(count - 1)


def lit(page):
    return "".join(page.locator("#wb-side mark").all_text_contents())


def lit_colour(page):
    return page.evaluate("getComputedStyle(document.querySelector('#wb-side mark')).backgroundColor")


def in_view(page, selector):
    box = page.locator(selector).first.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]


def update(page, *files, remove=None):
    """Upload or delete files and bring the archive up to date: the report's text."""
    page.get_by_role("tab", name="资料库").click()
    if remove:
        page.click(f'[data-remove="{remove}"]')
        page.wait_for_selector(f"#wb-notice :text('已删除 {remove}')")
        assert page.locator(".wb-doomed", has_text=remove).locator(".wb-tag").inner_text() == "待移除"
    if files:
        page.set_input_files("#wb-upload input[type=file]", files)
        page.wait_for_selector("#wb-notice .wb-note")
    # The report of the update before stands until this one begins.
    page.evaluate("document.querySelector('.wb-report')?.classList.add('before')")
    page.click("#wb-rebuild")
    page.wait_for_selector(".wb-report:not(.before)")
    page.wait_for_selector("#wb-rebuild:not([disabled])")
    report = page.locator(".wb-report").inner_text()
    page.get_by_role("tab", name="提问").click()
    return report


def upload(name, text):
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode() if isinstance(text, str) else text}


def test_a_click_on_a_number_lights_up_the_quoted_sentence(visit):
    page = visit()
    turn = ask(page, QUESTION)
    assert "50亿元" in turn.locator(".wb-answer").inner_text()
    turn.get_by_role("button", name="[1]", exact=True).click()
    page.wait_for_selector("#wb-side mark")
    assert lit(page) == turn.locator(".wb-quote").first.text_content().replace("\n", "")
    page.wait_for_function("document.querySelector('#wb-side .wb-lines').scrollTop > 0")
    assert in_view(page, "#wb-side mark")
    assert page.locator("#wb-side .wb-line.own").count() > 3
    assert page.locator("#wb-side .wb-line:not(.own)").count() > 3


def test_the_answer_comes_bit_by_bit(visit):
    page = visit()
    page.evaluate(
        """() => { window.lengths = new Set();
                   new MutationObserver(() => lengths.add(document.querySelector(".wb-answer")?.textContent.length))
                     .observe(document.querySelector("#wb-talk"), {subtree: true, childList: true, characterData: true}); }"""
    )
    ask(page, QUESTION)
    assert page.evaluate("lengths.size") > 3


def test_an_example_is_asked_by_a_click(visit):
    page = visit()
    text = page.locator(".wb-chip").first.inner_text()
    page.locator(".wb-chip").first.click()
    turn = answered(page, 1)
    assert turn.locator(".wb-question").inner_text() == text
    assert turn.locator(".wb-answer").count() == 1


def test_a_follow_up_is_understood_and_a_new_conversation_forgets(visit):
    page = visit()
    ask(page, QUESTION)
    turn = ask(page, "占地多少亩？")
    assert "400亩" in turn.locator(".wb-answer").inner_text()
    assert "按此理解" in turn.inner_text()
    page.click("#wb-new")
    page.wait_for_selector(".wb-chip")
    assert page.locator(".wb-turn").count() == 0
    assert page.locator("#wb-side .wb-page").count() == 0


def test_a_refusal_offers_passages_that_can_be_opened(visit):
    page = visit()
    turn = ask(page, "火星探测器什么时候着陆？")
    assert "未在资料中找到" in turn.locator(".wb-refusal").inner_text()
    assert turn.locator(".wb-answer").count() == 0
    turn.locator(".wb-nearest .wb-source").first.click()
    page.wait_for_selector("#wb-side mark")
    assert lit(page) == turn.locator(".wb-quote").first.text_content().replace("\n", "")
    calm = lit_colour(page)
    ask(page, QUESTION)
    page.wait_for_selector("#wb-side .wb-page:not(.wb-nearby) mark")
    assert lit_colour(page) != calm


def test_a_page_is_uploaded_asked_about_deleted_and_forgotten(visit):
    page = visit()
    report = update(page, upload("大桥 三月.txt", BRIDGE))
    assert re.search(r"新读入 1\s*大桥 三月\.txt", report)
    turn = ask(page, "云岭大桥全长多少米？")
    assert "1280米" in turn.locator(".wb-answer strong").all_inner_texts()
    assert "大桥 三月.txt" in turn.locator(".wb-source").first.inner_text()
    turn.locator(".wb-cite").first.click()
    page.wait_for_selector("#wb-side mark")
    assert "1280米" in lit(page)
    report = update(page, remove="大桥 三月.txt")
    assert re.search(r"已移除 1\s*大桥 三月\.txt", report)
    again = ask(page, "云岭大桥全长多少米？")
    assert again.locator(".wb-refusal").count() == 1
    assert "大桥 三月.txt" not in again.inner_text()
    turn.locator(".wb-cite").first.click()
    page.wait_for_selector("#wb-side :text('资料库已更新，这一页不在其中了。')")


def test_an_update_is_seen_by_all_can_be_cancelled_by_any_and_outlives_who_began_it(visit):
    words = [chr(0x4E00 + n) for n in range(3000)]
    lines = []
    for n in range(8000):
        text = "".join(words[(n * 7 + k * k) % len(words)] for k in range(300))
        lines.append(json.dumps({"id": f"r{n}", "title": f"第{n}号消息", "text": f"{text}。"}, ensure_ascii=False))
    page = visit()
    page.get_by_role("tab", name="资料库").click()
    page.set_input_files("#wb-upload input[type=file]", [upload("很多.jsonl", "\n".join(lines))])
    page.wait_for_selector("#wb-notice .wb-note")
    page.click("#wb-rebuild")
    page.wait_for_selector(".wb-progress progress")
    other = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    other.get_by_role("tab", name="资料库").tap()
    other.wait_for_selector(".wb-progress progress[value]")
    assert other.evaluate("document.documentElement.scrollWidth") <= 390
    assert not other.locator("#wb-rebuild").is_visible()
    other.locator("#wb-cancel").tap()
    for one in (page, other):
        one.wait_for_selector("#wb-report :text('更新已停止')")
        one.wait_for_selector("#wb-rebuild")
        assert not one.locator("#wb-cancel").is_visible()
    page.click("#wb-rebuild")
    page.wait_for_selector(".wb-progress progress")
    page.close()
    other.reload()
    other.get_by_role("tab", name="资料库").tap()
    other.wait_for_selector("#wb-files :text('8000 篇')", timeout=60_000)
    assert other.evaluate("document.documentElement.scrollWidth") <= 390
    other.locator('[data-remove="很多.jsonl"]').tap()
    other.wait_for_selector("#wb-notice :text('已删除 很多.jsonl')")
    other.locator("#wb-rebuild").tap()
    other.wait_for_selector(".wb-report summary:has-text('已移除')", timeout=60_000)


def test_a_quote_from_a_pdf_is_lit_up_on_the_picture_of_its_page(visit):
    page = visit()
    columns = [*column(50, 140, RAILWAY[:78]), *column(170, 140, RAILWAY[78:])]
    report = update(page, upload("铁路.pdf", make([draw([(50, 100, 24, "滨海铁路开工"), *columns])])))
    assert re.search(r"新读入 1\s*铁路\.pdf", report)
    turn = ask(page, "滨海铁路全长多少公里？")
    assert "128公里" in turn.locator(".wb-answer").inner_text()
    turn.locator(".wb-cite").first.click()
    page.wait_for_selector("#wb-side .wb-sheet mark")
    assert page.evaluate("document.querySelector('#wb-side .wb-sheet img').decode().then(() => true)")
    assert in_view(page, "#wb-side .wb-sheet mark")
    sheet = page.locator("#wb-side .wb-sheet img").bounding_box()
    for mark in page.locator("#wb-side .wb-sheet mark").all():
        box = mark.bounding_box()
        assert sheet["x"] + sheet["width"] * 50 / 595 - 2 <= box["x"]
        assert box["x"] + box["width"] <= sheet["x"] + sheet["width"] * 150 / 595 + 2
    assert page.locator("#wb-side .wb-line mark").count() > 0
    update(page, remove="铁路.pdf")


def test_a_hostile_page_and_question_are_shown_as_text(visit):
    page = visit()
    update(page, upload("灯会.txt", HOSTILE))
    turn = ask(page, "星河灯会共展出花灯多少组？<img src=x onerror='window.hacked=5'>**粗**")
    assert "<img src=x onerror='window.hacked=5'>**粗**" in turn.locator(".wb-question").inner_text()
    turn.locator(".wb-cite, .wb-source").first.click()
    page.wait_for_selector("#wb-side mark")
    shown = page.locator("#wb-side").inner_text()
    for line in HOSTILE.splitlines():
        assert line.strip() in shown
    page.get_by_role("tab", name="资料库").click()
    page.click('[data-source="灯会.txt"]')
    page.locator("#wb-articles .wb-item").first.click()
    page.wait_for_selector("#wb-leaf-page .wb-line.own")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#wb-talk img, #wb-side img, #wb-leaf-page img, iframe, #wb-page-root script").count() == 0
    update(page, remove="灯会.txt")


def test_what_cannot_be_read_is_named_with_its_reason(visit):
    page = visit()
    report = update(page, upload("空.txt", ""), upload("乱.txt", bytes(range(256)) * 40))
    assert "没有读入 2" in report
    for name in ("空.txt", "乱.txt"):
        assert name in report
        page.get_by_role("tab", name="资料库").click()
        page.click(f'[data-remove="{name}"]')
        page.wait_for_selector(f"#wb-notice :text('已删除 {name}')")


def test_files_articles_and_their_page_can_be_browsed(visit):
    page = visit()
    page.get_by_role("tab", name="资料库").click()
    page.click('[data-source^="003_"]')
    page.wait_for_selector("#wb-articles .wb-item")
    page.locator("#wb-articles .wb-item", has_text="翰博光电生产基地项目签约").click()
    page.wait_for_selector("#wb-leaf-page .wb-line.own.head")
    assert "翰博光电生产基地项目签约" in page.locator("#wb-leaf-page .wb-line.own").first.inner_text()
    listed, leaf = page.locator("#wb-articles").bounding_box(), page.locator("#wb-leaf-page").bounding_box()
    assert leaf["x"] >= listed["x"] + listed["width"]
    assert in_view(page, "#wb-leaf-page .wb-line.own.head")


def search(page, text):
    """Look words up in the search tab and wait for what is found."""
    page.get_by_role("tab", name="检索").click()
    page.wait_for_selector("#wb-found .wb-results")
    page.fill("#wb-query :is(textarea, input)", text)
    page.press("#wb-query :is(textarea, input)", "Enter")
    page.wait_for_selector("#wb-found .wb-hit")


def chosen(page, where="#wb-found"):
    return [text.split("\n")[0] for text in page.locator(f"{where} .wb-pill").all_inner_texts()]


def test_words_are_looked_up_and_their_page_is_opened(visit):
    page = visit()
    search(page, "翰博光电项目")
    first = page.locator(".wb-hit").first
    assert "翰博光电" in first.locator("mark").all_inner_texts()
    assert "003_31443a22f1e69377.txt" in first.inner_text()
    first.click()
    page.wait_for_selector("#wb-search-page .wb-page mark")
    lit = "".join(page.locator("#wb-search-page mark").all_text_contents())
    assert lit == first.locator(".wb-passage").text_content().replace("\n", "")
    assert in_view(page, "#wb-search-page mark")
    assert first.get_attribute("aria-pressed") == "true"
    page.locator("#wb-search-page .wb-close").click()
    page.wait_for_function("!document.querySelector('#wb-search-page .wb-page')")
    assert page.locator(".wb-hit[aria-pressed=true]").count() == 0


def test_counts_narrow_down_what_was_found_and_what_is_asked(visit):
    page = visit()
    search(page, "会议召开")
    july = page.locator(".wb-value[data-value='2023-07']")
    count = int(july.locator("small").inner_text())
    july.click()
    page.wait_for_selector("#wb-found .wb-pill:has-text('2023-07')")
    assert f"出自 {count} 篇文章" in page.locator("#wb-found .wb-head").inner_text()
    assert page.input_value("#wb-find-date_from") == "2023-07-01"
    assert all("2023-07" in text for text in page.locator(".wb-hit .wb-date").all_inner_texts())
    page.locator(".wb-value[data-value='李涛']").click()
    page.wait_for_selector("#wb-found .wb-pill:has-text('李涛')")
    assert chosen(page) == ["2023-07", "李涛"]
    page.get_by_role("tab", name="提问").click()
    assert chosen(page, "#wb-asked-within") == ["2023-07", "李涛"]
    turn = ask(page, "谁主持会议并讲话？")
    assert "筛选 · 2023-07 · 李涛" in turn.inner_text()
    assert "000_cd10894def32b671.txt" in turn.locator(".wb-source").first.inner_text()
    page.reload()
    assert "筛选 · 2023-07 · 李涛" in answered(page, 1).inner_text()


def test_filters_are_typed_taken_off_and_corrected(visit):
    page = visit()
    search(page, "会议召开")
    page.fill("#wb-find-byline", "李滔")
    page.press("#wb-find-byline", "Enter")
    page.wait_for_selector("#wb-found .wb-trouble:has-text('相近的有 李涛')")
    page.fill("#wb-find-byline", "李涛")
    page.press("#wb-find-byline", "Enter")
    page.wait_for_selector("#wb-found .wb-pill:has-text('李涛')")
    page.wait_for_function("document.activeElement.id === 'wb-find-byline'")
    page.locator("#wb-found [data-drop=byline]").click()
    page.wait_for_function("document.querySelectorAll('#wb-found .wb-pill').length === 0")
    page.locator("#wb-found label:has(input[value=commentary])").click()
    page.wait_for_selector("#wb-found .wb-pill:has-text('评论')")
    page.locator("#wb-found .wb-chosen [data-drop='']").click()
    page.wait_for_function("document.querySelectorAll('#wb-found .wb-pill').length === 0")
    page.locator("[data-order=newest_first]").click()
    page.wait_for_selector("[data-order=newest_first][aria-pressed=true]")
    days = [day for day in page.locator(".wb-hit .wb-date").all_inner_texts() if len(day) == 10]
    assert days == sorted(days, reverse=True)
    page.get_by_role("tab", name="提问").click()
    page.click("#wb-asked-within .wb-opener")
    page.fill("#wb-ask-source", "004_a410e60982d701bb.txt")
    page.press("#wb-ask-source", "Enter")
    page.wait_for_selector("#wb-asked-within .wb-pill")
    turn = ask(page, "谁主持会议并讲话？")
    assert "004_a410e60982d701bb.txt" in turn.locator(".wb-source").first.inner_text()
    page.locator("#wb-asked-within [data-drop=source]").click()
    page.wait_for_function("document.querySelectorAll('#wb-asked-within .wb-pill').length === 0")


def test_the_same_story_on_another_page_is_named_and_can_be_opened(visit):
    page = visit()
    story = (SEEDS / "003_31443a22f1e69377.txt").read_text(encoding="utf-8").split("\n")[54:67]
    update(page, upload("晚报.txt", "\n".join(story)))
    search(page, "翰博光电生产基地项目总投资")
    other = page.locator(".wb-also button").first
    kept = page.locator(".wb-hit").first
    assert {"晚报.txt" in kept.inner_text(), "晚报.txt" in other.inner_text()} == {True, False}
    other.click()
    page.wait_for_selector("#wb-search-page .wb-page mark")
    assert ("晚报.txt" in page.locator("#wb-search-page header").inner_text()) == ("晚报.txt" in other.inner_text())
    assert other.get_attribute("aria-pressed") == "true"
    update(page, remove="晚报.txt")


def test_a_search_by_keyboard_and_on_a_phone(visit):
    page = visit()
    search(page, "会议召开")
    page.locator(".wb-hit").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('wb-page')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('wb-hit')")
    phone = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    search(phone, "会议召开")
    assert not phone.locator("#wb-find-byline").is_visible()
    phone.locator("#wb-found .wb-opener").tap()
    phone.locator(".wb-value[data-value='2023-07']").tap()
    phone.wait_for_selector("#wb-found .wb-pill:has-text('2023-07')")
    assert not phone.locator("#wb-find-byline").is_visible()
    phone.locator(".wb-hit").first.tap()
    phone.wait_for_selector("#wb-search-page mark")
    phone.wait_for_timeout(900)
    assert in_view(phone, "#wb-search-page mark")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator("#wb-search-page .wb-back").tap()
    phone.wait_for_timeout(900)
    assert in_view(phone, ".wb-hit .wb-headline")


def test_an_empty_question_gets_a_message_and_of_an_endless_one_the_beginning_is_read(visit):
    page = visit()
    page.press("#wb-box textarea", "Enter")
    page.wait_for_selector("#wb-hint :text('先写下一个问题')")
    turn = ask(page, "问" * 20_000)
    assert "只看前 2,000 字" in turn.locator(".wb-understood").inner_text()


def test_enter_that_picks_a_candidate_of_the_input_method_does_not_send(visit):
    page = visit()
    page.fill("#wb-box textarea", QUESTION)
    for state in ("isComposing: true", "keyCode: 229"):
        page.evaluate(
            f"""() => ["keydown", "keypress", "keyup"].forEach((type) =>
                  document.querySelector("#wb-box textarea").dispatchEvent(
                    new KeyboardEvent(type, {{key: "Enter", bubbles: true, cancelable: true, {state}}})))"""
        )
    page.wait_for_timeout(500)
    assert page.locator(".wb-turn").count() == 0
    assert page.input_value("#wb-box textarea") == QUESTION
    page.press("#wb-box textarea", "Enter")
    answered(page, 1)


def test_a_conversation_outlives_loading_the_page_again(visit):
    page = visit()
    ask(page, QUESTION)
    before = ask(page, "占地多少亩？").locator(".wb-answer").inner_text()
    page.reload()
    again = answered(page, 2)
    assert again.locator(".wb-answer").inner_text() == before
    assert page.input_value("#wb-box textarea") == ""
    again.locator(".wb-cite").first.click()
    page.wait_for_selector("#wb-side mark")
    ask(page, "建设周期多久？")
    page.click("#wb-new")
    page.wait_for_selector(".wb-chip")
    page.reload()
    page.wait_for_selector(".wb-chip")
    assert page.locator(".wb-turn").count() == 0


def test_the_keyboard_is_enough(visit):
    page = visit()
    turn = ask(page, QUESTION)
    turn.locator(".wb-cite").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.classList.contains('wb-page')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.classList.contains('wb-cite')")


def test_visitors_do_not_see_each_other(visit):
    first, second = visit(), visit()
    ask(first, QUESTION)
    assert second.locator(".wb-turn").count() == 0
    assert "按此理解" not in ask(second, "占地多少亩？").inner_text()


def test_on_a_phone_nothing_sticks_out_and_the_page_comes_into_view(visit):
    page = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    turn = ask(page, QUESTION)
    turn.locator(".wb-cite").first.tap()
    page.wait_for_selector("#wb-side mark")
    page.wait_for_timeout(900)
    assert in_view(page, "#wb-side mark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".wb-back").first.tap()
    page.wait_for_timeout(900)
    assert in_view(page, ".wb-cite")
    page.get_by_role("tab", name="资料库").tap()
    page.locator("#wb-files .wb-item").first.tap()
    page.wait_for_selector("#wb-articles .wb-item")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_english_browser_is_spoken_to_in_english(visit):
    page = visit(locale="en-US")
    text = page.locator("#wb-masthead").inner_text() + page.locator(".wb-fresh h2, .wb-fresh p").first.inner_text()
    assert "Ask the newspaper" in text
    assert (
        page.locator("#wb-box textarea").get_attribute("placeholder") == "What would you like to know from the papers?"
    )
    turn = ask(page, QUESTION)
    assert "Sources" in turn.inner_text()
    assert "出处" not in turn.inner_text()
    page.get_by_role("tab", name="Archive").click()
    page.wait_for_selector("#wb-files .wb-item")
    assert not re.search(r"[\u4e00-\u9fff]", page.locator("#wb-shelf").inner_text())
    heading, first = page.locator("#wb-mid h3").inner_text(), page.locator("#wb-mid .wb-meta").first.inner_text()
    assert "articles" in heading
    assert re.search(r"(news|commentary|digest|interview) · .*lines? \d+", first)


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_follow_the_system_and_can_be_switched(visit, scheme, dark):
    page = visit(color_scheme=scheme)

    def is_dark():
        red = int(re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[0])
        return red < 100

    assert is_dark() is dark
    page.click(".wb-theme")
    assert is_dark() is not dark
    page.reload()
    page.wait_for_selector("#wb-box textarea")
    assert is_dark() is not dark
