"""EPUB books: the documents of the spine in order, each one page."""

from __future__ import annotations

import html.entities
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..errors import SourceError
from ..types import Line, Page
from .markup import blocks, parse_html, tag_of
from .package import Package, parse_xml
from .text import decode

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are often scrambled by one of these; only other methods lock the text.
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_TEXT_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "application/xml", "text/xml", "")
_ENTITY = re.compile("&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")
_SUBSET = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?<!DOCTYPE[^\[>]*\[[^\]]*\]\s*>", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")


def read_epub(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A book, one page for each document in reading order.

    :raises SourceError: if it is no EPUB, damaged, locked (DRM), or without text.
    :raises OSError: if it cannot be opened.
    """
    with Package(path, source, "an EPUB book") as package:
        _check_locks(package)
        found = False
        for number, name in enumerate(_spine(package, note), 1):
            if name not in package.names:
                note(f"part {number} of the book is missing; the rest is kept")
                continue
            lines = _document(package, name, number, note)
            if lines:
                found = True
                yield Page(source, number, lines)
        if not found:
            raise package.error("holds no text", "If its pages are pictures, they need OCR")


def _check_locks(package: Package) -> None:
    if _ENCRYPTION not in package.names:
        return
    methods = [element.get("Algorithm") for element in _all(package.tree(_ENCRYPTION), "EncryptionMethod")]
    if any(method not in _FONT_METHODS for method in methods) or not methods:
        raise package.error("is locked (DRM)", "Give a copy without a lock")


def _spine(package: Package, note: Callable[[str], None]) -> list[str]:
    """The names of the parts that hold the text, in reading order."""
    rootfile = next(iter(_all(package.tree(_CONTAINER), "rootfile")), None)
    opf = None if rootfile is None else rootfile.get("full-path")
    if not opf:
        raise package.error("is not an EPUB book, or damaged (it names no contents)", "Save it anew")
    root = package.tree(opf)
    items = {item.get("id"): item for item in _all(root, "item")}
    names: dict[str, None] = {}
    for reference in _all(root, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None:
            note("the book's contents name a part that it does not have; the rest is kept")
        elif "nav" not in item.get("properties", "").split() and item.get("media-type", "") in _TEXT_TYPES:
            names[_resolve(opf, item.get("href", ""))] = None
    return list(names)


def _resolve(opf: str, href: str) -> str:
    """The part's name; it is only ever looked up among the names in the package, so no path leads out of it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(opf), unquote(href.partition("#")[0])))


def _document(package: Package, name: str, number: int, note: Callable[[str], None]) -> tuple[Line, ...]:
    data = package.read(name)
    declared = _DECLARED.match(data[:200])
    try:
        text = decode(data, package.source, note, declared[1].decode("ascii") if declared else None) if data else ""
    except SourceError:
        note(f"part {number} of the book is in no known encoding; the rest is kept")
        return ()
    root = _parse(text)
    if root is None:
        return ()
    return tuple(Line(place, block.text, block.role) for place, block in enumerate(blocks(root), 1))


def _parse(text: str) -> _Element | None:
    """XHTML as XML, so that `<title/>` is closed; what is no XML, or needs entities of its own, as HTML."""
    text = _ENTITY.sub(_character, text)
    if not any(match[1] not in _XML_ENTITIES for match in _ENTITY.finditer(text)):
        root = parse_xml(re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace"))
        if root is not None:
            return root
    # HTML knows no declarations in a document type.
    return parse_html(_SUBSET.sub("", text, count=1))


def _character(match: re.Match[str]) -> str:
    return match[0] if match[1] in _XML_ENTITIES else html.entities.html5.get(f"{match[1]};", match[0])


def _all(root: _Element, tag: str) -> Iterator[_Element]:
    return (element for element in root.iter() if tag_of(element) == tag.lower())
