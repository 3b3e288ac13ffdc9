"""What a file really is, by its first bytes: files are often named after what they were before."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

_HEAD = 1024
# Each with its name for a person, the suffixes it may have, and what to do otherwise.
_PDF = ("a PDF file", (".pdf",), "Rename it to .pdf")
_IMAGES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif")
_MAGIC: tuple[tuple[bytes, tuple[str, tuple[str, ...], str]], ...] = (
    (b"%PDF-", _PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ("an old Word or Excel file, or one with a password", (".docx",), "Save it as .docx without a password")),
    (b"{\\rtf", ("a Rich Text file", (), "Save it as .docx")),
    (b"\x89PNG\r\n\x1a\n", ("a PNG image", _IMAGES, "Rename it to .png")),
    (b"\xff\xd8\xff", ("a JPEG image", _IMAGES, "Rename it to .jpg")),
    (b"II*\x00", ("a TIFF image", _IMAGES, "Rename it to .tif")),
    (b"MM\x00*", ("a TIFF image", _IMAGES, "Rename it to .tif")),
    (b"GIF8", ("a GIF image", _IMAGES, "Save it as .png")),
    (b"\x1f\x8b\x08", ("packed with gzip", (), "Unpack it first")),
    (b"Rar!\x1a\x07", ("a RAR archive", (), "Unpack it first")),
    (b"7z\xbc\xaf\x27\x1c", ("a 7-Zip archive", (), "Unpack it first")),
    (b"SQLite format 3\x00", ("a database", (), "Export it as .csv")),
)  # fmt: skip
_Kind = tuple[str, tuple[str, ...], str]
_ZIPS: tuple[tuple[str, _Kind], ...] = (
    ("word/", ("a Word document", (".docx", ".zip"), "Rename it to .docx")),
    ("xl/", ("an Excel workbook", (".docx", ".zip"), "Save it as .csv")),
    ("ppt/", ("a PowerPoint file", (".docx", ".zip"), "Save it as .pdf")),
    ("META-INF/container.xml", ("an EPUB book", (".epub", ".zip"), "Rename it to .epub")),
)
_ZIP = ("a zip archive", (".docx", ".epub", ".zip"), "Rename it to .zip")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}(?:<\?xml[^>]{0,200}>\s{0,64})?<(?:!doctype\s{1,8}html|html[\s>])", re.IGNORECASE
)
_HTML_SUFFIXES = (".html", ".htm", ".xhtml", ".md", ".markdown")
# Formats of other programs that many people have, by their suffix.
ADVICE = {
    ".doc": "Save it as .docx", ".wps": "Save it as .docx", ".rtf": "Save it as .docx", ".odt": "Save it as .docx",
    ".pages": "Export it as .docx", ".xls": "Save it as .csv", ".xlsx": "Save it as .csv", ".et": "Save it as .csv",
    ".ods": "Save it as .csv", ".ppt": "Save it as .pdf", ".pptx": "Save it as .pdf", ".mobi": "Convert it to .epub",
    ".azw3": "Convert it to .epub", ".mht": "Save it as .html", ".mhtml": "Save it as .html", ".caj": "Export it as .pdf",
    ".rar": "Unpack it first", ".7z": "Unpack it first", ".gz": "Unpack it first", ".tar": "Unpack it first",
    ".ceb": "Export it as .pdf", ".xml": "Save it as .html or .txt",
}  # fmt: skip


def contradiction(path: Path) -> str:
    """What the file is if it is not what its suffix says, and what to do: "is really a PDF file. …"; else empty.

    :raises OSError: if it cannot be opened.
    """
    suffix = path.suffix.lower()
    with path.open("rb", buffering=0) as file:
        head = file.read(_HEAD)
    kind = _kind(path, head)
    if kind is None or suffix in kind[1]:
        return ""
    return f"is really {kind[0]}. {kind[2]}."


def _kind(path: Path, head: bytes) -> _Kind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    return ("an HTML page", _HTML_SUFFIXES, "Rename it to .html") if _HTML.match(head) else None


def _zip_kind(path: Path) -> _Kind:
    try:
        with zipfile.ZipFile(path) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, LookupError):
        return _ZIP
    return next((kind for start, kind in _ZIPS if any(name.startswith(start) for name in names)), _ZIP)
