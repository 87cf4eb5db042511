# Every target sets up what it needs first; what is done already is skipped.
PYTHON := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test lint bench clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install Debian and Python packages, build the hook bundle and the twin apps
	@.ci/setup

demo: setup ## the main job, end to end, on embedded twins
	@$(PYTHON) -m farm demo

lint: setup ## ruff, mypy --strict, import-linter, tsc and eslint
	@.venv/bin/ruff check farm scenarios tests
	@.venv/bin/ruff format --check farm scenarios tests
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@npm --prefix hooks run --silent check
	@npm --prefix hooks run --silent lint

# Most tests wait for phones, not for the processor: four at a time on two cores. A file stays whole.
test: lint ## all checks and all tests
	@$(PYTHON) -m pytest -n 4 --dist loadfile --no-loadscope-reorder

bench: setup ## measure what the project promises; prints figures, judges nothing
	@$(PYTHON) -m tests.bench

clean: ## remove everything that setup and the commands made in this folder
	rm -rf .venv .setup .build .farm .mypy_cache .ruff_cache .pytest_cache .hypothesis hooks/dist hooks/node_modules
	find farm tests scenarios -name __pycache__ -type d -prune -exec rm -rf {} +
