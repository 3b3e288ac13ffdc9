"""The fields of ready articles under the names that people give them, in JSONL, CSV, and the front matter of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..page.bylines import parse_byline
from ..types import Record
from .markup import blocks, parse_html

# For each field its names, compared without case, spaces, hyphens and underscores; earlier ones win.
_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "_id", "docid", "articleid", "newsid", "uuid", "guid", "编号", "文章编号", "新闻编号", "序号"),
    "title": ("title", "标题", "headline", "题目", "题名", "文章标题", "新闻标题", "主标题", "標題", "題目"),
    "text": ("text", "正文", "content", "内容", "body", "articlebody", "article", "全文", "fulltext", "正文内容", "文章内容",
             "新闻内容", "文章正文", "文本", "內容", "內文"),
    "date": ("date", "日期", "发布日期", "见报日期", "出版日期", "发表日期", "发布时间", "发表时间", "时间", "publishdate",
             "publisheddate", "publishedat", "publishtime", "publicationdate", "published", "pubdate", "pubtime",
             "datepublished", "datetime", "time", "發布日期", "時間"),
    "byline": ("byline", "author", "作者", "authors", "记者", "署名", "reporter", "writer", "creator", "記者"),
    "page": ("page", "版面", "版次", "版号", "版", "pageno", "pagenumber", "folio"),
    "url": ("url", "link", "链接", "网址", "原文链接", "href", "uri", "sourceurl", "permalink", "連結", "網址"),
}  # fmt: skip
EXPECTED = "text (or 正文, 内容, content) and, if known, id, title, date, byline, page, url"
_PLACES = {name: (field, place) for field, names in _NAMES.items() for place, name in enumerate(names)}
_KEY = re.compile(r"[\s_\-]+")
_SEVERAL = re.compile(r"[、,，;；/|｜&\n\t]+")
_LABEL = re.compile(r"\s*(?:作者|记者|文|撰文|by)\s*[:：]\s*", re.IGNORECASE)
_MARKUP = re.compile(r"<br\s{0,4}/?>|</?p>|<p\s|</(?:div|span|strong|em|a|li)>", re.IGNORECASE)
_BREAKS = re.compile("[\r\n\u2028\u2029\x0b\x0c\x85]+")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]+")
_LONE = re.compile("[\ud800-\udfff]")
_FOLIO = re.compile(r"[0-9]{1,4}")
_NUMERALS = "〇一二三四五六七八九十"
_FOLIO_ZH = re.compile("([二三四五六七八九]?)(十?)([一二三四五六七八九]?)版")
_LONGEST = 200  # characters of a byline that is taken apart
_LONGEST_NAME = 60
_LONGEST_VALUE = 2000  # characters of any other field but the text


def field_of(name: object) -> str | None:
    """The field that a column or key of this name holds: "text" for "正文"."""
    place = _PLACES.get(_key(name))
    return place[0] if place else None


def known_fields(record: Mapping[str, object]) -> dict[str, object]:
    """The record's values by field; of several names for one field the more usual, if it has a value."""
    found: dict[str, tuple[int, object]] = {}
    for name, value in record.items():
        field, place = _PLACES.get(_key(name), ("", 0))
        if field and not _blank(value) and (field not in found or place < found[field][0]):
            found[field] = (place, value)
    return {field: value for field, (_, value) in found.items()}


def one_record(fields: Mapping[str, object]) -> Record:
    """What the fields, by any of their names, say of the article beside its text."""
    known = known_fields(fields)
    return Record(
        id=one_line(known.get("id"))[:_LONGEST_VALUE] or None,
        title=one_line(known.get("title"))[:_LONGEST_VALUE].rstrip(),
        date=one_line(known.get("date"))[:_LONGEST_VALUE] or None,
        byline=_names(known.get("byline")),
        url=one_line(known.get("url"))[:_LONGEST_VALUE] or None,
    )


def paragraphs(value: object) -> list[str] | None:
    """The paragraphs of a text, or of a list of them, without blank ones; None if it is neither."""
    if isinstance(value, list) and all(isinstance(piece, str) for piece in value):
        value = "\n".join(value)
    if not isinstance(value, str):
        return None
    if _MARKUP.search(value):
        root = parse_html(value)
        return [] if root is None else [sound(block.text).replace("\n", " ") for block in blocks(root)]
    return [piece for line in _BREAKS.split(sound(value)) if (piece := line.strip(" \t\u3000\xa0\ufeff\u200b"))]


def folio(value: object) -> int | None:
    """The paper's own page number: 3 for "A03", "第三版" or "3版：要闻"."""
    text = one_line(value)
    digits = _FOLIO.search(text)
    if digits:
        return int(digits[0]) or None
    written = next((match for match in _FOLIO_ZH.finditer(text[:_LONGEST]) if len(match[0]) > 1), None)
    if written is None:
        return None
    tens, ten, ones = written.groups()
    if not ten:
        return _NUMERALS.index(ones or tens)
    return 10 * (_NUMERALS.index(tens) if tens else 1) + (_NUMERALS.index(ones) if ones else 0)


def one_line(value: object) -> str:
    """A text or number on one line; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(sound(str(value) if isinstance(value, str) or abs(value) < 1 << 64 else "").split())


def sound(text: str) -> str:
    """The text without control characters; half a surrogate pair becomes U+FFFD."""
    return _LONE.sub("\ufffd", _CONTROLS.sub("", text))


def _names(value: object) -> tuple[str, ...]:
    pieces: Iterable[object] = value if isinstance(value, list) else (value,)
    found: list[str] = []
    for piece in pieces:
        if isinstance(piece, dict):
            piece = piece.get("name")  # as in schema.org's Person
        text = one_line(piece)
        text = text[match.end() :] if (match := _LABEL.match(text)) else text
        byline = parse_byline(text, bare=True)
        found += (
            byline.names if byline else [name for part in _SEVERAL.split(text[:_LONGEST]) if (name := part.strip())]
        )
    return tuple(dict.fromkeys(found))


def _key(name: object) -> str:
    return _short_key(name) if isinstance(name, str) and len(name) < _LONGEST_NAME else ""


@lru_cache(1024)
def _short_key(name: str) -> str:
    return _KEY.sub("", name).strip("\ufeff").lower()


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == []
