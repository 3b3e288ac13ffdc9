"""Text to terms: what lexical search matches on. The only import of jieba.

Folding (full-width to half-width, traditional to simplified, case) works character by character, so that every
folded character knows the original one it came from; it is for matching only and never shown.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

HAN = "㐀-䶿一-鿿豈-﫿𠀀-𲎯"
_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(r"\w", re.UNICODE)
_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))


@cache
def _fold_table() -> dict[int, str]:
    """Every character that folds to something else: NFKC, then simplified, then lower case."""
    import opencc

    simplify = opencc.OpenCC("t2s")
    han = [chr(code) for low, high in _HAN_RANGES for code in range(low, high + 1)]
    simple = dict(zip(han, simplify.convert("\n".join(han)).split("\n"), strict=True))
    table = {}
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x1F100, 0x1F200), *range(0x20000, 0x2FA20)):
        char = chr(code)
        folded = "".join(simple.get(c, c) for c in unicodedata.normalize("NFKC", char)).lower()
        if folded != char:
            table[code] = folded
    table.update({code: chr(code).lower() for code in range(0x41, 0x5B)})
    return table


def fold(text: str) -> str:
    """Fold for matching: compatibility forms, traditional characters and upper case become plain ones."""
    return text.translate(_fold_table())


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """`fold(text)` and, for each folded character and the end, the offset of the original character it came from."""
    table = _fold_table()
    pieces, offsets = [], []
    for offset, char in enumerate(text):
        folded = table.get(ord(char), char)
        pieces.append(folded)
        offsets.extend([offset] * len(folded))
    offsets.append(len(text))
    return "".join(pieces), offsets


@cache
def _jieba() -> ModuleType:
    import jieba

    module: ModuleType = jieba
    jieba.setLogLevel(logging.WARNING)
    # jieba's dictionary cache goes to the shared temporary folder under a fixed name, where another user may have put one.
    private = Path(tempfile.gettempdir()) / f"wenbao-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid == os.getuid():
        jieba.dt.tmp_dir = str(private)
    jieba.initialize()
    return module


def words(text: str) -> list[str]:
    """Segment into words, longest first reading, no overlaps. Joined they give `text` back."""
    return list(_jieba().cut(text))


def tagged(text: str) -> list[tuple[str, str]]:
    """Words with jieba's part-of-speech tags (`nr` person, `ns` place, `nt` organisation, `m` number …)."""
    _jieba()
    from jieba import posseg

    return [(pair.word, pair.flag) for pair in posseg.cut(text)]


def terms(text: str) -> Iterator[str]:
    """The index terms of `text`: words in search mode, and the bigrams of each run of Chinese characters.

    The same function serves build and query. A bigram that is a word appears twice, which weighs it up on both sides.
    """
    folded = fold(text)
    for word in _jieba().cut_for_search(folded):
        if _WORD.search(word):
            yield word
    for run in _HAN_RUN.findall(folded):
        for start in range(len(run) - 1):
            yield run[start : start + 2]
