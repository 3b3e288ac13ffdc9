"""A generation's folder of vectors: which files there are, and how they are read and checked.

    meta.json                    how many vectors, and the digests of what must not have changed by one bit
    base.vectors .rows .codes    what a large archive was last compacted to: immutable, linked by later generations
    base.live                    which of its rows are still there: a bit each, written anew
    flat.vectors .rows           what was added since, or all of a small archive: written anew

Vectors are float16, rows int64, both little-endian and in the order of the rows, which ascend from base to flat.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import ArchiveDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROW, HALF = np.dtype("<i8"), np.dtype("<f2")
_META, _DIGEST_BYTES = "meta.json", 16


@dataclass(frozen=True, slots=True)
class Meta:
    """What the files of a folder must be. `base` and `flat` count vectors, `live` those of the base still there.

    `last_row` is the base's last row, removed or not.
    """

    dimension: int
    base: int
    live: int
    last_row: int
    codes_size: int
    codes_digest: str
    live_digest: str
    flat: int = 0
    flat_rows_digest: str = ""

    def sizes(self) -> dict[str, int]:
        """The size of every file in bytes."""
        parts = {"flat": self.flat} | ({"base": self.base} if self.base else {})
        sizes = {f"{part}.rows": count * ROW.itemsize for part, count in parts.items()}
        sizes |= {f"{part}.vectors": count * self.dimension * HALF.itemsize for part, count in parts.items()}
        if self.base:
            sizes |= {"base.codes": self.codes_size, "base.live": -(-self.base // 8)}
        return sizes


def write_live(folder: Path, live: NDArray[np.bool_]) -> str:
    """Write one bit for each row of the base; returns their digest."""
    bits = np.packbits(live, bitorder="little").tobytes()
    (folder / "base.live").write_bytes(bits)
    return digest(bits)


def read_live(folder: Path, meta: Meta) -> NDArray[np.bool_]:
    """Which rows of the base are still there.

    :raises ArchiveDamaged: if the bits are not those written.
    """
    bits = np.fromfile(folder / "base.live", np.uint8)
    if digest(bits.data) != meta.live_digest:
        raise damaged(folder, "base.live does not match its checksum")
    return np.unpackbits(bits, count=meta.base, bitorder="little").astype(np.bool_)


def read_flat_rows(folder: Path, meta: Meta) -> NDArray[np.int64]:
    """The rows of the flat part.

    :raises ArchiveDamaged: if they are not those written.
    """
    data = (folder / "flat.rows").read_bytes()
    if digest(data) != meta.flat_rows_digest:
        raise damaged(folder, "flat.rows does not match its checksum")
    return np.frombuffer(data, ROW)


def write_meta(folder: Path, meta: Meta) -> None:
    """Write what the folder holds, with a digest of its own."""
    body = json.dumps(asdict(meta))
    (folder / _META).write_text(f"{body}\n{digest(body.encode())}\n", "utf-8")


def read_meta(folder: Path) -> Meta:
    """What the folder must hold; all its files are there and have their sizes.

    :raises ArchiveDamaged: if they are not.
    """
    try:
        body, stated = (folder / _META).read_text("utf-8").splitlines()
        if digest(body.encode()) != stated:
            raise damaged(folder, f"{_META} does not match its checksum")
        meta = Meta(**json.loads(body))
        for name, size in meta.sizes().items():
            there = (folder / name).stat().st_size
            if there != size:
                raise damaged(folder, f"{name} is {there} bytes long instead of {size}")
    except OSError as error:
        raise damaged(folder, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise damaged(folder, f"{_META} is not readable") from error
    return meta


def digest(data: bytes | memoryview) -> str:
    """By which it is told whether a bit has changed."""
    return blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def damaged(folder: Path, problem: str) -> ArchiveDamaged:
    """The error for a folder with a problem."""
    return ArchiveDamaged(f"{folder}: {problem}. Run `wenbao doctor` to repair the archive.")
