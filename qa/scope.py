"""The filter a reader has set, as HTML: chips to take it off again, and the form that sets it, with counts where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from index import Archive, Filter
from qa.facets import Choices, Counts, Facets
from qa.filters import make_filter, period
from qa.markup import dotted, esc, say
from qa.words import KINDS

OFFERED = 300
"""Names a browser completes what is typed with; others can be typed all the same."""

COUNTED = 10
"""Values of a facet that are shown with their counts."""

LONGEST = 300
"""Characters of what a browser sends for one part of a filter: no name is longer."""

# Which fields of a filter a chip takes off.
PARTS = {
    "dates": ("date_from", "date_to"),
    "byline": ("byline",),
    "source": ("source",),
    "page": ("page",),
    "kind": ("kind",),
}


def wanted(archive: Archive, told: object) -> Filter:
    """The filter that a browser sends as an object of texts; what is none of a filter is passed over.

    :raises UsageError: as `make_filter`.
    """
    if not isinstance(told, Mapping):
        return Filter()
    names = [name for fields in PARTS.values() for name in fields]
    return make_filter(archive, **{name: value[:LONGEST] for name in names if isinstance(value := told.get(name), str)})


def without(where: Filter, part: str) -> Filter:
    """The filter without one of its `PARTS`; without any if it names none."""
    return replace(where, **dict.fromkeys(PARTS[part], None)) if part in PARTS else Filter()


def told(where: Filter) -> dict[str, str]:
    """What `wanted` makes the filter of again."""
    return {name: str(value) for name, value in asdict(where).items() if value is not None}


def words(where: Filter) -> dict[str, str]:
    """Each part of the filter that is set, as markup."""
    said = {
        "dates": esc(period(where)),
        "byline": esc(where.byline or ""),
        "source": f'<span class="wb-file">{esc(where.source)}</span>' if where.source else "",
        "page": say("printed", page=where.page) if where.page is not None else "",
        "kind": say(where.kind) if where.kind in KINDS else esc(where.kind or ""),
    }
    return {part: text for part, text in said.items() if text}


def within(where: Filter | None) -> str:
    """A line that says what a question was asked of; empty without a filter."""
    if where is None or where.empty:
        return ""
    return f'<p class="wb-understood">{dotted([say("filters"), *words(where).values()])}</p>'


def chips(where: Filter) -> str:
    """A button for each part of the filter that takes it off; empty without a filter."""
    if where.empty:
        return ""
    parts = "".join(
        f'<button type="button" class="wb-pill on" data-drop="{part}">{text}<i aria-hidden="true">×</i>'
        f'<span class="wb-hidden">{say("drop")}</span></button>'
        for part, text in words(where).items()
    )
    return f'<div class="wb-pills wb-chosen">{parts}<button type="button" class="wb-plain" data-drop="">{say("clear")}</button></div>'


def bar(where: Filter, choices: Choices, problem: str = "") -> str:
    """The filter beside a question: its chips, and the form behind a button; `problem` is markup of what is wrong with it."""
    wrong = f'<p class="wb-note" role="alert">{problem}</p>' if problem else ""
    return (
        f'<div class="wb-scope{" open" if problem else ""}"><div class="wb-bar">{_opener(opened=bool(problem))}{chips(where)}</div>'
        f'{wrong}<div class="wb-drawer">{form(where, choices, prefix="ask")}</div></div>'
    )


def _opener(*, opened: bool = False) -> str:
    return f'<button type="button" class="wb-opener" aria-expanded="{str(opened).lower()}">{say("filters")}</button>'


def column(where: Filter, choices: Choices, facets: Facets | None) -> str:
    """The filter beside what was found: the form with counts; on a narrow screen behind a button."""
    return (
        f'<aside class="wb-scope wb-column"><div class="wb-bar">{_opener()}</div>'
        f'<div class="wb-drawer">{form(where, choices, facets, prefix="find")}</div></aside>'
    )


def form(where: Filter, choices: Choices, facets: Facets | None = None, *, prefix: str) -> str:
    """The form that sets a filter; `prefix` tells its fields from those of another form on the page."""
    found = facets or Facets()
    fields = [
        _dates(where, prefix) + _values("dates", found.times[::-1], period(where)),
        _text("byline", where.byline, prefix, choices.bylines) + _values("byline", found.bylines, where.byline),
        _text("source", where.source, prefix, [name for name, _ in choices.sources])
        + _values("source", found.sources, where.source),
        _text("page", None if where.page is None else str(where.page), prefix, (), label="folio", numeric=True),
        _kinds(where, dict(found.kinds), counted=bool(found.articles)),
    ]
    body = "".join(f"<div>{field}</div>" for field in fields)
    clear = "" if where.empty else f'<button type="button" class="wb-plain" data-drop="">{say("clear")}</button>'
    return (
        f'<form class="wb-form" autocomplete="off">{body}<div class="wb-acts"><button type="submit" class="wb-apply">'
        f"{say('apply')}</button>{clear}</div></form>"
    )


def _dates(where: Filter, prefix: str) -> str:
    inputs = "".join(
        f'<label for="wb-{prefix}-{name}">{say(name)}</label><input type="date" id="wb-{prefix}-{name}" name="{name}" '
        f'value="{esc(value or "")}">'
        for name, value in (("date_from", where.date_from), ("date_to", where.date_to))
    )
    return f'<fieldset><legend>{say("dates")}</legend><div class="wb-span">{inputs}</div></fieldset>'


def _text(
    name: str,
    value: str | None,
    prefix: str,
    offered: tuple[str, ...] | list[str],
    *,
    label: str = "",
    numeric: bool = False,
) -> str:
    identity = f"wb-{prefix}-{name}"
    options = "".join(f'<option value="{esc(text)}"></option>' for text in offered[:OFFERED])
    listed = f'<datalist id="{identity}-list">{options}</datalist>' if options else ""
    known = f' list="{identity}-list"' if options else ' inputmode="numeric" maxlength="6"' if numeric else ""
    return (
        f'<label for="{identity}">{say(label or name)}</label>'
        f'<input type="text" id="{identity}" name="{name}" value="{esc(value or "")}"{known}>{listed}'
    )


def _values(name: str, counts: Counts, chosen: str | None) -> str:
    """The values that there are most of, each a button with its count."""
    if not counts:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="wb-value" data-set="{name}" data-value="{esc(value)}" '
        f'title="{esc(value)}" aria-pressed="{str(value == chosen).lower()}"><span>{esc(value)}</span><small>{count:,}</small></button></li>'
        for value, count in counts[:COUNTED]
    )
    return f'<ul class="wb-values">{buttons}</ul>'


def _kinds(where: Filter, counts: Mapping[str, int], *, counted: bool) -> str:
    """All kinds, or those that were found, of which one is chosen."""
    shown = [kind for kind in KINDS if not counted or kind in counts or kind == where.kind]
    radios = "".join(
        f'<label><input type="radio" name="kind" value="{kind}"{" checked" if (where.kind or "") == kind else ""}>'
        f"<span>{say(kind or 'any_kind')}{f'<small>{counts[kind]:,}</small>' if kind in counts else ''}</span></label>"
        for kind in ("", *shown)
    )
    return f'<fieldset><legend>{say("kind")}</legend><div class="wb-pills">{radios}</div></fieldset>'
