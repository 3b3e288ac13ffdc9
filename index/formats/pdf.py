"""PDF page by page: the characters of its text layer in reading order; pages that are pictures go to OCR, if wanted."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SourceError
from ..types import Line, Page

if TYPE_CHECKING:
    from PIL.Image import Image

# PDFium may serve one thread at a time.
LOCK = threading.RLock()
OCR_DPI = 220
# Pixels of a rendered page: enough for a broadsheet at the density of OCR, too few to fill the memory.
_MOST_PIXELS = 60_000_000
_SHOWN = 20  # page ranges in one note
_REASONS = {
    2: "cannot be opened. Check that it exists and may be read.",
    3: "is no PDF, or is damaged. Open it in a PDF program and save it again.",
    4: "is encrypted with a password. Save it without one.",
    5: "is encrypted in a way that is not read here. Save it without encryption.",
}


def read_pdf(path: Path, source: str, note: Callable[[str], None], *, ocr: bool = False) -> Iterator[Page]:
    """The pages of a PDF, one at a time. Pages without a readable text layer are read by `ocr`, or noted and left out.

    :raises SourceError: if the file is encrypted, damaged or has no page, or none with text.
    :raises OSError: if it cannot be opened.
    """
    from .pdfpage import page_glyphs

    found, pictures = False, list[int]()
    failed: dict[str, list[int]] = {}
    with _document(path, source) as document:
        for number in range(1, len(document) + 1):
            try:
                with LOCK:
                    content = page_glyphs(document, number - 1)
            except (RuntimeError, ValueError) as error:
                failed.setdefault(str(error).rstrip("."), []).append(number)
                continue
            if content.cut:
                note(f"page {number} has more than {content.cut} characters; the rest of it is left out")
            lines = content.lines()
            if not content.readable and content.picture:
                lines = _recognised(document, number, source) if ocr else ()
                if not ocr:
                    pictures.append(number)
            if any(line.text for line in lines):
                found = True
                yield Page(source, number, lines, content.size)
        count = len(document)
    if not found:
        raise SourceError(f"{source}: {_nothing(count, len(pictures), sum(map(len, failed.values())), ocr=ocr)}")
    for reason, numbers in failed.items():
        note(f"{_pages(numbers)} cannot be read ({reason}); the rest is kept")
    if pictures:
        note(
            f"{_pages(pictures)} {'is an image' if len(pictures) == 1 else 'are images'} without text; build with --ocr"
        )


def render(path: Path, page: int, width: int) -> bytes:
    """Page `page` (from 1) of the PDF as a PNG `width` pixels wide; fewer where it would fill the memory.

    :raises SourceError: if the file or the page cannot be read.
    """
    with _document(path, path.name) as document:
        if not 1 <= page <= len(document):
            raise SourceError(f"{path.name}: has no page {page}. It has {len(document)}.")
        image = _image(document, page, lambda size: (width - 0.01) / size[0], path.name)
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1)
    return data.getvalue()


@contextmanager
def _document(path: Path, source: str) -> Iterator[Any]:
    """The open document; closed afterwards."""
    with path.open("rb") as file:
        if not file.read(1):
            raise SourceError(f"{source}: the file is empty. Remove it or put a PDF in its place.")
    import pypdfium2
    import pypdfium2.raw as pdfium

    with LOCK:
        # By the file's own bytes: its name need not be valid text.
        handle = pdfium.FPDF_LoadDocument(os.fsencode(path) + b"\x00", None)
        if not handle:
            reason = _REASONS.get(pdfium.FPDF_GetLastError(), _REASONS[3])
            raise SourceError(f"{source}: {reason}")
        document = pypdfium2.PdfDocument(handle)
    try:
        if not len(document):
            raise SourceError(f"{source}: has no page. Open it in a PDF program and save it again.")
        yield document
    finally:
        with LOCK:
            document.close()


def _image(document: Any, number: int, scale: Callable[[tuple[float, float]], float], source: str) -> Image:
    import pypdfium2

    with LOCK:
        try:
            with closing(document[number - 1]) as page:
                size = page.get_size()
                wanted = min(scale(size), (_MOST_PIXELS / max(1.0, size[0] * size[1])) ** 0.5)
                image: Image = page.render(scale=wanted).to_pil().convert("RGB")
        except pypdfium2.PdfiumError as error:
            raise SourceError(f"{source}: page {number} cannot be read. Save the file again.") from error
    return image


def _recognised(document: Any, number: int, source: str) -> tuple[Line, ...]:
    from .ocr import ocr_lines

    image = _image(document, number, lambda _: OCR_DPI / 72, source)
    with LOCK:
        width = document.get_page_size(number - 1)[0]
    return ocr_lines(image, image.width / width, source)


def _nothing(pages: int, pictures: int, failed: int, *, ocr: bool) -> str:
    """Why nothing could be read."""
    if failed == pages:
        return "no page of it can be read. Open it in a PDF program and save it again."
    if pictures:
        return "is a scan, pages without text. Install the OCR extra: pip install 'wenbao[ocr]' and build with --ocr."
    return "no text was found on its pages." + ("" if ocr else " If they are drawings of text, build with --ocr.")


def _pages(numbers: list[int]) -> str:
    """Page numbers as "pages 3, 5–8"."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    shown = [str(part[0]) if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in parts]
    more = ["…"] if len(shown) > _SHOWN else []
    return f"page{'' if len(numbers) == 1 else 's'} {', '.join(shown[:_SHOWN] + more)}"
