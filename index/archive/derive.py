"""From the catalogue to a generation's derived files: the lexical index and the vector index.

What the generation before has and the catalogue has not changed is linked or carried over; the rest comes from the
catalogue. Nothing is read from the sources and nothing embedded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..entries import LexicalEntry, index_terms
from ..errors import ArchiveDamaged
from ..lexical import LexicalIndex, deleted_documents, link_or_copy, write_lexical
from ..vectors import VectorIndex
from .catalogue import Catalogue
from .disk import sync
from .manifest import LEXICAL, VECTORS, EncoderRecord, FileRecord, Manifest, generation_folder, record_files

# A deleted passage goes on counting in BM25's statistics until its segment is written anew. Above this share of deleted
# ones the lexical index is made afresh; so it is after any deletion in an archive of at most so many passages, where
# that takes a second (some 300,000 characters are segmented in one).
STALE_SHARE, FEW_PASSAGES = 0.1, 1000
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
    if lexical_from is not None and not _worth_keeping(lexical_from, len(removed), catalogue.count_since(EVERYTHING)):
        lexical_from = None
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
    index = _earlier_vectors(before, removed) if before is not None else None
    if index is None:
        index, after, added = VectorIndex.empty(encoder.dimension), EVERYTHING, catalogue.count_since(EVERYTHING)
    expected = index.count + added
    for rows, vectors in catalogue.vectors(catalogue.encoder_key(encoder.fingerprint), after):
        index.add(rows, vectors)
    if index.count != expected:
        raise ArchiveDamaged(
            f"{folder.parent.parent}: {expected - index.count} of {expected} passages have no vector in the catalogue. "
            "Run `wenbao build` to embed them."
        )
    index.save(folder / VECTORS)


def _earlier_vectors(before: Path, removed: Sequence[int]) -> VectorIndex | None:
    """The index of the generation before without the rows removed; None if it is too damaged to be opened."""
    try:
        index = VectorIndex.open(before / VECTORS, writable=True)
    except ArchiveDamaged:
        return None
    index.remove(removed)
    return index


def _worth_keeping(before: Path, removed: int, total: int) -> bool:
    """Whether the earlier lexical index can be added to: it opens, and few of its passages will have been deleted."""
    try:
        LexicalIndex.open(before / LEXICAL)
        stale = deleted_documents(before / LEXICAL) + removed
    except ArchiveDamaged:
        return False
    return stale == 0 or (total > FEW_PASSAGES and stale <= STALE_SHARE * (total + stale))


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
            shared, headline = passage.shared, index_terms(passage.shared)
        yield LexicalEntry(passage.row, headline, index_terms(passage.text))
        progress(done, total)


def _link(source: str, destination: str) -> None:
    link_or_copy(Path(source), Path(destination))


def _sync_all(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        sync(path)
