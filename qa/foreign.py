"""A question in another language as the words of a Chinese one, for reading what was found for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index import fold
from qa.content import Word
from qa.kinds import Kind
from qa.question import Question
from qa.translate import Group, shares

_INTERROGATIVES: Mapping[Kind, str] = {
    Kind.WHEN: "是什么时候",
    Kind.WHERE: "在哪里",
    Kind.WHO: "是谁",
    Kind.TITLE: "是什么职务",
    Kind.NUMBER: "是多少",
    Kind.LIST: "有哪些",
    Kind.WHY: "是为什么",
    Kind.HOW: "如何",
    Kind.WHAT: "是什么",
}


def in_chinese(question: Question, groups: Sequence[Group], read: str) -> Question:
    """The question with, for each of its words, the alternative that stands in what was `read` (folded), else the likeliest.

    Word order stays that of the other language; what is only looked for word by word does not mind.
    """
    chosen = {group.source: _choice(group, read) for group in groups}
    own = [word for word in question.words if word.text not in chosen and (word.key or word.text in read)]
    words = [Word(chosen[group.source], group.weight) for group in groups] + own
    text = fold(question.text)
    words.sort(key=lambda word: _place(word.text, text, chosen))
    bare = "".join(word.text for word in words)
    sources = {source: word for phrase, word in chosen.items() for source in phrase.split()}
    return replace(
        question,
        text=bare + _INTERROGATIVES.get(question.kind, ""),
        bare=bare,
        words=tuple(words),
        focus=tuple(sources[word] for word in question.focus if word in sources),
        unit="",
        chinese=True,
    )


def held(question: Question, groups: Sequence[Group], text: str) -> float:
    """The share of the question's words that folded text has one of the alternatives of, 0 to 1. A content word that nothing
    is known of, or that is nowhere in the archive, is not held."""
    named = {word for group in groups for word in fold(group.source).split()}
    unknown = [word for word in question.words if word.text.isalpha() and word.text not in named]
    total = sum(group.weight for group in groups) + len(unknown)
    found = sum(group.weight for group in groups if any(option in text for option, _ in group.options))
    found += sum(word.text in text for word in unknown)
    return found / total if total else 0.0


def _choice(group: Group, read: str) -> str:
    """Of the alternatives that stand there the best."""
    held = [(share, option) for option, share in shares(group) if option in read]
    return max(held, key=lambda pair: pair[0])[1] if held else group.options[0][0]


def _place(word: str, text: str, chosen: Mapping[str, str]) -> int:
    source = next((phrase for phrase, option in chosen.items() if option == word), word)
    return text.find(source.split()[0]) if source else 0
