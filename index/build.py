"""The one call that turns files into an archive: what to build from, one builder at a time, errors made readable.

The order of the work is in `steps`; it is imported when there is work, so that `import index` is light.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ArchiveError, BuildCancelled, UsageError
from .types import BuildReport, Progress

if TYPE_CHECKING:
    from .encode import Encoder
    from .files.scan import Scan
    from .wordlist import Wordlist

_SEEDS = Path("seeds")


def build(
    paths: Sequence[Path] | None,
    home: Path,
    *,
    encoder: Encoder | None = None,
    verify: bool = False,
    ocr: bool | None = None,
    words: Wordlist | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> BuildReport:
    """Make the archive in `home` mirror `paths` and the archive's own uploads; only what changed is done.

    Without `paths` those of the last build are taken, or else the folder `seeds`; without `encoder` that of the last
    build, or else the built-in one. With `ocr` scans and pictures are read, too; by default if they were at the last
    build. `words` is a list of the user's own words; by default that of the last build. `verify` compares files by content also where size and times are unchanged. Setting `cancel` stops the build.

    What is below a path of the last build that cannot be read now is kept.

    :raises UsageError: if a path given is not there, or there is nothing to read; the archive is left as it was.
    :raises BuildCancelled: if it was asked to stop; what was read is kept, and the next build goes on from there.
    :raises ArchiveBusy: if another build is at work here.
    :raises ArchiveMismatch: if another format version wrote the archive.
    :raises ArchiveError: if the folder cannot be written.
    """
    from .archive.home import prepare
    from .archive.lock import building
    from .archive.schema import explained
    from .archive.steps import bring_up_to_date
    from .files.scan import check_given

    show = progress or _nobody

    def tell(step: Progress) -> None:
        if cancel is not None and cancel.is_set():
            raise BuildCancelled(f"{home}: cancelled. What was read is kept, and the next build goes on from there.")
        show(step)

    # Before the folder is made, so that a mistyped path leaves none.
    check_given(_roots(paths, home)[0])
    prepare(home)
    try:
        with building(home):
            # What an earlier look found could be undone by a build that ended meanwhile.
            roots, found = _look(paths, home, tell)
            return bring_up_to_date(home, roots, found, encoder, verify=verify, tell=tell, ocr=ocr, words=words)
    except sqlite3.DatabaseError as error:
        raise explained(home, error) from error
    except OSError as error:
        raise ArchiveError(f"{home}: cannot be written ({error}). Is the disk full?") from error


def _nobody(_: Progress) -> None:
    """Nobody is told."""


def _look(paths: Sequence[Path] | None, home: Path, tell: Callable[[Progress], None]) -> tuple[list[Path], Scan]:
    """The paths to mirror and what is below them."""
    from .archive.home import recorded_places
    from .files.scan import nothing_to_read, scan

    given, recorded = _roots(paths, home)
    roots = [*given, *recorded]
    tell(Progress("scan", 0, 0))
    found = scan([*roots, *_uploads(home)], home, recorded_places(home), recorded=bool(recorded))
    tell(Progress("scan", len(found.files), len(found.files)))
    if not found.files:
        raise UsageError(nothing_to_read(roots, found.refused))
    return roots, found


def _roots(paths: Sequence[Path] | None, home: Path) -> tuple[list[Path], list[Path]]:
    """The paths to mirror, as two lists of which one is empty: those that must be there, and those of the last build.

    Where nothing is given and nothing was built, the seeds here or beside the package are to be there.
    """
    if paths is not None:
        return list(paths), []
    from .archive.home import recorded_roots

    recorded = recorded_roots(home)
    if recorded is not None:
        return [], recorded
    beside = Path(__file__).parent.parent / _SEEDS
    return [_SEEDS if _SEEDS.is_dir() or not beside.is_dir() else beside], []


def _uploads(home: Path) -> list[Path]:
    from .archive.manifest import UPLOADS

    uploads = home / UPLOADS
    return [uploads] if uploads.is_dir() else []
