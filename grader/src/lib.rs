//! From a folder that a student handed in to a mark that can be trusted.
//!
//! The one idea: a [`subject::Subject`] goes one way, through one module for each stage, and each
//! stage knows only the one before it:
//!
//! [`intake`] → [`vet`] → [`stage`] → [`build`] → [`run`] → [`verdict`] → [`score`] → [`report`]
//!
//! [`grade`] walks a subject through; [`workers`] walks many at once. [`verify`] proves a lab by
//! grading answers whose outcome is known, and [`handout`] generates what students get.
//!
//! What is not here: the checks themselves (`grader/labs`), the search of interleavings
//! (`labs/kit`), and any knowledge of one particular lab.

pub mod accepted;
pub mod build;
pub mod cli;
pub mod contract;
pub mod error;
pub mod generated;
pub mod grade;
pub mod handout;
pub mod intake;
pub mod lab;
pub mod mutant;
pub mod process;
pub mod progress;
pub mod report;
pub mod run;
pub mod score;
pub mod solid;
pub mod stage;
pub mod subject;
pub mod tree;
pub mod verdict;
pub mod verify;
pub mod vet;
pub mod workers;

// One file, compiled into the harness and into the grader, so that the two cannot drift and the grader
// need not build a model checker.
#[path = "../harness/src/wire.rs"]
pub mod wire;
