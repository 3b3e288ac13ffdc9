"""The work of an update grows with what changed: no statement of a build or a question walks through a whole large table."""

import re
import sqlite3

import pytest
from pages import PAGES, CountingEncoder, write_pages

from index import Archive, Filter, build
from index.archive import schema
from qa.engine import Engine

LARGE = ("passages", "articles", "vectors", "pages", "article_dates", "article_bylines")
NEW = "新站启用\n□记者 王雪 报道\n本报2023年6月1日讯 新站今天启用。站前有山。\n"


@pytest.fixture
def statements(monkeypatch):
    """Every statement that is run on a catalogue, with its numbers put in."""
    seen: set[str] = set()
    connecting = schema._connect

    def connect(uri, generation):
        connection = connecting(uri, generation)
        connection.set_trace_callback(seen.add)
        return connection

    monkeypatch.setattr(schema, "_connect", connect)
    return seen


def walks(home, statements, generation=None):
    """The statements whose plan goes through all rows of a large table, or of an index of it."""
    found = {}
    with sqlite3.connect(home / "archive.sqlite") as catalogue:
        if generation is not None:
            catalogue.executescript(schema.VIEWS.replace(":generation", str(generation)))
        for statement in statements:
            if not re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", statement):
                continue
            for *_, step in catalogue.execute(f"EXPLAIN QUERY PLAN {statement}"):
                words = step.split()
                if words[0] == "SCAN" and words[1].removeprefix("main.") in LARGE:
                    found[statement] = step
    catalogue.close()
    return found


def test_updates(pages, home, statements):
    write_pages(pages, {f"{n}/{name}": text for n in range(5) for name, text in PAGES.items()})
    build([pages], home, encoder=CountingEncoder())
    statements.clear()
    write_pages(pages, {"站.txt": NEW, "港口.txt": NEW, "0/大桥.txt": PAGES["大桥.txt"].replace("9公里", "8公里")})
    (pages / "1/公园.txt").unlink()
    (pages / "2/公园.txt").rename(pages / "2/公园二.txt")
    report = build([pages], home, encoder=CountingEncoder())

    assert (len(report.added), len(report.changed), len(report.removed)) == (2, 2, 2)
    assert any("INSERT INTO passages" in statement for statement in statements)
    assert walks(home, statements) == {}


def test_nothing_changed(pages, home, statements):
    build([pages], home, encoder=CountingEncoder())
    statements.clear()
    build([pages], home, encoder=CountingEncoder())

    assert statements
    assert walks(home, statements) == {}


def test_questions(home, statements):
    build(None, home)
    engine = Engine(home)
    statements.clear()
    for question in ("翰博光电项目总投资多少？", "谁主持了人才工作领导小组会议？", "李涛写了哪些报道？"):
        engine.ask(question)
    engine.search("开工", where=Filter("2023-11-01", "2023-11-30", "李涛"))
    engine.search("开工", where=Filter(kind="digest", page=1))
    engine.ask("李涛写了哪些报道？", where=Filter("2023-11-01", "2023-11-30", page=1))
    with Archive.open(home) as archive:
        archive.page(archive.sources()[0].source)

    assert statements
    assert walks(home, statements, generation=1) == {}
