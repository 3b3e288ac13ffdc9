"""Markdown: headings, paragraphs, list items and table rows, each at its line in the file and without its markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SourceError
from ..types import Line, Page, Record
from .fields import known_fields, one_record
from .markup import blocks, clean, parse_html
from .text import load_text, split_lines

if TYPE_CHECKING:
    from markdown_it.token import Token

_LIMIT = 4 << 20  # characters; longer than any book
# Emphasis and links are looked for in paragraphs of newspapers' length; in one much longer they may take quadratic time.
_INLINE = 20_000  # characters
_FENCE = "---"
_FRONT = 100  # lines
_FIELD = re.compile(r"(?P<key>[^\s:：#\-][^:：]{0,40})[:：](?P<value>.*)")
_ITEM = re.compile(r"\s*-\s+(?P<value>.+)")


def read_markdown(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A Markdown file as one page; with front matter and at most one title it is one ready article.

    :raises SourceError: if it is empty, too long, no text, or in no known encoding.
    :raises OSError: if it cannot be opened.
    """
    text = load_text(path, source, note)
    if len(text) > _LIMIT:
        raise SourceError(f"{source}: is longer than {_LIMIT >> 20} million characters. Split it into smaller files.")
    rows = [row.replace("\x00", "") for row in split_lines(text.removeprefix("\ufeff"))]
    fields, start = _front_matter(rows)
    # The rows of the front matter stay as empty ones, so that the others keep their numbers.
    lines, titles = _lines([""] * start + rows[start:])
    if not lines and not fields:
        raise SourceError(f"{source}: holds no text. Put some into it.")
    record = one_record(fields) if fields and len(titles) <= 1 else None
    if record is not None and titles:
        record = Record(record.id, record.title or titles[0].text, record.date, record.byline, record.url)
        if record.title == titles[0].text:
            lines.remove(titles[0])
    if not lines:
        raise SourceError(f"{source}: holds no text beside its front matter. Put some into it.")
    yield Page(source, 1, tuple(lines), record=record)


def _front_matter(rows: Sequence[str]) -> tuple[dict[str, object], int]:
    """The fields between two fences at the head of the file, and the number of rows they take; `({}, 0)` if none."""
    if not rows or rows[0].rstrip() != _FENCE:
        return {}, 0
    fields: dict[str, object] = {}
    key = ""
    for place, row in enumerate(rows[1:_FRONT], 1):
        if row.rstrip() in (_FENCE, "..."):
            return (fields, place + 1) if known_fields(fields) else ({}, 0)
        item, found = _ITEM.match(row), _FIELD.match(row)
        if item is not None and key:
            before = fields.get(key)
            fields[key] = [*(before if isinstance(before, list) else []), _unquoted(item["value"])]
        elif found is not None:
            key = found["key"].strip()
            fields[key] = _value(found["value"])
        elif row.strip() and not row.startswith((" ", "\t", "#")):
            return {}, 0
    return {}, 0


def _value(text: str) -> object:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_unquoted(piece) for piece in text[1:-1].split(",") if piece.strip()]
    return _unquoted(text)


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _lines(rows: Sequence[str]) -> tuple[list[Line], list[Line]]:
    """The lines with text on them, and those among them that are titles of the first level."""
    parsers = _Parsers()
    found: list[Line] = []
    titles: list[Line] = []
    heading = ""
    cells: list[str] | None = None
    for token in parsers.blocks("\n".join(rows)):
        first = token.map[0] + 1 if token.map else 0
        if token.type in ("heading_open", "heading_close"):
            heading = token.tag if token.nesting > 0 else ""
        elif token.type == "tr_open":
            cells, row = [], first
        elif token.type == "tr_close" and cells is not None:
            found += [Line(row, "\t".join(cells), "body")] if cells else []
            cells = None
        elif token.type == "inline" and cells is not None:
            cells += [text for _, text in parsers.plain(token.content)]
        elif token.type == "inline":
            own = [
                Line(first + row, text, "heading" if heading else "body") for row, text in parsers.plain(token.content)
            ]
            found += own
            titles += own[:1] if heading == "h1" else []
        elif token.type in ("fence", "code_block"):
            start = first + (token.type == "fence")
            found += [
                Line(row, text.rstrip(), "body")
                for row, text in enumerate(split_lines(token.content), start)
                if text.strip()
            ]
        elif token.type == "html_block":
            found += _html(token.content, first)
    return _ascending(found), titles


def _html(text: str, first: int) -> list[Line]:
    root = parse_html(text)
    found = [] if root is None else blocks(root)
    return [
        Line(first - 1 + (block.element.sourceline or 1 if block.element is not None else 1), block.text, block.role)
        for block in found
    ]


class _Parsers:
    """One parser for blocks, one for what stands in them: their cost is bounded block by block."""

    def __init__(self) -> None:
        from markdown_it import MarkdownIt

        self._blocks = MarkdownIt("commonmark").enable("table").disable("inline")
        self._inline = MarkdownIt("commonmark").inline
        self._env: dict[str, object] = {}

    def blocks(self, text: str) -> Sequence[Token]:
        return self._blocks.parse(text, self._env)

    def plain(self, text: str) -> list[tuple[int, str]]:
        """The text without markup, broken where its author broke it, each piece with the rows above it."""
        if len(text) > _INLINE:
            return [(0, clean(text))]
        tokens: list[Token] = []
        self._inline.parse(text, self._blocks, self._env, tokens)
        pieces: list[tuple[int, list[str]]] = [(0, [])]
        rows = 0
        for token in tokens:
            if token.type in ("softbreak", "hardbreak"):
                rows += 1
            if token.type == "hardbreak":
                pieces.append((rows, []))
            elif token.type == "softbreak":
                pieces[-1][1].append("\n")
            elif token.type != "html_inline":
                pieces[-1][1].append(token.content)
                rows += token.content.count("\n")
        return [(row, text) for row, parts in pieces if (text := clean("".join(parts)))]


def _ascending(lines: Sequence[Line]) -> list[Line]:
    """Lines whose numbers ascend: what begins on the same row of the file is one line."""
    found: list[Line] = []
    for line in lines:
        if found and line.number <= found[-1].number:
            last = found.pop()
            line = Line(last.number, f"{last.text} {line.text}", last.role)
        found.append(line)
    return found
