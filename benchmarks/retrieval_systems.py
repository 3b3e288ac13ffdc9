"""What is asked of ours: the product as a user gets it, its parts alone and together, and plain terms for comparison.

Each is a function of a question and a number of passages that gives their records, best first; a record of which
several passages were found stands there several times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from index import Archive, fold
from qa.engine import Engine
from qa.kinds import without_interrogatives
from qa.question import understand
from qa.retrieve import Using, retrieve
from qa.types import Hit

Search = Callable[[str, int], list[str]]

K = 10
# Passages asked for at first and at most: one article can fill the ten first places.
FIRST, MOST = 30, 480
PRODUCT = "product"
PLAIN = ("words", "bigrams", "words + bigrams")
PARTS = {
    "terms": Using(vectors=False, rerank=False),
    "vectors": Using(terms=False, rerank=False),
    "terms + vectors": Using(rerank=False),
    "terms + rerank": Using(vectors=False),
    "vectors + rerank": Using(terms=False),
}

_HAN_RUN = re.compile("[\u3400-\u9fff]+")
_OTHER_RUN = re.compile(r"[^\W\u3400-\u9fff]+")


def different(search: Search, text: str, wanted: int = K) -> list[str]:
    """The `wanted` best different records, or as many as there are."""
    passages = FIRST
    while True:
        found = search(text, passages)
        records = list(dict.fromkeys(found))
        if len(records) >= wanted or len(found) < passages or passages >= MOST:
            return records[:wanted]
        passages *= 2


def product(engine: Engine, name: Callable[[Hit], str]) -> Search:
    """As a user gets it; `name` says which record a hit is of. Stories shown under another follow it."""
    return lambda text, k: [name(one) for hit in engine.search(text, k=k) for one in (hit, *hit.also)]


def parts(engine: Engine) -> dict[str, Search]:
    """Parts of the product's retrieval, alone and together."""
    return {name: _part(engine, using) for name, using in PARTS.items()}


def _part(engine: Engine, using: Using) -> Search:
    def search(text: str, k: int) -> list[str]:
        hits = retrieve(engine.archive, engine.encoder, understand(text), k=k, using=using)
        return [str(one.article.record) for hit in hits for one in (hit, *hit.also)]

    return search


def words(text: str) -> list[str]:
    """jieba's words in search mode, folded."""
    import rjieba

    return [word for word in rjieba.cut_for_search(fold(text)) if any(map(str.isalnum, word))]


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, and whatever else is written without a space, folded."""
    folded = fold(text)
    pairs = [run[at : at + 2] for run in _HAN_RUN.findall(folded) for at in range(len(run) - 1)]
    return pairs + _OTHER_RUN.findall(folded)


def words_and_bigrams(text: str) -> list[str]:
    return words(text) + bigrams(text)


class PlainTerms:
    """BM25 over one kind of terms of our passages, apart from the archive: no numbers, no weights, nothing common left
    out. What the archive adds to them shows beside "terms"."""

    def __init__(self, archive: Archive, folder: Path, split: Callable[[str], Iterable[str]]) -> None:
        import tantivy

        folder.mkdir(parents=True)
        self.lib: Any = tantivy
        self.split = split
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("record", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        self.schema = builder.build()
        index = tantivy.Index(self.schema, path=str(folder))
        writer = index.writer(num_threads=1)
        for article in archive.articles():
            for passage in archive.article_passages(article.id):
                terms = " ".join(split(passage.text))
                writer.add_document(tantivy.Document(record=str(article.record), terms=terms))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self.searcher = index.searcher()

    def __call__(self, text: str, k: int) -> list[str]:
        asked = without_interrogatives(fold(text)) or fold(text)
        clauses = [
            (self.lib.Occur.Should, self.lib.Query.term_query(self.schema, "terms", term, index_option="freq"))
            for term in self.split(asked)
        ]
        if not clauses:
            return []
        hits = self.searcher.search(self.lib.Query.boolean_query(clauses), k).hits
        return [self.searcher.doc(address)["record"][0] for _, address in hits]


def plain(engine: Engine, folder: Path) -> dict[str, Search]:
    """Words, bigrams and both, each in an index of its own below `folder`."""
    splits = (words, bigrams, words_and_bigrams)
    return {
        name: PlainTerms(engine.archive, folder / name.replace(" ", ""), split)
        for name, split in zip(PLAIN, splits, strict=True)
    }
