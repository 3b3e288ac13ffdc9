"""Answers made of articles: what a reporter wrote, what a day or month brought."""

from __future__ import annotations

from index import Archive, Article, DateMention, Filter, sentences
from qa import cite
from qa.matching import clauses
from qa.question import Question
from qa.types import Answer, Citation, Claim

LISTED = 12
"""Articles listed in one answer; the rest are counted."""

LEAD_SHORT, LEAD_LONG = 12, 60
"""Characters of an article's lead in a list: more than a date, enough for who, when and what."""

DAYS = 31


def falls_on(mention: DateMention, iso: str) -> bool:
    """Whether a date ("2023-07-21", or "07-21" where the page gives no year) lies in what a question mentions.

    A question that names a year is not answered with a day whose year is unknown; relative words match nothing.
    """
    if mention.unit is not None:
        return False
    *year, month, day = (int(part) for part in iso.split("-"))
    if mention.year is not None and year != [mention.year]:
        return False
    if mention.last is not None:
        last = mention.last
        low = (mention.month or 1, mention.day or 1)
        high = (last.month or mention.month or 12, last.day or DAYS)
        return low <= (month, day) <= high
    return mention.month in (None, month) and mention.day in (None, day)


def listed(archive: Archive, question: Question, where: Filter | None = None) -> list[Article]:
    """The articles a question asks for, of those that satisfy `where`, in order of their dates."""
    found = archive.articles_by(question.byline, where) if question.byline else []
    if question.dates:
        days = [day for day in archive.dates() if any(falls_on(mention, day) for mention in question.dates)]
        dated = archive.articles_on(days, where)
        wanted = {article.id for article in dated}
        found = [article for article in found if article.id in wanted] if question.byline else dated
    whole = [article for article in found if article.text and article.kind != "digest"]
    return sorted(whole, key=lambda a: (a.date.value if a.date else "", a.source, a.page, a.lines))


def list_articles(archive: Archive, question: Question, where: Filter | None = None) -> Answer | None:
    """The dated list, each article by the first clauses of its lead, cited; None if there is none."""
    articles = listed(archive, question, where)
    leads = [lead for article in articles[:LISTED] if (lead := _lead(archive, article))]
    head = f"共 {len(articles)} 篇" + (f"，列出前 {len(leads)} 篇" if len(leads) < len(articles) else "") + "："
    return cite.compose(archive, question.text, [Claim(lead, (lead.quote,)) for lead in leads], head=head)


def _lead(archive: Archive, article: Article) -> Citation | None:
    for low, high in sentences(article.text)[:1]:
        start, end = cite.trim(article.text, low, high)
        stop = _short_end(article.text, start, end)
        for passage in archive.article_passages(article.id)[:1]:
            return cite.cite(article, passage.id, start, stop)
    return None


def _short_end(text: str, start: int, end: int) -> int:
    """Where the lead may stop: after the clauses that fit `LEAD_LONG`, or the first that is more than a date."""
    stop = start
    for _, high in clauses(text, start, end):
        if stop - start >= LEAD_SHORT and high - start > LEAD_LONG:
            break
        stop = high
    return stop
