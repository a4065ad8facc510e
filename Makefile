# Every target is one step of work with this repository. `make help` lists them; infra/ holds what they call.
PYTHON ?= python3
VENV := .local/venv
LOCAL := $(VENV)/bin/python -m infra.local
PYTEST := $(VENV)/bin/python -m pytest -q
# On the deployed stack; the last one reads the logs that the others leave.
SECURITY := $(addprefix tests/security/,test_permissions.py test_refusals.py test_secrets.py test_api.py test_logs.py)
CONSOLE := functions/config-api/console
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export SAMCLI_CHECK_UPDATES := 0

.PHONY: help run demo test abuse soak isolation bench bench-report bench-check bench-record costs fuzz screenshots lint audit sbom format build deploy down

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24
	@echo
	@echo "Variables of run and demo: CLOUD_PORT=4566 RECEIVER_PORT=8443 KEEP=1 (keep the state for the next run)"
	@echo "BIND=0.0.0.0 (let containers in: for sam local invoke)."

run: $(VENV)/complete ## Show events being delivered on a local cloud, and stay up. Ctrl-C ends it.
	@$(LOCAL) run

demo: $(VENV)/complete ## The same without staying up; fails if an event does not arrive as it should.
	@$(LOCAL) demo

# All of Cargo's tests run in one command, so that everything is compiled once: with the features that the whole workspace
# asks for.
test: lint tests/referees/node_modules ## Formatting, lints, documentation, then all tests on a local cloud, a fault run of 5,000 events, the browser tests and the instruction counts included.
	$(LOCAL) npm test
	$(MAKE) bench-check
	$(PYTEST) tests/security/test_supply_chain.py tests/security/test_documents.py
	$(LOCAL) exec -- sh -ec 'cargo test --workspace; $(PYTEST) $(SECURITY); npm run --prefix $(CONSOLE) browser'

abuse: $(VENV)/complete ## More made-up requests against the deployed API: make abuse EXAMPLES=100 SEED=7
	EXAMPLES=$(or $(EXAMPLES),100) SEED=$(or $(SEED),$(shell date +%s)) $(LOCAL) exec -- $(PYTEST) -s tests/security/test_api.py tests/security/test_logs.py

soak: $(VENV)/complete ## A fault run of 200,000 events (a quarter of an hour). Its report goes to tests/faults/results/soak.md.
	$(LOCAL) exec -- cargo run --release -p faults -- --events 200000 --limit-minutes 180 --report tests/faults/results/soak.md

isolation: $(VENV)/complete ## Whether a hanging endpoint delays the others (minutes). The report goes to tests/isolation/results/report.md.
	$(LOCAL) exec -- cargo run --release -p isolation

bench: build ## Measure processor time, latency, memory and starts (10 minutes). The report goes to tests/bench/results/report.md.
	$(BESIDE_FUNCTIONS) -p reference --bin hello --bin reference
	cargo build --profile harness -p delivery --bin delivery --no-default-features
	cargo run --profile harness -p bench -- $(BENCH)

bench-report: ## Write the benchmark's report anew from its results, with the explanations of now.
	cargo run --profile harness -p bench -- --rewrite

# Together with the functions' packages, so that their compiled dependencies, with the same features, are used again.
BESIDE_FUNCTIONS := cargo lambda build --release $(addprefix -p ,aws config-api config-store delivery domain logging operations queue-message secrets signing)
WORKLOAD := target/lambda/workload/bootstrap
bench-check: $(VENV)/complete ## Count the instructions of a fixed workload; fails if an event costs over 5 % more than what is kept. Needs valgrind.
	$(BESIDE_FUNCTIONS) -p workload --bin workload
	$(WORKLOAD) check

bench-record: $(VENV)/complete ## Keep the instruction counts of now.
	$(BESIDE_FUNCTIONS) -p workload --bin workload
	$(WORKLOAD) record

costs: ## Estimate the cost on AWS and the concurrency that is needed. Tables and charts go to tests/costs/results.
	cargo run -p costs

FUZZ_TARGETS := configuration event header retry-after url
fuzz: ## Look for inputs that break a parser, SECONDS=60 for each. Needs a C++ compiler and `cargo install cargo-fuzz`.
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p .local/fuzz/$$target && \
	  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none --features libfuzzer $$target \
	    .local/fuzz/$$target tests/fuzz/corpus/$$target -- -max_total_time=$(or $(SECONDS),60) -timeout=10 || exit 1; \
	done

screenshots: $(VENV)/complete ## Photograph each page of the admin console, for the documentation.
	$(LOCAL) exec -- npm run --prefix $(CONSOLE) screenshots

lint: $(VENV)/complete ## Check formatting, lints, documentation, dependencies and template.
	cargo fmt --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	cargo-deny --locked check licenses bans sources
	$(LOCAL) npm check
	ruff format --check infra tests/referees tests/security
	ruff check infra tests/referees tests/security
	sam validate --region us-east-1

audit: $(VENV)/complete ## Compare the dependencies with the published advisories (RustSec, from GitHub).
	cargo-deny check advisories

sbom: $(VENV)/complete ## Write a bill of materials (CycloneDX) of each function to .local/sbom.
	@$(VENV)/bin/python -m infra.sbom .local/sbom

format: $(VENV)/complete ## Format the code.
	cargo fmt
	$(LOCAL) npm format
	ruff format infra tests/referees tests/security

build: $(VENV)/complete ## Build both functions for Lambda.
	@$(LOCAL) build

deploy: build ## Deploy to your AWS account: explains the parameters, then asks for each.
	@$(VENV)/bin/python -m infra.parameters
	sam deploy --guided

down: $(VENV)/complete ## End what a crashed run left, and remove its state.
	@$(LOCAL) down

tests/referees/node_modules: tests/referees/package-lock.json
	npm ci --prefix tests/referees
	@touch $@

$(VENV)/complete: infra/requirements.txt
	@infra/tools.sh $(PYTHON) $(VENV)
