"""The sentence in which somebody attends, chairs, speaks: as the one who does it, not as one who is met or spoken of."""

from __future__ import annotations

import re

from index import Article, fold, fold_with_offsets, sentences, tagged
from qa.asks import ANY, CHAIR, DEEDS
from qa.matching import Range, clauses

REACH = 40
"""Characters between a name and its deed: other names of a list, an office, where and when."""

_ALL = "|".join(DEEDS.values())
_DONE = {kind: re.compile(verbs) for kind, verbs in DEEDS.items()} | {ANY: re.compile(_ALL)}
# What between a name and a deed says that somebody else does it, or that it was not done.
_ELSE = re.compile(
    r"[。！？!?；;：:“”]|未|没有?|不(?!断)|委托|邀请|委派|派出|的(?:讲话|致辞|发言|主持下)|代表(?=.{2,4}(?:出席|讲话|致辞))|因故|听取|传达|陪同(?!下)|邀"
)
# A clause that goes on with the same doer begins with its deed: "孙永红出席会议，并讲话".
_GOES_ON = re.compile(
    rf"(?:并|同时|随后|还|先后|一同|共同|一起|分别|应邀|现场|实地|深入|在(?:会上|.{{2,20}}?[上中]))*(?:{_ALL})"
)
# Somebody of whom this stands before the name has it done to them: "向孙永红汇报", "会见了孙永红".
_UNDERGOES = re.compile(
    r"(?:向|对|受|给|被|陪同|随|跟随|邀请|请|应|会见|接见|看望|慰问|走访|采访|学习|贯彻|听取|致信|祝贺|代表)了?(?:[^，。；、]{0,16}(?:[长记任席员事裁理]|同志|教授|院士))?$"
)
_CHAIRED_BY = re.compile(r"^(?:同志)?的?主持下")
# What may follow a name up to a comma if the deed behind the comma is still that person's.
_JOINS = re.compile(rf"$|[、等一]|(?:先后|随后|一行|还|分别)*(?:来到|前往|深入|走进|赴|到).|[^，]*(?:{_ALL})")
# One more of those who are there, with an office, and at last what they all do.
_AMONG = re.compile(rf"[一-鿿、（）()]{{0,16}}[长记任席员事裁理][一-鿿·、]{{2,12}}?(?:等|一同|共同)*(?:{_ALL})?")
_COMMA = "，,"


def appearance(article: Article, name: str, deed: str) -> Range | None:
    """The clauses of an article that first say that the folded `name` does the deed; None if none does."""
    if name not in fold(article.text):
        return None
    for start, end in sentences(article.text):
        folded, offsets = fold_with_offsets(article.text[start:end])
        if found := does(folded, name, deed):
            low, high = (start + offsets[place] for place in found)
            held = [(a, b) for a, b in clauses(article.text, start, end) if a < high and low < b]
            return held[0][0], held[-1][1]
    return None


def does(sentence: str, name: str, deed: str) -> Range | None:
    """Where a folded sentence says that somebody does a deed of a kind (`qa.asks.DEEDS`, or any of them), from the name to the
    deed; None if it does not say so."""
    for match in re.finditer(re.escape(name), sentence):
        if _whole(sentence, name, match.start()) and not _UNDERGOES.search(sentence, 0, match.start()):
            done = _done(sentence, match.end(), deed)
            if done:
                return match.start(), done
    return None


def _done(sentence: str, after: int, deed: str) -> int:
    """Where the deed ends whose doer's name ends at `after`; 0 if there is none."""
    chaired = _CHAIRED_BY.match(sentence[after : after + 8])
    if chaired:
        return after + chaired.end() if deed in (ANY, CHAIR) else 0
    for match in _DONE[deed].finditer(sentence, after, after + REACH + 4):
        between = sentence[after : match.start()]
        if _ELSE.search(between):
            return 0
        if not any(mark in between for mark in _COMMA):
            return 0 if between.startswith("的") else match.end()
        # Beyond a comma only what goes on with the same doer, or a list of those who are there ("甲，区长乙出席").
        before, *others, last = re.split(f"[{_COMMA}]", sentence[after : match.end()])
        if _JOINS.match(before) and (_GOES_ON.match(last) or all(map(_AMONG.fullmatch, (*others, last)))):
            return match.end()
    return 0


def _whole(sentence: str, name: str, start: int) -> bool:
    """Whether a name of two characters is not the beginning of a longer one."""
    if len(name) != 2:
        return True
    position = 0
    for word, tag in tagged(sentence):
        if position <= start < position + len(word):
            return len(word) <= len(name) or not tag.startswith("nr") or not word.startswith(name)
        position += len(word)
    return True
