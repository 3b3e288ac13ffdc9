"""Questions in other languages become groups of Chinese alternatives that the archive holds."""

import unicodedata
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import fold
from qa.dictionary import dictionary
from qa.letters import by_sound
from qa.scripts import lemmas, nearest, normal, romanised, segmented, tokens, variants
from qa.translate import Group, sought, stays, translate

TEXT = (
    "特斯拉公司在上海建厂。青岛是山东省的城市，大学很多，人口有多少？欧洲的战争在哪一年结束？德国总理访问北京，"
    "与中国总统、主席、政府举行会议。学生、医院、火车、房地产、英国、俄罗斯、华沙、阿伯克龙比、白宫、新闻发布会、一月三月2003年"
)


def holding(text: str) -> Callable[[str], int]:
    """The document frequency of an archive of one passage."""
    held = {*text, *(a + b for a, b in pairwise(text)), "tesla"}
    return lambda term: int(term in held)


def options(question: str, text: str = TEXT) -> dict[str, str]:
    """The best alternative of each group."""
    return {group.source: group.options[0][0] for group in translate(question, holding(text))}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which cities are in Europe?", {"cities": "城市", "europe": "欧洲"}),
        ("When did the war end?", {"war": "战争", "end": "结束"}),
        ("¿Cuántos hospitales hay en China?", {"hospitales": "医院", "china": "中国"}),
        ("Wie heißt der Präsident von Russland?", {"präsident": "总统", "russland": "俄罗斯"}),
        ("Ποια είναι η κυβέρνηση της Ευρώπης;", {"κυβέρνηση": "政府", "ευρώπης": "欧洲"}),
        ("Когда закончилась война в Европе?", {"война": "战争", "европе": "欧洲"}),
        ("Almanya'daki üniversite hangi yıl kuruldu?", {"almanya": "德国", "üniversite": "大学"}),
        ("ما هي حكومة الصين؟", {"حكومة": "政府", "الصين": "中国"}),
        ("Chính phủ Trung Quốc ở đâu?", {"chính phủ": "政府", "trung quốc": "中国"}),
        ("โรงพยาบาลในประเทศจีน", {"โรงพยาบาล": "医院"}),
        ("चीन में कितने अस्पताल हैं?", {"चीन": "中国", "अस्पताल": "医院"}),
        ("Care este guvernul Chinei?", {"guvernul": "政府"}),
    ],
)
def test_each_language_finds_its_words(question: str, expected: dict[str, str]) -> None:
    assert expected.items() <= options(question).items()


def test_question_words_are_left_out() -> None:
    assert not options("What is it? Who was that and why?")
    assert not options("¿Qué es y cuándo fue?")


def test_a_chinese_question_needs_no_table() -> None:
    def unasked(term: str) -> int:
        raise AssertionError(term)

    assert translate("青岛有多少人？2003年，50%", unasked) == ()


def test_chinese_words_and_numbers_stay_as_they_are() -> None:
    groups = translate("青岛 war 2003", holding(TEXT))
    assert [group.source for group in groups] == ["war"]


def test_the_language_of_a_word_that_two_have() -> None:
    assert options("war") == {"war": "战争"}
    assert options("Wer war Präsident?") == {"präsident": "总统"}


def test_digits_of_other_scripts_become_plain_ones() -> None:
    assert Group("٢٠٠٣", 1.0, (("2003", 1.0),)) in translate("الحرب ٢٠٠٣", holding(TEXT))


def test_longest_phrase_first() -> None:
    assert options("of the White House") == {"white house": "白宫"}


def test_only_what_the_archive_holds() -> None:
    assert options("hospital", "学校") == {}
    assert translate("hospital", lambda term: 0) == ()


def test_a_latin_word_of_the_archive_is_an_alternative_of_itself() -> None:
    (group,) = translate("tesla", holding("tesla"))
    assert dict(group.options)["tesla"] < 0.5
    (group,) = translate("tesla", holding(TEXT))
    assert group.options[0][0] == "特斯拉"


def test_terms_of_alternatives() -> None:
    first, second = sought(Group("war", 0.5, (("战争", 0.8), ("大战", 0.4))))
    assert sum(first.values()) == pytest.approx(0.5 * 2.0)
    assert sum(second.values()) < sum(first.values())
    assert "大战" in second
    # Common characters are no terms.
    assert sought(Group("big", 1.0, (("大", 1.0),))) == ()
    assert [stays(term) for term in ("青岛", "2003", "war", "حرب", "")] == [True, True, False, False, False]


def test_a_name_no_dictionary_holds_goes_by_its_sound() -> None:
    assert options("Who is Fernandson?", "费尔南德森") == {"fernandson": "费尔南德森"}
    assert by_sound("fernandson", dictionary(), holding("费尔南德"))[0] == ("费尔南德", 1.0)
    assert by_sound("fernandson", dictionary(), holding("没有这些字")) == ()


def test_german_compounds_are_taken_apart() -> None:
    found = options("Wo steht das Polizeikrankenhaus?", "警察医院")
    assert found == {"polizei": "警察", "krankenhaus": "医院"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_the_same_groups_twice(text: str) -> None:
    groups = translate(text, lambda term: 3)
    assert groups == translate(text, lambda term: 3)
    for group in groups:
        assert group.source
        assert 0 < group.weight <= 1
        assert all(0 < share <= 1 and word == fold(word) for word, share in group.options)
        assert [share for _, share in group.options] == sorted((s for _, s in group.options), reverse=True)
        assert len({word for word, _ in group.options}) == len(group.options)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from("what is the capital of England الحرب в Москве τέσλα चीन ประเทศ 5 ， 😀".split()), max_size=80
    )
)
def test_order_of_words_does_not_lose_any(words: list[str]) -> None:
    groups = translate(" ".join(words), lambda term: 1)
    assert any(group.source == "capital" for group in groups) == ("capital" in words[:60]) or "capital of england" in {
        group.source for group in groups
    }


def test_tables_are_sorted_and_whole() -> None:
    tables = dictionary()
    assert tables.get("en", "hospital")
    assert tables.get("en", "the") == ()
    assert tables.get("en", "xyzzyx") is None
    assert tables.get("xx", "hospital") is None
    assert tables.get("en", "") is None
    keys = tables.starting("de", "kranken")
    assert keys == sorted(keys)
    assert "krankenhaus" in keys
    assert not any(" " in key for key in keys)


def test_tokens() -> None:
    assert tokens("Tesla's PM2.5, l'eau") == [
        ("Tesla", "latin"),
        ("PM", "latin"),
        ("2.5", "number"),
        ("", "break"),
        ("l", "latin"),
        ("eau", "latin"),
    ]
    assert tokens("Xi'an") == [("Xi", "latin"), ("an", "latin")]
    assert tokens("हिन्दी ภาษาไทย") == [("हिन्दी", "devanagari"), ("ภาษาไทย", "thai")]


@given(st.text(max_size=30), st.sampled_from(["", "vi"]))
def test_normal_forms_stay(text: str, language: str) -> None:
    form = normal(text, language)
    assert normal(form, language) == form
    assert normal(unicodedata.normalize("NFD", text), language) == normal(unicodedata.normalize("NFC", text), language)


def test_forms_of_words() -> None:
    assert "city" in lemmas("cities")
    assert "stop" in lemmas("stopped")
    assert lemmas("won")[0] == "win"
    assert "حكومه" in variants(normal("والحكومة"), "ar")
    assert variants("houses", "en") == []
    assert nearest("konferanslarina", ["konfor", "konferans", "konferansci"], 3) == ["konferans"]
    assert nearest("abcd", ["abc"], 3) == []


def test_romanised() -> None:
    assert [romanised(normal(word)) for word in ("Тесла", "Τέσλα", "टेस्ला", "Müller")] == [
        "tesla",
        "tesla",
        "tesla",
        "muller",
    ]


@given(st.text(alphabet="ประเทศจีนการ่ะ", max_size=20))
def test_segmented_keeps_every_letter(run: str) -> None:
    pieces = segmented(run, lambda piece: piece in ("ประเทศ", "จีน", "การ"))
    assert "".join(pieces) == run
    assert all(pieces)
    assert segmented("ประเทศจีน", lambda piece: piece in ("ประเทศ", "จีน")) == ["ประเทศ", "จีน"]
