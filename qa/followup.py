"""A follow-up made whole from the conversation before it: "占地多少？", "那第61次呢？", "谁主持的？", "还有呢？".

A question that says what it is about takes over nothing: to answer the last question again is worse than not to answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index import fold, parse_dates, tagged
from qa.content import NUMBERED, content_words
from qa.kinds import Kind, find_kind, is_chinese, without_interrogatives
from qa.topics import ATTRIBUTE, BODY, DATE, OFFICES, PERSON, PLACE, THING, Phrase, phrases, topic_of

ENOUGH = 6
"""Characters of content words with which a question without a noun is taken to stand alone."""

SHORT = 20
"""Characters. "那…呢？" around more than this is no exchange of one part."""

COMMON_NOUN = 2
"""Characters of a noun that may be of anything: in "门票多少钱？" and "什么时候通车？" it is taken for what was spoken of before."""

Answered = Callable[[int], str]
"""Gives the exact answer to the earlier question of that number, or nothing."""

_LEAD = r"(?:那么?|還有|还有|而|如果是|换成|换作|換成|and|(?:and )?what about|how about)"
_AND_WHAT_OF = re.compile(
    rf"^(?P<lead>{_LEAD})?[\s，,]*(?P<what>.+?)(?P<tail>呢|又如何|又怎么样|怎么样)?[?？\s。]*$", re.IGNORECASE
)
_MORE = re.compile(
    r"(?:还有|還有|另外|除此之外|其他的?|其它的?|别的|更多的?|继续|接着|下一页|再来|后面的?|剩下的?|more|next|go on|(?:and )?what else|anything else|any more)"
    r"(?:的|呢|吗|嗎|什么|哪些|其他的?|别的|更多的?|有|一些|是|几个|[，,\s])*[?？。\s]*",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"(?:这是|那是|那|这)?(?:为什么|为啥|为何|什么原因|why)(?:呢|啊)?(?:会)?(?:这样|如此)?[?？。\s]*", re.IGNORECASE
)
_NOUN = r"(?P<noun>项目|工程|公司|企业|集团|单位|部门|机构|学校|会议|大会|活动|仪式|论坛|展览|比赛|大桥|图书馆|医院|地方|计划|政策|规定|办法|系统|平台|产品|技术|奖项|[一-鿿]?(?:路|桥|馆|校|区|市|县|镇|村|园|港|站|线|厂|局|会|节|展|赛|楼|院))"
_PRONOUNS = (
    (PERSON, re.compile(r"他们|她们|他(?![们的]?[国乡])|她|此人|该人|这(?:个|位)(?:人|领导|同志|专家|干部)|\b(?:he|she|him|his|her|they|them|their)\b")),
    (PLACE, re.compile(r"那里|那儿|那边|当地|该地|\bthere\b(?! (?:is|are|was|were))(?=[?\s]*$)")),
    (DATE, re.compile(r"那一?[天年](?=[^，。]{2,})|那时候?")),
    (THING, re.compile(rf"(?<![因如由据对应])(?:该|这[个些次场项位家座条届]?|那[个些次场项家座条届]|此(?![外前后时次间]))(?:{_NOUN})|此次{_NOUN.replace('noun', 'noun2')}|上述(?:内容|问题|{_NOUN.replace('noun', 'noun3')})")),
    (THING, re.compile(r"它们?|^其(?![他它实余次间后前])中?|\b(?:it|its|this|that|these|those)\b|^(?:这|那)(?=是|有|在|由|叫|为)")),
)  # fmt: skip
_NAMED = (PERSON, PLACE, BODY)
_CROWD = re.compile(r"[团队组班]$|[们员者]$|代表|嘉宾|专家|学生|居民")
_ANSWERS = {PERSON: (Kind.WHO,), PLACE: (Kind.WHERE,), DATE: (Kind.WHEN,), THING: (Kind.WHO, Kind.WHAT)}
_PARTICLES = "呢吗吧啊呀了么嘛哦啦"
_BEGINS = re.compile(r"^(?:那么?|而且?|然后|那)[\s，,]*(?![个些次场项家座条届里儿边天年时])")


@dataclass(frozen=True, slots=True)
class Whole:
    """A question made whole. `topic` is what of its text was taken over from the conversation; `skipped` is how many times
    more of the same answer was asked for."""

    text: str
    topic: str = ""
    skipped: int = 0


def make_whole(text: str, history: Sequence[str], answered: Answered = lambda _: "") -> Whole:
    """The question to parse. `history` are the earlier questions, oldest first; `answered` is asked for the answer to one of
    them only where a pronoun means it ("谁主持的？" – "他还出席了什么活动？")."""
    context = Whole("")
    for number, earlier in enumerate((*history, text)):
        context = _after(context, earlier, number, answered if number == len(history) else lambda _: "")
    return context


def _after(context: Whole, text: str, number: int, answered: Answered) -> Whole:
    """The question that `text` asks after `context`."""
    before = context.text
    if not before.strip():
        return Whole(text)
    asked = text.strip()
    if _MORE.fullmatch(fold(asked)):
        return Whole(before, context.topic, context.skipped + 1)
    if _WHY.fullmatch(fold(asked)):
        said = before.rstrip("?？。 ")
        told = without_interrogatives(fold(said)).strip() if is_chinese(fold(said)) else said
        return Whole(f"{told}，为什么？" if is_chinese(fold(asked)) else f"Why: {told}?", told)
    return (
        _swapped(asked, before)
        or _resolved(asked, before, lambda: _brief(answered(number - 1)))
        or (Whole(text) if _stands_alone(asked) else _joined(asked, before))
    )


def _brief(answer: str) -> str:
    """An answer that can stand for a pronoun; a whole sentence cannot."""
    return answer if len(answer) <= SHORT else ""


def _stands_alone(text: str) -> bool:
    """Whether a question says what it is about: a name, a date and a noun, a noun that is not one of every report."""
    folded = fold(text)
    if not is_chinese(folded):
        return len(folded.split()) > 3 or any(c.isdigit() for c in folded)
    found = phrases(text)
    if any(phrase.specific and (phrase.named or len(phrase.text) > COMMON_NOUN) for phrase in found):
        return True
    if any(
        len(word) == 1 and (tag.endswith("g") or (tag == "y" and word not in _PARTICLES))
        for word, tag in tagged(folded)
    ):
        return True  # characters that are parts of words: a term that the segmenter does not know
    if find_kind(folded)[0] is Kind.KEYWORDS:
        return True  # words for a search, or no question at all
    if found:
        return False
    return sum(len(word.text) for word in content_words(without_interrogatives(folded))) >= ENOUGH


def _joined(text: str, context: str) -> Whole:
    """The question with the topic of the conversation before it."""
    asked = _BEGINS.sub("", text)
    if not is_chinese(fold(context)) or not is_chinese(fold(asked)):
        topic = topic_of(fold(context))
        return Whole(f"{topic}: {asked}", topic)
    found = [phrase for phrase in phrases(context) if phrase.sort != DATE or not parse_dates(fold(asked))]
    own = [phrase.text for phrase in phrases(asked)]
    if own and own[0] in OFFICES and not any(phrase.sort in (PLACE, BODY) for phrase in found):
        return Whole(text)  # the mayor is not the bridge's
    # A thing of the same sort is exchanged, not added: "会议在哪召开？" after one about somebody's 会议.
    kept = [p.text for p in found if (p.specific or p.sort == DATE) and p.text not in asked]
    if not kept:
        kept = [p.text for p in found if p.text not in asked] or [topic_of(context)]
    topic = " ".join(kept)
    return Whole(f"{topic}{asked}" if len(kept) == 1 else f"{topic}：{asked}", topic)


def _resolved(text: str, context: str, answer: Callable[[], str]) -> Whole | None:
    """The question with its pronoun replaced by what it points to; None if it has none, or what it points to is unknown."""
    folded = fold(text)
    if len(folded) != len(text):
        text = folded
    for sort, pattern in _PRONOUNS:
        match = pattern.search(folded)
        if match is None:
            continue
        noun = next((value for name, value in match.groupdict().items() if name.startswith("noun") and value), "")
        if noun and any(phrase.specific and phrase.start < match.start() for phrase in phrases(text)):
            return None  # "滨海大桥这个项目" says itself which
        referent = _referent(sort, noun, context, answer)
        if not referent or match.group() == "其中" or not is_chinese(folded):
            named = any(phrase.sort in _NAMED for phrase in phrases(text))
            return None if named else _joined(text[: match.start()] + noun + text[match.end() :], context)
        rest = text[match.end() :]
        return Whole(_BEGINS.sub("", text[: match.start()]) + referent + rest, referent)
    return None


def _referent(sort: str, noun: str, context: str, answer: Callable[[], str]) -> str:
    """What a pronoun points to: the answer of the question before, if that is what was asked for, or its topic."""
    if not is_chinese(fold(context)):
        return topic_of(context)
    found = phrases(context)
    kind, _ = find_kind(fold(context))
    if sort in (PERSON, PLACE, DATE):
        named = next((p.text for p in reversed(found) if p.sort == sort), "")
        crowd = next((p.text for p in found if sort == PERSON and _CROWD.search(p.text)), "")
        return named or (answer() if kind in _ANSWERS[sort] else "") or crowd
    things = [p for p in found if p.sort not in (DATE, PERSON)]
    if noun:
        alike = next((p.text for p in reversed(things) if p.text.endswith(noun) and p.specific), "")
        if alike:
            return alike
        said = answer() if kind in _ANSWERS[THING] and noun in ("公司", "企业", "集团", "单位", "机构", "学校") else ""
        if said:
            return said
    specific = next((p.text for p in things if p.specific), "")
    return (
        specific or (answer() if kind in _ANSWERS[THING] and not things else "") or next((p.text for p in things), "")
    )


def _swapped(text: str, context: str) -> Whole | None:
    """ "那第61次呢？" after a question about the 71st: the same question with the part of the same sort exchanged."""
    match = _AND_WHAT_OF.match(text)
    if not match or len(match["what"]) > SHORT:
        return None
    what = match["what"].strip()
    if find_kind(fold(what))[1] is not None or any(pattern.search(fold(what)) for _, pattern in _PRONOUNS):
        return None
    if not match["lead"] and match["tail"] != "呢" and not _bare(what):
        return None
    for exchange in (_dates, _numbers, _named):
        if whole := exchange(what, context):
            return Whole(whole)
    found = phrases(context)
    kind = find_kind(fold(what))[0]
    common = len(what) <= COMMON_NOUN and not any(p.sort in _NAMED for p in phrases(what))
    if ATTRIBUTE.fullmatch(fold(what)) or kind is not Kind.KEYWORDS or common:
        topic = " ".join(p.text for p in found if p.specific) or topic_of(context)
        return Whole(f"{topic}的{what}是什么？" if kind in (Kind.KEYWORDS, Kind.WHAT) else f"{topic} {what}", topic)
    # Something else of no certain sort: it takes the place of what was spoken of.
    subject = next((p for p in found if p.specific), found[0] if found else None)
    return None if subject is None else Whole(_put(context, subject.start, subject.end, what))


def _bare(what: str) -> bool:
    """Whether a text is one thing and nothing else: "第二期？", "2022年？"."""
    found = phrases(what)
    return len(found) == 1 and len(found[0].text) == len(what) and (found[0].sort != THING or not found[0].specific)


def _put(context: str, start: int, end: int, what: str) -> str:
    return context[:start] + what + context[end:]


def _dates(what: str, context: str) -> str:
    """The context with its date exchanged, or with one put before it."""
    new, old = parse_dates(fold(what)), parse_dates(fold(context))
    if len(new) != 1 or new[0].end - new[0].start < len(fold(what)) - 1 or len(fold(context)) != len(context):
        return ""
    if not old:
        return f"{what}{context}"
    first, said = old[0], new[0]
    if said.day and not said.month and first.month and first.day and "月" in context[first.start : first.end]:
        return _put(context, context.index("月", first.start) + 1, first.end, what)
    if said.month is None and said.year is not None and first.month is not None and first.year is not None:
        return context[: first.start] + what + context[context.index("年", first.start) + 1 :]
    if said.year is None and said.unit is None and first.year is not None and said.month is not None and first.month:
        return _put(context, context.index("年", first.start) + 1, first.end, what) if "年" in context else ""
    return _put(context, first.start, first.end, what)


def _numbers(what: str, context: str) -> str:
    numbered = [m.group() for m in NUMBERED.finditer(context) if len(m.group()) > 1]
    for old in numbered:
        if what.startswith(old[0]) and what[-1:] == old[-1:] and what != old:
            return context.replace(old, what, 1)
    new = _COUNTED.search(what)
    for old in _COUNTED.findall(context):
        if new and new.group()[-1] == old[-1] and old[0].isdigit() == new.group()[0].isdigit():
            return context.replace(old, new.group(), 1)
    return ""


_COUNTED = re.compile(r"第?[\d一二两三四五六七八九十百]+\S")


def _named(what: str, context: str) -> str:
    """The context with the person, place or body of the same sort exchanged, or the thing whose name ends alike."""
    own = phrases(what)
    if len(own) != 1:
        return ""
    found = phrases(context)
    alike: list[Phrase] = [p for p in found if p.sort == own[0].sort and p.sort in (PERSON, PLACE, BODY)]
    if not alike:
        alike = [p for p in found if p.text[-1] == what[-1] and p.sort == THING and p.text not in OFFICES]
    inner = _inner(what, own[0].sort, found)
    if inner and not alike:
        return _put(context, *inner, what)
    return _put(context, alike[-1].start, alike[-1].end, what) if alike and alike[-1].text != what else ""


def _inner(what: str, sort: str, found: Sequence[Phrase]) -> tuple[int, int] | None:
    """A place inside a longer name: 青岛 in 青岛科技馆, for which another place is asked about."""
    if sort != PLACE or [tag for _, tag in tagged(what)] != ["ns"]:
        return None
    for phrase in found:
        position = phrase.start
        for word, tag in tagged(phrase.text):
            if tag == "ns" and word != what:
                return position, position + len(word)
            position += len(word)
    return None
