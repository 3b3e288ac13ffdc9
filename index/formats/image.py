"""Pictures of newspaper pages (PNG, JPEG, TIFF, WebP, BMP), read by OCR; a TIFF of several pages page by page."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SourceError
from ..types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

_BROKEN = (OSError, EOFError, ValueError, SyntaxError, TypeError, LookupError, struct.error, MemoryError)
_DAMAGED = "is no picture, or is damaged. Save it again."
ADVICE = "is an image. Install the OCR extra: pip install 'wenbao[ocr]' and build with --ocr."
# A picture that does not say its density is taken for a scan of this many pixels an inch.
_DPI, _LEAST_DPI, _MOST_DPI = 200.0, 50.0, 1300.0
# More pixels than a broadsheet at 600 pixels an inch has would fill the memory.
_MOST_PIXELS = 150_000_000


def read_image(path: Path, source: str, note: Callable[[str], None], *, ocr: bool = False) -> Iterator[Page]:
    """The pages of a picture file with the lines that OCR sees on them, in points at the density the file states.

    :raises SourceError: if `ocr` is not wanted or not installed, if the file is no picture or is damaged or too large,
        or if no text is seen on it.
    :raises OSError: if the file cannot be opened.
    """
    if not ocr:
        raise SourceError(f"{source}: {ADVICE}")
    from .ocr import ocr_lines

    found = False
    with _opened(path, source) as picture:
        for index in range(getattr(picture, "n_frames", 1)):
            try:
                picture.seek(index)
                image = _upright(picture)
            except _BROKEN as error:
                if not index:
                    raise SourceError(f"{source}: the picture is damaged. Save it again.") from error
                note(f"page {index + 1} cannot be read (damaged); the rest is kept")
                break
            scale = _density(picture) / 72
            lines = ocr_lines(image, scale, source)
            if any(line.text for line in lines):
                found = True
                yield Page(source, index + 1, lines, (image.width / scale, image.height / scale))
            else:
                note(f"no text was seen on page {index + 1}")
    if not found:
        raise SourceError(f"{source}: no text was seen on the picture. Scan it at 200 to 300 pixels an inch.")


def render(path: Path, page: int, width: int) -> bytes:
    """Page `page` (from 1) of the picture as a PNG `width` pixels wide.

    :raises SourceError: if the file or the page cannot be read.
    """
    with _opened(path, path.name) as picture:
        try:
            picture.seek(page - 1)
            image = _upright(picture)
        except _BROKEN as error:
            raise SourceError(f"{path.name}: has no readable page {page}.") from error
    height = max(1, min(round(image.height * width / image.width), 20_000))
    data = io.BytesIO()
    image.resize((width, height)).save(data, "PNG", compress_level=1)
    return data.getvalue()


@contextmanager
def _opened(path: Path, source: str) -> Iterator[Image]:
    """The picture, not yet decoded, and small enough to be."""
    from PIL import Image as Pillow

    with path.open("rb") as file, warnings.catch_warnings():
        # What a library remarks on a damaged file is for nobody; of sizes the limit below is the one that counts.
        warnings.simplefilter("ignore")
        try:
            picture = Pillow.open(file)
        except Pillow.DecompressionBombError as error:
            raise SourceError(f"{source}: {_too_large()}") from error
        except OSError as error:
            # What Pillow itself finds wrong has no number.
            if error.errno is not None:
                raise
            raise SourceError(f"{source}: {_DAMAGED}") from error
        except (ValueError, SyntaxError, TypeError, LookupError, struct.error) as error:
            raise SourceError(f"{source}: {_DAMAGED}") from error
        if picture.width * picture.height > _MOST_PIXELS:
            raise SourceError(f"{source}: {_too_large()}")
        yield picture


def _too_large() -> str:
    return f"has more than {_MOST_PIXELS // 1_000_000} million pixels. Make it smaller."


def _upright(picture: Image) -> Image:
    """The page as the camera held it, without transparency."""
    from PIL import Image as Pillow
    from PIL import ImageOps

    if picture.width * picture.height > _MOST_PIXELS:
        raise ValueError(_too_large())
    image = ImageOps.exif_transpose(picture)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Pillow.new("RGBA", image.size, "white")
        image = Pillow.alpha_composite(ground, image)
    return image.convert("RGB")


def _density(picture: Image) -> float:
    """Pixels an inch as the file states them, if they can be true."""
    stated = picture.info.get("dpi", (_DPI,))[0]
    try:
        density = float(stated)
    except (TypeError, ValueError, ZeroDivisionError):
        return _DPI
    # 72 and 96 are what programs write that do not know.
    return density if _LEAST_DPI <= density <= _MOST_DPI and round(density) not in (72, 96) else _DPI
