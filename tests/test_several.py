"""Several questions in one, and their answers under each other."""

import pytest

from index import fold
from qa.question import understand
from qa.several import together
from qa.types import Answer, Citation


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("云岭大桥由谁承建？投资多少？", ("云岭大桥由谁承建？", "云岭大桥投资多少？")),
        ("图书馆什么时候开放，在哪里？", ("图书馆什么时候开放", "图书馆在哪里？")),
        ("云岭大桥多长；海湾大桥何时通车？", ("云岭大桥多长", "海湾大桥何时通车？")),
        ("第三小学和第五小学分别有多少名学生？", ("第三小学有多少名学生?", "第五小学有多少名学生?")),
        ("滨海项目一期和二期各投资多少？", ("滨海项目一期投资多少?", "滨海项目二期投资多少?")),
        ("一期、二期和三期分别占地多少亩？", ("一期占地多少亩?", "二期占地多少亩?", "三期占地多少亩?")),
        ("青岛和北京的人口分别是多少？", ("青岛的人口是多少?", "北京的人口是多少?")),
        ("云岭大桥和海湾大桥哪个更长？", ("云岭大桥多长?", "海湾大桥多长?")),
        ("云岭大桥和海湾大桥哪个投资更大？", ("云岭大桥投资是多少?", "海湾大桥投资是多少?")),
        ("云岭大桥与海湾大桥相比，哪个通车更早？", ("云岭大桥通车是什么时候?", "海湾大桥通车是什么时候?")),
    ],
)
def test_taken_apart(text, parts):
    assert tuple(map(fold, understand(text).parts)) == tuple(map(fold, parts))


@pytest.mark.parametrize(
    "text",
    [
        "云岭大桥多长？",
        "关于云岭大桥，谁承建的？",
        "“谁来养活中国？”的作者是谁？",
        "三大活动分别是什么？",
        "请问，云岭大桥多长？谢谢。",
        "a？b？c？d？e？",
        "是谁？" * 9,
    ],
)
def test_one_question_stays_one(text):
    assert understand(text).parts == ()


def citation(n, quote):
    return Citation(n, "a.txt", 1, (1, 1), quote, "", (), None, None, "a", "p")


def test_answers_are_numbered_through_and_a_part_without_one_says_so():
    first = Answer("甲？", "见文献[1]所说。[1]\n其二。[2]", ("其二",), citations=(citation(1, "见文献[1]所说。"), citation(2, "其二。")), confidence=0.9)  # fmt: skip
    second = Answer("乙？", "其三[2]。[1]", citations=(citation(1, "其三[2]。"),), confidence=0.7)
    none = Answer("丙？", "未在资料中找到", refused=True)
    found = together("甲？乙？丙？", ("甲？", "乙？", "丙？"), (first, second, none))
    assert found.answer == "见文献[1]所说。[1]\n其二。[2]\n其三[2]。[3]\n“丙”：未在资料中找到"
    assert [c.n for c in found.citations] == [1, 2, 3]
    assert (found.refused, found.short, found.confidence) == (False, ("其二",), 0.7)


def test_without_any_answer_there_is_none():
    none = Answer("甲？", "未在资料中找到", refused=True)
    assert together("甲？乙？", ("甲？", "乙？"), (none, none)) is None
