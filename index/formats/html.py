"""Web pages: the article without the page around it, its title, date and authors; several articles are several pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SourceError
from ..types import Line, Page, Record
from .article import articles, notice
from .fields import one_record
from .markup import Block, clean, parse_html, tag_of
from .text import decode, load

if TYPE_CHECKING:
    from lxml.etree import _Element

_LIMIT = 16 << 20
_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
# What pages call the title, the date and the author of their article, most trustworthy first.
_META = {
    "title": ("og:title", "twitter:title", "articletitle", "headline", "dc.title"),
    "date": ("article:published_time", "datepublished", "publishdate", "pubdate", "og:published_time", "dc.date.issued",
             "publish_time", "publication_date", "dc.date", "date", "og:release_date", "parsely-pub-date"),
    "byline": ("article:author", "author", "contentsource_author", "dc.creator"),
    "url": ("og:url",),
}  # fmt: skip
_SITE = re.compile(r"\s*(?:[_|｜]|--+|——|\s[-–—]\s).*$")
_DATE = r"(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}[-/.][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)(?:[ T]{0,2}[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
_DAY = re.compile(_DATE)
_LABELS = re.compile(
    r"(?:来源|來源|作者|编辑|責任編輯|责编|浏览|点击|阅读|发布时间|发布日期|稿源)(?:次数|数|量)?\s?[:：]|字号|字號"
)
_AUTHOR = re.compile(r"(?:作者|记者)\s?[:：]\s?([^\s:：，。|]{2,20})")
_EDITOR = re.compile(r"[（(【\[]?(?:责任编辑|責任編輯|责编|编辑|校对|审核|监制)\s?[:：]")
_CRUMBS = re.compile("[>＞»›][^>＞»›]{1,40}[>＞»›]|位置\\s?[:：]|第\\s?[0-9A-Z]{1,4}\\s?版[：:]")
# Buttons and lists of words below an article.
_TOOLS = re.compile(
    r"(?:文章|本文)?(?:关键[词字]|标签)\s?[:：]|分享到|[【\[]?(?:打印|关闭|纠错|我要(?:反馈|评论|纠错)|返回|[上下]一[篇版页])"
)
_INFO, _NEAR = 120, 4  # characters of a line of dates and sources; lines around the title where one stands
_TITLE, _TOOL = 120, 30  # characters
_SPOKEN = tuple("。！？!?”」…")


def read_html(path: Path, source: str, note: Callable[[str], None]) -> Iterator[Page]:
    """A web page as one page; as one ready article, if it tells title and date; one page each, if it marks several.

    :raises SourceError: if it is empty, too large, in no known encoding, or without text.
    :raises OSError: if it cannot be opened.
    """
    data = load(path, source, _LIMIT)
    found = _CHARSET.search(data, 0, 4096)
    text = decode(data, source, note, found[1].decode("ascii") if found else None)
    root = parse_html(text, note) if text.strip() else None
    head = _Head() if root is None else _head(root)
    parts = [] if root is None else articles(root, lambda block: _is_title(block, head))
    if not parts:
        raise SourceError(f"{source}: holds no text, or only scripts that would load it. Save the page from a browser.")
    for number, blocks in enumerate(parts, 1):
        story = _story(blocks, head if len(parts) == 1 else _Head())
        if story.lines:
            yield Page(source, number, story.lines, record=story.record)


@dataclass(frozen=True, slots=True)
class _Head:
    """What the page says of itself outside of its text; `titles` as written, with the site's name or without."""

    fields: Mapping[str, object] = field(default_factory=dict)
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Story:
    lines: tuple[Line, ...]
    record: Record | None


def _story(blocks: Sequence[Block], head: _Head) -> _Story:
    place = _title_place(blocks, head)
    title = blocks[place].text if place is not None else str(head.fields.get("title") or "")
    if not title and head.titles:
        title = _SITE.sub("", head.titles[0][:_TITLE])
    roles = [_role(block, None if place is None else number - place) for number, block in enumerate(blocks)]
    info = [
        block.text
        for block, role in zip(blocks, roles, strict=True)
        if role == "furniture" and len(block.text) <= _INFO
    ]
    told = one_record(_told(info))
    record = one_record({**head.fields, "title": title})
    record = replace(record, date=record.date or told.date, byline=max(record.byline, told.byline, key=len))
    ready = bool(title and record.date) and "body" in roles
    lines = tuple(
        Line(number, block.text, role)
        for number, (block, role) in enumerate(zip(blocks, roles, strict=True), 1)
        if not (ready and number - 1 == place)
    )
    if ready:
        return _Story(lines, record)
    if place is None and title:
        lines = (Line(1, title, "heading"), *(replace(line, number=line.number + 1) for line in lines))
    return _Story(lines, None)


def _title_place(blocks: Sequence[Block], head: _Head) -> int | None:
    """Which block is the title: the longest that the page's own title names, or its first heading."""
    named = [(len(block.text), -place) for place, block in enumerate(blocks) if _named(block, head)]
    if named:
        return -max(named)[1]
    first = next((place for place, block in enumerate(blocks) if block.role == "heading"), None)
    return first if first is not None and first <= _NEAR else None


def _named(block: Block, head: _Head) -> bool:
    return 1 < len(block.text) <= _TITLE and any(block.text in title for title in head.titles)


def _is_title(block: Block, head: _Head) -> bool:
    return _named(block, head) or (not head.titles and block.role == "heading")


def _role(block: Block, below: int | None) -> str:
    """The role of a block so many places below the title."""
    text = block.text
    if below == 0:
        return "heading"
    near = below is None or -_NEAR <= below <= _NEAR
    short = len(text) <= _INFO and block.role == "body"
    spoken = text.endswith(_SPOKEN)
    if short and near and not spoken and (_LABELS.search(text) or _CRUMBS.search(text) or _only_date(text)):
        return "furniture"
    if short and (_EDITOR.match(text) or notice(text) or (_TOOLS.match(text) and len(text) <= _TOOL and not spoken)):
        return "furniture"
    return block.role


def _only_date(text: str) -> bool:
    day = _DAY.search(text)
    return day is not None and len(text) - len(day[0]) <= (40 if ":" in day[0] else 20)


def _told(info: Sequence[str]) -> dict[str, object]:
    """Date and authors, from the lines beside the title."""
    found: dict[str, object] = {}
    for text in info:
        day, author = _DAY.search(text), _AUTHOR.search(text)
        if day is not None and not notice(text):
            found.setdefault("date", day[0])
        if author is not None:
            found.setdefault("byline", author[1])
    return found


def _head(root: _Element) -> _Head:
    meta: dict[str, str] = {}
    titles: list[str] = []
    data: dict[str, object] = {}
    for element in root.iter("meta", "title", "script", "link"):
        tag = tag_of(element)
        if tag == "title" and not titles:
            titles.append(clean(element.text or ""))
        elif tag == "meta":
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            meta.setdefault(name.lower(), element.get("content", ""))
        elif tag == "link" and element.get("rel") == "canonical":
            meta.setdefault("og:url", element.get("href", ""))
        elif tag == "script" and element.get("type", "").lower() == "application/ld+json":
            data = data or _linked_data(element.text or "")
    fields: dict[str, object] = {}
    for key, names in _META.items():
        value = next((meta[name] for name in names if meta.get(name, "").strip()), None)
        if value is not None:
            fields[key] = value
    fields = {**data, **fields}
    titles += [str(fields["title"])] if fields.get("title") else []
    return _Head(fields, tuple(title[: 2 * _TITLE] for title in titles if title))


def _linked_data(text: str) -> dict[str, object]:
    """Title, date and authors from a page's JSON-LD, if it describes an article."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, dict) and isinstance(value.get("@graph"), list):
        value = value["@graph"]
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict) and "datePublished" in entry:
            pairs = (("title", "headline"), ("date", "datePublished"), ("byline", "author"))
            return {key: entry[name] for key, name in pairs if entry.get(name)}
    return {}
