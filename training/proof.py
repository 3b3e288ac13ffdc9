"""How the limits of qa/proof.py were set: true and false sentences about the passages of a training set.

    python training/proof.py --data DIR

DIR holds `cmrc2018-trial` (CMRC 2018, CC BY-SA 4.0). True are sentences of a passage, and questions with their answer in the
interrogative's place. False are the same with a number changed, a verb denied, a name put for another, two names exchanged, the
answer of another question to the same passage, or held against another passage. Some of the questions so answered are no good
sentences, and some exchanged names say the same ("甲和乙"): take the shares as bounds. Prints for each setting which share is
let through, then why true ones were not, and the processor time of a sentence.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import Article, Passage, Span, fold, sentences, tagged
from qa import proof
from qa.kinds import Kind, find_kind
from qa.types import Hit

SETTINGS = [
    {},
    *({"WINDOW": value} for value in (2, 3)),
    *({"ENTAILED": value} for value in (0.75, 0.8, 0.9)),
    *({"ORDERED": value} for value in (0.4, 0.8)),
    {"OWN": 0.7},
    *({"LINK": value} for value in (0, 8, 16, 10_000)),
]
NAMES = ("nr", "ns", "nt", "nz")
OPEN_KINDS = (Kind.YESNO, Kind.HOW, Kind.WHY)


@dataclass(frozen=True)
class Example:
    """A sentence held against a passage; `kind` says how it was made."""

    kind: str
    text: str
    hit: Hit


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def hit_of(passage: dict[str, Any]) -> Hit:
    name, text = passage["id"], passage["text"]
    article = Article(name, name, 1, (1, 1), text, (Span(0, 1, 0, len(text)),), headline=(passage["title"],))
    return Hit(1, 1.0, 1.0, 1.0, article, Passage(f"{name}-0", name, 0, 0, len(text), text))


def restated(question: str, answer: str) -> str:
    """The question with the answer in the interrogative's place; empty where that makes no sentence."""
    text = question.strip().rstrip("?？。")
    kind, asked = find_kind(fold(text))
    if asked is None or kind in OPEN_KINDS or len(fold(text)) != len(text) or len(answer) > 30:
        return ""
    lead = re.match("在|是|于|由|被|有|为|达|共|分别|包括|叫|指|做|", text[asked.start() : asked.end()])
    kept = lead.group() if lead and not answer.startswith(lead.group()) else ""
    return f"{text[: asked.start()]}{kept}{answer}{text[asked.end() :]}。"


def names_in(text: str) -> list[tuple[str, str]]:
    return list(dict.fromkeys((word, tag) for word, tag in tagged(fold(text)) if tag in NAMES and len(word) > 1))


def denied(text: str, hit: Hit, rng: random.Random) -> Iterator[Example]:
    verbs = [word for word, tag in tagged(text) if tag == "v" and len(word) > 1 and word in hit.passage.text]
    if verbs:
        verb = rng.choice(verbs)
        yield Example("a verb denied", text.replace(verb, rng.choice(("没有", "未", "不")) + verb, 1), hit)


def from_questions(hits: dict[str, Hit], questions: list[dict[str, Any]], rng: random.Random) -> Iterator[Example]:
    for question in questions:
        passage, answer = question["gold"][0], question["answers"][0]
        hit = hits[passage]
        text = restated(question["text"], answer)
        if not text:
            continue
        yield Example("true: question and answer", text, hit)
        other = hits[rng.choice(list(hits))]
        if other is not hit:
            yield Example("held against another passage", text, other)
        kind = find_kind(fold(question["text"]))[0]
        answers = [
            one["answers"][0]
            for one in questions
            if one["gold"] == question["gold"] and find_kind(fold(one["text"]))[0] == kind
        ]
        wrong = [one for one in answers if one not in answer and answer not in one]
        false = restated(question["text"], rng.choice(wrong)) if wrong else ""
        if false:
            yield Example("answer of another question, same passage", false, hit)
        figures = re.findall(r"\d+", text)
        if figures:
            figure = rng.choice(figures)
            yield Example("a number changed", text.replace(figure, str(int(figure) + rng.choice((1, 2, 10))), 1), hit)
        yield from denied(text, hit, rng)


def from_sentences(hits: dict[str, Hit], rng: random.Random) -> Iterator[Example]:
    everywhere = defaultdict(list)
    for hit in hits.values():
        for word, tag in names_in(hit.passage.text):
            everywhere[tag].append(word)
    for hit in hits.values():
        said = [hit.passage.text[low:high] for low, high in sentences(hit.passage.text)]
        said = [text for text in said if 12 <= len(text) <= 80]
        if not said:
            continue
        text = rng.choice(said)
        yield Example("true: sentence of the passage", text, hit)
        yield from denied(text, hit, rng)
        names = names_in(text)
        if not names:
            continue
        name, tag = rng.choice(names)
        beside = [word for word, other in names_in(hit.passage.text) if other == tag and word != name]
        for kind, others in (
            ("a name of the same passage put for another", beside),
            ("a name put for another", everywhere[tag]),
        ):
            if others and (other := rng.choice(others)) != name:
                yield Example(kind, text.replace(name, other, 1), hit)
        if len(names) > 1:
            (one, _), (other, _) = rng.sample(names, 2)
            exchanged = text.replace(one, "\0").replace(other, one).replace("\0", other)
            yield Example("two names exchanged", exchanged, hit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    folder = parser.parse_args().data / "cmrc2018-trial"
    hits = {passage["id"]: hit_of(passage) for passage in rows(folder / "passages.jsonl.gz")}
    questions = rows(folder / "questions.jsonl.gz")
    rng = random.Random(0)
    examples = [*from_questions(hits, questions, rng), *from_sentences(hits, rng)]
    kinds = Counter(example.kind for example in examples)
    print("share let through (sentences):")
    for kind in sorted(kinds, reverse=True):
        print(f"  {chr(97 + sorted(kinds, reverse=True).index(kind))} {kind} ({kinds[kind]})")
    chosen = {name: getattr(proof, name) for name in ("WINDOW", "ENTAILED", "ORDERED", "OWN", "LINK")}
    for number, setting in enumerate(SETTINGS):
        for name, value in (chosen | setting).items():
            setattr(proof, name, value)
        passed: Counter[str] = Counter()
        why: Counter[str] = Counter()
        began = time.process_time()
        for example in examples:
            found = proof.prove(example.text, [example.hit])
            passed[example.kind] += isinstance(found, list)
            if not isinstance(found, list) and example.kind.startswith("true"):
                why[re.sub("“.*”", "“…”", found[1])] += 1
        milliseconds = (time.process_time() - began) / len(examples) * 1000
        if not number:
            print(f"as chosen {chosen}; {milliseconds:.1f} ms a sentence; true ones not let through: {dict(why)}")
            print("     ".join(["                 ", *(chr(97 + i) for i in range(len(kinds)))]))
        shares = "  ".join(
            f"{passed[kind] / kinds[kind]:.3f}"[1:] if passed[kind] < kinds[kind] else "1.00"
            for kind in sorted(kinds, reverse=True)
        )
        print(f"{' '.join(f'{name} {value}' for name, value in setting.items()) or 'as chosen':16s}  {shares}")


if __name__ == "__main__":
    main()
