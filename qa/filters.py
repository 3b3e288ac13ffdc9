"""What a reader filters by, as it is typed or chosen, becomes a `Filter`; what the archive does not know is named with what is near."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

from index import Archive, Filter, UsageError, fold
from qa.words import KINDS, WORDS

NEAR = 3
"""Names offered for one that is not known."""

LIKENESS = 0.5
"""How alike they must be, of 1: of two characters of a name one may be wrong."""

LONGEST_SAID = 100
"""Characters of what was typed that a message repeats."""

# 2023-07-01, 2023.7.1, 2023年7月1日, 2023年7月, 2023-07, 2023年, 2023, 20230701.
_DATE = re.compile(
    r"(?P<year>\d{4})(?:年?|[-./年](?P<month>\d{1,2})(?:月?|[-./月](?P<day>\d{1,2})日?)|(?P<mm>\d\d)(?P<dd>\d\d))"
)
_PAGE = re.compile(r"第?0*([1-9]\d{0,5})[版页]?")


def make_filter(
    archive: Archive,
    *,
    date_from: str | None = None,
    date_to: str | None = None,
    byline: str | None = None,
    source: str | None = None,
    page: str | None = None,
    kind: str | None = None,
) -> Filter:
    """The filter of what was typed; None and blank text stand for no restriction.

    Dates may be days, months or years; a name is found in either script; a kind is said in English or Chinese.

    :raises UsageError: if a date, number or kind is none, the dates are in the wrong order, or the archive holds neither
        the reporter nor the file, folder or pattern.
    """
    # Lone surrogates come from broken arguments of a command line; nothing further on can hold them.
    texts = [
        (text or "").strip().encode("utf-8", "backslashreplace").decode("utf-8")
        for text in (date_from, date_to, byline, source, page, kind)
    ]
    first, last, name, file, number, sort = texts
    where = Filter(
        _day(first, last=False) if first else None,
        _day(last, last=True) if last else None,
        _byline(archive, name) if name else None,
        _source(archive, file) if file else None,
        _number(number) if number else None,
        _kind(sort) if sort else None,
    )
    if where.date_from and where.date_to and where.date_from > where.date_to:
        raise UsageError(
            f"the dates: {where.date_from} is later than {where.date_to}; exchange them · 起始日期晚于截止日期，请对调"
        )
    return where


def period(where: Filter) -> str:
    """The dates of a filter as short as they can be said: `2023`, `2023-07`, `2023-07-01`, `2023-07-01 – 2023-07-15`."""
    first, last = where.date_from, where.date_to
    if first is None or last is None:
        return f"{first or ''} – {last or ''}".strip() if first or last else ""
    for length in (len("2023"), len("2023-07")):
        whole = first[:length]
        if (first, last) == (_day(whole, last=False), _day(whole, last=True)):
            return whole
    return first if first == last else f"{first} – {last}"


def _day(text: str, *, last: bool) -> str:
    """The ISO date of a day, or the first or last one of a month or year."""
    match = _DATE.fullmatch(fold(text).replace(" ", ""))
    if match:
        year = int(match["year"])
        month = int(match["month"] or match["mm"] or (12 if last else 1))
        try:
            day = int(match["day"] or match["dd"] or (monthrange(year, month)[1] if last else 1))
            return date(year, month, day).isoformat()
        except ValueError:
            pass
    raise UsageError(
        f"{_said(text)}: not a date; write it like 2023-07-01, 2023-07 or 2023 · 不是日期，请写成 2023-07-01、2023-07 或 2023"
    )


def _byline(archive: Archive, text: str) -> str:
    names = archive.bylines()
    if text in names:
        return text
    by_fold = {fold(name): name for name in reversed(names)}
    wanted = fold(text).removeprefix("记者").strip()
    if wanted in by_fold:
        return by_fold[wanted]
    near = [by_fold[name] for name in get_close_matches(wanted, by_fold, NEAR, LIKENESS)]
    raise UsageError(
        f"{_said(text)}: no reporter of this archive{_near(near)} · 资料库里没有这位记者{_near(near, '，相近的有')}"
    )


def _source(archive: Archive, text: str) -> str:
    found = archive.select(Filter(source=text))
    if found is not None and len(found):
        return text
    names = [source.source for source in archive.sources()]
    folder = text.rstrip("/") + "/"
    if any(name == text or name.startswith(folder) or fnmatchcase(name, text) for name in names):
        return text  # there, and without a passage of its own
    wanted = text.casefold()
    inside = [name for name in names if wanted in name.casefold()]
    near = (inside or get_close_matches(text, names, NEAR, LIKENESS))[:NEAR]
    raise UsageError(
        f"{_said(text)}: no file, folder or pattern of this archive{_near(near)}"
        f" · 资料库里没有这个文件、文件夹或通配{_near(near, '，相近的有')}"
    )


def _number(text: str) -> int:
    match = _PAGE.fullmatch(fold(text).replace(" ", ""))
    if match is None:
        raise UsageError(f"{_said(text)}: not the number of a page; write it like 3 · 不是版次，请写成 3")
    return int(match[1])


def _kind(text: str) -> str:
    by_word = {fold(word): kind for kind in KINDS for word in (kind, *WORDS[kind])}
    wanted = fold(text)
    if wanted in by_word:
        return by_word[wanted]
    near = dict.fromkeys(by_word[word] for word in get_close_matches(wanted, by_word, NEAR, LIKENESS))
    raise UsageError(
        f"{_said(text)}: no kind of article{_near(near)}; there are {', '.join(KINDS)}"
        f" · 没有这种类别，有 {'、'.join(WORDS[kind][0] for kind in KINDS)}"
    )


def _said(text: str) -> str:
    """What was typed, on one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SAID else line[:LONGEST_SAID] + "……"


def _near(names: Iterable[str], lead: str = "; near it") -> str:
    listed = "、".join(names) if "，" in lead else ", ".join(names)
    return f"{lead} {listed}" if listed else ""
