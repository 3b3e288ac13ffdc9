"""Words of eleven languages in the forms that the tables of translations are written in, and what they sound like.

Everything is by rule and small: scripts tell most languages apart, and a romanised form brings a name written in
Greek, Cyrillic, Arabic, Devanagari or Thai near its English spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import takewhile

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Letters with the marks that stand on them, which Python's \w leaves out.
_LETTERS = {
    "latin": "a-zA-Z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff",
    "greek": "\u0370-\u037d\u037f-\u0386\u0388-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u0481\u048a-\u052f",
    "arabic": "\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06fa-\u06ff",
    "devanagari": "\u0900-\u0963\u0971-\u097f",
    "thai": "\u0e01-\u0e3a\u0e40-\u0e4e",
}
_TOKEN = re.compile(
    "|".join(
        (
            *(f"(?P<{name}>[{letters}]+)" for name, letters in _LETTERS.items()),
            r"(?P<number>\d+(?:[.,٫٬]\d+)*)",
            rf"(?P<chinese>[{_HAN}]+)",
            r"(?P<apostrophe>['’])",
            r"(?P<space>[\s\-‐‑]+)",
            r"(?P<other>.)",
        )
    ),
    re.DOTALL,
)
# Marks that decomposing sets free and that spelling often leaves out. Devanagari and Thai vowels are not among them.
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c]")
_ALIKE = str.maketrans(
    {"ı": "i", "ß": "ss", "đ": "d", "ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ς": "σ", "ى": "ي"}
    | {"ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي"}
)


def tokens(text: str) -> list[tuple[str, str]]:
    """The words of a text with their scripts ("latin", "greek", "cyrillic", "arabic", "devanagari", "thai", "number").

    What a phrase cannot go over (punctuation, Chinese, an emoji) stands as ("", "break"). What follows an apostrophe
    is an ending where it is short, as in English and Turkish.
    """
    found: list[tuple[str, str]] = []
    ending = False
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "apostrophe":
            # Not "l'eau" or "O'Neill".
            ending = bool(found) and found[-1][1] == "latin" and len(found[-1][0]) > _ARTICLE
            continue
        if kind in ("chinese", "other"):
            if found and found[-1][1] != "break":
                found.append(("", "break"))
        elif kind != "space" and not (ending and kind == "latin" and _is_ending(match.group())):
            found.append((match.group(), kind))
        ending = False
    return found


def _is_ending(part: str) -> bool:
    # Of a name in pinyin it is the next syllable.
    return len(part) <= _ENDING and part.lower() not in _SYLLABLES


# The longest common ending after an apostrophe ("Ankara'daki", "Tesla's"), and what is a word of its own before one.
_ENDING, _ARTICLE = 5, 2
_SYLLABLES = frozenset("an ang ao ai en er ou".split())


def normal(word: str, language: str = "") -> str:
    """A word as the tables spell it: lower case, without accents; Vietnamese keeps them, as tones tell words apart."""
    if word.isascii():
        return word.lower()
    if language == "vi":
        return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).lower())
    # What a compatibility form stands for may be a capital letter, and a small letter's form may have marks again.
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).lower()))
    return unicodedata.normalize("NFC", plain.translate(_ALIKE))


def without_marks(word: str) -> str:
    """A word in its own case without accents: "Lǚ" → "Lu"."""
    return word if word.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", word))


_ROMAN = {
    # Greek, two letters first.
    **dict(zip("ου μπ ντ γκ γγ τζ τσ αι ει οι".split(), "u b d g ng j ts e i i".split(), strict=True)),
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", "a v g d e z i th i k l m n x o p r s t i f ch ps o".split(), strict=True)),
    # Cyrillic, whose decomposed й is и.
    **dict(
        zip(
            "абвгдежзиклмнопрстуфхцчшщъыьэюяёій",
            "a b v g d e zh z i k l m n o p r s t u f h ts ch sh shch - y - e yu ya yo i y".replace("-", "_").split(),
            strict=True,
        )
    ),
    # Arabic writes no short vowels.
    **dict(
        zip(
            "ابتثجحخدذرزسشصضطظعغفقكلمنهويءپچڤگ",
            "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y _ p ch v g".split(),
            strict=True,
        )
    ),
    # Devanagari: the inherent vowel is left out.
    **dict(
        zip(
            "कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह",
            "k kh g gh n ch chh j jh n t th d dh n t th d dh n p f b bh m y r l l v sh sh s h".split(),
            strict=True,
        )
    ),
    **dict(zip("अआइईउऊऋएऐओऔऑऍ", "a a i i u u ri e ai o au o e".split(), strict=True)),
    **dict(zip("ािीुूृेैोौॉॅंँ्ः", "a i i u u ri e ai o au o e n n _ h".split(), strict=True)),
    # Thai: consonants as they begin a syllable.
    **dict(
        zip(
            "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮฤ",
            "k kh kh kh kh kh ng ch ch ch s ch y d t th th th n d t th th th n b p ph f ph f ph m y r l w s s s h l o h ru".split(),
            strict=True,
        )
    ),
    **dict(zip("ะัาำิีึืุูเแโใไๅ", "a a a am i i u u u u e ae o ai ai a".split(), strict=True)),
}
_ROMAN = {letter: roman.replace("_", "") for letter, roman in _ROMAN.items()}
_ROMAN_LETTER = re.compile("|".join(sorted(map(re.escape, _ROMAN), key=len, reverse=True)))
_NOT_LATIN = re.compile("[^a-z]+")


def romanised(word: str) -> str:
    """A `normal` word in Latin letters, roughly as English spells the sound; Latin words lose nothing but accents."""
    if word.isascii():
        return word
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", word)).translate(_ALIKE)
    # Thai writes some vowels before the consonant they follow, and silences letters with a mark over them.
    plain = re.sub("([เแโใไ])([ก-ฮ])", r"\2\1", re.sub("[ก-ฮ][ิุ]?์", "", plain))
    return _NOT_LATIN.sub("", _ROMAN_LETTER.sub(lambda match: _ROMAN[match.group()], plain))


_IRREGULAR = {
    form: base
    for base, forms in (
        pair.split(":")
        for pair in (
            "begin:began,begun|bear:bore,born,borne|beat:beaten|bind:bound|bite:bit,bitten|blow:blew,blown|break:broke,broken"
            "|bring:brought|build:built|burn:burnt|buy:bought|catch:caught|choose:chose,chosen|cost:costs|deal:dealt"
            "|draw:drew,drawn|drink:drank,drunk|drive:drove,driven|eat:ate,eaten|fall:fell,fallen|feed:fed|feel:felt"
            "|fight:fought|flee:fled|fly:flew,flown|forget:forgot,forgotten|freeze:froze,frozen|grow:grew,grown"
            "|hang:hung|hear:heard|hide:hid,hidden|hold:held|keep:kept|lay:laid|lead:led|leave:left|lend:lent|lose:lost"
            "|mean:meant|meet:met|pay:paid|ride:rode,ridden|ring:rang,rung|rise:rose,risen|run:ran|sell:sold|send:sent"
            "|shake:shook,shaken|shine:shone|shoot:shot|show:shown|shrink:shrank,shrunk|sing:sang,sung|sink:sank,sunk"
            "|sit:sat|sleep:slept|speak:spoke,spoken|spend:spent|split:splits|stand:stood|steal:stole,stolen"
            "|stick:stuck|strike:struck|swear:swore,sworn|swim:swam,swum|teach:taught|tear:tore,torn|think:thought"
            "|throw:threw,thrown|understand:understood|wear:wore,worn|win:won|write:wrote,written|man:men|woman:women"
            "|child:children|foot:feet|tooth:teeth|mouse:mice|person:people|criterion:criteria|phenomenon:phenomena"
        ).split("|")
    )
    for form in forms.split(",")
}
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("ves", "f"),
    ("ves", "fe"),
    ("sses", "ss"),
    ("es", "e"),
    ("es", ""),
    ("s", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("er", ""),
    ("er", "e"),
    ("est", ""),
    ("est", "e"),
    ("ly", ""),
    ("ally", ""),
)
# A base is no shorter than this.
_SHORTEST = 3


def lemmas(word: str) -> list[str]:
    """The words that an English word may be a form of, likeliest first; the dictionary knows which exist."""
    found = [_IRREGULAR[word]] if word in _IRREGULAR else []
    for ending, base in _ENDINGS:
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= _SHORTEST:
            found.append(stem + base)
            if not base and ending in ("ing", "ed", "er", "est") and stem[-1] == stem[-2]:
                found.append(stem[:-1])
    return found


def nearest(word: str, others: Iterable[str], rest: int) -> list[str]:
    """Those of `others` that begin most like `word` and are likely forms of the same word or cognates of it.

    What differs is the end: at most `rest` letters of the other one, and no more than half of the word.
    """
    best, found = 0, list[str]()
    for other in others:
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
        if other == word or len(other) - shared > rest or 2 * shared < len(word) or shared < _ROOT:
            continue
        # A letter too many in the other one is worse than one that our word has as an ending.
        likeness = 2 * shared - len(other)
        if likeness >= best:
            found = [other] if likeness > best else [*found, other]
            best = likeness
    return found


# Letters that words must have in common at least.
_ROOT = 4


def segmented(run: str, known: Callable[[str], bool]) -> list[str]:
    """A run of Thai, which writes no spaces, as words: as few as possible that are `known`, and what lies between them."""
    costs, starts = [0.0], [0]
    whole = [letter not in _ATTACHED for letter in run] + [True]
    for end in range(1, len(run) + 1):
        # A letter that belongs to no known word is worse than another word.
        cost, start = costs[end - 1] + _STRANGE, end - 1
        for begin in range(max(0, end - _LONGEST_WORD), end - 1):
            if whole[begin] and whole[end] and costs[begin] + 1 < cost and known(run[begin:end]):
                cost, start = costs[begin] + 1, begin
        costs.append(cost)
        starts.append(start)
    pieces: list[str] = []
    end, strange = len(run), ""
    while end:
        piece = run[starts[end] : end]
        end -= len(piece)
        if len(piece) == 1:
            strange = piece + strange
            if end:
                continue
        pieces += [strange] if strange else []
        pieces += [piece] if len(piece) > 1 else []
        strange = ""
    return pieces[::-1]


# Letters of the longest Thai word looked for, and the cost of a letter outside of words.
_LONGEST_WORD, _STRANGE = 20, 1.5
# Thai marks that belong to the consonant before them: no word begins with one or is followed by one.
_ATTACHED = frozenset(map(chr, (*range(0xE30, 0xE3B), 0xE45, *range(0xE47, 0xE4F))))

_ARABIC_PREFIX = re.compile("^(?:[وف]?(?:[بكل]?ال|لل)|[وفبلك])(?=.{3})")
_ARABIC_SUFFIX = re.compile("(?<=.{3})(?:ات|ون|ين|ان|ها|هم|يه|ه|ي|ا)$")


def variants(word: str, language: str) -> list[str]:
    """A word without what its language writes together with it (Arabic articles, conjunctions, endings)."""
    if language != "ar":
        return []
    stem = _ARABIC_PREFIX.sub("", word)
    found = [stem, _ARABIC_PREFIX.sub("", stem)]
    found += [_ARABIC_SUFFIX.sub("", form) for form in (word, *found)]
    found += [form + "ه" for form in found]
    return [form for form in dict.fromkeys(found) if form != word]
