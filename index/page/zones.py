"""Down a page, row by row: what stands between articles is taken out, and each border that papers print opens a zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .asides import advertisement_end, caption_end, digest_end, run_end
from .bylines import Byline, parse_byline
from .furniture import DIGEST, header, is_dateline, is_ornament, is_pointer
from .lines import Row

# A headline between a byline and the dateline under it has at most so many lines.
_BETWEEN = 4
# A bracket with names opens at most so many characters before the line's end.
_BRACKET = 24


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


@dataclass(frozen=True, slots=True)
class Zone:
    """Rows between two borders; `draft` if the first border opens an article, whose body is known to begin at `opening`."""

    rows: list[Row]
    draft: Draft | None
    opening: int | None


@dataclass(slots=True)
class Zones:
    """A page in zones; `asides` are rows of one kind ("caption", "advertisement", "digest")."""

    zones: list[Zone] = field(default_factory=list)
    asides: list[tuple[str, list[Row]]] = field(default_factory=list)
    furniture: list[Row] = field(default_factory=list)


def zones(rows: Sequence[Row], *, told: bool) -> Zones:
    """Take a page's rows apart at its borders. `told`: the file's format tells headings from bodies."""
    walk, out = _Walk(), Zones()
    index, parted = 0, False
    while index < len(rows):
        row = rows[index]
        kind, end = ("", index) if walk.inside(row) and not parted else _aside(rows, index)
        if not kind:
            # What stood between two rows parts them as a blank line does, except where blank lines themselves are told.
            walk.take(row._replace(blank_before=True) if parted and not told else row, rows[index + 1 : index + 2])
            parted = False
            index += 1
            continue
        if kind == "furniture":
            out.furniture.extend(rows[index:end])
        else:
            out.asides.append((kind, list(rows[index:end])))
        index, parted = end, True
    walk.flush()
    out.zones = walk.zones
    return out


def _aside(rows: Sequence[Row], index: int) -> tuple[str, int]:
    """What begins at a row beside articles, and where it ends: "digest", "caption", "advertisement" or "furniture"."""
    row = rows[index]
    if row.line.role in ("furniture", "caption"):
        return row.line.role, run_end(rows, index)
    if DIGEST.match(row.text):
        return "digest", digest_end(rows, index)
    if row.byline is not None and not row.byline.photo:
        return "", index
    for kind, find in (("caption", caption_end), ("advertisement", advertisement_end)):
        end = find(rows, index)
        if end > index:
            return kind, end
    marked = row.to_page is not None or row.from_page is not None or row.credit is not None
    if row.byline is not None or is_pointer(row.text) or (not marked and is_ornament(row.text)):
        return "furniture", index + 1
    return ("furniture", index + 1) if _is_header(rows, index) else ("", index)


def _is_header(rows: Sequence[Row], index: int) -> bool:
    """Whether a row is of a page's header or footer; what could be a headline is one beside a row that surely is."""
    kind = header(rows[index].text)
    if kind != "label":
        return kind == "sure"
    beside = (*rows[max(0, index - 1) : index], *rows[index + 1 : index + 3])
    return any(header(row.text) == "sure" for row in beside)


class _Walk:
    """Goes down the page and closes a zone at each border."""

    def __init__(self) -> None:
        self.zones: list[Zone] = []
        self.draft: Draft | None = None
        self.zone: list[Row] = []
        self.opening: int | None = None
        self.prose = False

    def take(self, row: Row, following: Sequence[Row]) -> None:
        if row.credit is not None and row.start == row.end and self._begun():
            # "新华社北京7月1日电" on a line of its own, and the reporter under it.
            row = row._replace(lead=row.credit, credit=None, terminal=False)
            self.zone.append(row)
            return
        if row.credit is not None and row.start == row.end and (not self.prose or self._under_heading(row)):
            # "（记者 李涛）" on a line of its own over the body is a byline like any other.
            row = row._replace(byline=row.credit, credit=None)
        if row.byline is not None and self._apart_from_names(row):
            row = row._replace(byline=None)
        if self.draft is not None and self.draft.bylines and not self.zone and row.byline is None:
            # The names may go on in the next line.
            row = row._replace(byline=parse_byline(row.line.text[row.start : row.end], bare=True))
        if row.byline is not None:
            self._byline(row)
            return
        if row.from_page is not None or row.lead is not None or is_dateline(row.text, *(row.text for row in following)):
            self._opening(row)
        self.zone.append(row)
        self.prose = self.prose or row.prose
        if row.closes:
            self.flush()

    def inside(self, row: Row) -> bool:
        """Whether the row goes on with a sentence: what looks like a page number there is the sentence's own."""
        if not self.prose or not self.zone or self.zone[-1].terminal or row.blank_before:
            return False
        return row.line.role == self.zone[-1].line.role

    def _begun(self) -> bool:
        """Whether the row above is a dateline and nothing else."""
        return self.opening is not None and self.opening == len(self.zone) - 1 and not self.prose

    def _apart_from_names(self, row: Row) -> bool:
        """Whether what reads as a byline is a dateline without names, or goes on with a bracket of the row above."""
        if row.byline is not None and not row.byline.names and is_dateline(row.text) and not row.byline.marked:
            return True
        above = self.zone[-1].text[-_BRACKET:] if self.zone and not row.blank_before else ""
        return above.rfind("（") > above.rfind("）")

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

    def flush(self) -> None:
        """Close the zone."""
        if self.zone or self.draft is not None:
            self.zones.append(Zone(self.zone, self.draft, self.opening))
        self.draft, self.zone, self.opening, self.prose = None, [], None, False
