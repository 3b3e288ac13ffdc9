"""Files of ready articles: their fields under many names, bad lines, and the articles they give."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import CSV, JSONL, RECORDS
from test_formats import read_all, refusal, texts

from index.formats.fields import folio
from index.records import published, record_article
from index.types import Date, Line, Page, Record


def test_jsonl(tmp_path: Path) -> None:
    first, second = read_all(tmp_path, "a.jsonl", JSONL)
    assert (first.number, first.folio, texts(first)) == (1, 3, ["本报讯 新港开航。", "港口长3公里。"])
    assert first.record == Record("a1", "新港开航", "2023-11-15", ("李涛", "刘腾"), None)
    assert (second.number, second.folio, texts(second)) == (2, 2, ["公园开放。", "山上有花。"])
    assert second.record == Record("7", "公园开放", "2023年5月1日", ("董梅雪",), "http://a.b/7")
    assert [line.number for line in first.lines] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(("name", "text"), [("a.jsonl", JSONL), ("a.csv", CSV), ("a.json", json.dumps(RECORDS))])
def test_encodings_and_line_ends(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    pages = read_all(tmp_path, name, text.encode(encoding))
    assert read_all(tmp_path, name, text.encode()) == pages
    assert len(pages) == 2
    other = text.replace("\n", "\r\n").encode(encoding)
    assert read_all(tmp_path, name, other) == pages


def test_a_table(tmp_path: Path) -> None:
    first, second = read_all(tmp_path, "a.csv", CSV)
    assert (texts(first), first.folio) == (["本报讯，新港开航。", "港口长3公里。"], 3)
    assert first.record == Record("a1", "新港开航", "2023/11/15", ("李涛",), None)
    assert second.record == Record("a2", "公园开放", "20230501", (), None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = [["title", "text"], ["新港", "开航，长3公里; 深|9米,宽\t2米。"]]
    path = tmp_path / "b"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    (page,) = read_all(tmp_path, "a.csv", b"sep=" + delimiter.encode() + b"\r\n" + path.read_bytes())
    assert texts(page) == [rows[1][1]]


def test_a_long_field_needs_no_setting_of_the_process(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    (page,) = read_all(tmp_path, "a.csv", f"text\n{'国' * 300_000}\n")
    assert len(page.lines[0].text) == 300_000
    assert csv.field_size_limit() == before


def test_bad_lines_are_noted_and_left_out(tmp_path: Path) -> None:
    notes: list[str] = []
    lines = [
        "{",
        "[1]",
        '{"title": "无文"}',
        '{"text": 7}',
        '{"text": " \\n "}',
        "",
        '{"id": 1, "text": "好。"}',
        '{"id": 1, "text": "也好。"}',
    ]
    pages = read_all(tmp_path, "a.jsonl", "\n".join(lines), notes)
    assert [(page.number, texts(page)) for page in pages] == [(6, ["好。"]), (7, ["也好。"])]
    assert notes == [
        "line 1 is not JSON; it is left out",
        "line 2 is not an object with fields; it is left out",
        "line 3 has no text; it is left out",
        "line 4 has a text that is none; it is left out",
        "line 5 has no text; it is left out",
        "line 8 has the id 1 of another record; both are kept",
    ]


def test_many_bad_lines_are_summed_up(tmp_path: Path) -> None:
    notes: list[str] = []
    assert len(read_all(tmp_path, "a.jsonl", "x\n" * 1000 + '{"text": "好。"}\n', notes)) == 1
    assert (len(notes), notes[-1]) == (21, "980 more records have such problems")


def test_a_row_of_too_many_fields_is_not_cut(tmp_path: Path) -> None:
    notes: list[str] = []
    (page,) = read_all(tmp_path, "a.csv", "title,text\n甲,一,二\n乙,三\n", notes)
    assert texts(page) == ["三"]
    assert notes == ["row at line 2 has 3 fields, the first row has 2: a quotation mark may be missing; it is left out"]


def test_a_quotation_mark_never_closed_costs_what_follows_and_says_so(tmp_path: Path) -> None:
    notes: list[str] = []
    (page,) = read_all(tmp_path, "a.csv", 'title,text\n甲,一\n乙,"二\n丙,三\n', notes)
    assert texts(page) == ["一"]
    assert notes == ["row at line 3 is no row of a table (unexpected end of data); it is left out"]


def test_records_of_an_array_are_counted(tmp_path: Path) -> None:
    notes: list[str] = []
    (page,) = read_all(tmp_path, "a.json", '[{}, {"text": "好。"}]', notes)
    assert (page.number, notes) == (2, ["record 1 has no text; it is left out"])


def test_a_line_in_another_encoding(tmp_path: Path) -> None:
    data = b'{"text": "plain"}\n' * 9000 + '{"text": "会议召开，学习贯彻精神。"}\n'.encode("gb18030")
    assert texts(read_all(tmp_path, "a.jsonl", data)[-1]) == ["会议召开，学习贯彻精神。"]


def test_odd_json(tmp_path: Path) -> None:
    line = '{"text": "一\\u0000二\\ud800三\\n<b>四</b>", "title": "a\\nb", "author": [{"name": "李涛"}], "page": true}'
    (page,) = read_all(tmp_path, "a.jsonl", line + "\n" + "[" * 100_000)
    assert texts(page) == ["一二\ufffd三", "<b>四</b>"]
    assert page.record == Record(None, "a b", None, ("李涛",), None)
    (page,) = read_all(tmp_path, "a.jsonl", '{"content": "<p>一&amp;二</p><p>三</p>"}')
    assert texts(page) == ["一&二", "三"]


def test_json_that_is_no_array(tmp_path: Path) -> None:
    assert read_all(tmp_path, "a.json", json.dumps({"articles": RECORDS})) == read_all(tmp_path, "a.json", JSONL)
    assert len(read_all(tmp_path, "a.json", '{"text": "一。", "tags": [{"a": 1}]}')) == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.jsonl", "", "is empty"),
        ("a.jsonl", "\n \n", "is empty"),
        ("a.jsonl", '{"a": 1}\n', "Expected fields: text"),
        ("a.json", "[]", "is empty"),
        ("a.json", "7", "Expected fields: text"),
        ("a.csv", "", "is empty"),
        ("a.csv", "甲,乙\n1,2\n", "names no column of texts"),
        ("a.csv", "text\n", "is empty"),
        ("a.csv", "text,title\n,甲\n", "none of its 1 records"),
    ],
)
def test_refused(tmp_path: Path, name: str, data: str, reason: str) -> None:
    assert reason in refusal(tmp_path, name, data)


def test_pages_come_one_at_a_time(tmp_path: Path) -> None:
    """The first record is given out before the second, in the same file, is looked at."""
    from index.read import read

    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(JSONL.encode())
        file.truncate(3 << 30)
    assert next(iter(read(path, "a.jsonl"))).record == Record("a1", "新港开航", "2023-11-15", ("李涛", "刘腾"), None)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])).filter(str.strip), min_size=1
    )
)
def test_the_text_is_that_of_its_lines(paragraphs: list[str]) -> None:
    lines = tuple(Line(number, text, "body") for number, text in enumerate(paragraphs, 1))
    article = record_article(Page("a.jsonl", 4, lines, folio=2, record=Record("x", "题", "2023-11-15", ("李涛",))))
    assert article.text == "".join(f"{text}\n" for text in paragraphs)
    assert [article.text[span.start : span.end] for span in article.spans] == paragraphs
    assert [(span.line, span.column) for span in article.spans] == [(line.number, 0) for line in lines]
    assert (article.headline, article.byline, article.record, article.folio) == (("题",), ("李涛",), "x", 2)
    assert (article.kind, article.page, article.published) == ("news", 4, Date("2023-11-15", "stated"))


@pytest.mark.parametrize(
    "texts", [["本报记者　李涛", "文。"], ["文。", "（记者 李涛）"], ["本报讯", "□记者 李涛 报道", "文。", "文。"]]
)
def test_a_byline_among_the_paragraphs(texts: list[str]) -> None:
    lines = tuple(Line(number, text, "body") for number, text in enumerate(texts, 1))
    assert record_article(Page("a.csv", 1, lines, record=Record(None))).byline == ("李涛",)
    named = Record(None, byline=("王雪",))
    assert record_article(Page("a.csv", 1, lines, record=named)).byline == ("王雪",)


def test_two_records_alike_are_two_articles() -> None:
    pages = [Page("a.csv", number, (Line(1, "同文。", "body"),), record=Record(None)) for number in (1, 2)]
    assert len({record_article(page).id for page in pages}) == 2
    with pytest.raises(ValueError, match="no ready article"):
        record_article(Page("a.txt", 1, (Line(1, "文。"),)))


@pytest.mark.parametrize(
    "text",
    ["2023-11-15", "2023/11/15", "2023.11.15", "20231115", "2023年11月15日", " 2023-11-15 08:30:00", "2023-11-15T08:30:00+08:00",
     "2023年11月15日 星期三", "20231115083000", "２０２３年１１月１５日"],
)  # fmt: skip
def test_dates(text: str) -> None:
    assert published(text) == Date("2023-11-15", "stated")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "2023",
        "2023-11",
        "11-15",
        "2023-13-01",
        "2023-02-30",
        "昨日",
        "1699999999",
        "0001-01-01",
        "2023-11/15",
    ],
)
def test_no_dates(text: str | None) -> None:
    assert published(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), (3, 3), ("A03", 3), ("第12版", 12), ("第三版", 3), ("十版", 10), ("第十二版：要闻", 12), ("二十一版", 21), ("要闻", None),
     ("", None), (None, None), ("0", None), ("版", None)],
)  # fmt: skip
def test_page_numbers_of_the_paper(text: object, number: int | None) -> None:
    assert folio(text) == number
