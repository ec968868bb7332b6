//! Landlock: the files that are left, whoever the process is, and however it got at a name.

use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};

use super::root::NOWHERE;
use super::{Mechanism, Plan, Work};

/// As much as this crate knows; what the kernel does not know is left out.
const ALL: ABI = ABI::V10;

/// Opens all that is allowed. Nothing is refused yet.
pub(super) fn build(plan: &Plan, threads: Option<&OwnedFd>) -> Result<RulesetCreated> {
    let mut asked = Ruleset::default().handle_access(AccessFs::from_all(ALL))?;
    // Within a network of its own a process may do what it likes.
    if !plan.jail.has(Mechanism::NetNs) {
        asked = asked.handle_access(AccessNet::from_all(ALL))?;
    }
    let mut fence = asked.scope(Scope::from_all(ALL))?.create()?;
    let reads = AccessFs::from_read(ALL);
    for path in &plan.cell.read {
        fence = allow(fence, path, reads)?;
    }
    for path in &plan.cell.write {
        fence = allow(fence, path, AccessFs::from_all(ALL))?;
    }
    if plan.cell.work == Work::Checks && plan.jail.has(Mechanism::Mount) {
        fence = allow(fence, Path::new("/tmp"), AccessFs::from_all(ALL))?;
    }
    fence = allow(fence, Path::new(NOWHERE), AccessFs::from_file(ALL))?;
    if let Some(threads) = threads {
        let looks = AccessFs::ReadFile | AccessFs::ReadDir;
        fence = fence.add_rule(PathBeneath::new(threads, looks))?;
    }
    Ok(fence)
}

/// Refuses what was not allowed, for good.
pub(super) fn close(fence: RulesetCreated) -> Result<()> {
    let status = fence.restrict_self().context("closing Landlock")?;
    let enforced = status.ruleset != RulesetStatus::NotEnforced;
    ensure!(enforced, "Landlock enforces nothing");
    Ok(())
}

fn allow(fence: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated> {
    let Ok(kind) = std::fs::metadata(path) else {
        return Ok(fence);
    };
    let access = match kind.is_dir() {
        true => access,
        false => access & AccessFs::from_file(ALL),
    };
    let file = PathFd::new(path).with_context(|| format!("allowing {}", path.display()))?;
    Ok(fence.add_rule(PathBeneath::new(file, access))?)
}
