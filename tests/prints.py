"""Small PDFs printed for the tests, object by object; no font file is needed."""

import zlib
from collections.abc import Sequence

A4 = (595, 842)
Text = tuple[float, float, float, str]  # left, baseline from the top, size, characters

COLUMN = 10  # characters


def draw(texts: Sequence[Text], height: float = A4[1], mode: int = 0) -> str:
    lines = [
        f"BT {mode} Tr /F1 {size} Tf 1 0 0 1 {x} {height - y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
        for x, y, size, text in texts
    ]
    return "\n".join(lines) + "\n"


def make(
    contents: Sequence[str],
    *,
    page: str = "",
    size: tuple[float, float] = A4,
    font: str = "",
    extra: Sequence[bytes] = (),
) -> bytes:
    """A PDF of pages with the given content; the font needs no file: PDFium knows its characters."""
    font = font or (
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font"
        " /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >>"
        " /DW 1000 /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -120 1000 880]"
        " /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 80 >> >>] >>"
    )
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font.encode()]
    kids = []
    for content in contents:
        data = zlib.compress(content.encode("latin-1"))
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(data), data))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents {len(objects)} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> /XObject << /Im 99999 0 R >> >> {page} >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    objects += extra
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table))


def column(left: float, top: float, text: str, size: float = 10) -> list[Text]:
    """Text in lines of `COLUMN` characters, the first indented by two."""
    first, rest = text[: COLUMN - 2], text[COLUMN - 2 :]
    rows = [(left + 2 * size, first), *((left, rest[at : at + COLUMN]) for at in range(0, len(rest), COLUMN))]
    return [(x, top + 1.4 * size * place, size, row) for place, (x, row) in enumerate(rows)]
