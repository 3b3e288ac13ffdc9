"""Where training batches come from: questions and passages, sentences in two languages, dictionaries.

Everything is tokenized once; a batch is two lists of token arrays that belong together row by row.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
from corpus import HELD_OUT, Entry, Pair, Passage, Question
from numpy.typing import NDArray
from tokenizers import Tokenizer
from vocabulary import is_chinese

Tokens = NDArray[np.int32]
# Questions in a batch; sentence pairs are shorter and get twice, dictionary entries four times as many.
BATCH = 512
# Questions see whole passages at this share, else the sentence with the answer and up to five around it: what the
# archive embeds is a few sentences, and not always the same ones.
_WHOLE = 0.4
_MOST_SENTENCES = 6
# Passages carry their title half of the time, as those of an archive may or may not carry their headline.
_TITLED = 0.5
# Shares of a synthetic question's words kept (drawn evenly), and of passages that still hold the sentence it is from.
_KEPT_WORDS = (0.2, 0.8)
_STILL_THERE = 0.3
# A character left alone by the segmenter is mostly part of a name, and its gloss misleads.
_CHARACTER_DROPPED = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of `a` and `b` belong together; rows of equal `groups` are not each other's negatives."""

    a: list[Tokens] = field(default_factory=list)
    b: list[Tokens] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

    def add(self, a: Tokens, b: Tokens, group: int) -> None:
        """Add a row unless a side is empty."""
        if len(a) and len(b):
            self.a.append(a)
            self.b.append(b)
            self.groups.append(group)


class Source(Protocol):
    """Gives batches for ever."""

    def batch(self, rng: random.Random) -> Batch:
        """The next batch, drawn by `rng`."""


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tokens]:
    """Token numbers of each text without the unknown ones (number 0)."""
    arrays = [np.array(e.ids, np.int32) for e in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]
    return [array[array != 0] for array in arrays]


class Reading:
    """A tokenized reading-comprehension set, without the held-out articles if asked so."""

    def __init__(
        self, tokenizer: Tokenizer, passages: list[Passage], questions: list[Question], *, hold_out: bool
    ) -> None:
        self.passages = passages
        self.titles = tokenize(tokenizer, [passage.title for passage in passages])
        flat = tokenize(tokenizer, [sentence for passage in passages for sentence in passage.sentences])
        ends = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
        self.sentences = [flat[start:end] for start, end in pairwise(ends)]
        self.questions = questions
        self.asked = tokenize(tokenizer, [question.text for question in questions])
        self.kept = [not (hold_out and passage.part % HELD_OUT == 0) for passage in passages]

    def whole(self, number: int) -> Tokens:
        """A whole passage without its title."""
        return np.concatenate([*self.sentences[number], np.zeros(0, np.int32)])


class Questions:
    """Question ↔ its passage or some sentences of it around the answer."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.items = [n for n, question in enumerate(reading.questions) if reading.kept[question.passage]]

    def batch(self, rng: random.Random) -> Batch:
        """Questions of the set, in random order."""
        batch = Batch()
        for item in rng.sample(self.items, min(BATCH, len(self.items))):
            question = self.reading.questions[item]
            batch.add(self.asked(item, rng), self._window(question, rng), question.passage)
        return batch

    def asked(self, item: int, rng: random.Random) -> Tokens:
        """The question as it is."""
        return self.reading.asked[item]

    def _window(self, question: Question, rng: random.Random) -> Tokens:
        sentences = self.reading.sentences[question.passage]
        first, last = 0, len(sentences)
        if question.sentence >= 0 and rng.random() >= _WHOLE:
            width = rng.randint(1, _MOST_SENTENCES)
            first = max(0, question.sentence - rng.randint(0, width - 1))
            last = max(question.sentence + 1, first + width)
        title = [self.reading.titles[question.passage]] if rng.random() < _TITLED else []
        return np.concatenate([*title, *sentences[first:last], np.zeros(0, np.int32)])


class Translated(Questions):
    """Questions put into English word by word with a dictionary. Word order does not matter to a mean of vectors."""

    def __init__(self, reading: Reading, tokenizer: Tokenizer, entries: Sequence[Entry]) -> None:
        super().__init__(reading)
        vocabulary = tokenizer.get_vocab()
        self.chinese = {number: len(word) for word, number in vocabulary.items() if is_chinese(word)}
        known = [
            (vocabulary[entry.word], gloss)
            for entry in entries
            for gloss in entry.glosses[:3]
            if entry.word in vocabulary
        ]
        self.glosses: dict[int, list[Tokens]] = {}
        for (number, _), gloss in zip(known, tokenize(tokenizer, [gloss for _, gloss in known]), strict=True):
            if 0 < len(gloss) <= _MOST_SENTENCES:
                self.glosses.setdefault(number, []).append(gloss)

    def asked(self, item: int, rng: random.Random) -> Tokens:
        """The question in English words; the first meanings of a word are likelier, numbers stay."""
        out = [np.zeros(0, np.int32)]
        for number in self.reading.asked[item].tolist():
            length = self.chinese.get(number)
            if length is None:
                out.append(np.array([number], np.int32))
            elif number in self.glosses and not (length == 1 and rng.random() < _CHARACTER_DROPPED):
                choices = self.glosses[number]
                out.append(choices[min(int(rng.expovariate(1)), len(choices) - 1)])
        return np.concatenate(out)


class Clozes:
    """Some words of a sentence, or a title ↔ the sentences around it (inverse cloze task, Lee et al. 2019)."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.items = [n for n, sentences in enumerate(reading.sentences) if reading.kept[n] and len(sentences) > 1]

    def batch(self, rng: random.Random) -> Batch:
        """Random sentences of random passages."""
        batch = Batch()
        for item in rng.choices(self.items, k=BATCH):
            sentences = self.reading.sentences[item]
            chosen = rng.randrange(len(sentences))
            query = sentences[chosen]
            first = max(0, chosen - rng.randint(0, 5))
            if rng.random() < 0.2:
                query, chosen, first = self.reading.titles[item], -1, chosen
            else:
                share = rng.uniform(*_KEPT_WORDS)
                query = query[np.array([rng.random() < share for _ in query], bool)]
            last = first + rng.randint(2, 9)
            around = [
                s for n, s in enumerate(sentences[first:last], first) if n != chosen or rng.random() < _STILL_THERE
            ]
            batch.add(query, np.concatenate([*around, np.zeros(0, np.int32)]), item)
        return batch


class Pairs:
    """Tokenized pairs of texts that mean the same."""

    def __init__(self, a: Sequence[Tokens], b: Sequence[Tokens], groups: Sequence[int], size: int) -> None:
        filled = [n for n in range(len(a)) if len(a[n]) and len(b[n])]
        self.a, self.b = [a[n] for n in filled], [b[n] for n in filled]
        self.groups = [groups[n] for n in filled]
        self.size = min(size, len(filled))

    def batch(self, rng: random.Random) -> Batch:
        """Random pairs."""
        chosen = rng.sample(range(len(self.a)), self.size)
        return Batch([self.a[n] for n in chosen], [self.b[n] for n in chosen], [self.groups[n] for n in chosen])


def sentence_pairs(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> tuple[Pairs, Pairs]:
    """Chinese–English pairs, and those of the other languages with English and, through it, with Chinese."""
    numbers = {text: n for n, text in enumerate(dict.fromkeys(pair.a for pair in pairs))}
    left = tokenize(tokenizer, [pair.a for pair in pairs])
    right = tokenize(tokenizer, [pair.b for pair in pairs])
    groups = [numbers[pair.a] for pair in pairs]
    chinese = [n for n, pair in enumerate(pairs) if pair.lang_b == "zho"]
    other = [n for n, pair in enumerate(pairs) if pair.lang_b != "zho"]
    bridge = {groups[n]: right[n] for n in chinese}
    bridged = [n for n in other if groups[n] in bridge]
    first = Pairs([left[n] for n in chinese], [right[n] for n in chinese], [groups[n] for n in chinese], 2 * BATCH)
    second = Pairs(
        [*(left[n] for n in other), *(bridge[groups[n]] for n in bridged)],
        [right[n] for n in (*other, *bridged)],
        [groups[n] for n in (*other, *bridged)],
        2 * BATCH,
    )
    return first, second


def gloss_pairs(tokenizer: Tokenizer, entries: Sequence[Entry]) -> Pairs:
    """Dictionary word ↔ each of its first glosses; names also ↔ their pinyin (青岛 ↔ qingdao)."""
    words: dict[str, int] = {}
    rows = []
    for entry in entries:
        group = words.setdefault(entry.word, len(words))
        rows += [(entry.word, gloss, group) for gloss in (*entry.glosses[:4], *([entry.pinyin] if entry.name else []))]
    a, b, groups = zip(*rows, strict=True)
    return Pairs(tokenize(tokenizer, a), tokenize(tokenizer, b), groups, 4 * BATCH)


def synset_pairs(tokenizer: Tokenizer, synsets: Sequence[dict[str, tuple[str, ...]]], rng: random.Random) -> Pairs:
    """Wordnet lemmas of one meaning: Chinese (twice as often) and English ↔ every other language."""
    rows = []
    for group, synset in enumerate(synsets):
        for anchor, times in (("zho", 2), ("eng", 1)):
            for lang in synset:
                if anchor in synset and lang != anchor:
                    rows += [(rng.choice(synset[anchor]), rng.choice(synset[lang]), group) for _ in range(times)]
    a, b, groups = zip(*rows, strict=True)
    return Pairs(tokenize(tokenizer, a), tokenize(tokenizer, b), groups, 4 * BATCH)
