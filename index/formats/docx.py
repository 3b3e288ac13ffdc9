"""Word documents (.docx): a paragraph is a line, an explicit page break or section begins a page.

The parts are read one by one with bounds: the usual libraries unpack all of them, pictures too, whatever their size.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from pathlib import Path

from ..types import Line, Page
from .package import Package
from .wordml import read_story
from .wordnames import is_level, short_name, value
from .wordsheets import Sheet

_MAIN = "word/document.xml"
_HEADER = 20  # lines; more is no header
_OTHERS = (("xl/", "an Excel workbook", "Save it as .csv"), ("ppt/", "a PowerPoint file", "Save it as .pdf"))
_HEADINGS = ("title", "subtitle", "heading")
_HEADINGS_ZH = ("标题", "引题", "肩题", "副题")


def read_docx(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A Word document, page by page as its author broke it.

    Paragraphs have the role "body", or "" where the document has no headings at all: then layout finds its articles.

    :raises SourceError: if it is no Word document, damaged, encrypted, too large or without text.
    :raises OSError: if it cannot be opened.
    """
    with Package(path, source, "a Word document") as package:
        document = _Document(package, note)
        sheets = document.sheets()
        body = "body" if any(line.heading for sheet in sheets for line in sheet.lines) else ""
        found = False
        for sheet in sheets:
            texts = [(line.text, "heading" if line.heading else body) for line in sheet.lines]
            texts += [(text, body) for key in sheet.notes for text in document.notes(key)]
            if any(text for text, _ in texts):
                found = True
                above = [(text, "furniture") for text in document.header(sheet.header)]
                below = [(text, "furniture") for text in document.header(sheet.footer)]
                lines = enumerate([*above, *texts, *below], 1)
                yield Page(source, sheet.number, tuple(Line(number, text, role) for number, (text, role) in lines))
        if not found:
            raise package.error("holds no text", "If its pages are pictures, they need OCR")


class _Document:
    """A package as a Word document: its main part, and the parts that one links to."""

    def __init__(self, package: Package, note: Callable[[str], None]) -> None:
        self._package, self._note = package, note
        self._main = self._main_part()
        folder, _, name = self._main.rpartition("/")
        self._links = self._linked(f"{folder}/_rels/{name}.rels", folder)
        self._headers: dict[str, list[str]] = {}
        self._notes: dict[str, list[str]] | None = None

    def sheets(self) -> list[Sheet]:
        found = read_story(self._package.read(self._main), self._heading_styles())
        if found is None:
            raise self._package.error("is damaged (its text is no XML)", "Save it anew")
        return found

    def header(self, link: str) -> list[str]:
        """The lines of a header or footer."""
        if link not in self._headers:
            name = self._links.get(link, ("", ""))[1]
            sheets = read_story(self._package.read(name)) if name in self._package.names else None
            lines = [line.text for sheet in sheets or () for line in sheet.lines if line.text]
            self._headers[link] = lines[:_HEADER]
        return self._headers[link]

    def notes(self, key: str) -> list[str]:
        """The lines of a footnote or endnote: "footnote 2"."""
        if self._notes is None:
            self._notes = {}
            for kind in ("footnote", "endnote"):
                self._read_notes(kind, self._target(f"{kind}s"))
        return self._notes.pop(key, [])

    def _read_notes(self, kind: str, name: str | None) -> None:
        if name is None or self._notes is None:
            return
        for element in self._package.tree(name):
            if short_name(element.tag) == f"w:{kind}":
                from lxml import etree

                sheets = read_story(etree.tostring(element)) or []
                self._notes[f"{kind} {value(element, 'id')}"] = [
                    line.text for sheet in sheets for line in sheet.lines if line.text
                ]

    def _main_part(self) -> str:
        names = self._package.names
        linked = self._linked("_rels/.rels", "") if "_rels/.rels" in names else {}
        for kind, name in linked.values():
            if (
                kind == "officeDocument"
                and name in names
                and not name.startswith(tuple(start for start, *_ in _OTHERS))
            ):
                return name
        if _MAIN in names:
            return _MAIN
        for start, kind, advice in _OTHERS:
            if any(name.startswith(start) for name in names):
                raise self._package.error(f"is {kind}, not a Word document", advice)
        raise self._package.error("is a zip file, but not a Word document", "Save it anew as .docx")

    def _linked(self, name: str, folder: str) -> dict[str, tuple[str, str]]:
        """The links of a part by their ids: the kind and the name of what each leads to in the package."""
        if name not in self._package.names:
            return {}
        found = {}
        for link in self._package.tree(name):
            target = link.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if link.get("TargetMode") != "External":
                found[link.get("Id", "")] = (link.get("Type", "").rpartition("/")[2], path)
        return found

    def _target(self, kind: str) -> str | None:
        return next((name for of, name in self._links.values() if of == kind and name in self._package.names), None)

    def _heading_styles(self) -> frozenset[str]:
        """The ids of the paragraph styles that are headings by their name or level, or by what they are based on."""
        name = self._target("styles")
        if name is None:
            return frozenset()
        found: set[str] = set()
        based: dict[str, str] = {}
        for style in self._package.tree(name).iter():
            if short_name(style.tag) != "w:style":
                continue
            own = value(style, "styleId")
            for part in style.iter():
                tag = short_name(part.tag)
                if (tag == "w:name" and _names_heading(value(part))) or (
                    tag == "w:outlineLvl" and is_level(value(part))
                ):
                    found.add(own)
                elif tag == "w:basedOn":
                    based[own] = value(part)
        return frozenset(own for own in {*based, *found} if _leads_to(own, based, found))


def _names_heading(name: str) -> bool:
    name = name.lower()
    return name.startswith(_HEADINGS) or name.startswith(_HEADINGS_ZH) or name.endswith(_HEADINGS_ZH)


def _leads_to(style: str, based: dict[str, str], headings: set[str]) -> bool:
    for _ in range(12):  # Word itself allows eleven
        if style in headings:
            return True
        style = based.get(style, "")
    return False
