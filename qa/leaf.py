"""Source pages as HTML: the original lines, or the picture of the page, with what was quoted lit up."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index import Archive, Article, Page, Span, picture
from qa.markup import article_meta, dotted, esc, lead, place_words, say
from qa.words import WORDS

# A page longer than this is shown around the lit-up lines: beyond some thousand rows a browser scrolls badly.
MAX_LINES = 1200


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page to show, the spans to light up on it, and the address of its picture, if it has one."""

    page: Page
    lit: Sequence[Span] = ()
    picture: str = ""


def leaf(archive: Archive, source: str, page: int, lit: Sequence[Span] = ()) -> Leaf:
    """A page of the archive, with its picture if its file has one and is still there.

    :raises UsageError: if the archive holds no such page.
    """
    found = archive.page(source, page)
    drawn = picture(archive, source, page) if found.size is not None else None
    address = "" if drawn is None else f"data:image/webp;base64,{b64encode(drawn).decode('ascii')}"
    return Leaf(found, lit, address)


def page_view(leaves: Sequence[Leaf], article: Article, *, key: str = "", nearby: bool = False) -> str:
    """Source pages with their original lines, one article set off from the rest and the lit-up spans in `<mark>`.

    There is one leaf, or several where what is lit up goes on over a jump line. `nearby` says that they answer nothing:
    they are lit in a calmer tone.
    """
    look = "wb-page wb-nearby" if nearby else "wb-page"
    shown = "".join(_leaf(leaf, article, first=not number) for number, leaf in enumerate(leaves))
    return (
        f'<section class="{look}" data-key="{esc(key)}" tabindex="-1"><header><div class="wb-tools"><span class="wb-label">'
        f'{say("original")}</span><button type="button" class="wb-back">{say("to_answer")}</button>'
        f'<button type="button" class="wb-close">{say("close")}</button></div>'
        f'{_heading(article)}</header><div class="wb-lines" lang="zh" tabindex="0">{shown}</div></section>'
    )


def _leaf(leaf: Leaf, article: Article, *, first: bool) -> str:
    page = leaf.page
    part = article.on_page(page.source, page.number)
    headings = frozenset(part.headings if part else ())
    own = set(range(part.lines[0], part.lines[1] + 1)) | headings if part else set()
    own |= _blanks_between(page, own)
    focus = leaf.lit[0].line if leaf.lit else min(own, default=1)
    start = max(0, min(focus - 1 - MAX_LINES // 2, len(page.lines) - MAX_LINES))
    lines = page.lines[start : start + MAX_LINES]
    by_line: dict[int, list[Span]] = {}
    for span in leaf.lit:
        by_line.setdefault(span.line, []).append(span)
    rows = []
    for line in lines:
        classes = ["wb-line"]
        if line.number in own:
            classes.append("own")
        if line.number in headings:
            classes.append("head")
        if not line.text.strip():
            classes.append("blank")
        text = _marked(line.text, by_line.get(line.number, ()))
        rows.append(f'<div class="{" ".join(classes)}" data-n="{line.number}"><span>{text}</span></div>')
    note = ""
    if len(lines) < len(page.lines):
        window = say("window", first=lines[0].number, last=lines[-1].number, total=len(page.lines))
        note = f'<p class="wb-meta wb-turned">{window}</p>'
    turned = "" if first else f'<p class="wb-meta wb-turned">{dotted([say("goes_on"), _place(leaf)])}</p>'
    return f"{turned}{_picture(leaf, article)}{note}{''.join(rows)}"


def _place(leaf: Leaf) -> str:
    numbers = [span.line for span in leaf.lit] or [1]
    return place_words(leaf.page.source, leaf.page.number, (min(numbers), max(numbers)))


def _picture(leaf: Leaf, article: Article) -> str:
    """The page as it looks, with a mark over each lit-up stretch, or over the article; the text that was read follows."""
    size = leaf.page.size
    if not leaf.picture or size is None:
        return ""
    width, height = size
    boxed = {line.number: line.box for line in leaf.page.lines if line.box is not None}
    look = "" if leaf.lit else ' class="own"'
    marks = []
    for span in leaf.lit or _spans(leaf.page, article):
        if span.line in boxed:
            left, top, right, bottom = boxed[span.line].cover(span.column, span.length)
            edges = (left / width, top / height, (right - left) / width, (bottom - top) / height)
            style = ";".join(
                f"{name}:{100 * edge:.3f}%"
                for name, edge in zip(("left", "top", "width", "height"), edges, strict=True)
            )
            marks.append(f'<mark{look} style="{style}"></mark>')
    alt = " / ".join(text.format(source=leaf.page.source, page=leaf.page.number) for text in WORDS["picture"])
    return (
        f'<div class="wb-sheet"><img src="{esc(leaf.picture)}" alt="{esc(alt)}" width="{width:.0f}" height="{height:.0f}">'
        f'{"".join(marks)}</div><p class="wb-meta wb-turned">{say("as_read")}</p>'
    )


def _spans(page: Page, article: Article) -> Sequence[Span]:
    """Where the article stands on a page."""
    places = article.places(0, len(article.text)) if article.spans else ()
    return next((place.spans for place in places if (place.source, place.page) == (page.source, page.number)), ())


def _blanks_between(page: Page, own: Collection[int]) -> set[int]:
    """Blank lines with an article's lines on both sides, so that it shows as one piece."""
    blank: set[int] = set()
    run: set[int] = set()
    inside = False
    for line in page.lines:
        if not line.text.strip():
            run.add(line.number)
            continue
        if inside and line.number in own:
            blank |= run
        inside = line.number in own
        run = set()
    return blank


def _marked(text: str, spans: Sequence[Span]) -> str:
    out: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda s: s.column):
        end = span.column + span.length
        if span.column < at:
            continue
        out += [esc(text[at : span.column]), f"<mark>{esc(text[span.column : end])}</mark>"]
        at = end
    return "".join(out) + esc(text[at:])


def _heading(article: Article) -> str:
    title = esc(article.title) if article.title else esc(lead(article))
    place = place_words(article.source, article.page, article.lines)
    return f'<h2>{title}</h2><p class="wb-meta">{article_meta(article)}</p><p class="wb-meta">{place}</p>'
