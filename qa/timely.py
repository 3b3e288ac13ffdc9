"""A fact asked for of a time, answered from the articles of that time: "2021年滨海区区长是谁？"."""

from __future__ import annotations

from dataclasses import replace

from index import Article, Filter, fold, query_terms
from qa.periods import FIRST, Period
from qa.question import Question


def at_its_time(question: Question, where: Filter | None = None) -> tuple[Question, Filter] | None:
    """The question without the words for its one period, and `where` narrowed to the articles of that; None if it names none
    whose year is known. A report of the time need not say which year it is; one that does must not say another, so the
    question keeps its dates."""
    if len(question.periods) != 1 or len(question.periods[0].low) != len(FIRST):
        return None
    period = question.periods[0]
    folded = fold(question.text)
    said = folded[period.start : period.end]
    rest = query_terms(f"{folded[: period.start]} {folded[period.end :]}")
    own = {term: weight for term, weight in question.terms.items() if term in rest}
    words = tuple(word for word in question.words if word.text not in said)
    if not words or not own:
        return None
    bare = question.bare.replace("".join(c for c in said if c.isalnum()), "")
    asked = replace(question, words=words, terms=own, bare=bare, embedded=bare)
    return asked, narrowed(where, period)


def holds_all(question: Question, article: Article) -> bool:
    """Whether an article holds every word of a question: with the other articles left out, the nearest of those of a time may be
    about something else, and nothing shows it."""
    text = fold(f"{article.title}\n{article.text}")
    return all(word.text in text for word in question.words)


def narrowed(where: Filter | None, period: Period) -> Filter:
    """`where` with the days of a period whose year is known."""
    within = where or Filter()
    return replace(
        within,
        date_from=max(period.low, within.date_from or period.low),
        date_to=min(period.high, within.date_to or period.high),
    )
