"""From hits to the sentence that answers and the exact spans in it.

Two readers look at the sentences of the best passages. One counts how much of the question a sentence covers, word by
word, each word weighted by how rare it is in the archive: in full in the sentence itself and less in what surrounds it,
for headline, lead and the sentence before say what a sentence is about without its repeating it. The other is trained
to mark the span that answers (`qa/reader.py`). `WEIGHTS` say what either counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import Archive, Encoder, fold, idf
from qa.about import TAKE_PLACE, speaks_of
from qa.content import Word
from qa.exact import FINDERS, find_short
from qa.kinds import Kind
from qa.matching import Range, covered, longest_shared, resembled, unquoted
from qa.question import Question
from qa.surroundings import Surroundings
from qa.types import Hit
from qa.windows import Window, windows

if TYPE_CHECKING:
    from qa.reader import SpanFound, SpanReader

READ = 8
"""Passages read sentence by sentence. The right one is among the first 8 in 99 % of cases; each costs about 1 ms."""

NEURAL = 1_000
"""Characters the trained reader reads, around the best passages: what it can in some 20 ms."""

WORTH = 0.05
"""The share of the best passage's probability that makes another article worth reading by it, too: most questions need one."""

NEAR, ARTICLE = 0.7, 0.15
"""What a word counts beside the sentence (headline, lead, sentence before), and elsewhere in its article."""

FEATURES = (
    "coverage",
    "holds",
    "pull",
    "focus",
    "longest",
    "cosine",
    "rank",
    "keys",
    "about",
    "typed",
    "mass",
    "peak",
    "agree",
)
"""What a sentence is judged by. `mass` and `peak` are the trained reader's: the log-probability that the answer begins in
the sentence, and of its best span there; `agree` says that the span is one of the kind asked for."""

WEIGHTS = (5.32, 1.15, -0.90, -0.15, -2.08, -0.93, 0.28, 1.71, 0.98, 0.33, 0.77, 0.05, -0.55)
"""Fitted by `training/answers.py` (benchmarks/results/answers_fit.txt)."""

_WEIGHT_OF = dict(zip(FEATURES, WEIGHTS, strict=True))

LOOKED_AT = 12
"""Sentences of some thirty that are looked at for spans of the kind asked for, which costs most."""

UNREAD = -8.0
"""The log-probability of what the trained reader did not read or thinks next to nothing of."""

FOREIGN_COSINE = 10.0
"""Added weight of the cosine for a question in another language: nothing else tells its sentences apart."""

MARKED = -2.0
"""Log-probability of the reader's span from which on a sentence may answer that does not name the deed or thing asked for in the
question's words, or holds nothing that is seen to be of its kind: of 846 training sentences that are right 8 are lost."""

UNLIKE = 3.0
"""Taken off a sentence that is ruled out: with anything from 0.5 to 3 as many training questions have the right one first."""

COUNTED, FEW = 4.0, 3
"""Added for an enumeration of just as many items as were asked for, from three on: nearly always the one meant, and too rare among
training questions to be fitted."""

TYPED = frozenset({Kind.WHEN, Kind.WHERE, Kind.WHO, Kind.TITLE, Kind.NUMBER})
"""Kinds whose answer must hold a span of that type."""

_YEAR = re.compile(r"\d{4}年?")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: `article.text[start:end]`; `short` are offsets in the article's text.

    `coverage` is the weighted share of the question's words it or its surroundings hold; `typed` says that it holds a
    span of the type asked for, `keys` that every number, ordinal and name of the question stands in it or near it,
    `about` that it speaks of the very thing asked; `ruled_out` that it gives another fact, however well it fits. `extra` is
    what its score has beside its features. `span` is what the trained reader marks in it, if it read it; it may go on in the
    next sentence.
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
    ruled_out: bool
    extra: float
    none: float
    short: tuple[Range, ...]
    span: Range | None

    @property
    def text(self) -> str:
        return self.hit.article.text[self.start : self.end]

    def feature(self, name: str) -> float:
        """The value of one of `FEATURES`."""
        return self.features[FEATURES.index(name)]


def _least(key: str) -> float:
    """How near a key must stand: a year anywhere in the article, any other number near, a name near or by half of it
    (全委会 is 全委（扩大）会)."""
    if _YEAR.fullmatch(key):
        return ARTICLE
    return NEAR if any(c.isdigit() or c in "一二三四五六七八九十" for c in key) else NEAR / 2


def weight(archive: Archive, word: Word) -> float:
    """Rarity of a word times its own weight. A word the segmenter split otherwise is as rare as its rarest bigram."""
    frequency = archive.lexical.document_frequency
    bigrams = [word.text[i : i + 2] for i in range(len(word.text) - 1)]
    seen = max(frequency(word.text), min((frequency(b) for b in bigrams), default=0))
    return word.weight * idf(max(archive.lexical.documents, 1), seen)


def _within(hit: Hit, sentence: Range) -> Range:
    """The part of a sentence that stands in the hit's passage: a very long one is cut into several passages."""
    return max(sentence[0], hit.passage.start), min(sentence[1], hit.passage.end)


@dataclass(frozen=True, slots=True)
class _Marked:
    """What the trained reader makes of a stretch of an article."""

    mass: float = UNREAD
    peak: float = UNREAD
    none: float = 1.0
    span: Range | None = None


@dataclass(frozen=True)
class _Neural:
    """What the trained reader made of the windows."""

    read: Sequence[tuple[Window, tuple[SpanFound, ...], Sequence[float], float]]

    def marked(self, article: str, start: int, end: int) -> _Marked:
        """Of `text[start:end]` of an article."""
        for window, spans, starts, none in self.read:
            if window.article.id != article or not window.start <= start < window.end:
                continue
            low, high = start - window.start, end - window.start
            mass = math.log(max(float(sum(starts[low:high])), math.exp(UNREAD)))
            best = next((found for found in spans if low <= found.start < high), None)
            if best is None:
                return _Marked(mass, UNREAD, none)
            place = window.start + best.start, window.start + best.end
            return _Marked(mass, max(best.score, UNREAD), none, place)
        return _Marked()


@dataclass(frozen=True, slots=True)
class _Glance:
    """A sentence with the features that cost little; `known` has them by their names."""

    hit: Hit
    start: int
    end: int
    folded: str
    near: str
    marked: _Marked
    known: Mapping[str, float]

    @property
    def score(self) -> float:
        return sum(_WEIGHT_OF[name] * value for name, value in self.known.items())


class Extractor:
    """Reads hits for one question; without `reader` by what the sentences cover alone.

    A question in another language must have been put `in_chinese` (`qa/foreign.py`); `foreign` says so.
    """

    def __init__(
        self,
        archive: Archive,
        encoder: Encoder,
        question: Question,
        reader: SpanReader | None,
        *,
        foreign: bool = False,
    ) -> None:
        self.encoder = encoder
        self.question = question
        self.foreign = foreign
        self.reader = reader
        self.weights = [(word, weight(archive, word)) for word in question.words]
        self.bare = unquoted(fold(question.bare))
        self.rarity: Mapping[str, float] = {word.text: value for word, value in self.weights}
        self.total = sum(value for _, value in self.weights) or 1.0

    def candidates(self, hits: Sequence[Hit]) -> list[Candidate]:
        """The sentences of the best hits, best first. Equal scores keep the order of hits and of the text."""
        around: dict[str, Surroundings] = {}
        places: list[tuple[Hit, Surroundings, int]] = []
        for hit in hits[:READ]:
            context = around.setdefault(hit.article.id, Surroundings(hit.article))
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
        neural = self._neural(hits)
        glances = [
            self._glance(hit, context, i, float(cosine), hit.score / best, neural)
            for (hit, context, i), cosine in zip(places, cosines, strict=True)
        ]
        likely = sorted(range(len(glances)), key=lambda i: -glances[i].score)[:LOOKED_AT]
        read = [self._read(glances[i]) for i in sorted(likely)]
        return sorted(read, key=lambda candidate: -candidate.score)

    def _neural(self, hits: Sequence[Hit]) -> _Neural:
        if self.reader is None or not hits:
            return _Neural(())
        best = hits[0]
        worth = [hit for hit in hits[:READ] if hit.score >= WORTH * best.score or hit.article.id == best.article.id]
        chosen = windows(worth, NEURAL)
        readings = self.reader.read(self.question, [window.text for window in chosen])
        return _Neural(
            [(w, read.spans, read.starts.tolist(), read.none) for w, read in zip(chosen, readings, strict=True)]
        )

    def _glance(self, hit: Hit, context: Surroundings, i: int, cosine: float, rank: float, neural: _Neural) -> _Glance:
        start, end = _within(hit, context.sentences[i])
        whole = (start, end) == context.sentences[i]
        folded = context.folded[i] if whole else unquoted(fold(context.article.text[start:end]))
        near = context.near(i)
        coverage, keys = self._covered(folded, near, context)
        marked = neural.marked(hit.article.id, start, end)
        known = {
            "coverage": coverage,
            "focus": self._focus(folded, context.before(i)),
            "longest": longest_shared(self.bare, folded) / max(len(self.bare), 1),
            "cosine": cosine,
            "rank": rank,
            "keys": float(keys),
            "mass": marked.mass,
            "peak": marked.peak,
        }
        return _Glance(hit, start, end, folded, near, marked, known)

    def _read(self, glance: _Glance) -> Candidate:
        hit, start, end, folded, marked = glance.hit, glance.start, glance.end, glance.folded, glance.marked
        short, pull = find_short(self.question, hit.article.text[start:end], self.rarity)
        typed = bool(short) or self.question.kind not in TYPED
        if self.question.count and self.question.kind is Kind.LIST:
            typed = len(short) == self.question.count or (len(short) > 1 and self.question.counted in folded)
        about = speaks_of(self.question, hit.article, folded, glance.near)
        places = tuple((start + a, start + b) for a, b in short)
        known = dict(glance.known) | {
            "holds": float(bool(short) or self.question.kind not in FINDERS),
            "pull": pull,
            "about": float(about),
            "typed": float(typed),
            "agree": float(marked.span is not None and any(_meet(marked.span, place) for place in places)),
        }
        features = tuple(known[name] for name in FEATURES)
        coverage, keys, cosine = known["coverage"], bool(known["keys"]), known["cosine"]
        out = ruled_out(self.question, keys=keys, about=about, typed=typed, peak=marked.peak)
        extra = -UNLIKE * (out or (self.question.kind is Kind.TITLE and not typed))
        extra += COUNTED * (self.question.kind is Kind.LIST and self.question.count >= FEW and typed)
        extra += FOREIGN_COSINE * cosine * self.foreign
        score = sum(weight * feature for weight, feature in zip(WEIGHTS, features, strict=True)) + extra
        return Candidate(
            hit, start, end, features, score, coverage, typed, keys, about, out, extra, marked.none, places, marked.span
        )

    def _covered(self, folded: str, near: str, context: Surroundings) -> tuple[float, bool]:
        """The weighted share of the question's words that stand in a sentence or, for less, around it; and whether all
        its keys do."""
        total, keys = 0.0, True
        for word, value in self.weights:
            tier = covered(word.text, folded)
            tier = max(tier, NEAR * covered(word.text, near)) if tier < 1 else tier
            tier = max(tier, ARTICLE * covered(word.text, context.whole)) if tier < ARTICLE else tier
            total += value * tier
            keys = keys and (not word.key or tier >= _least(word.text))
        return total / self.total, keys

    def _focus(self, folded: str, before: str) -> float:
        """How far the words next to the interrogative stand in the sentence, or, for half, in the one before it."""
        focus = self.question.focus
        if not focus:
            return 1.0
        found = [max(resembled(word, folded), 0.5 * resembled(word, before)) for word in focus]
        return sum(found) / len(found)


def ruled_out(question: Question, *, keys: bool, about: bool, typed: bool, peak: float) -> bool:
    """Whether a sentence gives another fact than the one asked for: what it says of another number or name, of another office
    or year, of a day on which something else was done. The arguments are those of `Candidate` and its feature `peak`."""
    if not keys:
        return True
    unlike = not about or (question.kind in TYPED and not typed)
    if unlike and peak < MARKED:
        return True
    if question.kind is Kind.WHERE and question.focus[:1] and question.focus[0] in TAKE_PLACE:
        return not typed
    if question.kind is Kind.LIST and question.count >= FEW:
        return not typed
    return not about and bool(question.holder or question.dates or question.kind in (Kind.WHEN, Kind.YESNO))


def _meet(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]
