"""A name or key word with one wrong character, as the archive writes it: 王情源 → 王清源, 滨海大侨 → 滨海大桥.

Only what stands nowhere in the archive is looked at, only a character that sounds or looks the same is exchanged, and only
if what comes out stands there: somebody else with a similar name is not taken for the one who is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise

from index import FAMILY_NAMES, Archive, fold_with_offsets, tagged
from qa.dictionary import dictionary
from qa.kinds import find_kind
from qa.matching import Range
from qa.mentioning import standing

LONGEST_QUESTION = 200
"""Characters. A longer text is pasted, and looking at all its words would take longer than to search for it."""

SHORTEST, LONGEST = 3, 6
"""Characters that must stand together in the archive, the exchanged one among them: two are found by chance."""

# Characters that look alike and sound different.
_LOOK_ALIKE = "己已巳 未末 析折拆 人入 土士 日曰 千干于 治冶 拔拨 仑仓 侯候 晴睛 瑞端 崔雀 藉籍 侃佩 戌戍戊 汩汨 祟崇 券卷 刺剌 睢雎 洲州 孟盂 辛幸 陈阵 杨扬 何问 徐除 玖玫 钧钓 铭铬 晓哓 鸟乌 兔免 竞竟 帅师 茶荼 赢羸 炙灸".split()
_HAN = re.compile("[㐀-鿿]+")
# Figures are no misspelt ones: another number is another thing.
_FIGURES = frozenset("〇零一二三四五六七八九十百千万亿两第")
_BORDER = ("u", "p", "c", "y", "r", "d", "m", "q", "w")


@dataclass(frozen=True, slots=True)
class Meant:
    """A question with a word put as the archive writes it: `typed` became `meant`."""

    text: str
    typed: str
    meant: str


def meant(archive: Archive, text: str, reporters: Collection[str] = ()) -> Meant | None:
    """The question with one misspelt word put right; None if nothing is, or if several words could be meant. `reporters` are
    the folded names of bylines, which are not searched with the text."""
    if len(text) > LONGEST_QUESTION:
        return None
    folded, offsets = fold_with_offsets(text)
    for region in _regions(folded):
        found = _Region(archive, folded, *region, reporters).right()
        if found is not None:
            at, character = found
            low, high = _shown(region[2], at)
            whole = text[: offsets[at]] + character + text[offsets[at + 1] :]
            return Meant(whole, folded[low:high], folded[low:at] + character + folded[at + 1 : high])
    return None


def _shown(words: Sequence[Word], at: int) -> Range:
    """The word around a character; with the one before it if either is a single character."""
    number = next(n for n, word in enumerate(words) if word[0] <= at < word[1])
    first = number - (number > 0 and any(high - low == 1 for low, high, _ in words[number - 1 : number + 1]))
    return words[first][0], words[number][1]


Word = tuple[int, int, str]
"""Where a word begins and ends, and its tag."""


def _regions(folded: str) -> Iterator[tuple[int, int, tuple[Word, ...]]]:
    """Unbroken runs of names, nouns and verbs in Chinese characters, each with its words; without the interrogative."""
    _, asks = find_kind(folded)
    start, position = 0, 0
    inside: list[Word] = []
    for word, tag in (*tagged(folded), ("", "w")):
        end = position + len(word)
        asking = asks is not None and position < asks.end() and asks.start() < end
        if not word or asking or tag.startswith(_BORDER) or not _HAN.fullmatch(word):
            if inside:
                yield start, position, tuple(inside)
            start, inside = end, []
        else:
            inside.append((position, end, tag))
        position = end


@dataclass(frozen=True)
class _Region:
    """A run of words of a folded question, `start:end`, in which one character may be wrong."""

    archive: Archive
    folded: str
    start: int
    end: int
    words: tuple[Word, ...]
    reporters: Collection[str]

    def right(self) -> tuple[int, str] | None:
        """The place of a wrong character and the right one."""
        runs = sorted(self._runs(), key=lambda run: run[0] - run[1])
        for by in (_by_sound, _by_shape):
            for length in dict.fromkeys(high - low for low, high, _ in runs):
                found = {option for run in runs if run[1] - run[0] == length for option in self._exchanged(*run, by)}
                if found:
                    return found.pop() if len(found) == 1 else None
        return None

    def _runs(self) -> Iterator[tuple[int, int, Word]]:
        """One or more neighbouring words, with the one among them that cannot stand in the archive."""
        for number, word in enumerate(self.words):
            low, high, tag = word
            if not tag.startswith(("n", "j", "x")) and high - low > 1:
                continue
            if not self._strange(low, high):
                continue
            for first in range(number + 1):
                for last in range(number, len(self.words)):
                    length = self.words[last][1] - self.words[first][0]
                    if SHORTEST <= length <= LONGEST or (first == last and self._is_name(low, high, tag)):
                        yield self.words[first][0], self.words[last][1], word

    def _is_name(self, low: int, high: int, tag: str) -> bool:
        return tag.startswith("nr") and high - low > 1 and self.folded[low] in FAMILY_NAMES

    def _together(self, text: str) -> bool:
        """Whether all pairs of neighbours in a text stand in the archive."""
        frequency = self.archive.lexical.document_frequency
        return all(frequency(one + two) for one, two in pairwise(text))

    def _strange(self, low: int, high: int) -> bool:
        """Whether a word cannot stand in the archive, or is one character that stands beside neither neighbour."""
        low, high = (max(low - 1, self.start), min(high + 1, self.end)) if high - low == 1 else (low, high)
        return not self._together(self.folded[low:high])

    def _exchanged(self, low: int, high: int, word: Word, by: Callable[[str], str]) -> Iterator[tuple[int, str]]:
        """What may stand for a character of `word` so that the run `low:high` stands in the archive. With a name of two
        characters only the given name may be wrong: 汪洁 is not 王洁."""
        name = (low, high) == word[:2] and self._is_name(*word)
        for i in range(word[0] + (name and high - low == 2), word[1]):
            before, after = self.folded[low:i], self.folded[i + 1 : high]
            if not (self._together(before) and self._together(after)):
                continue
            for character in by(self.folded[i]):
                option = before + character + after
                if (name and option in self.reporters) or (
                    self._together(option) and _is_word(self.archive, option, name=name)
                ):
                    yield i, character


def _is_word(archive: Archive, text: str, *, name: bool) -> bool:
    """Whether a text stands in the archive as whole words, or as one person's name, and not across the borders of words."""
    for passage in islice(standing(archive, text), _READ):
        position = 0
        ends = {0}
        for word, tag in tagged(passage):
            position += len(word)
            ends.add(position)
            if name and word == text and tag.startswith("nr"):
                return True
        at = passage.find(text)
        if not name and at in ends and at + len(text) in ends:
            return True
    return False


_READ = 3
"""Passages read to see whether a text is whole words: tagging one takes 2 ms."""


@cache
def _by_sound(character: str) -> str:
    """The other characters that sound like one, commonest first."""
    found = dict.fromkeys(c for row in _syllables() if character in row for c in row)
    return "".join(c for c in found if c != character and c not in _FIGURES) if character not in _FIGURES else ""


def _by_shape(character: str) -> str:
    """The other characters that look like one."""
    return "".join(c for row in _LOOK_ALIKE if character in row for c in row if c != character)


@cache
def _syllables() -> tuple[str, ...]:
    """The characters of each syllable."""
    tables = dictionary()
    rows = (tables.get("pinyin", syllable) for syllable in tables.starting("pinyin", ""))
    return tuple(row[0][0] for row in rows if row)
