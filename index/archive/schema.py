"""The catalogue's tables.

Rows of `sources`, `articles` and `passages` never change; each is visible in the generations from `born` until
before `died`. A later build can therefore write while a reader at an earlier generation goes on reading.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from .manifest import DATABASE, FORMAT_VERSION

# Another process may hold the file for a moment (a checkpoint, a person's sqlite3 shell).
BUSY_SECONDS = 30.0

TABLES = """
CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    encoder TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    roots TEXT NOT NULL             -- JSON list of paths
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
    passages INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER
);
CREATE INDEX sources_name ON sources (name);
CREATE INDEX sources_died ON sources (died) WHERE died IS NOT NULL;
CREATE TABLE pages (
    source INTEGER NOT NULL REFERENCES sources (key),
    number INTEGER NOT NULL,
    lines TEXT NOT NULL,            -- JSON, see page_to_json
    PRIMARY KEY (source, number)
);
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (key),
    ordinal INTEGER NOT NULL,
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL,             -- JSON: the other fields
    born INTEGER NOT NULL,
    died INTEGER,
    issue TEXT,                     -- the key of its issue of the paper; none for ready articles
    loose INTEGER NOT NULL DEFAULT 0,  -- 1 if another page of the issue may tell more: it has a jump line, or no day
    own TEXT                        -- where another page has told more: JSON [text, data] of what it is by itself
);
CREATE INDEX articles_source ON articles (source, ordinal);
CREATE INDEX articles_id ON articles (id);
CREATE INDEX articles_died ON articles (died) WHERE died IS NOT NULL;
CREATE INDEX articles_born ON articles (born);
CREATE INDEX articles_issue ON articles (issue, loose) WHERE issue IS NOT NULL;
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
CREATE INDEX passages_digest ON passages (digest);
CREATE INDEX passages_born ON passages (born);
CREATE INDEX passages_died ON passages (died) WHERE died IS NOT NULL;
CREATE TABLE encoders (
    key INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE
);
CREATE TABLE vectors (
    encoder INTEGER NOT NULL REFERENCES encoders (key),
    digest BLOB NOT NULL,
    vector BLOB NOT NULL,           -- float32, little-endian
    UNIQUE (encoder, digest)
);
"""

# Where each source was last read from, in the bytes of the file system: by it a build knows whose files are out of
# reach. Only builds use it, so it came without a new format, and a catalogue that lacks it is given it.
PLACES = "CREATE TABLE IF NOT EXISTS places (name TEXT PRIMARY KEY, path BLOB NOT NULL) WITHOUT ROWID;"

# Names in the temporary schema come before those in the file, so a reader cannot forget the condition.
VIEWS = """
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW sources AS SELECT * FROM main.sources
    WHERE born <= :generation AND (died IS NULL OR died > :generation);
CREATE TEMP VIEW articles AS SELECT * FROM main.articles
    WHERE born <= :generation AND (died IS NULL OR died > :generation);
CREATE TEMP VIEW passages AS SELECT * FROM main.passages
    WHERE born <= :generation AND (died IS NULL OR died > :generation);
"""

# Undo what was written after a generation.
REWIND = (
    "DELETE FROM passages WHERE born > :generation",
    "DELETE FROM article_dates WHERE article IN (SELECT key FROM articles WHERE born > :generation)",
    "DELETE FROM article_bylines WHERE article IN (SELECT key FROM articles WHERE born > :generation)",
    "DELETE FROM articles WHERE born > :generation",
    "DELETE FROM pages WHERE source IN (SELECT key FROM sources WHERE born > :generation)",
    "DELETE FROM sources WHERE born > :generation",
    "UPDATE passages SET died = NULL WHERE died > :generation",
    "UPDATE articles SET died = NULL WHERE died > :generation",
    "UPDATE sources SET died = NULL WHERE died > :generation",
)

# Delete what no generation from the oldest kept one on can see.
PURGE = (
    "CREATE TEMP TABLE gone AS SELECT DISTINCT digest FROM passages WHERE died <= :oldest",
    "DELETE FROM passages WHERE died <= :oldest",
    "DELETE FROM article_dates WHERE article IN (SELECT key FROM articles WHERE died <= :oldest)",
    "DELETE FROM article_bylines WHERE article IN (SELECT key FROM articles WHERE died <= :oldest)",
    "DELETE FROM articles WHERE died <= :oldest",
    "DELETE FROM pages WHERE source IN (SELECT key FROM sources WHERE died <= :oldest)",
    "DELETE FROM sources WHERE died <= :oldest",
    "DELETE FROM gone WHERE digest IN (SELECT digest FROM passages)",
    "DELETE FROM vectors WHERE encoder IN (SELECT key FROM encoders) AND digest IN (SELECT digest FROM gone)",
    "DROP TABLE gone",
    "DELETE FROM generations WHERE number < :oldest",
    "DELETE FROM vectors WHERE encoder IN"
    " (SELECT key FROM encoders WHERE fingerprint NOT IN (SELECT fingerprint FROM generations))",
    "DELETE FROM encoders WHERE fingerprint NOT IN (SELECT fingerprint FROM generations)",
)


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


def _connect(uri: str, generation: int | None) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if generation is not None:
            connection.executescript(VIEWS.replace(":generation", str(int(generation))))
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def version(connection: sqlite3.Connection) -> int:
    """The format version of a catalogue; 0 if its tables have not been made."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def upgrade(connection: sqlite3.Connection) -> None:
    """Add to a catalogue of our format what came without a new one; only builds use it."""
    connection.execute(PLACES)
    if not any(column[1] == "issue" for column in connection.execute("PRAGMA main.table_info(articles)")):
        connection.execute("ALTER TABLE articles ADD COLUMN issue TEXT")
        connection.execute("ALTER TABLE articles ADD COLUMN loose INTEGER NOT NULL DEFAULT 0")
        connection.execute("ALTER TABLE articles ADD COLUMN own TEXT")
        connection.execute("CREATE INDEX articles_born ON articles (born)")
        connection.execute("CREATE INDEX articles_issue ON articles (issue, loose) WHERE issue IS NOT NULL")


def create(home: Path) -> sqlite3.Connection:
    """Make the tables of a new catalogue, or of one whose making was interrupted."""
    (home / DATABASE).touch()
    connection = connect(home)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN IMMEDIATE; {TABLES} {PLACES} PRAGMA user_version = {FORMAT_VERSION}; COMMIT;")
    return connection
