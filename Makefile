# Everything a newcomer needs: `make run`, `make test`. Python 3.11 or newer, git and make are enough.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help run test check bench picture constraints clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(STAMP) ## start Baton: in Slack with tokens in .env, else in a local workspace in the browser
	@$(BIN)/python -m bot run --local

test: $(STAMP) ## run all tests
	@$(BIN)/python -m pytest -q -n 4 --dist loadfile

check: $(STAMP) ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright --pythonpath $(BIN)/python

bench: $(STAMP) ## print figures: acknowledgements, overhead of a call, a waiting mission, the journal
	@for one in acks calls waiting parked journal slots herd; do $(BIN)/python -m bench.$$one; done

picture: $(STAMP) ## draw the picture of a thread in the README anew, from the real page
	@$(BIN)/python docs/picture.py docs/thread.png

constraints: ## resolve the pinned versions anew (needs uv)
	uv pip compile --universal --python-version 3.11 --all-extras --no-header --no-emit-index-url \
	  --no-emit-find-links --no-annotate --upgrade pyproject.toml -o constraints.txt

clean: ## remove the environment and what the program keeps here
	rm -rf $(VENV) .baton

$(STAMP): pyproject.toml constraints.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Baton needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PY=python3.12, for example.")'
	@echo "Installing into $(VENV); this takes a minute the first time."
	@$(PY) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	  else $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'; fi
	@touch $@
