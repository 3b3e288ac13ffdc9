"""Plans issues: which articles stand on which page, with headlines, bylines, jumps, captions, digests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pages_words as words
from pages_furniture import furnish
from pages_jump import jump, mark_borders, pair
from pages_piece import Issue, PagePlan, Piece
from pages_sign import Signer
from pages_stories import Stock, Story
from pages_style import Style, draw_style, of_page

_CLAUSE = re.compile(r"(?<=[，。；])[^，。；：、？！“”《》（）\n 0-9A-Za-z]{7,20}(?=[，。；])")
ON_A_PAGE = (3, 3, 4, 4, 5, 6, 7)


def draw_issues(stock: Stock, rng: Random, number: int, articles: Sequence[int] = ON_A_PAGE) -> list[Issue]:
    """Issues with `number` pages in the collection together; no article is printed twice.

    `articles` are how many a page may begin with.
    """
    styles = [draw_style(rng) for _ in range(max(4, number // 4))]
    days = sorted(day for day, stories in stock.days.items() if len(stories) >= 3)
    rng.shuffle(days)
    used: set[str] = set()
    issues: list[Issue] = []
    left = number
    for serial, day in enumerate(days):
        size = min(rng.choice([1, 2, 4, 4, 6, 8, 8]), left)
        issue = _Maker(stock, rng, used, serial, rng.choice(styles), day).issue(size, articles)
        if issue is not None:
            issues.append(issue)
            left -= sum(not page.left_out for page in issue.pages)
        if left <= 0:
            break
    return issues


class _Maker:
    """Makes one issue."""

    def __init__(self, stock: Stock, rng: Random, used: set[str], serial: int, style: Style, day: date) -> None:
        self.stock, self.rng, self.used, self.serial, self.style, self.news_day = stock, rng, used, serial, style, day
        self.dress = style.dress()
        self.signer = Signer(rng, self.dress, day)
        self.day = day if style.evening else day + timedelta(days=1)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def issue(self, size: int, articles: Sequence[int]) -> Issue | None:
        fresh = [story for story in self.stock.days[self.news_day] if story.id not in self.used]
        self.rng.shuffle(fresh)
        pages = []
        for number in range(1, size + 1):
            page = PagePlan(number, of_page(self.style, self.rng))
            for story in self._choose(fresh, self.rng.choice(articles)):
                page.pieces.append(self._piece(story, page, len(page.pieces)))
            if not page.pieces:
                return None
            furnish(page, self.day, self.rng, self.dress)
            pages.append(page)
        issue = Issue(self.serial, self.style, self.day, self.news_day, pages)
        jump(issue, self.rng, self.dress)
        for page in pages:
            if len(pages) > 1 and self.chance(0.05):
                page.left_out = True
        if all(page.left_out for page in pages):
            pages[0].left_out = False
        self._refer(issue)
        pair(issue)
        for page in pages:
            mark_borders(page, self.rng, self.dress)
        return issue

    def _choose(self, fresh: list[Story], number: int) -> list[Story]:
        chosen = []
        for _ in range(number):
            pool = fresh if fresh and self.chance(0.75) else self.stock.loose[self.news_day.year]
            for _attempt in range(20):
                story = pool.pop() if pool is fresh and pool else self.rng.choice(pool or [None])
                if story is None:
                    break
                if story.id not in self.used:
                    self.used.add(story.id)
                    chosen.append(story)
                    break
        return chosen

    def _piece(self, story: Story, page: PagePlan, ordinal: int) -> Piece:
        rng, dress = self.rng, self.dress
        headline = [story.kicker] if story.kicker else []
        headline += story.headline
        deck_from = len(headline)
        clauses = _CLAUSE.findall("\n".join(story.paragraphs))
        if clauses and len(story.headline) == 1 and self.chance(0.25):
            headline.append(rng.choice(clauses))
        piece = Piece(
            f"{self.serial}/{page.number}/{ordinal}",
            story.id,
            [dress(line) for line in headline],
            deck_from,
            [dress(paragraph) for paragraph in story.paragraphs],
        )
        if page.style.dropped_rate:
            piece.paragraphs = [self._drop(paragraph, page.style.dropped_rate) for paragraph in piece.paragraphs]
            piece.traits.add("dropped glyphs")
        self.signer.sign(piece, story, page)
        self._events(piece, story)
        self._decorate(piece, clauses)
        return piece

    def _drop(self, text: str, rate: float) -> str:
        return text[:1] + "".join(char for char in text[1:-1] if not self.chance(rate)) + text[-1:]

    def _events(self, piece: Piece, story: Story) -> None:
        """Days a careful reader knows: 今天 and 昨天 of the text, else the printed dateline if the text names no day."""
        dateline = bool(piece.asides) and self.dress(words.day_words(self.news_day)) in piece.asides[0]
        if story.dated and (dateline or self.style.evening):
            piece.events = list(story.events)
        elif dateline and not story.dated:
            piece.events = [self.news_day.isoformat()]

    def _decorate(self, piece: Piece, clauses: list[str]) -> None:
        rng = self.rng
        short = [clause for clause in clauses if len(clause) <= 12]
        if piece.length > 500 and len(piece.paragraphs) > 4 and len(short) > 2 and self.chance(0.15):
            places = sorted(rng.sample(range(1, len(piece.paragraphs)), rng.choice([2, 3])))
            texts = rng.sample(short, len(places))
            piece.sections = [(place, self.dress(text)) for place, text in zip(places, texts, strict=True)]
            piece.traits.add("section headings")
        if clauses and self.chance(0.08):
            author = rng.choice(["本报记者 {} 摄", "记者 {} 摄", "{} 摄", "新华社记者 {} 摄", "（通讯员 {} 摄）"])
            start = rng.choice(["图为", "▲", "上图：", "如图，", "△"])
            piece.caption = self.dress(f"{start}{rng.choice(clauses)}。 {author.format(words.person(rng))}")
            piece.caption_inside = self.chance(0.3)
            piece.traits.add("caption inside" if piece.caption_inside else "caption")

    def _refer(self, issue: Issue) -> None:
        """A digest on the front page and pointers after articles."""
        rng = self.rng
        front, later = issue.pages[0], issue.pages[1:]
        items = [
            (piece.headline[-1], page.number) for page in later for piece in page.pieces[:2] if not piece.from_page
        ]
        if items and self.chance(0.3):
            form = rng.choice(["{t}  {n}版", "{n}版 {t}", "{t}\n{n}版", "{t}（详见{n}版）", "{t} ▶{n}版"])
            chosen = rng.sample(items, min(len(items), rng.choice([2, 3, 4])))
            front.digest = [self.dress(rng.choice(["今日导读", "导读", "今日看点", "本期导读"]))]
            for title, number in chosen:
                shown = words.page_number(number, self.style.number_form)
                front.digest += form.format(t=title, n=shown).split("\n")
        for page in issue.pages[:-1]:
            whole = [piece for piece in page.pieces if not piece.to_page]
            if whole and self.chance(0.08):
                number = words.page_number(rng.randint(page.number + 1, len(issue.pages)), self.style.number_form)
                form = rng.choice(
                    ["更多报道见{}版", "相关报道见{}版", "详见{}版", "（相关报道详见{}版）", "更多内容见第{}版"]
                )
                page.pointers[rng.choice(whole).key] = self.dress(form.format(number))
