"""The exact span asked for in a sentence: a date, a name, a quantity, the items of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from index import fold, fold_with_offsets
from qa import spans
from qa.about import BODIES, TAKE_PLACE
from qa.kinds import Kind
from qa.matching import CLAUSE_ENDS, Range, clauses
from qa.question import Question

# How near is near. Chosen by judgement, not fitted: no set we may train on marks exact spans in newspaper sentences.
TOUCH = 3.0  # characters: a word this far off pulls half as much as one that touches the span
FOCUS = 3.0  # the words beside the interrogative pull so many times as much as others
BEFORE = 2  # a span before its word ("400亩占地") is twice as far off as one after it
CLAUSE = 8  # characters that a clause mark between them counts for: another clause, another thing
COUNTED = 4.0  # an enumeration of as many items as were asked for is nearly always the one meant


def find_short(question: Question, sentence: str, rarity: Mapping[str, float]) -> tuple[list[Range], float]:
    """The exact spans of the sentence that answer, and how near they stand to the words asked about (0 to about 1).

    `rarity` weighs the question's words: the rare ones say where in a long sentence to look.
    """
    finder = FINDERS.get(question.kind)
    if finder is None:
        return [], 0.0
    folded, offsets = fold_with_offsets(sentence)
    asked = fold(question.text)
    groups = [[r for r in group if fold(sentence[slice(*r)]) not in asked] for group in finder(question, sentence)]
    # An item that ends at an opening quotation mark is cut from "弘扬“五种精神”", which says how many, not which.
    groups = [g for g in groups if g and not any(sentence[b - 1] in "“「『《" for _, b in g)]
    if not groups:
        return [], 0.0
    words = {
        word: [(offsets[m.start()], offsets[m.end()]) for m in re.finditer(re.escape(word), folded)]
        for word in dict.fromkeys((*question.focus, *rarity))
    }
    scored = [(_attraction(question, sentence, group, rarity, words), group) for group in groups]
    pull, best = max(scored, key=lambda pair: (pair[0], -pair[1][0][0]))
    return best, pull


def _attraction(
    question: Question, sentence: str, group: list[Range], rarity: Mapping[str, float], words: Mapping[str, list[Range]]
) -> float:
    """How near a group of spans stands to the question's words, whose places are `words`: their rarity over their
    distance, most for the focus words, and more for what follows a word than for what precedes it. An enumeration of as
    many items as were asked for counts several times."""
    start, end = group[0][0], group[-1][1]
    total, most = 0.0, 0.001
    for word, places in words.items():
        weight = rarity.get(word, 1.0) * (FOCUS if word in question.focus else 1.0)
        most += weight / TOUCH
        if places:
            # A word that stands in several places tells less about where to look.
            nearest = min(_distance(sentence, start, end, *place) for place in places)
            total += weight / len(places) / (TOUCH + nearest)
    return total / most * (COUNTED if question.count and len(group) == question.count else 1.0)


def _distance(sentence: str, start: int, end: int, low: int, high: int) -> float:
    """Characters from a span to a word at `low:high`: more if the word comes after, and for each clause between."""
    if start < high and low < end:
        return 0.0
    gap = start - high if start >= high else BEFORE * (low - end + 1)
    return gap + CLAUSE * sum(char in CLAUSE_ENDS for char in sentence[min(end, high) : max(start, low)])


Groups = Iterable[list[Range]]


def _one_each(ranges: Iterable[Range]) -> Groups:
    return [[r] for r in ranges]


def _when(question: Question, sentence: str) -> Groups:
    found = spans.dates(sentence)
    days = [r for r in found if any(mark in sentence[slice(*r)] for mark in "日号")]
    return _one_each(days or found)


def _where(question: Question, sentence: str) -> Groups:
    found = spans.places(sentence)
    if found or (question.focus and question.focus[0] in TAKE_PLACE):
        return _one_each(found)
    return _one_each(spans.place_names(sentence))


def _who(question: Question, sentence: str) -> Groups:
    if any(body in word for word in question.focus[:1] for body in BODIES) or _WHICH_BODY.search(question.text):
        return [spans.organisations(sentence)]
    found = spans.names(sentence)
    if not found and not question.holder:  # who built it may well be a company
        return [spans.organisations(sentence)]
    if SEVERAL.search(question.text):
        return [found]
    # One person did one thing: names that a comma parts did different things. An office may be held by several.
    parts = [[r for r in found if low <= r[0] < high] for low, high in clauses(sentence, 0, len(sentence))]
    if not HOLDER.search(question.text):
        return parts
    office = question.focus[0] if question.focus else ""
    holders = [
        r
        for (low, high), part in zip(clauses(sentence, 0, len(sentence)), parts, strict=True)
        for r in part
        if office in sentence[low:high]
    ]
    return [holders] if holders else parts


HOLDER = re.compile(r"谁是|是谁|\bwho is\b", re.IGNORECASE)
SEVERAL = re.compile(r"哪些|哪几|都有|有谁|谁和|分别|who (are|were)|which people", re.IGNORECASE)
_WHICH_BODY = re.compile(r"哪[一二两三四五六七八九十几些\d]*家|which compan", re.IGNORECASE)
_MONEY = ("投资", "金额", "资金", "钱", "元", "价", "费", "奖励", "invest", "cost", "price", "money")
_PERCENT = ("增长多少", "增速", "占比", "比例", "率", "百分之", "percent")


def _title(question: Question, sentence: str) -> Groups:
    named = [word.text for word in question.words if spans.is_name(word.text)]
    return _one_each(r for name in named for r in spans.titles(sentence, name))


def _number(question: Question, sentence: str) -> Groups:
    unit = question.unit
    if not unit or not spans.quantities("1" + unit, unit):
        asked = fold(question.text)
        unit = "元" if any(w in asked for w in _MONEY) else "%" if any(w in asked for w in _PERCENT) else ""
    found = spans.quantities(sentence, unit)
    return _one_each(found if found or unit not in ("%", "") else spans.quantities(sentence))


def _list(question: Question, sentence: str) -> Groups:
    return list(spans.enumerations(sentence)) or _one_each(spans.quoted(sentence))


def _what(question: Question, sentence: str) -> Groups:
    if "版" in question.text and (found := spans.versions(sentence)):
        return _one_each(found)
    return _one_each(spans.quoted(sentence) if _NAMED.search(question.text) else [])


_NAMED = re.compile(r"主题|名称|名字|口号|标题|题目|叫什么|叫做什么|理念|theme|title|name|slogan", re.IGNORECASE)
FINDERS = {
    Kind.WHEN: _when,
    Kind.WHERE: _where,
    Kind.WHO: _who,
    Kind.TITLE: _title,
    Kind.NUMBER: _number,
    Kind.LIST: _list,
    Kind.WHAT: _what,
}
