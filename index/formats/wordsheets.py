"""The sheets of a Word document: lines between page breaks, in sections that say whether they begin a new page."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Paragraph:
    """A line of text; `heading` by its style."""

    text: str
    heading: bool = False


@dataclass(slots=True)
class Sheet:
    """What stands between two page breaks; `notes` are the keys of its footnotes, `header` and `footer` are links."""

    number: int
    lines: list[Paragraph] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    header: str = ""
    footer: str = ""


@dataclass(slots=True)
class Section:
    """A section's sheets, and what its properties say of them."""

    sheets: list[Sheet]
    flowing: bool = False
    titled: bool = False
    links: dict[str, str] = field(default_factory=dict)


class Body:
    """The sheets of a story while it is read: a list of sections, the last of which is open."""

    def __init__(self) -> None:
        self._sections: list[Section] = []
        self._sheets = [Sheet(1)]

    @property
    def last(self) -> Sheet:
        """The sheet being filled."""
        return self._sheets[-1]

    def put(self, line: Paragraph) -> None:
        """Add a line. Of empty lines one after the other a single one tells as much."""
        lines = self.last.lines
        if line.text.strip() or (lines and lines[-1].text):
            lines.append(line if line.text.strip() else Paragraph(""))

    def new_sheet(self) -> None:
        """Go on after a page break."""
        if any(line.text for line in self.last.lines):
            self._sheets.append(Sheet(self.last.number + 1))
        else:
            self.last.number += 1

    def close(self, section: Section) -> None:
        """End the open section, whose properties come at its end."""
        section.sheets = self._sheets
        self._sections.append(section)
        self._sheets = [Sheet(self.last.number)]

    def sheets(self) -> list[Sheet]:
        """All sheets, headers and footers given to each."""
        self._sections.append(Section(self._sheets))
        found: list[Sheet] = []
        links: dict[str, str] = {}
        for section in self._sections:
            links = links | section.links
            for place, sheet in enumerate(section.sheets):
                kind = "first" if section.titled and place == 0 else "default"
                sheet.header, sheet.footer = links.get(f"header {kind}", ""), links.get(f"footer {kind}", "")
            first, *others = section.sheets
            if found and (section.flowing or not any(line.text for line in found[-1].lines)):
                found[-1].lines += first.lines
                found[-1].notes += first.notes
                found[-1].header, found[-1].footer = found[-1].header or first.header, found[-1].footer or first.footer
            else:
                found.append(first)
            found += others
        number = 0
        for sheet in found:
            while sheet.lines and not sheet.lines[-1].text:
                sheet.lines.pop()
            number = sheet.number = max(number + 1, sheet.number)
        return found
