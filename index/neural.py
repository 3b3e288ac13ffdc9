"""Models of sentence-transformers: loaded from their files, on the device that is there, in batches that fit into it."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import WenbaoError
from .hub import find_model
from .modelfolder import EMBEDDING, ModelFolder, ModelReference, reason

if TYPE_CHECKING:
    import torch

DEVICE = "WENBAO_DEVICE"
"""The environment's variable that names the device to reckon on: cpu, cuda, cuda:1, mps …"""

# Texts at a time. On a processor few are best, since they are all made as long as the longest: all-MiniLM-L6-v2 takes 32
# of a hundred characters 1.3 times as long as four times 8. A graphics card wants many; where they do not fit it gets half.
_CPU_BATCH, _BATCH = 8, 128
# Tokens. A passage has at most a few hundred; some models take 32,768, and the memory for it, of a pasted text.
_LONGEST = 1024
# A model may lack these: they are of a layer that embedding models do not use.
_UNUSED = "pooler"
_MISSING = re.compile(r"^(?P<weights>\S.*?)\s*\|[^|]*MISSING", re.MULTILINE)
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


class NeuralModel:
    """A model, loaded; `model` is the sentence-transformers object.

    Safe for use from several threads: they take turns, since each call has the whole device reckon.
    """

    def __init__(self, folder: ModelFolder, model: Any) -> None:
        self.folder = folder
        self.model = model
        self._lock = threading.Lock()
        self._batch = _CPU_BATCH if model.device.type == "cpu" else _BATCH

    def run(self, call: Callable[[int], Any]) -> NDArray[np.float32]:
        """What `call(batch_size)` gives, as finite single floats.

        Where the memory does not suffice it is called again with half the batch, and again in single precision where
        half precision gave numbers that are not finite.

        :raises WenbaoError: of the class that the model's reference names, if nothing helps.
        """
        import torch

        with self._lock:
            found = self._within_memory(call)
            if not np.isfinite(found).all() and self.model.dtype in (torch.float16, torch.bfloat16):
                self.model.float()
                found = self._within_memory(call)
        if not np.isfinite(found).all():
            raise self.folder.reference.refused("gives numbers that are not finite")
        return found

    def _within_memory(self, call: Callable[[int], Any]) -> NDArray[np.float32]:
        while True:
            try:
                return np.asarray(call(self._batch), np.float32)
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise self.folder.reference.refused(f"cannot be used ({reason(error)})") from error
                if self._batch == 1:
                    raise _too_large(self.folder.reference, self.model.device) from error
            except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
                raise self.folder.reference.refused(f"cannot be used ({reason(error)})") from error
            self._batch //= 2
            _empty_cache(self.model.device)


def load_neural(reference: ModelReference, kind: str) -> NeuralModel:
    """Load a model of sentence-transformers by the name of a folder or of the hub; `kind` is the name of its class there.

    Code that comes with a model is never run.

    :raises WenbaoError: of the class that `reference` names, if there is no such model, or it is damaged, of another kind
        or too large.
    """
    return open_neural(ModelFolder.read(reference, find_model(reference)), kind)


def open_neural(folder: ModelFolder, kind: str, **options: Any) -> NeuralModel:
    """Load the model of a folder, given the `options` of its class.

    :raises WenbaoError: as `load_neural`.
    """
    folder.check(kind)
    library = _library(folder.reference)
    device = _device(folder.reference)
    dtype = _dtype(folder, device)
    with _quiet() as notes:
        try:
            model = getattr(library, kind)(
                str(folder.path),
                device=str(device),
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": dtype},
                **options,
            ).to(dtype)
        except Exception as error:  # tokenizers raises nothing narrower
            raise _why(folder, error, device) from error
    lacking = [name for name in _MISSING.findall("\n".join(notes)) if kind != EMBEDDING or _UNUSED not in name]
    if lacking:
        raise folder.reference.damaged("the model", f"its files lack the weights {lacking[0]}")
    if (model.max_seq_length or 0) > _LONGEST and model.transformers_model is not None:
        model.max_seq_length = _LONGEST
    return NeuralModel(folder, model.eval())


def _library(reference: ModelReference) -> Any:
    try:
        import sentence_transformers
    except (ImportError, OSError, MemoryError) as error:
        # It brings a gigabyte of libraries with it, which may not fit into the memory.
        raise reference.refused(
            f"sentence-transformers cannot be loaded ({reason(error)})", "Free some memory"
        ) from error
    return sentence_transformers


def _device(reference: ModelReference) -> torch.device:
    import torch
    from sentence_transformers.util import get_device_name

    asked = os.environ.get(DEVICE, "").strip()
    try:
        device = torch.device(asked or get_device_name())
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        said = f"{DEVICE}={asked}: " if asked else ""
        raise reference.error(
            f"{said}there is no such device here, or it cannot be used ({reason(error)}). Set {DEVICE}=cpu."
        ) from error
    return device


def _dtype(folder: ModelFolder, device: torch.device) -> torch.dtype:
    """Half precision on a graphics card; elsewhere only where the model is kept in bfloat16 and the processor has
    instructions for it: then nothing is lost.

    What is kept in single precision stays so on a processor: all-MiniLM-L6-v2 is 1.75 times as fast in bfloat16 (Zen 4)
    and finds the same, but its cosines are off by up to .007, and differently in other company.
    """
    import torch

    brain = "bfloat16" in (folder.config.get("dtype"), folder.config.get("torch_dtype"))
    if device.type == "cuda":
        return torch.bfloat16 if brain and torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return torch.bfloat16 if brain and (able.get("avx512_bf16") or able.get("amx_bf16")) else torch.float32


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """What transformers reports of the weights goes to a list, and the bar of their loading nowhere."""
    from transformers.utils import logging as transformers_logging

    notes: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        notes.append(record.getMessage())
        return False

    bars: Any = transformers_logging
    logger = logging.getLogger("transformers.modeling_utils")
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    logger.addFilter(note)
    try:
        yield notes
    finally:
        logger.removeFilter(note)
        if shown:
            bars.enable_progress_bar()


def _why(folder: ModelFolder, error: Exception, device: torch.device) -> WenbaoError:
    """The error for a model that could not be loaded."""
    reference = folder.reference
    if _is_out_of_memory(error):
        return _too_large(reference, device)
    if "trust_remote_code" in str(error):
        return reference.refused("needs program code of its own to be run, which wenbao does not do")
    if isinstance(error, ImportError):
        return reference.refused(f"needs a library that is not here ({reason(error)})")
    return folder.examine() or reference.damaged("the model", error)


def _is_out_of_memory(error: Exception) -> bool:
    # torch has a class for that of a graphics card only.
    return isinstance(error, MemoryError) or any(said in str(error).lower() for said in _OUT_OF_MEMORY)


def _too_large(reference: ModelReference, device: torch.device) -> WenbaoError:
    remedy = "Name a smaller one" if device.type == "cpu" else f"Set {DEVICE}=cpu, name a smaller one"
    return reference.refused(f"needs more memory than {device} has", remedy)


def _empty_cache(device: torch.device) -> None:
    import torch

    if device.type in ("cuda", "mps", "xpu"):
        getattr(torch, device.type).empty_cache()
