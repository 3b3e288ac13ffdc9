"""What the reader sees of a question and a text: characters, words, tags, and how both match, as arrays in numpy.

Training and answering use this one module, so that they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import fold, fold_with_offsets, roughly_tagged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qa.question import Question

LONGEST_QUESTION = 64
"""Characters of a question that are read: 99.9 % of CMRC's are shorter. Of longer ones the end is, where most ask."""

UNKNOWN_CHARACTER, UNKNOWN_WORD = 0, 0
"""Rows of what the tables do not hold."""

PLANE = 0x10000
"""Characters that may have rows: those of the basic plane."""

RARITY_SLOTS = 1 << 16
"""Slots of the table of pairs of characters, which they share by a hash."""

_INTERROGATIVE = re.compile(
    r"什么(?:时候|时间|样)?|为什么|为何|谁|哪(?:里|儿|些|个|位|一|几|年|天|家|种|项)?|何(?:时|地|处|人|种)?|几|多少|怎么?样?|如何|多[大高长久远重深宽]|吗|[?？]"
)
_STOP = frozenset("的了是在有和与及被于由为之其这那个吗呢,.?!、。()")
_TAGS = (
    "n",
    "nr",
    "nrt",
    "ns",
    "nt",
    "nz",
    "v",
    "vn",
    "a",
    "d",
    "m",
    "q",
    "r",
    "p",
    "c",
    "u",
    "uj",
    "t",
    "f",
    "s",
    "x",
    "eng",
    "i",
    "l",
    "j",
)
_TAG_ROWS = {tag: row for row, tag in enumerate(_TAGS, 1)}
TAGS = 4 * (len(_TAGS) + 1)
"""Rows of the table of tags: each tag at the beginning, inside and at the end of a word, and alone."""

KINDS = ("", *"articles how keywords list number title what when where who why yesno".split())
"""What the rows of the table of kinds stand for: those that there were when it was trained. The first is for all others."""

TEXT_FEATURES, QUESTION_FEATURES = 60, 8
"""How many numbers there are of each character of a text and of a question."""

MATCHES, TYPES = tuple(range(50)), tuple(range(51, 60))
"""Those of a text that say how it matches the question, and those that say which type of thing stands there."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known of characters and words.

    `characters` gives for each code point of the basic plane its row, `character_rarity` for each row how rare it is in
    0 … 1, `pair_rarity` the same for each slot of the hash of two characters; `words` rows of words.
    """

    characters: NDArray[np.uint16]
    character_rarity: NDArray[np.float32]
    pair_rarity: NDArray[np.float32]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Units:
    """A folded text as rows of tables, one for each character: of characters, of words, of tags."""

    characters: NDArray[np.uint16]
    words: NDArray[np.uint16]
    tags: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the reader sees it. `features` has the shape (characters, `QUESTION_FEATURES`)."""

    units: Units
    kind: int
    features: NDArray[np.float32]
    codes: NDArray[np.uint32]
    content: NDArray[np.bool_]
    distance: NDArray[np.int32]
    segments: frozenset[str]
    unit: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as the reader sees it beside a question. `features` has the shape (characters, `TEXT_FEATURES`)."""

    units: Units
    features: NDArray[np.float32]


def pair_slots(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The slot of each pair of neighbours."""
    import numpy as np

    return (codes[:-1].astype(np.int64) * 40503 + codes[1:].astype(np.int64) * 2654435761 >> 7) & (RARITY_SLOTS - 1)


def codes_of(text: str) -> NDArray[np.uint32]:
    """The code points of a text."""
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def folded_with_offsets(text: str) -> tuple[str, NDArray[np.int64]]:
    """`index.fold_with_offsets`, faster where each character folds to one."""
    import numpy as np

    folded = fold(text)
    if len(folded) == len(text):
        return folded, np.arange(len(text) + 1)
    folded, offsets = fold_with_offsets(text)
    return folded, np.array(offsets)


def units_of(tables: Tables, text: str, codes: NDArray[np.uint32], pieces: list[tuple[str, str]]) -> Units:
    """A folded text with its code points, cut into words, as rows of tables."""
    import numpy as np

    lengths = np.array([len(word) for word, _ in pieces], np.int64)
    rows = np.array([tables.words.get(word, UNKNOWN_WORD) for word, _ in pieces], np.uint16)
    tags = np.array([_TAG_ROWS.get(tag, _TAG_ROWS.get(tag[:1], 0)) for _, tag in pieces], np.uint8)
    ends = np.cumsum(lengths)
    places = np.full(len(text), 1, np.uint8)
    places[ends - lengths] = 0
    places[ends - 1] = 2
    places[(ends - 1)[lengths == 1]] = 3
    known = np.where(codes < PLANE, codes, 0)
    return Units(tables.characters[known], np.repeat(rows, lengths), 4 * np.repeat(tags, lengths) + places)


def see_question(tables: Tables, question: Question) -> Asked:
    """A question as arrays; where it has no text, as that of a question mark."""
    return see_asked(tables, question.text, question.kind, question.unit)


def see_asked(tables: Tables, text: str, kind: str, unit: str = "") -> Asked:
    """As `see_question`, from its text, kind and measure word."""
    import numpy as np

    folded = folded_with_offsets(text)[0].strip()[-LONGEST_QUESTION:] or "?"
    codes = codes_of(folded)
    pieces = roughly_tagged(folded)
    units = units_of(tables, folded, codes, pieces)
    asking = np.zeros(len(folded), np.bool_)
    first, last = len(folded), len(folded)
    for match in _INTERROGATIVE.finditer(folded):
        asking[match.start() : match.end()] = True
        if first == len(folded) and match.group() not in "?？吗":
            first, last = match.span()
    places = np.arange(len(folded))
    # Signed distance to the first interrogative: negative before it.
    distance = np.where(places < first, places - first, np.where(places >= last, places - last + 1, 0)).astype(np.int32)
    stop = np.array([char in _STOP or not char.isalnum() for char in folded], np.bool_)
    content = ~(asking | stop)
    rarity = tables.character_rarity[units.characters]
    features = np.stack(
        [
            asking,
            content,
            rarity,
            np.exp(-np.abs(distance) / 4) * (distance < 0),
            np.exp(-np.abs(distance) / 4) * (distance > 0),
            distance == 0,
            np.clip(distance / 20, -1, 1),
            places / 20,
        ],
        axis=1,
    ).astype(np.float32)
    segments = frozenset(word for word, _ in pieces if len(word) > 1 and not _INTERROGATIVE.fullmatch(word))
    number = KINDS.index(kind) if kind in KINDS else 0
    return Asked(units, number, features, codes, content, distance, segments, unit)
