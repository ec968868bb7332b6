//! `grader doctor`: what submissions are kept from on this machine, and by what.

use anstream::{print, println};
use anyhow::Result;
use clap::Args;

use crate::error::{Exit, NoJail};
use crate::jail::doctor::{cost, examine, remedy, table};
use crate::jail::{Jail, Mechanism, check_umask};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// What must be had here, or the exit code is 8.
    #[arg(long, value_name = "MECH", value_delimiter = ',')]
    require: Vec<Mechanism>,
    /// Also measures what starting a program in the jail costs.
    #[arg(long)]
    cost: bool,
}

/// How often a start is measured.
const RUNS: usize = 50;

pub(super) fn run(args: &DoctorArgs) -> Result<Exit> {
    check_umask()?;
    let jail = Jail::here();
    println!("jail: {}\n", jail.stamp());
    let rows = examine(jail)?;
    print!("{}", table(&rows, jail));
    let mut told = Vec::new();
    for mechanism in Mechanism::ALL {
        let remedy = remedy(mechanism);
        if !jail.has(mechanism) && !told.contains(&remedy) {
            println!("\nnot here: {mechanism}; {remedy}");
            told.push(remedy);
        }
    }
    if args.cost {
        costs(jail)?;
    }
    jail.require(&args.require)?;
    if !jail.is_closed() {
        let problem = "offers no jail: submissions are graded only with `--allow-unsandboxed`";
        return Err(NoJail::new(problem).into());
    }
    let wrong: Vec<&str> = rows
        .iter()
        .filter(|row| row.is_wrong())
        .map(|row| row.words)
        .collect();
    if !wrong.is_empty() {
        println!("\nnot held in the whole jail: {}", wrong.join(", "));
    }
    Ok(Exit::Done)
}

fn costs(jail: &Jail) -> Result<()> {
    let mut jails = vec![Jail::none()];
    jails.extend(jail.as_elsewhere());
    println!("\nstarting a program, median of {RUNS} in turns:");
    let times = cost(&jails, RUNS)?;
    let plain = times[0].as_secs_f64();
    for (jail, time) in jails.iter().zip(times) {
        let time = time.as_secs_f64();
        let (all, more, ratio) = (time * 1000.0, (time - plain) * 1000.0, time / plain);
        let stamp = jail.stamp();
        println!("  {all:5.1} ms, {more:4.1} ms more, {ratio:4.1} times  {stamp}");
    }
    Ok(())
}
