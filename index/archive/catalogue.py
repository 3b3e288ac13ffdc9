"""The catalogue as a build writes it: sources in, sources out.

Every call leaves the file consistent and, but for `finish`, unseen: rows belong to the generation being built,
which no reader can open yet.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any

from ..entries import embedded_text, passage_context
from .checksums import checksum, damaged
from .codec import source_checksum
from .generations import End
from .manifest import EncoderRecord
from .rows import ArticleRow, Fresh, PageRow

# Rows put into a table in one call: a file of a million articles is never held as a whole.
_AT_ONCE = 512
# Passages kept at hand until they are embedded, about 10 MB; more are taken from the tables again.
_MOST_FRESH = 16_384


@dataclass(frozen=True, slots=True)
class Known:
    """A source as the last build left it; `place` is the path it was read from, if that is known."""

    key: int
    name: str
    digest: str
    stamp: str
    recipe: str
    place: bytes | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A source file being read: its pages and articles, as they come."""

    name: str
    size: int
    digest: str
    stamp: str
    recipe: str
    rows: Iterable[PageRow | ArticleRow]


class Catalogue:
    """Writes one generation's rows. Only the holder of the build lock may have one."""

    def __init__(self, connection: sqlite3.Connection, generation: int) -> None:
        self.connection = connection
        self.generation = generation
        # Keys are given out here, so that rows go in by the hundred; they are never given twice, as AUTOINCREMENT sees to.
        self._last = {"sources": 0, "articles": 0, "passages": 0}
        self._last.update(connection.execute("SELECT name, seq FROM sqlite_sequence"))
        self._spare: dict[bytes, int] | None = None
        self._fresh: list[Fresh] | None = []

    @property
    def last_row(self) -> int:
        """The last passage row that was given out."""
        return self._last["passages"]

    @property
    def spare(self) -> dict[bytes, int]:
        """Digest and row of passages that are on their way out: their text may come back, in this source or another."""
        if self._spare is None:
            found = self.connection.execute("SELECT digest, row FROM passages WHERE died IS NOT NULL ORDER BY died")
            self._spare = dict(found)
        return self._spare

    @contextmanager
    def together(self) -> Iterator[None]:
        """Do all that is written inside in one step, or nothing of it; a step inside a step can fail by itself."""
        db = self.connection
        inner = db.in_transaction
        last, fresh = dict(self._last), len(self._fresh or ())
        db.execute("SAVEPOINT step" if inner else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # After a full disk SQLite has already rolled back.
            if db.in_transaction:
                db.execute("ROLLBACK TO step" if inner else "ROLLBACK")
                if inner:
                    db.execute("RELEASE step")
            # What was given out is given out again: a generation ends at its last row.
            self._last = last
            del (self._fresh or [])[fresh:]
            raise
        db.execute("RELEASE step" if inner else "COMMIT")

    def known(self) -> dict[str, Known]:
        """The sources as of now, by name, those of a build that did not finish included."""
        sql = """
            SELECT s.key, s.name, s.digest, s.stamp, s.recipe, p.path
            FROM sources AS s LEFT JOIN places AS p ON p.name = s.name WHERE s.died IS NULL"""
        found = {row[1]: Known(*row) for row in self.connection.execute(sql)}
        if not all(isinstance(name, str) for name in found):
            raise damaged("the name of a source")
        return found

    def put_place(self, name: str, place: bytes) -> None:
        """Note from which path a source is read."""
        self.connection.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (name, place))

    def put(self, reading: Reading, replaced: int | None) -> int:
        """Store a source as it is read, in place of the source `replaced` (a key); returns how many passages it has.

        Whatever is raised by reading it leaves nothing stored.
        """
        pages = articles = passages = 0
        with self.together():
            if replaced is not None:
                self._remove(replaced)
            source = self._next("sources")
            row = (source, reading.name, reading.size, reading.digest, reading.stamp, reading.recipe, self.generation)
            self.connection.execute(
                "INSERT INTO sources (key, name, size, digest, stamp, recipe, pages, articles, passages, crc, born)"
                " VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?)",
                row,
            )
            rows = iter(reading.rows)
            while some := list(islice(rows, _AT_ONCE)):
                found = [row for row in some if isinstance(row, PageRow)]
                self.connection.executemany("INSERT INTO pages VALUES (?, ?, ?)", [(source, *row) for row in found])
                whole = [row for row in some if isinstance(row, ArticleRow)]
                passages += self._put_articles([(source, articles + n, row) for n, row in enumerate(whole)])
                pages, articles = pages + len(found), articles + len(whole)
            counts = (pages, articles, passages)
            crc = source_checksum(reading.name, reading.size, reading.digest, *counts)
            sql = "UPDATE sources SET pages = ?, articles = ?, passages = ?, crc = ? WHERE key = ?"
            self.connection.execute(sql, (*counts, crc, source))
        return passages

    def exchange(self, key: int, source: int, ordinal: int, row: ArticleRow) -> None:
        """Put another form of an article (a key) in the place of the one that is stored."""
        with self.together():
            self.remove_articles([key])
            self._put_articles([(source, ordinal, row)])

    def _put_articles(self, articles: Sequence[tuple[int, int, ArticleRow]]) -> int:
        """Store articles, each with its source and its place there; returns how many passages they have."""
        db, born = self.connection, self.generation
        keys = [self._next("articles") for _ in articles]
        numbered = list(zip(keys, articles, strict=True))
        firsts = accumulate((len(row.passages) for *_, row in articles), initial=self.last_row + 1)
        db.executemany(
            "INSERT INTO articles (key, source, ordinal, id, text, data, crc, passages, first, born, issue, loose, own)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (key, source, ordinal, *row[:4], len(row.passages), first, born, row.issue, row.loose, row.own)
                for (key, (source, ordinal, row)), first in zip(numbered, firsts, strict=False)
            ],
        )
        dates = [(date, key) for key, (*_, row) in numbered for date in row.dates]
        db.executemany("INSERT INTO article_dates VALUES (?, ?)", dates)
        names = [(name, key) for key, (*_, row) in numbered for name in row.bylines]
        db.executemany("INSERT INTO article_bylines VALUES (?, ?)", names)
        passages = [
            (self._next("passages"), key, *passage, born) for key, (*_, row) in numbered for passage in row.passages
        ]
        db.executemany(
            "INSERT INTO passages (row, article, ordinal, id, start, end, digest, born) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            passages,
        )
        self._note_fresh(passages, [row for *_, row in articles])
        return len(passages)

    def _note_fresh(self, passages: Sequence[tuple[Any, ...]], articles: Sequence[ArticleRow]) -> None:
        if self._fresh is None or len(self._fresh) > _MOST_FRESH:
            self._fresh = None
            return
        rows = iter(passages)
        for article in articles:
            for passage in article.passages:
                context = passage_context(article.title, article.text, passage.start)
                text = embedded_text(context, article.text[passage.start : passage.end])
                self._fresh.append(Fresh(next(rows)[0], passage.digest, text))

    def take_fresh(self) -> list[Fresh] | None:
        """The passages stored since the last call, to be embedded; None if they are too many to be kept at hand."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def _next(self, table: str) -> int:
        self._last[table] += 1
        return self._last[table]

    def remove(self, sources: Sequence[int]) -> None:
        """Take sources (keys) out of the generation being built, all in one step."""
        with self.together():
            for source in sources:
                self._remove(source)

    def remove_articles(self, articles: Sequence[int]) -> None:
        """Take articles (keys) with their passages out of the generation being built."""
        with self.together():
            for key in articles:
                self._die("articles", "key = ?", key)
                self._die("passages", "article = ?", key)

    def _remove(self, source: int) -> None:
        self.set_aside([source])
        self._die("passages", "article IN (SELECT key FROM articles WHERE source = ?)", source)
        self._die("articles", "source = ?", source)
        self._die("sources", "key = ?", source)

    def _die(self, table: str, condition: str, key: int) -> None:
        # What has died in an earlier generation stays as it is.
        sql = f"UPDATE {table} SET died = ? WHERE {condition} AND died IS NULL"  # noqa: S608 (our own names)
        self.connection.execute(sql, (self.generation, key))

    def set_aside(self, sources: Sequence[int]) -> None:
        """Remember the texts of sources (keys) that go, or may go, so that they are not embedded again elsewhere."""
        sql = """
            SELECT p.digest, p.row FROM articles AS a JOIN passages AS p ON p.article = a.key
            WHERE a.source = ? AND p.died IS NULL"""
        for source in sources:
            self.spare.update(self.connection.execute(sql, (source,)))

    def restamp(self, source: int, stamp: str) -> None:
        """Note that a source (a key) is unchanged though touched."""
        self.connection.execute("UPDATE sources SET stamp = ? WHERE key = ?", (stamp, source))

    def read_again(self, sources: Collection[int] | None) -> None:
        """Have the next build read these sources (keys), or all, again though their files are unchanged."""
        sql = "UPDATE sources SET recipe = '', stamp = '' WHERE died IS NULL"
        with self.together():
            if sources is None:
                self.connection.execute(sql)
            else:
                self.connection.executemany(f"{sql} AND key = ?", [(key,) for key in sorted(sources)])

    def digests(self, generation: int | None = None) -> dict[str, tuple[int, str]]:
        """Key and content digest of each source by name, as of now or in an earlier generation."""
        if generation is None:
            sql = "SELECT name, key, digest FROM sources WHERE died IS NULL"
            return {name: (key, digest) for name, key, digest in self.connection.execute(sql)}
        sql = "SELECT name, key, digest FROM sources WHERE born <= :g AND (died IS NULL OR died > :g)"
        return {name: (key, digest) for name, key, digest in self.connection.execute(sql, {"g": generation})}

    def counts(self) -> tuple[int, int]:
        """Sources and articles as of now."""
        sql = "SELECT count(*), coalesce(sum(articles), 0) FROM sources WHERE died IS NULL"
        sources, articles = self.connection.execute(sql).fetchone()
        return sources, articles

    def removed_since(self, end: End) -> list[int]:
        """The passage rows visible in an earlier generation and not now."""
        sql = "SELECT row FROM passages WHERE died > ? AND row <= ? ORDER BY row"
        return [row for (row,) in self.connection.execute(sql, (end.generation, end.passage))]

    def finish(self, encoder: EncoderRecord, roots: Sequence[str], words: str) -> End:
        """Put what was written so far safely on disk as the rows of this generation; returns where it ends."""
        # Until here a power cut may cost the last transactions (a kill never does); from here on it must not.
        self.connection.execute("PRAGMA synchronous = FULL")
        end = End(self.generation, self._last["articles"], self._last["passages"])
        self.record(encoder, roots, words, end)
        return end

    def record(self, encoder: EncoderRecord, roots: Sequence[str], words: str, end: End) -> None:
        """Note what this generation is of, and where it ends."""
        about = (encoder.name, encoder.fingerprint, encoder.dimension, json.dumps(list(roots)), words)
        record = (self.generation, *about, end.article, end.passage)
        with self.together():
            sql = "INSERT OR REPLACE INTO generations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            self.connection.execute(sql, (*record, checksum(*record)))
