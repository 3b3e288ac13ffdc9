"""What both tabs are built of."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.markup import asset

# For each event: our own markup shows what goes on, and none is an endpoint for others.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def html(identity: str, value: str = "", script: str | None = None) -> gr.HTML:
    """A piece of our own markup with our styles alone; `script` names the asset that listens to its clicks."""
    js = asset(script) if script else None
    return gr.HTML(value, elem_id=identity, apply_default_css=False, js_on_load=js)
