"""Whether a sentence turns round what another says: denies what that affirms, says the contrary, or bounds a number otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_NEGATION = re.compile(
    "不(?!仅|但|断|同|久|少|止|妨|禁|愧|管|论|得不)|没有?|未(?!来|必)|无(?!论|线|锡|人机)|并?非(?!常|洲|遗|凡)"
    "|拒绝?|禁止|难以|避免|停止|取消|失败|否认|反对"
)
_REACH = 4  # characters after a negation within which a word is denied by it
_LONGEST = 3  # characters of a negation

_CONTRARY = {
    one: other
    for pair in (
        "增加 减少|增长 下降|上升 下降|提高 降低|上涨 下跌|扩大 缩小|支持 反对|赞成 反对|通过 否决|成功 失败|开始 结束|开幕 闭幕"
        "|进口 出口|最高 最低|最大 最小|最多 最少|首次 最后|之前 之后|以前 以后|以上 以下|上午 下午|同意 拒绝|允许 禁止|买入 卖出"
        "|收购 出售|东部 西部|南部 北部|男性 女性|升高 降低|加强 减弱|盈利 亏损"
    ).split("|")
    for one, other in (pair.split(), pair.split()[::-1])
}

_NUMBER = r"\d[\d.]*"
# What leaves room above a number, and what leaves room below it.
_BOUNDS = tuple(
    re.compile(rf"(?:{before})\D{{0,2}}(?P<a>{_NUMBER})|(?P<b>{_NUMBER})[%十百千万亿]{{0,3}}\D{{0,2}}?以{after}")
    for before, after in (
        ("(?<!不)超过?|逾|多于|高于|不少于|不低于|至少|突破", "上"),
        ("不足|不到|不超过|少于|低于|未满|(?<![最附邻临将])近|至多|最多", "[下内]"),
    )
)


def turned_round(words: Sequence[str], said: str, source: str) -> str:
    """The word or number of `said` that `source` has the other way round; empty if there is none. Both texts are folded;
    `words` are the content words of `said`."""
    for word in words:
        if word not in source:
            if _CONTRARY.get(word, "\n") in source:
                return word
        elif not _NEGATION.fullmatch(word) and not set(_denied(word, said)) <= set(_denied(word, source)):
            return word
    for match in _NEGATION.finditer(said):
        after = said[match.end() : match.end() + 1]
        if after and not any(after in source[other.end() : other.end() + 2] for other in _NEGATION.finditer(source)):
            return match.group() + after
    for pattern in _BOUNDS:
        one, other = ({match["a"] or match["b"] for match in pattern.finditer(text)} for text in (said, source))
        for number in sorted(one ^ other):
            if number in said and number in source:
                return number
    return ""


def _denied(word: str, text: str) -> Iterator[bool]:
    """For each place of a word whether a negation stands right before it."""
    place = text.find(word)
    while place >= 0:
        before = _NEGATION.finditer(text, max(0, place - _REACH - _LONGEST), place)
        yield any(place - match.end() <= _REACH for match in before)
        place = text.find(word, place + 1)
