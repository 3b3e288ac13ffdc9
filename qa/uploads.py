"""The uploads folder of an archive: files put there by the page. Names are made safe; nothing leaves the folder."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from filecmp import cmp
from functools import lru_cache
from pathlib import Path, PurePosixPath
from tempfile import mkstemp

from index import UPLOADS, SourceFile, digest_file

logger = logging.getLogger(__name__)

MAX_UPLOAD = 64 * 1024 * 1024  # bytes a file: a newspaper page of text is 10 KB, a scanned one some MB
MAX_NAME = 180  # bytes of a name: file systems allow 255, and other programs add suffixes
READABLE = 0o644  # a temporary file is its owner's alone; an archive may be built by another account than the page's
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
KNOWN_DIGESTS = 65_536  # files whose digest is remembered, some 20 MB: more than a folder of uploads will hold


@dataclass(frozen=True, slots=True)
class Received:
    """What became of uploaded files, by name."""

    saved: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    too_big: tuple[str, ...] = ()
    no_space: tuple[str, ...] = ()
    not_written: tuple[str, ...] = ()


def folder(home: Path) -> Path:
    """Where uploaded files are kept."""
    return home / UPLOADS


def uploaded(home: Path) -> dict[str, Path]:
    """The uploaded files by name, in order."""
    place = folder(home)
    if not place.is_dir():
        return {}
    found = (path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))
    return {path.name: path for path in sorted(found)}


def names_by_source(home: Path, sources: Iterable[SourceFile]) -> dict[str, str]:
    """For each source that is an uploaded file as it is now, the name of that file.

    A source has the file's own name, or `uploads/<name>` where another source had that name first. An upload that was
    not read yet, or changed since, belongs to no source.
    """
    known = {source.source: source for source in sources}
    found: dict[str, str] = {}
    for name, path in uploaded(home).items():
        for candidate in (f"{UPLOADS}/{name}", name):
            source = known.get(candidate)
            if source is not None and _digest(path, source.size) == source.digest:
                found[candidate] = name
                break
    return found


def _digest(path: Path, size: int) -> str | None:
    """The digest of a file of that size, read once for as long as the file stays as it is; None for any other size."""
    try:
        stat = path.stat()
        return _digest_of(path, stat.st_size, stat.st_mtime_ns, stat.st_ino) if stat.st_size == size else None
    except OSError:  # deleted or locked meanwhile
        return None


@lru_cache(KNOWN_DIGESTS)
def _digest_of(path: Path, size: int, modified: int, inode: int) -> str:
    # Size, time and inode only tell one state of the file from another: each upload is a new file renamed into place.
    return digest_file(path)


def safe_name(name: str) -> str:
    """A file name without folders, control characters, leading dots or characters that other systems forbid."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join("_" if c in '<>:"|?*/' or unicodedata.category(c)[0] == "C" else c for c in last)
    kept = unicodedata.normalize("NFC", kept).strip().lstrip(".").strip()
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        stem, suffix = kept, ""
    room = MAX_NAME - len((dot + suffix).encode())
    stem = stem.encode()[: max(room, 0)].decode(errors="ignore").rstrip()
    return f"{stem or 'upload'}{dot}{suffix}"


def receive(home: Path, paths: Iterable[Path], suffixes: Iterable[str]) -> Received:
    """Copy files into the uploads folder. A file of the same name is replaced if its content differs, and said so."""
    known = {suffix.lower() for suffix in suffixes}
    became: dict[str, list[str]] = {}
    for path in paths:
        name = safe_name(path.name)
        try:
            fate = _take(path, folder(home) / name, known)
        except OSError as error:
            logger.warning("%s: not received (%s)", name, error.strerror)
            fate = "no_space" if error.errno in FULL else "not_written"
        became.setdefault(fate, []).append(name)
    return Received(**{fate: tuple(names) for fate, names in became.items()})


def _take(path: Path, target: Path, known: Collection[str]) -> str:
    """Bring one file into the folder; which field of `Received` it belongs to."""
    if target.suffix.lower() not in known:
        return "unsupported"
    if path.stat().st_size > MAX_UPLOAD:
        return "too_big"
    if target.is_file() and cmp(path, target, shallow=False):
        return "same"
    fate = "replaced" if target.exists() else "saved"
    target.parent.mkdir(parents=True, exist_ok=True)
    # Copied beside and renamed: a build that runs now sees the old file or the new one, never half of it. Hidden, so
    # that no build takes it for a page; of a name of its own, since two visitors may upload the same name at once.
    handle, name = mkstemp(dir=target.parent, prefix=".", suffix=".part")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy, path.open("rb") as source:
            shutil.copyfileobj(source, copy)
        partial.chmod(READABLE)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return fate


def remove(home: Path, name: str) -> bool:
    """Delete an uploaded file by its name; False if there is none of that name.

    :raises OSError: if it may not be deleted.
    """
    path = uploaded(home).get(name)
    if path is None:
        return False
    path.unlink(missing_ok=True)
    return True
