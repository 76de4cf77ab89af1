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

# Files and texts are UTF-8, whatever the machine's locale says.
export PYTHONUTF8 := 1
# Python keeps what it compiles: hundreds of processes import the same thousands of modules.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup hooks demo native wheels fuzz test test-all unit lint ruff types contracts infrastructure format bench cloud replay \
  build deploy doctor smoke sbom advisories schema structure notebooks screenshots lock clean

help:  ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

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

native: setup  ## The native core, for .venv; for another architecture: make native ARCH=arm64; DRIFTLINE_NATIVE=off: none
	@$(BIN)/python -m native.build $(ARCH) --install

wheels: setup  ## Wheels of the command line in build/wheels: for Linux with the native core, and for every machine without
	@rm -rf build/wheels
	@$(BIN)/python -m native.build arm64
	@$(BIN)/python -m native.build x86_64
	@for arch in '' arm64 x86_64; do DRIFTLINE_WHEEL=$$arch $(BIN)/uv build --quiet --wheel --out-dir build/wheels; done
	@ls build/wheels/*.whl

MINUTES ?= 10
fuzz: setup  ## Fuzz the native core under sanitizers, with the system's clang or g++: make fuzz MINUTES=60
	@$(BIN)/python -m native.fuzz --minutes $(MINUTES) $(ARGS)

# Two workers, whatever the machine has: the budgets in docs/ are of two cores. The longest tests come first
# (tests/conftest.py), so that no worker is left with them at the end.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
COVERED := --cov --cov-report= --cov-fail-under=0

# With the core, which `native` has built, all tests run; without it, in Python, those that read capture files run again.
WITHOUT_CORE := DRIFTLINE_NATIVE=off $(PYTEST) $(COVERED) --cov-append -m "not cloud and not artifact and not long"

test: lint native  ## What CI runs: linters, and all tests but the long ones, with a floor for their coverage
	$(PYTEST) $(COVERED) -m "not long"
	$(WITHOUT_CORE) tests/unit/usecases/capture/test_profile_capture.py
	@$(COVERAGE_REPORT)

test-all: lint native  ## Everything: `make test`, the tests marked `long`, ten times as many examples for property tests, simulations
	FUZZ=10 $(PYTEST) $(COVERED)
	$(WITHOUT_CORE)
	@$(COVERAGE_REPORT)
	$(BIN)/python -m bench quiet_data_quality quiet_drift quiet_model_quality quiet_bias coverage bank_shuffles

unit: setup  ## The fast tests only: no embedded cloud, no built artifact
	$(BIN)/python -m pytest -m "not cloud and not artifact and not long"

# By file in build/coverage/index.html, with the lines that no test runs; here the total, which must reach the floor.
COVERAGE_REPORT = $(BIN)/coverage html --quiet --fail-under=0 --directory build/coverage && \
  $(BIN)/coverage report | tail -3

lint: ruff types contracts infrastructure  ## All linters: the four below

ruff: setup  ## Style and format of Python code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup  ## mypy
	$(BIN)/mypy

contracts: setup  ## import-linter: which layer may import which
	$(BIN)/lint-imports --no-logo --no-cache

# Tools whose packages would not fit beside ours, in environments of their own. They work offline and send nothing.
CHECKOV := $(BIN)/uv tool run --quiet --from checkov==3.3.30 checkov
ZIZMOR := $(BIN)/uv tool run --quiet --from zizmor==1.32.0 zizmor

infrastructure: setup  ## cfn-lint and checkov on the template, zizmor on workflow and action
	$(BIN)/cfn-lint template.yaml
	$(CHECKOV)
	$(ZIZMOR) --offline --quiet --persona=pedantic .github/workflows .github/actions

format: setup  ## Format Python code, and fix what ruff can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

hooks: setup  ## Let git run the linters before each commit
	$(BIN)/pre-commit install

bench: native  ## All benchmarks, or some: make bench ARGS="join --large"; figures go to docs/design/performance.md
	$(BIN)/python -m bench $(ARGS)

cloud: setup  ## Run the embedded cloud by itself until Ctrl-C
	@$(BIN)/python -m local.up

STORE ?= demo-output
MONITOR ?= data_quality
replay: setup  ## Evaluate windows again: make replay STORE=s3://bucket FROM=2026-03-01 TO=2026-03-08 [MONITOR=model_quality]
	$(BIN)/driftline replay --store $(STORE) --monitor $(MONITOR) --from $(FROM) --to $(TO)

SAM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/uv tool run --quiet --from aws-sam-cli==1.170.0 sam

build: setup  ## sam build, and whether it took the packages that the locks pin; UNCHECKED=1 if that cannot be looked up
	$(SAM) build --cached --parallel
	@$(BIN)/python -m tools.locked_build .aws-sam/build $(if $(UNCHECKED),--allow-unchecked)

deploy: build  ## sam deploy --guided
	$(SAM) deploy --guided

doctor: setup  ## Look at your deployed stack: make doctor ARGS="--stack-name driftline --region eu-west-1"
	@$(BIN)/driftline doctor $(ARGS)

smoke: setup  ## Deploy a throw-away stack into your account, send an hour of data, see what follows, delete everything
	@$(BIN)/python -m tools.smoke $(ARGS)

schema: setup  ## Write docs/reference/monitor.schema.json again
	$(BIN)/driftline schema > docs/reference/monitor.schema.json

CYCLONEDX := $(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py

sbom: setup  ## Bill of materials of the layers (CycloneDX) and their licences, in build/; fails on a licence not allowed
	@rm -rf build/layer && mkdir -p build
	@$(BIN)/uv venv --quiet --python $(BIN)/python build/layer
	@$(BIN)/uv pip sync --quiet --python build/layer/bin/python --require-hashes $(LAYER_LOCKS)
	@$(CYCLONEDX) environment --output-reproducible --pyproject pyproject.toml -o build/packages.json build/layer/bin/python
	@$(BIN)/python -m local.bill_of_materials build/packages.json $(LAYER_LOCKS) build

PIP_AUDIT := $(BIN)/uv tool run --quiet --from pip-audit==2.10.1 pip-audit --vulnerability-service osv

# Not a part of `make test`: it asks https://osv.dev, and what is published tomorrow must not fail a change of today.
advisories: setup  ## Published advisories about the locked packages; fails, too, if some could not be looked up
	@$(BIN)/python -m tools.advisories $(LAYER_LOCKS) requirements/dev.txt --audit "$(PIP_AUDIT)"

structure: setup  ## Draw docs/design/structure.md from the imports
	$(BIN)/python -m tools.structure > docs/design/structure.md

notebooks: setup  ## Write the notebooks of docs/tutorials again, from their pages
	@$(BIN)/python -m tools.notebooks

screenshots: setup  ## Draw docs/images again: pages of a real check, in the browser of the tests
	$(BIN)/python -m tools.screenshots

LAYER_LOCKS := layers/dependencies/requirements.txt layers/tables/requirements.txt
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url
lock: setup  ## Resolve the locked versions again from pyproject.toml
	$(COMPILE) pyproject.toml --no-emit-package duckdb -o layers/dependencies/requirements.txt
	$(COMPILE) pyproject.toml --extra cli --group dev -o requirements/dev.txt
	$(COMPILE) requirements/tables.in --constraint requirements/dev.txt -o layers/tables/requirements.txt
	$(COMPILE) native/requirements.in -o native/requirements.txt

clean:  ## Remove what can be made again
	rm -rf $(VENV) .aws-sam .cache .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis build demo-output
