"""The catalogue as a build writes it: sources in, sources out, vectors kept by the text they stand for.

Every call leaves the file consistent and, but for `finish`, unseen: rows belong to the generation being built,
which no reader can open yet.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..entries import embedded_text, shared_text, text_digest
from ..issues import issue_key
from ..types import Article, Page, Passage
from .codec import article_from_json, article_to_json, page_to_json
from .manifest import EncoderRecord
from .schema import PURGE, REWIND

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAGE_OF_ROWS = 2048  # rows taken from the catalogue at a time: a few megabytes


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
    """A source file being read: its pages, and its articles each with its passages, as they come."""

    name: str
    size: int
    digest: str
    stamp: str
    items: Iterable[Page | tuple[Article, Sequence[Passage]]]


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage with what the derived indexes need of its article.

    `digest` is that of `embedded`; `shared` are headline, section titles and byline.
    """

    row: int
    digest: bytes
    text: str
    headline: str
    shared: str

    @property
    def embedded(self) -> str:
        """The text whose vector stands for the passage."""
        return embedded_text(self.headline, self.text)


@dataclass(frozen=True, slots=True)
class Member:
    """An article as it is stored now, and as it is by itself, whatever other pages of its issue tell."""

    key: int
    source: int
    ordinal: int
    article: Article
    alone: Article


class Catalogue:
    """Writes one generation's rows. Only the holder of the build lock may have one."""

    def __init__(self, connection: sqlite3.Connection, generation: int) -> None:
        self._db = connection
        self.generation = generation

    @contextmanager
    def together(self) -> Iterator[None]:
        """Do all that is written inside in one step, or nothing of it; a step inside a step can fail by itself."""
        inner = self._db.in_transaction
        self._db.execute("SAVEPOINT step" if inner else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # After a full disk SQLite has already rolled back.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK TO step" if inner else "ROLLBACK")
                if inner:
                    self._db.execute("RELEASE step")
            raise
        self._db.execute("RELEASE step" if inner else "COMMIT")

    def known(self) -> dict[str, Known]:
        """The sources as of now, by name, those of a build that did not finish included."""
        sql = """
            SELECT s.key, s.name, s.digest, s.stamp, s.recipe, p.path
            FROM sources AS s LEFT JOIN places AS p ON p.name = s.name WHERE s.died IS NULL"""
        return {row[1]: Known(*row) for row in self._db.execute(sql)}

    def put_place(self, name: str, place: bytes) -> None:
        """Note from which path a source is read."""
        self._db.execute("INSERT OR REPLACE INTO places VALUES (?, ?)", (name, place))

    def put(self, reading: Reading, recipe: str, replaced: int | None) -> int:
        """Store a source as it is read, in place of the source `replaced` (a key); returns how many passages it has.

        Whatever is raised by reading it leaves nothing stored.
        """
        pages = articles = passages = 0
        with self.together():
            if replaced is not None:
                self._remove(replaced)
            source = self._db.execute(
                "INSERT INTO sources (name, size, digest, stamp, recipe, pages, articles, passages, born)"
                " VALUES (?, ?, ?, ?, ?, 0, 0, 0, ?)",
                (reading.name, reading.size, reading.digest, reading.stamp, recipe, self.generation),
            ).lastrowid
            for item in reading.items:
                if isinstance(item, Page):
                    row = (source, item.number, page_to_json(item))
                    self._db.execute("INSERT INTO pages VALUES (?, ?, ?)", row)
                    pages += 1
                else:
                    self._put_article(source, articles, *item)
                    articles, passages = articles + 1, passages + len(item[1])
            counts = (pages, articles, passages, source)
            self._db.execute("UPDATE sources SET pages = ?, articles = ?, passages = ? WHERE key = ?", counts)
        return passages

    def touched_issues(self) -> list[str]:
        """The issues that are not what they were in the last generation, and of which pages may tell more of each other."""
        sql = """
            SELECT DISTINCT issue FROM articles AS a WHERE issue IS NOT NULL AND (born = ? OR died = ?)
            AND EXISTS (SELECT 1 FROM articles AS b WHERE b.issue = a.issue AND b.loose AND b.died IS NULL)
            ORDER BY issue"""
        return [issue for (issue,) in self._db.execute(sql, (self.generation, self.generation))]

    def issue(self, key: str) -> list[Member]:
        """The articles of an issue, in the order of sources and of the page."""
        sql = """
            SELECT a.key, a.source, a.ordinal, a.id, a.text, a.data, a.own FROM articles AS a
            JOIN sources AS s ON s.key = a.source WHERE a.issue = ? AND a.died IS NULL ORDER BY s.name, a.ordinal"""
        found = []
        for row, source, ordinal, identity, text, data, own in self._db.execute(sql, (key,)):
            article = article_from_json(identity, text, data)
            alone = article_from_json(identity, *json.loads(own)) if own else article
            found.append(Member(row, source, ordinal, article, alone))
        return found

    def exchange(self, member: Member, article: Article, passages: Sequence[Passage]) -> None:
        """Put another form of an article, and its passages, in the place of the one that is stored."""
        with self.together():
            for table, column in (("passages", "article"), ("articles", "key")):
                self._db.execute(
                    f"UPDATE {table} SET died = ? WHERE {column} = ? AND died IS NULL",  # noqa: S608 (our own names)
                    (self.generation, member.key),
                )
            self._put_article(member.source, member.ordinal, article, passages, alone=member.alone)

    def _put_article(
        self,
        source: int | None,
        ordinal: int,
        article: Article,
        passages: Sequence[Passage],
        alone: Article | None = None,
    ) -> None:
        born = self.generation
        base = article if alone is None else alone
        issue = issue_key(base.source, base.published) if base.record is None else None
        loose = issue is not None and (base.published is None or base.jumps)
        own = None if base == article else json.dumps([base.text, article_to_json(base)], ensure_ascii=False)
        row = (source, ordinal, article.id, article.text, article_to_json(article), born, issue, loose, own)
        sql = """
            INSERT INTO articles (source, ordinal, id, text, data, born, issue, loose, own)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        key = self._db.execute(sql, row).lastrowid
        if article.continues is not None:
            # It is found through the article that it continues.
            return
        dates = {date.value for date in (*article.event_dates, *([article.published] if article.published else []))}
        self._db.executemany("INSERT INTO article_dates VALUES (?, ?)", [(date, key) for date in sorted(dates)])
        names = dict.fromkeys(article.byline)
        self._db.executemany("INSERT INTO article_bylines VALUES (?, ?)", [(name, key) for name in names])
        rows = []
        for passage in passages:
            if article.text[passage.start : passage.end] != passage.text:
                raise ValueError(f"passage {passage.id} is not characters {passage.start}:{passage.end} of its article")
            digest = text_digest(embedded_text(article.title, passage.text))
            rows.append((key, passage.ordinal, passage.id, passage.start, passage.end, digest, born))
        self._db.executemany(
            "INSERT INTO passages (article, ordinal, id, start, end, digest, born) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )

    def remove(self, sources: Sequence[int]) -> None:
        """Take sources (keys) out of the generation being built, all in one step."""
        with self.together():
            for source in sources:
                self._remove(source)

    def _remove(self, source: int) -> None:
        died = self.generation
        self._db.execute(
            "UPDATE passages SET died = ? WHERE article IN (SELECT key FROM articles WHERE source = ?)", (died, source)
        )
        self._db.execute("UPDATE articles SET died = ? WHERE source = ?", (died, source))
        self._db.execute("UPDATE sources SET died = ? WHERE key = ?", (died, source))

    def restamp(self, source: int, stamp: str) -> None:
        """Note that a source (a key) is unchanged though touched."""
        self._db.execute("UPDATE sources SET stamp = ? WHERE key = ?", (stamp, source))

    def read_again(self, names: Collection[str]) -> None:
        """Have the next build read these sources again though their files are unchanged."""
        with self.together():
            sql = "UPDATE sources SET recipe = '', stamp = '' WHERE name = ? AND died IS NULL"
            self._db.executemany(sql, [(name,) for name in sorted(names)])

    def digests(self, generation: int | None = None) -> dict[str, tuple[int, str]]:
        """Key and content digest of each source by name, as of now or in an earlier generation."""
        if generation is None:
            sql = "SELECT name, key, digest FROM sources WHERE died IS NULL"
            return {name: (key, digest) for name, key, digest in self._db.execute(sql)}
        sql = "SELECT name, key, digest FROM sources WHERE born <= :g AND (died IS NULL OR died > :g)"
        return {name: (key, digest) for name, key, digest in self._db.execute(sql, {"g": generation})}

    def counts(self) -> tuple[int, int, int]:
        """Sources, articles and passages as of now."""
        sql = "SELECT count(*), coalesce(sum(articles), 0) FROM sources WHERE died IS NULL"
        sources, articles = self._db.execute(sql).fetchone()
        # Not what the sources had when they were read: articles that were joined have been split anew.
        sql = "SELECT (SELECT count(*) FROM passages) - (SELECT count(*) FROM passages WHERE died IS NOT NULL)"
        return sources, articles, self._db.execute(sql).fetchone()[0]

    def removed_since(self, generation: int) -> list[int]:
        """The passage rows visible in an earlier generation and not now."""
        sql = "SELECT row FROM passages WHERE died > ?1 AND born <= ?1 ORDER BY row"
        return [row for (row,) in self._db.execute(sql, (generation,))]

    def passages(self, after: int, *, without: int | None = None) -> Iterator[Stored]:
        """The passages born after generation `after` (-1: all) and visible now, by row.

        `without` an encoder (a key): those whose text has no vector of it; vectors may be put meanwhile.
        """
        last, known, text, headline, shared = self._row_before(after), -1, "", "", ""
        while rows := self._db.execute(_PASSAGES, (last, after, without, without, _PAGE_OF_ROWS)).fetchall():
            for row, digest, article, start, end in rows:
                if article != known:
                    # Once for an article, not for each of its passages: a file without any border is one long article.
                    text, data = self._db.execute(
                        "SELECT text, data FROM articles WHERE key = ?", (article,)
                    ).fetchone()
                    record = json.loads(data)
                    headline = " ".join(record["headline"])
                    titles = [section[0] for section in record["sections"]]
                    known, shared = article, shared_text(headline, titles, record["byline"])
                yield Stored(row, digest, text[start:end], headline, shared)
            last = rows[-1][0]

    def _row_before(self, after: int) -> int:
        """The last row before those born after generation `after`: rows ascend with the generations."""
        first = self._db.execute("SELECT min(row) FROM passages WHERE born > ?", (after,)).fetchone()[0]
        return 0 if first is None else first - 1

    def count_since(self, after: int) -> int:
        """How many passages `passages` would give."""
        sql = "SELECT count(*) FROM passages WHERE born > ? AND died IS NULL"
        return int(self._db.execute(sql, (after,)).fetchone()[0])

    def encoder_key(self, fingerprint: str) -> int:
        """The number under which an encoder's vectors are kept."""
        self._db.execute("INSERT OR IGNORE INTO encoders (fingerprint) VALUES (?)", (fingerprint,))
        return int(self._db.execute("SELECT key FROM encoders WHERE fingerprint = ?", (fingerprint,)).fetchone()[0])

    def count_unembedded(self, encoder: int, after: int) -> int:
        """How many different texts `passages` would give `without` a vector of this encoder."""
        sql = """
            SELECT count(DISTINCT p.digest) FROM passages AS p WHERE p.row > ? AND +p.born > ? AND p.died IS NULL
            AND NOT EXISTS (SELECT 1 FROM vectors AS v WHERE v.encoder = ? AND v.digest = p.digest)"""
        return int(self._db.execute(sql, (self._row_before(after), after, encoder)).fetchone()[0])

    def put_vectors(self, encoder: int, digests: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors (n, dimension) of texts, in one step."""
        data = np.ascontiguousarray(vectors, dtype="<f4")
        rows = [(encoder, digest, vector.tobytes()) for digest, vector in zip(digests, data, strict=True)]
        with self.together():
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def vectors(self, encoder: int, after: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Rows (n) and vectors (n, dimension) of the passages born after `after` and visible now, by row, in batches."""
        sql = """
            SELECT p.row, v.vector FROM passages AS p JOIN vectors AS v ON v.encoder = ? AND v.digest = p.digest
            WHERE p.row > ? AND +p.born > ? AND p.died IS NULL ORDER BY p.row LIMIT ?"""
        last = self._row_before(after)
        while rows := self._db.execute(sql, (encoder, last, after, _PAGE_OF_ROWS)).fetchall():
            numbers = np.array([row for row, _ in rows], dtype=np.int64)
            matrix = np.frombuffer(b"".join(vector for _, vector in rows), dtype="<f4").reshape(len(rows), -1)
            yield numbers, matrix.astype(np.float32, copy=False)
            last = rows[-1][0]

    def last_encoder(self) -> str | None:
        """The name of the encoder of the last generation that was finished."""
        row = self._db.execute("SELECT encoder FROM generations ORDER BY number DESC LIMIT 1").fetchone()
        return row[0] if row else None

    def finish(self, encoder: EncoderRecord, roots: Sequence[str]) -> None:
        """Put what was written so far safely on disk as the rows of this generation."""
        # Until here a power cut may cost the last transactions (a kill never does); from here on it must not.
        self._db.execute("PRAGMA synchronous = FULL")
        record = (self.generation, encoder.name, encoder.fingerprint, encoder.dimension, json.dumps(list(roots)))
        with self.together():
            self._db.execute("INSERT OR REPLACE INTO generations VALUES (?, ?, ?, ?, ?)", record)
            self._db.execute("DELETE FROM places WHERE name NOT IN (SELECT name FROM sources WHERE died IS NULL)")

    def rewind(self, generation: int) -> None:
        """Undo what builds that did not finish have written since `generation`; vectors stay."""
        with self.together():
            for statement in REWIND:
                self._db.execute(statement, {"generation": generation})

    def purge(self, oldest: int) -> None:
        """Delete what no generation from `oldest` on can see, with the vectors nothing refers to any more."""
        with self.together():
            for statement in PURGE:
                self._db.execute(statement, {"oldest": oldest} if ":oldest" in statement else {})
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")


_PASSAGES = """
    SELECT p.row, p.digest, p.article, p.start, p.end FROM passages AS p
    WHERE p.row > ? AND +p.born > ? AND p.died IS NULL
    AND (? IS NULL OR NOT EXISTS (SELECT 1 FROM vectors AS v WHERE v.encoder = ? AND v.digest = p.digest))
    ORDER BY p.row LIMIT ?"""
