"""The steps of a build in their order, and of no other module's concern.

The catalogue is brought up to date first, source by source; then vectors are computed for text that has none; then
the derived files of the next generation are written beside the serving one; then CURRENT is switched. Killed
anywhere, the serving generation stays, and the next build finds in the catalogue what was done already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..encode import load_encoder
from ..errors import EncoderError, UsageError
from ..files.scan import Scan, nothing_to_read
from ..types import BuildReport, Progress, Refusal
from .catalogue import Catalogue, Stored
from .derive import EVERYTHING, Base, same_vectors, write_generation
from .home import clear_unfinished, next_generation, open_catalogue, serving, sweep
from .link import link
from .manifest import EncoderRecord, Manifest, publish
from .recipe import reading_recipe, terms_recipe
from .update import Update, update

if TYPE_CHECKING:
    from ..encode import Encoder

# Texts are embedded and kept in batches of about this many seconds, so that little is lost at a kill and progress
# moves; the batch grows from the first size to the last, at which a static encoder is at full speed.
_BATCH_SECONDS = 1.0
_FIRST_BATCH, _LAST_BATCH = 64, 2048

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
) -> BuildReport:
    """Make the archive mirror what was found below `roots`. The caller holds the build lock.

    :raises UsageError: if no file can be read; the archive is left as it was.
    """
    started = time.perf_counter()
    notes: list[Refusal] = []
    clear_unfinished(home)
    with closing(open_catalogue(home, notes)) as connection:
        base = serving(home, connection, notes)
        catalogue = Catalogue(connection, next_generation(home, connection))
        if encoder is None:
            encoder = load_encoder(catalogue.last_encoder())
        done = update(catalogue, found, reading_recipe(), verify=verify, tell=tell, ocr=ocr)
        refused = (*found.refused, *done.refused)
        if not done.kept:
            raise UsageError(nothing_to_read(roots, refused))
        catalogue.remove(done.gone)
        link(catalogue, tell)
        record = EncoderRecord(encoder.name, encoder.fingerprint, encoder.dimension)
        reusable = base is not None and base.vectors and same_vectors(base.manifest, record)
        encoded = embed(catalogue, encoder, base.manifest.generation if base and reusable else EVERYTHING, tell)
        names = tuple(str(root.absolute()) for root in roots)
        before = catalogue.digests(base.manifest.generation) if base else {}
        if base is not None and _same(base, before == catalogue.digests(), record, names):
            manifest = base.manifest
        else:
            manifest = next_serving(home, catalogue, base, record, names, tell)
        return _report(manifest, before, catalogue, done, refused, notes, encoded, started)


def next_serving(
    home: Path, catalogue: Catalogue, base: Base | None, encoder: EncoderRecord, roots: Sequence[str], tell: Tell
) -> Manifest:
    """Make what is in the catalogue the serving generation, and sweep up."""
    catalogue.finish(encoder, roots)
    manifest = write_generation(
        home,
        catalogue,
        base,
        encoder=encoder,
        roots=roots,
        recipe=reading_recipe(),
        terms_recipe=terms_recipe(),
        progress=lambda part, whole: tell(Progress("index", part, whole)),
    )
    publish(home, manifest)
    sweep(home, catalogue, base.manifest.generation if base else None)
    return manifest


def _same(base: Base, unchanged: bool, encoder: EncoderRecord, roots: tuple[str, ...]) -> bool:
    """Whether the serving generation is already what this build would make."""
    built = base.manifest
    whole = base.lexical and base.vectors
    recipes = (built.recipe, built.terms) == (reading_recipe(), terms_recipe())
    return unchanged and whole and recipes and built.encoder == encoder and built.roots == roots


def embed(catalogue: Catalogue, encoder: Encoder, after: int, tell: Tell) -> int:
    """Compute and keep a vector for each text of the passages born after `after` that has none; returns how many.

    :raises EncoderError: if the encoder gives something else than one finite vector of its dimension for each text.
    """
    key = catalogue.encoder_key(encoder.fingerprint)
    total = catalogue.count_unembedded(key, after)
    done, size = 0, _FIRST_BATCH
    waiting = _distinct(catalogue.passages(after, without=key))
    while batch := dict(islice(waiting, size)):
        tell(Progress("encode", done, total))
        started = time.perf_counter()
        vectors = encoder.encode(list(batch.values()))
        if vectors.shape != (len(batch), encoder.dimension) or not np.isfinite(vectors).all():
            raise EncoderError(
                f"encoder {encoder.name}: gave vectors of shape {vectors.shape} for {len(batch)} texts of dimension "
                f"{encoder.dimension}, or numbers that are not finite. Build with another --encoder."
            )
        catalogue.put_vectors(key, list(batch), vectors)
        done += len(batch)
        if time.perf_counter() - started < _BATCH_SECONDS / 2:
            size = min(2 * size, _LAST_BATCH)
    tell(Progress("encode", total, total))
    return done


def _distinct(passages: Iterator[Stored]) -> Iterator[tuple[bytes, str]]:
    """Digest and text to embed, each text once."""
    given: set[bytes] = set()
    for passage in passages:
        if passage.digest not in given:
            given.add(passage.digest)
            yield passage.digest, passage.embedded


def _report(
    manifest: Manifest,
    before: dict[str, tuple[int, str]],
    catalogue: Catalogue,
    done: Update,
    refused: Sequence[Refusal],
    notes: Sequence[Refusal],
    encoded: int,
    started: float,
) -> BuildReport:
    """What changed between the generation served until now and the one served from now on."""
    now = catalogue.digests()
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
        encoded=encoded,
        seconds=time.perf_counter() - started,
    )
