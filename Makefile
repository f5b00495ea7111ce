# The commands of the house. A machine needs Python 3.11 or newer and make; everything else comes from the locks,
# each package checked against its hash, through the package index that pip is configured for.

.DEFAULT_GOAL := help
.PHONY: help demo serve names test check bench lock translations clean chromium icu
.DELETE_ON_ERROR:

# Arguments for the command behind a target: make demo ARGS=--no-serve, make test ARGS="-k pairing".
ARGS ?=

# The first Python that runs and is new enough. A name alone proves nothing: version managers install stand-ins
# for versions that are not there.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$name; break; fi; done)

# uv installs in a second what pip installs in half a minute. Without one on the path, the one of the development
# lock is put beside the environment.
UV ?= $(or $(shell command -v uv 2>/dev/null),.venv-uv/bin/uv)
export UV_PYTHON_DOWNLOADS ?= never
export UV_SYSTEM_CERTS ?= 1
unexport VIRTUAL_ENV CONDA_PREFIX

# uv does not read pip's settings. Where a mirror is configured for pip alone, uv is told to use it too.
INDEX = index=$${PIP_INDEX_URL:-$$($(PYTHON) -m pip config list 2>/dev/null | sed -n "s/^[a-z:.]*index-url='\(.*\)'$$/\1/p" | grep -v ' ' | tail -n 1)}; \
	if [ -n "$$index" ] && [ -z "$${UV_DEFAULT_INDEX:-}$${UV_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX="$$index"; fi

# One environment. The development lock holds all of the runtime lock, so an environment made for the tests serves
# the demo too, and the demo never takes the tests' packages away.
RUNTIME := .venv/.made-from-requirements.lock
NAMES := .venv/names.lock
DEVELOPMENT := .venv/.made-from-requirements-dev.lock

help:  ## Print this list
	@sed -n 's/^\([a-z]*\):.*##/\1:/p' $(firstword $(MAKEFILE_LIST)) | awk -F: '{ printf "  make %-14s%s\n", $$1, $$2 }'
	@echo '  ARGS="..." is passed on to the command: make demo ARGS=--no-serve'

demo: $(RUNTIME)  ## Compare the example reports with the example spot checks, then serve the pages
	@.venv/bin/registry demo $(ARGS)

serve: $(RUNTIME)  ## Serve the pages
	@.venv/bin/registry serve $(ARGS)

names: $(RUNTIME) | icu  ## Add PyICU, by which names that look alike are found; the tests have it anyway
	@[ -e $(DEVELOPMENT) ] || { sed -n '/^pyicu==/,/[^\\]$$/p' requirements-dev.lock > $(NAMES) && $(install_names); }

test: $(DEVELOPMENT) chromium  ## Run the whole test suite
	@REGISTRY_TEST_CHROMIUM="$(CHROMIUM)" .venv/bin/python -m pytest -n 2 --dist loadgroup $(if $(WITHOUT_BROWSER),-m "not browser") $(ARGS)

check: $(DEVELOPMENT)  ## Format, lint and type checks alone
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

bench: $(DEVELOPMENT)  ## Run a benchmark; ARGS is score (the default), large or files
	@.venv/bin/python benchmarks/comparison.py $(or $(ARGS),score)

# Versions already in a lock stay unless ARGS=--upgrade is given. Hashes only: no index address enters a lock.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(ARGS)
lock: | $(UV)  ## Make the lock files again after a change of pyproject.toml
	@$(INDEX); \
	$(COMPILE) pyproject.toml -o requirements.lock && \
	$(COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

translations: $(DEVELOPMENT)  ## Collect the texts into the catalogues, compile them, name what lacks a translation
	@.venv/bin/python tools/messages.py

clean:  ## Remove environments, caches and built files
	rm -rf .venv .venv-uv dist build registry-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock requirements-dev.lock pyproject.toml | $(UV)
	@if [ -e $(DEVELOPMENT) ]; then $(MAKE) --no-print-directory $(DEVELOPMENT); else $(call install,requirements.lock) && { [ ! -e $(NAMES) ] || { $(install_names); }; }; fi
	@touch $@

$(DEVELOPMENT): requirements.lock requirements-dev.lock pyproject.toml | $(UV) icu
	@$(call install,requirements-dev.lock)
	@touch $(RUNTIME) $@

# The checkout itself is installed in place. What builds it (hatchling) is held to the hashes of the development lock.
define install
$(INDEX); echo "Installing $(1) into .venv" && \
{ .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(UV) venv --quiet --clear --python "$(PYTHON)" .venv; } && \
$(UV) pip sync --quiet --require-hashes --build-constraints requirements-dev.lock --python .venv/bin/python $(1) && \
$(UV) pip install --quiet --no-deps --build-constraints requirements-dev.lock --python .venv/bin/python --editable .
endef

install_names = $(INDEX); echo "Building PyICU" && \
$(UV) pip install --quiet --require-hashes --build-constraints requirements-dev.lock --python .venv/bin/python -r $(NAMES)

.venv-uv/bin/uv:
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv .venv-uv || { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; rm -rf .venv-uv; exit 1; }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > .venv-uv/uv.lock
	@.venv-uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv-uv/uv.lock || { rm -rf .venv-uv; exit 1; }

# The browser tests drive a Chromium of the machine. It is installed only where that needs no question.
CHROMIUM ?= $(firstword $(shell for name in chromium chromium-browser google-chrome; do command -v $$name; done 2>/dev/null))
WITHOUT_BROWSER = $(filter-out 0,$(REGISTRY_TEST_WITHOUT_BROWSER))

chromium:
	@if [ -n "$(WITHOUT_BROWSER)" ]; then \
		echo "REGISTRY_TEST_WITHOUT_BROWSER is set: THE BROWSER TESTS ARE LEFT OUT." >&2; exit 0; \
	fi; \
	if [ -n "$(CHROMIUM)" ]; then \
		[ -x "$(CHROMIUM)" ] && exit 0; \
		echo "CHROMIUM=$(CHROMIUM) is not a program." >&2; exit 1; \
	fi; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	if command -v apt-get >/dev/null && { [ -z "$$as_root" ] || sudo -n true 2>/dev/null; }; then \
		echo "Installing chromium for the browser tests, and strace for those that no network is used"; \
		$$as_root apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends chromium strace >/dev/null && exit 0; \
	fi; \
	echo "The browser tests need Chromium, which was not found and could not be installed." >&2; \
	echo "Install it (on Debian: apt-get install chromium) or name it: make test CHROMIUM=/path/to/chromium" >&2; \
	echo "To run the other tests alone: REGISTRY_TEST_WITHOUT_BROWSER=1 make test" >&2; \
	exit 1

# PyICU has no wheels: it is built from source, once. What that needs is installed only where it needs no question.
icu:
	@[ ! -e .venv/bin/python ] || ! .venv/bin/python -c 'import icu' 2>/dev/null || exit 0; \
	missing() { \
		command -v c++ >/dev/null || echo g++; \
		command -v pkg-config >/dev/null || echo pkg-config; \
		pkg-config --exists icu-i18n 2>/dev/null || echo libicu-dev; \
		$(PYTHON) -c 'import os, sysconfig as s, sys; sys.exit(not os.path.exists(s.get_path("include") + "/Python.h"))' || \
			$(PYTHON) -c 'import sys; print("python%d.%d-dev" % sys.version_info[:2])'; \
	}; \
	packages=$$(echo $$(missing)); [ -n "$$packages" ] || exit 0; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	if command -v apt-get >/dev/null && { [ -z "$$as_root" ] || sudo -n true 2>/dev/null; }; then \
		echo "Installing what PyICU is built with: $$packages"; \
		$$as_root apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends $$packages >/dev/null && \
		[ -z "$$(missing)" ] && exit 0; \
	fi; \
	echo "PyICU, which finds names that look alike, is built from source. Missing, by Debian's names: $$packages" >&2; \
	echo "Install them (apt-get install $$packages), then run make again. make demo and make serve do without." >&2; \
	exit 1
