"""Words the page maker prints besides the articles: names, papers, bylines, jump marks, furniture, advertisements.

All people, papers and firms are invented.
"""

from __future__ import annotations

from datetime import date
from random import Random

NUMERALS = "〇一二三四五六七八九十"
WEEKDAYS = "一二三四五六日"
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "慕容")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华慧建文玲红玉辉鹏飞波斌宇浩凯健俊帆雪琳晶洁梅婷宁博思雨晨佳欣怡然子涵一诺嘉怡铭泽瑞轩梓萱睿晓燕春兰国庆志远立新海燕凤云素珍少华振东永康"
CITIES = (
    "临江 东湖 海州 云岭 南浦 平川 清源 北原 江阳 长岭 河口 凤城 石桥 安阳湖 龙潭 金沙 白沙 青浦湾 大泽 西岭".split()
)
PAPERS = "日报 日报 日报 晚报 晚报 都市报 早报 时报 商报 晨报 青年报 新闻".split()
TOPICS = "要闻 时政 综合 本埠 民生 经济 国内 国际 社会 文体 科教 深度 聚焦 专题 县区 法治 健康 生态".split()
TRADES = "招租 转让 招聘 遗失声明 公告 拍卖公告 启事 搬迁公告 注销公告 寻人启事".split()
GOODS = "沿街商铺 厂房 门面房 写字楼 仓库 饭店 幼儿园 车位 二手叉车 机床".split()
FIRMS = "恒泰商贸 鑫源建材 宏达物流 永兴食品 华诚置业 金桥机械 顺发运输 远大装饰 光明家政 利民药店".split()
PLACES = "人民路 中山路 解放街 建设大道 文化路 长江路 滨海路 新华街 和平路 迎宾大道".split()


def person(rng: Random, length: int = 0) -> str:
    """A name of two or three characters, now and then with a surname of two; `length` fixes the number."""
    surname = rng.choice(DOUBLE_SURNAMES) if not length and rng.random() < 0.01 else rng.choice(SURNAMES)
    given = length - 1 if length else 1 + (rng.random() < 0.6)
    return surname + "".join(rng.sample(GIVEN, given))


def people(rng: Random, at_most: int = 3) -> list[str]:
    number = rng.choices(range(1, at_most + 1), [6, 3, 1][:at_most])[0]
    names: list[str] = []
    while len(names) < number:
        name = person(rng)
        if name not in names:
            names.append(name)
    return names


def day_words(day: date) -> str:
    return f"{day.month}月{day.day}日"


# The forms of a byline on its own line: pattern, names it holds (r reporters, c correspondents, p photographer).
OWN_LINE = {
    "□记者 {r} 报道": 6,
    "□记者 {r}": 4,
    "□本报记者 {r}": 4,
    "□ 本报记者 {r}": 2,
    "■记者 {r}": 2,
    "■本报记者 {r} 报道": 2,
    "■ 本报记者 {r}": 2,
    "◎记者 {r}": 1.5,
    "◎本报记者 {r} 文/图": 1.5,
    "●记者 {r} 报道": 1,
    "●本报记者 {r}": 1,
    "本报记者 {r}": 6,
    "记者 {r}": 3,
    "记者 {r} 报道": 2,
    "本报首席记者 {r}": 1,
    "本报特约记者 {r}": 1.5,
    "□特约记者 {r}": 1,
    "□记者 {r} 通讯员 {c} 报道": 3,
    "本报记者 {r} 通讯员 {c}": 4,
    "□本报记者 {r} 通讯员 {c} 文/图": 1.5,
    "记者 {r} 通讯员 {c} 摄影报道": 1.5,
    "通讯员 {c}": 2,
    "□通讯员 {c} 报道": 1.5,
    "■通讯员 {c}": 1,
    "本报记者 {r} 摄影报道": 1.5,
    "□记者 {r} 文/图": 1.5,
    "文/图 本报记者 {r}": 1,
    "文/{r} 图/{p}": 1,
    "文/本报记者 {r} 图/{p}": 1,
    "本报记者 {r} 文 {p} 图": 1,
    "新华社记者 {r}": 2,
    "□新华社记者 {r}": 1,
    "见习记者 {r}": 1,
    "本报记者 {r} 实习生 {c}": 1,
    "据新华社": 1,
    "□据新华社电": 0.5,
}
# The openings of a first paragraph: dateline with or without names.
OPENING = {
    "本报讯 ": 6,
    "本报讯　": 1,
    "本报讯（记者 {r}）": 6,
    "本报讯(记者 {r})": 2,
    "本报讯（记者{r}）": 2,
    "本报讯（记者 {r} 通讯员 {c}）": 5,
    "本报讯（通讯员 {c}）": 2,
    "本报讯（记者 {r}，通讯员 {c}）": 1,
    "本报{d}讯 ": 4,
    "本报{d}讯（记者 {r}）": 3,
    "本报{d}讯（记者 {r} 通讯员 {c}）": 1.5,
    "本报{p}{d}讯 ": 1,
    "新华社{p}{d}电 ": 3,
    "新华社{p}{d}电（记者{R}）": 4,
    "新华社{p}{d}电（记者 {R}）": 1.5,
    "据新华社{p}{d}电 ": 2,
    "新华社{p}{d}电　": 0.5,
    "中新社{p}{d}电 (记者 {r})": 0.7,
    "据新华社电 ": 1,
}
# What may stand at the end of a last paragraph or on a line of its own after it.
CLOSING = {
    "（记者 {r}）": 4,
    "（本报记者 {r}）": 2,
    "（{r}）": 3,
    "（记者 {r} 通讯员 {c}）": 2,
    "（通讯员 {c}）": 1,
    "(记者 {r})": 1,
    "（据新华社）": 2,
    "（据新华社电）": 1,
}
DATELINE_CITIES = "北京 上海 广州 成都 武汉 西安 南京 杭州 济南 沈阳 纽约 日内瓦 东京 伦敦 莫斯科".split()
COMMENTATOR = ("□本报评论员", "本报评论员", "■本报评论员", "◎本报评论员")

JUMP_TO = {
    "（下转第{n}版）": 5,
    "（下转{n}版）": 3,
    "(下转第{n}版)": 2,
    "(下转{n}版)": 1,
    "（下转第{n}版・{t}）": 0.7,
    "▶下转{n}版": 0.7,
    "（紧转第{n}版）": 0.3,
    "（下转 {n} 版）": 0.4,
}
JUMP_FROM = {
    "（下转": "（上接第{n}版）",
    "(下转": "(上接第{n}版)",
    "▶下转": "◀上接{n}版",
    "（紧转": "（紧接第{n}版）",
}


def page_number(number: int, form: str) -> str:
    """`number` as the paper prints it: 二, 2, 02 or A2."""
    if form == "chinese":
        return NUMERALS[number]
    return {"digit": f"{number}", "padded": f"{number:02d}", "letter": f"A{number}"}[form]


def weighted(rng: Random, table: dict[str, float]) -> str:
    return rng.choices(list(table), list(table.values()))[0]


def jump_back(mark: str, number: str) -> str:
    """The mark at the second half that goes with `mark` at the first."""
    form = next(form for start, form in JUMP_FROM.items() if mark.startswith(start))
    if "第" not in mark:
        form = form.replace("第", "")
    return form.format(n=f" {number} " if "转 " in mark else number)


def date_line(rng: Random, day: date, form: int) -> str:
    week = WEEKDAYS[day.weekday()]
    return (
        f"{day.year}年{day.month}月{day.day}日 星期{week}",
        f"{day.year}年{day.month}月{day.day}日　星期{week}",
        f"{day.year}.{day.month}.{day.day} 星期{week}",
        f"{day.year}年{day.month:02d}月{day.day:02d}日 星期{week}",
        f"星期{week} {day.year}年{day.month}月{day.day}日",
        f"{day.year}-{day.month:02d}-{day.day:02d} 星期{week}",
        f"{day.year} 年 {day.month} 月 {day.day} 日 星期{week}",
    )[form]


def phone(rng: Random) -> str:
    return rng.choice(
        (f"0{rng.randrange(310, 900)}-{rng.randrange(2000000, 8999999)}", f"13{rng.randrange(10**9):09d}")
    )


def editors(rng: Random, form: int) -> list[str]:
    names = [person(rng) for _ in range(4)]
    return (
        [f"责任编辑 {names[0]} 美术编辑 {names[1]} 责任校对 {names[2]}"],
        [f"责任编辑：{names[0]}", f"版式：{names[1]}　校对：{names[2]}"],
        [f"本版责编/{names[0]} 美编/{names[1]} 校对/{names[2]}"],
        [f"编辑：{names[0]} 校对：{names[1]}"],
        [f"责编 {names[0]} 版式 {names[1]} 审读 {names[2]} 校对 {names[3]}"],
        [f"值班主任：{names[0]} 责任编辑：{names[1]}"],
    )[form]


def advertisement(rng: Random) -> list[str]:
    """The lines of a small advertisement."""
    trade, firm, place = rng.choice(TRADES), rng.choice(CITIES) + rng.choice(FIRMS), rng.choice(PLACES)
    number = f"{rng.randrange(10**9, 10**10)}"
    if trade == "遗失声明":
        return [trade, f"{firm}有限公司营业执照副本丢失，注册号：{number}，声明作废。"]
    if trade in ("招租", "转让"):
        return [
            trade,
            f"{place}{rng.randrange(1, 300)}号{rng.choice(GOODS)}{rng.randrange(40, 3000)}平方米，交通便利，价格面议。",
            f"电话：{phone(rng)}",
        ]
    if trade == "招聘":
        return [
            trade,
            f"{firm}公司招聘业务员{rng.randrange(2, 20)}名，月薪{rng.randrange(3, 9)}000元以上，包食宿。",
            f"联系电话：{phone(rng)} {rng.choice(SURNAMES)}经理",
        ]
    if trade == "注销公告":
        return [
            trade,
            f"{firm}有限公司（统一社会信用代码：9137{number}）拟向登记机关申请注销，请债权人于见报之日起45日内申报债权。",
            "特此公告",
        ]
    return [
        trade,
        f"{firm}有限公司因业务需要迁至{place}{rng.randrange(1, 300)}号，欢迎新老客户光临。咨询电话：{phone(rng)}",
    ]
