"""Who may build, and what may be swept away: two uses of flock, which a crash releases."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import ArchiveBusy

LOCK = "lock"


@contextmanager
def building(home: Path) -> Iterator[None]:
    """Hold the archive for building; one process (and one thread) at a time.

    :raises ArchiveBusy: if another build holds it, naming its process.
    """
    file = home / LOCK
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise ArchiveBusy(
                f"{home}: process {holder} is building this archive. Wait until it has finished, then try again."
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def hold(manifest: Path) -> BinaryIO | None:
    """Keep a generation from being swept away while the returned file is open.

    Returns None if the generation is being swept away just now: look at CURRENT again.
    """
    try:
        stream = manifest.open("rb")
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    # Between open and flock the sweeper may have been through: then what is open has no name any more.
    if os.fstat(stream.fileno()).st_nlink == 0:
        stream.close()
        return None
    return stream


@contextmanager
def sweeping(manifest: Path) -> Iterator[bool]:
    """Whether no reader holds the generation of this manifest; none can come to hold it inside the block."""
    try:
        stream = manifest.open("rb")
    except FileNotFoundError:
        yield True
        return
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
