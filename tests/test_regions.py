from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats.glyphs import Glyph
from index.formats.lanes import Box, Drawing
from index.formats.regions import arrange
from index.types import Line

SIZE = (600.0, 800.0)


def glyph(char: str, left: float, base: float, size: float = 10, *, bold: bool = False) -> Glyph:
    width = size if char > "\x7f" else size / 2
    return Glyph(char, left, left + width, base - 0.86 * size, base + 0.12 * size, base, size, bold)


def line(text: str, left: float, base: float, size: float = 10, *, bold: bool = False) -> list[Glyph]:
    found = []
    for char in text:
        if char != "　":
            found.append(glyph(char, left, base, size, bold=bold))
        left += size if char > "\x7f" else size / 2
    return found


def block(lines: list[str], left: float, base: float, size: float = 10) -> list[Glyph]:
    return [one for place, text in enumerate(lines) for one in line(text, left, base + 1.4 * size * place, size)]


def texts(lines: tuple[Line, ...]) -> list[str]:
    return [one.text for one in lines]


def column(at: int, lines: int = 8) -> list[str]:
    chars = [chr(0x4E00 + at * 200 + place) for place in range(lines * 8 - 2)]
    text = "　　" + "".join(chars)
    return [text[start : start + 8] for start in range(0, len(text), 8)]


numbers = st.floats(0, 600, allow_nan=False)
glyphs = st.lists(
    st.builds(
        glyph, st.sampled_from("的一a1，“”。□"), numbers, numbers, st.sampled_from([0.01, 8.0, 10.0, 10.3, 24.0])
    ),
    max_size=60,
)
boxes = st.lists(
    st.builds(Box, numbers, numbers, numbers, numbers).filter(
        lambda box: box.left <= box.right and box.top <= box.bottom
    ),
    max_size=4,
)
drawings = st.builds(Drawing, boxes.map(tuple), boxes.map(tuple), boxes.map(tuple), boxes.map(tuple))


@settings(deadline=None)
@given(glyphs, drawings)
def test_every_glyph_stands_in_exactly_one_line(marks: list[Glyph], drawing: Drawing) -> None:
    lines = arrange(marks, drawing, SIZE)
    printed = Counter(char for one in lines for char in one.text if not char.isspace())
    assert printed == Counter(mark.char for mark in marks)
    assert [one.number for one in lines] == list(range(1, len(lines) + 1))


@settings(deadline=None)
@given(glyphs, drawings)
def test_every_line_with_text_has_an_edge_at_both_sides_of_every_character(
    marks: list[Glyph], drawing: Drawing
) -> None:
    for one in arrange(marks, drawing, SIZE):
        if one.text:
            assert one.box is not None
            assert len(one.box.edges) == len(one.text) + 1
            assert list(one.box.edges) == sorted(one.box.edges)
            assert one.box.top < one.box.bottom
        else:
            assert one.box is None


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from([10, 14, 20]))
def test_the_order_of_drawing_does_not_matter(random: Random, count: int, gutter: float) -> None:
    marks = line("标题很大", 50, 80, 24)
    expected = ["标题很大", ""]
    for at in range(count):
        marks += block(column(at), 50 + at * (80 + gutter), 110)
        expected += column(at)
    random.shuffle(marks)
    assert texts(arrange(marks, Drawing(), SIZE)) == expected


def test_no_mark_makes_no_line() -> None:
    assert arrange([], Drawing(), SIZE) == ()


def test_a_headline_heads_all_columns_that_its_white_reaches() -> None:
    marks = line("左边的标题", 50, 80, 24) + line("右边", 350, 80, 24)
    for at in range(3):
        marks += block(column(at), 50 + at * 92, 110)
    marks += block(column(3), 350, 110)
    assert texts(arrange(marks, Drawing(), SIZE)) == [
        "左边的标题",
        "",
        *column(0),
        *column(1),
        *column(2),
        "",
        "右边",
        "",
        *column(3),
    ]


def test_a_boxed_story_is_read_apart_from_what_goes_on_around_it() -> None:
    marks = line("标题很大", 50, 80, 24) + block(column(0, 6), 50, 110) + block(column(1, 16), 142, 110)
    marks += line("框里", 55, 220, 16) + block(column(2, 5), 50, 240)
    framed = Drawing(frames=(Box(46, 198, 134, 312),))
    assert texts(arrange(marks, framed, SIZE)) == [
        "标题很大",
        "",
        *column(0, 6),
        *column(1, 16),
        "",
        "框里",
        "",
        *column(2, 5),
    ]


def test_a_byline_over_three_columns_comes_first() -> None:
    marks = line("标题很大而且很长很长", 50, 80, 24) + line("本报记者", 162, 100)
    for at in range(3):
        marks += block(column(at), 50 + at * 92, 118)
    found = texts(arrange(marks, Drawing(), SIZE))
    assert [text.strip("　") for text in found[:3]] == ["标题很大而且很长很长", "", "本报记者"]
    assert found[3:] == [*column(0), *column(1), *column(2)]


def test_a_heading_inside_a_column_stays_in_it() -> None:
    marks = line("标题很大", 50, 80, 24)
    marks += block(column(0), 50, 110) + line("小标题", 60, 225, 11, bold=True) + block(column(1), 50, 240)
    marks += block(column(2, 16), 142, 110)
    found = arrange(marks, Drawing(), SIZE)
    assert [text.strip("　") for text in texts(found)] == [
        text.strip("　") for text in ["标题很大", "", *column(0), "小标题", *column(1), *column(2, 16)]
    ]
    assert [one.role for one in found if one.text.strip("　") == "小标题"] == ["heading"]


def test_a_stop_hanging_into_the_gutter_joins_no_columns() -> None:
    left = [text[:7] + "。" if place == 7 else text for place, text in enumerate(column(0, 12))]
    hanging = [text + "，" if place in (3, 5) else text for place, text in enumerate(left)]
    marks = block(hanging, 50, 110) + block(column(1, 12), 142, 110)
    assert texts(arrange(marks, Drawing(), SIZE)) == [*hanging, "", *column(1, 12)]


def test_words_of_letters_keep_their_spaces() -> None:
    found = arrange(line("GDP", 50, 100) + line("grew", 67.5, 100) + line("百分之五", 87.5, 100), Drawing(), SIZE)
    assert texts(found) == ["GDP grew百分之五"]


def test_a_jumped_text_under_another_is_read_apart() -> None:
    marks: list[Glyph] = line("标题很大", 50, 80, 24)
    for at in range(3):
        marks += block(column(at, 6), 50 + at * 92, 110)
    jumped = ["（上接第一版）后", *column(7, 3)[1:]]
    marks += block(jumped, 50, 220) + block([text.strip("　") for text in column(8, 3)], 142, 220)
    found = texts(arrange(marks, Drawing(), SIZE))
    first = ["标题很大", "", *column(0, 6), *column(1, 6), *column(2, 6)]
    assert found == [*first, "", *jumped, *[text.strip("　") for text in column(8, 3)]]


def test_marks_all_over_the_page_are_read_in_time() -> None:
    random = Random(1)
    marks = [glyph("的", random.uniform(0, 590), random.uniform(0, 790)) for _ in range(20_000)]
    assert sum(len("".join(one.text.split())) for one in arrange(marks, Drawing(), SIZE)) == 20_000
