"""The same story on two pages is one hit; stories that differ in a fact stay two."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Date, Passage
from qa.same import SHARED, collapse
from qa.types import Hit

STORY = (
    "本报讯 11月14日上午，滨海铁路开工仪式在临江县举行。滨海铁路全长128公里，设车站9座，由省铁路投资集团承建，计划四年建成通车。"
    "省铁路投资集团负责人表示，铁路建成后，沿线五县将结束不通火车的历史，旅客到省城只要四十分钟。临江县委书记周舟主持仪式。"
)
LAST = "沿线群众十分期待，记者在现场看到，不少老人一早就赶来观看。"


def hit(text, rank=1, *, title="滨海铁路开工", day="2023-11-14", name="a"):
    article = Article(
        f"{name}{rank}",
        f"{name}.txt",
        1,
        (1, 9),
        text,
        (),
        headline=(title,) if title else (),
        event_dates=(Date(day, "stated"),) if day else (),
    )
    return Hit(rank, 1 / rank, 0.5, 0.5, article, Passage(f"{name}{rank}-0", article.id, 0, 0, len(text), text))


def together(one, other):
    return len(collapse([one, other])) == 1


@pytest.mark.parametrize(
    "copy",
    [
        hit(STORY, 2),
        hit(STORY, 2, title="沿线五县将通火车"),
        hit(STORY, 2, title=""),
        hit(STORY, 2, day=None),
        hit(STORY, 2, day="2023-11-15"),
        hit(STORY.replace("本报讯", "新华社青岛11月15日电（记者 李涛 王雪）"), 2),
        hit(STORY + LAST, 2),
        hit(STORY[: STORY.index("临江县委书记")], 2),
        hit(STORY.replace("由省铁路投资集团承建，", ""), 2),
        hit(STORY.replace("省铁路投资集团负责人表示，", ""), 2),
        hit(STORY.replace("，", ",").replace("。", "。\n").replace("9", "９"), 2),
        hit(STORY.replace("铁路", "鐵路").replace("县", "縣"), 2),
        hit(STORY.replace("沿线五县将", "沿线的五县将"), 2),
    ],
    ids=[
        "as it is",
        "another headline",
        "no headline",
        "no day",
        "a day later",
        "another dateline",
        "the last paragraph added",
        "the last sentence cut",
        "a clause cut",
        "the source cut",
        "widths and line breaks",
        "traditional",
        "a particle",
    ],
)
def test_the_same_story(copy):
    assert together(hit(STORY), copy)
    assert together(copy, hit(STORY))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("128公里", "126公里"),
        ("车站9座", "车站8座"),
        ("四年", "五年"),
        ("五县", "三县"),
        ("11月14日上午", "11月15日上午"),
        ("周舟", "李涛"),
        ("临江县举行", "青川县举行"),
        ("计划四年建成通车", "未能四年建成通车"),
        ("滨海铁路全长", "滨江铁路全长"),
    ],
)
def test_another_fact_is_another_story(old, new):
    assert old in STORY
    assert not together(hit(STORY), hit(STORY.replace(old, new), 2))
    assert not together(hit(STORY), hit((STORY + LAST).replace(old, new), 2))


def test_the_next_meeting_of_a_series_is_another_story():
    """Its passages may say the same word for word."""
    one, other = hit(STORY, title="区委第61次常委会召开"), hit(STORY, 2, title="区委第62次常委会召开")
    assert not together(one, other)
    assert not together(hit(STORY, title="第六十一次会议"), hit(STORY, 2, title="第六十二次会议"))
    assert together(one, hit(STORY, 2, title="区委常委会第61次会议举行"))


def test_a_form_used_again_later_is_another_story():
    assert not together(hit(STORY), hit(STORY, 2, day="2022-11-14"))
    assert together(hit(STORY), hit(STORY, 2, day="11-14"))


def test_today_is_another_day_under_another_dateline():
    text = STORY.replace("11月14日上午", "今天上午").replace("本报讯", "本报11月14日讯")
    assert not together(hit(text), hit(text.replace("14日", "15日"), 2))
    assert together(hit(text), hit(text, 2))


def test_short_passages_and_single_sentences_stay_by_themselves():
    assert not together(hit("图为开幕式现场。"), hit("图为开幕式现场。", 2))
    assert not together(hit(STORY), hit(STORY[: STORY.index("设车站")], 2))


def test_a_clause_that_was_moved_with_another_number_keeps_stories_apart():
    moved = STORY.replace("全长128公里，", "").replace("周舟主持仪式", "周舟主持仪式，滨海铁路全长126公里")
    assert not together(hit(STORY.replace("滨海铁路全长", "。滨海铁路全长")), hit(moved, 2))


def test_ranks_run_on_and_the_better_hit_is_kept():
    other = hit("新港开航。" * 12, 2, title="新港", name="b")
    kept = collapse([hit(STORY), other, hit(STORY, 3), hit(STORY + LAST, 4), replace(hit(LAST * 3, 5), rank=5)])
    assert [one.rank for one in kept] == [1, 2, 3]
    assert [one.passage.id for one in kept] == ["a1-0", "b2-0", "a5-0"]
    assert [[one.rank for one in hit.also] for hit in kept] == [[3, 4], [], []]
    assert [one.rank for one in collapse([hit(STORY, 11), hit(LAST * 3, 12)])] == [11, 12]


CLAUSES = [
    "全长128公里",
    "全长126公里",
    "设车站9座",
    "由省铁路投资集团承建",
    "计划四年建成通车",
    "临江县委书记周舟主持仪式",
    "",
]
TEXTS = st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=9).map(lambda clauses: "，".join(clauses) + "。")


@given(st.lists(TEXTS | st.text(min_size=1, max_size=60), max_size=8))
def test_nothing_is_lost_and_doing_it_again_changes_nothing(texts):
    hits = [hit(text, rank) for rank, text in enumerate(texts, 1)]
    kept = collapse(hits)
    assert sorted(one.passage.id for whole in kept for one in (whole, *whole.also)) == sorted(
        one.passage.id for one in hits
    )
    assert [one.passage.id for one in kept] == [
        one.passage.id for one in hits if one.passage.id in {k.passage.id for k in kept}
    ]
    assert all(not one.also for whole in kept for one in whole.also)
    assert collapse(kept) == kept


@given(TEXTS, TEXTS)
def test_which_of_two_comes_first_does_not_matter(one, other):
    assert together(hit(one), hit(other, 2)) == together(hit(other), hit(one, 2))


@pytest.mark.parametrize(("own", "same"), [(3, True), (4, True), (5, False)])
def test_so_much_of_the_shorter_passage_must_be_shared(own, same):
    """One passage begins earlier, the other ends later, as where a paragraph was cut further up."""
    told = [f"{chr(0x4E00 + 7 * n)}{chr(0x4E00 + 11 * n)}站站房主体结构封顶。" for n in range(20 + own)]
    assert ((20 - own) / 20 >= SHARED) is same
    assert together(hit("".join(told[:20])), hit("".join(told[own:]), 2)) is same
