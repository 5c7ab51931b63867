# What people and CI run. Everything is set up in .venv from the lock file; nothing is installed elsewhere.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: docs site help setup demo test test-long test-engines test-matrix test-schedulers model mutants lint lint-types lint-package \
	lint-example format golden lock bench bench-peers soak release clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-15s %s\n", $$1, $$2}'

setup: .venv/.ready  ## Make .venv from requirements.lock

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies into .venv (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## Run the whole way once: dbt build, plan, push, correct, push again
	@$(BIN)/reverse-etl demo

# Three processes, since many tests wait for something, on two cores too. Files in their own order: the long ones come early.
test: setup lint  ## Lint, type-check and run every test
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

test-long: setup  ## The same with far more worlds, seeds and rounds, and the deep search: before a release
	REVERSE_ETL_TESTS=long $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder
	$(MAKE) model

test-engines: setup  ## Every engine that can be had here, ClickHouse and DuckLake among them, and two on emulators
	REVERSE_ETL_TESTS=long $(BIN)/python -m pytest tests/engines

test-matrix: setup  ## dbt-core 1.10 to 1.12 on each Python from 3.11 to 3.13 that this machine has
	REVERSE_ETL_TESTS=long $(BIN)/python -m pytest --numprocesses 2 tests/integration/test_matrix.py

test-schedulers: setup  ## The examples for schedulers in a real Airflow and a real Dagster, each in an environment of its own
	REVERSE_ETL_TESTS=long $(BIN)/python -m pytest tests/schedulers

model: setup  ## Search the protocol of delivery far beyond the bounds of the tests
	$(BIN)/python -m tests.reference.search --deep

mutants: setup  ## Switch off each rule of delivery in a copy, and see that a test notices
	$(BIN)/python -m tests.mutants.run

docs: setup  ## The reference from the program itself, then the site of all pages in site/
	$(BIN)/python -m docs.generate
	@$(MAKE) --no-print-directory site

SITE = site
site: .venv/site/.ready
	.venv/site/bin/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --doctree-dir .venv/site/doctrees docs $(SITE)
	@echo "The site is in $(SITE)/: open $(SITE)/index.html"

# An environment of its own: the generator and its theme serve nothing else.
.venv/site/.ready: docs/requirements.lock .venv/.ready
	@test -x .venv/site/bin/python || $(BIN)/python -m venv .venv/site
	@echo "Installing the generator of the site into .venv/site (once) ..."
	@.venv/site/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r docs/requirements.lock
	@touch $@

golden: setup  ## tests/engines/golden: what the package renders to for engines that are not here
	$(BIN)/python -m tests.engines.golden

lint: setup  ## ruff, mypy, import walls, portable SQL, sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.engines.portable
	@$(MAKE) --no-print-directory --jobs 3 lint-types lint-package lint-example

lint-types:
	$(BIN)/mypy

lint-package:
	REVERSE_ETL_DUCKDB_PATH=:memory: DBT_PROFILES_DIR=profiles $(BIN)/sqlfluff lint --disable-progress-bar models

lint-example:
	$(BIN)/dbt deps --quiet --project-dir dbt_project --profiles-dir profiles
	REVERSE_ETL_DUCKDB_PATH=:memory: DBT_PROJECT_DIR=dbt_project $(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models

format: setup  ## Let ruff write the format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# dbt-core 1.12 requires dbt-core-experimental-parser, of which only builds exist that download
# from elsewhere while they install. It serves one optional flag, so the lock leaves it out.
# Spark's lock names what requirements.lock lacks.
# Microsoft's REST client and its SOAP client, bingads, overwrite each other: the tests keep it apart. So they do dbt v2,
# whose `dbt` would overwrite that of dbt-core; of its later releases only such builds exist as of the parser.
SDK_LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
lock: setup  ## Write the lock files anew from pyproject.toml
	@echo "dbt-core-experimental-parser ; sys_platform == 'never'" > .venv/overrides.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --override .venv/overrides.txt --upgrade --quiet -o requirements.lock
	echo "msads==13.0.30.1" | $(SDK_LOCK) -o tests/contract/sdk/msads.lock -
	echo "setuptools" | $(SDK_LOCK) -o tests/contract/sdk/build.lock -
	printf "dbt-%s\n" athena bigquery databricks redshift snowflake spark trino | $(SDK_LOCK) --no-deps -o tests/engines/adapters.lock -
	printf "%s\n" bqemulator google-cloud-bigquery numpy | $(SDK_LOCK) -o tests/engines/bqemulator.lock -
	printf "%s\n" fakesnow "snowflake-connector-python<5" | $(SDK_LOCK) -o tests/engines/fakesnow.lock -
	printf "%s\n" dbt-spark future pure-sasl py4j pyhive pyspark sqlparams "thrift<0.23" thrift-sasl \
		| $(SDK_LOCK) --no-deps -o tests/engines/spark.lock -
	printf "duckdb-extension-%s\n" ducklake postgres-scanner | $(SDK_LOCK) -o tests/engines/ducklake.lock -
	printf "%s\n" chdb chdb-core dbt-clickhouse clickhouse-connect clickhouse-driver lz4 zstandard tzlocal pandas numpy pyarrow \
		| $(SDK_LOCK) --no-deps -o tests/engines/clickhouse.lock -
	echo "dbt==2.0.0rc196" | $(SDK_LOCK) -o tests/support/dbt_v2.lock -
	printf "%s\n" furo myst-parser sphinx | $(SDK_LOCK) -o docs/requirements.lock -

bench: setup  ## Measure speed against yardsticks taken in the same run
	$(BIN)/python benchmarks/run.py

bench-peers: setup  ## Push a million rows beside dlt and drt, each in an environment of its own
	$(BIN)/python benchmarks/run.py push --peers

soak: setup  ## Push a million rows through every kind of fault and compare the books
	$(BIN)/python -m benchmarks.soak

VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' reverse_etl/core/version.py)

# The demo runs from the wheel in a bare environment, far from the repository.
release: setup  ## Build what is to be published into dist/, check it, and run the demo from it
	@grep -q '^## \[$(VERSION)\] - 20' CHANGELOG.md || \
		{ echo "CHANGELOG.md has no section ## [$(VERSION)] - DATE: write it, or change the version." >&2; exit 1; }
	rm -rf dist
	$(BIN)/python -m hatchling build --directory dist
	$(BIN)/uv tool run twine check --strict dist/*
	@place=$$(mktemp -d) && trap 'rm -rf "$$place"' EXIT && \
		$(PYTHON) -m venv "$$place/venv" && \
		"$$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt dist/*.whl && \
		cd "$$place" && venv/bin/reverse-etl demo shop
	@echo "dist/ holds version $(VERSION). docs/releasing.md says how a person publishes it, by the tag v$(VERSION)."

clean:  ## Remove what was built or cached, but not .venv
	rm -rf dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs dbt_project/dbt_packages
