"""Hostile files through the one door: pages or a refusal come out, nothing else, and the work grows with the length only.

Work is counted, not timed: for Python's own steps as calls; what regular expressions and parsers do inside is tried on
lengths at which a quadratic step would take hours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import BODY, SAMPLES, docx, epub, xhtml

from index.errors import SourceError
from index.read import SUFFIXES, read
from index.records import record_article
from index.types import Page

OURS = sorted(SUFFIXES & {*SAMPLES, ".htm", ".xhtml", ".markdown", ".ndjson"})
# Pieces that mean something to one format or another, to be put where they do not belong.
PIECES = (
    "\r", "\n", "\0", "　", '"', "<", ">", "&", ";", ",", "{", "[", "|", "- ", "> ", "# ", "```\n", "---\n", "---\ntitle: x\n---\n",
    "| a | b |\n|--|--|\n", "&#0;", "&#xD800;", "\\ud800", "&a;", "<!--", "-->", "<![CDATA[", "<script>", "<pre>", "</pre>", "<tr>", "<td>",
    "</td>", "</tr>", "</table>", "<article>", "</article>", "<h1>", "<a>", "<br>", "</div>", "<p/>", "null", "1e999", "\u202e", "\ufeff",
)  # fmt: skip
DOCX_TAGS = (
    "w:p", "w:p", "w:r", "w:r", "w:t", "w:t", "w:tbl", "w:tr", "w:tc", "w:txbxContent", "w:del", "w:ins", "w:sectPr", "w:pPr", "w:rPr",
    "mc:AlternateContent", "mc:Choice", "mc:Fallback", "w:br", "w:tab", "w:vanish", "w:pStyle", "w:type", "w:titlePg",
    "w:headerReference", "w:footnoteReference", "w:pageBreakBefore", "w:outlineLvl", "w:sym", "m:t",
)  # fmt: skip
HTML_TAGS = (
    "div", "p", "table", "tr", "td", "th", "ul", "li", "pre", "a", "h1", "h2", "br", "span", "article", "main", "nav", "aside",
    "header", "footer", "title", "script", "body", "html", "head", "select", "svg", "caption", "ruby", "rt",
)  # fmt: skip


def check(suffix: str, data: bytes) -> list[Page]:
    """Read the bytes as a file of this suffix, and check what every reader promises."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        try:
            pages = list(read(path, "页"))
        except SourceError as error:
            assert re.fullmatch("页: .+", str(error))  # noqa: PT017
            return []
    assert pages
    assert [page.number for page in pages] == sorted({page.number for page in pages})
    for page in pages:
        numbers = [line.number for line in page.lines]
        assert numbers == sorted(set(numbers))
        assert numbers[0] >= 1
        for line in page.lines:
            line.text.encode()
            assert "\n" not in line.text
            assert "\r" not in line.text
        assert any(line.text.strip() for line in page.lines)
        if page.record is not None:
            article = record_article(page)
            texts = {line.number: line.text for line in page.lines}
            assert all(article.text[span.start : span.end] == texts[span.line] for span in article.spans)
            repr(article).encode()
    return pages


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
def test_the_samples_are_read(suffix: str) -> None:
    assert check(suffix, SAMPLES[suffix])


@pytest.mark.parametrize("suffix", OURS)
@given(data=st.binary(max_size=300))
@settings(max_examples=30, deadline=None)
def test_any_bytes(suffix: str, data: bytes) -> None:
    check(suffix, data)


@pytest.mark.parametrize("suffix", OURS)
@given(text=st.text(max_size=200), encoding=st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-32-be"]))
@settings(max_examples=30, deadline=None)
def test_any_text(suffix: str, text: str, encoding: str) -> None:
    check(suffix, text.encode(encoding, "replace"))


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The data with some of it changed, cut out, doubled, or pieces put between."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 60))
        put = draw(
            st.one_of(
                st.just(b""),
                st.just(data[start:end] * 3),
                st.binary(max_size=4),
                st.sampled_from(PIECES).map(str.encode),
            )
        )
        data = data[:start] + put + data[draw(st.sampled_from([start, end])) :]
    return data


@pytest.mark.parametrize("suffix", sorted(SAMPLES))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_files(suffix: str, data: st.DataObject) -> None:
    check(suffix, data.draw(damaged(SAMPLES[suffix])))


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_parts_of_whole_packages(data: st.DataObject) -> None:
    """A package is most often refused when it is damaged itself: here only what is in it is."""
    check(".docx", docx(data.draw(damaged(BODY.encode())).decode("utf-8", "replace")))
    check(".epub", epub({"a": data.draw(damaged(xhtml("<h1>新&nbsp;港</h1><p>开航。</p>").encode())), "b": b""}))


def trees(tags: tuple[str, ...], attributes: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Well-formed markup in which any element may stand in any other."""
    text = st.sampled_from(("", "文字。", "a", "\n", "　"))
    return st.recursive(
        text,
        lambda inner: st.builds(
            lambda tag, attribute, parts, after: f"<{tag} {attribute}>{''.join(parts)}</{tag}>{after}",
            st.sampled_from(tags),
            st.sampled_from(attributes),
            st.lists(inner, max_size=4),
            text,
        ),
        max_leaves=25,
    )


@given(trees(DOCX_TAGS, ("", 'w:val="1"', 'w:type="page"', 'w:val="continuous"', 'r:id="x"', 'w:char="F06F"')))
@settings(max_examples=100, deadline=None)
def test_any_tree_in_a_word_document(body: str) -> None:
    check(".docx", docx(f"{body}<w:p><w:r><w:t>字</w:t></w:r></w:p>"))


@given(trees(HTML_TAGS, ("", 'class="nav"', "hidden='1'", 'style="display:none"', 'id="footer"')))
@settings(max_examples=100, deadline=None)
def test_any_tree_in_a_web_page(body: str) -> None:
    check(".html", f"<div>{body}</div>".encode())
    check(".epub", epub({"a": xhtml(body)}))


def work(act: Callable[[], object]) -> int:
    """How many calls of functions, Python's own or built in, the act takes."""
    count = 0

    def tick(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(tick)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


UNITS = {
    ".txt": ("字", "\n", "\0字字字字字字字字字字字字字字"),
    ".html": ("字", "<", "<div>", "<p>", "<table><tr><td>", "<article><h2>字。</h2>", "<pre>\n", "<!--", "版权", "<a href=x>字</a>", "</div>", "<title>字</title><p>字</p>"),
    ".md": ("字", "[", "![", "*a ", "`", "> ", "- a\n", "字。\n\n", "|a|b\n|-|-\n", "<b\n", "a: b\n"),
    ".jsonl": ("[", '{"text": "字"}\n', '{"text": "<br>', "\n"),
    ".json": ("[", '{"a":', '[{"text":"字"},'),
    ".csv": ('"', "text\n", "字,\n", "\n"),
    ".docx": ("<w:p/>", "<w:p><w:r><w:t>字</w:t><w:br w:type='page'/></w:r></w:p>", "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>",
              "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>字</w:t></w:r></w:p>", "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
    ".epub": ("字", "<p>字</p>", "<table><tr><td>字</td></tr></table>", "&nbsp;", "<p>"),
}  # fmt: skip
HEADS = {".csv": "text,title\n", ".md": "---\n"}


def of_length(suffix: str, unit: str, length: int) -> bytes:
    text = unit * (length // len(unit))
    if suffix == ".docx":
        return docx(text)
    return epub({"a": xhtml(text)}) if suffix == ".epub" else (HEADS.get(suffix, "") + text).encode()


@pytest.mark.parametrize(("suffix", "unit"), [(suffix, unit) for suffix, units in UNITS.items() for unit in units])
def test_twice_the_length_is_twice_the_work(suffix: str, unit: str) -> None:
    check(suffix, of_length(suffix, unit, 500))  # what is loaded at first use
    once, twice = (work(lambda: check(suffix, of_length(suffix, unit, length))) for length in (6000, 12000))  # noqa: B023
    assert twice <= 2.2 * once + 2000


RUNS = ("字", "<", "[", "\n", '"', "</div>", "<div>", "<!--", "版权")


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [
        (suffix, unit)
        for suffix, units in UNITS.items()
        for unit in units
        if unit in RUNS and suffix not in (".md", ".docx", ".epub")
    ],
)
def test_a_million_characters(suffix: str, unit: str) -> None:
    """At this length a step that looks back over all before it would not end."""
    check(suffix, of_length(suffix, unit, 1_000_000))
