"""Files that survive a crash: written whole, synced, and put in place by one rename."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

DIGEST_BYTES = 16
_CHUNK = 1 << 20


def digest_bytes(data: bytes) -> str:
    """The hex digest by which files and texts are told apart."""
    return blake2b(data, digest_size=DIGEST_BYTES).hexdigest()


def digest_file(file: Path) -> str:
    """The hex digest of a file's content.

    :raises OSError: if the file cannot be read.
    """
    state = blake2b(digest_size=DIGEST_BYTES)
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()


def sync(path: Path) -> None:
    """Force a file's content, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(file: Path, data: bytes) -> None:
    """Write a new file and force it to the disk."""
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace_synced(file: Path, data: bytes) -> None:
    """Put `data` in place of `file` in one step: a reader sees the old content or the new, whole."""
    new = file.with_name(file.name + ".new")
    write_synced(new, data)
    new.replace(file)
    sync(file.parent)
