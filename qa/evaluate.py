"""Score answers against a questions file.

A line is `{"id", "question", "history"?, "kind"?, "must_contain"?, "evidence"?}`. `must_contain` are texts the answer
must say, `|` between alternatives; `evidence` are `{"source", "lines": [first, last]}`; a question of kind `refuse` is
right only if refused. A question without evidence is judged by what it says alone.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from index import UsageError, fold
from qa.types import Answer, Citation


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one question went. `wrong` is empty if it is right; precision and recall are of its citations."""

    id: str
    kind: str
    wrong: str
    precision: float | None
    recall: float | None
    seconds: float


def read_questions(path: Path, text_keys: Sequence[str] = ("question",)) -> Iterator[dict[str, Any]]:
    """The JSON objects of a questions file; `question` is taken from the first of `text_keys` a line has.

    :raises UsageError: if the file cannot be read or a line is no JSON object with a question.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"{path}: cannot be read ({why}); give a UTF-8 file of one JSON object per line") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"{path}: line {number} is not JSON ({error.msg}); write one object per line") from None
        text = (
            next((item[key] for key in text_keys if isinstance(item.get(key), str)), None)
            if isinstance(item, dict)
            else None
        )
        if text is None:
            raise UsageError(
                f'{path}: line {number} has no "{text_keys[0]}"; write {{"id": "1", "{text_keys[0]}": "…"}}'
            )
        if not text.strip():
            raise UsageError(f"{path}: line {number}: the question is empty")
        history = item.get("history", [])
        if not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
            raise UsageError(f'{path}: line {number}: "history" must be a list of earlier questions')
        yield {**item, "question": text, "history": history}


def _squeeze(text: str) -> str:
    return "".join(fold(text).split())


def _proves(citation: Citation, evidence: Mapping[str, Any]) -> bool:
    first, last = evidence["lines"]
    same = PurePosixPath(citation.source).name == PurePosixPath(evidence["source"]).name
    return same and citation.lines[0] <= last and first <= citation.lines[1]


def judge(item: Mapping[str, Any], answer: Answer) -> Verdict:
    """One answer against one line of the questions file."""
    evidence = item.get("evidence") or []
    kind = str(item.get("kind", "question"))
    precision = recall = None
    if kind == "refuse":
        wrong = "" if answer.refused else "answered what the archive does not hold"
    elif answer.refused:
        wrong = "refused"
    else:
        said = _squeeze(answer.answer)
        missing = [
            want for want in item.get("must_contain", ()) if not any(_squeeze(o) in said for o in want.split("|"))
        ]
        proved = [any(_proves(c, e) for e in evidence) for c in answer.citations]
        found = [any(_proves(c, e) for c in answer.citations) for e in evidence]
        if evidence:
            precision = sum(proved) / len(proved) if proved else 0.0
            recall = sum(found) / len(found)
        wrong = f"answer lacks {missing[0]}" if missing else "evidence not cited" if evidence and not any(found) else ""
    return Verdict(str(item.get("id", "")), kind, wrong, precision, recall, answer.seconds)


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Accuracy by kind, mean citation precision and recall, and time per question (seconds)."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        kinds[verdict.kind].append(not verdict.wrong)
        kinds["all" if verdict.kind != "refuse" else "all refuse"].append(not verdict.wrong)
    seconds = sorted(verdict.seconds for verdict in verdicts)
    precisions = [v.precision for v in verdicts if v.precision is not None]
    recalls = [v.recall for v in verdicts if v.recall is not None]
    return {
        "accuracy": {kind: {"right": sum(rights), "of": len(rights)} for kind, rights in sorted(kinds.items())},
        "citation_precision": round(statistics.mean(precisions), 4) if precisions else None,
        "citation_recall": round(statistics.mean(recalls), 4) if recalls else None,
        "seconds_p50": statistics.median(seconds) if seconds else None,
        "seconds_p95": seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))] if seconds else None,
    }
