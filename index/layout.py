"""A page of lines to articles: where each begins and ends, its paragraphs, its headline.

Borders are what newspapers print: a byline, a jump line, a dateline, a bracketed reporter at the end. Where a page gives
none, headlines are: lines on which no sentence ends, between a finished paragraph and the start of another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from .chars import HAN, plain
from .mentions import parse_dates, resolve
from .page.asides import is_title
from .page.bylines import Byline, parse_byline
from .page.frames import Vocabulary
from .page.furniture import DATELINE, PAGE_DATE, folios
from .page.headlines import Heading, Match, assign
from .page.lines import Row, rows
from .page.paragraphs import compose, kept
from .page.segments import segment
from .page.zones import Draft
from .types import Article, Date, Page, Section, Span

_INTERVIEW_TURNS = 2
_WORD = re.compile(r"\w")
_TURN = re.compile(r"(?:^|\n)(?P<who>[^\s：:，。、\n]{1,8})[：:]")
_ASKERS = ("记者", "问", "主持人", "Q")
_COMMENT = re.compile("社论|社评|短评|时评|快评|锐评|评论员文章")
# A reporter named before the news: "本报讯（记者 李涛）", "本报记者李涛报道：", "本报讯 记者 李涛 通讯员 王雪 昨日，".
_INLINE = (
    re.compile(r"[^。，（）〔〕［］\n]{0,40}?[（〔［]([^（）〔〕［］\n]{2,60})[）〕］]"),
    re.compile(r" ?((?:本报|本台)?(?:记者|通讯员)[^，。：\n]{2,40}?报[道导])[：， ]"),
    re.compile(
        rf" ?((?:(?:本报|本台)?(?:记者|通讯员) ?(?:[{HAN}]{{2,4}}|[{HAN}] [{HAN}])(?:、[{HAN}]{{2,4}}){{0,4}} ){{1,4}})"
    ),
)
_INLINE_REACH = 120  # characters


@dataclass(frozen=True, slots=True)
class Layout:
    """A page taken apart: articles and what stands between them in the order of their first line, and all other lines.

    `published` and `folio` are the day and the number that the page's own header states.
    """

    articles: tuple[Article, ...]
    furniture: tuple[int, ...]
    published: Date | None = None
    folio: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A page and what its header states of it."""

    page: Page
    published: Date | None
    folio: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """Heading lines that belong together, `after` so many articles, and whose they are."""

    rows: list[Row]
    after: int
    match: Match

    @property
    def article(self) -> int | None:
        return self.match.article


def articles(page: Page) -> list[Article]:
    """The articles of a page in order, and its digests (`kind` "digest"): 导读 and headlines without an article."""
    return list(lay_out(page).articles)


def lay_out(page: Page) -> Layout:
    """Give every line with ink on it to an article, a digest or the furniture."""
    page_rows = rows(page)
    vocabulary = Vocabulary(page_rows)
    parts = segment(page_rows, vocabulary)
    composed = [compose(draft.body, vocabulary, draft.apart) for draft in parts.drafts]
    published = _page_date(parts.furniture)
    headings = [
        Heading(_clean(row, vocabulary), after, joined=bool(place))
        for block, after in parts.headings
        for place, row in enumerate(block)
    ]
    if parts.told:
        matches = [Match(heading.after if heading.after < len(composed) else None) for heading in headings]
    else:
        continued = [draft.from_page is not None for draft in parts.drafts]
        matches = assign(headings, [text for text, _ in composed], continued)
    blocks = _blocks([row for block, _ in parts.headings for row in block], headings, matches)
    own: dict[int | None, list[Block]] = {}
    for block in blocks:
        own.setdefault(block.article, []).append(block)
    place = _Place(page, published, page.folio if page.folio is not None else _page_folio(parts.furniture))
    found = [
        _article(place, draft, text, spans, own.get(index, []), vocabulary)
        for index, (draft, (text, spans)) in enumerate(zip(parts.drafts, composed, strict=True))
    ]
    furniture = list(parts.furniture)
    for kind, rest in (*parts.asides, *(("", orphan) for orphan in _orphans(blocks))):
        if any(_WORD.search(row.text) for row in rest):
            found.append(_aside(place, kind, rest, vocabulary))
        else:
            furniture += rest
    found.sort(key=lambda article: article.lines)
    return Layout(tuple(found), tuple(sorted(row.number for row in furniture)), published, place.folio)


def _blocks(heading_rows: Sequence[Row], headings: Sequence[Heading], matches: Sequence[Match]) -> list[Block]:
    """Heading lines back into blocks, torn where they belong to different articles."""
    found: list[Block] = []
    for row, heading, match in zip(heading_rows, headings, matches, strict=True):
        if heading.joined and found and found[-1].match == match:
            found[-1].rows.append(row)
        else:
            found.append(Block([row], heading.after, match))
    return found


def _orphans(blocks: Sequence[Block]) -> list[list[Row]]:
    """Headings that fit no article, those that stand together as one."""
    found: list[list[Row]] = []
    before: Block | None = None
    for block in blocks:
        if block.article is None:
            if before is not None and before.article is None and before.after == block.after:
                found[-1].extend(block.rows)
            else:
                found.append(list(block.rows))
        before = block
    return found


def _article(
    place: _Place,
    draft: Draft,
    text: str,
    spans: tuple[Span, ...],
    own: Sequence[Block],
    vocabulary: Vocabulary,
) -> Article:
    headline = [row for block in own if not block.match.section for row in block.rows]
    names, comment = _names(draft, text)
    title = tuple(_clean(row, vocabulary) for row in headline)
    return Article(
        id=_identity(place.page, draft.lines[0], text),
        source=place.page.source,
        page=place.page.number,
        published=place.published,
        folio=place.folio,
        lines=draft.lines,
        text=text,
        spans=spans,
        headline=title,
        headline_lines=tuple(row.number for row in headline),
        sections=tuple(
            Section(
                "".join(_clean(row, vocabulary) for row in block.rows), (block.rows[0].number, block.rows[-1].number)
            )
            for block in own
            if block.match.section
        ),
        byline=names,
        kind=_kind(text, title, comment=comment),
        continued_to_page=draft.to_page,
        continued_from_page=draft.from_page,
    )


def _aside(place: _Place, kind: str, block: Sequence[Row], vocabulary: Vocabulary) -> Article:
    """A caption, an advertisement, a digest, or headings that announce what is not on the page."""
    title = block[:1] if is_title(block[0].text) and len(block) > 1 else block if kind == "" else ()
    body = block[len(title) :] if kind else block
    # Every row of a digest is a paragraph.
    apart = {row.number for row in body[::2]} if kind in ("digest", "") else ()
    text, spans = compose(body, vocabulary, apart)
    return Article(
        id=_identity(place.page, block[0].number, text),
        source=place.page.source,
        page=place.page.number,
        published=place.published,
        folio=place.folio,
        lines=(block[0].number, block[-1].number),
        text=text,
        spans=spans,
        headline=tuple(_clean(row, vocabulary) for row in title),
        headline_lines=tuple(row.number for row in title),
        kind=kind or "digest",
    )


def _names(draft: Draft, text: str) -> tuple[tuple[str, ...], bool]:
    """Who wrote the article, and whether the byline says that it comments."""
    found = draft.names or _inline(text)
    return tuple(dict.fromkeys(name for byline in found for name in byline.names)), any(
        byline.comment for byline in found
    )


def _inline(text: str) -> list[Byline]:
    form = plain(text[:_INLINE_REACH])
    dateline = DATELINE.match(form)
    for pattern in _INLINE:
        for start in (0, dateline.end()) if dateline else (0,):
            match = pattern.match(form, start)
            found = parse_byline(text[match.start(1) : match.end(1)]) if match else None
            if found is not None:
                return [found]
    return []


def _kind(text: str, title: Sequence[str], *, comment: bool) -> str:
    if text.count("：") + text.count(":") >= 2 * _INTERVIEW_TURNS:
        turns = Counter(match["who"] for match in _TURN.finditer(plain(text)))
        asked = sum(count for who, count in turns.items() if who.endswith(_ASKERS))
        answered = max((count for who, count in turns.items() if not who.endswith(_ASKERS)), default=0)
        if asked >= _INTERVIEW_TURNS and answered >= _INTERVIEW_TURNS:
            return "interview"
    return "commentary" if comment or any(_COMMENT.search(plain(line)) for line in title) else "news"


def _clean(row: Row, vocabulary: Vocabulary) -> str:
    return "".join(row.line.text[column:end] for column, end in kept(row, vocabulary))


def _identity(page: Page, line: int, text: str) -> str:
    return blake2b(f"{page.source}\n{page.number}\n{line}\n{text}".encode(), digest_size=8).hexdigest()


def _page_date(furniture: Sequence[Row]) -> Date | None:
    """The issue's day, if the page's header states exactly one."""
    days = {
        str(day)
        for row in furniture
        for match in PAGE_DATE.finditer(row.text)
        for mention in parse_dates(f"{match['year']}年{match['month']}月{match['day']}日")
        for day in resolve(mention, None)
    }
    return Date(days.pop(), "stated") if len(days) == 1 else None


def _page_folio(furniture: Sequence[Row]) -> int | None:
    """The number of the page, if its header states exactly one."""
    numbers = {number for row in furniture for number in folios(row.text)}
    return numbers.pop() if len(numbers) == 1 else None
