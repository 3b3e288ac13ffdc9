"""Writes the reader's file: weights in half precision as numpy multiplies by them, tables, lists of characters and words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from reader_net import Net
from safetensors.numpy import save_file

from qa.reader import FORMAT
from qa.reading import Tables


def export(net: Net, tables: Tables, characters: Sequence[str], path: Path) -> None:
    """Write a trained network with the tables that it was trained with."""
    held = {}
    for name, value in net.state_dict().items():
        array = value.detach().float().numpy()
        if name == "words":
            held[name] = np.round(array * 127).astype(np.int8)
            continue
        matrix = name.endswith(".weight") and array.ndim == 2 and name not in _ROWS
        held[name] = np.ascontiguousarray(array.T if matrix else array).astype(np.float16)
    held["tables.character_rarity"] = tables.character_rarity.astype(np.float16)
    held["tables.pair_rarity"] = np.round(tables.pair_rarity * 255).astype(np.uint8)
    words = sorted(tables.words, key=tables.words.__getitem__)
    held["tables.characters"] = _text("".join(characters))
    held["tables.words"] = _text("\n".join(words))
    save_file(held, path, {"format": FORMAT})


# Tables of embeddings: a row for each thing.
_ROWS = frozenset({"characters.weight", "tags.weight", "kinds.weight"})


def _text(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(text.encode(), np.uint8)
