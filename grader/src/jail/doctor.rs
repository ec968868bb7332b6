//! What each mechanism stops here, found out by attacking this machine.
//!
//! The one idea: what is said of a mechanism was seen in this run. Each attack is made in the open,
//! where it has to get through to mean anything; then in a jail of each mechanism alone; then in
//! the whole jail, where one that gets through is a complaint.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::attack::Attack;
use super::probe::{TOO_MUCH, Target};
use super::{Jail, Mechanism};
use crate::files::hex;

/// Three more than a slot's user may have.
const THREADS: u64 = 4096 + 3;

/// What one attack came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it wanted.
    Through,
    /// It was kept from that.
    Held,
    /// It could not be made.
    Unclear,
}

/// What came of one attack.
#[derive(Debug)]
pub struct Row {
    /// What it does.
    pub words: &'static str,
    /// Whether a right program does it, so that it has to get through.
    pub harmless: bool,
    /// With nothing in its way.
    pub open: Outcome,
    /// In a jail of one mechanism, for each that is there.
    pub alone: BTreeMap<Mechanism, Outcome>,
    /// In the whole jail.
    pub whole: Outcome,
}

impl Row {
    /// Whether the whole jail does not do what it is for.
    pub fn is_wrong(&self) -> bool {
        match self.harmless {
            true => self.open == Outcome::Through && self.whole != Outcome::Through,
            false => self.whole != Outcome::Held,
        }
    }
}

/// Makes all attacks. Blocks for some seconds.
///
/// # Errors
///
/// Where there is no room for what they are aimed at.
pub fn examine(jail: &Jail) -> Result<Vec<Row>> {
    let target = Target::new()?;
    let own = std::process::id().cast_signed();
    #[cfg(target_os = "linux")]
    let (_listener, name) = nameless_listener()?;
    #[cfg(not(target_os = "linux"))]
    let name = String::new();
    let attacks = [
        Attack::None,
        Attack::Read(target.file()),
        Attack::Write(target.others()),
        Attack::Look(own),
        Attack::Connect(target.port()?),
        Attack::Name(name),
        Attack::Signal(own),
        Attack::Trace(own),
        Attack::Outlive(target.lock()),
        Attack::Threads(THREADS),
        Attack::Memory(TOO_MUCH),
        Attack::Nameless,
        Attack::Namespaces,
    ];
    let make = |jail: &Jail, attack: &Attack| match target.held(jail, attack) {
        Ok(true) => Outcome::Held,
        Ok(false) => Outcome::Through,
        Err(_) => Outcome::Unclear,
    };
    let row = |attack: &Attack| {
        let there = Mechanism::ALL
            .into_iter()
            .filter(|mechanism| jail.has(*mechanism));
        let open = make(&Jail::none(), attack);
        Row {
            words: attack.words(),
            harmless: matches!(attack, Attack::None),
            open,
            alone: there
                .map(|mechanism| (mechanism, make(&jail.only(mechanism), attack)))
                .collect(),
            whole: make(jail, attack),
        }
    };
    Ok(attacks.iter().map(row).collect())
}

#[cfg(target_os = "linux")]
fn nameless_listener() -> Result<(std::os::unix::net::UnixListener, String)> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener};
    // Of those who listen by the same name at the same time, one would be refused.
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|error| anyhow!("no randomness: {error}"))?;
    let name = format!("grader-doctor-{}", hex(&name));
    let address = SocketAddr::from_abstract_name(&name)?;
    Ok((UnixListener::bind_addr(&address)?, name))
}

/// The attacks as a table, a line each.
pub fn table(rows: &[Row], jail: &Jail) -> String {
    let mut text = format!("{:38} {:>8}", "", "open");
    let there: Vec<Mechanism> = Mechanism::ALL
        .into_iter()
        .filter(|mechanism| jail.has(*mechanism))
        .collect();
    for mechanism in &there {
        write!(text, " {mechanism:>8}").expect("writing to a string");
    }
    text.push_str("    whole\n");
    let word = |outcome| match outcome {
        Outcome::Through => "through",
        Outcome::Held => "held",
        Outcome::Unclear => "?",
    };
    for row in rows {
        write!(text, "{:38} {:>8}", row.words, word(row.open)).expect("writing to a string");
        for mechanism in &there {
            let outcome = row.alone[mechanism];
            // Only what it holds is worth a word.
            let told = match (row.open, outcome) {
                (Outcome::Through, Outcome::Through) => "",
                _ => word(outcome),
            };
            write!(text, " {told:>8}").expect("writing to a string");
        }
        let mark = if row.is_wrong() { "  <" } else { "" };
        writeln!(text, " {:>8}{mark}", word(row.whole)).expect("writing to a string");
    }
    text
}

/// What to install or to switch on for a mechanism that is not there.
pub fn remedy(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Mount | Mechanism::NetNs | Mechanism::PidNs => {
            "run the grader as root outside a container, or allow user namespaces: sysctl \
             user.max_user_namespaces=10000, on Ubuntu also \
             kernel.apparmor_restrict_unprivileged_userns=0; in a container, give it \
             --cap-add SYS_ADMIN and a seccomp profile with unshare and mount"
        }
        Mechanism::Landlock => {
            "Linux 5.13 or later with `landlock` among the kernel's lsm= (see \
             /sys/kernel/security/lsm)"
        }
        Mechanism::Seccomp => "a kernel with CONFIG_SECCOMP_FILTER, on x86-64, AArch64 or RISC-V",
        Mechanism::Uid => {
            "run the grader as root: an ordinary user, and root in a namespace of users, are nobody \
             but themselves"
        }
        Mechanism::Rlimit => "a Unix that keeps RLIMIT_DATA for what a process maps (Linux 4.7)",
    }
}

/// What starting a program costs in the open and in a jail: the median of `runs` runs each, in
/// turns.
///
/// # Errors
///
/// Where it cannot be started.
pub fn cost(jails: &[Jail], runs: usize) -> Result<Vec<Duration>> {
    let target = Target::new()?;
    let mut times: Vec<Vec<Duration>> = jails.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        for (jail, times) in jails.iter().zip(&mut times) {
            let began = Instant::now();
            target.held(jail, &Attack::None)?;
            times.push(began.elapsed());
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    Ok(times.into_iter().map(median).collect())
}
