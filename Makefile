# One verb per task. `make demo` and `make test` install what they need and are quick when it is there.
PY := .venv/bin/python
.PHONY: setup setup-test demo watch test test-all bench lint forms golden clean

setup:        ## what a running office needs
	@tools/setup.sh run
setup-test:   ## and what the tests need
	@tools/setup.sh test

demo: setup   ## a fresh office plays the main job: drops, reviews, sign-off, sealed documents
	@$(PY) -m pipeline demo

watch: setup  ## run this repository's own office
	@$(PY) -m pipeline watch --office .

test: setup-test lint  ## lint, types, and all tests but the slow ones
	@$(PY) -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder
test-all: setup-test lint  ## everything, with the long kill tests
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint:
	@.venv/bin/ruff check pipeline tests bench
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache >/dev/null || .venv/bin/lint-imports --no-cache

forms: setup  ## build the forms to fill in, and templates that are missing
	@$(PY) -m pipeline forms build

bench: setup-test  ## issuing 40 notices, sealing, validating: beside what an office would otherwise use
	@$(PY) -m bench

golden: setup-test  ## draw the golden pages anew; look at them before committing
	@HONGTOU_RENEW_GOLDEN=1 $(PY) -m pytest -q tests/papers_pages
