"""A page of lines to articles: the five seeds, pages of other papers' styles, and laws that hold for any page."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chars import ink, pairs
from index.dates import date_articles
from index.layout import articles, lay_out
from index.page.bylines import parse_byline
from index.page.lines import page_number, rows
from index.read import read
from index.types import Article, Date, Line, LineBox, Page, Span

ROOT = Path(__file__).resolve().parent.parent
GOLD = json.loads((Path(__file__).parent / "gold" / "articles.json").read_text(encoding="utf-8"))


def page(text: str) -> Page:
    return Page("页.txt", 1, tuple(Line(number, line) for number, line in enumerate(text.split("\n"), 1)))


def seed(name: str) -> list[Article]:
    return [a for p in read(ROOT / "seeds" / name, name) for a in date_articles(articles(p), name)]


# --- the seeds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gold", GOLD["articles"], ids=lambda gold: f"{gold['source'][:3]}:{gold['lines'][0]}")
def test_seed_article(gold: dict) -> None:
    found = [a for a in seed(gold["source"]) if list(a.lines) == gold["lines"]]
    assert len(found) == 1, "no article on exactly these lines"
    article = found[0]
    assert list(article.byline) == gold["reporters"]
    assert sorted(article.headline_lines) == gold["headline_lines"]
    assert [list(section.lines) for section in article.sections] == gold["section_lines"]
    assert article.kind == gold["kind"]
    assert article.continued_to_page == gold["continued_to_page"]
    assert article.continued_from_page == gold["continued_from_page"]
    assert article.continues is None
    assert {date.value for date in article.event_dates} >= set(gold["event_dates"])
    text = article.text.replace("\n", "")
    assert gold["ends_with"] in text[-len(gold["ends_with"]) - 1 :]
    assert gold["starts_with"] in text[: len(gold["starts_with"]) + 20]
    assert "下转" not in text
    assert "上接" not in text
    assert "报道" not in text[:12]


def test_seeds_hold_nothing_else() -> None:
    names = sorted({gold["source"] for gold in GOLD["articles"]})
    digests = {}
    for name in names:
        found = seed(name)
        expected = [gold["lines"] for gold in GOLD["articles"] if gold["source"] == name]
        assert [list(a.lines) for a in found if a.kind != "digest"] == expected
        digests[name[:3]] = [(a.lines, a.headline) for a in found if a.kind == "digest"]
    assert digests == {
        "000": [],
        "001": [],
        "002": [],
        "003": [((69, 79), ("今日导读",))],
        "004": [((1, 2), ("又踏层峰满目新", "青岛开发区聚力推动王台老工业区蝶变升级"))],
    }


def test_seed_furniture_is_the_pointer() -> None:
    name = "003_31443a22f1e69377.txt"
    assert lay_out(next(read(ROOT / "seeds" / name, name))).furniture == (47,)


def test_broken_words_and_layout_spaces_are_healed() -> None:
    text = {a.lines: a.text for name in {g["source"] for g in GOLD["articles"]} for a in seed(name)}
    assert "新区提出发展“5+5+7”重点产业" in text[58, 259]
    assert "及高端人才需求的“国际化生活态”。\n" in text[58, 259]
    assert "着力打造海洋强国战略新支点。今年新区将" in text[58, 259]
    assert "区领导佟海燕、逯鹰、李金国参加。\n" in text[261, 286]
    assert "现代化示范引领区贡献红石崖力量。\n" in text[58, 173]
    assert "“诗酒趁年华 梦启西海岸”2023青岛西海岸新区" in text[48, 70]
    assert "青岛-香港 西海岸科技产业论坛" in text[103, 136]
    assert "新型显示产业是青岛市重点发展的十大新兴产业之一" in text[55, 67]


# What other papers and other extractors do to the same page leaves its articles as they are.
DISTORTIONS = {
    "no blank lines": lambda line: line if line.strip() else None,
    "no indents": str.strip,
    "neither": lambda line: line.strip() or None,
    "other marks": lambda line: line.replace("□", "■ "),
    "no marks": lambda line: line.replace("□", ""),
    "half-width punctuation": lambda line: line.replace("（", "(").replace("）", ")").replace("，", ","),
    "every line shifted": lambda line: "      " + line,
    "spaces at the ends": lambda line: line + " 　",
}


@pytest.mark.parametrize("distortion", DISTORTIONS)
@pytest.mark.parametrize("name", sorted({gold["source"] for gold in GOLD["articles"]}))
def test_distorted_seed(name: str, distortion: str) -> None:
    pairs = [
        (line.number, DISTORTIONS[distortion](line.text)) for line in next(read(ROOT / "seeds" / name, name)).lines
    ]
    numbers = [number for number, text in pairs if text is not None]
    found = articles(page("\n".join(text for _, text in pairs if text is not None)))
    assert [
        ([numbers[n - 1] for n in a.lines], list(a.byline), sorted(numbers[n - 1] for n in a.headline_lines))
        for a in found
        if a.kind != "digest"
    ] == [(g["lines"], g["reporters"], g["headline_lines"]) for g in GOLD["articles"] if g["source"] == name]


# --- other papers ----------------------------------------------------------------------------------------------

PAGES = {
    "reporters in the dateline, headlines first": (
        """青岛港上半年吞吐量创新高
前湾港区新开航线七条
　　本报讯（记者 李涛 通讯员 王雪）7月21日
，记者从青岛港获悉，今年上半年该港完成货物吞
吐量3.3亿吨，同比增长6.2%。
　　港口负责人表示，下半年将继续优化航线。
老旧小区改造提速
年内惠及两万户居民
　　新华社济南7月20日电（记者陈国峰）山东省
住房和城乡建设厅20日发布消息，全省今年计划改
造老旧小区六十万户。
　　据介绍，截至6月底已开工八成。""",
        [
            ((3, 6), ("青岛港上半年吞吐量创新高", "前湾港区新开航线七条"), ("李涛", "王雪"), None, None, 2),
            ((9, 12), ("老旧小区改造提速", "年内惠及两万户居民"), ("陈国峰",), None, None, 2),
        ],
    ),
    "a feature with headings inside": (
        """让老手艺活起来
——记非遗传承人周明远
本报记者 刘芳 通讯员 孙 浩

　　清晨六点，周明远的铺子已经亮起了灯。
　　他今年六十三岁，做剪纸四十年。

　　一把剪刀走天涯

　　一九八三年，周明远第一次带着剪纸走出村子。那时候，
他只带了一把剪刀。

　　徒弟比师傅多

　　如今，周明远的剪纸工作室有十二名徒弟，最小的六岁。

　　窗花贴进新房子

　　腊月里，徒弟们把剪纸送到安置小区，家家贴上了窗花。

图书馆夜间开放受欢迎
□ 陈晓

　　市图书馆自8月1日起夜间开放。读者说，这是个好消息。""",
        [
            ((3, 19), ("让老手艺活起来", "——记非遗传承人周明远"), ("刘芳", "孙浩"), None, None, 8),
            ((22, 24), ("图书馆夜间开放受欢迎",), ("陈晓",), None, None, 1),
        ],
    ),
    "no bylines, plain spaces": (
        """
  全市秋粮收购工作启动

    记者从市粮食局了解到，全市
秋粮收购工作日前启动。今年秋粮
产量预计达到一百二十万吨。
    粮食部门要求，各收购站点要
早开门、晚收秤。

  三条公交线路调整走向

    因道路施工，自9月5日起，3
路、17路、208路公交线路临时调
整走向。
    公交集团提醒市民提前安排出
行时间。""",
        [
            ((4, 8), ("全市秋粮收购工作启动",), (), None, None, 2),
            ((12, 16), ("三条公交线路调整走向",), (), None, None, 2),
        ],
    ),
    "reporters in brackets at the end": (
        """市民中心启用
　　昨日，市民中心正式启用，首日接待群众
两千余人次。
　　中心设窗口八十个，可办理事项三百余
项。（记者 周涛 通讯员 李明）
湖滨公园改造完工
　　历时五个月的湖滨公园改造工程完工，
新增停车位一百二十个。
　　公园将于本周六对外开放。
（李晓 王芳）""",
        [
            ((2, 5), ("市民中心启用",), ("周涛", "李明"), None, None, 2),
            ((7, 10), ("湖滨公园改造完工",), ("李晓", "王芳"), None, None, 2),
        ],
    ),
    "traditional script": (
        """港珠澳大橋車流再創新高
單日逾兩萬架次
【本報訊】記者陳大文報導：港珠澳大橋管理局昨日公布，
上週六經大橋往來車輛達二萬一千架次，創開通以來新高。
當局預料，國慶期間車流將進一步上升。

大學城新圖書館落成
本報記者 林小美
　　大學城新圖書館昨日落成啟用，藏書八十萬冊。
　　校長表示，圖書館全年開放。（下轉A4版）""",
        [
            ((3, 5), ("港珠澳大橋車流再創新高", "單日逾兩萬架次"), ("陳大文",), None, None, None),
            ((8, 10), ("大學城新圖書館落成",), ("林小美",), 4, None, 2),
        ],
    ),
    "a front page with its furniture": (
        """海州日报
2023年7月22日 星期六
农历癸卯年六月初五
今日8版 第10234期
导读
台风“杜苏芮”逼近，沿海启动三级响应　2版
世界杯女足首战告捷　4版
我市出台稳就业二十条
重点支持高校毕业生
■本报记者 赵 磊
　　昨日，市政府新闻办召开发布会，解
读《关于进一步稳定就业的若干措施》。
　　措施共二十条，涉及补贴、培训、创
业等方面，明年底前有效。（下转第
二版）
责任编辑：张三 校对：李四
详见第3版""",
        [((10, 15), ("我市出台稳就业二十条", "重点支持高校毕业生"), ("赵磊",), 2, None, 2)],
    ),
    "continued from a section page": (
        """（上接A1版）会议要求，各区要压实责任，
确保汛期安全。
　　会议还研究了其他事项。
（紧接第1版）
　　企业负责人说，订单已经排到明年三月。
　　“我们正在扩建厂房。”他说。
海州湾发现珍稀候鸟
◎文/图 记者 马骏
　　10月3日，志愿者在海州湾湿地拍到三只黑脸琵
鹭。
▶▶下转5版""",
        [
            ((1, 3), (), (), None, 1, 2),
            ((4, 6), (), (), None, 1, 2),
            ((8, 11), ("海州湾发现珍稀候鸟",), ("马骏",), 5, None, 1),
        ],
    ),
    "bylines under the body": (
        """运动会开幕
　　昨天，市第十届运动会开幕，二十三支代表队参
赛。
　　开幕式后进行了首场比赛。
□本报记者 李涛
新桥通车
　　经过两年建设，新桥昨天通车，全长三公里。
□本报记者 王雪 周明""",
        [
            ((2, 5), ("运动会开幕",), ("李涛",), None, None, 2),
            ((7, 8), ("新桥通车",), ("王雪", "周明"), None, None, 1),
        ],
    ),
    "narrow columns without any indent": (
        """全民健身日活动精彩纷呈
本报记者 韩冰
8月8日是第十五个全民健身日，
全市各地举办了丰富多彩的活动。
在市体育中心，千人太极表演拉
开序幕。
当天共有三万多名市民参加了各
项活动。
游泳馆免费开放一天
本报记者 沈浩
为庆祝全民健身日，市游泳馆8
月8日免费开放，吸引了四千名
市民。""",
        [
            ((2, 8), ("全民健身日活动精彩纷呈",), ("韩冰",), None, None, 2),
            ((10, 13), ("游泳馆免费开放一天",), ("沈浩",), None, None, 1),
        ],
    ),
    "headlines of several articles behind the last": (
        """□记者 赵刚 报道
　　本报讯 3月5日，全区植树活动在北山举
行，三百名志愿者种下松树两千株。
□记者 钱红 报道
　　本报讯 3月6日，区博物馆举办青铜器特
展，展出文物一百二十件。
□记者 孙立 报道
　　本报讯 3月7日，妇女创业大赛决赛举行，
二十个项目同台竞技。

志愿者北山种松树

博物馆青铜器特展
一百二十件文物亮相

妇女创业大赛落幕""",
        [
            ((1, 3), ("志愿者北山种松树",), ("赵刚",), None, None, 1),
            ((4, 6), ("博物馆青铜器特展", "一百二十件文物亮相"), ("钱红",), None, None, 1),
            ((7, 9), ("妇女创业大赛落幕",), ("孙立",), None, None, 1),
        ],
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_other_papers(name: str) -> None:
    text, expected = PAGES[name]
    found = [a for a in articles(page(text)) if a.kind != "digest"]
    assert [(a.lines, a.headline, a.byline, a.continued_to_page, a.continued_from_page) for a in found] == [
        fields[:5] for fields in expected
    ]
    for article, fields in zip(found, expected, strict=True):
        if fields[5] is not None:
            assert article.text.count("\n") == fields[5], article.text
        assert "下转" not in article.text
        assert "记者 周" not in article.text


def test_front_page_digest_date_and_furniture() -> None:
    layout = lay_out(page(PAGES["a front page with its furniture"][0]))
    digest = layout.articles[0]
    assert (digest.kind, digest.lines, digest.headline) == ("digest", (5, 7), ("导读",))
    assert digest.text.startswith("台风“杜苏芮”逼近，沿海启动三级响应　2版\n")
    assert layout.furniture == (1, 2, 3, 4, 16, 17)
    assert {a.published.value for a in layout.articles if a.published} == {"2023-07-22"}


def test_interview_and_commentary() -> None:
    talk = "□记者 王雪 报道\n" + "　　记者：今年有什么打算？\n　　周明：把项目做好。\n" * 2
    assert [a.kind for a in articles(page(talk))] == ["interview"]
    assert [a.kind for a in articles(page("□本报评论员\n　　实干成就梦想。"))] == ["commentary"]


BRIDGE = "大桥合龙\n　　11月7日，云溪大桥合龙，全长三公里。\n　　通车后，两岸往来只要五分钟。"


@pytest.mark.parametrize(
    "top",
    [
        "云溪日报  2021年11月9日",
        "云 溪 日 报  2021 年 11 月 9 日",
        "云溪日报 二〇二一年十一月九日 星期二",
        "A03版 要闻 云溪晚报 2021.11.09 责任编辑 张三 美编 李四",
        "第3版 云溪快报 2021-11-09",
        "雲溪日報 2021年11月9日",
        "体育·文化\n云溪日报 2021年11月9日",
        "要闻 02\n2021年11月9日",
        "综合新闻\n3版\n2021年11月9日",
    ],
)
def test_head_of_a_page(top: str) -> None:
    layout = lay_out(page(f"{top}\n{BRIDGE}"))
    assert layout.furniture == tuple(range(1, top.count("\n") + 2))
    (found,) = date_articles(layout.articles, "a.txt")
    assert found.headline == ("大桥合龙",)
    assert found.published == Date("2021-11-09", "stated")
    assert found.event_dates == (Date("2021-11-07", "stated"),)


@pytest.mark.parametrize(
    "headline",
    ["抗洪快报", "经济社会发展提速", "2021年11月9日，由市文旅局主办的展览", "天气预报 2021年11月9日", "12 34 56"],
)
def test_no_head_of_a_page(headline: str) -> None:
    assert lay_out(page(f"{headline}\n{BRIDGE}")).furniture == ()


def test_a_section_name_in_the_middle_is_a_heading() -> None:
    assert lay_out(page(f"{BRIDGE}\n\n文化·旅游\n\n　　古城开放，游人如织。")).furniture == ()


def test_reporters_in_brackets_begin_articles() -> None:
    text = """新北捷運通車
首日三萬人搭乘
【記者張雅婷／新北報導】新北捷運昨（八）日通車，首日三萬
人搭乘。市長表示滿意。
高鐵延伸案過關
〔本報記者陳大文、王小明／台北－高雄連線報導〕
行政院今（9）日通過高鐵延伸案，經費一千億元。
圖書館落成
〔記者林小美／綜合報導〕圖書館落成，藏書八十萬冊。
市場開張
【本報訊】市場昨日開張，人潮洶湧。
颱風逼近
【生活中心／綜合報導】颱風逼近，氣象署發布警報，籲民眾防範。
糧價回穩
【記者李志明台中報導】糧價回穩，農民鬆一口氣。"""
    found = articles(page(text))
    assert [(a.lines, a.headline, a.byline) for a in found] == [
        ((3, 4), ("新北捷運通車", "首日三萬人搭乘"), ("張雅婷",)),
        ((6, 7), ("高鐵延伸案過關",), ("陳大文", "王小明")),
        ((9, 9), ("圖書館落成",), ("林小美",)),
        ((11, 11), ("市場開張",), ()),
        ((13, 13), ("颱風逼近",), ()),
        ((15, 15), ("糧價回穩",), ("李志明",)),
    ]
    assert found[0].text == "新北捷運昨（八）日通車，首日三萬人搭乘。市長表示滿意。\n"
    assert found[0].spans[0] == Span(0, 3, 12, 16)
    assert found[3].text.startswith("【本報訊】")


def test_brackets_of_other_papers() -> None:
    text = """市場開張
【本報記者陳大文】市場開張，人潮多。
市府開會
【本報記者林小美】
市府昨日開會，討論預算。
預算過關
（中央社記者王小明台北9日電）預算過關，經費一千億元。"""
    found = articles(page(text))
    assert [(a.lines, a.headline, a.byline) for a in found] == [
        ((2, 2), ("市場開張",), ("陳大文",)),
        ((4, 5), ("市府開會",), ("林小美",)),
        ((7, 7), ("預算過關",), ("王小明",)),
    ]
    assert found[2].text.startswith("（中央社記者王小明台北9日電）預算")


def test_a_label_in_brackets_is_no_byline() -> None:
    (found,) = articles(page("【深度报道】大桥背后的人\n□记者 李涛\n　　大桥背后，有许多人。他们很忙。"))
    assert (found.headline, found.byline) == (("【深度报道】大桥背后的人",), ("李涛",))


@pytest.mark.parametrize(
    ("start", "names"),
    [
        ("本报讯 记者 黎青 报道：", ("黎青",)),
        ("本报讯　记者 黎青 通讯员 王某 昨日，", ("黎青", "王某")),
        ("本报讯（记者 黎青 通讯员 王某）", ("黎青", "王某")),
        ("本报11月8日讯（记者黎青）", ("黎青",)),
        ("本报11月8日讯 记者黎青报道：", ("黎青",)),
        ("本报讯 记者 黎青 报道：云溪（新）大桥", ("黎青",)),
        ("（记者黎青）", ("黎青",)),
        ("本报讯 记者 从市政府获悉，", ()),
        ("本报讯 记者调查发现，", ()),
    ],
)
def test_reporters_after_the_dateline(start: str, names: tuple[str, ...]) -> None:
    (found,) = articles(page(f"大桥合龙\n　　{start}大桥合龙，全长三公里。\n　　通车后只要五分钟。"))
    assert found.byline == names
    assert found.text.startswith(start[:3])


# --- bylines and jump lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("□记者 李涛 报道", ("李涛",)),
        ("　 □本报记者 董梅雪 王雪 仪博文", ("董梅雪", "王雪", "仪博文")),
        ("□本报评论员", ("本报评论员",)),
        ("本报评论员 李涛", ("李涛",)),
        ("■ 李 涛　王雪", ("李涛", "王雪")),
        ("◎文/记者 李明 图/记者 王强", ("李明", "王强")),
        ("▲特约记者 李涛 通讯员 王 雪", ("李涛", "王雪")),
        ("新华社记者 李涛、王雪", ("李涛", "王雪")),
        ("本报记者李涛王雪报道", ("李涛", "王雪")),
        ("●本报驻京记者 欧阳修远", ("欧阳修远",)),
        ("青岛日报/观海新闻记者 李涛", ("李涛",)),
        ("本报记者 阿卜杜拉·买买提", ("阿卜杜拉·买买提",)),
        ("本報記者 陳大文 攝影報道", ("陳大文",)),
        ("記者張雅婷／新北報導", ("張雅婷",)),
        ("記者張雅婷、王小明／台北－高雄連線報導", ("張雅婷", "王小明")),
        ("记者 李涛/王雪报道", ("李涛", "王雪")),
        ("记者手记", None),
        ("记者调查", None),
        ("□推动高质量发展", None),
        ("记者从市粮食局了解到", None),
        ("市委书记李涛出席", None),
        ("王雪 李涛", None),
        ("", None),
    ],
)
def test_byline(text: str, names: tuple[str, ...] | None) -> None:
    found = parse_byline(text)
    assert (found.names if found else None) == names


@pytest.mark.parametrize(
    ("text", "to_page", "from_page", "left"),
    [
        ("强调，全区（下转第二版）", 2, None, "强调，全区"),
        ("强调(下转 2 版)", 2, None, "强调"),
        ("完成。 （下转A12版）", 12, None, "完成。"),
        ("完成。（下转二版·要闻）", 2, None, "完成。"),
        ("完成。下转第三版", 3, None, "完成。"),
        ("【上接第一版】会议", None, 1, "会议"),
        ("（上接A1版）会议", None, 1, "会议"),
        ("上接第1版", None, 1, ""),
        ("（紧接第一版）会议", None, 1, "会议"),
        ("（原文载于《青岛日报》2月10日1版）", None, None, "（原文载于《青岛日报》2月10日1版）"),
        ("接第一版通知的人员", None, None, "接第一版通知的人员"),
    ],
)
def test_jump_lines(text: str, to_page: int | None, from_page: int | None, left: str) -> None:
    (row,) = rows(page(text))
    assert (row.to_page, row.from_page, row.line.text[row.start : row.end]) == (to_page, from_page, left)


def test_page_numbers() -> None:
    assert [page_number(text) for text in ("2", "十", "十二", "二十", "二十三", "一百零二")] == [2, 10, 12, 20, 23, 102]


# --- what stands between articles --------------------------------------------------------------------------------

NEWS = "　　昨日，云溪大桥正式通车，全长三公里，两岸往来只要五\n分钟。\n　　市民李先生说，以后上班方便多了。"


def kinds(text: str) -> list[tuple[str, tuple[int, int], tuple[str, ...]]]:
    return [(a.kind, a.lines, a.headline) for a in articles(page(text))]


@pytest.mark.parametrize(
    "caption",
    [
        "图为昨日通车的云溪大桥。 本报记者 王强 摄",
        "▲昨日通车的云溪大桥。（通讯员 李强\n摄）",
        "上图：昨日通车的云溪大桥。\n新华社记者 王强 摄",
        "图①：大桥全景。 资料图片",
        "昨日，市民走过云溪大桥。 王强 摄",
    ],
)
def test_captions(caption: str) -> None:
    text = f"大桥通车\n□记者 李涛\n{NEWS}\n\n{caption}\n\n图书馆开放\n□记者 王雪\n　　图书馆昨日开放，藏书八十万册。"
    height = caption.count("\n") + 1
    assert kinds(text) == [
        ("news", (2, 5), ("大桥通车",)),
        ("caption", (7, 6 + height), ()),
        ("news", (9 + height, 10 + height), ("图书馆开放",)),
    ]


def test_a_caption_inside_a_body_does_not_end_it() -> None:
    text = "大桥通车\n□记者 李涛\n　　昨日，云溪大桥正式通车，全长三公里，\n\n图为通车后的大桥。 王强 摄\n\n两岸往来只要五分钟。"
    (article, caption) = articles(page(text))
    assert article.text == "昨日，云溪大桥正式通车，全长三公里，两岸往来只要五分钟。\n"
    assert (caption.kind, caption.text) == ("caption", "图为通车后的大桥。王强 摄\n")


@pytest.mark.parametrize(
    ("advertisement", "title"),
    [
        ("招租\n中山路18号临街旺铺90平方米，价格面议。\n电话：0532-86881234", ("招租",)),
        ("遗失声明\n张某遗失身份证一张，声明作废。", ("遗失声明",)),
        ("拍卖公告\n本公司定于7月3日拍卖机器设备一批。\n联系人：王先生 13800001234\n特此公告", ("拍卖公告",)),
        ("海滨花园盛大开盘，优惠多多！\n售楼热线：0532-86881234", ()),
    ],
)
def test_advertisements(advertisement: str, title: tuple[str, ...]) -> None:
    text = f"大桥通车\n□记者 李涛\n{NEWS}\n\n{advertisement}"
    height = advertisement.count("\n") + 1
    assert kinds(text) == [("news", (2, 5), ("大桥通车",)), ("advertisement", (7, 6 + height), title)]


def test_a_telephone_in_the_news_is_no_advertisement() -> None:
    text = "热线开通\n□记者 李涛\n　　市民热线昨日开通，电话：0532-86881234。\n　　市民可以全天拨打。"
    assert kinds(text) == [("news", (2, 4), ("热线开通",))]


# --- borders without a byline ------------------------------------------------------------------------------------

LIBRARY = "　　市图书馆新馆昨日落成，藏书八十万册，阅览座位两千个，全年免费开\n放，不设门槛。\n　　馆长表示，新馆每周开放七十小时。"


def test_an_article_without_byline_after_one_with() -> None:
    text = f"大桥通车\n两岸往来五分钟\n□记者 李涛\n{NEWS}\n\n图书馆新馆落成\n全年免费开放\n\n{LIBRARY}"
    assert kinds(text) == [
        ("news", (3, 6), ("大桥通车", "两岸往来五分钟")),
        ("news", (11, 13), ("图书馆新馆落成", "全年免费开放")),
    ]


def test_a_heading_inside_is_told_by_the_words_of_both_bodies() -> None:
    before = "　　云溪剪纸传承人周明远从艺四十年，剪纸作品两千多件。周明远的剪纸工作室设在云溪老街，收徒十二名。"
    after = "　　周明远说，云溪剪纸要走出老街。剪纸工作室今年收徒，云溪老街的剪纸传承人越来越多。"
    text = f"剪纸传承\n□记者 李涛\n{before}\n\n　　徒弟比师傅多\n\n{after}"
    (article,) = articles(page(text))
    assert (article.lines, article.text.count("\n")) == ((2, 7), 3)


@pytest.mark.parametrize(
    "source", ["据新华社电", "□据新华社北京7月1日电", "（据新华社）", "来源：央视新闻", "据新华社、人民日报消息"]
)
def test_whose_news_it_is_names_nobody(source: str) -> None:
    text = f"大桥通车\n{source}\n{NEWS}" if source[0] != "（" else f"大桥通车\n{NEWS}\n{source}"
    (article,) = articles(page(text))
    assert (article.headline, article.byline) == (("大桥通车",), ())


def test_datelines_torn_by_spaces_and_line_ends() -> None:
    text = f"大桥通车\n　　本报  讯（记者 李涛）昨日，大桥通车。\n　　全长三公里。\n\n　　据新华社北京7月21日\n电 {LIBRARY.strip()}"
    assert [(a.lines, a.byline) for a in articles(page(text))] == [((2, 3), ("李涛",)), ((5, 8), ())]


def test_reporters_in_brackets_over_three_lines() -> None:
    text = "大桥通车\n　　大桥昨日通车，全长三公里。（记者\n李涛 王雪 通讯员 孙\n浩）\n图书馆开放\n　　图书馆昨日开放。（记者 刘一 玲）"
    assert [(a.lines, a.headline, a.byline) for a in articles(page(text))] == [
        ((2, 4), ("大桥通车",), ("李涛", "王雪", "孙浩")),
        ((6, 6), ("图书馆开放",), ("刘一玲",)),
    ]


def test_letter_spaced_headlines_over_columns_without_indents() -> None:
    body = "云溪大桥昨日正式通车，全长三公\n里，两岸往来只要五分钟，市民说\n以后上班方便多了，车流平稳，没\n有拥堵，交警部门在桥头值守，提\n醒市民按照标线行驶，不要在桥上\n停车拍照。（李涛）"
    text = f"云 溪 大 桥 正 式 通 车\n两 岸 往 来 五 分 钟\n{body}"
    assert kinds(text) == [("news", (3, 8), ("云溪大桥正式通车", "两岸往来五分钟"))]


def test_paragraphs_on_one_line() -> None:
    long = "云溪大桥昨日正式通车，全长三公里，两岸往来只要五分钟，市民说以后上班方便多了，车流平稳没有拥堵。"
    text = f"大桥通车\n\n{long}\n\n{long}\n\n图书馆落成\n\n全年免费开放\n\n{'市图书馆新馆昨日落成，藏书八十万册，全年免费开放，' * 2}馆长表示欢迎。"
    assert kinds(text) == [("news", (3, 5), ("大桥通车",)), ("news", (11, 11), ("图书馆落成", "全年免费开放"))]


def test_english_line_breaks_are_spaces() -> None:
    (article,) = articles(
        page(
            "Bridge opens\n□记者 李涛\nThe new bridge over the river\nopened on Friday and it is three\nkilometres long, the well-\nknown mayor said.\nTraffic was light."
        )
    )
    assert article.text == (
        "The new bridge over the river opened on Friday and it is three kilometres long, the well-known mayor said.\nTraffic was light.\n"
    )
    assert [span.line for span in article.spans] == [3, 4, 5, 6, 7]


# --- where headlines stand ---------------------------------------------------------------------------------------

STORIES = [
    (
        "北山植树三千株",
        "志愿者冒雨上阵",
        "　　昨日，三百名志愿者冒雨在北山植树三千株。\n　　林业局表示，明年继续植树。",
    ),
    ("青铜器特展开幕", "一百件文物亮相", "　　博物馆青铜器特展昨日开幕，一百件文物首次亮相。\n　　展览持续三个月。"),
    ("女子篮球夺冠", "总决赛逆转取胜", "　　市女子篮球队昨晚在总决赛中逆转对手，取胜夺冠。\n　　教练说，姑娘们很拼。"),
]


@pytest.mark.parametrize("where", ["before", "after", "split", "gathered"])
def test_headlines_wherever_they_stand(where: str) -> None:
    parts = {
        "before": [f"{main}\n{deck}\n\n{body}" for main, deck, body in STORIES],
        "after": [f"□记者 李涛\n{body}\n\n{main}\n{deck}" for main, deck, body in STORIES],
        "split": [f"{main}\n\n□记者 李涛\n{body}\n\n{deck}" for main, deck, body in STORIES],
        "gathered": [f"□记者 李涛\n{body}" for _, _, body in STORIES]
        + [f"{main}\n\n{deck}" for main, deck, _ in STORIES],
    }[where]
    assert [a.headline for a in articles(page("\n\n".join(parts)))] == [(main, deck) for main, deck, _ in STORIES]


# --- page headers and roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "folio"),
    [
        ("云溪新闻 2021年11月9日", None),
        ("云溪新闻\n2021年11月9日 星期二 第3版", 3),
        ("云溪快报\n02版 要闻", 2),
        ("云溪日报 2021.11.9 星期二 A4 县区\n值班主任：马超 责任编辑：高晓 美编/程洁", 4),
        ("第十二版\n深度\n国内统一连续出版物号 CN 37-1042 今日16版", 12),
        ("本报热线 0532-86881234 零售每份1.00元\n雲溪新聞 國內統一刊號 CN37-0001", None),
    ],
)
def test_headers_of_many_papers(top: str, folio: int | None) -> None:
    layout = lay_out(page(f"{top}\n\n{BRIDGE}"))
    assert layout.furniture == tuple(range(1, top.count("\n") + 2))
    assert layout.folio == folio
    assert [(a.headline, a.folio) for a in layout.articles] == [(("大桥合龙",), folio)]


def test_a_folio_of_the_format_wins() -> None:
    layout = lay_out(replace(page(f"第3版\n\n{BRIDGE}"), folio=7))
    assert (layout.folio, layout.articles[0].folio) == (7, 7)


def told(*lines: tuple[str, str], boxes: bool = False) -> Page:
    box = LineBox(0.0, 9.0, tuple(float(x) for x in range(99)))
    return Page(
        "页.pdf",
        1,
        tuple(
            Line(number, text, role, replace(box, edges=box.edges[: len(text) + 1]) if boxes else None)
            for number, (role, text) in enumerate(lines, 1)
        ),
    )


def test_lines_whose_roles_are_known() -> None:
    layout = lay_out(
        told(
            ("furniture", "云溪日报"),
            ("", ""),
            ("heading", "大桥通车了，你准备好了吗？"),
            ("heading", "两岸往来五分钟"),
            ("", ""),
            ("body", "本报讯 大桥昨日"),
            ("body", "通车"),
            ("heading", "车流平稳"),
            ("body", "桥上没有拥堵。"),
            ("caption", "桥上的车流"),
            ("", ""),
            ("heading", "图书馆开放"),
            ("", ""),
            ("", "记者 李涛"),
            ("body", "图书馆昨日开放"),
            boxes=True,
        )
    )
    assert layout.furniture == (1,)
    assert [(a.kind, a.lines, a.headline, a.byline) for a in layout.articles] == [
        ("news", (6, 9), ("大桥通车了，你准备好了吗？", "两岸往来五分钟"), ()),
        ("caption", (10, 10), (), ()),
        ("news", (14, 15), ("图书馆开放",), ("李涛",)),
    ]
    assert layout.articles[0].text == "本报讯 大桥昨日通车\n车流平稳\n桥上没有拥堵。\n"


def test_headings_of_a_document_part_what_shares_no_words() -> None:
    bridge = ("body", "云溪大桥昨日正式通车，全长三公里，两岸往来只要五分钟，市民说上班方便，桥上车流平稳没有拥堵。")
    again = ("body", "桥上车流平稳，云溪大桥两岸往来方便，大桥通车之后，市民往来只要五分钟，交警在桥头值守没有拥堵。")
    books = ("body", "市图书馆新馆落成开放，藏书八十万册，阅览座位两千个，馆长欢迎读者办理借阅证件，周末举行讲座活动。")
    found = articles(
        told(("heading", "大桥通车"), bridge, ("heading", "车流平稳"), again, ("heading", "新馆开放"), books)
    )
    assert [(a.headline, a.lines) for a in found] == [(("大桥通车",), (2, 4)), (("新馆开放",), (6, 6))]


@given(st.text(max_size=40))
def test_pairs_are_the_neighbours(text: str) -> None:
    assert pairs(text) == {ord(one) + (ord(other) << 32) for one, other in pairwise(text)}


# --- laws ------------------------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        "",
        "　",
        "□记者 李涛 报道",
        "本报记者 王雪",
        "（记者 李涛）",
        "李涛 摄",
        "　　本报讯 7月21日，会议召开。",
        "　　本报11月14日讯 今天上午，",
        "新华社北京7月21日电（记者 王雪）昨日",
        "会议强调，全区（下转第二版）",
        "全区（下转第",
        "二版）",
        "（上接第一版）",
        "（上接A1版）会议",
        "【記者張雅婷／新北報導】捷運通車。",
        "〔記者林小美／綜合報導〕",
        "云溪日报  2021年11月9日",
        "体育·文化",
        "今日导读",
        "更多报道见3版",
        "2版",
        "2023年7月22日 星期六",
        "责任编辑：张三",
        "新区举行2022年",
        "宪法宣传周启动仪式",
        "现 代 化 示 范 引 领 区",
        "会议指出，要把发展经济的着力点放在实体",
        "经济上。",
        "　　孙永红强调，要重视。",
        "“5+5+",
        "7”重点产业",
        "（原文载于《青岛日报》2月10日1版）",
        "Hello world and",
        "good morning.",
        "\u200b\ufeff",
        "ا\u202eב مرحبا",
        "\x00\x0c\x1b",
    ]
)
ANY_LINE = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\r\n"), max_size=30)
PAGE = st.lists(FRAGMENTS | ANY_LINE, max_size=40).map(lambda lines: page("\n".join(lines)))


@settings(max_examples=200, deadline=None)
@given(PAGE)
def test_laws_of_any_page(some: Page) -> None:
    layout = lay_out(some)
    lines = {line.number: line.text for line in some.lines}
    owned = set(layout.furniture)
    for article in layout.articles:
        assert article.text.strip()
        # A line break between words is a space without a place.
        covered = [" " if char == " " else "\n" for char in article.text]
        reached = 0
        for span in article.spans:
            assert span.start >= reached
            assert span.length > 0
            reached = span.end
            assert article.text[span.start : span.end] == lines[span.line][span.column : span.column + span.length]
            covered[span.start : span.end] = article.text[span.start : span.end]
            assert article.lines[0] <= span.line <= article.lines[1]
        assert "".join(covered) == article.text
        assert [s.line for s in article.spans] == sorted(s.line for s in article.spans)
        owned.update(range(article.lines[0], article.lines[1] + 1), article.headline_lines)
        owned.update(n for s in article.sections for n in range(s.lines[0], s.lines[1] + 1))
    whole = sorted(a.lines for a in layout.articles if a.kind not in ("digest", "caption", "advertisement"))
    assert all(before[1] < after[0] for before, after in pairwise(whole))
    for row in rows(some):
        # Nothing but layout spaces is lost of a row that is in a text.
        columns = {
            c
            for a in layout.articles
            for s in a.spans
            if s.line == row.number
            for c in range(s.column, s.column + s.length)
        }
        if columns:
            assert {c for c in range(row.start, row.end) if ink(row.line.text[c]) != (0, 0)} <= columns
    inked = {row.number for row in rows(some)}
    assert inked <= owned
    assert len({article.id for article in layout.articles}) == len(layout.articles)
    dated = date_articles(layout.articles, "20230722.txt")
    assert [a.text for a in dated] == [a.text for a in layout.articles]


UNITS = [
    *("中", "。", "（", "《", "”", "？", " 中", "1", "a", "□", "版", "：", "【"),
    *("月1", "2023年", "记者", "本报讯", "举行2023", "（下转", "2版 ", "今日导读"),
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("width", [10, 100_000])
def test_cost_is_linear(unit: str, width: int) -> None:
    """A page of one thing over and over, on one line or on thousands: nothing looks back over all of it."""
    text = (unit * (100_000 // len(unit)))[:100_000]
    lines = "\n".join(text[start : start + width] for start in range(0, len(text), width))
    started = time.process_time()
    date_articles(articles(page(lines)), "a.txt")
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize("drawn", ["——————", "•", "★ ★ ★", "……", "======="])
def test_what_is_drawn_is_furniture(drawn: str) -> None:
    body = "□记者 李涛 报道\n　　本报讯 7月21日，会议召开。\n　　会议指出，要重视。"
    for lines in (f"{drawn}\n{body}", f"{drawn}\n\n{body}", f"新站启用\n{drawn}\n\n{body}", f"{body}\n\n{drawn}\n"):
        layout = lay_out(page(lines))
        assert [article.kind for article in layout.articles if article.kind == "digest" and drawn in article.text] == []
        assert all(drawn not in article.headline for article in layout.articles)


@pytest.mark.parametrize("text", ["国庆", "海洋强国", "平安中国", "满意答卷"])
def test_common_words_are_no_names(text: str) -> None:
    assert parse_byline(text, bare=True) is None


# --- headings between two bodies ---------------------------------------------------------------------------------

STREET = "　　云溪老街昨日起步行，店铺门前摆出桌椅，\n游客比上周多了一成，老街居民说夜里安静了。\n　　老街管委会表示，步行为期一年。"
RIVER = "　　气象台今天发布预警，未来三天有大到暴\n雨，沿河各村提前转移低处的老人和孩子。\n　　防汛队已经上堤。"


@pytest.mark.parametrize(
    ("heading", "lines"),
    [
        ("\n暴雨三天\n沿河各村提前转移\n\n", [(2, 5), (10, 12)]),
        ("\n　　一、沿河各村\n\n", [(2, 11)]),
    ],
)
def test_a_heading_between_two_bodies(heading: str, lines: list[tuple[int, int]]) -> None:
    found = articles(page(f"老街步行\n□记者 李涛\n{STREET}\n{heading}{RIVER}"))
    assert [article.lines for article in found] == lines


def test_headings_of_one_indent_between_the_paragraphs_are_of_one_article() -> None:
    parts = "\n".join(f"　　老街夜里更静\n{STREET}" for _ in range(3))
    (article,) = articles(page(f"老街步行\n□记者 李涛\n{STREET}\n{parts}"))
    assert (article.lines, article.text.count("老街夜里更静\n")) == ((2, 17), 3)


def test_a_reporter_on_a_line_under_the_dateline_begins_no_other_article() -> None:
    text = f"大桥通车\n　　新华社云溪7月1日电\n（记者 李涛、王雪）\n{NEWS}"
    assert [(a.lines, a.byline) for a in articles(page(text))] == [((2, 6), ("李涛", "王雪"))]


def test_a_dateline_without_names_stays_in_the_text() -> None:
    (article,) = articles(page(f"大桥通车\n　　据新华社云溪7月1日电\n{NEWS}"))
    assert article.text.startswith("据新华社云溪7月1日电")


def test_a_name_line_inside_a_bracket_begins_no_other_article() -> None:
    text = (
        "大桥通车\n　　本报7月1日讯（记者 李涛\n王雪 通讯员 孙浩 罗健\n晶）大桥昨日通车，全长三公里。\n　　车流平稳。"
    )
    assert [a.lines for a in articles(page(text))] == [(2, 5)]


def test_headlines_indented_as_paragraphs_are() -> None:
    head = "　　云溪大桥昨日正式通车\n　　两岸往来只要五分钟了\n　　市民以后上班方便多了"
    body = "　　云溪大桥昨日通车，\n全长三公里，两岸往来只\n要五分钟，市民说以后上\n班方便多了，车流平稳没\n有拥堵。\n　　交警在桥头值守了。"
    (article,) = articles(page(f"{head}\n\n{body}"))
    assert (len(article.headline), article.lines) == (3, (5, 10))


def test_a_blank_line_under_the_first_line_of_a_body_makes_it_no_headline() -> None:
    column = "云溪大桥昨日通车，全长\n三公里，两岸往来只要五\n分钟，市民说以后上班方\n便多了，车流平稳没有拥\n堵。"
    first, rest = column.split("\n", 1)
    text = f"大桥通车\n\n{first}\n\n{rest}\n{column}\n{column}"
    (article,) = articles(page(text))
    assert (article.headline, article.lines) == (("大桥通车",), (3, 18))
