"""BM25 over index terms, on disk: a tantivy index per generation. The only import of tantivy.

Segment files of tantivy are never changed once written, so the next generation links them and adds its own:
the work grows with the change, and the generation being read is not touched.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from .entries import FIELDS, INDEX_OPTION, TOKENIZER, LexicalEntry
from .errors import ArchiveDamaged
from .tokens import COMMON

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A headline names what every passage of its article is about, but is repeated in all of them: half the weight of
# the same term in the passage itself lets it help without outranking the passage that says it.
HEADLINE_WEIGHT = 0.5
# Up to this many rows a filter is a set query inside tantivy; beyond it building the set costs more than walking
# down the ranked list and dropping what is not allowed.
LARGEST_SET_QUERY = 20_000
# Hits with exactly the score of the last one wanted are fetched too, so that ties are cut by row; a collection in
# which more than this many passages tie is cut in index order, which is deterministic as well.
LONGEST_TIE = 4096
# So many hits beyond those wanted are fetched at once: they cost nothing, and of questions to a million passages a third
# have a tie at the cut and would be asked twice with one.
BEYOND = 16
# Terms that stand in more than this share of the passages hardly tell one from another but have the longest lists: without
# them a question to a million passages is searched for in a quarter to three quarters of the time, and recall stays as it
# is (training/common.py, on training questions). They stay where the other terms are worth less than this share of the
# whole, and in archives too small for it to matter.
COMMON_SHARE, TELLING_SHARE, COMMON_FROM = 0.2, 0.7, 50_000
# A deleted passage goes on counting in BM25's statistics and taking space until its segment is written anew. Up to this
# share of deleted ones neither is noticed, and an index is written afresh once for every so many changes.
STALE_SHARE = 0.1
# tantivy's writing buffer: 60,000 passages a segment, and ten passages cost no more with it than with the smallest, as what
# is not used is not touched; a smaller one makes so many segments that merging them doubles the time.
HEAP = 128_000_000
# By itself tantivy watches the folder and loads what is committed, in a thread of its own and with a lock file; what
# we open never changes.
_MANUAL = "manual"
_REMOVALS = 3
# Terms of which it is remembered in how many passages they stand: a question asks for each several times.
_REMEMBERED = 20_000
_COPIED = ("meta.json", ".managed.json")  # replaced by tantivy at each commit; everything else is immutable

Group = Sequence[Mapping[str, float]]
"""Alternatives of which the best counts, each its terms with weights: what a foreign word may be in Chinese."""


class LexicalIndex:
    """BM25 search over the terms of one generation. Safe for use from several threads.

    Every call raises ArchiveDamaged if it comes upon a damaged file; `open` reads only a part of them.
    """

    def __init__(self, folder: Path, index: Any, documents: int) -> None:
        self._folder = folder
        self._schema = index.schema
        self._searcher = index.searcher()
        self._frequencies: dict[str, int] = {}
        self.documents = documents
        """The number of passages that BM25's statistics are of: with those deleted since their segment was written."""

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open the index in `folder` for reading.

        :raises ArchiveDamaged: if there is no readable index.
        """
        import tantivy

        documents, _ = _documents_held(folder)
        # tantivy takes a lock file even to read, which a read-only archive cannot give: it opens a folder of links,
        # needed only until all segments are mapped.
        view = Path(mkdtemp(prefix="wenbao-"))
        try:
            for file in folder.iterdir():
                (view / file.name).symlink_to(file.absolute())
            with _reading(folder):
                index = tantivy.Index.open(str(view))
                index.config_reader(_MANUAL)
                return cls(folder, index, documents)
        finally:
            # The watching that `_MANUAL` ends may just be putting a lock file where names are being removed.
            for _ in range(_REMOVALS):
                shutil.rmtree(view, ignore_errors=True)

    @property
    def count(self) -> int:
        """The number of passages."""
        return int(self._searcher.num_docs)

    def document_frequency(self, term: str) -> int:
        """In how many of the `documents` `term` stands, in the text or (if that is more) the headline.

        It is what BM25 reckons with, deleted passages included: to count the others would take a walk through the
        term's whole list at every question.
        """
        if term in COMMON:
            # No term by itself, and as good as everywhere.
            return self.documents
        known = self._frequencies.get(term)
        if known is None:
            with _reading(self._folder):
                known = max(int(self._searcher.doc_freq(field, term)) for field in FIELDS)
            if len(self._frequencies) >= _REMEMBERED:
                self._frequencies.clear()
            self._frequencies[term] = known
        return known

    def _term(self, field: str, term: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, term, INDEX_OPTION)

    def telling(self, terms: Mapping[str, float]) -> Mapping[str, float]:
        """`terms` without those so common that they slow a search down and do not change what it finds."""
        if self.documents < COMMON_FROM:
            return terms
        frequencies = {term: self.document_frequency(term) for term in terms}
        worth = {term: weight * idf(self.documents, frequencies[term]) for term, weight in terms.items()}
        needed = TELLING_SHARE * sum(worth[term] for term, frequency in frequencies.items() if frequency)
        kept = {}
        for term in sorted(terms, key=lambda term: (frequencies[term], term)):
            if frequencies[term] > COMMON_SHARE * self.documents and needed <= 0:
                break
            kept[term] = terms[term]
            # Terms that no passage holds find nothing.
            needed -= worth[term] if frequencies[term] else 0
        return kept

    def search(
        self,
        terms: Mapping[str, float],
        k: int,
        *,
        groups: Sequence[Group] = (),
        allowed: NDArray[np.int64] | None = None,
    ) -> list[tuple[int, float]]:
        """The `k` best passages as (row, score), best first, ties by row.

        The score is the sum over `terms` of weight × BM25 (k1 = 1.2, b = 0.75) in the passage, and again in the
        headline times `HEADLINE_WEIGHT`; of each of `groups` the alternative with the highest score counts. Passages
        without any of the terms are not returned; `allowed` restricts rows. BM25's statistics are tantivy's: they
        include passages deleted since their segment was written.
        """
        if k <= 0 or not (terms or groups) or not self.count or (allowed is not None and not len(allowed)):
            return []
        query = self._query(terms, groups)
        if allowed is None:
            return top(lambda n: self._hits(query, n), k, self.count)
        if len(allowed) <= LARGEST_SET_QUERY:
            within = self._within(query, allowed.tolist())
            return top(lambda n: self._hits(within, n), k, len(allowed))
        limit = 4 * k
        while True:
            hits = self._hits(query, limit)
            kept = _among(hits, allowed)
            # The last score seen may go on beyond the limit, so the k-th must stand clear of it.
            if len(hits) < limit or (len(kept) >= k and kept[k - 1][1] > hits[-1][1]):
                return _ordered(kept)[:k]
            limit *= 4

    def _query(self, terms: Mapping[str, float], groups: Sequence[Group] = ()) -> Any:
        import tantivy

        clauses = []
        for term, weight in sorted(terms.items()):
            for field, boost in (("body", weight), ("headline", weight * HEADLINE_WEIGHT)):
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, term), boost)))
        for group in groups:
            best = tantivy.Query.disjunction_max_query([self._query(alternative) for alternative in group])
            clauses.append((tantivy.Occur.Should, best))
        return tantivy.Query.boolean_query(clauses)

    def _within(self, query: Any, rows: list[int]) -> Any:
        import tantivy

        rows_query = tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, "row", rows), 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, rows_query), (tantivy.Occur.Must, query)])

    def _hits(self, query: Any, limit: int) -> list[tuple[int, float]]:
        with _reading(self._folder):
            hits = self._searcher.search(query, min(limit, self.count), count=False).hits
            rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        if None in rows:
            raise _damaged(self._folder)
        return [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]


def _among(hits: list[tuple[int, float]], allowed: NDArray[np.int64]) -> list[tuple[int, float]]:
    """The hits whose rows are in `allowed`, which is ascending and not empty."""
    import numpy as np

    rows = np.array([row for row, _ in hits], np.int64)
    at = np.minimum(np.searchsorted(allowed, rows), len(allowed) - 1)
    return [hit for hit, inside in zip(hits, allowed[at] == rows, strict=True) if inside]


def idf(documents: int, frequency: int) -> float:
    """BM25's inverse document frequency, as tantivy computes it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log1p((documents - frequency + 0.5) / (frequency + 0.5))


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Turn what tantivy raises on damaged files into our error."""
    try:
        yield
    except BaseException as error:
        # A panic of tantivy's Rust is no Exception, and its type cannot be imported.
        if isinstance(error, ValueError) or type(error).__name__ == "PanicException":
            raise _damaged(folder) from error
        raise


def _damaged(folder: Path) -> ArchiveDamaged:
    return ArchiveDamaged(f"{folder}: the lexical index cannot be read. Run `wenbao doctor` to repair the archive.")


def needs_compaction(folder: Path) -> bool:
    """Whether so many of the passages in `folder` are deleted ones that it should be written afresh.

    :raises ArchiveDamaged: if there is no readable index.
    """
    documents, deleted = _documents_held(folder)
    return deleted > STALE_SHARE * documents


def _documents_held(folder: Path) -> tuple[int, int]:
    """How many passages the segments in `folder` hold, and how many of them are deleted."""
    try:
        segments = json.loads((folder / "meta.json").read_bytes())["segments"]
        documents = sum(segment["max_doc"] for segment in segments)
        return documents, sum(segment["deletes"]["num_deleted_docs"] for segment in segments if segment["deletes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder) from error


def top(fetch: Callable[[int], list[tuple[int, float]]], k: int, available: int) -> list[tuple[int, float]]:
    """The best `k` of `fetch(n)` with ties ordered by row, also where a tie runs across the cut.

    `fetch(n)` gives the `n` best (row, score) in the order of score and in any order among equals.
    """
    limit = min(k + BEYOND, available)
    while True:
        hits = fetch(limit)
        if len(hits) < limit or limit >= available or limit > k + LONGEST_TIE or hits[k - 1][1] > hits[-1][1]:
            return _ordered(hits)[:k]
        limit = min(limit * 2, available)


def _ordered(hits: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def write_lexical(
    folder: Path,
    entries: Iterable[LexicalEntry],
    *,
    previous: Path | None = None,
    removed: Sequence[int] = (),
    threads: int = 1,
) -> None:
    """Write a new index to `folder`: that of `previous` without the rows `removed`, and `entries` added.

    Each of `threads` makes segments of its own: more than one is for the entries of a whole archive.

    :raises ValueError: if `folder` already holds files.
    :raises OSError: if it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder}: not empty; an index is only written to a new folder")
    if previous is not None:
        _link(previous, folder)
    try:
        _commit(folder, entries, removed, threads, fresh=previous is None)
    except ValueError as error:
        # What tantivy raises for a full disk as for everything else.
        raise OSError(f"the lexical index: {error}") from error
    for lock in folder.glob(".tantivy-*.lock"):
        lock.unlink()
    for name in _COPIED:
        # tantivy makes these for its user alone; whoever may read the rest of the archive may search it.
        (folder / name).chmod(folder.stat().st_mode & 0o666)


def _commit(
    folder: Path, entries: Iterable[LexicalEntry], removed: Sequence[int], threads: int, *, fresh: bool
) -> None:
    import tantivy

    index = tantivy.Index(_schema(), path=str(folder)) if fresh else tantivy.Index.open(str(folder))
    index.config_reader(_MANUAL)
    writer = index.writer(HEAP * threads, threads)
    # delete_documents_by_term looks an integer up as signed and silently finds nothing in an unsigned field.
    for start in range(0, len(removed), LARGEST_SET_QUERY):
        rows = [int(row) for row in removed[start : start + LARGEST_SET_QUERY]]
        writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "row", rows))
    for entry in entries:
        writer.add_document(_document(entry))
    writer.commit()
    writer.wait_merging_threads()


def _document(entry: LexicalEntry) -> Any:
    import tantivy

    document = tantivy.Document()
    document.add_unsigned("row", entry.row)
    document.add_text("headline", entry.headline)
    document.add_text("body", entry.body)
    return document


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=False, indexed=True, fast=True)
    for field in FIELDS:
        builder.add_text_field(field, stored=False, tokenizer_name=TOKENIZER, index_option=INDEX_OPTION)
    return builder.build()


def _link(previous: Path, folder: Path) -> None:
    for file in sorted(previous.iterdir()):
        if file.name in _COPIED:
            shutil.copyfile(file, folder / file.name)
        elif file.suffix != ".lock":
            link_or_copy(file, folder / file.name)


def link_or_copy(file: Path, copy: Path) -> None:
    """A second name for an immutable file; a copy where the file system has no hard links."""
    try:
        os.link(file, copy)
    except OSError:
        shutil.copyfile(file, copy)
