"""A small neural network that reads a text for a question: the exact span that answers, and how likely each place is.

Trained from scratch on open data (`training/reader.py`, qa/reader.md) and computed here in numpy. Each text is read by
itself, in windows; only the last step, probabilities, looks at all texts together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import WenbaoError
from qa.beside import see_texts
from qa.network import Network, make_weights, skewed
from qa.reading import PLANE, RARITY_SLOTS, Tables, folded_with_offsets, see_question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from qa.network import Weights
    from qa.question import Question

BUILTIN = Path(__file__).with_name("reader.safetensors")

BEST = 10
"""Spans given for each text."""

# Several spans of the folded text may be one in the text that was given.
_SEVERAL = 2

WINDOW, OVERLAP = 1024, 128
"""Characters read at once, and how many of them two windows share: as many as the longest answer has. On whole passages of CMRC
2018 trial windows of 512 cost a hundredth of the right sentences: what a sentence is about often stands far before it."""

FORMAT = "wenbao reader 1"


class ReaderDamaged(WenbaoError):
    """The file of the reader's weights is missing or cannot be used."""


@dataclass(frozen=True, slots=True)
class SpanFound:
    """`text[start:end]` of the text that was given; `score` is the natural logarithm of its probability, among all spans of all
    texts read together and that none answers."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one text.

    `spans` are the best `BEST`, best first, equal ones in the order of the text. `starts` and `ends`, of shape
    (characters of the text,), are the probabilities that the answer starts at and ends with each character, over all texts read
    together. `none` is the probability that this text, looked at alone, holds no answer.
    """

    spans: tuple[SpanFound, ...]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    none: float


@dataclass(frozen=True, slots=True)
class _Window:
    """Scores (characters, longest answer) of the spans of folded characters `low : low + len(scores)` of a text, above that
    of none."""

    text: int
    low: int
    scores: NDArray[np.float32]


class SpanReader:
    """The reader with its weights; `load_reader` keeps one."""

    def __init__(self, tables: Tables, weights: Weights) -> None:
        self.tables = tables
        self.weights = weights

    @classmethod
    def load(cls, path: Path = BUILTIN) -> SpanReader:
        """Read weights and tables.

        :raises ReaderDamaged: if the file is missing, damaged or of another format.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                layout = (file.metadata() or {}).get("format")
                held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 — it is no mapping
            if layout != FORMAT:
                raise ValueError(f"it is not of the format {FORMAT!r}")
            return cls(_tables(held), make_weights(held))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, IndexError) as error:
            reason = " ".join(str(error).split())[:160] or type(error).__name__
            raise ReaderDamaged(
                f"{path.name}: the reader's weights cannot be read ({reason}). Install wenbao again."
            ) from error

    def read(self, question: Question, texts: Sequence[str]) -> list[Reading]:
        """Read texts for a question; as many readings, in their order."""
        asked = see_question(self.tables, question)
        network = Network(self.weights, asked)
        folded = [folded_with_offsets(text) for text in texts]
        places = [(number, low) for number, (text, _) in enumerate(folded) for low in _lows(len(text))]
        seen = see_texts(self.tables, asked, [folded[number][0][low : low + WINDOW] for number, low in places])
        windows = [
            _Window(number, low, scores) for (number, low), scores in zip(places, network.scores(seen), strict=True)
        ]
        return _readings(windows, texts, [offsets for _, offsets in folded])


@cache
def load_reader() -> SpanReader:
    """The built-in reader, loaded once.

    :raises ReaderDamaged: as `SpanReader.load`.
    """
    return SpanReader.load()


def _tables(held: Mapping[str, Any]) -> Tables:
    import numpy as np

    characters = held["tables.characters"].tobytes().decode()
    words = held["tables.words"].tobytes().decode().split("\n")
    rarity, pairs = held["tables.character_rarity"], held["tables.pair_rarity"]
    if (
        rarity.shape != (len(characters) + 1,)
        or len(held["characters.weight"]) != len(characters) + 1
        or len(held["words"]) != len(words) + 1
        or pairs.shape != (RARITY_SLOTS,)
    ):
        raise ValueError("its tables do not belong together")
    rows = np.zeros(PLANE, np.uint16)
    rows[[ord(char) for char in characters]] = np.arange(1, len(characters) + 1)
    numbers = {word: row for row, word in enumerate(words, 1)}
    return Tables(rows, rarity.astype(np.float32), pairs.astype(np.float32) / 255, numbers)


def _lows(length: int) -> range:
    """Where the windows of a text begin."""
    return range(0, max(1, length - OVERLAP), WINDOW - OVERLAP) if length > WINDOW else range(min(1, length))


def _readings(windows: Sequence[_Window], texts: Sequence[str], offsets: Sequence[NDArray[np.int64]]) -> list[Reading]:
    import numpy as np

    logs: list[float] = []
    likely: list[NDArray[np.float32]] = []
    for window in windows:
        top = window.scores.max()
        likely.append(np.exp(window.scores - top))
        logs.append(float(top) + float(np.log(likely[-1].sum(dtype=np.float64))))
    # e^0 stands for "none": scores are above it.
    total = float(np.logaddexp.reduce([0.0, *logs]))
    for window, values in zip(windows, likely, strict=True):
        values *= np.exp(window.scores.max() - total)
    found = []
    for number, text in enumerate(texts):
        own = [at for at, window in enumerate(windows) if window.text == number]
        count = len(offsets[number]) - 1
        starts, ends = np.zeros(count), np.zeros(count)
        spans: dict[tuple[int, int], float] = {}
        for at in own:
            low, values = windows[at].low, likely[at]
            length, longest = values.shape
            starts[low : low + length] += values.sum(1)
            square = np.zeros((length, length + longest), np.float32)
            skewed(square, longest)[...] = values
            ends[low : low + length] += square.sum(0)[:length]
            flat = windows[at].scores.ravel()
            for place in _highest(windows[at].scores, _SEVERAL * BEST).tolist():
                start, size = divmod(place, longest)
                if start + size < length:
                    span = _original(text, offsets[number], low + start, low + start + size + 1)
                    spans.setdefault(span, float(flat[place]) - total)
        order = sorted(spans.items(), key=lambda item: (-item[1], item[0]))[:BEST]
        alone = float(np.logaddexp.reduce([0.0, *(logs[at] for at in own)]))
        found.append(
            Reading(
                tuple(SpanFound(start, end, score) for (start, end), score in order),
                _unfolded(starts, offsets[number], len(text)),
                _unfolded(ends, offsets[number], len(text)),
                float(np.exp(-alone)),
            )
        )
    return found


def _highest(scores: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """Where the `most` highest of (characters, lengths) scores stand in the flat array, highest first."""
    import numpy as np

    tops = scores.max(1)
    # Those of the best begin where the best of a character are among the best of all characters.
    rows = np.sort(np.argpartition(-tops, most - 1)[:most]) if len(tops) > most else np.arange(len(tops))
    chosen = scores[rows].ravel()
    order = np.argsort(-chosen, kind="stable")[:most]
    row, size = np.divmod(order, scores.shape[1])
    found: NDArray[np.int64] = rows[row] * scores.shape[1] + size
    return found


# Marks and spaces that are no part of an answer at its ends.
_EDGES = " \t\r\n\u3000,，。；;：:、"


def _original(text: str, offsets: NDArray[np.int64], start: int, end: int) -> tuple[int, int]:
    """Folded characters `start : end` in the text that was given, without `_EDGES`; a character folded to several is whole."""
    low, high = int(offsets[start]), int(offsets[end - 1]) + 1
    part = text[low:high]
    if not part.strip(_EDGES):
        return low, high
    return low + len(part) - len(part.lstrip(_EDGES)), high - len(part) + len(part.rstrip(_EDGES))


def _unfolded(values: NDArray[np.float64], offsets: NDArray[np.int64], length: int) -> NDArray[np.float32]:
    """Sums of folded characters' values for each character of the text that was given."""
    import numpy as np

    return np.bincount(offsets[:-1], values, length).astype(np.float32)
