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
from .wordlist import NO_WORDS, Wordlist

# How tantivy stores both fields: our terms joined by spaces, with their counts and without their places.
FIELDS = ("headline", "body")
TOKENIZER, INDEX_OPTION = "whitespace", "freq"
_DIGEST_BYTES = 16
# Characters of an article's beginning that stand for the whole beside its later passages, as terms and in the vector. On
# training questions recall by terms @10 .9852 → .9862, @30 .9905 → .9915, and with 30 or 100 characters alike; by vectors @1
# .773 → .800, with 60 characters .789 (training/context.py).
_LEAD, _OPENING = 60, 30


class LexicalEntry(NamedTuple):
    """What one passage is found by: its own terms, and those its whole article shares, joined by spaces.

    A tuple, because a million of them come from other processes.
    """

    row: int
    headline: str
    body: str


def passage_context(headline: str, text: str, start: int) -> str:
    """What says what the passage is about that begins at `start` of an article's text: its headline, or where there is
    none, how the article begins."""
    return headline or text[: min(start, _OPENING)]


def embedded_text(context: str, passage: str) -> str:
    """What is embedded for a passage."""
    return f"{context}\n{passage}" if context else passage


def text_digest(text: str) -> bytes:
    """The key under which a text's vector is kept."""
    return blake2b(text.encode("utf-8"), digest_size=_DIGEST_BYTES).digest()


def shared_text(headline: str, sections: Sequence[str], byline: Sequence[str]) -> str:
    """What all passages of an article are found by: headline, section titles and reporters."""
    return "\n".join([headline, *sections, *byline])


def with_lead(shared: str, text: str, start: int) -> str:
    """The same for the passage that begins at `start` of an article's text: later ones leave out what its lead names."""
    return f"{shared}\n{text[: min(start, _LEAD)]}" if start else shared


def lexical_entries(passages: Sequence[tuple[int, str, str]], wordlist: Wordlist = NO_WORDS) -> list[LexicalEntry]:
    """The entries of (row, shared text, text), with the words of a user's list. Passages of one article that follow each
    other share the work."""
    shared = [text for text, _ in groupby(passages, key=itemgetter(1))]
    headlines = dict(zip(shared, term_texts(shared, wordlist), strict=True))
    bodies = term_texts([text for _, _, text in passages], wordlist)
    return [LexicalEntry(row, headlines[text], body) for (row, text, _), body in zip(passages, bodies, strict=True)]
