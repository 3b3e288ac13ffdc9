"""What a question asks: the kind of answer, its content words, dates and byline.

Everything works on the folded question (half-width, simplified, lower case), so every script and width is one case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index import NO_WORDS, DateMention, UsageError, Wordlist, fold, parse_dates, query_terms, tagged
from qa.content import Word, content_words, is_content
from qa.followup import make_whole
from qa.kinds import Kind, find_kind, is_chinese, without_interrogatives
from qa.spans import is_name

Reporters = Callable[[], Mapping[str, str]]
"""Gives the names of reporters as they are written by their folded forms."""

MAX_QUESTION = 2_000
"""Characters. A page holds about 8,000; what is longer than a quarter of one is a pasted text, and found by its beginning."""

SHOWN = 40
"""Characters that are said of a question that is not read to its end."""

INHERITED_WEIGHT = 0.5
"""Words a follow-up takes over from the question before it count half: they say where to look, not what is asked."""


_ARTICLE_NOUN = r"(报道|文章|稿件|稿子|新闻|消息|通讯|articles?|stories|reports?|news)"
_EVENT_NOUN = r"(会议|活动|事情|大事|事件|要闻|events?|meetings?|happen(ed)?)"
_NOUN = rf"(?:{_EVENT_NOUN}|{_ARTICLE_NOUN})"
_BY = re.compile(r"记者|采写|撰写|采访|写|作者|撰稿|署名|都|参与|\b(by|wrote|written|reporter|author)\b")
_WHICH = r"(?:哪些|哪几[篇个场次]|什么|多少|几篇|有啥|所有|全部)"
# "哪些会议和活动", "的新闻有哪些", "发生了什么": what is asked for is the articles themselves.
_ASKS_ARTICLES = re.compile(
    rf"{_WHICH}[^，。？?的]{{0,6}}?{_NOUN}([和及与、或]{_NOUN})*|{_NOUN}([和及与、或]{_NOUN})*(都|分别)?(有|是)?{_WHICH}?(?=[?\s。]*$)"
    rf"|(发生|写|报道|采写)了?(些)?(什么|哪些|啥)|列出.*{_NOUN}|\b(what|which|list)\b.*{_NOUN}"
)

_PAIR = re.compile(
    r"^(?P<head>.*?)(?P<a>[^，,、和与跟及]{2,40})(?:和|与|跟|及|以及|、)(?P<b>[^，,、和与跟及]{2,40}?)(?P<each>分别|各自|各)(?P<tail>.+)$"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `embedded` is what the encoder gets: the text, and before it that of an inherited topic.
    `bare` is the text without the words that only make it a question.

    `focus` are the words next to the interrogative (多少, 哪些 …): the attribute asked for. `unit` is the measure word
    after it, `count` how many items a list is said to have, `counted` how it
    is put ("四大"). `holder` says that the question names an office and asks who
    holds it. `parts` are the questions of a comparison, each whole.
    """

    text: str
    embedded: str
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


def _count(folded: str) -> tuple[int, str]:
    """How many things are asked for and how it is put ("四大" in "哪四大元素"); 0 if the question does not say."""
    match = _COUNTED.search(folded)
    return ("零一二三四五六七八九十".find(match["n"].replace("两", "二")), match.group()) if match else (0, "")


# Words that name the kind of answer rather than anything in the text: the answer's type stands for them.
_ATTRIBUTE = {
    Kind.WHEN: ("时间", "日期", "日子", "年份"),
    Kind.WHERE: ("地点", "地址", "位置"),
    Kind.NUMBER: ("比例", "数量", "数目", "金额", "人数", "个数", "占比", "钱"),
    Kind.TITLE: ("职务", "职位", "身份", "头衔"),
    Kind.WHAT: ("名称", "名字", "内容"),
}
_HOLDER = re.compile(r"(是(谁|哪位)|[长记任席员裁理授]名?叫(什么|啥)(名字)?)[?\s。]*$|^谁是|现任.{2,30}(谁|哪位)")
_SETTING = re.compile(r"(?:在|于)[^，。？?]{2,30}(?:上|中|里|期间|时)")
_COUNTED = re.compile(r"(?<![第一二三四五六七八九十\d])(?P<n>[二两三四五六七八九十])[大个种项类家名位方条点]")


def _focus(folded: str, kind: Kind, match: re.Match[str] | None) -> tuple[tuple[str, ...], str]:
    """Words beside the interrogative, nearest first, and the measure word after it."""
    if match is None:
        words = [w for w, tag in tagged(folded) if is_content(w, tag)]
        return (tuple(words[-1:]) if kind is not Kind.KEYWORDS else ()), ""
    before = [w for w, tag in tagged(folded[: match.start()]) if is_content(w, tag)]
    after = [(w, tag) for w, tag in tagged(folded[match.end() :]) if any(c.isalnum() for c in w)]
    unit = ""
    if kind is Kind.NUMBER and after and (after[0][1].startswith("q") or len(after[0][0]) == 1):
        unit = after[0][0]
    following = [w for w, tag in after[:3] if is_content(w, tag)]
    if kind is Kind.WHO and (setting := _SETTING.match(folded[match.end() :])):
        # "谁在开幕式上发言": what the person did stands behind where.
        rest = tagged(folded[match.end() + setting.end() :])
        following = [w for w, tag in rest if is_content(w, tag)]
    return tuple(following[:1] + before[-1:]), unit


def _asks_articles(folded: str, dates: Sequence[DateMention], reporters: Reporters) -> tuple[bool, str | None]:
    """Whether a list of articles is asked for: those by a reporter, or those of a day or period."""
    asked = _ASKS_ARTICLES.search(folded)
    if not asked:
        return False, None
    rest = list(folded)
    for mention in dates:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    rest[asked.start() : asked.end()] = " " * (asked.end() - asked.start())
    left = "".join(rest)
    known = reporters()
    named = max((name for name in known if name in left), key=len, default=None)
    byline = None if named is None else known[named]
    if named is not None:
        left = _BY.sub(" ", left.replace(named, " "))
    # What is left must be no more than a place and a verb ("新区举行了"): else it asks about something said there.
    few = len(content_words(without_interrogatives(left))) <= 2
    return few and (byline is not None or bool(dates)), byline if few else None


def tidy(text: str) -> str:
    """A question without what cannot be seen or held: half surrogate pairs, control characters, marks of direction and
    joining; and no more of it than `MAX_QUESTION` characters."""
    # Lone surrogates come from broken arguments of a command line; nothing further on can hold them.
    whole = text[: 2 * MAX_QUESTION].encode("utf-8", "replace").decode("utf-8")
    kinds = ((char, unicodedata.category(char)) for char in whole)
    return "".join(" " if kind == "Cc" else char for char, kind in kinds if kind != "Cf")[:MAX_QUESTION]


def understand(
    text: str, *, history: Sequence[str] = (), reporters: Reporters = dict, wordlist: Wordlist = NO_WORDS
) -> Question:
    """Read a question. `history` are the earlier questions of the conversation, oldest first; `reporters` gives
    the names of the reporters the archive knows by their folded forms, and is called only if one may be meant; `wordlist`
    are the user's own words that the archive was built with.

    :raises UsageError: if the question is empty.
    """
    long, text = len(text) > MAX_QUESTION, tidy(text)
    if not text.strip():
        raise UsageError("the question is empty: type what you want to know · 问题为空：请输入想问的内容")
    whole, inherited = make_whole(text, [tidy(earlier) for earlier in history])
    question = _parse(whole, reporters, wordlist)
    if inherited:
        own = {word.text for word in question.words}
        extra = tuple(
            word
            for word in content_words(without_interrogatives(fold(inherited)), INHERITED_WEIGHT)
            if word.text not in own
        )
        weights = dict(question.terms)
        for term, weight in query_terms(without_interrogatives(fold(inherited)), wordlist).items():
            weights[term] = weights.get(term, 0.0) + weight * INHERITED_WEIGHT
        question = replace(
            question,
            words=question.words + extra,
            terms=weights,
            embedded=f"{without_interrogatives(inherited)} {text}",
            understood=f"{without_interrogatives(inherited).rstrip('?？。 ')}：{text.strip()}",
        )
    elif whole != text:
        question = replace(question, understood=whole)
    elif long:
        question = replace(
            question, understood=f"{text[:SHOWN]}……（只看前 {MAX_QUESTION:,} 字 the first {MAX_QUESTION:,} characters）"
        )
    return question


def _parse(text: str, reporters: Reporters, wordlist: Wordlist) -> Question:
    folded = fold(text)
    kind, match = find_kind(folded)
    dates = tuple(parse_dates(folded))
    asks_articles, byline = _asks_articles(folded, dates, reporters)
    focus, unit = _focus(folded, kind, match)
    count, counted = _count(folded)
    bare = without_interrogatives(folded) or folded
    asks_holder = kind is Kind.WHO and _HOLDER.search(folded) is not None
    pair = _PAIR.match(folded) if "分别" in folded or "各" in folded else None
    parts = (pair["head"] + pair["a"] + pair["tail"], pair["head"] + pair["b"] + pair["tail"]) if pair else ()
    name = bare.strip(" ?？。")
    words = content_words(bare)
    if kind is Kind.TITLE and is_name(name):
        words = [Word(name, key=True)]  # whatever the segmenter makes of it
    return Question(
        text=text,
        embedded=text,
        bare="".join(c for c in bare if c.isalnum()),
        kind=Kind.ARTICLES if asks_articles else kind,
        words=tuple(word for word in words if word.text not in _ATTRIBUTE.get(kind, ())),
        terms=query_terms(bare, wordlist),
        focus=tuple(word for word in focus if word not in _ATTRIBUTE.get(kind, ())),
        unit=unit,
        count=count,
        counted=counted,
        dates=dates,
        byline=byline,
        holder=asks_holder,
        chinese=is_chinese(folded),
        parts=parts,
    )
