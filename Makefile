# Everything runs in .venv, which the first target that needs it makes; `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := $(or $(PYTHON),python3)
OUT := $(or $(OUT),output)
SQL := $(or $(SQL),models tests)
BIN := .venv/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# Checks and tests always see the committed sample, never the user's data, and leave the warehouse alone.
apart = env -u COUPON_RFM_ODS_PATH -u COUPON_RFM_TARGET COUPON_RFM_DB_PATH=$(1)/coupon_rfm.duckdb \
	COUPON_RFM_SPARK_WAREHOUSE=$(1)/warehouse DBT_TARGET_PATH=$(1) DBT_LOG_PATH=$(1)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: .venv/run.stamp ## build and test the warehouse; write the test report and the CSV files to output/
	@$(BIN)/python scripts/build_warehouse.py --out $(OUT)

# Both targets from nothing, so that what is compared is what these models make.
.PHONY: spark
spark: .venv/spark.stamp ## build and test the sample on Spark in one process; compare every table with DuckDB's
	@$(BIN)/python scripts/coupon_rfm/spark/java.py
	@rm -rf target/spark
	@mkdir -p target/spark/warehouse
	@$(call apart,target/spark) $(BIN)/dbt build --selector everything --target spark_local --target-path target/spark/spark_local
	@$(call apart,target/spark) $(BIN)/dbt --quiet build --selector models --target local --target-path target/spark/local
	@$(call apart,target/spark) $(BIN)/python scripts/compare_targets.py local spark_local

.PHONY: test
test: .venv/spark.stamp .venv/dev.stamp .venv-bouncer/stamp ## run every dbt test on the sample, then pytest
	@mkdir -p target/test
	@rm -f target/test/unit_tests.json # so that the unit tests run
	@$(call apart,target/test) $(BIN)/python scripts/build_warehouse.py --out target/test/output
	@COUPON_RFM_TESTS_SAMPLE_BUILT=target/test $(BIN)/pytest --numprocesses auto --dist worksteal

.PHONY: check
check: check-python check-layers check-sql ## ruff, dbt-bouncer on layers, names and docs, and sqlfluff

.PHONY: check-python
check-python: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# dbt-bouncer reads the artifacts of a build without rows: the columns that each model really has.
.PHONY: check-layers
check-layers: .venv/run.stamp .venv-bouncer/stamp
	@mkdir -p target/check
	@$(call apart,target/check) $(BIN)/dbt --quiet build --empty --selector models
	@$(call apart,target/check) $(BIN)/dbt --quiet docs generate --no-compile
	COLUMNS=160 .venv-bouncer/bin/dbt-bouncer

# The longest: sqlfluff sees every macro written out.
.PHONY: check-sql
check-sql: .venv/dev.stamp
	@mkdir -p target/check
	$(call apart,target/check) $(BIN)/sqlfluff lint --processes 0 --disable-progress-bar $(SQL)

.PHONY: docs
docs: .venv/run.stamp ## write the dbt docs as one page, output/docs/index.html
	@warehouse="$${COUPON_RFM_DB_PATH:-warehouse/coupon_rfm.duckdb}"; \
	[ -e "$${warehouse/#\~\//$$HOME/}" ] || $(BIN)/dbt build --selector models
	@$(BIN)/dbt docs generate --static --target-path target/docs --log-path target/docs
	@mkdir -p $(OUT)/docs
	@# The first graph without its 200 tests: data flows from files to tables (the box `resources` brings them back).
	@sed 's/"source","test","unit_test",/"source",/' target/docs/static_index.html > $(OUT)/docs/index.html

.PHONY: lineage
lineage: .venv/run.stamp ## draw docs/lineage.svg anew, after a model was added or its parents changed
	@$(BIN)/dbt parse --quiet --target-path target/lineage --log-path target/lineage
	@$(BIN)/python scripts/draw_lineage.py --manifest target/lineage/manifest.json

.PHONY: generate
generate: .venv/run.stamp ## write the macro of the raw tables, after a change of models/ods/_sources.yml
	@$(BIN)/python scripts/generate_raw_tables.py

.PHONY: bench
bench: .venv/spark.stamp .venv-bench/stamp ## compare our build with DuckDB by hand, Polars and PySpark: docs/benchmark.md
	@$(BIN)/python scripts/benchmark.py --out docs

.PHONY: soak
soak: .venv/spark.stamp .venv/dev.stamp ## the long runs that are no part of `make test`
	@$(BIN)/pytest -m soak

.PHONY: clean
clean: ## remove everything that was made, the warehouse too, but not the environments
	@rm -rf target logs $(OUT) .pytest_cache .ruff_cache .hypothesis warehouse/*.duckdb*

.PHONY: distclean
distclean: clean ## remove the environments as well
	@rm -rf .venv .venv-bouncer .venv-bench

# A stamp is as new as the requirements that were installed last: nothing is installed twice.
.venv/run.stamp: requirements.txt | .venv/bin/python
	@echo "installing $<"
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "installing $<"
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@touch $@

.venv/spark.stamp: requirements-spark.txt .venv/run.stamp
	@echo "installing $<"
	@$(BIN)/python $(PIP_INSTALL) -r $<
	@touch $@

# dbt-bouncer needs a duckdb older than ours, so it lives apart.
.venv-bouncer/stamp: requirements-bouncer.txt | .venv-bouncer/bin/python
	@echo "installing $<"
	@.venv-bouncer/bin/python $(PIP_INSTALL) -r $<
	@touch $@

# What only the benchmark needs.
.venv-bench/stamp: requirements-bench.txt | .venv-bench/bin/python
	@echo "installing $<"
	@.venv-bench/bin/python $(PIP_INSTALL) -r $<
	@touch $@

%/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
		"Python 3.11 or newer is needed and this is %d.%d; name another: make PYTHON=python3.11" \
		% sys.version_info[:2])'
	@$(PYTHON) -m venv $*
