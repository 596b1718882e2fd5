# camcensus: the developer's whole interface. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory
.PHONY: help setup demo test lint type arch fuzz counterparts bench accuracy makers screenshots check fmt schema dist wheel bundle soak

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
STAMP  := $(VENV)/.set-up
PIP    := $(RUN) -m pip --disable-pip-version-check install --quiet --progress-bar off
SOAK_SECONDS ?= 600

help:  ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)$$/  \1\t\2/p' Makefile | expand -t 16

setup: $(STAMP)  ## make .venv with all extras and the development tools

# pip of Debian 12 installs the pinned build tools first, among them a newer pip. onvif-zeep comes
# as source only, so it is built with those tools: nothing is fetched that has no hash here.
$(STAMP): requirements/build.txt requirements/dev.txt pyproject.toml
	@if ! $(RUN) -c 'import pip, ssl' 2>/dev/null; then
	  if ! command -v $(PYTHON) >/dev/null; then
	    echo "camcensus needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 1
	  fi
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
	    echo "camcensus needs Python 3.11 or newer, and this is $$($(PYTHON) -V 2>&1): apt-get install python3 python3-venv, or make setup PYTHON=python3.11" >&2; exit 1; }
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
	    echo "$(PYTHON) cannot make a virtual environment: apt-get install python3-venv" >&2; exit 1; }
	  echo "Setting up $(VENV), once; this takes about a minute."
	  $(PYTHON) -m venv --clear $(VENV)
	fi
	$(PIP) --require-hashes --requirement requirements/build.txt
	$(PIP) --require-hashes --no-build-isolation --requirement requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --no-index --editable .
	touch $@

demo: $(STAMP)  ## start a virtual estate of cameras, sweep it, show the result
	@$(VENV)/bin/camcensus demo

test: $(STAMP)  ## the tests: no root, no network
	@export WORKER_PYTHON=$(VENV)/bin/python
	$(RUN) -m pytest -m "not counterpart and not bundle" $$(tests/beside)

lint: $(STAMP)  ## style and spelling
	@$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(VENV)/bin/codespell

type: $(STAMP)  ## types
	@$(RUN) -m mypy

arch: $(STAMP)  ## which room may import which
	@$(VENV)/bin/lint-imports --no-cache

fuzz: $(STAMP)  ## hostile bytes for every codec, more of them than in `make test`
	@HYPOTHESIS_PROFILE=fuzz $(RUN) -m pytest -m fuzz --timeout=600

# ipycam without what it depends on: its device service needs none of it, and OpenCV is large.
counterparts: $(STAMP)  ## against Debian's avahi, wsdd, minidlna, snmpd, web and streaming servers, an ONVIF server, ONVIF clients
	@$(PIP) --no-deps --require-hashes --requirement requirements/counterparts.txt
	export WORKER_PYTHON=$(VENV)/bin/python
	$(RUN) -m pytest -m counterpart tests/counterparts $$(tests/beside)

bench: $(STAMP)  ## every benchmark, one after the other
	@shopt -s nullglob
	for script in bench/*.py; do echo "== $$script"; $(RUN) "$$script"; done
	echo "== accuracy"; $(MAKE) accuracy

CORPUS ?= tests/corpus
accuracy: $(STAMP)  ## recall, precision and calibration on CORPUS=DIR (our own if none is given)
	@$(RUN) -m camcensus signatures test "$(CORPUS)"

makers: $(STAMP)  ## write docs/makers.md anew, after a change of the catalogue
	@$(RUN) -m camcensus signatures coverage --page docs/makers.md

screenshots: $(STAMP)  ## take the pictures in docs/images anew, on the virtual estate
	@$(RUN) docs/images/make.py docs/images

fmt: $(STAMP)  ## correct what can be corrected by a machine
	@$(RUN) -m ruff check --fix
	$(RUN) -m ruff format

schema: $(STAMP)  ## write db/schema.sql anew, after a new migration
	@$(RUN) -m camcensus.store.schema

dist: $(STAMP)  ## build sdist and wheel, and check what the wheel holds
	@rm -rf dist
	$(RUN) -m build --no-isolation --outdir dist . >/dev/null
	$(VENV)/bin/check-wheel-contents dist/*.whl

# Tests run once more on what a user would install: a fresh environment that holds the wheel and sees
# the dependencies of .venv, but not its editable install (Python reads no .pth file there). Those
# run that need files beside the code: knowledge, migrations, templates, personas, the command line.
IN_WHEEL := $(addprefix tests/,cli export fingerprints lab store)

wheel: dist  ## the same, and tests on the installed wheel
	@place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT
	$(RUN) -m venv --without-pip "$$place/venv"
	$(RUN) -m pip --disable-pip-version-check --python "$$place/venv/bin/python" install --quiet --no-deps --no-index dist/*.whl
	site=$$("$$place/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	$(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$site/dependencies.pth"
	found=$$("$$place/venv/bin/python" -c 'import camcensus; print(camcensus.__file__)')
	if [[ "$$found" != "$$site"/* ]]; then echo "not the wheel, but $$found" >&2; exit 1; fi
	export PATH="$$place/venv/bin:$$PATH" WORKER_PYTHON="$$place/venv/bin/python"
	python -m pytest -q -p no:cacheprovider -m "not counterpart and not bundle and not fuzz and not netns" $$(tests/beside) $(IN_WHEEL)

# Fetches the wheels that requirements/bundle.txt pins; the same pins give the same archive.
MACHINE ?= x86_64
bundle: $(STAMP)  ## build the archive for servers without internet, and try it without a network
	@rm -f dist/*-offline*.tar.gz*
	$(RUN) offline/build.py --machine $(MACHINE)
	if [[ $(MACHINE) != x86_64 ]]; then echo "not tried: only x86_64 is"; exit; fi
	$(RUN) -m pytest -q -p no:cacheprovider -m bundle tests/bundle

check: lint type arch test wheel  ## what a change must pass

# Rounds of new random inputs until the time is over; the first failure ends it.
soak: $(STAMP)  ## fuzz with new inputs for SOAK_SECONDS (600)
	@end=$$((SECONDS + $(SOAK_SECONDS)))
	while (( SECONDS < end )); do
	  code=0
	  HYPOTHESIS_PROFILE=soak timeout --foreground --signal=INT --kill-after=10 $$((end - SECONDS)) \
	    $(RUN) -m pytest -m fuzz -x -q --timeout=0 || code=$$?
	  if (( code == 124 )); then echo "time is over, nothing failed"; break; fi
	  if (( code != 0 )); then exit $$code; fi
	done
