"""Batches for the reader: passages cut to windows, parts that do not answer beside them, padded arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from reader_data import Packed, Set
from reader_net import Batch
from torch import Tensor

from qa.reading import LONGEST_QUESTION

WINDOW = 400
"""Characters of a text that are read at once."""

CHARACTERS = 13_000
"""Padded characters of a batch."""

STEP, QUESTION_STEP = 40, 16
"""Batches are padded to multiples of these, and to as many windows as go in: for every new shape the matrix library prepares
its code anew, which takes as long as a step."""


@dataclass(frozen=True, slots=True)
class Window:
    """Characters `low : high` of a text, of the question in this place of its batch; `gold` (start, last) or None."""

    text: int
    low: int
    high: int
    gold: tuple[int, int] | None


Group = tuple[int, list[Window]]
"""A question and what it is read with."""


def near(breaks: NDArray[np.int64], place: int) -> int:
    """The break next to a place."""
    return int(breaks[np.abs(breaks - place).argmin()])


def cut(found: Set, item: int, rng: np.random.Generator, size: int) -> tuple[int, int]:
    """A window of at most `size` characters around the answer, mostly between two sentences."""
    text = int(found.first[item])
    length = int(found.texts.lengths[text])
    if length <= size:
        return 0, length
    start, last = found.gold[item]
    low = (
        int(rng.integers(max(0, last + 1 - size), max(0, min(start, length - size)) + 1))
        if last - start < size
        else start
    )
    breaks = np.concatenate([[0], found.breaks[item]])
    snapped = near(breaks, low)
    low = snapped if snapped <= start and last < snapped + size else low
    high = min(low + size, length)
    ends = breaks[(breaks > last) & (breaks <= high)]
    return low, int(ends[-1]) if len(ends) else high


def group(found: Set, item: int, rng: np.random.Generator) -> Group:
    """What a question is read with this time: all of its passage or a part, and perhaps parts that do not answer."""
    text = int(found.first[item])
    length = int(found.texts.lengths[text])
    start, last = (int(x) for x in found.gold[item])
    split = rng.random() < 0.35
    low, high = cut(found, item, rng, int(rng.integers(180, 330)) if split else WINDOW)
    windows = [Window(text, low, high, (start - low, last - low))]
    if split and length > 400:
        # The larger rest of the passage.
        a, b = (0, low) if low > length - high else (high, length)
        if b - a > 80:
            windows.append(Window(text, max(a, b - 330) if a == 0 else a, min(b, a + 330) if a else b, None))
    wrong = int(found.wrong[item])
    if wrong and rng.random() < 0.3:
        other = text + 1 + int(rng.integers(wrong))
        windows.append(Window(other, 0, min(int(found.texts.lengths[other]), 400), None))
    return item, windows


def batches(groups: list[Group], rng: np.random.Generator) -> Iterator[list[Group]]:
    """Groups of like length, so many that their windows are `CHARACTERS` together."""
    longest = [max(w.high - w.low for w in windows) for _, windows in groups]
    order = np.argsort(np.array(longest) + rng.uniform(-25, 25, len(longest)))
    made: list[list[Group]] = []
    batch: list[Group] = []
    most = count = 0
    for at in order:
        windows = groups[at][1]
        if batch and count + len(windows) > rows_of(max(most, longest[at])):
            made.append(batch)
            batch, most, count = [], 0, 0
        batch.append(groups[at])
        most, count = max(most, longest[at]), count + len(windows)
    made.append(batch)
    for at in rng.permutation(len(made)):
        yield made[at]


def rows_of(longest: int) -> int:
    """How many windows go into a batch."""
    return CHARACTERS // padded(longest, STEP)


def padded(length: int, step: int) -> int:
    return -(-length // step) * step


def fill(
    packed: Packed, pieces: list[tuple[int, int, int]], rows: int = 0, step: int = 1
) -> tuple[tuple[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """Padded arrays of pieces (text, low, high), and which characters they have; `rows` of them at least, of which those
    without a piece have one unknown character."""
    width = padded(max(high - low for _, low, high in pieces), step)
    size = (max(rows, len(pieces)), width)
    characters, words, tags = (np.zeros(size, np.int32) for _ in range(3))
    features = np.zeros((*size, packed.features.shape[1]), np.float32)
    mask = np.zeros(size, np.float32)
    mask[:, 0] = 1
    for row, (text, low, high) in enumerate(pieces):
        begin = int(packed.ends[text] - packed.lengths[text])
        part = slice(begin + low, begin + high)
        n = high - low
        characters[row, :n] = packed.characters[part]
        words[row, :n] = packed.words[part]
        tags[row, :n] = packed.tags[part]
        features[row, :n] = packed.features[part]
        mask[row, :n] = 1
    tensors = tuple(map(torch.from_numpy, (characters, words, tags, features)))
    return tensors, torch.from_numpy(mask)  # type: ignore[return-value]


def sentence(breaks: NDArray[np.int64], window: Window) -> tuple[int, int]:
    """The part of a window that is the sentence its answer begins in."""
    if window.gold is None:
        return -1, -1
    at = int(np.searchsorted(breaks, window.low + window.gold[0], "right"))
    low = int(breaks[at - 1]) if at else 0
    high = int(breaks[at]) if at < len(breaks) else window.high
    return max(low - window.low, 0), min(high, window.high) - window.low


def tensors(found: Set, chosen: list[Group]) -> Batch:
    """The arrays of a batch. What fills it up belongs to a question behind the last one."""
    windows = [(place, window) for place, (_, held) in enumerate(chosen) for window in held]
    rows = max(rows_of(max(w.high - w.low for _, w in windows)), len(windows))
    lengths = np.minimum(found.questions.lengths[[item for item, _ in chosen]], LONGEST_QUESTION)
    pieces = [(item, 0, int(length)) for (item, _), length in zip(chosen, lengths, strict=True)]
    asked, asked_mask = fill(found.questions, pieces, rows + 1, QUESTION_STEP)
    seen, mask = fill(found.texts, [(w.text, w.low, w.high) for _, w in windows], rows, STEP)
    gold = np.full((rows, 2), -1)
    bounds = np.full((rows, 2), -1)
    owner = np.full(rows, rows)
    for row, (place, window) in enumerate(windows):
        owner[row] = place
        if window.gold:
            gold[row] = window.gold[0], window.gold[1] - window.gold[0]
        bounds[row] = sentence(found.breaks[chosen[place][0]], window)
    kinds = np.zeros(rows + 1, np.int64)
    kinds[: len(chosen)] = found.kinds[[item for item, _ in chosen]]
    kinds, owner, gold, bounds = map(torch.from_numpy, (kinds, owner, gold, bounds))
    return Batch(asked, asked_mask, kinds, seen, mask, owner, gold, bounds)
