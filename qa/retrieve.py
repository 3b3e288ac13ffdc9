"""Hybrid retrieval: BM25 and vectors, fused by score, filtered.

Lexical scores are divided by what a passage holding every term once would score, so that a fused score means the same
from question to question: about 1 for a passage that says what the question says, near 0 for chance words.
"""

from __future__ import annotations

from collections.abc import Mapping

from index import Archive, Encoder, Filter, idf
from qa.types import Hit

CANDIDATES = 50
"""Passages taken from each side before fusion; the right one is among the first 50 of either in over 99 % of cases."""

DENSE_WEIGHT = 0.3
"""Weight of the cosine beside the lexical score (about 1 when all terms match): terms lead, vectors break ties and
carry questions that share no word with their passage. See docs/decisions.md."""


def self_score(archive: Archive, terms: Mapping[str, float]) -> float:
    """The BM25 score of an average-length passage that holds each term once; terms the archive lacks count in full."""
    index = archive.lexical
    documents = max(index.documents, 1)
    return sum(weight * idf(documents, index.document_frequency(term)) for term, weight in terms.items())


def retrieve(
    archive: Archive,
    encoder: Encoder,
    text: str,
    terms: Mapping[str, float],
    *,
    k: int = 10,
    where: Filter | None = None,
) -> list[Hit]:
    """The `k` best passages for a question's `text` and `terms`, best first; equal scores in row order."""
    allowed = archive.select(where or Filter())
    if allowed is not None and not len(allowed):
        return []
    terms = archive.lexical.telling(terms)
    lexical = dict(archive.lexical.search(terms, CANDIDATES, allowed=allowed)) if terms else {}
    vector = encoder.encode([text], query=True)[0]
    dense = dict(archive.vectors.search(vector, CANDIDATES, allowed=allowed))
    dense.update(archive.vectors.scores(vector, [row for row in lexical if row not in dense]))
    full = self_score(archive, terms) or 1.0
    scores = {
        row: (lexical.get(row, 0.0) / full + DENSE_WEIGHT * max(dense.get(row, 0.0), 0.0)) / (1 + DENSE_WEIGHT)
        for row in lexical.keys() | dense.keys()
    }
    best = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    found = archive.passages(best)
    return [
        Hit(rank, scores[row], lexical.get(row, 0.0), dense.get(row, 0.0), article, passage)
        for rank, (row, (article, passage)) in enumerate(zip(best, found, strict=True), 1)
    ]
