"""What a question becomes on its way to an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from index import Article, Passage, Place, Span


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `score` is higher for better; `lexical` and `dense` are its two parts, before fusion.

    `also` are hits that tell the same story and were collapsed into this one (see `qa.same`).
    """

    rank: int
    score: float
    lexical: float
    dense: float
    article: Article
    passage: Passage
    also: tuple[Hit, ...] = ()

    @property
    def place(self) -> Place:
        """Where the passage stands; of one that goes on on another page, where it begins."""
        return self.article.places(self.passage.start, self.passage.end)[0]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and its place. `spans` are the quote's stretches on the source lines, for lighting it up.

    `further` are the other pages on which a quote goes on that crosses a jump line. `boxes` are left, top, right and bottom
    of the quote's stretches on the image of its page, in points; empty for pages without one.
    """

    n: int
    source: str
    page: int
    lines: tuple[int, int]
    quote: str
    headline: str
    byline: tuple[str, ...]
    date: str | None
    date_from: str | None
    article: str
    passage: str
    record: str | None = None
    spans: tuple[Span, ...] = ()
    further: tuple[Place, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Every page the quote stands on."""
        return Place(self.source, self.page, self.lines, self.spans), *self.further


@dataclass(frozen=True, slots=True)
class Claim:
    """A quote to be shown as part of an answer. `cut` says whether the sentence goes on before and after it; `frame` is
    said before it, to a question in another language."""

    citation: Citation
    short: tuple[str, ...] = ()
    cut: tuple[bool, bool] = (False, False)
    frame: str = ""


Words = tuple[str, str]
"""The same words in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it, its numbers taken out. `reason` says why it does not count; `checked` that it was
    looked at: while an answer is being written, its last sentence is not yet."""

    text: str
    reason: Words | None = None
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal with the nearest passages as `citations`.

    `answer` is plain text; `[n]` in it refers to `citations[n - 1]`. `understood` is the question as it was
    searched for when it differs from what was typed (a follow-up made whole). `confidence` is the probability that the
    archive holds what was asked; below a threshold it is refused.

    `engine` is "extractive", or "llm" for an answer of the sentences of a model that stood the checks. `written` are the
    sentences of a model, those that did not stand them, too; `pending` says that it is still writing. `note` says why it did
    not answer.
    """

    question: str
    answer: str
    short: tuple[str, ...] = ()
    refused: bool = False
    engine: str = "extractive"
    citations: tuple[Citation, ...] = ()
    understood: str | None = None
    id: str | None = None
    confidence: float = 0.0
    written: tuple[Written, ...] = ()
    note: Words | None = None
    pending: bool = False
    seconds: float = field(default=0.0, compare=False)

    @property
    def dropped(self) -> tuple[Written, ...]:
        """The sentences of a model that did not stand the checks."""
        return tuple(sentence for sentence in self.written if sentence.reason)
