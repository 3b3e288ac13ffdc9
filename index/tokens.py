"""Text to terms: what lexical search matches on. The only import of jieba.

Folding (full-width to half-width, traditional to simplified, case) works character by character, so that every
folded character knows the original one it came from; it is for matching only and never shown.
"""

from __future__ import annotations

import atexit
import logging
import math
import os
import re
import shutil
import stat
import tempfile
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType

from .chars import HAN

_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(r"\w", re.UNICODE)
# jieba's work grows faster than the run it is given; the longest sentences of newspapers, which have commas, are shorter.
_LONG = re.compile(r"\w{200}(?=\w)")
# Of a question's few hundred sentences each is tagged several times; 1,024 of at most so many characters take some MB.
_REMEMBERED, _SENTENCES = 400, 1024
# A name may hold one or two characters that the tagger does not know.
_STRANGE = 3
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


def _private_folder() -> Path:
    """A folder for jieba's dictionary cache that nobody else can write: jieba loads it as marshalled code would be.

    By itself jieba takes the shared temporary folder and a fixed name, where another user may have put one.
    """
    lasting = Path(tempfile.gettempdir()) / f"wenbao-{os.getuid()}"
    try:
        lasting.mkdir(mode=0o700, exist_ok=True)
        status = lasting.lstat()
    except OSError:
        status = None
    # A link is no folder to lstat, wherever it leads.
    if status and stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077:
        return lasting
    # Somebody else was there first, or it is a link: a folder for this process alone.
    own = Path(tempfile.mkdtemp(prefix="wenbao-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


@cache
def _jieba() -> ModuleType:
    import jieba

    module: ModuleType = jieba
    jieba.setLogLevel(logging.WARNING)
    jieba.dt.tmp_dir = str(_private_folder())
    jieba.initialize()
    return module


def words(text: str) -> list[str]:
    """Segment into words, longest first reading, no overlaps. Joined they give `text` back."""
    cut = _jieba().cut
    return [word for piece in _pieces(text) for word in cut(piece)]


def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Words with jieba's part-of-speech tags (`nr` person, `ns` place, `nt` organisation, `m` number …).

    Joined they give `text` back. Sentences are remembered, as they are asked for again and again.
    """
    return _tagged_before(text) if len(text) <= _REMEMBERED else _tag(text)


@lru_cache(_SENTENCES)
def _tagged_before(text: str) -> tuple[tuple[str, str], ...]:
    return _tag(text)


def _tag(text: str) -> tuple[tuple[str, str], ...]:
    _jieba()
    from jieba import posseg

    # The tagger knows simplified characters; each traditional one has a simplified one in its place.
    simple = text.translate(_simple_table())
    found: list[tuple[str, str]] = []
    start = 0
    for piece in _pieces(simple):
        for strange, part in enumerate(_strange().split(piece)):
            pairs = [(part, "x")] if strange % 2 else ((pair.word, pair.flag) for pair in posseg.cut(part))
            for word, flag in pairs:
                found.append((text[start : start + len(word)], flag))
                start += len(word)
    return tuple(found)


@cache
def _simple_table() -> dict[int, str]:
    """The part of the fold table that puts one Chinese character in another's place."""
    table = _fold_table()
    han = (code for low, high in _HAN_RANGES for code in range(low, high + 1))
    return {code: table[code] for code in han if len(table.get(code, "")) == 1}


@cache
def _strange() -> re.Pattern[str]:
    """Runs of characters that the tagger never saw: it would try every pair of its 256 states on each of them."""
    from jieba import posseg

    seen = re.escape("".join(char for char in posseg.char_state_tab_P if len(char) == 1))
    return re.compile(f"((?:(?![{seen}])[一-鿕]){{{_STRANGE},}})")


def _pieces(text: str) -> Iterator[str]:
    """The text, cut where a run without any punctuation grows so long that it can be no sentence."""
    start = 0
    for match in _LONG.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    if start < len(text):
        yield text[start:]


def rarity(word: str) -> float:
    """Minus the natural logarithm of a word's share of all text; infinite if the dictionary lacks it."""
    dictionary = _jieba().dt
    count = dictionary.FREQ.get(word)
    return math.log(dictionary.total / count) if count else math.inf


def terms(text: str) -> Iterator[str]:
    """The index terms of `text`: words in search mode, and the bigrams of each run of Chinese characters.

    The same function serves build and query. A bigram that is a word appears twice, which weighs it up on both sides.
    """
    folded = fold(text)
    cut = _jieba().cut_for_search
    for piece in _pieces(folded):
        for word in cut(piece):
            if _WORD.search(word):
                yield word
    for run in _HAN_RUN.findall(folded):
        for start in range(len(run) - 1):
            yield run[start : start + 2]
