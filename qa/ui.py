"""The page: `create` makes the Gradio blocks, `serve` opens them on a port. Nothing is asked of any outside host."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import Filter, UsageError, WenbaoError
from qa import lists, words
from qa.address import AUTH, HOST, PORT, check_port, credentials, only_here
from qa.markup import ASSETS, asset

if TYPE_CHECKING:
    import gradio as gr

    from qa.crossencoder import CrossReranker
    from qa.engine import Engine
    from qa.updates import Updates
    from qa.writer import Writer

logger = logging.getLogger(__name__)

# Bytes a file that may travel at all. `uploads.MAX_UPLOAD` is the limit that is explained; this one only cuts off.
MAX_TRANSFER = 256 * 1024 * 1024
# Questions answered at the same time; an answer holds one core for some ms, so more would only queue inside.
ASKING_AT_ONCE = 4
# With a writer: whoever waits for a model holds no core.
WRITING_AT_ONCE = 16
# Seconds: how often Gradio's own copies of uploaded files are looked through, and how old they may grow.
FORGET_UPLOADS = (3600, 3600)
# Seconds that a build under way has to stop when the page is shut: between two files it does so at once.
STOP_SECONDS = 10.0
SERIF = ("Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", "STSong", "SimSun", "Georgia", "serif")
SANS = ("PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", "system-ui", "sans-serif")


def create(engine: Engine, home: Path, updates: Updates | None = None) -> gr.Blocks:
    """The page as Gradio blocks; state is kept for each visitor, `engine` and `updates` are shared.

    `launch_options()` holds the theme, styles and words that belong to launching it.
    """
    gr = _gradio()
    from qa.archive_tab import archive_tab
    from qa.chat_tab import chat_tab
    from qa.parts import QUIET, html
    from qa.search_tab import search_tab
    from qa.updates import Updates

    updates = updates or Updates(home, lambda: engine.encoder)
    words_of = gr.I18n(**words.translations())
    with gr.Blocks(
        title="问报 Wenbao", analytics_enabled=False, fill_width=True, delete_cache=FORGET_UPLOADS
    ) as blocks:
        with gr.Column(elem_id="wb-page-root"):
            masthead = html("wb-masthead", _masthead(engine))
            where = gr.State(Filter())
            with gr.Tabs(elem_id="wb-tabs"):
                with gr.Tab(words_of("ask_tab"), id="ask", elem_id="wb-ask-tab"):
                    bar = chat_tab(blocks, engine, words_of, where)
                with gr.Tab(words_of("search_tab"), id="search", elem_id="wb-search-tab"):
                    search_tab(blocks, engine, words_of, where, bar=bar)
                with gr.Tab(words_of("archive_tab"), id="archive", elem_id="wb-archive-tab"):
                    archive_tab(blocks, engine, home, updates, words_of, after=(lambda: _masthead(engine), masthead))
        blocks.load(lambda: _masthead(engine), None, masthead, **QUIET)
    blocks.queue(default_concurrency_limit=WRITING_AT_ONCE if engine.writer else ASKING_AT_ONCE)
    return blocks


def launch_options() -> dict[str, Any]:
    """What `Blocks.launch` and `mount_gradio_app` must be given for the page to look and speak as it should."""
    gr = _gradio()
    theme = gr.themes.Base(font=list(SANS), font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"]).set(
        body_background_fill="var(--wb-paper)",
        body_background_fill_dark="var(--wb-paper)",
        body_text_color="var(--wb-ink)",
        body_text_color_dark="var(--wb-ink)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        input_background_fill="var(--wb-raised)",
        input_background_fill_dark="var(--wb-raised)",
        button_primary_background_fill="var(--wb-ink)",
        button_primary_background_fill_dark="var(--wb-ink)",
        button_primary_background_fill_hover="var(--wb-accent)",
        button_primary_background_fill_hover_dark="var(--wb-accent)",
        button_primary_text_color="var(--wb-paper)",
        button_primary_text_color_dark="var(--wb-paper)",
    )
    return {
        "theme": theme,
        "css": asset("page.css") + asset("search.css"),
        "head": f"<script>{asset('head.js')}</script>",
        "i18n": gr.I18n(**words.translations()),
        "footer_links": [],
        "run_history": False,
    }


def serve(
    home: Path,
    *,
    encoder: str | None = None,
    reranker: CrossReranker | None = None,
    writer: Writer | None = None,
    host: str = HOST,
    port: int = PORT,
    watch: Callable[[str], None] | None = None,
    open_browser: bool = False,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Open the page on a port and stay until interrupted; `ready` is called with its address.

    With `watch` the archive is kept up to date with its files meanwhile; it is given a line for each change.

    Whoever reaches the page may ask, upload, delete uploads and update the archive. With the environment variable
    `WENBAO_AUTH` set to `user:password` the page asks for both first. They travel as the page does: unencrypted,
    unless a proxy in front speaks HTTPS.

    :raises UsageError: if the port is in use, the host is not this machine's, or `WENBAO_AUTH` is malformed.
    :raises ArchiveError: if there is no archive in `home` or it cannot be used.
    :raises EncoderError: if the encoder cannot be loaded.
    """
    check_port(host, port)
    auth = credentials()
    if auth is None and not only_here(host):
        logger.warning(
            "whoever can reach %s:%d can upload, delete and rebuild; set %s=user:password to ask for a password",
            host,
            port,
            AUTH,
        )
    from index import load_encoder
    from qa.engine import Engine
    from qa.updates import Updates

    engine = Engine(home, load_encoder(encoder) if encoder else None, reranker, writer)
    updates = Updates(home, lambda: engine.encoder)
    blocks, url = launch(engine, home, updates, host=host, port=port, auth=auth)
    if ready is not None:
        ready(url)
    threading.Thread(target=_warm_up, args=(engine,), daemon=True).start()
    stop = threading.Event()
    if watch is not None:
        threading.Thread(target=_watch, args=(engine, updates, watch, stop), daemon=True).start()
    if open_browser:
        import webbrowser

        webbrowser.open(url)
    try:
        blocks.block_thread()
    finally:
        stop.set()
        updates.close(STOP_SECONDS)


def _watch(engine: Engine, updates: Updates, tell: Callable[[str], None], stop: threading.Event) -> None:
    """Keep the archive up to date until `stop` is set."""
    from qa.watch import Watch

    try:
        Watch(engine.home, encoder=engine.encoder, tell=tell, build=updates.build).run(stop)
    except WenbaoError as error:
        tell(f"no longer watching: {error}")


def launch(
    engine: Engine,
    home: Path,
    updates: Updates | None = None,
    *,
    host: str = HOST,
    port: int = PORT,
    auth: tuple[str, str] | None = None,
) -> tuple[gr.Blocks, str]:
    """Start the page in this process and give it with its address; `close()` ends it.

    `auth` is the user and password it asks for, if any.

    :raises UsageError: if the port is in use or the host is not this machine's.
    """
    check_port(host, port)
    _no_proxy_for_ourselves()
    blocks = create(engine, home, updates)
    try:
        _, url, _ = blocks.launch(
            server_name=host,
            server_port=port,
            auth=auth,
            prevent_thread_lock=True,
            share=False,
            inbrowser=False,
            quiet=True,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            enable_monitoring=False,
            max_file_size=MAX_TRANSFER,
            favicon_path=str(ASSETS / "favicon.svg"),
            **launch_options(),
        )
    except OSError as error:
        raise UsageError(f"port {port} is in use; choose another with --port") from error
    return blocks, url


def _no_proxy_for_ourselves() -> None:
    # Gradio asks its own address whether it has come up; a proxy set for the outside would be asked instead.
    for name in ("NO_PROXY", "no_proxy"):
        known = [part for part in os.environ.get(name, "").split(",") if part]
        os.environ[name] = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost"]))


def _warm_up(engine: Engine) -> None:
    """Make the examples that the page shows, so that the first visitor waits for neither them nor the dictionaries."""
    from qa.chat_tab import EXAMPLES

    try:
        engine.examples(EXAMPLES)
    except WenbaoError as error:
        logger.warning("warming up: %s", error)


def _masthead(engine: Engine) -> str:
    manifest = engine.archive.manifest
    return lists.masthead(manifest.sources, manifest.articles)


def _gradio() -> Any:
    # Read when gradio is imported: without it the library reports each launch to its makers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio

    return gradio
