"""Which code made what is stored, so that an upgrade redoes what it would do differently, and nothing else."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
# What stores and searches has no part in turning a file into passages; of the archive only these have.
_STORAGE = frozenset(
    """__init__.py build.py doctor.py encode.py errors.py folding.py hub.py lexical.py modelfolder.py neighbours.py neural.py
    numerals.py prompts.py static.py store.py tagging.py tokens.py transformer.py types.py unigram.py vectorfiles.py
    vectors.py wordlist.py workers.py archive files""".split()
)
_READING = frozenset(Path("archive") / name for name in ("link.py", "reading.py", "rows.py"))
# What decides the terms of a passage, in our code and in libraries; tantivy, because it writes the file.
_TERMS = ("chars.py", "entries.py", "fold.tsv", "folding.py", "numerals.py", "tokens.py", "wordlist.py")
_LIBRARIES = ("tantivy",)


@cache
def reading_recipe() -> str:
    """Changes when any module changes that reads, lays out, dates, splits or says what is embedded.

    Every source is then read again.
    """
    files = sorted(file.relative_to(_PACKAGE) for file in _PACKAGE.rglob("*.py"))
    files = [file for file in files if file.parts[0] not in _STORAGE or file in _READING]
    return _digest([(_PACKAGE / file).read_bytes() for file in files])


@cache
def terms_recipe(words: str = "") -> str:
    """Changes when a passage would be found by other terms, those of a word list included: the lexical index is then
    written afresh."""
    versions = [_version(name).encode() for name in _LIBRARIES]
    return _digest([*((_PACKAGE / name).read_bytes() for name in _TERMS), *versions, words.encode()])


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _digest(parts: list[bytes]) -> str:
    state = blake2b(digest_size=8)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.hexdigest()
