"""Rows of a page to drafts of articles, headings, digests and furniture, by the borders that newspapers print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from .bylines import Byline, parse_byline
from .furniture import DATELINE, DIGEST, PAGE_FIRST, PAGE_LAST, PAGE_REFERENCE, is_header, is_ornament, is_pointer
from .lines import Row
from .paragraphs import Unit, Vocabulary, units

# A headline between a byline and the dateline under it has at most so many lines.
_BETWEEN = 4
# Two page numbers of one digest stand at most so many lines apart.
_DIGEST_REACH = 8
# A heading of fewer lines and characters that no blank line sets off is a heading inside its article (小标题).
_INSIDE = 14
_NUMBERED = re.compile(
    "[（〔]?[一二三四五六七八九十0-9]{1,3}[）〕、.．]|第[一二三四五六七八九十]{1,3}[章节条部]|[●■◆▲★◎○]"
)


@dataclass(slots=True)
class Draft:
    """An article being gathered: the rows of its byline and its body; those numbered in `apart` are headings inside."""

    bylines: list[Row] = field(default_factory=list)
    body: list[Row] = field(default_factory=list)
    apart: set[int] = field(default_factory=set)

    @property
    def lines(self) -> tuple[int, int]:
        numbers = [row.number for row in (*self.bylines, *self.body)]
        return min(numbers), max(numbers)

    @property
    def to_page(self) -> int | None:
        return next((row.to_page for row in reversed(self.body) if row.to_page is not None), None)

    @property
    def from_page(self) -> int | None:
        return next((row.from_page for row in self.body if row.from_page is not None), None)

    @property
    def names(self) -> list[Byline]:
        """What the article's marks say of its authors: over the body, else at its start, else at its end."""
        over = [row.byline for row in self.bylines if row.byline is not None]
        leads = [row.lead for row in self.body if row.lead is not None]
        return over or leads or [row.credit for row in self.body if row.credit is not None]


@dataclass(slots=True)
class Segments:
    """What a page holds. `headings` are blocks with the number of drafts before them; a digest is its title and all its rows."""

    drafts: list[Draft] = field(default_factory=list)
    headings: list[tuple[list[Row], int]] = field(default_factory=list)
    digests: list[tuple[list[Row], list[Row]]] = field(default_factory=list)
    furniture: list[Row] = field(default_factory=list)


def segment(rows: Sequence[Row], vocabulary: Vocabulary) -> Segments:
    """Take a page's rows apart; every row comes out in exactly one place."""
    walk = _Walk(vocabulary)
    index = 0
    while index < len(rows):
        row = rows[index]
        if DIGEST.match(row.text):
            end = _digest_end(rows, index)
            walk.flush()
            walk.out.digests.append(([row], list(rows[index:end])))
            index = end
            continue
        walk.take(row)
        index += 1
    walk.flush()
    _move_bylines(walk.out)
    _settle_empty(walk.out)
    return walk.out


class _Walk:
    """Goes down the page and closes a zone at each border."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.out = Segments()
        self.draft: Draft | None = None
        self.zone: list[Row] = []
        self.opening: int | None = None
        self.prose = False

    def take(self, row: Row) -> None:
        if row.credit is not None and row.start == row.end and (not self.prose or self._under_heading(row)):
            # "（记者 李涛）" on a line of its own over the body is a byline like any other.
            row = replace(row, byline=row.credit, credit=None)
        if self.draft is not None and self.draft.bylines and not self.zone and row.byline is None:
            # The names may go on in the next line.
            row = replace(row, byline=parse_byline(row.line.text[row.start : row.end], bare=True))
        if row.byline is not None and not row.byline.photo:
            self._byline(row)
        elif row.byline is not None or self._is_furniture(row):
            self.out.furniture.append(row)
        else:
            if row.from_page is not None or row.lead is not None or DATELINE.match(row.text):
                self._opening(row)
            self.zone.append(row)
            self.prose = self.prose or row.prose
            if row.closes:
                self.flush()

    def _under_heading(self, row: Row) -> bool:
        """Whether no sentence has ended above a credit in 【】, which seldom ends an article."""
        return bool(self.zone) and not self.zone[-1].terminal and row.line.text[row.start] in "【〔［"

    def _byline(self, row: Row) -> None:
        if self.draft is not None and self.draft.bylines and not self.zone and not (row.byline and row.byline.marked):
            self.draft.bylines.append(row)
            return
        self.flush()
        self.draft = Draft([row])

    def _opening(self, row: Row) -> None:
        """A dateline or "（上接第一版）" begins an article, unless its byline has just begun it."""
        waiting = self.draft is not None and bool(self.draft.bylines) and not self.prose and len(self.zone) <= _BETWEEN
        if not waiting or row.from_page is not None:
            self.flush()
            self.draft = Draft()
        self.opening = len(self.zone)

    def _is_furniture(self, row: Row) -> bool:
        # In mid-sentence a line that looks like a page number is the sentence's own.
        if self.prose and self.zone and not self.zone[-1].terminal and not row.blank_before:
            return False
        marked = row.to_page is not None or row.from_page is not None or row.credit is not None
        top = not (self.zone or self.draft or self.out.drafts or self.out.headings or self.out.digests)
        return is_pointer(row.text) or is_header(row.text, top=top) or (not marked and is_ornament(row.text))

    def flush(self) -> None:
        """Close the zone: its article, if a border opened one, or whatever articles its headlines tell apart."""
        found = units(self.zone, self.vocabulary, self.opening)
        bodies = [index for index, unit in enumerate(found) if unit.body]
        if self.draft is None:
            self._loose(found, bodies)
        else:
            if not bodies and found and not self.draft.bylines:
                bodies = list(range(len(found)))
            first, last = (bodies[0], bodies[-1]) if bodies else (len(found), len(found) - 1)
            for unit in found[:first]:
                self._heading(unit.rows)
            self.out.drafts.append(self.draft)
            for unit in found[first : last + 1]:
                self._body(self.draft, unit.rows, heading=not unit.body)
            for unit in found[last + 1 :]:
                self._heading(unit.rows)
        self.draft, self.zone, self.opening, self.prose = None, [], None, False

    def _loose(self, found: Sequence[Unit], bodies: Sequence[int]) -> None:
        draft: Draft | None = None
        for index, unit in enumerate(found):
            if unit.body:
                if draft is None:
                    draft = Draft()
                    self.out.drafts.append(draft)
                self._body(draft, unit.rows, heading=False)
            elif draft is not None and bodies and index < bodies[-1] and _inside(unit.rows, found[index + 1].rows):
                self._body(draft, unit.rows, heading=True)
            else:
                draft = None
                self._heading(unit.rows)

    def _body(self, draft: Draft, rows: Sequence[Row], *, heading: bool) -> None:
        draft.body.extend(rows)
        if heading:
            draft.apart.update(row.number for row in rows)

    def _heading(self, rows: Sequence[Row]) -> None:
        block: list[Row] = []
        for row in rows:
            if block and row.blank_before:
                self.out.headings.append((block, len(self.out.drafts)))
                block = []
            block.append(row)
        self.out.headings.append((block, len(self.out.drafts)))


def _inside(rows: Sequence[Row], following: Sequence[Row]) -> bool:
    """Whether a heading between two bodies stands inside one article."""
    first = rows[0]
    if _NUMBERED.match(first.text):
        return True
    # A line set as the paragraphs around it are, in a list or a conversation, is no headline.
    paragraph = 0 < first.indent == following[0].indent
    return not first.blank_before and (paragraph or (len(rows) == 1 and len(first.text) <= _INSIDE))


def _digest_end(rows: Sequence[Row], title: int) -> int:
    """Where a digest ends: after its last page number; without any, at the next blank line."""
    last, leads = title, False
    index = title + 1
    while index < len(rows) and index - last <= _DIGEST_REACH and not _opens(rows[index]):
        text = rows[index].text
        if PAGE_REFERENCE.match(text) or PAGE_FIRST.match(text) or PAGE_LAST.search(text[-16:]):
            leads = leads or (index == title + 1 and bool(PAGE_REFERENCE.match(text) or PAGE_FIRST.match(text)))
            last = index
        index += 1
    end = last + 1
    if last == title or leads:
        # Items that follow their page number, or have none, go on to the blank line.
        while end < min(len(rows), last + 1 + _DIGEST_REACH) and not _opens(rows[end]):
            if rows[end].blank_before and end > last + 1:
                break
            end += 1
    return end


def _opens(row: Row) -> bool:
    """Whether a row belongs to an article, not to a digest, or begins another digest."""
    return (
        row.byline is not None
        or row.from_page is not None
        or row.lead is not None
        or row.closes
        or DATELINE.match(row.text) is not None
        or DIGEST.match(row.text) is not None
    )


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
