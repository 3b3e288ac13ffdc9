"""Text to unit vectors: sentence-transformers behind a one-method protocol, and the built-in model.

The built-in model (`index/builtin/`) and every other plain `StaticEmbedding` folder are read here directly, tokenizer
and matrix, without importing torch: a question asked in a fresh shell must not wait seconds for it. The vectors are
those of sentence-transformers. All other models are loaded by sentence-transformers itself.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError
from index.tokens import fold
from index.unigram import BulkTokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUILTIN = "builtin"
BUILTIN_FOLDER = Path(__file__).with_name("builtin")

# Texts tokenized at a time: 1,024 keep the tokenizer busy (64 halve its speed) and need little memory.
_BATCH = 1024
# Fewer texts than this are summed in the precision that the weights are stored in.
_FEW = 64
# Files up to this size are hashed whole; larger ones by samples, because hashing 2 GB takes seconds at every start.
_HASHED_WHOLE = 64 << 20
_SAMPLES, _SAMPLE_SIZE = 16, 1 << 20
# Seconds the model hub has for answering whether it knows a model. It is asked only for a model not on this machine.
_HUB_TIMEOUT = 5.0
# What identifies the vectors: weights, tokenizers and settings, but not the model card.
_MODEL_FILES = frozenset({".safetensors", ".bin", ".json", ".txt", ".model", ".py", ".onnx", ".xml"})

_log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their similarity."""

    @property
    def name(self) -> str:
        """What was asked for: `builtin`, a folder or a model name."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may change; archives are checked against it."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Vectors of shape `(len(texts), dimension)`, of length 1; a text without any known token gives zeros."""


@dataclass(frozen=True)
class StaticEncoder:
    """A sentence-transformers `StaticEmbedding`: the mean of token vectors, computed in numpy.

    `folded` says that the model was trained on folded text (`index.tokens.fold`) and must be given it. `weights` are as
    they are stored, in half precision perhaps.
    """

    name: str
    fingerprint: str
    folded: bool
    tokens: BulkTokenizer
    weights: NDArray[np.floating]

    @property
    def dimension(self) -> int:
        return int(self.weights.shape[1])

    @cached_property
    def _single(self) -> NDArray[np.float32]:
        """The weights as numpy sums them fastest: four times as fast, once the 0.1 s is spent that a question has not."""
        return self.weights.astype(np.float32, copy=False)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        weights = self.weights if len(texts) < _FEW else self._single
        for start in range(0, len(texts), _BATCH):
            batch = [fold(text) if self.folded else text for text in texts[start : start + _BATCH]]
            for row, ids in enumerate(self.tokens(batch), start):
                # One gather a text stays in the cache: six times faster than np.add.reduceat over the whole batch.
                np.add.reduce(weights.take(ids, axis=0), axis=0, dtype=np.float32, out=vectors[row])
        return _unit(vectors)


@dataclass(frozen=True, slots=True)
class TransformerEncoder:
    """Any other sentence-transformers model, with its own prompts for queries and documents."""

    name: str
    fingerprint: str
    dimension: int
    model: SentenceTransformer

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        embed = self.model.encode_query if query else self.model.encode_document
        vectors = embed(list(texts), show_progress_bar=False, convert_to_numpy=True)
        return _unit(np.nan_to_num(np.asarray(vectors, np.float32)))


def load_encoder(name: str | None = None) -> Encoder:
    """Load an encoder: the built-in one, a model folder, or a model of the hub by its name.

    A model of the hub is taken from this machine if it was downloaded before; only otherwise is the network tried.

    :raises EncoderError: if the model is not there, is damaged or is no model.
    """
    if name is None or name == BUILTIN:
        return _load_folder(BUILTIN_FOLDER, BUILTIN)
    folder = Path(name).expanduser()
    if name.strip() and folder.is_dir():
        return _load_folder(folder, name)
    if name.strip() and folder.exists():
        raise EncoderError(
            f"{name}: is a file, not a model folder. Name the folder that holds the model's config.json."
        )
    if not name.strip() or name.count("/") > 1 or name.startswith((".", "~", "/")) or "\\" in name:
        raise EncoderError(
            f"{name or 'encoder'}: there is no such folder. Give a model folder, a model name or {BUILTIN!r}."
        )
    return _load_folder(_hub_folder(name), name)


def _load_folder(folder: Path, name: str) -> Encoder:
    modules = _read_json(folder / "modules.json", name)
    settings = _read_json(folder / "config_sentence_transformers.json", name)
    if not modules and not (folder / "config.json").is_file():
        raise EncoderError(
            f"{name}: is not a model folder (no modules.json, no config.json). Name another or use --encoder {BUILTIN}."
        )
    if _is_static(modules, settings):
        return _load_static(folder, name, settings)
    model = _sentence_transformer(str(folder), name, local_files_only=True)
    dimension = model.get_embedding_dimension() or len(model.encode_query("?"))
    return TransformerEncoder(name, _fingerprint(folder), int(dimension), model)


def _read_json(file: Path, name: str) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _damaged(name, file.name, error) from error


def _is_static(modules: Any, settings: Any) -> bool:
    """A lone StaticEmbedding (a Normalize may follow) without prompts, which need nothing but a mean."""
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules] if isinstance(modules, list) else []
    prompts = settings.get("prompts") or {} if isinstance(settings, dict) else {}
    return kinds in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"]) and not any(prompts.values())


def _load_static(folder: Path, name: str, settings: dict[str, Any]) -> Encoder:
    from safetensors import SafetensorError, safe_open
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the Rust library raises nothing narrower
        raise _damaged(name, "tokenizer.json", error) from error
    try:
        with safe_open(folder / "model.safetensors", framework="numpy") as tensors:
            if "embedding.weight" not in tensors.keys():  # noqa: SIM118 (not a mapping)
                # Model2vec's own layouts: sentence-transformers knows how to unfold them.
                model = _sentence_transformer(str(folder), name, local_files_only=True)
                return TransformerEncoder(name, _fingerprint(folder), int(model.get_embedding_dimension() or 0), model)
            weights = tensors.get_tensor("embedding.weight")
    except (OSError, SafetensorError) as error:
        raise _damaged(name, "model.safetensors", error) from error
    if weights.ndim != 2 or weights.shape[0] < tokenizer.get_vocab_size():
        raise EncoderError(
            f"{name}: model.safetensors has shape {tuple(weights.shape)} but tokenizer.json has {tokenizer.get_vocab_size()} tokens;"
            f" the files do not belong together. Copy the whole folder again or use --encoder {BUILTIN}."
        )
    tokenizer.no_padding()
    folded = bool((settings.get("wenbao") or {}).get("fold")) if isinstance(settings, dict) else False
    return StaticEncoder(
        name, _fingerprint(folder), folded, BulkTokenizer(tokenizer), weights.astype(np.float32, copy=False)
    )


def _sentence_transformer(where: str, name: str, **options: Any) -> SentenceTransformer:
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    bars: Any = transformers_logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()  # one for loading the weights; that of a download stays
    try:
        return SentenceTransformer(where, **options)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ImportError,
        RuntimeError,
        SafetensorError,
    ) as error:
        raise _damaged(name, "the model", error) from error
    finally:
        if shown:
            bars.enable_progress_bar()


def _hub_folder(name: str) -> Path:
    """The folder of a hub model on this machine; downloads it if it is not there and the hub can be reached."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        if here := _snapshot(repository):
            return here
    except HFValidationError as error:
        raise EncoderError(f"{name}: is neither a folder nor a model name. Give one of them or {BUILTIN!r}.") from error
    _log.info("%s is not on this machine; asking the model hub", repository)
    try:
        # One small file first: it fails fast without a network, where loading the model would try and try again.
        folder = snapshot_download(repository, allow_patterns=["config.json"], etag_timeout=_HUB_TIMEOUT)
    except RepositoryNotFoundError as error:
        raise EncoderError(
            f"{name}: the model hub knows no such model, or not without a login. Check the name or use --encoder {BUILTIN}."
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise EncoderError(
            f"{name}: is not on this machine and the model hub cannot be reached. Download it where there is a network"
            f" (hf download {repository}) or use --encoder {BUILTIN}."
        ) from error
    _sentence_transformer(repository, name, revision=Path(folder).name)
    return Path(folder)


def _snapshot(repository: str) -> Path | None:
    """Where a hub model lies on this machine; None if it is not here or its download broke off."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return folder if any(file.suffix in (".safetensors", ".bin") for file in folder.rglob("*")) else None


def _fingerprint(folder: Path) -> str:
    """A hash of the files that decide the vectors: names, sizes and contents (of big files, samples)."""
    digest = blake2b(digest_size=16)
    for file in sorted(path for path in folder.rglob("*") if path.suffix in _MODEL_FILES and path.is_file()):
        size = file.stat().st_size
        digest.update(f"{file.relative_to(folder).as_posix()}\0{size}\0".encode())
        with file.open("rb") as stream:
            if size <= _HASHED_WHOLE:
                digest.update(stream.read())
                continue
            for sample in range(_SAMPLES):
                stream.seek((size - _SAMPLE_SIZE) * sample // (_SAMPLES - 1))
                digest.update(stream.read(_SAMPLE_SIZE))
    return digest.hexdigest()


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    lengths[lengths == 0] = 1
    unit: NDArray[np.float32] = vectors / lengths
    return unit


def _damaged(name: str, what: str, error: Exception) -> EncoderError:
    reason = " ".join(str(error).split())[:160] or type(error).__name__
    return EncoderError(
        f"{name}: {what} cannot be read ({reason}). Copy or download the model again or use --encoder {BUILTIN}."
    )
