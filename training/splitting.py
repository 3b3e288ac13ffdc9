"""Sentences of each language as the words that are aligned: forms of a word as one, Thai cut up, Vietnamese put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from stopwords import STOPWORDS

from qa.scripts import nearest, normal, segmented, tokens, variants

# Thai pieces learned; how often and how much more often than by chance two Vietnamese syllables stand together.
THAI_PIECES, COMPOUND_COUNT, COMPOUND_LIFT = 4000, 5, 20
# Letters that forms of a word begin with alike, and letters of an ending that the known form may have more.
BEGINNING, ENDING = 4, 3
# Syllables of the longest Vietnamese word.
SYLLABLES = 4


def key(phrase: str, language: str) -> str:
    """A phrase as the table spells it."""
    return " ".join(normal(word, language) for word, _ in tokens(phrase) if word)


def splitter(language: str, texts: list[str], known: set[str]) -> Callable[[str], list[str]]:
    """How sentences of a language become the words that are aligned; `known` are words and phrases of its dictionaries."""
    if language == "th":
        known |= pieces(texts) | {normal(word, "th") for word in STOPWORDS["th"].split()}
        return lambda text: [
            piece for run in key(text, "th").split() for piece in segmented(run, lambda piece: piece in known)
        ]
    if language == "vi":
        known |= compounds([key(text, "vi").split() for text in texts])
        return lambda text: joined(key(text, "vi").split(), known)
    return conflating(language, known)


def conflating(language: str, known: set[str]) -> Callable[[str], list[str]]:
    """Forms of words as one word: the known one that they are forms of."""
    beginnings: dict[str, list[str]] = defaultdict(list)
    for word in known:
        if " " not in word:
            beginnings[word[:BEGINNING]].append(word)

    @cache
    def form(word: str) -> str:
        if word in known:
            return word
        for variant in variants(word, language):
            if variant in known:
                return variant
        alike = nearest(word, beginnings[word[:BEGINNING]], ENDING)
        return min(alike) if alike else word

    return lambda text: [form(word) for word in key(text, language).split()]


def pieces(texts: list[str]) -> set[str]:
    """Strings that Thai sentences are made of, by a unigram language model (Kudo 2018)."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.UnigramTrainer(vocab_size=THAI_PIECES, show_progress=False, max_piece_length=15)
    tokenizer.train_from_iterator([key(text, "th") for text in texts], trainer)
    return {piece for piece in tokenizer.get_vocab() if len(piece) > 1}


def compounds(texts: list[list[str]]) -> set[str]:
    """Pairs of Vietnamese syllables that stand together far more often than by chance."""
    single = Counter(syllable for text in texts for syllable in text)
    both = Counter(pair for text in texts for pair in pairwise(text))
    total = sum(single.values())
    return {
        f"{a} {b}"
        for (a, b), count in both.items()
        if count >= COMPOUND_COUNT and count * total > COMPOUND_LIFT * single[a] * single[b]
    }


def joined(syllables: list[str], known: set[str]) -> list[str]:
    """Syllables joined to the longest known phrases."""
    found, start = [], 0
    while start < len(syllables):
        end = start + 1
        for longer in range(min(len(syllables), start + SYLLABLES), start + 1, -1):
            if " ".join(syllables[start:longer]) in known:
                end = longer
                break
        found.append(" ".join(syllables[start:end]))
        start = end
    return found
