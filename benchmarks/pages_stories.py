"""Real articles made ready to be printed: stripped of what only television says, briefs apart, split into two parts."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

MIN_LENGTH, MAX_LENGTH = 70, 1600
_ON_AIR = re.compile(r"^(?:(?:本台消息|本台今天播发|央视网消息|新华社消息|本台讯)[^，。：:]{0,12}[，：:]|继续)")
_UNFIT = re.compile(r"本台|央视|联播|播出|播发|本报|新华社|责任编辑|版》|[\ue000-\uf8ff\ufffd]|下转|上接")
_RELATIVE = re.compile(
    r"今天|今日|今晚|今早|昨天|昨日|昨晚|前天|明天|明日|明晚|后天|[本上下这]周|日前|近日|当[天日]|同日|\d{1,2}[日号]"
)
_SPOKEN_DAY = re.compile(
    r"(?:^|[，。])(?:记者)?(今天|昨天|今日|昨日)(?=上午|下午|中午|晚上|凌晨|[，,（(在]|发布|公布|宣布|举行|召开|晚(?!报))"
)
_QUOTED = re.compile(r"“[^”]*”|《[^》]*》")
_FULL_END = re.compile(r"[。！？”：；…）]$")


@dataclass(frozen=True)
class Story:
    """An article before layout. `headline` lines are logical: kicker, main lines, decks."""

    id: str
    day: date
    kicker: str
    headline: tuple[str, ...]
    paragraphs: tuple[str, ...]
    dated: bool
    events: tuple[str, ...]


@dataclass
class Stock:
    """Stories by day, and those that name no day and may stand in any paper of their year."""

    days: dict[date, list[Story]] = field(default_factory=lambda: defaultdict(list))
    loose: dict[int, list[Story]] = field(default_factory=lambda: defaultdict(list))


def part_of(identity: str) -> str:
    """`dev` or `held`, by a hash of the article's id, so that both never share an article."""
    return "held" if hashlib.sha256(identity.encode()).digest()[0] % 2 else "dev"


def load(path: Path, part: str) -> Stock:
    stock = Stock()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if part_of(record["id"]) == part:
                for story in _stories(record):
                    stock.days[story.day].append(story)
                    if not story.dated:
                        stock.loose[story.day.year].append(story)
    return stock


def events_of(text: str, day: date) -> tuple[str, ...]:
    """Days that the text surely tells: 今天, 昨天 with a time of day or at the head of a clause, outside quotes."""
    found = []
    for match in _SPOKEN_DAY.finditer(_QUOTED.sub("〇", text)):
        told = day - timedelta(days=match[1][0] == "昨")
        if told.isoformat() not in found:
            found.append(told.isoformat())
    return tuple(found)


def _stories(record: dict[str, str]) -> Iterator[Story]:
    if not record["date"] or not record["title"] or _UNFIT.search(record["title"]):
        if "联播快讯" in record["title"]:
            yield from _briefs(record)
        return
    paragraphs = [re.sub(r"[\u3000\s]+", " ", p).strip() for p in record["text"].split("\n")]
    paragraphs = [p for p in paragraphs if p]
    if paragraphs:
        paragraphs[0] = _ON_AIR.sub("", paragraphs[0])
    while sum(map(len, paragraphs)) > MAX_LENGTH:
        paragraphs.pop()
    yield from _story(record["id"], date.fromisoformat(record["date"]), record["title"], paragraphs)


def _briefs(record: dict[str, str]) -> Iterator[Story]:
    lines = [line.strip() for line in record["text"].split("\n") if line.strip()]
    for at in range(0, len(lines) - 1, 2):
        if _FULL_END.search(lines[at]) or len(lines[at]) > 26:
            return
        yield from _story(f"{record['id']}#{at // 2}", date.fromisoformat(record["date"]), lines[at], [lines[at + 1]])


def _story(identity: str, day: date, title: str, paragraphs: list[str]) -> Iterator[Story]:
    text = "\n".join(paragraphs)
    if len(text) < MIN_LENGTH or not all(_FULL_END.search(p) and len(p) > 8 for p in paragraphs):
        return
    if _UNFIT.search(text) or any(p.endswith(("：", "；")) for p in paragraphs[-1:]):
        return
    match = re.fullmatch(r"[【〔\[]([^】〕\]]{2,40})[】〕\]](.+)", title)
    kicker, main = (match[1], match[2]) if match else ("", title)
    lines = [line for line in re.split(r"[\s]+|(?<=[^0-9])——", main) if line]
    if not lines or "【" in title[1:] or len(main) > 70 or min(map(len, lines)) < 2:
        return
    yield Story(
        identity, day, kicker, tuple(lines), tuple(paragraphs), bool(_RELATIVE.search(text)), events_of(text, day)
    )
