"""What the reader sees of texts beside a question: where they share characters, pairs and runs with it, and how near that is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index import roughly_tagged
from qa.reading import PLANE, Asked, Seen, Tables, Units, codes_of, pair_slots, units_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Longest run of characters in common that is told from longer ones.
_LONGEST_RUN = 8
# Characters of the question that an interrogative is next to at most.
_BESIDE = 4
_SENTENCE_ENDS, _CLAUSE_ENDS = "。!?;\n", "。!?;\n,:"
_MASKS = (
    re.compile(
        r"(?:公元前?)?\d{1,4}年(?:代|\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}世纪|[〇零一二三四五六七八九十]{2,4}年"
    ),
    re.compile(
        r"(?:\d[\d,]*(?:\.\d+)?|[零一二三四五六七八九十百千两]+)[多余]?[十百千万亿]*(?:%|[a-z]{1,3}|平方公里|平方米|公里|[一-鿿])"
    ),
    re.compile(r"[“「『《\"][^”」』》\"\0]{1,40}[”」』》\"]"),
    re.compile(
        r"[一-鿿]{2,16}(?:公司|集团|大学|学院|中学|小学|医院|银行|协会|中心|委员会|研究所|乐队|球队|军|党|社|局|部|厅)"
    ),
    re.compile(r"[一-鿿]{1,8}(?:省|市|县|区|镇|乡|村|州|国|岛|山|河|湖|路|街|站)"),
    re.compile(r"[^、,。;:!?\n\0]{1,12}(?:、[^、,。;:!?\n\0]{1,12})+"),
    re.compile(r"[a-z][a-z0-9 .'\-]*"),
    re.compile(r"\([^)\0]{1,60}\)"),
    re.compile(r"因为|由于|因此|所以|原因|为了|以便|导致|使得|造成|从而|是因"),
)


def see_texts(tables: Tables, asked: Asked, texts: Sequence[str]) -> list[Seen]:
    """Folded texts beside a question; they are looked at together, which is faster, and do not depend on each other."""
    import numpy as np

    if not texts:
        return []
    texts = [text.replace(_GAP, " ") for text in texts]
    joined = _GAP.join(["", *texts, ""])
    codes = codes_of(joined)
    pieces = [(_GAP, "x")]
    for text in texts:
        pieces += roughly_tagged(text)
        pieces.append((_GAP, "x"))
    units = units_of(tables, joined, codes, pieces)
    gaps = np.flatnonzero(codes == ord(_GAP))
    shared = _Shared.of(tables, asked, codes, _Places.of(gaps, len(codes)))
    columns = [
        *_match_columns(tables, asked, units, pieces, shared),
        *_near_columns(shared),
        *_segment_columns(codes, shared),
        *_type_columns(joined),
    ]
    features = np.empty((len(columns), len(codes)), np.float32)
    for row, column in zip(features, columns, strict=True):
        row[:] = column
    features = np.ascontiguousarray(features.T)
    return [
        Seen(Units(units.characters[a:b], units.words[a:b], units.tags[a:b]), features[a:b])
        for a, b in zip((gaps[:-1] + 1).tolist(), gaps[1:].tolist(), strict=True)
    ]


# Stands between texts that are looked at together.
_GAP = "\0"
# What is further away is not seen, in characters.
_FAR = 100


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each character stands: `place` in its text, `low` and `high` the bounds of the text in all texts, `text` its number.

    A gap belongs to the text after it.
    """

    place: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    text: NDArray[np.int64]
    gaps: NDArray[np.int64]

    @classmethod
    def of(cls, gaps: NDArray[np.int64], count: int) -> _Places:
        import numpy as np

        sizes = np.diff(np.append(gaps, count))
        text = np.repeat(np.arange(len(gaps)), sizes)
        low = gaps[text] + 1
        return cls(np.arange(count) - low, low, np.append(gaps[1:], count)[text], text, gaps)

    def most(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """For each character the greatest value in its text."""
        import numpy as np

        found: NDArray[np.floating] = np.maximum.reduceat(values, self.gaps)[self.text]
        return found


@dataclass(frozen=True, slots=True)
class _Shared:
    """What texts and question have in common.

    `one` (text, question): the same character, of those that say something; `any` whether or not they do. `two`: the
    pair that begins here. `run`: the length of the run through here. `weight` is the rarity of the question's pairs,
    `single` that of its characters; `pairs` for each character of the text the greatest weight of a pair it is in.
    """

    any: NDArray[np.bool_]
    one: NDArray[np.bool_]
    two: NDArray[np.bool_]
    run: NDArray[np.int8]
    weight: NDArray[np.float32]
    single: NDArray[np.float32]
    pairs: NDArray[np.float32]
    distance: NDArray[np.int32]
    places: _Places

    @classmethod
    def of(cls, tables: Tables, asked: Asked, codes: NDArray[np.uint32], places: _Places) -> _Shared:
        import numpy as np

        same = codes[:, None] == asked.codes[None, :]
        one = same & asked.content
        two = np.zeros_like(one)
        # One of the two may be a word like 的.
        two[:-1, :-1] = same[:-1, :-1] & same[1:, 1:] & (asked.content[:-1] | asked.content[1:])
        after = same.astype(np.int8)
        before = after.copy()
        for _ in range(_LONGEST_RUN - 1):
            after[:-1, :-1] = same[:-1, :-1] * (1 + after[1:, 1:])
            before[1:, 1:] = same[1:, 1:] * (1 + before[:-1, :-1])
        run = np.minimum(after + before - same, 2 * _LONGEST_RUN) * one
        weight = np.zeros(len(asked.codes), np.float32)
        weight[:-1] = tables.pair_rarity[pair_slots(asked.codes)]
        weight[:-1] *= asked.content[:-1] | asked.content[1:]
        single = tables.character_rarity[asked.units.characters] * asked.content
        starts = (two * weight).max(1)
        pairs = starts.copy()
        pairs[1:] = np.maximum(pairs[1:], starts[:-1])
        return cls(same, one, two, run, weight, single, pairs, asked.distance, places)


def _match_columns(
    tables: Tables, asked: Asked, units: Units, pieces: list[tuple[str, str]], shared: _Shared
) -> list[NDArray[Any]]:
    import numpy as np

    lengths = [len(word) for word, _ in pieces]
    in_question = np.repeat(np.array([word in asked.segments for word, _ in pieces], np.float32), lengths)
    run = shared.run.max(1).astype(np.float32)
    beside = (asked.distance > 0) & (asked.distance <= _BESIDE)
    ahead = (asked.distance < 0) & (asked.distance >= -_BESIDE)
    return [
        shared.any.any(1),
        shared.one.any(1),
        (shared.one * shared.single).max(1),
        shared.pairs,
        run / _LONGEST_RUN,
        run >= 3,
        in_question,
        tables.character_rarity[units.characters],
        (shared.one & beside).any(1),
        (shared.one & ahead).any(1),
        np.isin(units.characters, [tables.characters[ord(c)] for c in asked.unit if ord(c) < PLANE]),
    ]


def _near_columns(shared: _Shared) -> list[NDArray[Any]]:
    """How far the nearest shared pairs are, and where in the question, as seen from its interrogative, they stand."""
    import numpy as np

    count = len(shared.pairs)
    # Texts stand so far apart that none sees another.
    spread = np.arange(count) + shared.places.text * _FAR
    columns: list[NDArray[Any]] = []
    # Where in the question the likeliest partner of each position is: of the longest run, else of the greatest weight.
    best = (shared.run + shared.single).argmax(1)
    partner = shared.distance[best]
    side = (np.exp(-np.abs(partner) / 3) * np.sign(partner)).astype(np.float32)
    rare = 0.6 * shared.places.most(shared.pairs)
    numbers = np.arange(count)
    for hit in (shared.pairs > 0, (shared.pairs >= rare) & (shared.pairs > 0)):
        left = np.maximum.accumulate(np.where(hit, numbers, 0))
        right = np.minimum.accumulate(np.where(hit, numbers, count - 1)[::-1])[::-1]
        for nearest in (left, right):
            away = np.minimum(np.abs(spread - spread[nearest]), _FAR)
            away[~hit[nearest]] = _FAR
            columns += [np.exp(away / -4), np.log1p(away) / 5, (away < _FAR) * side[nearest]]
    total = np.concatenate([[0], np.cumsum(shared.pairs, dtype=np.float64)])
    for reach in (6, 15, 40):
        low, high = np.maximum(numbers - reach, shared.places.low), np.minimum(numbers + reach + 1, shared.places.high)
        columns.append((total[high] - total[np.minimum(low, high)]) / reach)
    return columns


def _segment_columns(codes: NDArray[np.uint32], shared: _Shared) -> list[NDArray[Any]]:
    """How much of the question the sentence, the clause and their neighbours share."""
    import numpy as np

    columns: list[NDArray[Any]] = []
    count = len(codes)
    numbers = np.arange(count)
    gaps = shared.places.gaps
    all_two, all_one = max(float(shared.weight.sum()), 1e-6), max(float(shared.single.sum()), 1e-6)
    for ends in (_SENTENCE_ENDS, _CLAUSE_ENDS):
        stops = np.flatnonzero(np.isin(codes, codes_of(ends))) + 1
        # A gap is a segment by itself.
        starts = np.unique(np.concatenate([gaps, gaps + 1, stops]))
        starts = starts[starts < count]
        lengths = np.diff(np.append(starts, count))
        number = np.repeat(np.arange(len(starts)), lengths)
        two = np.logical_or.reduceat(shared.two, starts, axis=0)
        share = two @ shared.weight / all_two
        share_one = np.logical_or.reduceat(shared.one, starts, axis=0) @ shared.single / all_one
        longest = np.maximum.reduceat(shared.run.max(1), starts) / _LONGEST_RUN
        text = shared.places.text[starts]
        firsts = np.searchsorted(starts, gaps)
        top = [np.maximum.reduceat(values, firsts)[text] for values in (share, share_one)]
        spread = [share, share_one, _before(share), _before(share_one), _after(share)]
        spread += [share - top[0], share_one - top[1], longest]
        columns += [values[number] for values in spread]
        columns.append(np.log1p(numbers - starts[number]) / 5)
        columns.append(np.log1p(starts[number] + lengths[number] - 1 - numbers) / 5)
        if ends == _SENTENCE_ENDS:
            columns += _sides(shared, starts[number], (starts + lengths)[number], all_two)
    columns.append(np.minimum(shared.places.place / 500, 2.0))
    return columns


def _sides(shared: _Shared, low: NDArray[np.int64], high: NDArray[np.int64], total: float) -> list[NDArray[np.float64]]:
    """How much of what stands before, and behind, the interrogative stands left, and right, of each character in its sentence."""
    import numpy as np

    columns = []
    numbers = np.arange(len(low))
    for part in (shared.distance < 0, shared.distance > 0):
        # Half a pair for each of its characters.
        sums = np.concatenate([[0], np.cumsum((shared.two * (shared.weight * part)).max(1), dtype=np.float64)])
        columns += [
            np.minimum((sums[numbers] - sums[low]) / total, 1),
            np.minimum((sums[high] - sums[numbers]) / total, 1),
        ]
    return columns


def _before(values: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.concatenate([[0], values[:-1]])


def _after(values: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.concatenate([values[1:], [0]])


def _type_columns(joined: str) -> list[NDArray[Any]]:
    import numpy as np

    columns: list[NDArray[Any]] = []
    for pattern in _MASKS:
        mask = np.zeros(len(joined), np.float32)
        for match in pattern.finditer(joined):
            mask[match.start() : match.end()] = 1
        columns.append(mask)
    return columns
