"""Zones of a page to drafts of articles, headings, asides and furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise

from .chars import pairs
from .frames import Frame, Vocabulary
from .lines import Row
from .units import Unit, told_units, units
from .zones import Draft, Zone, zones

# A heading of fewer lines and characters that no blank line sets off is a heading inside its article (小标题).
_INSIDE = 18
# Two bodies are of one article from this share of common pairs of characters on that stand in at most so many units of
# the page; so many rows of each are looked at.
_COHERENT, _RARE, _REACH = 0.05, 3, 60
# Bodies of fewer pairs are too short for that; a heading inside is then set in by so many cells, as no headline is.
_ENOUGH, _SET_IN = 40, 3
_NUMBERED = re.compile(
    "[（〔]?[一二三四五六七八九十0-9]{1,3}[）〕、.．]|第[一二三四五六七八九十]{1,3}[章节条部]|[●■◆▲★◎○]"
)


@dataclass(slots=True)
class Segments:
    """What a page holds. `headings` are blocks with the number of drafts before them; `asides` are rows of one kind.

    `told`: the file's format told headings from bodies, and a heading belongs to the draft behind it.
    """

    drafts: list[Draft] = field(default_factory=list)
    headings: list[tuple[list[Row], int]] = field(default_factory=list)
    asides: list[tuple[str, list[Row]]] = field(default_factory=list)
    furniture: list[Row] = field(default_factory=list)
    told: bool = False


def segment(rows: Sequence[Row], vocabulary: Vocabulary) -> Segments:
    """Take a page's rows apart; every row comes out in exactly one place."""
    told = any(row.line.role in ("heading", "body") for row in rows)
    found = zones(rows, told=told)
    out = Segments(asides=found.asides, furniture=found.furniture, told=told)
    _Gatherer(found.zones, vocabulary, out).gather()
    _move_bylines(out)
    _settle_empty(out)
    return out


class _Gatherer:
    """Turns zones into drafts and headings."""

    def __init__(self, zones: Sequence[Zone], vocabulary: Vocabulary, out: Segments) -> None:
        self.out = out
        page = [row for zone in zones for row in zone.rows]
        # Where lines have places, blank lines are the format's own and part articles and their headlines.
        self.placed = out.told and any(row.line.box is not None for row in page)
        indents = cache(lambda: Frame.of(page).indents)
        self.found = [
            (zone, told_units(zone.rows) if out.told else units(zone.rows, vocabulary, zone.opening, indents))
            for zone in zones
        ]

    @cached_property
    def stacks(self) -> frozenset[int]:
        """The indents of headings at borders, which are headlines."""
        return frozenset(
            unit.rows[0].indent
            for zone, found in self.found
            for unit in (*found[-1:], *(found[:1] if zone.draft is not None else ()))
            if not unit.body
        )

    @cached_property
    def _spread(self) -> Counter[int]:
        """In how many units of the page each pair of characters stands."""
        return Counter(pair for _, found in self.found for unit in found for pair in _pairs(unit.rows))

    def gather(self) -> None:
        for zone, found in self.found:
            bodies = [index for index, unit in enumerate(found) if unit.body]
            draft = zone.draft
            if draft is not None:
                if not bodies and not draft.bylines:
                    bodies = list(range(len(found)))
                    found = [Unit(True, unit.rows) for unit in found]
                first = bodies[0] if bodies else len(found)
                for unit in found[:first]:
                    self._heading(unit.rows)
                self.out.drafts.append(draft)
                found = found[first:]
            self._loose(found, draft)

    def _loose(self, found: Sequence[Unit], draft: Draft | None) -> None:
        for index, unit in enumerate(found):
            following = found[index + 1].rows if index + 1 < len(found) and found[index + 1].body else ()
            if unit.body:
                if self.placed and index and found[index - 1].body and not self._one(found[index - 1], unit):
                    draft = None
                if draft is None:
                    draft = Draft()
                    self.out.drafts.append(draft)
                draft.body.extend(unit.rows)
            elif draft is not None and following and self._inside(draft.body, unit.rows, following):
                draft.body.extend(unit.rows)
                draft.apart.update(row.number for row in unit.rows)
            else:
                draft = None
                self._heading(unit.rows)

    def _inside(self, before: Sequence[Row], rows: Sequence[Row], following: Sequence[Row]) -> bool:
        """Whether a heading between two bodies stands inside one article."""
        first = rows[0]
        if self.placed:
            return not first.blank_before
        if _NUMBERED.match(first.text):
            return True
        # A line set as the paragraphs around it are, in a list or a conversation, is no headline.
        if not self.out.told and not first.blank_before and 0 < first.indent == following[0].indent:
            return True
        if len(rows) > 1 or len(first.text) > _INSIDE:
            return False
        if not first.blank_before and not self.out.told:
            return True
        coherent = self._coherent(before, following)
        if coherent is not None:
            return coherent
        # Too short to share words; no headline at a border of the page is set in as far.
        return self.out.told or (first.indent >= _SET_IN and bool(self.stacks) and first.indent not in self.stacks)

    def _one(self, before: Unit, unit: Unit) -> bool:
        """Whether two bodies with nothing but white between them are of one article."""
        return not before.rows[-1].terminal or self._coherent(before.rows, unit.rows) is not False

    def _coherent(self, before: Sequence[Row], following: Sequence[Row]) -> bool | None:
        """Whether two bodies share pairs of characters that hardly anything else on the page has; None if too short."""
        one, other = _pairs(before[-_REACH:]), _pairs(following)
        if min(len(one), len(other)) < _ENOUGH:
            return None
        shared = sum(self._spread[pair] <= _RARE for pair in one & other)
        return shared >= _COHERENT * min(len(one), len(other))

    def _heading(self, rows: Sequence[Row]) -> None:
        block: list[Row] = []
        for row in rows:
            if block and row.blank_before:
                self.out.headings.append((block, len(self.out.drafts)))
                block = []
            block.append(row)
        self.out.headings.append((block, len(self.out.drafts)))


def _pairs(rows: Sequence[Row]) -> frozenset[int]:
    return pairs("".join([row.text for row in rows[:_REACH]]))


def _move_bylines(out: Segments) -> None:
    """On a page that sets bylines under the body, give each to the body above it."""
    drafts = out.drafts
    if len(drafts) < 2 or drafts[0].bylines or drafts[-1].body or not drafts[-1].bylines:
        return
    if not all(draft.bylines for draft in drafts[1:]) or not all(draft.body for draft in drafts[:-1]):
        return
    for draft, following in pairwise(drafts):
        draft.bylines = following.bylines
    drafts.pop()
    # Headings counted the byline's draft as begun; it stands in the gap before.
    out.headings = [(block, min(after, len(drafts))) for block, after in out.headings]


def _settle_empty(out: Segments) -> None:
    """Give the byline of an article that has no body to the one above, if that has none; else it is furniture."""
    full: list[Draft] = []
    moved: dict[int, int] = {}
    for index, draft in enumerate(out.drafts):
        moved[index] = len(full)
        if draft.body and any(row.start < row.end for row in draft.body):
            full.append(draft)
        elif full and not full[-1].bylines and not draft.body:
            full[-1].bylines = draft.bylines
        else:
            out.furniture.extend((*draft.bylines, *draft.body))
    moved[len(out.drafts)] = len(full)
    out.headings = [(block, moved[after]) for block, after in out.headings]
    out.drafts = full
