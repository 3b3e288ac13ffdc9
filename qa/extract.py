"""From hits to the sentence that answers and the exact spans in it, or to a refusal.

A sentence is scored by how much of the question it covers, word by word, each word weighted by how rare it is in the
archive. A word counts in full in the sentence itself and less in what surrounds it: the headline, the lead and the
sentence before say what a sentence is about without its repeating it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from index import Archive, Article, Encoder, fold, idf, sentences
from qa.about import speaks_of
from qa.content import Word
from qa.exact import FINDERS, HOLDER, SEVERAL, find_short
from qa.kinds import Kind
from qa.matching import Range, clauses, covered, longest_shared, resembled, unquoted
from qa.question import Question
from qa.types import Hit

READ = 8
"""Passages read sentence by sentence. The right one is among the first 8 in 99 % of cases; each costs about 1 ms."""

NEAR, ARTICLE = 0.7, 0.15
"""What a word counts beside the sentence (headline, lead, sentence before), and elsewhere in its article."""

ANSWERABLE = 0.55
"""Least coverage of the question that is answered. See docs/decisions.md for how it was set."""

LIKELY = 0.01
"""Least probability of a passage that is answered from: sentences of others only happen to hold the kind of answer asked for."""

ANSWERABLE_FOREIGN = 0.3
"""Least cosine of passage and question for a question in another language, which shares no word with its answer. Told
apart poorly: unrelated questions reach it in large archives (docs/log.md)."""

FEATURES = ("coverage", "holds", "pull", "focus", "longest", "cosine", "rank")
WEIGHTS = (7.4, 1.4, 0.4, 1.9, 1.0, 1.4, 3.4)
"""What each feature of a sentence counts, fitted by `training/calibrate.py` on training questions; `pull`, which the fit
gives nothing, keeps a little to choose between sentences that are else alike."""

FOREIGN_COSINE = 10.0
"""Added weight of the cosine for such a question: nothing else tells its sentences apart."""

QUOTE_SHORT, QUOTE_LONG = 80, 130
"""Characters. A longer sentence is cut to the clauses that answer: for one fact to some three lines on a phone."""

_YEAR = re.compile(r"\d{4}年?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: `article.text[start:end]`; `short` are offsets in the article's text.

    `coverage` is the weighted share of the question's words it or its surroundings hold; `typed` says that it holds a
    span of the type asked for, `keys` that every number, ordinal and name of the question stands in it or near it, `about` that
    it speaks of the very thing asked.
    """

    hit: Hit
    start: int
    end: int
    features: tuple[float, ...]
    score: float
    coverage: float
    typed: bool
    keys: bool
    about: bool
    short: tuple[Range, ...]

    def answers(self, threshold: float | None = None) -> bool:
        """Whether it may be given as an answer; `threshold` is the least coverage, `ANSWERABLE` unless told."""
        return (
            self.hit.score >= LIKELY
            and self.typed
            and self.keys
            and self.about
            and self.coverage >= (ANSWERABLE if threshold is None else threshold)
        )

    @property
    def text(self) -> str:
        return self.hit.article.text[self.start : self.end]


def _least(key: str) -> float:
    """How near a key must stand: a year anywhere in the article, any other number near, a name near or by half of it
    (全委会 is 全委（扩大）会)."""
    if _YEAR.fullmatch(key):
        return ARTICLE
    return NEAR if any(c.isdigit() or c in "一二三四五六七八九十" for c in key) else NEAR / 2


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

    def topic(self, position: int) -> str:
        """The first sentence of the paragraph that holds a position: it names what the others go on about."""
        opening = self.article.text.rfind("\n", 0, position) + 1
        first = next(((low, high) for low, high in self.sentences if low >= opening), (0, 0))
        return unquoted(fold(self.article.text[slice(*first)])) if first[0] < position else ""

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
    return word.weight * idf(max(archive.lexical.documents, 1), seen)


def _within(hit: Hit, sentence: Range) -> Range:
    """The part of a sentence that stands in the hit's passage: a very long one is cut into several passages."""
    return max(sentence[0], hit.passage.start), min(sentence[1], hit.passage.end)


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
                if start < hit.passage.end and hit.passage.start < end
            ]
        if not places:
            return []
        texts = [hit.article.text[slice(*_within(hit, context.sentences[i]))] for hit, context, i in places]
        cosines = self.encoder.encode(texts) @ self.encoder.encode([self.question.embedded], query=True)[0]
        best = max(hit.score for hit, _, _ in places) or 1.0
        read = [
            self._read(hit, context, i, float(cosine), hit.score / best)
            for (hit, context, i), cosine in zip(places, cosines, strict=True)
        ]
        return sorted(read, key=lambda candidate: -candidate.score)

    def _read(self, hit: Hit, context: Context, i: int, cosine: float, rank: float) -> Candidate:
        start, end = _within(hit, context.sentences[i])
        text = context.article.text[start:end]
        folded = unquoted(fold(text))
        before = unquoted(fold(context.article.text[slice(*context.sentences[i - 1])])) if i else ""
        near = context.near + "\n" + context.topic(start) + "\n" + before
        coverage = 0.0
        keys = True
        for word, value in self.weights:
            tier = max(
                covered(word.text, folded), NEAR * covered(word.text, near), ARTICLE * covered(word.text, context.whole)
            )
            coverage += value * tier
            keys = keys and (not word.key or tier >= _least(word.text))
        coverage /= self.total
        short, pull = find_short(self.question, text, self.rarity)
        focus = self._focus(folded, before)
        longest = longest_shared(self.bare, folded) / max(len(self.bare), 1)
        typed = bool(short) or self.question.kind not in TYPED
        if self.question.count and self.question.kind is Kind.LIST:
            typed = len(short) == self.question.count or (len(short) > 1 and self.question.counted in folded)
        holds = bool(short) or self.question.kind not in FINDERS
        features = (coverage, float(holds), pull, focus, longest, cosine, rank)
        score = sum(weight * feature for weight, feature in zip(WEIGHTS, features, strict=True))
        about = speaks_of(self.question, hit.article, folded, near)
        if not self.question.chinese:
            # No word is shared, so the cosine stands in for coverage.
            about = max(cosine, hit.dense) >= ANSWERABLE_FOREIGN
            coverage = float(about)
            score += FOREIGN_COSINE * cosine
        places = tuple((start + a, start + b) for a, b in short)
        return Candidate(hit, start, end, features, score, coverage, typed, keys, about, places)

    def _focus(self, folded: str, before: str) -> float:
        """How far the words next to the interrogative stand in the sentence, or, for half, in the one before it."""
        focus = self.question.focus
        if not focus:
            return 1.0
        found = [max(resembled(word, folded), 0.5 * resembled(word, before)) for word in focus]
        return sum(found) / len(found)


ONE_FACT = frozenset({Kind.WHEN, Kind.WHERE, Kind.WHO, Kind.TITLE, Kind.NUMBER})
TYPED = frozenset({Kind.WHEN, Kind.WHERE, Kind.WHO, Kind.TITLE, Kind.NUMBER})
"""Kinds whose answer must hold a span of that type."""


def cut(candidate: Candidate, question: Question, rarity: Mapping[str, float]) -> Range:
    """The sentence, or of a long one the run of clauses that holds the spans and the question's rarest words."""
    start, end = candidate.start, candidate.end
    one = question.kind in ONE_FACT and not SEVERAL.search(question.text) and not HOLDER.search(question.text)
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
