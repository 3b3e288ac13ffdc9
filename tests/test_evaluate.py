import pytest

from index import UsageError
from qa.evaluate import Verdict, judge, read_questions, summary
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
        Verdict("1", "when", "", 1.0, 1.0, 0.01),
        Verdict("2", "when", "refused", None, None, 0.02),
        Verdict("3", "refuse", "", None, None, 0.03),
    ]
    assert summary(verdicts) == {
        "accuracy": {
            "all": {"right": 1, "of": 2},
            "all refuse": {"right": 1, "of": 1},
            "refuse": {"right": 1, "of": 1},
            "when": {"right": 1, "of": 2},
        },
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "seconds_p50": 0.02,
        "seconds_p95": 0.03,
    }


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
