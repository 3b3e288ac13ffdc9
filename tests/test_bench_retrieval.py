"""The retrieval benchmark: its pools, its figures, and that the READMEs show them."""

import gzip
import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import retrieval  # noqa: E402
import retrieval_peer  # noqa: E402
import retrieval_score  # noqa: E402
import retrieval_sets  # noqa: E402
import retrieval_systems  # noqa: E402
import retrieval_table  # noqa: E402
import retrieval_work  # noqa: E402
from retrieval_misses import rank  # noqa: E402
from retrieval_score import Scores  # noqa: E402
from retrieval_sets import EVIDENCE, HEADLINES, PASSAGES, SEEDS, Query, Size, read_questions, write_pool  # noqa: E402

TITLES = [
    "国内联播快讯",
    "新区举行绿色产业签约仪式",
    "新区举行绿色产业签约仪式",
    "港口货物吞吐量再创新高",
    "中学生机器人大赛收官",
]
TEXTS = [
    "国内联播快讯：今年以来多地推出便民利企的新举措，群众办事更方便。",
    "十四日上午，新区管委会与五家企业签订了合作协议，总投资超过五十亿元。",
    "昨天，新区又有三家企业签约落户，涉及新能源和新材料等多个领域。",
    "记者从港务集团获悉，港口货物 吞吐量再创新高，前三季度同比增长百分之八。",
    "历时三天的比赛落下帷幕，来自一百所学校的学生带来了自己设计的机器。",
]


@pytest.fixture
def data(tmp_path):
    """Invented sets in the form of the public ones."""
    found = tmp_path / "data"

    def write(file, rows):
        (found / file).parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(found / f"{file}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    for number, file in enumerate(retrieval_sets.POOL):
        write(file, [{"id": f"p{number}", "title": "标题", "text": TEXTS[number]}])
    for name, one in retrieval_sets.SETS.items():
        if one.pool == PASSAGES:
            asked = [{"id": f"{name}-{n}", "text": f"问题{n}？", "gold": [f"p{n % 4}"]} for n in range(6)]
            write(one.file, asked)
    stories = [
        {"id": f"n{number}", "date": "2023-11-15", "title": title, "text": text}
        for number, (title, text) in enumerate(zip(TITLES, TEXTS, strict=True))
    ]
    write("news/articles", stories)
    return found


@given(st.text("甲乙丙。！？\n ", max_size=900))
def test_pieces_are_whole_sentences_that_fit(text):
    pieces = list(retrieval_sets.pieces_of(text))

    assert "".join(pieces).strip() == text.strip()
    for piece, following in itertools.pairwise(pieces):
        assert piece[-1] in "。！？"
        first = following[: min((following.find(mark) + 1 or len(following)) for mark in "。！？")]
        assert len(piece) + len(first) > retrieval_sets.PASSAGE_CHARS


def test_headline_is_taken_out_whatever_its_spaces():
    assert retrieval_sets.without("甲 乙丙", "前甲乙\n丙后，甲 乙 丙。") == "前后，。"
    assert retrieval_sets.without("a.b", "axb a.b") == "axb"
    assert retrieval_sets.without(" ", " 正文 ") == "正文"


def test_headlines_asked_are_of_one_article_and_not_in_its_text(data, tmp_path):
    size = Size(articles=5, headlines=10)

    assert write_pool(data, HEADLINES, tmp_path / "pool", size) == 5
    lines = (tmp_path / "pool" / "files" / "pool.jsonl").read_text(encoding="utf-8").splitlines()
    texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    asked = {query.id: query for query in read_questions(tmp_path / "pool")["headlines"]}
    # One is too short, two are alike.
    assert {query.gold for query in asked.values()} == {("n3",), ("n4",)}
    assert asked["h-n3"].text == TITLES[3]
    assert texts["n3"] == "记者从港务集团获悉，，前三季度同比增长百分之八。"


def test_pool_and_order_of_questions_are_always_the_same(data, tmp_path):
    size = Size(news=3, questions=4)
    for place in "ab":
        assert write_pool(data, PASSAGES, tmp_path / place, size) == 4 + 3
    assert (tmp_path / "a" / "questions.json").read_bytes() == (tmp_path / "b" / "questions.json").read_bytes()
    asked = read_questions(tmp_path / "a")
    assert list(asked) == [name for name, one in retrieval_sets.SETS.items() if one.pool == PASSAGES]
    assert {len(queries) for queries in asked.values()} == {4}


def test_gold_questions_have_evidence_and_no_history(tmp_path):
    assert write_pool(tmp_path, SEEDS, tmp_path / "pool", Size()) == 0
    asked = read_questions(tmp_path / "pool")["seeds"]
    assert len(asked) > 40
    assert all(retrieval_sets.evidence()[query.id] for query in asked)
    assert not any(query.id.startswith(("refuse", "followup")) for query in asked)


def test_measures():
    pytest.importorskip("ir_measures")
    gold = {"first": ["a"], "third": ["b"], "nothing": ["c"], "two": ["a", "b"]}
    found = {"first": ["a", "x"], "third": ["x", "y", "b"], "nothing": [], "two": ["x", "b", "a"]}

    scores = retrieval_score.score(found, gold)

    values = dict(zip(scores.questions, scores.values.tolist(), strict=True))
    assert retrieval_score.MEASURES == ("R@1", "R@5", "R@10", "RR@10", "nDCG@10")
    assert values["first"] == [1, 1, 1, 1, 1]
    assert values["third"] == pytest.approx([0, 1, 1, 1 / 3, 1 / 2])
    assert values["nothing"] == [0, 0, 0, 0, 0]
    ideal = 1 + 1 / np.log2(3)
    assert values["two"] == pytest.approx([0, 1, 1, 1 / 2, (1 / np.log2(3) + 1 / 2) / ideal])
    told = retrieval_score.figures(scores)
    assert told["n"] == 4
    assert told["R@5"][0] == 0.75
    assert told["R@5"][1] <= told["R@5"][0] <= told["R@5"][2]


def test_interval_is_that_of_the_mean():
    values = np.repeat([[0.0, 1.0], [1.0, 1.0]], 200, axis=0)
    low, high = retrieval_score.interval(values)

    # 1.96 times the standard error of a share of one half among 400.
    assert low[0] == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert high[0] == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)
    assert low[1] == high[1] == 1
    assert np.array_equal(retrieval_score.interval(values), (low, high))


def scores(column):
    values = np.array(column, float)[:, None].repeat(len(retrieval_score.MEASURES), axis=1)
    return Scores(tuple(map(str, range(len(column)))), values)


def test_p_is_that_of_the_sign_test_where_differences_are_alike():
    nothing, five = scores([0] * 40), scores([1] * 5 + [0] * 35)

    assert retrieval_score.p_values(five, five)["R@1"] == 1
    assert retrieval_score.p_values(five, nothing)["R@1"] == pytest.approx(2 / 2**5, abs=0.01)
    assert retrieval_score.p_values(nothing, five) == retrieval_score.p_values(five, nothing)
    assert retrieval_score.p_values(scores([1] * 40), nothing)["nDCG@10"] < 0.001


def test_scores_of_some_questions():
    one = scores([1, 0, 0.5]).only(("2", "0"))
    assert one.questions == ("2", "0")
    assert one.values[:, 0].tolist() == [0.5, 1]


def test_more_passages_are_asked_for_until_ten_records_come():
    wanted = []

    def search(text, k):
        wanted.append(k)
        return [f"r{place // 6}" for place in range(k)]

    assert retrieval_systems.different(search, "问") == [f"r{number}" for number in range(10)]
    assert wanted == [30, 60]
    assert retrieval_systems.different(lambda text, k: ["a", "b", "a"], "问") == ["a", "b"]


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.sets(st.sampled_from("abcdef")))
def test_rank_is_the_place_of_the_first_right_record(records, gold):
    place = rank(records, sorted(gold))
    assert place == 0 if gold.isdisjoint(records) else records[place - 1] in gold
    assert gold.isdisjoint(records[: max(place - 1, 0)])


def test_sets_are_asked_in_turn_until_the_time_is_over(monkeypatch):
    asked = []
    clock = iter(range(100))
    monkeypatch.setattr(retrieval_peer.time, "perf_counter", lambda: next(clock))
    sets = {"a": [Query(f"a{n}", "", ()) for n in range(5)], "b": [Query("b0", "", ())]}

    answers = retrieval_peer.ask(lambda query: asked.append(query.id) or [query.id], sets, seconds=2.5)

    assert asked == ["a0", "b0", "a1"]
    assert answers["a"].found == {"a0": ["a0"], "a1": ["a1"]}
    assert answers["a"].seconds == [1, 1]
    assert retrieval_peer.ask(lambda query: [], {"a": sets["a"]}, seconds=None)["a"].found.keys() == {
        "a0", "a1", "a2", "a3", "a4"
    }  # fmt: skip


def test_a_run_keeps_the_sets_that_were_not_asked_again(tmp_path):
    once = retrieval_peer.Answered({"q": ["a"]}, [0.5])
    retrieval_peer.kept(tmp_path, "x", {"a": once, "b": once}, {"commit": "1"})
    retrieval_peer.kept(tmp_path, "x", {"b": retrieval_peer.Answered({"q": ["c"]}, [0.25, 0.25])}, {"commit": "2"})

    run = json.loads((tmp_path / "runs" / "x.json").read_text(encoding="utf-8"))
    assert run["a"] == {"about": {"commit": "1", "p50_ms": 500, "p95_ms": 500}, "found": {"q": ["a"]}}
    assert run["b"] == {"about": {"commit": "2", "p50_ms": 250, "p95_ms": 250}, "found": {"q": ["c"]}}


def told(commit, value):
    return {"commit": commit, "date": commit, "n": 1} | {
        name: [value, value, value] for name in retrieval_score.MEASURES
    }


def test_peer_is_compared_on_the_questions_it_was_asked(tmp_path):
    pytest.importorskip("ir_measures")
    questions = [[f"q{n}", "", ["right"]] for n in range(40)]
    (tmp_path / PASSAGES).mkdir()
    (tmp_path / PASSAGES / "questions.json").write_text(json.dumps({"cmrc": questions}), encoding="utf-8")

    def found(system, hits, asked):
        answered = {f"q{n}": ["right" if n in hits else "wrong"] for n in range(asked)}
        retrieval_peer.kept(tmp_path / PASSAGES, system, {"cmrc": retrieval_peer.Answered(answered, [0.1])}, {})

    found("product", range(10, 40), 40)
    found("bm25s", range(10), 40)
    found("haystack bm25", range(10), 10)
    one = retrieval.measured(tmp_path, ["cmrc"], retrieval.ONLY["product"] + retrieval.PEERS)["cmrc"]

    assert one["ours"]["product"]["R@1"][0] == 0.75
    assert one["best_peer"] == "bm25s"
    assert one["peers"]["bm25s"]["R@1"][0] == 0.25
    assert "ours_on_the_same" not in one["peers"]["bm25s"]
    assert one["peers"]["haystack bm25"]["n"] == 10
    assert one["peers"]["haystack bm25"]["ours_on_the_same"]["R@1"][0] == 0
    assert one["peers"]["haystack bm25"]["p"]["R@1"] < 0.01


def test_trials_and_measurements_do_not_mix(tmp_path):
    file = tmp_path / "results.json"
    assert retrieval.before(file, small=True) == retrieval.before(None, small=False) == {}
    retrieval.write(file, {"small": True, "x": [0.5, 1, 2], "y": ["a"]})

    assert retrieval.before(file, small=True) == {"small": True, "x": [0.5, 1, 2], "y": ["a"]}
    assert '"x": [0.5, 1, 2]' in file.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="trial"):
        retrieval.before(file, small=False)


def test_needed_is_told_with_what_is_missed():
    ours = {"product": told("1", 0.96) | {"R@10": [0.999, 0.9, 1.0]}}
    sets = {"cmrc": {"ours": ours}, "xquad-de": {"ours": {"product": told("1", 0.4)}}}

    first, ten, foreign = retrieval_table.needed({"sets": sets})
    assert first.endswith("MISSED")
    assert not ten.endswith("MISSED")
    assert not foreign.endswith("MISSED")


def test_new_figures_take_the_place_of_their_own_only():
    old = retrieval.merged(
        {}, {"sets": {"cmrc": {"ours": {"product": told("1", 0.5)}, "peers": {"x": told("1", 0.4)}}}}
    )
    new = retrieval.merged(old, {"sets": {"cmrc": {"ours": {"product": told("2", 0.6)}, "peers": {}}}})

    assert new["sets"]["cmrc"]["ours"]["product"]["R@1"][0] == 0.6
    assert new["sets"]["cmrc"]["peers"]["x"]["R@1"][0] == 0.4
    assert [(one["commit"], one["sets"]["cmrc"]["R@1"]) for one in new["history"]] == [("1", 0.5), ("2", 0.6)]
    assert retrieval.merged(new, {"sets": {}}) == new


def test_peers_are_asked_the_whole_sets_of_pools_with_records():
    jobs = retrieval.jobs_of(["product", "peers"], ["cmrc", "xquad-de", "seeds"])

    assert jobs[:2] == [
        retrieval.Job(PASSAGES, ("cmrc", "xquad-de"), ("product",)),
        retrieval.Job(SEEDS, ("seeds",), ("product",)),
    ]
    assert {(job.pool, job.sets) for job in jobs[2:]} == {(PASSAGES, ("cmrc",))}
    assert [job.systems[0] for job in jobs[2:]] == list(retrieval.PEERS)


def test_ours_finds_records_and_each_part_does(tmp_path):
    (tmp_path / "files").mkdir()
    rows = [json.dumps({"id": f"r{n}", "text": text}, ensure_ascii=False) for n, text in enumerate(TEXTS)]
    (tmp_path / "files" / "pool.jsonl").write_text("\n".join(rows), encoding="utf-8")

    engine, built = retrieval_work.opened(PASSAGES, tmp_path)
    searches = {
        "product": retrieval_systems.product(engine, retrieval_work.namer(PASSAGES, "")),
        **retrieval_systems.parts(engine),
        **retrieval_systems.plain(engine, tmp_path / "plain"),
    }

    assert built["passages"] == len(TEXTS)
    assert set(searches) == set(retrieval_work.OURS)
    for name, search in searches.items():
        assert retrieval_systems.different(search, "港口货物吞吐量同比增长多少？")[0] == "r3", name
        assert retrieval_systems.different(search, "機器人比賽歷時幾天？")[0] == "r4", name


def test_hit_on_the_seeds_is_right_if_it_holds_a_line_of_the_evidence(tmp_path):
    engine, _ = retrieval_work.opened(SEEDS, tmp_path)
    question = "青岛西海岸新区工委（区委）二届第61次常委会（扩大）会议是什么时候召开的？"

    found = retrieval_systems.different(
        retrieval_systems.product(engine, retrieval_work.namer(SEEDS, "when-000")), question
    )
    other = retrieval_systems.different(
        retrieval_systems.product(engine, retrieval_work.namer(SEEDS, "number-022")), question
    )

    assert found[0] == EVIDENCE
    assert found.count(EVIDENCE) == 1
    assert other[0] != EVIDENCE


def test_terms_without_what_the_archive_adds():
    assert retrieval_systems.bigrams("總投資50億，Tel 5G") == ["总投", "投资", "50", "tel", "5g"]
    assert retrieval_systems.words("總投資。") == ["总", "投资"]


def test_table_goes_between_its_comments_and_nowhere_else():
    begin, end = retrieval_table.BEGIN, retrieval_table.END
    once = retrieval_table.placed(f"前\n{begin}\n旧\n{end}\n后\n", "| 表 |", begin, end)

    assert once == f"前\n{begin}\n| 表 |\n{end}\n后\n"
    assert retrieval_table.placed(once, "| 表 |", begin, end) == once
    for text in ("", begin, f"{end}{begin}", f"{begin}{end}{begin}{end}"):
        with pytest.raises(ValueError, match="once"):
            retrieval_table.placed(text, "", begin, end)


def test_readmes_show_the_results():
    results = json.loads(retrieval_table.RESULTS.read_text(encoding="utf-8"))

    assert not results["small"]
    for name, table in retrieval_table.TABLES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        assert retrieval_table.placed(text, table(results), retrieval_table.BEGIN, retrieval_table.END) == text, (
            f"{name}: run benchmarks/retrieval_table.py"
        )
