"""What models want to be written before a question and before a passage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SEARCH = "Given a web search query, retrieve relevant passages that answer the query"
# Models that want prompts and do not say so in their settings, by the last part of their names. As their model cards on
# the hub have it: intfloat/multilingual-e5-small and -large-instruct, BAAI/bge-large-zh-v1.5 and -en-v1.5.
_KNOWN = (
    (r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?", "query: ", "passage: "),
    (r"multilingual-e5-large-instruct", f"Instruct: {_SEARCH}\nQuery: ", ""),
    (r"bge-(small|base|large)-zh(-v1\.5)?", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"bge-(small|base|large)-en(-v1\.5)?", "Represent this sentence for searching relevant passages: ", ""),
)


@dataclass(frozen=True, slots=True)
class Prompts:
    """What is written before a question and before a passage. `stated`: the model's own files say so."""

    query: str = ""
    document: str = ""
    stated: bool = True

    @property
    def extra(self) -> tuple[str, ...]:
        """What decides the vectors beside the model's files."""
        return () if self.stated else (self.query, self.document)


def prompts_of(name: str, settings: Mapping[str, Any]) -> Prompts:
    """The prompts that a model's settings state, as sentence-transformers' `encode_query` and `encode_document` take
    them; where they state none, those known of models of this name."""
    given: Any = settings.get("prompts")
    given = given if isinstance(given, dict) else {}
    query = given.get("query")
    document = next((given[kind] for kind in ("document", "passage", "corpus") if given.get(kind)), None)
    if query or document:
        return Prompts(str(query or ""), str(document or ""))
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1].lower()
    for pattern, query, document in _KNOWN:
        if re.fullmatch(pattern, last):
            return Prompts(query, document, stated=False)
    return Prompts()
