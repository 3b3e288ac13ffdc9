"""A follow-up made whole from the conversation before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import fold, tagged
from qa.content import NUMBERED, content_words
from qa.kinds import is_chinese, without_interrogatives

ENOUGH = 6
"""Characters of content words with which a question is taken to stand alone: two or three words say what it is about."""

SHORT = 20
"""Characters. "那…呢？" around more than this is no exchange of one part."""

_PRONOUN = re.compile(
    r"^(那么?|还有|而)|它们?|他们?|她们?|(?<![因如由据对])[该此](?![次外])|其中|这[个些次场项位]?|那[个些次场项位]|上述|\b(it|its|they|their|he|she|his|her|this|that)\b"
)
_AND_WHAT_OF = re.compile(r"^(那么?|还有|而)?(?P<what>.+?)(呢|又如何|怎么样)[?？\s]*$")
_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")


def _stands_alone(text: str) -> bool:
    """Whether a question names what it is about: a quoted title, a number, a name, or simply enough words."""
    folded = fold(text)
    if not is_chinese(folded):
        return not _PRONOUN.search(folded) or len(folded.split()) > 6
    bare = without_interrogatives(folded)
    if _PRONOUN.search(bare):
        return False
    words = content_words(bare)
    if any(word.key for word in words) or _QUOTED.search(folded):
        return True
    named = any(tag in ("nr", "ns", "nt", "nz") and len(word) > 1 for word, tag in tagged(bare))
    return named or sum(len(word.text) for word in words) >= ENOUGH


def make_whole(text: str, history: Sequence[str]) -> tuple[str, str]:
    """The question to parse, and the earlier question whose words it takes over (empty if it stands alone)."""
    context = ""
    for earlier in history:
        context = _merge(earlier, context)
    if not context:
        return text, ""
    swapped = _swap(text, context)
    if swapped:
        return swapped, ""
    return (text, "") if _stands_alone(text) else (text, context)


def _merge(text: str, context: str) -> str:
    """The topic of the conversation after one more question."""
    if not context:
        return text
    return _swap(text, context) or (text if _stands_alone(text) else context)


def _swap(text: str, context: str) -> str:
    """ "那第61次呢？" after a question about the 71st: the same question with the like part exchanged."""
    match = _AND_WHAT_OF.match(text.strip())
    if not match or len(match["what"]) > SHORT:
        return ""
    what = match["what"].strip()
    numbered = [m.group() for m in NUMBERED.finditer(context) if len(m.group()) > 1]
    for old in numbered:
        if what.startswith(old[0]) and what[-1:] == old[-1:] and what != old:
            return context.replace(old, what, 1)
    for old in re.findall(r"第?[\d一二两三四五六七八九十百]+\S", context):
        new = re.search(r"第?[\d一二两三四五六七八九十百]+\S", what)
        if new and new.group()[-1] == old[-1] and old[0].isdigit() == new.group()[0].isdigit():
            return context.replace(old, new.group(), 1)
    return ""
