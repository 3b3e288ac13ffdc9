"""The words of a text that say what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index import tagged

# jieba's tags of words that say what a sentence is about.
_CONTENT_TAGS = ("n", "v", "a", "m", "t", "s", "f", "i", "j", "l", "eng", "z", "b", "x")
# Proper names, places apart: a place is often left unsaid in its own paper.
_NAME_TAGS = ("nr", "nrt", "nt", "nz")
_STOP = frozenset(
    (
        "是 有 在 为 被 把 让 请 说 做 要 会 能 可 可以 进行 具体 什么 怎么 如何 哪些 多少 时候 时间 地方 分别 各自 总共 一共 大概 大约 到底 究竟 目前 现在 如今 一下 知道 告诉"
        " 介绍 想 问 吗 呢 的 了 the a an of in on at for to and or is are was were be been did do does has have had how much"
        " many what which who whom whose when where why with by from as it its this that these those there any please tell me about"
    ).split()
)
NUMBERED = re.compile(r"第?[\d一二两三四五六七八九十百]+(?:\.\d+)?[一-鿿]?")

# "二期", "第三届": which one of several, and so a key even in Chinese numerals.
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十百]+[一-鿿]|(?<![分一二三四五六七八九十])[一二三四五六七八九十]{1,3}[期届]"
)


_COUNTERS = frozenset(
    "年月日号次届期个家名位人项条件版章节回集季度周岁天级楼路线班米里吨亩元万亿千百%％种类场所座台辆艘架层批组套份张本册支篇部起例户倍度强大分秒点区街团军师"
    "一二三四五六七八九十"
)
_YEAR_AND_MORE = re.compile(r"(?:19|20)\d\d[一二三四五六七八九十]")
_BARE_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of the question, folded. `weight` is 1 for its own words, less for inherited ones."""

    text: str
    weight: float = 1.0
    key: bool = False
    """Names something the answer must be about: a number, an ordinal, a proper name of three characters or more."""


def is_content(word: str, tag: str) -> bool:
    """Whether a word with jieba's tag says what a text is about."""
    if word in _STOP or word[0] == "几" or not any(c.isalnum() for c in word):
        return False
    if len(word) == 1:
        return tag.startswith(("n", "eng", "m")) or word.isdigit()
    return tag.startswith(_CONTENT_TAGS) or word.isascii()


def _measured(number: str) -> str:
    """A number without a character after it that measures nothing: "2014全球…" names the year 2014."""
    if _YEAR_AND_MORE.match(number):
        return f"{number[:4]}年"
    digits = number.rstrip(number[-1]) if number[-1] not in _COUNTERS and not number[-1].isdigit() else number
    return f"{digits}年" if _BARE_YEAR.fullmatch(digits) else digits


def content_words(folded: str, weight: float = 1.0) -> list[Word]:
    """The content words of folded text in order, without repeats. Numbers, ordinals and proper names are keys."""
    found: dict[str, Word] = {}
    numbered = {
        m.group() for m in NUMBERED.finditer(folded) if len(m.group()) > 1 and any(c.isdigit() for c in m.group())
    }
    numbered |= {m.group() for m in _ORDINAL.finditer(folded)}
    numbered = {_measured(text) for text in numbered}
    for text in sorted(numbered, key=lambda text: (folded.find(text.rstrip("年")), text)):
        found[text] = Word(text, weight, key=True)
    for word, tag in tagged(folded):
        if is_content(word, tag) and word not in found and not any(word in number for number in numbered):
            found[word] = Word(word, weight, key=weight == 1.0 and len(word) > 2 and tag in _NAME_TAGS)
    return list(found.values())
