import json
from dataclasses import replace

import pytest

from index import Place, UsageError
from qa.evaluate import BRIEF, LONG, Verdict, judge, read_expected, read_questions, report, summary
from qa.types import Answer, Citation


def citation(lines, source="a.txt"):
    return Citation(1, source, 1, lines, "桥长9公里", "", (), None, None, "x", "x-0")


ITEM = {
    "id": "1",
    "kind": "number",
    "must_contain": ["9公里|九公里"],
    "evidence": [{"source": "a.txt", "lines": [4, 6]}],
}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer("q", "桥长９公里[1]", citations=(citation((6, 7)),)), ""),
        (Answer("q", "桥长九公里[1]", citations=(citation((4, 4)),)), ""),
        (Answer("q", "桥长8公里[1]", citations=(citation((4, 4)),)), "answer lacks 9公里|九公里"),
        (Answer("q", "桥长9公里[1]", citations=(citation((7, 8)),)), "evidence not cited"),
        (Answer("q", "桥长9公里[1]", citations=(citation((4, 4), "b.txt"),)), "evidence not cited"),
        (Answer("q", "未在资料中找到", refused=True), "refused"),
    ],
)
def test_judge(answer, wrong):
    assert judge(ITEM, answer).wrong == wrong


def test_a_refusal_is_right_where_nothing_answers():
    item = {"id": "2", "kind": "refuse"}
    assert judge(item, Answer("q", "未在资料中找到", refused=True)).wrong == ""
    assert judge(item, Answer("q", "桥", citations=(citation((1, 1)),))).wrong


def test_precision_and_recall_of_citations():
    item = {
        **ITEM,
        "must_contain": [],
        "evidence": [{"source": "a.txt", "lines": [4, 6]}, {"source": "a.txt", "lines": [9, 9]}],
    }
    verdict = judge(item, Answer("q", "…", citations=(citation((5, 5)), citation((20, 20)), citation((21, 21)))))
    assert (verdict.precision, verdict.recall) == (1 / 3, 1 / 2)


def test_summary():
    verdicts = [
        Verdict("1", "when", "", 1.0, 1.0, 0.01, confidence=0.9, exact=1.0, f1=1.0, length=20),
        Verdict("2", "when", "refused", None, None, 0.02, refused=True, confidence=0.3, exact=0.0, f1=0.5),
        Verdict("3", "refuse", "", None, None, 0.03, refused=True, confidence=0.1),
    ]
    found = summary(verdicts)
    curve = found["refusal"].pop("curve")
    assert found == {
        "accuracy": {
            "all": {"right": 1, "of": 2},
            "all refuse": {"right": 1, "of": 1},
            "refuse": {"right": 1, "of": 1},
            "when": {"right": 1, "of": 2},
        },
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "exact": 0.5,
        "f1": 0.75,
        "refusal": {"false_refusals": 0.5, "refused": 1.0, "auroc": 1.0},
        "length_median": 20,
        "length_p95": 20,
        "length_max": 20,
        "seconds_p50": 0.02,
        "seconds_p95": 0.03,
    }
    assert {"threshold": 0.5, "false_refusals": 0.5, "refused": 1.0} in curve


def test_summary_of_answers_alone_has_no_curve():
    found = summary([Verdict("1", "when", "", None, None, 0.01)])["refusal"]
    assert found == {"false_refusals": 0.0, "refused": None, "auroc": None, "curve": []}


@pytest.mark.parametrize(
    ("evidence", "wrong"),
    [
        ([{"record": "r1"}], ""),
        ([{"record": "r1", "source": "b.txt", "lines": [1, 1]}], ""),
        ([{"record": "r2"}], "evidence not cited"),
        ([{"record": "r2"}, {"source": "a.txt", "lines": [4, 5]}], ""),
    ],
)
def test_evidence_by_record(evidence, wrong):
    cited = replace(citation((4, 4)), record="r1")
    item = {"id": "1", "kind": "number", "evidence": evidence}
    assert judge(item, Answer("q", "桥长9公里[1]", citations=(cited,))).wrong == wrong


def test_evidence_on_the_page_on_which_a_quote_goes_on():
    cited = replace(citation((40, 41)), further=(Place("b.txt", 2, (3, 4), ()),))
    item = {"id": "1", "evidence": [{"source": "b.txt", "lines": [4, 9]}]}
    assert judge(item, Answer("q", "桥[1]", citations=(cited,))).wrong == ""


def test_what_gathers_pieces_cites_them_all():
    item = {"id": "1", "kind": "changed", "evidence": [{"record": "r1"}, {"record": "r2"}]}
    one, other = (replace(citation((4, 4)), record=name) for name in ("r1", "r2"))
    assert judge(item, Answer("q", "甲[1]乙[2]", citations=(one, other))).wrong == ""
    assert judge(item, Answer("q", "甲[1]", citations=(one,))).wrong == "evidence not cited"
    assert judge(item | {"kind": "what"}, Answer("q", "甲[1]", citations=(one,))).wrong == ""


@pytest.mark.parametrize(("kind", "most"), [("who", BRIEF), ("list", LONG)])
def test_an_answer_is_as_short_as_a_reader_wants(kind, most):
    item = {"id": "1", "kind": kind}
    assert judge(item, Answer("q", "桥" * most + "[1]")).wrong == ""
    assert judge(item, Answer("q", "桥" * (most + 1) + "[1]")).wrong == f"too long ({most + 1})"


def test_answers_as_squad_has_them(tmp_path):
    path = tmp_path / "q.jsonl"
    told = ["9公里", {"text": "9公里"}, {"text": ["约9公里", "9公里"]}, ["九公里", "9公里"], [{"text": "9公里"}]]
    lines = [json.dumps({"id": str(n), "question": "桥多长？", "answers": one}) for n, one in enumerate(told)]
    path.write_text("\n".join(lines), encoding="utf-8")
    for item in read_expected(path):
        right = judge(item, Answer("q", "桥长约９公里。[1]", short=("约9公里",), citations=(citation((1, 1)),)))
        assert (right.wrong, right.length) == ("", len("桥长约9公里。"))
        assert right.f1 >= 0.8
        assert judge(item, Answer("q", "桥长8公里[1]")).wrong.startswith("answer lacks")


def test_no_answers_mean_a_refusal(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "桥多长？", "answers": []}', encoding="utf-8")
    (item,) = read_expected(path)
    assert judge(item, Answer("q", "桥[1]")).wrong
    assert judge(item, Answer("q", "未在资料中找到", refused=True)).kind == "refuse"


@pytest.mark.parametrize(
    "wrong",
    [
        '"must_contain": [1]',
        '"must_contain": [""]',
        '"answers": [{}]',
        '"answers": 3',
        '"evidence": [{"record": 3}]',
        '"evidence": {"record": "a"}',
        '"evidence": [{"source": "a.txt"}]',
        '"evidence": [{"source": "a.txt", "lines": [1]}]',
        '"evidence": ["a.txt"]',
    ],
)
def test_what_cannot_be_scored_is_named(tmp_path, wrong):
    path = tmp_path / "q.jsonl"
    path.write_text(f'{{"id": "x7", "question": "桥多长？", {wrong}}}', encoding="utf-8")
    key = wrong.split('"')[1]
    with pytest.raises(UsageError, match=rf'q\.jsonl: question x7: "{key}" must be a list') as caught:
        read_expected(path)
    assert "\n" not in str(caught.value)


def test_a_file_without_questions(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(UsageError, match="holds no question"):
        read_expected(path)


def test_report_says_what_is_wrong_and_how_much_is_right():
    verdict = judge(ITEM, Answer("q", "桥长8公里[1]", citations=(citation((4, 4)),)))
    told = report([ITEM | {"question": "桥多长？"}], [verdict])
    assert told.splitlines()[0] == "错 wrong  1  桥多长？ — answer lacks 9公里|九公里"
    assert "0/1  0.000" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1}', 'line 1 has no "question"'),
        ('{"question": "a"}\nx', "line 2 is not JSON"),
        ("[]", 'line 1 has no "question"'),
        ('{"question": "a", "history": "b"}', '"history" must be a list'),
    ],
)
def test_a_bad_questions_file_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        list(read_questions(path))


def test_missing_questions_file(tmp_path):
    with pytest.raises(UsageError, match=r"q\.jsonl: cannot be read"):
        list(read_questions(tmp_path / "q.jsonl"))
