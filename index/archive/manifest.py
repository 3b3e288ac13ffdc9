"""What a generation is made of, and which generation serves.

`<home>/CURRENT` holds the number of the serving generation and the digest of its manifest; the manifest holds size
and digest of every derived file. So each byte that is read when a question is answered hangs on CURRENT.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import ArchiveDamaged, ArchiveError, ArchiveMismatch, NoArchive
from .disk import DIGEST_BYTES, digest_bytes, digest_file, replace_synced, sync, write_synced

FORMAT_VERSION = 3
DEFAULT_HOME = Path("wenbao-archive")
DATABASE = "archive.sqlite"
GENERATIONS = "generations"
UPLOADS = "uploads"
VECTORS = "vectors"
LEXICAL = "lexical"
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
# Digests are checked at opening for the smallest files up to this many bytes together (about 0.1 s), sizes for all;
# `wenbao doctor` checks every byte.
VERIFY_AT_OPEN = 64 << 20


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A derived file: its path in the generation's folder, its size in bytes and its digest."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """Which encoder the vectors come from. Vectors of two fingerprints cannot be compared."""

    name: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation: what it was built from and with, and what its derived files must be.

    `words` is the user's word list as text, `recipe` stands for the code that turns files into passages, `terms` for the code that turns text into terms,
    `vectors` for the kind of vector index that was chosen for its size.
    """

    generation: int
    encoder: EncoderRecord
    roots: tuple[str, ...]
    words: str
    recipe: str
    terms: str
    vectors: str
    sources: int
    articles: int
    passages: int
    files: tuple[FileRecord, ...]
    format: int = FORMAT_VERSION

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        # A path whose bytes are no UTF-8 is in `roots` with surrogates for them; json reads them back.
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogatepass")

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a stored manifest.

        :raises ValueError: if it is not one of this format.
        """
        try:
            record = json.loads(data)
            record["encoder"] = EncoderRecord(**record["encoder"])
            record["files"] = tuple(FileRecord(**file) for file in record["files"])
            record["roots"] = tuple(record["roots"])
            return cls(**record)
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"not a manifest: {error}") from error


def generation_folder(home: Path, generation: int) -> Path:
    """The folder of the derived files of one generation."""
    return home / GENERATIONS / str(generation)


def current_generation(home: Path) -> int | None:
    """The number of the serving generation, None if there is none: one small read, for noticing a new one."""
    try:
        return _read_current(home)[0]
    except ArchiveError:
        return None


def _read_current(home: Path) -> tuple[int, str]:
    try:
        number, digest = (home / CURRENT).read_text(encoding="ascii").split()
        if len(bytes.fromhex(digest)) != DIGEST_BYTES:
            raise ValueError("not a digest")
        return int(number), digest
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoArchive(f"{home}: no archive here yet. Run `wenbao build`.") from error
    except ValueError as error:
        raise ArchiveDamaged(_damage(home / CURRENT, "is not readable")) from error
    except OSError as error:
        raise ArchiveError(f"{home / CURRENT}: cannot be read ({error.strerror}). Check its permissions.") from error


def read_manifest(home: Path) -> Manifest:
    """The manifest of the serving generation.

    :raises NoArchive: if nothing has been built here.
    :raises ArchiveMismatch: if another format version wrote it.
    :raises ArchiveDamaged: if CURRENT or the manifest is missing or changed.
    :raises ArchiveError: if they may not be read.
    """
    if home.is_file():
        raise ArchiveError(f"{home}: a file, not an archive folder. Name another folder with --home.")
    generation, digest = _read_current(home)
    file = generation_folder(home, generation) / MANIFEST
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise ArchiveDamaged(_damage(file, "is missing")) from error
    except OSError as error:
        raise ArchiveError(f"{file}: cannot be read ({error.strerror}). Check its permissions.") from error
    check_format(home, _format_of(data))
    if digest_bytes(data) != digest:
        raise ArchiveDamaged(_damage(file, "does not match its checksum"))
    try:
        return Manifest.from_json(data)
    except ValueError as error:
        raise ArchiveDamaged(_damage(file, "is not readable")) from error


def _format_of(data: bytes) -> int:
    """The format version a manifest claims; ours if it claims none that can be read (its checksum will tell)."""
    try:
        record = json.loads(data)
    except ValueError:
        return FORMAT_VERSION
    claimed = record.get("format") if isinstance(record, dict) else None
    return claimed if isinstance(claimed, int) else FORMAT_VERSION


def check_format(home: Path, version: int) -> None:
    """Refuse an archive of another format version.

    :raises ArchiveMismatch: if `version` is not ours.
    """
    if version != FORMAT_VERSION:
        raise ArchiveMismatch(
            f"{home}: an archive of format {version}; this wenbao reads format {FORMAT_VERSION}. "
            "Use the wenbao that wrote it, or build anew in another folder (--home)."
        )


def damaged_files(home: Path, manifest: Manifest, *, limit: int | None = VERIFY_AT_OPEN) -> dict[str, str]:
    """The derived files that are not as the manifest says, with what is wrong.

    Sizes are checked for all; digests from the smallest file up while they sum to at most `limit` bytes (None: all).
    """
    folder = generation_folder(home, manifest.generation)
    wrong: dict[str, str] = {}
    read = 0
    for record in sorted(manifest.files, key=lambda record: (record.size, record.path)):
        file = folder / record.path
        try:
            size = file.stat().st_size
            if size != record.size:
                wrong[record.path] = f"is {size} bytes long instead of {record.size}"
                continue
            read += size
            if (limit is None or read <= limit) and digest_file(file) != record.digest:
                wrong[record.path] = "does not match its checksum"
        except FileNotFoundError:
            wrong[record.path] = "is missing"
        except OSError as error:
            wrong[record.path] = f"cannot be read ({error.strerror})"
    return wrong


def check_files(home: Path, manifest: Manifest) -> None:
    """Refuse a generation with a derived file missing or changed.

    :raises ArchiveDamaged: naming the first such file.
    """
    for path, problem in damaged_files(home, manifest).items():
        raise ArchiveDamaged(_damage(generation_folder(home, manifest.generation) / path, problem))


def _damage(file: Path, problem: str) -> str:
    return f"{file}: {problem}. Run `wenbao doctor` (or `wenbao build`) to repair the archive."


def missing_database(home: Path) -> ArchiveDamaged:
    """The error for an archive whose catalogue is gone: only the sources can bring it back."""
    return ArchiveDamaged(f"{home / DATABASE}: is missing. Run `wenbao build` to build anew from the sources.")


def record_files(folder: Path, before: Path | None, known: Collection[FileRecord]) -> tuple[FileRecord, ...]:
    """The records of all files in a new generation's folder.

    A file that is the very one of the generation before (a link) keeps its record and is not read again.
    """
    records = []
    earlier = {record.path: record for record in known}
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"):
        path = file.relative_to(folder).as_posix()
        record = earlier.get(path)
        if record is not None and before is not None and _same_file(file, before / path):
            records.append(record)
        else:
            records.append(FileRecord(path, file.stat().st_size, digest_file(file)))
    return tuple(records)


def _same_file(file: Path, other: Path) -> bool:
    return other.exists() and file.samefile(other)


def publish(home: Path, manifest: Manifest) -> None:
    """Write the manifest and make its generation the serving one, in one step."""
    folder = generation_folder(home, manifest.generation)
    data = manifest.to_json()
    write_synced(folder / MANIFEST, data)
    for path in (folder, folder.parent):
        sync(path)
    replace_synced(home / CURRENT, f"{manifest.generation} {digest_bytes(data)}\n".encode())
