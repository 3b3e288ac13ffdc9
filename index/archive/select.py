"""What is asked of the catalogue about all articles at once: which passages a filter allows, which names and days there are."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from ..types import Filter
from .checksums import damaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The distinct values of an index's first column, each found by one look-up instead of a scan of all rows; the table
# holds the rows of other generations too, and a value counts if one of its articles is visible in this one.
_SKIP = """
    WITH RECURSIVE found (seen) AS (
        SELECT min({column}) FROM {table}
        UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > seen) FROM found WHERE seen IS NOT NULL)
    SELECT seen FROM found WHERE seen IS NOT NULL
        AND EXISTS (SELECT 1 FROM {table} AS t JOIN articles AS a ON a.key = t.article WHERE t.{column} = seen)"""
_DAY = re.compile(r"(\d{4}-)?\d\d-\d\d")
_PATTERN = re.compile(r"[*?\[]")
_BY_SOURCE = """
    SELECT a.key FROM sources AS s JOIN articles AS a ON a.source = s.key
    WHERE s.name = ? OR (s.name > ? AND s.name < ?) OR s.name GLOB ?"""

# Of an article's row, see codec: most are news, which is not written. Indexes of the schema hold the same expressions.
KIND = "CASE WHEN json_valid(data) THEN coalesce(json_extract(data, '$.kind'), 'news') END"
PAGE = "CASE WHEN json_valid(data) THEN coalesce(json_extract(data, '$.folio'), json_extract(data, '$.page')) END"


def bylines(connection: sqlite3.Connection) -> list[str]:
    """The names of all reporters, by name.

    :raises ArchiveDamaged: if one is no text.
    """
    found = [name for (name,) in connection.execute(_SKIP.format(column="name", table="article_bylines"))]
    if not all(isinstance(name, str) for name in found):
        raise damaged("the name of a reporter")
    return found


def dates(connection: sqlite3.Connection) -> list[str]:
    """Every date that an article carries, ascending.

    :raises ArchiveDamaged: if one is no date.
    """
    found = [value for (value,) in connection.execute(_SKIP.format(column="value", table="article_dates"))]
    for value in found:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise damaged("a date of an article")
    return found


def passage_rows(connection: sqlite3.Connection, wanted: Filter) -> NDArray[np.int64]:
    """The rows of the passages whose articles satisfy a filter that is not empty, ascending."""
    conditions, parameters = _conditions(wanted)
    # The passages of an article follow each other. As one text they are read twice as fast as row by row.
    sql = f"""
        SELECT json_group_array(first), json_group_array(passages) FROM articles
        WHERE passages IS NOT 0 AND {conditions}"""  # noqa: S608 (the conditions are ours)
    told = connection.execute(sql, parameters).fetchone()
    try:
        firsts, counts = (np.array(json.loads(numbers), dtype=np.int64) for numbers in told)
    except (ValueError, TypeError, OverflowError) as error:
        raise damaged("how many passages an article has") from error
    order = np.argsort(firsts)
    firsts, counts = firsts[order], counts[order]
    if len(counts) and (counts.min() < 0 or np.any(firsts[1:] < firsts[:-1] + counts[:-1])):
        raise damaged("how many passages an article has")
    before = np.cumsum(counts) - counts
    return np.repeat(firsts - before, counts) + np.arange(counts.sum())


def allowed_keys(wanted: Filter) -> tuple[str, list[str | int]]:
    """A query for the keys of the articles, in any generation, that satisfy a filter that is not empty; its parameters."""
    if wanted.page is None and wanted.kind is None:
        return _found_by(wanted)
    conditions, parameters = _conditions(wanted)
    return f"SELECT key FROM articles WHERE {conditions}", parameters  # noqa: S608 (the conditions are ours)


def _conditions(wanted: Filter) -> tuple[str, list[str | int]]:
    """What a row of `articles` must satisfy, and the parameters of that."""
    keys, parameters = _found_by(wanted)
    # Looking up the articles found costs less than the other way round.
    conditions = [f"key IN ({keys})"] if keys else []
    for column, value in ((PAGE, wanted.page), (KIND, wanted.kind)):
        if value is not None:
            conditions.append(f"{column} = ?")
            parameters.append(value)
    return " AND ".join(conditions), parameters


def _found_by(wanted: Filter) -> tuple[str, list[str | int]]:
    """A query for the keys of the articles of a filter's source, reporter and dates; empty if it names none of them."""
    queries: list[str] = []
    parameters: list[str | int] = []
    if wanted.source is not None:
        name = wanted.source.rstrip("/")
        queries.append(_BY_SOURCE)
        # "0" is the character after "/".
        parameters += [wanted.source, f"{name}/", f"{name}0", wanted.source if _PATTERN.search(name) else ""]
    if wanted.byline is not None:
        queries.append("SELECT article FROM article_bylines WHERE name = ?")
        parameters.append(wanted.byline.strip())
    if wanted.date_from is not None or wanted.date_to is not None:
        queries.append("SELECT article FROM article_dates WHERE value BETWEEN ? AND ? AND length(value) = 10")
        parameters += [wanted.date_from or "0000-00-00", wanted.date_to or "9999-99-99"]
    return " INTERSECT ".join(queries), parameters
