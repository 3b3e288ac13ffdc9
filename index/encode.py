"""Text to unit vectors: sentence-transformers behind a one-method protocol, and the built-in model.

The built-in model (`index/builtin/`) and every other static one are read without importing torch; all other models are
loaded by sentence-transformers itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import EncoderError
from .hub import find_model
from .modelfolder import ModelFolder, ModelReference
from .prompts import prompts_of
from .static import load_static

BUILTIN = "builtin"
BUILTIN_FOLDER = Path(__file__).with_name("builtin")

_SHORTENED = "@"
"""Stands in an encoder's name before the number of dimensions that are kept: `builtin@128`."""


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their similarity."""

    @property
    def name(self) -> str:
        """What it is loaded by: `builtin`, a folder or a model name, and perhaps `@` and a dimension."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may change; archives are checked against it.

        Not with the device and its precision: an archive built on a graphics card is asked on any machine.
        """

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Vectors of shape `(len(texts), dimension)`, of length 1; a static model gives zeros for a text without any
        token that it knows.

        :raises EncoderError: if there is not enough memory, or the model gives no finite numbers.
        """


def load_encoder(name: str | None = None) -> Encoder:
    """Load an encoder: the built-in one, a model folder, or a model of the hub by its name.

    `NAME@256` keeps the first 256 numbers of its vectors, for models trained for that. A model of the hub is taken from
    this machine if it was downloaded before; only otherwise is the network tried.

    :raises EncoderError: if the model is not there, is damaged, of another kind or too large.
    """
    base, dimension = _split(BUILTIN if name is None else name)
    if base == BUILTIN:
        reference, path = ModelReference(base, instead="install wenbao again"), BUILTIN_FOLDER
    else:
        reference = ModelReference(base)
        path = find_model(reference)
    folder = ModelFolder.read(reference, path)
    # A folder is to be found from wherever the archive is asked.
    known_as = str(path) if base != BUILTIN and Path(base).expanduser().is_dir() else base
    known_as += f"{_SHORTENED}{dimension}" if dimension else ""
    prompts = prompts_of(base, folder.settings)
    if folder.static is not None:
        return load_static(folder, known_as, dimension, prompts)
    from .transformer import load_transformer

    return load_transformer(folder, known_as, dimension, prompts)


def _split(name: str) -> tuple[str, int | None]:
    """A model's name and the number of dimensions kept, if it says one."""
    base, mark, size = name.rpartition(_SHORTENED)
    if not mark or Path(name).expanduser().is_dir():
        return name, None
    if not size.isdecimal() or not base:
        raise EncoderError(
            f"{name}: behind {_SHORTENED} the number of dimensions to keep is needed, as in {BUILTIN}@128."
        )
    return base, int(size)
