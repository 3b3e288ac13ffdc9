"""Retrieval over a real archive: terms, vectors, the reranker, filters, stories told twice."""

import json

import pytest

from index import Archive, Filter, build, load_encoder
from qa.question import understand
from qa.retrieve import Using, candidates, retrieve

ARTICLES = [
    (
        "bridge",
        "跨江大桥通车",
        "跨江大桥昨天正式通车。大桥全长八公里，总投资约五十亿元，由省交通集团承建，计划明年开通公交线路。",
    ),
    (
        "bridge-again",
        "大桥通车了",
        "跨江大桥昨天正式通车。大桥全长八公里，总投资约五十亿元，由省交通集团承建，计划明年开通公交线路。",
    ),
    ("port", "港口扩建", "新港区二期工程开工，总投资约三十亿元，计划明年完工，届时吞吐量翻一番。"),
    ("school", "", "第六十一次校务会议在图书馆举行，会议决定新建一座教学楼，校长王清源主持会议。"),
    ("museum", "博物馆开馆", "市博物馆新馆开馆，展出青铜器三百件，其中半数是第一次展出。"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retrieve")
    lines = [{"id": name, "title": title, "text": text, "date": "2023-07-01"} for name, title, text in ARTICLES]
    (folder / "a.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    build([folder / "a.jsonl"], folder / "home", encoder=load_encoder())
    with Archive.open(folder / "home") as archive:
        yield archive


@pytest.fixture(scope="module")
def ask(archive):
    encoder = load_encoder()

    def asked(text, **options):
        return retrieve(archive, encoder, understand(text), **options)

    return asked


def records(hits):
    return [hit.article.record for hit in hits]


def test_the_right_passage_comes_first_and_is_likely(ask):
    hits = ask("新港区二期工程总投资多少？")
    assert records(hits)[0] == "port"
    assert hits[0].score > 0.5 > hits[1].score
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert sum(hit.score for hit in hits) <= 1 + 1e-9


def test_what_the_archive_does_not_hold_is_unlikely(ask):
    assert ask("火星探测器是什么时候着陆的？")[0].score < 0.2


def test_a_story_told_twice_is_one_hit_as_likely_as_both(ask):
    hits = ask("跨江大桥有多长？")
    assert records(hits)[0] == "bridge" or records(hits)[0] == "bridge-again"
    assert records(hits[0].also) in (["bridge"], ["bridge-again"])
    assert hits[0].score > 0.5
    assert hits[0].score > 1.5 * hits[0].also[0].score


@pytest.mark.parametrize("using", [Using(vectors=False), Using(terms=False), Using(rerank=False), Using()])
def test_each_part_finds_by_itself(ask, using):
    assert "museum" in records(ask("博物馆展出多少青铜器", using=using))[:2]


def test_an_english_question_finds_the_chinese_passage(ask):
    assert records(ask("How many bronzes are on show at the museum?"))[0] == "museum"


def test_numbers_are_found_in_every_notation(ask):
    assert records(ask("第61次校务会议谁主持？"))[0] == "school"


def test_only_what_the_filter_allows(ask):
    assert ask("大桥", where=Filter(date_from="2024-01-01")) == []
    assert records(ask("大桥", where=Filter(byline="李涛"))) == []


def test_k_is_kept_and_the_best_are_the_same(ask):
    for k in (1, 3, 100):
        hits = ask("会议和工程", k=k)
        assert len(hits) <= k
        assert hits == ask("会议和工程", k=100)[:k]


def test_what_is_beyond_reranking_follows(ask, monkeypatch):
    monkeypatch.setattr("qa.retrieve.RERANKED", 2)
    hits = ask("新港区二期工程总投资多少？", k=10)
    assert records(hits)[0] == "port"
    assert len(hits) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_subject_is_the_first_word_in_either_script(archive):
    for text in ("青铜器在博物馆展出多少", "青銅器在博物館展出多少"):
        _, sought = candidates(archive, load_encoder(), understand(text))
        assert [unit.options[0][0] for unit in sought.words][:2] == ["青铜器", "博物馆"]


def test_candidates_are_those_reranked(archive):
    hits, sought = candidates(archive, load_encoder(), understand("港口二期投资"))
    assert sought.bare == "港口二期投资"
    assert {hit.passage.id for hit in hits} == {
        hit.passage.id
        for found in retrieve(archive, load_encoder(), understand("港口二期投资"), k=50)
        for hit in (found, *found.also)
    }
