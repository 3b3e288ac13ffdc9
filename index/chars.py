"""Characters as layout sees them: plain forms for matching patterns, what is ink, how wide it is."""

from __future__ import annotations

import re
from itertools import chain

HAN = "㐀-䶿一-鿿豈-﫿𠀀-𲎯〇"
CLOSERS = "”’」』）)】》〉〕］}\"'"
CJK_MARKS = "，。、；：？！…“”‘’「」『』（）《》〈〉【】〔〕［］—～·"
# White space, and what is invisible without being a letter: controls, zero-width marks, byte order marks.
SPACE = "\\s\x00-\x08\x0e-\x1f\x7f-\x9f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"

# The same one by one, to strip off.
_BLANKS = "".join(re.findall(f"[{SPACE}]", "".join(map(chr, (*range(0x3001), 0xFEFF)))))
_GAP = re.compile(f"[{SPACE}]+")
_SENTENCE_ENDS = frozenset("。！？!?…")
# Only the traditional characters that newspaper formulas are made of: patterns are written in simplified script.
_FORMULA = str.maketrans(
    "記報訊員評論轉緊導讀電臺攝圖見頁詳關實習約編輯華聞網軍區責對閱題時間問爲為於鏈點總發號陰曆從後兩餘萬億個歲據書張門與國際廣綜現場"
    "寫譯駐體權負週彙匯內連續統經濟會開專業務價線熱聯繫諮詢啟啓聲讓賣購遺銷註誠優學醫藝術樂環視農鄉縣設計樣傳資訪執隊館貼訂戶黨動態",
    "记报讯员评论转紧导读电台摄图见页详关实习约编辑华闻网军区责对阅题时间问为为于链点总发号阴历从后两余万亿个岁据书张门与国际广综现场"
    "写译驻体权负周汇汇内连续统经济会开专业务价线热联系咨询启启声让卖购遗销注诚优学医艺术乐环视农乡县设计样传资访执队馆贴订户党动态",
)
_WIDTHS = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_MARKS = str.maketrans("()[]:;,!?／＋－．|\t\u3000\xa0", "（）［］：；，！？/+-.｜   ")
_PLAIN = {chr(code): chr(form) for code, form in {**_FORMULA, **_WIDTHS, **_MARKS}.items()}
_OTHER_FORM = re.compile(f"[{re.escape(''.join(_PLAIN))}]")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}


def plain(text: str) -> str:
    """The same text, character for character, in the forms that patterns are written in."""
    # Most characters stay: to find those that do not takes an eighth of the time of translating all.
    return _OTHER_FORM.sub(lambda match: _PLAIN[match[0]], text)


def ink(text: str) -> tuple[int, int]:
    """Where the visible characters begin and end; `(0, 0)` if there are none."""
    bare = text.strip()
    if bare and bare[0].isprintable() and bare[-1].isprintable():
        start = len(text) - len(text.lstrip())
    else:
        bare = text.strip(_BLANKS)
        start = len(text) - len(text.lstrip(_BLANKS)) if bare else 0
    return start, start + len(bare)


def gaps(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The runs of spaces in `text[start:end]`."""
    return [match.span() for match in _GAP.finditer(text, start, end)]


def cells(text: str) -> int:
    """Width in half-width cells: one for ASCII, two for Chinese, whose characters take one and three bytes of UTF-8."""
    return (len(text) + len(text.encode("utf-8", "surrogatepass"))) // 2


def pairs(text: str) -> frozenset[int]:
    """The pairs of characters that stand together in a text, as numbers: far sooner made than strings."""
    codes = memoryview(text.encode("utf-32-le", "surrogatepass"))
    even, odd = len(text) // 2 * 8, max(0, len(text) - 1) // 2 * 8
    return frozenset(chain(codes[:even].cast("Q"), codes[4 : 4 + odd].cast("Q")))


def terminal(text: str) -> bool:
    """Whether a sentence ends with the text."""
    end = text.rstrip(CLOSERS)
    last = end[-1:]
    # "13." at a line's end is half a decimal.
    return last in _SENTENCE_ENDS or (last == "." and not end[-2:-1].isdigit())


def page_number(text: str) -> int:
    """The number of "2", "十二" or "二十": pages have at most three digits."""
    if text.isascii():
        return int(text)
    total = digit = 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[char]
    return total + digit
