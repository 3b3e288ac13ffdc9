"""Bylines (署名): who wrote an article, in the many forms in which papers say so.

A byline is read word for word: the line must hold nothing but a mark, offices ("本报记者", "通讯员"), names and a closing
word ("报道"). A headline that begins with the same words ("记者手记") leaves something over, and is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..chars import HAN, plain
from ..names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES

MARKS = "□■◎●○◆◇▲△▼▽★☆◉▢▣▪▫◾◽⊙◈※▶►◤◥◢◣▍▌❖✦✎✒⬛⬜◼◻"
LONGEST = 80  # characters; a list of a dozen names with their offices

_ORGAN = (
    rf"(?:本报|本台|本刊|本网|本社|我报|新华社|中新社|中新网|人民网|新华网|央视|[{HAN}]{{1,8}}?(?:日报|晚报|早报|晨报|都市报|时报|商报|快报|"
    rf"青年报|导报|周报|周刊|新报|报|新闻|网|客户端|电视台|广播电台|通讯社|社|融媒|传媒|全媒体|融媒体)(?:社)?)"
)
_ADJECTIVE = rf"(?:首席|高级|资深|见习|实习|特约|特派|全媒体|融媒体|全媒|融媒|体育|财经|经济|摄影|文字|图片|视频|深度|专题|本组|驻[{HAN}]{{1,6}}?)"
_OFFICE = (
    r"(?:记者|评论员|通讯员|撰稿人|撰稿|实习生|主笔|观察员|撰文|采写|采访|作者|编译|编辑|供稿|整理|策划|统筹|摄影|执笔)"
)
_ORGAN_ALONE = re.compile(_ORGAN)
_ROLE = re.compile(rf"(?:{_ORGAN}[/·]?){{0,3}}{_ADJECTIVE}{{0,3}}{_OFFICE}|{_ORGAN}(?:编辑部|评论部|集体采写)")
# Every role has one of these, and they are found far sooner.
_SURE_OF_ROLE = re.compile(rf"{_OFFICE}|编辑部|评论部|集体采写")
_ALONE = re.compile(rf"(?:{_ORGAN})?(?:特约|首席|高级)?(?:评论员|编辑部|评论部|观察员)$")
_ENDING = re.compile(r"(?:综合|摄影|联合|整理|现场|采访)?(?:报道|报导)$|文/图$|图/文$|摄$|撰$|执笔$")
_SINGLE = frozenset(
    ("文", "图", "摄", "撰", "文图", "图文", "摄影报道", "报道", "报导", "综合", "及", "和", "与", "摄像", "视频")
)
_SPLIT = re.compile(r"[ 、，/｜：；&＆\n]+")
_FOREIGN = re.compile(rf"[{HAN}]{{1,8}}·[{HAN}]{{1,8}}(?:·[{HAN}]{{1,8}})?$")
_CHUNK = re.compile(rf"[{HAN}]+$")
# Words that stand after "记者" in the names of columns, where a name could.
_COLUMNS = frozenset(
    ("调查", "观察", "手记", "视点", "评论", "专访", "来信", "日记", "文章", "专栏", "连线", "直击", "之家", "节", "证")
)
# Who made the page did not write the article.
_EDITORS, _AUTHORS = re.compile("编辑|责编|校对|策划|统筹"), re.compile("记者|通讯员|评论员|作者|撰|采写|编辑部")
_PHOTO = re.compile(r"(?:摄|摄影|供图|图)$")


# Whose news it is, where nobody is named: "据新华社电", "来源：央视新闻", "综合新华社、本报消息".
_AGENCIES = rf"[《“]?{_ORGAN}[》”]?(?:[、和及 ][《“]?{_ORGAN}[》”]?){{0,3}}"
_NEWS = rf"(?:消息|电讯|专电|[{HAN}]{{0,6}}(?:(?:[0-9]{{1,2}}月)?[0-9]{{1,2}}日)?电|[{HAN}]{{0,4}}讯|(?:综合)?报[道导])"
_SOURCE = re.compile(
    rf"(?:均?据{_AGENCIES}{_NEWS}?|综合{_AGENCIES}{_NEWS}|(?:来源[：]|摘自|转自|原载|转载自) ?[《“]?[{HAN}]{{2,12}}[》”]?|(?:本报)?综合(?:整理|消息)"
    rf"|{_ORGAN}(?:供稿|供图|供本报专稿|特稿|专稿))$"
)
# Where the news was written, after the names: "／新北報導", "／台北－高雄連線報導", "／綜合報導".
_PLACE = re.compile(rf"/ ?[{HAN}]{{1,10}}(?:[－—–·、-][{HAN}]{{1,10}}){{0,2}}(?P<end>报[道导]|专?电|讯|特稿)$")
# The same without a sign between: "記者張雅婷台北九日電"; nearly all names there have three characters.
_RUN_ON = re.compile(
    rf"(?P<who>(?:{_ORGAN})?(?:{_ADJECTIVE}){{0,2}}记者 ?[{HAN}]{{3}})[{HAN}]{{2,5}}?(?:[0-9一二三四五六七八九十]{{1,3}}日)?(?:报[道导]|专?电|讯)$"
)

_MARK_SET = frozenset(MARKS)
# Every office and ending has one of these, and no byline a full stop, a quotation mark or a figure: most lines of a page
# need no closer look. Where each branch begins with a letter, not a class, the search skips to these letters.
_HINT = re.compile(
    "撰|摄|稿|据|记者|讯员|论员|察员|主笔|编[辑译]|评论?部|辑论?部|编论?部|整理|策划|统筹|执笔|采[写访]|作者|来源|摘自|转自|综合|实习生|集体|报[道导]|文[/·图]|图[/·文]"
)
_HEADS = frozenset(("文 ", "图 "))
_LETTERS = re.compile(rf"[{HAN}{MARKS} 、，/｜：；&＆·－—–0-9\n-]*$")


@dataclass(frozen=True, slots=True)
class Byline:
    """Names in the order of the page. `marked` by a sign such as □; `photo` if it credits only a picture."""

    names: tuple[str, ...]
    marked: bool = False
    photo: bool = False

    @property
    def comment(self) -> bool:
        return any(_ALONE.match(plain(name)) for name in self.names)


def may_be_byline(form: str) -> bool:
    """Whether a line in plain form is worth reading as a byline; most lines of a page are not."""
    if len(form) > LONGEST:
        return False
    hinted = form[:1] in _MARK_SET or form[:2] in _HEADS or _HINT.search(form) is not None
    return hinted and _LETTERS.match(form) is not None


def parse_byline(text: str, *, bare: bool = False) -> Byline | None:
    """Read a whole line as a byline; None if anything in it is not part of one.

    `bare` allows names alone, as in "（李涛）", without a mark or an office.
    """
    if len(text) > LONGEST:
        return None
    original = text.strip()
    form = plain(original)
    if not (_LETTERS.match(form) if bare else may_be_byline(form)):
        return None
    body = form.lstrip(MARKS + " ")
    marked = body != form
    if _SOURCE.match(body):
        return Byline((), marked)
    original = original[len(form) - len(body) :]
    place = _PLACE.search(body)
    placed = place is not None and (place["end"] == "报导" or "報" in original[place.start() :])
    if place is not None and placed:
        # In simplified script "记者 李涛/王雪报道" has a name there.
        original, body = original[: place.start()], body[: place.start()]
    if _EDITORS.search(body) and not _AUTHORS.search(body):
        return None
    reader = _Reader(original, body, trusting=marked or placed or bool(_ENDING.search(body)))
    if not reader.read() or not (reader.office or marked or bare):
        return None
    if not reader.names:
        alone = body.replace(" ", "")
        return Byline((alone,), marked) if _ALONE.match(alone) else None
    strict = not reader.office or not (marked or reader.trusting or reader.organ)
    if strict and not all(_named(name) for name in reader.names):
        return None
    photo = bool(_PHOTO.search(body)) and not re.search("文|记者.{0,12}报道", body)
    return Byline(tuple(dict.fromkeys(reader.names)), marked, photo)


def lead_byline(text: str) -> tuple[Byline, bool] | None:
    """The byline that stood in brackets before the news, and whether it names the place; None if it is none."""
    form = plain(text)
    place = _PLACE.search(form)
    run_on = None if place else _RUN_ON.match(form)
    if place is not None:
        found = parse_byline(text[: place.start()])
    elif run_on is not None and (whole := parse_byline(text[: run_on.end("who")])) is not None:
        return whole, True
    else:
        # "【深度报道】" is a label.
        found = parse_byline(text) if _AUTHORS.search(form) else None
    return None if found is None else (found, place is not None)


class _Reader:
    """Takes a byline apart, word by word."""

    def __init__(self, original: str, body: str, *, trusting: bool) -> None:
        self.original, self.body, self.trusting = original, body, trusting
        self.names: list[str] = []
        self.office = self.organ = False
        self._half = ""

    def read(self) -> bool:
        """Whether every word has a place in a byline."""
        start = 0
        for separator in (*_SPLIT.finditer(self.body), None):
            end = separator.start() if separator else len(self.body)
            if start < end and not self._word(start, end):
                return False
            start = separator.end() if separator else end
        return self._settled()

    def _word(self, start: int, end: int) -> bool:
        word = self.body[start:end]
        if word in _SINGLE and not (self._half and len(word) == 1):
            self.office = self.office or word in ("文", "图", "摄", "文图", "图文")
            return True
        if self.body[end : end + 1] in ("/", "｜") and _ORGAN_ALONE.fullmatch(word):
            self.organ = True
            return True
        if _FOREIGN.match(word) and not _ROLE.search(word) and "文·图" not in word and "图·文" not in word:
            self.names.append(self.original[start:end])
            return True
        if re.fullmatch("(?:文|图)·(?:文|图)", word):
            return True
        ending = _ENDING.search(word)
        if ending is not None:
            self.office = True
            end = start + ending.start()
        position = start
        for role in _ROLE.finditer(self.body, start, end) if _SURE_OF_ROLE.search(self.body, start, end) else ():
            if not self._name(position, role.start()):
                return False
            self.office = True
            self.organ = self.organ or _ORGAN_ALONE.match(role[0]) is not None
            position = role.end()
        return self._name(position, end)

    def _name(self, start: int, end: int) -> bool:
        """Whether the characters are nothing, a name, several names run together, or half of a spaced name."""
        name = self.original[start:end]
        if not name:
            return True
        if not _CHUNK.match(name) or name in _COLUMNS:
            return False
        if len(name) == 1:
            self._half, whole = ("", self._half + name) if self._half else (name, "")
            if whole:
                self.names.append(whole)
            return True
        if not self._settled():
            return False
        if len(name) <= 3 or (len(name) == 4 and name.startswith(DOUBLE_FAMILY_NAMES)):
            self.names.append(name)
            return True
        parts = _apart(name)
        self.names.extend(parts)
        return bool(parts)

    def _settled(self) -> bool:
        """Whether no character is left over; one behind a name of two belongs to it: "刘一 玲"."""
        if self._half and self.names and len(self.names[-1]) == 2:
            self.names[-1] += self._half
            self._half = ""
        return not self._half


def _named(name: str) -> bool:
    return "·" in name or name[:1] in FAMILY_NAMES or name.startswith(DOUBLE_FAMILY_NAMES)


def _apart(chunk: str) -> list[str]:
    """Names run together, told apart by family names: "李涛王雪" gives 李涛 and 王雪; empty if it cannot be."""
    if len(chunk) > 12:
        return []
    best: dict[int, list[str]] = {0: []}
    for end in range(2, len(chunk) + 1):
        for size in (4, 3, 2):
            before = best.get(end - size)
            name = chunk[max(0, end - size) : end]
            if before is None or not _named(name) or (size == 4 and not name.startswith(DOUBLE_FAMILY_NAMES)):
                continue
            # The fewest names, and among those the ones that make a double family name whole.
            if end not in best or len(before) + 1 < len(best[end]):
                best[end] = [*before, name]
    return best.get(len(chunk), [])
