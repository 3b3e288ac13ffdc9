"""The uploads folder of an archive: files put there by the page. Names are made safe; nothing leaves the folder."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path, PurePosixPath

from index import SourceFile, digest_file

FOLDER = "uploads"  # within the archive's home; the same folder that a build reads
MAX_UPLOAD = 64 * 1024 * 1024  # bytes a file: a newspaper page of text is 10 KB, a scanned one some MB
MAX_NAME = 180  # bytes of a name: file systems allow 255, and a suffix may be added while copying


@dataclass(frozen=True, slots=True)
class Received:
    """What became of uploaded files, by name."""

    saved: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    too_big: tuple[str, ...] = ()


def folder(home: Path) -> Path:
    """Where uploaded files are kept."""
    return home / FOLDER


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
        for candidate in (f"{FOLDER}/{name}", name):
            source = known.get(candidate)
            if source is not None and source.size == path.stat().st_size and source.digest == digest_file(path):
                found[candidate] = name
                break
    return found


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
    place = folder(home)
    known = {suffix.lower() for suffix in suffixes}
    saved: list[str] = []
    replaced: list[str] = []
    same: list[str] = []
    unsupported: list[str] = []
    too_big: list[str] = []
    for path in paths:
        name = safe_name(path.name)
        target = place / name
        if Path(name).suffix.lower() not in known:
            unsupported.append(name)
        elif path.stat().st_size > MAX_UPLOAD:
            too_big.append(name)
        elif target.is_file() and cmp(path, target, shallow=False):
            same.append(name)
        else:
            (replaced if target.exists() else saved).append(name)
            place.mkdir(parents=True, exist_ok=True)
            # Copied beside and renamed: a build that runs now sees the old file or the new one, never half of it.
            partial = place / f".{name}.part"
            shutil.copyfile(path, partial)
            partial.replace(target)
    return Received(tuple(saved), tuple(replaced), tuple(same), tuple(unsupported), tuple(too_big))


def remove(home: Path, name: str) -> bool:
    """Delete an uploaded file by its name; False if there is none of that name."""
    path = uploaded(home).get(name)
    if path is None:
        return False
    path.unlink(missing_ok=True)
    return True
