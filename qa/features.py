"""What tells a passage that answers from one that only shares words: the features by which candidates are reranked.

Everything is looked for as a string in folded text, so that a candidate costs some tens of microseconds and no index is
asked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from index import Article, fold_all
from qa.kinds import Kind
from qa.types import Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    Matrix = NDArray[np.float32]

LEAD = 80
"""Characters of an article that say what it is about, as its headline does."""

READ = 4_000
"""Characters of an article that are looked through: half a page. What stands further on is another subject as a rule."""

K1, B = 0.3, 0.75
"""BM25's constants for whole articles; of 1,000 training questions one more comes first with this K1 than with the index's."""

TYPED = 0.5
"""What a passage counts that holds nothing of the kind asked for, where the kind can be seen from the text."""

_SENTENCE = re.compile(r"[。！？!?\n]+")
_KINDS: Mapping[Kind, re.Pattern[str]] = {
    Kind.WHEN: re.compile(r"[0-9一二三四五六七八九十](?:年|月|日|号|世纪)|[今昨明]天|[上下]午|星期|[0-9]{4}"),
    Kind.NUMBER: re.compile(r"[0-9]|[二三四五六七八九十百千万亿两]+[\u4e00-\u9fff]"),
    Kind.WHERE: re.compile(r"[省市区县镇乡村州国岛路街湾港山河湖海]|位于|地处|[在于][\u4e00-\u9fff]{2}"),
    Kind.LIST: re.compile(r"[、和及等与]"),
    Kind.WHY: re.compile(r"因|由于|为了|所以|导致|致使|使得"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing looked for: `options` are folded strings, each with how well it stands for the thing (1 but for a
    translation), and `weight` says how much finding it counts."""

    options: tuple[tuple[str, float], ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question is looked for by: its index terms, its content words in their order, the interrogative's kind, and
    the text without what only makes it a question."""

    terms: tuple[Unit, ...]
    words: tuple[Unit, ...]
    kind: Kind
    bare: str


@dataclass(frozen=True)
class Texts:
    """The folded texts of candidates. `which` gives for each passage its article."""

    found: Sequence[Hit]

    @cached_property
    def _articles(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(dict.fromkeys(one.article.id for one in self.found))}

    @cached_property
    def which(self) -> NDArray[np.intp]:
        return np.array([self._articles[one.article.id] for one in self.found], np.intp)

    @cached_property
    def passages(self) -> list[str]:
        return fold_all([one.passage.text for one in self.found])

    @cached_property
    def sentences(self) -> list[list[str]]:
        """Those of each passage, at least one."""
        return [[part for part in _SENTENCE.split(text) if part] or [text] for text in self.passages]

    @cached_property
    def bodies(self) -> list[str]:
        return fold_all([article.text[:READ] for article in self._each])

    @cached_property
    def headlines(self) -> list[str]:
        """With the section titles."""
        titles = [(*one.headline, *(section.title for section in one.sections)) for one in self._each]
        return fold_all(["\n".join(lines) for lines in titles])

    @cached_property
    def openings(self) -> list[str]:
        return [f"{head}\n{body[:LEAD]}" for head, body in zip(self.headlines, self.bodies, strict=True)]

    @cached_property
    def _each(self) -> list[Article]:
        each = {one.article.id: one.article for one in reversed(self.found)}
        return [each[name] for name in self._articles]


class Coverage:
    """How far texts hold units: the weighted share, 0 to 1."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._strings = [string for unit in units for string, _ in unit.options]
        self._share = np.array([share for unit in units for _, share in unit.options], np.float32)
        self._firsts = _starts([unit.options for unit in units])
        self._whole = [(i, _whole(string)) for i, string in enumerate(self._strings) if string.isascii()]
        self.weights = np.array([unit.weight for unit in units], np.float32)
        self.total = float(self.weights.sum()) or 1.0

    def held(self, texts: Sequence[str]) -> Matrix:
        """Texts by units: 1 where a unit stands in a text, less where a weaker option does, else 0."""
        strings = self._strings
        found = np.array([string in text for text in texts for string in strings], np.float32)
        return self._best(texts, found, lambda whole, text: whole.search(text) is not None)

    def counts(self, texts: Sequence[str]) -> Matrix:
        """Texts by units: how often."""
        strings = self._strings
        found = np.array([text.count(string) for text in texts for string in strings], np.float32)
        return self._best(texts, found, lambda whole, text: len(whole.findall(text)))

    def share(self, held: Matrix) -> Vector:
        """For each row of `held` the weighted share of units."""
        # Not by BLAS, whose kernels add up in an order of their own on each processor.
        share: Vector = np.einsum("ij,j->i", held, self.weights) / self.total
        return share

    def _best(self, texts: Sequence[str], found: Vector, look: Callable[[re.Pattern[str], str], int]) -> Matrix:
        if not self._strings:
            return np.zeros((len(texts), 0), np.float32)
        table = found.reshape(len(texts), -1)
        for column, whole in self._whole:
            for row in np.flatnonzero(table[:, column]).tolist():
                table[row, column] = look(whole, texts[row])
        best: Matrix = np.maximum.reduceat(table * self._share, self._firsts, axis=1)
        return best


def _whole(string: str) -> re.Pattern[str]:
    """Letters and digits stand by themselves: "61" is not in "2610"."""
    return re.compile(rf"(?<![a-z0-9]){re.escape(string)}(?![a-z0-9])")


def _starts(parts: Sequence[Sequence[object]]) -> NDArray[np.intp]:
    """Where each part begins when all are put one after another."""
    return np.array(list(accumulate([0, *map(len, parts)]))[:-1], np.intp)


FEATURES = (
    "lexical",
    "lexical_gap",
    "dense",
    "dense_gap",
    "both",
    "passage",
    "sentence",
    "pair",
    "article",
    "article_bm25",
    "article_gap",
    "headline",
    "opening",
    "words",
    "subject",
    "rarest",
    "rarest_opening",
    "trigrams",
    "typed",
)
"""The columns of `features`, in order. A gap is the distance to the best candidate. `sentence` and `pair` are the best
sentence and two neighbouring ones; `article` the passage's whole article with its headline; `subject` is the question's
first content word, `rarest` its rarest, each looked for in the article or, for `rarest_opening`, where it begins."""


def features(sought: Sought, found: Sequence[Hit]) -> Matrix:
    """One row for each candidate (at least one), one column for each of `FEATURES`."""
    texts = Texts(found)
    terms, words = Coverage(sought.terms), Coverage(sought.words)
    lexical = np.array([one.lexical for one in found], np.float32)
    dense = np.array([one.dense for one in found], np.float32)
    held = terms.held([sentence for sentences in texts.sentences for sentence in sentences])
    starts = _starts(texts.sentences)
    pairs = held.copy()
    np.maximum(held[:-1], held[1:], out=pairs[:-1])
    pairs[starts[1:] - 1] = held[starts[1:] - 1]
    by_pair = terms.share(pairs)
    counts = terms.counts(texts.bodies)
    headline, opening = terms.held(texts.headlines), terms.held(texts.openings)
    bm25 = terms.share(_saturated(counts, np.array([len(body) for body in texts.bodies], np.float32)))
    which = texts.which
    whole = [f"{head}\n{body}" for head, body in zip(texts.headlines, texts.bodies, strict=True)]
    words_held, words_opening = words.held(whole), words.held(texts.openings)
    first, rarest = _column(words_held, 0), int(np.argmax(words.weights)) if len(words.weights) else 0
    columns = (
        lexical,
        lexical - lexical.max(),
        dense,
        dense - dense.max(),
        np.minimum(lexical, dense) > 0,
        terms.share(np.maximum.reduceat(held, starts)),
        np.maximum.reduceat(terms.share(held), starts),
        np.maximum.reduceat(by_pair, starts),
        terms.share(np.maximum(np.minimum(counts, 1), headline))[which],
        bm25[which],
        bm25[which] - bm25.max(),
        terms.share(headline)[which],
        terms.share(opening)[which],
        words.share(words_held)[which],
        first[which],
        _column(words_held, rarest)[which],
        _column(words_opening, rarest)[which],
        _trigrams(sought.bare, texts.passages),
        _typed(sought.kind, texts.sentences, np.split(by_pair, starts[1:])),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _saturated(counts: Matrix, lengths: Vector) -> Matrix:
    """BM25's weight of a term that stands so often in a text of that length."""
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    return (counts * (K1 + 1) / (counts + norm[:, None])).astype(np.float32)


def _column(held: Matrix, i: int) -> Vector:
    return held[:, i] if held.shape[1] else np.zeros(len(held), np.float32)


def _trigrams(bare: str, texts: Sequence[str]) -> Vector:
    """The share of the question's runs of three characters: names and phrases that are kept whole."""
    trigrams = [bare[i : i + 3] for i in range(len(bare) - 2)]
    held = [sum(trigram in text for trigram in trigrams) / max(len(trigrams), 1) for text in texts]
    return np.array(held, np.float32)


def _typed(kind: Kind, sentences: Sequence[Sequence[str]], by_pair: Sequence[Vector]) -> Vector:
    """Whether the best two sentences of each passage hold what may be an answer of the kind."""
    pattern = _KINDS.get(kind)
    if pattern is None:
        return np.ones(len(sentences), np.float32)
    best = [int(np.argmax(shares)) for shares in by_pair]
    typed = [pattern.search("。".join(parts[i : i + 2])) for parts, i in zip(sentences, best, strict=True)]
    return np.array([1.0 if match else TYPED for match in typed], np.float32)
