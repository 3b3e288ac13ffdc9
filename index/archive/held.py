"""One generation held open for reading: its lock, its connections, its derived indexes, opened when they are needed."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, Self
from weakref import finalize

from ..errors import ArchiveBusy, ArchiveDamaged
from ..lexical import LexicalIndex
from .lock import hold
from .manifest import (
    CURRENT,
    DATABASE,
    LEXICAL,
    MANIFEST,
    VECTORS,
    Manifest,
    check_files,
    check_format,
    generation_folder,
    missing_database,
    read_manifest,
)
from .schema import NO_TABLES, connect, explained, version

if TYPE_CHECKING:
    from ..vectors import VectorIndex

# A generation can be swept away between reading CURRENT and taking hold of it only if two builds end in that instant.
_ATTEMPTS = 5


class Held:
    """A generation that stays: a shared lock on its manifest keeps builds from sweeping its files and rows away.

    Safe for use from several threads: each query borrows a connection of its own.
    """

    def __init__(self, home: Path, manifest: Manifest, lease: BinaryIO) -> None:
        self.home = home
        self.manifest = manifest
        self._idle: deque[sqlite3.Connection] = deque()
        # An engine drops its archive for a newer one while questions are under way: the last of them to end closes it.
        self._release = finalize(self, _release, lease, self._idle)
        self._closed = False
        self._opening = Lock()
        self._lexical: LexicalIndex | None = None
        self._vectors: VectorIndex | None = None

    @classmethod
    def open(cls, home: Path) -> Self:
        """Open the serving generation: sizes of all derived files and digests up to 64 MiB are checked.

        :raises NoArchive: if nothing has been built in `home`.
        :raises ArchiveMismatch: if another format version wrote it.
        :raises ArchiveDamaged: if a file is missing or does not match its checksum.
        """
        home = home.absolute()
        for _ in range(_ATTEMPTS):
            try:
                manifest = read_manifest(home)
            except ArchiveDamaged:
                # Swept away between reading CURRENT and reading the manifest, or really damaged?
                manifest = read_manifest(home)
            lease = hold(generation_folder(home, manifest.generation) / MANIFEST)
            if lease is None:
                continue
            held = cls(home, manifest, lease)
            try:
                held._check()
            except BaseException:
                held.close()
                raise
            return held
        raise ArchiveBusy(f"{home}: new generations replace each other faster than they can be opened. Try again.")

    def _check(self) -> None:
        if not (self.home / DATABASE).is_file():
            raise missing_database(self.home)
        with self._reading() as connection:
            found = version(connection)
            if not found:
                raise ArchiveDamaged(
                    f"{self.home / DATABASE}: {NO_TABLES}. Run `wenbao build` to build anew from the sources."
                )
            check_format(self.home, found)
            known = connection.execute("SELECT 1 FROM generations WHERE number = ?", (self.generation,)).fetchone()
        if known is None:
            raise ArchiveDamaged(
                f"{self.home / DATABASE}: does not hold generation {self.generation}, which {CURRENT} names. "
                "Run `wenbao build` to repair the archive."
            )
        check_files(self.home, self.manifest)

    def close(self) -> None:
        """Let go of the generation; the archive can no longer be used."""
        self._closed = True
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """The number of the generation being read."""
        return self.manifest.generation

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 search, opened at first use."""
        with self._opening:
            if self._lexical is None:
                self._lexical = LexicalIndex.open(self._folder / LEXICAL)
            return self._lexical

    @property
    def vectors(self) -> VectorIndex:
        """Vector search, opened at first use."""
        from ..vectors import VectorIndex

        with self._opening:
            if self._vectors is None:
                self._vectors = VectorIndex.open(self._folder / VECTORS)
            return self._vectors

    @property
    def _folder(self) -> Path:
        return generation_folder(self.home, self.generation)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._closed:
            raise ValueError("the archive is closed")
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            connection.close()
            raise explained(self.home, error) from error
        self._idle.append(connection)
        if self._closed:
            _close_all(self._idle)

    def _connect(self) -> sqlite3.Connection:
        try:
            return connect(self.home, generation=self.generation)
        except sqlite3.DatabaseError as error:
            raise explained(self.home, error) from error

    def _rows(self, sql: str, *parameters: object) -> list[Any]:
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()


def _close_all(connections: deque[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _release(lease: BinaryIO, connections: deque[sqlite3.Connection]) -> None:
    _close_all(connections)
    lease.close()
