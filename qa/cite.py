"""Every claim tied to a verbatim quote, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index import Archive, Article, Page
from qa.types import Answer, Citation, Claim

_QUOTE_LEADS = ("本报讯", "本台讯")
_ITEM_ENDS = "，,；;：:。"


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


def compose(archive: Archive, question: str, claims: Sequence[Claim], *, head: str = "") -> Answer | None:
    """An answer of the claims whose quotes stand on their pages, numbered from 1 on; None if none does.

    With a `head` line the claims are the items of a list under it, without the full stops of their sentences.
    """
    kept = [
        claim for claim in claims if verified(claim.citation, archive.page(claim.citation.source, claim.citation.page))
    ]
    if not kept:
        return None
    lines = [head] if head else []
    for n, claim in enumerate(kept, 1):
        text = claim.citation.quote.replace("\n", "")
        if head:
            lines.append(f"{n}. {text.rstrip(_ITEM_ENDS)}[{n}]")
        else:
            before, after = claim.cut
            lines.append(f"{'……' if before else ''}{text}{'……' if after else ''}[{n}]")
    return Answer(
        question=question,
        answer="\n".join(lines),
        short=tuple(dict.fromkeys(short for claim in kept for short in claim.short)),
        citations=tuple(replace(claim.citation, n=n) for n, claim in enumerate(kept, 1)),
    )
