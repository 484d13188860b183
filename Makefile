# Tillside's commands; `make help` lists them. Every setting comes from the environment, or is given
# on the line: `make run PORT=8010`.
.DEFAULT_GOAL := help
.PHONY: help install run serve test test-tools lint bench soak
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RUN_STAMP := .venv/.run-installed
TEST_STAMP := .venv/.test-installed
ASSET_STAMP := .venv/.assets-built
ASSETS := $(shell find static -path static/dist -prune -o -type f -print 2>/dev/null) $(wildcard webapp/ui/assets.py)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

install: $(RUN_STAMP) $(ASSET_STAMP) ## make .venv with what running needs

$(RUN_STAMP): requirements/run.txt webapp/register.py
	@sh deploy/make-venv.sh "$(PYTHON)"
	@echo "Installing what Tillside needs into .venv …"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(BIN)/python -m webapp.register
	@touch $@

$(ASSET_STAMP): $(RUN_STAMP) $(ASSETS)
	@if [ -f webapp/ui/assets.py ]; then $(BIN)/python -m webapp.ui.assets; fi
	@touch $@

run: install ## try it: sandbox, worker and web with made-up customers, on PORT (8000)
	@exec $(BIN)/python -m webapp.demo

serve: install ## production: web and worker, settings from the environment
	@exec $(BIN)/python -m webapp.serve

$(TEST_STAMP): requirements/test.txt $(RUN_STAMP)
	$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

test-tools: $(TEST_STAMP) $(ASSET_STAMP)
	@sh tests/servers/install.sh

lint: $(TEST_STAMP) ## ruff, mypy, djlint, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --quiet --check templates
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports

test: test-tools lint ## everything: lint, then all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

N ?= 1000,100000
bench: test-tools ## measure: make bench N=1000,100000 DB=sqlite|postgresql
	@$(BIN)/python -m tests.bench --sizes "$(N)" $(if $(DB),--database "$(DB)") $(ARGS)

soak: test-tools ## what takes long: make soak KILLS=200 ROUNDS=50 RELOADS=20 SECONDS=60 DB=sqlite,postgresql ONLY=kills|reloads|matrix|hanging|storm|backlog
	@$(BIN)/python -m tests.soak $(if $(KILLS),--kills $(KILLS)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	    $(if $(RELOADS),--reloads $(RELOADS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(DB),--db $(DB)) $(if $(ONLY),--only $(ONLY)) $(ARGS)
