"""Checksums of what stands in the catalogue: SQLite has none, and a bit that changes on a disk changes an answer."""

from __future__ import annotations

import zlib

from ..errors import ArchiveDamaged
from .manifest import DATABASE

SEAL_BYTES = 4
# The CRC-32 of anything that its own CRC-32 follows.
_SEALED = 0x2144DF1C


def checksum(*columns: str | int | None) -> int:
    """The checksum of a row's columns: about a microsecond for a thousand characters."""
    return zlib.crc32("\0".join(map(str, columns)).encode("utf-8", "surrogatepass"))


def sealed(data: bytes) -> bytes:
    """The bytes with their checksum behind them, in `SEAL_BYTES`."""
    return data + zlib.crc32(data).to_bytes(SEAL_BYTES, "little")


def is_sealed(data: bytes) -> bool:
    """Whether the bytes are as `sealed` left them."""
    return zlib.crc32(data) == _SEALED


def damaged(what: str) -> ArchiveDamaged:
    """The error for a row of the catalogue that is not as it was written."""
    return ArchiveDamaged(
        f"{DATABASE}: {' '.join(what.split())} is damaged. Run `wenbao doctor` to repair the archive."
    )
