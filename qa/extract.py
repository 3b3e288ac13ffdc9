"""From hits to the sentence that answers and the exact spans in it, or to a refusal.

A sentence is scored by how much of the question it covers, word by word, each word weighted by how rare it is in the
archive. A word counts in full in the sentence itself and less in what surrounds it: the headline, the lead and the
sentence before say what a sentence is about without its repeating it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from index import Archive, Article, Encoder, fold, sentences
from qa import spans
from qa.question import Kind, Question, Word
from qa.retrieve import idf
from qa.types import Hit

READ = 8
"""Passages read sentence by sentence. The right one is among the first 8 in 99 % of cases; each costs about 1 ms."""

NEAR, ARTICLE = 0.7, 0.15
"""What a word counts beside the sentence (headline, lead, sentence before), and elsewhere in its article."""

ANSWERABLE = 0.55
"""Least coverage of the question that is answered. See docs/decisions.md for how it was set."""

ANSWERABLE_FOREIGN = 0.3
"""Least cosine of passage and question for a question in another language, which shares no word with its answer. Told
apart poorly: unrelated questions reach it in large archives (docs/log.md)."""

FEATURES = ("coverage", "in_sentence", "holds", "pull", "focus", "longest", "cosine", "rank")
WEIGHTS = (7.7, 0.25, 0.85, 0.4, 1.9, 1.0, 1.1, 3.4)
"""What each feature of a sentence counts, fitted by `training/calibrate.py` on training questions."""

OFFICE_SHARED = 0.5
"""Share of an office's name ("区商务局局长") that must stand unbroken in the sentence: another office is another person."""

FOREIGN_COSINE = 10.0
"""Added weight of the cosine for such a question: nothing else tells its sentences apart."""

QUOTE_SHORT, QUOTE_LONG = 80, 130
"""Characters. A longer sentence is cut to the clauses that answer: for one fact to some three lines on a phone."""

CLAUSE_ENDS = "，；,;：:。！？!?"
Range = tuple[int, int]
_YEAR = re.compile(r"\d{4}年?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: `article.text[start:end]`; `short` are offsets in the article's text.

    `coverage` is the weighted share of the question's words it or its surroundings hold; `typed` says that it holds a
    span of the type asked for, `keys` that every number and title of the question stands in it or near it.
    """

    hit: Hit
    start: int
    end: int
    features: tuple[float, ...]
    score: float
    coverage: float
    typed: bool
    keys: bool
    answerable: bool
    short: tuple[Range, ...]

    @property
    def text(self) -> str:
        return self.hit.article.text[self.start : self.end]


@dataclass(frozen=True)
class Context:
    """The folded surroundings of the sentences of one article."""

    article: Article

    @cached_property
    def sentences(self) -> list[Range]:
        return sentences(self.article.text)

    @cached_property
    def near(self) -> str:
        """Headline, sections, dates and the first sentence."""
        article = self.article
        first = self.sentences[0] if self.sentences else (0, 0)
        dates = [
            spoken(date.value) for date in (*article.event_dates, *((article.published,) if article.published else ()))
        ]
        return fold(
            "\n".join([*article.headline, *(s.title for s in article.sections), *dates, article.text[slice(*first)]])
        )

    @cached_property
    def whole(self) -> str:
        return unquoted(fold(self.article.text))


def spoken(iso: str) -> str:
    """ "2023-07-21" as a page writes it: "2023年7月21日"."""
    parts = [int(part) for part in iso.split("-")]
    return "".join(f"{value}{unit}" for value, unit in zip(parts, "年月日"[-len(parts) :], strict=True))


def weight(archive: Archive, word: Word) -> float:
    """Rarity of a word times its own weight. A word the segmenter split otherwise is as rare as its rarest bigram."""
    frequency = archive.lexical.document_frequency
    bigrams = [word.text[i : i + 2] for i in range(len(word.text) - 1)]
    seen = max(frequency(word.text), min((frequency(b) for b in bigrams), default=0))
    return word.weight * idf(max(archive.lexical.count, 1), seen)


_QUOTES = str.maketrans("", "", "“”‘’\"'「」『』《》〈〉")


def unquoted(text: str) -> str:
    """Without quotation marks: 自贸区“2.0”版 is 自贸区2.0版."""
    return text.translate(_QUOTES)


def longest_shared(a: str, b: str) -> int:
    """Length of the longest string that stands in both texts."""
    best = 0
    for start in range(len(a)):
        while start + best < len(a) and a[start : start + best + 1] in b:
            best += 1
    return best


def covered(word: str, text: str) -> float:
    """How much of a word stands in folded text: 1 whole, else the share of its bigrams if that is at least half."""
    if word in text:
        return not _cut_number(word, text)
    if len(word) < 3 or word[0].isdigit() or word.isascii():
        return 0.0
    bigrams = [word[i : i + 2] for i in range(len(word) - 1)]
    share = sum(bigram in text for bigram in bigrams) / len(bigrams)
    return share if share >= 0.5 else 0.0


def _cut_number(word: str, text: str) -> bool:
    """Whether `word` occurs only as the tail of a longer number ("1次" in "第61次")."""
    if not word[0].isdigit():
        return False
    position = text.find(word)
    while position >= 0:
        if position == 0 or not (text[position - 1].isdigit() or text[position - 1] in ".,"):
            return False
        position = text.find(word, position + 1)
    return True


class Reader:
    """Reads hits for one question."""

    def __init__(self, archive: Archive, encoder: Encoder, question: Question) -> None:
        self.encoder = encoder
        self.question = question
        self.weights = [(word, weight(archive, word)) for word in question.words]
        self.bare = unquoted(fold(question.bare))
        self.rarity = {word.text: value for word, value in self.weights}
        self.total = sum(value for _, value in self.weights) or 1.0

    def candidates(self, hits: Sequence[Hit]) -> list[Candidate]:
        """The sentences of the best hits, best first. Equal scores keep the order of hits and of the text."""
        contexts: dict[str, Context] = {}
        places: list[tuple[Hit, Context, int]] = []
        for hit in hits[:READ]:
            context = contexts.setdefault(hit.article.id, Context(hit.article))
            places += [
                (hit, context, i)
                for i, (start, end) in enumerate(context.sentences)
                if hit.passage.start <= start < hit.passage.end
            ]
        if not places:
            return []
        texts = [context.article.text[slice(*context.sentences[i])] for _, context, i in places]
        cosines = self.encoder.encode(texts) @ self.encoder.encode([self.question.text], query=True)[0]
        best = max(hit.score for hit, _, _ in places) or 1.0
        read = [
            self._read(hit, context, i, float(cosine), hit.score / best)
            for (hit, context, i), cosine in zip(places, cosines, strict=True)
        ]
        return sorted(read, key=lambda candidate: -candidate.score)

    def _read(self, hit: Hit, context: Context, i: int, cosine: float, rank: float) -> Candidate:
        start, end = context.sentences[i]
        text = context.article.text[start:end]
        folded = unquoted(fold(text))
        before = unquoted(fold(context.article.text[slice(*context.sentences[i - 1])])) if i else ""
        near = context.near + "\n" + before
        coverage = in_sentence = 0.0
        keys = True
        for word, value in self.weights:
            here = covered(word.text, folded)
            tier = max(here, NEAR * covered(word.text, near), ARTICLE * covered(word.text, context.whole))
            coverage += value * tier
            in_sentence += value * here
            keys = keys and (not word.key or tier >= (ARTICLE if _YEAR.fullmatch(word.text) else NEAR))
        coverage, in_sentence = coverage / self.total, in_sentence / self.total
        short, pull = find_short(self.question, text, self.rarity)
        focus = self._focus(folded, before)
        longest = longest_shared(self.bare, folded) / max(len(self.bare), 1)
        typed = bool(short) or self.question.kind not in TYPED
        if self.question.count and self.question.kind is Kind.LIST:
            typed = len(short) == self.question.count or (len(short) > 1 and self.question.counted in folded)
        holds = bool(short) or self.question.kind not in _FINDERS
        features = (coverage, in_sentence, float(holds), pull, focus, longest, cosine, rank)
        score = sum(weight * feature for weight, feature in zip(WEIGHTS, features, strict=True))
        answerable = typed and keys and coverage >= ANSWERABLE and self._about(folded, focus, longest)
        if not self.question.chinese:
            answerable = typed and keys and max(cosine, hit.dense) >= ANSWERABLE_FOREIGN
            score += FOREIGN_COSINE * cosine
        places = tuple((start + a, start + b) for a, b in short)
        return Candidate(hit, start, end, features, score, coverage, typed, keys, answerable, places)

    def _about(self, folded: str, focus: float, longest: float) -> bool:
        """Whether the sentence speaks of the very thing asked: the quantity, the deed, the office."""
        question = self.question
        if question.holder:
            return longest >= OFFICE_SHARED
        if question.kind is Kind.WHO and question.focus and question.focus[0] not in _BODIES:
            return _resembled(question.focus[0], folded) > 0
        return focus > 0 or question.kind is not Kind.NUMBER

    def _focus(self, folded: str, before: str) -> float:
        """How far the words next to the interrogative stand in the sentence, or, for half, in the one before it."""
        focus = self.question.focus
        if not focus:
            return 1.0
        found = [max(_resembled(word, folded), 0.5 * _resembled(word, before)) for word in focus]
        return sum(found) / len(found)


def _resembled(word: str, text: str) -> float:
    """`covered`, but a shared bigram is worth a half: 投资额 is like 投资."""
    return covered(word, text) or 0.5 * any(word[i : i + 2] in text for i in range(len(word) - 1))


ONE_FACT = frozenset({Kind.WHEN, Kind.WHERE, Kind.WHO, Kind.TITLE, Kind.NUMBER})
TYPED = frozenset({Kind.WHEN, Kind.WHO, Kind.TITLE, Kind.NUMBER})
"""Kinds whose answer must hold a span of that type."""


def find_short(question: Question, sentence: str, rarity: Mapping[str, float]) -> tuple[list[Range], float]:
    """The exact spans of the sentence that answer, and how near they stand to the words asked about (0 to about 1).

    `rarity` weighs the question's words: the rare ones say where in a long sentence to look.
    """
    finder = _FINDERS.get(question.kind)
    if finder is None:
        return [], 0.0
    folded = fold(sentence)
    asked = fold(question.text)
    groups = [[r for r in group if fold(sentence[slice(*r)]) not in asked] for group in finder(question, sentence)]
    # An item that ends at an opening quotation mark is cut from "弘扬“五种精神”", which says how many, not which.
    groups = [g for g in groups if g and not any(sentence[b - 1] in "“「『《" for _, b in g)]
    if not groups or len(folded) != len(sentence):
        return groups[0] if groups else [], 0.0
    scored = [(_attraction(question, folded, group, rarity), group) for group in groups]
    pull, best = max(scored, key=lambda pair: (pair[0], -pair[1][0][0]))
    return best, pull


def _attraction(question: Question, folded: str, group: list[Range], rarity: Mapping[str, float]) -> float:
    """How near a group of spans stands to the question's words: their rarity over their distance, most for the focus
    words, and more for what follows a word than for what precedes it. Enumerations of the number asked for count twice."""
    start, end = group[0][0], group[-1][1]
    total, most = 0.0, 0.001
    for word in dict.fromkeys((*question.focus, *rarity)):
        weight = rarity.get(word, 1.0) * (3.0 if word in question.focus else 1.0)
        most += weight / 3.0
        position = folded.find(word)
        if position < 0:
            continue
        after = start - position - len(word)
        distance = after if after >= 0 else 2 * max(position - end, 0) + 2
        between = folded[min(end, position) : max(start, position)]
        distance += 8 * sum(char in CLAUSE_ENDS for char in between)
        total += weight / (3.0 + distance)
    return total / most * (4.0 if question.count and len(group) == question.count else 1.0)


Groups = Iterable[list[Range]]


def _one_each(ranges: Iterable[Range]) -> Groups:
    return [[r] for r in ranges]


def _when(question: Question, sentence: str) -> Groups:
    found = spans.dates(sentence)
    days = [r for r in found if any(mark in sentence[slice(*r)] for mark in "日号")]
    return _one_each(days or found)


def _where(question: Question, sentence: str) -> Groups:
    return _one_each(spans.places(sentence))


def _who(question: Question, sentence: str) -> Groups:
    if any(body in word for word in question.focus[:1] for body in _BODIES) or _WHICH_BODY.search(question.text):
        return [spans.organisations(sentence)]
    found = spans.names(sentence)
    if not found and "由谁" in question.text:  # who built it may well be a company
        return [spans.organisations(sentence)]
    if _SEVERAL.search(question.text):
        return [found]
    # One person did one thing: names that a comma parts did different things. An office may be held by several.
    parts = [[r for r in found if low <= r[0] < high] for low, high in clauses(sentence, 0, len(sentence))]
    if not _HOLDER.search(question.text):
        return parts
    office = question.focus[0] if question.focus else ""
    holders = [
        r
        for (low, high), part in zip(clauses(sentence, 0, len(sentence)), parts, strict=True)
        for r in part
        if office in sentence[low:high]
    ]
    return [holders] if holders else parts


_HOLDER = re.compile(r"谁是|是谁|\bwho is\b", re.IGNORECASE)
_SEVERAL = re.compile(r"哪些|哪几|都有|有谁|谁和|分别|who (are|were)|which people", re.IGNORECASE)
_WHICH_BODY = re.compile(r"哪[一二两三四五六七八九十几些\d]*家|which compan", re.IGNORECASE)
_BODIES = ("企业", "公司", "集团", "单位", "部门", "机构", "学校", "大学", "医院", "compan")
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
    return _one_each(spans.quoted(sentence) or spans.versions(sentence))


_FINDERS = {
    Kind.WHEN: _when,
    Kind.WHERE: _where,
    Kind.WHO: _who,
    Kind.TITLE: _title,
    Kind.NUMBER: _number,
    Kind.LIST: _list,
    Kind.WHAT: _what,
}


def clauses(text: str, start: int, end: int) -> list[Range]:
    """`text[start:end]` cut after each clause mark that is not inside a number or a quotation."""
    cuts, depth, last = [], 0, start
    for i in range(start, end):
        char = text[i]
        depth += (char in "“「『《（(") - (char in "”」』》）)")
        if (
            char in CLAUSE_ENDS
            and depth <= 0
            and not (char in ",:" and text[i - 1 : i].isdigit() and text[i + 1 : i + 2].isdigit())
        ):
            cuts.append((last, i + 1))
            last = i + 1
    if last < end:
        cuts.append((last, end))
    return cuts


def cut(candidate: Candidate, question: Question, rarity: Mapping[str, float]) -> Range:
    """The sentence, or of a long one the run of clauses that holds the spans and the question's rarest words."""
    start, end = candidate.start, candidate.end
    one = question.kind in ONE_FACT and not _SEVERAL.search(question.text) and not _HOLDER.search(question.text)
    limit = QUOTE_SHORT if one else QUOTE_LONG
    if end - start <= limit:
        return start, end
    text = candidate.hit.article.text
    parts = clauses(text, start, end)
    top = max(rarity.values(), default=1.0)
    value = [
        sum(weight * covered(word, fold(text[a:b])) for word, weight in rarity.items())
        + top * any(a < high and low < b for low, high in candidate.short)
        for a, b in parts
    ]
    best = max(range(len(parts)), key=lambda i: (value[i], -i))
    low = high = best
    while True:
        grow = [(value[i], i) for i in (low - 1, high + 1) if 0 <= i < len(parts)]
        grow = [(v, i) for v, i in grow if max(parts[high][1], parts[i][1]) - min(parts[low][0], parts[i][0]) <= limit]
        if not grow:
            return parts[low][0], parts[high][1]
        _, i = max(grow, key=lambda pair: (pair[0], -pair[1]))
        low, high = min(low, i), max(high, i)
