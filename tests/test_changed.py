"""Facts that changed with time are told with all their values; different facts are kept apart."""

import json
from dataclasses import dataclass

import pytest

from index import Archive, build, load_encoder, sentences
from qa import cite
from qa.changed import answer_changed, changed
from qa.question import understand
from qa.timely import at_its_time, holds_all
from qa.types import Claim, Hit

TEXTS = {
    "2021-03-02": "本报讯 3月2日，滨海区召开会议。滨海区区长李文博出席会议并讲话。滨海区副区长赵明主持会议。",
    "2023-05-10": "本报讯 5月10日，滨海区举行仪式。滨海区区长王思远宣布开工。原区长李文博参加。",
    "2023-05-11": "本报讯 5月11日，临江区召开会议。临江区区长周海涛出席会议。",
    "2021-06-01": "本报讯 6月1日，云岭大桥开工建设。云岭大桥总投资12亿元，全长3.2公里。",
    "2023-08-09": "本报讯 8月9日，记者从云岭大桥获悉，受涨价影响，云岭大桥总投资调整为15亿元。云岭大桥引桥总投资2亿元。",
    "2022-09-09": "本报讯 9月9日，海湾大桥通车。海湾大桥总投资20亿元。云岭大桥总投资约12.1亿元。",
    "2021-02-03": "本报讯 2月3日，翰林产业园一期开工。翰林产业园一期占地200亩。",
    "2022-04-03": "本报讯 4月3日，翰林产业园二期开工。翰林产业园二期占地350亩。",
}


@dataclass(frozen=True)
class Sentence:
    hit: Hit
    start: int
    end: int
    short: tuple[tuple[int, int], ...]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed")
    lines = [json.dumps({"id": day, "date": day, "text": text}, ensure_ascii=False) for day, text in TEXTS.items()]
    (folder / "a.jsonl").write_text("\n".join(lines), "utf-8")
    build([folder / "a.jsonl"], folder / "home", encoder=load_encoder())
    with Archive.open(folder / "home") as archive:
        yield archive


@pytest.fixture(scope="module")
def read(archive):
    articles = {article.record: article for article in archive.articles()}

    def given(day, value):
        """The sentence of an article that holds a value."""
        article = articles[day]
        at = article.text.index(value)
        start, end = next((a, b) for a, b in sentences(article.text) if a <= at < b)
        hit = Hit(1, 0.9, 1.0, 1.0, article, archive.article_passages(article.id)[0])
        return Sentence(hit, start, end, ((at, at + len(value)),))

    def values(question, *found):
        kept = changed(understand(question), [given(*one) for one in found])
        return [(c.hit.article.record, c.hit.article.text[slice(*c.short[0])]) for c in kept]

    values.given = given
    return values


LI, WANG, ZHAO = ("2021-03-02", "李文博"), ("2023-05-10", "王思远"), ("2021-03-02", "赵明")
TWELVE, FIFTEEN = ("2021-06-01", "12亿元"), ("2023-08-09", "15亿元")


@pytest.mark.parametrize("question", ["滨海区区长是谁？", "谁是滨海区区长？", "区长是谁？"])
@pytest.mark.parametrize("found", [(LI, WANG), (WANG, LI)])
def test_an_office_with_two_holders_has_both_newest_first(read, question, found):
    assert read(question, *found) == [WANG, LI]


def test_a_figure_given_anew(read):
    assert read("云岭大桥总投资多少？", TWELVE, FIFTEEN) == [FIFTEEN, TWELVE]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("滨海区区长是谁？", (LI, ZHAO)),  # a deputy
        ("滨海区副区长是谁？", (ZHAO, WANG)),
        ("滨海区区长是谁？", (WANG, ("2023-05-10", "李文博"))),  # the same article
        ("滨海区区长是谁？", (WANG, ("2023-05-11", "周海涛"))),  # another district
        ("区长是谁？", (LI, ("2023-05-11", "周海涛"))),
        ("2021年滨海区区长是谁？", (LI, WANG)),  # of one time
        ("滨海区区长出席了什么会议？", (LI, WANG)),
        ("云岭大桥总投资多少？", (TWELVE, ("2023-08-09", "2亿元"))),  # a part of it
        ("云岭大桥总投资多少？", (TWELVE, ("2022-09-09", "20亿元"))),  # another bridge
        ("云岭大桥总投资多少？", (TWELVE, ("2022-09-09", "约12.1亿元"))),  # the same, rounded
        ("翰林产业园占地多少亩？", (("2021-02-03", "200亩"), ("2022-04-03", "350亩"))),  # two phases
        ("云岭大桥总投资多少？", (TWELVE,)),
        ("云岭大桥总投资多少？", ()),
    ],
)
def test_different_things_are_not_one_that_changed(read, question, found):
    assert read(question, *found) == []


def test_values_are_told_with_their_days(read, archive):
    claims = []
    for one in (FIFTEEN, TWELVE):
        sentence = read.given(*one)
        article = sentence.hit.article
        claims.append(Claim(cite.cite(article, sentence.hit.passage.id, sentence.start, sentence.end), (one[1],)))
    answer = answer_changed(archive, understand("云岭大桥总投资多少？"), claims)
    assert answer.answer == "2023-08-09：15亿元[1]\n2021-06-01：12亿元[2]"
    assert answer.short == ("15亿元", "12亿元")
    assert "云岭大桥总投资12亿元" in answer.citations[1].quote


def test_a_fact_of_a_time_is_looked_for_among_its_articles(read):
    question = understand("2021年滨海区区长是谁？")
    asked, where = at_its_time(question)
    assert (where.date_from, where.date_to) == ("2021-01-01", "2021-12-31")
    assert [word.text for word in asked.words] == ["滨海区", "区长"]
    assert "2021年" not in asked.terms
    assert asked.dates == question.dates
    assert holds_all(asked, read.given(*LI).hit.article)
    assert not holds_all(asked, read.given("2023-05-11", "周海涛").hit.article)
    assert at_its_time(understand("滨海区区长是谁？")) is None
    assert at_its_time(understand("7月滨海区区长是谁？")) is None  # of which year?
