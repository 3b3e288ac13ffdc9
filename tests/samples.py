"""Small valid files of every format, made part by part, for the tests of reading."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_STYLES = (
    f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="big"><w:name w:val="大字"/><w:basedOn w:val="1"/></w:style></w:styles>'
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/书.opf"/></rootfiles></container>'
)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def docx(body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document with this body in WordprocessingML; `parts` go below word/ and are linked by their names."""
    parts = {"styles.xml": _STYLES, **(parts or {})}
    kinds = {"header1.xml": "header", "footer1.xml": "footer"}
    links = "".join(
        f'<Relationship Id="{name}" Type="{_R}/{kinds.get(name, name.removesuffix(".xml"))}" Target="{name}"/>'
        for name in parts
    )
    return zipped(
        {
            "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{_R}" xmlns:mc="{_MC}"><w:body>{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": f"<Relationships>{links}</Relationships>",
            **{f"word/{name}": content for name, content in parts.items()},
        }
    )


def paragraph(text: str, style: str = "", extra: str = "") -> str:
    """A paragraph of a Word document; `extra` stands in its properties."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{extra}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def epub(
    documents: Mapping[str, str | bytes], parts: Mapping[str, str | bytes] | None = None, spine: str = ""
) -> bytes:
    """A book of these documents in this order."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in documents)
    refs = "".join(f'<itemref idref="{name}"/>' for name in documents)
    opf = f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{refs}{spine}</spine></package>'
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/书.opf": opf,
            **{f"OEBPS/{name}": content for name, content in documents.items()},
            **(parts or {}),
        }
    )


def xhtml(body: str) -> str:
    """A document of a book."""
    return f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>青岛新港开航 首日吞吐量破万吨_青岛新闻网</title>
<meta name="publishdate" content="2023-11-15"><script>var a = "脚本。";</script></head>
<body>
<div class="header"><a href="/">青岛日报</a><a href="/news">新闻</a></div>
<div class="nav"><ul><li><a href="/1">首页</a></li><li><a href="/2">要闻</a></li></ul></div>
<div class="crumb">您当前的位置 ： <a href="/">首页</a> &gt; <a href="/n">新闻</a> &gt; 正文</div>
<div class="main"><div class="article">
<h1>青岛新港开航 首日吞吐量破万吨</h1>
<div class="info"><span>2023-11-15 08:30</span> <span>来源：青岛日报</span> <span>作者：李涛、刘腾</span></div>
<div class="content">
<p>　　本报讯　11月14日上午，青岛新港正式开航。港口长3公里。</p>
<p>　　短段。</p>
<p>　　“我们等了十年。”<strong>港口负责人</strong>王清源说，新港的建成标志着<br>新的发展阶段。</p>
<p>图为青岛新港开航现场。本报记者 张伟 摄</p>
<h2>展望未来</h2>
<table><tr><th>项目</th><th>数值</th></tr><tr><td>长度</td><td>3公里</td></tr></table>
<ul><li>第一条航线：青岛至上海</li><li>第二条航线：青岛至釜山</li></ul>
<p>　　短段。</p>
</div><p align="right">（责任编辑：赵明）</p></div>
<div class="related"><h3>相关新闻</h3><ul><li><a href="/a">山顶公园开放迎客，市民免费入园游览</a></li></ul></div></div>
<div class="footer"><p>版权所有 青岛新闻网 鲁ICP备05000000号 Copyright 2001-2024</p></div>
</body></html>
"""
MARKDOWN = """# 新港开航

本报讯 **会议**召开，[详情](http://a.b)。
第二行
- 项一
- 项二

| 项目 | 数值 |
|------|------|
| 长度 | 3公里 |

> 引用的话。

```
代码 一
```

<div>原样<b>文字</b></div>
"""
RECORDS = [
    {"id": "a1", "title": "新港开航", "text": "本报讯 新港开航。\n\n港口长3公里。", "date": "2023-11-15", "byline": "李涛、刘腾", "page": "A03"},
    {"id": 7, "标题": "公园开放", "正文": ["公园开放。", "山上有花。"], "日期": "2023年5月1日", "作者": ["董梅雪"], "版面": "第二版", "链接": "http://a.b/7"},
]  # fmt: skip
JSONL = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
CSV = '编号,标题,正文,日期,作者,版次\na1,新港开航,"本报讯，新港开航。\n港口长3公里。",2023/11/15,李涛,3\na2,公园开放,公园开放。,20230501,,\n'
BODY = (
    paragraph("新港开航", "1")
    + paragraph("本报讯 会议召开。")
    + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>长度</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>3公里</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    + '<w:p><w:r><w:br w:type="page"/><w:t>第二页</w:t></w:r></w:p>'
)
SAMPLES: dict[str, bytes] = {
    ".txt": "本报讯 7月21日下午，会议召开。\n　　王清源出席。\n".encode("gb18030"),
    ".docx": docx(BODY),
    ".html": PAGE.encode(),
    ".md": MARKDOWN.encode(),
    ".epub": epub({"一.xhtml": xhtml("<h1>新港</h1><p>开航。</p>"), "二.xhtml": xhtml("<p>公园。</p>")}),
    ".jsonl": JSONL.encode(),
    ".json": json.dumps(RECORDS).encode(),
    ".csv": CSV.encode("gb18030"),
    ".tsv": "title\ttext\n新港\t开航。\n".encode("utf-16"),
}
