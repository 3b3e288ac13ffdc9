"""The reader's network in numpy: what `training/reader_net.py` trained, for one question and the windows of several texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.reading import Asked, Seen, Units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.float32]]

# Taken row by row, and so left as they are stored.
_ROWS = ("characters.weight", "words")


_LINEAR = (
    "ask_in ask_pool key key_bias value topic text_in again_key again_ask again_value gate mix look.norm look.parts look.out"
    " final final_gate ends none"
)
_SINGLE = (*_ROWS, "word.weight", "tags.weight", "kinds.weight", "lengths")


def _layers(weights: Weights) -> int:
    return sum(name.startswith("read.") and name.endswith(".around") for name in weights)


def make_weights(held: Mapping[str, Any]) -> Weights:
    """The tensors of a file as they are computed with.

    :raises ValueError: if one is missing.
    """
    import numpy as np

    weights = {
        name: value if name in _ROWS else np.ascontiguousarray(value, np.float32)
        for name, value in held.items()
        if not name.startswith("tables.")
    }
    layers = [f"{part}.{number}" for part, count in (("ask", 2), ("read", _layers(weights))) for number in range(count)]
    linear = [*_LINEAR.split(), *(f"{layer}.{part}" for layer in layers for part in ("gates", "norm"))]
    needed = {f"{name}.{part}" for name in linear for part in ("weight", "bias")} | {
        f"{layer}.around" for layer in layers
    }
    if missing := sorted(needed.union(_SINGLE) - set(weights)):
        raise ValueError(f"{missing[0]} is missing")
    # Words are stored in bytes.
    weights["word.weight"] /= 127
    return weights


class Network:
    """The network of `training/reader_net.py` for one question: what it knows of the question is computed once."""

    def __init__(self, weights: Weights, asked: Asked) -> None:
        import numpy as np

        self.weights = weights
        self.layers = _layers(weights)
        embedded = self._embed(asked.units)
        kind = np.broadcast_to(
            weights["kinds.weight"][asked.kind], (len(asked.features), weights["kinds.weight"].shape[1])
        )
        h = self._linear("ask_in", np.concatenate([embedded, asked.features, kind], 1))
        for number in range(2):
            h = self._layer(f"ask.{number}", [h])[0]
        topic = _softmax(self._linear("ask_pool", h)[:, 0]) @ h
        self.keys = np.maximum(self._linear("key", embedded), 0)
        self.bias = self._linear("key_bias", asked.features)[:, 0]
        self.values = np.concatenate([self._linear("value", h), self.keys], 1)
        self.topic = self._linear("topic", topic)
        self.again_keys, self.again_values = self._linear("again_key", h), self._linear("again_value", h)
        self.gate, self.final_gate = self._linear("gate", topic), self._linear("final_gate", topic)

    def scores(self, seen: Sequence[Seen]) -> list[NDArray[np.float32]]:
        """For each window of text (characters, longest answer) the scores of spans by start and length, above that of none."""
        if not seen:
            return []
        read = [self._joined(window) for window in seen]
        read = self._layer("read.0", read)
        read = [self._again(x) for x in read]
        for number in range(1, self.layers):
            read = self._layer(f"read.{number}", read)
            if number == 1:
                read = [self._look(x) for x in read]
        return [self._spans(x) for x in read]

    def _linear(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        # In place: fresh memory of this size costs more than the sum.
        found: NDArray[np.float32] = x @ self.weights[f"{name}.weight"]
        found += self.weights[f"{name}.bias"]
        return found

    def _embed(self, units: Units) -> NDArray[np.float32]:
        import numpy as np

        weights = self.weights
        words = weights["words"][units.words].astype(np.float32) @ weights["word.weight"]
        characters = weights["characters.weight"][units.characters].astype(np.float32)
        return np.concatenate([characters, words, weights["tags.weight"][units.tags]], 1)

    def _joined(self, seen: Seen) -> NDArray[np.float32]:
        import numpy as np

        embedded = self._embed(seen.units)
        own = self._linear("key", embedded)
        np.maximum(own, 0, out=own)
        size = own.shape[1]
        scores = own @ self.keys.T
        scores *= np.float32(size**-0.5)
        scores += self.bias
        found = _softmax(scores) @ self.values
        found[:, size:] *= own
        joined = self._linear("text_in", np.concatenate([embedded, seen.features, found], 1))
        joined += self.topic
        return joined

    def _again(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        size = self.again_keys.shape[1]
        scores = self._linear("again_ask", x) @ self.again_keys.T
        scores *= np.float32(size**-0.5)
        mixed = self._linear("mix", np.concatenate([x, x * self.gate, _softmax(scores) @ self.again_values], 1))
        np.maximum(mixed, 0, out=mixed)
        mixed += x
        return mixed

    def _look(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        parts = self._linear("look.parts", self._normal("look.norm", x))
        asks, keys, values = np.split(parts, 3, axis=1)
        asks *= np.float32(asks.shape[1] ** -0.5)
        found = self._linear("look.out", _softmax(asks @ keys.T) @ values)
        found += x
        return found

    def _normal(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        centred: NDArray[np.float32] = x - x.mean(1, keepdims=True)
        spread = np.einsum("ij,ij->i", centred, centred) / np.float32(x.shape[1]) + np.float32(1e-5)
        centred *= 1 / np.sqrt(spread)[:, None]
        centred *= self.weights[f"{name}.weight"]
        centred += self.weights[f"{name}.bias"]
        return centred

    def _layer(self, name: str, texts: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """The recurrence over several texts together: a step costs as much for one as for many."""
        import numpy as np

        width = texts[0].shape[1]
        half = width // 2
        longest = max(map(len, texts))
        # (steps, texts, both directions): the second direction begins at the end of each text.
        keep = np.zeros((longest, len(texts), width), np.float32)
        new = np.zeros((longest, len(texts), width), np.float32)
        outs = []
        around = self.weights[f"{name}.around"]
        for number, x in enumerate(texts):
            normal = self._normal(f"{name}.norm", x)
            mixed = normal.copy()
            mixed[1:] += around[0] * normal[:-1]
            mixed[:-1] += around[1] * normal[1:]
            gates = self._linear(f"{name}.gates", mixed)
            _sigmoid(gates[:, width:])
            kept = gates[:, width : 2 * width]
            np.multiply(gates[:, :width], kept, out=mixed)
            gates[:, :width] -= mixed
            for target, source in ((keep, kept), (new, gates)):
                target[: len(x), number, :half] = source[:, :half]
                target[: len(x), number, half:] = source[::-1, half:width]
            outs.append(gates[:, 2 * width :])
        last = new[0]
        for k, here in zip(keep[1:], new[1:], strict=True):
            # In place: `new` becomes the states.
            np.multiply(k, last, out=k)
            np.add(here, k, out=here)
            last = here
        found = []
        for number, (x, out) in enumerate(zip(texts, outs, strict=True)):
            state = np.empty_like(x)
            state[:, :half] = new[: len(x), number, :half]
            state[:, half:] = new[: len(x), number, half:][::-1]
            state -= x
            state *= out
            state += x
            found.append(state)
        return found

    def _spans(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        x = self._normal("final", x)
        both = np.concatenate([x, x * self.final_gate], 1)
        ends = self._linear("ends", both)
        size = (ends.shape[1] - 2) // 2
        lengths = self.weights["lengths"]
        count, longest = len(x), len(lengths)
        left, right = ends[:, 2 : 2 + size], ends[:, 2 + size :]
        square = np.full((count, count + longest), -1e4, np.float32)
        np.matmul(left * np.float32(size**-0.5), right.T, out=square[:, :count])
        square[:, :count] += ends[:, 1]
        scores = skewed(square, longest) + ends[:, :1]
        scores += lengths - self._linear("none", both.max(0))[0]
        return scores


def skewed(square: NDArray[np.float32], longest: int) -> NDArray[np.float32]:
    """A view of (starts, lasts) by start and length: row t from t on."""
    from numpy.lib.stride_tricks import as_strided

    row, column = square.strides
    return as_strided(square, (len(square), longest), (row + column, column))


def _softmax(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """In place, and given back."""
    import numpy as np

    x -= x.max(-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(-1, keepdims=True)
    return x


def _sigmoid(x: NDArray[np.float32]) -> None:
    """In place; the hyperbolic tangent is one pass fewer than the exponential."""
    import numpy as np

    half = np.float32(0.5)
    x *= half
    np.tanh(x, out=x)
    x *= half
    x += half
