"""Articles that go on on another page are one article, in whatever order their halves come and go."""

import shutil
from pathlib import Path

import pytest
from pages import CountingEncoder, found_by, write_pages

from index import Archive, Article, Date, build, check
from qa.cite import cite, verified
from qa.engine import Engine

HEAD = """\
港口扩建工程开工
□记者 李涛 报道
　　本报讯 11月14日上午，青岛新港扩建工程
在董家口举行开工仪式。工程总投资85亿元，
建设深水泊位六个，建成后年吞吐能力达到
三千万吨。新港集团负责人王海洋介绍，扩建
工程将分两期推进，首期泊位计划于明年年底
（下转第二版）
"""
TAIL = """\
（上接第一版）
投入使用。王海洋表示，新港集团将同步建设
铁路专用线，把深水泊位与内陆货场连成一体，
吞吐能力还会提高。
"""
OTHER = """\
□记者 刘腾 报道
　　本报讯 11月14日晚，全民阅读活动在书城举行，两
百名读者到场。
"""
ISSUE = {"20231115_01.txt": HEAD, "20231115_02.txt": f"{TAIL}\n{OTHER}"}
CUT = "首期泊位计划于明年年底投入使用。"


def read(folder: Path, home: Path) -> None:
    build([folder], home, encoder=CountingEncoder())


def articles(home: Path) -> dict[str, Article]:
    """The articles of an archive by their first sentence."""
    with Archive.open(home) as archive:
        found = archive.articles()
        for article in found:
            # What is shown of an article is what stands on its pages, whole or joined.
            whole = article.text.rstrip("\n")
            pages = [archive.page(place.source, place.page) for place in article.places(0, len(whole))]
            assert verified(cite(article, "", 0, len(whole)), pages)
            assert bool(archive.article_passages(article.id)) == (article.continues is None)
        return {article.text.partition("。")[0]: article for article in found}


@pytest.fixture
def joined(tmp_path: Path, home: Path) -> Path:
    folder = write_pages(tmp_path / "pages", ISSUE)
    read(folder, home)
    return folder


def test_the_halves_are_one_article(joined, home):
    found = articles(home)
    head, tail = found["本报讯 11月14日上午，青岛新港扩建工程在董家口举行开工仪式"], found["投入使用"]
    assert CUT in head.text
    assert head.text.endswith("吞吐能力还会提高。\n")
    assert (head.continues, tail.continues) == (None, head.id)
    assert [(part.source, part.page) for part in head.parts] == [("20231115_01.txt", 1), ("20231115_02.txt", 1)]
    assert head.parts[1].lines == tail.lines
    assert (tail.text[:4], tail.parts) == ("投入使用", ())
    assert head.headline == ("港口扩建工程开工",)


def test_a_quote_over_the_jump_names_both_pages(joined, home):
    head = next(article for article in articles(home).values() if article.parts)
    start = head.text.index(CUT)
    citation = cite(head, "", start, start + len(CUT))
    assert [(place.source, place.lines) for place in citation.places] == [
        ("20231115_01.txt", (7, 7)),
        ("20231115_02.txt", (2, 2)),
    ]
    answer = Engine(home, CountingEncoder()).ask("首期泊位计划什么时候投入使用？")
    assert not answer.refused
    assert [place.source for place in answer.citations[0].places] == list(ISSUE)


def test_a_half_that_goes_leaves_the_other_as_it_was(joined, home):
    shutil.copytree(joined, joined.parent / "kept")
    (joined / "20231115_02.txt").unlink()
    read(joined, home)
    (head,) = articles(home).values()
    assert (head.parts, head.continued_to_page) == ((), 2)
    assert head.text.endswith("首期泊位计划于明年年底\n")
    assert found_by(home, "铁路") == []

    shutil.copy(joined.parent / "kept" / "20231115_02.txt", joined)
    (joined / "20231115_01.txt").unlink()
    read(joined, home)
    tail = articles(home)["投入使用"]
    assert (tail.continues, tail.continued_from_page) == (None, 1)
    assert "20231115_02.txt" in found_by(home, "铁路")


def test_halves_that_come_one_after_the_other_end_as_those_that_come_together(joined, home, tmp_path):
    folder, late = tmp_path / "late", tmp_path / "late-home"
    for name in reversed(ISSUE):
        write_pages(folder, {name: ISSUE[name]})
        read(folder, late)
    assert articles(late) == articles(home)
    read(folder, late)
    with Archive.open(late) as archive:
        assert archive.generation == 2


def test_another_issue_is_not_joined(tmp_path, home):
    read(write_pages(tmp_path / "pages", {"20231115_01.txt": HEAD, "20231116_02.txt": TAIL}), home)
    assert not any(article.parts or article.continues for article in articles(home).values())


def test_the_doctor_finds_both_halves_in_their_places(joined, home):
    assert check(home) == []


def test_a_listing_by_reporter_has_the_article_once(joined, home):
    with Archive.open(home) as archive:
        assert [bool(article.parts) for article in archive.articles_by("李涛")] == [True]


def test_a_page_without_a_day_takes_that_of_its_issue_and_gives_it_back(tmp_path, home):
    dated = "云溪日报　2021年11月9日　星期二　第1版\n" + HEAD.replace("11月14日", "昨日")
    bare = "第2版　要闻\n" + OTHER.replace("11月14日", "昨天")
    folder = write_pages(tmp_path / "pages", {"第1版.txt": dated, "第2版.txt": bare})
    read(folder, home)
    with Archive.open(home) as archive:
        (article,) = archive.articles("第2版.txt")
        assert article.published == Date("2021-11-09", "from neighbours")
        assert article.event_dates == (Date("2021-11-08", "from neighbours"),)
        assert archive.articles_on(["2021-11-08"])[-1].id == article.id
    (folder / "第1版.txt").unlink()
    read(folder, home)
    with Archive.open(home) as archive:
        (article,) = archive.articles("第2版.txt")
        assert (article.published, article.event_dates) == (None, ())
