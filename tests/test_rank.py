"""What tells a passage that answers: the features of candidates, and the probability they make."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Passage
from qa.features import FEATURES, Sought, Unit, features
from qa.kinds import Kind
from qa.rank import CHINESE, FOREIGN
from qa.types import Hit


def hit(text, *, name="a", whole="", headline=(), lexical=0.5, dense=0.5, row=1):
    article = Article(name, f"{name}.txt", 1, (1, 9), whole or text, (), headline=headline)
    start = article.text.index(text)
    passage = Passage(f"{name}-{row}", name, row, start, start + len(text), text, row)
    return Hit(row, lexical, lexical, dense, article, passage)


def sought(terms, words=None, kind=Kind.WHAT, bare=""):
    def units(strings):
        return tuple(Unit(((string, 1.0),), weight) for string, weight in strings.items())

    return Sought(units(terms), units(words if words is not None else terms), kind, bare)


def column(name, asked, hits):
    return features(asked, hits)[:, FEATURES.index(name)].tolist()


def test_a_passage_is_told_by_its_sentences_and_its_article():
    asked = sought({"大桥": 1.0, "造价": 3.0})
    hits = [
        hit("大桥造价两亿元。", name="a"),
        hit("大桥通车了。造价两亿元。", name="b"),
        hit("大桥通车了。天气很好。造价两亿元。", name="c"),
        hit("造价两亿元。", name="d", whole="大桥通车了。人们很高兴。造价两亿元。"),
        hit("天气很好。", name="e"),
    ]
    assert column("passage", asked, hits) == [1, 1, 1, 0.75, 0]
    assert column("sentence", asked, hits) == [1, 0.75, 0.75, 0.75, 0]
    assert column("pair", asked, hits) == [1, 1, 0.75, 0.75, 0]
    assert column("article", asked, hits) == [1, 1, 1, 1, 0]
    assert column("subject", asked, hits) == [1, 1, 1, 1, 0]
    assert column("rarest", asked, hits) == [1, 1, 1, 1, 0]


def test_the_last_sentence_of_a_passage_is_no_neighbour_of_the_next_passage():
    asked = sought({"大桥": 1.0, "造价": 1.0})
    assert column("pair", asked, [hit("大桥通车。", name="a"), hit("造价两亿。", name="b")]) == [0.5, 0.5]


def test_headline_and_opening_count_for_every_passage_of_the_article():
    asked = sought({"大桥": 1.0})
    far = "天" * 100
    hits = [
        hit("通车了。", name="a", headline=("大桥通车",)),
        hit("通车了。", name="b", whole="大桥建成。通车了。"),
        hit("通车了。", name="c", whole=f"{far}大桥。通车了。"),
    ]
    assert column("headline", asked, hits) == [1, 0, 0]
    assert column("opening", asked, hits) == [1, 1, 0]


def test_numbers_and_letters_stand_by_themselves():
    asked = sought({"61": 1.0, "5g": 1.0})
    hits = [hit("第61次会议，5G网络。"), hit("2610人，15G内存。", name="b"), hit("第６１次会议", name="c")]
    assert column("passage", asked, hits) == [1, 0, 0.5]


def test_the_best_alternative_of_a_translation_counts():
    bridge = Unit((("桥梁", 1.0), ("大桥", 0.5)), 2.0)
    asked = Sought((bridge, Unit((("造价", 1.0),), 2.0)), (bridge,), Kind.WHAT, "")
    hits = [hit("桥梁和大桥", name="a"), hit("大桥", name="b"), hit("河", name="c")]
    assert column("passage", asked, hits) == [0.5, 0.25, 0]


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [(Kind.WHEN, "大桥于2023年通车。", "大桥通车。"), (Kind.NUMBER, "大桥长8公里。", "大桥通车。")],
)
def test_a_passage_with_the_kind_of_answer_asked_for_is_preferred(kind, yes, no):
    asked = sought({"大桥": 1.0}, kind=kind)
    assert column("typed", asked, [hit(yes, name="a"), hit(no, name="b")]) == [1, 0.5]


def test_gaps_are_distances_to_the_best():
    asked = sought({"大桥": 1.0})
    hits = [hit("大桥", lexical=0.75, dense=0.25), hit("大桥", name="b", lexical=0.5, dense=0.5)]
    assert column("lexical_gap", asked, hits) == [0, -0.25]
    assert column("dense_gap", asked, hits) == [-0.25, 0]


TEXT = st.text("大桥造价两亿元。0一 a\n\0…", min_size=1, max_size=30)


@given(
    st.lists(TEXT, min_size=1, max_size=6), st.dictionaries(TEXT, st.floats(0.1, 9), max_size=4), st.sampled_from(Kind)
)
def test_every_feature_is_finite_and_independent_of_the_order_of_candidates(texts, terms, kind):
    asked = sought(terms, kind=kind, bare="大桥造价")
    hits = [hit(text, name=str(n), row=n + 1) for n, text in enumerate(texts)]
    found = features(asked, hits)
    assert found.shape == (len(hits), len(FEATURES))
    assert np.isfinite(found).all()
    assert features(asked, hits[::-1])[::-1] == pytest.approx(found, abs=1e-5)


def test_weights_are_of_the_features():
    for ranker in (CHINESE, FOREIGN):
        assert tuple(ranker.weights) == FEATURES
        # What a passage holds of the question never counts against it.
        assert min(ranker.weights[name] for name in ("passage", "headline", "subject", "dense", "article_gap")) > 0


@given(st.lists(st.lists(st.floats(-30, 30, width=32), min_size=len(FEATURES), max_size=len(FEATURES)), max_size=5))
def test_probabilities_and_that_of_none_make_one(rows):
    shares = CHINESE.probabilities(np.array(rows, np.float32).reshape(-1, len(FEATURES)))
    assert ((shares >= 0) & (shares <= 1)).all()
    assert shares.sum() <= 1 + 1e-9


def test_a_second_candidate_as_good_halves_the_certainty():
    strong = np.array([[1.0] * len(FEATURES)], np.float32) * 0 + 1
    one, two = CHINESE.probabilities(strong)[0], CHINESE.probabilities(np.repeat(strong, 2, axis=0))
    assert two[0] == two[1] < one
