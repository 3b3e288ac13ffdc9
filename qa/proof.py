"""Whether a sentence of a model is proved by a passage it cites: nothing in it may stand nowhere, and no word may be turned round.

Without a model of its own this cannot be known; it can be made hard to be wrong. Quotes, numbers, dates and names must stand
in the passage as they are; the words must stand together in one sentence of it, mostly in the same order, beside the same
names and numbers, and denied or affirmed alike. How many true sentences that lets through and how many false ones it stops:
`training/proof.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index import Article, fold, number_terms, parse_dates, sentences, tagged
from qa.content import is_content
from qa.matching import Range, covered, unquoted
from qa.polarity import turned_round
from qa.types import Hit, Words

WINDOW = 1
"""Neighbouring sentences that may prove a sentence together. Two let through 4 more of 100 true ones, and with them 13 more of
100 that give the answer of another question to the same passage (`benchmarks/results/proof.txt`)."""

ENTAILED = 0.85
"""Least share of the sentence's words, by length, that stand in the proving one or in headline, byline and date."""

ORDERED = 0.6
"""Least share of them that come in the same order there: who did it to whom is a matter of order."""

OWN = 0.5
"""Least share that the proving sentence holds itself: a headline alone proves nothing of the sentences below it."""

LINK = 4
"""Characters between a name or number and a word beside it in the claim. With 8, twice as many sentences in which two names are
exchanged are let through."""

_NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nt", "nz")
_QUOTED = re.compile('“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|《([^《》]+)》|"([^"]+)"')
_FIGURES = re.compile(r"\d+(?:\.\d+)?%?")
_SAID = re.compile(r"第?[\d〇零一二两三四五六七八九十百千][\d.〇零一二两三四五六七八九十百千万亿]*[\u3400-\u9fff]?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_LATIN = re.compile(r"[a-z][a-z0-9.+#&-]*[a-z0-9+#]")
_NUMERALS = re.compile(r"(?<![\d.第])[二两三四五六七八九十百千万亿]+[\u3400-\u9fff]")
_SPELLED = re.compile("[二两三四五六七八九十百千万亿]")
_IDIOMS = frozenset(
    "十分 万分 千万 百姓 百般 万一 三亚 四川 万物 千家 万户 两手 五一 十一 十足 四周 四处 万里 亿元 万元".split()
)
_JOINTS = re.compile("[；;，,]|而(?!且)")


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a sentence: `hit.article.text[start:end]`, one or more whole sentences."""

    hit: Hit
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Support:
    """How far a window holds the words of a sentence, from 0 to 1 each."""

    share: float
    own: float
    order: float

    @property
    def enough(self) -> bool:
        return self.share >= ENTAILED and self.own >= OWN and self.order >= ORDERED


def squeezed(text: str) -> str:
    """Folded text without white space, in which a quotation must stand letter by letter."""
    return "".join(fold(text).split())


def plain(text: str) -> str:
    """Folded text without quotation marks and the commas of thousands, in which words and numbers are looked for."""
    return _THOUSANDS.sub("", unquoted(fold(text)))


@dataclass(frozen=True)
class Claim:
    """A sentence to be proved, without its citation marks, and what is checked of it."""

    text: str

    @cached_property
    def folded(self) -> str:
        return plain(self.text)

    @cached_property
    def quotes(self) -> list[str]:
        """What stands in quotation marks, of two characters or more."""
        found = (next(filter(None, match.groups())) for match in _QUOTED.finditer(self.text))
        return [quote for quote in found if len(squeezed(quote)) > 1]

    @cached_property
    def numbers(self) -> list[str]:
        """Numbers with their units in one form, and bare figures."""
        return list(dict.fromkeys([*number_terms(self.folded), *_FIGURES.findall(self.folded), *self._numerals]))

    @property
    def _numerals(self) -> Iterator[str]:
        """Chinese numerals that are words by themselves: 四大, 两翼."""
        for match in _NUMERALS.finditer(self.folded):
            if not number_terms(match.group()) and match.group() not in _IDIOMS:
                yield match.group()

    @cached_property
    def names(self) -> list[str]:
        """Names of persons, places, bodies and things, and words in Latin letters."""
        found = [word for word, tag in tagged(self.folded) if tag in _NAME_TAGS and len(word) > 1]
        return list(dict.fromkeys([*found, *_LATIN.findall(self.folded)]))

    @cached_property
    def words(self) -> list[str]:
        """Its content words in order."""
        return [word for word, tag in tagged(self.folded) if _counts(word, tag)]


def _counts(word: str, tag: str) -> bool:
    is_verb = len(word) > 1 and tag.startswith(("v", "d")) and word not in ("进行", "其中", "同时", "此外")
    return is_verb or is_content(word, tag)


def prove(text: str, cited: Sequence[Hit]) -> list[Proof] | Words:
    """What proves the sentence in the passages it cites, or why nothing does.

    One passage alone must prove it; where several are cited, each of its clauses may be proved by another one.
    """
    claim = Claim(text)
    if not claim.words:
        return "没有说出可以核对的内容", "says nothing that can be checked"
    reason: Words = ("", "")
    for hit in cited:
        found = _proved(claim, hit)
        if isinstance(found, Proof):
            return [found]
        reason = reason if reason[0] else found
    clauses = [part for part in _JOINTS.split(text) if Claim(part).words]
    if len(cited) > 1 and len(clauses) > 1:
        proofs = [
            next((found for hit in cited if isinstance(found := _proved(Claim(part), hit), Proof)), None)
            for part in clauses
        ]
        kept = [proof for proof in proofs if proof is not None]
        if len(kept) == len(clauses):
            return list(dict.fromkeys(kept))
    return reason


def _proved(claim: Claim, hit: Hit) -> Proof | Words:
    missing = _missing(claim, hit)
    if missing:
        return missing
    context = about(hit.article)
    best: tuple[float, int, Support, Range] | None = None
    for low, high in windows(hit):
        window = plain(hit.article.text[low:high])
        held = support(claim, window, context)
        key = (held.share + held.order + held.own, low - high)
        if (best is None or key > best[:2]) and not _elsewhere(claim, window, context, hit.article):
            best = (*key, held, (low, high))
    if best is None:
        return "数字或人名地名不在同一处", "its numbers and names do not stand together in the passage"
    *_, held, (low, high) = best
    if not held.enough:
        return "引用的段落没有这样说", "the cited passage does not say so"
    window = plain(hit.article.text[low:high])
    loose = loose_key(claim, window, context)
    if loose:
        return f"“{loose}”说的是另一件事", f"“{loose}” is said of something else"
    turned = turned_round(claim.words, claim.folded, window)
    if turned:
        return f"与原文相反：“{turned}”", f"turns the passage round: “{turned}”"
    return Proof(hit, low, high)


def _missing(claim: Claim, hit: Hit) -> Words | None:
    """What stands nowhere in the passage, its headline, byline or date."""
    whole = hit.passage.text + "\n" + about(hit.article)
    tight = squeezed(whole)
    for quote in claim.quotes:
        if squeezed(quote) not in tight:
            return f"引用的段落里没有这句引语：“{quote}”", f"the cited passage has no such quotation: “{quote}”"
    folded = plain(whole)
    facts = numbers_in(folded, hit.article)
    for number in claim.numbers:
        if number not in facts and not (_NUMERALS.match(number) and number in folded):
            said = _as_said(number, claim.folded)
            return f"引用的段落里没有这个数：“{said}”", f"the cited passage has no such number: “{said}”"
    for name in claim.names:
        if not covered(name, folded) >= 1:
            return f"引用的段落里没有这个名称：“{name}”", f"the cited passage has no such name: “{name}”"
    return None


def _as_said(number: str, folded: str) -> str:
    """A number in the form in which the text says it."""
    return next((match.group() for match in _SAID.finditer(folded) if number in number_terms(match.group())), number)


def about(article: Article) -> str:
    """What stands over an article: headline, sections, byline and date."""
    titles = [*article.headline, *(section.title for section in article.sections)]
    return plain("\n".join([*titles, *article.byline, _date(article)]))


def _date(article: Article) -> str:
    """The article's date as a page writes it: "2023年7月21日"; empty without one."""
    parts = [int(part) for part in article.date.value.split("-")] if article.date else []
    return "".join(f"{value}{unit}" for value, unit in zip(parts, "年月日"[3 - len(parts) :], strict=True))


def numbers_in(folded: str, article: Article) -> set[str]:
    """The numbers that folded text says, and the days it means by what it leaves unsaid (今天, 14日)."""
    found = {*number_terms(folded), *_FIGURES.findall(folded)}
    date = article.date
    if date is None:
        return found
    parts = [int(part) for part in date.value.split("-")]
    day, month = parts[-1], parts[-2]
    for mention in parse_dates(folded):
        if mention.unit == "day" and mention.shift == 0 and mention.day is None:
            found |= set(number_terms(f"{month}月{day}日"))
        elif mention.day is not None and mention.month is None:
            found |= set(number_terms(f"{month}月{mention.day}日"))
    return found


def windows(hit: Hit) -> list[Range]:
    """Runs of one to `WINDOW` sentences of a passage, as offsets in the article's text."""
    passage = hit.passage
    pieces = [(passage.start + low, passage.start + high) for low, high in sentences(passage.text)]
    return [
        (pieces[first][0], pieces[last][1])
        for first in range(len(pieces))
        for last in range(first, min(first + WINDOW, len(pieces)))
    ]


def support(claim: Claim, window: str, context: str) -> Support:
    """How far the window, with what stands over its article, holds the claim's words."""
    near = window + "\n" + context
    total = share = own = 0.0
    places: list[int] = []
    for word in claim.words:
        inside = covered(word, window)
        if not inside and _SPELLED.match(word):
            continue  # a number may be written in another way there, and is checked apart
        total += len(word)
        own += len(word) * inside
        share += len(word) * max(inside, covered(word, near))
        if word in window:
            places.append(_nearest(word, window, places[-1] if places else 0))
    if not total:
        return Support(0.0, 0.0, 0.0)
    return Support(share / total, own / total, _rising(places) / max(len(places), 1))


def _nearest(word: str, window: str, after: int) -> int:
    """Where a word stands next after a place, else where it stands first."""
    place = window.find(word, after)
    return place if place >= 0 else window.find(word)


def _rising(places: Sequence[int]) -> int:
    """The length of the longest run of rising numbers, others left out."""
    tails: list[int] = []
    for place in places:
        at = next((i for i, tail in enumerate(tails) if tail > place), len(tails))
        tails[at : at + 1] = [place]
    return len(tails)


def _elsewhere(claim: Claim, window: str, context: str, article: Article) -> bool:
    """Whether a name of the claim stands outside of the window and what stands over the article, or a number outside of the
    window and the article's date: the quote that is shown must hold it."""
    dated = f"{window}\n{_date(article)}"
    facts = numbers_in(dated, article)
    near = window + "\n" + context
    return any(number not in facts and number not in dated for number in claim.numbers) or any(
        covered(name, near) < 1 for name in claim.names
    )


def loose_key(claim: Claim, window: str, context: str) -> str:
    """A name or number that stands apart from the words beside it in the claim."""
    words = claim.words
    keys = {*claim.names}
    for i, word in enumerate(words):
        key = word in keys or word[0].isdigit()
        if not key or word not in window or word in context or len(words) == 1:
            continue
        before = words[i - 1] if i else ""
        after = words[i + 1] if i + 1 < len(words) else ""
        if not any(
            _beside(word, other, window, forward=forward)
            for other, forward in ((before, False), (after, True))
            if other
        ):
            return word
    return ""


def _beside(word: str, other: str, window: str, *, forward: bool) -> bool:
    """Whether `other` stands near the word on the side asked for."""
    place = window.find(word)
    while place >= 0:
        end = place + len(word)
        stretch = (
            window[end : end + LINK + len(other)] if forward else window[max(0, place - LINK - len(other)) : place]
        )
        if other in stretch:
            return True
        place = window.find(word, place + 1)
    return False
