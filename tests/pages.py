"""Pages written for the tests, and an encoder whose vectors can be computed by eye."""

from pathlib import Path

import numpy as np

from index import Archive

PAGES = {
    "港口.txt": "新港开航\n□记者 李涛 报道\n本报讯 7月21日下午,青岛新港开航。港口长3公里。\n",
    "公园.txt": "山顶公园开放\n□记者 董梅雪 报道\n本报2023年5月1日讯 山顶公园今天开放。山上有花。\n",
    "大桥.txt": "大桥合龙\n□记者 李涛 王雪 报道\n本报2023年11月14日讯 大桥今天上午合龙。桥长9公里。\n",
}


class CountingEncoder:
    """Three dimensions: how often 港, 山 and 桥 stand in the text, to unit length. Remembers what it was given."""

    def __init__(self, name: str = "counting", fingerprint: str = "c0ffee00") -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = 3
        self.seen: list[str] = []

    def encode(self, texts, *, query=False):
        self.seen += texts
        counts = np.array([[text.count(char) for char in "港山桥"] for text in texts], dtype=np.float32).reshape(-1, 3)
        norms = np.linalg.norm(counts, axis=1, keepdims=True)
        return counts / np.where(norms == 0, 1, norms)


def write_pages(folder: Path, pages: dict[str, str] = PAGES) -> Path:
    """Write the pages below `folder`, which is made if need be."""
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def texts(home: Path) -> dict[str, list[str]]:
    """What the serving generation holds, and that its three stores agree about it."""
    with Archive.open(home) as archive:
        found = {
            source.source: [article.text for article in archive.articles(source.source)] for source in archive.sources()
        }
        rows = [passage.row for article in archive.articles() for passage in archive.article_passages(article.id)]
        assert archive.vectors.rows.tolist() == sorted(rows)
        assert archive.lexical.count == len(rows) == archive.manifest.passages
        assert (len(found), sum(map(len, found.values()))) == (archive.manifest.sources, archive.manifest.articles)
    return found


def found_by(home: Path, term: str) -> list[str]:
    with Archive.open(home) as archive:
        hits = archive.lexical.search({term: 1.0}, 10)
        return [article.source for article, _ in archive.passages([row for row, _ in hits])]
