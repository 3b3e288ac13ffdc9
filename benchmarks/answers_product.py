"""What is asked of the product, and the simplest ways to pick a sentence beside it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from retrieval_systems import words_and_bigrams

import qa.answering
from index import Article, Filter, idf, sentences
from qa.engine import Engine
from qa.exact import find_short
from qa.question import understand
from qa.types import Answer

K1, B = 1.2, 0.75


@contextmanager
def never_refusing() -> Iterator[None]:
    """Whatever the product thinks the best sentence is, it answers with."""
    least = qa.answering.ANSWERED, qa.answering.ANSWERED_FOREIGN
    qa.answering.ANSWERED = qa.answering.ANSWERED_FOREIGN = -math.inf
    try:
        yield
    finally:
        qa.answering.ANSWERED, qa.answering.ANSWERED_FOREIGN = least


@dataclass(frozen=True, slots=True)
class Picked:
    """The sentence chosen in a passage, what of it is shown, and the exact span."""

    sentence: str = ""
    shown: str = ""
    short: str = ""


def best_in(engine: Engine, text: str, where: Filter) -> Picked:
    """What the product answers from the passages that a filter leaves, refusing nothing."""
    with never_refusing():
        answer = engine.ask(text, where=where)
    if answer.refused or not answer.citations:
        return Picked()
    shown = "".join(citation.quote for citation in answer.citations)
    whole = "".join(dict.fromkeys(around(engine, answer, n) for n in range(len(answer.citations))))
    return Picked(whole, shown, answer.short[0] if answer.short else "")


def around(engine: Engine, answer: Answer, n: int) -> str:
    """The whole sentences from which the quote of a citation was cut."""
    citation = answer.citations[n]
    text = engine.archive.article(citation.article).text
    low = text.find(citation.quote)
    high = low + len(citation.quote)
    return "".join(text[start:end] for start, end in sentences(text) if start < high and low < end) or citation.quote


class Overlap:
    """The sentence of an article that shares most with the question: BM25 over words and pairs of characters."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._frequency: Counter[str] = Counter()
        self._count = len(passages)
        for text in passages:
            self._frequency.update(set(words_and_bigrams(text)))

    def best(self, question: str, article: Article) -> str:
        texts = split(article)
        terms = [Counter(words_and_bigrams(text)) for text in texts]
        mean = sum(one.total() for one in terms) / max(len(terms), 1) or 1.0
        asked = set(words_and_bigrams(question))
        scores = [sum(self._score(term, one, mean) for term in asked if term in one) for one in terms]
        return texts[max(range(len(texts)), key=lambda at: (scores[at], -at))] if texts else ""

    def _score(self, term: str, found: Counter[str], mean: float) -> float:
        count = found[term]
        return (
            idf(self._count, self._frequency[term])
            * count
            * (K1 + 1)
            / (count + K1 * (1 - B + B * found.total() / mean))
        )


def split(article: Article) -> list[str]:
    """The sentences of an article."""
    return [article.text[low:high] for low, high in sentences(article.text)]


def typed_span(question: str, sentence: str) -> str:
    """What the finders of dates, numbers, names and lists mark in a sentence, by themselves."""
    understood = understand(question)
    found, _ = find_short(understood, sentence, {word.text: word.weight for word in understood.words})
    return sentence[slice(*found[0])] if found else ""
