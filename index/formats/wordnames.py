"""Names and values in the XML of Word documents, in either of its two sets of namespaces."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w:",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r:",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r:",
}


@lru_cache(maxsize=1024)
def short_name(tag: object) -> str:
    """The tag with the usual prefix of its namespace: `w:p`; empty for names of no interest."""
    namespace, _, name = str(tag).rpartition("}")
    prefix = _PREFIXES.get(namespace.removeprefix("{"), "")
    return prefix + name if prefix else ""


def value(element: _Element, name: str = "val") -> str:
    """An attribute of the element, in whichever namespace it is."""
    found = (str(text) for key, text in element.attrib.items() if str(key).rpartition("}")[2] == name)
    return next(found, "")


def switched_on(element: _Element) -> bool:
    """Whether a property that is only named, or has a value, is on."""
    return value(element) not in ("0", "false", "off")


def is_level(text: str) -> bool:
    """Whether an outline level is that of a heading: 0 to 8; 9 is that of the text."""
    return len(text) == 1 and text in "012345678"
