# Every target does its own set-up; what a machine lacks is said in one line.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
DEMO ?= yes
ARGS ?=
DATA ?=
export PORT DEMO

.PHONY: help run test check bench bench-faults bench-grouping bench-categories month fuzz check-long api-document lock python for-running for-working

help:
	@echo "make run     the server on http://127.0.0.1:$(PORT)/, with a demo (PORT=8000, DEMO=no)"
	@echo "make test    the test suite on SQLite and PostgreSQL (ARGS='tests/visits -x')"
	@echo "make check   lint, types, import rules, migrations, API document"
	@echo "make month   a month of field work over HTTP (DATA=folder)"
	@echo "make fuzz    every operation of the API document with hostile input (ARGS='--only sqlite')"
	@echo "make bench   the figures of docs/performance.md"
	@echo "make bench-faults   kills, full disks and broken lines under load: nothing acknowledged may be lost"
	@echo "make bench-grouping DATA=folder   how well opinions are grouped (messages.csv with its score.py)"
	@echo "make bench-categories DATA=file   how well categories are suggested (id, text, category)"

run: for-running
	@exec $(VENV)/bin/python -m tools.run

test: for-working
	@exec $(VENV)/bin/python -m tools.suite $(ARGS)

check: for-working
	@exec $(VENV)/bin/python -m tools.check

api-document: for-working
	@mkdir -p docs
	@exec $(VENV)/bin/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

bench: for-working
	@exec $(VENV)/bin/python -m bench $(ARGS)

bench-faults: for-working
	@exec $(VENV)/bin/python -m bench.faults $(ARGS)

bench-grouping: for-working
	@exec $(VENV)/bin/python -m bench.grouping "$(DATA)"

bench-categories: for-working
	@exec $(VENV)/bin/python -m bench.categories "$(DATA)"

month: for-working
	@exec $(VENV)/bin/python -m tools.month $(if $(DATA),--data "$(DATA)") $(ARGS)

fuzz: for-working
	@exec $(VENV)/bin/python -m tools.fuzz $(ARGS)

check-long: for-working
	@$(VENV)/bin/python -m tools.suite -m long $(ARGS)
	@exec $(VENV)/bin/python -m tools.fuzz

lock: for-working
	@$(VENV)/bin/python -m tools.lock

for-running: python
	@$(PYTHON) tools/prepare.py $(VENV) requirements.lock

for-working: python
	@$(PYTHON) tools/prepare.py $(VENV) requirements-dev.lock

python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
