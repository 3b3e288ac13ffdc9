"""What a question becomes on its way to an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from index import Article, Passage, Span


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `score` is higher for better; `lexical` and `dense` are its two parts, before fusion."""

    rank: int
    score: float
    lexical: float
    dense: float
    article: Article
    passage: Passage

    @property
    def lines(self) -> tuple[int, int]:
        return self.article.place_lines(self.passage.start, self.passage.end)


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and its place. `spans` are the quote's stretches on the source lines, for lighting it up."""

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
