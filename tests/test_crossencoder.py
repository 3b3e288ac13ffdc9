"""Cross-encoders by name: probabilities as sentence-transformers gives them, or one line that says what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tiny

from qa.crossencoder import CrossReranker, RerankerError, load_reranker

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

QUESTION = "大桥长多少公里?"
PASSAGES = ["大桥长9公里。", "新港开航。", "", "港口长3公里。" * 500, "\ud83d\x00\u200f"]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def folder(place: Path) -> Path:
    return tiny.reranker(place / "m")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossReranker:
    return load_reranker(str(folder))


def refusal(folder: Path) -> str:
    with pytest.raises(RerankerError) as caught:
        load_reranker(str(folder))
    said = str(caught.value)
    assert said.startswith(f"{folder}: ")
    assert "\n" not in said
    assert said.endswith("or leave --reranker out.")
    return said.removeprefix(f"{folder}: ").partition(". ")[0]


def test_scores_are_the_probabilities_of_the_model(folder: Path, reranker: CrossReranker) -> None:
    from sentence_transformers import CrossEncoder

    scores = reranker.scores(QUESTION, PASSAGES)
    whole = [passage.encode("utf-8", "replace").decode() for passage in PASSAGES]
    right = CrossEncoder(str(folder), device="cpu").predict([(QUESTION, passage) for passage in whole], batch_size=1)
    assert scores == pytest.approx(right.tolist(), abs=1e-6)
    assert len(set(scores)) == len(PASSAGES)
    assert all(0 < score < 1 for score in scores)
    assert reranker.scores(QUESTION, PASSAGES) == scores
    assert reranker.scores("\ud83d", PASSAGES[:1]) == reranker.scores("?", PASSAGES[:1])
    assert reranker.scores(QUESTION, []) == []
    assert reranker.name == str(folder)


def test_a_model_that_leaves_its_numbers_as_they_are_gives_probabilities_too(folder: Path, tmp_path: Path) -> None:
    plain = Path(shutil.copytree(folder, tmp_path / "m"))
    settings = json.loads((plain / "config_sentence_transformers.json").read_text())
    settings["activation_fn"] = "torch.nn.modules.linear.Identity"
    (plain / "config_sentence_transformers.json").write_text(json.dumps(settings))
    right = load_reranker(str(folder)).scores(QUESTION, PASSAGES)
    assert load_reranker(str(plain)).scores(QUESTION, PASSAGES) == pytest.approx(right, abs=1e-6)


def test_a_model_without_anything_of_sentence_transformers(folder: Path, place: Path) -> None:
    """As most rerankers of the hub are kept."""
    right = load_reranker(str(folder)).scores(QUESTION, PASSAGES)
    assert load_reranker(str(place / "m-bert")).scores(QUESTION, PASSAGES) == pytest.approx(right, abs=1e-6)


def test_several_threads_may_ask(reranker: CrossReranker) -> None:
    right = reranker.scores(QUESTION, PASSAGES)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: reranker.scores(QUESTION, PASSAGES), range(32)))
    assert found == [right] * 32


def test_nothing_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    load_reranker(str(folder)).scores(QUESTION, PASSAGES)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("damage", ["gone", "empty", "junk", "half"])
@pytest.mark.parametrize("file", ["modules.json", "config.json", "model.safetensors", "tokenizer.json"])
def test_each_file_damaged(tmp_path: Path, folder: Path, file: str, damage: str) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "m"))
    path = broken / file
    if damage == "gone":
        path.unlink()
        assert refusal(broken) == f"{file} is missing"
        return
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "junk": b"\x00\xffjunk", "half": whole[: len(whole) // 2]}[damage])
    assert refusal(broken).startswith(f"{file} cannot be read (")


def test_a_head_that_was_never_trained_is_refused(tmp_path: Path, folder: Path) -> None:
    from safetensors.numpy import load_file, save_file

    broken = Path(shutil.copytree(folder, tmp_path / "m"))
    weights = load_file(broken / "model.safetensors")
    save_file({n: w for n, w in weights.items() if not n.startswith("classifier")}, broken / "model.safetensors")
    assert refusal(broken).startswith("the model cannot be read (its files lack the weights classifier.")


def test_models_of_another_kind(tmp_path: Path) -> None:
    assert refusal(tiny.embedder(tmp_path / "e")) == "is an embedding model, not a reranker"
    assert refusal(tmp_path / "e-bert") == "is a model for something else (BertModel), not a reranker"
    three = tiny.reranker(tmp_path / "three", labels=3)
    assert refusal(three) == "gives 3 numbers for a passage where a reranker gives one"


def test_what_is_no_model(tmp_path: Path) -> None:
    for name, said in {
        str(tmp_path / "gone"): "there is no such folder. Name a model folder or a model or leave --reranker out.",
        "": "the name of the model is empty: there is no such folder. Name a model folder or a model or leave --reranker out.",
        "a b": "a b: is neither a folder nor a model name. Give one of them or leave --reranker out.",
    }.items():
        with pytest.raises(RerankerError) as caught:
            load_reranker(name)
        assert str(caught.value).endswith(said)
