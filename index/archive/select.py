"""What is asked of the catalogue about all articles at once: which passages a filter allows, which names and days there are."""

from __future__ import annotations

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
    # The passages of an article follow each other.
    sql = f"SELECT first, passages FROM articles WHERE passages AND key IN ({' INTERSECT '.join(conditions)})"  # noqa: S608 (ours)
    try:
        ranges = np.array(connection.execute(sql, parameters).fetchall(), dtype=np.int64).reshape(-1, 2)
    except (ValueError, TypeError, OverflowError) as error:
        raise damaged("how many passages an article has") from error
    firsts, counts = ranges[np.argsort(ranges[:, 0])].T
    if len(counts) and (counts.min() < 0 or np.any(firsts[1:] < firsts[:-1] + counts[:-1])):
        raise damaged("how many passages an article has")
    before = np.cumsum(counts) - counts
    return np.repeat(firsts - before, counts) + np.arange(counts.sum())


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
