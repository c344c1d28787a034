# Two commands need nothing prepared: `make demo` and `make test`. Both begin with `make install`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed-$(shell cat requirements.lock pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)
# a file's tests share what they have made: they stay together
SIDE_BY_SIDE := --numprocesses=auto --maxprocesses=4 --dist=loadfile
SOURCES := orchestrator workers tests benchmarks

.PHONY: help install demo test test-fast chaos soak lint types floors check fmt docs lock bench clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(STAMP) ## a virtual environment with everything that the lock pins; the command is .venv/bin/bascule

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Bascule needs Python 3.11 or later; set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian or Ubuntu: apt-get install python3-venv"; exit 2; }
	@echo "Installing from requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q orchestrator workers  # so that the first start is as quick as the second
	@rm -f $(VENV)/installed-*
	@touch $@

demo: install ## the guided story, from an empty database to a deployment; then it keeps serving
	@$(BIN)/bascule demo $(DEMO_OPTIONS)

test: install ## the whole test suite, with a process and servers for each processor, four at most
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-fast: install ## only the tests that need no server
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not servers"

lint: install ## style
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

types: install ## types, strictly
	@$(BIN)/mypy

floors: install ## no import goes upward
	@$(BIN)/lint-imports

check: lint types floors test ## all of the above

fmt: install ## put the sources into shape
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

docs: install ## docs/rules.md anew, from the pages of the rules
	@$(BIN)/python -m orchestrator rules --markdown > docs/rules.md.new || { rm -f docs/rules.md.new; exit 1; }
	@mv docs/rules.md.new docs/rules.md

chaos: install ## a thousand deployments in a storm of faults; CHAOS_OPTIONS="--seed 1 --deployments 100"
	@$(BIN)/python -m tests.chaos $(CHAOS_OPTIONS)

soak: install ## fifty thousand webhooks; nothing may grow; SOAK_OPTIONS="--webhooks 5000"
	@$(BIN)/python -m tests.chaos.soak $(SOAK_OPTIONS)

bench: install ## the figures of benchmarks/
	@$(BIN)/python -m benchmarks

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate --extra embedded --extra dev \
		--upgrade pyproject.toml --output-file requirements.lock

clean: ## forget the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
