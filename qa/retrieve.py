"""Hybrid retrieval: candidates by BM25 and by vectors, fused, reranked by what their texts hold, collapsed.

Lexical scores are divided by what a passage holding every term once would score, so that a fused score means the same
from question to question: about 1 for a passage that says what the question says, near 0 for chance words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index import Archive, Encoder, Filter, fold, idf, notations
from qa.features import Sought, Unit, features
from qa.question import Question
from qa.rank import CHINESE, FOREIGN
from qa.same import collapse
from qa.translate import Group, shares, sought, stays, translate
from qa.types import Hit

if TYPE_CHECKING:
    from qa.crossencoder import CrossReranker

CANDIDATES = 50
"""Passages taken from each side before fusion; the right one is among the first 50 of either in over 99 % of cases."""

RERANKED = 30
"""Of these the best by the fused score are reranked: 997 of 1,000 training questions have theirs among 30
(benchmarks/results/calibrate.txt), and with 50 as many come first."""

DENSE_WEIGHT = 0.3
"""Weight of the cosine beside the lexical score (about 1 when all terms match): terms lead, vectors break ties and
carry questions that share no word with their passage. See docs/decisions.md."""


@dataclass(frozen=True, slots=True)
class Using:
    """Which parts of retrieval take part, for measuring what each is worth."""

    terms: bool = True
    vectors: bool = True
    rerank: bool = True


EVERYTHING = Using()


def retrieve(
    archive: Archive,
    encoder: Encoder,
    question: Question,
    *,
    k: int = 10,
    where: Filter | None = None,
    using: Using = EVERYTHING,
    reranker: CrossReranker | None = None,
    groups: Sequence[Group] | None = None,
) -> list[Hit]:
    """The `k` best passages for a question, best first; equal scores in the order of sources and of the page. `groups` are
    what its foreign words may be in Chinese, if that is known already.

    A hit's score is the probability that it answers (of several that tell the same story, that one of them does), or
    what `reranker` says; without reranking it is the fused score.
    """
    hits, sought = candidates(
        archive, encoder, question, most=max(RERANKED, k), where=where, using=using, groups=groups
    )
    if not using.rerank or not hits:
        return hits[:k]
    ranker = CHINESE if question.chinese else FOREIGN
    likely = ranker.probabilities(features(sought, hits[:RERANKED])).tolist()
    told = collapse(_ordered(hits, likely))
    told = _ordered(told, [hit.score + sum(other.score for other in hit.also) for hit in told])
    if reranker is not None:
        told = _ordered(told, reranker.scores(question.text, [_read(hit) for hit in told[:RERANKED]]))
    return told[:k]


def candidates(
    archive: Archive,
    encoder: Encoder,
    question: Question,
    *,
    most: int = RERANKED,
    where: Filter | None = None,
    using: Using = EVERYTHING,
    groups: Sequence[Group] | None = None,
) -> tuple[list[Hit], Sought]:
    """At most `most` passages by the fused score, best first, and what they are to be reranked by."""
    wanted = _Wanted.of(archive, question, groups)
    allowed = archive.select(where or Filter())
    if allowed is not None and not len(allowed):
        return [], wanted.sought
    lexical: dict[int, float] = {}
    dense: dict[int, float] = {}
    each = max(CANDIDATES, -(-most // 2))
    if using.terms:
        found = archive.lexical.search(wanted.telling, each, groups=wanted.alternatives, allowed=allowed)
        lexical = {row: score / wanted.full for row, score in found}
    if using.vectors:
        vector = encoder.encode([question.embedded], query=True)[0]
        dense = dict(archive.vectors.search(vector, each, allowed=allowed))
        dense.update(archive.vectors.scores(vector, [row for row in lexical if row not in dense]))
    fused = {
        row: (lexical.get(row, 0.0) + DENSE_WEIGHT * max(dense.get(row, 0.0), 0.0)) / (1 + DENSE_WEIGHT)
        for row in lexical.keys() | dense.keys()
    }
    best = sorted(fused, key=lambda row: (-fused[row], row))[:most]
    hits = [
        Hit(rank, fused[row], lexical.get(row, 0.0), dense.get(row, 0.0), article, passage)
        for rank, (row, (article, passage)) in enumerate(zip(best, archive.passages(best), strict=True), 1)
    ]
    return hits, wanted.sought


def _ordered(hits: Sequence[Hit], scores: Sequence[float]) -> list[Hit]:
    """The hits by new scores. Those beyond the scores follow in the order they have, each with less than the last of them,
    so that the best are the same however many are wanted."""
    beyond = hits[len(scores) :]
    most = max((hit.score for hit in beyond), default=0.0) or 1.0
    rest = [min(scores) * hit.score / most for hit in beyond]
    # Of equals the first in the order of sources: rows depend on which file was read when.
    scored = sorted(zip((*scores, *rest), hits, strict=True), key=lambda pair: (-pair[0], _where(pair[1])))
    return [replace(hit, rank=rank, score=score) for rank, (score, hit) in enumerate(scored, 1)]


def _where(hit: Hit) -> tuple[str, int, tuple[int, int], str, int]:
    return hit.article.source, hit.article.page, hit.article.lines, hit.article.id, hit.passage.ordinal


def _read(hit: Hit) -> str:
    """A passage as a model reads it: what it is about stands in the headline."""
    return f"{hit.article.title}\n{hit.passage.text}" if hit.article.headline else hit.passage.text


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for in one archive: terms for the index, for a foreign question alternatives, and the score of a
    passage that holds everything once."""

    telling: Mapping[str, float]
    alternatives: tuple[tuple[Mapping[str, float], ...], ...]
    full: float
    sought: Sought

    @classmethod
    def of(cls, archive: Archive, question: Question, meant: Sequence[Group] | None) -> _Wanted:
        weigh, named = _Weigh(archive), archive.wordlist.names
        frequency = archive.lexical.document_frequency
        # In a Chinese question a foreign word that the archive holds is a name as it stands.
        found = [
            (group, scored)
            for group in (translate(question.text, frequency) if meant is None else meant)
            if (scored := sought(group)) and not (question.chinese and frequency(group.source))
        ]
        groups = [group for group, _ in found]
        own = {term: weight for term, weight in question.terms.items() if question.chinese or not groups or stays(term)}
        telling = archive.lexical.telling(own)
        alternatives = tuple(scored for _, scored in found)
        full = sum(weight * weigh.term(term) for term, weight in telling.items()) + sum(
            max(sum(weight * weigh.term(term) for term, weight in option.items()) for option in group)
            for group in alternatives
        )
        units = tuple(
            # A number in figures or spelled out, a thing of the user's list by any of its names.
            Unit(tuple((form, 1.0) for form in named(term) or notations(term)), weight * weigh.term(term))
            for term, weight in own.items()
        )
        folded = fold(question.text)
        words = tuple(
            Unit(((word.text, 1.0),), word.weight * weigh.text(word.text))
            for word in sorted(question.words, key=lambda word: folded.find(word.text))
        )
        translated = tuple(
            Unit(shares(group), group.weight * max(weigh.text(text) for text, _ in group.options)) for group in groups
        )
        own_words = () if groups and not question.chinese else words
        wanted = Sought(units + translated, own_words + translated, question.kind, question.bare)
        return cls(telling, alternatives, full or 1.0, wanted)


@dataclass(frozen=True, slots=True)
class _Weigh:
    """How rare things are in an archive."""

    archive: Archive

    def term(self, term: str) -> float:
        """Terms that the archive lacks count in full."""
        return self._idf(self.archive.lexical.document_frequency(term))

    def text(self, text: str) -> float:
        """A word the segmenter may have split otherwise is as rare as its rarest bigram."""
        frequency = self.archive.lexical.document_frequency
        parts = (text[i : i + 2] for i in range(len(text) - 1))
        return self._idf(max(frequency(text), min(map(frequency, parts), default=0)))

    def _idf(self, frequency: int) -> float:
        return idf(max(self.archive.lexical.documents, 1), frequency)
