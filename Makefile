# What a target needs is installed into .venv, from requirements.lock alone, and again only when the lock changes.
PYTHON ?= python3
REPORT_LANG ?= zh
REPORT_ALL_REPLICATIONS ?= 3
PYTEST_ARGS ?=
BENCH_ARGS ?=
MUTANTS_ARGS ?=
FIDELITY_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
SHIXIAN := $(PY) -m sim
PYTEST := $(PY) -m pytest -n auto --dist worksteal --hypothesis-profile ci

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
WRONG_PYTHON := 需要 Python 3.11 至 3.13,现为 `$(PYTHON) --version 2>&1`,请指定: make PYTHON=python3.12 $(MAKECMDGOALS) | \
Shixian needs Python 3.11 to 3.13, found `$(PYTHON) --version 2>&1`; say which: make PYTHON=python3.12 $(MAKECMDGOALS)

.DELETE_ON_ERROR:
.PHONY: help setup report report-all test test-slow mutants bench fidelity lint lock schema clean

help: ## 列出各目标 | list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c '$(SUPPORTED)' 2>/dev/null || { echo "$(WRONG_PYTHON)" >&2; exit 1; }
	$(PYTHON) -m venv $$([ "$$($(PY) -V 2>&1)" = "$$($(PYTHON) -V 2>&1)" ] || echo --clear) $(VENV)
	$(PY) -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY) ## 建立 .venv 并安装锁定的软件包 | create .venv with the pinned packages

report: $(READY) ## 模拟包头市并写出 results/baotou (英文: REPORT_LANG=en) | simulate Baotou, write results/baotou (English: REPORT_LANG=en)
	$(SHIXIAN) compare scenarios/baotou before plan --out results/baotou --anew --logs first --lang $(REPORT_LANG)

report-all: $(READY) ## 模拟包头市全部情景及逐项举措,写出总览 results/baotou-all (次数: REPORT_ALL_REPLICATIONS=3) | simulate all scenarios of Baotou and its reforms one by one, write the overview results/baotou-all
	$(SHIXIAN) compare scenarios/baotou before --all --rank plan --out results/baotou-all --anew --logs none \
		--replications $(REPORT_ALL_REPLICATIONS) --lang $(REPORT_LANG)

test: $(READY) ## 运行测试 | run the tests
	$(PYTEST) $(PYTEST_ARGS)

test-slow: $(READY) ## 运行耗时的测试 | run the tests that take minutes
	$(PYTEST) -m slow $(PYTEST_ARGS)

mutants: $(READY) ## 每次在副本中改错一处,检查测试能否发现 (约 20 分钟) | put one fault at a time into a copy, see that the tests notice (some 20 minutes)
	$(PY) -m tests.mutations $(MUTANTS_ARGS)

bench: $(READY) ## 与 SimPy 比较速度,写出 results/bench/bench.json (十余分钟) | compare the speed with SimPy, write results/bench/bench.json (some 12 minutes)
	$(PY) -m tests.bench --lang $(REPORT_LANG) $(BENCH_ARGS)

fidelity: $(READY) ## 由公开数据还原流程,与实际对照,写出 results/fidelity/fidelity.json | find processes in public logs, hold them against what happened
	$(PY) -m tests.fidelity --lang $(REPORT_LANG) $(FIDELITY_ARGS)

lint: $(READY) ## 检查风格与类型 | check style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

schema: $(READY) ## 重写 scenarios/schema.json | write scenarios/schema.json anew
	$(SHIXIAN) schema > scenarios/schema.json.new
	mv scenarios/schema.json.new scenarios/schema.json

lock: $(READY) ## 重写 requirements.lock (全部升级: UPGRADE=--upgrade) | write requirements.lock anew (newest of all: UPGRADE=--upgrade)
	$(VENV)/bin/uv pip compile pyproject.toml --all-extras --universal --fork-strategy fewest --python-version 3.11 \
		--generate-hashes --no-header --quiet $(UPGRADE) -o requirements.lock

clean: ## 删除 .venv 与缓存,保留 results | remove .venv and caches, keep results
	rm -rf $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache build dist
	find sim calibration tests -name __pycache__ -type d -prune -exec rm -rf {} +
