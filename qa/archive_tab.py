"""The tab that shows what the archive holds, takes files and brings the archive up to date."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import gradio as gr

from index import SUFFIXES, WenbaoError
from qa import lists, markup, uploads
from qa.engine import Engine
from qa.leaf import leaf, page_view
from qa.parts import QUIET, html
from qa.updates import Standing, Updates

TICK = 0.5  # seconds between two pictures of the progress bar: each asks the server anew, for every visitor who looks


def archive_tab(
    blocks: gr.Blocks,
    engine: Engine,
    home: Path,
    updates: Updates,
    say: gr.I18n,
    *,
    after: tuple[Callable[[], str], Any],
) -> None:
    """Build the tab inside `blocks`; `after` is a function and the component it refreshes when the archive changed."""

    chosen = gr.State("")
    # Sources whose uploaded file was deleted here, with the generation that still holds them; shared by all visitors.
    doomed: set[tuple[int, str]] = set()
    with gr.Row(elem_id="wb-stacks", equal_height=False):
        with gr.Column(elem_id="wb-shelf", min_width=280):
            drop = gr.File(
                label=say("upload"),
                show_label=False,
                elem_id="wb-upload",
                file_count="multiple",
                height=132,
            )
            notice = html("wb-notice")
            update = gr.Button(say("rebuild"), elem_id="wb-rebuild", variant="primary", size="md")
            report = html("wb-report")
            cancel = gr.Button(say("cancel"), elem_id="wb-cancel", variant="secondary", size="sm", visible=False)
            # It ticks for those alone who look at a build: what goes on does not depend on any of them.
            clock = gr.Timer(TICK, active=False)
            query = gr.Textbox(
                elem_id="wb-filter", label=say("filter"), show_label=False, container=False, placeholder=say("filter")
            )
            files = html("wb-files", script="list.js")
        with gr.Column(elem_id="wb-mid", min_width=280):
            articles = html("wb-articles", script="list.js")
        with gr.Column(elem_id="wb-leaf", min_width=280):
            view = html("wb-leaf-page", script="side.js")

    def show_files(source: str, text: str | None) -> str:
        generation = engine.archive.generation
        gone = {name for at, name in tuple(doomed) if at == generation}
        return files_view(engine, home, source, text or "", doomed=gone)

    def choose(text: str, event: gr.EventData) -> tuple[str, str, str, str]:
        source = str(event.source)
        return source, show_files(source, text), articles_view(engine, source), ""

    def open_article(source: str, event: gr.EventData) -> tuple[str, str]:
        return articles_view(engine, source, str(event.article)), article_page(engine, str(event.article))

    def take(paths: list[str] | None, source: str, text: str) -> tuple[Any, ...]:
        received = uploads.receive(home, [Path(path) for path in paths or ()], SUFFIXES)
        return None, received_view(received), show_files(source, text)

    def discard(source: str, text: str, event: gr.EventData) -> tuple[str, str]:
        name = str(event.name)
        archive = engine.archive
        held = {source for source, upload in uploads.names_by_source(home, archive.sources()).items() if upload == name}
        key = discard_upload(home, name)
        if key == "deleted":
            doomed.difference_update([old for old in tuple(doomed) if old[0] != archive.generation])
            doomed.update((archive.generation, source) for source in held)
        return markup.message(key, names=name), show_files(source, text)

    def refresh(source: str, text: str) -> tuple[Any, ...]:
        known = [file.source for file in engine.archive.sources()]
        kept = source if source in known else next(iter(known), "")
        return kept, show_files(kept, text), articles_view(engine, kept), "", after[0]()

    def begin() -> tuple[Any, ...]:
        updates.start()
        return "", *shown(updates.standing)

    def stop() -> tuple[Any, ...]:
        updates.cancel()
        return shown(updates.standing)

    def look(source: str, text: str) -> tuple[Any, ...]:
        standing = updates.standing
        lists_now = [gr.skip()] * len(held) if standing.running else refresh(source, text)
        return *shown(standing), *lists_now

    def join() -> tuple[Any, ...]:
        return shown(updates.standing) if updates.standing.running else (gr.skip(),) * len(bar)

    bar = [report, update, cancel, clock]
    held = [chosen, files, articles, view, after[1]]
    files.choose(choose, query, [chosen, files, articles, view], **QUIET)
    files.discard(discard, [chosen, query], [notice, files], **QUIET)
    articles.open(open_article, chosen, [articles, view], trigger_mode="always_last", **QUIET)
    view.shut(lambda: "", None, view, **QUIET)
    query.change(show_files, [chosen, query], files, trigger_mode="always_last", **QUIET)
    drop.upload(take, [drop, chosen, query], [drop, notice, files], **QUIET)
    update.click(begin, None, [notice, *bar], **QUIET)
    cancel.click(stop, None, bar, **QUIET)
    clock.tick(look, [chosen, query], [*bar, *held], **QUIET)
    blocks.load(refresh, [chosen, query], held, **QUIET)
    blocks.load(join, None, bar, **QUIET)


def shown(standing: Standing) -> tuple[Any, ...]:
    """How a build stands, whether one can be begun or cancelled, and whether to look again soon."""
    running = standing.running
    return (
        lists.standing_view(standing),
        gr.update(visible=not running),
        gr.update(visible=running, interactive=not standing.stopping),
        gr.update(active=running),
    )


def files_view(engine: Engine, home: Path, chosen: str, query: str, *, doomed: Collection[str] = ()) -> str:
    """The list of files as it is now; `doomed` are sources whose file was deleted since they were read."""
    sources = engine.archive.sources()
    read = uploads.names_by_source(home, sources)
    pending = [name for name in uploads.uploaded(home) if name not in read.values()]
    gone = set(doomed) - set(read)
    return lists.file_list(sources, pending, read, chosen=chosen, query=query, doomed=gone)


def discard_upload(home: Path, name: str) -> str:
    """Delete an uploaded file; the message that tells what became of it."""
    try:
        return "deleted" if uploads.remove(home, name) else "not_deleted"
    except OSError:
        return "cannot_delete"


def articles_view(engine: Engine, source: str, article: str = "") -> str:
    """The articles of a file; an invitation to choose one before that."""
    if not source:
        return markup.message("choose_file")
    return lists.article_list(source, engine.archive.articles(source), article)


def article_page(engine: Engine, identifier: str) -> str:
    """The page an article stands on, with the article set off."""
    try:
        archive = engine.archive
        article = archive.article(identifier)
        shown = leaf(archive, article.source, article.page)
    except WenbaoError:
        return markup.message("gone")
    return page_view([shown], article, key=article.id)


def received_view(received: uploads.Received) -> str:
    """What became of uploaded files, a line for each case."""
    cases = (
        ("saved", received.saved),
        ("replaced", received.replaced),
        ("same", received.same),
        ("not_saved", received.unsupported),
        ("too_big", received.too_big),
        ("no_space", received.no_space),
        ("not_written", received.not_written),
    )
    limit = markup.size_words(uploads.MAX_UPLOAD)
    return "".join(markup.message(key, names="、".join(names), limit=limit) for key, names in cases if names)
