from hypothesis import given
from hypothesis import strategies as st

from qa.statements import Statement, readable, statements


def told(text, *, ended=True):
    return [(one.text, one.cites) for one in statements(text, ended=ended)]


def test_a_number_belongs_to_the_sentence_before_it():
    assert told("大桥长9公里[1]。明年通车。[2][3] 造价6亿元。【2】") == [
        ("大桥长9公里。", (1,)),
        ("明年通车。", (2, 3)),
        ("造价6亿元。", (2,)),
    ]


def test_several_numbers_in_one_pair_of_brackets():
    assert told("大桥合龙[1, 3、2]。") == [("大桥合龙。", (1, 3, 2))]


def test_a_quotation_is_not_cut():
    assert told("他说：“桥长了。路短了。”[1]大家鼓掌[1]。") == [
        ("他说：“桥长了。路短了。”", (1,)),
        ("大家鼓掌。", (1,)),
    ]
    assert told("“桥长了。”他说[1]。") == [("“桥长了。”", ()), ("他说。", (1,))]
    assert told("“桥长了！”的口号响起[1]。") == [("“桥长了！”的口号响起。", (1,))]


def test_lists_and_emphasis_are_signs_not_text():
    raw = "## 答\n- **桥**长9公里[1]\n2. `通车`在明年[1]\n"
    assert told(readable(raw)) == [("答", ()), ("桥长9公里", (1,)), ("通车在明年", (1,))]


def test_decimals_do_not_end_a_sentence():
    assert told("面积3.5平方公里[1]. Next") == [("面积3.5平方公里.", (1,)), ("Next", ())]


def test_what_was_only_thought_is_not_said():
    assert readable("<think>总投资[1]。\n嗯</think>大桥长9公里[1]。") == "大桥长9公里[1]。"
    assert readable("先想想。</think>大桥长9公里[1]。") == "大桥长9公里[1]。"
    assert readable("<think>还没想完") == ""


def test_what_cannot_be_seen_is_gone():
    assert readable("大\u200b桥\x07\u202e长\U000e0041") == "大桥长"


def test_the_last_sentence_is_whole_only_at_the_end():
    text = "大桥长9公里[1]。明年通"
    assert [one.whole for one in statements(text, ended=False)] == [True, False]
    assert [one.whole for one in statements(text, ended=True)] == [True, True]


@given(
    st.lists(
        st.sampled_from(["大桥", "9公里", "。", "[1]", "[2]", "“", "”", "\n", "！", "，", " ", "【3】", "3.5"]),
        max_size=30,
    )
)
def test_whole_sentences_do_not_change_when_more_comes(pieces):
    """What was once checked stays: a sentence is never judged by half of its marks."""
    text, before = "", []
    for piece in pieces:
        text += piece
        now = [one for one in statements(text, ended=False) if one.whole]
        assert now[: len(before)] == before
        before = now
    final = statements(text, ended=True)
    assert [(one.text, one.cites) for one in final[: len(before)]] == [(one.text, one.cites) for one in before]


@given(st.text(max_size=200))
def test_anything_can_be_read(text):
    for one in statements(readable(text), ended=True):
        assert isinstance(one, Statement)
        assert one.text
