"""What a question is about: its noun phrases, without what is asked of them ("滨海大学新校区" of "滨海大学新校区总投资多少？")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index import fold_with_offsets, parse_dates, tagged
from qa.kinds import POLITE, find_kind, is_chinese, without_interrogatives
from qa.spans import is_name

_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")
_ORDINAL = re.compile(r"第[\d一二两三四五六七八九十百]+[次届期批号个条场轮]|[\d一二三四五六七八九十]{1,3}[期届]")
# What is asked of a thing, not the thing.
ATTRIBUTE = re.compile(
    r"总?(?:时间|日期|年份|地点|地址|位置|会址|主题|名称|名字|内容|原因|目的|目标|意义|特点|背景|结果|职务|职位|身份|头衔|投资|投资额|面积|长度|高度|深度"
    r"|宽度|人口|造价|费用|价格|票价|金额|规模|产值|产量|占比|比例|名额|人数|数量|次数|增速|增长率|收入|里程|工期|全长|用地|占地面积|建筑面积|投入|奖金|名单|情况|措施|经验)"
)
_MODIFIERS = ("b", "a", "d")
# Nouns that say what sort of thing is spoken of, not which: with nothing else a question is about what was spoken of before.
_GENERIC = frozenset(
    "会议 大会 全会 活动 项目 工程 公司 企业 集团 单位 部门 机构 学校 仪式 开幕式 闭幕式 启动仪式 签约仪式 开工仪式 论坛 领导 人员 参会人员 与会人员 代表 嘉宾 记者 专家 负责人"
    " 主持人 发言人 作者 书记 区长 市长 县长 局长 主任 院长 校长 董事长 总经理 总裁 秘书长 会长 部长 省长 镇长 处长 地方 问题 报道 文章 新闻 奖项 产品 技术 方面 主要 具体 一共 总 新"
    " 阶段 部分 环节 成果 任务 重点 亮点 方案 计划 政策 标准 条件 要求 作用 影响 方式 办法 途径 人 人士 群众 市民 居民 观众 选手 队伍 成员 当地 现场 会场 全部 大家 钱 天 年 月 日 米 元 亩".split()
)
OFFICES = frozenset(
    "书记 区长 市长 县长 局长 主任 院长 校长 董事长 总经理 总裁 秘书长 会长 部长 省长 镇长 处长 负责人 法人 创始人".split()
)
_EVENTS = ("仪式", "活动", "大会", "会议", "论坛", "工程", "项目", "会", "现场", "中心")
_BODY = re.compile(r"(?:公司|集团|企业|银行|医院|大学|学院|学校|中学|小学|研究院|协会|委员会|局|厂|报社)$")

PERSON, PLACE, BODY, DATE, THING = "person", "place", "body", "date", "thing"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase of a question: its own characters, what sort of thing it names, whether it says which one, and whether
    by a name."""

    text: str
    sort: str
    specific: bool
    named: bool
    start: int
    end: int


def phrases(text: str) -> list[Phrase]:
    """The noun phrases of a Chinese question in order, without the attribute asked for where anything else is left."""
    folded, offsets = fold_with_offsets(text)
    _, match = find_kind(folded)
    blank = [(m.start(), m.end()) for m in POLITE.finditer(folded)] + ([match.span()] if match else [])
    runs = _runs(folded, blank)
    found: list[Phrase] = []
    for tokens in runs:
        kept = _without_attribute(tokens) if len(tokens) > 1 or len(runs) > 1 else tokens
        if kept:
            low, high = kept[0][2], kept[-1][2] + len(kept[-1][0])
            found.append(_phrase(text[offsets[low] : offsets[high]], kept, offsets[low], offsets[high]))
    return found


Token = tuple[str, str, int]
"""A word, its tag and its place."""


def _runs(folded: str, blank: list[tuple[int, int]]) -> list[list[Token]]:
    """Unbroken runs of nouns and what belongs to them."""
    dates = [(m.start, m.end) for m in parse_dates(folded)]
    fixed = [(m.start(), m.end()) for pattern in (_QUOTED, _ORDINAL) for m in pattern.finditer(folded)]
    runs: list[list[Token]] = [[]]
    position = 0
    words = [(word, tag) for word, tag in tagged(folded)]
    for i, (word, tag) in enumerate(words):
        start, position = position, position + len(word)
        dated = any(low <= start and position <= high for low, high in dates)
        if _within(start, position, blank) or (dated and not (runs[-1] and runs[-1][-1][1] == "date")):
            runs.append([])
        if _within(start, position, blank):
            continue
        if dated:
            runs[-1].append((word, "date", start))
        elif (
            _within(start, position, fixed)
            or _nounish(word, tag)
            or (runs[-1] and tag in _MODIFIERS and len(word) < 3 and tag != "d")
        ):
            if runs[-1] and runs[-1][-1][1] == "date":
                runs.append([])
            runs[-1].append((word, "x" if _within(start, position, fixed) else tag, start))
        elif word == "的" and runs[-1] and i + 1 < len(words) and _nounish(*words[i + 1]):
            runs[-1].append((word, "u", start))
        elif (
            tag in ("v", "vn", "a", "b")
            and i + 1 < len(words)
            and words[i + 1][0].startswith(_EVENTS)
            and len(word) > 1
        ):
            runs[-1].append((word, tag, start))
        else:
            runs.append([])
    return [run for run in (_trimmed(run) for run in runs) if run]


def _trimmed(run: list[Token]) -> list[Token]:
    while run and run[-1][1] in ("u", *_MODIFIERS):
        run = run[:-1]
    while run and run[0][1] == "u":
        run = run[1:]
    return run


def _without_attribute(tokens: list[Token]) -> list[Token]:
    """The phrase without what is asked of it at its end: 总投资, 的主题, and the office whose holder is asked for."""
    while tokens and (ATTRIBUTE.fullmatch(tokens[-1][0]) or (len(tokens) > 1 and tokens[-1][0] in OFFICES)):
        tokens = _trimmed(tokens[:-1])
        while tokens and tokens[-1][0] in ("总", "建筑", "占地", "主要", "具体"):
            tokens = _trimmed(tokens[:-1])
    return tokens


def _within(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < high and low < end for low, high in spans)


def _nounish(word: str, tag: str) -> bool:
    return (
        tag.startswith(("n", "eng", "j", "l", "i", "s", "b", "vn", "an"))
        or (tag in ("m", "q", "t", "x") and any(c.isdigit() or c.isascii() for c in word) and len(word) > 1)
    ) and any(c.isalnum() for c in word)


def _phrase(text: str, tokens: list[Token], start: int, end: int) -> Phrase:
    words = [word for word, tag, _ in tokens if tag != "u"]
    tags = [tag for _, tag, _ in tokens]
    if all(tag == "date" for tag in tags):
        return Phrase(text, DATE, False, False, start, end)
    sort = THING
    if (_BODY.search(text) and len(words) > 1) or "nt" in tags:
        sort = BODY
    elif (tags[-1].startswith("nr") and is_name(words[-1])) or (is_name("".join(words)) and tags[0].startswith("nr")):
        sort = PERSON
    elif tags[-1] == "ns":
        sort = PLACE
    named = any(tag.startswith(("nr", "ns", "nt", "nz", "eng")) for tag in tags) or _QUOTED.search(text) is not None
    telling = [word for word, tag, _ in tokens if tag not in ("u", "x", "b", "a") and word not in _GENERIC]
    specific = named or any(not ATTRIBUTE.fullmatch(word) for word in telling)
    return Phrase(text, sort, specific, named, start, end)


def topic_of(text: str) -> str:
    """What a question is about, in its own words; all of it without the interrogative if no phrase can be told."""
    if not is_chinese(text):
        return without_interrogatives(text).rstrip(" ?.")
    found = [phrase.text for phrase in phrases(text)]
    return " ".join(found) or without_interrogatives(text).rstrip("?？。 ")
