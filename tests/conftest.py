"""Where tests put their files, and the pages and the archive folder that most of them need."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pages import write_pages

MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory where the machine has such a place: builds wait for the disk, and tests need not."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with the three pages of `pages.PAGES`."""
    return write_pages(tmp_path / "pages")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where an archive is to be built; nothing is there yet."""
    return tmp_path / "home"
