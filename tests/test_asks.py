"""Whether a list of articles is asked for, and of which."""

import pytest

from qa.asks import ANY, CHAIR, SPEAK, Listing
from qa.kinds import Kind
from qa.question import understand

REPORTERS = {"张三": "张三", "李四": "李四"}


def ask(text):
    return understand(text, reporters=lambda: REPORTERS, newest=lambda: "2023-11-14")


@pytest.mark.parametrize(
    ("text", "listing", "byline"),
    [
        ("张三写了哪些报道？", Listing(), "张三"),
        ("张三的文章", Listing(), "张三"),
        ("张三写了几篇报道？", Listing(counted=True), "张三"),
        ("张三写了哪些关于地铁的报道？", Listing(("地铁",)), "张三"),
        ("关于地铁的报道有哪些", Listing(("地铁",)), None),
        ("关于张三的报道", Listing(("张三",)), None),
        ("云岭控股集团有限公司有哪些新闻？", Listing(("云岭控股集团有限公司",)), None),
        ("有几篇关于老旧小区改造的报道？", Listing(("老旧小区改造",), counted=True), None),
        ("云岭大桥的最新消息", Listing(("云岭大桥",), newest=True), None),
        ("2022年12月有哪些报道？", Listing(), None),
        ("最近有什么新闻", Listing(), None),
        ("昨天发生了什么？", Listing(event=True), None),
        ("7月21日举行了哪些会议和活动？", Listing(event=True), None),
        ("5月召开了几次座谈会？", Listing(("座谈会",), event=True, counted=True), None),
        ("王清源出席了哪些活动？", Listing((), "王清源", ANY, event=True), None),
        ("区长王清源主持了哪些会议？", Listing((), "王清源", CHAIR, event=True), None),
        ("王清源在哪些会议上讲话？", Listing((), "王清源", SPEAK, event=True), None),
        ("张三参加了哪些会议？", Listing((), "张三", ANY, event=True), None),
        ("How many articles did 张三 write in July?", Listing(counted=True), "张三"),
        ("Which meetings did 王清源 attend?", Listing((), "王清源", ANY, event=True), None),
    ],
)
def test_lists_of_articles(text, listing, byline):
    question = ask(text)
    assert question.kind is Kind.ARTICLES
    assert (question.listing, question.byline) == (listing, byline)


@pytest.mark.parametrize(
    "text",
    [
        "运动会期间举行了哪些活动？",  # one article says which
        "5月4日运动会开幕式上表演队伍带来了哪些活动项目？",
        "这次活动有多少人参加？",
        "活动的主题是什么？",
        "会议的主要内容有哪些？",
        "记者王五写了哪些报道？",  # no reporter of the archive
        "哪些代表在会上发言？",
        "新闻发布会在哪里举行？",
        "码头发生了什么？",
    ],
)
def test_facts_are_no_lists_of_articles(text):
    assert ask(text).kind is not Kind.ARTICLES


def test_traditional_and_full_width_ask_the_same():
    assert ask("關於地鐵的報導有哪些").listing == ask("关于地铁的报导有哪些").listing
    assert ask("２０２２年１２月有哪些報道？").periods == ask("2022年12月有哪些报道？").periods


def test_recent_is_a_period_only_where_articles_are_asked_for():
    assert ask("最近有什么新闻").periods
    assert ask("离公园最近的地铁站叫什么？").periods == ()
