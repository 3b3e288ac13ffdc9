"""Score answers against a questions file.

A line is `{"id", "question", "history"?, "kind"?, "must_contain"?, "answers"?, "evidence"?}`. `must_contain` are texts the
answer must all say, `|` between alternatives; `answers` are alternatives of which it must say one, as SQuAD has them;
`evidence` are `{"source", "lines": [first, last]}` or, for ready records, `{"record": id}`. A question of kind `refuse`, or
with an empty list of answers, is right only if refused. One without evidence is judged by what it says alone.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from index import UsageError, fold
from qa.measures import auroc, percentile, refusal_curve, share, span_score
from qa.types import Answer, Citation

REFUSE = "refuse"

BRIEF, LONG = 220, 450
"""Characters a reader wants at most, for one fact and for what gathers several."""

MANY = frozenset({"list", "compare", "time", "onday", "byline", "person", "changed"})
"""Kinds whose answer gathers several pieces."""

EVERY = frozenset({"compare", "time", "onday", "byline", "person", "changed"})
"""Kinds whose answer must cite every piece of evidence."""

THRESHOLDS = tuple(n / 20 for n in range(1, 20))

_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one question went. `wrong` is empty if it is right; precision and recall are of its citations.

    `exact` and `f1` compare `Answer.short` with the answers of the file (None: it gives none); `length` is in characters, without
    citation marks (None: refused).
    """

    id: str
    kind: str
    wrong: str
    precision: float | None
    recall: float | None
    seconds: float
    refused: bool = False
    confidence: float = 0.0
    exact: float | None = None
    f1: float | None = None
    length: int | None = None


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


def read_expected(path: Path) -> list[dict[str, Any]]:
    """The questions of a file with what is expected of their answers, checked.

    :raises UsageError: if there is none, or a line cannot be scored.
    """
    items = []
    for number, item in enumerate(read_questions(path), 1):
        try:
            expected: dict[str, Any] = {"must_contain": _texts(item, "must_contain"), "evidence": _evidence(item)}
            if "answers" in item:
                expected["answers"] = _texts(item, "answers")
        except UsageError as error:
            raise UsageError(f"{path}: question {item.get('id', number)}: {error}") from None
        items.append(item | expected)
    if not items:
        raise UsageError(f"{path}: holds no question; write one JSON object per line")
    return items


def _texts(item: Mapping[str, Any], key: str) -> list[str]:
    """A text, a list of texts, or SQuAD's `{"text": [...]}` and `[{"text": …}]`, as a list of texts."""
    value = item.get(key) or []
    if isinstance(value, Mapping):
        value = value.get("text", [])
    value = [value] if isinstance(value, str) else value
    texts = [one.get("text") if isinstance(one, Mapping) else one for one in value] if isinstance(value, list) else None
    if texts is None or not all(isinstance(one, str) and squeeze(one) for one in texts):
        raise UsageError(f'"{key}" must be a list of texts')
    return [str(one) for one in texts]


def _evidence(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    evidence = item.get("evidence") or []
    if not isinstance(evidence, list) or not all(map(_is_place, evidence)):
        raise UsageError('"evidence" must be a list of {"source": file, "lines": [first, last]} or {"record": id}')
    return evidence


def _is_place(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    lines = one.get("lines")
    ranged = isinstance(lines, list) and len(lines) == 2 and all(isinstance(line, int) for line in lines)
    return isinstance(one.get("record"), str) or (isinstance(one.get("source"), str) and ranged)


def squeeze(text: str) -> str:
    """A text folded and without white space, as answers are compared."""
    return "".join(fold(text).split())


def said_by(answer: Answer) -> str:
    """What an answer says, folded, without white space and citation marks."""
    return squeeze(_MARK.sub("", answer.answer))


def holds(said: str, wanted: str) -> bool:
    """Whether a folded text says one of the alternatives of `wanted`, which `|` separates."""
    return any(squeeze(option) in said for option in wanted.split("|"))


def _proves(citation: Citation, evidence: Mapping[str, Any]) -> bool:
    if "record" in evidence:
        return bool(citation.record == evidence["record"])
    first, last = evidence["lines"]
    name = PurePosixPath(evidence["source"]).name
    return any(
        PurePosixPath(place.source).name == name and place.lines[0] <= last and first <= place.lines[1]
        for place in citation.places
    )


def expects_refusal(item: Mapping[str, Any]) -> bool:
    """Whether the archive does not hold what is asked: kind `refuse`, or an empty list of answers."""
    return item.get("kind") == REFUSE or item.get("answers") == []


def judge(item: Mapping[str, Any], answer: Answer) -> Verdict:
    """One answer against one line of the questions file."""
    refuse = expects_refusal(item)
    evidence = item.get("evidence") or []
    answers = item.get("answers") or []
    precision = recall = exact = f1 = None
    if answers:
        exact, f1 = span_score(answer.short[0] if answer.short else "", answers)
    if evidence and not refuse and not answer.refused:
        proved = [any(_proves(c, e) for e in evidence) for c in answer.citations]
        found = [any(_proves(c, e) for c in answer.citations) for e in evidence]
        precision, recall = share(proved), share(found)
    return Verdict(
        id=str(item.get("id", "")),
        kind=REFUSE if refuse else str(item.get("kind", "question")),
        wrong=_wrong(item, answer, recall),
        precision=precision,
        recall=recall,
        seconds=answer.seconds,
        refused=answer.refused,
        confidence=answer.confidence,
        exact=exact,
        f1=f1,
        length=None if answer.refused else len(said_by(answer)),
    )


def _wrong(item: Mapping[str, Any], answer: Answer, recall: float | None) -> str:
    """What is wrong with an answer; empty if it is right."""
    kind = item.get("kind")
    if expects_refusal(item):
        return "" if answer.refused else "answered what the archive does not hold"
    if answer.refused:
        return "refused"
    said = said_by(answer)
    lacking = [want for want in item.get("must_contain", ()) if not holds(said, want)]
    if lacking:
        return f"answer lacks {lacking[0]}"
    answers = item.get("answers") or []
    if answers and not any(squeeze(one) in said for one in answers):
        return f"answer lacks {'|'.join(dict.fromkeys(answers))}"
    if recall is not None and recall < (1 if kind in EVERY else 1e-9):
        return "evidence not cited"
    return f"too long ({len(said)})" if len(said) > (LONG if kind in MANY else BRIEF) else ""


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Accuracy by kind, mean citation precision and recall, spans, refusals by confidence, length (characters) and time
    per question (seconds)."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        kinds[verdict.kind].append(not verdict.wrong)
        kinds["all" if verdict.kind != REFUSE else "all refuse"].append(not verdict.wrong)
    seconds = [verdict.seconds for verdict in verdicts]
    lengths = [float(verdict.length) for verdict in verdicts if verdict.length is not None]
    here = [verdict.confidence for verdict in verdicts if verdict.kind != REFUSE]
    gone = [verdict.confidence for verdict in verdicts if verdict.kind == REFUSE]
    area = auroc(here, gone)
    return {
        "accuracy": {kind: {"right": sum(rights), "of": len(rights)} for kind, rights in sorted(kinds.items())},
        "citation_precision": _mean(verdict.precision for verdict in verdicts),
        "citation_recall": _mean(verdict.recall for verdict in verdicts),
        "exact": _mean(verdict.exact for verdict in verdicts),
        "f1": _mean(verdict.f1 for verdict in verdicts),
        "refusal": {
            "false_refusals": round(share(v.refused for v in verdicts if v.kind != REFUSE), 4) if here else None,
            "refused": round(share(v.refused for v in verdicts if v.kind == REFUSE), 4) if gone else None,
            "auroc": None if area is None else round(area, 4),
            "curve": [
                {name: round(value, 4) for name, value in asdict(point).items()}
                for point in refusal_curve(here, gone, THRESHOLDS)
            ],
        },
        "length_median": percentile(lengths, 50),
        "length_p95": percentile(lengths, 95),
        "length_max": max(lengths, default=None),
        "seconds_p50": statistics.median(seconds) if seconds else None,
        "seconds_p95": percentile(seconds, 95),
    }


def _mean(values: Iterator[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.mean(known), 4) if known else None


def report(items: Sequence[Mapping[str, Any]], verdicts: Sequence[Verdict]) -> str:
    """What went wrong, a line each, and the figures, for a terminal."""
    lines = [
        f"错 wrong  {verdict.id}  {item['question']} — {verdict.wrong}"
        for item, verdict in zip(items, verdicts, strict=True)
        if verdict.wrong
    ]
    figures = summary(verdicts)
    lines += [f"{'种类 kind':<24}{'对/共 right/of':>12}"]
    for kind, count in figures["accuracy"].items():
        told = f"{count['right']}/{count['of']}"
        lines.append(f"{_KINDS.get(kind, kind):<24}{told:>12}  {count['right'] / count['of']:.3f}")
    for name, words in _FIGURES.items():
        value = figures["refusal"].get(name) if name in figures["refusal"] else figures.get(name)
        if value is not None:
            lines.append(f"{words}: {value:.3f}" if name not in _WHOLE else f"{words}: {value:g}")
    for point in figures["refusal"]["curve"][1::2]:
        lines.append(
            f"把握低于 confidence below {point['threshold']:.1f}: 误拒 false refusals {point['false_refusals']:.3f}, "
            f"拒答 refused {point['refused']:.3f}"
        )
    return "\n".join(lines)


_KINDS = {"all": "有答案的 answerable", "all refuse": "应拒答的 unanswerable"}
_WHOLE = frozenset({"length_median", "length_p95", "length_max"})
_FIGURES = {
    "citation_precision": "引文准确率 citation precision",
    "citation_recall": "引文召回率 citation recall",
    "exact": "短答全对 exact span",
    "f1": "短答 F1 span F1",
    "false_refusals": "误拒 false refusals",
    "refused": "拒答 refused of the unanswerable",
    "auroc": "把握的 AUROC of the confidence",
    "length_median": "字数中位 length, median",
    "length_p95": "字数 95 % length, p95",
    "length_max": "最长 longest",
    "seconds_p50": "秒 seconds, p50",
    "seconds_p95": "秒 seconds, p95",
}
