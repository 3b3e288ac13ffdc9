"""From the catalogue to a generation's derived files: the lexical index and the vector index.

What the generation before has and the catalogue has not changed is linked or carried over; the rest comes from the
catalogue. Nothing is read from the sources and nothing embedded.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from .. import lexical, vectors
from ..entries import LexicalEntry, lexical_entries
from ..errors import ArchiveDamaged, ArchiveError
from ..lexical import LexicalIndex, write_lexical
from ..vectors import VectorIndex, write_vectors
from ..wordlist import Wordlist
from ..workers import Lost, Workers
from .catalogue import Catalogue
from .disk import sync
from .embeddings import Embeddings, count_passages, stored_passages
from .generations import BEGINNING, End
from .manifest import LEXICAL, VECTORS, EncoderRecord, FileRecord, Manifest, generation_folder, record_files
from .pace import Pace
from .schema import connect

# A deleted passage goes on counting in BM25's statistics until its segment is written anew. In an archive of at most so
# many passages the lexical index is made afresh after any deletion: that takes a moment, and answers are as in a new one.
FEW_PASSAGES = 1000
# Passages whose terms are made in one go; other processes, which take half a second to begin, from this many on.
_TASK, _WORTH_SHARING = 512, 10_000
# The last step of writing many terms, a fifth of it, is done by the writing threads alone.
_WRITING_THREADS = 2


@dataclass(frozen=True, slots=True)
class Base:
    """The generation built upon: its manifest, where it ends, and which of its derived indexes can be carried over."""

    manifest: Manifest
    end: End
    lexical: bool
    vectors: bool


def same_vectors(manifest: Manifest, encoder: EncoderRecord) -> bool:
    """Whether the generation's vectors are those the encoder would make, whatever name it goes by."""
    built = manifest.encoder
    return (built.fingerprint, built.dimension) == (encoder.fingerprint, encoder.dimension)


def worn(home: Path, base: Base) -> Base | None:
    """The generation with those of its indexes given up that should be written anew from everything; None if none should.

    An index that has been added to and taken from for long is slower, and holds what is long gone.
    """
    folder = generation_folder(home, base.manifest.generation)
    try:
        stale = lexical.needs_compaction(folder / LEXICAL), vectors.needs_compaction(folder / VECTORS)
    except ArchiveDamaged:
        return None
    return replace(base, lexical=not stale[0], vectors=not stale[1]) if any(stale) else None


@dataclass(frozen=True, slots=True)
class Making:
    """What the next generation is made from and with."""

    home: Path
    catalogue: Catalogue
    encoder: EncoderRecord
    roots: tuple[str, ...]
    words: Wordlist
    recipe: str
    terms: str
    workers: Workers
    pace: Pace

    def write(self, base: Base | None) -> Manifest:
        """Write the derived files of the catalogue's generation to a new folder; returns its manifest, not yet published.

        :raises ArchiveDamaged: if the catalogue lacks vectors, or the earlier indexes are damaged.
        :raises OSError: if they cannot be written.
        """
        folder = generation_folder(self.home, self.catalogue.generation)
        folder.mkdir(parents=True)
        try:
            return self._write(folder, base)
        except BaseException:
            # On a full disk the half-written files are in the way of everything else.
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _write(self, folder: Path, base: Base | None) -> Manifest:
        end = base.end if base else BEGINNING
        before = folder.with_name(str(base.manifest.generation)) if base else None
        removed = self.catalogue.removed_since(end) if base else []
        added = count_passages(self.catalogue.connection, end)
        passages = (base.manifest.passages if base else 0) - len(removed) + added
        lexical_from = before if base and base.lexical and base.manifest.terms == self.terms else None
        if lexical_from is not None and not _opens(lexical_from / LEXICAL, removed, passages):
            lexical_from = None
        vectors_from = before if base and base.vectors and same_vectors(base.manifest, self.encoder) else None
        terms = added if lexical_from else passages
        self.pace.begin("compact" if base and not (base.lexical and base.vectors) else "index", terms)
        # The one learns and copies while the other waits for terms.
        with ThreadPoolExecutor(1, thread_name_prefix="wenbao-vectors") as beside:
            written = beside.submit(self._write_vectors, folder, vectors_from, end, removed, passages)
            self._write_lexical(folder, lexical_from, end, removed, terms)
            written.result()
        known: tuple[FileRecord, ...] = base.manifest.files if base else ()
        files = record_files(folder, before, known)
        _sync_all(folder)
        sources, articles = self.catalogue.counts()
        return Manifest(
            generation=self.catalogue.generation,
            encoder=self.encoder,
            roots=self.roots,
            words=self.words.text,
            recipe=self.recipe,
            terms=self.terms,
            vectors=VectorIndex.open(folder / VECTORS).kind,
            sources=sources,
            articles=articles,
            passages=passages,
            files=files,
        )

    def _write_vectors(
        self, folder: Path, carried: Path | None, end: End, removed: Sequence[int], expected: int
    ) -> None:
        with closing(connect(self.home)) as connection:
            embeddings = Embeddings(connection, self.encoder.fingerprint)
            count = self._count_written(folder, embeddings, carried, end, removed)
        if count != expected:
            raise ArchiveDamaged(
                f"{self.home}: {expected - count} of {expected} passages have no vector in the catalogue. "
                "Run `wenbao doctor` to embed them."
            )

    def _count_written(
        self, folder: Path, embeddings: Embeddings, carried: Path | None, end: End, removed: Sequence[int]
    ) -> int:
        """Write the vectors; returns how many there are."""
        dimension = self.encoder.dimension

        def progress(*_: int) -> None:
            self.pace.again()

        if carried is not None:
            try:
                batches, earlier = embeddings.batches(end), carried / VECTORS
                return write_vectors(
                    folder / VECTORS, dimension, batches, previous=earlier, removed=removed, progress=progress
                )
            except ArchiveDamaged:  # in a way that its checksums did not tell, or they were not looked at
                shutil.rmtree(folder / VECTORS)
        return write_vectors(folder / VECTORS, dimension, embeddings.batches(BEGINNING), progress=progress)

    def _write_lexical(self, folder: Path, carried: Path | None, end: End, removed: Sequence[int], total: int) -> None:
        write_lexical(
            folder / LEXICAL,
            self._entries(end if carried else BEGINNING, total),
            previous=carried / LEXICAL if carried is not None else None,
            removed=removed if carried is not None else (),
            threads=_WRITING_THREADS if total > _WORTH_SHARING else 1,
        )

    def _entries(self, beyond: End, total: int) -> Iterator[LexicalEntry]:
        found = ((p.row, p.shared, p.text) for p in stored_passages(self.catalogue.connection, beyond))
        tasks = iter(lambda: list(islice(found, _TASK)), [])
        done = 0
        entries_of = partial(lexical_entries, wordlist=self.words)
        for entries in self.workers.map(entries_of, tasks) if total > _WORTH_SHARING else map(entries_of, tasks):
            if isinstance(entries, Lost):
                raise ArchiveError(
                    f"{self.home}: a process of this build was ended from outside (out of memory?). Build again: what was "
                    "read is kept."
                )
            yield from entries
            done += len(entries)
            self.pace.passed(len(entries))
            self.pace.at(done)


def _opens(before: Path, removed: Sequence[int], passages: int) -> bool:
    """Whether the earlier lexical index can be added to."""
    if removed and passages <= FEW_PASSAGES:
        return False
    try:
        LexicalIndex.open(before)
    except ArchiveDamaged:
        return False
    return True


def _sync_all(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        sync(path)
