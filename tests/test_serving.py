"""One engine, many askers, and generations that change under them: no answer fails, none is of two generations."""

import math
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from index import ArchiveMismatch, build, current_generation, load_encoder
from qa.engine import Engine

ASKERS = 8
APART = 3000
BRIDGE = "　　□记者 周舟 报道\n　　本报讯 3月5日，云岭大桥开工，云岭大桥全长{}米，由省路桥集团承建。\n"
TUNNEL = "　　□记者 石磊 报道\n　　本报讯 3月5日，青峰隧道开工，青峰隧道全长{}米，由省隧道集团承建。\n"
BOTH = "云岭大桥和青峰隧道分别全长多少米？"


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


def write(folder, metres):
    folder.mkdir(exist_ok=True)
    (folder / "桥.txt").write_text(BRIDGE.format(metres), encoding="utf-8")
    (folder / "隧.txt").write_text(TUNNEL.format(metres + APART), encoding="utf-8")


def metres(answer):
    """The length of the bridge, if it and that of the tunnel are said and quoted as one generation has them; else None."""
    said = [int(number) for short in answer.short for number in re.findall(r"\d+", short)]
    quoted = [int(re.search(r"全长(\d+)米", citation.quote)[1]) for citation in answer.citations]
    whole = len(said) == 2 and said == quoted and said[1] - said[0] == APART
    return said[0] if whole else None


def ask_until(engine, over, wrong):
    """Ask until it is over; how many questions were answered."""
    count, last = 0, 0
    while not over.is_set():
        answer = engine.ask(BOTH)
        found = metres(answer)
        if found is None or found < last:
            wrong.append((last, answer))
            return count
        last = found
        count += 1
    return count


def serve_while_building(tmp_path, encoder, goes_on):
    """Build generation after generation for as long as `goes_on(number)` while all ask: builds, answers, what was wrong."""
    pages, home = tmp_path / "pages", tmp_path / "home"
    number = 1000
    write(pages, number)
    build([pages], home, encoder=encoder)
    engine, over, wrong = Engine(home, encoder), threading.Event(), []
    with ThreadPoolExecutor(ASKERS) as pool:
        asked = [pool.submit(ask_until, engine, over, wrong) for _ in range(ASKERS)]
        try:
            while goes_on(number - 1000) and not wrong:
                number += 1
                write(pages, number)
                build(None, home, encoder=encoder, verify=True)
        finally:
            over.set()
        counts = [one.result() for one in asked]
    assert metres(engine.ask(BOTH)) == number
    engine.archive.close()
    return number - 1000, counts, wrong


def test_no_answer_fails_or_is_of_two_generations(tmp_path, encoder):
    builds, counts, wrong = serve_while_building(tmp_path, encoder, lambda done: done < 8)
    assert wrong == []
    assert builds == 8
    assert all(counts)


@pytest.mark.slow
def test_no_answer_fails_or_is_of_two_generations_for_a_minute(tmp_path, encoder):
    end = time.monotonic() + 60
    builds, counts, wrong = serve_while_building(tmp_path, encoder, lambda done: time.monotonic() < end)
    assert wrong == []
    assert builds > 20
    assert min(counts) > 100


def test_a_damaged_generation_is_not_served_and_a_repaired_one_is(tmp_path, encoder, caplog, monkeypatch):
    from index import repair

    pages, home = tmp_path / "pages", tmp_path / "home"
    write(pages, 1000)
    build([pages], home, encoder=encoder)
    engine = Engine(home, encoder)
    write(pages, 2000)
    build(None, home, encoder=encoder, verify=True)
    for file in (home / "generations" / str(current_generation(home))).rglob("*"):
        if file.is_file() and file.name != "manifest.json":
            file.unlink()
            file.write_bytes(b"damaged")
    for _ in range(3):
        assert metres(engine.ask(BOTH)) == 1000
    assert len([record for record in caplog.records if "answers go on from generation 1" in record.getMessage()]) == 1
    assert repair(home) == []
    monkeypatch.setattr("qa.engine.time.monotonic", lambda: math.inf)
    assert metres(engine.ask(BOTH)) == 2000
    engine.archive.close()


def test_another_encoder_than_the_one_asked_with_is_told_at_once(tmp_path, encoder):
    class Other:
        name, fingerprint, dimension = "other", "0" * 32, encoder.dimension

        def encode(self, texts, *, query=False):
            return encoder.encode(texts, query=query)

    pages, home = tmp_path / "pages", tmp_path / "home"
    write(pages, 1000)
    build([pages], home, encoder=encoder)
    engine = Engine(home, encoder)
    build(None, home, encoder=Other())
    with pytest.raises(ArchiveMismatch):
        engine.ask(BOTH)


def test_reporters_are_read_once_for_a_generation(tmp_path, encoder, monkeypatch):
    from index import Archive

    pages, home = tmp_path / "pages", tmp_path / "home"
    write(pages, 1000)
    build([pages], home, encoder=encoder)
    reads = []
    real = Archive.bylines
    monkeypatch.setattr(Archive, "bylines", lambda archive: reads.append(archive.generation) or real(archive))
    engine = Engine(home, encoder)
    for _ in range(3):
        assert len(engine.ask("記者周舟寫了哪些報道？").citations) == 1
        assert engine.ask("云岭大桥全长多少米？").short == ("1000米",)
    assert reads == [1]
    write(pages, 2000)
    build(None, home, encoder=encoder, verify=True)
    assert len(engine.ask("记者石磊写了哪些报道？").citations) == 1
    assert reads == [1, 2]
    engine.archive.close()
