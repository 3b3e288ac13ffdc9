from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encode import BUILTIN_FOLDER, StaticEncoder, load_encoder
from index.errors import EncoderError
from index.tokens import fold

TEXTS = [
    "青岛西海岸新区工委书记孙永红主持会议并讲话。",
    "青島西海岸新區",
    "Who chaired the meeting in Qingdao on 21 July 2023?",
    "ＡＢＣ　１２３，项目总投资约50亿元",
    "Сколько очков уступила защита?",
    "",
    "。，！",
    "\U0001f600",
    "会" * 3000,
]


@pytest.fixture(scope="module")
def builtin() -> StaticEncoder:
    encoder = load_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


def static_folder(folder: Path, rows: list[list[float]], words: list[str], **settings: object) -> Path:
    """A two-dimensional model whose vectors can be computed by eye; row 0 is the unknown token."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir()
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, **{word: n for n, word in enumerate(words, 1)}}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file({"embedding.weight": np.array([[0, 0], *rows], np.float32)}, str(folder / "model.safetensors"))
    kind = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": kind}]))
    (folder / "config_sentence_transformers.json").write_text(json.dumps(settings))
    return folder


def test_the_builtin_model_is_small_and_needs_nothing_else(builtin: StaticEncoder) -> None:
    assert builtin.name == "builtin"
    assert builtin.dimension == 256
    assert sum(file.stat().st_size for file in BUILTIN_FOLDER.rglob("*")) <= 30_000_000


def test_vectors_have_length_one_and_unknown_text_is_zero(builtin: StaticEncoder) -> None:
    vectors = builtin.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1, 1, 0, 0, 0, 1], abs=1e-6)
    assert builtin.encode([]).shape == (0, 256)


def test_the_mean_by_hand(tmp_path: Path) -> None:
    encoder = load_encoder(str(static_folder(tmp_path / "m", [[3, 0], [0, 4]], ["east", "north"])))
    vectors = encoder.encode(["east", "east north north", "west", "East north"], query=True)
    assert vectors == pytest.approx(np.array([[1, 0], [3 / 73**0.5, 8 / 73**0.5], [0, 0], [0, 1]]), abs=1e-6)


def test_a_folder_says_itself_whether_text_is_folded(tmp_path: Path) -> None:
    folder = static_folder(tmp_path / "m", [[3, 0], [0, 4]], ["east", "东"], wenbao={"fold": True})
    assert load_encoder(str(folder)).encode(["Ｅast", "東"]).tolist() == [[1, 0], [0, 1]]


def test_script_width_and_case_make_no_difference(builtin: StaticEncoder) -> None:
    first, second = builtin.encode(["青島ＡＰＥＣ會議", "青岛apec会议"])
    assert first.tolist() == second.tolist()


@given(st.lists(st.text(max_size=40), max_size=8))
def test_a_text_has_the_same_vector_alone_and_in_company(builtin: StaticEncoder, texts: list[str]) -> None:
    together = builtin.encode(texts)
    alone = [builtin.encode([text], query=True)[0] for text in texts]
    assert together.shape == (len(texts), 256)
    assert np.isfinite(together).all()
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(alone, together, strict=True))


def test_nearness_means_something(builtin: StaticEncoder) -> None:
    questions = builtin.encode(["How much was invested in the project?", "谁主持了会议？"], query=True)
    passages = builtin.encode(["项目总投资约50亿元。", "区委书记主持会议并讲话。", "今天天气晴朗，气温回升。"])
    assert (questions @ passages.T).argmax(axis=1).tolist() == [0, 1]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_equal_to_sentence_transformers(builtin: StaticEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUILTIN_FOLDER), device="cpu", local_files_only=True)
    folded = [fold(text) for text in TEXTS]
    half = model.encode(folded, normalize_embeddings=True).astype(np.float32)
    full = model.float().encode(folded, normalize_embeddings=True)
    assert np.abs(builtin.encode(TEXTS) - full).max() < 1e-6
    # As sentence-transformers loads it, in half precision: about three digits.
    assert np.abs(builtin.encode(TEXTS) - np.nan_to_num(half)).max() < 2e-3


def test_a_question_in_a_fresh_shell_does_not_import_torch() -> None:
    code = (
        "import sys; from index.encode import load_encoder; print(load_encoder().encode(['青岛']).shape,"
        " sorted({'torch', 'transformers', 'sentence_transformers', 'jieba'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout == "(1, 256) []\n"


def test_the_fingerprint_follows_the_content(tmp_path: Path, builtin: StaticEncoder) -> None:
    first = static_folder(tmp_path / "first", [[1, 0]], ["a"])
    same = static_folder(tmp_path / "same", [[1, 0]], ["a"])
    other = static_folder(tmp_path / "other", [[1, 1]], ["a"])
    (same / "README.md").write_text("another card, the same vectors")
    fingerprints = [load_encoder(str(folder)).fingerprint for folder in (first, same, other)]
    assert fingerprints[0] == fingerprints[1]
    assert len({*fingerprints, builtin.fingerprint}) == 3


def test_weights_and_tokenizer_must_belong_together(tmp_path: Path) -> None:
    folder = static_folder(tmp_path / "m", [[1, 0]], ["a", "b"])
    with pytest.raises(EncoderError, match=r"has shape \(2, 2\) but tokenizer.json has 3 tokens"):
        load_encoder(str(folder))


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "modules.json"])
@pytest.mark.parametrize("damage", [b"", b"\x00\xffjunk", b'{"half": '])
def test_a_damaged_folder_is_one_clear_line(tmp_path: Path, file: str, damage: bytes) -> None:
    folder = static_folder(tmp_path / "m", [[1, 0]], ["a"])
    (folder / file).write_bytes(damage)
    with pytest.raises(EncoderError, match=f"{file} cannot be read") as caught:
        load_encoder(str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_one_clear_line(tmp_path: Path, file: str) -> None:
    folder = static_folder(tmp_path / "m", [[1, 0]], ["a"])
    (folder / file).unlink()
    with pytest.raises(EncoderError, match=f"{file} cannot be read"):
        load_encoder(str(folder))


def test_what_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    for name, reason in {
        str(tmp_path): "is not a model folder",
        str(tmp_path / "note.txt"): "is a file",
        str(tmp_path / "gone"): "no such folder",
        "./gone": "no such folder",
        "a/b/c": "no such folder",
        "": "no such folder",
        "a b": "neither a folder nor a model name",
    }.items():
        with pytest.raises(EncoderError, match=reason):
            load_encoder(name)


@pytest.mark.parametrize("variables", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}])
def test_a_model_that_is_not_here_is_refused_quickly(tmp_path: Path, variables: dict[str, str]) -> None:
    code = (
        "import time; from index.encode import load_encoder; from index.errors import EncoderError\n"
        "start = time.perf_counter()\n"
        "try: load_encoder('someone/no-such-model')\n"
        "except EncoderError as error: print(error); print(time.perf_counter() - start < 8)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HF_HOME": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout == (
        "someone/no-such-model: is not on this machine and the model hub cannot be reached. Download it where there is"
        " a network (hf download someone/no-such-model) or use --encoder builtin.\nTrue\n"
    )
    assert time.perf_counter() - started < 20


def test_a_model_downloaded_before_needs_no_network(tmp_path: Path) -> None:
    hub = tmp_path / "hub" / "models--someone--model"
    (hub / "snapshots").mkdir(parents=True)
    (hub / "refs").mkdir()
    (hub / "refs" / "main").write_text("abc")
    static_folder(hub / "snapshots" / "abc", [[3, 0]], ["east"])
    done = subprocess.run(
        [sys.executable, "-c", "from index.encode import load_encoder; print(load_encoder('someone/model').dimension)"],
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout == "2\n"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_prompts_are_respected(tmp_path: Path) -> None:
    rows = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    folder = static_folder(tmp_path / "m", rows, ["q:", "d:", "a"], prompts={"query": "q: ", "document": "d: "})
    encoder = load_encoder(str(folder))
    assert encoder.encode(["a"], query=True)[0] == pytest.approx(np.array([2, 1]) / 5**0.5, abs=1e-6)
    assert encoder.encode(["a"])[0] == pytest.approx(np.array([1, 2]) / 5**0.5, abs=1e-6)
    assert encoder.encode([]).shape == (0, 2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_folder_of_another_architecture_that_is_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "bert"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert", "hidden_size": 8}')
    with pytest.raises(EncoderError, match="the model cannot be read"):
        load_encoder(str(folder))
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_real_transformer_with_prompts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path / "bert"
    folder.mkdir()
    (tmp_path / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "会", "议", "问", ":"])
    )
    BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    BertModel(BertConfig(vocab_size=9, **sizes)).save_pretrained(folder)
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "问:"}}')
    (folder / "modules.json").write_text(
        json.dumps(
            [
                {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            ]
        )
    )
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        '{"word_embedding_dimension": 8, "pooling_mode_mean_tokens": true}'
    )
    capfd.readouterr()
    encoder = load_encoder(str(folder))
    passages, queries = encoder.encode(["会议", "问:会议"]), encoder.encode(["会议"], query=True)
    assert (encoder.dimension, passages.shape, passages.dtype) == (8, (2, 8), np.float32)
    assert np.linalg.norm(passages, axis=1) == pytest.approx([1, 1], abs=1e-6)
    assert queries[0] == pytest.approx(passages[1], abs=1e-5)
    assert queries[0] != pytest.approx(passages[0], abs=1e-3)
    assert capfd.readouterr().out == ""
