"""The steps of a build in their order, and of no other module's concern.

The catalogue is brought up to date first: files are read, and their passages embedded as they come. Then the derived
files of the next generation are written beside the serving one, and CURRENT is switched. Killed anywhere, the serving
generation stays, and the next build finds in the catalogue what was done already. Indexes that have been added to for
long are written anew last of all, as one more generation, when what is new can be found already.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..encode import load_encoder
from ..errors import BuildCancelled, UsageError
from ..files.scan import Scan, nothing_to_read
from ..types import BuildReport, Progress, Refusal
from ..wordlist import Wordlist
from ..workers import Workers
from .catalogue import Catalogue
from .derive import Base, Making, same_vectors, worn
from .embed import Embedder
from .generations import BEGINNING, last_encoder, last_words
from .home import clear_unfinished, next_generation, open_catalogue, serving, sweep
from .link import link
from .manifest import EncoderRecord, Manifest, publish
from .pace import Pace
from .recipe import reading_recipe, terms_recipe
from .schema import summary
from .update import Update, Updater

if TYPE_CHECKING:
    from ..encode import Encoder

Tell = Callable[[Progress], None]


def bring_up_to_date(
    home: Path,
    roots: Sequence[Path],
    found: Scan,
    encoder: Encoder | None,
    *,
    verify: bool,
    tell: Tell,
    ocr: bool | None = None,
    words: Wordlist | None = None,
) -> BuildReport:
    """Make the archive mirror what was found below `roots`. The caller holds the build lock.

    :raises UsageError: if no file can be read; the archive is left as it was.
    :raises BuildCancelled: if `tell` raises it before the new generation serves.
    """
    started = time.perf_counter()
    notes: list[Refusal] = []
    clear_unfinished(home)
    with closing(open_catalogue(home, notes)) as connection, Workers() as workers:
        base = serving(home, connection, notes)
        catalogue = Catalogue(connection, next_generation(home, connection))
        pace = Pace(tell)
        # First of all, since other processes then get ready while the encoder is loaded.
        updater = Updater(catalogue, found, reading_recipe(), workers, pace, verify=verify, ocr=ocr)
        if encoder is None:
            encoder = load_encoder(last_encoder(connection))
        record = EncoderRecord(encoder.name, encoder.fingerprint, encoder.dimension)
        embedder = Embedder(catalogue, encoder, pace)
        done = updater.run(embedder.catch_up)
        refused = (*found.refused, *done.refused)
        if not done.kept:
            raise UsageError(nothing_to_read(roots, refused))
        catalogue.remove(done.gone)
        since = base.end if base else BEGINNING
        link(catalogue, since, pace)
        embedder.complete(since if base and same_vectors(base.manifest, record) else BEGINNING)
        names = tuple(str(root.absolute()) for root in roots)
        before = catalogue.digests(base.manifest.generation) if base else {}
        now = catalogue.digests()
        words = Wordlist.parse(last_words(connection)) if words is None else words
        recipes = reading_recipe(), terms_recipe(words.text)
        making = Making(home, catalogue, record, names, words, *recipes, workers, pace)
        if base is not None and _same(base, before == now, making):
            serves = base
        else:
            serves = next_serving(making, base)
            tidy(making, base.manifest.generation if base else None, notes)
        manifest = _compacted(making, serves, notes)
        report = _report(manifest, before, now, done, refused, notes)
        return replace(report, encoded=embedder.encoded, seconds=time.perf_counter() - started)


def _same(base: Base, unchanged: bool, making: Making) -> bool:
    """Whether the serving generation is already what this build would make."""
    built = base.manifest
    whole = base.lexical and base.vectors
    recipes = (built.recipe, built.terms) == (making.recipe, making.terms)
    return unchanged and whole and recipes and built.encoder == making.encoder and built.roots == making.roots


def next_serving(making: Making, base: Base | None) -> Base:
    """Make what is in the catalogue the serving generation, carrying over from `base` what can be."""
    manifest = making.write(base)
    end = making.catalogue.finish(making.encoder, making.roots, making.words.text)
    publish(making.home, manifest)
    return Base(manifest, end, lexical=True, vectors=True)


def tidy(making: Making, previous: int | None, notes: list[Refusal]) -> None:
    """Sweep up behind a generation that serves now; what cannot be swept is left for the next build."""
    try:
        sweep(making.home, making.catalogue, previous)
    except (OSError, sqlite3.OperationalError) as error:
        notes.append(Refusal(str(making.home), f"could not be tidied up ({_why(error)})."))


def _why(error: OSError | sqlite3.Error) -> str:
    return summary(error) if isinstance(error, sqlite3.Error) else str(error)


def _compacted(making: Making, serves: Base, notes: list[Refusal]) -> Manifest:
    """What serves once worn indexes are written anew; that is no part of a build that can fail it."""
    base = worn(making.home, serves)
    if base is None:
        return serves.manifest
    later = replace(making, catalogue=Catalogue(making.catalogue.connection, serves.manifest.generation + 1))
    try:
        manifest = next_serving(later, base).manifest
    except BuildCancelled:
        return serves.manifest
    except (OSError, sqlite3.OperationalError) as error:
        notes.append(Refusal(str(making.home), f"could not be compacted ({_why(error)})."))
        return serves.manifest
    tidy(later, serves.manifest.generation, notes)
    return manifest


def _report(
    manifest: Manifest,
    before: dict[str, tuple[int, str]],
    now: dict[str, tuple[int, str]],
    done: Update,
    refused: Sequence[Refusal],
    notes: Sequence[Refusal],
) -> BuildReport:
    """What changed between the generation served until now and the one served from now on."""
    common = sorted(now.keys() & before.keys())
    return BuildReport(
        generation=manifest.generation,
        added=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(name for name in common if now[name][1] != before[name][1]),
        unchanged=tuple(name for name in common if now[name][1] == before[name][1]),
        removed=tuple(sorted(before.keys() - now.keys())),
        refused=tuple(refused),
        notes=(*notes, *done.notes),
        articles=manifest.articles,
        passages=manifest.passages,
    )
