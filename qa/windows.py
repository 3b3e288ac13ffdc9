"""What the reader gets to read: stretches of text around the best passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import Article
from qa.types import Hit

LONG, FURTHER = 500, 250
"""Characters of the first window and of the others at most, unless one passage is longer: a passage is about 200, what its pronouns
mean stands before it, and the reader, which learned from whole articles, is less sure of what is short."""

BEFORE = 0.7
"""The share of what a window has beside its passage that lies before it."""


@dataclass(frozen=True, slots=True)
class Window:
    """`article.text[start:end]`."""

    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


def windows(hits: Sequence[Hit], most: int) -> list[Window]:
    """Windows over the passages of the hits, best first, of `most` characters in all; those that touch are one. The first
    hit has its window however long it is."""
    found: list[Window] = []
    for hit in hits:
        wanted = _around(hit, FURTHER if found else LONG)
        touching = [w for w in found if w.article.id == wanted.article.id and _touch(w, wanted)]
        whole = Window(
            wanted.article,
            min(w.start for w in (*touching, wanted)),
            max(w.end for w in (*touching, wanted)),
        )
        rest = [w for w in found if w not in touching]
        if found and sum(w.end - w.start for w in (*rest, whole)) > most:
            continue
        place = min((found.index(w) for w in touching), default=len(found))
        before = [w for w in found[:place] if w not in touching]
        found = [*before, whole, *rest[len(before) :]]
    return found


def _around(hit: Hit, long: int) -> Window:
    start, end, length = hit.passage.start, hit.passage.end, len(hit.article.text)
    spare = max(long - (end - start), 0)
    low = max(start - int(spare * BEFORE), 0)
    high = min(end + spare - (start - low), length)
    low = max(high - max(long, end - start), 0) if high == length else low
    return Window(hit.article, min(low, start), high)


def _touch(a: Window, b: Window) -> bool:
    return a.start <= b.end and b.start <= a.end
