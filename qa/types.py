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
    """A quote to be shown as part of an answer. `cut` says whether the sentence goes on before and after it."""

    citation: Citation
    short: tuple[str, ...] = ()
    cut: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal with the nearest passages as `citations`.

    `answer` is plain text; `[n]` in it refers to `citations[n - 1]`. `understood` is the question as it was
    searched for when it differs from what was typed (a follow-up made whole).
    """

    question: str
    answer: str
    short: tuple[str, ...] = ()
    refused: bool = False
    engine: str = "extractive"
    citations: tuple[Citation, ...] = ()
    understood: str | None = None
    id: str | None = None
    seconds: float = field(default=0.0, compare=False)
