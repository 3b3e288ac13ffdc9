"""What stands around a sentence and says what it is about: headline, dates, lead, the head of its paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from index import Article, fold, sentences
from qa.matching import Range, unquoted


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of the sentences of one article, folded and without quotation marks."""

    article: Article

    @cached_property
    def sentences(self) -> list[Range]:
        return sentences(self.article.text)

    @cached_property
    def folded(self) -> list[str]:
        """Each sentence."""
        return [unquoted(fold(self.article.text[start:end])) for start, end in self.sentences]

    @cached_property
    def head(self) -> str:
        """Headline, sections, dates and the first sentence."""
        article = self.article
        dates = [
            spoken(date.value) for date in (*article.event_dates, *((article.published,) if article.published else ()))
        ]
        titles = [*article.headline, *(section.title for section in article.sections), *dates]
        return unquoted(fold("\n".join(titles))) + "\n" + (self.folded[0] if self.folded else "")

    @cached_property
    def whole(self) -> str:
        return unquoted(fold(self.article.text))

    def before(self, i: int) -> str:
        """The sentence before the `i`-th."""
        return self.folded[i - 1] if i else ""

    def near(self, i: int) -> str:
        """What says what the `i`-th sentence is about: the head, the first sentence of its paragraph, the one before."""
        opening = self.article.text.rfind("\n", 0, self.sentences[i][0] + 1) + 1
        first = next((j for j, (low, _) in enumerate(self.sentences) if low >= opening), i)
        return "\n".join([self.head, self.folded[first] if first < i else "", self.before(i)])


def spoken(iso: str) -> str:
    """ "2023-07-21" as a page writes it: "2023年7月21日"."""
    parts = [int(part) for part in iso.split("-")]
    return "".join(f"{value}{unit}" for value, unit in zip(parts, "年月日"[-len(parts) :], strict=True))
