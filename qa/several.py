"""Several questions in one: taken apart ("谁承建？投资多少？", "甲和乙分别…", "甲和乙哪个更长？") and their answers put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index import fold
from qa.followup import make_whole
from qa.kinds import find_kind, is_chinese
from qa.topics import phrases
from qa.types import Answer, Citation

MOST = 4
"""Parts answered; a text with more question marks is pasted, not asked."""

_QUOTED = re.compile(r"[“「『《][^”」』》]*[”」』》]")
_STOPS = re.compile(r"[?;\n]+")
_COMMA = re.compile(r"[,，]")
_AND = r"(?:和|与|跟|及|以及|、|同)"
_EACH = re.compile(
    rf"^(?P<head>.*?)(?P<a>[^，,和与跟及]{{2,40}}){_AND}(?P<b>[^，,、和与跟及]{{2,40}}?)的?(?P<each>分别|各自|各(?![类种级项地界方]))(?P<tail>.+)$"
)
_WHICH = r"(?:哪一?[个家座条处者届期项]|谁|哪里)"
_MORE = re.compile(
    rf"^(?P<a>[^，,、和与跟及比]{{2,40}})(?:{_AND}|比)(?P<b>[^，,、和与跟及比]{{2,40}}?)(?:相比|比起来|比较|之间|中|里|两者|[,，])*{_WHICH}(?P<of>的?[^，,?]{{0,12}}?)"
    r"(?:更|最|比较|要)?(?P<how>多|少|大|小|高|低|长|短|远|近|重|贵|便宜|早|晚|先|后|快|慢)(?:一些|一点|些)?[?\s]*$"
)
_HOW = {
    **dict.fromkeys("多少小低贵短近慢快", "是多少"),
    "便宜": "是多少", "大": "是多少", "高": "多高", "长": "多长", "远": "多远", "重": "多重",
    **dict.fromkeys("早晚先后", "是什么时候"),
}  # fmt: skip


def compared(folded: str) -> tuple[str, ...]:
    """The questions of a comparison, each whole; none if a folded question compares nothing."""
    if match := _MORE.match(folded):
        asked = _HOW[match["how"]] if match["of"].strip("的") else _PLAIN.get(match["how"], _HOW[match["how"]])
        tail = f"{match['of']}{asked}?"
        head = ""
    elif match := _EACH.match(folded):
        tail, head = match["tail"], match["head"]
    else:
        return ()
    first, *others = [item for item in re.split("、", match["a"]) if item]
    # "甲和乙的人口分别是多少" asks for the population of both.
    last, of, attribute = match["b"].partition("的")
    tail = of + attribute + tail
    whole = head + first + tail
    return (whole, *(_like(item, whole, head + item + tail) for item in (*others, last)))


_PLAIN = {"大": "有多大", "小": "有多大", "多": "有多少", "少": "有多少"}


def _like(item: str, first: str, plain: str) -> str:
    """The first question with its thing exchanged for one of the same sort: 二期 for 一期 in "滨海项目一期"."""
    if any(phrase.specific for phrase in phrases(item)):
        return plain
    exchanged = make_whole(f"那{item}呢？", [first])
    return exchanged.text if not exchanged.topic and item in exchanged.text and exchanged.text != first else plain


def asked_one_by_one(text: str) -> tuple[str, ...]:
    """The questions that stand one after another in a text, each made whole by those before; none if it is one question."""
    folded = fold(text)
    if len(folded) != len(text):
        text = folded
    hidden = _QUOTED.sub(lambda match: "“" + "x" * (len(match.group()) - 2) + "”", folded)
    pieces: list[str] = []
    start = 0
    for stop in [m.end() for m in _STOPS.finditer(hidden)] + [len(text)]:
        pieces += _at_commas(text[start:stop], hidden[start:stop])
        start = stop
    asked: list[str] = []
    lead = ""
    for piece in pieces:
        if not any(char.isalnum() for char in piece):
            continue
        if not _asks(piece):
            lead += piece
            continue
        asked.append((lead + piece).strip(" ,，;；"))
        lead = ""
    if not 2 <= len(asked) <= MOST or lead:
        return ()
    return tuple(make_whole(piece, asked[:number]).text for number, piece in enumerate(asked))


def _at_commas(text: str, hidden: str) -> list[str]:
    """A text cut at commas if what stands on both sides asks something."""
    cuts = [0, *(m.end() for m in _COMMA.finditer(hidden)), len(text)]
    parts = [text[low:high] for low, high in pairwise(cuts) if text[low:high].strip()]
    return parts if sum(map(_asks, parts)) > 1 else [text]


def _asks(text: str) -> bool:
    folded = fold(text)
    if not is_chinese(folded):
        return folded.rstrip().endswith("?")
    return find_kind(folded)[1] is not None


def together(question: str, parts: Sequence[str], answers: Sequence[Answer]) -> Answer | None:
    """The answers to the parts under each other, with citations numbered through; a part without an answer says so. None if
    none is answered."""
    found = [answer for answer in answers if not answer.refused]
    if not found:
        return None
    lines: list[str] = []
    citations: list[Citation] = []
    for part, answer in zip(parts, answers, strict=True):
        if answer.refused:
            lines.append(f"“{part.rstrip('?？ ')}”：{answer.answer}")
            continue
        before = len(citations)
        lines.append(_renumbered(answer, before))
        citations += [replace(citation, n=citation.n + before) for citation in answer.citations]
    return Answer(
        question=question,
        answer="\n".join(lines),
        short=tuple(dict.fromkeys(short for answer in found for short in answer.short)),
        citations=tuple(citations),
        confidence=min(answer.confidence for answer in found),
    )


def _renumbered(answer: Answer, by: int) -> str:
    """An answer's text with `by` added to its citation numbers; a number in brackets that stands in a quote stays."""
    text, out, at = answer.answer, "", 0
    for citation in answer.citations:
        quote = citation.quote.replace("\n", "").rstrip("，,；;：:。")
        quoted = text.find(quote, at)
        mark = f"[{citation.n}]"
        place = text.find(mark, max(at, quoted + len(quote) if quoted >= 0 else at))
        if place >= 0:
            out += f"{text[at:place]}[{citation.n + by}]"
            at = place + len(mark)
    return out + text[at:]
