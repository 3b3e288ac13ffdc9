"""What a model writes, sentence by sentence: each is checked once it is whole, and only those that are proved make the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from index import Archive, number_terms
from qa import cite
from qa.addressed import addresses_machine
from qa.content import content_words
from qa.kinds import without_interrogatives
from qa.matching import covered
from qa.proof import Proof, about, plain, prove
from qa.statements import Statement, statements
from qa.types import Answer, Citation, Claim, Hit, Words, Written

MOST = 8
"""Sentences of an answer; what a model goes on about after these is no answer."""

ASKED = 0.5
"""Least share of the question's words that an answer, what proves it and the headlines above it hold between them. A guard against
true sentences about something else, not fitted: names and numbers of the question must stand there in any case."""

_NOTHING_PROVED: Words = (
    "模型写的句子都没有通过核对，以下是原文摘句",
    "No sentence of the model stood the checks; this is the paper's own sentence",
)
_NOT_THERE: Words = (
    "模型在段落里没有找到答案，以下是原文摘句",
    "The model found no answer in the passages; this is the paper's own sentence",
)
_BESIDE: Words = ("说的不是所问的事", "speaks of something else")
_SAYS_NOT = "资料中没有"


@dataclass(frozen=True, slots=True)
class Given:
    """What the model is given: the passages, numbered from 1 on, and how many articles were held back."""

    hits: tuple[Hit, ...]
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement with the citations that prove it, and what stands over the articles they are of; or why nothing does."""

    statement: Statement
    citations: tuple[Citation, ...] = ()
    context: str = ""
    reason: Words | None = None


class Draft:
    """What a model has written so far of one answer, sentence by sentence, each checked once it is whole."""

    def __init__(self, archive: Archive, question: str, found: Answer, given: Given) -> None:
        self.archive = archive
        self.question = question
        self.found = found
        self.given = given
        self.written: tuple[Written, ...] = ()
        self._judged: list[Judged] = []

    @property
    def full(self) -> bool:
        """Whether no further sentence is read."""
        return len(self._judged) >= MOST

    def read(self, text: str, *, ended: bool = False) -> bool:
        """Take in the text so far; whether anything can be seen to have changed."""
        said = statements(text, ended=ended)
        whole = [statement for statement in said if statement.whole][:MOST]
        pairs = zip(self._judged, whole, strict=False)
        kept = [judged for judged, _ in takewhile(lambda pair: pair[0].statement == pair[1], pairs)]
        self._judged = kept + [self._judge(statement) for statement in whole[len(kept) :]]
        written = [Written(judged.statement.text, judged.reason) for judged in self._judged]
        written += [Written(statement.text, checked=False) for statement in said if not statement.whole]
        changed = tuple(written) != self.written
        self.written = tuple(written)
        return changed

    def _judge(self, statement: Statement) -> Judged:
        hits = self.given.hits
        if not statement.cites:
            return Judged(statement, reason=("没有注明出处", "cites nothing"))
        for n in statement.cites:
            if not 1 <= n <= len(hits):
                return Judged(statement, reason=(f"没有第 {n} 段", f"there is no passage {n}"))
        if addresses_machine(statement.text):
            return Judged(statement, reason=_BESIDE)
        proofs = prove(statement.text, [hits[n - 1] for n in statement.cites])
        if not isinstance(proofs, list):
            return Judged(statement, reason=proofs)
        claims = [Claim(_citation(proof)) for proof in proofs]
        cited = cite.compose(self.archive, self.question, claims)
        if cited is None or len(cited.citations) < len(claims):
            return Judged(statement, reason=("原版上读不到这句话", "its proof does not stand on the page"))
        return Judged(statement, cited.citations, "\n".join(about(proof.hit.article) for proof in proofs))

    def answer(self) -> Answer:
        """The written answer, or the extractive one with a note if no sentence stands."""
        proved = [judged for judged in self._judged if judged.reason is None]
        if not proved or not self._speaks_of_question(proved):
            said_not = any(judged.statement.text.startswith(_SAYS_NOT) for judged in self._judged)
            struck = [one if one.reason else replace(one, reason=_BESIDE) for one in self.written]
            struck = [one for one in struck if not one.text.startswith(_SAYS_NOT)]
            return replace(self.found, written=tuple(struck), note=_NOT_THERE if said_not else _NOTHING_PROVED)
        numbers: dict[Citation, int] = {}
        text = ""
        for judged in proved:
            marks = [numbers.setdefault(replace(citation, n=0), len(numbers) + 1) for citation in judged.citations]
            text += judged.statement.text + "".join(f"[{n}]" for n in marks)
        return replace(
            self.found,
            answer=text,
            short=tuple(part for part in self.found.short if part in text),
            engine="llm",
            citations=tuple(replace(citation, n=n) for citation, n in numbers.items()),
            written=self.written,
            note=held_back(self.given.held_back) if self.given.held_back else None,
        )

    def _speaks_of_question(self, proved: Sequence[Judged]) -> bool:
        """Whether question and answer share enough words, and what the question names: a true sentence may still be about
        something else."""
        said = [judged.statement.text for judged in proved]
        quoted = [citation.quote for judged in proved for citation in judged.citations]
        text = plain("\n".join([*said, *quoted, *(judged.context for judged in proved)]))
        words = content_words(without_interrogatives(plain(self.question)))
        total = sum(len(word.text) for word in words)
        held = sum(len(word.text) * covered(word.text, text) for word in words)
        facts = set(number_terms(text))
        named = all(covered(word.text, text) or word.text in facts for word in words if word.key)
        return not total or (held >= ASKED * total and named)


def _citation(proof: Proof) -> Citation:
    article = proof.hit.article
    return cite.cite(article, proof.hit.passage.id, *cite.trim(article.text, proof.start, proof.end))


def held_back(n: int) -> Words:
    """The line that says that articles were held back."""
    return (
        f"有 {n} 篇资料在对程序发话，没有交给模型",
        f"{n} of the articles found speak to the program; the model was not given them",
    )
