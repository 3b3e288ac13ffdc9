from __future__ import annotations

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

TRAINING = str(Path(__file__).parents[1] / "training")


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The scripts' modules, importable as they are when a script beside them runs."""
    monkeypatch.syspath_prepend(TRAINING)
    import corpus
    import lexicon
    import measure
    import sources

    return SimpleNamespace(corpus=corpus, lexicon=lexicon, measure=measure, sources=sources)


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def test_foreign_words_land_on_their_translations(training: SimpleNamespace) -> None:
    # Tokens 1 and 2 are Chinese, 3 and 4 English; 3 means 1, 4 means 2, as only the three texts together tell.
    pairs = training.sources.Pairs([ids(1, 2), ids(1), ids(2, 1)], [ids(3, 4), ids(3), ids(4, 3)], [0, 1, 2], 3)
    rows = np.array([[0, 0], [2, 0], [0, 2], [0, 5], [5, 0]], np.float32)
    placed = training.lexicon.place(rows, [pairs], np.array([False, True, True, False, False]))
    assert placed.tolist() == [False, False, False, True, True]
    assert rows[1:3].tolist() == [[2, 0], [0, 2]]
    assert np.linalg.norm(rows[3:], axis=1) == pytest.approx([5, 5])
    assert rows[3] @ [1, 0] > rows[3] @ [0, 1]
    assert rows[4] @ [0, 1] > rows[4] @ [1, 0]


def test_words_lean_to_their_characters(training: SimpleNamespace) -> None:
    rows = np.array([[0, 0], [3, 0], [0, 4]], np.float32)
    training.lexicon.compose(rows, {2: [1]}, 1.0)
    assert rows[:2].tolist() == [[0, 0], [3, 0]]
    assert rows[2] == pytest.approx([8**0.5, 8**0.5])


def test_recall_by_hand(training: SimpleNamespace) -> None:
    passages = np.eye(12, dtype=np.float32)
    queries = np.array([passages[3], np.arange(12), np.arange(12)], np.float32)
    assert training.measure.recall(queries, passages, [3, 10, 1]) == (0.333, 0.667)


def test_a_batch_row_has_two_sides(training: SimpleNamespace) -> None:
    batch = training.sources.Batch()
    batch.add(ids(1), ids(), 0)
    batch.add(ids(1), ids(2), 7)
    assert (len(batch.a), len(batch.b), batch.groups) == (1, 1, [7])


def test_glosses_that_begin_with_old_are_kept(training: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "cc-cedict").mkdir()
    row = {"simp": "故交", "pinyin": "gu4 jiao1", "en": ["old friend", "(old) acquaintance", "see 老友[lao3 you3]"]}
    with gzip.open(tmp_path / "cc-cedict/entries.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    (entry,) = training.corpus.dictionary(tmp_path)
    assert (entry.word, entry.glosses) == ("故交", ("old friend",))
