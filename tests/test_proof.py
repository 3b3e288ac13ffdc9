"""What proves a sentence and what does not, on passages written for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Date, Passage, Span, sentences
from qa.proof import Proof, prove
from qa.restate import keeps_to_conversation, translates
from qa.types import Hit

TEXT = "11月14日上午，翰博光电项目签约仪式在西海岸新区举行。王清源出席签约仪式，孙永红主持会议。项目总投资约50亿元，占地400亩，一期计划投资10亿元。项目不占用耕地，二期没有开工。他说：“质量是生命。”"


def hit(text=TEXT, headline="翰博光电项目签约", name="a1"):
    span = (Span(0, 1, 0, len(text)),)
    date = Date("2023-11-14", "from dateline")
    article = Article(name, "a.txt", 1, (1, 1), text, span, headline=(headline,), byline=("刘腾",), published=date)
    return Hit(1, 1.0, 1.0, 1.0, article, Passage(f"{name}-0", name, 0, 0, len(text), text))


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("项目总投资约50亿元。", "项目总投资约50亿元，占地400亩，一期计划投资10亿元。"),
        ("翰博光电项目占地400亩。", "项目总投资约50亿元，占地400亩，一期计划投资10亿元。"),
        ("翰博光电项目占地四百亩。", "项目总投资约50亿元，占地400亩，一期计划投资10亿元。"),
        ("王清源出席了签约仪式。", "王清源出席签约仪式，孙永红主持会议。"),
        (
            "2023年11月14日，翰博光电项目签约仪式在西海岸新区举行。",
            "11月14日上午，翰博光电项目签约仪式在西海岸新区举行。",
        ),
        ("翰博光電項目總投資約50億元。", "项目总投资约50亿元，占地400亩，一期计划投资10亿元。"),
        ("他说：“质量是生命。”", "他说：“质量是生命。”"),
        ("项目不占用耕地。", "项目不占用耕地，二期没有开工。"),
    ],
)
def test_what_a_sentence_of_the_passage_says_is_proved_by_it(claim, quote):
    one = hit()
    (proof,) = prove(claim, [one])
    assert one.article.text[proof.start : proof.end] == quote


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("项目总投资约60亿元。", "no such number: “60亿元”"),
        ("项目总投资约50万元。", "no such number"),
        ("2022年11月14日，签约仪式举行。", "no such number: “2022年”"),
        ("李涛出席签约仪式。", "no such name: “李涛”"),
        ("Intel出席签约仪式。", "no such name: “intel”"),
        ("他说：“质量是命脉。”", "no such quotation: “质量是命脉。”"),
        ("项目占用耕地。", "turns the passage round"),
        ("项目总投资不到50亿元。", "turns the passage round|does not say so"),
        ("二期开工。", "turns the passage round"),
        ("王清源没有出席签约仪式。", "turns the passage round|does not say so"),
        ("孙永红出席签约仪式，王清源主持会议。", "is said of something else|does not say so"),
        ("大家都很高兴，前景十分光明。", "does not say so"),
        ("签约仪式形成四大成果。", "no such number: “四大”"),
        ("好的。", "says nothing that can be checked"),
        ("……", "says nothing that can be checked"),
    ],
)
def test_what_is_changed_is_not_proved(claim, told):
    found = prove(claim, [hit()])
    assert isinstance(found, tuple), found
    assert any(part in found[1] for part in told.split("|")), found


def test_each_clause_may_have_a_passage_of_its_own():
    other = hit("港口岸线长3公里，总投资45亿元。", "新港开航", "b2")
    found = prove("翰博光电项目总投资约50亿元，新港总投资45亿元。", [hit(), other])
    assert [proof.hit.article.id for proof in found] == ["a1", "b2"]
    assert isinstance(prove("翰博光电项目总投资约50亿元，新港总投资45亿元。", [hit()]), tuple)


@given(st.sampled_from([TEXT[low:high] for low, high in sentences(TEXT)]))
def test_every_sentence_proves_itself(sentence):
    one = hit()
    (proof,) = prove(sentence, [one])
    assert isinstance(proof, Proof)
    assert one.article.text[proof.start : proof.end] == sentence


@given(st.text(max_size=80))
def test_anything_can_be_held_against_a_passage(text):
    found = prove(text, [hit()])
    assert isinstance(found, list) or all(isinstance(part, str) and part for part in found)


# --- questions in other words ---

HISTORY = ("翰博光电项目总投资多少？", "王清源出席了第61次会议吗？")


@pytest.mark.parametrize(
    ("said", "text", "kept"),
    [
        ("翰博光电项目占地多少亩？", "占地多少亩？", True),
        ("第71次会议王清源出席了吗？", "那第71次呢？", True),
        ("第61次会议王清源出席了吗？", "那第71次呢？", False),
        ("青岛港占地多少亩？", "占地多少亩？", False),
        ("翰博光电项目占地400亩吗？", "占地多少亩？", False),
        ("翰博光电项目不占地吗？", "占地多少亩？", False),
        ("", "占地多少亩？", False),
        ("占地多少亩？\n400亩。", "占地多少亩？", False),
    ],
)
def test_a_follow_up_keeps_to_the_conversation(said, text, kept):
    assert keeps_to_conversation(said, text, HISTORY) is kept


@pytest.mark.parametrize(
    ("said", "text", "kept"),
    [
        ("翰博光电项目总投资是多少？", "How much is the total investment in Hanbo?", True),
        ("7月21日举行了哪些会议？", "Which meetings were held on July 21?", True),
        ("7月22日举行了哪些会议？", "Which meetings were held on July 21?", False),
        ("2023年7月21日举行了哪些会议？", "Which meetings were held on July 21?", False),
        ("会议举行了吗？", "Which meetings were held on July 21?", False),
        ("What is it?", "What is it?", False),
        ("", "What is it?", False),
    ],
)
def test_a_translation_keeps_the_numbers(said, text, kept):
    assert translates(said, text, ()) is kept
