"""How many of the articles found are of which time, reporter, file and kind."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import CountingEncoder

from index import Archive, Article, Date, build
from qa.engine import Engine
from qa.facets import Facets, choices, count
from qa.finding import find
from qa.marks import marks, searched


def article(name, *, byline=(), days=(), published=None, kind="news", source="a.txt"):
    return Article(
        name,
        source,
        1,
        (1, 1),
        "文",
        (),
        byline=byline,
        kind=kind,
        event_dates=tuple(Date(day, "stated") for day in days),
        published=Date(published, "stated") if published else None,
    )


def test_articles_are_counted_once_for_each_thing_they_are_of():
    one = article("1", byline=("李涛", "王雪"), days=("2023-07-21", "2023-07-22", "2022-12-31"), published="2023-07-23")
    two = article("2", byline=("王雪",), days=("10-24",), kind="digest", source="b.txt")
    assert count([one, two, one]) == Facets(
        articles=2,
        years=(("2022", 1), ("2023", 1)),
        months=(("2022-12", 1), ("2023-07", 1)),
        bylines=(("王雪", 2), ("李涛", 1)),
        sources=(("a.txt", 1), ("b.txt", 1)),
        kinds=(("digest", 1), ("news", 1)),
    )
    assert count([]) == Facets()


def test_many_months_are_told_as_years():
    days = [f"{year}-{month:02d}-01" for year in (2022, 2023) for month in range(1, 8)]
    assert count([article(day, days=(day,)) for day in days]).times == (("2022", 7), ("2023", 7))
    assert len(count([article(day, days=(day,)) for day in days[:7]]).times) == 7


NAMES = st.lists(st.sampled_from(["李涛", "王雪", "刘腾"]), max_size=3, unique=True)
DAYS = st.lists(st.sampled_from(["2023-07-21", "2023-11-14", "2022-01-01", "10-24"]), max_size=3)


@given(st.lists(st.tuples(NAMES, DAYS, st.sampled_from(["news", "digest"])), max_size=8))
def test_counts_are_those_of_the_filters(told):
    articles = [
        article(str(n), byline=tuple(names), days=days, kind=kind) for n, (names, days, kind) in enumerate(told)
    ]
    facets = count(articles)
    assert dict(facets.bylines) == {
        name: sum(name in a.byline for a in articles) for names, *_ in told for name in names
    }
    assert sum(n for _, n in facets.kinds) == sum(n for _, n in facets.sources) == facets.articles == len(articles)
    for month, n in facets.months:
        assert n == sum(any(d.value.startswith(month) for d in a.event_dates) for a in articles)


def test_what_an_archive_can_be_filtered_by(pages, home):
    build([pages], home, encoder=CountingEncoder())
    with Archive.open(home) as archive:
        known = choices(archive)
    assert known.bylines == ("李涛", "王雪", "董梅雪")
    assert known.months == ("2023-05", "2023-11")
    assert known.sources == (("公园.txt", 1), ("大桥.txt", 1), ("港口.txt", 1))


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    build([Path(__file__).parent.parent / "seeds"], home)
    engine = Engine(home)
    yield engine
    engine.archive.close()


def test_what_is_merely_near_is_not_counted(engine):
    found = find(engine, "翰博集团", k=3)
    assert len(found.hits) == 3
    assert 0 < len(found.matches) < 20
    assert all("翰博" in hit.passage.text + hit.article.title for hit in found.matches)
    assert found.facets.bylines == (("刘腾", 1),)
    assert not found.full
    nothing = find(engine, "quantum chromodynamics", k=3)
    assert nothing.hits
    assert (nothing.matches, nothing.facets) == ((), Facets())


def test_without_counting_only_hits_are_given(engine):
    found = find(engine, "会议召开", k=5, counted=False)
    assert len(found.hits) == 5
    assert (found.matches, found.facets) == ((), Facets())


@pytest.mark.parametrize(
    ("text", "words", "ranges"),
    [
        ("翰博光电项目", ("翰博", "光电"), [(0, 4)]),
        ("第６１次會議", ("第61次", "会议"), [(0, 6)]),
        ("山上有山", ("山",), [(0, 1), (3, 4)]),
        ("无关", ("会议",), []),
        ("会议", ("",), []),
        ("㎡面积", ("m2",), [(0, 1)]),
    ],
)
def test_words_are_marked_where_they_stand(text, words, ranges):
    assert marks(text, words) == ranges


@given(
    st.text(alphabet="会议召开12第次 。㎡", max_size=30),
    st.lists(st.sampled_from(["会议", "召开", "第1", "m", "开1"]), max_size=4),
)
def test_marks_are_apart_in_order_and_inside(text, words):
    found = marks(text, words)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_what_is_searched_for_is_the_words_that_tell():
    assert searched("翰博光电项目的总投资是多少？") == ("翰博", "光电", "项目", "投资")
    assert searched("港") == ("港",)
    assert searched("？！") == ()
