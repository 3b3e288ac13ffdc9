"""Questions whose right record the product does not give first, for looking at: where each part has it, and what stands
in its place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from retrieval_sets import SEEDS, SETS, Query, read_questions
from retrieval_systems import PRODUCT, Search, different, parts, product
from retrieval_work import namer, opened

DEEP = 100
SHOWN = 80


def show_misses(work: Path, name: str, most: int) -> None:
    """Print up to `most` questions of a set with the places of the right record among the first `DEEP`, 0: not there."""
    pool = SETS[name].pool
    folder = work / pool
    engine, _ = opened(pool, folder)
    searches = {} if pool == SEEDS else parts(engine)
    texts = {str(article.record): article.text for article in engine.archive.articles()}

    def place(search: Search, query: Query) -> int:
        # More passages asked for are more passages reranked, so the first ten are looked at as they are measured.
        return rank(different(search, query.text), query.gold) or rank(different(search, query.text, DEEP), query.gold)

    def places(query: Query) -> dict[str, int]:
        whole: dict[str, Search] = {**searches, PRODUCT: product(engine, namer(pool, query.id))}
        return {system: place(search, query) for system, search in whole.items()}

    asked = ((query, places(query)) for query in read_questions(folder)[name])
    missed = (one for one in asked if one[1][PRODUCT] != 1)
    for number, (query, at) in enumerate(islice(missed, most), 1):
        first = [hit.passage.text for hit in engine.search(query.text, k=1)]
        print(f"{number}. {query.text}  [{query.id}]")
        print("   " + ", ".join(f"{system} {place}" for system, place in at.items()))
        print(f"   right: {_beginning(texts.get(query.gold[0], ''))}")
        print(f"   first: {_beginning(''.join(first))}")


def rank(records: Sequence[str], gold: Sequence[str]) -> int:
    """The place of the first right record, from 1; 0 if there is none."""
    return next((place for place, record in enumerate(records, 1) if record in gold), 0)


def _beginning(text: str) -> str:
    return text[:SHOWN].replace("\n", " ")
