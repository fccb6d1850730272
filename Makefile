# Needs git, make and a Python >= 3.11; everything else comes from the locks in requirements/.
#   make up ARGS="--once --no-sample --port 9000"      make test ARGS="tests/contract -k log"

PYTHON ?= python3
VENV ?= .venv
DEPLOY := .venv-deploy
ARGS ?=
# Each process has a broker and a database server of its own; what runs in containers needs the machine for itself.
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal

# uv trusts whom the machine trusts, fetches no Python of its own, and installs also from another file system.
UV := .uv/bin/uv
IN_VENV := VIRTUAL_ENV="$(CURDIR)/$(VENV)"
INSTALL := $(IN_VENV) $(UV) pip install --quiet --compile-bytecode
NEW_VENV = $(UV) venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
           --custom-compile-command "make lock" --upgrade
export UV_SYSTEM_CERTS := true
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy

.DEFAULT_GOAL := help
.PHONY: help up test fuzz mutants screenshots site check fmt bench peers soak compose-up compose-down compose-logs lock clean

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 22

up: $(VENV)/.runtime  ## start the embedded platform; options in ARGS
	@exec $(VENV)/bin/plumbline up $(ARGS)

# On Python 3.11 tests would take three times as long for it.
COVERED = $(shell $(VENV)/bin/python -c 'import sys; print("--cov --cov-report=term:skip-covered" * (sys.version_info >= (3, 12)))')

test: $(VENV)/.dev  ## all tests that this machine can run, from Python 3.12 on with the coverage gate; ARGS selects some
ifdef ARGS
	@exec $(VENV)/bin/python -m pytest $(ARGS)
else
	@$(VENV)/bin/python -m pytest $(PARALLEL) -m "not (compose or postgres or long)" $(COVERED)
	@$(VENV)/bin/python -m pytest $(PARALLEL) -m "(postgres or long) and not compose"
	@exec $(VENV)/bin/python -m pytest -m compose tests/system
endif

fuzz: $(VENV)/.dev  ## ask every operation of every service what its documents let one think of; EXAMPLES=n for more
	PLUMBLINE_FUZZ_EXAMPLES=$(or $(EXAMPLES),25) $(VENV)/bin/python -m pytest tests/fuzz $(ARGS)

mutants: $(VENV)/.dev  ## plant faults one at a time and see that the tests notice each; names in ARGS select some
	$(VENV)/bin/python -m tests.mutants $(ARGS)

check: $(VENV)/.dev $(DEPLOY)/.deploy  ## format, lint, types, layers, manifests and pages, without changing anything
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	PLUMBLINE="$(CURDIR)/$(VENV)/bin/plumbline" $(DEPLOY)/bin/python -m tests.deploy.validate
	$(DEPLOY)/bin/zensical build --strict --clean

fmt: $(VENV)/.dev  ## format, and mend what can be mended
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

site: $(DEPLOY)/.deploy  ## the documentation as a site, in .cache/site
	$(DEPLOY)/bin/zensical build --strict --clean

screenshots: $(VENV)/.dev  ## pictures of the page for the README, with Chromium; FOLDER=dir for more of them
	FOLDER=$(FOLDER) $(VENV)/bin/python -m tests.system.screenshots

bench: $(VENV)/.bench  ## benchmarks beside floors and peers; options in ARGS
	@exec $(VENV)/bin/python -m bench $(ARGS)

peers: $(VENV)/.bench  ## benchmarks beside peers alone; options in ARGS
	@exec $(VENV)/bin/python -m bench --only peers $(ARGS)

soak: $(VENV)/.dev  ## hostile and honest traffic together, memory of the processes printed; SECONDS=n, options in ARGS
	@exec $(VENV)/bin/python -m bench.soak --seconds $(or $(SECONDS),180) $(ARGS)

compose-up:  ## build the image and start everything in containers; prints an address that signs in once
	@docker compose up --detach --build --wait $(ARGS)
	@echo "Plumbline runs at $$(docker compose run --rm -T issuer sign-in)"

compose-down:  ## stop the containers; data stays, unless ARGS=--volumes
	@docker compose down $(ARGS)

compose-logs:  ## follow the logs of the containers; ARGS selects services
	@docker compose logs --follow $(ARGS)

lock: $(UV)  ## resolve the newest allowed versions into requirements/
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra kafka --extra postgres --extra otel --constraint requirements/runtime.txt \
	  --output-file requirements/server.txt
	$(COMPILE) pyproject.toml --extra kafka --extra postgres --group dev --constraint requirements/runtime.txt \
	  --output-file requirements/dev.txt
	$(COMPILE) --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt
	$(COMPILE) --group clients --output-file requirements/clients.txt
	$(COMPILE) --group archimate --output-file requirements/archimate.txt
	$(COMPILE) --group deploy --output-file requirements/deploy.txt
	echo "uv~=0.13.9" | $(COMPILE) - --no-annotate --output-file requirements/uv.txt

clean:  ## remove what make and the tests made; data stays
	rm -rf .venv .venv-* .uv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

$(UV): requirements/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Try: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "$(PYTHON) is $$($(PYTHON) --version 2>&1); Python 3.11 or newer is needed: make PYTHON=/path/to/it ..." >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || \
	  { echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(UV)
	@$(VENV)/bin/python -c "" 2>/dev/null || $(NEW_VENV) $(VENV)
	@$(INSTALL) --require-hashes -r requirements/runtime.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	@$(INSTALL) --require-hashes -r requirements/bench.txt
	@touch $@

# Only make check needs it, and it is larger than everything else: so it is apart.
$(DEPLOY)/.deploy: requirements/deploy.txt | $(UV)
	@$(NEW_VENV) $(DEPLOY)
	@VIRTUAL_ENV="$(CURDIR)/$(DEPLOY)" $(UV) pip install --quiet --require-hashes -r requirements/deploy.txt
	@touch $@
