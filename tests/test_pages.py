import json
import random
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
import pages_words  # noqa: E402
import pages_wrap  # noqa: E402
from pages_make import make_text  # noqa: E402
from pages_pdf import make_pdf  # noqa: E402
from pages_press import FONTS  # noqa: E402
from pages_stories import events_of, part_of  # noqa: E402
from reading_align import aligned, edits, fold  # noqa: E402
from reading_score import Tally, Truth, in_order, score_page, sentence_ends  # noqa: E402

from index import Article, Section, Span  # noqa: E402

ROLES = ("furniture", "digest", "caption", "advertisement", "pointer")
LINES = ("byline_lines", "body_lines", "closing_lines", "headline_lines", "section_lines")


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Invented articles, a dozen a day, in the form of the public set."""
    import gzip

    rng = random.Random(5)
    clauses = ["会议在市民中心举行", "项目总投资12.5亿元", "居民纷纷点赞", "代表们参观了“智慧工厂”", "工程预计年底完工"]
    path = tmp_path_factory.mktemp("news") / "articles.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for number in range(600):
            day = date(2021, 3, 1) + timedelta(days=number // 12)
            body = "\n".join(
                "，".join(rng.choices(clauses, k=rng.randint(3, 9))) + f"，第{number}号。"
                for _ in range(rng.randint(1, 16))
            )
            if number % 3 == 0:
                body = "今天上午，" + body
            record = {
                "id": f"n{number}",
                "date": day.isoformat(),
                "title": f"第{number}号项目 顺利开工建设",
                "text": body,
            }
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


@pytest.fixture(scope="module", params=[1, 2])
def made(request, news, tmp_path_factory):
    out = tmp_path_factory.mktemp("made")
    return out, make_text(news, out, request.param, 50, "dev")


def lines_of(out, page):
    text = (out / page["source"]).read_bytes().decode(page["encoding"])
    return re.split(r"\r\n|\r|\n", text)


def bare(text):
    return re.sub(r"\s", "", text)


def test_the_text_stands_on_the_lines_named(made):
    out, truth = made
    for page in truth["pages"]:
        lines = lines_of(out, page)
        for article in page["articles"]:
            printed = bare("".join(lines[number - 1] for number in article["body_lines"]))
            for mark in article["marks"]:
                assert printed.count(bare(mark)) == 1
                printed = printed.replace(bare(mark), "")
            assert printed == bare(article["text"])
            assert article["lines"][0] == min(article["byline_lines"] + article["body_lines"])
            assert article["lines"][1] == max(article["body_lines"])
            titles = bare("".join(lines[number - 1] for number in article["headline_lines"]))
            assert titles == bare("".join(article["headline"]))


def test_every_line_that_is_not_blank_has_one_owner(made):
    out, truth = made
    for page in truth["pages"]:
        owned = [number for role in ROLES for run in page[role] for number in run]
        owned += [number for article in page["articles"] for field in LINES for number in article[field]]
        printed = [number for number, line in enumerate(lines_of(out, page), 1) if line.strip()]
        assert sorted(owned) == printed


def test_names_are_printed_where_the_truth_says(made):
    out, truth = made
    for page in truth["pages"]:
        lines = lines_of(out, page)
        for article in page["articles"]:
            numbers = article["byline_lines"] + article["body_lines"] + article["closing_lines"]
            printed = bare("".join(lines[number - 1] for number in numbers))
            assert all(name in printed for name in article["byline"] + article["may_byline"])


def test_halves_of_a_jump_name_each_other(made):
    _, truth = made
    articles = {article["key"]: article for page in truth["pages"] for article in page["articles"]}
    assert truth["pairs"]
    for pair in truth["pairs"]:
        head, tail = articles[pair["head"]], articles[pair["tail"]]
        assert (head["pair"], tail["pair"]) == (tail["key"], head["key"])
        assert head["story"] == tail["story"]
        assert head["continued_to_page"]
        assert tail["continued_from_page"]
    halves = [a for a in articles.values() if a["continued_to_page"] or a["continued_from_page"]]
    assert len([a for a in halves if a["pair"]]) == 2 * len(truth["pairs"])


def test_a_date_is_true_only_where_something_tells_it(made):
    out, truth = made
    for page in truth["pages"]:
        year = page["issue_day"][:4]
        if page["published_from"] == "date line":
            text = "\n".join(lines_of(out, page)[number - 1] for run in page["furniture"] for number in run)
            assert year in text
        elif page["published_from"] == "file name":
            assert year in page["source"]
        elif page["published_from"] is None:
            assert year not in page["source"]


def test_same_seed_same_bytes(news, tmp_path):
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (7, 7, 8), strict=True):
        folder.mkdir()
        make_text(news, folder, seed, 20, "held")
    contents = [
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")} for folder in folders
    ]
    assert contents[0] == contents[1] != contents[2]


def test_no_article_is_in_both_parts(news, tmp_path):
    stories = []
    for part in ("dev", "held"):
        (tmp_path / part).mkdir()
        truth = make_text(news, tmp_path / part, 1, 20, part)
        stories.append({article["story"] for page in truth["pages"] for article in page["articles"]})
        assert all(part_of(story) == part for story in stories[-1])
    assert not stories[0] & stories[1]


@pytest.mark.parametrize("hang", [True, False])
def test_wrapping_keeps_every_character_and_the_width(hang):
    text = "习近平在（上海）考察时，参观了2023年“智慧工厂”；总投资12.5亿元，增长66.7%。" * 5
    for width in range(6, 27):
        lines = pages_wrap.wrap(text, width, 2, break_latin=False, hang=hang)
        assert "".join(lines) == text
        assert all(pages_wrap.measure(line) <= width + 3 for line in lines)
        if hang:
            assert not any(line[0] in pages_wrap.CLOSING for line in lines)


def test_event_days_are_only_sure_ones():
    day = date(2021, 3, 1)
    assert events_of("今天上午，大会召开。昨天，代表报到。", day) == ("2021-03-01", "2021-02-28")
    assert events_of("他说：“今天，我们上路。”今天的中国", day) == ()


def test_jump_marks_answer_each_other():
    assert pages_words.jump_back("（下转第二版）", "一") == "（上接第一版）"
    assert pages_words.jump_back("（下转2版）", "1") == "（上接1版）"
    assert pages_words.jump_back("▶下转2版", "1") == "◀上接1版"


@pytest.fixture(scope="module")
def printed(news, tmp_path_factory):
    """Pages as PDF, printed without a browser."""
    pytest.importorskip("reportlab")
    if not all(Path(file).is_file() for fonts in FONTS.values() for file, _ in fonts):
        pytest.skip("the CJK fonts are not installed")
    out = tmp_path_factory.mktemp("printed")
    return out, make_pdf(news, out, 4, 8, "dev", browser=False)


def test_every_glyph_of_an_article_has_its_place(printed):
    _, truth = printed
    for page in truth["pages"]:
        width, height = page["size"]
        for article in page["articles"]:
            assert "".join(glyph[0] for glyph in article["glyphs"]) == bare(article["text"])
            assert all(0 <= left < right <= width for _, left, _, right, _ in article["glyphs"])
            assert all(0 <= top < bottom <= height for _, _, top, _, bottom in article["glyphs"])


def test_no_glyph_is_printed_over_another(printed):
    _, truth = printed
    for page in truth["pages"]:
        glyphs = [glyph for article in page["articles"] for glyph in article["glyphs"]] + page["other_glyphs"]
        cells = {}
        for _, left, top, right, bottom in glyphs:
            x, y = (left + right) / 2, (top + bottom) / 2
            near = [cells.get((int(x // 3) + dx, int(y // 3) + dy), []) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            assert all(abs(x - a) > 1.5 or abs(y - b) > 3 for cell in near for a, b in cell)
            cells.setdefault((int(x // 3), int(y // 3)), []).append((x, y))


def test_the_text_layer_has_the_glyphs_where_the_truth_says(printed):
    pypdfium2 = pytest.importorskip("pypdfium2")
    out, truth = printed
    for page in truth["pages"]:
        document = pypdfium2.PdfDocument(out / page["source"])
        layer = document[page["number"] - 1].get_textpage()
        there = {}
        for number in range(layer.count_chars()):
            left, bottom, right, top = layer.get_charbox(number)
            there.setdefault(layer.get_text_range(number, 1), []).append(
                ((left + right) / 2, page["size"][1] - (bottom + top) / 2)
            )
        for article in page["articles"]:
            for char, left, top, right, bottom in article["glyphs"]:
                assert any(left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1 for x, y in there[char])
        document.close()


def test_same_seed_same_pdf(news, printed, tmp_path):
    out, truth = printed
    assert make_pdf(news, tmp_path, 4, 8, "dev", browser=False) == truth
    for page in truth["pages"]:
        assert (tmp_path / page["source"]).read_bytes() == (out / page["source"]).read_bytes()


def as_printed(true, lines):
    """The article a perfect reader finds."""
    marks, text, spans = [bare(mark) for mark in true["marks"]], "", []
    for number in true["body_lines"]:
        line = lines[number - 1]
        for column, char in enumerate(line):
            if not char.isspace():
                spans.append(Span(len(text), number, column, 1))
                text += char
    for mark in marks:
        at = text.index(mark)
        cut = spans[:at] + spans[at + len(mark) :]
        text = text[:at] + text[at + len(mark) :]
        spans = [Span(start, span.line, span.column, 1) for start, span in enumerate(cut)]
    return Article(
        id=true["key"],
        source=true["source"],
        page=1,
        lines=tuple(true["lines"]),
        text=text,
        spans=tuple(spans),
        headline_lines=tuple(true["headline_lines"]),
        sections=tuple(Section("", (number, number)) for number in true["section_lines"]),
        byline=tuple(true["byline"]),
        continued_to_page=true["continued_to_page"],
        continued_from_page=true["continued_from_page"],
    )


def scored(page, lines, found):
    tally = Tally()
    ids = score_page(Truth(page, lines), found, (), tally)
    return tally, ids


def test_a_perfect_reading_is_right_in_everything(made):
    out, truth = made
    for page in truth["pages"]:
        lines = lines_of(out, page)
        tally, ids = scored(page, lines, [as_printed(true, lines) for true in page["articles"]])
        assert ids == {true["key"]: true["key"] for true in page["articles"]}
        assert tally.f1("boundary") == 1
        assert tally.share("characters invented") == 0
        for measure in ("characters kept", "byline exact", "characters of the article itself"):
            assert tally.share(measure) == 1
        assert tally.share("headline exact") in (1, None)


def test_an_article_that_swallows_the_next_costs_both(made):
    out, truth = made
    page = next(page for page in truth["pages"] if len(page["articles"]) > 2)
    lines = lines_of(out, page)
    first, second, *rest = [as_printed(true, lines) for true in page["articles"]]
    shifted = tuple(Span(span.start + len(first.text), span.line, span.column, 1) for span in second.spans)
    both = Article("both", "", 1, (first.lines[0], second.lines[1]), first.text + second.text, first.spans + shifted)
    tally, ids = scored(page, lines, [both, *rest])
    assert len(ids) == len(page["articles"]) - 1
    assert tally.share("characters kept") < 1
    assert tally.share("boundary recall") == round(1 - 1 / len(page["articles"]), 5)


def test_text_that_does_not_stand_where_it_says_is_invented(made):
    out, truth = made
    page = truth["pages"][0]
    lines = lines_of(out, page)
    article = as_printed(page["articles"][0], lines)
    wrong = Article("x", "", 1, article.lines, "鑫" + article.text[1:] + "多", article.spans)
    tally, _ = scored(page, lines, [wrong])
    assert tally.counts["characters invented"]["all"][0] == 2


def test_alignment_keeps_order():
    assert aligned("甲乙丙丁", "甲乙丙丁") == [(at, at) for at in range(4)]
    assert [true for _, true in aligned("乙丙甲", "甲乙丙")] == [1, 2]
    assert in_order([3, 0, 1, 2]) == 3
    assert fold("Ａ　甲\n·") == "A甲·"
    assert edits("甲乙丙", "甲丙丁") == 2


def test_sentence_ends_count_without_white_space():
    assert sentence_ends("甲。 乙！”丙\n丁。") == {0, 2, 4, 5, 6, 8}


def test_command_line(news, tmp_path):
    command = [sys.executable, str(BENCHMARKS / "pages.py"), "--articles", str(news), "--out", str(tmp_path / "o")]
    done = subprocess.run([*command, "--pages", "3", "--seed", "2"], capture_output=True, text=True, check=True)
    assert "3 pages" in done.stdout
    assert len(json.loads((tmp_path / "o" / "truth.json").read_text())["pages"]) == 3
