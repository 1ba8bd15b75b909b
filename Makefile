# One file per promise: `make setup` is quick the second time because its stamp is newer than the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/share-check.installed
TYPES := $(VENV)/surfaces/installed
PYTEST := $(BIN)/python -m pytest --maxschedchunk 1 # One test at a time: the longest begin first.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile pyproject.toml --no-config --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Compile once, and not again in every worker and every program that a test starts.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo quick test check lint surfaces bench pictures lock clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) $(if $(shell command -v npm),$(TYPES)) ## Install everything, with hashes checked, into .venv

demo: setup ## Try it in a browser, without Slack
	@$(BIN)/share-check demo

quick: setup ## Run the tests that need no Slack, no server and no browser
	@$(PYTEST) -n auto -m quick $(ARGS)

test: setup ## Run every test this machine can run
	@$(PYTEST) -n 3 $(ARGS)

check: lint ## Formatting, lint, types, arrows between packages, documents
	$(BIN)/python -m pytest -m docs

lint: setup ## The same without the documents, which the tests read as well
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

surfaces: setup ## Write all that is sent to Slack to build/surfaces, and ask Slack's types and limits whether it is right
	$(BIN)/python -m tests.surfaces

bench: setup ## Measure what it costs
	@set -e; for script in bench/*.py; do $(BIN)/python "$$script"; done

pictures: setup ## Take the README's pictures again (needs chromium); look at each
	$(BIN)/python -m tests.browser.pictures

lock: setup ## Choose the newest versions again and pin them with hashes
	$(PIP) install uv
	$(COMPILE) --upgrade --all-extras --output-file requirements.lock
	$(COMPILE) --constraints requirements.lock --extra build --extra http --extra metrics --extra postgres --extra push \
		--output-file requirements-production.lock

clean: ## Remove .venv and everything that was generated
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python is missing. Install it with: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "share-check needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)." \
		"Name another with: make setup PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot make a virtual environment. Run: apt install python3-venv"; exit 1; }
	@echo "Installing into $(VENV), once. This takes a minute or two."
	@test -x $(BIN)/python && $(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(TYPES): tests/surfaces/package-lock.json $(STAMP)
	@echo "Installing Slack's types, which the tests ask, into $(VENV)/surfaces."
	@mkdir -p $(@D) && cp tests/surfaces/package.json tests/surfaces/package-lock.json $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
