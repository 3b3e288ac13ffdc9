"""The page: `create` makes the Gradio blocks, `serve` opens them on a port. Nothing is asked of any outside host."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import UsageError, WenbaoError
from qa import lists, words
from qa.markup import ASSETS, asset

if TYPE_CHECKING:
    import gradio as gr

    from qa.engine import Engine

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 7860
# Bytes a file that may travel at all. `uploads.MAX_UPLOAD` is the limit that is explained; this one only cuts off.
MAX_TRANSFER = 256 * 1024 * 1024
# Questions answered at the same time; an answer holds one core for some ms, so more would only queue inside.
ASKING_AT_ONCE = 4
SERIF = ("Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", "STSong", "SimSun", "Georgia", "serif")
SANS = ("PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", "system-ui", "sans-serif")


def create(engine: Engine, home: Path) -> gr.Blocks:
    """The page as Gradio blocks; state is kept for each visitor, `engine` is shared.

    `launch_options()` holds the theme, styles and words that belong to launching it.
    """
    gr = _gradio()
    from qa.archive_tab import archive_tab
    from qa.chat_tab import chat_tab

    words_of = gr.I18n(**words.translations())
    with gr.Blocks(title="问报 Wenbao", analytics_enabled=False, fill_width=True) as blocks:
        with gr.Column(elem_id="wb-page-root"):
            masthead = gr.HTML(_masthead(engine), elem_id="wb-masthead", apply_default_css=False, js_on_load=None)
            with gr.Tabs(elem_id="wb-tabs"):
                with gr.Tab(words_of("ask_tab"), id="ask", elem_id="wb-ask-tab"):
                    chat_tab(blocks, engine, words_of)
                with gr.Tab(words_of("archive_tab"), id="archive", elem_id="wb-archive-tab"):
                    archive_tab(blocks, engine, home, words_of, after=(lambda: _masthead(engine), masthead))
        blocks.load(lambda: _masthead(engine), None, masthead, show_progress="hidden", api_visibility="private")
    blocks.queue(default_concurrency_limit=ASKING_AT_ONCE)
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
        "css": asset("page.css"),
        "head": f"<script>{asset('head.js')}</script>",
        "i18n": gr.I18n(**words.translations()),
        "footer_links": [],
        "run_history": False,
    }


def serve(
    home: Path,
    *,
    encoder: str | None = None,
    host: str = HOST,
    port: int = PORT,
    open_browser: bool = False,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Open the page on a port and stay until interrupted; `ready` is called with its address.

    :raises UsageError: if the port is in use or the host is not this machine's.
    :raises ArchiveError: if there is no archive in `home` or it cannot be used.
    :raises EncoderError: if the encoder cannot be loaded.
    """
    check_port(host, port)
    from index import load_encoder
    from qa.engine import Engine

    engine = Engine(home, load_encoder(encoder) if encoder else None)
    blocks, url = launch(engine, home, host=host, port=port)
    if ready is not None:
        ready(url)
    threading.Thread(target=_warm_up, args=(engine,), daemon=True).start()
    if open_browser:
        import webbrowser

        webbrowser.open(url)
    blocks.block_thread()


def launch(engine: Engine, home: Path, *, host: str = HOST, port: int = PORT) -> tuple[gr.Blocks, str]:
    """Start the page in this process and give it with its address; `close()` ends it.

    :raises UsageError: if the port is in use or the host is not this machine's.
    """
    check_port(host, port)
    _no_proxy_for_ourselves()
    blocks = create(engine, home)
    try:
        _, url, _ = blocks.launch(
            server_name=host,
            server_port=port,
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


def check_port(host: str, port: int) -> None:
    """See that nothing listens on the port yet.

    :raises UsageError: if it is in use, not allowed, or the host is not an address of this machine.
    """
    if not 0 < port < 65536:
        raise UsageError(f"port {port} does not exist; choose one from 1024 to 65535 with --port")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise UsageError(f"host {host} is not known; choose another with --host") from error
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except PermissionError as error:
            raise UsageError(f"port {port} is not allowed here; choose another with --port") from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise UsageError(
                    f"host {host} is not an address of this machine; choose another with --host"
                ) from error
            raise UsageError(f"port {port} is in use; choose another with --port") from error


def _no_proxy_for_ourselves() -> None:
    # Gradio asks its own address whether it has come up; a proxy set for the outside would be asked instead.
    for name in ("NO_PROXY", "no_proxy"):
        known = [part for part in os.environ.get(name, "").split(",") if part]
        os.environ[name] = ",".join(dict.fromkeys([*known, "127.0.0.1", "localhost"]))


def _warm_up(engine: Engine) -> None:
    """Ask one question, so that dictionaries and model are loaded before the first visitor waits for them."""
    try:
        for question in engine.examples(1):
            engine.ask(question)
    except WenbaoError as error:
        logger.warning("warming up: %s", error)


def _masthead(engine: Engine) -> str:
    sources = engine.archive.sources()
    return lists.masthead(len(sources), sum(source.articles for source in sources))


def _gradio() -> Any:
    # Read when gradio is imported: without it the library reports each launch to its makers.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio

    return gradio
