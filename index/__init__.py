"""Turns newspaper files into something searchable; knows nothing of questions.

These are the public names; the other package uses no others. Only the small data types come with `import index`:
the rest is imported when it is first asked for, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .build import build
from .errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveMismatch,
    BuildCancelled,
    EncoderError,
    NoArchive,
    SourceError,
    UsageError,
    WenbaoError,
)
from .types import (
    Article,
    BuildReport,
    Date,
    Filter,
    Line,
    Page,
    Passage,
    Place,
    Progress,
    Refusal,
    Section,
    SourceFile,
    Span,
)

if TYPE_CHECKING:
    from .archive.disk import digest_file
    from .archive.manifest import DEFAULT_HOME, FORMAT_VERSION, UPLOADS, Manifest, current_generation
    from .doctor import check, repair
    from .encode import BUILTIN, Encoder, load_encoder
    from .files.walk import SUFFIXES
    from .folding import fold_all
    from .lexical import idf
    from .mentions import DateMention, parse_dates
    from .modelfolder import RERANKER, ModelReference
    from .names import FAMILY_NAMES
    from .neural import NeuralModel, load_neural
    from .numerals import notations, number_terms
    from .passages import sentences
    from .pictures import picture
    from .store import Archive, check_encoder
    from .tagging import roughly_tagged
    from .tokens import fold, fold_with_offsets, query_terms, tagged, terms, words
    from .wordlist import NO_WORDS, Wordlist, read_wordlist

_HOMES = {
    "archive.disk": ("digest_file",),
    "doctor": ("check", "repair"),
    "encode": ("BUILTIN", "Encoder", "load_encoder"),
    "archive.manifest": ("DEFAULT_HOME", "FORMAT_VERSION", "UPLOADS", "Manifest", "current_generation"),
    "lexical": ("idf",),
    "mentions": ("DateMention", "parse_dates"),
    "modelfolder": ("RERANKER", "ModelReference"),
    "names": ("FAMILY_NAMES",),
    "neural": ("NeuralModel", "load_neural"),
    "passages": ("sentences",),
    "pictures": ("picture",),
    "store": ("Archive", "check_encoder"),
    "numerals": ("notations", "number_terms"),
    "folding": ("fold_all",),
    "tagging": ("roughly_tagged",),
    "tokens": ("fold", "fold_with_offsets", "query_terms", "tagged", "terms", "words"),
    "wordlist": ("NO_WORDS", "Wordlist", "read_wordlist"),
    "files.walk": ("SUFFIXES",),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BUILTIN",
    "DEFAULT_HOME",
    "FAMILY_NAMES",
    "FORMAT_VERSION",
    "NO_WORDS",
    "RERANKER",
    "SUFFIXES",
    "UPLOADS",
    "Archive",
    "ArchiveBusy",
    "ArchiveDamaged",
    "ArchiveError",
    "ArchiveMismatch",
    "Article",
    "BuildCancelled",
    "BuildReport",
    "Date",
    "DateMention",
    "Encoder",
    "EncoderError",
    "Filter",
    "Line",
    "Manifest",
    "ModelReference",
    "NeuralModel",
    "NoArchive",
    "Page",
    "Passage",
    "Place",
    "Progress",
    "Refusal",
    "Section",
    "SourceError",
    "SourceFile",
    "Span",
    "UsageError",
    "WenbaoError",
    "Wordlist",
    "build",
    "check",
    "check_encoder",
    "current_generation",
    "digest_file",
    "fold",
    "fold_all",
    "fold_with_offsets",
    "idf",
    "load_encoder",
    "load_neural",
    "notations",
    "number_terms",
    "parse_dates",
    "picture",
    "query_terms",
    "read_wordlist",
    "repair",
    "roughly_tagged",
    "sentences",
    "tagged",
    "terms",
    "words",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    globals()[name] = value
    return value
