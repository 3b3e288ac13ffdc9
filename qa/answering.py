"""From a question understood to an answer: a list of articles, the sentence that answers, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index import Filter, fold
from qa import cite
from qa.addressed import addresses_machine
from qa.changed import answer_changed, changed
from qa.confidence import confidence, foreign_confidence
from qa.cut import cut
from qa.english import frame, gloss
from qa.extract import READ, Candidate, Extractor
from qa.foreign import held, in_chinese
from qa.kinds import Kind
from qa.listing import list_articles
from qa.question import Question
from qa.retrieve import retrieve
from qa.serving import Serving
from qa.several import together
from qa.shortest import shortest
from qa.timely import at_its_time, holds_all
from qa.translate import Group, translate
from qa.types import Answer, Claim, Hit

if TYPE_CHECKING:
    from qa.crossencoder import CrossReranker

NOT_FOUND = "未在资料中找到"
NOT_FOUND_FOREIGN = "未在资料中找到 (not found in the archive)"

HITS = 20

ANSWERED = 0.05
"""Least probability that the archive holds what was asked. Refusing an answer and giving a wrong one cost alike from .05 to .3 where
four questions of five can be answered; below it lie 3 in a hundred of the training questions that can, and 84 of those whose passage
was taken away (benchmarks/results/answers_fit.txt)."""

ANSWERED_FOREIGN = 0.1
"""The same for a question in another language: of those asked of a training set that had less, one in twelve had found
its passage (benchmarks/results/ranker.txt)."""

NEARLY = 0.1
"""How much less of the question an older or newer report of a fact may cover than the best sentence."""

NEAREST = 3
"""Passages offered with a refusal."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question: the passages, how likely they answer, and the quote that does, if it is likely enough."""

    hits: Sequence[Hit]
    confidence: float
    claim: Claim | None = None
    changed: Sequence[Claim] = ()
    """The values of a fact that changed, newest first."""


@dataclass(frozen=True)
class Answering:
    """Answers questions from one generation, from the articles that satisfy `where`; `reranker` puts what retrieval found
    in an order of its own."""

    serving: Serving
    where: Filter | None = None
    reranker: CrossReranker | None = None

    def hits(self, question: Question, *, k: int = HITS, groups: Sequence[Group] | None = None) -> list[Hit]:
        """The `k` best passages. `groups` are what its foreign words may be in Chinese, if that is known already."""
        archive, encoder = self.serving.archive, self.serving.encoder
        return retrieve(archive, encoder, question, k=k, where=self.where, reranker=self.reranker, groups=groups)

    def answer(self, question: Question) -> Answer:
        """The answer, or a refusal with the nearest passages."""
        if question.kind is Kind.ARTICLES:
            listed = list_articles(self.serving.archive, question, self.where)
            return listed or self._refuse(question, Found(self.hits(question), 0.0))
        if question.skipped:
            return self._refuse(question, Found((), 0.0))  # what was found was said already
        if question.parts:
            return self._answer_parts(question)
        return self._answer_one(question)

    def understand(self, text: str, history: Sequence[str] = ()) -> Question:
        """A question in its conversation. Where a pronoun means the answer to an earlier one, that is asked again."""

        def answered(number: int) -> str:
            short = self.answer(self.serving.understand(history[number], history[:number])).short
            return short[0] if short else ""

        return self.serving.understand(text, history, answered)

    def _answer_parts(self, question: Question) -> Answer:
        """The answers to several questions in one. One sentence may answer a comparison that its parts do not."""
        answers = [self.answer(self.serving.understand(part)) for part in question.parts]
        found = together(question.text, question.parts, answers)
        if question.compared and any(answer.refused for answer in answers):
            whole = self._answer_one(question)
            return whole if found is None or not whole.refused else found
        return found or self._answer_one(question)

    def _answer_one(self, question: Question) -> Answer:
        found = self._read(question)
        return self._composed(question, found) or self._at_its_time(question) or self._refuse(question, found)

    def _composed(self, question: Question, found: Found) -> Answer | None:
        """The answer found, if it is likely enough and its quotes stand on their pages."""
        archive = self.serving.archive
        answer = answer_changed(archive, question, found.changed) if found.changed else None
        if answer is None and found.claim is not None:
            answer = cite.compose(archive, question.text, [found.claim])
        return replace(answer, confidence=round(found.confidence, 3)) if answer else None

    def _at_its_time(self, question: Question) -> Answer | None:
        """The answer to a question about a time, from the articles of that time alone: they need not say which year it is."""
        timed = at_its_time(question, self.where)
        if timed is None:
            return None
        asked, within = timed
        there = replace(self, where=within)
        hits = [hit for hit in there.hits(asked) if holds_all(asked, hit.article)]
        return there._composed(asked, there._read(asked, hits)) if hits else None

    def _read(self, question: Question, given: Sequence[Hit] | None = None) -> Found:
        """What the best passages, or those `given`, say to a question."""
        archive, encoder = self.serving.archive, self.serving.encoder
        groups = () if question.chinese else translate(question.text, archive.lexical.document_frequency)
        hits = self.hits(question, groups=None if question.chinese else groups) if given is None else given
        hits = without_hands(hits, READ)
        put = question
        if not question.chinese:
            put = in_chinese(question, groups, fold("\n".join(hit.passage.text for hit in hits)))
        extractor = Extractor(archive, encoder, put, self.serving.reader, foreign=not question.chinese)
        candidates = extractor.candidates(hits)
        if not candidates:
            return Found(hits, 0.0)
        best = candidates[0]
        if question.chinese:
            sure, least = confidence(question, candidates, hits), ANSWERED
        else:
            share = held(question, groups, fold(f"{best.hit.article.title}\n{best.hit.passage.text}"))
            sure, least = foreign_confidence(question, best, share), ANSWERED_FOREIGN
        if sure < least:
            return Found(hits, sure)
        alike = [
            best,
            *(c for c in candidates[1:] if c.keys and c.about and c.typed and c.coverage >= best.coverage - NEARLY),
        ]
        values = [_claim_of(c, put, extractor.rarity, "") for c in changed(put, alike)]
        return Found(hits, sure, _claim_of(best, put, extractor.rarity, _frame_of(question)), values)

    def _refuse(self, question: Question, found: Found) -> Answer:
        nearest = []
        for hit in found.hits[:NEAREST]:
            start, end = cite.trim(hit.article.text, hit.passage.start, hit.passage.end)
            if start < end:
                nearest.append(Claim(cite.cite(hit.article, hit.passage.id, start, end)))
        offered = cite.compose(self.serving.archive, question.text, nearest)
        return Answer(
            question=question.text,
            answer=NOT_FOUND if question.chinese else NOT_FOUND_FOREIGN,
            refused=True,
            confidence=round(found.confidence, 3),
            citations=offered.citations if offered else (),
        )


def without_hands(hits: Sequence[Hit], most: int) -> list[Hit]:
    """The first `most` hits but those whose text speaks to whoever answers: that is a hand in the answer, not a report. The
    others are as likely as if those had not been found."""
    kept: list[Hit] = []
    removed = 0.0
    for hit in hits:
        if len(kept) == most:
            break
        if addresses_machine(hit.passage.text):
            removed += hit.score
        else:
            kept.append(hit)
    if not removed:
        return kept
    left = max(1.0 - removed, sum(hit.score for hit in kept)) or 1.0
    return [replace(hit, score=hit.score / left) for hit in kept]


def _claim_of(candidate: Candidate, question: Question, rarity: Mapping[str, float], asked: str) -> Claim:
    article = candidate.hit.article
    low, high = cut(candidate, question, rarity)
    start, end = cite.trim(article.text, low, high)
    short = tuple(article.text[a:b] for a, b in shortest(candidate, question) if start <= a and b <= end)
    citation = cite.cite(article, candidate.hit.passage.id, start, end)
    said = [f"{text} ({english})" if (english := gloss(text)) else text for text in short]
    before = f"{asked}: {', '.join(said)}" if asked and said else ""
    return Claim(citation, short, (low > candidate.start, high < candidate.end), before)


def _frame_of(question: Question) -> str:
    """What is said before the quote to an English question."""
    return "" if question.chinese else frame(question.text)
