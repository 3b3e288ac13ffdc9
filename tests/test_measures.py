"""Measures of answers, against values worked out by hand and against their definitions."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.measures import auroc, evidence_f1, percentile, refusal_curve, refused_at, segments, span_score

scores = st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9]), min_size=1, max_size=8)


def test_segments_are_characters_and_words_without_punctuation():
    assert segments("《GA6》概念车，约 1,300.5公里！") == ["ga6", "概", "念", "车", "约", "1,300.5", "公", "里"]


@pytest.mark.parametrize(
    ("said", "golds", "exact", "f1"),
    [
        ("9公里", ["9公里"], 1, 1),
        ("“９”公里", ["９公里"], 1, 1),
        ("约9公里", ["9公里"], 0, 6 / 7),
        ("约9公里", ["桥", "约9公里"], 1, 1),
        ("甲乙丙丁", ["甲乙丁"], 0, 4 / 7),  # the longest run is 甲乙
        ("", ["9公里"], 0, 0),
        ("桥", [], 0, 0),
    ],
)
def test_span_score(said, golds, exact, f1):
    assert span_score(said, golds) == pytest.approx((exact, f1))


def test_evidence_counts_each_word_as_often_as_it_stands():
    assert evidence_f1("桥桥长", ["桥长。"]) == pytest.approx(4 / 5)
    assert evidence_f1("长桥", ["无", "桥长"]) == 1
    assert evidence_f1("", ["桥"]) == 0


@given(st.text("甲乙丙 ，a1", max_size=12), st.text("甲乙丙 ，a1", max_size=12))
def test_scores_are_symmetric_shares_and_one_of_the_same(first, second):
    for score in (lambda a, b: span_score(a, [b])[1], lambda a, b: evidence_f1(a, [b])):
        assert 0 <= score(first, second) <= 1
        assert score(first, second) == pytest.approx(score(second, first))
    assert span_score(first, [first])[0] == 1


@given(scores, scores)
def test_auroc_is_how_often_a_positive_scores_higher(positives, negatives):
    pairs = list(itertools.product(positives, negatives))
    by_hand = sum((p > n) + (p == n) / 2 for p, n in pairs) / len(pairs)
    assert auroc(positives, negatives) == pytest.approx(by_hand)


def test_nothing_is_known_of_one_side_alone():
    assert auroc([0.5], []) is None
    assert refused_at([], [0.5], 0.05) is None
    assert refusal_curve([0.5], [], [0.5]) == []


@given(scores, scores, st.sampled_from([0.0, 0.05, 0.25, 0.5, 0.9]))
def test_the_most_that_may_be_refused_is(positives, negatives, most):
    point = refused_at(positives, negatives, most)
    assert point.false_refusals <= most
    higher = [score for score in sorted({*positives, *negatives}) if score > point.threshold]
    for further in refusal_curve(positives, negatives, higher):
        assert further.false_refusals > most


def test_percentile():
    assert [percentile([3, 1, 2], of) for of in (0, 50, 95, 100)] == [1, 2, 3, 3]
    assert percentile([], 50) is None
