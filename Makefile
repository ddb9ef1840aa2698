# make test      everything that has to hold: lint, format, types, layers, tests; those on Spark where there is Java (SPARK= leaves them out)
# make test-postgres    the portal's tests on a PostgreSQL of their own; part of make test where PostgreSQL is installed
# make audit     known faults of what is pinned in requirements/; needs a network, and says so where there is none
# make demo      huiqi on a made-up district; needs only what huiqi needs to run
# make bench     speed, beside openfisca-core and polars (BENCH="--parquet 10000000" for the large registry)
# make pictures  docs/pictures anew, from the demonstration in Chromium
# make format    put the code into its form
# make clean     remove what was made here
# make requirements    choose the versions again (UPGRADE=--upgrade for the newest)

.DELETE_ON_ERROR:
.PHONY: test test-postgres audit demo bench pictures format clean requirements

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# On all processors, but not on more than four; a file's tests stay together. Those in a browser run apart: its event loop and Django's database do
# not go together in one process.
PYTEST := $(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile

# Spark is some 500 MB and of no use without Java. Where it cannot be had its tests are skipped, and say so.
SPARK := $(if $(shell command -v java 2>/dev/null),$(VENV)/spark)

test: $(VENV)/dev $(SPARK)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTEST) --ignore tests/browser
	$(PYTEST) tests/browser
	$(BIN)/python tests/postgres.py $(PYTEST) tests/portal

test-postgres: $(VENV)/dev
	$(BIN)/python tests/postgres.py $(PYTEST) tests/portal

audit: $(VENV)/dev
	.ci/audit $(BIN)/pip-audit

demo: $(VENV)/run
	$(BIN)/huiqi demo

bench: $(VENV)/dev
	$(BIN)/python bench/run.py $(BENCH)

pictures: $(VENV)/dev
	PYTHONPATH=tests $(BIN)/python tests/browser/pictures.py

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist demo src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the files that say what to install: nothing is installed again until one of them changes.
$(VENV)/run: requirements/run.txt $(VENV)/made
	$(call install,$<,what huiqi needs to run)

$(VENV)/dev: requirements/dev.txt $(VENV)/run
	$(call install,$<,what checks and tests it)

$(VENV)/spark: requirements/spark.txt $(VENV)/dev
	@echo "Installing Spark for its tests ($<) ..."
	@if $(PIP) install -qq --require-hashes --no-build-isolation -r $<; then touch $@; else echo "Spark cannot be installed; its tests are skipped." >&2; fi

define install
@echo "Installing $(2) ($(1)) ..."
@$(PIP) install -qq --require-hashes -r $(1)
@$(PIP) install -qq --no-deps --no-build-isolation -e .
@touch $@
endef

$(VENV)/run $(VENV)/dev: pyproject.toml setup.py $(wildcard src/huiqi/entitlements/kernel/*.[ch])

# `python3.11` may be a name that leads nowhere, and `python3` may be older: each is asked.
$(VENV)/made:
	@for python in $(or $(PYTHON),python3.11 python3 python3.12 python3.13); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "huiqi needs Python 3.11 or newer, and none was found. Install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	if ! $$found -c 'import venv, ensurepip' >/dev/null 2>&1; then \
		echo "$$found has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	rm -rf $(VENV) && $$found -m venv $(VENV) && touch $@

# The compiler of requirements has its own environment, so that it is not among what it chooses.
COMPILE := $(VENV)/compile/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(UPGRADE)

requirements: $(VENV)/compile/stamp
	$(COMPILE) --output-file requirements/run.txt requirements/run.in
	$(COMPILE) --output-file requirements/dev.txt requirements/dev.in
	$(COMPILE) --output-file requirements/spark.txt requirements/spark.in
	@for file in run dev spark; do \
		sed -i "1i # Made by make requirements from $$file.in; every file that may be installed has its hash." requirements/$$file.txt; \
	done
	@if grep -nE '://|^-' requirements/*.txt; then echo "An address or an option is in a requirements file." >&2; exit 1; fi

$(VENV)/compile/stamp: $(VENV)/made
	@rm -rf $(VENV)/compile && $(BIN)/python -m venv $(VENV)/compile
	@$(VENV)/compile/bin/python -m pip --disable-pip-version-check install -qq pip-tools==7.6.2
	@touch $@
