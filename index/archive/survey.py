"""Every row of one generation looked at: whether it is as it was written, belongs to another, and stands on its page.

One walk from source to pages, articles and passages, in memory that does not grow with the archive.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ..entries import embedded_text, passage_context, text_digest
from ..errors import ArchiveDamaged
from ..types import Article, Span
from .codec import page_from_blob, source_checksum, verified_article
from .rows import found_by, own_from_json

MARKED = "has lost something, and is to be read again"
"""What is said of a source that a repair has marked, until a build has read it."""

_PAGES = 64  # kept at hand: those of a file's articles, and of what they go on in


@dataclass(frozen=True, slots=True)
class Damage:
    """A source (a key) that has lost something, and what; `article` (a key) cannot be used any more.

    Where the record of the source is damaged, `name` is what its articles call it, None if nothing tells.
    """

    source: int
    problem: str
    article: int | None = None
    record: bool = False
    name: str | None = None


class Survey:
    """Looks at the rows that `connection`, opened for a generation, sees. `turned` is told how many passages are done.

    Afterwards `stray` is how many articles and passages belong to none of the sources.
    """

    def __init__(self, connection: sqlite3.Connection, turned: Callable[[int], None]) -> None:
        connection.text_factory = _text
        self._db = connection
        self._turned = turned
        self._articles = self._passages = self.sources = 0
        self.stray = 0, 0
        self._lines = lru_cache(_PAGES)(self._page_lines)

    def run(self) -> Iterator[Damage]:
        """What is damaged, source by source."""
        sql = "SELECT key, stamp, recipe, name, size, digest, pages, articles, passages, crc FROM sources ORDER BY key"
        names: Counter[str | None] = Counter()
        for key, stamp, recipe, *record in self._db.execute(sql):
            found = list(self._source(key, record))
            name = record[0] if not found or found[0].name is None else found[0].name
            names[name] += 1
            if not (isinstance(stamp, str) and isinstance(recipe, str)):
                yield Damage(key, f"{name}: by what it was read is damaged")
            elif not recipe and not found:
                yield Damage(key, f"{name}: {MARKED}")
            if names[name] > 1:
                yield Damage(key, f"{name}: is there twice", record=True)
            yield from found
            self.sources += 1
        articles, passages = self._db.execute(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        ).fetchone()
        self.stray = articles - self._articles, passages - self._passages

    def _source(self, key: int, record: list[Any]) -> Iterator[Damage]:
        *columns, crc = record
        name, _, _, pages, articles, _ = columns
        intact = source_checksum(*columns) == crc
        found = list(self._pages(key, name, pages if intact else None))
        told, count = None, 0
        sql = "SELECT key, ordinal, passages, first, own, id, text, data, crc FROM articles WHERE source = ? ORDER BY ordinal"
        for row, ordinal, *rest in self._db.execute(sql, (key,)):
            damage, article = self._article(key, row, rest)
            if article is not None:
                told = told or article.source
                if intact and article.source != name:
                    damage = Damage(key, f"{name}: article {article.id} is not of this source", row)
            if ordinal != count:
                found.append(Damage(key, f"{name}: article {count + 1} is not where it should be"))
            found += [damage] if damage else []
            count += 1
        self._articles += count
        if intact and count != articles:
            found.append(Damage(key, f"{name}: holds {count} of {articles} articles"))
        if not intact:
            yield Damage(key, f"{told or name}: its record is damaged", record=True, name=told or name)
        yield from (replace(damage, problem=" ".join(damage.problem.split())) for damage in found)

    def _pages(self, key: int, name: str, promised: int | None) -> Iterator[Damage]:
        count = 0
        for number, lines in self._db.execute(
            "SELECT number, lines FROM pages WHERE source = ? ORDER BY number", (key,)
        ):
            count += 1
            try:
                zlib.decompress(lines)
            except (zlib.error, TypeError):
                yield Damage(key, f"{name}: page {number} is damaged")
        if promised is not None and count != promised:
            yield Damage(key, f"{name}: holds {count} of {promised} pages")

    def _article(self, source: int, key: int, columns: list[Any]) -> tuple[Damage | None, Article | None]:
        """What is wrong with an article, and the article if it can be read."""
        count, first, own, *stored = columns
        try:
            article = verified_article(*stored)
            if own is not None:
                own_from_json(article.id, own)
        except ArchiveDamaged as error:
            self._passages += self._count(key)
            return Damage(source, _problem(error), key), None
        if not self._passages_stand(key, article, count, first):
            return Damage(source, f"{article.source}: the passages of article {article.id} are damaged", key), article
        if not self._is_found(key, article):
            problem = f"{article.source}: dates or names of article {article.id} are damaged"
            return Damage(source, problem, key), article
        wrong = self._misquoted(article)
        return Damage(source, wrong) if wrong else None, article

    def _count(self, article: int) -> int:
        return int(self._db.execute("SELECT count(*) FROM passages WHERE article = ?", (article,)).fetchone()[0])

    def _passages_stand(self, key: int, article: Article, count: int, first: int) -> bool:
        sql = "SELECT row, ordinal, id, start, end, digest FROM passages WHERE article = ? ORDER BY ordinal"
        number, good, title = 0, True, article.title
        for row, ordinal, identity, start, end, digest in self._db.execute(sql, (key,)):
            good = good and (row, ordinal, identity) == (first + number, number, f"{article.id}-{number}")
            good = good and isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(article.text)
            text = embedded_text(passage_context(title, article.text, start), article.text[start:end]) if good else ""
            good = good and text_digest(text) == digest
            number += 1
        self._passages += number
        self._turned(self._passages)
        return good and number == count

    def _is_found(self, key: int, article: Article) -> bool:
        dates, names = found_by(article)
        held = [value for (value,) in self._db.execute("SELECT value FROM article_dates WHERE article = ?", (key,))]
        called = {name for (name,) in self._db.execute("SELECT name FROM article_bylines WHERE article = ?", (key,))}
        return set(held) == set(dates) and called == set(names)

    def _misquoted(self, article: Article) -> str:
        """What is wrong with an article that does not stand on the lines it names."""
        for place in article.places(0, len(article.text)) if article.spans else ():
            there = self._lines(place.source, place.page)
            wrong = next((span for span in place.spans if not _stands(span, article.text, there)), None)
            if wrong is not None:
                return f"{article.source}: article {article.id} does not stand on line {wrong.line} of {place.source}"
        return ""

    def _page_lines(self, source: str, page: int) -> dict[int, str]:
        sql = "SELECT g.lines FROM sources AS s JOIN pages AS g ON g.source = s.key WHERE s.name = ? AND g.number = ?"
        row = self._db.execute(sql, (source, page)).fetchone()
        try:
            return {line.number: line.text for line in page_from_blob(source, page, row[0]).lines} if row else {}
        except ValueError:
            return {}


def _text(data: bytes) -> str | None:
    """A text as it is stored; None if it is none any more."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _stands(span: Span, text: str, lines: dict[int, str]) -> bool:
    return text[span.start : span.end] == lines.get(span.line, "")[span.column : span.column + span.length]


def _problem(error: ArchiveDamaged) -> str:
    return str(error).partition(": ")[2].partition(". Run ")[0]


def broken_vectors(connection: sqlite3.Connection, base: int, size: int) -> Iterator[tuple[int, bool]]:
    """The passages (rows) without a vector of `size` bytes above the key `base`, and whether a damaged one is there."""
    from .embeddings import is_vector

    sql = """
        SELECT p.row, v.key IS NOT NULL, CASE WHEN typeof(v.vector) = 'blob' THEN v.vector END
        FROM passages AS p LEFT JOIN vectors AS v ON v.key = ? + p.row"""
    for row, there, vector in connection.execute(sql, (base,)):
        if not is_vector(vector, size):
            yield row, bool(there)
