"""What articles a filter allows, and how a filter is made of what was typed."""

import json
import sqlite3
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import PAGES, CountingEncoder, write_pages

from index import Archive, ArchiveDamaged, Filter, UsageError, build
from index.archive.schema import connect
from index.archive.select import passage_rows
from qa.filters import make_filter, period
from qa.words import KINDS

RECORDS = [
    {"id": "r1", "title": "新桥", "text": "山上新桥今天通车。", "date": "2024-02-29", "byline": "李濤", "page": 3},
    {"id": "r2", "title": "旧桥", "text": "山下旧桥今天停用。", "date": "2024-03-01", "byline": "王雪"},
]
DIGEST = (
    "今日导读\n山顶公园开放 详见3版\n大桥合龙 详见4版\n\n大桥合龙\n□记者 赵明 报道\n本报2022年1月5日讯 大桥今天合龙。\n"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("home")
    write_pages(folder, {f"早报/{name}": text for name, text in PAGES.items()})
    write_pages(folder, {"早报2/导读.txt": DIGEST, "a[1].txt": PAGES["公园.txt"].replace("2023年5月", "2021年6月")})
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS)
    (folder / "记录.jsonl").write_text(lines, encoding="utf-8")
    build([folder], home, encoder=CountingEncoder())
    with Archive.open(home) as archive:
        yield archive


def found(archive, wanted):
    return {article.source for article, _ in archive.passages(archive.select(wanted))}


@pytest.mark.parametrize(
    ("source", "sources"),
    [
        ("早报/大桥.txt", {"早报/大桥.txt"}),
        ("早报", {"早报/大桥.txt", "早报/公园.txt", "早报/港口.txt"}),
        ("早报/", {"早报/大桥.txt", "早报/公园.txt", "早报/港口.txt"}),
        ("早报*", {"早报/大桥.txt", "早报/公园.txt", "早报/港口.txt", "早报2/导读.txt"}),
        ("*/[大公]*.txt", {"早报/大桥.txt", "早报/公园.txt"}),
        ("??.jsonl", {"记录.jsonl"}),
        ("a[1].txt", {"a[1].txt"}),
        ("早", set()),
        ("", set()),
        ("大桥.txt", set()),
        ("%", set()),
    ],
)
def test_a_source_is_a_file_a_folder_or_a_pattern(archive, source, sources):
    assert found(archive, Filter(source=source)) == sources


def test_a_page_is_the_printed_number_or_else_that_in_the_file(archive):
    printed = {article.record for article, _ in archive.passages(archive.select(Filter(page=3)))}
    assert printed == {"r1"}
    articles = [article for article in archive.articles() if article.folio is None]
    assert {article.page for article in articles} == {1, 2}
    for page in (1, 2):
        rows = archive.select(Filter(page=page))
        assert {article.id for article, _ in archive.passages(rows)} == {a.id for a in articles if a.page == page}
    assert not len(archive.select(Filter(page=99)))


def test_kinds_part_the_archive(archive):
    rows = [archive.select(Filter(kind=kind)).tolist() for kind in KINDS]
    assert sorted(row for some in rows for row in some) == archive.vectors.rows.tolist()
    assert found(archive, Filter(kind="digest")) == {"早报2/导读.txt"}
    assert not len(archive.select(Filter(kind="poem")))


def test_all_parts_of_a_filter_must_hold(archive):
    every = Filter("2023-11-01", "2023-11-30", "李涛", "早报", 1, "news")
    assert found(archive, every) == {"早报/大桥.txt"}
    for other in (
        Filter("2023-12-01", None, "李涛", "早报", 1, "news"),
        Filter("2023-11-01", "2023-11-30", "董梅雪", "早报", 1, "news"),
        Filter("2023-11-01", "2023-11-30", "李涛", "早报2", 1, "news"),
        Filter("2023-11-01", "2023-11-30", "李涛", "早报", 2, "news"),
        Filter("2023-11-01", "2023-11-30", "李涛", "早报", 1, "digest"),
    ):
        assert found(archive, other) == set()


@pytest.mark.parametrize(
    "where",
    [
        Filter(),
        Filter("2023-11-01"),
        Filter(source="早报"),
        Filter(page=1),
        Filter("2024-01-01"),
        Filter(kind="digest"),
    ],
)
def test_lists_of_articles_are_filtered_alike(archive, where):
    rows = archive.select(where)
    allowed = {article.id for article, _ in archive.passages(archive.vectors.rows if rows is None else rows)}
    by, on = archive.articles_by("李涛", where), archive.articles_on(archive.dates(), where)
    assert by == [article for article in archive.articles_by("李涛") if article.id in allowed]
    assert on == [article for article in archive.articles_on(archive.dates()) if article.id in allowed]


@pytest.mark.parametrize("value", ["'two'", "-1", "1.5e300", "x'00'", "2"])
def test_counts_that_are_none_are_damage(archive, tmp_path, value):
    with sqlite3.connect(archive.home / "archive.sqlite") as own, sqlite3.connect(tmp_path / "archive.sqlite") as copy:
        own.backup(copy)
        copy.execute(f"UPDATE articles SET passages = {value}")
    own.close()
    copy.close()
    reader = connect(tmp_path, generation=archive.generation)
    with pytest.raises((ArchiveDamaged, sqlite3.DatabaseError)):
        passage_rows(reader, Filter(date_from="2000-01-01"))
    reader.close()


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2023-07-01", "2023-07-01", "2023-07-01"),
        ("2023-7-1", "2023-07-01", "2023-07-01"),
        ("2023.07.01", "2023-07-01", "2023-07-01"),
        ("20230701", "2023-07-01", "2023-07-01"),
        ("２０２３年７月１日", "2023-07-01", "2023-07-01"),
        ("2023-07", "2023-07-01", "2023-07-31"),
        ("2024年2月", "2024-02-01", "2024-02-29"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("2023年", "2023-01-01", "2023-12-31"),
    ],
)
def test_dates_may_be_days_months_and_years(archive, typed, first, last):
    assert make_filter(archive, date_from=typed, date_to=typed) == Filter(first, last)


@pytest.mark.parametrize("typed", ["7月", "2023-02-30", "2023-13", "0000-01-01", "2023-07-01T00:00", "昨天", "٢٠٢٣x"])
def test_what_is_no_date_is_told(archive, typed):
    with pytest.raises(UsageError, match=f"^{typed}: not a date.*2023-07.*不是日期"):
        make_filter(archive, date_from=typed)


def test_dates_in_the_wrong_order_are_told(archive):
    with pytest.raises(UsageError, match="2023-08-01 is later than 2023-07-31"):
        make_filter(archive, date_from="2023-08", date_to="2023-07")


@pytest.mark.parametrize(
    ("typed", "name"),
    [("李涛", "李涛"), (" 记者李涛 ", "李涛"), ("李濤", "李濤"), ("董梅雪", "董梅雪")],
)
def test_a_reporter_is_found_in_either_script(archive, typed, name):
    assert make_filter(archive, byline=typed).byline == name


@pytest.mark.parametrize(("typed", "near"), [("李滔", "李涛"), ("董雪梅", "董梅雪"), ("Smith", "")])
def test_an_unknown_reporter_is_told_with_names_near(archive, typed, near):
    with pytest.raises(UsageError) as raised:
        make_filter(archive, byline=typed)
    assert str(raised.value).startswith(f"{typed}: no reporter of this archive")
    assert near in str(raised.value)
    assert ("near it" in str(raised.value)) == bool(near)


@pytest.mark.parametrize("typed", ["早报", "早报/大桥.txt", "*桥*", "a[1].txt"])
def test_a_known_file_folder_or_pattern_is_taken(archive, typed):
    assert make_filter(archive, source=typed).source == typed


@pytest.mark.parametrize(("typed", "near"), [("大桥", "早报/大桥.txt"), ("记录.json", "记录.jsonl"), ("晚报*", "")])
def test_an_unknown_file_is_told_with_names_near(archive, typed, near):
    with pytest.raises(UsageError) as raised:
        make_filter(archive, source=typed)
    assert str(raised.value).startswith(f"{typed}: no file, folder or pattern")
    assert near in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "kind"), [("news", "news"), ("Digest", "digest"), ("广告", "advertisement"), ("導讀", "digest")]
)
def test_kinds_are_said_in_either_language(archive, typed, kind):
    assert make_filter(archive, kind=typed).kind == kind


@pytest.mark.parametrize(("typed", "near"), [("advert", "advertisement"), ("captions", "caption"), ("诗", "")])
def test_an_unknown_kind_is_told_with_those_there_are(archive, typed, near):
    with pytest.raises(UsageError) as raised:
        make_filter(archive, kind=typed)
    assert f"near it {near}" in str(raised.value) or not near
    assert all(kind in str(raised.value) for kind in KINDS)


@pytest.mark.parametrize(("typed", "page"), [("3", 3), ("第12版", 12), ("０３", 3)])
def test_pages(archive, typed, page):
    assert make_filter(archive, page=typed).page == page


@pytest.mark.parametrize("typed", ["0", "-1", "三", "1e3", "9" * 30])
def test_what_is_no_page_is_told(archive, typed):
    with pytest.raises(UsageError, match="not the number of a page"):
        make_filter(archive, page=typed)


@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000"])
def test_nothing_typed_is_no_filter(archive, blank):
    names = ("date_from", "date_to", "byline", "source", "page", "kind")
    assert make_filter(archive, **dict.fromkeys(names, blank)).empty


@given(
    st.dictionaries(
        st.sampled_from(["date_from", "date_to", "byline", "source", "page", "kind"]),
        st.text(st.characters(exclude_categories=()), max_size=20),
    )
)
def test_whatever_is_typed_gives_a_filter_or_one_line(archive, typed):
    try:
        where = make_filter(archive, **typed)
    except UsageError as error:
        told = str(error)
        where = Filter()
    else:
        told = ""
    assert len(told.splitlines()) <= 1
    assert where.empty or archive.select(where) is not None


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2023-01-01", "2023-12-31", "2023"),
        ("2023-07-01", "2023-07-31", "2023-07"),
        ("2023-07-21", "2023-07-21", "2023-07-21"),
        ("2023-07-01", "2023-07-30", "2023-07-01 – 2023-07-30"),
        ("2023-07-01", None, "2023-07-01 –"),
        (None, "2023-07-31", "– 2023-07-31"),
        (None, None, ""),
    ],
)
def test_a_period_is_said_as_short_as_can_be(first, last, said):
    assert period(Filter(first, last)) == said


@given(st.dates(date(1900, 1, 1)), st.dates(date(1900, 1, 1)))
def test_a_period_says_which_days_it_is_of(archive, one, other):
    first, last = sorted((one.isoformat(), other.isoformat()))
    said = period(Filter(first, last)).split(" – ")
    assert make_filter(archive, date_from=said[0], date_to=said[-1]) == Filter(first, last)
