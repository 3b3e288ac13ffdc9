"""The picture of a page, drawn from the file it was read from, if that file is still the one that was read."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .archive.disk import digest_file
from .errors import SourceError
from .files import zips
from .files.scan import stamp
from .read import PICTURES

if TYPE_CHECKING:
    from .store import Archive

# Wide enough to read six columns of small type by zooming in; about 300 KB.
WIDTH = 1600
_QUALITY = 75


def picture(archive: Archive, source: str, page: int, width: int = WIDTH) -> bytes | None:
    """A page as a WebP image `width` pixels wide; None for a format without pictures.

    None, too, if the file is gone, or is no longer the one that was read.
    """
    if Path(source).suffix.lower() not in PICTURES:
        return None
    try:
        with _file(archive, source) as path:
            return None if path is None else _draw(path, page, width)
    except (OSError, SourceError):
        return None


def _draw(path: Path, page: int, width: int) -> bytes:
    from PIL import Image

    from .formats import image, pdf

    render = pdf.render if path.suffix.lower() == ".pdf" else image.render
    drawn = io.BytesIO()
    Image.open(io.BytesIO(render(path, page, width))).save(drawn, "WEBP", quality=_QUALITY, method=2)
    return drawn.getvalue()


@contextmanager
def _file(archive: Archive, source: str) -> Iterator[Path | None]:
    """The file a source was read from, or None if it is not there or has changed."""
    origin = archive.origin(source)
    if origin is None:
        yield None
        return
    place, read, digest = origin
    path, member = _found(Path(os.fsdecode(place)))
    if member is None:
        same = stamp(path.stat()) == read != "" or digest_file(path) == digest
        yield path if same else None
        return
    with zips.Unpacker() as unpacker, unpacker.unpacked(path, member, source) as copy:
        yield copy if digest_file(copy) == digest else None


def _found(place: Path) -> tuple[Path, zips.Member | None]:
    """The file at a place, or the zip it is in and its entry there."""
    for above in place.parents:
        if above.suffix.lower() == zips.SUFFIX and above.is_file():
            inside = place.relative_to(above).as_posix()
            for member in zips.members(above):
                if member.path.as_posix() == inside and not member.problem:
                    return above, member
    return place, None
