"""Everything that can go wrong, as one small tree.

    WenbaoError
    ├── UsageError          the request itself: a missing path, an empty question, a bad date
    ├── SourceError         one source file cannot be read; a build names it and goes on
    ├── EncoderError        the embedding model is missing, damaged or does not fit
    ├── BuildCancelled      a build was asked to stop
    └── ArchiveError        the archive folder
        ├── NoArchive       there is none yet
        ├── ArchiveBusy     another build holds it
        ├── ArchiveDamaged  a file is missing or does not match its checksum
        └── ArchiveMismatch written by another format version or another encoder

A message is one line: what, where, what to do. The CLI prints it and exits with status 1; the page shows it.
"""

from __future__ import annotations


class WenbaoError(Exception):
    """Base of all errors meant for a person to read."""


class UsageError(WenbaoError):
    """The request cannot be carried out as given."""


class SourceError(WenbaoError):
    """A source file cannot be read."""


class EncoderError(WenbaoError):
    """The embedding model cannot be used."""


class BuildCancelled(WenbaoError):
    """A build stopped because it was asked to."""


class ArchiveError(WenbaoError):
    """The archive folder cannot be used."""


class NoArchive(ArchiveError):
    """No archive has been built in this folder."""


class ArchiveBusy(ArchiveError):
    """Another build is writing this archive."""


class ArchiveDamaged(ArchiveError):
    """A file of the archive is missing or does not match its checksum."""


class ArchiveMismatch(ArchiveError):
    """The archive was written by another format version or with another encoder."""
