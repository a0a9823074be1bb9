# On a fresh Debian machine with python3, git, node and npm, `make run` and `make test` need nothing else done first.
# Repeating a target is instant: what was installed or built leaves a stamp, and only something newer undoes it.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

# Much of a run is waiting for browsers and servers, so one worker more than cores share the tests, file by file, the
# longest first (tests/conftest.py); ARGS="-n 0" has them in this process.
SHARED := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Used by `make lock` alone, and therefore kept out of everybody's environment.
UV_VERSION := 0.13.9
# Likewise by `make audit`: what looks for faults is no part of what is looked through.
PIP_AUDIT_VERSION := 2.10.1

SHELL         := /bin/bash
.SHELLFLAGS   := -euo pipefail -c
MAKEFLAGS     += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Compiled modules are kept even where the environment says not to: tests start servers by the hundred, and each would
# compile all of it again, which is a quarter of a start.
test: export PYTHONDONTWRITEBYTECODE :=
.PHONY: help run nodes test bench peers style types format lock schema picture gallery package sbom audit simulate fuzz soak web clean

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
NPM := npm --no-audit --no-fund --no-update-notifier --loglevel=error

# $(call need,TEST,PACKAGES,REASON): unless TEST succeeds, install PACKAGES where we may, and say what to do where not.
# An update that fails is not the end: the lists at hand are often good enough, and the install tells if they are not.
define need
if ! { $(1); } >/dev/null 2>&1; then \
  if ! command -v apt-get >/dev/null; then as=none; \
  elif [ "$$(id -u)" = 0 ]; then as=env; \
  elif sudo -n true 2>/dev/null; then as='sudo -n env'; \
  else as=none; fi; \
  if [ "$$as" = none ]; then \
    echo 'Missing: $(2) ($(3)).' >&2; \
    echo 'Install with: sudo apt-get install $(2)' >&2; \
    exit 1; \
  fi; \
  echo '==> Installing $(2) ($(3))'; \
  $$as DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || true; \
  $$as DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends $(2) </dev/null >/dev/null; \
fi
endef

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.runtime web ## Serve on HOST and PORT
	@exec $(BIN)/usher serve

nodes: $(VENV)/.dev web ## Serve on two nodes and a Redis, as the Procfile says: ports 8001 and 8002
	@$(call need,command -v redis-server,redis-server,the server that nodes share)
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec $(BIN)/honcho start

test: $(VENV)/.dev web ## Run every test; ARGS goes to pytest; NODES=2 runs the journeys on nodes over Redis
	@$(call need,command -v chromium,chromium fonts-dejavu-core,the browser in which the journeys run)
	@$(call need,command -v redis-server && command -v redis-cli,redis-server redis-tools,the servers on which the tests of many nodes run)
	@$(call need,command -v cc && echo 'int main(void){return 0;}' | cc -x c -o /dev/null -,gcc libc6-dev,the limit that load tests compare with)
	@$(call need,command -v curl && command -v php,curl php-cli,the examples of docs/sign-in.md)
	@$(call need,command -v nginx && command -v ip,nginx iproute2,the proxy and the network in the tests of many nodes)
	@$(call need,command -v systemd-analyze,systemd,what reads the units of docs/deploy)
ifdef NODES
	@USHER_TEST_NODES=$(NODES) $(BIN)/python -m pytest $(SHARED) $(or $(ARGS),tests/journeys)
else
	@if [ -f web/package.json ]; then cd web && $(NPM) test; fi
	@$(BIN)/python -m pytest $(SHARED) $(ARGS)
endif

# A peer that cannot be had is told in the table, and keeps nobody from measuring the others.
bench: $(VENV)/.dev web ## Measure beside peers and the physical limit, in ten minutes; ARGS=--help says more
	@$(call need,command -v cc && echo 'int main(void){return 0;}' | cc -x c -o /dev/null -,gcc libc6-dev,the physical limit)
	@$(MAKE) peers || echo 'Not every peer is here; the others are measured.' >&2
	@$(BIN)/python -m load bench $(ARGS)

peers: $(VENV)/peers/.made load/peers/node/node_modules/.installed ## Install the servers that `make bench` compares with
	@$(call need,command -v redis-server,redis-server,what two of the peers talk over)
	@RUNLEVEL=1; export RUNLEVEL; $(call need,command -v prosody && command -v ejabberdctl,prosody ejabberd,two of the peers)

style: $(VENV)/.dev ## Check lint and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: $(VENV)/.dev ## Repair what style would refuse, as far as a tool can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(VENV)/.dev ## Check types
	@$(BIN)/mypy

schema: $(VENV)/.runtime ## Write docs/schema (JSON Schema, AsyncAPI, OpenAPI) and the types of the wire for web/
	@$(BIN)/python -m server.edge.contract $(ARGS)

picture: $(VENV)/.dev web ## Take the README's picture anew
	@USHER_PICTURE=1 $(BIN)/python -m pytest -q tests/journeys/test_busy_room.py

simulate: $(VENV)/.dev ## Try faults on simulated nodes: SEEDS=1..1000, or the one seed that failed
	@$(BIN)/python -m tests.simulation $(or $(SEEDS),1..1000)

fuzz: $(VENV)/.dev ## Bend inputs and walk through the API for MINUTES=5; TARGET=lines or TARGET=rest is a part of it
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),5) $(TARGET)

package: $(VENV)/.runtime web ## Build the server (wheel and source, pages included) and its clients for Python and Node into dist/
	@$(BIN)/python -m hatchling build -d dist
	@cd protocol/client/python && "$(CURDIR)/$(BIN)/python" -m hatchling build -t wheel -d "$(CURDIR)/dist"
	@cd web/dist/client && $(NPM) pack --pack-destination "$(CURDIR)/dist"

soak: $(VENV)/.dev ## Have people come and go at 500 connections for MINUTES=10, and see whether anything grows
	@$(BIN)/python -m load soak --minutes $(or $(MINUTES),10) $(ARGS)

sbom: $(VENV)/.made ## List what all is made of, as CycloneDX on standard output
	@$(BIN)/python -m tests.sbom

audit: $(VENV)/.made $(VENV)/audit/.made ## Look what is locked through for known faults, where the registries tell; 2: not all was
	@command -v npm >/dev/null || echo 'Missing: npm, so what the pages are made of is not looked through.' >&2
	@$(BIN)/python -m tests.audit $(VENV)/audit/bin/pip-audit

gallery: $(VENV)/.dev web ## Picture every screen in every look, into gallery/; ARGS are parts of names
	@$(call need,command -v chromium,chromium fonts-dejavu-core,the browser that takes the pictures)
	@$(BIN)/python -m tests.gallery $(ARGS)

# --- Python ----------------------------------------------------------------------------------------------------------

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo 'Missing: $(PYTHON). usher needs Python 3.11 or newer.' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "usher needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@$(call need,$(PYTHON) -c 'import ensurepip$(comma) venv',python3-venv,it makes the environment of the project)
	@echo '==> Making $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The project itself comes last, from what the lock has just brought: nothing is fetched for the build.
$(VENV)/.runtime: $(VENV)/.made requirements.lock pyproject.toml
	@echo '==> Installing what the server needs'
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

# Holds all of the runtime lock, so that stamp is set as well.
$(VENV)/.dev: $(VENV)/.made requirements-dev.lock requirements.lock pyproject.toml
	@echo '==> Installing what the tests need'
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $(VENV)/.runtime $@

$(VENV)/uv/.made: Makefile
	@$(PYTHON) -m venv $(VENV)/uv
	@$(VENV)/uv/bin/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION)
	@touch $@

$(VENV)/audit/.made: Makefile
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip --quiet --disable-pip-version-check --no-input install pip-audit==$(PIP_AUDIT_VERSION)
	@touch $@

# Versions at hand are kept where they still fit; `make lock ARGS=--upgrade` takes the newest.
# The second file is bound by the first, so that tests run what the server runs.
COMPILE = $(VENV)/uv/bin/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header --quiet $(ARGS)

lock: $(VENV)/uv/.made ## Write the lock files; ARGS=--upgrade takes newer versions
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock
	@$(VENV)/uv/bin/uv pip compile load/peers/python/requirements.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet $(ARGS) -c requirements.lock -o load/peers/python/requirements.lock

# Servers of others, for `make bench` alone.
$(VENV)/peers/.made: load/peers/python/requirements.lock | $(VENV)/.made
	@echo '==> Installing the peers in Python'
	@$(PYTHON) -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes -r $<
	@touch $@

load/peers/node/node_modules/.installed: load/peers/node/package.json load/peers/node/package-lock.json
	@echo '==> Installing the peers in Node'
	@cd load/peers/node && $(NPM) ci >/dev/null
	@touch $@

# --- web -------------------------------------------------------------------------------------------------------------

# Folders count as well: one that is newer has lost or gained a file.
WEB_SOURCES := $(shell [ ! -f web/package.json ] || find web -mindepth 1 \
  \( -name node_modules -o -path web/dist -o -path web/coverage \) -prune -o -print)

ifneq ($(WEB_SOURCES),)
web: web/dist/.built ## Build the pages' scripts and styles

web/node_modules/.installed: web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo 'Missing: npm. Install with: sudo apt-get install nodejs npm' >&2; exit 1; }
	@echo '==> Installing what web/ needs'
	@cd web && $(NPM) ci --include=dev >/dev/null
	@mkdir -p $(@D) && touch $@

# The guides are pages as well.
GUIDES := $(wildcard docs/*.md docs/examples/embed.*) protocol/client/python/README.md

web/dist/.built: web/node_modules/.installed $(WEB_SOURCES) $(GUIDES)
	@echo '==> Building web/'
	@cd web && $(NPM) run --silent build
	@mkdir -p $(@D) && touch $@
else
web:
	@true
endif

clean: ## Remove what was installed, built or cached; data/ stays
	@rm -rf $(VENV) web/node_modules web/dist web/coverage load/peers/node/node_modules gallery bench dist htmlcov test-results \
	  .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

comma := ,
