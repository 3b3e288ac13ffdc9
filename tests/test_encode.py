from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import hub
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encode import BUILTIN_FOLDER, load_encoder
from index.errors import EncoderError
from index.static import StaticEncoder
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
    assert sum(file.stat().st_size for file in BUILTIN_FOLDER.rglob("*")) <= 34_000_000


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
    with pytest.raises(EncoderError, match=f"{file} is missing"):
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


@pytest.mark.parametrize("name", ["builtin@128", f"{BUILTIN_FOLDER}@128"])
def test_a_name_may_say_how_many_dimensions_are_kept(builtin: StaticEncoder, name: str) -> None:
    short = load_encoder(name)
    assert (short.name, short.dimension) == (name, 128)
    whole = builtin.encode(TEXTS)[:, :128]
    lengths = np.linalg.norm(whole, axis=1, keepdims=True)
    assert short.encode(TEXTS) == pytest.approx(whole / np.where(lengths == 0, 1, lengths), abs=1e-6)
    assert short.fingerprint != builtin.fingerprint
    assert load_encoder("builtin@256").fingerprint == builtin.fingerprint


@pytest.mark.parametrize("size", ["0", "257", "x", "", "-1", "1.5"])
def test_a_number_of_dimensions_that_cannot_be(size: str) -> None:
    with pytest.raises(EncoderError, match=r"from 1 to 256|number of dimensions to keep is needed") as caught:
        load_encoder(f"builtin@{size}")
    assert "\n" not in str(caught.value)


def test_a_folder_with_the_mark_in_its_name_is_a_folder(tmp_path: Path) -> None:
    assert load_encoder(str(static_folder(tmp_path / "m@1", [[3, 4]], ["a"]))).dimension == 2


def test_a_folder_is_found_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = static_folder(tmp_path / "m", [[3, 4]], ["a"])
    monkeypatch.chdir(tmp_path)
    near = load_encoder("m@1")
    assert near.name == f"{folder}@1"
    monkeypatch.chdir("/")
    assert load_encoder(near.name).fingerprint == near.fingerprint


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xc4\xe3")
    Path(name).mkdir()
    with pytest.raises(EncoderError, match="a name that is not UTF-8") as caught:
        load_encoder(name)
    str(caught.value).encode()


def test_the_weights_stay_as_they_are_stored(builtin: StaticEncoder) -> None:
    """To make them single takes a tenth of a second that a question in a fresh shell has not."""
    assert builtin.weights.dtype == np.float16


def test_prompts_of_a_static_model(tmp_path: Path) -> None:
    rows = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    folder = static_folder(tmp_path / "m", rows, ["q:", "d:", "a"], prompts={"query": "q: ", "document": "d: "})
    encoder = load_encoder(str(folder))
    assert encoder.encode(["a"], query=True)[0] == pytest.approx(np.array([2, 1]) / 5**0.5, abs=1e-6)
    assert encoder.encode(["a"])[0] == pytest.approx(np.array([1, 2]) / 5**0.5, abs=1e-6)
    assert encoder.encode([]).shape == (0, 2)


def test_a_static_model_in_a_folder_within(tmp_path: Path) -> None:
    folder = static_folder(tmp_path / "m", [[3, 4]], ["a"])
    (folder / "0_StaticEmbedding").mkdir()
    for file in ("tokenizer.json", "model.safetensors"):
        (folder / file).rename(folder / "0_StaticEmbedding" / file)
    kind = json.loads((folder / "modules.json").read_text())[0]["type"]
    modules = [{"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": kind}]
    (folder / "modules.json").write_text(json.dumps(modules))
    assert load_encoder(str(folder)).encode(["a"])[0].tolist() == pytest.approx([0.6, 0.8])
    (folder / "0_StaticEmbedding" / "tokenizer.json").unlink()
    with pytest.raises(EncoderError, match=r"m: 0_StaticEmbedding/tokenizer.json is missing"):
        load_encoder(str(folder))


def model2vec_folder(folder: Path, tensors: dict[str, np.ndarray]) -> Path:
    """As model2vec saves it, without modules.json."""
    from safetensors.numpy import save_file

    static_folder(folder, [[1, 0], [0, 1]], ["a", "b"])
    for file in ("modules.json", "config_sentence_transformers.json", "model.safetensors"):
        (folder / file).unlink()
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "architectures": ["StaticModel"]}))
    save_file(tensors, str(folder / "model.safetensors"))
    return folder


def test_models_of_model2vec_may_share_rows_and_weigh_them(tmp_path: Path) -> None:
    shared = np.array([[0, 0], [3, 0], [0, 4]], np.float16)
    plain = load_encoder(str(model2vec_folder(tmp_path / "plain", {"embeddings": shared})))
    assert plain.encode(["a b", "b"]) == pytest.approx(np.array([[0.6, 0.8], [0, 1]]), abs=1e-6)
    tensors = {
        "embeddings": shared[1:].astype(np.int8),
        "mapping": np.array([0, 1, 0]),
        "weights": np.array([0.0, 1.0, 1.0]),
    }
    weighed = load_encoder(str(model2vec_folder(tmp_path / "weighed", tensors)))
    assert weighed.encode(["a b", "[UNK] x"]) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]), abs=1e-6)
    damaged = model2vec_folder(tmp_path / "damaged", {"embeddings": shared, "mapping": np.array([0, 1, 9])})
    with pytest.raises(EncoderError, match=r"model.safetensors cannot be read \(index 9 is out of bounds"):
        load_encoder(str(damaged))
    nothing = model2vec_folder(tmp_path / "nothing", {"other": shared})
    with pytest.raises(EncoderError, match="it holds no token vectors"):
        load_encoder(str(nothing))


def test_what_other_programs_need_is_no_part_of_the_fingerprint(tmp_path: Path) -> None:
    folder = static_folder(tmp_path / "m", [[1, 0]], ["a"])
    before = load_encoder(str(folder)).fingerprint
    for more in ("onnx/config.json", ".cache/huggingface/x.json", "pytorch_model.bin"):
        (folder / more).parent.mkdir(parents=True, exist_ok=True)
        (folder / more).write_text("{}")
    assert load_encoder(str(folder)).fingerprint == before


def loaded_elsewhere(home: Path, name: str, **variables: str) -> str:
    """What a fresh process says that loads an encoder: its dimension, or why not."""
    code = (
        "import sys; from index.encode import load_encoder; from index.errors import EncoderError\n"
        "try: print(load_encoder(sys.argv[1]).dimension)\n"
        "except EncoderError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name],
        env={**os.environ, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", **variables},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    return done.stdout.removesuffix("\n")


def test_a_model_of_the_hub_is_downloaded_once_and_what_is_not_needed_never(tmp_path: Path) -> None:
    folder = static_folder(tmp_path / "m", [[3, 0]], ["east"])
    for more in ("onnx/model.onnx", "onnx/config.json", "openvino/x.xml", "pytorch_model.bin", "README.md", "own.py"):
        (folder / more).parent.mkdir(exist_ok=True)
        (folder / more).write_text("{}")
    with hub.serving(folder) as served:
        assert loaded_elsewhere(tmp_path / "home", hub.NAME, HF_ENDPOINT=served.address) == "2"
        needed = {"config_sentence_transformers.json", "model.safetensors", "modules.json", "tokenizer.json"}
        assert set(served.served) == needed
        unknown = loaded_elsewhere(tmp_path / "home", "someone/else", HF_ENDPOINT=served.address)
    assert unknown == (
        "someone/else: the model hub knows no such model, or not without a login. Check the name or use --encoder builtin."
    )
    assert loaded_elsewhere(tmp_path / "home", f"{hub.NAME}@1", HF_ENDPOINT="http://127.0.0.1:9") == "1"


def test_a_download_that_broke_off_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with hub.serving(static_folder(tmp_path / "m", [[3, 0]], ["east"])) as served:
        served.withheld.add("model.safetensors")
        broken = loaded_elsewhere(home, hub.NAME, HF_ENDPOINT=served.address)
        assert broken.startswith("someone/model: the download broke off (")
        assert broken.endswith("Try again, what has come is kept, or use --encoder builtin.")
        assert loaded_elsewhere(home, hub.NAME, HF_ENDPOINT="http://127.0.0.1:9") == (
            "someone/model: is on this machine only in part and the model hub cannot be reached. Download it where there is"
            " a network (hf download someone/model) or use --encoder builtin."
        )
        served.withheld.clear()
        served.served.clear()
        assert loaded_elsewhere(home, hub.NAME, HF_ENDPOINT=served.address) == "2"
        assert "model.safetensors" in served.served
        assert "tokenizer.json" not in served.served
