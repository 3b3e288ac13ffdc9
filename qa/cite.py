"""Every claim tied to a verbatim quote, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index import Archive, Article, Page, Place
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
    first, *further = article.places(start, end)
    return Citation(
        n=0,
        source=first.source,
        page=first.page,
        lines=first.lines,
        quote=article.text[start:end],
        headline=article.title,
        byline=article.byline,
        date=date.value if date else None,
        date_from=date.origin if date else None,
        article=article.id,
        passage=passage,
        record=article.record,
        spans=first.spans,
        further=tuple(further),
    )


def verified(citation: Citation, pages: Sequence[Page]) -> bool:
    """Whether the quote is what its spans read on the original pages, those of `citation.places`, white space aside."""
    read = "".join(_read(place, page) for place, page in zip(citation.places, pages, strict=True))
    return bool(read) and "".join(read.split()) == "".join(citation.quote.split())


def _read(place: Place, page: Page) -> str:
    lines = {line.number: line.text for line in page.lines}
    return "".join(lines.get(span.line, "")[span.column : span.column + span.length] for span in place.spans)


def _checked(archive: Archive, claim: Claim) -> Claim | None:
    """The claim with its boxes, if its quote stands on its pages."""
    citation = claim.citation
    pages = [archive.page(place.source, place.page) for place in citation.places]
    if not verified(citation, pages):
        return None
    boxed = {line.number: line.box for line in pages[0].lines if line.box is not None}
    boxes = tuple(boxed[span.line].cover(span.column, span.length) for span in citation.spans if span.line in boxed)
    return replace(claim, citation=replace(citation, boxes=boxes)) if boxes else claim


def compose(archive: Archive, question: str, claims: Sequence[Claim], *, head: str = "") -> Answer | None:
    """An answer of the claims whose quotes stand on their pages, numbered from 1 on; None if none does.

    With a `head` line the claims are the items of a list under it, without the full stops of their sentences.
    """
    kept = [claim for claim in (_checked(archive, given) for given in claims) if claim is not None]
    if not kept:
        return None
    lines = [head] if head else []
    for n, claim in enumerate(kept, 1):
        text = claim.citation.quote.replace("\n", "")
        if head:
            lines.append(f"{n}. {text.rstrip(_ITEM_ENDS)}[{n}]")
        else:
            before, after = claim.cut
            if claim.frame:
                lines.append(f"{claim.frame}[{n}]")
            lines.append(f"{'……' if before else ''}{text}{'……' if after else ''}[{n}]")
    return Answer(
        question=question,
        answer="\n".join(lines),
        short=tuple(dict.fromkeys(short for claim in kept for short in claim.short)),
        citations=tuple(replace(claim.citation, n=n) for n, claim in enumerate(kept, 1)),
    )
