# Two commands do everything on a fresh machine: `make run` opens the page on seeds/, `make test` runs the tests.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run install install-dev test test-browser check bench bench-reading bench-archive bench-retrieval bench-answers clean

run: install  ## index the seeds (or what the archive already mirrors) and open the page
	$(BIN)/wenbao build
	$(BIN)/wenbao serve --open

install: .venv/.installed  ## .venv with .venv/bin/wenbao

install-dev: .venv/.installed-dev

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "wenbao needs Python 3.11 or newer: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --quiet -c constraints.txt --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --quiet -c constraints.txt --editable '.[dev]'
	@touch $@

test: install-dev  ## the fast tests
	$(BIN)/python -m pytest

test-browser: install-dev  ## the page in a real Chromium (Debian: apt-get install chromium fonts-noto-cjk)
	$(BIN)/python -m pytest -m browser

check: install-dev  ## what CI checks before the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install-dev  ## start-up, question and build times on the seeds
	$(BIN)/python benchmarks/speed.py

bench-reading: install-dev  ## how pages are read: make bench-reading DATA=DIR (benchmarks/README.md says what DIR holds)
	@test -n "$(DATA)" || { echo 'Give the folder of the public sets: make bench-reading DATA=DIR'; exit 2; }
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --quiet -c constraints.txt -r benchmarks/reading_requirements.txt
	$(BIN)/python benchmarks/reading.py --data "$(DATA)" --output benchmarks/results/reading.json

bench-archive: install-dev .venv-peers/.installed  ## how the archive grows, and the peers beside it: make bench-archive DATA=DIR
	@test -n "$(DATA)" || { echo 'Give the folder of the public sets: make bench-archive DATA=DIR'; exit 2; }
	$(BIN)/python benchmarks/archive.py --data "$(DATA)" --output benchmarks/results/archive.json

bench-retrieval: install-dev .venv-peers/.installed  ## what is found, and the peers beside it: make bench-retrieval DATA=DIR
	@test -n "$(DATA)" || { echo 'Give the folder of the public sets: make bench-retrieval DATA=DIR'; exit 2; }
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --quiet -c constraints.txt -r benchmarks/retrieval_requirements.txt
	$(BIN)/python benchmarks/retrieval.py --data "$(DATA)" --output benchmarks/results/retrieval.json
	$(BIN)/python benchmarks/retrieval_table.py

bench-answers: install-dev  ## what is answered and what refused: make bench-answers DATA=DIR [WORK=DIR]
	@test -n "$(DATA)" || { echo 'Give the folder of the public sets: make bench-answers DATA=DIR'; exit 2; }
	$(BIN)/python benchmarks/answers.py --data "$(DATA)" $(if $(WORK),--work "$(WORK)") --output benchmarks/results/answers.json
	$(BIN)/python benchmarks/answers_table.py

.venv-peers/.installed: benchmarks/archive_requirements.txt constraints.txt
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --disable-pip-version-check --progress-bar off --quiet -c constraints.txt -r $<
	@touch $@

clean:
	rm -rf .venv .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
