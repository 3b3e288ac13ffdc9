"""The tab where questions are asked: the conversation and, beside it, the page that a citation comes from."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from index import WenbaoError
from qa import markup, render
from qa.engine import Engine
from qa.question import MAX_QUESTION
from qa.render import Turn
from qa.types import Answer

EXAMPLES = 6
# The answer is known at once; it is let out in steps so that the eye can follow: about 0.7 s for a usual answer.
STREAM_STEPS = 24
STREAM_PAUSE = 0.03

QUIET = {"show_progress": "hidden", "api_visibility": "private"}


def chat_tab(blocks: gr.Blocks, engine: Engine, say: gr.I18n) -> None:
    """Build the tab inside `blocks`."""

    turns = gr.State([])
    with gr.Row(elem_id="wb-desk", equal_height=False):
        with gr.Column(elem_id="wb-left", min_width=280):
            talk = gr.HTML(
                render.conversation([], _examples(engine)),
                elem_id="wb-talk",
                apply_default_css=False,
                js_on_load=markup.asset("talk.js"),
            )
            with gr.Column(elem_id="wb-composer"):
                hint = gr.HTML("", elem_id="wb-hint", apply_default_css=False, js_on_load=None)
                box = gr.Textbox(
                    elem_id="wb-box",
                    label=say("question_label"),
                    show_label=False,
                    container=False,
                    placeholder=say("placeholder"),
                    lines=1,
                    max_lines=6,
                    submit_btn=True,
                    html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                )
                fresh = gr.Button(say("fresh"), elem_id="wb-new", size="sm", variant="secondary")
        with gr.Column(elem_id="wb-right", min_width=280):
            side = gr.HTML("", elem_id="wb-side", apply_default_css=False, js_on_load=markup.asset("side.js"))

    shown = [talk, turns, box, hint, side]

    def ask(text: str, earlier: list[Turn]) -> Iterator[tuple[Any, ...]]:
        yield from converse(engine, text, earlier)

    def ask_example(earlier: list[Turn], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from converse(engine, str(event.text), earlier)

    def open_citation(earlier: list[Turn], event: gr.EventData) -> str:
        return citation_page(engine, earlier, int(event.turn), int(event.n))

    def start_again() -> tuple[Any, ...]:
        return render.conversation([], _examples(engine)), [], "", "", ""

    asking = [
        box.submit(ask, [box, turns], shown, **QUIET),
        talk.ask(ask_example, [turns], shown, **QUIET),
    ]
    talk.cite(open_citation, [turns], side, trigger_mode="always_last", **QUIET)
    side.shut(lambda: "", None, side, **QUIET)
    fresh.click(start_again, None, shown, cancels=asking, **QUIET)
    blocks.load(lambda: render.conversation([], _examples(engine)), None, talk, **QUIET)


def converse(engine: Engine, text: str, earlier: list[Turn]) -> Iterator[tuple[Any, ...]]:
    """Ask one question and show its answer as it comes: yields (conversation, turns, box, hint, page)."""
    question = text.strip()
    if not question:
        yield gr.skip(), gr.skip(), gr.skip(), markup.message("empty_question"), gr.skip()
        return
    yield render.conversation([*earlier, Turn(question)]), gr.skip(), "", "", gr.skip()
    turn = answer_turn(engine, question, earlier)
    now = [*earlier, turn]
    first = True
    for shown in steps(turn.answer):
        yield render.conversation(now, shown=shown), now if first else gr.skip(), gr.skip(), gr.skip(), gr.skip()
        first = False
        time.sleep(STREAM_PAUSE)
    proof = turn.answer is not None and not turn.answer.refused and turn.answer.citations
    page = citation_page(engine, now, len(now) - 1, 1) if proof else markup.message("side_empty")
    yield render.conversation(now), now, gr.skip(), gr.skip(), page


def answer_turn(engine: Engine, question: str, earlier: list[Turn]) -> Turn:
    """The turn that a question becomes; what goes wrong becomes its message."""
    if len(question) > MAX_QUESTION:
        return Turn(question, message=markup.say("long_question", length=len(question), limit=MAX_QUESTION))
    history = [turn.question for turn in earlier if turn.answer is not None]
    try:
        return Turn(question, answer=engine.ask(question, history))
    except WenbaoError as error:
        return Turn(question, message=markup.esc(error))


def steps(answer: Answer | None) -> Iterator[int]:
    """How many characters are out after each step; an `[n]` is never cut in two. Refusals come whole."""
    if answer is None or answer.refused:
        return
    length = len(answer.answer)
    closed = [match.span() for match in re.finditer(r"\[\d+\]", answer.answer)]
    for step in range(1, STREAM_STEPS):
        shown = length * step // STREAM_STEPS
        shown = next((end for start, end in closed if start < shown < end), shown)
        if 0 < shown < length:
            yield shown


def citation_page(engine: Engine, turns: list[Turn], turn: int, n: int) -> str:
    """The page of citation `n` of a turn with its quote lit up; a message if the archive no longer holds it."""
    if not 0 <= turn < len(turns):
        return ""
    answer = turns[turn].answer
    if answer is None or not 1 <= n <= len(answer.citations):
        return ""
    citation = answer.citations[n - 1]
    try:
        archive = engine.archive
        article = archive.article(citation.article)
        page = archive.page(citation.source, citation.page)
    except WenbaoError:
        return markup.message("gone")
    return render.page_view(page, article, citation.spans, key=render.citation_key(citation))


def _examples(engine: Engine) -> list[str]:
    return engine.examples(EXAMPLES)
