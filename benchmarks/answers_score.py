"""From the rows of a run to its figures."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from qa.measures import auroc, percentile, refusal_curve, refused_at, share

Rows = Sequence[Mapping[str, Any]]

MOST_FALSE = 0.05
"""Share of answerable questions that may be refused where the shares of refused ones are compared."""

THRESHOLDS = tuple(n / 10 for n in range(1, 10))


def figures_of(rows: Mapping[str, Rows]) -> dict[str, Any]:
    """The figures of the ways a set was asked in."""
    found: dict[str, Any] = {}
    if rows.get("given"):
        found["given"] = given(rows["given"])
    whole = rows.get("whole") or ()
    if whole:
        found["whole"] = as_a_whole(whole)
    for way in ("removed", "near"):
        if rows.get(way):
            found[way] = refusals(whole, rows[way])
    return found


def given(rows: Rows) -> dict[str, Any]:
    """Sentences and spans where the passage is given."""
    told: dict[str, Any] = {"n": len(rows)}
    for name in ("sentence", "shown", "overlap", "first"):
        told[name] = _rounded(share(row[name] for row in rows))
    for name in ("span", "shown_span", "sentence_span", "typed_span"):
        told[name] = [_mean(row[name][at] for row in rows) for at in (0, 1)]
    if any(row["evidence_sentence"] for row in rows):
        told |= {
            name: _mean(row[name] for row in rows) for name in ("evidence", "evidence_sentence", "evidence_overlap")
        }
    return told | _lengths([row["length"] for row in rows])


def as_a_whole(rows: Rows) -> dict[str, Any]:
    """Answers to questions of the whole pool."""
    return {
        "n": len(rows),
        "right": _rounded(share(row["holds"] and row["cited"] for row in rows)),
        "holds": _rounded(share(row["holds"] for row in rows)),
        "cited": _rounded(share(row["cited"] for row in rows)),
        "refused": _rounded(share(row["refused"] for row in rows)),
        **_lengths([row["length"] for row in rows if row["length"] is not None]),
        "p50_ms": _ms(rows, 50),
        "p95_ms": _ms(rows, 95),
    }


def refusals(there: Rows, gone: Rows) -> dict[str, Any]:
    """Of questions that the pool does not answer; `there` are those it does, for the curve."""
    told: dict[str, Any] = {"n": len(gone), "refused": _rounded(share(row["refused"] for row in gone))}
    here, away = [row["confidence"] for row in there], [row["confidence"] for row in gone]
    area, point = auroc(here, away), refused_at(here, away, MOST_FALSE)
    if area is None or point is None:
        return told
    return told | {
        "false_refusals": _rounded(share(row["refused"] for row in there)),
        "auroc": _rounded(area),
        "at_most_false": {name: _rounded(value) for name, value in asdict(point).items()},
        "curve": [[_rounded(value) for value in asdict(one).values()] for one in refusal_curve(here, away, THRESHOLDS)],
    }


def _lengths(lengths: Sequence[float]) -> dict[str, float | None]:
    return {
        "length_median": percentile(lengths, 50),
        "length_p95": percentile(lengths, 95),
        "length_max": max(lengths, default=None),
    }


def _ms(rows: Rows, of_hundred: float) -> float:
    return round(1000 * (percentile([row["seconds"] for row in rows], of_hundred) or 0.0), 1)


def _mean(values: Any) -> float:
    return _rounded(statistics.mean(values))


def _rounded(value: float) -> float:
    return round(value, 4)
