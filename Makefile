# Two commands matter: 'make run' and 'make test'. Both prepare what they need and ask nothing.
# Settings come by environment: HOST, PORT, VAR (the data folder), DEMO=1.
SHELL := /bin/bash
PYTHON := .venv/bin/python
MAKEFLAGS += --no-print-directory
# Where this is set, each of the dozens of processes of a run would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help run bootstrap test verify lock check-build third-party chaos soak test-slow bench-threads bench-feedback clean

help: ## this list
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /  make \1\t/' | expand -t 26

run: ## prepare what is missing, then start everything; Ctrl-C stops it
	@scripts/bootstrap.sh run
	@exec $(PYTHON) manage.py up

bootstrap: ## prepare for development and tests, start nothing
	@scripts/bootstrap.sh check

test: ## every check: lint, types, contracts, front end, tests, browser
	@scripts/bootstrap.sh test
	@exec $(PYTHON) scripts/checks.py all

verify: ## every check but the browser tests
	@scripts/bootstrap.sh check
	@exec $(PYTHON) scripts/checks.py verify

lock: ## pin the dependencies that pyproject.toml names, with hashes
	@scripts/bootstrap.sh check
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --group dev pyproject.toml -o requirements-dev.lock
	@scripts/bootstrap.sh check

check-build: ## compare a server's scripts with those built from this source: SERVER=https://… [PAGES=saved.html]
	@scripts/bootstrap.sh run
	@exec $(PYTHON) scripts/check_build.py "$(SERVER)" $(PAGES)

third-party: ## list what others have written, with licences: docs/third-party.md
	@scripts/bootstrap.sh check
	@exec $(PYTHON) scripts/third_party.py write

chaos: ## kill every process in turn while mails are sent; counts must add up
	@scripts/bootstrap.sh test
	@exec $(PYTHON) -m pytest tests/chaos -m chaos

soak: ## random people in random order on encrypted threads; STEPS=10000, SEED=… plays one again
	@scripts/bootstrap.sh check
	@STEPS=$${STEPS:-10000} exec $(PYTHON) -m pytest -q tests/client/test_soak.py

test-slow: ## the long tests
	@scripts/bootstrap.sh test
	@exec $(PYTHON) -m pytest -m slow

bench-threads: ## conversations: what the server carries, then what Chromium takes
	@scripts/bootstrap.sh check
	@$(PYTHON) bench/threads.py; server=$$?; $(PYTHON) bench/threads_browser.py; page=$$?; \
	$(PYTHON) bench/threads_files.py && exit $$((server + page))

bench-feedback: ## forms: what the server carries, then what Chromium takes
	@scripts/bootstrap.sh test
	@$(PYTHON) bench/feedback.py; server=$$?; $(PYTHON) bench/feedback_browser.py && exit $$server

bench-%: ## run one benchmark, bench/NAME.py
	@test -f bench/$*.py || { echo "There is no benchmark bench/$*.py."; exit 2; }
	@scripts/bootstrap.sh check
	@exec $(PYTHON) bench/$*.py

clean: ## remove what was built; the data folder stays
	rm -rf .venv frontend/node_modules frontend/dist static-built
