"""Exact answers inside sentences that stand in no page of seeds/."""

import pytest

from qa import spans


def read(sentence, ranges):
    return [sentence[start:end] for start, end in ranges]


@pytest.mark.parametrize(
    ("sentence", "unit", "expected"),
    [
        ("大桥全长约12.6公里，总造价近38亿元。", "", ["约12.6公里", "近38亿元"]),
        ("大桥全长约12.6公里，总造价近38亿元。", "元", ["近38亿元"]),
        ("新校区占地1,200亩，可容纳两万余名学生。", "亩", ["1,200亩"]),
        ("第十二届运动会设二十八个大项。", "届", ["第十二届"]),
        ("出口额同比增长8.5%以上。", "%", ["8.5%以上"]),
        ("2021年5月4日，30名志愿者出发。", "", ["30名"]),
        ("工程分三期建设，历时5年。", "期", ["三期"]),
    ],
)
def test_quantities(sentence, unit, expected):
    assert read(sentence, spans.quantities(sentence, unit)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("5月4日上午，运动会开幕。", ["5月4日上午"]),
        ("大桥于2021年10月1日通车。", ["2021年10月1日"]),
    ],
)
def test_dates(sentence, expected):
    assert read(sentence, spans.dates(sentence)) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("运动会在滨海体育中心举行。", ["滨海体育中心"]),
        ("展览于市图书馆二楼开幕，持续一周。", ["市图书馆二楼"]),
        ("今天上午，滨海新区举行启动仪式。", ["滨海新区"]),
        ("体育馆位于滨海路东侧，各项工作走在全市前列。", ["滨海路东侧"]),
        ("校长在第三届论坛开幕式上讲话，会议于5月召开。", []),
    ],
)
def test_places(sentence, expected):
    assert read(sentence, spans.places(sentence)) == expected


def test_organisations_without_the_words_before_them():
    sentence = "大桥由滨海路桥有限公司承建。"
    assert read(sentence, spans.organisations(sentence)) == ["滨海路桥有限公司"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "线路包括人民广场、滨海公园、大学城和机场等站点。",
            [["人民广场", "滨海公园", "大学城", "机场"], ["人民广场", "滨海公园", "大学城和机场"]],
        ),
        ("推荐了“书香满城”“海边的书”两项活动。", [["书香满城", "海边的书"]]),
        ("会议听取汇报。建成教学楼、图书馆、体育馆三个场馆。", [["教学楼", "图书馆", "体育馆"]]),
        ("没有并列的句子。", []),
    ],
)
def test_enumerations(sentence, expected):
    assert [read(sentence, items) for items in spans.enumerations(sentence)] == expected


def test_quoted_titles_without_their_marks():
    sentence = "活动以“书香满城”为主题，推荐《海边的书》。"
    assert read(sentence, spans.quoted(sentence)) == ["书香满城", "海边的书"]
