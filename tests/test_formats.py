"""Word, web, Markdown and EPUB files to pages of lines: what is kept, in which order, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import MARKDOWN, PAGE, SAMPLES, W, docx, epub, paragraph, xhtml, zipped

from index.errors import SourceError
from index.read import read
from index.records import record_article
from index.types import Page, Record


def read_all(folder: Path, name: str, data: bytes | str, notes: list[str] | None = None) -> list[Page]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read(path, name, (notes if notes is not None else []).append))


def roles(page: Page) -> list[tuple[str, str]]:
    return [(line.role, line.text) for line in page.lines]


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def refusal(folder: Path, name: str, data: bytes | str) -> str:
    with pytest.raises(SourceError) as caught:
        read_all(folder, name, data)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    return message


# Word


def test_a_word_document_with_headings(tmp_path: Path) -> None:
    table = (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>长度</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>3</w:t></w:r><w:r><w:t>公里</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    body = paragraph("新港开航", "1") + paragraph("会议召开。") + table + paragraph("大字标题", "big")
    (page,) = read_all(tmp_path, "a.docx", docx(body))
    assert roles(page) == [
        ("heading", "新港开航"), ("body", "会议召开。"), ("body", "长度\t3公里"), ("heading", "大字标题"),
    ]  # fmt: skip
    assert [line.number for line in page.lines] == [1, 2, 3, 4]


def test_without_headings_layout_is_left_to_find_the_articles(tmp_path: Path) -> None:
    body = paragraph("新港开航") + paragraph("") + paragraph("") + paragraph("　　会议召开。")
    (page,) = read_all(tmp_path, "a.docx", docx(body))
    assert roles(page) == [("", "新港开航"), ("", ""), ("", "　　会议召开。")]


def test_an_outline_level_makes_a_heading(tmp_path: Path) -> None:
    body = paragraph("新港开航", extra='<w:outlineLvl w:val="0"/>') + paragraph(
        "正文", extra='<w:outlineLvl w:val="9"/>'
    )
    (page,) = read_all(tmp_path, "a.docx", docx(body))
    assert roles(page) == [("heading", "新港开航"), ("body", "正文")]


BREAK = '<w:br w:type="page"/>'


@pytest.mark.parametrize(
    "second",
    [
        f"<w:p><w:r>{BREAK}<w:t>乙</w:t></w:r></w:p>",
        f"<w:p><w:r>{BREAK}</w:r></w:p>" + paragraph("乙"),
        paragraph("乙", extra="<w:pageBreakBefore/>"),
        "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>" + paragraph("乙"),
    ],
)
def test_page_breaks(tmp_path: Path, second: str) -> None:
    first, second_page = read_all(tmp_path, "a.docx", docx(paragraph("甲") + second))
    assert [text for text in texts(first) if text] == ["甲"]
    assert [text for text in texts(second_page) if text] == ["乙"]
    assert (first.number, second_page.number) == (1, 2)


@pytest.mark.parametrize(
    "second",
    [
        paragraph("乙", extra='<w:pageBreakBefore w:val="0"/>'),
        "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>" + paragraph("乙") + '<w:sectPr><w:type w:val="continuous"/></w:sectPr>',
        '<w:p><w:r><w:br w:type="column"/><w:t>乙</w:t></w:r></w:p>',
        "<w:p><w:r><w:lastRenderedPageBreak/><w:t>乙</w:t></w:r></w:p>",
    ],
)
def test_what_breaks_no_page(tmp_path: Path, second: str) -> None:
    (page,) = read_all(tmp_path, "a.docx", docx(paragraph("甲") + second))
    assert [text for text in texts(page) if text] == ["甲", "乙"]


def test_line_breaks_tabs_and_signs(tmp_path: Path) -> None:
    body = (
        '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:sym w:font="Wingdings" w:char="F06F"/>'
        "<w:t>记者</w:t><w:tab/><w:t>李涛</w:t><w:br/><w:t>报道</w:t></w:r></w:p>"
    )
    (page,) = read_all(tmp_path, "a.docx", docx(body))
    assert texts(page) == ["□记者\t李涛", "报道"]


def test_tracked_changes(tmp_path: Path) -> None:
    body = (
        "<w:p><w:pPr><w:pPrChange><w:pPr><w:pStyle w:val='1'/></w:pPr></w:pPrChange></w:pPr><w:r><w:t>会议</w:t></w:r>"
        "<w:del><w:r><w:delText>没有</w:delText><w:t>未</w:t></w:r></w:del><w:ins><w:r><w:t>如期</w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>召开</w:t></w:r></w:moveTo></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>两段</w:t></w:r></w:p>" + paragraph("合一")
    )
    (page,) = read_all(tmp_path, "a.docx", docx(body))
    assert roles(page) == [("", "会议如期召开"), ("", "两段合一")]


BOX = "<w:txbxContent>" + paragraph("框一") + paragraph("框二") + "</w:txbxContent>"


def test_a_text_box_stands_once(tmp_path: Path) -> None:
    both = f"<mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>"
    later = f"<mc:AlternateContent><mc:Choice/><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>"
    for box in (BOX, both, later):
        before = f"<w:p><w:r>{box}</w:r><w:r><w:t>正文</w:t></w:r></w:p>"
        after = f"<w:p><w:r><w:t>正文</w:t></w:r><w:r>{box}</w:r></w:p>"
        (page,) = read_all(tmp_path, "a.docx", docx(before))
        assert texts(page) == ["框一", "框二", "正文"]
        (page,) = read_all(tmp_path, "a.docx", docx(after))
        assert texts(page) == ["正文", "框一", "框二"]


def test_a_table_that_lays_out_a_page_is_no_row(tmp_path: Path) -> None:
    column = "".join(paragraph("会议指出，要学习贯彻精神。" * 10) for _ in range(2))
    body = f"<w:tbl><w:tr><w:tc>{column}</w:tc><w:tc>{paragraph('右栏')}</w:tc></w:tr></w:tbl>"
    (page,) = read_all(tmp_path, "a.docx", docx(body))
    assert [text[:2] for text in texts(page)] == ["会议", "会议", "右栏"]


def test_headers_and_notes(tmp_path: Path) -> None:
    parts = {
        "header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph("青岛日报 第1版")}</w:hdr>',
        "footer1.xml": f'<w:ftr xmlns:w="{W}">{paragraph("责任编辑：赵明")}</w:ftr>',
        "footnotes.xml": f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">{paragraph("注文")}</w:footnote></w:footnotes>',
    }
    body = (
        '<w:p><w:r><w:t>正文</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
        f"<w:p><w:r>{BREAK}<w:t>二</w:t></w:r></w:p>"
        '<w:sectPr><w:headerReference w:type="default" r:id="header1.xml"/><w:footerReference r:id="footer1.xml"/></w:sectPr>'
    )
    first, second = read_all(tmp_path, "a.docx", docx(body, parts))
    assert roles(first) == [
        ("furniture", "青岛日报 第1版"),
        ("", "正文"),
        ("", "注文"),
        ("furniture", "责任编辑：赵明"),
    ]
    assert roles(second) == [("furniture", "青岛日报 第1版"), ("", "二"), ("furniture", "责任编辑：赵明")]


BOMB = docx("<w:p><w:r><w:t>" + "字" * 12_000_000 + "</w:t></w:r></w:p>")
ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + f']><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t x="&i;">字&i;</w:t></w:r></w:p></w:body></w:document>'
)
OUTSIDE = (
    '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>字&x;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a Word document, or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "protected by a password"),
        (zipped({"a.txt": "b"}), "not a Word document"),
        (zipped({"xl/workbook.xml": "<a/>"}), "is an Excel workbook"),
        (docx(paragraph("字"))[:-40], "damaged"),
        (zipped({"word/document.xml": "<a"}), "no XML"),
        (docx(paragraph("")), "holds no text"),
        (BOMB, "unpack to more"),
        (zipped({"word/document.xml": ENTITIES}), "damaged"),
    ],
)
def test_word_documents_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in refusal(tmp_path, "a.docx", data)


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    (page,) = read_all(tmp_path, "a.docx", zipped({"word/document.xml": OUTSIDE}))
    assert texts(page) == ["字"]
    book = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><html><body><p>字&x;。</p></body></html>'
    (page,) = read_all(tmp_path, "a.epub", epub({"a": book}))
    assert "".join(texts(page)).startswith("字")
    hostname = Path("/etc/hostname")
    assert not hostname.exists() or hostname.read_text().strip() not in "".join(texts(page))


def test_other_word_formats_are_told_the_way(tmp_path: Path) -> None:
    assert "Save it as .docx" in refusal(tmp_path, "a.doc", b"\xd0\xcf\x11\xe0")
    assert "Save it as .csv" in refusal(tmp_path, "a.xlsx", b"PK")


# Web pages


def test_a_news_page_is_one_ready_article(tmp_path: Path) -> None:
    (page,) = read_all(tmp_path, "a.html", PAGE)
    assert page.record == Record(None, "青岛新港开航 首日吞吐量破万吨", "2023-11-15", ("李涛", "刘腾"), None)
    assert [text for role, text in roles(page) if role in ("body", "heading")] == [
        "本报讯　11月14日上午，青岛新港正式开航。港口长3公里。",
        "短段。",
        "“我们等了十年。”港口负责人王清源说，新港的建成标志着",
        "新的发展阶段。",
        "图为青岛新港开航现场。本报记者 张伟 摄",
        "展望未来",
        "项目\t数值",
        "长度\t3公里",
        "第一条航线：青岛至上海",
        "第二条航线：青岛至釜山",
        "短段。",
    ]
    assert ("heading", "展望未来") in roles(page)
    article = record_article(page)
    assert article.published is not None
    assert (article.published.value, article.headline) == ("2023-11-15", ("青岛新港开航 首日吞吐量破万吨",))
    assert [section.title for section in article.sections] == ["展望未来"]
    assert "责任编辑" not in article.text


PROSE = [
    "本报讯　11月14日上午，青岛新港正式开航。港口长3公里。", "短段。", "“等了十年。”王清源说，意义重大。", "短段。",
    "下一步，新港将拓展航线，预计明年新增航线12条。",
]  # fmt: skip
NAV = '<div id="nav"><a href="/">首页</a> | <a href="/a">要闻</a></div>'
FOOT = '<div id="foot">版权所有 青岛日报社 Copyright 2001-2024</div>'
SIDE = "<ul>" + "".join(f'<li><a href="/x{i}">市政府召开第{i}次常务会议研究部署</a></li>' for i in range(8)) + "</ul>"
TITLE = "<h1>新港开航</h1>"


@pytest.mark.parametrize(
    "body",
    [
        f"{NAV}{TITLE}<div>{'<br><br>　　'.join(PROSE)}</div>{SIDE}{FOOT}",
        f"{NAV}{TITLE}<div>" + "".join(f"<div>　　{text}</div>" for text in PROSE) + f"</div>{SIDE}{FOOT}",
        f"{NAV}<div>{TITLE}"
        + "".join(f"<p><span><font>{text[:2]}</font>{text[2:]}</span></p>" for text in PROSE)
        + "</div>",
        f"<header>{NAV}</header><article><header>{TITLE}</header>"
        + "".join(f"<p>{text}</p>" for text in PROSE)
        + f"</article><aside>{SIDE}</aside><footer>{FOOT}</footer>",
        f"<table><tr><td>{NAV}</td></tr><tr><td>{SIDE}</td><td><table><tr><td><b>新港开航</b></td></tr><tr><td>"
        + "".join(f"<P>{text}" for text in PROSE)
        + f"</table></td></tr><tr><td>{FOOT}</td></tr></table>",
        f"<main>{TITLE}<p>{PROSE[0]}</p><div>"
        + "".join(f"<p>{text}</p>" for text in PROSE[1:])
        + f"</div></main>{SIDE}{FOOT}",
        f"<div>{TITLE}<section>{PROSE[0]}</section><p>{PROSE[1]}<p>{PROSE[2]}<ul><li>{PROSE[3]}<li>{PROSE[4]}</ul></div>{FOOT}",
    ],
)
def test_no_paragraph_of_a_web_page_is_lost_or_doubled(tmp_path: Path, body: str) -> None:
    (page,) = read_all(
        tmp_path, "a.html", f"<html><head><title>新港开航_青岛网</title></head><body>{body}</body></html>"
    )
    assert [text for role, text in roles(page) if role == "body"] == PROSE
    assert page.lines[0].text == "新港开航"
    assert page.lines[0].role == "heading"
    assert page.record is None


ASIDE = "".join(
    f'<h4>热点新闻</h4><a href="/{i}">市政府召开第{i}次常务会议研究部署</a><p>会议由市长主持，听取了汇报。</p><i>12-27 18:40</i>'
    for i in range(6)
)
REPLIES = "".join(f"<li>市民{i}：说得很好，我们都支持，希望早日建成，大家一起去看看。</li>" for i in range(4))


@pytest.mark.parametrize(
    "around",
    [
        f"<div>{{}}<div>{ASIDE}</div></div>",
        f"<div>{ASIDE}</div><div>{{}}</div>",
        f"<table><tr><td>{{}}</td><td>{ASIDE}</td></tr></table>",
        f"<div>{{}}</div><div id='comment-list'>{REPLIES}</div>",
        f"<div>{{}}</div><div style='display:none'>{REPLIES}</div>",
    ],
)
def test_lists_of_other_articles_and_replies_are_left_out(tmp_path: Path, around: str) -> None:
    story = "<div><h1>新港开航</h1></div><div><em>2023-11-15 08:30　来源：青岛日报</em></div><div>{}</div>"
    text = around.format(story.format("".join(f"<p>{text}</p>" for text in PROSE)))
    head = "<html><head><title>新港开航_青岛网</title></head>"
    (page,) = read_all(tmp_path, "a.html", f"{head}<body>{NAV}{text}{FOOT}</body></html>")
    assert [text for role, text in roles(page) if role != "furniture"] == PROSE
    assert page.record == Record(None, "新港开航", "2023-11-15 08:30", (), None)


def test_a_short_article(tmp_path: Path) -> None:
    (page,) = read_all(tmp_path, "a.html", f"<body>{NAV}<div>{TITLE}<p>昨日，新港开航。</p></div>{SIDE}{FOOT}")
    assert roles(page) == [("heading", "新港开航"), ("body", "昨日，新港开航。")]


def test_several_articles_on_a_page(tmp_path: Path) -> None:
    cards = "".join(
        f"<article><h2>标题{i}</h2><p>第{i}件事今天发生了。</p><footer>（记者 李涛）</footer></article>"
        for i in "一二三"
    )
    pages = read_all(tmp_path, "a.html", f"<body>{NAV}{cards}{FOOT}</body>")
    assert [page.number for page in pages] == [1, 2, 3]
    assert [texts(page) for page in pages] == [
        [f"标题{i}", f"第{i}件事今天发生了。", "（记者 李涛）"] for i in "一二三"
    ]


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "GB18030", "utf-8", ""])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_declared_encodings_may_be_wrong(tmp_path: Path, charset: str, encoding: str) -> None:
    html = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>{TITLE}<p>'
    (page,) = read_all(tmp_path, "a.htm", (html + "</p><p>".join(PROSE)).encode(encoding))
    assert texts(page) == ["新港开航", *PROSE]


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "hex", "unicode_escape", "x" * 40])
def test_declared_encodings_that_are_none(tmp_path: Path, charset: str) -> None:
    html = f"<meta charset={charset}><h1>新港开航</h1><p>会议召开，学习贯彻精神。</p>"
    for encoding in ("utf-8", "gb18030"):
        (page,) = read_all(tmp_path, "a.html", html.encode(encoding))
        assert texts(page) == ["新港开航", "会议召开，学习贯彻精神。"]


def test_a_western_page_in_its_declared_encoding(tmp_path: Path) -> None:
    (page,) = read_all(tmp_path, "a.html", "<meta charset='iso-8859-1'><p>“Café” à Paris.</p>".encode("cp1252"))
    assert texts(page) == ["“Café” à Paris."]


@pytest.mark.parametrize("data", [b"", b"<html>", b"<html><script>var a = 1;</script></html>", b"<!DOCTYPE html>"])
def test_web_pages_without_text(tmp_path: Path, data: bytes) -> None:
    assert "holds no text" in refusal(tmp_path, "a.html", data)


def test_fonts_never_closed(tmp_path: Path) -> None:
    data = "<body>" + "".join(f"<p>段{number}。<font>" for number in range(5000))
    (page,) = read_all(tmp_path, "a.html", data)
    assert texts(page) == [f"段{number}。" for number in range(5000)]


def test_a_page_nested_too_deep_says_so(tmp_path: Path) -> None:
    notes: list[str] = []
    (page,) = read_all(tmp_path, "a.html", "<body>" + "<div>段。" * 5000, notes)
    assert len(page.lines) > 2000
    assert notes == ["the page is nested too deep, and its end cannot be read; the rest is kept"]


# Markdown


def test_markdown_lines_know_their_row(tmp_path: Path) -> None:
    (page,) = read_all(tmp_path, "a.md", MARKDOWN)
    assert [(line.number, line.role, line.text) for line in page.lines] == [
        (1, "heading", "新港开航"),
        (3, "body", "本报讯 会议召开，详情。第二行"),
        (5, "body", "项一"),
        (6, "body", "项二"),
        (8, "body", "项目\t数值"),
        (10, "body", "长度\t3公里"),
        (12, "body", "引用的话。"),
        (15, "body", "代码 一"),
        (18, "body", "原样文字"),
    ]
    rows = MARKDOWN.split("\n")
    assert all(line.text[:2] in rows[line.number - 1] for line in page.lines)


def test_front_matter(tmp_path: Path) -> None:
    front = '---\ntitle: "新港开航"\n日期: 2023-11-15\nauthor:\n  - 李涛\n  - 刘腾\n---\n'
    (page,) = read_all(tmp_path, "a.md", f"{front}# 新港开航\n\n本报讯。\n")
    assert page.record == Record(None, "新港开航", "2023-11-15", ("李涛", "刘腾"), None)
    assert [(line.number, line.text) for line in page.lines] == [(10, "本报讯。")]
    (page,) = read_all(tmp_path, "a.md", f"{front}# 甲\n\n文。\n\n# 乙\n\n文。\n")
    assert page.record is None
    assert [line.text for line in page.lines] == ["甲", "文。", "乙", "文。"]
    (page,) = read_all(tmp_path, "a.md", "---\n\n文。\n\n---\n")
    assert [line.text for line in page.lines] == ["文。"]


def test_markdown_without_text(tmp_path: Path) -> None:
    assert "holds no text" in refusal(tmp_path, "a.md", "---\n---\n<!-- x -->\n")


# EPUB


def test_a_book(tmp_path: Path) -> None:
    first, second = read_all(tmp_path, "a.epub", SAMPLES[".epub"])
    assert (first.number, roles(first)) == (1, [("heading", "新港"), ("body", "开航。")])
    assert (second.number, roles(second)) == (2, [("body", "公园。")])


def test_entities_rows_and_other_encodings_in_a_book(tmp_path: Path) -> None:
    body = "<p>一&nbsp;二&mdash;三&lt;</p><table><tr><td>长度</td><td>3公里</td></tr></table><p><ruby>港<rt>gang</rt></ruby>口</p>"
    gbk = xhtml("<p>会议召开，学习贯彻精神。</p>").replace("utf-8", "gb2312").encode("gbk")
    first, second = read_all(tmp_path, "a.epub", epub({"a": xhtml(body), "b": gbk}))
    assert texts(first) == ["一\xa0二—三<", "长度\t3公里", "港口"]
    assert texts(second) == ["会议召开，学习贯彻精神。"]


def test_broken_links_in_a_book(tmp_path: Path) -> None:
    notes: list[str] = []
    book = epub({"a": xhtml("<p>一。</p>"), "空": ""}, spine='<itemref idref="没有"/>')
    (page,) = read_all(tmp_path, "a.epub", book, notes)
    assert texts(page) == ["一。"]
    assert notes == ["the book's contents name a part that it does not have; the rest is kept"]


ENCRYPTED = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'


def test_locked_books(tmp_path: Path) -> None:
    locked = {"META-INF/encryption.xml": ENCRYPTED.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    assert "is locked (DRM)" in refusal(tmp_path, "a.epub", epub({"a": xhtml("<p>一。</p>")}, locked))
    fonts = {"META-INF/encryption.xml": ENCRYPTED.format("http://www.idpf.org/2008/embedding")}
    assert len(read_all(tmp_path, "a.epub", epub({"a": xhtml("<p>一。</p>")}, fonts))) == 1


def test_no_path_leads_out_of_a_book(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("秘密。")
    book = epub({"../../../secret": xhtml("<p>书中。</p>")})
    notes: list[str] = []
    with pytest.raises(SourceError, match="holds no text"):
        read_all(tmp_path, "a.epub", book, notes)
    assert notes == ["part 1 of the book is missing; the rest is kept"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK", "is not an EPUB book"),
        (zipped({"mimetype": "application/epub+zip"}), "container.xml is missing"),
        (epub({}), "holds no text"),
        (epub({"a": xhtml("<img src='a.png'/>")}), "holds no text"),
    ],
)
def test_books_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reason in refusal(tmp_path, "a.epub", data)
