# Two commands: `make run` serves the sample office, `make test` runs every check. Both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PILAH_HOME ?= $(CURDIR)/.pilah

.PHONY: run test clients soak bench openapi docs lock clean

run: $(VENV)/run.stamp
	$(BIN)/pilah demo --port $(PORT)

test: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses 2 --dist worksteal

# Lets `make test` generate clients from the API's schema and run them: a generator with its Java, and a node. 340 MB.
clients: $(VENV)/clients.stamp

# What takes longer than a test may: kills under load, made-up requests, spoiled files, and half an hour of twice the load.
soak: $(VENV)/dev.stamp
	$(BIN)/python tests/service/kill_loop.py --kills 100 --database sqlite
	$(BIN)/python tests/service/kill_loop.py --kills 100 --database postgresql
	$(BIN)/python tests/service/swap_loop.py --changes 400 --service-kills 20
	$(BIN)/python -m tests.service.fuzz_api --cases 10000
	$(BIN)/python -m tests.training.batch.watch_kills --exports 1000
	$(BIN)/python -m tests.data.exports.fuzz_exports --minutes 5
	$(BIN)/python -m tests.service.load_run --minutes 30

# How fast Pilah is beside what a user would take instead. make bench BENCH="--history EXPORT.csv --quick"
bench: $(VENV)/bench.stamp
	$(BIN)/python -m tests.benchmarks.bench $(BENCH)

$(VENV)/clients.stamp: requirements-clients.lock $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.lock
	touch $@

$(VENV)/bench.stamp: requirements-bench.lock $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

# The interpreter is checked first, so that an old one gets a sentence and not a stack trace of pip's.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Pilah needs Python 3.11 or later, this is " + sys.version.split()[0] + ". Try: make run PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

# The API's schema as it is committed; the tests ask for this when it changed.
openapi: $(VENV)/dev.stamp
	$(BIN)/python -m tests.service.api_contract

# The guides as pages that need no network, in site/.
docs: $(VENV)/dev.stamp
	$(BIN)/python docs/build.py

# Needs uv. The lock files carry hashes and no address of an index.
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --constraints requirements.lock --output-file requirements-dev.lock
	uv pip compile --group bench --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --constraints requirements-dev.lock --output-file requirements-bench.lock
	uv pip compile --group clients --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --constraints requirements-dev.lock --output-file requirements-clients.lock

clean:
	rm -rf $(VENV) .pilah site
