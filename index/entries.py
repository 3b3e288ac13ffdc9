"""What stands for a passage in the two indexes: the text that is embedded, and the terms it is found by.

This module's digest is part of both recipes, so that a change here is a change of what is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from .tokens import terms

# How tantivy stores both fields: our terms joined by spaces, with their counts and without their places.
FIELDS = ("headline", "body")
TOKENIZER, INDEX_OPTION = "whitespace", "freq"
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """What one passage is found by: its own terms, and those its whole article shares."""

    row: int
    headline: Sequence[str]
    body: Sequence[str]


def embedded_text(headline: str, passage: str) -> str:
    """What is embedded for a passage: its headline says what it is about."""
    return f"{headline}\n{passage}" if headline else passage


def text_digest(text: str) -> bytes:
    """The key under which a text's vector is kept."""
    return blake2b(text.encode("utf-8"), digest_size=_DIGEST_BYTES).digest()


def shared_text(headline: str, sections: Sequence[str], byline: Sequence[str]) -> str:
    """What all passages of an article are found by: headline, section titles and reporters."""
    return "\n".join([headline, *sections, *byline])


def index_terms(text: str) -> tuple[str, ...]:
    """The terms by which a text is found, as often as they stand in it."""
    return tuple(terms(text))
