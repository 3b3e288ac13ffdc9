"""How a paper looks and how its pages are extracted: drawn once per paper and kept over its issues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import pages_words as words
from opencc import OpenCC

HALF_ALL = str.maketrans("，：；（）？！", ",:;()?!")
HALF_COMMA = str.maketrans("，（）", ",()")
INDENTS = {
    "ideographic": ("　　",),
    "mixed": ("　　", " 　", " 　　", "　 ", " ", "　　", "　　"),
    "em": ("  ", "　　", "  "),
    "ascii": ("    ", "  "),
    "none": ("",),
}
PLACES = {"before": 5, "after": 2, "gathered": 1.2, "split": 0.7, "none": 0.9}
SCHEMES = {
    "{slug}/{y}{m:02d}{d:02d}_{p:02d}": 4,
    "{slug}/{y}-{m:02d}/{d:02d}/{p:02d}": 3,
    "{slug}/{y}-{m:02d}-{d:02d}/第{p:02d}版": 1,
    "{slug}-{y}{m:02d}{d:02d}-A{p:02d}": 1,
    "{paper}{y}年{m}月{d}日{p:02d}版": 1,
    "{slug}/issue-{serial:04d}/page-{p:02d}": 2,
    "{serial:03d}-{p}_{digest}": 2,
}


@dataclass(frozen=True)
class Style:
    """One paper. `width` is in full-width characters (0: a paragraph is one line); `*_rate` are shares of 1."""

    name: str
    slug: str
    evening: bool
    width: int
    widths_vary: bool
    place: str
    indent: str
    column: int
    blank_rate: float
    gap_rate: float
    spaced_headline_rate: float
    headline_width: int
    own_line: tuple[str, ...]
    byline_modes: tuple[float, float, float, float, float]
    number_form: str
    jump: str
    jump_own_line: bool
    date_line: str
    date_form: int
    folio: str
    header: str
    editors: int
    half: str
    script: str
    encoding: str
    newline: str
    scheme: str
    dropped_rate: float
    double_rate: float
    break_latin: bool

    @property
    def dated_name(self) -> bool:
        return "{y}" in self.scheme

    @property
    def grouped_name(self) -> bool:
        """Whether the file's name shows which issue a page belongs to."""
        return self.dated_name or "issue-" in self.scheme

    @property
    def numbered_name(self) -> bool:
        return "digest" not in self.scheme

    def dress(self) -> Callable[[str], str]:
        """What turns text into this paper's script and punctuation."""
        table = {"none": {}, "comma": HALF_COMMA, "all": HALF_ALL}[self.half]
        if self.script == "hans":
            return lambda text: text.translate(table)
        convert = OpenCC("s2t").convert
        return lambda text: convert(text).translate(table)


def draw_style(rng: Random) -> Style:
    """A paper in realistic proportions: most are plain, each has a few oddities."""

    def chance(share: float) -> bool:
        return rng.random() < share

    traditional = chance(0.08)
    encoding = rng.choices(["utf-8", "utf-8-sig", "gb18030", "utf-16"], [60, 10, 24, 6])[0]
    if traditional:
        encoding = rng.choice(["big5", "big5", "utf-8", "utf-16"])
    city = rng.choice(words.CITIES)
    return Style(
        name=city + rng.choice(words.PAPERS),
        slug="".join(rng.choices("abcdefghijklmnoprstuwxyz", k=4)) + rng.choice(["rb", "wb", "sb", "news"]),
        evening=chance(0.5),
        width=0 if chance(0.12) else rng.randint(12, 26),
        widths_vary=chance(0.25),
        place=words.weighted(rng, PLACES),
        indent=rng.choices(list(INDENTS), [55, 20, 8, 7, 10])[0],
        column=rng.randint(14, 46),
        blank_rate=rng.choice([0, 0.3, 0.7, 0.95]),
        gap_rate=rng.choice([0, 0.5, 0.8, 0.95, 1, 1]),
        spaced_headline_rate=rng.choice([0, 0, 0, 0.1, 0.5]),
        headline_width=rng.randint(8, 22),
        own_line=tuple(words.weighted(rng, words.OWN_LINE) for _ in range(3)),
        byline_modes=rng.choice(
            [(8, 1, 0.3, 0.2, 1), (1, 8, 0.5, 0.2, 1.5), (3, 3, 1, 0.3, 2), (1, 2, 6, 1, 1), (5, 3, 0, 0, 0.3)]
        ),
        number_form=rng.choices(["chinese", "digit", "padded", "letter"], [5, 5, 1.5, 1.5])[0],
        jump=words.weighted(rng, words.JUMP_TO),
        jump_own_line=chance(0.12),
        date_line=rng.choices(["all", "front", "none"], [6, 2, 2])[0],
        date_form=rng.randrange(7),
        folio=rng.choices(["line", "with topic", "none"], [5, 3, 2])[0],
        header=rng.choices(["top", "bottom", "none"], [6, 2, 2])[0],
        editors=rng.randrange(6),
        half=rng.choices(["none", "comma", "all"], [85, 10, 5])[0],
        script="hant" if traditional else "hans",
        encoding=encoding,
        newline=rng.choices(["\n", "\r\n", "\r"], [80, 19, 1])[0],
        scheme=words.weighted(rng, SCHEMES),
        dropped_rate=rng.choices([0, 0.001, 0.005], [80, 14, 6])[0],
        double_rate=rng.choices([0, 0.002, 0.01], [70, 20, 10])[0],
        break_latin=chance(0.5),
    )


def of_page(style: Style, rng: Random) -> Style:
    """The paper's style on one page: now and then a page is made up otherwise."""
    if rng.random() < 0.15:
        style = replace(style, place=words.weighted(rng, PLACES))
    if rng.random() < 0.1:
        style = replace(style, indent=rng.choice(list(INDENTS)))
    return style
