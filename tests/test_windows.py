"""What the trained reader gets to read."""

from hypothesis import given
from hypothesis import strategies as st

from index import Article, Passage
from qa.types import Hit
from qa.windows import LONG, windows


def article(name, length):
    return Article(name, f"{name}.txt", 1, (1, 9), "字" * length, ())


def hit(text, start, end, rank):
    passage = Passage(f"{text.id}-{start}", text.id, 0, start, end, text.text[start:end])
    return Hit(rank, 1 / rank, 0.5, 0.5, text, passage)


@st.composite
def found(draw):
    articles = [article(str(i), draw(st.integers(1, 1500))) for i in range(draw(st.integers(1, 3)))]
    hits = []
    for rank in range(1, draw(st.integers(1, 8)) + 1):
        text = draw(st.sampled_from(articles))
        start = draw(st.integers(0, len(text.text) - 1))
        hits.append(hit(text, start, draw(st.integers(start + 1, min(len(text.text), start + 600))), rank))
    return hits


@given(found(), st.integers(1, 2000))
def test_windows_hold_the_best_passage_keep_apart_and_within_the_limit(hits, most):
    chosen = windows(hits, most)
    first = hits[0]
    assert any(
        w.article.id == first.article.id and w.start <= first.passage.start and first.passage.end <= w.end
        for w in chosen
    )
    for i, one in enumerate(chosen):
        assert 0 <= one.start < one.end <= len(one.article.text)
        for other in chosen[i + 1 :]:
            assert one.article.id != other.article.id or one.end < other.start or other.end < one.start
    total = sum(len(w.text) for w in chosen)
    assert total <= most or len(chosen) == 1


def test_a_passage_is_read_with_more_of_what_stands_before_it():
    text = article("甲", 2000)
    (window,) = windows([hit(text, 1000, 1200, 1)], 1200)
    assert window.end - window.start == LONG
    assert 1000 - window.start > window.end - 1200


def test_the_end_of_an_article_is_read_with_the_more_before_it():
    text = article("甲", 1200)
    (window,) = windows([hit(text, 1000, 1200, 1)], 1200)
    assert (window.start, window.end) == (1200 - LONG, 1200)
