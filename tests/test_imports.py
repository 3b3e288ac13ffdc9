"""Imports point one way, public names are public, and what is heavy waits until it is needed."""

import ast
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import index

ROOT = Path(__file__).parent.parent
# The order to read the code in: a module imports only what stands before it. Others are held by what they import.
ORDER = [
    "index.types",
    "index.errors",
    "index.read",
    "index.page.asides",
    "index.page.frames",
    "index.page.units",
    "index.page.zones",
    "index.page.segments",
    "index.page.headlines",
    "index.layout",
    "index.issues",
    "index.dates",
    "index.passages",
    "index.tokens",
    "index.jumps",
    "index.lexical",
    "index.unigram",
    "index.modelfolder",
    "index.hub",
    "index.prompts",
    "index.static",
    "index.neural",
    "index.transformer",
    "index.encode",
    "index.neighbours",
    "index.vectorfiles",
    "index.vectors",
    "index.store",
    "index.archive.catalogue",
    "index.archive.derive",
    "index.archive.steps",
    "index.build",
    "index.doctor",
    "index",
    "qa.types",
    "qa.crossencoder",
    "qa.same",
    "qa.facets",
    "qa.words",
    "qa.filters",
    "qa.spans",
    "qa.addressed",
    "qa.kinds",
    "qa.periods",
    "qa.content",
    "qa.topics",
    "qa.followup",
    "qa.matching",
    "qa.asks",
    "qa.several",
    "qa.question",
    "qa.dictionary",
    "qa.scripts",
    "qa.letters",
    "qa.pinyin",
    "qa.translate",
    "qa.features",
    "qa.rank",
    "qa.retrieve",
    "qa.mentioning",
    "qa.typos",
    "qa.about",
    "qa.exact",
    "qa.surroundings",
    "qa.windows",
    "qa.reading",
    "qa.network",
    "qa.beside",
    "qa.reader",
    "qa.extract",
    "qa.confidence",
    "qa.cut",
    "qa.shortest",
    "qa.foreign",
    "qa.english",
    "qa.cite",
    "qa.excerpts",
    "qa.appearances",
    "qa.timely",
    "qa.changed",
    "qa.listing",
    "qa.serving",
    "qa.answering",
    "qa.examples",
    "qa.statements",
    "qa.polarity",
    "qa.proof",
    "qa.restate",
    "qa.llm",
    "qa.draft",
    "qa.writer",
    "qa.engine",
    "qa.output",
    "qa.interrupt",
    "qa.meter",
    "qa.measures",
    "qa.evaluate",
    "qa.address",
    "qa.arguments",
    "qa.markup",
    "qa.marks",
    "qa.finding",
    "qa.parts",
    "qa.render",
    "qa.scope",
    "qa.hits",
    "qa.places",
    "qa.watch",
    "qa.updates",
    "qa.lists",
    "qa.uploads",
    "qa.chat_tab",
    "qa.archive_tab",
    "qa.search_tab",
    "qa.ui",
    "qa.cli",
    "app",
]
HOMES = {
    "faiss": {"index.neighbours"},
    "tantivy": {"index.lexical"},
    "rjieba": {"index.tagging", "index.tokens"},
    "openai": {"qa.llm"},
}
HEAVY = [
    "faiss",
    "gradio",
    "jieba",
    "numpy",
    "openai",
    "opencc",
    "rjieba",
    "sentence_transformers",
    "tantivy",
    "torch",
    "transformers",
]


def imports() -> dict[str, set[str]]:
    """What each of our modules imports, inside functions too; imports for type checkers only are left out."""
    found = {}
    files = [*(ROOT / "index").rglob("*.py"), *(ROOT / "qa").rglob("*.py"), *ROOT.glob("app.py")]
    for file in files:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        package = file.relative_to(ROOT).parent.parts
        tree = ast.parse(file.read_text(encoding="utf-8"))
        skipped = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
            for inner in ast.walk(node)
        }
        found[module] = set()
        for node in ast.walk(tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.Import):
                found[module] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                above = ".".join(package[: len(package) - node.level + 1])
                base = f"{above}.{node.module or ''}".rstrip(".") if node.level else node.module
                found[module] |= {f"{base}.{alias.name}" for alias in node.names} if node.module is None else {base}
                if not node.level and base == "index":
                    found[module] |= {f"index:{alias.name}" for alias in node.names}
    return found


IMPORTS = imports()


def reached(module: str) -> set[str]:
    """All our modules that `module` imports, directly or through others."""
    found, waiting = set(), [module]
    while waiting:
        for name in IMPORTS.get(waiting.pop(), ()):
            if name in IMPORTS and name not in found:
                found.add(name)
                waiting.append(name)
    return found


@pytest.mark.parametrize("module", sorted(IMPORTS))
def test_imports_point_one_way(module):
    assert module not in reached(module), "an import circle"
    if module in ORDER:
        allowed = set(ORDER[: ORDER.index(module)])
        assert {name for name in reached(module) if name in ORDER} <= allowed


def test_index_knows_nothing_of_questions():
    for module in IMPORTS:
        if module.startswith("index"):
            assert not {name for name in IMPORTS[module] if name.startswith("qa")}, module


def test_qa_uses_only_public_names():
    for module in IMPORTS:
        if module.startswith(("qa", "app")):
            assert not {name for name in IMPORTS[module] if name.startswith("index.")}, module
            named = {name.removeprefix("index:") for name in IMPORTS[module] if name.startswith("index:")}
            assert named <= set(index.__all__), module


@pytest.mark.parametrize("library", HOMES)
def test_one_module_knows_the_library(library):
    users = {module for module, names in IMPORTS.items() if library in {name.split(".")[0] for name in names}}
    assert users == HOMES[library]


def test_public_names_are_there():
    assert [name for name in index.__all__ if getattr(index, name, None) is None] == []
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        index.nothing  # noqa: B018


def test_no_public_name_is_hidden_by_a_module():
    """`from index import build` must be the function, whatever was imported before."""
    import index.build

    modules = {file.stem for file in (ROOT / "index").glob("*.py")}
    assert {name for name in index.__all__ if name in modules} == {"build"}
    assert callable(index.build)


@pytest.mark.parametrize("statement", ["import index", "import qa", "import index, index.store", "import qa.cli"])
def test_importing_is_light(statement):
    script = f"{statement}; import sys; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_nobody_else_ships_a_package_of_our_name():
    distributions = packages_distributions()
    assert set(distributions.get("index", ["wenbao"])) == {"wenbao"}
    assert set(distributions.get("qa", ["wenbao"])) == {"wenbao"}
