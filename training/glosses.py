"""CC-CEDICT, the wordnets and Unicode's names of places read as what they are here: phrases and their Chinese words."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.tokens import fold

LANGUAGES = ("en", "es", "de", "el", "ru", "tr", "ar", "vi", "th", "hi", "ro")
"""The languages of questions, as Unicode's locales name them; `zh` is Chinese."""

CODES = {
    "eng": "en",
    "en": "en",
    "spa": "es",
    "deu": "de",
    "ell": "el",
    "rus": "ru",
    "tur": "tr",
    "arb": "ar",
    "ara": "ar",
    "vie": "vi",
    "tha": "th",
    "hin": "hi",
    "ron": "ro",
    "cmn": "zh",
    "qcn": "zh",
    "zh": "zh",
    "zho-CN": "zh",
    "zho-TW": "zh",
}
"""What the data sets call them."""

_SKIPPED = re.compile(
    r"variant of|^see |^see also|^used in|^abbr\. (?:for|of)|^\(?old\)? variant|^CL:|^also pr\.|^Taiwan pr|^classifier"
    r"|^erhua|^same as|^surname "
)
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^()]*\)|（[^（）]*）")
_HAN = re.compile(r"[㐀-鿿|]+")
_LEADING = re.compile(
    r"^(?:to be |to |a |an |the |be |sb |sth |one's |esp\. |lit\. |fig\. |also |also written |abbr\. |e\.g\. |i\.e\. )+"
)
_FILLER = re.compile(r"\b(?:sb|sth|sb's|etc|esp|lit|fig|one's|e\.g|i\.e|c)\b\.?")
_KEPT = re.compile(r"[^a-zA-Z0-9À-ɏ'’ -]+")
# Glosses of more words explain rather than translate.
LONGEST_PHRASE = 5


@dataclass(frozen=True, slots=True)
class Gloss:
    """An English phrase for a Chinese word: the how-manieth gloss of the word it is, and whether the word is a name."""

    english: str
    chinese: str
    rank: int
    name: bool
    pinyin: str


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def glosses(data: Path) -> Iterator[Gloss]:
    """CC-CEDICT's glosses, cleaned of notes; of a name's gloss what stands before the comma."""
    for row in rows(data / "cc-cedict" / "entries.jsonl.gz"):
        chinese = fold(row["simp"]).replace("·", "").replace(",", "").replace("，", "")
        name = row["pinyin"][:1].isupper()
        rank = 0
        for text in row["en"]:
            if _SKIPPED.search(text):
                continue
            plain = _HAN.sub(" ", _BRACKETS.sub(" ", _BRACKETS.sub(" ", text)))
            for piece in plain.split(",")[: 1 if name else 3] if "," in plain else [plain]:
                phrase = clean(piece.split(" - ")[0].split(";")[0].split(":")[0])
                if phrase and chinese:
                    yield Gloss(phrase, chinese, rank, name, row["pinyin"])
                    if (
                        name
                        and len(phrase.split()) > 1
                        and phrase.lower().startswith(spelt(row["pinyin"]).lower() + " ")
                    ):
                        yield Gloss(spelt(row["pinyin"]), chinese, rank, name, row["pinyin"])
            rank += 1


def spelt(pinyin: str) -> str:
    """Pinyin as English has it: "Zhou1 En1 lai2" → "Zhou Enlai"."""
    toneless = re.sub("[1-5]", "", pinyin).replace("u:", "u")
    joined = re.sub(r" (?=[a-z])", "", re.sub(" (?=[aoe])", "'", toneless))
    return re.sub(" +", " ", joined.replace("·", " "))


def clean(phrase: str) -> str:
    """An English phrase without articles, "to", fillers and signs."""
    plain = " ".join(_KEPT.sub(" ", _FILLER.sub(" ", phrase)).split())
    return _LEADING.sub("", plain + " ").strip(" '’-")


def synsets(data: Path) -> Iterator[dict[str, list[str]]]:
    """Wordnet synsets: language → lemmas, for Chinese and `LANGUAGES`."""
    for row in rows(data / "omw" / "synsets.jsonl.gz"):
        found: dict[str, list[str]] = {}
        for code, lemmas in row.items():
            if language := CODES.get(code):
                words = [lemma.replace("_", " ").replace("+", "").strip() for lemma in lemmas if "GAP!" not in lemma]
                if language == "zh":
                    words = [_without_particle(fold(word).replace(" ", "")) for word in words]
                found.setdefault(language, []).extend(dict.fromkeys(filter(None, words)))
        if len(found) > 1:
            yield found


def _without_particle(word: str) -> str:
    """The wordnets write adjectives and adverbs with 的 and 地, which a text seldom does."""
    return word[:-1] if len(word) > 2 and word[-1] in "的地" else word


def place_names() -> Iterator[tuple[str, str, str]]:
    """(language, name, Chinese) of countries, languages, currencies, cities, months and days (Unicode CLDR, by Babel)."""
    from babel import Locale

    chinese = _names(Locale.parse("zh"))
    for language in LANGUAGES:
        for key, names in _names(Locale.parse(language)).items():
            for name in names:
                for word in chinese.get(key, ()):
                    yield language, name, word
    english, cities = _names(Locale.parse("en")), {key for key in chinese if key[0] == "city"}
    for key in sorted(cities - english.keys()):
        for word in chinese[key]:
            yield "en", key[1].rsplit("/", 1)[-1].replace("_", " "), word


def _names(locale: Any) -> dict[tuple[str, str], list[str]]:
    """(kind, code) → the names a locale has for it. Numbers in place of names are left out."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, table in (("place", locale.territories), ("tongue", locale.languages), ("money", locale.currencies)):
        for code, name in table.items():
            found[kind, code] = [_BRACKETS.sub("", name).strip()]
    for zone, entry in locale.time_zones.items():
        if "city" in entry:
            found["city", zone] = [entry["city"]]
    for kind, table in (("month", locale.months), ("day", locale.days)):
        for width in ("wide", "abbreviated") if locale.language == "zh" else ("wide",):
            for context in ("format", "stand-alone"):
                for number, name in table.get(context, {}).get(width, {}).items():
                    found.setdefault((kind, str(number)), []).append(name)
    return {
        key: list(dict.fromkeys(fold(name) if locale.language == "zh" else name for name in names))
        for key, names in found.items()
        if not any(name.isdigit() for name in names)
    }


def sentences(data: Path, folder: str) -> Iterator[tuple[str, str, str, int]]:
    """(language, English text, other text, number of the row within its language) of a folder of pairs."""
    counts: dict[str, int] = {}
    for row in rows(data / folder / "pairs.jsonl.gz"):
        number = counts[row["lang_b"]] = counts.get(row["lang_b"], -1) + 1
        if language := CODES.get(row["lang_b"]):
            yield language, row["a"], row["b"], number
