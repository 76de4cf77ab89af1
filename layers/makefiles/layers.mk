# What `sam build` does for each layer. SAM knows the architecture and cannot pass it to make: the template's ContextPath
# is a folder for each, whose Makefile sets it and includes this file.
SHELL := /bin/bash
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)

# The first on the PATH that has pip: that of an environment in which SAM itself was installed may have none.
PYTHON := $(shell for each in $$(type -ap python3.13); do "$$each" -c 'import pip' 2>/dev/null && echo "$$each" && break; done)
ifeq ($(PYTHON),)
$(error The layers need python3.13 with pip on the PATH, because Lambda runs Python 3.13. Install it, or run `make build`)
endif

LAYER := cd "$(ROOT)" && "$(PYTHON)" -m tools.layer
INTO = --into "$(ARTIFACTS_DIR)/python"

.PHONY: build-DriftlineLayer build-DependenciesLayer build-TablesLayer

build-DriftlineLayer:
	@$(LAYER) code layers/driftline/driftline $(INTO)
	@cd "$(ROOT)" && "$(PYTHON)" -B -m native.build $(ARCHITECTURE) $(INTO)

build-DependenciesLayer:
	@$(LAYER) packages layers/dependencies/requirements.txt --architecture $(ARCHITECTURE) $(INTO)

build-TablesLayer:
	@$(LAYER) packages layers/tables/requirements.txt --architecture $(ARCHITECTURE) $(INTO)
