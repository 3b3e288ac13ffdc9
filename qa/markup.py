"""Text as markup: escaping, our words in both languages, places and dates.

The one place where text is escaped. Whatever comes from a question or a source goes through `esc`; nothing is ever
read as HTML, Markdown or LaTeX.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from index import Article
from qa.words import KINDS, REASONS, WORDS

ASSETS = Path(__file__).parent / "assets"
ORIGINS = frozenset({"stated", "from dateline", "from file name", "from neighbours", "unknown"})


def asset(name: str) -> str:
    """The text of a file in `qa/assets/`: styles and scripts of the page."""
    return (ASSETS / name).read_text(encoding="utf-8")


def esc(text: object) -> str:
    """Text as HTML that shows exactly that text."""
    return escape(str(text), quote=True)


def say(key: str, **values: object) -> str:
    """Words of ours in both languages; values are escaped."""
    chinese, english = (words.format(**{name: esc(value) for name, value in values.items()}) for words in WORDS[key])
    return f'<span class="zh" lang="zh">{chinese}</span><span class="en" lang="en">{english}</span>'


def reason_words(reason: str) -> str:
    """Why a file was not read, in both languages where the Chinese is known."""
    chinese = next((words for part, words in REASONS.items() if part in reason), None)
    if chinese is None:
        return esc(reason)
    return f'<span class="zh" lang="zh">{esc(chinese)}</span><span class="en" lang="en">{esc(reason)}</span>'


def problem_words(error: object) -> str:
    """What went wrong; of a message in both languages ("English · 中文") each in its own."""
    english, dot, chinese = str(error).rpartition(" · ")
    if not dot or chinese.isascii():
        return esc(error)
    return f'<span class="zh" lang="zh">{esc(chinese)}</span><span class="en" lang="en">{esc(english)}</span>'


def lines_words(lines: tuple[int, int]) -> str:
    """`第 59–61 行`."""
    first, last = lines
    return say("line", first=first) if first == last else say("lines", first=first, last=last)


def place_words(source: str, page: int, lines: tuple[int, int]) -> str:
    """A file, the page in it where it is not the first, and the lines."""
    on = say("page", page=page) if page > 1 else ""
    return dotted([f'<span class="wb-file">{esc(source)}</span>', on, lines_words(lines)])


def size_words(size: int) -> str:
    """A file size as people read it: `7.1 KB`."""
    value = float(size)
    for unit in ("B", "KB", "MB"):
        if value < 1024:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GB"


def byline_words(names: Sequence[str]) -> str:
    """`记者 李涛`; a name that is a post already ("本报评论员") stands by itself."""
    joined = " ".join(names)
    if not joined or all(name.endswith("员") for name in names):
        return esc(joined)
    return say("by", names=joined)


def date_words(value: str | None, origin: str | None) -> str:
    """A date and how it is known; empty without a date."""
    if not value:
        return ""
    known = say(origin) if origin in ORIGINS else esc(f"（{origin}）" if origin else "")
    note = f'<small class="wb-origin">{known}</small>' if known else ""
    return f'<time class="wb-date">{esc(value)}</time>{note}'


def dotted(parts: Iterable[str]) -> str:
    """Pieces of markup with dots between them; empty ones are left out."""
    return '<span class="wb-dot" aria-hidden="true"> · </span>'.join(part for part in parts if part)


def message(key: str, **values: object) -> str:
    """A line for a person, in a box that a screen reader announces."""
    return f'<p class="wb-note" role="status">{say(key, **values)}</p>'


def lead(article: Article, length: int = 36) -> str:
    """The beginning of an article that has no headline."""
    text = article.text.split("\n", 1)[0].removeprefix("本报讯").lstrip()
    return text if len(text) <= length else text[:length] + "…"


def article_meta(article: Article) -> str:
    """Byline, date and its origin, kind, and where the article continues."""
    date = article.date
    return dotted(
        [
            byline_words(article.byline),
            date_words(date.value, date.origin) if date else "",
            say(article.kind) if article.kind in KINDS else esc(article.kind),
            _jump("continued_from", article.continued_from_page, found=article.continues is not None),
            _jump("continued_to", article.continued_to_page, found=bool(article.parts)),
            say("joined") if article.continues else "",
        ]
    )


def _jump(key: str, page: int | None, *, found: bool) -> str:
    """What a jump line says, and whether the archive holds the other half."""
    if page is None:
        return ""
    return say(key, page=page) if found else say(f"{key}_missing", page=page)
