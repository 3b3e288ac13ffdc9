"""Numbers in one form: 第六十一次 and 第61次, 2,270亿 and 两千二百七十亿, 二〇二三年 and 2023年, 百分之三十 and 30%.

Everything works on folded text. A numeral counts as a number only where nothing else is likely: 一些, 十分, 三亚, 万一 and
十四五 are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_FIGURES = "零一二三四五六七八九"
_STANDARD = str.maketrans("〇○两", "零零二")
_DIGITS = {figure: value for value, figure in enumerate(_FIGURES)} | {"〇": 0, "○": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十亿": 10**9}
_SCALES |= {"百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_YEARS = range(1800, 2100)
# Longer ones are a telephone number or a key, and no text writes those in another way; and how long a number below is that
# is spelled out.
_LONGEST, _SPELLED = 15, 33

_NUMERALS = "零〇○一二两三四五六七八九十百千万亿"
# Before these a single numeral is a number. 一 only as a month or a day: "一个" and "一次" hardly ever count.
_COUNTER = "[年天周岁届次期个人名位家项条件倍吨亩户辆台座所场篇部集版种类代级层栋艘架套张份本册支批章节轮元块米里度秒月日号]|分钟|小时"
# What may follow a number without being its unit: how exact it is, or how the sentence goes on.
_NO_UNIT = "余多几来至到和与及或的是以为在从比由将被了也都又并等左右上下"
_UNIT = f"(?![{_NO_UNIT}])(?:千[米克瓦]|平方|[\u3400-\u9fff])"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True)) + "(?![米克瓦卡帕焦分])"
_ARABIC = rf"(?<![a-z0-9])(?<![0-9][.,])[0-9]{{1,{_LONGEST}}}+(?:,[0-9]{{3}}){{0,5}}+(?:\.[0-9]{{1,{_LONGEST}}}+)?(?![a-z0-9%]|[.,][0-9])"
_CHINESE = (
    rf"(?<![几数{_NUMERALS}])(?:[二两三四五六七八九十](?={_COUNTER})|十(?=[余多](?:{_COUNTER}))|一(?=[月日号])"
    rf"|(?![百千万亿])(?:[{_NUMERALS}]{{1,{_SPELLED}}}+点[{_NUMERALS[:13]}]{{1,{_LONGEST}}}+(?![几分刻十百千])"
    rf"|[{_NUMERALS}]{{2,{_SPELLED}}}+(?![几{_NUMERALS}]))|(?(lead)[一二三四五六七八九十百](?![几{_NUMERALS}])|(?!)))"
)
_DAY = r"(?<![0-9.])((?:19|20)[0-9]{2})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12][0-9]|3[01])(?![0-9]|[-/.][0-9])"
_NUMBER = rf"(?P<lead>第|[百千]分之)?(?:({_ARABIC})|({_CHINESE}))(?:[余多]?(?: ?({_SCALE})))?(?:[余多]? ?({_UNIT}))?"
# Goes from one character that a number may begin with to the next, so that all are found in one go.
_BEGIN = f"0-9第{_NUMERALS}"
_NUMBERS = re.compile(f"([^{_BEGIN}]*+)(?:{_DAY}|{_NUMBER}|[{_BEGIN}]|$)")

_PART = re.compile(rf"(第?)([0-9]{{1,{_LONGEST}}})(\.[0-9]+)?([%‰]|[\u3400-\u9fff]{{0,2}})")


def number_terms(folded: str) -> list[str]:
    """What the numbers of folded text are found by, beside what stands there: each with the character or two that follow it
    as its unit ("第61次"), the value of one written in another way ("61"), and month and day together ("7月21日")."""
    found: list[str] = []
    month = ""
    for gap, year, of_year, of_month, lead, arabic, chinese, scale, unit in _NUMBERS.findall(folded):
        if not arabic and not chinese:
            month = ""
            if year:
                found += f"{year}年", *_day(str(int(of_year)), str(int(of_month)))
            continue
        value = _value(arabic, chinese, scale)
        if value is None:
            month = ""
            continue
        if len(lead) > 1:
            lead, unit = "", "%" if lead[0] == "百" else "‰"
        elif value != arabic and len(arabic or chinese) > 1:
            found.append(value)
        if month and unit in ("日", "号") and gap in ("", " "):
            found += _day(month, value)[1:]
        elif unit:
            found.append(f"{lead}{value}{unit}")
        month = value if unit == "月" else ""
    return found


def _day(month: str, day: str) -> tuple[str, str, str]:
    return f"{month}月", f"{day}日", f"{month}月{day}日"


def notations(term: str) -> tuple[str, ...]:
    """How a term of `number_terms` may stand in folded text, its own form first; any other term stands as it is."""
    parts = [_PART.fullmatch(part) for part in re.split("(?<=月)", term) if part]
    if not parts or None in parts:
        return (term,)
    written = [list(_written(*match.groups(""))) for match in parts if match is not None]
    # Month and day are both in figures or both spelled out.
    joined = dict.fromkeys(map("".join, zip(*written, strict=False))) if len(written) > 1 else dict.fromkeys(written[0])
    return tuple({term: None} | joined)


def _written(lead: str, whole: str, fraction: str, unit: str) -> Iterator[str]:
    number = int(whole)
    out = f"{spelled(number)}{'点' * bool(fraction)}{''.join(_FIGURES[int(digit)] for digit in fraction[1:])}"
    colloquial = re.sub("^二(?=[千万亿]|$)", "两", out)
    percent = {"%": "百分之", "‰": "千分之"}.get(unit)
    if percent:
        yield from (f"{whole}{fraction}{unit}", f"{percent}{out}", f"{percent}{whole}{fraction}")
        return
    yield f"{lead}{whole}{fraction}{unit}"
    if lead or unit or len(out) > 1:
        yield from (f"{lead}{out}{unit}", f"{lead}{colloquial}{unit}")
    if unit == "年" and number in _YEARS and not lead:
        figures = "".join(_FIGURES[int(digit)] for digit in whole)
        yield from (f"{figures}年", f"{figures.replace('零', '〇')}年")
    for scale in ("", "万", "亿")[bool(fraction) :]:
        value = Decimal(f"{whole}{fraction}") / _SCALES.get(scale, 1)
        if value >= 1 and value == round(value, 2):
            plain = format(value.normalize(), "f")
            yield f"{lead}{plain}{scale}{unit}"
            if value >= 1000:
                yield f"{lead}{value.normalize():,f}{scale}{unit}"


def _value(arabic: str, chinese: str, scale: str) -> str | None:
    """The decimal form, or None if the numeral is none."""
    if arabic and not scale:
        return arabic.replace(",", "").lstrip("0") or "0"
    number = Decimal(arabic.replace(",", "")) if arabic else chinese_number(chinese)
    if number is None:
        return None
    text = format(number * _SCALES[scale] if scale else number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def chinese_number(text: str) -> Decimal | None:
    """The number that a Chinese numeral means: 二千零二十三, 三点五, 二〇二三 (a year, or figures with a zero); None if it
    is no well-formed one, such as 三四, 十四五 or 三百五."""
    whole, point, fraction = text.partition("点")
    number = _whole(whole)
    if number is None and not point:
        number = _figures(whole)
    if number is None or (point and not all(char in _DIGITS for char in fraction)):
        return None
    return Decimal(f"{number}.{''.join(str(_DIGITS[char]) for char in fraction)}") if point else Decimal(number)


def _figures(text: str) -> int | None:
    """A numeral written figure by figure."""
    if len(text) < 3 or not all(char in _DIGITS for char in text):
        return None
    number = int("".join(str(_DIGITS[char]) for char in text))
    return number if "零" in text.translate(_STANDARD) or (len(text) == 4 and number in _YEARS) else None


def _whole(text: str) -> int | None:
    """A numeral with places, if it is what its number is written as."""
    high = myriads = section = digit = 0
    for char in text:
        if char in _PLACES:
            section, digit = section + (digit or 1) * _PLACES[char], 0
        elif char in _DIGITS:
            digit = _DIGITS[char]
        else:
            section, digit = section + digit, 0
            if char == "万":
                myriads, section = section * 10**4, 0
            else:
                high, myriads, section = (high + myriads + section) * 10**8, 0, 0
    total = high + myriads + section + digit
    return total if spelled(total) == text.translate(_STANDARD).removeprefix("一" * text.startswith("一十")) else None


def spelled(number: int) -> str:
    """A natural number below 10^16 as it is written in Chinese: 10103 is 一万零一百零三."""
    text = _spelled(number)
    return text.removeprefix("一") if text.startswith("一十") else text


def _spelled(number: int) -> str:
    for worth, place in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= worth:
            head, rest = divmod(number, worth)
            gap = "零" if 0 < rest * 10 < worth else ""
            return f"{_spelled(head)}{place}{gap}{_spelled(rest) if rest else ''}"
    return _FIGURES[number]
