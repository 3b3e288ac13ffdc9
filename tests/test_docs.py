"""What the README shows is what happens."""

import re
import shlex
from pathlib import Path

import pytest

from index import build
from qa.cli import main

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh.md")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    build([ROOT / "seeds"], home)
    return home


@pytest.mark.parametrize("readme", READMES)
def test_console_examples(readme, home, capsys):
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        command, _, shown = block.partition("\n")
        assert main([*shlex.split(command)[2:], "--home", str(home)]) == 0
        assert capsys.readouterr().out.strip() == shown.strip()


def test_python_example(home, tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code.replace('Path("seeds")', f"Path({str(ROOT / 'seeds')!r})"), {})
    assert capsys.readouterr().out == code.rpartition("# ")[2]


@pytest.mark.parametrize("readme", READMES)
def test_links_lead_somewhere(readme):
    for link in re.findall(r"\]\(([^)#]+)", (ROOT / readme).read_text(encoding="utf-8")):
        assert link.startswith("http") or (ROOT / link).exists(), link


def test_commands_of_the_readme_exist(capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^wenbao (\w+)", text, re.MULTILINE))
    for command in named:
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
    assert named == {"build", "ask", "search", "articles", "eval", "serve", "watch", "doctor"}
