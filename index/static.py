"""Static models: the mean of token vectors, read from their files and computed in numpy.

They are a tokenizer and a matrix: without importing torch a question asked in a fresh shell need not wait seconds for
them. The vectors are those of sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .modelfolder import EMBEDDING, ModelFolder
from .prompts import Prompts
from .tokens import fold
from .unigram import BulkTokenizer

# Texts tokenized at a time: 1,024 keep the tokenizer busy (64 halve its speed) and need little memory.
_BATCH = 1024
# Fewer texts than this are summed in the precision that the weights are stored in.
_FEW = 64
_WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class StaticEncoder:
    """A sentence-transformers `StaticEmbedding`.

    `folded` says that the model was trained on folded text (`index.tokens.fold`) and must be given it. `weights`
    (tokens, dimension) are as they are stored, in half precision perhaps.
    """

    name: str
    fingerprint: str
    folded: bool
    prompts: Prompts
    tokens: BulkTokenizer
    weights: NDArray[np.floating]

    @property
    def dimension(self) -> int:
        return int(self.weights.shape[1])

    @cached_property
    def _single(self) -> NDArray[np.float32]:
        """The weights as numpy sums them fastest: twice as fast, once the 0.1 s is spent that a question has not."""
        return self.weights.astype(np.float32, copy=False)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        weights = self.weights if len(texts) < _FEW else self._single
        prompt = self.prompts.query if query else self.prompts.document
        for start in range(0, len(texts), _BATCH):
            batch = [prompt + text for text in texts[start : start + _BATCH]]
            if self.folded:
                batch = [fold(text) for text in batch]
            for row, ids in enumerate(self.tokens(batch), start):
                # One gather a text stays in the cache: six times faster than np.add.reduceat over the whole batch.
                np.add.reduce(weights.take(ids, axis=0), axis=0, dtype=np.float32, out=vectors[row])
        return unit(vectors)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors (n, dimension) made to be of length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    lengths[lengths == 0] = 1
    scaled: NDArray[np.float32] = vectors / lengths
    return scaled


def load_static(folder: ModelFolder, name: str, dimension: int | None, prompts: Prompts) -> StaticEncoder:
    """Read a static model; of its vectors the first `dimension` numbers are kept, or all.

    :raises WenbaoError: of the class that the folder's reference names, if a file is damaged or they do not belong
        together.
    """
    from tokenizers import Tokenizer

    folder.check(EMBEDDING)
    inner = folder.static or folder.path
    try:
        tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))
    except Exception as error:  # the Rust library raises nothing narrower
        raise folder.reference.damaged("tokenizer.json", error) from error
    weights = _weights(folder, inner)
    if weights.ndim != 2 or weights.shape[0] < tokenizer.get_vocab_size():
        raise folder.reference.refused(
            f"{_WEIGHTS} has shape {tuple(weights.shape)} but tokenizer.json has {tokenizer.get_vocab_size()} tokens;"
            " the files do not belong together",
            "Copy the whole folder again",
        )
    tokenizer.no_padding()
    settings: Any = folder.settings.get("wenbao") or {}
    cut = prompts.extra + folder.shortened(dimension, int(weights.shape[1]))
    return StaticEncoder(
        name,
        folder.fingerprint(*cut),
        bool(isinstance(settings, dict) and settings.get("fold")),
        prompts,
        BulkTokenizer(tokenizer),
        np.ascontiguousarray(weights[:, :dimension]),
    )


def _weights(folder: ModelFolder, inner: Path) -> NDArray[np.floating]:
    """One row for each token: as sentence-transformers keeps them, or as model2vec does, which may share rows among
    tokens and weigh them."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(inner / _WEIGHTS, framework="numpy") as tensors:
            held = set(tensors.keys())
            if "embedding.weight" in held:
                rows: NDArray[Any] = tensors.get_tensor("embedding.weight")
                return rows
            if "embeddings" not in held:
                raise folder.reference.damaged(_WEIGHTS, "it holds no token vectors")
            rows = tensors.get_tensor("embeddings")
            if "mapping" in held:
                rows = rows[tensors.get_tensor("mapping")]
            if "weights" in held:
                rows = rows.astype(np.float32) * tensors.get_tensor("weights").astype(np.float32)[:, None]
            return rows if np.issubdtype(rows.dtype, np.floating) else rows.astype(np.float32)
    except (OSError, SafetensorError, IndexError, TypeError, ValueError) as error:
        raise folder.reference.damaged(_WEIGHTS, error) from error
