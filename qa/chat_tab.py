"""The tab where questions are asked: the conversation and, beside it, the page that a citation comes from."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from index import Filter, WenbaoError
from qa import markup, render, scope
from qa.engine import Engine
from qa.leaf import leaf, page_view
from qa.parts import QUIET, html
from qa.render import Turn
from qa.types import Answer

EXAMPLES = 6
# The answer is known at once; it is let out in steps so that the eye can follow: about 0.7 s for a usual answer.
STREAM_STEPS = 24
STREAM_PAUSE = 0.03
# Seconds between two looks at an answer that is being written: a model gives some fifty pieces a second, more than is read.
DRAFT_PAUSE = 0.08
# Questions of a conversation that are asked again when the page is loaded again: at some 20 ms each, well under a second.
# They are not written anew: that would take a model a minute.
RESUMED = 20
# The browser tab keeps the questions, never the answers: what comes back from it is asked, not believed.
KEPT_QUESTIONS = "() => { try { return sessionStorage.getItem('wenbao-asked') || '' } catch { return '' } }"


def chat_tab(blocks: gr.Blocks, engine: Engine, say: gr.I18n, where: gr.State) -> gr.HTML:
    """Build the tab inside `blocks`; gives the component that shows the visitor's filter `where`."""

    turns = gr.State([])
    with gr.Row(elem_id="wb-desk", equal_height=False):
        with gr.Column(elem_id="wb-left", min_width=280):
            talk = html("wb-talk", render.conversation([]), "talk.js")
            with gr.Column(elem_id="wb-composer"):
                hint = html("wb-hint")
                bar = html("wb-asked-within", script="scope.js")
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
            side = html("wb-side", script="side.js")

    shown = [talk, turns, box, hint, side]

    def ask(text: str, earlier: list[Turn], within: Filter) -> Iterator[tuple[Any, ...]]:
        yield from converse(engine, text, earlier, within)

    def ask_example(earlier: list[Turn], within: Filter, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from converse(engine, str(event.text), earlier, within)

    def open_citation(earlier: list[Turn], event: gr.EventData) -> str:
        return citation_page(engine, earlier, int(event.turn), int(event.n))

    def start_again() -> tuple[Any, ...]:
        return render.conversation([], engine.examples(EXAMPLES)), [], "", "", ""

    def start(kept: str | None) -> tuple[str, list[Turn], str]:
        turns = resume(engine, kept or "")
        return render.conversation(turns, () if turns else engine.examples(EXAMPLES)), turns, ""

    asking = [
        box.submit(ask, [box, turns, where], shown, **QUIET),
        talk.ask(ask_example, [turns, where], shown, **QUIET),
    ]
    talk.cite(open_citation, [turns], side, trigger_mode="always_last", **QUIET)
    side.shut(lambda: "", None, side, **QUIET)
    fresh.click(start_again, None, shown, cancels=asking, **QUIET)
    # The script's result takes the place of the box's text: a way from the browser to Python without a component more.
    blocks.load(start, box, [talk, turns, box], js=KEPT_QUESTIONS, **QUIET)
    return bar


def converse(engine: Engine, text: str, earlier: list[Turn], where: Filter | None = None) -> Iterator[tuple[Any, ...]]:
    """Ask one question and show its answer as it comes: yields (conversation, turns, box, hint, page)."""
    question = text.strip()
    if not question:
        yield gr.skip(), gr.skip(), gr.skip(), markup.message("empty_question"), gr.skip()
        return
    yield render.conversation([*earlier, Turn(question, where=where)]), gr.skip(), "", "", gr.skip()
    turn = Turn(question, where=where)
    for turn in turn_states(engine, question, earlier, where):
        if turn.answer is not None and turn.answer.pending:
            yield render.conversation([*earlier, turn]), gr.skip(), gr.skip(), gr.skip(), gr.skip()
    now = [*earlier, turn]
    first = True
    for shown in steps(turn.answer) if engine.writer is None else ():
        yield render.conversation(now, shown=shown), now if first else gr.skip(), gr.skip(), gr.skip(), gr.skip()
        first = False
        time.sleep(STREAM_PAUSE)
    proof = turn.answer is not None and not turn.answer.refused and turn.answer.citations
    page = citation_page(engine, now, len(now) - 1, 1) if proof else markup.message("side_empty")
    yield render.conversation(now), now, gr.skip(), gr.skip(), page


def turn_states(
    engine: Engine, question: str, earlier: list[Turn], where: Filter | None = None, *, written: bool = True
) -> Iterator[Turn]:
    """What the turn of a question becomes, asked of the articles that `where` allows, with the states of an answer that is
    being written between, `DRAFT_PAUSE` apart unless a sentence was checked; the last one counts. What goes wrong becomes its message."""
    history = [turn.question for turn in earlier if turn.answer is not None]
    last, told = 0.0, -1
    try:
        for answer in engine.stream(question, history, where=where, written=written):
            checked = sum(sentence.checked for sentence in answer.written)
            if not answer.pending or checked != told or time.monotonic() - last > DRAFT_PAUSE:
                last, told = time.monotonic(), checked
                yield Turn(question, answer=answer, where=where)
    except WenbaoError as error:
        yield Turn(question, message=markup.problem_words(error), where=where)


def answer_turn(engine: Engine, question: str, earlier: list[Turn], where: Filter | None = None) -> Turn:
    """The turn that a question becomes without the writer."""
    return next(turn_states(engine, question, earlier, where, written=False))


def resume(engine: Engine, kept: str) -> list[Turn]:
    """The conversation that a browser kept: a JSON list of questions, each a text or [text, filter]; none if that is not
    what it is."""
    try:
        questions = json.loads(kept)
    except ValueError:
        return []
    if not isinstance(questions, list):
        return []
    turns: list[Turn] = []
    for asked in questions[-RESUMED:]:
        match asked:
            case str(question) | [str(question), _] if question.strip():
                turns.append(_asked_again(engine, question, None if asked == question else asked[1], turns))
    return turns


def _asked_again(engine: Engine, question: str, within: object, earlier: list[Turn]) -> Turn:
    try:
        where = None if within is None else scope.wanted(engine.archive, within)
        return answer_turn(engine, question, earlier, where)
    except WenbaoError as error:
        return Turn(question, message=markup.problem_words(error))  # what it was asked of is there no more


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
        leaves = [leaf(archive, place.source, place.page, place.spans) for place in citation.places]
    except WenbaoError:
        return markup.message("gone")
    key = render.citation_key(citation)
    return page_view(leaves, article, key=key, nearby=answer.refused)
