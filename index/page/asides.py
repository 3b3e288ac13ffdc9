"""What stands between a page's articles and has a kind of its own: captions (图片说明), advertisements and digests (导读).

Each is a run of rows that begins with a sign of its kind; how far it goes is told by its own marks and by blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from .furniture import DIGEST, PAGE_FIRST, PAGE_LAST, PAGE_REFERENCE, is_dateline
from .lines import Row

# Rows that a caption, an advertisement, and the space between two page numbers of one digest take at most.
_CAPTION, _ADVERTISEMENT, _DIGEST = 8, 14, 8
# "图为…", "图①：…", "▲…": what begins a caption. A triangle before a page number points, and is none.
_SHOWS = re.compile(
    "[▲△▼▽◀◄▶►←→↑↓■●] ?(?:[上下左右题本]?图)|(?:[上下左右题本如]图|大图|小图|图片说明|图说|资料图)[^书]|图(?:为|[①-⑳0-9一二三四五六七八九十]{1,2}[：、 ]|[：/])"
    "|[▲△▼▽◀◄←→↑↓](?! ?(?:更多|相关|详|请|见|下转|上接|第|本报|记者|特约|通讯员))"
)
_CREDIT = re.compile("(?:摄|摄影|供图|制图|资料图片?|资料照片|/图|·图)[）］】。 ]{0,3}$")
_AROUND, _LAST = "）］】。 ", tuple("摄影图片")
_TITLE = re.compile(
    "[【〔《◆■●★▶ ]{0,2}(?:(?!特此)[^，。！？、：]{0,8}(?:公告|启事|声明|通告|招租|出租|转让|招聘|诚聘|出售|求购|招商|拍卖|征婚|讣告)|(?:公益|分类)?广告|分类信息|便民信息|信息窗)[】〕》◆■●★◀ ]{0,2}$"
)
_PHONE = r"(?:(?:电 ?话|热 ?线|手 ?机|传 ?真|咨询|联系人|地 ?址|微信|邮箱|网址)[：]|(?<![0-9])(?:1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}|[48]00-?[0-9]{3}-?[0-9]{4})(?![0-9]))"
_TRADE = "声明作废|遗失|特此(?:公告|声明|通告|通知|启事)|面议|欢迎(?:新老|广大)?(?:客户|顾客|选购|光临|惠顾|订购|来电)|见报之日|债权|竞买|加盟|优惠|特价|促销|热销|月薪|包食宿|免费送|购房|开盘|沿街|旺铺|商铺"
_CLOSING = re.compile("特此(?:公告|声明|通告|通知|启事)")
_DIALLED = re.compile("[0-9]{3}[0-9-]{4}")
_LONGEST = 16  # characters of a title
_SOLD = re.compile(f"{_PHONE}|{_TRADE}")


def is_title(text: str) -> bool:
    """Whether the line is the title of a digest or an advertisement: "今日导读", "招租"."""
    return (DIGEST.match(text) or _TITLE.match(text)) is not None


def run_end(rows: Sequence[Row], start: int) -> int:
    """Where the rows end that have one role by the file's own word; a new picture begins a new caption."""
    end = start + 1
    while end < len(rows) and rows[end].line.role == rows[start].line.role and not rows[end].blank_before:
        if rows[start].line.role == "caption" and rows[end - 1].terminal and _SHOWS.match(rows[end].text):
            break
        end += 1
    return end


def caption_end(rows: Sequence[Row], start: int) -> int:
    """Where the caption that begins at `start` ends; `start` if none does."""
    shown = _SHOWS.match(rows[start].text) is not None
    if not shown and not rows[start].blank_before:
        return start
    ends = start
    for index, row in enumerate(rows[start : start + _CAPTION], start):
        if index > start and (row.blank_before or (shown and _opens(row))):
            break
        if (row.byline is not None and row.byline.photo) or (
            row.text[-4:].strip(_AROUND)[-1:] in _LAST and _CREDIT.search(row.text[-24:])
        ):
            return index + 1 if shown or _set_apart(rows, start, index + 1) else start
        if shown and row.terminal and ends == start:
            ends = index + 1
    return ends


def _set_apart(rows: Sequence[Row], start: int, end: int) -> bool:
    """Whether blank lines stand around rows that open no article: without a sign a caption is only known by them."""
    if not rows[start].blank_before or (end < len(rows) and not rows[end].blank_before):
        return False
    return not any(_opens(row) for row in rows[start:end])


def advertisement_end(rows: Sequence[Row], start: int) -> int:
    """Where the advertisement that begins at `start` ends; `start` if none does.

    A title ("招租", "遗失声明") with what is for sale, or a block between blank lines with a telephone number and trade words.
    """
    titled = len(rows[start].text) <= _LONGEST and _TITLE.match(rows[start].text) is not None
    if not titled and not rows[start].blank_before:
        return start
    block = [rows[start]]
    for row in rows[start + 1 : start + _ADVERTISEMENT]:
        if row.line.role == "heading" or (row.blank_before and not (titled and len(block) == 1)):
            break
        block.append(row)
    text = "".join([row.text for row in block])
    if (_SOLD if titled else _DIALLED).search(text) is None:
        return start
    own = next((place for place, row in enumerate(block) if place and (_opens(row) or _TITLE.match(row.text))), None)
    block = block[:own]
    text = "".join(row.text for row in block)
    signs = list(_SOLD.finditer(text))
    kinds = {bool(re.match(_PHONE, sign[0])) for sign in signs}
    if not signs or (not titled and (len(kinds) < 2 or len(text) > _ADVERTISEMENT * 20)):
        return start
    # The row with the last sign is the last but for the rest of its sentence or number.
    reached = list(accumulate(len(row.text) for row in block))
    last = next(index for index, end in enumerate(reached) if end >= signs[-1].end())
    widest = max(row.width + row.indent for row in block)
    while last + 1 < len(block) and not block[last].terminal and block[last].width + block[last].indent >= widest - 2:
        last += 1
    if last + 1 < len(block) and _CLOSING.match(block[last + 1].text):
        last += 1
    return start + last + 1


def digest_end(rows: Sequence[Row], title: int) -> int:
    """Where a digest ends: after its last page number; without any, at the next blank line."""
    last, leads = title, False
    index = title + 1
    while index < len(rows) and index - last <= _DIGEST and not _opens(rows[index]):
        text = rows[index].text
        if PAGE_REFERENCE.match(text) or PAGE_FIRST.match(text) or PAGE_LAST.search(text[-16:]):
            leads = leads or (index == title + 1 and bool(PAGE_REFERENCE.match(text) or PAGE_FIRST.match(text)))
            last = index
        index += 1
    end = last + 1
    if last == title or leads:
        # Items that follow their page number, or have none, go on to the blank line.
        while end < min(len(rows), last + 1 + _DIGEST) and not _opens(rows[end]):
            if rows[end].blank_before and end > last + 1:
                break
            end += 1
    return end


def _opens(row: Row) -> bool:
    """Whether a row belongs to an article, not to what stands between articles, or begins a digest."""
    return (
        (row.byline is not None and not row.byline.photo)
        or row.from_page is not None
        or row.lead is not None
        or row.closes
        or is_dateline(row.text)
        or DIGEST.match(row.text) is not None
    )
