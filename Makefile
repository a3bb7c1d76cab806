# Short names for those who have make; `python3 run.py` needs none of this.
.PHONY: setup run test lint lock

setup:
	python3 run.py setup

run:
	python3 run.py

test:
	python3 run.py test

lint:
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

# Needs uv. Exact versions with hashes for every platform and every Python from 3.11 on; no index address in the files.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
       --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock:
	$(LOCK) requirements.in --output-file requirements.lock
	$(LOCK) requirements-test.in --output-file requirements-test.lock
