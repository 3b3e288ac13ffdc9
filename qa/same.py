"""Near-identical stories become one hit: the same wire story on two pages is shown once, with where else it stands.

Better shown twice than wrongly joined: two passages are the same only if what differs was cut or added. Where each has
words of its own in the same place (第61次 and 第62次, 3人 and 5人, one name and another) they stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from itertools import takewhile

from index import fold_all
from qa.types import Hit

SHARED = 0.8
"""Share of the shorter passage, in characters of clauses that both have, from which on they tell the same story. Of 6,899 pairs of
different passages (CMRC train) that have a clause in common 99.5 % share less than .55; a story that lost a fifth stays above."""

SHORTEST = 0.4
"""The shorter passage's length against the longer's: a sentence that stands in a story is not the story."""

FEWEST = 40
"""Characters that they must share: below stand what is said of many things in the same words ("各月台以跨线天桥连接。")."""

DAYS = 7
"""Days between the dates of two articles beyond which equal words are a form that is used again, not a story reprinted."""

# Marks that end a clause, unless they stand inside a number. All other marks, and particles that editors drop, tell nothing.
_CLAUSE = re.compile(r"[，。；：！？;!?…\n,:.](?<!\d[,:.](?=\d))")
_SILENT = re.compile(r"[^\w\n\0]+|[_的了地得]")
# Where and by whom a story was filed: it changes from paper to paper.
_DATELINE = re.compile(
    r"\s*据?(?:本[报台刊网社]|新华[社网]|中新[社网]|人民[日网]报?|央视(?:新闻|网))[^，。；：！？,;!?\n]{0,24}?(?:讯|电|消息|报道)\s*(?:\([^()]{0,40}\))?"
)
_RELATIVE = re.compile(r"[今昨明前]天|[今昨明][日晚晨]|[本上下]周|[本上下]月|[今去明]年")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|第[〇零一二三四五六七八九十百千万]+")
# Parts a text for folding; no text keeps a NUL.
_SEAM = "\0"


@dataclass(frozen=True, slots=True)
class _Story:
    """A hit's passage as it is compared: clauses without silent characters, and what the article says of itself."""

    clauses: tuple[str, ...]
    length: int
    filed: tuple[str, ...]
    relative: bool
    numbered: frozenset[str]
    day: date | None


def collapse(hits: Sequence[Hit]) -> list[Hit]:
    """The hits in their order, each that tells the story of an earlier one in the `also` of that one.

    Ranks run on from that of the first hit. Nothing is lost: each hit is kept or in an `also`, where it keeps its rank.
    """
    stories = _stories(hits)
    kept: list[int] = []
    also: dict[int, list[Hit]] = {}
    telling: dict[str, list[int]] = {}
    for n, (hit, story) in enumerate(zip(hits, stories, strict=True)):
        likely = {m for clause in story.clauses for m in telling.get(clause, ())}
        same = next((m for m in sorted(likely) if _same(stories[m], story)), None)
        if same is not None:
            also[same] += [replace(hit, also=()), *hit.also]
            continue
        kept.append(n)
        also[n] = list(hit.also)
        for clause in set(story.clauses):
            telling.setdefault(clause, []).append(n)
    return [replace(hits[n], rank=hits[0].rank + place, also=tuple(also[n])) for place, n in enumerate(kept)]


def _stories(hits: Sequence[Hit]) -> list[_Story]:
    # All in one go: a call costs as much as a hundred characters.
    texts = [part.replace(_SEAM, " ") for hit in hits for part in (hit.article.title, hit.passage.text)]
    folded = fold_all(texts)
    datelines = [_DATELINE.match(text) for text in folded[1::2]]
    bodies = [text[match.end() :] if match else text for match, text in zip(datelines, folded[1::2], strict=True)]
    told = _SILENT.sub("", _CLAUSE.sub("\n", _SEAM.join(bodies))).split(_SEAM)
    found = []
    for hit, title, dateline, body, text in zip(hits, folded[::2], datelines, bodies, told, strict=False):
        known = hit.article.date
        found.append(
            _Story(
                clauses=tuple(filter(None, text.split("\n"))),
                length=len(text) - text.count("\n"),
                filed=tuple(_NUMBER.findall(dateline.group())) if dateline else (),
                relative=_RELATIVE.search(body) is not None,
                numbered=frozenset(_NUMBER.findall(title)),
                day=date.fromisoformat(known.value) if known and len(known.value) == len("2023-07-21") else None,
            )
        )
    return found


def _same(one: _Story, other: _Story) -> bool:
    if one.day and other.day and abs((one.day - other.day).days) > DAYS:
        return False
    if not (one.numbered <= other.numbered or other.numbered <= one.numbered):
        return False
    if one.relative and other.relative and one.filed and other.filed and one.filed != other.filed:
        return False  # "今天" of two days
    shorter, longer = sorted((one.length, other.length))
    return shorter >= SHORTEST * longer and _shared(one.clauses, other.clauses) >= max(SHARED * shorter, FEWEST)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Characters in clauses that both have in one order; 0 if they say different things in one place."""
    ends = 0
    for step in (1, -1):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one[::step], other[::step], strict=False)))
        ends += sum(map(len, one[::step][:same]))
        one, other = (clauses[same:] if step == 1 else clauses[: len(clauses) - same] for clauses in (one, other))
    return ends if not (one and other) else _between(one, other, ends)


def _between(one: Sequence[str], other: Sequence[str], shared: int) -> int:
    """What `_shared` gives, `shared` being of the clauses around those two runs."""
    left: tuple[set[str], set[str]] = set(), set()
    for what, low, high, start, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if what == "replace":
            return 0
        if what == "equal":
            shared += sum(map(len, one[low:high]))
        left[0].update(_NUMBER.sub("0", clause) for clause in one[low:high] if what == "delete")
        left[1].update(_NUMBER.sub("0", clause) for clause in other[start:end] if what == "insert")
    # A clause that was moved, with another number in it.
    return 0 if left[0] & left[1] else shared
