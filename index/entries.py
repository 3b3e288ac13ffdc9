"""What stands for a passage in the two indexes: the text that is embedded, and the terms it is found by.

This module's digest is part of both recipes, so that a change here is a change of what is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from .tokens import term_texts

# How tantivy stores both fields: our terms joined by spaces, with their counts and without their places.
FIELDS = ("headline", "body")
TOKENIZER, INDEX_OPTION = "whitespace", "freq"
_DIGEST_BYTES = 16


class LexicalEntry(NamedTuple):
    """What one passage is found by: its own terms, and those its whole article shares, joined by spaces.

    A tuple, because a million of them come from other processes.
    """

    row: int
    headline: str
    body: str


def embedded_text(headline: str, passage: str) -> str:
    """What is embedded for a passage: its headline says what it is about."""
    return f"{headline}\n{passage}" if headline else passage


def text_digest(text: str) -> bytes:
    """The key under which a text's vector is kept."""
    return blake2b(text.encode("utf-8"), digest_size=_DIGEST_BYTES).digest()


def shared_text(headline: str, sections: Sequence[str], byline: Sequence[str]) -> str:
    """What all passages of an article are found by: headline, section titles and reporters."""
    return "\n".join([headline, *sections, *byline])


def lexical_entries(passages: Sequence[tuple[int, str, str]]) -> list[LexicalEntry]:
    """The entries of (row, shared text, text). Passages of one article that follow each other share the work."""
    shared = [text for text, _ in groupby(passages, key=itemgetter(1))]
    headlines = dict(zip(shared, term_texts(shared), strict=True))
    bodies = term_texts([text for _, _, text in passages])
    return [LexicalEntry(row, headlines[text], body) for (row, text, _), body in zip(passages, bodies, strict=True)]
