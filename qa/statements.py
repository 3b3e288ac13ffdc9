"""What a model wrote, as sentences with the numbers of the passages they cite."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.addressed import visible

MARK = re.compile(r"[\[【［]\s*(\d{1,3}(?:\s*[,，、;；]\s*\d{1,3})*)\s*[\]】］]")
"""[1], [1][2], [1, 2] and 【1】."""

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(
    r"^.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE
)  # some templates give its beginning themselves
_ITEM = re.compile(r"^[ \t]*(?:[-*•·>]+|#{1,6}|\d{1,2}[.、)）](?!\d)|[（(]\d{1,2}[)）])[ \t]*", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__|`")
_ENDS = "。！？!?"
_OPEN, _CLOSE = "“「『《（(", "”」』》）)"
_TAIL = re.compile(rf"[{_ENDS}…]*[”」』）)\"]*\s*(?:{MARK.pattern}[，,、\s]*)*[。.]?")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence without its marks, and the numbers it cites, in order. `whole` says that more text cannot change it."""

    text: str
    cites: tuple[int, ...]
    whole: bool = True


def readable(raw: str) -> str:
    """A model's text without what it only thought, what cannot be seen and the signs of Markdown."""
    text = _THOUGHT_END.sub("", _THOUGHT.sub("", raw))
    return _EMPHASIS.sub("", _ITEM.sub("", visible(text)))


def statements(text: str, *, ended: bool) -> list[Statement]:
    """The sentences of a text that may still grow, unless it has `ended`; the last one is not whole until then."""
    found = []
    start = 0
    while start < len(text):
        end = _end(text, start)
        piece = text[start:end]
        start = end
        cites = tuple(dict.fromkeys(int(n) for marks in MARK.findall(piece) for n in re.findall(r"\d+", marks)))
        bare = re.sub(r"\s+", " ", MARK.sub("", piece)).strip(" ，,")
        if any(char.isalnum() for char in bare):
            found.append(Statement(bare, cites, ended or end < len(text)))
    return found


def _end(text: str, start: int) -> int:
    """Where the sentence from `start` on ends, with the marks behind it; no end is inside quotation marks or brackets."""
    depth = 0
    for i in range(start, len(text)):
        char = text[i]
        depth = max(0, depth + (char in _OPEN) - (char in _CLOSE))
        if char == "\n" and text[start:i].strip():
            return i + 1
        if depth == 0 and (char in _ENDS or (char in _CLOSE and text[i - 1] in _ENDS and _ends_outside(text, i))):
            return _tail(text, i)
        if char == "." and text[i + 1 : i + 2].isspace() and not text[i - 1 : i].isdigit():
            return _tail(text, i + 1)
    return len(text)


def _ends_outside(text: str, i: int) -> bool:
    """Whether the sentence ends with the quotation that closes at `i`, and does not go on after it."""
    rest = MARK.sub("", text[i + 1 : i + 24]).lstrip()
    return not rest or rest[0] not in "，,、；;：:的地得是和与及并在为这后了"


def _tail(text: str, end: int) -> int:
    match = _TAIL.match(text, end)
    return match.end() if match else end
