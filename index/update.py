"""The catalogue brought up to date with the files: what changed is read, what is gone is taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .catalogue import Catalogue, Known, Reading
from .dates import date_articles
from .disk import digest_file
from .errors import SourceError
from .layout import articles
from .passages import passages
from .read import read
from .scan import Found, Scan, stamp
from .types import Progress, Refusal

# How often a file that changes while it is read is read again before it is left for the next build.
_READINGS = 3
# Sources stored in one step: each step writes the same pages of the catalogue's indexes anew, and a kill loses one.
_TOGETHER = 64


@dataclass(slots=True)
class Update:
    """What was found out about the files: sources to take out (keys), and what to tell."""

    gone: list[int] = field(default_factory=list)
    kept: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)


def update(catalogue: Catalogue, found: Scan, recipe: str, *, verify: bool, tell: Callable[[Progress], None]) -> Update:
    """Read new and changed files into the catalogue. Sources that are gone are only listed: the caller takes them out.

    A file that cannot be opened just now keeps what was read of it earlier, as does one out of reach; one whose content
    is refused does not.
    """
    files, known = found.files, catalogue.known()
    done = Update()
    for start in range(0, len(files), _TOGETHER):
        with catalogue.together():
            for number, file in enumerate(files[start : start + _TOGETHER], start):
                tell(Progress("read", number, len(files), file.name))
                _update_one(catalogue, file, known.pop(file.name, None), recipe, verify, done)
    done.gone += [source.key for source in known.values() if source.name not in found.kept]
    done.kept += len(known.keys() & found.kept)
    tell(Progress("read", len(files), len(files)))
    return done


def _update_one(
    catalogue: Catalogue, found: Found, before: Known | None, recipe: str, verify: bool, done: Update
) -> None:
    try:
        if _unchanged(catalogue, before, found, recipe, verify):
            done.kept += 1
            if before is None or before.place != found.place:
                catalogue.put_place(found.name, found.place)
            return
        reading = read_source(found)
    except SourceError as error:
        done.refused.append(Refusal(found.name, str(error).removeprefix(f"{found.name}: ")))
        done.gone += [before.key] if before else []
    except OSError as error:
        done.refused.append(Refusal(found.name, _unopened(error, before)))
        done.kept += before is not None
    else:
        catalogue.put(reading, recipe, before.key if before else None)
        catalogue.put_place(found.name, found.place)
        done.kept += 1
        if not any(passages for _, passages in reading.articles):
            done.notes.append(Refusal(found.name, "no article was found in it."))


def _unchanged(catalogue: Catalogue, before: Known | None, found: Found, recipe: str, verify: bool) -> bool:
    if before is None or before.recipe != recipe:
        return False
    if found.stamp and found.stamp == before.stamp and not verify:
        return True
    if digest_file(found.path) != before.digest:
        return False
    if found.stamp != before.stamp:
        catalogue.restamp(before.key, found.stamp)
    return True


def _unopened(error: OSError, before: Known | None) -> str:
    kept = " What was read of it earlier is kept." if before else ""
    return f"cannot be opened ({error.strerror}). Check that it exists and may be read.{kept}"


def read_source(found: Found) -> Reading:
    """Read one file whole: pages, articles with their dates, passages.

    :raises SourceError: if its content is refused, or it does not stop changing.
    :raises OSError: if it cannot be opened.
    """
    for _ in range(_READINGS):
        # Taken before and after: what is stored is one state of the file, and its digest is of that state.
        before = found.path.stat()
        digest = digest_file(found.path)
        pages = list(read(found.path, found.name))
        if digest_file(found.path) == digest:
            break
    else:
        raise SourceError(f"{found.name}: changes while it is being read. Build again when it is finished.")
    dated = date_articles([article for page in pages for article in articles(page)], found.name)
    return Reading(
        found.name, before.st_size, digest, stamp(before), pages, [(article, passages(article)) for article in dated]
    )
