"""The archive's masthead, its files and articles, and what an update did, as HTML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from index import ArchiveBusy, Article, BuildCancelled, BuildReport, Progress, Refusal, SourceFile
from qa.markup import article_meta, dotted, esc, lead, lines_words, message, reason_words, say, size_words
from qa.updates import Standing

# Longer lists are cut and say so: a browser lays out some hundred rows at once without a pause.
MAX_FILES = 200
MAX_ARTICLES = 400
MAX_NAMES = 50  # files named in a list of a report
SHORT_LIST = 8  # a list of more is shut until it is opened: the files of the archive stand below the report


def masthead(sources: int, articles: int) -> str:
    """The head of the page."""
    return (
        f'<header class="wb-mast"><div><h1>{say("title")}</h1><p>{say("motto")}</p></div><div class="wb-ear">'
        f"<span>{say('holdings', sources=sources, articles=articles)}</span>"
        f'<button type="button" class="wb-theme"><i aria-hidden="true"></i><b>{say("theme")}</b></button></div></header>'
    )


def file_list(
    sources: Sequence[SourceFile],
    pending: Sequence[str],
    uploads: Mapping[str, str],
    *,
    chosen: str = "",
    query: str = "",
    doomed: Collection[str] = (),
) -> str:
    """The files of the archive: first uploaded files not read yet (`pending`, names), then the sources.

    `uploads` gives the uploaded file's name for each source that is one; it can be deleted. `doomed` are sources that
    the next update removes.
    """
    if not sources and not pending:
        return message("no_files")
    wanted = query.strip().casefold()
    found = [source for source in sources if wanted in source.source.casefold()]
    rows = [_pending_row(name) for name in pending if wanted in name.casefold()]
    rows += [
        _file_row(source, uploads.get(source.source), chosen, source.source in doomed) for source in found[:MAX_FILES]
    ]
    if not rows:
        return message("no_match")
    more = message("more_files", count=len(found) - MAX_FILES) if len(found) > MAX_FILES else ""
    return f'<ul class="wb-list wb-files">{"".join(rows)}</ul>{more}'


def _file_row(source: SourceFile, upload: str | None, chosen: str, doomed: bool) -> str:
    counts = say("file_counts", articles=source.articles, passages=source.passages, size=size_words(source.size))
    tag = "doomed" if doomed else "uploaded" if upload is not None else ""
    mark = f'<span class="wb-tag">{say(tag)}</span>' if tag else ""
    remove = _remove(upload) if upload is not None else ""
    gone = ' class="wb-doomed"' if doomed else ""
    pressed = "true" if source.source == chosen else "false"
    return (
        f'<li{gone}><button type="button" class="wb-item" data-source="{esc(source.source)}" aria-pressed="{pressed}">'
        f'<span class="wb-file">{esc(source.source)}</span><span class="wb-meta">{counts}{mark}</span></button>{remove}</li>'
    )


def _pending_row(name: str) -> str:
    return (
        f'<li class="wb-pending"><span class="wb-item"><span class="wb-file">{esc(name)}</span>'
        f'<span class="wb-meta"><span class="wb-tag">{say("pending")}</span></span></span>{_remove(name)}</li>'
    )


def _remove(name: str) -> str:
    hidden = f'<span class="wb-hidden"> {esc(name)}</span>'
    return f'<button type="button" class="wb-remove" data-remove="{esc(name)}">{say("delete")}{hidden}</button>'


def article_list(source: str, articles: Sequence[Article], chosen: str = "") -> str:
    """The articles of one file."""
    rows = "".join(article_item(article, chosen=article.id == chosen) for article in articles[:MAX_ARTICLES])
    more = message("more_articles", count=len(articles) - MAX_ARTICLES) if len(articles) > MAX_ARTICLES else ""
    return (
        f'<h3 class="wb-label"><span class="wb-file">{esc(source)}</span> {say("articles_of", count=len(articles))}</h3>'
        f'<ul class="wb-list">{rows}</ul>{more}'
    )


def article_item(article: Article, *, chosen: bool = False) -> str:
    """One article in the list of a file's articles."""
    title = (
        f'<span class="wb-headline">{esc(article.title)}</span>'
        if article.title
        else f'<span class="wb-headline wb-lead">{esc(lead(article))}</span>'
    )
    return (
        f'<li><button type="button" class="wb-item" data-article="{esc(article.id)}" aria-pressed="{str(chosen).lower()}">'
        f'{title}<span class="wb-meta">{dotted([article_meta(article), lines_words(article.lines)])}</span></button></li>'
    )


def standing_view(standing: Standing) -> str:
    """The progress bar of the build that runs, or what became of the last one."""
    if standing.running:
        return progress_bar(standing.progress, stopping=standing.stopping)
    match standing.error:
        case None:
            return report_view(standing.report) if standing.report else ""
        case BuildCancelled():
            return cancelled()
        case ArchiveBusy():
            return trouble("busy")
        case error:
            return trouble("not_built", str(error))


STAGES = frozenset({"scan", "read", "link", "encode", "index", "compact"})


def progress_bar(progress: Progress | None, *, stopping: bool = False) -> str:
    """How far an update is, how fast it goes and how long it will take."""
    if stopping or progress is None:
        return f'<div class="wb-progress" role="status"><b>{say("stopping" if stopping else "starting")}</b><progress></progress></div>'
    stage = say(progress.stage) if progress.stage in STAGES else esc(progress.stage)
    value = f' value="{progress.done}" max="{progress.total}"' if progress.total else ""
    left = time_left(progress.left) if progress.left is not None else ""
    page = f" {say('page', page=progress.page)}" if progress.page > 1 else ""
    item = f'<span class="wb-file">{esc(progress.item)}</span>{page}' if progress.item else ""
    return (
        f'<div class="wb-progress" role="status"><p class="wb-stage"><b>{stage}</b><span>{left}</span></p><progress{value}></progress>'
        f'<p class="wb-pace">{_pace(progress)}</p><p class="wb-at">{item}</p><small>{say("still_answering")}</small></div>'
    )


def _pace(progress: Progress) -> str:
    """Files or passages of the stage, passages that came through, and how many a second."""
    files = progress.stage in ("scan", "read")
    done = f"{progress.done:,} / {progress.total:,}" if progress.total else ""
    unit = "files_done" if files else "" if progress.stage == "link" else "passages_done"
    return dotted(
        [
            say(unit, count=done) if unit and done else done,
            say("passages_done", count=f"{progress.passages:,}") if files and progress.passages else "",
            say("pace", count=f"{progress.rate:,.0f}") if progress.rate >= 1 else "",
        ]
    )


def time_left(seconds: float) -> str:
    """How long an update will still take, in words."""
    if seconds < 90:
        return say("seconds_left", count=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return say("minutes_left", count=minutes)
    return say("hours_left", hours=minutes // 60, minutes=minutes % 60)


def cancelled() -> str:
    """An update that somebody stopped."""
    return (
        f'<div class="wb-report" role="status"><strong>{say("cancelled")}</strong><p>{say("cancelled_note")}</p></div>'
    )


def report_view(report: BuildReport) -> str:
    """What an update read, left as it was, removed and refused."""
    rows = "".join(
        _named(key, names, shut=key == "unchanged" or len(names) > SHORT_LIST)
        for key, names in (
            ("added", report.added),
            ("changed", report.changed),
            ("removed", report.removed),
            ("unchanged", report.unchanged),
        )
        if names
    )
    rows += _reasons("refused_files", report.refused) + _reasons("notes", report.notes)
    held = say("built_note", articles=f"{report.articles:,}", passages=f"{report.passages:,}")
    rate = report.encoded / report.seconds if report.seconds > 0 else 0.0
    took = (
        say("built_pace", seconds=f"{report.seconds:.1f}", count=f"{report.encoded:,}", rate=f"{rate:,.0f}")
        if report.encoded
        else say("built_time", seconds=f"{report.seconds:.1f}")
    )
    return f'<div class="wb-report" role="status"><strong>{say("built")}</strong><p>{held}</p><p>{took}</p>{rows}</div>'


def _named(key: str, names: Sequence[str], *, shut: bool) -> str:
    shown = "".join(f'<span class="wb-file">{esc(name)}</span>' for name in names[:MAX_NAMES])
    state = "" if shut else " open"
    return f"<details{state}><summary>{say(key)} <b>{len(names):,}</b></summary>{shown}{_more(len(names))}</details>"


def _reasons(key: str, told: Sequence[Refusal]) -> str:
    if not told:
        return ""
    rows = "".join(
        f'<li><span class="wb-file">{esc(entry.source)}</span><span>{reason_words(entry.reason)}</span></li>'
        for entry in told[:MAX_NAMES]
    )
    return (
        f'<details open class="wb-{key}"><summary>{say(key)} <b>{len(told):,}</b></summary>'
        f"<ul>{rows}</ul>{_more(len(told))}</details>"
    )


def _more(count: int) -> str:
    return f"<span>{say('more_names', count=f'{count - MAX_NAMES:,}')}</span>" if count > MAX_NAMES else ""


def trouble(key: str, detail: str = "") -> str:
    """An update that could not be done, and why."""
    why = f"<p>{esc(detail)}</p>" if detail else ""
    return f'<div class="wb-trouble" role="alert"><strong>{say(key)}</strong>{why}</div>'
