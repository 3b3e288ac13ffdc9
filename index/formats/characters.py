"""Characters as extraction gives them, mended where it is known to give another than the one on the page."""

from __future__ import annotations

import unicodedata

# Fonts often map an ideograph to the radical that looks the same. Unicode's compatibility forms cover the Kangxi radicals;
# of the supplement, these are the ones that are characters of their own.
_SUPPLEMENT = dict(
    zip(
        "⺁⺇⺌⺎⺏⺐⺒⺓⺕⺗⺛⺝⺟⺠⺢⺥⺩⺬⺮⺱⺶⺻⻁⻄⻅⻆⻉⻋⻐⻒⻓⻔⻘⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻫⻬⻭⻮⻯⻰⻳",
        "厂几小兀尣尢巳幺彐心旡月母民水爪王示竹罓羊聿虎西见角贝车钅镸长门青页风飞食饣马骨鬼鱼鸟卤麦黄斉齐歯齿竜龙龟",
        strict=True,
    )
)
_KANGXI = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
MENDED = {**_SUPPLEMENT, **_KANGXI, **_LIGATURES}


def known(char: str) -> bool:
    """Whether the character is a real one: not private, not a control, not the sign for an unknown one."""
    return char not in "\ufffd\ufffe\uffff" and unicodedata.category(char) not in ("Cc", "Co", "Cs", "Cn")
