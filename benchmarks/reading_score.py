"""Scores what was read off generated pages against their truth, place by place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

ASIDE_KINDS = frozenset({"digest", "caption", "advertisement"})
SENTENCE_END = re.compile(r"[。！？!?…；;：:][”’）》」』)\"]*$")

Place = tuple[int, int]


def bare(text: str) -> str:
    """Without white space, which layout adds and takes away."""
    return re.sub(r"\s", "", text)


@dataclass
class Tally:
    """Right and total of each measure, altogether and by difficulty."""

    counts: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: [0, 0]))
    )

    def add(self, measure: str, right: int, total: int, traits: Iterable[str] = ()) -> None:
        for trait in ("all", *traits):
            count = self.counts[measure][trait]
            count[0] += right
            count[1] += total

    def share(self, measure: str, trait: str = "all") -> float | None:
        right, total = self.counts[measure][trait]
        return round(right / total, 5) if total else None

    def f1(self, measure: str, trait: str = "all") -> float | None:
        precision, recall = self.share(measure + " precision", trait), self.share(measure + " recall", trait)
        if not precision or not recall:
            return None
        return round(2 * precision * recall / (precision + recall), 5)

    def table(self) -> dict[str, dict[str, Any]]:
        """Per measure: share, right and total altogether, and the shares by difficulty, worst first."""
        found: dict[str, dict[str, Any]] = {}
        for measure, counts in self.counts.items():
            right, total = counts["all"]
            split = {trait: [*count, self.share(measure, trait)] for trait, count in counts.items() if trait != "all"}
            ordered = dict(sorted(split.items(), key=lambda item: (item[1][2] or 0.0, item[0])))
            found[measure] = {"share": self.share(measure), "right": right, "total": total, "by": ordered}
        return found


@dataclass
class Truth:
    """One page's truth, with the owner of every printed character of an article's text."""

    page: dict[str, Any]
    lines: Sequence[str]
    owner: dict[Place, tuple[str, int]] = field(default_factory=dict)
    length: dict[str, int] = field(default_factory=dict)
    aside: dict[str, set[int]] = field(default_factory=dict)
    ends: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for article in self.page["articles"]:
            self._place(article)

    def _place(self, article: dict[str, Any]) -> None:
        places = [
            (number, column)
            for number in article["body_lines"]
            for column, char in enumerate(self.lines[number - 1])
            if not char.isspace()
        ]
        printed = "".join(self.lines[number - 1][column] for number, column in places)
        for mark in map(bare, article["marks"]):
            at = printed.index(mark)
            printed = printed[:at] + printed[at + len(mark) :]
            del places[at : at + len(mark)]
        key, text = article["key"], bare(article["text"])
        if printed != text:
            raise ValueError(f"{self.page['source']}: {key}: the truth does not stand on its lines")
        self.owner.update((place, (key, number)) for number, place in enumerate(places))
        self.length[key] = len(text)
        self.aside[key] = set()
        for aside in map(bare, article["asides"]):
            at = 0 if text.startswith(aside) else text.rindex(aside)
            self.aside[key].update(range(at, at + len(aside)))
        self.ends[key] = sentence_ends(article["text"])


def sentence_ends(text: str) -> set[int]:
    """Offsets, counted without white space, after which a sentence or paragraph of `text` ends."""
    ends, count = set(), 0
    for paragraph in text.split("\n"):
        line = bare(paragraph)
        ends.update(count + at for at in range(1, len(line)) if SENTENCE_END.search(line[max(0, at - 4) : at]))
        count += len(line)
        ends.add(count)
    return ends | {0}


def in_order(numbers: Sequence[int]) -> int:
    """Length of the longest increasing run, gaps allowed."""
    tails: list[int] = []
    for number in numbers:
        at = bisect_left(tails, number)
        tails[at : at + 1] = [number]
    return len(tails)


def owners(truth: Truth, article: Any) -> list[tuple[str, int]]:
    """Whose characters a found article's text holds, in its order; ("", 0) for what belongs to no article's text."""
    found = []
    for span in article.spans:
        for column in range(span.column, span.column + span.length):
            if not truth.lines[span.line - 1][column : column + 1].isspace():
                found.append(truth.owner.get((span.line, column), ("", 0)))
    return found


def invented(truth: Truth, article: Any) -> int:
    """Characters of the text that do not stand where its spans say."""
    wrong, covered = 0, 0
    for span in article.spans:
        there = truth.lines[span.line - 1][span.column : span.column + span.length]
        here = article.text[span.start : span.start + span.length]
        wrong += sum(a != b for a, b in zip(here, there.ljust(len(here), "\0"), strict=True))
        covered += span.length
    loose = len(article.text.replace("\n", "")) - (
        covered - sum(article.text[s.start : s.end].count("\n") for s in article.spans)
    )
    return wrong + max(0, loose)


def match(truth: Truth, articles: Sequence[Any]) -> dict[str, tuple[Any, int]]:
    """For each true article the found one that holds most of its characters in order; each found one serves once."""
    scores = []
    for number, article in enumerate(articles):
        by_key = defaultdict(list)
        for key, offset in owners(truth, article):
            if key and offset not in truth.aside[key]:
                by_key[key].append(offset)
        scores += [(in_order(offsets), -number, key) for key, offsets in by_key.items()]
    matched: dict[str, tuple[Any, int]] = {}
    taken: set[int] = set()
    for kept, number, key in sorted(scores, reverse=True):
        if key not in matched and number not in taken:
            matched[key] = articles[-number], kept
            taken.add(number)
    return matched


def score_page(truth: Truth, found: Sequence[Any], furniture: Sequence[int], tally: Tally) -> dict[str, str]:
    """Add a page's counts; return the found articles' ids by the truth's keys."""
    page, traits = truth.page, truth.page["difficulties"]
    news = [article for article in found if article.kind not in ASIDE_KINDS]
    matched = match(truth, news)
    for article in news:
        firsts = {number for true in page["articles"] for number in true["firsts"]}
        lasts = {number for true in page["articles"] for number in true["lasts"]}
        right = (article.lines[0] in firsts) + (article.lines[1] in lasts)
        tally.add("boundary precision", right, 2, traits)
        tally.add("characters invented", invented(truth, article), len(article.text), traits)
    found_firsts, found_lasts = {a.lines[0] for a in news}, {a.lines[1] for a in news}
    for true in page["articles"]:
        all_traits = {*traits, *true["difficulties"]}
        right = bool(found_firsts & set(true["firsts"])) + bool(found_lasts & set(true["lasts"]))
        tally.add("boundary recall", right, 2, all_traits)
        article, kept = matched.get(true["key"], (None, 0))
        tally.add("characters kept", kept, truth.length[true["key"]] - len(truth.aside[true["key"]]), all_traits)
        _score_article(truth, true, article, tally, all_traits)
    _score_lines(truth, found, furniture, tally, traits)
    return {key: article.id for key, (article, _) in matched.items()}


def _score_article(truth: Truth, true: dict[str, Any], article: Any, tally: Tally, traits: set[str]) -> None:
    headline = {n for n in article.headline_lines if truth.lines[n - 1].strip()} if article else set()
    wanted = set(true["headline_lines"])
    if wanted:
        tally.add("headline exact", headline == wanted, 1, traits)
        tally.add("headline lines", len(headline & wanted), len(wanted), traits)
    else:
        tally.add("no headline where none is", not headline, 1, traits)
    byline = list(article.byline) if article else None
    tally.add("byline exact", byline in (true["byline"], true["byline"] + true["may_byline"]), 1, traits)
    if true["byline"]:
        tally.add(
            "byline exact, where signed", byline in (true["byline"], true["byline"] + true["may_byline"]), 1, traits
        )
    if article is None:
        return
    same = [key == true["key"] for key, _ in owners(truth, article)]
    sections = set(true["section_lines"])
    captions = {n for run in truth.page["caption"] for n in run}
    extra = [span for span in article.spans if span.line in sections | captions]
    mine = sum(same) + sum(len(bare(article.text[s.start : s.end])) for s in extra)
    tally.add("characters of the article itself", mine, len(same), traits)
    for field_name in ("continued_to_page", "continued_from_page"):
        name = "jump marks read" if true[field_name] else "no jump where none is"
        tally.add(name, getattr(article, field_name) == true[field_name], 1, traits)


def _score_lines(
    truth: Truth, found: Sequence[Any], furniture: Sequence[int], tally: Tally, traits: Sequence[str]
) -> None:
    """Every non-blank line is in an article (text, byline, headline, section) or named furniture; asides by kind."""
    named: dict[int, str] = dict.fromkeys(furniture, "furniture")
    for article in found:
        lines = {span.line for span in article.spans} | set(article.headline_lines)
        lines.update(n for section in article.sections for n in range(section.lines[0], section.lines[1] + 1))
        lines.update(range(article.lines[0], article.lines[1] + 1))
        for number in lines:
            named[number] = article.kind if named.get(number, article.kind) in ASIDE_KINDS | {article.kind} else "news"
    printed = [number for number, line in enumerate(truth.lines, 1) if line.strip()]
    tally.add("lines accounted for", sum(number in named for number in printed), len(printed), traits)
    for role in ("furniture", "digest", "caption", "advertisement"):
        for run in truth.page[role]:
            tally.add(f"{role} lines known", sum(named.get(number) == role for number in run), len(run), traits)
            in_news = sum(named.get(number) not in {*ASIDE_KINDS, "furniture", None} for number in run)
            tally.add(f"{role} lines in an article", in_news, len(run), traits)
