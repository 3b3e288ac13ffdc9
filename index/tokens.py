"""Text to terms: what lexical search matches on.

A text is found by its pairs of Chinese characters, its characters, words in letters and digits, numbers in one form, and the
words of a user's list. Segmentation takes most of the time and adds nothing there (training/terms.py): only a question is
segmented, so that the pairs which are words count more than those which stand across two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from .chars import HAN
from .folding import FOLD_FILE, SEVERAL, codes_of, fold, fold_all, fold_with_offsets, text_of
from .numerals import number_terms
from .tagging import rarity, tagged
from .wordlist import NO_WORDS, Wordlist

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "COMMON",
    "FOLD_FILE",
    "fold",
    "fold_with_offsets",
    "query_terms",
    "rarity",
    "tagged",
    "term_text",
    "term_texts",
    "terms",
    "words",
]

# The characters that stand in more than a twentieth of the passages of CMRC's train set, the commonest first, and how many
# of them stand in more than a fifth: what is as common tells nothing by itself, and is no term.
_FREQUENT = (
    "的为在一年是于中有大以国后人和成时上个出与其日不名了地之分及月部而生由会到主作公被发本来并行下多他用家长学方等前可开最也同至所位自第因此现这对西区但间得要加代经过三子新小动当称外南内高东入斯物体北世进"
    "立两文合二种特将事里期法海能美面亚度重定员都平台全使尔次天任原式业利通市理或建相马民者从布目山道德设克达化场制性约起数表如军政常十比系属工科正安然包力四机电水无教总士色球该曾联战形司金拉明类运始首就身"
    "们共基又实统关已路罗队改结提则元英计心组只产广近界线接著格华受王处直湾意向手州尼列城门米交获口些兰括别女更赛参说少非量号品林洲各港五巴府史指太还治点取头影白集务传型活即展级纪万带领院岛香保亦据回应没今"
    "书条语单命选且管车认阿历古程资去较连视往变际具流初很每乐字义演转另先它标域情收角导清创持支石卡根片随官深再光河省师见团造离反超朝居职节维食张未江果京县存完模复游知音好术除专群周社放版纳夫奥供解服足决空"
    "亲普花观季黄举记故死商功星站份研许早波件六续办争给鱼图红威校爱打欧构终八客强陆族黑击青推质究育协引议独龙令武状置风己助权划印信那围"
)
COMMON = frozenset(_FREQUENT[:74])
"""Characters that are no term by themselves, only in pairs."""

# What each kind of term counts in a question, by recall and MRR on CMRC's train questions (training/terms.py): pairs of
# characters across words, pairs that are words, words of one character, other characters rarer than _FREQUENT, numbers with
# their unit, one or two figures by themselves, and what else has neither parts nor neighbours to be found by.
_ACROSS, _OF_TWO, _SINGLE, _RARE, _NUMBER, _FIGURE, _WHOLE = 0.85, 2.0, 1.6, 0.8, 2.2, 1.0, 3.0

# Digits and the letters of alphabets that the dictionary holds no words of: Latin, Greek and Cyrillic, folded.
_LETTER = "a-z0-9ß-öø-ʯΐά-ώϗϙ-ϵа-ҁҋ-ԯ"
# What is longer is no word that anybody asks for.
_LONGEST = 100
# As jieba cuts them: "pm2.5", "3.5%", "5g" are one word, "1-5" and "f-35" two; "c++" and "c#" stand in its dictionary.
_WORD = rf"(?:c(?:\+\+|#)(?![{_LETTER}])|[{_LETTER}]{{1,{_LONGEST}}}+(?:\.[0-9]{{1,{_LONGEST}}}+)?%?)"
_WORDS = re.compile(_WORD)
_HYPHENATED = re.compile(rf"(?<![{_LETTER}])[{_LETTER}]++(?:-[{_LETTER}]++)++")
# "5+5+7" and "1+x" are names of programmes, and their parts say little.
_SUMS = re.compile(rf"(?<![{_LETTER}+])[{_LETTER}]{{1,9}}+(?:\+[{_LETTER}]{{1,9}}+){{1,9}}+(?![{_LETTER}+])")
_HAN = re.compile(f"[{HAN}]")
# Letters of scripts whose words no space parts, or that the pattern above does not know.
_STRANGE_WORDS = re.compile(rf"[^\W\d_{_LETTER}{HAN}]{{1,{_LONGEST}}}+")
_TELLING = 2
# Bits of a character's code, and how many texts can be told apart by the others of 32.
_CODE_BITS = 21
_TOGETHER = 1 << 32 - _CODE_BITS
_ASCII_WORDS = re.compile(r"([a-zA-Z0-9]++(?:\.[0-9]++)?%?)")


def words(text: str) -> list[str]:
    """Segment into words, longest first reading, no overlaps. Joined they give `text` back."""
    import rjieba

    found: list[str] = []
    for word in rjieba.cut(text):
        # rjieba leaves "1-5" and "f-35" whole.
        found += [word] if word.isalnum() or rjieba.has_word(word) else filter(None, _ASCII_WORDS.split(word))
    return found


def terms(text: str) -> Iterator[str]:
    """The index terms of `text`. Most stand as often as in the text, single characters once.

    "F-35" is found by its parts and by "f35", 第六十一次 by "第61次", too.
    """
    return iter(term_text(text).split())


def term_text(text: str) -> str:
    """`terms(text)` joined by spaces."""
    return term_texts([text])[0]


def term_texts(texts: Sequence[str], wordlist: Wordlist = NO_WORDS) -> list[str]:
    """`term_text` of each of many texts, which is faster together, with the words of a user's list."""
    folded = fold_all(texts)
    listed = wordlist.found(folded)
    characters = chain.from_iterable(
        _characters(folded[at : at + _TOGETHER]) for at in range(0, len(folded), _TOGETHER)
    )
    return [
        (" ".join([*_marks(text), *number_terms(text), *own]) + chinese).lstrip()
        for text, own, chinese in zip(folded, listed, characters, strict=True)
    ]


def query_terms(text: str, wordlist: Wordlist = NO_WORDS) -> dict[str, float]:
    """The index terms by which a question's text finds passages, each once, with what it counts for: more than 0."""
    import rjieba

    folded = fold(text)
    words_in = rjieba.cut_for_search(folded)
    chinese = dict.fromkeys(_HAN.findall(folded))
    pairs = {one + two: _ACROSS for one, two in pairwise(folded) if one in chinese and two in chinese}
    singles = {word: _SINGLE for word in words_in if word in chinese and word not in COMMON}
    rare = {char: _RARE for char in chinese if char not in _FREQUENT}
    marks = {word: _FIGURE if len(word) <= 2 and word.isdecimal() else _WHOLE for word in _marks(folded)}
    return (
        pairs
        | {word: _OF_TWO for word in words_in if word in pairs}
        | rare
        | singles
        | dict.fromkeys(number_terms(folded), _NUMBER)
        | marks
        | dict.fromkeys(wordlist.found([folded])[0], _WHOLE)
    )


def _marks(folded: str) -> list[str]:
    """Words in letters and digits, and runs of letters of scripts without words."""
    found: list[str] = _WORDS.findall(folded)
    if "-" in folded:
        for linked in _HYPHENATED.findall(folded):
            joined = linked.replace("-", "")
            if len(joined) <= _LONGEST and not joined.isdecimal():
                found.append(joined)
    if "+" in folded:
        found += _SUMS.findall(folded)
    return found + _STRANGE_WORDS.findall(folded)


def _characters(texts: Sequence[str]) -> Iterator[str]:
    """The pairs of Chinese characters in each of `_TOGETHER` texts and its distinct ones that are terms, a space before each."""
    import numpy as np

    codes = codes_of("".join(f"{text}\n" for text in texts))
    lengths = [len(text) + 1 for text in texts]
    ends = np.cumsum(lengths)
    kinds = _kinds()[codes]
    at = np.flatnonzero((kinds[:-1] > 0) & (kinds[1:] > 0))
    pairs = _spaced(codes[at], codes[at + 1])
    telling = np.flatnonzero(kinds == _TELLING)
    # The number of the text above the character's code: sorted, each text's characters stand together.
    owners = np.repeat(np.arange(len(texts), dtype=np.uint32) << _CODE_BITS, lengths)
    marked = np.sort(owners[telling] | codes[telling])
    distinct = marked[np.flatnonzero(np.diff(marked, prepend=np.uint32(0)))]
    singles = _spaced(distinct & np.uint32((1 << _CODE_BITS) - 1))
    pair_ends = 3 * np.searchsorted(at, ends)
    single_ends = 2 * np.searchsorted(distinct >> _CODE_BITS, np.arange(len(texts)), "right")
    for (pair, pair_end), (single, single_end) in zip(_ranges(pair_ends), _ranges(single_ends), strict=True):
        yield pairs[pair:pair_end] + singles[single:single_end]


def _ranges(ends: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    return pairwise([0, *ends.tolist()])


def _spaced(*columns: NDArray[np.uint32]) -> str:
    import numpy as np

    rows = np.full((len(columns[0]), 1 + len(columns)), ord(" "), np.uint32)
    for number, column in enumerate(columns, 1):
        rows[:, number] = column
    return text_of(rows)


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each code point 0, 1 if it is a Chinese character, `_TELLING` if it is a term by itself, too."""
    import numpy as np

    kinds = np.zeros(SEVERAL, np.uint8)
    for first, last in re.findall("(.)(?:-(.))?", HAN):
        kinds[ord(first) : ord(last or first) + 1] = _TELLING
    kinds[[ord(char) for char in COMMON]] = 1
    return kinds
