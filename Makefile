# `make help` lists the targets. Every target sets up what it needs; nothing has to be installed before but Python 3.13.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
export SAM_CLI_TELEMETRY := 0
# Trust what the machine trusts, as pip does: behind a company proxy its own list would refuse.
export UV_SYSTEM_CERTS := true

.PHONY: help setup demo test lint format unit bench cloud replay build deploy lock schema structure clean

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Python 3.13: `python3.13` where it runs, else pyenv's. A shim that does not run does not count.
$(VENV)/.ready: requirements/dev.txt pyproject.toml .python-version layers/driftline/driftline/__init__.py
	@py=$$(command -v python3.13 || true); \
	if ! { [ -n "$$py" ] && "$$py" -c '' 2>/dev/null; }; then \
	  py="$$(pyenv prefix "$$(pyenv latest 3.13 2>/dev/null || echo 3.13)" 2>/dev/null || true)/bin/python"; fi; \
	if ! "$$py" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then \
	  echo "Driftline needs Python 3.13: install python3.13, or run 'pyenv install 3.13'." >&2; exit 1; fi; \
	echo "Setting up $(VENV) (once) ..."; \
	"$$py" -m venv --clear $(VENV); \
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements/dev.txt; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

setup: $(VENV)/.ready  ## Make the virtual environment .venv from the locked versions

demo: setup  ## Watch a model go wrong: real flights, real events, an embedded cloud, no account
	@$(BIN)/python -m local.demo

test: lint  ## Everything: linters, types, contracts, all tests, end-to-end ones included
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup  ## ruff, mypy, import contracts, cfn-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy layers/driftline/driftline functions local pipelines bench tools --exclude bench/peers/  # the peers live in environments of their own
	$(BIN)/lint-imports --no-logo
	$(BIN)/cfn-lint template.yaml

format: setup  ## Format and mend what ruff can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

unit: setup  ## The fast tests only
	$(BIN)/python -m pytest -m "not cloud and not artifact"

bench: setup  ## All benchmarks, or some: make bench ARGS="join --large"; figures go to docs/design/performance.md
	$(BIN)/python -m bench $(ARGS)

cloud: setup  ## Run the embedded cloud by itself until Ctrl-C
	@$(BIN)/python -m local.cloud up

STORE ?= demo-output
MONITOR ?= data_quality
replay: setup  ## Judge windows again: make replay STORE=s3://bucket FROM=2026-03-01 TO=2026-03-08 [MONITOR=model_quality]
	$(BIN)/driftline replay --store $(STORE) --monitor $(MONITOR) --from $(FROM) --to $(TO)

SAM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/uv tool run --quiet --from aws-sam-cli==1.170.0 sam

build: setup  ## sam build
	$(SAM) build --cached --parallel

deploy: build  ## sam deploy --guided
	$(SAM) deploy --guided

schema: setup  ## Write docs/reference/monitor.schema.json anew
	$(BIN)/driftline schema > docs/reference/monitor.schema.json

structure: setup  ## Draw docs/design/structure.md from the imports
	$(BIN)/python -m tools.structure > docs/design/structure.md

lock: setup  ## Resolve the locked versions anew from pyproject.toml
	$(BIN)/uv pip compile --quiet pyproject.toml --generate-hashes --no-header --no-emit-index-url -o layers/dependencies/requirements.txt
	$(BIN)/uv pip compile --quiet pyproject.toml --extra cli --group dev --generate-hashes --no-header --no-emit-index-url -o requirements/dev.txt

clean:  ## Remove what can be made again
	rm -rf $(VENV) .aws-sam .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-output
