"""The search view and the filters as HTML, and what the page makes of what a browser sends."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_render import HOSTILE, Reader

from index import Article, Date, Filter, Passage, Span, UsageError, build
from qa import scope
from qa.engine import Engine
from qa.facets import Choices, Facets
from qa.finding import Found
from qa.hits import LEAD_IN, SHOWN, Looked, Result, marked, ordered, results
from qa.markup import problem_words
from qa.render import Turn, conversation
from qa.types import Answer, Hit

ALL = Filter("2023-07-01", "2023-07-31", "李涛", "早报", 3, "digest")
CHOICES = Choices(("李涛", "王雪"), ("2023-07",), (("早报/1.txt", 4),))
PAGES = {
    "桥.txt": "□记者 周舟 报道\n　　本报2023年3月5日讯 云岭大桥开工仪式在青川县举行。大桥全长1280米，总投资约6.2亿元，计划三年建成，沿线群众十分期待。\n",
    "晚报/桥.txt": "□记者 石磊 报道\n　　本报2023年3月6日讯 云岭大桥开工仪式在青川县举行。大桥全长1280米，总投资约6.2亿元，计划三年建成，沿线群众十分期待。\n",
    "湖.txt": "□记者 石磊 报道\n　　本报2023年6月8日讯 翠湖公园开园，面积320亩，门票每张45元。\n",
}


def hit(rank, text="大桥开工，全长1280米。", *, day="2023-07-21", **values):
    fields = {"headline": ("大桥开工",), "spans": (Span(0, 2, 2, len(text)),), "byline": ("刘腾",)}
    dates = (Date(day, "stated"),) if day else ()
    fields |= {"source": "a.txt", "page": 1, "lines": (2, 2), "event_dates": dates} | values
    article = Article(f"a{rank}", text=text, **fields)
    return Hit(rank, 1 / rank, 1.0, 1.0, article, Passage(f"a{rank}-0", f"a{rank}", 0, 0, len(text), text))


def shown(*hits, looked=None, where=None, **values):
    found = Found(hits, ("大桥",), hits, Facets(articles=len(hits)))
    return results(looked or Looked("大桥"), Result(replace(found, **values)), where or Filter(), CHOICES)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("home")
    (folder / "晚报").mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    build([folder], home)
    engine = Engine(home)
    yield engine
    engine.archive.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_hit_or_a_filter_becomes_markup(text):
    other = hit(2, text, headline=(text, "二"), byline=(text,), kind=text, source=text)
    where = Filter(byline=text, source=text, kind=text)
    facets = Facets(1, bylines=((text, 1),), sources=((text, 1),), kinds=((text, 1),))
    choices = Choices((text,), ("2023-07",), ((text, 1),))
    found = Found((replace(other, also=(hit(3, text),)),), (text[:3],), (other,), facets)
    views = [
        results(Looked(text), Result(found), where, choices),
        scope.bar(where, choices),
        conversation([Turn(text, Answer(text, text), where=where)]),
        f"<p>{marked(text, (text[1:4],))}</p>",
    ]
    for view in views:
        reader = Reader(view)
        assert text in reader.text
        assert not {"script", "img", "a", "table", "code", "h1", "iframe"} & set(reader.tags)
        assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "href")]


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_marking_changes_nothing_of_a_passage_but_its_far_beginning(text, words):
    read = Reader(f"<p>{marked(text, words)}</p>").text
    assert read == text or (len(text) > 2 * LEAD_IN and text.endswith(read.removeprefix("……")))


def test_a_passage_begins_shortly_before_the_first_word_marked():
    view = marked("前" * 200 + "大桥" + "后" * 50 + "大桥", ("大桥",))
    assert view == "……" + "前" * LEAD_IN + "<mark>大桥</mark>" + "后" * 50 + "<mark>大桥</mark>"
    assert marked("前" * 200, ("大桥",)) == "前" * 200


def test_a_hit_tells_headline_reporter_date_place_and_where_else_it_stands():
    also = (hit(7, headline=("别的标题",), day="2023-07-22"), hit(8))
    view = shown(replace(hit(1, folio=4, kind="caption"), also=also))
    text = Reader(view).text
    for part in (
        "大桥开工",
        "记者 刘腾",
        "2023-07-21",
        "（报面写明）",
        "第 4 版",
        "图片说明",
        "a.txt",
        "第 2 行",
        "另见",
    ):
        assert part in text
    assert "别的标题 · 2023-07-22 · a.txt" in text
    assert Reader(view).marked == ["大桥"]
    assert re.findall('data-article="(a.)" data-passage="(a.-0)"', view) == [
        ("a1", "a1-0"),
        ("a7", "a7-0"),
        ("a8", "a8-0"),
    ]


def test_hits_come_in_portions_and_in_three_orders():
    days = ["2023-07-21", None, "2022-01-01", "10-24", "2024-02-29"]
    hits = [hit(rank, day=day) for rank, day in enumerate(days, 1)]
    assert [h.rank for h in ordered(hits, "newest_first")] == [5, 1, 3, 2, 4]
    assert [h.rank for h in ordered(hits, "oldest_first")] == [3, 1, 5, 2, 4]
    assert ordered(hits, "best_first") == ordered(hits, "anything") == hits
    many = [hit(rank) for rank in range(1, SHOWN + 6)]
    assert shown(*many).count('class="wb-item wb-hit"') == SHOWN
    assert "再看 5 处" in shown(*many)
    assert "再看" not in shown(*many, looked=Looked("大桥", shown=2 * SHOWN))
    assert 'data-order="oldest_first" aria-pressed="true"' in shown(*hits, looked=Looked("大桥", "oldest_first"))


def test_a_filter_that_was_not_taken_is_told_beside_what_was_found():
    told = problem_words("李滔: no reporter · 没有这位记者<b>")
    view = results(Looked("大桥"), Result(Found((hit(1),), ("大桥",), (hit(1),))), Filter(), CHOICES, told)
    assert (
        '<span class="zh" lang="zh">没有这位记者&lt;b&gt;</span><span class="en" lang="en">李滔: no reporter</span>'
        in view
    )
    assert "wb-hit" in view
    assert problem_words("甲 · b") == "甲 · b"
    assert told in scope.bar(Filter(), CHOICES, told)
    assert scope.form(Filter(), CHOICES, Facets(), prefix="find").count('type="radio"') == 8


def test_what_is_merely_near_is_said_to_be():
    assert "没有写着这些词的段落" in shown(hit(1), matches=())
    assert "1 处，出自 1 篇文章" in Reader(shown(hit(1))).text
    assert "最相近的 1 处，出自 1 篇文章" in Reader(shown(hit(1), full=True)).text
    assert "没有找到这样的段落" in shown()
    assert "放宽或清除筛选" in shown(where=ALL)


def test_a_filter_is_told_part_by_part_and_each_can_be_taken_off():
    view = scope.chips(ALL)
    assert re.findall('data-drop="(\\w*)"', view) == ["dates", "byline", "source", "page", "kind", ""]
    for part in ("2023-07", "李涛", "早报", "第 3 版", "导读"):
        assert part in Reader(view).text
    assert scope.chips(Filter()) == scope.within(Filter()) == scope.within(None) == ""
    for part, fields in scope.PARTS.items():
        left = scope.without(ALL, part)
        assert all(getattr(left, field) is None for field in fields)
        assert len(scope.words(left)) == 4
    assert scope.without(ALL, "") == scope.without(ALL, "__class__") == Filter()


def test_the_form_holds_the_filter_and_the_counts():
    facets = Facets(
        5, years=(("2023", 5),), months=(("2023-07", 4), ("2023-08", 1)), bylines=(("李涛", 3),), kinds=(("news", 5),)
    )
    view = scope.form(ALL, CHOICES, facets, prefix="find")
    values = {dict(tag)["name"]: dict(tag) for tag in _inputs(view) if "name" in dict(tag)}
    assert {name: values[name]["value"] for name in ("date_from", "date_to", "byline", "source", "page")} == {
        "date_from": "2023-07-01",
        "date_to": "2023-07-31",
        "byline": "李涛",
        "source": "早报",
        "page": "3",
    }
    assert re.findall('data-set="(\\w+)" data-value="([^"]+)" title="[^"]+" aria-pressed="(\\w+)"', view) == [
        ("dates", "2023-08", "false"),
        ("dates", "2023-07", "true"),
        ("byline", "李涛", "true"),
    ]
    assert re.findall('name="kind" value="(\\w*)"( checked)?', view) == [("", ""), ("news", ""), ("digest", " checked")]
    assert view.count("<option") == 3
    labelled = set(re.findall('<label for="([^"]+)"', view))
    assert labelled == {dict(tag)["id"] for tag in _inputs(view) if "id" in dict(tag)}


def _inputs(view):
    return [re.findall(r'([\w-]+)="([^"]*)"', tag) for tag in re.findall("<input[^>]*>", view)]


def test_what_a_browser_sends_is_a_filter_or_none(engine):
    sent = {"date_from": "2023-03", "byline": "周舟", "page": "", "kind": 3, "other": "x", "source": None}
    assert scope.wanted(engine.archive, sent) == Filter(date_from="2023-03-01", byline="周舟")
    for junk in (None, [], "x", 3, {"date_from": []}):
        assert scope.wanted(engine.archive, junk) == Filter()
    with pytest.raises(UsageError):
        scope.wanted(engine.archive, {"byline": "无此人"})
    where = Filter("2023-03-01", "2023-03-31", "周舟", "桥.txt", 1, "news")
    assert scope.wanted(engine.archive, json.loads(json.dumps(scope.told(where)))) == where


def test_looking_something_up(engine):
    from qa.search_tab import known_choices, look

    result = look(engine, Looked("云岭大桥"), Filter())
    assert result.message == ""
    (first,) = result.found.matches
    assert {first.article.source} | {other.article.source for other in first.also} == {"桥.txt", "晚报/桥.txt"}
    assert result.found.facets.sources == (("晚报/桥.txt", 1), ("桥.txt", 1))
    within = look(engine, Looked("云岭大桥"), Filter(source="晚报"))
    assert [hit.article.source for hit in within.found.matches] == ["晚报/桥.txt"]
    assert look(engine, Looked("问" * 20_000), Filter()).message == ""
    assert look(engine, Looked(""), Filter()) == Result()
    held = {0: Choices()}
    assert known_choices(engine, held).bylines == ("周舟", "石磊")
    assert list(held) == [engine.archive.generation]
    assert known_choices(engine, held) is known_choices(engine, held)


def test_the_page_of_a_passage_is_opened_with_it_lit_up(engine):
    from qa.search_tab import look, passage_page

    (hit,) = look(engine, Looked("翠湖公园"), Filter()).found.matches
    view = passage_page(engine, hit.article.id, hit.passage.id)
    assert "".join(Reader(view).marked) == hit.passage.text.replace("\n", "")
    assert f'data-key="{hit.passage.id}"' in view
    for article, passage in ((hit.article.id, "x"), ("x", hit.passage.id), ("", "")):
        assert "资料库已更新" in passage_page(engine, article, passage)


def test_questions_are_asked_within_the_filter_and_say_so(engine):
    from qa.chat_tab import converse, resume

    question = "云岭大桥全长多少米？"
    where = Filter(byline="石磊")
    *_, (talk, turns, *_) = converse(engine, question, [], where)
    assert turns[0].answer.citations[0].source == "晚报/桥.txt"
    assert re.search(r"筛选\w* · 石磊", Reader(talk).text)
    kept = re.findall('data-asked="([^"]+)" data-within="([^"]+)"', talk)
    ((asked, within),) = [(one, json.loads(Reader(f"<p>{two}</p>").text)) for one, two in kept]
    assert resume(engine, json.dumps([[asked, within]])) == turns
    (gone,) = resume(engine, json.dumps([[question, {"byline": "无此人"}]]))
    assert gone.answer is None
    assert "无此人" in gone.message
    assert resume(engine, json.dumps([["", {}], [question], [1, {}], [question, {}, 2]])) == []


def test_a_refusal_within_a_filter_says_that_there_is_one(engine):
    from qa.chat_tab import converse

    *_, (talk, *_) = converse(engine, "云岭大桥全长多少米？", [], Filter(source="湖.txt"))
    assert "筛选的范围里没有" in talk
    *_, (talk, *_) = converse(engine, "火星探测器何时着陆？", [], Filter())
    assert "筛选的范围里没有" not in talk
