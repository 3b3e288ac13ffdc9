"""A search as a reader gets it: the best hits, those of them that hold what was looked for, and the facets of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from index import Archive, Filter, fold, idf
from qa.engine import Engine
from qa.facets import Facets, count
from qa.marks import searched
from qa.types import Hit

POOL = 100
"""Passages that are looked through for facets: all that retrieval takes from its two sides."""

HELD = 0.5
"""Share of the words looked for, by their rarity, from which on a passage with its headline holds them: the rest of what is
retrieved is merely near, and would make every count as large as the pool."""


FULL = 0.9
"""Share of the pool that matches from which on there are likely more matches than were looked through."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: `hits` best first, the `matches`, which hold the words, and the facets of these.

    Where no hit holds them (other words, another language) nothing is counted. `full` says that there are likely more
    matches: those given are the nearest.
    """

    hits: tuple[Hit, ...] = ()
    words: tuple[str, ...] = ()
    matches: tuple[Hit, ...] = ()
    facets: Facets = field(default_factory=Facets)
    full: bool = False


def find(engine: Engine, text: str, *, k: int, where: Filter | None = None, counted: bool = True) -> Found:
    """The `k` best hits for words or a question; what they match and the facets of all that match if they are `counted`.

    :raises UsageError: if the text is empty or too long.
    """
    hits = engine.search(text, k=max(k, POOL) if counted else k, where=where)
    if not counted:
        return Found(tuple(hits))
    words = searched(text)
    matches = tuple(holding(engine.archive, words, hits))
    every = list(chain.from_iterable((hit, *hit.also) for hit in matches))
    return Found(tuple(hits[:k]), words, matches, count(hit.article for hit in every), len(every) >= FULL * POOL)


def holding(archive: Archive, words: Sequence[str], hits: Sequence[Hit]) -> list[Hit]:
    """The hits whose passages, with their headlines, hold folded `words` to `HELD`."""
    documents = max(archive.lexical.documents, 1)
    weights = {word: idf(documents, archive.lexical.document_frequency(word)) for word in words}
    needed = HELD * sum(weights.values())
    found = []
    for hit in hits:
        text = fold(f"{hit.article.title}\n{hit.passage.text}")
        if needed and sum(weight for word, weight in weights.items() if word in text) >= needed:
            found.append(hit)
    return found
