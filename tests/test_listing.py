"""Lists over many articles: complete, counted, dated, each item with what proves it."""

import json

import pytest

from index import Archive, Filter, build, load_encoder
from qa.kinds import Kind
from qa.listing import LENGTH, LISTED, list_articles, matching
from qa.mentioning import mentioning, newest_day, stands
from qa.question import understand


def article(name, date, text, title="", byline=""):
    return {"id": name, "date": date, "title": title, "text": text, "byline": byline}


ARTICLES = [
    article("m1", "2023-07-21", "本报讯 7月21日，滨海市第12次常委会召开。市委书记王清源主持会议并讲话。李明出席。", byline="张三"),
    article("m2", "2023-07-21", "本报讯 7月21日，滨海地铁三号线开工。王清源宣布开工。", "三号线开工", byline="张三"),
    article("m3", "2023-07-22", "本报讯 7月22日，读书节举行。活动现场，地铁公司赠送图书。受王清源委托，李明出席活动。", byline="李四"),
    article("m4", "2022-12-05", "本报讯 近日，滨海科技馆开放。市民可乘地铁前往。", byline="李四"),
    article("m5", "2023-08-02", "本报讯 8月2日，区长王清源来到海风公司，实地调研生产情况。", byline="李四"),
    *(article(f"t{n:02}", f"2021-03-{n + 1:02}", f"本报讯 滨海国际马拉松筹备进入第{n}天。", byline="赵六") for n in range(20)),
]  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listing")
    (folder / "a.jsonl").write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in ARTICLES), "utf-8")
    build([folder / "a.jsonl"], folder / "home", encoder=load_encoder())
    with Archive.open(folder / "home") as archive:
        yield archive


@pytest.fixture(scope="module")
def ask(archive):
    reporters = {name: name for name in archive.bylines()}

    def asked(text, where=None, history=()):
        newest = newest_day(archive)
        question = understand(text, history=history, reporters=lambda: reporters, newest=lambda: newest)
        assert question.kind is Kind.ARTICLES
        return list_articles(archive, question, where)

    return asked


def records(answer):
    return list(dict.fromkeys(citation.record for citation in answer.citations))


def test_the_days_of_a_day(ask):
    answer = ask("7月21日举行了哪些会议和活动？")
    assert (
        answer.answer == "共 2 篇，全部列出：\n1. 7月21日，滨海市第12次常委会召开[1]\n2. 7月21日，滨海地铁三号线开工[2]"
    )
    assert records(answer) == ["m1", "m2"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("张三写了哪些报道？", ["m1", "m2"]),
        ("张三写了哪些关于地铁的报道？", ["m2"]),
        ("李四7月写了哪些报道？", ["m3"]),
        ("2022年12月有哪些报道？", ["m4"]),
        ("去年有哪些报道？", ["m4"]),
        ("最近有什么新闻？", ["m1", "m2", "m3", "m5"]),
        ("最近三天有什么新闻？", ["m5"]),
        ("7月21日至22日有哪些报道？", ["m1", "m2", "m3"]),
        ("關於科技館的報道有哪些？", ["m4"]),
        ("2023年7月关于地铁的新闻", ["m2"]),
    ],
)
def test_what_is_listed(ask, question, found):
    assert records(ask(question)) == found


def test_what_articles_are_about_comes_before_what_they_mention(ask):
    answer = ask("关于地铁的报道有哪些？")
    assert records(answer) == ["m2"]
    assert answer.answer.startswith("共 1 篇以“地铁”为题或开头，另有 2 篇提到：\n1. 2023-07-21 ")


def test_appearances_are_proved_by_the_deed(ask):
    answer = ask("王清源出席了哪些活动？")
    assert records(answer) == ["m1", "m2", "m5"]
    quotes = [citation.quote for citation in answer.citations]
    assert "市委书记王清源主持会议并讲话。" in quotes
    assert "王清源宣布开工。" in quotes
    assert "2023-08-02 8月2日，区长王清源来到海风公司，实地调研生产情况" in answer.answer
    assert records(ask("王清源主持了哪些会议？")) == ["m1"]
    assert ask("赵六出席了哪些活动？") is None


def test_a_long_list_says_what_it_leaves_out_and_goes_on(ask):
    question = "赵六写了哪些报道？"
    first = ask(question)
    assert first.answer.startswith(f"共 20 篇，列出最新的 {LISTED} 篇：\n1. 2021-03-20 ")
    assert len(first.answer) <= LENGTH + 3 * LISTED
    second = ask("还有呢？", history=[question])
    assert second.answer.startswith("共 20 篇，列出第 13 至 20 篇：")
    assert sorted(records(first) + records(second)) == [f"t{n:02}" for n in range(20)]
    assert ask("还有呢？", history=[question, "还有呢？"]) is None


def test_counts_are_answered_as_such(ask):
    assert ask("赵六写了几篇报道？").short[0] == "20篇"
    assert ask("How many articles did 赵六 write?").answer.startswith(
        "共 20 篇，列出最新的 12 篇 (20 articles, the newest 12)："
    )


def test_a_filter_holds_for_lists_too(ask):
    assert records(ask("关于地铁的报道有哪些？", Filter(date_to="2022-12-31"))) == ["m4"]
    assert ask("张三写了哪些报道？", Filter(date_from="2023-08-01")) is None


def test_every_quote_stands_in_its_article(ask, archive):
    for question in ("王清源出席了哪些活动？", "赵六写了哪些报道？", "关于地铁的报道有哪些？"):
        for citation in ask(question).citations:
            assert citation.quote in archive.article(citation.article).text


def test_mentioning_finds_all_and_only_those(archive):
    for word in ("地铁", "滨海", "常委会", "马拉松筹备", "海铁"):
        found = {a.record for a in mentioning(archive, [word]).articles}
        assert found == {a["id"] for a in ARTICLES if word in a["title"] + a["text"]}
        assert stands(archive, word) == bool(found)
    assert {a.record for a in mentioning(archive, ["地铁", "图书"]).articles} == {"m3"}


def test_too_many_articles_are_counted_from_a_day_on_and_that_is_said(archive, monkeypatch):
    monkeypatch.setattr("qa.mentioning.MOST", 5)
    question = understand("关于马拉松的报道有哪些？", newest=lambda: "2023-08-02")
    found = matching(archive, question)
    assert found.since is not None
    assert {item.article.record for item in found.items} == {a["id"] for a in ARTICLES if "马拉松" in a["text"] and a["date"] >= found.since}  # fmt: skip
    assert f"{found.since} 以来共 " in list_articles(archive, question).answer
