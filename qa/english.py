"""The frame of an answer to an English question: what was asked, and dates and amounts of the answer said in English.

The answer itself stays as the page has it; what stands in brackets is computed from it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from index import DateMention, fold, number_terms, parse_dates

_ASKED = re.compile(
    r"^(?:please\s+)?(?:(?:can|could) you\s+)?(?:tell me|show me|give me)?\s*(?:about\s+)?"
    r"(?P<asks>how (?:much|many|large|big|long|far|high|tall|old)|what|which|who|whom|whose|when|where|why|how)\b\s*",
    re.IGNORECASE,
)
_COPULA = re.compile(r"^(?:is|are|was|were|will be)\s+(?=(?:the|a|an|its|their|his|her)\b)", re.IGNORECASE)
_MONTHS = "January February March April May June July August September October November December".split()
_FRAME_LONG = 90
"""Characters. A longer question is not said again."""

_UNITS = {
    "元": "yuan", "亩": "mu", "公顷": "hectares", "公里": "km", "千米": "km", "米": "m", "吨": "tonnes", "户": "households",
    "人": "people", "名": "people", "天": "days", "小时": "hours", "平方公里": "sq km", "平方米": "sq m", "千克": "kg",
    "公斤": "kg", "美元": "US dollars", "倍": "times",
}  # fmt: skip
_AMOUNT = re.compile(
    rf"(?P<number>[\d,.〇零一二两三四五六七八九十百千万亿]+)[余多]?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
)
_HOW_EXACT = (
    (("约", "大约", "左右", "上下"), "about "),
    (("超过", "超", "逾", "余", "多", "以上"), "over "),
    (("近", "接近"), "nearly "),
    (("最高", "至多", "不超过", "以下"), "up to "),
    (("不少于", "至少"), "at least "),
)
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def is_english(text: str) -> bool:
    """Whether a question is put in English, by its first or its little words."""
    words = re.findall(r"[a-z']+", text.lower())
    little = {
        "the",
        "of",
        "is",
        "was",
        "were",
        "are",
        "did",
        "how",
        "what",
        "who",
        "when",
        "where",
        "which",
        "why",
        "does",
    }
    return len(words) > 1 and text.isascii() and any(word in little for word in words)


def frame(question: str) -> str:
    """What an English question asks for, to stand before the answer: "How much is the total investment in X?" gives
    "The total investment in X". Empty if the question is not English or long."""
    text = " ".join(question.split()).rstrip("?!. ")
    if not is_english(text) or len(text) > _FRAME_LONG:
        return ""
    asked = _ASKED.match(text)
    if asked is None:
        return text
    rest = _COPULA.sub("", text[asked.end() :], count=1)
    bare = rest != text[asked.end() :]
    if bare and asked["asks"].lower() in ("how much", "what", "which"):
        return rest[:1].upper() + rest[1:]
    return text[:1].upper() + text[1:]


def gloss(short: str) -> str:
    """A date or an amount in English ("约50亿元" → "5 billion yuan"); empty for anything else."""
    folded = fold(short)
    days = [mention for mention in parse_dates(folded) if mention.month is not None]
    if len(days) == 1 and (said := _day(days[0])):
        return said
    found = _AMOUNT.search(folded)
    if not found or days:
        return ""
    value = _value(found["number"])
    return f"{_how_exact(folded)}{value} {_UNITS[found['unit']]}" if value else ""


def _day(mention: DateMention) -> str:
    """One day, or several of one month."""
    if mention.day is None or mention.month is None:
        return ""
    last = mention.last
    if last is not None and (last.month not in (None, mention.month) or last.day is None):
        return ""
    days = f"{mention.day}–{last.day}" if last else str(mention.day)
    return f"{days} {_MONTHS[mention.month - 1]}" + (f" {mention.year}" if mention.year else "")


def _how_exact(folded: str) -> str:
    """不超过 holds 超过: the longest word that stands there says it."""
    said = [(len(word), english) for words, english in _HOW_EXACT for word in words if word in folded]
    return max(said, default=(0, ""))[1]


def _value(numeral: str) -> str:
    plain = re.sub(r"[,]", "", numeral)
    terms = [term for term in number_terms(plain + "元") if term.endswith("元")]
    try:
        number = Decimal(terms[-1].rstrip("元") if terms else plain)
    except ArithmeticError:
        return ""
    for size, name in _SCALES:
        if number >= size:
            return f"{(number / size).normalize():f} {name}"
    return f"{number.normalize():,f}"
