"""As many clauses of a sentence as a list has room for, and which of them say what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import fold
from qa.matching import Range, clauses

LEAD_SHORT = 12
"""Characters of a quote in a list: more than a date."""

LEAD_LONG = 60
"""Characters that say who, when and what."""

_NEWS = re.compile(
    "召开|举行|举办|开幕|闭幕|启动|签约|签署|揭牌|揭幕|开工|竣工|奠基|通车|开通|落户|发布|成立|印发|公布|出台|投产|投用|开放|获|当选|会见|调研|考察"
)
_DATELINE = re.compile(r"本[报台]\S{0,8}?[讯电]\s*")
_WHEN = re.compile(r"[\d年月日至今昨明天上下中午晚凌晨早近期前，,、\s]+")

_GROUND = re.compile("根据|按照|为了?(?!期)|随着|围绕|近年来|日前|据")


def excerpt(text: str, start: int, end: int, room: int, words: Sequence[str] = ()) -> Range:
    """The clauses of `text[start:end]` around the first that holds most of the folded `words`, else around the first that
    says what happened: as many as fit into `room` characters, but that one whole."""
    parts = clauses(text, start, end)
    first = last = _telling(text, parts, words)
    while first and parts[last][1] - parts[first - 1][0] <= room:
        first -= 1
    while last + 1 < len(parts) and parts[last + 1][1] - parts[first][0] <= room:
        last += 1
    return parts[first][0], parts[last][1]


def _telling(text: str, parts: Sequence[Range], words: Sequence[str]) -> int:
    if words:
        held = [sum(word in fold(text[low:high]) for word in words) for low, high in parts]
        return held.index(max(held))
    says = [_DATELINE.sub("", text[low:high]) for low, high in parts]
    says = ["" if _GROUND.match(said) else said for said in says]
    happened = next((i for i, said in enumerate(says) if _NEWS.search(said)), None)
    long = next((i for i, said in enumerate(says) if len(_WHEN.sub("", said)) >= LEAD_SHORT), 0)
    return long if happened is None else happened
