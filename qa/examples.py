"""Questions to begin with, made of the archive's own headlines and leads; only those it answers from that article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from index import Article, sentences
from qa.matching import clauses
from qa.types import Answer

_VERBS = "召开|举行|举办|签约|启动|开幕|开工|揭牌|成立|通车|发布|落成"
# The name of an event and what happened to it; in "某区举行运动会" the event comes after the verb, so it is left alone.
_EVENT = re.compile(rf"^(?P<name>[^，。；：\n]{{6,34}}?)(?P<verb>{_VERBS})(?![一-鿿“\d])")
_TEMPLATES = ("{name}是什么时候{verb}的？", "哪些人出席了{name}？", "{name}在哪里{verb}？", "谁主持了{name}？")
_DATE = re.compile(r"^.{0,14}?(\d+[月日号时]|[上下]午|今天|昨天|晚)[，,]?\s*")


def examples(articles: Sequence[Article], ask: Callable[[str], Answer], n: int) -> list[str]:
    """At most `n` questions of different kinds about different articles, the longest with a headline first."""
    found: list[str] = []
    ordered = sorted(articles, key=lambda a: (not a.headline, -len(a.text), a.id))
    for article in [a for a in ordered if a.text and a.kind != "digest"]:
        if len(found) == n:
            break
        turn = len(found) % len(_TEMPLATES)
        templates = (*_TEMPLATES[turn:], *_TEMPLATES[:turn])
        question = next((q for q in _questions(article, templates) if _answered(ask(q), article)), None)
        if question is not None and question not in found:
            found.append(question)
    return found


def _questions(article: Article, templates: Sequence[str]) -> Iterator[str]:
    first = next(iter(sentences(article.text)), (0, 0))
    parts = [*article.headline, *(article.text[a:b] for a, b in clauses(article.text, *first))]
    events = [match for part in parts if (match := _EVENT.match(_DATE.sub("", part.strip())))]
    for match in events[:2]:
        name = match["name"].strip(" “”") if match["name"].count("“") != match["name"].count("”") else match["name"]
        for template in templates:
            yield template.format(name=name.removesuffix("在"), verb=match["verb"])


def _answered(answer: Answer, article: Article) -> bool:
    return not answer.refused and bool(answer.short) and answer.citations[0].article == article.id
