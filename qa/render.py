"""Conversations as HTML: questions, answers with their numbers, and the list of sources under them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from index import Filter
from qa import scope
from qa.markup import byline_words, date_words, dotted, esc, place_words, say
from qa.types import Answer, Citation, Words, Written

CITE = re.compile(r"\[(\d{1,3})\]")
# What may stand in an answer between a quote and its number: its own end marks, which a list drops, and "……" of a cut.
ENDS = "，,；;：:。"
# Where a short answer is a whole sentence, bold type sets nothing off: all stay plain then.
MAX_BOLD = 30
# A question longer than this is cut in the conversation; it says how long it was.
MAX_SHOWN_QUESTION = 400


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation: its answer, or the message shown instead; neither while it is searched for.

    `where` is the filter it was asked within, if any.
    """

    question: str
    answer: Answer | None = None
    message: str = ""
    where: Filter | None = None


def conversation(turns: Sequence[Turn], examples: Sequence[str] = (), *, shown: int | None = None) -> str:
    """The conversation so far; a welcome with examples before the first question.

    `shown` is how many characters of the last answer are out already; `None` for all of it.
    """
    if not turns:
        return f'<div class="wb-talk wb-fresh">{_welcome(examples)}</div>'
    last = len(turns) - 1
    parts = [_turn(turn, i, shown if i == last else None) for i, turn in enumerate(turns)]
    busy = "true" if shown is not None or _pending(turns[last]) else "false"
    return f'<div class="wb-talk" role="log" aria-busy="{busy}">{"".join(parts)}</div>'


def _pending(turn: Turn) -> bool:
    return (turn.answer is None and not turn.message) or (turn.answer is not None and turn.answer.pending)


def _welcome(examples: Sequence[str]) -> str:
    chips = "".join(
        f'<li><button type="button" class="wb-chip" data-ask="{esc(text)}">{esc(text)}</button></li>'
        for text in examples
    )
    offered = f'<h3>{say("examples")}</h3><ul class="wb-chips">{chips}</ul>' if chips else ""
    return f"<h2>{say('welcome')}</h2><p>{say('welcome_note')}</p>{offered}"


def _turn(turn: Turn, index: int, shown: int | None) -> str:
    question = turn.question
    cut = ""
    if len(question) > MAX_SHOWN_QUESTION:
        cut = f"<small>{say('cut', length=len(question))}</small>"
        question = question[:MAX_SHOWN_QUESTION]
    body = f'<p class="wb-wait"><i></i>{say("searching")}</p>'
    if turn.answer is not None:
        body = _refusal(turn, turn.answer, index) if turn.answer.refused else _answer(turn.answer, index, shown)
        body += _manuscript(turn.answer) if shown is None else ""
    elif turn.message:
        body = f'<div class="wb-trouble" role="alert"><strong>{say("trouble")}</strong><p>{turn.message}</p></div>'
    asked = f' data-asked="{esc(turn.question)}"' if turn.answer is not None else ""
    if asked and turn.where is not None and not turn.where.empty:
        asked += f' data-within="{esc(json.dumps(scope.told(turn.where)))}"'
    return (
        f'<article class="wb-turn" data-turn="{index}"{asked}><h2 class="wb-question"><bdi>{esc(question)}</bdi>{cut}</h2>'
        f"{scope.within(turn.where)}{body}</article>"
    )


def _understood(answer: Answer) -> str:
    if not answer.understood or answer.understood.strip() == answer.question.strip():
        return ""
    return f'<p class="wb-understood">{say("understood", question=answer.understood)}</p>'


def _answer(answer: Answer, index: int, shown: int | None) -> str:
    whole = shown is None or shown >= len(answer.answer)
    caret = "" if whole else '<i class="wb-caret" aria-hidden="true"></i>'
    prose = _prose(answer, index, len(answer.answer) if shown is None else shown)
    prose = f"{prose[:-4]}{caret}</p>" if prose else f"<p>{caret}</p>"
    sources = ""
    if whole and answer.citations:
        items = "".join(_source(citation, index) for citation in answer.citations)
        took = (
            f'<small class="wb-took">{say("took", ms=round(answer.seconds * 1000))}</small>' if answer.seconds else ""
        )
        sources = f'<h3 class="wb-label">{say("sources")}{took}</h3><ol class="wb-sources">{items}</ol>'
    return f'{_understood(answer)}{_engine(answer) if whole else ""}<div class="wb-answer">{prose}</div>{sources}'


def _engine(answer: Answer) -> str:
    """Who answered, and why it was not the model, where there is one."""
    note = f'<p class="wb-remark" role="status">{_both(answer.note)}</p>' if answer.note else ""
    if answer.engine == "llm":
        return f'<p class="wb-engine">{say("written")}</p>{note}'
    return f'<p class="wb-engine">{say("extracted")}</p>{note}' if answer.pending or answer.note else ""


def _manuscript(answer: Answer) -> str:
    """What a model has written so far; of a whole answer only what was struck out."""
    if answer.pending:
        said = "".join(_sentence(sentence) for sentence in answer.written)
        caret = '<i class="wb-caret" aria-hidden="true"></i>'
        return f'<section class="wb-draft"><h3 class="wb-label">{say("writing")}</h3><p>{said}{caret}</p></section>'
    if not answer.dropped:
        return ""
    items = "".join(f"<li>{_sentence(sentence)}</li>" for sentence in answer.dropped)
    return f'<section class="wb-draft wb-dropped"><h3 class="wb-label">{say("struck")}</h3><ul>{items}</ul></section>'


def _sentence(sentence: Written) -> str:
    text = f"<bdi>{esc(sentence.text)}</bdi>"
    if sentence.reason:
        return f'<del class="wb-struck">{text}</del><small class="wb-reason">{_both(sentence.reason)}</small>'
    if sentence.checked:
        return f'<span class="wb-sure">{text}</span>'
    return f'<span class="wb-unsure">{text}<small class="wb-hidden">{say("unchecked")}</small></span>'


def _both(words: Words) -> str:
    chinese, english = map(esc, words)
    return f'<span class="zh" lang="zh">{chinese}</span><span class="en" lang="en">{english}</span>'


def _refusal(turn: Turn, answer: Answer, index: int) -> str:
    remark = f"<p>{_both(answer.note)}</p>" if answer.note else ""
    note = say("refused_note" if turn.where is None or turn.where.empty else "refused_within")
    nearest = ""
    if answer.citations:
        items = "".join(_source(citation, index) for citation in answer.citations)
        nearest = f'<h3 class="wb-label">{say("nearest")}</h3><ol class="wb-sources wb-nearest">{items}</ol>'
    return f'{_understood(answer)}<div class="wb-refusal"><strong>{say("refused")}</strong><p>{note}</p>{remark}</div>{nearest}'


def _prose(answer: Answer, index: int, shown: int) -> str:
    """The first `shown` characters of an answer as paragraphs, its `[n]` as buttons and the short answers in bold."""
    text = answer.answer
    paragraphs: list[str] = []
    at = 0
    out: list[str] = []

    def write(end: int) -> None:
        first, *others = text[at:end].split("\n")
        out.append(_bold(first, answer.short))
        for other in others:
            paragraphs.append("".join(out))
            out[:] = [_bold(other, answer.short)]

    for start, end, n in markers(answer):
        if end > shown:
            break
        write(start)
        out.append(_cite(index, n, answer.citations[n - 1]))
        at = end
    write(shown)
    return "".join(f"<p>{paragraph}</p>" for paragraph in [*paragraphs, "".join(out)] if paragraph.strip())


def markers(answer: Answer) -> list[tuple[int, int, int]]:
    """Start, end and n of each `[n]` that the answer itself sets; one that a quoted page has in its text is not."""
    text = answer.answer
    quoted: list[tuple[int, int]] = []
    at = 0
    for citation in answer.citations:
        stem = citation.quote.replace("\n", "").rstrip(ENDS)
        found = re.compile(rf"({re.escape(stem)}[{ENDS}]*)(?:……)?\[{citation.n}\]").search(text, at) if stem else None
        if found:
            quoted.append(found.span(1))
            at = found.end()
    return [
        (*match.span(), int(match[1]))
        for match in CITE.finditer(text)
        if 1 <= int(match[1]) <= len(answer.citations)
        and not any(start < match.end() and match.start() < end for start, end in quoted)
    ]


def _bold(text: str, short: Sequence[str]) -> str:
    wanted = sorted({part for part in short if part.strip()}, key=lambda part: (-len(part), part))
    if not wanted or len(wanted[0]) > MAX_BOLD:
        return esc(text)
    pieces = re.split("(" + "|".join(re.escape(part) for part in wanted) + ")", text)
    return "".join(f"<strong>{esc(piece)}</strong>" if i % 2 else esc(piece) for i, piece in enumerate(pieces))


def _cite(index: int, n: int, citation: Citation) -> str:
    return (
        f'<button type="button" class="wb-cite" data-turn="{index}" data-n="{n}" '
        f'data-key="{esc(citation_key(citation))}" title="{esc(citation.headline or citation.quote)}">[{n}]</button>'
    )


def citation_key(citation: Citation) -> str:
    """Names what a citation lights up, so that a second click need not fetch it again."""
    spans = ",".join(f"{span.line}.{span.column}.{span.length}" for place in citation.places for span in place.spans)
    return blake2b(f"{citation.article}:{spans}:{citation.n}".encode(), digest_size=8).hexdigest()


def _source(citation: Citation, index: int) -> str:
    places = [place_words(place.source, place.page, place.lines) for place in citation.places]
    meta = dotted([byline_words(citation.byline), date_words(citation.date, citation.date_from), *places])
    headline = f'<span class="wb-headline">{esc(citation.headline)}</span>' if citation.headline else ""
    return (
        f'<li value="{citation.n}"><button type="button" class="wb-source" data-turn="{index}" data-n="{citation.n}" '
        f'data-key="{esc(citation_key(citation))}"><span class="wb-n">{citation.n}</span><span class="wb-what">{headline}'
        f'<q class="wb-quote">{esc(citation.quote)}</q><span class="wb-meta">{meta}</span></span></button></li>'
    )
