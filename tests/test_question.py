import pytest

from index import UsageError
from qa.kinds import Kind
from qa.question import MAX_QUESTION, understand


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("图书馆新馆什么时候开放？", Kind.WHEN),
        ("運動會是哪一天舉行的？", Kind.WHEN),
        ("When did the museum open?", Kind.WHEN),
        ("展览在哪里举办？", Kind.WHERE),
        ("谁主持了签约仪式？", Kind.WHO),
        ("哪些代表在会上发言？", Kind.WHO),
        ("哪家公司承建了大桥？", Kind.WHO),
        ("大桥全长多少米？", Kind.NUMBER),
        ("这是第几届运动会？", Kind.NUMBER),
        ("How many visitors came?", Kind.NUMBER),
        ("新线路包括哪些站点？", Kind.LIST),
        ("三大工程分别是什么？", Kind.LIST),
        ("为什么推迟开学？", Kind.WHY),
        ("如何办理居住证？", Kind.HOW),
        ("活动的主题是什么？", Kind.WHAT),
        ("地铁通车了吗？", Kind.YESNO),
        ("介绍一下滨海大桥", Kind.OVERVIEW),
        ("滨海大桥建设得怎么样？", Kind.OVERVIEW),
        ("码头发生了什么？", Kind.OVERVIEW),
        ("Tell me about the bridge.", Kind.OVERVIEW),
        ("滨海 大桥", Kind.KEYWORDS),
        ("大桥 造价", Kind.NUMBER),
        ("展览 时间", Kind.WHEN),
    ],
)
def test_kind_of_answer(text, kind):
    assert understand(text).kind is kind


def test_numbers_and_ordinals_are_keys():
    keys = {word.text for word in understand("第12届运动会2021年在哪里举办？").words if word.key}
    assert keys == {"第12届", "2021年"}


def test_question_words_are_not_content():
    words = {word.text for word in understand("请问大桥是什么时候通车的？").words}
    assert words == {"大桥", "通车"}


def test_traditional_and_full_width_ask_the_same():
    plain, other = understand("第12届运动会在哪里举办？"), understand("第１２屆運動會在哪裡舉辦？")
    assert (plain.kind, plain.words, plain.terms) == (other.kind, other.words, other.terms)


def test_measure_word_is_the_unit():
    question = understand("新校区占地多少亩？")
    assert (question.unit, question.focus[0]) == ("亩", "占地")


def test_articles_by_a_reporter_the_archive_knows():
    question = understand("记者张三写了哪些报道？", reporters=lambda: {"张三": "张三", "李四": "李四"})
    assert (question.kind, question.byline) == (Kind.ARTICLES, "张三")
    assert understand("记者王五写了哪些报道？", reporters=lambda: {"张三": "张三"}).kind is not Kind.ARTICLES


@pytest.mark.parametrize("text", ["5月4日举行了哪些活动？", "2021年3月有哪些报道？", "What happened on 2021-05-04?"])
def test_articles_of_a_day_or_month(text):
    assert understand(text).kind is Kind.ARTICLES


def test_a_fact_on_a_day_is_no_list_of_articles():
    assert understand("5月4日运动会开幕式上表演队伍带来了哪些活动项目？").kind is not Kind.ARTICLES


def test_comparison_has_whole_parts():
    question = understand("第三小学和第五小学分别有多少名学生？")
    assert question.parts == ("第三小学有多少名学生?", "第五小学有多少名学生?")


def test_follow_up_takes_over_the_topic():
    question = understand("占地多少亩？", history=["滨海大学新校区总投资多少？"])
    assert {word.text: word.weight for word in question.words}["占地"] == 1.0
    assert {word.text: word.weight for word in question.words}["校区"] == 0.5
    assert question.understood == "滨海大学新校区占地多少亩？"


def test_follow_up_of_a_follow_up_keeps_the_topic():
    question = understand("它分几期建设？", history=["滨海大学新校区总投资多少？", "占地多少亩？"])
    assert "校区" in {word.text for word in question.words}


def test_follow_up_exchanges_the_like_part():
    question = understand("那第13届呢？", history=["第12届运动会在哪里举办？"])
    assert question.text == question.understood == "第13届运动会在哪里举办？"


def test_a_question_that_stands_alone_is_left_alone():
    question = understand("滨海图书馆什么时候开放？", history=["第12届运动会在哪里举办？"])
    assert question.understood is None
    assert "运动会" not in {word.text for word in question.words}


@pytest.mark.parametrize("text", ["", "  \n\t　"])
def test_an_empty_question_is_refused_with_a_hint(text):
    with pytest.raises(UsageError, match="empty"):
        understand(text)


def test_of_a_question_too_long_the_beginning_is_read_and_that_is_said():
    question = understand("大桥" + "问" * 20_000)
    assert question.text == "大桥" + "问" * (MAX_QUESTION - 2)
    assert "前 2,000 字" in question.understood
    assert understand("问" * MAX_QUESTION).understood is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2014全球研究理事会北京大会主题是啥？", "2014年"),
        ("2026五一档票房多少？", "2026年"),
        ("2020上半年外贸总额是多少？", "2020年"),
        ("第61次常委会是谁主持的？", "第61次"),
        ("“131工程”总投资多少？", "131"),
        ("地铁6号线什么时候通车？", "6号"),
    ],
)
def test_a_number_is_a_key_without_what_does_not_measure(text, key):
    assert next(word.text for word in understand(text).words if word.key) == key
