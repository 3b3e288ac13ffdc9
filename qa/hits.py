"""What a search found, as HTML: the passages with their words marked, where else each story stands, and the filters beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index import Article, Filter
from qa import scope
from qa.facets import Choices
from qa.finding import Found
from qa.marks import marks
from qa.markup import byline_words, date_words, dotted, esc, lead, message, place_words, say
from qa.types import Hit

SHOWN = 20
"""Hits shown at once: a screen or three; more come by a click."""

NEAREST = 10
"""Hits shown where none holds what was looked for."""

ORDERS = ("best_first", "newest_first", "oldest_first")

LEAD_IN = 40
"""Characters of a passage before its first marked word: more of them are left out, so that the word is seen at once."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a reader looks for: words, how they are ordered, and how many hits are shown."""

    text: str = ""
    order: str = ORDERS[0]
    shown: int = SHOWN


@dataclass(frozen=True, slots=True)
class Result:
    """What is shown of it: what was found, or a message instead."""

    found: Found = field(default_factory=Found)
    message: str = ""


def results(looked: Looked, result: Result, where: Filter, choices: Choices, problem: str = "") -> str:
    """The search view: filters beside what was found; a welcome before the first search.

    `problem` is markup of what is wrong with a filter that was not taken.
    """
    facets = result.found.facets if looked.text and not result.message else None
    aside = scope.column(where, choices, facets)
    return f'<div class="wb-results">{aside}<div class="wb-hits">{_trouble(problem)}{_body(looked, result, where)}</div></div>'


def _body(looked: Looked, result: Result, where: Filter) -> str:
    chips = scope.chips(where)
    if result.message:
        return chips + _trouble(result.message)
    if not looked.text:
        return f'{chips}<div class="wb-fresh"><h2>{say("find_welcome")}</h2><p>{say("find_note")}</p></div>'
    found = result.found
    if not found.hits:
        return chips + message("nothing_found" if where.empty else "nothing_within")
    hits = ordered(found.matches or found.hits[:NEAREST], looked.order)
    items = "".join(_hit(hit, found.words) for hit in hits[: looked.shown])
    left = len(hits) - looked.shown
    more = (
        f'<button type="button" class="wb-more">{say("more_hits", count=min(left, SHOWN))}</button>' if left > 0 else ""
    )
    counted = say("only_near")
    if found.matches:
        counted = say("found_first" if found.full else "found", hits=len(hits), articles=found.facets.articles)
    orders = _orders(looked.order) if len(hits) > 1 else ""
    return (
        f'{chips}<div class="wb-head"><h3 class="wb-label" role="status">{counted}</h3>{orders}</div>'
        f'<ol class="wb-list wb-found">{items}</ol>{more}'
    )


def _trouble(told: str) -> str:
    return f'<div class="wb-trouble" role="alert"><p>{told}</p></div>' if told else ""


def ordered(hits: Sequence[Hit], order: str) -> list[Hit]:
    """The hits in one of the `ORDERS`; those without a whole date come last where dates are asked for."""
    if order not in ORDERS[1:]:
        return list(hits)
    dated = [hit for hit in hits if _day(hit)]
    dated.sort(key=_day, reverse=order == "newest_first")
    return dated + [hit for hit in hits if not _day(hit)]


def _day(hit: Hit) -> str:
    date = hit.article.date
    return date.value if date and len(date.value) == len("2023-07-01") else ""


def _orders(chosen: str) -> str:
    buttons = "".join(
        f'<button type="button" class="wb-plain" data-order="{order}" aria-pressed="{str(order == chosen).lower()}">'
        f"{say(order)}</button>"
        for order in ORDERS
    )
    return f'<div class="wb-orders" role="group">{buttons}</div>'


def _hit(hit: Hit, words: Sequence[str]) -> str:
    article = hit.article
    title = (
        f'<span class="wb-headline">{esc(article.title)}</span>'
        if article.title
        else f'<span class="wb-headline wb-lead">{esc(lead(article))}</span>'
    )
    date = article.date
    meta = [
        byline_words(article.byline),
        date_words(date.value, date.origin) if date else "",
        "" if article.kind == "news" else scope.words(Filter(kind=article.kind))["kind"],
        _place(hit),
    ]
    also = "".join(f"<li>{_also(other, article)}</li>" for other in hit.also)
    elsewhere = f'<div class="wb-also"><span>{say("also_on")}</span><ul>{also}</ul></div>' if also else ""
    return (
        f'<li><button type="button" class="wb-item wb-hit" {_address(hit)}>{title}<span class="wb-meta">{dotted(meta)}</span>'
        f'<span class="wb-passage" lang="zh">{marked(hit.passage.text, words)}</span></button>{elsewhere}</li>'
    )


def _address(hit: Hit) -> str:
    return f'data-article="{esc(hit.article.id)}" data-passage="{esc(hit.passage.id)}" data-key="{esc(hit.passage.id)}"'


def _also(hit: Hit, shown: Article) -> str:
    """Where the same story stands, and its headline where that is another."""
    date = hit.article.date
    title = esc(hit.article.title) if hit.article.title != shown.title else ""
    told = dotted([title, date_words(date.value, None) if date else "", _place(hit)])
    return f'<button type="button" class="wb-plain" {_address(hit)}>{told}</button>'


def _place(hit: Hit) -> str:
    printed = hit.article.folio
    place = hit.place
    on = say("printed", page=printed) if printed is not None and printed != place.page else ""
    return dotted([on, place_words(place.source, place.page, place.lines)])


def marked(text: str, words: Sequence[str]) -> str:
    """A passage with the words of the search in `<mark>`, beginning shortly before the first of them."""
    found = marks(text, words)
    first = found[0][0] if found else 0
    start = first - LEAD_IN if first > 2 * LEAD_IN else 0
    out = ["……" if start else ""]
    for low, high in found:
        out += [esc(text[start:low]), f"<mark>{esc(text[low:high])}</mark>"]
        start = high
    return "".join(out) + esc(text[start:])
