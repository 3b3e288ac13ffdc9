"""Files of ready articles: JSONL, CSV and JSON, a page for each record, read as a stream."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, AnyStr

from ..errors import SourceError
from ..types import Line, Page
from .fields import EXPECTED, field_of, folio, known_fields, one_record, paragraphs
from .text import LIMIT, SAMPLE, decode, encoding_of, load_text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# A whole page of a newspaper, over and over, stays below it; a longer record is a file without line breaks.
_LONGEST = 16 << 20  # bytes of a line, characters of a field
_NOTES = 20
_DELIMITERS = ",\t;|，"
# The limit for a field belongs to the whole process: it is raised only while a row is read.
_FIELD_LIMIT = threading.Lock()
_NO_JSON = "is not JSON"
_LONGEST_HEADER = 20_000  # characters


def read_jsonl(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A file with one JSON object a line.

    :raises SourceError: if it is empty, in no known encoding, or no line of it is an article.
    :raises OSError: if it cannot be opened.
    """
    records = _Records(source, note, "line")
    with _as_it_is(path) as file:
        for place, text in _lines(file, source, records):
            if text.strip(" \t\r\n\ufeff"):
                yield from records.page(place, *_parsed(text))
    records.finish()


def read_json(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A JSON array of articles, or an object that holds one; and JSONL, which often goes by the same name.

    :raises SourceError: if it is larger than 64 MB, or holds no article.
    :raises OSError: if it cannot be opened.
    """
    if path.stat().st_size > LIMIT:
        raise SourceError(f"{source}: is larger than {LIMIT >> 20} MB. Write it as .jsonl: one article a line.")
    value, problem = _parsed(load_text(path, source, note))
    if problem:
        yield from read_jsonl(path, source, note)
        return
    found: object = value
    if isinstance(value, dict):
        arrays = [array for array in value.values() if isinstance(array, list) and any(map(_is_object, array))]
        found = arrays[0] if len(arrays) == 1 and "text" not in known_fields(value) else [value]
    records = _Records(source, note, "record")
    for place, record in enumerate(found if isinstance(found, list) else [found], 1):
        yield from records.page(place, record, "")
    records.finish()


def read_csv(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A table with a row of column names; the delimiter is found from that row.

    :raises SourceError: if it is empty, in no known encoding, has no column of texts, or no row of it is an article.
    :raises OSError: if it cannot be opened.
    """
    records = _Records(source, note, "row at line")
    with _as_it_is(path) as file:
        lines = (text for _, text in _lines(file, source, records))
        first = next((text for text in lines if text.strip() and not text.lower().startswith("sep=")), "")
        names, delimiter = _header(first, source)
        start = records.lines
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            place = start + reader.line_num + 1
            row, problem = _row(reader)
            if row is None:
                break
            if any(cell.strip() for cell in row) or problem:
                record, more = _named(names, row)
                yield from records.page(place, record, problem or more)
    records.finish()


class _Records:
    """Makes pages of records, and keeps count of what is wrong with others."""

    def __init__(self, source: str, note: Callable[[str], None], unit: str) -> None:
        """`unit` is what a record stands on: "line", "row"."""
        self.source, self._note, self._unit = source, note, unit
        self.lines = 0  # read so far
        self._read = 0  # records, good or bad
        self._broken = 0  # no JSON
        self._good = 0
        self._told = 0
        self._ids: set[int] = set()

    def page(self, place: int, value: object, problem: str) -> Iterator[Page]:
        """The record's page; none, and a note, if it has no text or `problem` says what is wrong with it."""
        self._read += 1
        self._broken += problem == _NO_JSON
        if not problem and not isinstance(value, Mapping):
            problem = "is not an object with fields"
        known = known_fields(value) if isinstance(value, Mapping) and not problem else {}
        texts = paragraphs(known.get("text")) if "text" in known else None
        if not texts:
            problem = problem or ("has no text" if texts == [] or "text" not in known else "has a text that is none")
            self.tell(f"{self._unit} {place} {problem}; it is left out")
            return
        record = one_record(known)
        if record.id is not None:
            if hash(record.id) in self._ids:
                self.tell(f"{self._unit} {place} has the id {_short(record.id)} of another record; both are kept")
            self._ids.add(hash(record.id))
        self._good += 1
        lines = tuple(Line(number, text, "body") for number, text in enumerate(texts, 1))
        yield Page(self.source, self._read, lines, folio=folio(known.get("page")), record=record)

    def tell(self, text: str) -> None:
        """Note a problem; after so many they are only counted."""
        self._told += 1
        if self._told <= _NOTES:
            self._note(text)

    def finish(self) -> None:
        """Sum up.

        :raises SourceError: if there was no good record.
        """
        if not self._read and self._told:
            limit = f"{_LONGEST >> 20} MB"
            raise SourceError(f"{self.source}: has no line shorter than {limit}. Write one article on each line.")
        if not self._read:
            raise SourceError(f"{self.source}: the file is empty. Remove it or put articles into it.")
        if not self._good and self._broken == self._read:
            raise SourceError(f"{self.source}: is not JSON. Write it as JSON, one object for each article.")
        if not self._good:
            raise SourceError(
                f"{self.source}: none of its {self._read} records is an article. Expected fields: {EXPECTED}."
            )
        if self._told > _NOTES:
            self._note(f"{self._told - _NOTES} more records have such problems")


@contextmanager
def _as_it_is(path: Path) -> Iterator[IO[bytes]]:
    """The file up to its present end: one that grows faster than it is read would never end."""
    with (
        path.open("rb", buffering=0) as file,
        io.BufferedReader(_Bounded(file, os.fstat(file.fileno()).st_size)) as now,
    ):
        yield now


class _Bounded(io.RawIOBase):
    """The first bytes of a file, and no more."""

    def __init__(self, file: io.FileIO, size: int) -> None:
        self._file, self._size = file, size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = memoryview(buffer)[: max(0, self._size - self._file.tell())]
        return self._file.readinto(wanted) or 0


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _parsed(text: str) -> tuple[object, str]:
    """The value of a JSON text, or what is wrong with it."""
    try:
        return json.loads(text.strip(" \t\r\n\ufeff\x00")), ""
    except (ValueError, RecursionError):
        return None, _NO_JSON


def _lines(file: IO[bytes], source: str, records: _Records) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; a line in another encoding than the file's is read for itself."""
    sample = file.read(SAMPLE)
    file.seek(0)
    if not sample.strip(b"\x00\xef\xbb\xbf \r\n\t"):
        raise SourceError(f"{source}: the file is empty. Remove it or put articles into it.")
    encoding = encoding_of(sample[: len(sample) // 4 * 4] if len(sample) == SAMPLE else sample, source)
    if not encoding.startswith(("utf-16", "utf-32")):
        yield from ((place, _line_text(piece, encoding, records)) for place, piece in _pieces(file, records))
        return
    wide = io.TextIOWrapper(file, encoding, errors="replace", newline="\n")
    try:
        yield from _pieces(wide, records)
    finally:
        if not file.closed:
            wide.detach()


def _pieces(stream: IO[AnyStr], records: _Records) -> Iterator[tuple[int, AnyStr]]:
    """The lines with their numbers, but for those too long to be held."""
    inside = False  # such a line
    while piece := stream.readline(_LONGEST + 1):
        whole = len(piece) <= _LONGEST or piece[-1:] in (b"\n", "\n")
        if not inside:
            records.lines += 1
            if whole:
                yield records.lines, piece
            else:
                records.tell(f"line {records.lines} is longer than {_LONGEST >> 20} MB; it is left out")
        inside = not whole


def _line_text(data: bytes, encoding: str, records: _Records) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        place = records.lines
    try:
        return decode(data, records.source, lambda problem: records.tell(f"line {place}: {problem}"))
    except SourceError:
        records.tell(f"line {place} is in another encoding than the file; its unknown characters stand as \ufffd")
        return data.decode(encoding, "replace")


def _header(line: str, source: str) -> tuple[list[str], str]:
    """The column names, and the delimiter between them: the one that gives the most names of fields."""
    line = line[:_LONGEST_HEADER].rstrip("\r\n")
    read = [(_row(csv.reader([line], delimiter=sign))[0] or [], sign) for sign in _DELIMITERS]
    names, delimiter = max(read, key=lambda pair: len({field_of(name) for name in pair[0]} - {None}))
    if "text" not in map(field_of, names):
        raise SourceError(f"{source}: its first row names no column of texts. Expected columns: {EXPECTED}.")
    return names, delimiter


def _row(reader: Iterator[list[str]]) -> tuple[list[str] | None, str]:
    """The next row, None at the end; or what is wrong with it."""
    with _FIELD_LIMIT:
        before = csv.field_size_limit(_LONGEST)
        try:
            return next(reader, None), ""
        except csv.Error as error:
            return [], f"is no row of a table ({error})"
        finally:
            csv.field_size_limit(before)


def _named(names: Sequence[str], row: Sequence[str]) -> tuple[dict[str, object], str]:
    """The row by its columns' names, and what is wrong with it."""
    if any(cell.strip() for cell in row[len(names) :]):
        return {}, f"has {len(row)} fields, the first row has {len(names)}: a quotation mark may be missing"
    return {name: cell for name, cell in zip(names, row, strict=False) if cell.strip()}, ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
