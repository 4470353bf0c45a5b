# Everything that people and CI do with this tree. `make` alone lists it.
#
# Demo and tests share the dev profile, so that the world is built once.

GCFN := $(or $(CARGO_TARGET_DIR),target)/debug/gcfn

.DEFAULT_GOAL := help
.PHONY: help demo test storm lint fix bench peers figures dist

help: ## List the targets.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 8

demo: ## Build the node and run a whole network on this machine.
	cargo build -p gcfn
	$(GCFN) testnet demo

test: ## Test everything, against a real PostgreSQL and a real Kafka; then run the demo.
	.ci/services run cargo test --workspace
	$(MAKE) --no-print-directory demo

storm: ## Run whole nodes through days on which every bank does everything wrong.
	cargo build -p gcfn
	$(GCFN) testnet chaos

lint: ## Check format, lints, the rules of the tree and, where cargo-deny is installed, its dependencies.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo tidy
	@if cargo deny --version >/dev/null 2>&1; then cargo deny check; \
	else echo 'SKIPPED: cargo-deny is not installed; deny.toml was not checked'; fi

fix: ## Format, and apply what clippy can put right by itself.
	cargo fmt --all
	cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged
	cargo fmt --all

bench: ## Run the benchmarks of the parts, optimised: books, ledger, tables, the machine of a node.
	GLIBC_TUNABLES=glibc.malloc.hugetlb=1 cargo bench --workspace

peers: dist ## Measure a node beside PostgreSQL, its own disk and bare HTTP, optimised, in turns; needs PostgreSQL.
	cargo bench -p gcfn-localnet --bench peers -- $(abspath $(or $(CARGO_TARGET_DIR),target))/release/gcfn

figures: dist ## Measure a whole network, optimised: load, a supervisor's lag, restarts; medians of five.
	.ci/figures $(or $(CARGO_TARGET_DIR),target)/release/gcfn

dist: ## Build the binary that is shipped.
	cargo build --release --locked -p gcfn
	@ls -l $(or $(CARGO_TARGET_DIR),target)/release/gcfn
