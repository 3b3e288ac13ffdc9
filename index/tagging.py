"""Words with parts of speech, and how rare words are: what jieba's tagger and dictionary have learned."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from .chars import HAN
from .folding import fold_table

# How jieba's tagger goes through a text: blocks of characters it knows, white space, and single other characters.
_BLOCKS = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._]+|\r\n|\s|.", re.DOTALL)
_TAGGED_BLOCK = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._]")
_CHINESE = re.compile("([\u4e00-\u9fd5]+)")
_NUMBERS = re.compile("([.0-9]+|[a-zA-Z0-9]+)")
# Of a question's few hundred sentences each is tagged several times; 1,024 of at most so many characters take some MB.
_REMEMBERED, _SENTENCES = 400, 1024
# A name may hold one or two characters that the tagger does not know.
_STRANGE = 3


def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Words with jieba's part-of-speech tags (`nr` person, `ns` place, `nt` organisation, `m` number …).

    Joined they give `text` back. Sentences are remembered, as they are asked for again and again.
    """
    return _tagged_before(text) if len(text) <= _REMEMBERED else _tag(text)


def roughly_tagged(text: str) -> list[tuple[str, str]]:
    """Words with tags as jieba's Rust port finds them by itself: less often jieba's own, and for a whole passage in a fraction of
    the time. Half a surrogate pair, which no Rust string can hold, comes back as a question mark."""
    import rjieba

    found: list[tuple[str, str]] = rjieba.tag(text.encode("utf-8", "replace").decode("utf-8"))
    return found


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
    han = re.compile(f"[{HAN}]")
    return {code: folded for code, folded in fold_table().items() if len(folded) == 1 and han.match(chr(code))}


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
