"""Every claim tied to a verbatim quote, or dropped."""

from __future__ import annotations

from dataclasses import replace

from index import Archive, Article, Page
from qa.types import Citation

_QUOTE_LEADS = ("本报讯", "本台讯")


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without blanks at its ends and without a bare "本报讯" that says nothing by itself."""
    while start < end and text[start].isspace():
        start += 1
    for lead in _QUOTE_LEADS:
        if text.startswith(lead, start) and start + len(lead) < end:
            start += len(lead)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def cite(article: Article, passage: str, start: int, end: int) -> Citation:
    """A citation of `article.text[start:end]`, not yet numbered (`n` is 0).

    :raises ValueError: if the range holds no character of a source line.
    """
    date = article.date
    return Citation(
        n=0,
        source=article.source,
        page=article.page,
        lines=article.place_lines(start, end),
        quote=article.text[start:end],
        headline=article.title,
        byline=article.byline,
        date=date.value if date else None,
        date_from=date.origin if date else None,
        article=article.id,
        passage=passage,
        record=article.record,
        spans=article.place(start, end),
    )


def verified(citation: Citation, page: Page) -> bool:
    """Whether the quote, line breaks aside, is what its spans read on the original page."""
    lines = {line.number: line.text for line in page.lines}
    read = "".join(lines.get(span.line, "")[span.column : span.column + span.length] for span in citation.spans)
    return bool(read) and read == citation.quote.replace("\n", "")


def number(archive: Archive, citations: list[Citation]) -> list[Citation | None]:
    """Number the citations whose quotes stand on their pages from 1 on; `None` in place of those that do not."""
    numbered: list[Citation | None] = []
    n = 0
    for citation in citations:
        if verified(citation, archive.page(citation.source, citation.page)):
            n += 1
            numbered.append(replace(citation, n=n))
        else:
            numbered.append(None)
    return numbered
