# make run    the desk, with a demo, on http://127.0.0.1:8000 (PORT=9000 make run; DEMO=0 make run starts empty)
# make test   what proves it;  make prove  the slower proofs;  make lint  style, types, import contracts, templates, migrations
.DEFAULT_GOAL := help
.PHONY: help setup run test prove lint format lock screenshots
PY := .venv/bin/python
DJADE = .venv/bin/djade --target-version 5.2
PAGES = $(shell find templates -name "*.html")

help:
	@sed -n 's/^# //p' Makefile

.venv/run.stamp: requirements/base.txt requirements/make-venv
	@sh requirements/make-venv base run

.venv/test.stamp: requirements/base.txt requirements/test.txt requirements/make-venv
	@sh requirements/make-venv test test run

setup: .venv/run.stamp

run: .venv/run.stamp
	@exec $(PY) manage.py up

test: .venv/test.stamp
	@$(PY) -m tests.run $(ARGS)

prove: .venv/test.stamp
	@$(PY) -m tests.run --prove $(ARGS)

lint: .venv/test.stamp
	@failed=; \
	for check in "$(PY) -m ruff check ." "$(PY) -m ruff format --check ." "$(PY) -m mypy ." ".venv/bin/lint-imports" "$(DJADE) --check $(PAGES)" \
	  "env DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run"; do \
	  echo "$$check"; $$check || failed=yes; \
	done; test -z "$$failed"

screenshots: .venv/test.stamp
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m tests.browser.screenshots

format: .venv/test.stamp
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	$(DJADE) $(PAGES)

# Compiled with the oldest Python we support, so that one lock serves all of them.
lock: .venv/test.stamp
	$(PY) -m pip install --quiet 'pip-tools>=7.5'
	cd requirements && for group in base test; do ../.venv/bin/pip-compile --quiet --allow-unsafe --generate-hashes \
	  --no-emit-find-links --no-emit-index-url --strip-extras --output-file=$$group.txt $$group.in || exit 1; done
