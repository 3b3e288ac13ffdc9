"""The table of translations that questions in other languages are put into Chinese with.

    python training/translations.py --data DIR --output qa/translations.zip [--held-out]

Each source says how likely a Chinese word is for a word or phrase; what they say is mixed (`WEIGHTS`). English comes
first; the other languages have sources of their own and go on to Chinese through English where those are silent.
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from align import translations
from glosses import LANGUAGES, LONGEST_PHRASE, glosses, place_names, sentences, spelt, synsets
from letters import learned
from splitting import key, splitter
from stopwords import STOPWORDS
from tables import write

from index.tokens import fold, rarity, words
from qa.letters import OFFSET
from qa.scripts import lemmas, normal

Options = Mapping[str, float]
Table = dict[str, dict[str, float]]

_PARTICLES = "的了吗呢们这那你我他她它是着也就都"
_NOT_LETTERS = re.compile("[^a-z]+")
# What names of kinds end with, which is translated.
_BY_MEANING = re.compile("[语人市县省州岛教湖河山海洋国族乡镇村区会党党派派王帝河港城堡路街学院寺庙岭江市群文字元币]$")
_HAN = re.compile("[一-鿿]+")

# Of what each source believes, the share in the mixture.
WEIGHTS = {"places": 2.0, "glosses": 1.0, "synsets": 0.7, "aligned": 1.0, "pivot": 0.5}
# A word in several glosses of a word means it less with each.
_RANK = 0.7
# A dictionary lists rare words as readily as common ones: the share of a word in all text, to this power, tells.
_FREQUENCY = 0.3
_RAREST = 18.0
# An alignment seen so often is believed half.
DOUBT = 1.0
# A gloss read as a sentence counts so much, beside one.
GLOSSED = 0.3
# Characters of names count more where a syllable's are put in order, and so many of them are kept.
NAMED, CHARACTERS = 3.0, 54
# A character that stands for some letters this much less often than another does is left out.
UNIT_LEAST = 0.02
# So many alternatives are kept, and none this much less likely than the best.
MOST, LEAST = 8, 0.06
# Words whose alternatives together are believed less are left out.
FAINT = 0.05
# Sentences of NTREX from this line on, and every such sentence of Tatoeba, are left out with --held-out.
NTREX_KEPT, TATOEBA_LEFT_OUT = 1305, 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--held-out", action="store_true", help="leave out what is measured with while tuning")
    arguments = parser.parse_args()
    tables = build(arguments.data, held_out=arguments.held_out)
    write(arguments.output, tables)
    for language, table in tables.items():
        print(f"{language}: {len(table):,} words and phrases")
    print(f"{arguments.output.stat().st_size / 1e6:.2f} MB")


def build(data: Path, *, held_out: bool) -> dict[str, Table]:
    """Language → word or phrase → its Chinese alternatives with probabilities, best first; none for a stop word."""
    places: dict[str, Table] = defaultdict(lambda: defaultdict(dict))
    for language, name, chinese in place_names():
        places[language][key(name, language)][chinese] = 1.0
        if chinese[-1:] == "语" and len(chinese) > 2:
            # What names the language is mostly an adjective of the country.
            places[language][key(name, language)][chinese[:-1]] = 1.0
    pairs = list(corpora(data, held_out=held_out))
    wordnet = list(synsets(data))
    english = english_table(data, pairs, places["en"], wordnet)
    tables = {"en": english}
    for language in LANGUAGES[1:]:
        tables[language] = other_table(language, pairs, places[language], wordnet, english)
    done = {language: finished(language, table) for language, table in tables.items()}
    return {**done, "pinyin": syllables(data), "letters": by_letters(data, wordnet)}


def by_letters(data: Path, wordnet: Iterable[Mapping[str, list[str]]]) -> Table:
    """Letters → characters that stand for them in foreign names, with what `qa.letters` adds up."""
    names = [
        (gloss.english, gloss.chinese)
        for gloss in glosses(data)
        if gloss.name and gloss.rank == 0 and not gloss.english.lower().startswith(spelt(gloss.pinyin).lower())
    ]
    names += [(name, chinese) for language, name, chinese in place_names() if language == "en"]
    for synset in wordnet:
        names += [(a, b) for a in synset.get("en", ()) if a[:1].isupper() for b in synset.get("zh", ())]
    plain = ((_NOT_LETTERS.sub("", normal(name)), chinese) for name, chinese in names)
    units = learned(
        (name, chinese)
        for name, chinese in plain
        if name and _HAN.fullmatch(chinese) and not _BY_MEANING.search(chinese)
    )
    return {
        letters: {
            character: OFFSET + math.log(share)
            for character, share in top(characters)
            if share > UNIT_LEAST * max(characters.values())
        }
        for letters, characters in units.items()
    }


def syllables(data: Path) -> Table:
    """Syllable without tone → the characters read so, in one string: those that names are made of first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for gloss in glosses(data):
        read = re.sub(r"[1-5:]", "", gloss.pinyin.lower()).split()
        if len(read) == len(gloss.chinese) and gloss.rank == 0:
            weight = (NAMED if gloss.name else 1.0) * common(gloss.chinese)
            for syllable, character in zip(read, gloss.chinese, strict=True):
                if character in _PARTICLES:
                    continue
                counts[syllable][character] += weight
                # "lü" is typed in several ways.
                if syllable in ("lu", "nu", "lue", "nue") and "u:" in gloss.pinyin:
                    counts[syllable.replace("u", "v", 1)][character] += weight
    return {
        syllable: {"".join(character for character, _ in found.most_common(CHARACTERS)): 1.0}
        for syllable, found in counts.items()
        if (syllable.isascii() and syllable.isalpha() and len(syllable) > 1) or syllable in ("a", "e", "o")
    }


def corpora(data: Path, *, held_out: bool) -> Iterable[tuple[str, str, str]]:
    """(language, English, the other) of the sentences that may be learned from."""
    for folder in ("tatoeba-cmn-eng", "tatoeba-laser", "ntrex-a"):
        for language, english, other, number in sentences(data, folder):
            left_out = number >= NTREX_KEPT if folder == "ntrex-a" else number % TATOEBA_LEFT_OUT == 0
            if not (held_out and left_out and (folder != "tatoeba-laser" or language == "zh")):
                yield language, english, other


def english_table(
    data: Path, pairs: Iterable[tuple[str, str, str]], places: Table, wordnet: Iterable[Mapping[str, list[str]]]
) -> Table:
    """English words and phrases → Chinese."""
    by_gloss: Table = defaultdict(lambda: defaultdict(float))
    glossed: list[tuple[list[str], list[str]]] = []
    for gloss in glosses(data):
        phrase = key(gloss.english, "en")
        if 0 < len(phrase.split()) <= LONGEST_PHRASE:
            by_gloss[phrase][gloss.chinese] += _RANK**gloss.rank * common(gloss.chinese)
        glossed.append((phrase.split(), words(gloss.chinese)))
    by_synset = synset_table("en", wordnet, {})
    known = by_gloss.keys() | by_synset.keys()
    texts = [(base_forms(english, known), chinese, GLOSSED) for english, chinese in glossed]
    texts += [
        (base_forms(key(a, "en").split(), known), chinese_words(b), 1.0) for language, a, b in pairs if language == "zh"
    ]
    return mixed({"places": places, "glosses": by_gloss, "synsets": by_synset, "aligned": aligned(texts)})


def other_table(
    language: str,
    pairs: Iterable[tuple[str, str, str]],
    places: Table,
    wordnet: Iterable[Mapping[str, list[str]]],
    english: Table,
) -> Table:
    """Words and phrases of another language → Chinese, directly and through English."""
    by_synset = synset_table(language, wordnet, english)
    chinese_of = {a: b for code, a, b in pairs if code == "zh"}
    own_pairs = [(a, b) for code, a, b in pairs if code == language]
    split = splitter(language, [b for _, b in own_pairs], {*by_synset, *places})
    direct, through = [], []
    for a, b in own_pairs:
        own = split(b)
        through.append((own, base_forms(key(a, "en").split(), english), 1.0))
        if a in chinese_of:
            direct.append((own, chinese_words(chinese_of[a]), 1.0))
    pivot: Table = {}
    for word, options in aligned(through).items():
        found: Counter[str] = Counter()
        for base, share in options.items():
            for chinese, probability in top(english.get(base, {})):
                found[chinese] += share * probability
        pivot[word] = dict(found)
    return mixed({"places": places, "synsets": by_synset, "aligned": aligned(direct), "pivot": pivot})


def synset_table(language: str, wordnet: Iterable[Mapping[str, list[str]]], english: Table) -> Table:
    """Lemma → Chinese lemmas of its synsets; a synset without any goes through its English lemmas."""
    table: Table = defaultdict(lambda: defaultdict(float))
    for synset in wordnet:
        if language not in synset:
            continue
        options: Counter[str] = Counter()
        if "zh" in synset:
            for rank, chinese in enumerate(synset["zh"]):
                options[chinese] += _RANK**rank * common(chinese)
        elif language != "en":
            lemmas_en = [key(lemma, "en") for lemma in synset.get("en", ())]
            for lemma in lemmas_en:
                for chinese, probability in top(english.get(lemma, {})):
                    options[chinese] += 0.3 * probability / len(lemmas_en)
        total = sum(options.values())
        for lemma in synset[language]:
            for chinese, share in options.items():
                table[key(lemma, language)][chinese] += share / total
    return table


def common(chinese: str) -> float:
    """How readily a Chinese word is used, of what mean the same."""
    bits = min(rarity(chinese), _RAREST)
    return math.exp(-_FREQUENCY * bits)


def aligned(texts: list[tuple[list[str], list[str], float]]) -> Table:
    """Word → words it goes with; those seen seldom are believed less."""
    return {
        word: {other: belief * count / (count + DOUBT) for other, (belief, count) in options.items()}
        for word, options in translations(texts).items()
    }


def chinese_words(text: str) -> list[str]:
    """The words of a Chinese text that may be translations."""
    return [word for word in words(fold(text)) if word.isalnum() and not word.isascii()]


def base_forms(found: list[str], known: Iterable[str]) -> list[str]:
    """English words in the form the dictionary has them."""
    return [next((base for base in (*lemmas(word), word) if base in known), word) for word in found]


def mixed(sources: Mapping[str, Mapping[str, Options]]) -> Table:
    """One distribution for each key out of those of the sources; what alignment believes is less than certain."""
    table: Table = defaultdict(lambda: defaultdict(float))
    belief: dict[str, float] = defaultdict(float)
    for name, source in sources.items():
        for phrase, options in source.items():
            total = max(sum(options.values()), 1e-9)
            # An alignment's own doubt stays.
            certain = min(total, 1.0) if name in ("aligned", "pivot") else 1.0
            belief[phrase] = 1 - (1 - belief[phrase]) * (1 - certain)
            for chinese, share in options.items():
                table[phrase][chinese] += WEIGHTS[name] * certain * share / total
    found = {}
    for phrase, options in table.items():
        scale = belief[phrase] / max(sum(options.values()), 1e-9)
        if phrase:
            found[phrase] = {chinese: share * scale for chinese, share in options.items()}
    return found


def top(options: Options) -> list[tuple[str, float]]:
    """The best alternatives."""
    return sorted(options.items(), key=lambda o: (-o[1], o[0]))[:MOST]


def finished(language: str, table: Table) -> Table:
    """The table as it is written: best alternatives only, stop words without any, stems of words added."""
    done: Table = {}
    for phrase, options in table.items():
        best = top(options)
        if not best or sum(share for _, share in best) < FAINT:
            continue
        done[phrase] = {word: share for word, share in best if share >= LEAST * best[0][1]}
    for word in STOPWORDS[language].split():
        done[normal(word, language)] = {}
    return done


if __name__ == "__main__":
    main()
