"""Follow-ups made whole from the conversation, and questions that stand alone left alone."""

import pytest

from qa.followup import Whole, make_whole
from qa.question import understand

ANSWERS = {"谁主持了签约仪式？": "王清源", "哪家公司承建了大桥？": "海天公司", "展览在哪里举办？": "科技馆"}


def whole(text, *history):
    return make_whole(text, history, lambda number: ANSWERS.get(history[number], ""))


@pytest.mark.parametrize(
    ("history", "text", "expected"),
    [
        # The topic goes before what says nothing of its own; what was asked of it before does not.
        (["滨海大学新校区总投资多少？"], "占地多少亩？", "滨海大学新校区占地多少亩？"),
        (["谁主持了签约仪式？"], "什么时候？", "签约仪式什么时候？"),
        (["宪法宣传周启动仪式在哪里举行？"], "哪一年的？", "宪法宣传周启动仪式哪一年的？"),
        (["宪法宣传周启动仪式在哪里举行？"], "主题是什么？", "宪法宣传周启动仪式主题是什么？"),
        (["青岛科技馆什么时候开放？"], "谁设计的？", "青岛科技馆谁设计的？"),
        (["第61次常委会什么时候召开？"], "这次会议由谁主持？", "第61次常委会由谁主持？"),
        # A pronoun means the topic, or the answer where the topic is none of its sort.
        (["滨海大学新校区总投资多少？", "占地多少亩？"], "它分几期建设？", "滨海大学新校区分几期建设？"),
        (["孙永红是谁？"], "他参加了哪些会议？", "孙永红参加了哪些会议？"),
        (["谁主持了签约仪式？"], "他还出席了什么活动？", "王清源还出席了什么活动？"),
        (["哪家公司承建了大桥？"], "该公司成立于哪一年？", "海天公司成立于哪一年？"),
        (["展览在哪里举办？"], "那里能停车吗？", "科技馆能停车吗？"),
        (["代表团访问了哪些国家？"], "他们参观了哪些地方？", "代表团参观了哪些地方？"),
        # "那…呢" exchanges the part of the same sort.
        (["第12届运动会在哪里举办？"], "那第13届呢？", "第13届运动会在哪里举办？"),
        (["滨海项目一期总投资多少？"], "二期呢？", "滨海项目二期总投资多少？"),
        (["2022年12月有哪些报道？"], "11月呢？", "2022年11月有哪些报道？"),
        (["2022年12月有哪些报道？"], "2023年呢？", "2023年12月有哪些报道？"),
        (["7月21日举行了哪些会议？"], "22日呢？", "7月22日举行了哪些会议？"),
        (["滨海大桥造价多少？"], "那2022年呢？", "2022年滨海大桥造价多少？"),
        (["青岛有多少人口？"], "那北京呢？", "北京有多少人口？"),
        (["孙永红主持了哪些会议？"], "王清源呢？", "王清源主持了哪些会议？"),
        (["青岛科技馆什么时候开放？"], "那图书馆呢", "图书馆什么时候开放？"),
        # An attribute is asked of the same thing.
        (["滨海大桥项目总投资多少？"], "开工时间呢？", "滨海大桥项目 开工时间"),
    ],
)
def test_made_whole(history, text, expected):
    assert whole(text, *history).text == expected


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (["第12届运动会在哪里举办？"], "滨海图书馆什么时候开放？"),
        (["宪法宣传周启动仪式在哪里举行？"], "海洋博览会有什么亮点？"),
        (["宪法宣传周启动仪式在哪里举行？"], "今天天气怎么样？"),
        (["滨海大桥造价多少？"], "第61次常委会在哪召开？"),
        (["滨海大桥造价多少？"], "王清源是谁？"),
        (["滨海大桥造价多少？"], "你好"),
        (["When did the museum open?"], "Who designed the airport terminal in Qingdao?"),
        ([], "它占地多少亩？"),
        ([""], "占地多少亩？"),
    ],
)
def test_what_stands_alone_takes_over_nothing(history, text):
    assert whole(text, *history) == Whole(text)


def test_more_is_counted_and_asks_for_the_same():
    asked = "张三写了哪些报道？"
    assert whole("还有呢？", asked) == Whole(asked, skipped=1)
    assert whole("还有吗", asked, "还有呢？") == Whole(asked, skipped=2)
    assert whole("李四呢？", asked, "还有呢？") == Whole("李四写了哪些报道？")
    assert understand("还有呢？", history=[asked]).understood == "张三写了哪些报道？（接着列出 more）"


def test_the_answer_is_asked_for_only_where_a_pronoun_means_it():
    def unasked(number):
        raise AssertionError(number)

    make_whole("占地多少亩？", ["谁主持了签约仪式？"], unasked)
    make_whole("孙永红主持了哪些会议？", ["谁主持了签约仪式？"], unasked)
    asked = []
    make_whole("他是谁？", ["大桥多长？", "谁主持了签约仪式？"], lambda number: asked.append(number) or "")
    assert asked == [1]


def test_what_was_taken_over_counts_half():
    question = understand("占地多少亩？", history=["滨海大学新校区总投资多少？"])
    weights = {word.text: word.weight for word in question.words}
    assert weights["占地"] == 1.0
    assert weights["校区"] == 0.5
    assert "投资" not in weights
