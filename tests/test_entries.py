"""What a passage is found by: its own terms and those of its article, with a user's words."""

from collections import Counter

from index.entries import lexical_entries, shared_text
from index.tokens import term_text
from index.wordlist import Wordlist


def test_reporters_and_titles_are_found_in_every_passage():
    shared = shared_text("港口开通", ["背景"], ["孙永红", "李涛"])
    first, second = lexical_entries([(1, shared, "第一段"), (2, shared, "第二段")])

    assert first.headline == second.headline == term_text(shared)
    assert {"港口", "背景", "孙永", "永红", "李涛"} <= set(first.headline.split())
    assert not {"口背", "景孙", "红李"} & set(first.headline.split())  # no pairs across lines


def test_a_users_words_are_found_in_titles_and_text():
    wordlist = Wordlist.parse("西海岸新区=黄岛区")
    (plain,), (own,) = (lexical_entries([(1, "黄岛区开工", "在黄岛区")], w) for w in (Wordlist(), wordlist))

    assert Counter(own.headline.split()) - Counter(plain.headline.split()) == Counter(["西海岸新区"])
    assert Counter(own.body.split()) - Counter(plain.body.split()) == Counter(["西海岸新区"])
