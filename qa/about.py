"""Whether a sentence speaks of the very thing asked, and not of its neighbour: another office, deed, year or cause."""

from __future__ import annotations

import re

from index import Article, DateMention, parse_dates
from qa.kinds import Kind
from qa.matching import resembled
from qa.question import Question

BODIES = ("企业", "公司", "集团", "单位", "部门", "机构", "学校", "大学", "医院", "compan")
"""Words for bodies: "哪家企业…" names them, the answer need not."""

MORE = 2.5
"""A sentence so many times as long as the question says more than the question does."""

# That something took place goes without saying: a report says 举行 where the question says 召开.
TAKE_PLACE = frozenset("召开 举行 举办 开始 开幕 进行 发生 开展 开 办 在 位于 是 公布 发布".split())
_CAUSE = re.compile(
    r"因为|由于|因[此而]|所以|为了|为的是|旨在|目的|以便|以[期利]|有[利助]于|原因|是为|致使|导致|使得|受.{1,12}影响|鉴于|才能"
)


def speaks_of(question: Question, article: Article, sentence: str, near: str) -> bool:
    """Whether `sentence` (folded, without quotation marks) may answer the question at all.

    `near` is what surrounds it: headline, lead, the first sentence of the paragraph and the one before, folded as well.
    """
    if not question.chinese:
        return True
    if _other_period(question, article, sentence):
        return False
    if question.holder:
        return _same_office(question, sentence, near)
    match question.kind:
        case Kind.YESNO:
            # To confirm is to say all of it.
            return all(word.text in sentence or word.text in near for word in question.words)
        case Kind.WHY:
            # The sentence that only says that it happened gives no reason.
            return _CAUSE.search(sentence) is not None or len(sentence) > MORE * len(question.bare)
        case Kind.NUMBER:
            return not question.focus or any(resembled(word, sentence + near) for word in question.focus)
        case Kind.WHO | Kind.WHEN | Kind.WHERE:
            return _same_deed(question, sentence, near)
    return True


def _same_deed(question: Question, sentence: str, near: str) -> bool:
    """Whether what was done is said: in the sentence for who did it, in or beside it for when and where."""
    deed = question.focus[0] if question.focus else ""
    if not deed or deed in TAKE_PLACE or deed in BODIES:
        return True
    return resembled(deed, sentence if question.kind is Kind.WHO else sentence + near) > 0


def _same_office(question: Question, sentence: str, near: str) -> bool:
    """Whether the office itself is named, and everything that tells it from others is said in the sentence or beside it:
    a deputy is another office."""
    office = question.focus[0] if question.focus else ""
    office = f"副{office}" if f"副{office}" in question.bare else office
    named = re.search(rf"(?<!副){re.escape(office)}", sentence) is not None
    own = [word.text for word in question.words if word.weight == 1.0 and len(word.text) > 1]
    return named and all(word in sentence or word in near for word in own)


def _other_period(question: Question, article: Article, sentence: str) -> bool:
    """Whether the question names a year and the sentence another one."""
    asked = _years(question.dates, article)
    if not asked:
        return False
    said = _years(parse_dates(sentence), article)
    return bool(said) and not asked & said


def _years(mentions: tuple[DateMention, ...] | list[DateMention], article: Article) -> set[str]:
    """The years mentioned; "今年" and "去年" as a year if the article's own is known, else as they are."""
    found = set()
    now = int(article.date.value[:4]) if article.date and len(article.date.value) == len("2023-11-14") else None
    for mention in mentions:
        if mention.year is not None:
            found.add(str(mention.year))
        elif mention.unit == "year":
            found.add(str(now + mention.shift) if now is not None else f"{mention.shift:+d}")
    if now is None and any(year[0] in "+-" for year in found):
        # Counted and stated years cannot be compared here: the counted ones decide.
        found = {year for year in found if year[0] in "+-"}
    return found
