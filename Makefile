# Two commands for a newcomer: `make demo` and `make test`. Everything else is for development.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PROMPT ?= a microphone preamp with 40 dB of gain followed by a 3 kHz second-order low-pass, from a single 9 V battery
WORKERS ?= 2
SUITES ?=

.PHONY: demo test check lint types floors bench regress setup simulator clean

demo: setup
	@$(BIN)/voltsmith design "$(PROMPT)" || [ $$? -eq 3 ]

test: setup-dev
	$(BIN)/python -m pytest -q -n auto

check: lint types floors test

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

floors: setup-dev
	$(BIN)/lint-imports

bench: setup-dev
	$(BIN)/python -m benchmarks

regress: setup
	$(BIN)/voltsmith regress $(SUITES) --workers $(WORKERS)

setup: simulator $(VENV)/.installed

setup-dev: simulator $(VENV)/.installed-dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; try: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.installed

# ngspice comes with the system; installed only where that can be done without a question.
simulator:
	@sh .ci/install-ngspice

clean:
	rm -rf $(VENV) build dist *.egg-info voltsmith-out
