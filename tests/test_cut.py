"""What is shown of the sentence that answers."""

import pytest

from index import Article, Passage
from qa.cut import MOST, QUOTE_SHORT, cut
from qa.extract import FEATURES, Candidate
from qa.question import understand
from qa.types import Hit


def candidate(text, sentence, answer, *, typed=True):
    start = text.index(sentence)
    at = text.index(answer)
    article = Article("a", "a.txt", 1, (1, 9), text, ())
    hit = Hit(1, 0.9, 0.5, 0.5, article, Passage("a-0", "a", 0, 0, len(text), text))
    span = at, at + len(answer)
    return Candidate(
        hit,
        start,
        start + len(sentence),
        (0.0,) * len(FEATURES),
        1.0,
        1.0,
        True,
        True,
        True,
        False,
        0.0,
        0.0,
        (span,) if typed else (),
        span,
    )


def shown(question, text, sentence, answer, **words):
    found = candidate(text, sentence, answer, typed=words.pop("typed", True))
    low, high = cut(found, understand(question), words)
    return text[low:high]


def test_a_short_sentence_is_shown_whole():
    sentence = "3月5日，云岭大桥建成通车，总投资12亿元。"
    assert shown("云岭大桥总投资多少？", "开头。" + sentence, sentence, "12亿元") == sentence


def test_a_long_sentence_is_cut_to_the_clauses_around_the_answer():
    sentence = "，".join(f"第{n}个码头完成改造" for n in range(30)) + "，云岭灯塔高度88米。"
    cut_ = shown("云岭灯塔高度多少米？", sentence, sentence, "88米", 云岭=3.0, 灯塔=4.0)
    assert cut_.endswith("云岭灯塔高度88米。")
    assert len(cut_) <= QUOTE_SHORT


@pytest.mark.parametrize("mark", ["、", ""])
def test_what_has_no_clauses_is_not_shown_without_end(mark):
    sentence = mark.join(["码头改造工程"] * 100) + "灯塔88米。"
    cut_ = shown("灯塔多少米？", sentence, sentence, "88米", 灯塔=4.0)
    assert "88米" in cut_
    assert len(cut_) <= MOST


def test_an_answer_that_goes_on_in_the_next_sentence_is_shown_to_its_end():
    text = "大桥分两步建设。第一步建主桥。第二步建引桥。以后再说。"
    cut_ = shown("大桥如何建设？", text, "第一步建主桥。", "第一步建主桥。第二步建引桥", typed=False)
    assert cut_ == "第一步建主桥。第二步建引桥。"


def test_why_is_answered_with_the_sentence_before_what_came_of_it():
    text = "早上好。台风将在夜间登陆。因此大桥封闭。"
    cut_ = shown("大桥为什么封闭？", text, "因此大桥封闭。", "大桥封闭", typed=False)
    assert cut_ == "台风将在夜间登陆。因此大桥封闭。"
    assert shown("大桥封闭了吗？", text, "因此大桥封闭。", "大桥封闭", typed=False) == "因此大桥封闭。"
