"""What a question asks: the kind of answer, its content words, dates and byline.

Everything works on the folded question (half-width, simplified, lower case), so every script and width is one case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index import NO_WORDS, DateMention, UsageError, Wordlist, fold, parse_dates, query_terms, tagged
from qa.asks import Listing, asked_articles
from qa.content import Word, content_words, is_content
from qa.followup import Answered, make_whole
from qa.kinds import Kind, find_kind, is_chinese, without_interrogatives
from qa.periods import Period, annotated, counted, find_periods
from qa.several import asked_one_by_one, compared
from qa.spans import is_name

Reporters = Callable[[], Mapping[str, str]]
"""Gives the names of reporters as they are written by their folded forms."""

Newest = Callable[[], str | None]
"""Gives the newest day of the archive, ISO."""

MAX_QUESTION = 2_000
"""Characters. A page holds about 8,000; what is longer than a quarter of one is a pasted text, and found by its beginning."""

SHOWN = 40
"""Characters that are said of a question that is not read to its end."""

INHERITED_WEIGHT = 0.5
"""Words a follow-up takes over from the question before it count half: they say where to look, not what is asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. `embedded` is what the encoder gets: the text, and before it that of an inherited topic.
    `bare` is the text without the words that only make it a question.

    `focus` are the words next to the interrogative (多少, 哪些 …): the attribute asked for. `unit` is the measure word
    after it, `count` how many items a list is said to have, `counted` how it
    is put ("四大"). `holder` says that the question names an office and asks who
    holds it.

    `periods` are its dates and periods as days; `byline` and `listing` say which articles are asked for, where they are,
    and `skipped` how many times more of them was asked for. `parts` are several questions in one, each whole, `compared` that they
    ask the same of several things.
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
    periods: tuple[Period, ...] = ()
    byline: str | None = None
    listing: Listing | None = None
    skipped: int = 0
    holder: bool = False
    chinese: bool = True
    parts: tuple[str, ...] = ()
    compared: bool = False
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
    if kind is Kind.WHO and folded.startswith("是", match.end()):
        # "谁是滨海区区长": the office stands last.
        following = [w for w, tag in after if is_content(w, tag)][-1:]
    return tuple(following[:1] + before[-1:]), unit


def tidy(text: str) -> str:
    """A question without what cannot be seen or held: half surrogate pairs, control characters, marks of direction and
    joining; and no more of it than `MAX_QUESTION` characters."""
    # Lone surrogates come from broken arguments of a command line; nothing further on can hold them.
    whole = text[: 2 * MAX_QUESTION].encode("utf-8", "replace").decode("utf-8")
    kinds = ((char, unicodedata.category(char)) for char in whole)
    return "".join(" " if kind == "Cc" else char for char, kind in kinds if kind != "Cf")[:MAX_QUESTION]


def understand(
    text: str,
    *,
    history: Sequence[str] = (),
    reporters: Reporters = dict,
    wordlist: Wordlist = NO_WORDS,
    newest: Newest = lambda: None,
    answered: Answered = lambda _: "",
) -> Question:
    """Read a question. `history` are the earlier questions of the conversation, oldest first; `reporters` gives
    the names of the reporters the archive knows by their folded forms; `wordlist` are the user's own words that the archive
    was built with; `newest` gives the archive's newest day, from which "去年" and "最近" are counted, and `answered` the exact
    answer to the earlier question of a number. What gives something is called only where it is needed.

    :raises UsageError: if the question is empty.
    """
    long, text = len(text) > MAX_QUESTION, tidy(text)
    if not text.strip():
        raise UsageError("the question is empty: type what you want to know · 问题为空：请输入想问的内容")
    whole = make_whole(text, [tidy(earlier) for earlier in history], answered)
    parts = asked_one_by_one(whole.text)
    question = _parse(whole.text, reporters, wordlist, newest, parts)
    if whole.topic:
        question = _lightened(question, text, whole.topic, wordlist)
    shown = annotated(whole.text, question.periods)
    if whole.skipped:
        shown = f"{shown}（接着列出 more）"
        question = replace(question, skipped=whole.skipped)
    if long:
        shown = f"{text[:SHOWN]}……（只看前 {MAX_QUESTION:,} 字 the first {MAX_QUESTION:,} characters）"
    return replace(question, understood=shown if shown != text else None)


def _lightened(question: Question, own: str, topic: str, wordlist: Wordlist) -> Question:
    """What a follow-up took over counts less than what it asks itself."""
    folded, inherited = fold(own), fold(topic)
    terms = query_terms(without_interrogatives(folded), wordlist)
    return replace(
        question,
        words=tuple(
            replace(word, weight=INHERITED_WEIGHT, key=word.key and any(c.isdigit() for c in word.text))
            if word.text in inherited and word.text not in folded
            else word
            for word in question.words
        ),
        terms={term: weight if term in terms else weight * INHERITED_WEIGHT for term, weight in question.terms.items()},
    )


def _parse(text: str, reporters: Reporters, wordlist: Wordlist, newest: Newest, parts: Sequence[str] = ()) -> Question:
    folded = fold(text)
    kind, match = find_kind(folded)
    dates = tuple(parse_dates(folded))
    alike = compared(folded)
    periods = find_periods(folded, dates, newest() if counted(folded, dates) else None)
    asked = None if parts or alike else asked_articles(folded, periods, reporters)
    listing, byline = asked or (None, None)
    focus, unit = _focus(folded, kind, match)
    count, said = _count(folded)
    bare = without_interrogatives(folded) or folded
    name = bare.strip(" ?？。")
    words = content_words(bare)
    if kind is Kind.TITLE and is_name(name):
        words = [Word(name, key=True)]  # whatever the segmenter makes of it
    return Question(
        text=text,
        embedded=text,
        bare="".join(c for c in bare if c.isalnum()),
        kind=Kind.ARTICLES if listing else kind,
        words=tuple(word for word in words if word.text not in _ATTRIBUTE.get(kind, ())),
        terms=query_terms(bare, wordlist),
        focus=tuple(word for word in focus if word not in _ATTRIBUTE.get(kind, ())),
        unit=unit,
        count=count,
        counted=said,
        dates=dates,
        periods=tuple(period for period in periods if listing or not period.vague),
        byline=byline,
        listing=listing,
        holder=kind is Kind.WHO and _HOLDER.search(folded) is not None,
        chinese=is_chinese(folded),
        parts=alike or tuple(parts),
        compared=bool(alike),
    )
