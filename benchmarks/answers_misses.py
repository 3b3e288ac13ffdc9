"""Questions that go wrong, for looking at: only of sets that may be developed on."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import answers_own
from answers_sets import Asked, built, read_asked, write_pool
from answers_work import says

from qa.engine import Engine
from qa.evaluate import said_by
from qa.types import Answer

SETS_SHOWN = ("trial", answers_own.DEV)
DEEP = 50


def show_misses(data: Path, work: Path, name: str, most: int) -> None:
    """Print up to `most` questions of a set: what is right, what is shown, where it is cited from, and at which place the
    right record was found (0: not among the first `DEEP`)."""
    if name == answers_own.DEV:
        _show_own(data, work, most)
        return
    engine = Engine(built(work / "pool", lambda files: write_pool(data, files)))
    asked = ((one, engine.ask(one.text)) for one in read_asked(data, name))
    missed = ((one, answer) for one, answer in asked if not _right(one, answer))
    for number, (one, answer) in enumerate(islice(missed, most), 1):
        text = next((hit.article.text for hit in engine.search(one.text, k=DEEP) if hit.article.record == one.gold), "")
        print(f"{number}. {one.text}  [{one.id}]")
        print(f"   gold:  {' | '.join(one.answers)}  in {one.gold}, found {_place(engine, one.text, one.gold)}.")
        _show(answer)
        at = max(text.find(one.answers[0]), 0)
        print(f"   right: …{text[max(at - 60, 0) : at + 60]}…".replace("\n", " "))


def _right(one: Asked, answer: Answer) -> bool:
    cited = any(citation.record == one.gold for citation in answer.citations)
    return not answer.refused and cited and says(said_by(answer), one)


def _place(engine: Engine, text: str, record: str) -> int:
    records = [hit.article.record for hit in engine.search(text, k=DEEP)]
    return records.index(record) + 1 if record in records else 0


def _show(answer: Answer) -> None:
    print(f"   shown: {answer.answer}  (confidence {answer.confidence:.2f}, short {'、'.join(answer.short) or '–'})")
    for citation in answer.citations:
        print(f"   cited: [{citation.n}] {citation.record or citation.source}:{citation.lines} {citation.quote[:60]}")


def _show_own(data: Path, work: Path, most: int) -> None:
    engine, places = answers_own.opened(data, work / "own")
    asked = answers_own.asked(engine, answers_own.read_own(answers_own.DEV, places))
    for number, (item, answer, verdict) in enumerate(islice((one for one in asked if one[2].wrong), most), 1):
        history = " ← ".join(reversed(item.get("history", [])))
        print(f"{number}. {item['question']}{' ← ' + history if history else ''}  [{item['id']}, {item['kind']}]")
        print(f"   {verdict.wrong}; wanted {item.get('must_contain', [])} in {item['evidence']}")
        _show(answer)
        for one in item["evidence"]:
            if "record" in one:
                print(f"   {one['record']} found {_place(engine, item['question'], one['record'])}.")
