"""The benchmark of answers: its pool and questions, its figures, our own questions, and that the README shows what was measured."""

import gzip
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import answers  # noqa: E402
import answers_own  # noqa: E402
import answers_table  # noqa: E402
from answers_misses import SETS_SHOWN  # noqa: E402
from answers_product import Overlap, best_in, typed_span  # noqa: E402
from answers_score import figures_of  # noqa: E402
from answers_sets import FILES, SETS, Asked, Places, keys, near_misses, read_asked, write_pool  # noqa: E402
from answers_work import Asking, timed  # noqa: E402

from index import Archive, Filter, build  # noqa: E402
from qa.engine import Engine  # noqa: E402

TEXTS = {
    "b0": "云岭大桥全长1280米，总投资9.6亿元。大桥由云岭路桥集团承建，2021年8月动工。市民都说方便。",
    "b1": "青溪中学在机器人大赛中夺得冠军。共有48支队伍参加。",
    "b2": "黑豹队的防守只丢了308分。他们在联赛中排名第六。",
    "b3": "石桥夜市有260个摊位。夜市每天18时开始营业。",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Invented sets in the form of the public ones, and the archive of their pool."""
    found = tmp_path_factory.mktemp("data")

    def write(file, rows):
        (found / file).parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(found / f"{file}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    for (record, text), file in zip(TEXTS.items(), FILES, strict=True):
        write(file, [{"id": record, "title": "标题", "text": text}])
    gold = dict(zip(FILES, TEXTS, strict=True))
    for name, one in SETS.items():
        row = {
            "id": "q1",
            "text": "云岭大桥全长多少米？",
            "gold": [gold[one.passages]],
            "answers": ["1,280 metres"] if name == "xquad-en" else ["1280米", "1280米"],
        }
        write(one.questions, [row | {"evidences": ["云岭大桥全长1280米"]}, row | {"id": "q2", "text": " "}])
    write(
        "news/articles",
        [{"id": "n0", "date": "2023-11-15", "title": "甲", "text": "新区举行签约仪式。总投资五十亿元。"}],
    )
    assert write_pool(found, found / "files") == len(TEXTS) + 1
    build([found / "files"], found / "archive")
    return found


def test_a_filter_leaves_a_passage_alone_or_out(data):
    places = Places(data)
    engine = Engine(data / "archive")
    only = {hit.article.record for hit in engine.search("大桥 夜市 冠军 签约", where=places.only("b1"))}
    rest = {hit.article.record for hit in engine.search("大桥 夜市 冠军 签约", where=places.without("b1"))}
    assert only == {"b1"}
    assert rest == {"b0", "b3", "n0-0"} | (rest & {"b2"})


def test_each_passage_has_a_file_whose_name_is_one_character(data):
    names = [source.source for source in Archive.open(data / "archive").sources()]
    assert sorted(len(Path(name).stem) for name in names) == [1, 1, 1, 1, 4]


def test_questions_of_expmrc_are_of_the_passages_of_cmrc(data):
    (asked,) = read_asked(data, "expmrc")
    assert (asked.gold, asked.answers, asked.evidences) == ("b0", ("1280米",), ("云岭大桥全长1280米",))


def test_english_questions_have_the_answers_in_chinese(data):
    (asked,) = read_asked(data, "xquad-en")
    assert (asked.gold, asked.answers) == ("b2", ("1280米",))


def test_given_passage_and_whole_pool(data):
    asking = Asking(data, data / "archive", "cmrc")
    (one,) = read_asked(data, "cmrc")
    given, whole, removed = asking.given(one), asking.whole(one), asking.removed(one)
    assert given["sentence"]
    assert given["shown"]
    assert given["overlap"]
    assert given["first"]
    assert not Asking(data, data / "archive", "xquad").given(read_asked(data, "xquad")[0])["first"]
    assert whole["holds"]
    assert whole["cited"]
    assert not removed["cited"]
    assert set(removed) == set(whole)


def test_nothing_is_refused_when_a_passage_is_given_and_afterwards_as_before(data):
    engine = Engine(data / "archive")
    before = engine.ask("火星上有多少人？").refused
    assert best_in(engine, "火星上有多少人？", Places(data).only("b3")).shown
    assert engine.ask("火星上有多少人？").refused == before
    assert best_in(engine, "大桥多长？", Filter(source="none")).shown == ""


def test_the_sentence_of_most_overlap(data):
    archive = Archive.open(data / "archive")
    (bridge,) = [one for one in archive.articles() if one.record == "b0"]
    overlap = Overlap(list(TEXTS.values()))
    assert overlap.best("大桥由谁承建？", bridge).startswith("大桥由云岭路桥集团承建")
    assert overlap.best("？", bridge).startswith("云岭大桥全长")


def test_finders_mark_a_span_or_nothing():
    assert "1280米" in typed_span("大桥有多少米长？", "云岭大桥全长1280米。")
    assert typed_span("为什么修桥？", "云岭大桥全长1280米。") == ""


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("《青铜之光》1987年展出多少件？", {"title": "《青铜之光》", "year": "1987"}),
        ("第61次会议谁主持？", {"number": "61"}),
        ("长多少米？", {}),
    ],
)
def test_keys_of_a_question(text, sorts):
    found = {sort: text[low:high] for sort, low, high in keys(text)}
    assert {sort: found[sort] for sort in sorts} == sorts
    assert not sorts.keys() - found.keys()


def test_a_near_miss_has_another_key_that_nothing_in_the_pool_tells_of():
    asked = [
        Asked("1", "1987年出土的方鼎有多重？", "a", ("9斤",)),
        Asked("2", "2003年建成的大桥有多长？", "b", ("9里",)),
        Asked("3", "为什么？", "b", ("雨",)),
    ]
    passages = {"a": "1987年出土的方鼎重9斤。", "b": "2003年建成的大桥长9里。"}
    changed = near_misses(asked, passages)
    assert [(one.id, one.text) for one in changed] == [
        ("1~", "2003年出土的方鼎有多重？"),
        ("2~", "1987年建成的大桥有多长？"),
    ]
    assert near_misses(asked, passages) == changed
    assert near_misses(asked, {"a": passages["a"] + "又说2003年。", "b": passages["b"]})[0].id == "2~"


def test_questions_are_timed_after_others(data, monkeypatch):
    monkeypatch.setattr("answers_work.WARMING", 1)
    told = timed(Engine(data / "archive"), ["大桥多长？", "谁承建？", "冠军是谁？"])
    assert told["n"] == 2
    assert 0 < told["p50_ms"] <= told["p95_ms"]
    assert 0 < told["cpu_p50_ms"] <= told["cpu_p95_ms"]
    assert f"at {told['passages']} passages" in answers_table.time_line({"time": {"pool": told}})


def row(**more):
    usual = {"refused": False, "confidence": 0.9, "holds": True, "cited": True, "length": 30, "seconds": 0.01}
    return usual | more


def test_figures_of_whole_answers_and_refusals():
    whole = [
        row(),
        row(cited=False, length=50),
        row(refused=True, confidence=0.2, holds=False, cited=False, length=None),
    ]
    removed = [
        row(refused=True, confidence=0.1, holds=False, cited=False, length=None),
        row(confidence=0.5, cited=False),
    ]
    found = figures_of({"whole": whole, "removed": removed})
    told = found["whole"]
    assert (told["right"], told["holds"], told["cited"], told["refused"]) == (0.3333, 0.6667, 0.3333, 0.3333)
    assert (told["length_median"], told["length_max"], told["p50_ms"]) == (50, 50, 10.0)
    told = found["removed"]
    assert (told["refused"], told["false_refusals"], told["auroc"]) == (0.5, 0.3333, 0.8333)
    assert told["at_most_false"] == {"threshold": 0.2, "false_refusals": 0.0, "refused": 0.5}
    assert [0.6, 0.3333, 1.0] in told["curve"]
    assert figures_of({"removed": removed})["removed"] == {"n": 2, "refused": 0.5}


RESULTS = {
    "limit": None,
    "stamp": {"commit": "abc", "date": "2026-11-21T10:00"},
    "machine": {"cores": 2},
    "sets": {"cmrc": {"title": "CMRC", **figures_of({"whole": [row()], "near": [row(refused=True, confidence=0.1)]})}},
}


def test_tables_show_what_was_measured():
    told = answers_table.details(RESULTS)
    assert "| CMRC | 1 | 1.000 | 1.000 | 1.000 | .000 | 30 / 30 / 30 | 10 / 10 |" in told
    assert "| CMRC, near miss | 1 | 1.000 | .000 | 1.000 | 1.000 |" in told
    assert "passage given" not in told
    assert [line.split()[-1] for line in answers_table.needed(RESULTS)] == ["0.8", "60", "220"]
    short = json.loads(json.dumps(RESULTS))
    short["sets"]["cmrc"]["whole"]["right"] = 0.79
    assert answers_table.needed(short)[0].endswith("MISSED")


def placed(text, table):
    return answers_table.placed(text, table, answers_table.BEGIN, answers_table.END)


def test_the_readme_shows_the_results_and_has_one_place_for_them():
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert placed(placed(text, "甲"), "乙").count("乙") == text.count("乙") + 1
    with pytest.raises(ValueError, match="once"):
        placed(text.replace(answers_table.END, ""), "甲")
    if answers_table.RESULTS.exists():
        results = json.loads(answers_table.RESULTS.read_text(encoding="utf-8"))
        assert placed(text, answers_table.details(results)) == text


def test_old_figures_stay_where_nothing_new_was_measured():
    old = {"seeds": 1, "sets": {"drcd": {"whole": 1}, "cmrc": {"whole": 1, "near": 1}}}
    new = answers.merged(old, {"sets": {"cmrc": {"whole": 2}}, "own": 3})
    assert new == {"seeds": 1, "own": 3, "sets": {"cmrc": {"whole": 2, "near": 1}, "drcd": {"whole": 1}}}
    assert list(new["sets"]) == ["cmrc", "drcd"]


def test_the_smaller_limit_counts():
    assert [answers.limit_of("near", limit) for limit in (None, 60, 10**6)] == [1_000, 60, 1_000]
    assert answers.limit_of("given", None) is None


@pytest.mark.parametrize("name", ["cmrc", answers_own.HELD])
def test_misses_of_what_only_measures_are_not_shown(name, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["answers.py", "--data", "x", "--misses", name, "3"])
    with pytest.raises(SystemExit):
        answers.arguments_of()
    assert "a set to develop on" in capsys.readouterr().err
    assert set(SETS_SHOWN) == {"trial", "own-dev"}


@pytest.fixture(scope="module")
def own():
    lines = {
        name: (answers_own.QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for name in ("own-dev", "own-held")
    }
    return {name: [json.loads(line) for line in each] for name, each in lines.items()}


@pytest.fixture(scope="module")
def articles():
    return [json.loads(line) for line in answers_own.ARTICLES.read_text(encoding="utf-8").splitlines()]


def test_our_own_questions(own, articles):
    both = own["own-dev"] + own["own-held"]
    assert (
        len({one["id"] for one in both})
        == len({(one["question"], *one["history"]) for one in both})
        == len(both)
        >= 150
    )
    assert 0.25 < len(own["own-held"]) / len(both) < 0.4
    assert sum(one["kind"] == "refuse" for one in both) >= 30
    days = set(answers_own.DAYS.read_text(encoding="utf-8").split())
    assert len(days) == 30
    known = {one["id"] for one in articles}
    for one in both:
        assert bool(one["evidence"]) == (one["kind"] != "refuse")
        for at in one["evidence"]:
            record = at.get("record", "")
            assert at.get("article") in known or f"{record[5:9]}-{record[9:11]}-{record[11:13]}" in days


def test_what_an_answer_must_contain_stands_in_the_articles(own, articles):
    texts = {one["id"]: one["title"] + one["text"] for one in articles}
    for one in own["own-dev"] + own["own-held"]:
        if all("article" in at for at in one["evidence"]):
            text = "".join(texts[at["article"]] for at in one["evidence"])
            for wanted in one["must_contain"]:
                assert any(option in text for option in wanted.split("|")), (one["id"], wanted)


def test_places_of_evidence(tmp_path, monkeypatch):
    places = answers_own.places_of(
        [
            {
                "articles": [
                    {"story": "g1", "source": "a.txt", "lines": [1, 5]},
                    {"story": None, "source": "a.txt", "lines": [6, 7]},
                ]
            },
            {"articles": [{"story": "g1", "source": "b.txt", "lines": [3, 4]}]},
        ]
    )
    assert list(places) == ["g1"]
    monkeypatch.setattr(answers_own, "QUESTIONS", tmp_path)
    items = [
        {"id": kind, "kind": kind, "evidence": [{"article": "g1"}, {"article": "g2"}, {"record": "r"}]}
        for kind in ("who", "changed")
    ]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, items)), encoding="utf-8")
    one, every = answers_own.read_own("x", places)
    rest = [{"record": "g2"}, {"record": "r"}]
    assert one["evidence"] == [*places["g1"], *rest]
    assert every["evidence"] == [places["g1"][0], *rest]


def test_of_the_questions_put_away_only_totals_are_told():
    right = {"right": 1, "of": 2}
    told = answers_own.totals({"accuracy": {"all": right, "all refuse": right, "who": right}, "length_max": 9})
    assert told == {"accuracy": {"all": right, "all refuse": right}, "length_max": 9}


@pytest.mark.slow
def test_all_invented_articles_are_printed_and_some_go_on_on_another_page(tmp_path, articles):
    packed = tmp_path / "articles.jsonl.gz"
    with gzip.open(packed, "wt", encoding="utf-8") as out:
        out.write(answers_own.ARTICLES.read_text(encoding="utf-8"))
    places = answers_own.places_of(answers_own.write_pages(packed, tmp_path / "pages"))
    assert set(places) == {one["id"] for one in articles}
    assert any(len(at) > 1 for at in places.values())
    for at in places.values():
        assert all((tmp_path / "pages" / one["source"]).exists() for one in at)


def test_the_big_archive_holds_the_sets_and_news(data, tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "BIG", 30)
    answers.write_big(data, tmp_path / "files")
    report = build([tmp_path / "files"], tmp_path / "archive")
    records = {article.record for article in Archive.open(tmp_path / "archive").articles()}
    assert records > {*TEXTS, "n0"}
    assert 20 <= report.passages <= 60


def test_an_archive_is_written_once_and_kept(tmp_path, data):
    made = []

    def make(files):
        made.append(write_pool(data, files))

    assert answers.built(tmp_path, make) == answers.built(tmp_path, make) == tmp_path / "archive"
    assert len(made) == 1


def test_runs_that_fail_say_why(tmp_path, data):
    runner = answers.Runner(data, [0])
    job = answers.Job("cmrc", "given", tmp_path / "none", tmp_path / "out.jsonl", 1)
    with pytest.raises(SystemExit, match=r"cmrc, given: ended with 1: .*"):
        runner.one(job)
