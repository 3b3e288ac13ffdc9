"""What kind of answer a question asks for, by its interrogatives; everything works on folded text."""

from __future__ import annotations

import re
from enum import StrEnum

from qa.spans import is_name


class Kind(StrEnum):
    """The kind of answer asked for."""

    WHEN = "when"
    WHERE = "where"
    WHO = "who"
    TITLE = "title"
    NUMBER = "number"
    LIST = "list"
    WHY = "why"
    HOW = "how"
    YESNO = "yesno"
    WHAT = "what"
    OVERVIEW = "overview"
    ARTICLES = "articles"
    KEYWORDS = "keywords"


# The first pattern that matches decides, so the narrow ones stand before the wide ones.
_INTERROGATIVES: tuple[tuple[Kind, str], ...] = (
    (
        Kind.WHEN,
        r"(在|是|于)?(什么|啥)(时候|时间|日子)|何时|哪(一)?[天年日]|哪几[天年日]|哪个(月|星期)|几月几[日号]|几[日号点]|多久以前",
    ),
    (Kind.WHEN, r"\bwhen\b|\b(what|which) (date|day|month|year|time)\b"),
    (Kind.WHERE, r"(在|于|到)?(哪里|哪儿|何处|何地|(什么|哪个)(地方|地点|位置))"),
    (Kind.WHERE, r"\bwhere\b|\b(what|which) place\b"),
    (Kind.TITLE, r"(是|现?担任|任|当)?(什么|何|哪个|啥)(职务|职位|职|身份|头衔|官|人(?![员士]))"),
    (
        Kind.WHO,
        r"(是|由|被)?(谁|何人|哪位|哪几位|什么人|(哪些|哪几?名)[^，。？?的]{0,4}?(人|领导|干部|代表|专家|学者|嘉宾|记者|官员))",
    ),
    (
        Kind.WHO,
        r"(由|是|与|和)?哪(些|[一二两三四五六七八九十几\d]+)?[家个](?=[^，。？?]{0,6}(企业|公司|集团|单位|部门|机构|团体|学校|大学))",
    ),
    (Kind.WHO, r"(?<=[长记任席员裁理授])名?叫(什么|啥)(名字)?(?=[?\s]*$)"),
    (Kind.WHO, r"\b(who|whom|whose)\b|\b(what|which) (person|people|company|companies|leaders?|reporters?)\b"),
    (Kind.NUMBER, r"(有|是|为|达|共)?(多少|多大|多高|多长|多远|多重|多宽|多久|第?几(?![乎率])(?=[\w])|百分之几|几何)"),
    (Kind.NUMBER, r"\bhow (many|much|large|big|long|far|high|old|tall)\b|\bwhat (number|percentage|amount|share)\b"),
    (Kind.WHY, r"(?<![之称作成叫分变定视认封名改])为(什么|何|啥)|(是)?什么原因|原因(是什么|何在)|\bwhy\b"),
    (
        Kind.LIST,
        r"(分别)?(是|有|包括|包含)?(哪些|哪几[个种项大类家名]?|哪[一二两三四五六七八九十\d]+[大个种项类家名方条点])",
    ),
    (Kind.LIST, r"(包括|包含|都?有)(些)?(什么|啥)|分别(是|为|指)?(什么|啥)?|\bwhich\b(?=.*\b(are|were)\b)"),
    (
        Kind.OVERVIEW,
        r"^(请|麻烦|能否|可以|能|帮我?|给我?|跟我?|向我?|我想)*(介绍|概述|概括|总结|说说|讲讲|谈谈|聊聊|了解)(一?下|一说)?(?=..)|(情况|进展|表现|反响|效果|结果)?(怎么样|怎样|如何)了?(?=[?\s。]*$)"
        r"|(发生|出)了?什么(事情?)?|怎么回事|\b(tell me (more )?about|describe|overview of|what (has )?happened)\b",
    ),
    (Kind.WHAT, r"(是|指|叫|做|为)?(什么|啥|哪个|哪种|哪项|哪一[个种项家]|哪家|何种|何为)|\bwhat\b|\bwhich\b"),
    (Kind.HOW, r"如何|怎么样?|怎样|\bhow\b"),
    (Kind.YESNO, r"吗(?=[?？。!！\s]*$)|是否|有没有|是不是|能否|可否|^(is|are|was|were|did|does|do|has|have|can)\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _INTERROGATIVES)

# A search-box fragment asks for what its last word names: "大桥 造价", "展览 时间".
_IMPLIED: tuple[tuple[Kind, str], ...] = (
    (Kind.WHEN, r"(时间|日期|年份|\b(date|time|year))$"),
    (Kind.TITLE, r"(职务|职位|身份|头衔)$"),
    (Kind.WHERE, r"(地点|地址|位置|会址|\b(place|location|address|venue))$"),
    (Kind.WHO, r"(负责人|主持人|作者|局长|区长|市长|书记|主任|院长|校长|董事长|总裁|\b(author|mayor|chairman))$"),
    (
        Kind.NUMBER,
        r"([额价量率数]|投资|面积|长度|高度|人口|造价|费用|金额|规模|产值|占比|名额|\b(price|cost|investment|area|number|amount))$",
    ),
)

POLITE = re.compile(
    r"(请问|请|麻烦|你好|您好)?(你|您)?(能不能|能否|可以|帮|给)?我?(告诉|介绍|说说|讲讲|查查|查一下|看看)(一下|下)?(我)?|请问|具体|到底|究竟|(?<=多少)呢$"
)
_COPULA_TAIL = re.compile(r"(的|了|呢|啊|呀|么)+(?=[?？。!！\s]*$)")


def is_chinese(folded: str) -> bool:
    """Whether at least a fifth of the letters are Chinese characters."""
    letters = [c for c in folded if c.isalpha()]
    return not letters or sum("㐀" <= c <= "鿿" for c in letters) * 5 >= len(letters)


def find_kind(folded: str) -> tuple[Kind, re.Match[str] | None]:
    """The kind of answer, and where the interrogative stands if there is one."""
    for kind, pattern in _PATTERNS:
        match = pattern.search(folded)
        if match:
            # "王娟是谁" asks what a person is, "局长是谁" who is a thing.
            named = kind is Kind.WHO and match.group().endswith("谁") and is_name(folded[: match.start()].strip())
            return (Kind.TITLE if named else kind), match
    for kind, ending in _IMPLIED:
        if re.search(ending, folded.strip(" ?？。")):
            return kind, None
    return Kind.KEYWORDS, None


def without_interrogatives(folded: str) -> str:
    """What is left when the words that only make it a question are blanked out."""
    text = POLITE.sub(" ", folded)
    for _, pattern in _PATTERNS:
        text = pattern.sub(" ", text)
    return _COPULA_TAIL.sub(" ", text).strip()
