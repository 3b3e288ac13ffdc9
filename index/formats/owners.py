"""Which blocks of a page make an article: what each goes on from, a heading or text above it or the column at its left."""

from __future__ import annotations

from collections.abc import Sequence

from .blocks import Block, overlap, ruled
from .continuity import comes_from_elsewhere, continues, unfinished
from .lanes import Box, Drawing
from .order import Article, in_order

# Headings of one stack stand at most so far apart, in the larger one's size.
_STACK = 1.2
# A heading inside a column (小标题) is at most this much larger than the body, stands at most so far below the text
# (body ems) and has at most so many lines.
_SECTION, _CLOSE, _SECTION_LINES = 1.55, 1.6, 2
# Type up to this much larger than the body is body type.
_PLAIN = 1.1
# Things overlap sideways if they share this much of the narrower one.
_SAME_COLUMN = 0.5
# The first lines of the columns under a headline are at most so far apart (body ems).
_NEXT = 3.0
# Set flush left: a headline begins where its column does, to this share of the body size.
_FLUSH = 0.4
# A single line does not show where a column begins.
_COLUMN = 2
# White higher than this (body ems) is a picture's that was not seen.
_PICTURE = 5.0
_TIER_LINES = 3  # a byline or a deck set across an article


class Owners:
    """Finds for every block what it goes on from: the heading or block above, or the column at its left."""

    def __init__(self, blocks: Sequence[Block], drawing: Drawing, body: float) -> None:
        self.drawing, self.body = drawing, body
        self.text = text = [block for block in blocks if block.kind in ("heading", "body")]
        self.others = [block for block in blocks if block.kind == "caption"]
        sections = {id(block) for block in text if block.kind == "heading" and self._section(block)}
        self.flow = [block for block in text if block.kind == "body" or id(block) in sections]
        self.stacks = self._stacks([block for block in text if block.kind == "heading" and id(block) not in sections])
        self.spans = self._spans()

    def articles(self) -> list[Article]:
        """The articles in reading order."""
        links: dict[int, int] = {}  # flow block → flow block it goes on from
        heads: dict[int, int] = {}  # flow block → stack
        loose: list[int] = []
        doubtful: dict[int, int] = {}
        under: dict[int, int] = {}
        for index, block in enumerate(self.flow):
            stack, above = self._above(index)
            if stack is not None:
                near = block.top - max(head.bottom for head in self.stacks[stack] if head.top < block.top)
                (heads if near <= 2 * _NEXT * self.body else under)[index] = stack
            elif above is None or comes_from_elsewhere(block):
                loose.append(index)
            elif block.top - self.flow[above].bottom > self.body:
                doubtful[index] = above
            else:
                links[index] = above
        tails = self._tails({**links, **doubtful})
        for index in sorted((*loose, *doubtful, *under), key=lambda index: self.flow[index].left):
            above = doubtful.get(index)
            score = -2 if above is None else continues(self.flow[above], self.flow[index])
            # Far below a headline only a sentence that goes on from the left is another's.
            score = 0 if index in under else score
            left = self._left(index, tails, score) if score < 1 else None
            if left is not None and self._root(left, {**links, **doubtful}) != index:
                links[index] = left
            elif index in under:
                heads[index] = under[index]
            elif above is not None and score > -1:
                links[index] = above
            elif (stack := self._headed_beside(index)) is not None:
                heads[index] = stack
        self._from_right(links, heads, tails)
        found: dict[tuple[str, int], Article] = {}
        for place, stack_blocks in enumerate(self.stacks):
            found["stack", place] = Article(heads=stack_blocks)
        for index, block in enumerate(self.flow):
            root = self._root(index, links)
            key = ("stack", heads[root]) if root in heads else ("block", root)
            found.setdefault(key, Article()).flow.append(block)
        return in_order(list(found.values()), self.body)

    @staticmethod
    def _root(index: int, links: dict[int, int]) -> int:
        seen = set()
        while index in links and index not in seen:
            seen.add(index)
            index = links[index]
        return index

    def _tails(self, links: dict[int, int]) -> dict[int, int]:
        """For each block the last one of its column."""
        below = {above: index for index, above in links.items()}
        found = {}
        for index in range(len(self.flow)):
            at, seen = index, {index}
            while at in below and below[at] not in seen:
                at = below[at]
                seen.add(at)
            found[index] = at
        return found

    def _section(self, block: Block) -> bool:
        """Whether a heading stands inside a column of text, or is a line of body type on top of one."""
        if block.size > _SECTION * self.body or len(block.strips) > _SECTION_LINES:
            return False
        above = [other for other in self.text if self._over(other, block)]
        below = [other for other in self.text if self._over(block, other)]
        if not below:
            return False
        lower = min(below, key=lambda other: other.top)
        if block.size <= _PLAIN * self.body and lower.kind == "body" and lower.top - block.bottom < self.body:
            return block.left >= lower.left - self.body and block.right <= lower.right + self.body
        if not above:
            return False
        upper = max(above, key=lambda other: other.bottom)
        return (
            upper.kind == lower.kind == "body"
            and overlap(upper, lower) > 0.8
            and block.left >= min(upper.left, lower.left) - self.body
            and block.right <= max(upper.right, lower.right) + self.body
            and block.top - upper.bottom <= _CLOSE * self.body
            and not ruled(upper, block, self.drawing.level)
        )

    def _over(self, above: Block, below: Block) -> bool:
        return (
            above.frame == below.frame
            and above.bottom <= below.top + 0.4 * min(above.size, below.size)
            and above.top < below.top
            and overlap(above, below) > _SAME_COLUMN
        )

    def _stacks(self, headings: Sequence[Block]) -> list[list[Block]]:
        """Headings that stand upon each other; one over two that stand side by side is a stack of its own."""
        stacks: list[list[Block]] = []
        place: dict[int, int] = {}
        for index, heading in enumerate(headings):
            if index not in place:
                place[index] = len(stacks)
                stacks.append([])
            stacks[place[index]].append(heading)
            below = [other for other, block in enumerate(headings) if self._stacked(heading, block)]
            if below:
                first = headings[min(below, key=lambda other: headings[other].top)]
                level = [other for other in below if headings[other].top < first.bottom]
                if all(headings[other] is first or overlap(headings[other], first) > 0 for other in level):
                    for other in level:
                        place.setdefault(other, place[index])
        return stacks

    def _stacked(self, above: Block, below: Block) -> bool:
        near = below.top - above.bottom <= _STACK * max(above.size, below.size)
        return near and self._over(above, below) and not ruled(above, below, self.drawing.level)

    def _spans(self) -> list[tuple[float, float]]:
        """How far each stack of headings reaches sideways: over the white beside it, but over no other stack's part."""
        found = [self._span(stack) for stack in self.stacks]
        for index, stack in enumerate(self.stacks):
            top, bottom = _extent(stack)
            right = max(head.right for head in stack)
            for other, beside in enumerate(self.stacks):
                upper, lower = _extent(beside)
                if upper < bottom and lower > top and min(head.left for head in beside) > right:
                    low, high = found[index]
                    found[index] = low, max(right, min(high, found[other][0]))
        return found

    def _span(self, stack: Sequence[Block]) -> tuple[float, float]:
        """How far the white at both sides of a stack of headings goes; as far at both for one that is set in the middle."""
        left, right = min(block.left for block in stack), max(block.right for block in stack)
        top, bottom = _extent(stack)
        slack = 0.2 * (bottom - top)
        low, high = min(block.left for block in self.text), max(block.right for block in self.text)
        sides: list[Block | Box] = [other for other in self.text if other not in stack]
        sides += [*self.drawing.upright, *self.drawing.frames]
        for other in sides:
            if other.bottom <= top + slack or other.top >= bottom - slack:
                continue
            if other.right <= left + self.body:
                low = max(low, other.right)
            elif other.left >= right - self.body:
                high = min(high, other.left)
        under = [
            block
            for block in self.flow
            if block.top >= top + slack
            and block.left < right
            and block.right > left
            and (len(block.strips) >= _COLUMN or block.kind == "heading")
        ]
        first = min((block.top for block in under), default=0.0)
        if any(
            abs(block.left - left) < _FLUSH * self.body and block.top < first + _NEXT * self.body for block in under
        ):
            return left, max(high, right)
        half = min((left + right) / 2 - low, high - (left + right) / 2)
        return min((left + right) / 2 - half, left), max((left + right) / 2 + half, right)

    def _above(self, index: int) -> tuple[int | None, int | None]:
        """The stack, or else the block, that the block at `index` stands under."""
        block = self.flow[index]
        middle = (block.left + block.right) / 2
        limit = block.top + 0.4 * self.body
        best, stack_found, block_found = float("-inf"), None, None
        for place, stack in enumerate(self.stacks):
            bottom = max((head.bottom for head in stack if head.bottom <= limit + head.size * 0.3), default=best)
            low, high = self.spans[place]
            over = low - self.body / 4 <= middle <= high + self.body / 4
            if stack[0].frame == block.frame and over and best < bottom:
                best, stack_found = bottom, place
        for place, other in enumerate(self.flow):
            if place != index and best < other.bottom <= limit and self._over(other, block):
                best, stack_found, block_found = other.bottom, None, place
        rules = [
            (rule.top + rule.bottom) / 2
            for rule in self.drawing.level
            if overlap(rule, block) > _SAME_COLUMN and best - self.body / 2 < rule.top < limit
        ]
        if block_found is None:
            return (None if rules else stack_found), None
        above = self.flow[block_found]
        other_measure = (
            not 0.75 < (above.right - above.left + self.body) / (block.right - block.left + self.body) < 1.34
        )
        long = min(len(above.strips), len(block.strips)) > _TIER_LINES
        if rules or (other_measure and long) or self._torn(above, block):
            return None, None
        return None, block_found

    def _torn(self, above: Block, below: Block) -> bool:
        """Whether white with nothing in it parts two blocks in mid-sentence, as no column is."""
        gap = below.top - above.bottom
        last = above.strips[-1]
        full = last.right > above.right - last.size and unfinished(last)
        near = gap <= self.body or below.kind == "heading"
        if near or not full or gap > _PICTURE * self.body or (last.bold and not below.strips[0].bold):
            return False
        things: list[Box | Block] = [*self.drawing.pictures, *self.drawing.frames, *self.others]
        return not any(
            thing.top < below.top and thing.bottom > above.bottom and overlap(thing, below) > 0 for thing in things
        )

    def _left(self, index: int, tails: dict[int, int], least: int) -> int | None:
        """The column at the left that the block at `index` goes on from, more surely than `least`."""
        block = self.flow[index]
        beside = [
            place
            for place, other in enumerate(self.flow)
            if other.frame == block.frame
            and other.right <= block.left + self.body / 2
            and min(other.bottom, block.bottom) - max(other.top, block.top) > 0
            and abs(other.size - block.size) < 0.12 * block.size
        ]
        if not beside:
            return None
        place = max(beside, key=lambda place: (round(self.flow[place].right / self.body), self.flow[place].bottom))
        flow = continues(self.flow[tails[place]], block)
        # Columns that begin level belong together rather than what stands far above one of them.
        level = abs(self.flow[place].top - block.top) < self.body / 2
        if flow < least or (flow == least and not level) or (flow < 1 and self._parted(self.flow[place], block)):
            return None
        return place if flow > -1 else None

    def _headed_beside(self, index: int) -> int | None:
        """The stack of headings right at the left of a column that has neither text nor heading above or beside it."""
        block = self.flow[index]
        best: int | None = None
        if comes_from_elsewhere(block):
            return None
        for place, stack in enumerate(self.stacks):
            right = max(head.right for head in stack)
            level = min(head.top for head in stack) < block.bottom and max(head.bottom for head in stack) > block.top
            if stack[0].frame != block.frame or right > block.left + self.body / 2 or not level:
                continue
            between = any(
                other is not block
                and other.left < block.left
                and other.right > right
                and other.top < block.bottom
                and other.bottom > block.top
                for other in self.text
                if other not in stack
            )
            if not between and not self._parted(stack[-1], block):
                best = place
        return best

    def _parted(self, left: Block, right: Block) -> bool:
        """Whether an upright rule stands between two columns."""
        top, bottom = max(left.top, right.top), min(left.bottom, right.bottom)
        return any(
            left.right - self.body / 2 <= rule.left and rule.right <= right.left + self.body / 2
            for rule in self.drawing.upright
            if rule.top < bottom and rule.bottom > top
        )

    def _from_right(self, links: dict[int, int], heads: dict[int, int], tails: dict[int, int]) -> None:
        """A column without anything above it, whose sentence goes on in a headed column at its right, is its beginning."""
        for index, block in enumerate(self.flow):
            if index in links or index in heads:
                continue
            beside = [
                place
                for place, other in enumerate(self.flow)
                if other.frame == block.frame
                and other.left >= block.right - self.body / 2
                and min(other.bottom, block.bottom) - max(other.top, block.top) > 0
            ]
            if not beside:
                continue
            place = min(beside, key=lambda place: (round(self.flow[place].left / self.body), self.flow[place].top))
            if self._root(place, links) in heads and continues(self.flow[tails[index]], self.flow[place]) > 0:
                links[index] = place


def _extent(stack: Sequence[Block]) -> tuple[float, float]:
    return min(block.top for block in stack), max(block.bottom for block in stack)
