"""Embedding models that sentence-transformers runs: everything but static ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .modelfolder import EMBEDDING, ModelFolder
from .neural import NeuralModel, open_neural
from .prompts import Prompts
from .static import unit

# Encoded once when a model is loaded: what it gives is the truth about its dimension.
_PROBE = "问报 Wenbao"


@dataclass(frozen=True, slots=True)
class TransformerEncoder:
    """A model with its own prompts for queries and documents; of its vectors the first `dimension` numbers."""

    name: str
    fingerprint: str
    dimension: int
    model: NeuralModel

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return unit(_embed(self.model, texts, query=query)[:, : self.dimension])


def _embed(model: NeuralModel, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
    embed = model.model.encode_query if query else model.model.encode_document
    # A tokenizer cannot be given half of a surrogate pair.
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    return model.run(lambda size: embed(whole, batch_size=size, show_progress_bar=False, convert_to_numpy=True))


def load_transformer(folder: ModelFolder, name: str, dimension: int | None, prompts: Prompts) -> TransformerEncoder:
    """Load a model; of its vectors the first `dimension` numbers are kept, or all.

    :raises WenbaoError: of the class that the folder's reference names, if it is damaged, no embedding model or too large.
    """
    stated = {"query": prompts.query, "document": prompts.document}
    model = open_neural(folder, EMBEDDING, prompts=stated)
    found = int(_embed(model, [_PROBE], query=True).shape[1])
    promised = model.model.get_embedding_dimension() or found
    if found != promised:
        raise folder.reference.damaged("the model", f"its settings say {promised} dimensions, but it gives {found}")
    cut = prompts.extra + folder.shortened(dimension, found)
    return TransformerEncoder(name, folder.fingerprint(*cut), dimension or found, model)
