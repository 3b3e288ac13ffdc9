"""The reader: spans stand in the text, texts do not depend on each other, damage is told in one line."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.beside import see_texts
from qa.question import understand
from qa.reader import BUILTIN, FORMAT, WINDOW, ReaderDamaged, SpanReader, load_reader
from qa.reading import QUESTION_FEATURES, TEXT_FEATURES, folded_with_offsets, see_asked

PARK = (
    "昨日，新区举行产业园开工仪式。该项目由翰博光电投资建设，总投资约50亿元，占地320亩。区委书记王海涛出席仪式并讲话。"
)
WEATHER = "今天白天多云转晴，最高气温28摄氏度，偏南风三到四级。"
QUESTION = "产业园项目总投资多少？"

# Mixes of what folds to something else, to several characters, to nothing known, and plain text.
ODD = st.text(
    alphabet=st.one_of(st.sampled_from("国國，,。１1a Ａ㎡ﬁ\0\n\u200b😀𠮷多少"), st.characters()), max_size=60
)


def test_exact_span() -> None:
    (reading,) = load_reader().read(understand(QUESTION), [PARK])
    best = reading.spans[0]
    assert "50亿元" in PARK[best.start : best.end]
    assert len(PARK[best.start : best.end]) <= 12
    assert 0 <= reading.starts.argmax() - PARK.index("总投资约") < 6
    assert reading.starts.shape == reading.ends.shape == (len(PARK),)


def test_text_that_does_not_answer_is_told_apart() -> None:
    park, weather = load_reader().read(understand(QUESTION), [PARK, WEATHER])
    assert park.none < 0.5 < weather.none
    assert park.spans[0].score > weather.spans[0].score


def test_probabilities_are_shared_by_all_texts() -> None:
    readings = load_reader().read(understand(QUESTION), [PARK, WEATHER, PARK])
    total = sum(float(reading.starts.sum()) for reading in readings)
    assert 0.5 < total <= 1.00001
    for reading in readings:
        assert float(reading.starts.sum()) == pytest.approx(float(reading.ends.sum()), rel=1e-4)
    assert readings[0].spans == readings[2].spans


def test_same_bytes_every_time() -> None:
    first = load_reader().read(understand(QUESTION), [PARK, WEATHER])
    second = SpanReader.load().read(understand(QUESTION), [PARK, WEATHER])
    for one, other in zip(first, second, strict=True):
        assert one.spans == other.spans
        assert one.none == other.none
        assert one.starts.tobytes() == other.starts.tobytes()
        assert one.ends.tobytes() == other.ends.tobytes()


def test_texts_do_not_depend_on_each_other() -> None:
    (alone,) = load_reader().read(understand(QUESTION), [PARK])
    together = load_reader().read(understand(QUESTION), [WEATHER * 3, PARK, "", WEATHER])[1]
    assert [(span.start, span.end) for span in alone.spans] == [(span.start, span.end) for span in together.spans]
    shift = {round(one.score - other.score, 3) for one, other in zip(alone.spans, together.spans, strict=True)}
    assert len(shift) <= 2
    assert alone.none == pytest.approx(together.none, abs=1e-5)


def test_traditional_and_full_width_text_is_read_like_plain_text() -> None:
    original = "該項目由翰博光電投資建設，總投資約５０億元，佔地３２０畝。"
    plain = "该项目由翰博光电投资建设,总投资约50亿元,占地320亩。"
    one, other = load_reader().read(understand("项目总投资多少？"), [original, plain])
    assert one.spans == other.spans
    assert "億元" in original[one.spans[0].start : one.spans[0].end]


def test_character_that_folds_to_several_is_taken_whole() -> None:
    text = "展厅面积共３００㎡。"
    folded, offsets = folded_with_offsets(text)
    assert len(folded) > len(text)
    (reading,) = load_reader().read(understand("展厅面积多少？"), [text])
    assert text[reading.spans[0].start : reading.spans[0].end].endswith("㎡")
    assert int(offsets[-1]) == len(text)


def test_nothing_to_read() -> None:
    assert load_reader().read(understand(QUESTION), []) == []
    (empty,) = load_reader().read(understand(QUESTION), [""])
    assert empty.spans == ()
    assert empty.none == 1
    assert empty.starts.shape == (0,)


def test_long_text_is_read_to_its_end() -> None:
    text = WEATHER * 80 + PARK
    assert len(text) > 2 * WINDOW
    (reading,) = load_reader().read(understand(QUESTION), [text])
    best = reading.spans[0]
    assert "50亿元" in text[best.start : best.end]
    assert reading.starts.shape == (len(text),)


@settings(max_examples=60, deadline=None)
@given(st.one_of(ODD, st.sampled_from([QUESTION, "谁？"])).filter(str.strip), st.lists(ODD, max_size=3))
def test_spans_stand_in_the_text_whatever_it_holds(question: str, texts: list[str]) -> None:
    try:
        asked = understand(question)
    except Exception:  # noqa: BLE001 — what is no question is another test's
        return
    readings = load_reader().read(asked, texts)
    assert len(readings) == len(texts)
    for text, reading in zip(texts, readings, strict=True):
        assert len(reading.spans) <= 10
        assert bool(reading.spans) == bool(text)
        assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)
        assert len({(span.start, span.end) for span in reading.spans}) == len(reading.spans)
        scores = [span.score for span in reading.spans]
        assert scores == sorted(scores, reverse=True)
        assert all(score <= 1e-6 and math.isfinite(score) for score in scores)
        assert reading.starts.shape == reading.ends.shape == (len(text),)
        assert 0 <= reading.none <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(ODD, min_size=1, max_size=4))
def test_what_is_seen_of_a_text_does_not_depend_on_the_others(texts: list[str]) -> None:
    tables = load_reader().tables
    asked = see_asked(tables, QUESTION, "number", "元")
    assert asked.features.shape == (len(QUESTION), QUESTION_FEATURES)
    folded = [folded_with_offsets(text)[0] for text in texts]
    together = see_texts(tables, asked, folded)
    for text, seen in zip(folded, together, strict=True):
        (alone,) = see_texts(tables, asked, [text])
        assert seen.features.shape == (len(text), TEXT_FEATURES)
        assert np.allclose(seen.features, alone.features, atol=1e-6)
        assert (seen.units.words == alone.units.words).all()


def test_size() -> None:
    assert BUILTIN.stat().st_size <= 9_000_000


def _damaged(path: Path) -> str:
    with pytest.raises(ReaderDamaged) as caught:
        SpanReader.load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    assert len(message) < 320
    return message


def test_damaged_weights_are_told_in_one_line(tmp_path: Path) -> None:
    _damaged(tmp_path / "missing.safetensors")
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(BUILTIN.read_bytes()[:100_000])
    _damaged(cut)
    (tmp_path / "empty.safetensors").write_bytes(b"")
    _damaged(tmp_path / "empty.safetensors")
    other = tmp_path / "other.safetensors"
    other.write_bytes(BUILTIN.read_bytes().replace(FORMAT.encode(), FORMAT[:-1].encode() + b"0", 1))
    assert "format" in _damaged(other)


def test_tables_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    held = load_file(BUILTIN)
    held["tables.character_rarity"] = held["tables.character_rarity"][:-1]
    save_file(held, tmp_path / "odd.safetensors", {"format": FORMAT})
    assert "belong together" in _damaged(tmp_path / "odd.safetensors")
    del held["text_in.weight"]
    held["tables.character_rarity"] = load_file(BUILTIN)["tables.character_rarity"]
    save_file(held, tmp_path / "odd.safetensors", {"format": FORMAT})
    _damaged(tmp_path / "odd.safetensors")


@pytest.mark.slow
def test_numpy_computes_what_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "training"))
    from reader_batch import fill
    from reader_data import pack
    from reader_export import export
    from reader_net import Batch, Net, Shape

    builtin = load_reader().tables
    characters = "".join(chr(code) for code in np.flatnonzero(builtin.characters))
    order = sorted(characters, key=lambda char: builtin.characters[ord(char)])
    torch.manual_seed(0)
    words = torch.randint(-127, 128, (len(builtin.words) + 1, 16)) / 127
    net = Net(Shape(width=24, question=16, align=8, pair=4, longest=9), torch.randn(len(order) + 1, 8), words).eval()
    for parameter in net.parameters():
        # As stored; and not at zero, where many of them begin.
        parameter.data = (parameter.data + 0.1 * torch.randn(parameter.shape)).half().float()
    export(net, builtin, order, tmp_path / "random.safetensors")
    reader = SpanReader.load(tmp_path / "random.safetensors")
    question = understand(QUESTION)
    asked = see_asked(reader.tables, question.text, question.kind, question.unit)
    seen = see_texts(reader.tables, asked, [folded_with_offsets(text)[0] for text in (PARK, WEATHER)])
    questions, mask = fill(pack([asked], QUESTION_FEATURES), [(0, 0, len(asked.features))])
    texts, texts_mask = fill(pack(seen, TEXT_FEATURES), [(n, 0, len(one.features)) for n, one in enumerate(seen)])
    batch = Batch(
        questions,
        mask,
        torch.tensor([asked.kind]),
        texts,
        texts_mask,
        torch.tensor([0, 0]),
        torch.zeros(2, 2),
        torch.zeros(2, 2),
    )
    with torch.no_grad():
        scores, none = net(batch)
    free = (scores - none[:, None, None]).numpy()
    best = [float(free[n, : len(one.features)].max()) for n, one in enumerate(seen)]
    readings = reader.read(question, [PARK, WEATHER])
    total = math.log(1 + float(np.exp(free.astype(np.float64)).sum()))
    for high, reading in zip(best, readings, strict=True):
        assert reading.spans[0].score == pytest.approx(high - total, abs=1e-3)


def test_half_a_surrogate_pair_in_a_text_is_borne():
    text = "\ud800云岭大桥全长9公里。"
    (reading,) = load_reader().read(understand("云岭大桥全长多少？"), [text])
    assert text[slice(reading.spans[0].start, reading.spans[0].end)] == "9公里"
