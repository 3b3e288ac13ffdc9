"""A real OpenAI-compatible server, `transformers serve`, with a tiny model made here; asked by the real command."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
QUESTION = "翰博光电生产基地项目总投资多少？"
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
LETTERS = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"


def tiny_model(folder):
    """A language model of a few kilobytes with random weights: it writes, and never anything true."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    vocabulary = {token: number for number, token in enumerate(["<unk>", "<end>", *LETTERS, *"0123456789[]。"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<end>", pad_token="<end>", chat_template=TEMPLATE
    )
    fast.save_pretrained(folder)
    torch.manual_seed(7)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = Qwen2Config(
        vocab_size=len(vocabulary), num_key_value_heads=2, max_position_embeddings=8192, eos_token_id=1, **sizes
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    model = tiny_model(tmp_path_factory.mktemp("model"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        Path(sys.executable).with_name("transformers"),
        "serve",
        model,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    process = subprocess.Popen([*command, "--device", "cpu"], env=environment)
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/v1", str(model)
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    pages = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "seeds", pages, dirs_exist_ok=True)
    subprocess.run([sys.executable, "-m", "qa.cli", "build", pages, "--home", home], check=True, cwd=ROOT)
    return home


def ask(home, *options):
    command = [sys.executable, "-m", "qa.cli", "ask", QUESTION, "--home", home, "--json", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WENBAO", "OPENAI"))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True)
    return json.loads(done.stdout), done.stderr


def test_a_real_server_writes_and_random_words_never_pass(server, home):
    url, model = server
    answer, told = ask(home, "--llm", url, "--model", model)
    before, silence = ask(home)
    assert answer["engine"] == "extractive"
    assert (answer["answer"], answer["citations"]) == (before["answer"], before["citations"])
    assert answer["dropped"], "the model wrote nothing"
    assert "没有通过核对" in answer["note"]
    assert "127.0.0.1" in told
    assert told.count("\n") == 1
    assert silence == ""


def test_a_model_that_the_server_lacks_is_told(server, home):
    url, _ = server
    answer, _ = ask(home, "--llm", url, "--model", "/nowhere/at/all")
    assert answer["engine"] == "extractive"
    assert not answer["refused"]
    assert answer["note"].startswith("未用模型执笔")
