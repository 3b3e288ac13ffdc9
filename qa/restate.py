"""A question put in other words by a model: a follow-up made whole, another language in Chinese; and whether it asks the same."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from index import fold, number_terms, parse_dates, tagged
from qa.addressed import addresses_machine, visible
from qa.content import is_content
from qa.kinds import find_kind, is_chinese
from qa.matching import covered, unquoted

EARLIER = 6
"""Earlier questions of the conversation that a follow-up is made whole from."""

_FOLLOW_UP = """把用户的最后一个问题改写成不看前文也能懂的一个问题。用户消息是 JSON：earlier 是先前的问题，question 是最后的问题。
只用这些问题里出现过的词，数字和名称一字不改；本来就完整的照抄。只写改写后的问题，不要解释，不要回答。"""

_TRANSLATION = """把用户的问题译成中文，用来检索中文报纸。用户消息是 JSON：earlier 是先前的问题，question 是要译的问题。
人名、地名、机构名用中文通行的写法，数字和日期保持不变；指代先前问题的词换成所指的名称。只写译文一句，不要解释，不要回答。"""

_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b(?= \d|,? \d{{4}})|(?<=\d )\b({'|'.join(_MONTHS)})\b")
_DENIED = re.compile("[不没未无非否]")
_NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nt", "nz")


def follow_up_prompt(text: str, history: Sequence[str]) -> tuple[str, str]:
    """The two messages that have a follow-up made whole."""
    return _FOLLOW_UP, _message(text, history)


def translation_prompt(text: str, history: Sequence[str]) -> tuple[str, str]:
    """The two messages that have a question translated into Chinese."""
    return _TRANSLATION, _message(text, history)


def _message(text: str, history: Sequence[str]) -> str:
    earlier = [visible(question) for question in history[-EARLIER:]]
    return json.dumps({"earlier": earlier, "question": visible(text)}, ensure_ascii=False)


def keeps_to_conversation(said: str, text: str, history: Sequence[str]) -> bool:
    """Whether a follow-up put in other words keeps every number and name that was typed, and adds only words of the
    conversation."""
    new, typed = unquoted(fold(said)), unquoted(fold(text))
    conversation = "\n".join([unquoted(fold(earlier)) for earlier in history] + [typed])
    if not _is_question(said) or not set(_figures(typed)) <= set(_figures(new)) <= set(_figures(conversation)):
        return False
    names = [word for word, tag in tagged(typed) if tag in _NAME_TAGS and len(word) > 1]
    if not all(word in new for word in names) or not _same_numbers(typed, new):
        return False
    match = find_kind(new)[1]
    asking = match.group() if match else ""
    words = [word for word, tag in tagged(new) if is_content(word, tag)]
    added = [word for word in words if covered(word, conversation) < 1 and word not in asking]
    denied = set(_DENIED.findall(new)) - set(_DENIED.findall(conversation + asking))
    return not added and not denied


def translates(said: str, text: str, history: Sequence[str]) -> bool:
    """Whether a translation is Chinese and has the numbers of the question, and no other but those of the conversation."""
    known = [_THOUSANDS.sub("", fold(part)) for part in (text, *history)]
    typed = _numbers(known[0])
    new = set(_figures(fold(said)))
    return is_chinese(fold(said)) and _is_question(said) and typed <= new <= set().union(*map(_numbers, known))


def _numbers(folded: str) -> set[str]:
    """Figures, and the months that are named, as numbers."""
    months = {str(_MONTHS.index(match[1] or match[2]) + 1) for match in _MONTH.finditer(folded)}
    return {*_figures(folded), *months}


def _figures(folded: str) -> list[str]:
    return _FIGURES.findall(_THOUSANDS.sub("", folded))


def _same_numbers(typed: str, new: str) -> bool:
    """Whether numbers that are spelled out, and days, are kept as well."""
    return set(number_terms(typed)) <= {*number_terms(new)} and len(parse_dates(typed)) <= len(parse_dates(new))


def _is_question(said: str) -> bool:
    """One line of words that does not turn to a machine."""
    return any(char.isalnum() for char in said) and "\n" not in said.strip() and not addresses_machine(said)
