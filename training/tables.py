"""Writes tables of translations as a ZIP archive of text: sorted lines in blocks, so that one look-up reads one block.

Member `first` holds the language and the first key of each block, line by line in the order of the members
`0000`, `0001` …; a line of a block is key, then alternatives and their probabilities in hundredths, parted by tabs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# Characters in a block: a tenth of a millisecond to read; larger ones hardly pack better.
_BLOCK = 12_000
# The same bytes whenever it is written.
_TIME = (2026, 1, 1, 0, 0, 0)


def write(file: Path, tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Write language → key → alternative → probability."""
    first, blocks = [], []
    for language, table in tables.items():
        lines, size = [], 0
        for key in sorted(table):
            if size > _BLOCK:
                blocks.append(lines)
                lines, size = [], 0
            if not lines:
                first.append(f"{language}\t{key}")
            options = (f"\t{word}\t{max(1, round(100 * share))}" for word, share in table[key].items())
            lines.append(key + "".join(options))
            size += len(lines[-1])
        blocks.append(lines)
    with ZipFile(file, "w") as archive:
        for name, lines in [("first", first), *((f"{number:04}", block) for number, block in enumerate(blocks))]:
            info = ZipInfo(name, _TIME)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, "\n".join(lines), compresslevel=9)
