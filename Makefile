# run · test · lint · bench · fmt · messages · setup
SHELL := /bin/bash
PORT ?= 8000
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),) # offices often add a certificate of their own to the system's
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
endif
UV := $(shell command -v uv || echo .tools/bin/uv)
VENV := .venv
BUILT := hemei/site/static/built/.done
MO := hemei/locale/en/LC_MESSAGES/django.mo

.PHONY: run test lint bench bench-load bench-collect bench-pages bench-import bench-map bench-screen bench-control bench-changes bench-forms fuzz torture fmt messages setup
setup: $(VENV)/.done $(BUILT) $(MO)

run: setup
	@$(VENV)/bin/hemei demo --if-empty
	@exec $(VENV)/bin/hemei serve --port $(PORT)

test: setup
	@bash tests/run.sh

lint: setup
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	cd front && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm run --silent check

fmt: setup
	$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .

messages: $(VENV)/.done
	$(VENV)/bin/python -m hemei.site.messages

bench: setup
	$(VENV)/bin/python -m benchmarks

fuzz: setup
	HEMEI_CASES=20000 HYPOTHESIS_PROFILE=fuzz $(VENV)/bin/pytest -q -o faulthandler_timeout=0 tests/engines/screen
	HEMEI_CASES=200 $(VENV)/bin/pytest -q tests/site/test_schema.py tests/site/test_forms.py

torture: setup
	HEMEI_WALKS=$${HEMEI_WALKS:-1000} HEMEI_KILLS=$${HEMEI_KILLS:-1000} HEMEI_SERVER_KILLS=$${HEMEI_SERVER_KILLS:-100} HEMEI_SEED=$${HEMEI_SEED:-$$RANDOM} \
	  $(VENV)/bin/pytest -q tests/faults/test_kills.py tests/faults/test_walkers.py

bench-load bench-collect bench-pages bench-import bench-map bench-screen bench-control bench-changes bench-forms: setup
	$(VENV)/bin/python -m benchmarks $(@:bench-%=%)

.tools/bin/uv:
	python3 -m venv .tools && .tools/bin/pip install --quiet uv

$(VENV)/.done: pyproject.toml uv.lock $(filter .tools/bin/uv,$(UV))
	$(UV) sync --quiet --frozen --python "$$(command -v python3.11 || command -v python3)"
	@touch $@

front/node_modules/.done: front/package.json front/package-lock.json $(VENV)/.done
	cd front && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci --silent --no-audit --no-fund
	@touch $@

$(BUILT): front/node_modules/.done $(shell find front/src front/*.ts front/*.json -type f 2>/dev/null)
	cd front && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm run --silent build
	@touch $@

$(MO): hemei/locale/en/LC_MESSAGES/django.po $(VENV)/.done
	$(VENV)/bin/pybabel --quiet compile -D django -d hemei/locale
