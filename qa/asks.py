"""Whether a question asks for articles themselves, and for which: by whom, about what, of which days, of whose doings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index import tagged
from qa.kinds import POLITE, find_kind
from qa.periods import Period
from qa.spans import is_name

FEWEST_LETTERS = 2
"""Characters of a topic: a single one stands in too many words."""

_ARTICLE = (
    "报道|文章|稿件|稿子|新闻(?!发布会|出版|中心|办|界|工作)|消息|通讯(?!员)|资讯|articles?|stories|reports?|news"
)
_EVENT = "会议|活动|事情|大事|要事|事件|要闻|仪式|论坛|座谈会|发布会|events?|meetings?"
_NOUN = rf"(?:{_EVENT}|{_ARTICLE})"
_NOUNS = rf"(?P<noun{{}}>{_NOUN}(?:[和及与、或]{_NOUN})*)"
_END = r"(?=[\s?？。!！,，;；上]|$|呢|吗|吧|都|被|召开|举行|举办|发生|提到|介绍|讲|说|写|是关于|关于|与.{1,20}有关|\b(?:did|about|by|on|in|were|was|are|from|happened)\b)"
_WHICH = r"(?:哪些|哪几[篇条则个场次]|什么|啥|所有|全部|一些)"
_HOW_MANY = r"(?:多少|几)[篇条则次个场]?"
_ASKS = re.compile(
    rf"(?P<many>{_HOW_MANY})[^，。？?的]{{0,6}}?{_NOUNS.format(0)}{_END}|(?P<pieces>(?:多少|几)篇)"
    rf"|{_WHICH}[^，。？?的]{{0,6}}?{_NOUNS.format(1)}{_END}"
    rf"|{_NOUNS.format(2)}(?:都|分别|一?共)?(?:有|是)?(?P<which>{_WHICH}|(?P<many2>{_HOW_MANY}))?(?=[?？\s。]*$)"
    rf"|(?:发生|写|报道|采写|发表)了?(?:些)?(?:什么|哪些|啥)(?:事情?|大事|新闻)?(?=[?？\s。]*$)"
    r"|(?:召开|举行|举办|开|办)[过了]*(?P<held>(?:多少|几)[次场个])(?=[一-鿿]{2,10}(?:会|仪式|论坛|活动))"
    rf"|列出.*?{_NOUNS.format(3)}|\bhow (?P<many3>many) {_NOUNS.format(4)}\b|\b(?:what|which|list|any|show)\b[^?]*?\b{_NOUNS.format(5)}\b"
    r"|\bwhat (?:else )?happened\b|\bwhat did .* (?P<wrote>write|report)\b"
)
# "哪些关于地铁的报道": the noun that is asked for stands behind what it is about.
_WHICH_ABOUT = re.compile(rf"(?:{_WHICH}|{_HOW_MANY})(?:关于|有关|涉及)")
_WRITES = re.compile(
    r"记者|采写|撰写|采访|写过?|作者|撰稿|署名|发表|报道|发过?|参与|\b(?:by|wrote|write|written|reporter|author|did)\b"
)
_WROTE = re.compile(r"记者|采写|撰写|写|作者|撰稿|署名|\b(?:by|wrote|write|written)\b")

ATTEND, CHAIR, SPEAK, VISIT, MEET, OTHER, ANY = "attend", "chair", "speak", "visit", "meet", "other", "any"
"""What a person is asked to have done at an event."""

DEEDS = {
    CHAIR: "主持",
    SPEAK: "讲话|致辞|致词|发言|作报告|演讲|授课",
    VISIT: "调研|考察|视察|检查|走访|看望|慰问|督导|察看|参观|访问",
    MEET: "会见|会谈|接见|见面|座谈",
    ATTEND: "出席|参加|列席|参与|到会|与会",
    OTHER: "宣布|揭牌|揭幕|剪彩|颁奖|签署|见证",
}
_DEED_WORDS = "|".join(DEEDS.values())
_DOES = re.compile(
    rf"^(?P<who>[^，。？?]{{2,30}}?)(?:都|还|曾经?|一?共|先后|[在于去上\s])*(?P<deed>{_DEED_WORDS})(?:了|过)*[的]?\s*$"
)
_DOES_ENGLISH = re.compile(
    r"(?:did|has|have) (?P<who>[^?]{2,30}?) (?P<deed>attend(?:ed)?|join(?:ed)?|chair(?:ed)?|host(?:ed)?)"
)
# Where somebody's own events are asked for without a verb: "王清源有哪些活动", "王清源的活动有哪些".
_HAS = re.compile(r"^(?P<who>[^，。？?]{2,12}?)(?:都|还|一?共)?(?:有|的)+\s*$")
_HOLD = frozenset(
    "举行 举办 召开 开展 发生 组织 进行 报道 刊登 登 刊发 发布 公布 推出 关于 有关 涉及 提到 提及 谈到 讲到 开 介绍 写 发 看 查 找 查找 搜索 知道 相关 方面 内容 情况 主要 重要 最新 全部 所有"
    " 记者 篇 条 报纸 报上 报 版面 里面 资料 库 一共 总共 共 都 哪些 多少 什么 列出 请 给 我 想 有没有 有 是 了 的 在 上 里 中"
    " about on of the in were was are is there any did held hold place took written published list show me please that by a an regarding concerning mention mentioning which what".split()
)
_FUNCTION_TAGS = ("u", "p", "c", "y", "d", "r", "w", "x")
_NEWEST = re.compile(r"最新|\b(?:newest|latest)\b")


@dataclass(frozen=True, slots=True)
class Listing:
    """Which articles are asked for, beside the question's byline and periods.

    `topics` must all stand in an article; `person` must do in it one of `deed`'s deeds. `event` says that meetings and
    the like were asked for rather than articles, `counted` that their number was, `newest` that the newest come first.
    """

    topics: tuple[str, ...] = ()
    person: str = ""
    deed: str = ""
    event: bool = False
    counted: bool = False
    newest: bool = False


def asked_articles(
    folded: str, periods: Sequence[Period], known: Callable[[], Mapping[str, str]]
) -> tuple[Listing, str | None] | None:
    """The articles that a folded question asks for and the reporter whose they must be; None if it asks for something
    else. `known` gives the archive's reporters by their folded names.
    """
    asked = _ASKS.search(folded)
    if asked is None:
        return None
    reporters = known()
    if asked["noun2"] and not asked["which"] and find_kind(folded)[1] is not None and not _WHICH_ABOUT.search(folded):
        return None  # "负责哪一类的新闻": the noun only happens to stand last
    nouns = "".join(value or "" for name, value in asked.groupdict().items() if name.startswith("noun"))
    happened = not nouns and asked.group().startswith(("发生", "what"))
    event = bool(asked["held"] or happened or re.search(_EVENT, nouns)) and not re.search(_ARTICLE, nouns)
    rest = POLITE.sub(" ", _without(folded, [*((p.start, p.end) for p in periods), asked.span()]))
    # "What did X attend" leaves the deed inside the phrase that asks.
    english = _DOES_ENGLISH.search(folded)
    listing = Listing(
        event=event,
        counted=any(asked[name] for name in ("many", "many2", "many3", "pieces", "held")),
        newest=_NEWEST.search(folded) is not None,
    )
    person, deed = _doer(english["who"].strip(), english["deed"]) if english else _doer_of(rest, listing, reporters)
    if person:
        return Listing((), person, deed, event, listing.counted, listing.newest), None
    named = max((name for name in reporters if name in folded), key=len, default=None)
    byline = None
    if named is not None and (_WROTE.search(folded) or not _about(folded, named)):
        byline, rest = reporters[named], rest.replace(named, " ")
    topics = _topics(_WRITES.sub(" ", rest))
    if not nouns and not (asked["pieces"] or periods or byline):
        return None  # "电视台报道了什么": what it said
    if byline is None and _WROTE.search(folded) and any(is_name(topic) for topic in topics):
        return None  # somebody whom the archive does not know as a reporter
    if not _answerable(listing, periods, byline, topics, rest):
        return None
    return Listing(topics, "", "", event, listing.counted, listing.newest), byline


def _answerable(
    listing: Listing, periods: Sequence[Period], byline: str | None, topics: Sequence[str], rest: str
) -> bool:
    """Whether the catalogue can tell: events are looked up by their days, with at most one word of what they are about;
    "运动会期间举行了哪些活动" asks for what an article says."""
    if listing.event:
        return (bool(periods) or byline is not None) and len(topics) <= 1
    return bool(periods) or byline is not None or bool(topics) or listing.newest


def _about(folded: str, name: str) -> bool:
    """Whether a name is what articles are about, not who wrote them."""
    return re.search(rf"(?:关于|有关|涉及|提到|提及|about ){re.escape(name)}", folded) is not None


def _without(folded: str, spans: Sequence[tuple[int, int]]) -> str:
    rest = list(folded)
    for start, end in spans:
        rest[start:end] = " " * (end - start)
    return "".join(rest)


def _doer_of(rest: str, listing: Listing, reporters: Mapping[str, str]) -> tuple[str, str]:
    """Who is asked about, and the deed: "王清源出席了"; nothing if no doer is named."""
    text = re.sub(r"\s+", " ", rest).strip(" ?？。,，")
    if not listing.event:
        return "", ""
    if match := _DOES.match(text):
        return _doer(match["who"].strip(), match["deed"])
    match = _HAS.match(text)
    who = match["who"].strip() if match else text
    # 常委会 begins with a family name, too.
    person = is_name(who) and who not in reporters and all(tag.startswith("nr") for _, tag in tagged(who))
    return _doer(who, "") if person else ("", "")


def _doer(who: str, deed: str) -> tuple[str, str]:
    kind = next((name for name, verbs in DEEDS.items() if deed and re.search(verbs, deed)), ANY)
    if deed.startswith(("chair", "host")):
        kind = CHAIR
    return _bare_name(who), ANY if kind == ATTEND else kind


def _bare_name(who: str) -> str:
    """A person's name without office and place: "区长王清源" → 王清源; anything else as it is."""
    if is_name(who):
        return who
    words = tagged(who)
    for length in (1, 2):
        last = "".join(word for word, _ in words[-length:])
        if words and words[-length:][0][1].startswith("nr") and is_name(last):
            return last
    return who.removesuffix("同志").removesuffix("先生").removesuffix("女士")


def _topics(rest: str) -> tuple[str, ...]:
    """What is left once the words of asking are gone, in unbroken runs: "翰博控股集团有限公司", "老旧小区改造"."""
    runs: list[str] = []
    joined = False
    for word, tag in tagged(rest):
        text = word.strip()
        if not text or text in _HOLD or (tag.startswith(_FUNCTION_TAGS) and not text.isalnum()) or tag[0] in "upcydr":
            joined = False
        elif joined and not (text.isascii() and runs[-1].isascii()):
            runs[-1] += text
        else:
            runs.append(text)
            joined = True
    return tuple(dict.fromkeys(run for run in runs if len(run) >= FEWEST_LETTERS))
