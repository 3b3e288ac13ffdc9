"""The catalogue brought up to date with the files: what changed is read, what is gone is taken out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from ..dates import date_articles
from ..errors import SourceError
from ..files.scan import Found, Scan
from ..files.zips import Unpacker
from ..layout import articles
from ..passages import passages
from ..read import PICTURES, read, release
from ..records import record_article
from ..types import Article, Page, Passage, Progress, Refusal
from .catalogue import Catalogue, Known, Reading
from .disk import digest_file

# How often a file that changes while it is read is read again before it is left for the next build.
_READINGS = 3
# Sources stored in one step: each step writes the same pages of the catalogue's indexes anew, and a kill loses one.
_TOGETHER = 64
_LONGEST_HEADING = 500  # characters
_WITH_OCR = "+ocr"

Tell = Callable[[Progress], None]
_Item = Page | tuple[Article, Sequence[Passage]]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Update:
    """What was found out about the files: sources to take out (keys), and what to tell."""

    gone: list[int] = field(default_factory=list)
    kept: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)


def update(
    catalogue: Catalogue, found: Scan, recipe: str, *, verify: bool, tell: Tell, ocr: bool | None = None
) -> Update:
    """Read new and changed files into the catalogue. Sources that are gone are only listed: the caller takes them out.

    A file that cannot be opened just now keeps what was read of it earlier, as does one out of reach; one whose content
    is refused does not. With `ocr` scans and pictures are read, too; by default if they were at the last build.
    """
    files, known = found.files, catalogue.known()
    if ocr is None:
        ocr = any(source.recipe.endswith(_WITH_OCR) for source in known.values())
    done = Update()
    with Unpacker() as unpacker, ExitStack() as stack:
        stack.callback(release)
        for start in range(0, len(files), _TOGETHER):
            with catalogue.together():
                for number, file in enumerate(files[start : start + _TOGETHER], start):
                    step = Progress("read", number, len(files), file.name)
                    tell(step)
                    source = _Source(catalogue, unpacker, file, known.pop(file.name, None), recipe, step, tell, ocr)
                    source.update(done, verify=verify)
    done.gone += [source.key for source in known.values() if source.name not in found.kept]
    done.kept += len(known.keys() & found.kept)
    tell(Progress("read", len(files), len(files)))
    return done


@dataclass(frozen=True, slots=True)
class _Source:
    """A file and what the catalogue holds of it."""

    catalogue: Catalogue
    unpacker: Unpacker
    file: Found
    before: Known | None
    code: str
    step: Progress
    tell: Tell
    ocr: bool

    @property
    def recipe(self) -> str:
        """By what the file is read: scans and pictures are read anew when OCR comes or goes, other files are not."""
        return self.code + _WITH_OCR * (self.ocr and PurePath(self.file.name).suffix.lower() in PICTURES)

    def update(self, done: Update, *, verify: bool) -> None:
        file, before = self.file, self.before
        notes: list[str] = []
        try:
            if not self._unchanged(verify):
                self._read(notes)
        except SourceError as error:
            done.refused.append(Refusal(file.name, str(error).removeprefix(f"{file.name}: ")))
            done.gone += [before.key] if before else []
            return
        except OSError as error:
            kept = " What was read of it earlier is kept." if before else ""
            reason = f"cannot be opened ({error.strerror}). Check that it exists and may be read.{kept}"
            done.refused.append(Refusal(file.name, reason))
            done.kept += before is not None
            return
        if before is None or before.place != file.place:
            self.catalogue.put_place(file.name, file.place)
        done.kept += 1
        done.notes += [Refusal(file.name, note) for note in notes]

    def _unchanged(self, verify: bool) -> bool:
        before, file = self.before, self.file
        if before is None or before.recipe != self.recipe:
            return False
        if file.stamp and file.stamp == before.stamp and not verify:
            return True
        with file.opened(self.unpacker) as path:
            if digest_file(path) != before.digest:
                return False
        if file.stamp != before.stamp:
            self.catalogue.restamp(before.key, file.stamp)
        return True

    def _read(self, notes: list[str]) -> None:
        """Read the file into the catalogue as one state of it.

        :raises SourceError: if its content is refused, or it does not stop changing.
        :raises OSError: if it cannot be opened.
        """
        replaced = self.before.key if self.before else None
        for _ in range(_READINGS):
            notes.clear()
            with suppress(_ChangedError), self.file.opened(self.unpacker) as path, self.catalogue.together():
                # Taken before and after: what is stored is one state of the file, and its digest is of that state.
                size, stamp, digest = path.stat().st_size, self.file.stamped(), digest_file(path)
                items = self._items(read(path, self.file.name, notes.append, ocr=self.ocr))
                reading = Reading(self.file.name, size, digest, stamp, items)
                if not self.catalogue.put(reading, self.recipe, replaced):
                    notes.append("no article was found in it.")
                if digest_file(path) != digest:
                    raise _ChangedError
                return
        raise SourceError(f"{self.file.name}: changes while it is being read. Build again when it is finished.")

    def _items(self, pages: Iterator[Page]) -> Iterator[_Item]:
        """Every page as soon as it is read, ready articles at once, other articles at the end: what day a page is of may
        be told by a later one."""
        for item in _guarded(self._made(pages), self.file.name):
            if isinstance(item, Page):
                self.tell(replace(self.step, page=item.number))
            yield item

    def _made(self, pages: Iterator[Page]) -> Iterator[_Item]:
        found: list[Article] = []
        for page in map(_sober, pages):
            yield page
            if page.record is None:
                found += articles(page)
            else:
                yield from self._dated([record_article(page)])
        yield from self._dated(found)

    def _dated(self, found: Sequence[Article]) -> Iterator[_Item]:
        for article in date_articles(found, self.file.name):
            yield article, passages(article)


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


def _guarded(items: Iterator[_Item], source: str) -> Iterator[_Item]:
    """The items; what nobody foresaw in reading a file costs that file, not the build.

    :raises SourceError: for whatever else reading raises; OSError passes.
    """
    while True:
        try:
            item = next(items, None)
        except (SourceError, OSError):
            raise
        except MemoryError as error:
            raise SourceError(f"{source}: needs more memory than there is. Split it into smaller files.") from error
        except Exception as error:
            _log.debug("%s", source, exc_info=True)
            what = type(error).__name__
            raise SourceError(f"{source}: cannot be read ({what}). Save it anew, or in another format.") from error
        if item is None:
            return
        yield item


class _ChangedError(Exception):
    """The file is not what it was when its reading began."""
