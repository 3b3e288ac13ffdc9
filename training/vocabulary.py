"""The vocabulary of the built-in encoder: Chinese words and characters, English words, pieces of ten other languages.

One `tokenizers` Unigram model holds them all. Text is first cut into runs of Chinese characters, of digits and of
other letters, so that the scores of these groups need not agree with each other.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from index.tokens import fold, words

UNKNOWN = "[UNK]"
# Runs of other letters, and all runs: Chinese characters | digits | other letters. The rest (punctuation) is dropped.
_LETTERS = r"[[\p{L}\p{M}]&&[^\p{Han}]]+"
_RUNS = rf"\p{{Han}}+|\p{{Nd}}+|{_LETTERS}"
_CHINESE = re.compile(r"[㐀-䶿一-鿿]+")
# About 49,000 rows in all: 25 MB as 256 half floats, within the 30 MB that a repository can bear for a model.
_CHINESE_SIZE, _CHARACTERS = 28_000, 5_500
_ENGLISH_SIZE, _OTHER_SIZE = 10_500, 1_100
# A word met in our own texts weighs as much as this many meetings in jieba's counts (60 million words of all kinds).
_OWN_WEIGHT = 30
# Words of our own texts that no dictionary has must be met this often.
_LEAST_MET = 3
# 青岛市, 即墨区: left to name and rank, because a question may leave out the rank.
_RANKS = frozenset("市省县区镇乡村州国")
# Both halves of a longer word must be met this often in jieba's counts for the word to be left to its halves.
_COMMON_HALF = 300


def is_chinese(word: str) -> bool:
    """Whether a token is made of Chinese characters only."""
    return _CHINESE.fullmatch(word) is not None


def train(
    chinese: Iterable[str], headwords: Iterable[str], english: Iterable[str], others: Iterable[list[str]]
) -> Tokenizer:
    """The tokenizer for these texts. A piece that several languages share has one row and keeps its best score."""
    scores = {UNKNOWN: 0.0, **_words(chinese, headwords), **_numbers()}
    for texts, size in ((english, _ENGLISH_SIZE), *((texts, _OTHER_SIZE) for texts in others)):
        for piece, score in _pieces(texts, size).items():
            if not _CHINESE.search(piece):
                scores[piece] = max(scores.get(piece, -math.inf), score)
    tokenizer = Tokenizer(models.Unigram([(piece, round(score, 3)) for piece, score in scores.items()], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_RUNS), "removed", invert=True)
    return tokenizer


def _words(texts: Iterable[str], headwords: Iterable[str]) -> dict[str, float]:
    """Chinese characters and words, the most frequent, with their log probabilities.

    Candidates are dictionary headwords and words met in the texts. A longer word that falls apart into common words
    (人民政府) is left to its parts, because a question may name only one of them.
    """
    import jieba

    own: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for text in texts:
        for run in _CHINESE.findall(text):
            own.update(words(run))
            characters.update(run)
    general: Counter[str] = Counter()
    for word, count in jieba.dt.FREQ.items():
        if count and is_chinese(word):
            general[fold(word)] += count
            if len(word) == 1:
                characters[fold(word)] += count // _OWN_WEIGHT
    heads = {word for word in headwords if is_chinese(word)}
    candidates = {word for word, count in own.items() if count >= _LEAST_MET} | heads
    counts = {word: own[word] * _OWN_WEIGHT + general[word] for word in candidates if 1 < len(word) <= 5}
    whole = [word for word, count in counts.items() if count and not _falls_apart(word, general, heads)]
    singles = sorted(characters, key=lambda char: (-characters[char], char))[:_CHARACTERS]
    longer = sorted(whole, key=lambda word: (-counts[word], word))[: _CHINESE_SIZE - len(singles)]
    counts |= {char: max(1, own[char] * _OWN_WEIGHT + general[char]) for char in singles}
    total = sum(general.values()) + _OWN_WEIGHT * sum(own.values())
    return {word: math.log(counts[word] / total) for word in (*singles, *longer)}


def _falls_apart(word: str, general: Counter[str], heads: set[str]) -> bool:
    if len(word) == 3 and word[2] in _RANKS:
        return word[:2] in heads and general[word[:2]] > _COMMON_HALF
    halves = [(word[:cut], word[cut:]) for cut in range(2, len(word) - 1)]
    return any({a, b} <= heads and min(general[a], general[b]) > _COMMON_HALF for a, b in halves)


def _pieces(texts: Iterable[str], size: int) -> dict[str, float]:
    """Words and word pieces of a language in letters, with log probabilities, by the Unigram trainer (Kudo 2018)."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_LETTERS), "removed", invert=True)
    trainer = trainers.UnigramTrainer(vocab_size=size, show_progress=False, unk_token=UNKNOWN, special_tokens=[UNKNOWN])
    tokenizer.train_from_iterator(texts, trainer)
    return {piece: score for piece, score in json.loads(tokenizer.to_str())["model"]["vocab"] if piece != UNKNOWN}


def _numbers() -> dict[str, float]:
    """Numbers below 1000, years, and the pieces that spell any other number; equal scores: fewest pieces win."""
    known = [*(str(n) for n in range(1000)), *(f"{n:02}" for n in range(10)), *(f"{n:03}" for n in range(100))]
    return dict.fromkeys([*known, *(str(n) for n in range(1500, 2050))], -10.0)
