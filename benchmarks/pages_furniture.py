"""What a paper prints on every page beside articles: name, date, page number, editors, hotline, advertisements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import pages_words as words
from pages_piece import PagePlan


def furnish(page: PagePlan, day: date, rng: Random, dress: Callable[[str], str]) -> None:
    """Header, footer and small advertisements of a page."""
    style = page.style
    page.topic = rng.choice(words.TOPICS) if page.number > 1 else "要闻"
    page.shows_date = style.header != "none" and (
        style.date_line == "all" or (style.date_line == "front" and page.number == 1)
    )
    page.shows_folio = style.header != "none" and style.folio != "none"
    if style.header != "none":
        head = _header(page, day, rng)
        editors = words.editors(rng, style.editors) if rng.random() < 0.6 else []
        (page.top if style.header == "top" else page.bottom).extend(head)
        (page.bottom if rng.random() < 0.6 else page.top).extend(editors)
        if page.number == 1 and rng.random() < 0.4:
            page.bottom.append(
                rng.choice([f"新闻热线：{words.phone(rng)}", f"本报热线 {words.phone(rng)} 零售每份1.00元"])
            )
    page.top, page.bottom = [dress(line) for line in page.top], [dress(line) for line in page.bottom]
    if rng.random() < 0.15:
        page.ads = [[dress(line) for line in words.advertisement(rng)] for _ in range(rng.choice([1, 1, 2, 4]))]


def _header(page: PagePlan, day: date, rng: Random) -> list[str]:
    style = page.style
    number = words.page_number(page.number, style.number_form)
    parts = [style.name] if page.style.folio != "line" or page.number == 1 or style.date_form % 2 else []
    if page.number == 1 and style.date_form > 3:
        parts.append(f"国内统一连续出版物号 CN 37-{1000 + len(style.slug) * 7:04d}")
    if page.shows_date:
        parts.append(words.date_line(rng, day, style.date_form))
    if page.shows_folio:
        folio = number if style.number_form == "letter" else f"第{number}版"
        parts.append(f"{folio} {page.topic}" if style.folio == "with topic" else folio)
    if style.folio == "line":
        parts.append(page.topic)
    if style.date_form in (2, 5):
        return [" ".join(parts)]
    return parts
