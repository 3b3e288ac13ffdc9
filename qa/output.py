"""Answers, hits, articles and reports as JSON objects and as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index import Article, BuildReport, Refusal
from qa.facets import Facets
from qa.types import Answer, Citation, Hit

LEAD_LONG = 40
MOST_TOLD = 200  # files whose reason is given one by one after a build
MOST_COUNTED = 12  # values of a facet on its line
MOST_NAMED = 5  # files named on the line of one change


def citation_json(citation: Citation) -> dict[str, Any]:
    """One citation as `wenbao ask --json` prints it."""
    return {
        "n": citation.n,
        "source": citation.source,
        "page": citation.page,
        "lines": list(citation.lines),
        "quote": citation.quote,
        "headline": citation.headline,
        "byline": list(citation.byline),
        "date": citation.date,
        "date_from": citation.date_from,
        "article": citation.article,
        "passage": citation.passage,
        "record": citation.record,
        "further": [
            {"source": place.source, "page": place.page, "lines": list(place.lines)} for place in citation.further
        ],
        "boxes": [list(box) for box in citation.boxes],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """One answer as `wenbao ask --json` prints it."""
    return {
        "id": answer.id,
        "question": answer.question,
        "understood": answer.understood,
        "answer": answer.answer,
        "short": list(answer.short),
        "refused": answer.refused,
        "engine": answer.engine,
        "note": " · ".join(answer.note) if answer.note else None,
        "dropped": [{"text": one.text, "reason": " · ".join(one.reason)} for one in answer.dropped if one.reason],
        "citations": [citation_json(citation) for citation in answer.citations],
        "seconds": answer.seconds,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """One hit as `wenbao search --json` prints it."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "record": hit.article.record,
        "source": hit.place.source,
        "page": hit.place.page,
        "lines": list(hit.place.lines),
        "headline": hit.article.title,
        "article": hit.article.id,
        "passage": hit.passage.id,
        "text": hit.passage.text,
        "also": [_also_json(other) for other in hit.also],
    }


def _also_json(hit: Hit) -> dict[str, Any]:
    return {
        "score": round(hit.score, 6),
        "record": hit.article.record,
        "source": hit.place.source,
        "page": hit.place.page,
        "lines": list(hit.place.lines),
        "headline": hit.article.title,
        "article": hit.article.id,
        "passage": hit.passage.id,
    }


def facets_json(facets: Facets) -> dict[str, Any]:
    """The facets of a search as `wenbao search --facets --json` prints them."""
    counted = {"year": facets.years, "month": facets.months, "byline": facets.bylines}
    counted |= {"source": facets.sources, "kind": facets.kinds}
    lists = {name: [{"value": value, "count": n} for value, n in counts] for name, counts in counted.items()}
    return {"articles": facets.articles, **lists}


def article_json(article: Article) -> dict[str, Any]:
    """One article as `wenbao articles --json` prints it."""
    return {
        "article": article.id,
        "source": article.source,
        "page": article.page,
        "lines": list(article.lines),
        "headline": list(article.headline),
        "headline_lines": list(article.headline_lines),
        "sections": [{"title": section.title, "lines": list(section.lines)} for section in article.sections],
        "byline": list(article.byline),
        "kind": article.kind,
        "event_dates": [date.value for date in article.event_dates],
        "published": article.published.value if article.published else None,
        "continued_to_page": article.continued_to_page,
        "continued_from_page": article.continued_from_page,
        "continues": article.continues,
        "parts": [
            {"source": part.source, "page": part.page, "lines": list(part.lines), "start": part.start}
            for part in article.parts
        ],
        "record": article.record,
        "text": article.text,
    }


def report_json(report: BuildReport) -> dict[str, Any]:
    """A build report as `wenbao build --json` prints it."""
    return {
        "generation": report.generation,
        "added": list(report.added),
        "changed": list(report.changed),
        "unchanged": list(report.unchanged),
        "removed": list(report.removed),
        "refused": [{"source": refusal.source, "reason": refusal.reason} for refusal in report.refused],
        "notes": [{"source": note.source, "reason": note.reason} for note in report.notes],
        "articles": report.articles,
        "passages": report.passages,
        "encoded": report.encoded,
        "seconds": round(report.seconds, 3),
    }


def _place(source: str, page: int, lines: tuple[int, int]) -> str:
    first, last = lines
    where = f"{source} p.{page}" if page > 1 else source
    return f"{where}:{first}" if first == last else f"{where}:{first}-{last}"


def _about(headline: str, byline: tuple[str, ...], date: str | None, date_from: str | None) -> str:
    parts = [headline, "记者 " + " ".join(byline) if byline else "", f"{date}（{date_from}）" if date else ""]
    return " · ".join(part for part in parts if part)


def answer_text(answer: Answer, *, bold: bool = False) -> str:
    """An answer for the terminal: what was said, its exact spans in bold if asked for, then the places it stands on."""
    lines = [f"（按此理解：{answer.understood}）"] if answer.understood else []
    text = answer.answer
    for short in answer.short if bold else ():
        text = text.replace(short, f"\033[1m{short}\033[0m")
    lines.append(text)
    lines += [f"（{' · '.join(answer.note)}）"] if answer.note else []
    if answer.refused and answer.citations:
        lines.append("\n相近的段落 · nearest passages:")
    elif answer.citations:
        lines.append("")
    for citation in answer.citations:
        about = _about(citation.headline, citation.byline, citation.date, citation.date_from)
        where = " + ".join(_place(place.source, place.page, place.lines) for place in citation.places)
        lines.append(f"[{citation.n}] {where}{'  ' + about if about else ''}")
        if answer.refused:
            lines.append("    " + citation.quote.replace("\n", " ")[: 2 * LEAD_LONG] + "……")
    return "\n".join(lines)


def hit_text(hit: Hit) -> str:
    """A hit for the terminal."""
    date = hit.article.date
    about = _about(hit.article.title, hit.article.byline, date.value if date else None, date.origin if date else None)
    text = hit.passage.text.replace("\n", " ")
    where = _place(hit.place.source, hit.place.page, hit.place.lines)
    also = " · ".join(_place(other.place.source, other.place.page, other.place.lines) for other in hit.also)
    return f"{hit.rank:2d}. {hit.score:.3f}  {where}  {about}\n    {text}" + (
        f"\n    另见 also on: {also}" if also else ""
    )


def facets_text(facets: Facets, *, full: bool = False) -> str:
    """The facets of a search for a terminal, a line for each that has any; `full` says that there may be more articles."""
    n = f"{facets.articles:,}"
    lines = [f"the nearest {n} articles · 最相近的 {n} 篇" if full else f"{n} articles found · 找到 {n} 篇"]
    for label, counts in (
        ("日期 date", facets.times),
        ("记者 byline", facets.bylines),
        ("文件 source", facets.sources),
        ("类别 kind", facets.kinds),
    ):
        named = " · ".join(f"{one_line(value)} {n:,}" for value, n in counts[:MOST_COUNTED])
        more = f" … {len(counts) - MOST_COUNTED:,} more" if len(counts) > MOST_COUNTED else ""
        lines += [f"  {label}: {named}{more}"] if counts else []
    return "\n".join(lines)


def article_text(article: Article) -> str:
    """An article on one line."""
    title = article.title or article.text[:LEAD_LONG].replace("\n", " ") + "……"
    dates = ",".join(date.value for date in article.event_dates) or "-"
    where = _place(article.source, article.page, article.lines)
    names = " ".join(article.byline) or "-"
    return f"{where}\t{article.kind}\t{dates}\t{names}\t{title}{_jumps(article)}"


def _jumps(article: Article) -> str:
    """What becomes of an article at its jump lines."""
    if article.continues is not None:
        return f"\t（接 {article.continues}）"
    on = " + ".join(_place(part.source, part.page, part.lines) for part in article.parts[1:])
    back = f"\t（上接第{article.continued_from_page}版，未收录）" if article.continued_from_page else ""
    to = f"\t（下转第{article.continued_to_page}版，未收录）" if article.continued_to_page else ""
    return back + (f"\t（续 {on}）" if on else to)


def report_text(report: BuildReport, home: Path) -> str:
    """What a build did, for a terminal: the archive, the files, and why each that was refused was."""
    counts = [
        (report.added, "added 新增"),
        (report.changed, "changed 更新"),
        (report.unchanged, "unchanged 未变"),
        (report.removed, "removed 移除"),
        (report.refused, "refused 未读"),
    ]
    lines = [
        f"{home}: generation {report.generation}, {report.articles:,} articles, {report.passages:,} passages, {_pace(report)}",
        "files: " + ", ".join(f"{len(names):,} {label}" for names, label in counts),
    ]
    for label, told in (("refused", report.refused), ("note", report.notes)):
        lines += told_text(told, label)
    return "\n".join(lines)


def _pace(report: BuildReport) -> str:
    """The time it took, and how many new passages a second that were."""
    rate = report.encoded / report.seconds if report.seconds > 0 else 0.0
    return f"{report.seconds:.1f} s" + (f" ({report.encoded:,} new, {rate:,.0f}/s)" if report.encoded else "")


def told_text(told: Sequence[Refusal], label: str) -> list[str]:
    """A line for each file and its reason; of very many, the first."""
    lines = [f"  {label} {one_line(one.source)}: {one_line(one.reason)}" for one in told[:MOST_TOLD]]
    more = len(told) - MOST_TOLD
    return [*lines, f"  … {more:,} more {label}; wenbao build --json names them all"] if more > 0 else lines


def change_text(report: BuildReport) -> str:
    """What a build changed, on one line: `+2 ~0 -1 · 甲.txt 乙.txt · 10,003 files, 84,012 passages · 0.8 s`."""
    names = [one_line(name) for name in (*report.added, *report.changed, *report.removed)]
    named = " ".join(names[:MOST_NAMED]) + (f" … {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else "")
    files = sum(map(len, (report.added, report.changed, report.unchanged)))
    parts = [
        f"+{len(report.added):,} ~{len(report.changed):,} -{len(report.removed):,}",
        named,
        f"{files:,} file{'s' if files != 1 else ''}, {report.passages:,} passages",
        f"{report.seconds:.1f} s",
    ]
    return " · ".join(part for part in parts if part)


def one_line(text: str) -> str:
    """A file's name as a terminal may be given it: names may hold line breaks and control characters."""
    spaces = {"\u3000", "\xa0"}  # which are not printable to Python
    return "".join(char if char.isprintable() or char in spaces else "\N{REPLACEMENT CHARACTER}" for char in text)
