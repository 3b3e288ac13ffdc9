"""`build --dict`: a user's words and names are found in documents and questions alike, and kept with the archive."""

import json

import pytest

from index import Archive
from qa.cli import main

PAGES = {
    "new": "黄岛区今年新建了三座图书馆，读者可以就近借书。",
    "old": "西海岸新区的港口吞吐量今年增长了一成，创下新高。",
    "else": "城阳区的博物馆昨天开馆，展出了三百件青铜器。",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pages.jsonl").write_text(
        "\n".join(json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in PAGES.items()), "utf-8"
    )
    (tmp_path / "words.txt").write_text("# 地名\n西海岸新区 = 黄岛区\n", "utf-8")
    return tmp_path


def built(folder, *options):
    assert main(["build", str(folder / "pages.jsonl"), "--home", str(folder / "home"), *options]) == 0


def records(folder, capsys, text):
    capsys.readouterr()
    assert main(["search", text, "--home", str(folder / "home"), "--json"]) == 0
    return [hit["record"] for hit in json.loads(capsys.readouterr().out)]


def test_a_thing_is_found_by_any_of_its_names(folder, capsys):
    built(folder)
    assert records(folder, capsys, "西海岸新区")[0] == "old"
    built(folder, "--dict", str(folder / "words.txt"))
    assert set(records(folder, capsys, "西海岸新区")[:2]) == {"old", "new"}
    assert set(records(folder, capsys, "黄岛区")[:2]) == {"old", "new"}


def test_later_builds_keep_the_list_until_another_is_given(folder, capsys):
    built(folder, "--dict", str(folder / "words.txt"))
    built(folder)
    with Archive.open(folder / "home") as archive:
        assert archive.wordlist.names("西海岸新区") == ("西海岸新区", "黄岛区")
        generation = archive.generation
    (folder / "words.txt").write_text("", "utf-8")
    built(folder, "--dict", str(folder / "words.txt"))
    with Archive.open(folder / "home") as archive:
        assert archive.wordlist.groups == ()
        assert archive.generation > generation
    assert main(["doctor", "--home", str(folder / "home")]) == 0


def test_a_bad_list_is_named(folder, capsys):
    (folder / "words.txt").write_bytes("西海岸新区\n".encode("gb18030"))
    for path in (folder / "words.txt", folder / "none.txt"):
        assert main(["build", str(folder / "pages.jsonl"), "--home", str(folder / "home"), "--dict", str(path)]) == 1
        told = capsys.readouterr().err
        assert path.name in told
        assert told.count("\n") == 1
