"""The catalogue's tables.

Rows of `sources`, `articles` and `passages` never change; each is visible in the generations from `born` until
before `died`. A later build can therefore write while a reader at an earlier generation goes on reading.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import quote

from ..errors import ArchiveBusy, ArchiveDamaged, ArchiveError
from .manifest import DATABASE, FORMAT_VERSION

# Another process may hold the file for a moment (a checkpoint, a person's sqlite3 shell).
BUSY_SECONDS = 30.0

# A page holds several passages' vectors or an article; small ones would leave an eighth of themselves empty.
_PAGE_BYTES = 8192
# A power cut may cost the last transactions of a build (a kill never does), until it ends by writing through. The log is
# written back in large steps, and kept small afterwards; the cache holds what a build goes back to.
_WRITING = """
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 8192;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -65536;
"""

TABLES = """
CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    encoder TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    roots TEXT NOT NULL,            -- JSON list of paths
    words TEXT NOT NULL,            -- the user's word list, see Wordlist.text
    article INTEGER NOT NULL,       -- the last key and the last row given out when it was finished: what a later
    passage INTEGER NOT NULL,       -- build adds lies beyond
    crc INTEGER NOT NULL            -- of all before
);
CREATE TABLE sources (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,           -- of the file's bytes
    stamp TEXT NOT NULL,            -- size, times and inode when read: the one column that is updated in place
    recipe TEXT NOT NULL,           -- the code that read it
    pages INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    passages INTEGER NOT NULL,      -- as it was read; how many they are now is told by its articles
    crc INTEGER NOT NULL,           -- see source_checksum
    born INTEGER NOT NULL,
    died INTEGER
);
CREATE INDEX sources_name ON sources (name);
CREATE INDEX sources_died ON sources (died) WHERE died IS NOT NULL;
CREATE TABLE pages (
    source INTEGER NOT NULL REFERENCES sources (key),
    number INTEGER NOT NULL,
    lines BLOB NOT NULL,            -- compressed JSON, see page_to_blob
    PRIMARY KEY (source, number)
);
-- Where each source was last read from, in the bytes of the file system: by it a build knows whose files are out of reach.
CREATE TABLE places (name TEXT PRIMARY KEY, path BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (key),
    ordinal INTEGER NOT NULL,
    passages INTEGER NOT NULL,      -- how many, in rows that follow each other
    first INTEGER NOT NULL,         -- from this one on
    born INTEGER NOT NULL,
    died INTEGER,
    crc INTEGER NOT NULL,           -- see article_checksum
    loose INTEGER NOT NULL DEFAULT 0,  -- 1 if another page of the issue may tell more: it has a jump line, or no day
    issue TEXT,                     -- the key of its issue of the paper; none for ready articles
    id TEXT NOT NULL,
    -- What is long comes last: where a filter only counts passages it is not read.
    text TEXT NOT NULL,
    data TEXT NOT NULL,             -- JSON: the other fields
    own TEXT                        -- where another page has told more: JSON [text, data, crc] of what it is by itself
);
CREATE INDEX articles_source ON articles (source, ordinal);
CREATE INDEX articles_id ON articles (id);
CREATE INDEX articles_died ON articles (died) WHERE died IS NOT NULL;
CREATE INDEX articles_issue ON articles (issue, loose) WHERE issue IS NOT NULL;
-- The same expressions as in select.py.
CREATE INDEX articles_kind ON articles (CASE WHEN json_valid(data) THEN coalesce(json_extract(data, '$.kind'), 'news') END);
CREATE INDEX articles_page ON articles (CASE WHEN json_valid(data) THEN coalesce(json_extract(data, '$.folio'), json_extract(data, '$.page')) END);
CREATE TABLE article_dates (
    value TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (key),
    PRIMARY KEY (value, article)
) WITHOUT ROWID;
CREATE INDEX article_dates_article ON article_dates (article);
CREATE TABLE article_bylines (
    name TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (key),
    PRIMARY KEY (name, article)
) WITHOUT ROWID;
CREATE INDEX article_bylines_article ON article_bylines (article);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: the derived indexes know passages by it
    article INTEGER NOT NULL REFERENCES articles (key),
    ordinal INTEGER NOT NULL,
    id TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    digest BLOB NOT NULL,           -- of the text that is embedded
    born INTEGER NOT NULL,
    died INTEGER
);
CREATE INDEX passages_article ON passages (article, ordinal);
CREATE INDEX passages_died ON passages (died) WHERE died IS NOT NULL;
CREATE TABLE encoders (
    key INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE
);
CREATE TABLE vectors (
    key INTEGER PRIMARY KEY,        -- the encoder's and the passage's, see vector_key
    vector BLOB NOT NULL            -- float16, little-endian, and a checksum of 4 bytes
);
"""

# Rows come in the order of the passages, so that a million are written and read in sequence.
_ENCODER_SHIFT = 40


def vector_key(encoder: int, row: int) -> int:
    """Under which the vector of a passage by an encoder is kept."""
    return (encoder << _ENCODER_SHIFT) + row


# Names in the temporary schema come before those in the file, so a reader cannot forget the condition.
# A reader keeps 16 MB: the upper levels of the trees of a million passages.
VIEWS = """
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
CREATE TEMP VIEW sources AS SELECT * FROM main.sources
    WHERE born <= :generation AND (died IS NULL OR died > :generation);
CREATE TEMP VIEW articles AS SELECT * FROM main.articles
    WHERE born <= :generation AND (died IS NULL OR died > :generation);
CREATE TEMP VIEW passages AS SELECT * FROM main.passages
    WHERE born <= :generation AND (died IS NULL OR died > :generation);
"""

# Undo what was written after a generation whose last article and passage are given: what was born since has died at
# once, so that its vectors can be taken over until it is purged, and what has died since lives.
REWIND = (
    "UPDATE passages SET died = NULL WHERE died > :generation AND row <= :passage",
    "UPDATE articles SET died = NULL WHERE died > :generation AND key <= :article",
    "UPDATE sources SET died = NULL WHERE died > :generation AND born <= :generation",
    "UPDATE passages SET died = :now WHERE row > :passage",
    "UPDATE articles SET died = :now WHERE key > :article",
    "UPDATE sources SET died = :now WHERE born > :generation",
)

# Delete what no generation from the oldest kept one on can see.
PURGE = (
    f"""DELETE FROM vectors WHERE key IN (SELECT (e.key << {_ENCODER_SHIFT}) + p.row FROM encoders AS e
        CROSS JOIN passages AS p WHERE p.died <= :oldest)""",  # noqa: S608 (a number of our own)
    "DELETE FROM passages WHERE died <= :oldest",
    "DELETE FROM article_dates WHERE article IN (SELECT key FROM articles WHERE died <= :oldest)",
    "DELETE FROM article_bylines WHERE article IN (SELECT key FROM articles WHERE died <= :oldest)",
    "DELETE FROM articles WHERE died <= :oldest",
    "DELETE FROM pages WHERE source IN (SELECT key FROM sources WHERE died <= :oldest)",
    "DELETE FROM sources WHERE died <= :oldest",
    "DELETE FROM generations WHERE number < :oldest",
    # The last one may be that of a build which was broken off and will be taken up again.
    """DELETE FROM encoders
        WHERE fingerprint NOT IN (SELECT fingerprint FROM generations) AND key < (SELECT max(key) FROM encoders)""",
)
# The vectors of encoders that no generation is of; by the numbers of those, since these are forgotten.
FORGET = "DELETE FROM vectors WHERE key >= :first AND key < :beyond"


NO_TABLES = "holds no tables"
"""What is wrong with a catalogue of format 0 in an archive that has been built."""


def connect(home: Path, *, generation: int | None = None) -> sqlite3.Connection:
    """Connect to an existing catalogue, for use from any thread (one at a time).

    With a `generation` the connection reads only, and sees the rows of that generation under the tables' own names.

    :raises sqlite3.DatabaseError: if the file is missing or no database.
    """
    uri = f"file:{quote(str((home / DATABASE).absolute()))}?mode={'rw' if generation is None else 'ro'}"
    try:
        return _connect(uri, generation)
    except sqlite3.OperationalError:
        wal = home / f"{DATABASE}-wal"
        if generation is None or not (home / DATABASE).is_file() or (wal.exists() and wal.stat().st_size):
            raise
        # In a folder that we may not write SQLite cannot make its shared-memory file, and there is none: nobody has
        # the catalogue open, and with an empty log the file is whole by itself. Whoever else may write here could
        # begin while we read; he writes to the log first, and each query reads the file for milliseconds.
        return _connect(uri + "&immutable=1", generation)


_MALFORMED = "malformed database schema"


def _definitions(connection: sqlite3.Connection) -> list[bytes]:
    sql = "SELECT CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    return sorted(definition for (definition,) in connection.execute(sql))


@cache
def _ours() -> list[bytes]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)
        return _definitions(connection)


def _connect(uri: str, generation: int | None) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    try:
        if version(connection) == FORMAT_VERSION and _definitions(connection) != _ours():
            # A name in them that has changed would be taken for what it says.
            raise sqlite3.DatabaseError(_MALFORMED)
        if generation is None:
            connection.executescript(_WRITING)
        else:
            connection.executescript(VIEWS.replace(":generation", str(int(generation))))
    except UnicodeDecodeError as error:
        # A table's definition that SQLite cannot parse is quoted in its message, and sqlite3 cannot decode that.
        connection.close()
        raise sqlite3.DatabaseError(_MALFORMED) from error
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


# What SQLite says of the place where a catalogue lies, and not of what is in it.
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_PLACE = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
})  # fmt: skip
_LONGEST_MESSAGE = 120  # characters: SQLite may quote a whole column


def _primary(error: sqlite3.Error) -> int:
    # What Python itself raises, for a text that is no UTF-8, has no code.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error says that the catalogue is damaged, and not that it cannot be used here and now."""
    return _primary(error) not in _BUSY | _PLACE


def summary(error: sqlite3.Error) -> str:
    """What the error says, on one short line."""
    return " ".join(str(error).split())[:_LONGEST_MESSAGE]


def explained(home: Path, error: sqlite3.Error) -> ArchiveError:
    """The error for a person: who is to blame, and what to do."""
    file = home / DATABASE
    if is_damage(error):
        return ArchiveDamaged(f"{file}: cannot be read ({summary(error)}). Run `wenbao doctor`.")
    if _primary(error) in _BUSY:
        return ArchiveBusy(f"{file}: another program is using it ({summary(error)}). Try again when it has finished.")
    return ArchiveError(f"{file}: cannot be used ({summary(error)}). Is the disk full, or may it not be written?")


def version(connection: sqlite3.Connection) -> int:
    """The format version of a catalogue; 0 if its tables have not been made."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def create(home: Path) -> sqlite3.Connection:
    """Make the tables of a new catalogue, or of one whose making was interrupted."""
    (home / DATABASE).touch()
    connection = connect(home)
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {FORMAT_VERSION}; COMMIT;")
    return connection
