"""One line of a page: where its body text stands and which marks it carries.

A jump line (转版) says where an article goes on, "（下转第二版）", or comes from, "（上接第一版）". It may be broken over two lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..chars import cells, ink, page_number, plain, terminal
from ..types import Line, Page
from .bylines import Byline, lead_byline, may_be_byline, parse_byline

_NUMBER = r"(?:[0-9]{1,3}|[〇零一二三四五六七八九十百]{1,4})"
_WHERE = rf"(?:第 {{0,2}})?[A-Za-z]?(?P<page>{_NUMBER}) {{0,2}}[版页]"
_OPEN, _SHUT = "（〔【［〈", "）〕】］〉"
# In brackets anywhere at the line's end or start; without them only with both syllables and nothing after.
_JUMP = re.compile(
    rf"[{_OPEN}] ?[▶►→◀◄←]?(?:(?P<to>下 {{0,2}}转|紧 {{0,2}}转|转)|(?P<back>上 {{0,2}}接|紧 {{0,2}}接|接)) {{0,2}}{_WHERE}[^{_OPEN}{_SHUT}]{{0,24}}[{_SHUT}]"
)
_BARE_TO = re.compile(rf"[▶►→◆■]{{0,3}} ?[下紧] {{0,2}}转 {{0,2}}{_WHERE}[▶►→◆■ 。]{{0,4}}$")
_BARE_BACK = re.compile(rf"[◀◄←◆■▲]{{0,3}} ?(?:上 {{0,2}}接|紧 {{0,2}}接) {{0,2}}{_WHERE}[▶►→◆■ ：]{{0,4}}")
_NOTE = re.compile("[（〔][^（）〔〕]*[）〕]$")
_NOTE_SHUT = frozenset("）〕")
_OPENERS = frozenset(_OPEN)
_BRACKET = re.compile(rf"[{_OPEN}]([^{_OPEN}{_SHUT}]{{2,60}})[{_SHUT}]$")
_LEAD = re.compile(rf"[{_OPEN}] ?([^{_OPEN}{_SHUT}。]{{2,60}})[{_SHUT}][ ：]*")
# The last characters of a line that can carry a mark: a closing bracket, or the page of a jump line in no brackets.
_MARK_HINT = re.compile(f"[版页{_SHUT}]")
_HALF_BRACKET = re.compile(f"[{_OPEN}][^{_OPEN}{_SHUT}]*$")
_CLOSES = frozenset(f"版页{_SHUT}▶►→◆■。 ，")
# The longest mark looked for at a line's end or start.
_MARK = 64
# Half a jump line, up to the line break: at most so many characters after the opening bracket.
_HALF = 16
# What ends sentences; most lines have none of it and need no closer look.
_STOP = re.compile("[。；！？!?….]")
_SINGLE_GAP = re.compile(r"(?<=\S)\s(?=\S)")
_DOT_END = re.compile("[^0-9A-Za-z]\\.|(?<![0-9])\\.$")
_CALL = re.compile("[！？!?]")


class Row(NamedTuple):
    """A line with ink on it, seen as layout.

    `start:end` is the text without outer space and marks, `text` its plain form, `indent` in half-width cells.
    `terminal`: a sentence, so perhaps a paragraph, ends with it. `prose`: a sentence ends on it; no headline's does.
    `lead`: the reporter in brackets cut off before the text, with whom an article begins.
    `calls`: the sentence's end is a question or exclamation mark, with which headlines end, too.
    """

    line: Line
    start: int
    end: int
    indent: int
    text: str
    blank_before: bool
    width: int
    terminal: bool
    prose: bool
    calls: bool = False
    to_page: int | None = None
    from_page: int | None = None
    credit: Byline | None = None
    byline: Byline | None = None
    lead: Byline | None = None

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def closes(self) -> bool:
        """Whether the article ends here whatever follows."""
        return self.to_page is not None or self.credit is not None


def rows(page: Page) -> list[Row]:
    """The lines with ink, in order, with jump lines and bracketed bylines read and cut off."""
    found: list[Row] = []
    blank, place = True, 0
    form = plain("\n".join([line.text for line in page.lines]))
    for line in page.lines:
        raw = line.text
        start, end = ink(raw)
        text = form[place + start : place + end]
        place += len(raw) + 1
        if not text:
            blank = True
            continue
        row = _row(line, start, end, cells(raw[:start]) if start else 0, text, blank)
        if may_be_byline(text):
            row = row._replace(byline=parse_byline(raw[start:end]))
        if found and _broken(found[-1]):
            *found[-1:], row = _join_marks((found[-1], row))
        elif len(found) > 1 and row.text[-1] in _SHUT and _broken(found[-2]):
            *found[-2:], row = _join_marks((*found[-2:], row))
        if "接" in row.text or row.text[:1] in _OPENERS:
            row = _lead(_from_mark(row))
        found.append(row)
        blank = False
    return [_end_marks(row) if row.text[-1:] in _CLOSES else row for row in found]


def _row(line: Line, start: int, end: int, indent: int, text: str, blank: bool) -> Row:
    ends = prose = text[-1:] in _NOTE_SHUT and _NOTE.match(text) is not None
    calls = False
    if not ends and _STOP.search(text):
        ends = terminal(text)
        sentence = "。" in text or "；" in text or ("." in text and _DOT_END.search(text) is not None)
        calls = not sentence and _CALL.search(text) is not None
        prose = ends or calls or sentence
    return Row(line, start, end, indent, text, blank, cells(text), ends, prose, calls)


def _cut(row: Row, start: int, end: int) -> Row:
    """The row with only `start:end` of its text left."""
    low, high = ink(row.text[start:end])
    kept = _row(
        row.line,
        row.start + start + low,
        row.start + start + high,
        row.indent,
        row.text[start + low : start + high],
        row.blank_before,
    )
    return kept._replace(to_page=row.to_page, from_page=row.from_page, credit=row.credit, lead=row.lead)


def _end_marks(row: Row) -> Row:
    """Cut a jump line or a bracketed byline off the end."""
    if row.byline is not None or not _MARK_HINT.search(row.text[-4:]):
        return row
    base = max(0, len(row.text) - _MARK)
    tail = row.text[base:]
    for match in (*_JUMP.finditer(tail), *_BARE_TO.finditer(tail)):
        if match["page"] and (match.re is _BARE_TO or match["to"]) and not tail[match.end() :].strip(" 。，▶►→"):
            return _cut(row, 0, base + match.start())._replace(
                to_page=page_number(match["page"]),
                terminal=True,
                prose=True,
                calls=False,
            )
    bracket = _BRACKET.search(tail)
    if bracket is not None and (bracket.start() + base == 0 or terminal(row.text[: base + bracket.start()].rstrip())):
        inner = row.line.text[row.start + base + bracket.start(1) : row.start + base + bracket.end(1)]
        credit = _credit(inner)
        if credit is not None and not credit.photo:
            return _cut(row, 0, base + bracket.start())._replace(credit=credit, terminal=True, prose=True, calls=False)
    return row


def _from_mark(row: Row) -> Row:
    head = row.text[:_MARK]
    if "接" not in head:
        return row
    match = _JUMP.match(head) or _BARE_BACK.match(head)
    if match is None or (match.re is _JUMP and not match["back"]):
        return row
    return _cut(row, match.end(), len(row.text))._replace(from_page=page_number(match["page"]), byline=None)


def _lead(row: Row) -> Row:
    """Read a reporter in brackets at the body's start, 【記者張雅婷／新北報導】, and cut it off; alone it is a byline."""
    match = _LEAD.match(row.text) if row.byline is None and row.text[:1] in _OPEN else None
    if match is None:
        return row
    found = lead_byline(row.line.text[row.start + match.start(1) : row.start + match.end(1)])
    # Round brackets that name no place stay in the text, and alone on a line they may end an article as well.
    round_ = row.text[0] in "（(" or match.end() == len(row.text)
    if found is None or found[0].photo or (round_ and not found[1]):
        return row
    if match.end() == len(row.text):
        return row._replace(byline=found[0])
    # A day in it is the dateline's: （中央社記者王小明台北9日電）.
    return (row if "日" in match[1] else _cut(row, match.end(), len(row.text)))._replace(lead=found[0])


def _broken(row: Row) -> bool:
    """Whether a bracket opens near the end and does not close."""
    return _HALF_BRACKET.search(row.text[-_HALF - _MARK :]) is not None


def _join_marks(broken: Sequence[Row]) -> list[Row]:
    """Read a mark broken over two or three lines and take its parts out."""
    row, *middle, following = broken
    base = max(0, len(row.text) - _HALF - _MARK)
    opened = base + max(row.text[base:].rfind(char) for char in _OPEN)
    half = row.text[opened:] + "".join(between.text for between in middle)
    whole = half + following.text[:_MARK]
    gone = [_cut(between, 0, 0) for between in middle]
    match = _JUMP.match(whole)
    if match is not None and match.end() > len(half):
        rest = _cut(following, match.end() - len(half), len(following.text))
        page = page_number(match["page"])
        if match["to"] and not rest.text:
            rest = rest._replace(to_page=page, terminal=True, prose=True, calls=False)
            return [_cut(row, 0, opened)._replace(prose=True), *gone, rest]
        if match["back"] and opened == 0:
            return [_cut(row, 0, 0)._replace(from_page=page), *gone, rest]
    bracket = _BRACKET.match(whole)
    ends = opened == 0 or terminal(row.text[:opened])
    if bracket is not None and len(whole) == len(half) + len(following.text) and ends:
        low = following.start + bracket.end(1) - len(half)
        names = "".join(between.line.text[between.start : between.end] for between in middle)
        inner = row.line.text[row.start + opened + 1 : row.end] + names + following.line.text[following.start : low]
        credit = _credit(inner)
        if credit is not None and not credit.photo:
            rest = _cut(following, 0, 0)._replace(credit=credit, terminal=True, prose=True, calls=False)
            return [_cut(row, 0, opened), *gone, rest]
    return list(broken)


def _credit(inner: str) -> Byline | None:
    """Who is named in a bracket, even on a letter-spaced line."""
    return parse_byline(inner, bare=True) or parse_byline(_SINGLE_GAP.sub("", inner), bare=True)
