"""Vector search against brute force, and what the index refuses."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.errors import ArchiveDamaged
from index.vectors import VectorIndex

EAST, NORTH, NORTH_EAST, WEST = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8), (-1.0, 0.0)


def index_of(vectors, rows=None) -> VectorIndex:
    matrix = np.array(vectors, dtype=np.float32)
    index = VectorIndex.empty(matrix.shape[1])
    index.add(rows if rows is not None else range(1, len(matrix) + 1), matrix)
    return index


def random_units(count: int, dimension: int) -> np.ndarray:
    vectors = np.random.default_rng(7).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_nearest_first():
    index = index_of([EAST, NORTH, NORTH_EAST, WEST], [2, 3, 5, 8])

    assert index.search(EAST, 4) == [(2, 1.0), (5, pytest.approx(0.6)), (3, 0.0), (8, -1.0)]
    assert index.search(EAST, 1) == [(2, 1.0)]
    assert index.search(EAST, 9) == index.search(EAST, 4)


def test_ties_are_cut_by_row():
    index = index_of([NORTH] + [EAST] * 6 + [NORTH], range(10, 18))

    assert [row for row, _ in index.search(EAST, 3)] == [11, 12, 13]
    assert [row for row, _ in index.search(NORTH, 4)] == [10, 17, 11, 12]


def test_zero_vector_finds_nothing():
    assert index_of([EAST, (0.0, 0.0)]).search((0.0, 0.0), 5) == []
    assert VectorIndex.empty(2).search(EAST, 5) == []


def test_filter_by_rows():
    index = index_of([EAST, NORTH, NORTH_EAST, WEST], [2, 3, 5, 8])

    assert [row for row, _ in index.search(EAST, 3, allowed=np.array([8, 3, 99]))] == [3, 8]
    assert index.search(EAST, 3, allowed=np.array([], dtype=np.int64)) == []


def test_scores_of_rows_leave_out_what_is_not_held():
    index = index_of([EAST, NORTH, NORTH_EAST], [2, 3, 5])

    assert index.scores(EAST, [5, 4, 2, 77]) == {2: 1.0, 5: pytest.approx(0.6)}
    assert index.scores(EAST, []) == {}
    assert VectorIndex.empty(2).scores(EAST, [1]) == {}


@pytest.mark.parametrize("mapped", [False, True])
def test_hits_are_those_of_brute_force(tmp_path, mapped):
    vectors = random_units(500, 32)
    rows = np.arange(0, 1500, 3)
    index = index_of(vectors, rows)
    if mapped:
        index.save(tmp_path / "vectors.faiss")
        index = VectorIndex.open(tmp_path / "vectors.faiss")
    for query in random_units(20, 32) @ np.diag(np.linspace(0.5, 2, 32)).astype(np.float32):
        exact = vectors @ query
        expected = [int(rows[place]) for place in np.argsort(-exact, kind="stable")[:10]]
        found = index.search(query, 10)
        assert [row for row, _ in found] == expected
        assert index.scores(query, expected) == {row: pytest.approx(score, abs=1e-6) for row, score in found}


@settings(max_examples=30)
@given(arrays(np.float32, (12, 3), elements=st.sampled_from([-1.0, 0.0, 1.0])), st.sets(st.integers(1, 12)), st.data())
def test_removed_rows_are_gone_and_the_others_keep_their_vectors(vectors, removed, data):
    index = index_of(vectors)
    left = [row for row in range(1, 13) if row not in removed]

    assert index.remove(sorted(removed | {99})) == len(removed)
    assert index.rows.tolist() == left
    query = data.draw(arrays(np.float32, 3, elements=st.sampled_from([-1.0, 1.0])))
    expected = {row: float(vectors[row - 1] @ query) for row in left}
    assert dict(index.search(query, 12)) == expected
    assert index.scores(query, range(20)) == expected


def test_saved_and_loaded_to_be_changed(tmp_path):
    index_of([EAST, NORTH]).save(tmp_path / "1")
    index = VectorIndex.open(tmp_path / "1", writable=True)
    index.remove([1])
    index.add([7], [WEST])
    index.save(tmp_path / "2")

    assert VectorIndex.open(tmp_path / "2").search(WEST, 5) == [(7, 1.0), (2, 0.0)]
    assert VectorIndex.open(tmp_path / "1").search(WEST, 5) == [(2, 0.0), (1, -1.0)]


def test_misfits_are_refused_with_both_numbers():
    index = index_of([EAST, NORTH])

    with pytest.raises(ValueError, match="3 rows for 2 vectors"):
        index.add([5, 6, 7], [EAST, NORTH])
    with pytest.raises(ValueError, match=r"shape \(1, 3\).* dimension 2"):
        index.add([5], [(1.0, 0.0, 0.0)])
    with pytest.raises(ValueError, match="3 numbers for an index of dimension 2"):
        index.search((1.0, 0.0, 0.0), 1)
    with pytest.raises(ValueError, match="beyond 2"):
        index.add([2], [EAST])
    with pytest.raises(ValueError, match="ascend"):
        index.add([9, 9], [EAST, NORTH])
    assert index.count == 2


def test_mapped_index_is_not_changed(tmp_path):
    """FAISS would abort the process."""
    index_of([EAST]).save(tmp_path / "vectors.faiss")
    index = VectorIndex.open(tmp_path / "vectors.faiss")

    with pytest.raises(ValueError, match="open for reading"):
        index.add([9], [NORTH])
    with pytest.raises(ValueError, match="open for reading"):
        index.remove([1])


def test_damaged_or_foreign_file_is_refused(tmp_path):
    import faiss

    index_of(random_units(50, 8)).save(tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    for name, content in (("empty", b""), ("cut", data[:100]), ("junk", b"not an index at all")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ArchiveDamaged, match=r"not a whole vector index\. Run `wenbao doctor`"):
            VectorIndex.open(tmp_path / name)
    faiss.write_index(faiss.IndexFlatIP(4), str(tmp_path / "flat"))
    with pytest.raises(ArchiveDamaged, match="not a whole vector index"):
        VectorIndex.open(tmp_path / "flat")


def test_mapped_index_outlives_its_file(tmp_path):
    index_of([EAST, NORTH]).save(tmp_path / "vectors.faiss")
    index = VectorIndex.open(tmp_path / "vectors.faiss")
    (tmp_path / "vectors.faiss").unlink()

    assert index.search(NORTH, 1) == [(2, 1.0)]


def test_only_this_module_knows_faiss():
    """And it is loaded at first use."""
    script = "import sys, index.vectors; print('faiss' in sys.modules)"
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    out = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True)

    assert out.stdout.strip() == "False"
