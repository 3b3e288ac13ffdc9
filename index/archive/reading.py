"""A source file read into rows of the catalogue: pages, articles, dates, passages. It runs here or in another process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..dates import date_articles
from ..errors import SourceError
from ..files.scan import Found
from ..layout import articles
from ..passages import passages
from ..read import read
from ..records import record_article
from ..types import Article, Page
from .disk import digest_file
from .rows import ArticleRow, PageRow, article_row, page_row

# How often a file that changes while it is read is read again before it is left for the next build.
READINGS = 3
CHANGES = "changes while it is being read. Build again when it is finished."
NO_ARTICLE = "no article was found in it."
_LONGEST_HEADING = 500  # characters
_log = logging.getLogger(__name__)

Row = PageRow | ArticleRow


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read; `digest` is that of what is stored of it, if reading that again would give the same."""

    file: Found
    ocr: bool
    digest: str | None


@dataclass(frozen=True, slots=True)
class Same:
    """The file holds what it held before."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The rows of one state of a file, whose digest is given."""

    size: int
    stamp: str
    digest: str
    rows: Sequence[Row]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Refused:
    """The file's content is refused."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unopened:
    """The file cannot be opened just now."""

    reason: str


Outcome = Same | Whole | Refused | Unopened


def read_files(jobs: Sequence[Job]) -> list[Outcome]:
    """What becomes of each of some files that are no zip's members and small enough to be held whole."""
    return [_read_whole(job) for job in jobs]


def _read_whole(job: Job) -> Outcome:
    file = job.file
    try:
        for _ in range(READINGS):
            # Taken before and after: what is stored is one state of the file, and its digest is of that state.
            size, stamp, digest = file.path.stat().st_size, file.stamped(), digest_file(file.path)
            if digest == job.digest:
                return Same()
            notes: list[str] = []
            rows = list(file_rows(file.path, file.name, notes.append, ocr=job.ocr))
            if digest_file(file.path) == digest:
                return Whole(size, stamp, digest, rows, notes)
    except SourceError as error:
        return Refused(str(error).removeprefix(f"{file.name}: "))
    except OSError as error:
        return Unopened(unopened(error))
    return Unopened(CHANGES)


def unopened(error: OSError) -> str:
    """Why a file cannot be opened, and what to do."""
    return f"cannot be opened ({error.strerror}). Check that it exists and may be read."


def file_rows(
    path: Path, name: str, note: Callable[[str], None], *, ocr: bool, turned: Callable[[int], None] | None = None
) -> Iterator[Row]:
    """The rows of a file: every page as soon as it is read, ready articles at once, other articles at the end, since what
    day a page is of may be told by a later one. `turned` is told the number of each page, and may raise.

    :raises SourceError: for whatever reading raises; OSError passes.
    """
    for row in _guarded(_rows(read(path, name, note, ocr=ocr), name), name):
        if turned is not None and isinstance(row, PageRow):
            turned(row.number)
        yield row


def _rows(pages: Iterator[Page], name: str) -> Iterator[Row]:
    found: list[Article] = []
    for page in map(_sober, pages):
        yield page_row(page)
        if page.record is None:
            found += articles(page)
        else:
            yield from _dated([record_article(page)], name)
    yield from _dated(found, name)


def _dated(found: Sequence[Article], name: str) -> Iterator[ArticleRow]:
    for article in date_articles(found, name):
        yield article_row(article, passages(article))


def _sober(page: Page) -> Page:
    """The page without headings that are none by their length: headings are kept and embedded with every passage."""
    if any(line.role == "heading" and len(line.text) > _LONGEST_HEADING for line in page.lines):
        lines = (
            replace(line, role="body") if line.role == "heading" and len(line.text) > _LONGEST_HEADING else line
            for line in page.lines
        )
        page = replace(page, lines=tuple(lines))
    if page.record is not None and len(page.record.title) > _LONGEST_HEADING:
        page = replace(page, record=replace(page.record, title=page.record.title[:_LONGEST_HEADING].rstrip()))
    return page


def _guarded(rows: Iterator[Row], source: str) -> Iterator[Row]:
    """The rows; what nobody foresaw in reading a file costs that file, not the build."""
    while True:
        try:
            row = next(rows, None)
        except (SourceError, OSError):
            raise
        except MemoryError as error:
            raise SourceError(f"{source}: needs more memory than there is. Split it into smaller files.") from error
        except Exception as error:
            _log.debug("%s", source, exc_info=True)
            what = type(error).__name__
            raise SourceError(f"{source}: cannot be read ({what}). Save it anew, or in another format.") from error
        if row is None:
            return
        yield row
