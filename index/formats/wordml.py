"""The text of one part of a Word document: its paragraphs, sheet by sheet, read as a stream of XML events."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .markup import joined_row
from .wordnames import is_level, short_name, switched_on, value
from .wordsheets import Body, Paragraph, Section, Sheet

if TYPE_CHECKING:
    from lxml.etree import _Element

# Deleted text, instructions of fields, readings above characters, and how something was formatted before a change.
_SKIPPED = frozenset(
    "w:del w:moveFrom w:instrText w:delText w:delInstrText w:rt w:sdtPr w:pPrChange w:rPrChange w:sectPrChange w:tblPrChange"
    " w:trPrChange w:tcPrChange".split()
)
_INLINE = {"w:tab": "\t", "w:ptab": "\t", "w:cr": "\n", "w:noBreakHyphen": "-"}
# Signs before bylines that Word takes from its fonts of pictures (Wingdings), by their code there.
_SIGNS = {0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x75: "◆", 0x77: "◆", 0xA1: "○", 0xA7: "▪", 0xA8: "□", 0xFE: "☑"}
_PAGE = "\f"  # stands for a page break in a paragraph's pieces, as "\n" does for a line break
_FLOWING = ("continuous", "nextColumn")


@dataclass(slots=True)
class _Paragraph:
    """A paragraph being read. `boxes` are lines of text boxes before and after its own text."""

    pieces: list[str] = field(default_factory=list)
    boxes: tuple[list[Paragraph], list[Paragraph]] = field(default_factory=lambda: ([], []))
    heading: bool = False
    breaks: bool = False
    merged: bool = False
    section: Section | None = None


def read_story(data: bytes, headings: Collection[str] = ()) -> list[Sheet] | None:
    """The sheets of a document, header or footer; `headings` are the ids of heading styles. None if it is no XML."""
    from lxml import etree

    reader = _Reader(headings)
    try:
        events = etree.iterparse(
            io.BytesIO(data),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, element in events:
            name = short_name(element.tag)
            if event == "start":
                reader.start(name, element)
            else:
                reader.end(name, element)
                if name in ("w:p", "w:tbl"):
                    element.clear()
    except etree.XMLSyntaxError:
        return None
    return reader.sheets()


class _Reader:
    def __init__(self, headings: Collection[str]) -> None:
        self._headings = headings
        self._skip = 0  # elements open inside a part left out
        self._paragraphs: list[_Paragraph] = []
        self._hidden: list[bool | None] = []  # for each open run whether it is hidden; None for a paragraph
        self._sinks: list[list[Paragraph]] = []  # of text boxes, rows' cells
        self._rows: list[list[list[Paragraph]]] = []
        self._choices: list[int] = []  # for each open choice, how much text had been read before it
        self._read = 0
        self._carried: list[str] = []
        self._section: Section | None = None
        self._body = Body()
        self._starts: dict[str, Callable[[_Element], None]] = {
            "w:p": self._start_paragraph, "w:r": self._start_run, "w:tr": self._start_row, "w:tc": self._start_sink,
            "w:txbxContent": self._start_sink, "mc:AlternateContent": self._start_choice, "w:sectPr": self._start_section,
        }  # fmt: skip
        self._ends: dict[str, Callable[[_Element], None]] = {
            "w:p": self._end_paragraph, "w:r": self._end_run, "w:tr": self._end_row, "w:tc": self._end_cell,
            "w:txbxContent": self._end_box, "mc:AlternateContent": self._end_choice, "w:sectPr": self._end_section,
            "w:t": self._text, "m:t": self._text, "w:br": self._break, "w:sym": self._sign, "w:vanish": self._vanish,
            "w:pStyle": self._style, "w:outlineLvl": self._level, "w:pageBreakBefore": self._break_before,
            "w:footnoteReference": self._footnote, "w:endnoteReference": self._footnote, "w:type": self._type,
            "w:titlePg": self._titled, "w:headerReference": self._header, "w:footerReference": self._header,
        }  # fmt: skip

    def sheets(self) -> list[Sheet]:
        """All sheets; what waits for a paragraph that never came is a line of the last."""
        if self._carried:
            self._emit(_Paragraph())
        return self._body.sheets()

    def start(self, name: str, element: _Element) -> None:
        if self._skip or name in _SKIPPED or (name == "mc:Fallback" and self._choices and self._chosen()):
            # A mark of deletion on a paragraph's end has no content and joins it to the next.
            if name == "w:del" and not self._skip and self._hidden and self._hidden[-1] is None:
                self._paragraphs[-1].merged = short_name(_parent_tag(element)) == "w:rPr"
            self._skip += 1
        elif (act := self._starts.get(name)) is not None:
            act(element)

    def end(self, name: str, element: _Element) -> None:
        if self._skip:
            self._skip -= 1
        elif (act := self._ends.get(name)) is not None:
            act(element)
        elif name in _INLINE and self._in_run():
            self._add(_INLINE[name])

    def _chosen(self) -> bool:
        return self._read > self._choices[-1]

    def _in_run(self) -> bool:
        return bool(self._hidden) and self._hidden[-1] is False

    def _add(self, text: str) -> None:
        self._paragraphs[-1].pieces.append(text)
        self._read += len(text)

    def _start_paragraph(self, _: _Element) -> None:
        self._paragraphs.append(_Paragraph())
        self._hidden.append(None)

    def _start_run(self, _: _Element) -> None:
        if self._paragraphs:
            self._hidden.append(False)

    def _end_run(self, _: _Element) -> None:
        if self._paragraphs and self._hidden[-1] is not None:
            self._hidden.pop()

    def _start_sink(self, _: _Element) -> None:
        self._sinks.append([])

    def _start_row(self, _: _Element) -> None:
        self._rows.append([])

    def _end_cell(self, _: _Element) -> None:
        cell = [line for line in self._sinks.pop() if line.text.strip()]
        if self._rows:
            self._rows[-1].append(cell)

    def _end_row(self, _: _Element) -> None:
        cells = self._rows.pop()
        if joined_row([[line.text for line in cell] for cell in cells]):
            text = "\t".join(" ".join(line.text for line in cell) for cell in cells if cell)
            self._put(Paragraph(text))
        else:
            for line in (line for cell in cells for line in cell):
                self._put(line)

    def _end_box(self, _: _Element) -> None:
        lines = self._sinks.pop()
        if self._paragraphs:
            host = self._paragraphs[-1]
            host.boxes[bool("".join(host.pieces).strip())].extend(line for line in lines if line.text.strip())

    def _start_choice(self, _: _Element) -> None:
        self._choices.append(self._read)

    def _end_choice(self, _: _Element) -> None:
        self._choices.pop()

    def _start_section(self, _: _Element) -> None:
        self._section = Section([])

    def _end_section(self, _: _Element) -> None:
        section, self._section = self._section, None
        if section is not None and self._paragraphs:
            self._paragraphs[-1].section = section
        elif section is not None:
            self._body.close(section)

    def _text(self, element: _Element) -> None:
        in_formula = self._paragraphs and short_name(element.tag) == "m:t"
        if element.text and (in_formula or self._in_run()):
            self._add(element.text.replace("\n", " ").replace("\r", " "))

    def _break(self, element: _Element) -> None:
        if self._in_run():
            self._add(_PAGE if value(element, "type") == "page" else "\n")

    def _sign(self, element: _Element) -> None:
        code = value(element, "char")
        if self._in_run() and code.isalnum() and len(code) <= 4:
            try:
                self._add(_SIGNS.get(int(code, 16) & 0xFF, ""))
            except ValueError:
                return

    def _vanish(self, element: _Element) -> None:
        if self._in_run() and switched_on(element):
            self._hidden[-1] = True

    def _style(self, element: _Element) -> None:
        if self._paragraphs and value(element) in self._headings:
            self._paragraphs[-1].heading = True

    def _level(self, element: _Element) -> None:
        if self._paragraphs:
            self._paragraphs[-1].heading = is_level(value(element))

    def _break_before(self, element: _Element) -> None:
        if self._paragraphs and switched_on(element):
            self._paragraphs[-1].breaks = True

    def _footnote(self, element: _Element) -> None:
        if self._in_run():
            kind = short_name(element.tag).removeprefix("w:").removesuffix("Reference")
            self._body.last.notes.append(f"{kind} {value(element, 'id')}")

    def _type(self, element: _Element) -> None:
        if self._section is not None:
            self._section.flowing = value(element) in _FLOWING

    def _titled(self, element: _Element) -> None:
        if self._section is not None:
            self._section.titled = switched_on(element)

    def _header(self, element: _Element) -> None:
        if self._section is not None:
            kind = short_name(element.tag).removeprefix("w:").removesuffix("Reference")
            self._section.links[f"{kind} {value(element, 'type') or 'default'}"] = value(element, "id")

    def _end_paragraph(self, _: _Element) -> None:
        while self._hidden and self._hidden.pop() is not None:
            pass  # runs left open by a document that is no valid one
        self._emit(self._paragraphs.pop())

    def _emit(self, paragraph: _Paragraph) -> None:
        """A finished paragraph to its place: the page, a table's cell or a text box."""
        if paragraph.merged and paragraph.section is None:
            self._carried += paragraph.pieces
            return
        text = "".join([*self._carried, *paragraph.pieces])
        self._carried = []
        if paragraph.breaks:
            self._new_sheet()
        for line in paragraph.boxes[0]:
            self._put(line)
        for place, sheet in enumerate(text.split(_PAGE)):
            if place:
                self._new_sheet()
            if sheet or sheet == text:
                for piece in sheet.split("\n"):
                    self._put(Paragraph(piece, paragraph.heading))
        for line in paragraph.boxes[1]:
            self._put(line)
        if paragraph.section is not None:
            self._body.close(paragraph.section)

    def _put(self, line: Paragraph) -> None:
        if self._sinks:
            self._sinks[-1].append(line)
        else:
            self._body.put(line)

    def _new_sheet(self) -> None:
        if not self._sinks:
            self._body.new_sheet()


def _parent_tag(element: _Element) -> object:
    parent = element.getparent()
    return "" if parent is None else parent.tag
