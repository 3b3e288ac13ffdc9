"""Facts that changed: one office held by two people, one figure given anew. Both are answered, newest first, each with its day.

Strict on purpose: two things taken for one would be a false history. What is said must be said of the same thing in the same
words; 副区长 is no 区长, 二期 no 一期, and the neighbouring district has its own head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from index import Archive, fold, sentences, tagged
from qa import cite
from qa.content import is_content
from qa.kinds import Kind
from qa.matching import Range, clauses
from qa.question import Question
from qa.spans import is_name, titles
from qa.types import Answer, Claim, Hit

MOST = 3
"""Values of one fact that are answered; the newest are kept."""

ALIKE = 0.02
"""Relative difference below which two figures are one, rounded once more than the other: 约50亿元 and 49.8亿元."""

_FULL = len("2023-11-14")
# Words that say how a figure is given, not of what.
_MANNER = frozenset(
    "目前 现在 截至 截止 已 已经 将 达 达到 达到了 增加 增 增至 增长 提高 提升 调整 调 降 降至 减少 减 扩大 上升 下降 共 共有 总共 为 约 近 超 超过 有 是 全部 突破 预计 最新 数据 统计 显示 左右 以上 仅 由 至 到 变更 修改"
    " 更新 修订 核定 确定 公布 据 了解".split()
)
_FORMER = re.compile(r"(?:原任?|前任?|时任|曾任|代|副|拟任)$")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_APPROXIMATE = re.compile(r"^(?:约|近|超过|超|逾|达到|达|共|为|至少|最高|不少于)+|(?:以上|以下|左右|余|多)+")


class Answering(Protocol):
    """A sentence that may answer, as extraction gives it: `article.text[start:end]`, and in it the exact spans."""

    @property
    def hit(self) -> Hit: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def short(self) -> tuple[Range, ...]: ...


C = TypeVar("C", bound=Answering)


def changed(question: Question, candidates: Sequence[C]) -> list[C]:
    """Of `candidates` that may each be given as the answer, best first, those that give the fact at different days with
    different values, newest first; empty if nothing is seen to have changed. The best one is always among them.

    A question that names a day or year asks for the value of that time, and gets it alone.
    """
    if not candidates or question.periods or question.dates or not _one_value(question):
        return []
    best = candidates[0]
    if _day(best) is None or _said_of(question, best) is None:
        return []
    same = [best, *(other for other in candidates[1:] if _same_fact(question, best, other))]
    by_value: list[C] = []
    for candidate in sorted(same, key=lambda c: _day(c) or "", reverse=True):
        if not any(_same_value(_value(candidate), _value(other)) for other in by_value):
            by_value.append(candidate)
    days = {_day(candidate) for candidate in by_value}
    if len(by_value) < 2 or len(days) < len(by_value):
        return []
    kept = by_value[:MOST]
    return kept if any(_same_value(_value(best), _value(one)) for one in kept) else []


def answer_changed(archive: Archive, question: Question, claims: Sequence[Claim]) -> Answer | None:
    """The values under each other, each with the day of its article and its quote cited."""
    composed = cite.compose(archive, question.text, claims)
    if composed is None or len(composed.citations) < len(claims):
        return None
    lines = [
        f"{citation.date}：{'、'.join(claim.short)}[{citation.n}]"
        for citation, claim in zip(composed.citations, claims, strict=True)
    ]
    return replace(composed, answer="\n".join(lines))


def _one_value(question: Question) -> bool:
    """Whether a fact is asked for that has one value at a time: who holds an office, or a figure."""
    return bool(question.focus) and ((question.kind is Kind.WHO and question.holder) or question.kind is Kind.NUMBER)


def _day(candidate: Answering) -> str | None:
    date = candidate.hit.article.date
    return date.value if date is not None and len(date.value) == _FULL else None


def _value(candidate: Answering) -> str:
    return "、".join(fold(candidate.hit.article.text[low:high]) for low, high in candidate.short)


def _same_fact(question: Question, best: Answering, other: Answering) -> bool:
    """Whether another article says the same of the same thing on another day."""
    if other.hit.article.id == best.hit.article.id or _day(other) in (None, _day(best)) or not other.short:
        return False
    said = _said_of(question, other)
    return said is not None and said == _said_of(question, best)


def _said_of(question: Question, candidate: Answering) -> frozenset[str] | None:
    """What a sentence gives the value of, as the words that tell it from others, without those that the question has; None
    if the question's own are not all there."""
    if len(candidate.short) != 1:
        return None
    return _office(question, candidate) if question.kind is Kind.WHO else _attribute(question, candidate)


def _office(question: Question, candidate: Answering) -> frozenset[str] | None:
    """The body whose office the named person holds, as it stands before the name: "滨海区" of "滨海区区长王清源"."""
    article = candidate.hit.article
    low, high = candidate.short[0]
    sentence = fold(article.text[candidate.start : candidate.end])
    name, office = fold(article.text[low:high]), question.focus[0]
    if not is_name(name):
        return None
    own = [
        word.text
        for word in question.words
        if len(word.text) > 1 and word.text != office and not word.text.endswith(office)
    ]
    for start, end in titles(sentence, name):
        for title in re.split("[、,，]|兼", sentence[start:end]):
            if not title.endswith(office) or _FORMER.search(title.removesuffix(office)):
                continue
            rest = title.removesuffix(office)
            for word in own:
                rest = rest.replace(word, "")
            if all(word in title or word in _around(candidate) for word in own):
                return frozenset({rest} - {""})
    return None


def _attribute(question: Question, candidate: Answering) -> frozenset[str] | None:
    """The words that stand before a figure in its clause, beside those of the question: of what it is the figure."""
    article = candidate.hit.article
    low, high = candidate.short[0]
    spot = next(
        ((a, b) for a, b in clauses(article.text, candidate.start, candidate.end) if a <= low < b),
        (candidate.start, high),
    )
    clause = fold(article.text[spot[0] : low])
    own = [word.text for word in question.words]
    if not any(word in clause or clause[-2:] in word for word in question.focus):
        return None
    around = f"{fold(article.text[candidate.start : candidate.end])}\n{_around(candidate)}"
    if not all(word in around for word in own):
        return None
    asked = fold(question.text)
    telling = {
        word
        for word, tag in tagged(clause)
        if word not in asked
        and word not in _MANNER
        and not tag.startswith("t")
        and (is_content(word, tag) or tag[0] in "mbf")
    }
    unit = _APPROXIMATE.sub("", _NUMBER.sub("", fold(article.text[low:high]))).strip("十百千万亿")
    return frozenset(telling | {f"/{unit}"})


def _around(candidate: Answering) -> str:
    """Headline and lead, which say what the rest of an article is about; folded."""
    article = candidate.hit.article
    low, high = (sentences(article.text) or [(0, 0)])[0]
    return fold(f"{article.title}\n{article.text[low:high]}")


def _same_value(one: str, other: str) -> bool:
    if one == other:
        return True
    first, second = _amount(one), _amount(other)
    return first is not None and second is not None and abs(first - second) <= ALIKE * max(first, second)


def _amount(text: str) -> float | None:
    """A figure as a number: "约1.2亿元" is 120,000,000; None if there is none."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    amount = float(match.group().replace(",", ""))
    for scale in text[match.end() :]:
        if scale not in _SCALES:
            break
        amount *= _SCALES[scale]
    return amount
