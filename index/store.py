"""The archive folder as a reader sees it: one whole generation, whatever is built meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO
from weakref import finalize

from .archive.codec import article_from_json, page_from_json
from .archive.lock import hold
from .archive.manifest import (
    CURRENT,
    DATABASE,
    LEXICAL,
    MANIFEST,
    VECTORS,
    EncoderRecord,
    Manifest,
    check_files,
    check_format,
    generation_folder,
    missing_database,
    read_manifest,
)
from .archive.schema import connect, version
from .errors import ArchiveBusy, ArchiveDamaged, ArchiveMismatch, UsageError
from .lexical import LexicalIndex
from .types import Article, Filter, Page, Passage, SourceFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .encode import Encoder
    from .vectors import VectorIndex

# Articles kept decoded: those behind the hits of some recent questions, about 10 MB.
_RECENT_ARTICLES = 1024
# The distinct values of an index's first column, each found by one look-up instead of a scan of all rows; the table
# holds the rows of other generations too, and a value counts if one of its articles is visible in this one.
_SKIP = """
    WITH RECURSIVE found (seen) AS (
        SELECT min({column}) FROM {table}
        UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > seen) FROM found WHERE seen IS NOT NULL)
    SELECT seen FROM found WHERE seen IS NOT NULL
        AND EXISTS (SELECT 1 FROM {table} AS t JOIN articles AS a ON a.key = t.article WHERE t.{column} = seen)"""
# A generation can be swept away between reading CURRENT and taking hold of it only if two builds end in that instant.
_ATTEMPTS = 5


def check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    """Refuse to compare vectors of two encoders.

    :raises ArchiveMismatch: if the archive was embedded by another encoder than `encoder`.
    """
    built, asked = manifest.encoder, EncoderRecord(encoder.name, encoder.fingerprint, encoder.dimension)
    if (built.fingerprint, built.dimension) == (asked.fingerprint, asked.dimension):
        return
    if built.name == asked.name:
        raise ArchiveMismatch(
            f"the archive was built with another version of encoder {built.name} ({built.fingerprint[:8]}, not "
            f"{asked.fingerprint[:8]}). Run `wenbao build` to embed it anew."
        )
    raise ArchiveMismatch(
        f"the archive was built with encoder {built.name} ({built.dimension} dimensions), not {asked.name} "
        f"({asked.dimension}). Ask with --encoder {built.name}, or run `wenbao build --encoder {asked.name}`."
    )


class Archive:
    """Reads one generation. Safe for use from several threads: each query borrows a connection of its own.

    While it is open, a shared lock on the generation's manifest keeps builds from sweeping its files and rows away.
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
        self._article = lru_cache(_RECENT_ARTICLES)(article_from_json)

    @classmethod
    def open(cls, home: Path) -> Archive:
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
            archive = cls(home, manifest, lease)
            try:
                archive._check()
            except BaseException:
                archive.close()
                raise
            return archive
        raise ArchiveBusy(f"{home}: new generations replace each other faster than they can be opened. Try again.")

    def _check(self) -> None:
        if not (self.home / DATABASE).is_file():
            raise missing_database(self.home)
        with self._reading() as connection:
            check_format(self.home, version(connection))
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

    def __enter__(self) -> Archive:
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
        from .vectors import VectorIndex

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
            raise self._broken(error) from error
        self._idle.append(connection)
        if self._closed:
            _close_all(self._idle)

    def _connect(self) -> sqlite3.Connection:
        try:
            return connect(self.home, generation=self.generation)
        except sqlite3.DatabaseError as error:
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.DatabaseError) -> ArchiveDamaged:
        return ArchiveDamaged(f"{self.home / DATABASE}: cannot be read ({error}). Run `wenbao doctor`.")

    def _rows(self, sql: str, *parameters: object) -> list[Any]:
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()

    def sources(self) -> list[SourceFile]:
        """The source files, by name."""
        sql = "SELECT name, size, digest, pages, articles, passages FROM sources ORDER BY name"
        return [SourceFile(*row) for row in self._rows(sql)]

    def articles(self, source: str | None = None) -> list[Article]:
        """The articles of one source or of all, in the order of sources and of the page."""
        sql = """
            SELECT a.id, a.text, a.data FROM sources AS s JOIN articles AS a ON a.source = s.key
            WHERE s.name = coalesce(?, s.name) ORDER BY s.name, a.ordinal"""
        return [self._article(*row) for row in self._rows(sql, source)]

    def article(self, identity: str) -> Article:
        """One article by its id.

        :raises UsageError: if this generation holds none of that id.
        """
        for row in self._rows("SELECT id, text, data FROM articles WHERE id = ?", identity):
            return self._article(*row)
        raise UsageError(f"{identity}: no article of this id in {self.home}. `wenbao articles` lists them.")

    def bylines(self) -> list[str]:
        """The names of all reporters of this generation's articles, by name."""
        return [name for (name,) in self._rows(_SKIP.format(column="name", table="article_bylines"))]

    def dates(self) -> list[str]:
        """Every date that an article of this generation carries, ascending; `MM-DD` where the year is unknown."""
        return [value for (value,) in self._rows(_SKIP.format(column="value", table="article_dates"))]

    def longest_articles(self, most: int) -> list[Article]:
        """At most `most` articles: the longest of those read first, enough to show what the archive is about."""
        sql = """
            SELECT id, text, data FROM (SELECT id, text, data FROM articles LIMIT ?)
            ORDER BY length(text) DESC, id LIMIT ?"""
        return [self._article(*row) for row in self._rows(sql, 10 * most, most)]

    def articles_by(self, name: str) -> list[Article]:
        """The articles under a reporter's byline, in the order of sources and of the page."""
        return self._listed("SELECT article FROM article_bylines WHERE name = ?", name)

    def articles_on(self, dates: Sequence[str]) -> list[Article]:
        """The articles that carry any of these dates, in the order of sources and of the page."""
        sql = "SELECT article FROM article_dates WHERE value IN (SELECT value FROM json_each(?))"
        return self._listed(sql, json.dumps(list(dates)))

    def _listed(self, keys: str, parameter: str) -> list[Article]:
        sql = f"""
            SELECT a.id, a.text, a.data FROM articles AS a JOIN sources AS s ON a.source = s.key
            WHERE a.key IN ({keys}) ORDER BY s.name, a.ordinal"""  # noqa: S608 (the parts are constants of this module)
        return [self._article(*row) for row in self._rows(sql, parameter)]

    def article_passages(self, article: str) -> list[Passage]:
        """The passages of an article, in order; none if there is no such article."""
        sql = """
            SELECT p.row, p.id, p.ordinal, p.start, p.end
            FROM articles AS a JOIN passages AS p ON p.article = a.key WHERE a.id = ? ORDER BY p.ordinal"""
        found = self._rows(sql, article)
        # Once, and not beside each passage: of a long article that would be its text a thousand times.
        text = self._rows("SELECT text FROM articles WHERE id = ?", article)[0][0] if found else ""
        return [
            Passage(identity, article, ordinal, start, end, text[start:end], row)
            for row, identity, ordinal, start, end in found
        ]

    def passages(self, rows: Sequence[int]) -> list[tuple[Article, Passage]]:
        """The passages known to the derived indexes as `rows`, in that order, each with its article.

        :raises ArchiveDamaged: if a row is not in this generation.
        """
        sql = """
            SELECT p.row, p.id, p.ordinal, p.start, p.end, a.id, a.text, a.data
            FROM passages AS p JOIN articles AS a ON a.key = p.article
            WHERE p.row IN (SELECT value FROM json_each(?))"""
        wanted = [int(row) for row in rows]
        found: dict[int, tuple[Article, Passage]] = {}
        for row, identity, ordinal, start, end, *stored in self._rows(sql, json.dumps(wanted)):
            article = self._article(*stored)
            found[row] = article, Passage(identity, article.id, ordinal, start, end, article.text[start:end], row)
        try:
            return [found[row] for row in wanted]
        except KeyError as error:
            raise ArchiveDamaged(
                f"{self._folder}: passage {error} is not in the catalogue. Run `wenbao doctor` to repair the archive."
            ) from error

    def page(self, source: str, number: int = 1) -> Page:
        """A page with its original lines as they were read; the file itself may be gone.

        :raises UsageError: if this generation holds no such page.
        """
        sql = """
            SELECT g.lines FROM sources AS s JOIN pages AS g ON g.source = s.key WHERE s.name = ? AND g.number = ?"""
        for (lines,) in self._rows(sql, source, number):
            return page_from_json(source, number, lines)
        raise UsageError(f"{source}: no page {number} of this source in {self.home}.")

    def origin(self, source: str) -> tuple[bytes, str, str] | None:
        """The path a source was last read from, in the bytes of the file system, with the stamp and the digest it had
        then; None where that was never noted."""
        with self._reading() as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'places'").fetchone():
                return None  # an archive built before places were noted
            sql = "SELECT p.path, s.stamp, s.digest FROM sources AS s JOIN places AS p ON p.name = s.name WHERE s.name = ?"
            found: tuple[bytes, str, str] | None = connection.execute(sql, (source,)).fetchone()
            return found

    def select(self, wanted: Filter) -> NDArray[np.int64] | None:
        """The rows whose articles satisfy the filter, ascending; None if every row does.

        A date without a year lies in no period: nothing says which year it belongs to.
        """
        import numpy as np

        if wanted.empty:
            return None
        conditions, parameters = _conditions(wanted)
        articles = [key for (key,) in self._rows(" INTERSECT ".join(conditions), *parameters)]
        sql = "SELECT row FROM passages WHERE article IN (SELECT value FROM json_each(?)) ORDER BY row"
        return np.array([row for (row,) in self._rows(sql, json.dumps(articles))], dtype=np.int64)


def _close_all(connections: deque[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _release(lease: BinaryIO, connections: deque[sqlite3.Connection]) -> None:
    _close_all(connections)
    lease.close()


def _conditions(wanted: Filter) -> tuple[list[str], list[str]]:
    """For each part of the filter a query for the keys of the articles that satisfy it, in any generation."""
    conditions: list[str] = []
    parameters: list[str] = []
    if wanted.source is not None:
        conditions.append("SELECT a.key FROM sources AS s JOIN articles AS a ON a.source = s.key WHERE s.name = ?")
        parameters.append(wanted.source)
    if wanted.byline is not None:
        conditions.append("SELECT article FROM article_bylines WHERE name = ?")
        parameters.append(wanted.byline.strip())
    if wanted.date_from is not None or wanted.date_to is not None:
        conditions.append("SELECT article FROM article_dates WHERE value BETWEEN ? AND ? AND length(value) = 10")
        parameters += [wanted.date_from or "0000-00-00", wanted.date_to or "9999-99-99"]
    return conditions, parameters
