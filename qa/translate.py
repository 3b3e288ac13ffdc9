"""Questions in other languages as groups of Chinese alternatives (probabilistic structured queries, Darwish & Oard 2003).

Each word or phrase of a question becomes a group: what it may be in Chinese, and how likely. A passage that holds any
of a group's alternatives holds the word. The archive itself says which alternatives are worth asking for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index import fold, query_terms
from qa.dictionary import Dictionary, Options, dictionary
from qa.letters import by_sound
from qa.pinyin import spellings
from qa.scripts import lemmas, nearest, normal, romanised, segmented, tokens, variants, without_marks

DocumentFrequency = Callable[[str], int]
"""In how many passages of the archive a term (a word or a bigram of Chinese characters) stands."""

_HAN = re.compile("[㐀-䶿一-鿿豈-﫿𠀀-𲎯〇]")
_OF_SCRIPT = {"greek": "el", "cyrillic": "ru", "arabic": "ar", "devanagari": "hi", "thai": "th"}
_LATIN = ("en", "es", "de", "tr", "vi", "ro")
# Words of a phrase looked up at most.
_LONGEST = 5
# Letters that a form of a word has in common with it, letters of an ending, and of the ending of an English cognate.
_BEGINNING, _ENDING, _COGNATE = 4, 3, 4
# A group that is half believed weighs so much: 0.5 to this power.
_DOUBT = 0.3
# A word is known if the table believes in it more than this; less is what alignment made of a name.
_WELL_KNOWN = 0.3
# How far a name put into characters by its sound is believed.
_BY_SOUND, _PERHAPS = 0.5, 0.15
# How likely what begins alike is the same word.
_FORM = 0.5
# How likely a word that stands in the archive as it is written is meant there.
_ITSELF = 0.1
# Letters of a part of a compound at least and of a compound at most, and what may stand between its parts.
_PART, _LONGEST_COMPOUND, _LINKS = 4, 40, ("", "s", "es", "n", "en")
# An alternative half as likely as the best scores 0.5 to the first power; one whose terms count twice as much as those of
# two characters (which count `_TWO`) scores 2 to one minus the second. On held-out NTREX recall@1 of English and the mean
# of eight others are .63 and .39 so, .62 and .38 with the first power .5, .58 and .35 with 1, and .55 and .34 where
# alternatives add up.
_LIKELY, _LONGER, _TWO = 0.3, 0.5, 2.0
# A question's words beyond these are not translated: nobody asks so much, and a pasted text should not cost more.
_MOST_TOKENS = 60
# So many letters of what is written without a space are looked at.
_MOST_LETTERS = 400


@dataclass(frozen=True, slots=True)
class Group:
    """A word or phrase, how much it matters, and its alternatives in folded Chinese with probabilities, best first."""

    source: str
    weight: float
    options: tuple[tuple[str, float], ...]


def stays(term: str) -> bool:
    """Whether a term of a question in another language is searched for beside the translations: a number or Chinese.

    Words in Latin letters that the archive holds are alternatives of their groups; others find only chance.
    """
    return term[:1].isdecimal() or _HAN.match(term) is not None


def sought(group: Group) -> tuple[dict[str, float], ...]:
    """The index terms of each of a group's alternatives, with what they count; the best alternative alone should score.

    They count as in a Chinese question (`index.query_terms`) where the first alternative has two characters.
    """
    found = []
    for text, share in shares(group):
        terms = query_terms(text)
        if terms:
            worth = group.weight * share * (_TWO / sum(terms.values())) ** _LONGER
            found.append({term: worth * weight for term, weight in terms.items()})
    return tuple(found)


def shares(group: Group) -> Options:
    """The alternatives with how good each is beside the best, which is 1."""
    best = group.options[0][1]
    return tuple((text, (share / best) ** _LIKELY) for text, share in group.options)


def translate(text: str, document_frequency: DocumentFrequency) -> tuple[Group, ...]:
    """What the foreign words of `text` may be in Chinese; empty for a Chinese question.

    Only alternatives that the archive holds are given, and words without any are left out.
    """
    words = tokens(text)[:_MOST_TOKENS]
    if not any(kind in _OF_SCRIPT or kind == "latin" for _, kind in words):
        return ()
    tables = dictionary()
    latin = _language([word for word, kind in words if kind == "latin"], tables)
    groups = [_number(word) for word, kind in words if kind == "number" and not word.isascii()]
    for start, end, spelt in _parts(words, latin, tables, document_frequency):
        if spelt:
            groups.append(Group(" ".join(fold(word) for word, _ in words[start:end]), 1.0, spelt))
        else:
            for run in _runs(words[start:end], latin, tables):
                groups += list(_groups(run, tables, document_frequency))
    return tuple(groups)


def _number(word: str) -> Group:
    """A number in Arabic, Devanagari or Thai digits in those that the archive is written in."""
    plain = "".join(str(unicodedata.digit(char)) if char.isdigit() else "." for char in word)
    return Group(fold(word), 1.0, ((plain, 1.0),))


def _parts(
    words: Sequence[tuple[str, str]], latin: str, tables: Dictionary, document_frequency: DocumentFrequency
) -> Iterator[tuple[int, int, Options]]:
    """A question cut into names that are spelt in pinyin, with their readings, and what lies between them."""
    plain = [without_marks(word) if kind == "latin" else "" for word, kind in words]
    done = 0
    for name in spellings(plain, lambda word: _is_word(latin, word, tables), tables, document_frequency):
        if not tables.holds("en", " ".join(plain[name.start : name.end]).lower()):
            yield done, name.start, ()
            yield name.start, name.end, name.readings
            done = name.end
    yield done, len(words), ()


def _is_word(language: str, word: str, tables: Dictionary) -> bool:
    """Whether a word is well known in a language or in English, stop words included."""
    for known, form in ((language, word), ("en", word), *(("en", base) for base in lemmas(word))):
        options = tables.get(known, form)
        if options is not None and (not options or sum(share for _, share in options) > _WELL_KNOWN):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of one language in a row: as the tables spell them, as they are written, folded, and whether as names are."""

    language: str
    words: tuple[str, ...]
    written: tuple[str, ...]
    names: tuple[bool, ...]


def _runs(words: Sequence[tuple[str, str]], latin: str, tables: Dictionary) -> Iterator[_Run]:
    held: list[tuple[str, str, bool]] = []
    before = ""
    for word, kind in (*words, ("", "break")):
        language = latin if kind == "latin" else _OF_SCRIPT.get(kind, "")
        if language != before and held:
            forms, written, names = zip(*held, strict=True)
            yield _Run(before, forms, written, (False, *names[1:]))
            held = []
        before = language
        form = normal(word, language)[:_MOST_LETTERS]
        if language == "th":
            held += [(piece, piece, False) for piece in segmented(form, lambda piece: tables.holds("th", piece))]
        elif language == "de" and (parts := _compound(form, tables)):
            held += [(part, part, False) for part in parts]
        elif language:
            # All nouns of German are written so.
            held.append((form, fold(word), word.istitle() and language != "de"))


def _compound(word: str, tables: Dictionary) -> tuple[str, str] | None:
    """The two words that a German word unknown to the table is made of, the shorter one as long as can be."""
    if len(word) > _LONGEST_COMPOUND or tables.holds("de", word) or tables.holds("en", word):
        return None
    for length in range(len(word) // 2, _PART - 1, -1):
        for first, second in ((word[:length], word[length:]), (word[:-length], word[-length:])):
            if tables.get("de", second):
                for linked in _LINKS:
                    head = first.removesuffix(linked)
                    if len(head) >= _PART and (linked == "" or head != first) and tables.get("de", head):
                        return head, second
    return None


def _language(words: Sequence[str], tables: Dictionary) -> str:
    """The language of words in Latin letters: the one whose table knows most of them, its stop words above all.

    What may be English throughout is ("war" is a stop word of German, too).
    """
    if all(_is_word("en", normal(word), tables) for word in words):
        return "en"

    def known(language: str) -> float:
        found = [tables.get(language, normal(word, language)) for word in words]
        return sum(3.0 if options == () else 1.0 for options in found if options is not None)

    return max(_LATIN, key=known)


def _groups(run: _Run, tables: Dictionary, document_frequency: DocumentFrequency) -> Iterator[Group]:
    start = 0
    while start < len(run.words):
        end, options = _longest(run, start, tables)
        written = run.written[start:end]
        if options is None or (options and run.names[start] and end == start + 1):
            name = romanised(normal(run.words[start]))
            belief = _BY_SOUND if run.names[start] or run.language == "en" else _PERHAPS
            spelt = _scaled(by_sound(name, tables, document_frequency), belief)
            options = _merged(options or (), spelt)
        held = _held(options, document_frequency)
        if options != () and end == start + 1 and run.language in _LATIN and document_frequency(written[0]):
            held = _merged(held, ((" ".join(written), _ITSELF),))
        if held:
            yield Group(" ".join(written), min(1.0, sum(share for _, share in held)) ** _DOUBT, held)
        start = end


def _longest(run: _Run, start: int, tables: Dictionary) -> tuple[int, Options | None]:
    """Where the longest phrase that starts there ends, and its alternatives; None for an unknown word, () for a stop word."""
    stops = [tables.get(run.language, word) == () for word in run.words[start : start + _LONGEST]]
    for end in range(start + len(stops), start + 1, -1):
        if not all(stops[: end - start]):
            options = _entry(run.language, run.words[start:end], tables)
            if options:
                return end, options
    if stops[0]:
        return start + 1, ()
    word = run.words[start]
    options = _entry(run.language, (word,), tables)
    return start + 1, options or _unknown(run.language, word, tables) or None


def _entry(language: str, words: Sequence[str], tables: Dictionary) -> Options:
    """What the table has for a phrase and, in English, for what its last word is a form of."""
    options = tables.get(language, " ".join(words)) or ()
    if language == "en":
        for base in lemmas(words[-1]):
            more = tables.get(language, " ".join((*words[:-1], base)))
            if more:
                return _merged(options, more)
    return options


def _unknown(language: str, word: str, tables: Dictionary) -> Options:
    """A single word that its table lacks."""
    for form in variants(word, language):
        if options := tables.get(language, form):
            return options
    if language in _LATIN and language != "en":
        options = _entry("en", (normal(word),), tables)
        if options:
            return options
    return _near(language, word, tables, _ENDING) or _near("en", romanised(normal(word)), tables, _COGNATE)


def _near(language: str, word: str, tables: Dictionary, rest: int) -> Options:
    """What words mean that begin as this one does."""
    options: Options = ()
    if len(word) >= _BEGINNING:
        found = nearest(word, tables.starting(language, word[:_BEGINNING]), rest)
        for other in found:
            options = _merged(options, _scaled(tables.get(language, other) or (), _FORM / len(found)))
    return options


def _scaled(options: Options, share: float) -> Options:
    return tuple((word, probability * share) for word, probability in options)


def _merged(options: Options, more: Options) -> Options:
    shares = dict(options)
    for word, share in more:
        shares[word] = shares.get(word, 0.0) + share
    return tuple(sorted(shares.items(), key=lambda option: -option[1]))


def _held(options: Options, document_frequency: DocumentFrequency) -> Options:
    """Alternatives that stand in the archive."""
    return tuple((word, min(share, 1.0)) for word, share in options if _stands(word, document_frequency))


def _stands(word: str, document_frequency: DocumentFrequency) -> bool:
    if len(word) == 1:
        return document_frequency(word) > 0
    return all(document_frequency(a + b) > 0 for a, b in pairwise(word))
