//! From a folder that a student handed in to a mark that can be trusted.
//!
//! The one idea: a [`subject::Subject`] goes one way:
//!
//! [`intake`] → [`vet::tokens`] → [`stage`] (the lab is compiled) → [`vet::lints`] → [`stage`] (its
//! checks are) → [`run`] → [`verdict`] → [`score`] → [`report`]
//!
//! [`grade`] walks a subject through; [`workers`] walks many at once. [`template`] is what all
//! stages share, and [`build`] compiles one crate; compilers and checks run in a [`jail`].
//! [`verify`] proves a lab by grading answers whose outcome is known, and [`handout`] generates
//! what students get. Two shortcuts change no verdict: mutants share a build ([`schemata`]), and
//! what was found before is known ([`cache`]).
//!
//! What is not here: the checks themselves (`grader/labs`), the search of interleavings
//! (`labs/kit`), and any knowledge of one particular lab.

pub mod accepted;
pub mod batch;
pub mod build;
pub mod cache;
pub mod cli;
pub mod contract;
mod data;
pub mod edit;
pub mod error;
pub mod export;
pub mod feedback;
mod files;
pub mod grade;
pub mod gradebook;
pub mod grades;
pub mod handout;
pub mod intake;
pub mod jail;
pub mod kit;
pub mod lab;
pub mod mutant;
pub mod mutation;
pub mod page;
pub mod process;
pub mod progress;
pub mod regrade;
pub mod rehearsal;
pub mod repeat;
pub mod report;
pub mod results;
pub mod rubric;
pub mod run;
pub mod sample;
pub mod samples;
pub mod scaffold;
pub mod schemata;
pub mod score;
pub mod stage;
pub mod subject;
pub mod table;
pub mod template;
pub mod tree;
pub mod verdict;
pub mod verify;
pub mod vet;
pub mod workers;
mod zipped;
