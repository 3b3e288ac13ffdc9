"""What a process apart reads is what is read here; what ends that process is the file's fault and nobody else's."""

import pytest
from pages import CountingEncoder
from prints import column, draw, make

from index import Archive, SourceError, build
from index.formats import apart
from index.formats.pdf import read_pdf

TEXT = "港口扩建工程昨日开工总投资八十五亿元建设深水泊位六个"
SELF = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << %s >> >> /Length %d >>\nstream\n%s\nendstream"


def bomb() -> bytes:
    """A page with a form of ten forms of ten forms …, ten deep."""
    forms, first = [], 6
    for level in range(10):
        names = b" ".join(b"/F%d %d 0 R" % (n, first + level + 1) for n in range(10)) if level < 9 else b""
        body = b" ".join(b"/F%d Do" % n for n in range(10)) if level < 9 else b"0 0 5 5 re f"
        forms.append(SELF % (names, len(body), body))
    return make(["/Im Do"], extra=forms).replace(b"/Im 99999 0 R", b"/Im 6 0 R    ")


def test_pages_are_the_same_as_those_read_here(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(make([draw(column(60, 100, TEXT)), "", draw(column(60, 300, TEXT[::-1]))]))
    here, there = list[str](), list[str]()
    assert list(apart.read_apart(path, "a.pdf", there.append)) == list(read_pdf(path, "a.pdf", here.append))
    assert here == there
    with pytest.raises(OSError, match="No such file"):
        list(apart.read_apart(tmp_path / "b.pdf", "b.pdf", there.append))


def test_what_takes_too_long_is_named_and_the_next_file_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.pdf"
    path.write_bytes(make([draw(column(60, 100, TEXT))]))
    with monkeypatch.context() as hurried:
        hurried.setattr(apart, "_PATIENCE", 0.0)
        with pytest.raises(SourceError, match=r"^a.pdf: cannot be read \(it takes too much memory or time\)\. Open it"):
            list(apart.read_apart(path, "a.pdf", lambda _: None))
    (page,) = apart.read_apart(path, "a.pdf", lambda _: None)
    assert page.number == 1


def test_a_reading_that_is_given_up_leaves_nothing_of_itself_to_the_next(tmp_path):
    long, short = tmp_path / "a.pdf", tmp_path / "b.pdf"
    long.write_bytes(make([draw(column(60, 100, TEXT))] * 5))
    short.write_bytes(make([draw(column(60, 100, TEXT[::-1]))]))
    pages = apart.read_apart(long, "a.pdf", lambda _: None)
    next(pages)
    pages.close()
    assert [page.source for page in apart.read_apart(short, "b.pdf", lambda _: None)] == ["b.pdf"]


def test_no_process_outlives_the_build_it_read_for(tmp_path, home):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(make([draw(column(60, 100, TEXT))]))
    list(apart.read_apart(folder / "a.pdf", "a.pdf", lambda _: None))
    (waiting,) = apart._idle
    build([folder], home, encoder=CountingEncoder())
    assert not apart._idle
    assert not waiting.alive


@pytest.mark.slow
def test_a_form_bomb_costs_one_file(tmp_path, home):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "bomb.pdf").write_bytes(bomb())
    (folder / "good.pdf").write_bytes(make([draw(column(60, 100, TEXT))]))
    report = build([folder], home, encoder=CountingEncoder())
    assert [refusal.source for refusal in report.refused] == ["bomb.pdf"]
    assert "it takes too much memory or time" in report.refused[0].reason
    with Archive.open(home) as archive:
        assert [source.source for source in archive.sources()] == ["good.pdf"]
