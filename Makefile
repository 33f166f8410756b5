# Everything this project is worked with. `make` alone lists it.
SHELL := bash
BIN := .venv/bin
NPM := npm --prefix frontend run --silent
CHECK_TESTS := $(wildcard tests/unit tests/architecture)
ALL_TESTS := $(wildcard tests/architecture tests/unit tests/contract tests/integration tests/e2e)

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check fuzz faults bench accuracy format schema clean livekit livekit-test load scaling

help: ## List these verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## Install the packages, build the web pages and the model files
	@scripts/setup.sh

demo: setup ## Start a throw-away exam with six simulated candidates
	@$(BIN)/examhall demo

run: setup ## Serve with the lasting data folder ./data
	@$(BIN)/examhall serve --data-dir ./data

check: setup ## Lint, types, layers, schema drift, dead code and unit tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter
	$(BIN)/python scripts/dead_code.py
	@scripts/schema.sh --check
	$(NPM) lint
	$(NPM) typecheck
	$(NPM) unused
	$(NPM) test
	$(BIN)/pytest -q $(CHECK_TESTS)

test: setup ## Every test, a real browser included
	@scripts/test-tools.sh
	@scripts/livekit.sh build
	$(BIN)/pytest -q $(ALL_TESTS)

livekit: ## Build the pinned LiveKit server once and run it on loopback
	@scripts/livekit.sh run

livekit-test: setup ## Only the tests that speak to a real LiveKit server
	@scripts/test-tools.sh
	@scripts/livekit.sh build
	$(BIN)/pytest -q -m livekit $(ALL_TESTS)

fuzz: setup ## Broken pieces by the thousand, and the whole API at random; writes docs/reliability.md
	@$(BIN)/python scripts/reliability.py fuzz

faults: setup ## Kill, stall and starve it in scripted tests; writes docs/reliability.md
	@scripts/test-tools.sh
	@$(BIN)/python scripts/reliability.py faults

bench: setup ## Print the speed table, the tutorial's path beside ours
	@scripts/setup-bench.sh
	@$(BIN)/python benchmarks/run.py

load: setup ## Crowds of 50 and 100 for ten minutes each (MINUTES=30), 200 tiles; writes docs/reliability.md
	@PYTHONPATH=benchmarks $(BIN)/python -m load --minutes $(or $(MINUTES),10)

scaling: setup ## What a second server costs, and how soon a killed one's candidates are back
	@scripts/test-tools.sh
	@PYTHONPATH=benchmarks:tests $(BIN)/python benchmarks/scaling.py

accuracy: setup ## Measure what is detected on labelled pictures; writes docs/accuracy.md
	@scripts/setup-bench.sh
	@PYTHONPATH=benchmarks $(BIN)/python -m accuracy

format: setup ## Write the code the way the linters want it
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/python scripts/settings_table.py
	$(BIN)/python scripts/privacy_table.py
	$(BIN)/python scripts/grafana_dashboard.py
	$(NPM) format

schema: setup ## Export the API's schema and generate the page's types from it
	@scripts/schema.sh

clean: ## Remove what was installed and built; keeps ./data
	rm -rf .venv .venv-bench .tools .cache frontend/node_modules src/examhall/web/static benchmarks/out test-results
