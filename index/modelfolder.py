"""What a model's folder holds: its parts, which of its files are missing or damaged, and the hash of what decides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from .errors import EncoderError, WenbaoError

# Files up to this size are hashed whole; larger ones by samples, because hashing 2 GB takes seconds at every start.
_HASHED_WHOLE = 64 << 20
_SAMPLES, _SAMPLE_SIZE = 16, 1 << 20
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_ADAPTER = "adapter_config.json"
_TOKENIZER = "tokenizer.json"
_VOCABULARIES = (
    _TOKENIZER,
    "tokenizer.model",
    "sentencepiece.bpe.model",
    "spiece.model",
    "vocab.txt",
    "vocab.json",
)
# By the names of sentence-transformers' classes.
_HAVE_CONFIG = frozenset({"Transformer", "Pooling", "Dense"})
_HAVE_WEIGHTS = frozenset({"Transformer", "StaticEmbedding", "Dense"})
_HAVE_TOKENIZER = frozenset({"Transformer", "StaticEmbedding"})
# What identifies the vectors: weights, tokenizers and settings, but not the model card.
_DECISIVE = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})
# The same weights once more for other programs. Whether they were copied along must not matter.
_OTHER_PROGRAMS = frozenset({"onnx", "openvino"})
_LONGEST_REASON = 160

EMBEDDING, RERANKER = "SentenceTransformer", "CrossEncoder"
"""The classes of sentence-transformers that models are loaded by, and what its settings call the kinds of models."""

_KINDS = {
    EMBEDDING: "an embedding model",
    RERANKER: "a reranker",
    "SparseEncoder": "a sparse encoder",
    "MultiVectorEncoder": "a multi-vector encoder",
}
# What a model without modules.json was made for, by the end of its architecture's name.
_MADE_FOR = {
    "ForSequenceClassification": "a reranker or classifier",
    "ForCausalLM": "a text generation model",
    "LMHeadModel": "a text generation model",
    "ForConditionalGeneration": "a text generation model",
    "ForMaskedLM": "a model that fills gaps in text",
    "ForPreTraining": "a model that fills gaps in text",
}


@dataclass(frozen=True, slots=True)
class ModelReference:
    """A model by the name it was asked for. Errors about it are of the class `error` and end with `instead`."""

    name: str
    error: type[WenbaoError] = EncoderError
    instead: str = "use --encoder builtin"

    def refused(self, problem: str, remedy: str = "Name another") -> WenbaoError:
        """The error that says in one line what is wrong and what to do."""
        return self.error(f"{self.name}: {problem}. {remedy} or {self.instead}.")

    def damaged(self, what: str, error: Exception | str) -> WenbaoError:
        """The error for something in the folder that cannot be read."""
        return self.refused(f"{what} cannot be read ({reason(error)})", "Copy or download the model again")


def reason(error: Exception | str) -> str:
    """What an error says, on one short line."""
    return " ".join(str(error).split())[:_LONGEST_REASON] or type(error).__name__


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a model: the name of its class, and its folder within the model's."""

    kind: str
    folder: str


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on this machine. `modules` are those of modules.json, `settings` are sentence-transformers' own and
    `config` those of the architecture; empty where the folder has none."""

    reference: ModelReference
    path: Path
    modules: tuple[Module, ...]
    settings: Mapping[str, Any]
    config: Mapping[str, Any]

    @classmethod
    def read(cls, reference: ModelReference, path: Path) -> ModelFolder:
        """Look into a folder; nothing is loaded.

        :raises WenbaoError: of the class that `reference` names, here and below: if it holds no model, or what says
            so cannot be read.
        """
        listed = _read_json(reference, path, "modules.json", [])
        try:
            modules = tuple(Module(part["type"].rpartition(".")[2], part["path"]) for part in listed)
        except (TypeError, KeyError, AttributeError) as error:
            raise reference.damaged("modules.json", "it does not list modules") from error
        inner = modules[0].folder if modules else ""
        config = _read_json(reference, path, f"{inner}/config.json".lstrip("/"), {})
        if not modules and not config:
            raise reference.refused("is not a model folder (no modules.json, no config.json)")
        return cls(
            reference, path, modules, _read_json(reference, path, "config_sentence_transformers.json", {}), config
        )

    @property
    def static(self) -> Path | None:
        """The folder of a lone StaticEmbedding (a Normalize may follow), which needs nothing but a mean; else None."""
        kinds = [module.kind for module in self.modules]
        if kinds in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"]):
            inner = self.path / self.modules[0].folder
            # What is kept as pickled tensors alone is left to torch.
            return inner if (inner / _WEIGHTS[0]).is_file() or not (inner / _WEIGHTS[1]).is_file() else None
        return self.path if not kinds and self.config.get("model_type") == "model2vec" else None

    def missing(self) -> str | None:
        """The first file that is not there and that the model cannot do without."""
        if not self.modules and self.settings:
            return "modules.json"  # without it the rest would be taken for another model
        for module in self.modules or (Module("Transformer", ""),):
            folder = self.path / module.folder
            gone = None
            if module.kind in _HAVE_CONFIG and not (folder / "config.json").is_file():
                gone = "config.json"
            elif module.kind in _HAVE_WEIGHTS:
                gone = self._missing_weights(folder)
            if not gone and module.kind in _HAVE_TOKENIZER and not any((folder / v).is_file() for v in _VOCABULARIES):
                gone = _TOKENIZER
            if gone:
                return f"{module.folder}/{gone}".lstrip("/")
        return None

    def _missing_weights(self, folder: Path) -> str | None:
        if (folder / _ADAPTER).is_file():
            return None
        for name in _WEIGHTS:
            if (folder / name).is_file():
                return None
            index = _read_json(self.reference, folder, f"{name}.index.json", None)
            if index is not None:
                return next((shard for shard in self._shards(name, index) if not (folder / shard).is_file()), None)
        return _WEIGHTS[0]

    def _shards(self, name: str, index: Any) -> list[str]:
        try:
            return sorted(set(map(str, index["weight_map"].values())))
        except (TypeError, KeyError, AttributeError) as error:
            raise self.reference.damaged(f"{name}.index.json", "it does not list files") from error

    def check(self, wanted: str) -> None:
        """Refuse a model of another kind than `wanted`, and one with files missing or cut short.

        :raises WenbaoError: naming what is wrong.
        """
        made = str(self.settings.get("model_type") or EMBEDDING) if self.modules else self._made_for(wanted)
        if made != wanted:
            raise self.reference.refused(f"is {_KINDS.get(made, made)}, not {_KINDS[wanted]}")
        if gone := self.missing():
            raise self.reference.refused(f"{gone} is missing", "Copy or download the model again")
        for file in self._files(".safetensors"):
            self._check_weights(file)

    def _made_for(self, wanted: str) -> str:
        """What a model without modules.json is, by the name of its architecture; `wanted` where that fits."""
        names = self.config.get("architectures") or [""]
        name = str(names[0]) if isinstance(names, list) else ""
        if wanted == RERANKER:
            # Those that generate text rerank with the probability of "yes"; sentence-transformers knows how.
            fits = name.endswith(("ForSequenceClassification", "ForCausalLM"))
            return wanted if fits else f"a model for something else ({name or 'it does not say what'})"
        if "For" not in name and not name.endswith("LMHeadModel"):
            return wanted
        made = next((made for end, made in _MADE_FOR.items() if name.endswith(end)), "a model for something else")
        return f"{made} ({name})"

    def _check_weights(self, file: Path) -> None:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(file, framework="numpy"):
                pass  # the header says how long the file must be, and that was compared
        except (OSError, SafetensorError) as error:
            raise self.reference.damaged(self._name(file), error) from error

    def examine(self) -> WenbaoError | None:
        """The error for the first file of settings, or the tokenizer, that cannot be read; None if all can."""
        for file in self._files(".json"):
            try:
                if file.name == _TOKENIZER:
                    _open_tokenizer(file)
                else:
                    json.loads(file.read_text("utf-8"))
            except Exception as error:  # noqa: BLE001 (tokenizers raises nothing narrower)
                return self.reference.damaged(self._name(file), error)
        return None

    def _files(self, *suffixes: str) -> Iterator[Path]:
        """The files with these suffixes that are the model's own, by name."""
        for file in sorted(self.path.rglob("*")):
            inner = file.relative_to(self.path).parts[:-1]
            foreign = any(part in _OTHER_PROGRAMS or part.startswith(".") for part in inner)
            if file.suffix in suffixes and not foreign and file.is_file():
                yield file

    def _name(self, file: Path) -> str:
        return file.relative_to(self.path).as_posix()

    def shortened(self, dimension: int | None, full: int) -> tuple[str, ...]:
        """What keeping only the first `dimension` of `full` numbers adds to the fingerprint.

        :raises WenbaoError: if there are not so many.
        """
        if dimension is None or dimension == full:
            return ()
        if not 0 < dimension < full:
            problem = f"gives vectors of {full} numbers, of which {dimension} cannot be kept"
            raise self.reference.refused(problem, f"Name a number from 1 to {full}")
        return (f"{dimension} of {full}",)

    def fingerprint(self, *more: str) -> str:
        """A hash of the files that decide the vectors, by names, sizes and contents (of big files, samples); `more` is
        what decides them besides."""
        digest = blake2b(digest_size=16)
        files = list(self._files(*_DECISIVE))
        if any(file.suffix == ".safetensors" for file in files):
            files = [file for file in files if file.suffix != ".bin"]  # the same, as it was kept earlier
        for file in files:
            size = file.stat().st_size
            digest.update(f"{self._name(file)}\0{size}\0".encode())
            with file.open("rb") as stream:
                if size <= _HASHED_WHOLE:
                    digest.update(stream.read())
                    continue
                for sample in range(_SAMPLES):
                    stream.seek((size - _SAMPLE_SIZE) * sample // (_SAMPLES - 1))
                    digest.update(stream.read(_SAMPLE_SIZE))
        for text in more:
            digest.update(f"\0{text}".encode())
        return digest.hexdigest()


def _read_json(reference: ModelReference, folder: Path, name: str, default: Any) -> Any:
    """What a file holds; `default` if there is none, and whatever is of another kind than that is damage."""
    try:
        found = json.loads((folder / name).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return default
    except (OSError, ValueError) as error:
        raise reference.damaged(name, error) from error
    if default is not None and not isinstance(found, type(default)):
        raise reference.damaged(name, f"it holds no {'list' if isinstance(default, list) else 'object'}")
    return found


def _open_tokenizer(file: Path) -> None:
    from tokenizers import Tokenizer

    Tokenizer.from_file(str(file))
