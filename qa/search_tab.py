"""The tab in which words are looked up: a list of passages, filters with counts beside it, and the page of one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from index import Filter, UsageError, WenbaoError
from qa import hits, markup, scope
from qa.engine import Engine
from qa.facets import Choices, choices
from qa.finding import POOL, find
from qa.hits import SHOWN, Looked, Result
from qa.leaf import leaf, page_view
from qa.parts import QUIET, html


def search_tab(
    blocks: gr.Blocks,
    engine: Engine,
    say: gr.I18n,
    where: gr.State,
    *,
    bar: gr.HTML,
) -> None:
    """Build the tab inside `blocks`.

    `where` is the visitor's filter, which holds for questions too; `bar` is the component that shows it there.
    """

    looked = gr.State(Looked())
    held: dict[int, Choices] = {}  # of the last generation asked for; shared by all visitors
    with gr.Row(elem_id="wb-search", equal_height=False):
        with gr.Column(elem_id="wb-seek", min_width=280):
            query = gr.Textbox(
                elem_id="wb-query",
                label=say("query"),
                show_label=False,
                container=False,
                placeholder=say("query_hint"),
                lines=1,
                max_lines=1,
                submit_btn=True,
                html_attributes=gr.InputHTMLAttributes(enterkeyhint="search", autocomplete="off"),
            )
            found = html("wb-found", script="search.js")
        with gr.Column(elem_id="wb-sheet-side", min_width=280):
            side = html("wb-search-page", script="side.js")

    shown = [found, looked, where, bar]

    def show(now: Looked, within: Filter, problem: str = "") -> tuple[Any, ...]:
        known = known_choices(engine, held)
        found = hits.results(now, look(engine, now, within), within, known, problem)
        return found, now, within, scope.bar(within, known, problem)

    def seek(text: str, now: Looked, within: Filter) -> tuple[Any, ...]:
        return *show(Looked(text.strip(), now.order), within), ""

    def narrow(now: Looked, within: Filter, event: gr.EventData) -> tuple[Any, ...]:
        try:
            return show(replace(now, shown=SHOWN), scope.wanted(engine.archive, event.wanted))
        except WenbaoError as error:
            return show(now, within, markup.problem_words(error))

    def widen(now: Looked, within: Filter, event: gr.EventData) -> tuple[Any, ...]:
        return show(replace(now, shown=SHOWN), scope.without(within, str(event.part)))

    def order(now: Looked, within: Filter, event: gr.EventData) -> tuple[Any, ...]:
        return show(replace(now, order=str(event.order), shown=SHOWN), within)

    def more(now: Looked, within: Filter) -> tuple[Any, ...]:
        return show(replace(now, shown=now.shown + SHOWN), within)

    def open_hit(event: gr.EventData) -> str:
        return passage_page(engine, str(event.article), str(event.passage))

    query.submit(seek, [query, looked, where], [*shown, side], **QUIET)
    for event in (found.narrow, bar.narrow):
        event(narrow, [looked, where], shown, **QUIET)
    for event in (found.widen, bar.widen):
        event(widen, [looked, where], shown, **QUIET)
    found.order(order, [looked, where], shown, **QUIET)
    found.more(more, [looked, where], shown, **QUIET)
    found.open(open_hit, None, side, trigger_mode="always_last", **QUIET)
    side.shut(lambda: "", None, side, **QUIET)
    blocks.load(show, [looked, where], shown, **QUIET)


def known_choices(engine: Engine, held: dict[int, Choices]) -> Choices:
    """What can be filtered by, read once for a generation; nothing to choose from if the archive cannot tell."""
    try:
        archive = engine.archive
        if archive.generation not in held:
            found = choices(archive)
            held.clear()
            held[archive.generation] = found
        return held.get(archive.generation, Choices())
    except WenbaoError:
        return Choices()


def look(engine: Engine, looked: Looked, where: Filter) -> Result:
    """Search for what a reader wrote; what goes wrong becomes a message."""
    if not looked.text:
        return Result()
    try:
        return Result(find(engine, looked.text, k=POOL, where=where))
    except WenbaoError as error:
        return Result(message=markup.problem_words(error))


def passage_page(engine: Engine, article: str, passage: str) -> str:
    """The page of a passage with it lit up; a message if the archive no longer holds it."""
    try:
        archive = engine.archive
        whole = archive.article(article)
        found = next((known for known in archive.article_passages(article) if known.id == passage), None)
        if found is None:
            raise UsageError(f"{passage}: no passage of article {article}")
        leaves = [
            leaf(archive, place.source, place.page, place.spans) for place in whole.places(found.start, found.end)
        ]
    except WenbaoError:
        return markup.message("gone")
    return page_view(leaves, whole, key=found.id)
