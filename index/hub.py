"""Where a model lies: in a folder, or among those downloaded from the model hub, which is asked only if it must be."""

from __future__ import annotations

import logging
import os
from pathlib import Path, PurePosixPath

from .errors import WenbaoError
from .modelfolder import ModelFolder, ModelReference, reason

# Seconds the model hub has for answering whether it knows a model. It is asked only for a model not on this machine.
_HUB_TIMEOUT = 5.0
_ORGANIZATION = "sentence-transformers"
"""Whose model a name without one means, as in that library."""

_NEEDED = frozenset({".safetensors", ".json", ".txt", ".model"})
_OLDER_WEIGHTS = ".bin"
_TELLING = ["modules.json", "config.json"]
"""One of them says which kind of model it is."""

_log = logging.getLogger(__name__)


def find_model(reference: ModelReference) -> Path:
    """The folder of a model: one on this machine, or that of a model of the hub, downloaded if need be.

    :raises WenbaoError: of the class that `reference` names, if there is no such model or it cannot be had.
    """
    name = reference.name
    folder = Path(name).expanduser()
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode("utf-8", "replace")
        raise reference.error(f"{shown}: a name that is not UTF-8. Rename the folder or {reference.instead}.") from None
    if name.strip() and folder.is_dir():
        return folder.absolute()
    if name.strip() and folder.exists():
        raise reference.error(f"{name}: is a file, not a model folder. Name the folder that holds its config.json.")
    if not name.strip() or name.count("/") > 1 or name.startswith((".", "~", "/")) or "\\" in name:
        shown = name.strip() or "the name of the model is empty"
        raise reference.error(
            f"{shown}: there is no such folder. Name a model folder or a model or {reference.instead}."
        )
    return _hub_folder(reference)


def _hub_folder(reference: ModelReference) -> Path:
    from huggingface_hub.errors import HFValidationError

    repository = reference.name if "/" in reference.name else f"{_ORGANIZATION}/{reference.name}"
    try:
        here = _downloaded(repository)
    except HFValidationError as error:
        raise reference.refused("is neither a folder nor a model name", "Give one of them") from error
    # A download that broke off has left the rest.
    if here is not None and not ModelFolder.read(reference, here).missing():
        return here
    _log.info("%s is not on this machine; asking the model hub", repository)
    return _download(reference, repository, partly=here is not None)


def _cache() -> str | None:
    return os.environ.get("SENTENCE_TRANSFORMERS_HOME")


def _downloaded(repository: str) -> Path | None:
    """Where what was downloaded of a model lies; None if it holds not even what says which kind of model it is."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        # Asked for all of a model's files it would miss those that nobody needs here.
        folder = Path(snapshot_download(repository, cache_dir=_cache(), local_files_only=True, allow_patterns=_TELLING))
    except LocalEntryNotFoundError:
        return None
    return folder if any((folder / name).is_file() for name in _TELLING) else None


def _download(reference: ModelReference, repository: str, *, partly: bool) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    # Through it, because which library it takes HTTP from changes with its versions.
    from huggingface_hub.errors import HTTPError, RepositoryNotFoundError  # type: ignore[attr-defined]

    try:
        # One small question first: it fails fast without a network, where downloading would try and try again.
        listed = HfApi().model_info(repository, timeout=_HUB_TIMEOUT).siblings or []
    except RepositoryNotFoundError as error:
        raise reference.refused(
            "the model hub knows no such model, or not without a login", "Check the name"
        ) from error
    except (HTTPError, OSError) as error:
        raise _unreachable(reference, repository, partly) from error
    files = _needed([file.rfilename for file in listed])
    try:
        return Path(snapshot_download(repository, cache_dir=_cache(), allow_patterns=files))
    except (HTTPError, OSError) as error:
        raise reference.refused(
            f"the download broke off ({reason(error)})", "Try again, what has come is kept,"
        ) from error


def _unreachable(reference: ModelReference, repository: str, partly: bool) -> WenbaoError:
    problem = "is on this machine only in part" if partly else "is not on this machine"
    return reference.refused(
        f"{problem} and the model hub cannot be reached",
        f"Download it where there is a network (hf download {repository})",
    )


def _needed(names: list[str]) -> list[str]:
    """The files that sentence-transformers reads: not the weights once more for other programs."""
    own = [name for name in names if PurePosixPath(name).parts[0] not in ("onnx", "openvino")]
    suffixes = {PurePosixPath(name).suffix for name in own}
    wanted = _NEEDED if ".safetensors" in suffixes else _NEEDED | {_OLDER_WEIGHTS}
    return [name for name in own if PurePosixPath(name).suffix in wanted]
