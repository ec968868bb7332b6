# The one task surface: one-line recipes over cargo and the grader.
LAB ?= locks
EXERCISE ?= bank
# Where links out of the built book lead: the repository, as seen from target/book, or its address on a forge.
REPOSITORY ?= ../..
MDBOOK = target/tools/bin/mdbook
MUTANTS = target/tools/bin/cargo-mutants
FUZZ = target/tools/bin/cargo-fuzz
KILLS ?= 300
SECONDS_EACH ?= 300

.PHONY: grade test crossbeam-tests fuzz torment slurm mutants repeat check handout book pictures race interop bench speed plots crawl-docs

grade: ## Grades the reference solution, the untouched skeleton and the sample submissions: a line for each.
	rm -rf target/samples/$(LAB)
	cargo run --quiet --package grader -- sample --lab $(LAB) --out target/samples/$(LAB)
	cargo run --quiet --package grader -- grade --format table --lab $(LAB) --allow-unsandboxed solutions/$(LAB) labs/$(LAB) target/samples/$(LAB)/*

test: ## All tests of everything: unit, doc and public tests, then every check against every solution and mutant.
	cargo test --quiet
	cargo run --quiet --package grader -- handout --check
	cargo run --quiet --package grader -- verify

mutants: $(MUTANTS) ## Changes that a machine makes to a lab's solution: each must lose a hidden check, or be explained.
	$(MUTANTS) mutants --list --json --package $(LAB)-solution > target/mutants-$(LAB).json
	cargo run --quiet --package grader -- mutants --lab $(LAB) target/mutants-$(LAB).json

repeat: ## Repeats a lab's public tests and hidden checks on its solution, 50 times each: every run must pass.
	cargo run --quiet --package grader -- repeat --lab $(LAB)

crossbeam-tests: ## The tests of crossbeam-channel, run against the lab's channels: how many passed, what is left out and why.
	cargo test --quiet --package crossbeam-tests -- --format pretty

torment: ## The durable key-value server, killed 300 times under load: is the balance exact?
	cargo run --quiet --package kvd -- torment --kills $(KILLS)

slurm: ## A class in shards by Slurm itself, on one node that is made for it: the same bytes as by one machine. Wants root and slurm-wlm.
	cargo test --quiet --package grader --test class slurm -- --nocapture

fuzz: $(FUZZ) ## What any bytes do to the lab's frames and log: each target for SECONDS_EACH seconds. On stable Rust, without sanitizers.
	for target in frames log; do \
		mkdir -p target/fuzz-corpus/$$target; \
		$(FUZZ) run --fuzz-dir grader/labs/rpc/fuzz --sanitizer none $$target target/fuzz-corpus/$$target grader/labs/rpc/fuzz/seeds/$$target -- \
			-max_total_time=$(SECONDS_EACH) -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 || exit 1; \
	done

check: ## What a change has to pass before its tests are worth running: format and lints.
	cargo fmt --all --check
	rustfmt --check grader/labs/*/checks/src/*.rs # modules that a macro declares
	cargo clippy --workspace --all-targets --quiet -- -D warnings

handout: ## Writes what students get: skeletons from the solutions, tables from each lab.toml.
	cargo run --quiet --package grader -- handout

book: $(MDBOOK) ## The pages of notes/ as a book to browse: target/book/index.html.
	$(MDBOOK) build notes
	WEFT_FAILURES=target/book/failures cargo run --quiet --package book -- finish target/book $(REPOSITORY)

$(MUTANTS):
	cargo install --quiet cargo-mutants --version 27.1.0 --locked --root target/tools

$(FUZZ):
	cargo install --debug --quiet cargo-fuzz --version 0.13.2 --locked --root target/tools

$(MDBOOK):
	cargo install --debug --quiet mdbook --version 0.5.4 --locked --no-default-features --features search --root target/tools

pictures: ## Writes into the pages of the book what its programs say today: excerpts, pictures, the compiler's messages.
	UPDATE_EXPECT=1 cargo test --quiet --package book --test pages

race: ## The lecture's crawler in Go, with its lock removed and with two: what plain runs show, and what `-race` reports.
	notes/programs/go/race

interop: ## The lab rpc and Go's net/rpc/jsonrpc call each other, with nothing on Go's side but its standard library.
	cargo test --quiet --package kvd --test interop -- --nocapture

bench: ## The labs next to the crates a professional would use.
	cargo bench --manifest-path solutions/bench/Cargo.toml

speed: ## What the grader's shortcuts save of processor time, each as a ratio to the naive way in the same run.
	cargo bench --quiet --profile dev --package grader --bench speed -- $(LAB) $(EXERCISE)

plots: ## The plot of notes/threads.md, measured anew on this machine; prints the table that stands below it.
	cargo run --quiet --release --manifest-path solutions/bench/Cargo.toml --bin speedup

crawl-docs: ## The toolchain's documentation, served here, by each crawler and by wget: the same pages, and in what time.
	WEFT_CRAWL_DOCS=whole cargo test --release --package crawl --test docs -- --nocapture
