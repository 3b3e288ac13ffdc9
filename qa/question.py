"""What a question asks: the kind of answer, its content words, dates and byline; a follow-up made whole.

Everything works on the folded question (half-width, simplified, lower case), so every script and width is one case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index import DateMention, UsageError, fold, parse_dates, tagged, terms
from qa.spans import is_name

MAX_QUESTION = 2_000
"""Characters. A page holds about 8,000; a question longer than a quarter of one is a pasted text."""

INHERITED_WEIGHT = 0.5
"""Words a follow-up takes over from the question before it count half: they say where to look, not what is asked."""


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
    (Kind.WHO, r"\b(who|whom|whose)\b|\b(what|which) (person|people|company|companies|leaders?|reporters?)\b"),
    (Kind.NUMBER, r"(有|是|为|达|共)?(多少|多大|多高|多长|多远|多重|多宽|多久|第?几(?![乎率])(?=[\w])|百分之几|几何)"),
    (Kind.NUMBER, r"\bhow (many|much|large|big|long|far|high|old|tall)\b|\bwhat (number|percentage|amount|share)\b"),
    (Kind.WHY, r"为(什么|何|啥)|(是)?什么原因|原因(是什么|何在)|\bwhy\b"),
    (
        Kind.LIST,
        r"(分别)?(是|有|包括|包含)?(哪些|哪几[个种项大类家名]?|哪[一二两三四五六七八九十\d]+[大个种项类家名方条点])",
    ),
    (Kind.LIST, r"(包括|包含|都?有)(些)?(什么|啥)|分别(是|为|指)?(什么|啥)?|\bwhich\b(?=.*\b(are|were)\b)"),
    (Kind.WHAT, r"(是|指|叫|做|为)?(什么|啥|哪个|哪种|哪项|哪一[个种项家]|哪家|何种|何为)|\bwhat\b|\bwhich\b"),
    (Kind.HOW, r"如何|怎么样?|怎样|\bhow\b"),
    (Kind.YESNO, r"吗(?=[?？。!！\s]*$)|是否|有没有|是不是|能否|可否|^(is|are|was|were|did|does|do|has|have|can)\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _INTERROGATIVES)

# A search-box fragment asks for what its last word names: "大桥 造价", "展览 时间".
_IMPLIED: tuple[tuple[Kind, str], ...] = (
    (Kind.WHEN, r"(时间|日期|年份|\b(date|time|year))$"),
    (Kind.WHERE, r"(地点|地址|位置|会址|\b(place|location|address|venue))$"),
    (Kind.WHO, r"(负责人|主持人|作者|局长|区长|市长|书记|主任|院长|校长|董事长|总裁|\b(author|mayor|chairman))$"),
    (
        Kind.NUMBER,
        r"([额价量率数]|投资|面积|长度|高度|人口|造价|费用|金额|规模|产值|占比|名额|\b(price|cost|investment|area|number|amount))$",
    ),
)

_POLITE = re.compile(
    r"(请问|请|麻烦|你好|您好)?(你|您)?(能不能|能否|可以|帮|给)?我?(告诉|介绍|说说|讲讲|查查|查一下|看看)(一下|下)?(我)?|请问|具体|到底|究竟|(?<=[多少])呢$"
)
_COPULA_TAIL = re.compile(r"(的|了|呢|啊|呀|么)+(?=[?？。!！\s]*$)")

_ARTICLE_NOUN = r"(报道|文章|稿件|稿子|新闻|消息|通讯|articles?|stories|reports?|news)"
_EVENT_NOUN = r"(会议|活动|事情|大事|事件|要闻|events?|meetings?|happen(ed)?)"
_NOUN = rf"(?:{_EVENT_NOUN}|{_ARTICLE_NOUN})"
_BY = re.compile(r"记者|写|采写|撰写|采访|作者|撰稿|署名|\b(by|wrote|written|reporter|author)\b")
_ASKS_ARTICLES = re.compile(
    rf"(哪些|哪几|什么|多少|几篇|列出|有啥|\b(what|which|list|how many)\b).{{0,8}}?{_ARTICLE_NOUN}"
)
_ASKS_EVENTS = re.compile(
    rf"(哪些|哪几|什么|多少|列出|有啥)[^，。？?的]{{0,6}}?{_NOUN}([和及与、或]{_NOUN})*|发生了?(什么|哪些|啥)"
    rf"|\b(what|which|list)\b.*{_NOUN}"
)

_PRONOUN = re.compile(
    r"^(那么?|还有|而)|它们?|他们?|她们?|(?<![因如由据对])[该此](?![次外])|其中|这[个些次场项位]?|那[个些次场项位]|上述|\b(it|its|they|their|he|she|his|her|this|that)\b"
)
_AND_WHAT_OF = re.compile(r"^(那么?|还有|而)?(?P<what>.+?)(呢|又如何|怎么样)[?？\s]*$")
_PAIR = re.compile(
    r"^(?P<head>.*?)(?P<a>[^，,、和与跟及]{2,40})(?:和|与|跟|及|以及|、)(?P<b>[^，,、和与跟及]{2,40}?)(?P<each>分别|各自|各)(?P<tail>.+)$"
)
_NUMBERED = re.compile(r"第?[\d一二两三四五六七八九十百]+(?:\.\d+)?[一-鿿]?")

# jieba's tags of words that say what a sentence is about.
_CONTENT_TAGS = ("n", "v", "a", "m", "t", "s", "f", "i", "j", "l", "eng", "z", "b", "x")
_STOP = frozenset(
    [
        "是",
        "有",
        "在",
        "为",
        "被",
        "把",
        "让",
        "请",
        "说",
        "做",
        "要",
        "会",
        "能",
        "可",
        "可以",
        "进行",
        "具体",
        "什么",
        "怎么",
        "如何",
        "哪些",
        "多少",
        "时候",
        "时间",
        "地方",
        "分别",
        "各自",
        "一下",
        "知道",
        "告诉",
        "介绍",
        "想",
        "问",
        "吗",
        "呢",
        "的",
        "了",
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "at",
        "for",
        "to",
        "and",
        "or",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "did",
        "do",
        "does",
        "has",
        "have",
        "had",
        "how",
        "much",
        "many",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "with",
        "by",
        "from",
        "as",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "there",
        "any",
        "please",
        "tell",
        "me",
        "about",
    ]
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of the question, folded. `weight` is 1 for its own words, less for inherited ones."""

    text: str
    weight: float = 1.0
    key: bool = False
    """Names something the answer must be about: a number, an ordinal, a quoted title."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `bare` is its text without the words that only make it a question.

    `focus` are the words next to the interrogative (多少, 哪些 …): the attribute asked for. `unit` is the measure word
    after it, `count` how many items a list is said to have, `counted` how it
    is put ("四大"). `holder` says that the question names an office and asks who
    holds it. `parts` are the questions of a comparison, each whole.
    """

    text: str
    bare: str
    kind: Kind
    words: tuple[Word, ...]
    terms: Mapping[str, float]
    focus: tuple[str, ...] = ()
    unit: str = ""
    count: int = 0
    counted: str = ""
    dates: tuple[DateMention, ...] = ()
    byline: str | None = None
    holder: bool = False
    chinese: bool = True
    parts: tuple[str, ...] = ()
    understood: str | None = None


def _is_chinese(folded: str) -> bool:
    letters = [c for c in folded if c.isalpha()]
    return not letters or sum("㐀" <= c <= "鿿" for c in letters) * 5 >= len(letters)


def _find_kind(folded: str) -> tuple[Kind, re.Match[str] | None]:
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


def _without_interrogatives(folded: str) -> str:
    text = _POLITE.sub(" ", folded)
    for _, pattern in _PATTERNS:
        text = pattern.sub(" ", text)
    return _COPULA_TAIL.sub(" ", text).strip()


def _count(folded: str) -> tuple[int, str]:
    """How many things are asked for and how it is put ("四大" in "哪四大元素"); 0 if the question does not say."""
    match = _COUNTED.search(folded)
    return ("零一二三四五六七八九十".find(match["n"].replace("两", "二")), match.group()) if match else (0, "")


def _is_content(word: str, tag: str) -> bool:
    if word in _STOP or not any(c.isalnum() for c in word):
        return False
    if len(word) == 1:
        return tag.startswith(("n", "eng", "m")) or word.isdigit()
    return tag.startswith(_CONTENT_TAGS) or word.isascii()


# "二期", "第三届": which one of several, and so a key even in Chinese numerals.
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十百]+[一-鿿]|(?<![分一二三四五六七八九十])[一二三四五六七八九十]{1,3}[期届]"
)
# Words that name the kind of answer rather than anything in the text: the answer's type stands for them.
_ATTRIBUTE = {
    Kind.WHEN: ("时间", "日期", "日子", "年份"),
    Kind.WHERE: ("地点", "地址", "位置"),
    Kind.NUMBER: ("比例", "数量", "数目", "金额", "人数", "个数", "占比", "钱"),
    Kind.TITLE: ("职务", "职位", "身份", "头衔"),
    Kind.WHAT: ("名称", "名字", "内容"),
}
_SETTING = re.compile(r"(?:在|于)[^，。？?]{2,30}(?:上|中|里|期间|时)")
_COUNTED = re.compile(r"(?<![第一二三四五六七八九十\d])(?P<n>[二两三四五六七八九十])[大个种项类家名位方条点]")
_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")


def content_words(folded: str, weight: float = 1.0) -> list[Word]:
    """The content words of folded text in order, without repeats. Numbers, ordinals and quoted titles are keys."""
    found: dict[str, Word] = {}
    numbered = {
        m.group() for m in _NUMBERED.finditer(folded) if len(m.group()) > 1 and any(c.isdigit() for c in m.group())
    }
    numbered |= {m.group() for m in _ORDINAL.finditer(folded)}
    for text in sorted(numbered, key=folded.index):
        found[text] = Word(text, weight, key=True)
    for word, tag in tagged(folded):
        if _is_content(word, tag) and word not in found and not any(word in number for number in numbered):
            found[word] = Word(word, weight)
    return list(found.values())


def _focus(folded: str, kind: Kind, match: re.Match[str] | None) -> tuple[tuple[str, ...], str]:
    """Words beside the interrogative, nearest first, and the measure word after it."""
    if match is None:
        words = [w for w, tag in tagged(folded) if _is_content(w, tag)]
        return (tuple(words[-1:]) if kind is not Kind.KEYWORDS else ()), ""
    before = [w for w, tag in tagged(folded[: match.start()]) if _is_content(w, tag)]
    after = [(w, tag) for w, tag in tagged(folded[match.end() :]) if any(c.isalnum() for c in w)]
    unit = ""
    if kind is Kind.NUMBER and after and (after[0][1].startswith("q") or len(after[0][0]) == 1):
        unit = after[0][0]
    following = [w for w, tag in after[:3] if _is_content(w, tag)]
    if kind is Kind.WHO and (setting := _SETTING.match(folded[match.end() :])):
        # "谁在开幕式上发言": what the person did stands behind where.
        rest = tagged(folded[match.end() + setting.end() :])
        following = [w for w, tag in rest if _is_content(w, tag)]
    return tuple(following[:1] + before[-1:]), unit


def _asks_articles(folded: str, dates: Sequence[DateMention], bylines: Collection[str]) -> tuple[bool, str | None]:
    """Whether a list of articles is asked for: those by a reporter, or those of a day or period."""
    if _ASKS_ARTICLES.search(folded) and _BY.search(folded):
        byline = max((name for name in bylines if fold(name) in folded), key=len, default=None)
        if byline is not None:
            return True, byline
    asked = _ASKS_EVENTS.search(folded)
    if not dates or not asked:
        return False, None
    undated = list(folded)
    for mention in dates:
        undated[mention.start : mention.end] = " " * (mention.end - mention.start)
    undated[asked.start() : asked.end()] = " " * (asked.end() - asked.start())
    # What is left must be no more than a place and a verb ("新区举行了"): else it asks about something said on that day.
    return len(content_words(_without_interrogatives("".join(undated)))) <= 2, None


def understand(text: str, *, history: Sequence[str] = (), bylines: Collection[str] = ()) -> Question:
    """Read a question. `history` are the earlier questions of the conversation, oldest first; `bylines` the names of
    reporters the archive knows.

    :raises UsageError: if the question is empty or longer than `MAX_QUESTION`.
    """
    if not text.strip():
        raise UsageError("the question is empty: type what you want to know · 问题为空：请输入想问的内容")
    if len(text) > MAX_QUESTION:
        raise UsageError(
            f"the question has {len(text):,} characters, more than {MAX_QUESTION:,}: shorten it"
            f" · 问题有 {len(text):,} 字，超过 {MAX_QUESTION:,} 字：请缩短"
        )
    whole, inherited = _make_whole(text, history)
    question = _parse(whole, bylines)
    if inherited:
        own = {word.text for word in question.words}
        extra = tuple(
            word
            for word in content_words(_without_interrogatives(fold(inherited)), INHERITED_WEIGHT)
            if word.text not in own
        )
        weights = Counter(question.terms)
        for term, count in Counter(terms(_without_interrogatives(fold(inherited)))).items():
            weights[term] += count * INHERITED_WEIGHT  # type: ignore[assignment]
        question = replace(
            question,
            words=question.words + extra,
            terms=dict(weights),
            understood=f"{inherited.rstrip('?？。 ')}：{text.strip()}",
        )
    elif whole != text:
        question = replace(question, understood=whole)
    return question


def _parse(text: str, bylines: Collection[str]) -> Question:
    folded = fold(text)
    kind, match = _find_kind(folded)
    dates = tuple(parse_dates(text))
    asks_articles, byline = _asks_articles(folded, dates, bylines)
    focus, unit = _focus(folded, kind, match)
    count, counted = _count(folded)
    bare = _without_interrogatives(folded) or folded
    asks_holder = kind is Kind.WHO and match is not None and folded[match.end() :].strip(" ?？。") == ""
    pair = _PAIR.match(text)
    parts = (pair["head"] + pair["a"] + pair["tail"], pair["head"] + pair["b"] + pair["tail"]) if pair else ()
    name = bare.strip(" ?？。")
    words = content_words(bare)
    if kind is Kind.TITLE and is_name(name):
        words = [Word(name, key=True)]  # whatever the segmenter makes of it
    return Question(
        text=text,
        bare="".join(c for c in bare if c.isalnum()),
        kind=Kind.ARTICLES if asks_articles else kind,
        words=tuple(word for word in words if word.text not in _ATTRIBUTE.get(kind, ())),
        terms={term: float(count) for term, count in Counter(terms(bare)).items()},
        focus=tuple(word for word in focus if word not in _ATTRIBUTE.get(kind, ())),
        unit=unit,
        count=count,
        counted=counted,
        dates=dates,
        byline=byline,
        holder=asks_holder,
        chinese=_is_chinese(folded),
        parts=parts,
    )


def _stands_alone(text: str) -> bool:
    """Whether a question names what it is about: a quoted title, a number, a name, or simply enough words."""
    folded = fold(text)
    if not _is_chinese(folded):
        return not _PRONOUN.search(folded) or len(folded.split()) > 6
    bare = _without_interrogatives(folded)
    if _PRONOUN.search(bare):
        return False
    words = content_words(bare)
    if any(word.key for word in words) or _QUOTED.search(folded):
        return True
    named = any(tag in ("nr", "ns", "nt", "nz") and len(word) > 1 for word, tag in tagged(bare))
    return named or sum(len(word.text) for word in words) >= 6


def _make_whole(text: str, history: Sequence[str]) -> tuple[str, str]:
    """The question to parse, and the earlier question whose words it takes over (empty if it stands alone)."""
    context = ""
    for earlier in history:
        context = _merge(earlier, context)
    if not context:
        return text, ""
    swapped = _swap(text, context)
    if swapped:
        return swapped, ""
    return (text, "") if _stands_alone(text) else (text, context)


def _merge(text: str, context: str) -> str:
    """The topic of the conversation after one more question."""
    if not context:
        return text
    return _swap(text, context) or (text if _stands_alone(text) else context)


def _swap(text: str, context: str) -> str:
    """ "那第61次呢？" after a question about the 71st: the same question with the like part exchanged."""
    match = _AND_WHAT_OF.match(text.strip())
    if not match or len(match["what"]) > 20:
        return ""
    what = match["what"].strip()
    numbered = [m.group() for m in _NUMBERED.finditer(context) if len(m.group()) > 1]
    for old in numbered:
        if what.startswith(old[0]) and what[-1:] == old[-1:] and what != old:
            return context.replace(old, what, 1)
    for old in re.findall(r"第?[\d一二两三四五六七八九十百]+\S", context):
        new = re.search(r"第?[\d一二两三四五六七八九十百]+\S", what)
        if new and new.group()[-1] == old[-1] and old[0].isdigit() == new.group()[0].isdigit():
            return context.replace(old, new.group(), 1)
    return ""
