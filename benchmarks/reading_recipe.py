"""The usual recipe beside ours on the same pages: chunks that mix two articles or cut a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reading_align import aside_offsets
from reading_score import Tally, Truth, sentence_ends

from index.types import Page

# What the frameworks advise for Chinese: paragraphs, lines, then sentence ends, then anything.
SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", "，", " ", "\u200b", "\uff0c", "\u3001", "\uff0e", "\u3002", ""]
CHUNK, OVERLAP = 500, 50
_CELL = 8.0  # points; glyph centres are looked up in cells of this size

Owner = tuple[str, int]


def split(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each chunk of `text`, cut by LangChain's recursive splitter."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=SEPARATORS, chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True
    )
    for document in splitter.create_documents([text]):
        start = document.metadata["start_index"]
        yield start, start + len(document.page_content)


def judge_text(truth: Truth, article_passages: Iterable[tuple[Any, Any]], tally: Tally) -> None:
    """Count the chunks of a text page, and the passages of the articles found on it."""
    places = [(number, column) for number, line in enumerate(truth.lines, 1) for column in range(len(line) + 1)]
    for start, end in split("\n".join(truth.lines)):
        _judge([truth.owner[place] for place in places[start:end] if place in truth.owner], truth, "recipe", tally)
    for article, passage in article_passages:
        held = [
            truth.owner[span.line, column]
            for span in article.place(passage.start, passage.end)
            for column in range(span.column, span.column + span.length)
            if (span.line, column) in truth.owner
        ]
        _judge(held, truth, "passages", tally)


class Ends:
    """Sentence ends and asides of the articles of a PDF page, as `Truth` has them for text pages."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.ends = {article["key"]: sentence_ends(article["text"]) for article in page["articles"]}
        self.aside = {article["key"]: aside_offsets(article) for article in page["articles"]}


def judge_pdf(
    path: Path, truth: dict[str, Any], page: Page, article_passages: Iterable[tuple[Any, Any]], tally: Tally
) -> None:
    """Count the chunks of a PDF page's text as the usual extractor gives it, and our passages, by place on the page."""
    ends, glyphs = Ends(truth), Glyphs(truth)
    text, held = _extracted(path, truth, glyphs)
    for start, end in split(text):
        _judge([owner for owner in held[start:end] if owner], ends, "recipe", tally)
    lines = {line.number: line for line in page.lines}
    for article, passage in article_passages:
        owners = []
        for span in article.place(passage.start, passage.end):
            box = lines[span.line].box
            for column in range(span.column, span.column + span.length if box else 0):
                left, top, right, bottom = box.cover(column, 1)
                owners.append(glyphs.at((left + right) / 2, (top + bottom) / 2))
        _judge([owner for owner in owners if owner], ends, "passages", tally)


class Glyphs:
    """Whose glyph stands at a point of a page."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.cells: dict[tuple[int, int], list[tuple[list[Any], Owner]]] = {}
        for article in page["articles"]:
            for at, glyph in enumerate(article["glyphs"]):
                x, y = (glyph[1] + glyph[3]) / 2, (glyph[2] + glyph[4]) / 2
                cell = self.cells.setdefault((int(x / _CELL), int(y / _CELL)), [])
                cell.append((glyph, (article["key"], at)))

    def at(self, x: float, y: float) -> Owner | None:
        column, row = int(x / _CELL), int(y / _CELL)
        for cell in [(column + dx, row + dy) for dx in (0, -1, 1) for dy in (0, -1, 1)]:
            for glyph, owner in self.cells.get(cell, ()):
                if glyph[1] <= x <= glyph[3] and glyph[2] <= y <= glyph[4]:
                    return owner
        return None


def _extracted(path: Path, truth: dict[str, Any], glyphs: Glyphs) -> tuple[str, list[Owner | None]]:
    """The page's text in the extractor's order, and whose each character is, found by the place of its glyph."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    one = document[truth["number"] - 1]
    height, characters = one.get_height(), one.get_textpage()
    text = characters.get_text_range()
    owners: list[Owner | None] = []
    for at in range(min(len(text), characters.count_chars())):
        left, bottom, right, top = characters.get_charbox(at)
        owners.append(None if text[at].isspace() else glyphs.at((left + right) / 2, height - (bottom + top) / 2))
    document.close()
    return text, owners + [None] * (len(text) - len(owners))


def _judge(held: Sequence[Owner], truth: Truth | Ends, name: str, tally: Tally) -> None:
    """Count a chunk: whether it holds text of two articles, and whether it begins or ends inside a sentence."""
    if not held:
        return
    (first_key, first), (last_key, last) = held[0], held[-1]
    mixed = len({key for key, _ in held}) > 1
    cut = first not in truth.ends[first_key] and first not in truth.aside[first_key]
    cut = cut or last + 1 not in truth.ends[last_key]
    tally.add(f"{name}: mixes articles", mixed, 1)
    tally.add(f"{name}: cuts a sentence", cut, 1)
    tally.add(f"{name}: either", mixed or cut, 1)
