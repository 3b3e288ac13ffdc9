"""Vector search against brute force, generation after generation, and what damaged folders do."""

import resource
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.errors import ArchiveDamaged
from index.neighbours import SAMPLE, Codes
from index.vectors import FEW_ROWS, LARGEST_DELTA, LARGEST_EXACT, VectorIndex, needs_compaction, write_vectors

EAST, NORTH, NORTH_EAST, WEST = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-1.0, 0.0)
COUNT, DIMENSION, STEP = LARGEST_EXACT + 1000, 32, 3


def index_of(folder, vectors, rows=None) -> VectorIndex:
    matrix = np.array(vectors, dtype=np.float32)
    rows = rows if rows is not None else range(1, len(matrix) + 1)
    write_vectors(folder / "v", matrix.shape[1], [(list(rows), matrix)])
    return VectorIndex.open(folder / "v")


def units(count: int, dimension: int, seed: int = 7) -> np.ndarray:
    """Unit vectors around a few dozen topics, as float16 keeps them."""
    chance = np.random.default_rng(seed)
    topics = np.random.default_rng(1).normal(size=(40, dimension))
    vectors = topics[chance.integers(0, 40, count)] + 1.2 * chance.normal(size=(count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


def brute(rows: np.ndarray, vectors: np.ndarray, query: np.ndarray, k: int) -> list[int]:
    scores = np.einsum("ij,j->i", vectors, query)
    return [int(rows[place]) for place in np.lexsort((rows, -scores))[:k]]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A folder with a base; its rows and vectors."""
    folder = tmp_path_factory.mktemp("large")
    rows, vectors = np.arange(0, COUNT * STEP, STEP), units(COUNT, DIMENSION)
    batches = [(rows[start : start + 9000], vectors[start : start + 9000]) for start in range(0, COUNT, 9000)]
    assert write_vectors(folder / "v", DIMENSION, batches) == COUNT
    return folder / "v", rows, vectors


def test_nearest_first(tmp_path):
    index = index_of(tmp_path, [EAST, NORTH, NORTH_EAST, WEST], [2, 3, 5, 8])

    assert index.search(EAST, 4) == [(2, 1.0), (5, pytest.approx(0.6, abs=1e-3)), (3, 0.0), (8, -1.0)]
    assert index.search(EAST, 1) == [(2, 1.0)]
    assert index.search(EAST, 9) == index.search(EAST, 4)
    assert (index.count, index.dimension, index.rows.tolist(), index.kind) == (4, 2, [2, 3, 5, 8], "SQfp16")


def test_ties_are_cut_by_row(tmp_path):
    index = index_of(tmp_path, [NORTH] + [EAST] * 6 + [NORTH], range(10, 18))

    assert [row for row, _ in index.search(EAST, 3)] == [11, 12, 13]
    assert [row for row, _ in index.search(NORTH, 4)] == [10, 17, 11, 12]


def test_zero_vectors(tmp_path):
    assert index_of(tmp_path, [EAST, (0.0, 0.0)]).search((0.0, 0.0), 5) == []
    assert VectorIndex.open(tmp_path / "v").search(EAST, 5) == [(1, 1.0), (2, 0.0)]


def test_nothing_held(tmp_path):
    assert write_vectors(tmp_path / "v", 2, []) == 0
    index = VectorIndex.open(tmp_path / "v")

    assert (index.count, index.rows.tolist(), index.search(EAST, 5), index.scores(EAST, [1])) == (0, [], [], {})
    assert not needs_compaction(tmp_path / "v")


def test_filter_by_rows(tmp_path):
    index = index_of(tmp_path, [EAST, NORTH, NORTH_EAST, WEST], [2, 3, 5, 8])

    assert [row for row, _ in index.search(EAST, 3, allowed=np.array([8, 3, 99]))] == [3, 8]
    assert index.search(EAST, 3, allowed=np.array([], dtype=np.int64)) == []


def test_scores_of_rows_leave_out_what_is_not_held(tmp_path):
    index = index_of(tmp_path, [EAST, NORTH, NORTH_EAST], [2, 3, 5])

    assert index.scores(EAST, [5, 4, 2, 77]) == {2: 1.0, 5: pytest.approx(0.6, abs=1e-3)}
    assert index.scores(EAST, []) == {}


@pytest.mark.parametrize("allowed", [None, 1500, 5000])
def test_exact_kind_finds_what_brute_force_finds(tmp_path, allowed):
    vectors, rows = units(6000, 24), np.arange(0, 18000, 3)
    index = index_of(tmp_path, vectors, rows)
    few = None if allowed is None else np.sort(np.random.default_rng(3).choice(rows, allowed, replace=False))
    held = np.ones(len(rows), bool) if few is None else np.isin(rows, few)
    for query in units(20, 24, seed=8) * np.float32(1.7):
        found = index.search(query, 10, allowed=few)
        assert [row for row, _ in found] == brute(rows[held], vectors[held], query, 10)
        assert index.scores(query, [row for row, _ in found]) == dict(found)


def test_base_finds_nearly_all_that_brute_force_finds(large):
    folder, rows, vectors = large
    index = VectorIndex.open(folder)

    assert index.kind == "IVF1,PQ32x4fs,Refine(SQfp16)"
    assert (index.count, index.rows.tolist()) == (COUNT, rows.tolist())
    # Three filters: none, one row in five (by codes), and few enough to be compared one by one.
    allowed = [None, rows[::5], np.sort(np.random.default_rng(3).choice(rows, FEW_ROWS, replace=False))]
    for few, floor in zip(allowed, (0.97, 0.97, 1.0), strict=True):
        held = np.ones(COUNT, bool) if few is None else np.isin(rows, few)
        hits = 0
        for query in units(50, DIMENSION, seed=8):
            found = index.search(query, 10, allowed=few)
            assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))
            assert len(found) == 10
            assert index.scores(query, [row for row, _ in found]) == dict(found)
            hits += len({row for row, _ in found} & set(brute(rows[held], vectors[held], query, 10)))
        assert hits / 500 >= floor


def test_base_with_delta_and_removals(large, tmp_path):
    folder, rows, vectors = large
    more, beyond = units(500, DIMENSION, seed=9), np.arange(COUNT * STEP, COUNT * STEP + 500)
    queries = units(20, DIMENSION, seed=10)
    removed = [row for query in queries for row in brute(rows, vectors, query, 5)]

    count = write_vectors(tmp_path / "1", DIMENSION, [(beyond, more)], previous=folder, removed=[*removed, 1, 99**4])
    write_vectors(tmp_path / "2", DIMENSION, [], previous=tmp_path / "1", removed=beyond[:100])

    gone = len(set(removed))
    one, two = VectorIndex.open(tmp_path / "1"), VectorIndex.open(tmp_path / "2")
    assert (count, one.count, two.count) == (COUNT + 500 - gone, COUNT + 500 - gone, COUNT + 400 - gone)
    assert (tmp_path / "2" / "base.vectors").samefile(tmp_path / "1" / "base.vectors")
    held = ~np.isin(rows, removed)
    assert two.rows.tolist() == [*rows[held].tolist(), *beyond[100:].tolist()]
    all_rows, all_vectors = np.concatenate([rows[held], beyond[100:]]), np.concatenate([vectors[held], more[100:]])
    hits = 0
    for query in queries:
        found = [row for row, _ in two.search(query, 10)]
        assert not set(found) & set(removed)
        hits += len(set(found) & set(brute(all_rows, all_vectors, query, 10)))
        assert two.scores(query, removed) == {}
    assert hits / 200 >= 0.97
    assert VectorIndex.open(folder).count == COUNT
    for row, vector in zip(beyond[100:110].tolist(), more[100:110], strict=True):
        assert two.search(vector, 1)[0][0] == row


def test_all_of_a_base_is_there_for_who_wants_all(large):
    folder, rows, _ = large

    found = VectorIndex.open(folder).search(units(1, DIMENSION)[0], COUNT + 5)
    assert sorted(row for row, _ in found) == rows.tolist()


@pytest.mark.parametrize("count", [33, 64, 1001])
def test_codes_give_the_same_candidates_with_and_without_a_mask(count):
    vectors = units(count + SAMPLE, 32)
    codes = Codes.from_bytes(
        Codes.make(vectors[count:], [vectors[: count // 2], vectors[count // 2 : count]]).to_bytes()
    )
    for query in vectors[:20]:
        for limit in (1, 10, count):
            free = codes.candidates(query, limit, None)
            assert sorted(free) == sorted(codes.candidates(query, limit, np.ones(count, np.bool_)))
            assert len(free) == limit


def test_several_threads_get_the_same_answers(large):
    index, queries = VectorIndex.open(large[0]), list(units(40, DIMENSION, seed=11))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda query: index.search(query, 10), queries)) == [index.search(q, 10) for q in queries]


def test_same_vectors_give_the_same_bytes(large, tmp_path):
    folder, rows, vectors = large
    write_vectors(tmp_path / "v", DIMENSION, [(rows, vectors)])

    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "v" / file.name).read_bytes(), file.name


def test_small_archive_becomes_a_large_one(large, tmp_path):
    """And the base is the one that is made of all at once."""
    folder, rows, vectors = large
    write_vectors(tmp_path / "1", DIMENSION, [(rows[:100], vectors[:100])])
    write_vectors(tmp_path / "2", DIMENSION, [(rows[100:], vectors[100:])], previous=tmp_path / "1")

    assert not (tmp_path / "1" / "base.codes").exists()
    assert (tmp_path / "2" / "base.codes").read_bytes() == (folder / "base.codes").read_bytes()


def test_when_to_compact(large, tmp_path):
    folder = large[0]
    write_vectors(tmp_path / "small", 2, [([1], [EAST])])

    assert not needs_compaction(folder)
    assert not needs_compaction(folder, added=LARGEST_DELTA, removed=COUNT // 10)
    assert needs_compaction(folder, added=LARGEST_DELTA + 1)
    assert needs_compaction(folder, removed=COUNT // 10 + 1)
    assert not needs_compaction(tmp_path / "small", added=10**6, removed=1)


def test_progress_can_stop_the_making_of_a_base(tmp_path):
    told = []

    class StopError(Exception):
        pass

    def progress(done, total):
        told.append((done, total))
        if done:
            raise StopError

    rows, vectors = np.arange(LARGEST_EXACT + 1), units(LARGEST_EXACT + 1, 8)
    with pytest.raises(StopError):
        write_vectors(tmp_path / "v", 8, [(rows, vectors)], progress=progress)
    assert told == [(0, LARGEST_EXACT + 1), (LARGEST_EXACT, LARGEST_EXACT + 1)]


VALUES = st.sampled_from([-1.0, 0.0, 0.5, 1.0])
STEPS = st.lists(st.tuples(st.integers(0, 6), st.sets(st.integers(0, 40))), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, pool=arrays(np.float32, (30, 3), elements=VALUES), query=arrays(np.float32, 3, elements=VALUES))
def test_any_sequence_of_generations_is_a_fresh_index(steps, pool, query):
    with TemporaryDirectory() as folder:
        check_sequence(Path(folder), steps, pool, query)


def check_sequence(folder, steps, pool, query):
    held, made, previous = {}, 0, None
    for number, (added, removed) in enumerate(steps):
        rows = list(range(made, made + added))
        vectors = pool[made : made + added]
        removed = removed & held.keys()
        held = {row: vector for row, vector in held.items() if row not in removed}
        held |= dict(zip(rows, vectors, strict=True))
        count = write_vectors(folder / str(number), 3, [(rows, vectors)], previous=previous, removed=sorted(removed))
        assert count == len(held)
        made, previous = made + added, folder / str(number)
    write_vectors(folder / "fresh", 3, [(list(held), np.array(list(held.values())).reshape(-1, 3))])
    index, fresh = VectorIndex.open(previous), VectorIndex.open(folder / "fresh")

    assert index.rows.tolist() == fresh.rows.tolist() == list(held)
    expected = {row: float(vector @ query) for row, vector in held.items()}
    assert index.scores(query, range(50)) == fresh.scores(query, range(50)) == expected
    for k in (1, 4, 40):
        best = sorted(expected.items(), key=lambda hit: (-hit[1], hit[0]))[:k] if query.any() else []
        assert index.search(query, k) == fresh.search(query, k) == best


def test_misfits_are_refused_with_both_numbers(tmp_path):
    index = index_of(tmp_path, [EAST, NORTH])
    cases = [
        ([([5, 6, 7], [EAST, NORTH])], "3 rows for 2 vectors"),
        ([([5], [(1.0, 0.0, 0.0)])], r"shape \(1, 3\).* dimension 2"),
        ([([9, 9], [EAST, NORTH])], "ascend"),
        ([([2], [EAST])], "beyond 2"),
    ]
    for number, (batches, message) in enumerate(cases):
        with pytest.raises(ValueError, match=message):
            write_vectors(tmp_path / str(number), 2, batches, previous=tmp_path / "v")
    with pytest.raises(ValueError, match="3 numbers for an index of dimension 2"):
        index.search((1.0, 0.0, 0.0), 1)
    with pytest.raises(ValueError, match="3 numbers for an index of dimension 2"):
        write_vectors(tmp_path / "other", 3, [], previous=tmp_path / "v")
    with pytest.raises(ValueError, match="not empty"):
        write_vectors(tmp_path / "v", 2, [])


def use(folder: Path, dimension: int, more: Path) -> None:
    """Everything that reads a folder."""
    index = VectorIndex.open(folder)
    query = np.ones(dimension, np.float32)
    index.search(query, 10)
    index.search(query, 10, allowed=index.rows[::2])
    index.scores(query, index.rows[:50])
    assert not needs_compaction(folder)
    write_vectors(more, dimension, [([10**9], query[None])], previous=folder, removed=[int(index.rows[0])])


@pytest.fixture(params=["small", "large"])
def copied(request, large, tmp_path):
    """A folder with all files there can be, to damage; and one that nobody has made yet."""
    folder = tmp_path / "v"
    if request.param == "small":
        write_vectors(folder, 8, [(range(50), units(50, 8))])
    else:
        more = (np.arange(10**6, 10**6 + 20), units(20, DIMENSION, seed=9))
        write_vectors(tmp_path / "1", DIMENSION, [more], previous=large[0], removed=[3, 6])
        shutil.copytree(tmp_path / "1", folder)
    return folder, 8 if request.param == "small" else DIMENSION, tmp_path / "next"


def test_truncated_lengthened_or_missing_file_is_refused(copied):
    folder, dimension, following = copied
    for file in sorted(folder.iterdir()):
        data = file.read_bytes()
        lengths = {*range(0, min(len(data), 300), 7), *np.linspace(0, len(data), 12).astype(int).tolist()} - {len(data)}
        for content in [*(data[:length] for length in sorted(lengths)), data + b"\0", None]:
            file.unlink()
            if content is not None:
                file.write_bytes(content)
            for action in (VectorIndex.open, needs_compaction):
                with pytest.raises(ArchiveDamaged, match="Run `wenbao doctor`"):
                    action(folder)
            with pytest.raises(ArchiveDamaged, match="Run `wenbao doctor`"):
                write_vectors(following, dimension, [], previous=folder)
            file.write_bytes(data)
    use(folder, dimension, following)


def test_flipped_bits_are_refused_or_harmless(copied):
    """In meta.json, the codes, the bitmap and the flat part's rows none goes unseen; elsewhere only a score is wrong."""
    folder, dimension, following = copied
    chance = np.random.default_rng(2)
    for file in sorted(folder.iterdir()):
        data = file.read_bytes()
        seen = file.name in ("meta.json", "base.codes", "base.live", "flat.rows")
        places = {0, 8, len(data) - 1, *chance.integers(0, len(data), 12).tolist()}
        for place in sorted(place for place in places if place < len(data)):
            changed = bytearray(data)
            changed[place] ^= 1 << int(chance.integers(0, 8))
            file.unlink()
            file.write_bytes(changed)
            if seen:
                with pytest.raises(ArchiveDamaged, match="Run `wenbao doctor`"):
                    VectorIndex.open(folder)
            else:
                use(folder, dimension, following)
                shutil.rmtree(following)
        file.write_bytes(data)


def test_mapped_index_outlives_its_files(large, tmp_path):
    shutil.copytree(large[0], tmp_path / "v")
    index = VectorIndex.open(tmp_path / "v")
    shutil.rmtree(tmp_path / "v")

    assert index.search(large[2][7], 1) == VectorIndex.open(large[0]).search(large[2][7], 1)


@pytest.mark.parametrize(("limit", "last"), [(1000, "flat.rows"), (300_000, "base.codes")])
def test_full_disk_is_an_oserror(tmp_path, limit, last):
    """A limit on the size of a file stands in for a full disk: the rows, then the codes, do not fit."""
    count = LARGEST_EXACT + 1
    batches = [(np.arange(count), units(count, 3))]
    before, old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, old[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_vectors(tmp_path / "v", 3, batches)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)
    assert (tmp_path / "v" / last).stat().st_size <= limit
    assert not (tmp_path / "v" / "meta.json").exists()


def test_faiss_is_loaded_at_first_use():
    script = "import sys, index.vectors; print('faiss' in sys.modules)"
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    out = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True)

    assert out.stdout.strip() == "False"
