# `make run` shows the main job, `make test` runs every check; both do all set-up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEED ?= 1
INSTALLED := $(VENV)/.installed
# Where there is room in memory, tests write there: they wait for the disk most of all, and none of them measures it.
MEMORY := $(shell [ -w /dev/shm ] && [ $$(df -Pk /dev/shm | awk 'NR == 2 {print $$4}') -gt 4000000 ] && echo /dev/shm)
RUN := $(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/python -m pytest
COMPILE := $(VENV)/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
  --no-emit-find-links --no-emit-trusted-host
UNITS := tests/unit tests/test_sync_functionality.py
# Hundreds of processes import the same modules: whatever the caller prefers, they are compiled once.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test chosen quick torture bench lint style types lock clean setup

help:  ## what can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(INSTALLED)  ## show the main job; ENGINE=camunda|operaton|builtin, ONCE=1 ends by itself, EXAMPLE=approval asks you; ENGINE_PORT, PORTAL_PORT, HTTP_PORT: its ports
	@$(BIN)/python -m sandbox.demo

# ruff is done in a moment; mypy takes one core and half a minute in a fresh clone, so the quick tests run beside it.
# COVERAGE=1, as in CI, fails below the limit in setup.cfg. It counts what the quick tests reach, and doubles their CPU.
# All tests wait too, most of them more than they compute: so there are more of them at once than cores.
test: $(INSTALLED) style  ## every check: ruff, mypy, pytest on all engines that can be started; PYTEST=tests/unit: these
ifdef PYTEST
	@$(MAKE) --no-print-directory --jobs=2 types chosen
else
	@$(MAKE) --no-print-directory --jobs=2 types quick
	@$(RUN) -n 9 --dist loadgroup $(UNITS:%=--ignore=%)
endif

chosen: $(INSTALLED)
	@$(RUN) -n 4 --dist worksteal $(PYTEST)

quick: $(INSTALLED)
	@$(RUN) -n 4 --dist worksteal $(if $(COVERAGE),--cov --cov-report=term) $(UNITS)

torture: $(INSTALLED)  ## the long fault tests, SEED=1: kills and faulty answers on a real engine; the large model
	@$(BIN)/python -m tests.model 2
	@LEDGER_LIVES=1000 $(BIN)/python -m pytest -q tests/unit/ledger/test_model.py
	@WAITING_STEPS=2000 $(RUN) -q tests/faults/test_waiting_faults.py -k very_many
	@ODD_ANSWERS=20000 $(BIN)/python -m pytest -q tests/unit/test_odd_answers.py
	@LARGE_FILE_MEGABYTES=30 $(RUN) -q tests/acceptance/test_large_files.py
	@COCKPITS=camunda,operaton $(RUN) -q tests/browser/test_cockpit.py
	@$(BIN)/python -m tests.faults.torture --seed $(SEED)
	@$(BIN)/python -m tests.faults.torture --seed $(SEED) --rich --tasks 200

bench: $(INSTALLED)  ## speed and cost beside other workers; QUICK=1: in two minutes, BENCH="throughput latency": these parts
	@$(BIN)/python -m tests.bench $(BENCH) $(if $(QUICK),--quick) $(OPTIONS)

lint: style types  ## ruff and mypy

style: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED)
	@$(BIN)/mypy

setup: $(INSTALLED)  ## the virtual environment, from the hashed lock file

# The first is all that the program needs to run; the second adds what its tests need, in the same versions.
lock:  ## write requirements.lock and requirements-dev.lock anew from setup.cfg
	@$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet --disable-pip-version-check pip-tools
	@$(COMPILE) --output-file requirements.lock setup.cfg
	@$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock setup.cfg

clean:  ## remove what was made here; the downloads in .cache stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage *.egg-info

# --no-deps: the lock is whole; asked to resolve it anyway, pip meets `coverage[toml]` and takes the newest, without a hash.
# Two `make` at once in a fresh clone would write into one environment: the second waits, and finds it made.
ifndef ALONE
$(INSTALLED): requirements-dev.lock setup.cfg
	@$(if $(shell command -v flock),flock Makefile) $(MAKE) --silent ALONE=1 $@
else
$(INSTALLED): requirements-dev.lock setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@echo 'Setting up $(VENV), once…'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "python3-venv is missing: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(CURDIR)/$(VENV) could not be made: the line above says why"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock \
	  || { echo "The libraries could not be installed: check the network, or PIP_INDEX_URL for a mirror."; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/pip check --disable-pip-version-check >/dev/null || { echo "requirements-dev.lock lacks something that setup.cfg wants: make lock"; exit 1; }
	@touch $@
endif
