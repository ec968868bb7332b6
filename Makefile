# The one task surface: one-line recipes over cargo and the grader.
LAB ?= locks

.PHONY: grade test crossbeam-tests check handout pictures bench

grade: ## Grades the reference solution, the untouched skeleton and the sample submissions; prints their reports.
	cargo run --quiet --package grader -- grade --lab $(LAB) solutions/$(LAB) labs/$(LAB) grader/samples/$(LAB)/*

test: ## All tests of everything: unit, doc and public tests, then every check against every solution and mutant.
	cargo test --quiet
	cargo run --quiet --package grader -- handout --check
	cargo run --quiet --package grader -- verify

crossbeam-tests: ## The tests of crossbeam-channel, run against the lab's channels: how many passed, what is left out and why.
	cargo test --quiet --package crossbeam-tests -- --format pretty

check: ## What a change has to pass before its tests are worth running: format and lints.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --quiet -- -D warnings

handout: ## Writes the skeletons that students get from the solutions.
	cargo run --quiet --package grader -- handout

pictures: ## Writes into the pages of the book what its programs say today: excerpts, pictures, the compiler's messages.
	UPDATE_EXPECT=1 cargo test --quiet --package book --test pages

bench: ## The labs next to the crates a professional would use.
	cargo bench --manifest-path labs/bench/Cargo.toml
