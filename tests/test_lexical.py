"""BM25 search: the formula, the order, filters, and a new index made of the old one."""

import math
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.entries import LexicalEntry, lexical_entries
from index.errors import ArchiveDamaged
from index.lexical import HEADLINE_WEIGHT, LexicalIndex, needs_compaction, top, write_lexical
from index.tokens import terms

PAGE = [
    LexicalEntry(1, "签约", "项目 投资 项目"),
    LexicalEntry(2, "签约", "仪式 举行"),
    LexicalEntry(5, "天气", "投资 增长 投资 投资"),
    LexicalEntry(9, "", "降雨"),
]


def written(folder: Path, entries=PAGE, **changes) -> LexicalIndex:
    write_lexical(folder, entries, **changes)
    return LexicalIndex.open(folder)


def bm25(frequency: int, length: int, average: float, documents: int, containing: int) -> float:
    """Robertson and Zaragoza 2009, with k1 = 1.2 and b = 0.75, as Lucene and tantivy write it."""
    idf = math.log(1 + (documents - containing + 0.5) / (containing + 0.5))
    return idf * 2.2 * frequency / (frequency + 1.2 * (0.25 + 0.75 * length / average))


def test_entries_hold_the_terms_of_the_passage_and_of_its_article():
    passages = [(3, "签约", "总投资50亿元"), (4, "签约", ""), (9, "", "5G网络"), (1, "签约", "签约")]

    assert lexical_entries(passages) == [
        LexicalEntry(row, " ".join(terms(shared)), " ".join(terms(text))) for row, shared, text in passages
    ]
    assert lexical_entries([]) == []
    assert pickle.loads(pickle.dumps(lexical_entries)) is lexical_entries  # other processes are sent it


def test_score_is_bm25_of_the_passage(tmp_path):
    index = written(tmp_path / "lexical")

    assert index.search({"投资": 1.0}, 10) == [
        (5, pytest.approx(bm25(3, 4, 10 / 4, 4, 2), rel=1e-6)),
        (1, pytest.approx(bm25(1, 3, 10 / 4, 4, 2), rel=1e-6)),
    ]


def test_headline_counts_by_its_weight_and_terms_by_theirs(tmp_path):
    index = written(tmp_path / "lexical")

    headline = bm25(1, 1, 3 / 4, 4, 2) * HEADLINE_WEIGHT
    assert index.search({"签约": 1.0}, 10) == [(1, pytest.approx(headline)), (2, pytest.approx(headline))]
    assert index.search({"签约": 2.0, "仪式": 3.0}, 1) == [
        (2, pytest.approx(2 * headline + 3 * bm25(1, 2, 10 / 4, 4, 1), rel=1e-6))
    ]


def test_nothing_found_is_an_answer(tmp_path):
    index = written(tmp_path / "lexical")

    assert index.search({"不存在": 1.0}, 10) == []
    assert index.search({}, 10) == []
    assert index.search({"投资": 1.0}, 0) == []
    assert written(tmp_path / "empty", []).search({"投资": 1.0}, 10) == []


def test_document_frequency_and_count(tmp_path):
    index = written(tmp_path / "lexical")

    assert [index.document_frequency(term) for term in ("投资", "签约", "降雨", "不存在")] == [2, 2, 1, 0]
    assert index.count == 4


def test_query_syntax_is_only_text(tmp_path):
    entries = [LexicalEntry(1, "", "AND body:x *"), LexicalEntry(2, "", "other")]
    index = written(tmp_path / "lexical", entries)

    assert [row for row, _ in index.search({"body:x": 1.0}, 5)] == [1]
    assert [row for row, _ in index.search({"*": 1.0}, 5)] == [1]
    assert index.search({'"': 1.0, "(": 1.0, "other OR AND": 1.0}, 5) == []


def test_ties_are_cut_by_row(tmp_path):
    rows = [40, 7, 23, 3, 51, 12]
    index = written(tmp_path / "lexical", [LexicalEntry(row, "", "同样") for row in rows])

    assert [row for row, _ in index.search({"同样": 1.0}, 3)] == [3, 7, 12]
    assert [row for row, _ in index.search({"同样": 1.0}, 2, allowed=np.array([51, 40, 23]))] == [23, 40]


@pytest.mark.parametrize("largest", [10, 20_000])
def test_filter_by_rows_either_way(tmp_path, monkeypatch, largest):
    """A small set of rows is a query of its own, a large one is applied to the ranked list: same hits."""
    monkeypatch.setattr("index.lexical.LARGEST_SET_QUERY", largest)
    entries = [LexicalEntry(row, "", "词 " * (1 + row % 7) + "他 " * (row % 3)) for row in range(300)]
    index = written(tmp_path / "lexical", entries)
    everything = index.search({"词": 1.0}, 300)
    allowed = np.arange(0, 300, 13)

    assert index.search({"词": 1.0}, 5, allowed=allowed) == [hit for hit in everything if hit[0] % 13 == 0][:5]
    assert index.search({"词": 1.0}, 500, allowed=allowed) == [hit for hit in everything if hit[0] % 13 == 0]
    assert index.search({"词": 1.0}, 5, allowed=np.array([], dtype=np.int64)) == []


def test_next_index_links_the_last_and_leaves_it_alone(tmp_path):
    before = written(tmp_path / "1")
    after = written(tmp_path / "2", [LexicalEntry(11, "", "投资 新")], previous=tmp_path / "1", removed=[5, 9, 77])

    assert [row for row, _ in after.search({"投资": 1.0, "降雨": 1.0}, 10)] == [11, 1]
    assert [row for row, _ in before.search({"投资": 1.0, "降雨": 1.0}, 10)] == [9, 5, 1]
    assert (before.count, after.count) == (4, 3)
    shared = {file.name for file in (tmp_path / "1").iterdir() if file.stat().st_nlink == 2}
    assert {Path(name).suffix for name in shared} >= {".term", ".idx", ".fast"}


def test_index_is_only_written_to_a_new_folder(tmp_path):
    written(tmp_path / "lexical")

    with pytest.raises(ValueError, match="not empty"):
        write_lexical(tmp_path / "lexical", [])


def test_everything_removed(tmp_path):
    written(tmp_path / "1")
    after = written(tmp_path / "2", [], previous=tmp_path / "1", removed=[1, 2, 5, 9])

    assert after.search({"投资": 1.0, "签约": 1.0}, 10) == []
    assert after.count == 0


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(1, 70))
def test_top_is_the_sorted_list_cut(scores, k):
    hits = sorted(enumerate(map(float, scores)), key=lambda hit: (-hit[1], -hit[0]))

    assert top(lambda n: hits[:n], k, len(hits)) == sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]


TERMS = st.lists(st.sampled_from("甲乙丙丁戊"), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(TERMS, TERMS), min_size=1, max_size=12), TERMS)
def test_hits_are_those_of_the_plain_formula(tmp_path_factory, passages, query):
    entries = [LexicalEntry(row, " ".join(head), " ".join(body)) for row, (head, body) in enumerate(passages, 1)]
    index = written(tmp_path_factory.mktemp("plain") / "lexical", entries)
    expected = {}
    for entry in entries:
        score = 0.0
        for term in set(query):
            for field, weight in (("headline", HEADLINE_WEIGHT), ("body", 1.0)):
                texts = [getattr(other, field).split() for other in entries]
                average = sum(map(len, texts)) / len(texts)
                containing = sum(term in text for text in texts)
                text = getattr(entry, field).split()
                if term in text:
                    score += weight * bm25(text.count(term), len(text), average, len(texts), containing)
        if score:
            expected[entry.row] = pytest.approx(score, rel=1e-5)

    assert dict(index.search(dict.fromkeys(query, 1.0), 100)) == expected


def test_same_order_in_two_processes(tmp_path):
    script = (
        "import sys; from pathlib import Path; from index.lexical import LexicalIndex\n"
        "terms = set('甲乙丙丁戊己庚辛')\n"
        "print(LexicalIndex.open(Path(sys.argv[1])).search(dict.fromkeys(terms, 1.0), 20))"
    )
    entries = [
        LexicalEntry(row, "甲乙丙"[row % 3], " ".join("甲乙丙丁戊己庚辛"[row % 5 : row % 8 + 1])) for row in range(99)
    ]
    written(tmp_path / "lexical", entries)

    found = {
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "lexical")],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(found) == 1
    assert len(found.pop()) > 100


def test_deleted_passages_count_until_they_are_written_afresh(tmp_path):
    """In BM25's two statistics alike: how many passages there are, and how many hold a term."""
    written(tmp_path / "1")
    after = written(tmp_path / "2", previous=tmp_path / "1", entries=[], removed=[1])

    assert (after.count, after.documents) == (3, 4)
    assert [after.document_frequency(term) for term in ("投资", "签约", "降雨")] == [2, 2, 1]
    assert after.search({"投资": 1.0}, 10) == [(5, pytest.approx(bm25(3, 4, 10 / 4, 4, 2), rel=1e-6))]


def test_compaction_is_due_when_a_tenth_is_deleted(tmp_path):
    entries = [LexicalEntry(row, "", "词") for row in range(40)]
    written(tmp_path / "1", entries)
    written(tmp_path / "2", [], previous=tmp_path / "1", removed=range(4))
    written(tmp_path / "3", [], previous=tmp_path / "2", removed=[4])
    written(tmp_path / "4", entries[5:])

    assert [needs_compaction(tmp_path / name) for name in "1234"] == [False, False, True, False]
    assert not needs_compaction(written(tmp_path / "empty", [])._folder)
    with pytest.raises(ArchiveDamaged):
        needs_compaction(tmp_path / "none")


def test_telling_terms_are_all_but_the_most_common(tmp_path, monkeypatch):
    entries = [
        LexicalEntry(row, "头" if row < 3 else "", f"我们 {'不是' if row % 3 else '这里'} 词{row // 2}")
        for row in range(90)
    ]
    index = written(tmp_path / "lexical", entries)
    question = {"我们": 1.0, "不是": 2.0, "这里": 1.0, "词7": 1.0, "没有": 1.0, "头": 1.0}
    assert index.telling(question) == question  # few passages

    monkeypatch.setattr("index.lexical.COMMON_FROM", 90)
    assert index.telling(question) == {"没有": 1.0, "词7": 1.0, "头": 1.0}
    assert index.telling({"我们": 1.0, "不是": 3.0, "这里": 1.0}) == {"这里": 1.0, "不是": 3.0}
    assert index.telling({"我们": 1.0, "没有": 1.0, "这里": 1.0}) == {"没有": 1.0, "这里": 1.0}
    assert index.telling({}) == {}


def test_many_small_changes_leave_few_segments(tmp_path):
    """Each adds one, and eight of about the same size become one: a question goes through all of them."""
    written(tmp_path / "0", [LexicalEntry(row, "", "词") for row in range(1000, 2000)])
    for change in range(1, 40):
        one = [LexicalEntry(change, "", f"词 {change}")]
        last = written(tmp_path / f"{change}", one, previous=tmp_path / f"{change - 1}", removed=[change - 1])

    assert last.count == 1001
    assert last._searcher.num_segments <= 10
    assert [row for row, _ in last.search({str(row): 1.0 for row in range(40)}, 50)] == [39]


@pytest.mark.parametrize("suffix", [".term", ".idx", ".fast", ".json"])
def test_damage_is_told_of_in_our_own_words_wherever_it_is_met(tmp_path, suffix):
    """A flipped bit may go unnoticed (`wenbao doctor` compares digests); what is noticed is ArchiveDamaged."""
    written(tmp_path / "whole", [LexicalEntry(row, "题", f"词{row % 7} 词") for row in range(200)])
    met = 0
    for place in range(0, 200, 9):
        folder = shutil.copytree(tmp_path / "whole", tmp_path / f"{suffix}{place}")
        for file in folder.glob(f"*{suffix}"):
            data = bytearray(file.read_bytes())
            data[place % len(data)] ^= 0xFF
            file.write_bytes(data if place else bytes(len(data)))
        try:
            index = LexicalIndex.open(folder)
            index.document_frequency("词3")
            index.search({"词": 1.0, "词3": 1.0}, 5)
        except ArchiveDamaged:
            met += 1
    assert met
