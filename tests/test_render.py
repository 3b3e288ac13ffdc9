import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, BuildReport, Date, Line, Page, Progress, Refusal, SourceFile, Span
from qa.leaf import MAX_LINES, Leaf, page_view
from qa.lists import article_list, file_list, progress_bar, report_view, time_left
from qa.markup import esc, say, size_words
from qa.render import MAX_SHOWN_QUESTION, Turn, citation_key, conversation
from qa.types import Answer, Citation
from qa.words import WORDS, translations

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=alert(1)>",
    "![图](http://example.org/a.png)",
    "[点我](javascript:alert(1))",
    "| 甲 | 乙 |",
    "# 标题",
    "`code` **粗** $x^2$",
    "{{value}} ${value} `${1+1}`",
    "&lt;b&gt; &amp; \"引号\" '单引号'",
]


class Reader(HTMLParser):
    """The tags, attributes and text of markup, as a browser sees them."""

    def __init__(self, markup):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts = [], [], []
        self.marked, self._depth = [], 0
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._depth += tag == "mark"

    def handle_endtag(self, tag):
        self._depth -= tag == "mark"

    def handle_data(self, data):
        self.texts.append(data)
        if self._depth:
            self.marked.append(data)

    @property
    def text(self):
        return "".join(self.texts)


QUOTED = (Span(0, 2, 2, 11),)


def citation(quote="项目总投资约50亿元。", n=1, spans=QUOTED, **values):
    fields = {
        "source": "a.txt",
        "page": 1,
        "lines": (2, 2),
        "headline": "大桥开工",
        "byline": ("刘腾",),
        "date": "2023-11-14",
        "date_from": "from dateline",
        "article": "a1",
        "passage": "a1-0",
    }
    return Citation(n=n, quote=quote, spans=spans, **(fields | values))


def answer(text="大桥总投资约50亿元。[1]", **values):
    return Answer("投资多少？", text, **({"citations": (citation(),)} | values))


def article(text="项目总投资约50亿元。", **values):
    fields = {"lines": (2, 2), "spans": (Span(0, 2, 2, 11),), "headline": ("大桥开工",), "headline_lines": (1,)}
    return Article("a1", "a.txt", 1, text=text, **(fields | values))


PAGE = Page(
    "a.txt", 1, (Line(1, "大桥开工"), Line(2, "　　项目总投资约50亿元。明年通车。"), Line(3, ""), Line(4, "另一篇"))
)


@given(st.text())
def test_escaped_text_reads_back_as_it_was(text):
    reader = Reader(f"<p>{esc(text)}</p>")
    assert reader.tags == ["p"]
    assert reader.text == text


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_question_answer_or_source_becomes_markup(text):
    turn = Turn(text, Answer(text, text + "[1]", (text,), citations=(citation(text, headline=text, byline=(text,)),)))
    page = Page("a.txt", 1, (Line(1, text), Line(2, "　　" + text)))
    hostile = article(text, lines=(1, 2), headline=(text,), byline=(text,), kind=text)
    views = [
        conversation([turn]),
        conversation([], [text]),
        page_view([Leaf(page, [Span(0, 2, 2, len(text))])], hostile),
        file_list([SourceFile(text, 1, "", 1, 1, 1)], [text], {text: text}),
        article_list(text, [hostile]),
        report_view(BuildReport(1, added=(text,), refused=(Refusal(text, text),))),
        progress_bar(Progress("read", 1, 2, text)),
    ]
    for view in views:
        reader = Reader(view)
        assert text in reader.text
        assert not {"script", "img", "a", "table", "code", "h1", "iframe"} & set(reader.tags)
        assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "href")]


def test_numbers_become_buttons_only_where_there_is_a_citation():
    view = conversation([Turn("问", answer("甲[1]乙[2]丙[0]"))])
    assert re.findall(r'class="wb-cite"[^>]*>(\[\d\])', view) == ["[1]"]
    assert "乙[2]丙[0]" in Reader(view).text


@pytest.mark.parametrize(
    ("quotes", "text", "buttons"),
    [
        (["决议[1]和[2]通过。"], "决议[1]和[2]通过。[1]", [1]),
        (["据《报》[2]载，", "共[1]条；"], "1. 据《报》[2]载[1]\n2. 共[1]条[2]", [1, 2]),
        (["见注[1]"], "……见注[1]……[1]", [1]),
        (["甲[1]\n乙"], "甲[1]乙[1]", [1]),
        (["甲。", "甲[1]。"], "甲。[1]\n甲[1]。[2]", [1, 2]),
        (["另一句"], "转述的话[1]", [1]),
    ],
)
def test_a_number_that_stands_in_the_source_is_no_button(quotes, text, buttons):
    citations = tuple(citation(quote, n) for n, quote in enumerate(quotes, 1))
    view = conversation([Turn("问", answer(text, citations=citations))])
    prose = view[view.index('<div class="wb-answer">') : view.index("<h3")]
    assert [int(n) for n in re.findall(r'class="wb-cite"[^>]*>\[(\d)\]', prose)] == buttons
    assert Reader(prose).text == text.replace("\n", "")


@given(st.text("甲乙[]12。\n", max_size=30), st.integers(0, 40))
def test_an_answer_shown_in_part_reads_as_that_part(text, shown):
    view = conversation([Turn("问", answer(text, citations=(citation("甲[1]"), citation("乙", 2))))], shown=shown)
    prose = Reader(view[view.index('<div class="wb-answer">') :].split("<h3")[0]).text
    assert prose == text[:shown].replace("\n", "")


def test_keys_tell_citations_apart_that_differ_in_their_last_line_only():
    lines = [Span(0, n, 0, 5) for n in range(1, 9)]
    whole, part = citation(spans=tuple(lines)), citation(spans=tuple(lines[:-1]))
    assert citation_key(whole) != citation_key(part)
    assert citation_key(whole) == citation_key(citation(spans=tuple(lines)))


def test_short_answers_are_bold_in_the_answer():
    assert "<strong>约50亿元</strong>" in conversation([Turn("问", answer(short=("约50亿元",)))])


def test_source_shows_headline_byline_date_place_and_quote():
    text = Reader(conversation([Turn("问", answer())])).text
    for part in ("大桥开工", "记者 刘腾", "2023-11-14", "（据电头）", "a.txt", "第 2 行", "项目总投资约50亿元。"):
        assert part in text


def test_understood_question_is_shown_only_if_it_differs():
    assert "按此理解：大桥投资多少？" in Reader(conversation([Turn("问", answer(understood="大桥投资多少？"))])).text
    assert "按此理解" not in conversation([Turn("问", answer(understood="投资多少？"))])


def test_sources_come_when_the_answer_is_out():
    turns = [Turn("问", answer())]
    assert "wb-sources" not in conversation(turns, shown=4)
    assert "大桥总投<" in conversation(turns, shown=4)
    assert "wb-sources" in conversation(turns)


def test_refusal_offers_passages_and_no_answer():
    view = conversation([Turn("问", answer("未在资料中找到", refused=True))])
    assert "wb-refusal" in view
    assert "wb-nearest" in view
    assert "wb-answer" not in view


def test_a_passage_near_a_refusal_is_lit_in_another_tone():
    assert 'class="wb-page wb-nearby"' in page_view([Leaf(PAGE, [Span(0, 2, 2, 11)])], article(), nearby=True)
    assert "wb-nearby" not in page_view([Leaf(PAGE, [Span(0, 2, 2, 11)])], article())


def test_what_was_answered_can_be_asked_again_and_a_message_cannot():
    view = conversation([Turn('甲"?', answer()), Turn("乙？", message="太长")])
    assert [value for name, value in Reader(view).attributes if name == "data-asked"] == ['甲"?']


def test_long_question_is_cut_and_says_its_length():
    text = Reader(conversation([Turn("问" * 20_000, message="长")])).text
    assert "问" * MAX_SHOWN_QUESTION in text
    assert "问" * (MAX_SHOWN_QUESTION + 1) not in text
    assert "（共 20000 字）" in text


def test_page_lights_up_the_quote_and_sets_the_article_off():
    view = page_view([Leaf(PAGE, [Span(0, 2, 2, 11)])], article())
    assert "".join(Reader(view).marked) == "项目总投资约50亿元。"
    assert re.findall(r'class="(wb-line[^"]*)" data-n="(\d)"', view) == [
        ("wb-line own head", "1"),
        ("wb-line own", "2"),
        ("wb-line blank", "3"),
        ("wb-line", "4"),
    ]
    assert "　　<mark>" in view


def test_a_quote_over_two_lines_is_lit_on_both():
    page = Page("a.txt", 1, (Line(1, "  总投资5"), Line(2, "  0亿元。")))
    spans = (Span(0, 1, 2, 4), Span(4, 2, 2, 4))
    view = page_view([Leaf(page, spans)], article("总投资50亿元。", lines=(1, 2), spans=spans, headline_lines=()))
    assert Reader(view).marked == ["总投资5", "0亿元。"]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), max_size=4))
def test_marking_never_changes_the_line(spans):
    line = "甲<b>乙&丙丁"
    page = Page("a.txt", 1, (Line(1, line),))
    lit = [Span(0, 1, column, length) for column, length in spans]
    view = page_view([Leaf(page, lit)], article(lines=(1, 1), headline_lines=(), headline=()))
    body = view[view.index('<div class="wb-lines"') :]
    assert Reader(body).text == line


def test_a_very_long_page_is_shown_around_the_quote():
    page = Page("a.txt", 1, tuple(Line(n, f"第{n}行的文字") for n in range(1, 5001)))
    view = page_view([Leaf(page, [Span(0, 4000, 0, 3)])], article(lines=(4000, 4001), headline_lines=(), spans=()))
    assert len(re.findall('class="wb-line[ "]', view)) == MAX_LINES
    assert 'data-n="4000"' in view
    assert "共 5000 行" in view


def test_article_list_tells_what_is_known():
    found = article(continued_to_page=2, event_dates=(Date("10-24", "unknown"),), headline=(), byline=("李涛",))
    text = Reader(article_list("a.txt", [found])).text
    for part in ("项目总投资约50亿元。", "记者 李涛", "10-24", "（年份不详）", "消息", "下转第 2 版", "第 2 行"):
        assert part in text


def test_files_are_filtered_and_uploads_can_be_deleted():
    sources = [SourceFile("一版.txt", 2048, "", 1, 3, 9), SourceFile("二版.txt", 10, "", 1, 1, 1)]
    view = file_list(sources, ["新.txt"], {"一版.txt": "一版.txt"})
    assert re.findall('data-remove="([^"]+)"', view) == ["新.txt", "一版.txt"]
    assert re.findall('data-source="([^"]+)"', file_list(sources, [], {}, query="二")) == ["二版.txt"]
    assert "没有这样的文件" in file_list(sources, [], {}, query="三")
    assert "还是空的" in file_list([], [], {})


def test_a_source_whose_file_was_deleted_is_said_to_go():
    sources = [SourceFile("一版.txt", 2048, "", 1, 3, 9), SourceFile("二版.txt", 10, "", 1, 1, 1)]
    view = file_list(sources, [], {}, doomed={"二版.txt"})
    assert Reader(view).text.count("待移除") == 1
    assert re.findall('<li class="wb-doomed"><button type="button" class="wb-item" data-source="([^"]+)"', view) == [
        "二版.txt"
    ]
    assert "data-remove" not in view


def test_report_names_each_file_and_each_reason():
    refused = (Refusal("坏.txt", "the file is empty. Remove it or put text into it."),)
    text = Reader(
        report_view(BuildReport(2, ("新.txt",), (), ("旧.txt",), ("走.txt",), refused, articles=4, passages=7))
    ).text
    for part in (
        "新读入",
        "新.txt",
        "没有变化",
        "旧.txt",
        "已移除",
        "走.txt",
        "没有读入",
        "坏.txt",
        "文件是空的",
        "4 篇",
    ):
        assert part in text


def test_a_report_of_nothing_and_of_thousands_can_be_read():
    nothing = report_view(BuildReport(2, articles=1234, passages=7, seconds=0.04))
    assert "1,234 篇" in Reader(nothing).text
    assert "<details" not in nothing
    names = tuple(f"{n}.txt" for n in range(5000))
    refused = tuple(Refusal(name, "the file is empty.") for name in names)
    many = report_view(BuildReport(2, names, (), names[:3], (), refused, passages=7, encoded=7000, seconds=2.0))
    text = Reader(many).text
    assert "新读入Read 5,000" in text
    assert text.count("……还有 4,950 份") == 2
    assert "每秒 3,500 段" in text
    assert re.findall("<details[^>]*>", many) == ["<details>", "<details>", '<details open class="wb-refused_files">']
    assert len(many) < 40_000


def test_progress_tells_stage_files_pace_and_time_left():
    step = Progress("read", 1234, 10_000, "页.txt", 3, passages=5120, rate=4310.2, left=12.0)
    view = progress_bar(step)
    text = Reader(view).text
    for part in ("读取", "1,234 / 10,000 份文件", "5,120 段", "每秒 4,310 段", "还需约 12 秒", "页.txt", "第 3 页"):
        assert part in text
    assert 'value="1234" max="10000"' in view
    early = progress_bar(Progress("index", 5, 9, passages=5))
    assert "5 / 9 段" in Reader(early).text
    assert "还需" not in early
    assert 'value="1"' in progress_bar(Progress("link", 1, 2))
    assert "正在停止" in progress_bar(step, stopping=True)
    assert "<progress>" in progress_bar(None)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 秒"), (90, "2 分钟"), (5400, "1 小时 30 分"), (90_000, "25 小时 0 分")]
)
def test_time_left_is_said_in_words(seconds, words):
    assert words in time_left(seconds)


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 << 20, "5.0 MB"), (3 << 30, "3.0 GB")]
)
def test_sizes(size, words):
    assert size_words(size) == words


@pytest.mark.parametrize("key", sorted(WORDS))
def test_words_are_in_both_languages_and_ask_for_the_same_values(key):
    chinese, english = WORDS[key]
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert set(re.findall(r"{(\w+)}", chinese)) == set(re.findall(r"{(\w+)}", english))
    values = dict.fromkeys(re.findall(r"{(\w+)}", chinese), "<i>")
    assert "<i>" not in say(key, **values)


def test_gradio_gets_the_same_keys_in_each_language():
    assert {frozenset(words) for words in translations().values()} == {frozenset(translations()["en"])}
