# The portal's everyday commands; `make help` lists them.
# GNU make 3.81 or newer. PORT and SANDBOX_PORT may be set: make run PORT=8001

PORT ?= 8000
SANDBOX_PORT ?= 8787
MINUTES ?= 10
# Half as many again as cores: tests that drive a browser often wait for it.
PROCESSES ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n + (n + 1) / 2)))
PYTHON := .venv/bin/python

# Settings of a development machine. What the environment already says wins:
#   make run SPKEY_BASE_URL=https://api.spkey.co
DEVELOPMENT := run manage labels
$(DEVELOPMENT): export PORTAL_ENV_FILE ?= var/dev.env
$(DEVELOPMENT): export PORTAL_DEBUG ?= true
$(DEVELOPMENT): export SPKEY_BASE_URL ?= http://127.0.0.1:$(SANDBOX_PORT)
export PORT SANDBOX_PORT
# Links that a command prints lead to where `make run` serves, or did last.
manage: export PORT := $(if $(filter file,$(origin PORT)),$(shell cat var/port 2>/dev/null || echo $(PORT)),$(PORT))

.DEFAULT_GOAL := help
.PHONY: help run manage labels test test-all test-postgres check bench lighthouse chaos soak mutants messages lock sbom build clean \
	install secrets style types templates scripts migrations deployment imports

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1~\2/p' $(MAKEFILE_LIST) | \
		while IFS='~' read -r name text; do printf '%-22s %s\n' "$$name" "$$text"; done

run: secrets ## Run the portal with a sandbox API and demo data (PORT, SANDBOX_PORT)
	@$(PYTHON) bin/check_ports.py PORT=$(PORT) SANDBOX_PORT=$(SANDBOX_PORT)
	@echo $(PORT) > var/port
	@bin/install dev
	@bin/install-node
	@$(PYTHON) manage.py migrate --verbosity 0
	@echo "The portal is at http://localhost:$(PORT)" > var/welcome.txt
	@$(PYTHON) manage.py demo >> var/welcome.txt
	@echo "Ctrl-C stops everything; the data stays in var/." >> var/welcome.txt
	@exec $(PYTHON) bin/supervise.py Procfile.dev var/welcome.txt $(PORT)

manage: install secrets ## Run a management command: make manage COMMAND=createsuperuser
	@$(PYTHON) manage.py $(COMMAND)

labels: install secrets ## Write QR labels of the sandbox's hubs into var/labels.html
	@$(PYTHON) manage.py hub_labels --out var/labels.html

test: SLOW := -m "not slow"
test: test-all ## Run the tests, in node and in Chromium too, but not the slow ones (ARGS for pytest)

test-all: install ## Run all tests: whole servers, hours of faults, every page in every look (ARGS)
	@bin/install-node
	@browser=$$(bin/find-chromium) && \
		env $${browser:+PORTAL_CHROMIUM="$$browser"} \
		bin/test -n $(PROCESSES) --dist worksteal $(SLOW) $(ARGS)

test-postgres: install ## Run the tests that depend on the database on PostgreSQL, in a server of their own (ARGS)
	@$(PYTHON) bin/test_postgres.py -n $(PROCESSES) $(ARGS)

check: style types templates scripts migrations deployment imports ## Run everything that reads the code

bench: install ## Measure what we claim about speed (ARGS for bench)
	@bin/install-node
	@$(PYTHON) -m bench $(ARGS)

lighthouse: install bench/lighthouse/node_modules ## Let Lighthouse judge the claim page, as a phone would load it
	@bin/install-node
	@browser=$$(bin/find-chromium) && env $${browser:+PORTAL_CHROMIUM="$$browser"} $(PYTHON) -m bench lighthouse

bench/lighthouse/node_modules: bench/lighthouse/package-lock.json
	@npm ci --prefix bench/lighthouse --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

chaos: install ## Let everything fail at once around the portal, and count the claims (ARGS)
	@$(PYTHON) -m chaos $(ARGS)

soak: install ## Drive the claims' life by the state machine for MINUTES=10, and print what it met
	@env MINUTES="$(MINUTES)" $(PYTHON) -m pytest --quiet --timeout=0 --show-capture=no tests/machine/soak.py

mutants: install ## Switch off one safeguard at a time; each has to be noticed (ARGS: words)
	@$(PYTHON) -m tests.mutants $(ARGS)

messages: install ## Bring the translations in locale/ up to date with the source
	@$(PYTHON) bin/messages.py

lock: install ## Write the locks anew from pyproject.toml and package.json (ARGS=--upgrade)
	@bin/lock $(ARGS)

sbom: ## Write what the portal is made of into var/sbom.json (CycloneDX), from the locks
	@bin/venv
	@mkdir -p var
	@$(PYTHON) bin/sbom.py var/sbom.json
	@echo var/sbom.json

build: ## Prepare a production machine: packages and static files
	@bin/install postgres
	@bin/install-node --omit=dev
	@bin/as-production $(PYTHON) manage.py collectstatic --noinput

clean: ## Remove everything these commands made, demo data included
	rm -rf .venv node_modules bench/lighthouse/node_modules var test-results .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

install:
	@bin/install dev

secrets:
	@bin/venv
	@$(PYTHON) bin/dev_env.py var/dev.env

style: install
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check

types: install
	@$(PYTHON) -m mypy --strict portal

templates: install
	@$(PYTHON) -m djlint --quiet --lint templates

scripts:
	@bin/install-node
	@if [ -x node_modules/.bin/biome ]; then npm run --silent check; \
		else echo "Without Node.js our scripts and styles are not checked."; fi

migrations: install
	@bin/as-production $(PYTHON) manage.py makemigrations --check --dry-run
	@bin/as-production $(PYTHON) bin/lint_migrations.py

deployment: install
	@bin/as-production $(PYTHON) manage.py check --deploy --fail-level WARNING

imports: install
	@$(PYTHON) -m pytest --quiet tests/portal/test_imports.py
