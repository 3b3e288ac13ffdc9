"""From the catalogue to a generation's derived files: the lexical index and the vector index.

What the generation before has and the catalogue has not changed is linked or carried over; the rest comes from the
catalogue. Nothing is read from the sources and nothing embedded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .catalogue import Catalogue
from .disk import sync
from .errors import ArchiveDamaged
from .lexical import LexicalEntry, link_or_copy, write_lexical
from .manifest import LEXICAL, VECTORS, EncoderRecord, FileRecord, Manifest, generation_folder, record_files
from .tokens import terms
from .vectors import VectorIndex

EVERYTHING = -1  # born after this generation is born at all


@dataclass(frozen=True, slots=True)
class Base:
    """The generation built upon: its manifest, and which of its derived indexes are as the manifest says."""

    manifest: Manifest
    lexical: bool
    vectors: bool


def same_vectors(manifest: Manifest, encoder: EncoderRecord) -> bool:
    """Whether the generation's vectors are those the encoder would make, whatever name it goes by."""
    built = manifest.encoder
    return (built.fingerprint, built.dimension) == (encoder.fingerprint, encoder.dimension)


def write_generation(
    home: Path,
    catalogue: Catalogue,
    base: Base | None,
    *,
    encoder: EncoderRecord,
    roots: Sequence[str],
    recipe: str,
    terms_recipe: str,
    progress: Callable[[int, int], None],
) -> Manifest:
    """Write the derived files of the catalogue's generation to a new folder; returns its manifest, not yet published."""
    folder = generation_folder(home, catalogue.generation)
    folder.mkdir(parents=True)
    try:
        return _write(folder, catalogue, base, encoder, tuple(roots), recipe, terms_recipe, progress)
    except BaseException:
        # On a full disk the half-written files are in the way of everything else.
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(
    folder: Path,
    catalogue: Catalogue,
    base: Base | None,
    encoder: EncoderRecord,
    roots: tuple[str, ...],
    recipe: str,
    terms_recipe: str,
    progress: Callable[[int, int], None],
) -> Manifest:
    before = folder.with_name(str(base.manifest.generation)) if base else None
    removed = catalogue.removed_since(base.manifest.generation) if base else []
    lexical_from = before if base and base.lexical and base.manifest.terms == terms_recipe else None
    vectors_from = before if base and base.vectors and same_vectors(base.manifest, encoder) else None
    after = base.manifest.generation if base else EVERYTHING
    _write_vectors(folder, vectors_from, catalogue, encoder, after if vectors_from else EVERYTHING, removed)
    _write_lexical(folder, lexical_from, catalogue, after if lexical_from else EVERYTHING, removed, progress)
    known: tuple[FileRecord, ...] = base.manifest.files if base else ()
    files = record_files(folder, before, known)
    _sync_all(folder)
    sources, articles, passages = catalogue.counts()
    return Manifest(
        generation=catalogue.generation,
        encoder=encoder,
        roots=roots,
        recipe=recipe,
        terms=terms_recipe,
        sources=sources,
        articles=articles,
        passages=passages,
        files=files,
    )


def _write_vectors(
    folder: Path, before: Path | None, catalogue: Catalogue, encoder: EncoderRecord, after: int, removed: Sequence[int]
) -> None:
    added = catalogue.count_since(after)
    if before is not None and not added and not removed:
        link_or_copy(before / VECTORS, folder / VECTORS)
        return
    if before is not None:
        index = VectorIndex.open(before / VECTORS, writable=True)
        index.remove(removed)
    else:
        index = VectorIndex.empty(encoder.dimension)
    expected = index.count + added
    for rows, vectors in catalogue.vectors(catalogue.encoder_key(encoder.fingerprint), after):
        index.add(rows, vectors)
    if index.count != expected:
        raise ArchiveDamaged(
            f"{folder.parent.parent}: {expected - index.count} of {expected} passages have no vector in the catalogue. "
            "Run `wenbao build` to embed them."
        )
    index.save(folder / VECTORS)


def _write_lexical(
    folder: Path,
    before: Path | None,
    catalogue: Catalogue,
    after: int,
    removed: Sequence[int],
    progress: Callable[[int, int], None],
) -> None:
    total = catalogue.count_since(after)
    if before is not None and not total and not removed:
        shutil.copytree(before / LEXICAL, folder / LEXICAL, copy_function=_link)
        return
    write_lexical(
        folder / LEXICAL,
        _entries(catalogue, after, total, progress),
        previous=before / LEXICAL if before is not None else None,
        removed=removed if before is not None else (),
    )


def _entries(
    catalogue: Catalogue, after: int, total: int, progress: Callable[[int, int], None]
) -> Iterator[LexicalEntry]:
    shared, headline = "", tuple[str, ...]()
    for done, passage in enumerate(catalogue.passages(after), 1):
        if passage.shared != shared:
            shared, headline = passage.shared, tuple(terms(passage.shared))
        yield LexicalEntry(passage.row, headline, tuple(terms(passage.text)))
        progress(done, total)


def _link(source: str, destination: str) -> None:
    link_or_copy(Path(source), Path(destination))


def _sync_all(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        sync(path)
