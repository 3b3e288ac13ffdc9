"""Answers made of articles: what a reporter wrote, what a day or month brought, what is about something, where somebody was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index import Archive, Article, Filter, fold, sentences, tagged
from qa import cite
from qa.appearances import appearance
from qa.excerpts import LEAD_LONG, LEAD_SHORT, excerpt
from qa.matching import Range
from qa.mentioning import MOST, Found, articles_of, mentioning
from qa.periods import FIRST, Period
from qa.question import Question
from qa.timely import narrowed
from qa.types import Answer, Claim

LISTED = 12
"""Articles listed in one answer; the rest are counted, and asked for by "还有呢？"."""

LENGTH = 420
"""Characters of a whole list: what its items may quote is shared out. More is a page to be scrolled through on a phone."""

ITEM = 14
"""Characters of an item beside its quote: number, day, citation."""

BEGINNING = 160
"""Characters of a text in which its first sentence mostly ends."""

COUNTED_MORE = 5
"""Times as many articles are read where their number is asked for: 8,000 take a fifth of a second."""

COMMON_SHARE = 0.2
"""A place that stands in more than this share of the passages is the archive's own: reports of its days leave it out."""

_ENDS = "，,；;：:。"


@dataclass(frozen=True, slots=True)
class Item:
    """An article of the list, its day, and for somebody's deed the clauses that say it."""

    article: Article
    day: str
    deed: Range | None = None

    @property
    def order(self) -> tuple[str, str, int, tuple[int, int]]:
        """Days in order; those of one day as they stand in the paper."""
        return self.day, self.article.source, self.article.page, self.article.lines


@dataclass(frozen=True, slots=True)
class Matched:
    """Everything that matches, in the order of days. `beside` more articles only mention the `words`; older ones than `since`
    were not counted."""

    items: tuple[Item, ...]
    words: tuple[str, ...] = ()
    beside: int = 0
    since: str | None = None


def list_articles(archive: Archive, question: Question, where: Filter | None = None) -> Answer | None:
    """The dated list, each article by what proves it, cited; None if there is none, or no more of them."""
    matched = matching(archive, question, where)
    newest_first = (
        len(matched.items) > LISTED or matched.since is not None or bool(question.listing and question.listing.newest)
    )
    ordered = matched.items[::-1] if newest_first else matched.items
    first = LISTED * question.skipped
    page = ordered[first : first + LISTED]
    if not page:
        return None
    head = _head(question, matched, first, len(page))
    budget = (LENGTH - len(head)) // len(page) - ITEM
    claims = [claim for item in page for claim in _claims(archive, item, matched.words, budget)]
    composed = cite.compose(archive, question.text, claims, head=head)
    if composed is None:
        return None
    days = {item.article.id: item.day for item in page}
    one_day = len(question.periods) == 1 and question.periods[0].one_day
    counted = (f"{len(matched.items)}篇",) if question.listing and question.listing.counted else ()
    return replace(
        composed,
        answer="\n".join([head, *_lines(composed, {} if one_day else days)]),
        short=(*counted, *composed.short),
    )


def matching(archive: Archive, question: Question, where: Filter | None = None) -> Matched:
    """All articles that a question asks for, of those that satisfy `where`."""
    listing = question.listing
    if listing is not None and listing.person:
        name = fold(listing.person)
        found = mentioning(archive, [name], _narrowed(question, where))
        deeds = (
            (article, appearance(article, name, listing.deed))
            for article in found.articles
            if _counts(article) and _in_time(article, question.periods)
        )
        proved = [_item(article, question.periods, deed) for article, deed in deeds if deed is not None]
        return _matched(proved, since=found.since)
    topics = _telling(archive, question)
    words = topics
    if topics:
        found, words = _about(archive, topics, _narrowed(question, where))
    else:
        found = _looked_up(archive, question, where)
    kept = [
        article
        for article in found.articles
        if _counts(article)
        and _in_time(article, question.periods)
        and (question.byline is None or question.byline in article.byline)
    ]
    if not topics:
        return _matched([_item(article, question.periods) for article in kept], since=found.since)
    central = [article for article in kept if _opens_with(article, words)]
    chosen = central or kept
    items = [_item(article, question.periods) for article in chosen]
    return _matched(items, words, len(kept) - len(chosen), found.since)


def _matched(items: Iterable[Item], words: tuple[str, ...] = (), beside: int = 0, since: str | None = None) -> Matched:
    return Matched(tuple(sorted(items, key=lambda item: item.order)), words, beside, since)


def _looked_up(archive: Archive, question: Question, where: Filter | None) -> Found:
    """The articles of a reporter or of days by the catalogue's own lists."""
    if question.byline:
        return Found(tuple(archive.articles_by(question.byline, where)))
    days = [day for day in archive.dates() if any(period.holds(day) for period in question.periods)]
    counted = question.listing is not None and question.listing.counted
    return articles_of(archive, days, where, MOST * (COUNTED_MORE if counted else 1))


def _narrowed(question: Question, where: Filter | None) -> Filter:
    """What the catalogue can be asked of a question's reporter and period."""
    within = where or Filter()
    if question.byline and within.byline is None:
        within = replace(within, byline=question.byline)
    if len(question.periods) == 1 and len(question.periods[0].low) == len(FIRST):
        within = narrowed(within, question.periods[0])
    return within


def _counts(article: Article) -> bool:
    """A headline without an article is none, and the second half of one is no second one."""
    return bool(article.text) and article.kind != "digest" and article.continues is None


def _days(article: Article) -> list[str]:
    return [date.value for date in (article.published, *article.event_dates) if date is not None]


def _in_time(article: Article, periods: Sequence[Period]) -> bool:
    return not periods or any(period.holds(day) for period in periods for day in _days(article))


def _telling(archive: Archive, question: Question) -> tuple[str, ...]:
    """The topics without the archive's own place, where anything else says which articles are meant."""
    topics = question.listing.topics if question.listing else ()
    if not question.periods and question.byline is None:
        return topics
    lexical = archive.lexical
    most = COMMON_SHARE * lexical.documents
    return tuple(
        topic
        for topic in topics
        if min((lexical.document_frequency(topic[i : i + 2]) for i in range(len(topic) - 1)), default=0) <= most
    )


def _about(archive: Archive, topics: tuple[str, ...], where: Filter | None) -> tuple[Found, tuple[str, ...]]:
    """The articles that hold the topics as they were put or, if none does, all words of them; and which of the two."""
    found = mentioning(archive, topics, where)
    if found.articles:
        return found, topics
    words = tuple(
        dict.fromkeys(
            word
            for topic in topics
            for word, tag in tagged(topic)
            if len(word) > 1 and tag.startswith(("n", "v", "j", "eng", "x"))
        )
    )
    return (found, topics) if not words or words == topics else (mentioning(archive, words, where), words)


def _opens_with(article: Article, words: Sequence[str]) -> bool:
    """Whether the words stand in headline or lead: what an article begins with it is about."""
    low, high = _lead(article)
    opening = fold(f"{article.title}\n{article.text[low:high]}")
    return all(word in opening for word in words)


def _lead(article: Article) -> Range:
    """The first sentence, found in the beginning of the text if it ends there."""
    for text in (article.text[:BEGINNING], article.text):
        first, *others = sentences(text) or [(0, len(text))]
        if others:
            return first
    return first


def _on(article: Article, words: Sequence[str]) -> Range:
    """The first sentence that holds most of the words; the lead where only the headline does."""
    best, most = _lead(article), 0
    for low, high in sentences(article.text):
        text = fold(article.text[low:high])
        held = sum(word in text for word in words)
        if held > most:
            best, most = (low, high), held
    return best


def _item(article: Article, periods: Sequence[Period], deed: Range | None = None) -> Item:
    days = _days(article)
    day = next((day for day in days if any(period.holds(day) for period in periods)), days[0] if days else "")
    return Item(article, day, deed)


def _claims(archive: Archive, item: Item, words: Sequence[str], budget: int) -> list[Claim]:
    """What of an item's article proves that it belongs to the list, in about `budget` characters: a sentence cut around the
    folded `words` or around what happened. "孙永红主持会议并讲话" says which meeting it was only together with the lead."""
    article, deed = item.article, item.deed
    passages = archive.article_passages(article.id)
    room = min(max(budget - (deed[1] - deed[0] if deed else 0), LEAD_SHORT), LEAD_LONG)
    sentence = _on(article, words) if words else _lead(article)
    quotes = [excerpt(article.text, *sentence, room, words)]
    if deed is not None:
        apart = deed[0] >= sentence[1]
        quotes = [*quotes, deed] if apart else [(min(quotes[0][0], deed[0]), max(quotes[0][1], deed[1]))]
    found = []
    for low, high in quotes:
        start, end = cite.trim(article.text, low, high)
        passage = next((p for p in passages if p.start <= start < p.end), None)
        if passage is not None and start < end:
            found.append(Claim(cite.cite(article, passage.id, start, end), (article.text[start:end],)))
    return found


def _lines(answer: Answer, days: dict[str, str]) -> list[str]:
    """The items: number, day, quotes. `days` are shown by article."""
    lines: list[str] = []
    before = None
    for citation in answer.citations:
        quote = f"{citation.quote.replace(chr(10), '').rstrip(_ENDS)}[{citation.n}]"
        if citation.article == before:
            lines[-1] += f" {quote}"
        else:
            lines.append(" ".join(filter(None, (f"{len(lines) + 1}.", days.get(citation.article, ""), quote))))
        before = citation.article
    return lines


def _head(question: Question, matched: Matched, first: int, shown: int) -> str:
    """How many there are, and which of them are listed."""
    total = len(matched.items)
    named = "".join(f"“{word}”" for word in matched.words)
    chinese = [f"共 {total} 篇" + (f"以{named}为题或开头" if matched.beside else f"提到{named}" if named else "")]
    english = [f"{total} article{'s' * (total != 1)}"]
    if matched.since:
        chinese[0] = f"{matched.since} 以来{chinese[0]}，更早的没有数"
        english[0] += f" since {matched.since}, older ones not counted"
    if matched.beside:
        chinese.append(f"另有 {matched.beside} 篇提到")
        english.append(f"{matched.beside} more mention it")
    if first:
        chinese.append(f"列出第 {first + 1} 至 {first + shown} 篇")
        english.append(f"numbers {first + 1} to {first + shown}")
    elif shown < total:
        chinese.append(f"列出最新的 {shown} 篇")
        english.append(f"the newest {shown}")
    elif total > 1:
        chinese.append("全部列出")
        english.append("all of them")
    said = "，".join(chinese)
    return f"{said}：" if question.chinese else f"{said} ({', '.join(english)})："
