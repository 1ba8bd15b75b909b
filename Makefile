# One file per promise: `make setup` is quick the second time because its stamp is newer than the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/share-check.installed
DEMO := $(VENV)/share-check.demo
TYPES := $(VENV)/surfaces/installed
PYTEST := $(BIN)/python -m pytest --maxschedchunk 1 # One test at a time: the longest begin first.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Compile once, and not again in every worker and every program that a test starts.
unexport PYTHONDONTWRITEBYTECODE

# The time that built files carry: of the last commit, so that the same source makes the same bytes.
EPOCH ?= $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || echo 1577836800))

.DEFAULT_GOAL := help
.PHONY: help setup demo quick test check lint surfaces bench pictures lock release install clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) $(if $(shell command -v npm),$(TYPES)) ## Install everything, with hashes checked, into .venv

demo: $(DEMO) ## Try it in a browser, without Slack
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

bench: setup ## Measure what it costs, and write docs/performance.md
	@$(BIN)/python -m bench && $(BIN)/python -m bench.decide_lines && $(BIN)/python -m bench.digest_as_history_grows

pictures: setup ## Take the README's pictures again (needs chromium); look at each
	$(BIN)/python -m tests.browser.pictures

lock: setup ## Choose the newest versions again and pin them with hashes
	$(PIP) install uv
	$(COMPILE) pyproject.toml --upgrade --all-extras --output-file requirements.lock
	$(COMPILE) pyproject.toml --constraints requirements.lock --extra http --extra metrics --extra postgres --extra push \
		--output-file requirements-production.lock
	echo hatchling | $(COMPILE) - --constraints requirements.lock --output-file requirements-build.lock
	$(COMPILE) pyproject.toml --constraints requirements.lock --extra build --extra sandbox --output-file requirements-demo.lock

clean: ## Remove .venv and everything that was generated
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

release: setup ## Build what others install into dist/: wheel, sdist (with the container recipe), lock, checksums
	@rm -rf dist && mkdir dist
	@SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m hatchling build -d dist >/dev/null
	@cp requirements-production.lock CHANGELOG.md dist
	@cd dist && sha256sum * > SHA256SUMS && cat SHA256SUMS

# The demo needs neither a browser for tests nor what measures the code. Where all is installed, that is in it.
$(DEMO): pyproject.toml requirements-demo.lock
	@if [ $(STAMP) -nt requirements.lock ] && [ $(STAMP) -nt pyproject.toml ]; then touch $@; else \
		$(MAKE) --no-print-directory install LOCK=requirements-demo.lock && touch $@; fi

$(STAMP): pyproject.toml requirements.lock
	@$(MAKE) --no-print-directory install LOCK=requirements.lock
	@touch $@

install:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python is missing. Install it with: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "share-check needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)." \
		"Name another with: make setup PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot make a virtual environment. Run: apt install python3-venv"; exit 1; }
	@echo "1 of 3: making $(VENV), once."
	@test -x $(BIN)/python && $(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "2 of 3: getting $$(grep -c '==' $(LOCK)) packages, each checked. This takes half a minute or more."
	@$(PIP) install --require-hashes -r $(LOCK)
	@echo "3 of 3: installing share-check."
	@$(PIP) install --no-deps --no-build-isolation --editable .

$(TYPES): tests/surfaces/package-lock.json $(STAMP)
	@echo "Installing Slack's types, which the tests ask, into $(VENV)/surfaces."
	@mkdir -p $(@D) && cp tests/surfaces/package.json tests/surfaces/package-lock.json $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
