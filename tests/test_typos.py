"""One wrong character in a name or key word is put right; other names and numbers are left alone."""

import json

import pytest

from index import Archive, build, load_encoder
from qa.typos import meant

ARTICLES = [
    "本报讯 7月21日，滨海区区长王清源主持会议。区商务局局长王娟出席。",
    "本报讯 翰博光电生产基地项目在滨海大桥旁开工，一期投资十亿元。翰博光电董事长到场。",
    "本报讯 区长王清源说，滨海大桥全长三公里。会议在图书馆召开。",
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("typos")
    lines = [
        json.dumps({"id": str(n), "text": text, "byline": "李涛"}, ensure_ascii=False)
        for n, text in enumerate(ARTICLES)
    ]
    (folder / "a.jsonl").write_text("\n".join(lines), "utf-8")
    build([folder / "a.jsonl"], folder / "home", encoder=load_encoder())
    with Archive.open(folder / "home") as archive:
        yield archive


@pytest.mark.parametrize(
    ("text", "right", "word"),
    [
        ("王情源出席了哪些活动？", "王清源出席了哪些活动？", "王清源"),
        ("濱海大僑全長多少？", "濱海大桥全長多少？", "大桥"),
        ("王绢是谁？", "王娟是谁？", "王娟"),
        ("翰搏光电投资多少？", "翰博光电投资多少？", "翰博"),
        ("滨海大侨全长多少？", "滨海大桥全长多少？", "大桥"),
        ("李滔写了哪些报道？", "李涛写了哪些报道？", "李涛"),
    ],
)
def test_put_right(archive, text, right, word):
    found = meant(archive, text, {"李涛"})
    assert (found.text, found.meant) == (right, word)


@pytest.mark.parametrize(
    "text",
    [
        "王清源出席了哪些活动？",
        "王明源是谁？",  # neither sounds nor looks like 清: somebody else
        "汪娟是谁？",  # another family
        "翰博光电二期投资多少？",  # another number
        "王清源和王青云是谁？",
        "火星上有多少人？",
        "你好",
        "",
        "Who is 王清源?",
        "王情源" * 100,
    ],
)
def test_left_alone(archive, text):
    assert meant(archive, text, {"李涛"}) is None


def test_a_word_that_stands_in_the_archive_is_what_was_meant(archive):
    for text in ARTICLES:
        assert meant(archive, text) is None
