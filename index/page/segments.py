"""Zones of a page to drafts of articles, headings, asides and furniture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from .borders import REACH, Candidate, Manner
from .frames import Frame, Vocabulary
from .lines import Row
from .units import Unit, told_units, units
from .zones import Draft, Zone, zones


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
        self.manner = Manner(self.found)

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
        between = {
            index
            for index in range(1, len(found) - 1)
            if found[index - 1].body and not found[index].body and found[index + 1].body
        }
        indents = Counter(found[index].rows[0].indent for index in between)
        for index, unit in enumerate(found):
            if unit.body:
                if self.placed and index and found[index - 1].body and not self._one(found[index - 1], unit):
                    draft = None
                if draft is None:
                    draft = Draft()
                    self.out.drafts.append(draft)
                draft.body.extend(unit.rows)
            elif draft is not None and index in between and self._inside(draft, found, index, indents):
                draft.body.extend(unit.rows)
                draft.apart.update(row.number for row in unit.rows)
            else:
                draft = None
                self._heading(unit.rows)

    def _inside(self, draft: Draft, found: Sequence[Unit], index: int, indents: Counter[int]) -> bool:
        """Whether a heading stands inside the article above it. `indents`: how many such headings of its zone have each."""
        rows = found[index].rows
        if self.placed:
            return not rows[0].blank_before
        behind: list[Row] = []
        for following in range(index + 1, len(found)):
            if not found[following].body or len(behind) >= REACH:
                break
            behind.extend(found[following].rows)
        candidate = Candidate(draft.body, rows, behind, indents[rows[0].indent] - 1)
        return self.manner.told_inside(candidate) if self.out.told else self.manner.inside(candidate)

    def _one(self, before: Unit, unit: Unit) -> bool:
        """Whether two bodies with nothing but white between them are of one article."""
        return not before.rows[-1].terminal or self.manner.coherent(before.rows, unit.rows)

    def _heading(self, rows: Sequence[Row]) -> None:
        block: list[Row] = []
        for row in rows:
            if block and row.blank_before:
                self.out.headings.append((block, len(self.out.drafts)))
                block = []
            block.append(row)
        self.out.headings.append((block, len(self.out.drafts)))


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
