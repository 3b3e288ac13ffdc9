"""The libraries beside Wenbao, each used as its documentation uses it, with jieba's words for search where it lets words
be given: `build`, `search` for the names of the ten best passages, `add`. `folder` holds the pool, `home` is its own.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

K = 10

Passages = Sequence[tuple[str, str]]


def words(text: str) -> list[str]:
    """jieba's words in search mode, those of punctuation left out."""
    import jieba

    jieba.setLogLevel("WARNING")
    return [word for word in jieba.lcut_for_search(text.lower()) if re.search(r"\w", word)]


def words_and_bigrams(text: str) -> list[str]:
    """With bigrams of Chinese characters, and once more what has none: letters, digits, single characters."""
    found = words(text)
    for run in re.findall(r"[\u4e00-\u9fff]+|[a-z0-9.]+", text.lower()):
        whole = run.isascii() or len(run) == 1
        found += [run] if whole else [run[start : start + 2] for start in range(len(run) - 1)]
    return found


class Wenbao:
    """Files to searchable; each passage of the pool is an article of its own."""

    package = "wenbao"

    def __init__(self, folder: Path, home: Path) -> None:
        self.pool, self.home = folder / "pool", home / "archive"

    def build(self, passages: Passages) -> None:
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        from index import build
        from qa.engine import Engine

        build([self.pool], self.home)
        self.engine = Engine(self.home)

    def search(self, text: str) -> list[str]:
        # An article of several passages may be found by more than one: the ten best articles are wanted.
        found = dict.fromkeys(str(hit.article.record) for hit in self.engine.search(text, k=3 * K))
        return list(found)[:K]

    def add(self, name: str, text: str) -> None:
        from index import build

        line = json.dumps({"id": name, "text": text}, ensure_ascii=False)
        (self.pool / "added.jsonl").write_text(line + "\n", encoding="utf-8")
        build(None, self.home)


class LanceDb:
    """Its full-text index; rows added later are looked through until the next optimize."""

    package = "lancedb"
    options: Mapping[str, Any] = MappingProxyType({"base_tokenizer": "icu"})

    def __init__(self, folder: Path, home: Path) -> None:
        self.home = home

    def build(self, passages: Passages) -> None:
        import lancedb

        rows = [{"id": name, "text": text} for name, text in passages]
        self.table = lancedb.connect(self.home).create_table("passages", rows)
        self.table.create_fts_index("text", stem=False, remove_stop_words=False, **self.options)

    def search(self, text: str) -> list[str]:
        from lancedb.query import MatchQuery

        query = self.table.search(MatchQuery(text, "text"), query_type="fts")
        return [row["id"] for row in query.select(["id"]).limit(K).to_list()]

    def add(self, name: str, text: str) -> None:
        self.table.add([{"id": name, "text": text}])


class LanceDbBigrams(LanceDb):
    """The same on pairs of characters."""

    options = MappingProxyType({"base_tokenizer": "ngram", "ngram_min_length": 2, "ngram_max_length": 2})


class Tantivy:
    """Words and bigrams joined by spaces, any of them may match."""

    package = "tantivy"

    def __init__(self, folder: Path, home: Path) -> None:
        import tantivy

        self.lib = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("terms", tokenizer_name="given", index_option="freq")
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, path=str(home))
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("given", analyzer)

    def build(self, passages: Passages) -> None:
        writer = self.index.writer(num_threads=1)
        for name, text in passages:
            writer.add_document(self.lib.Document(id=name, terms=" ".join(words_and_bigrams(text))))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def search(self, text: str) -> list[str]:
        clauses = [
            (self.lib.Occur.Should, self.lib.Query.term_query(self.schema, "terms", term, index_option="freq"))
            for term in words_and_bigrams(text)
        ]
        searcher = self.index.searcher()
        hits = searcher.search(self.lib.Query.boolean_query(clauses), K).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    def add(self, name: str, text: str) -> None:
        self.build([(name, text)])


class Bm25s:
    """Words and bigrams; it has no adding, so the index is made anew from the kept tokens."""

    package = "bm25s"

    def __init__(self, folder: Path, home: Path) -> None:
        self.names: list[str] = []
        self.tokens: Any = []

    def build(self, passages: Passages) -> None:
        from bm25s.tokenization import Tokenizer

        self.tokenizer = Tokenizer(splitter=words_and_bigrams, stopwords=None, stemmer=None)
        self._take(passages)

    def _take(self, passages: Passages) -> None:
        import bm25s

        self.names += [name for name, _ in passages]
        texts = [text for _, text in passages]
        self.tokens += self.tokenizer.tokenize(texts, update_vocab=True, show_progress=False)
        self.index = bm25s.BM25(k1=1.2, b=0.75)
        self.index.index((self.tokens, self.tokenizer.get_vocab_dict()), show_progress=False)

    def search(self, text: str) -> list[str]:
        tokens = self.tokenizer.tokenize([text], update_vocab=False, show_progress=False)
        found = self.index.retrieve(tokens, k=K, show_progress=False)
        return [self.names[place] for place in found.documents[0]]

    def add(self, name: str, text: str) -> None:
        self._take([(name, text)])


class Fts5:
    """SQLite's full-text index over jieba's words joined by spaces."""

    package = "sqlite"

    def __init__(self, folder: Path, home: Path) -> None:
        self.database = sqlite3.connect(home / "passages.db")

    def build(self, passages: Passages) -> None:
        self.database.execute("CREATE VIRTUAL TABLE passages USING fts5(id UNINDEXED, terms)")
        self._take(passages)

    def _take(self, passages: Iterable[tuple[str, str]]) -> None:
        with self.database:
            split = ((name, " ".join(words(text))) for name, text in passages)
            self.database.executemany("INSERT INTO passages VALUES (?, ?)", split)

    def search(self, text: str) -> list[str]:
        wanted = " OR ".join(f'"{term}"' for term in dict.fromkeys(words(text)))
        sql = "SELECT id FROM passages WHERE terms MATCH ? ORDER BY rank LIMIT ?"
        return [name for (name,) in self.database.execute(sql, (wanted, K))]

    def add(self, name: str, text: str) -> None:
        self._take([(name, text)])


class Txtai:
    """Its keyword index as it comes."""

    package = "txtai"

    def __init__(self, folder: Path, home: Path) -> None:
        pass

    def build(self, passages: Passages) -> None:
        from txtai import Embeddings

        self.embeddings = Embeddings(keyword=True)
        self.embeddings.index(passages)

    def search(self, text: str) -> list[str]:
        return [name for name, _ in self.embeddings.search(text, K)]

    def add(self, name: str, text: str) -> None:
        self.embeddings.upsert([(name, text)])


class Haystack:
    """The in-memory store and its BM25 retriever as they come."""

    package = "haystack-ai"

    def __init__(self, folder: Path, home: Path) -> None:
        pass

    def build(self, passages: Passages) -> None:
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.store = InMemoryDocumentStore()
        self.retriever = InMemoryBM25Retriever(document_store=self.store, top_k=K)
        self._take(passages)

    def _take(self, passages: Passages) -> None:
        from haystack import Document

        self.store.write_documents([Document(id=name, content=text) for name, text in passages])

    def search(self, text: str) -> list[str]:
        return [document.id for document in self.retriever.run(query=text)["documents"]]

    def add(self, name: str, text: str) -> None:
        self._take([(name, text)])


class LlamaIndex:
    """Its BM25 retriever; nodes and questions hold jieba's words joined by spaces, since it splits by itself."""

    package = "llama-index-retrievers-bm25"

    def __init__(self, folder: Path, home: Path) -> None:
        self.nodes: list[Any] = []

    def build(self, passages: Passages) -> None:
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever

        self.nodes += [TextNode(id_=name, text=" ".join(words(text))) for name, text in passages]
        self.retriever = BM25Retriever.from_defaults(
            nodes=self.nodes, similarity_top_k=K, skip_stemming=True, token_pattern=r"(?u)\b\w+\b"
        )

    def search(self, text: str) -> list[str]:
        return [hit.node.node_id for hit in self.retriever.retrieve(" ".join(words(text)))]

    def add(self, name: str, text: str) -> None:
        self.build([(name, text)])


class LangChain:
    """rank_bm25 by langchain-community with jieba's words for search, as Langchain-Chatchat calls it; kept between
    questions, which that application does not do."""

    package = "rank-bm25"

    def __init__(self, folder: Path, home: Path) -> None:
        self.documents: list[Any] = []

    def build(self, passages: Passages) -> None:
        import jieba
        from langchain_community.retrievers import BM25Retriever
        from langchain_core.documents import Document

        jieba.setLogLevel("WARNING")
        self.documents += [Document(page_content=text, metadata={"id": name}) for name, text in passages]
        self.retriever = BM25Retriever.from_documents(self.documents, preprocess_func=jieba.lcut_for_search, k=K)

    def search(self, text: str) -> list[str]:
        return [document.metadata["id"] for document in self.retriever.invoke(text)]

    def add(self, name: str, text: str) -> None:
        self.build([(name, text)])


PEERS: dict[str, Callable[[Path, Path], Any]] = {
    "wenbao": Wenbao,
    "lancedb icu": LanceDb,
    "lancedb bigrams": LanceDbBigrams,
    "tantivy": Tantivy,
    "bm25s": Bm25s,
    "fts5 jieba": Fts5,
    "txtai": Txtai,
    "haystack bm25": Haystack,
    "llamaindex bm25": LlamaIndex,
    "langchain bm25": LangChain,
}
