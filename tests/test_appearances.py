"""Who does what in a sentence."""

import pytest

from qa.appearances import does
from qa.asks import ANY, CHAIR, MEET, SPEAK, VISIT


@pytest.mark.parametrize(
    ("sentence", "deed"),
    [
        ("7月21日,区委书记孙永红主持会议并讲话。", ANY),
        ("7月21日,区委书记孙永红主持会议并讲话。", CHAIR),
        ("孙永红主持会议,并讲话。", SPEAK),
        ("区领导王强、孙永红、李明等出席会议。", ANY),
        ("区委书记孙永红,区长李明,副区长王强出席仪式。", ANY),
        ("会议由孙永红主持。", CHAIR),
        ("在孙永红的主持下,会议召开。", CHAIR),
        ("孙永红会见了王强一行。", MEET),
        ("孙永红先后来到滨海街道、云岭街道,实地调研经济运行情况。", VISIT),
        ("王强主持会议,孙永红讲话。", SPEAK),
        ("王强在孙永红陪同下调研。", VISIT),  # who accompanies is there
    ],
)
def test_somebody_does_it(sentence, deed):
    assert does(sentence, "孙永红", deed)


@pytest.mark.parametrize(
    ("sentence", "deed"),
    [
        ("受孙永红委托,王强出席会议。", ANY),
        ("王强向孙永红汇报工作并讲话。", ANY),
        ("会议学习了孙永红的讲话精神。", ANY),
        ("孙永红因故未出席会议。", ANY),
        ("王强主持会议,孙永红讲话。", CHAIR),
        ("孙永红主持会议,王强讲话。", SPEAK),
        ("王强会见了孙永红一行,并讲话。", ANY),
        ("孙永红邀请王强出席仪式。", ANY),
        ("孙永红说:“我们出席了会议。”", ANY),
        ("王强出席会议。", ANY),
    ],
)
def test_somebody_else_does_it(sentence, deed):
    assert does(sentence, "孙永红", deed) is None


def test_a_name_is_not_the_beginning_of_another():
    assert does("孙永红主持会议。", "孙永", CHAIR) is None
