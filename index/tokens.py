"""Text to terms: what lexical search matches on. The only import of rjieba, and of what jieba's tagger has learned.

Folding (full-width to half-width, traditional to simplified, case) works character by character, so that every
folded character knows the original one it came from; it is for matching only and never shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from .chars import HAN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLD_FILE = Path(__file__).with_name("fold.tsv")
"""Each character that folds to something else, and to what (`training/folds.py` writes it)."""

# Digits and the letters of alphabets that the dictionary holds no words of: Latin, Greek and Cyrillic, folded.
_LETTER = "a-z0-9ß-öø-ʯΐά-ώϗϙ-ϵа-ҁҋ-ԯ"
_LAST_LETTER = "ԯ"
# What is longer is no word that anybody asks for.
_LONGEST = 100
# As jieba cuts them: "pm2.5", "3.5%", "5g" are one word, "1-5" and "f-35" two; "c++" and "c#" stand in its dictionary.
_WORD = rf"(?:c(?:\+\+|#)(?![{_LETTER}])|[{_LETTER}]{{1,{_LONGEST}}}+(?:\.[0-9]{{1,{_LONGEST}}}+)?%?)"
_WORDS = re.compile(_WORD)
_HYPHENATED = re.compile(rf"(?<![{_LETTER}])[{_LETTER}]++(?:-[{_LETTER}]++)++")
_ASCII_WORDS = re.compile(r"([a-zA-Z0-9]++(?:\.[0-9]++)?%?)")
# How jieba's tagger goes through a text: blocks of characters it knows, white space, and single other characters.
_BLOCKS = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._]+|\r\n|\s|.", re.DOTALL)
_TAGGED_BLOCK = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._]")
_CHINESE = re.compile("([\u4e00-\u9fd5]+)")
_NUMBERS = re.compile("([.0-9]+|[a-zA-Z0-9]+)")
# Of a question's few hundred sentences each is tagged several times; 1,024 of at most so many characters take some MB.
_REMEMBERED, _SENTENCES = 400, 1024
# A name may hold one or two characters that the tagger does not know.
_STRANGE = 3
# Beyond all characters: in the table of folds, what stands for "more than one character".
_SEVERAL = 0x110000


@cache
def _fold_table() -> dict[int, str]:
    lines = FOLD_FILE.read_text("utf-8").split("\n")[:-1]
    return {ord(line[0]): line[2:] for line in lines}


@cache
def _fold_codes() -> NDArray[np.uint32]:
    """For each code point the one it folds to, or `_SEVERAL`."""
    import numpy as np

    codes = np.arange(_SEVERAL, dtype=np.uint32)
    table = _fold_table()
    codes[list(table)] = [ord(folded) if len(folded) == 1 else _SEVERAL for folded in table.values()]
    return codes


def fold(text: str) -> str:
    """Fold for matching: compatibility forms, traditional characters and upper case become plain ones."""
    if text.isascii():
        return text.lower()
    # Twice as fast as `translate`, which is right for all and needed where one character becomes several.
    codes = _fold_codes()[_codes(text)]
    return text.translate(_fold_table()) if codes.max() == _SEVERAL else _text(codes)


def _codes(text: str) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _text(codes: NDArray[np.uint32]) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


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


def words(text: str) -> list[str]:
    """Segment into words, longest first reading, no overlaps. Joined they give `text` back."""
    import rjieba

    found: list[str] = []
    for word in rjieba.cut(text):
        # rjieba leaves "1-5" and "f-35" whole.
        found += [word] if word.isalnum() or rjieba.has_word(word) else filter(None, _ASCII_WORDS.split(word))
    return found


def terms(text: str) -> Iterator[str]:
    """The index terms of `text`: words in search mode, and the bigrams of each run of Chinese characters.

    The same function serves build and query. A bigram that is a word appears twice, which weighs it up on both sides.
    "F-35" is found by its parts and by "f35".
    """
    return iter(term_text(text).split())


def term_text(text: str) -> str:
    """`terms(text)` joined by spaces."""
    return term_texts([text])[0]


def term_texts(texts: Sequence[str]) -> list[str]:
    """`term_text` of each of many texts, which is faster together: some 50 microseconds a passage."""
    folded = [fold(text) for text in texts]
    return [
        (" ".join(_search_words(text)) + pairs).strip() for text, pairs in zip(folded, _bigrams(folded), strict=True)
    ]


def _search_words(folded: str) -> list[str]:
    import rjieba

    found = [
        word
        for word in rjieba.cut_for_search(folded)
        if (word > _LAST_LETTER or (len(word) > 1 and not word.isascii())) and word.isalnum()
    ]
    found += _WORDS.findall(folded)
    for chain in _HYPHENATED.findall(folded):
        joined = chain.replace("-", "")
        if len(joined) <= _LONGEST and not joined.isdecimal():
            found.append(joined)
    return found


def _bigrams(texts: Sequence[str]) -> Iterator[str]:
    """The bigrams of Chinese characters in each text, with a space before each."""
    import numpy as np

    codes = _codes("".join(f"{text}\n" for text in texts))
    han = _han()[codes]
    at = np.flatnonzero(han[:-1] & han[1:])
    rows = np.full((len(at), 3), ord(" "), np.uint32)
    rows[:, 1], rows[:, 2] = codes[at], codes[at + 1]
    pairs = _text(rows)
    ends = np.searchsorted(at, np.cumsum([len(text) + 1 for text in texts])).tolist()
    for start, end in zip([0, *ends], ends, strict=False):
        yield pairs[3 * start : 3 * end]


@cache
def _han() -> NDArray[np.bool_]:
    import numpy as np

    han = np.zeros(_SEVERAL, bool)
    for first, last in re.findall("(.)(?:-(.))?", HAN):
        han[ord(first) : ord(last or first) + 1] = True
    return han


def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Words with jieba's part-of-speech tags (`nr` person, `ns` place, `nt` organisation, `m` number …).

    Joined they give `text` back. Sentences are remembered, as they are asked for again and again.
    """
    return _tagged_before(text) if len(text) <= _REMEMBERED else _tag(text)


@lru_cache(_SENTENCES)
def _tagged_before(text: str) -> tuple[tuple[str, str], ...]:
    return _tag(text)


def _tag(text: str) -> tuple[tuple[str, str], ...]:
    # The tagger knows simplified characters; each traditional one has a simplified one in its place.
    simple = text.translate(_simple_table())
    found: list[tuple[str, str]] = []
    start = 0
    for strange, part in enumerate(_tagger().strange.split(simple)):
        for word, flag in [(part, "x")] if strange % 2 else _tag_part(part):
            found.append((text[start : start + len(word)], flag))
            start += len(word)
    return tuple(found)


def _tag_part(text: str) -> Iterator[tuple[str, str]]:
    """What jieba's own tagger gives, without the second in which that loads its dictionary."""
    import rjieba

    for block in _BLOCKS.findall(text):
        if not _TAGGED_BLOCK.match(block):
            yield block, "x"
            continue
        alone: list[tuple[str, str]] = []
        for word, flag in rjieba.tag(block, hmm=False):
            if len(word) == 1:
                alone.append((word, flag))
            elif word.isascii() and not rjieba.has_word(word):
                alone += [(char, "x") for char in word]
            else:
                yield from _tag_single(alone)
                alone = []
                yield word, flag
        yield from _tag_single(alone)


def _tag_single(alone: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Characters that the dictionary leaves single: the words that the tagger sees in them."""
    import rjieba

    run = "".join(char for char, _ in alone)
    if len(alone) < 2 or rjieba.has_word(run):
        # A single letter is no word of the dictionary.
        yield from ((char, "x" if char.isascii() else flag) for char, flag in alone)
        return
    for part in _CHINESE.split(run):
        if _CHINESE.match(part):
            yield from _tagger().tag(part)
            continue
        for piece in filter(None, _NUMBERS.split(part)):
            yield piece, "m" if piece[0] in ".0123456789" else "eng" if piece[0].isalnum() else "x"


class _Tagger(NamedTuple):
    """jieba's hidden Markov model of words and tags: states by character, and the logarithms of probabilities."""

    viterbi: Callable[..., tuple[float, list[tuple[str, str]]]]
    states: dict[str, tuple[tuple[str, str], ...]]
    start: dict[tuple[str, str], float]
    transition: dict[tuple[str, str], dict[tuple[str, str], float]]
    emission: dict[tuple[str, str], dict[str, float]]
    strange: re.Pattern[str]
    """Runs of characters that it never saw: it would try every pair of its 256 states on each of them."""

    def tag(self, run: str) -> Iterator[tuple[str, str]]:
        path = self.viterbi(run, self.states, self.start, self.transition, self.emission)[1]
        begin = 0
        for end, (place, flag) in enumerate(path, 1):
            # Begin, middle, end of a word, or single.
            if place in "ES":
                yield run[begin:end], flag
                begin = end
        if begin < len(run):
            yield run[begin:], path[begin][1]


@cache
def _tagger() -> _Tagger:
    states = _jieba("char_state_tab").P
    seen = re.escape("".join(char for char in states if len(char) == 1))
    return _Tagger(
        _jieba("viterbi").viterbi,
        states,
        _jieba("prob_start").P,
        _jieba("prob_trans").P,
        _jieba("prob_emit").P,
        re.compile(f"((?:(?![{seen}])[一-鿕]){{{_STRANGE},}})"),
    )


def _jieba(name: str) -> ModuleType:
    """A module of `jieba.posseg` alone: importing the package would read the whole dictionary, a third of a second."""
    spec = spec_from_file_location(f"jieba.posseg.{name}", _jieba_folder() / "posseg" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"jieba.posseg.{name}: not found. Install jieba again.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _jieba_folder() -> Path:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ImportError("jieba: not installed. Install Wenbao again.")
    return Path(spec.origin).parent


@cache
def _simple_table() -> dict[int, str]:
    """The part of the fold table that puts one Chinese character in another's place."""
    han = _han()
    return {code: folded for code, folded in _fold_table().items() if len(folded) == 1 and han[code]}


@cache
def _counts() -> tuple[dict[str, int], int]:
    """How often each word of jieba's dictionary was counted, and how many words were; parsed faster than jieba loads."""
    with (_jieba_folder() / "dict.txt").open(encoding="utf-8") as lines:
        pairs = [(word, int(count)) for word, count, _ in (line.split(" ") for line in lines)]
    # Three words stand in it twice.
    return dict(pairs), sum(count for _, count in pairs)


def rarity(word: str) -> float:
    """Minus the natural logarithm of a word's share of all text; infinite if the dictionary lacks it."""
    counts, total = _counts()
    count = counts.get(word)
    return math.log(total / count) if count else math.inf
