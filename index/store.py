"""The archive folder as a reader sees it: one whole generation, whatever is built meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .archive.checksums import damaged
from .archive.codec import page_from_blob, source_checksum, verified_article
from .archive.held import Held
from .archive.manifest import DATABASE, EncoderRecord, Manifest
from .errors import ArchiveDamaged, ArchiveMismatch, UsageError
from .types import Article, Filter, Page, Passage, SourceFile
from .wordlist import Wordlist

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .encode import Encoder

# Articles kept decoded: those behind the hits of some recent questions, about 10 MB.
_RECENT_ARTICLES = 1024
# Rows allowed by the filters of recent questions: who filters asks again, and a million rows are 8 MB.
_RECENT_FILTERS = 4


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


class Archive(Held):
    """Reads one generation, whatever is built meanwhile. Safe for use from several threads."""

    def __init__(self, home: Path, manifest: Manifest, lease: BinaryIO) -> None:
        super().__init__(home, manifest, lease)
        self._article = lru_cache(_RECENT_ARTICLES)(verified_article)
        self._selected: dict[Filter, NDArray[np.int64]] = {}

    def sources(self) -> list[SourceFile]:
        """The source files, by name.

        :raises ArchiveDamaged: here and wherever articles are told, if they are not as they were written.
        """
        found: list[SourceFile] = []
        sql = "SELECT name, size, digest, pages, articles, passages, crc FROM sources ORDER BY name"
        for *row, crc in self._rows(sql):
            if source_checksum(*row) != crc:
                raise damaged(f"source {row[0]}")
            found.append(SourceFile(*row))
        if len(found) != self.manifest.sources:
            raise damaged("the list of sources")
        return found

    def articles(self, source: str | None = None) -> list[Article]:
        """The articles of one source or of all, in the order of sources and of the page."""
        sql = """
            SELECT a.id, a.text, a.data, a.crc FROM sources AS s JOIN articles AS a ON a.source = s.key
            WHERE s.name = coalesce(?, s.name) ORDER BY s.name, a.ordinal"""
        found = [self._article(*row) for row in self._rows(sql, source)]
        promised = self.manifest.articles
        if source is not None:
            promised = sum(count for (count,) in self._rows("SELECT articles FROM sources WHERE name = ?", source))
        if len(found) != promised:
            raise damaged(f"the list of articles of {source or 'all sources'}")
        return found

    def article(self, identity: str) -> Article:
        """One article by its id.

        :raises UsageError: if this generation holds none of that id.
        """
        for row in self._rows("SELECT id, text, data, crc FROM articles WHERE id = ?", identity):
            return self._article(*row)
        raise UsageError(f"{identity}: no article of this id in {self.home}. `wenbao articles` lists them.")

    def bylines(self) -> list[str]:
        """The names of all reporters of this generation's articles, by name."""
        return self._bylines

    @cached_property
    def wordlist(self) -> Wordlist:
        """The user's own words that this generation's passages are found by."""
        return Wordlist.parse(self.manifest.words)

    def dates(self) -> list[str]:
        """Every date that an article of this generation carries, ascending; `MM-DD` where the year is unknown."""
        return self._dates

    # Found once: they grow with the archive, and questions ask for them.
    @cached_property
    def _bylines(self) -> list[str]:
        from .archive.select import bylines

        with self._reading() as connection:
            return bylines(connection)

    @cached_property
    def _dates(self) -> list[str]:
        from .archive.select import dates

        with self._reading() as connection:
            return dates(connection)

    def longest_articles(self, most: int) -> list[Article]:
        """At most `most` articles: the longest of those read first, enough to show what the archive is about."""
        sql = """
            SELECT id, text, data, crc FROM (SELECT id, text, data, crc FROM articles LIMIT ?)
            ORDER BY length(text) DESC, id LIMIT ?"""
        return [self._article(*row) for row in self._rows(sql, 10 * most, most)]

    def articles_by(self, name: str, where: Filter | None = None) -> list[Article]:
        """The articles under a reporter's byline that satisfy `where`, in the order of sources and of the page."""
        return self._listed("SELECT article FROM article_bylines WHERE name = ?", name, where)

    def articles_on(self, dates: Sequence[str], where: Filter | None = None) -> list[Article]:
        """The articles that carry any of these dates and satisfy `where`, in the order of sources and of the page."""
        sql = "SELECT article FROM article_dates WHERE value IN (SELECT value FROM json_each(?))"
        return self._listed(sql, json.dumps(list(dates)), where)

    def _listed(self, keys: str, parameter: str, where: Filter | None) -> list[Article]:
        allowed: tuple[str, Sequence[str | int]] = ("", ())
        if where is not None and not where.empty:
            from .archive.select import allowed_keys

            condition, parameters = allowed_keys(where)
            allowed = f"AND a.key IN ({condition})", parameters
        sql = f"""
            SELECT a.id, a.text, a.data, a.crc FROM articles AS a JOIN sources AS s ON a.source = s.key
            WHERE a.key IN ({keys}) {allowed[0]} ORDER BY s.name, a.ordinal"""  # noqa: S608 (the parts are ours)
        return [self._article(*row) for row in self._rows(sql, parameter, *allowed[1])]

    def article_passages(self, article: str) -> list[Passage]:
        """The passages of an article of this generation (its id), in order.

        :raises ArchiveDamaged: if they are not there.
        """
        sql = "SELECT key, first, passages, id, text, data, crc FROM articles WHERE id = ?"
        for key, first, count, *stored in self._rows(sql, article):
            whole = self._article(*stored)
            sql = """
                SELECT row, id, ordinal, start, end FROM passages
                WHERE row BETWEEN ?1 AND ?1 + ?2 - 1 AND article = ?3 ORDER BY row"""
            found = [_passage(whole, *row) for row in self._rows(sql, first, count, key)]
            if len(found) == count:
                return found
        raise damaged(f"article {article}, or what it is looked up by,")

    def passages(self, rows: Sequence[int]) -> list[tuple[Article, Passage]]:
        """The passages known to the derived indexes as `rows`, in that order, each with its article.

        :raises ArchiveDamaged: if a row is not in this generation.
        """
        sql = """
            SELECT p.row, p.id, p.ordinal, p.start, p.end, a.id, a.text, a.data, a.crc
            FROM passages AS p JOIN articles AS a ON a.key = p.article
            WHERE p.row IN (SELECT value FROM json_each(?))"""
        wanted = [int(row) for row in rows]
        found: dict[int, tuple[Article, Passage]] = {}
        for row, identity, ordinal, start, end, *stored in self._rows(sql, json.dumps(wanted)):
            article = self._article(*stored)
            found[row] = article, _passage(article, row, identity, ordinal, start, end)
        try:
            return [found[row] for row in wanted]
        except KeyError as error:
            raise ArchiveDamaged(
                f"{self._folder}: passage {error} is not in the catalogue. Run `wenbao doctor` to repair the archive."
            ) from error

    def page(self, source: str, number: int = 1) -> Page:
        """A page with its original lines as they were read; the file itself may be gone.

        :raises UsageError: if this generation holds no such page.
        :raises ArchiveDamaged: if it cannot be read any more.
        """
        sql = """
            SELECT g.lines FROM sources AS s JOIN pages AS g ON g.source = s.key WHERE s.name = ? AND g.number = ?"""
        for (lines,) in self._rows(sql, source, number):
            try:
                return page_from_blob(source, number, lines)
            except ValueError as error:
                raise ArchiveDamaged(f"{self.home / DATABASE}: {error}. Run `wenbao doctor`.") from error
        raise UsageError(f"{source}: no page {number} of this source in {self.home}.")

    def origin(self, source: str) -> tuple[bytes, str, str] | None:
        """The path a source was last read from, in the bytes of the file system, with the stamp and the digest it had
        then; None where that was never noted."""
        with self._reading() as connection:
            sql = "SELECT p.path, s.stamp, s.digest FROM sources AS s JOIN places AS p ON p.name = s.name WHERE s.name = ?"
            found: tuple[bytes, str, str] | None = connection.execute(sql, (source,)).fetchone()
            return found

    def select(self, wanted: Filter) -> NDArray[np.int64] | None:
        """The rows whose articles satisfy the filter, ascending; None if every row does.

        A date without a year lies in no period: nothing says which year it belongs to.
        """
        if wanted.empty:
            return None
        found = self._selected.get(wanted)
        if found is None:
            from .archive.select import passage_rows

            with self._reading() as connection:
                found = passage_rows(connection, wanted)
            # Several threads may be here: what one has just put in, another may throw out.
            self._selected = dict([*self._selected.items(), (wanted, found)][-_RECENT_FILTERS:])
        return found


def _passage(article: Article, row: int, identity: str, ordinal: int, start: int, end: int) -> Passage:
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(article.text)):
        raise damaged(f"passage {row} of {article.source}")
    return Passage(identity, article.id, ordinal, start, end, article.text[start:end], row)
