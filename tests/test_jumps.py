"""Jump lines: which articles go on in which, and what nothing is joined for."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.issues import issue_key
from index.jumps import join
from index.layout import articles
from index.read import read
from index.types import Article, Date, Span

ROOT = Path(__file__).resolve().parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
GOLD = json.loads((ROOT / "tests" / "gold" / "articles.json").read_text(encoding="utf-8"))

PORT = (
    "本报讯 昨日，海州新港二期工程正式开工。新港二期由海州港务集团投资建设，计划建设三座十万吨级集装箱泊位。"
    "海州港务集团董事长周建国介绍，二期工程建成后，新港年吞吐量将突破五百万标准箱，"
    "港区铁路专用线也将同步建",
    "成。据周建国介绍，专用线全长九公里，集装箱可以从泊位直接装上列车。新港二期工程预计后年投产。",
)
SCHOOL = (
    "本报讯 东湖区教育局昨天公布今年小学入学办法，家长可以在网上为孩子报名。今年东湖区新增学位三千个，"
    "东湖实验小学和平川路小学都将启用新校舍，教育局副局长李敏说，报名时家长须上",
    "传户口簿和房产证明，审核结果七天内公布。李敏提醒家长，东湖区小学报名不分先后，不必赶在第一天。",
)
FARM = (
    "本报讯 云岭县的茶农这几天格外忙碌，清明前的头采茶已经开园。在云岭茶场，茶农陈玉兰一早就背着竹篓上了山，"
    "她说今年雨水足，茶芽长得",
    "好，一天能采四斤鲜叶。云岭茶场今年有三百多名茶农参加采摘，陈玉兰家的十亩茶园预计收入八万元。",
)


def half(
    text: str, page: int, *, to: int | None = None, back: int | None = None, source: str = "", **more: object
) -> Article:
    fields = {"folio": page, **more}
    return Article(
        id=text[:9],
        source=source or f"hzrb/20231115_{page:02d}.txt",
        page=1,
        lines=(1, 1),
        text=text + "\n",
        spans=(Span(0, 1, 0, len(text)),),
        continued_to_page=to,
        continued_from_page=back,
        **fields,  # type: ignore[arg-type]
    )


def pair(story: tuple[str, str], to: int = 2, back: int = 1, **more: object) -> list[Article]:
    return [half(story[0], back, to=to, **more), half(story[1], to, back=back, **more)]


def test_a_cut_sentence_goes_on() -> None:
    assert join(pair(PORT)) == [(0, 1)]


def test_two_jumps_to_one_page() -> None:
    parts = [*pair(PORT), *reversed(pair(SCHOOL)), *pair(FARM)]
    assert join(parts) == [(0, 1), (3, 2), (4, 5)]


@pytest.mark.parametrize("stories", [(PORT, SCHOOL), (SCHOOL, FARM), (FARM, PORT)])
def test_nothing_is_joined_where_the_partner_is_missing(stories: tuple[tuple[str, str], tuple[str, str]]) -> None:
    first, second = stories
    assert join([half(first[0], 1, to=2), half(second[1], 2, back=1)]) == []
    assert join([half(first[0], 1, to=2), *pair(second)]) == [(1, 2)]


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ({}, {"back": 3}),
        ({"to": 3}, {}),
        ({"folio": 4}, {}),
        ({}, {"folio": 4}),
        ({"published": Date("2023-11-15", "stated")}, {"published": Date("2023-11-16", "stated")}),
        ({"folio": None, "source": "a.txt"}, {"folio": None, "source": "b.txt"}),
        ({"folio": None, "source": "hzrb/20231115_01.txt"}, {"folio": None, "source": "hzrb/20231115_03.txt"}),
        ({"page": 2, "source": "a.pdf"}, {"page": 3, "source": "b.pdf"}),
    ],
    ids=lambda fields: " ".join(fields),
)
def test_issue_and_page_numbers_must_agree(head: dict, tail: dict) -> None:
    parts = pair(PORT)
    for index, (fields, names) in enumerate(
        ((head, {"to": "continued_to_page"}), (tail, {"back": "continued_from_page"}))
    ):
        for name, value in fields.items():
            object.__setattr__(parts[index], names.get(name, name), value)
    assert join(parts) == []


@pytest.mark.parametrize(
    "sources",
    [
        ("20231115_01.txt", "20231115_02.txt"),
        ("第一版.txt", "第二版.txt"),
        ("hzrb20231115p01.pdf", "hzrb20231115p02.pdf"),
    ],
)
def test_numbers_in_file_names_stand_for_those_not_printed(sources: tuple[str, str]) -> None:
    parts = [
        half(PORT[0], 1, to=2, source=sources[0], folio=None),
        half(PORT[1], 2, back=1, source=sources[1], folio=None),
    ]
    assert join(parts) == [(0, 1)]


def test_places_in_a_file_of_many_pages_stand_for_those_not_printed() -> None:
    parts = [half(PORT[0], 1, to=2, source="12.pdf", folio=None), half(PORT[1], 2, back=1, source="12.pdf", folio=None)]
    object.__setattr__(parts[1], "page", 2)
    assert join(parts) == [(0, 1)]


def test_a_chain_over_three_pages() -> None:
    middle = "成。" + PORT[1][2:40] + "集装箱可以从泊位直接装上列"
    parts = [
        half(PORT[0], 1, to=2),
        half(middle, 2, back=1, to=4),
        half("车。周建国说，新港二期集装箱专用线后年投产。", 4, back=2),
    ]
    assert join(parts) == [(0, 1), (1, 2)]


def test_two_equal_choices_are_none() -> None:
    first, second = pair(PORT)
    assert join([first, second, second]) == []
    assert join([first, first, second]) == []


def test_a_repeated_headline_speaks_for_a_pair() -> None:
    head = half("本报讯 昨日，全市多个部门对安全生产工作作出部署。", 1, to=2, headline=("海州部署岁末安全检查",))
    text = "商场、车站和工地是检查重点，安全生产责任要落实到人。"
    assert join([head, half(text, 2, back=1)]) == []
    assert join([head, half(text, 2, back=1, headline=("东湖少年足球赛开赛",))]) == []
    assert join([head, half(text, 2, back=1, headline=("海州部署岁末安全检查",))]) == [(0, 1)]


def test_traditional_script() -> None:
    first = "本報訊 昨日，海州新港二期工程正式開工。新港二期由海州港務集團投資建設，港區鐵路專用線也將同步建"
    second = "設。海州港務集團說，新港鐵路專用線全長九公里。"
    assert join(pair((first, second))) == [(0, 1)]


def test_no_jump_of_the_seeds_is_joined() -> None:
    parts = [
        article
        for path in SEEDS
        for page in read(path, path.name)
        for article in articles(page)
        if article.continued_to_page is not None or article.continued_from_page is not None
    ]
    assert len(parts) == sum(bool(a["continued_to_page"] or a["continued_from_page"]) for a in GOLD["articles"])
    assert join(parts) == []
    for to, back in product(range(1, 4), repeat=2):
        # Not even if all page numbers agreed.
        folios = [back if part.continued_to_page is not None else to for part in parts]
        for part, folio in zip(parts, folios, strict=True):
            object.__setattr__(part, "folio", folio)
        assert join(parts) == []


TEXTS = st.sampled_from([*PORT, *SCHOOL, *FARM, "。", "，", "“", "甲" * 300, "今天"]) | st.text(max_size=30)
PAGE = st.none() | st.integers(1, 3)


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, PAGE, PAGE, PAGE), max_size=8))
def test_every_half_is_joined_once_and_no_ring_is_made(
    drawn: list[tuple[str, int | None, int | None, int | None]],
) -> None:
    parts = [half(text, folio or 1, to=to, back=back, folio=folio) for text, folio, to, back in drawn]
    pairs = join(parts)
    assert pairs == join(parts)
    following = dict(pairs)
    assert len(following) == len(pairs) == len(set(following.values()))
    for head, tail in pairs:
        assert parts[tail].folio in (None, parts[head].continued_to_page)
        assert parts[head].folio in (None, parts[tail].continued_from_page)
        seen = {head}
        while tail in following:
            assert tail not in seen
            seen.add(tail)
            tail = following[tail]
        assert tail not in seen


# --- which pages may be one issue ------------------------------------------------------------------------------


DAY = Date("2023-11-15", "stated")


@pytest.mark.parametrize(
    "sources",
    [
        ("20231115_01.pdf", "20231115_12.pdf"),
        ("hzrb/2023-11/15/01.txt", "hzrb/2023-11/15/02.txt"),
        ("2023年11月15日/A03.txt", "2023年11月15日/A04.txt"),
        ("qdrb20231115p01.pdf", "qdrb20231115p02.pdf"),
        ("海州日报2023年11月5日03版.txt", "海州日报2023年11月5日04版.txt"),
        ("hzrb/issue-0004/page-01.txt", "hzrb/issue-0004/page-02.txt"),
        ("20231115_01_要闻.txt", "20231115_02_国际.txt"),
        ("头版.txt", "第二版.txt"),
        ("二〇二三年十一月十五日第一版.txt", "二〇二三年十一月十五日第二版.txt"),
        ("007-1_b4e4779a8371d312.txt", "007-2_99ffbd773a954490.txt"),
    ],
)
def test_pages_of_an_issue_share_a_key_whether_or_not_they_state_their_day(sources: tuple[str, str]) -> None:
    first, second = sources
    assert issue_key(first, None) == issue_key(second, None) == issue_key(first, DAY)


@pytest.mark.parametrize(
    "sources",
    [
        ("20231115_01.txt", "20231116_01.txt"),
        ("hzrb/20231115_01.txt", "hzwb/20231115_01.txt"),
        ("hzrb20231115p01.txt", "hzwb20231115p01.txt"),
        ("issue-0004/page-01.txt", "issue-0005/page-01.txt"),
        ("scan_000123.txt", "scan_000124.txt"),
        ("a.txt", "b.txt"),
    ],
)
def test_others_do_not(sources: tuple[str, str]) -> None:
    assert issue_key(sources[0], None) != issue_key(sources[1], None)


def test_a_name_that_tells_nothing_is_found_by_its_day() -> None:
    assert issue_key("报/3f2a.txt", DAY) == issue_key("报/88c1.txt", DAY) != issue_key("报/88c1.txt", None)
    assert issue_key("报/3f2a.txt", DAY) != issue_key("报/3f2a.txt", Date("2023-11-16", "stated"))
    assert issue_key("报/3f2a.pdf", DAY) == issue_key("报/3f2a.pdf", None)
