# make demo   on a fresh clone, with nothing but Python 3.11 or newer: see mailagent at work
# make test   all tests, with the real servers they talk to
# make lint   style, types, direction of imports
# make bench  how fast, how much memory
# make evaluate  how well mail is read: writes docs/reading.md
# make wheel  the package, into dist/
# make lock   choose versions anew; only here does a version change

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
CHECKED := mailagent tests bench

.PHONY: demo test lint format bench evaluate wheel lock venv peers clean

demo: $(VENV)/installed
	@$(BIN)/mailagent demo

venv: $(VENV)/installed

test: $(VENV)/developing peers
	$(BIN)/pytest

lint: $(VENV)/developing
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/developing
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

bench: $(VENV)/developing peers
	$(BIN)/python -m bench

evaluate: $(VENV)/developing
	$(BIN)/mailagent model evaluate --write docs/reading.md

wheel: $(VENV)/developing
	$(BIN)/python -m build --no-isolation --wheel

# Dovecot, Cyrus, Postfix, PostgreSQL and systemd: installed when this is root, named when missing otherwise.
peers:
	@tests/peers/install.sh

clean:
	rm -rf $(VENV) build dist

# A stamp is newer than the lock it was made from; a changed lock installs again.
$(VENV)/installed: requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mailagent needs Python 3.11 or newer: try make $(MAKECMDGOALS) PYTHON=python3.11")'
	@echo "installing into $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/developing: $(VENV)/installed requirements-dev.lock
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# The locks name versions and hashes, never where they come from: that is the installation's choice.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-options \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(UPGRADE)
DEVELOPING := $(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")'

lock: $(VENV)/developing
	$(COMPILE) --extra postgres --output-file requirements.lock pyproject.toml
	$(COMPILE) --only-build-deps --build-deps-for editable --output-file requirements-build.lock pyproject.toml
	$(DEVELOPING) | $(COMPILE) --constraint requirements.lock --constraint requirements-build.lock --output-file requirements-dev.lock -
