//! System calls that are refused: what a compiler and a check never ask for, and code that somebody
//! has smuggled in might.
//!
//! The one idea: a list of what is refused, not of what is allowed. Behind it stand mechanisms that
//! do not count calls, and a list of what every C library may ask for is never complete.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use anyhow::{Context, Result, anyhow};
use libc::c_long;
use rustix::process::getpid;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Compare,
    SeccompCondition as Condition, SeccompFilter, SeccompRule as Rule, apply_filter, sock_filter,
};

use super::{Mechanism, Plan, Work};

/// Refused whoever asks.
const NEVER: &[c_long] = &[
    // Other processes, and their memory.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    // Programs that are not files.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_execveat,
    // The machine.
    libc::SYS_bpf,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_personality,
];

/// Refused to checks as well: signals by other ways, and what outlives a process.
const NOT_FOR_CHECKS: &[c_long] = &[
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_tkill,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
];

/// Only this architecture has them.
#[cfg(target_arch = "x86_64")]
const FORKS: &[c_long] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const FORKS: &[c_long] = &[];

type Rules = BTreeMap<i64, Vec<Rule>>;

/// Refuses the calls, for good.
pub(super) fn install(plan: &Plan) -> Result<()> {
    let checks = plan.cell.work == Work::Checks;
    let mut rules: Rules = NEVER.iter().map(|call| (*call, Vec::new())).collect();
    // Its arguments cannot be looked at; where it is not known, the older call is made.
    let newer: Rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    if checks {
        let more = NOT_FOR_CHECKS.iter().chain(FORKS);
        rules.extend(more.map(|call| (*call, Vec::new())));
        let thread = libc::CLONE_THREAD as u64;
        rules.insert(libc::SYS_clone, vec![unless(0, thread, thread)?]);
        let own = u64::from(getpid().as_raw_nonzero().get().cast_unsigned());
        for call in [libc::SYS_kill, libc::SYS_tgkill] {
            rules.insert(call, vec![unless(0, u64::from(u32::MAX), own)?]);
        }
        rules.insert(
            libc::SYS_prlimit64,
            vec![unless(0, u64::from(u32::MAX), 0)?],
        );
    } else {
        let spaces = libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWNET;
        let spaces = spaces | libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
        let spaces = spaces as u64;
        // Each bit alone: a rule holds if all its conditions do.
        let bits = (0..32).map(|bit| 1 << bit).filter(|bit| spaces & bit != 0);
        let refused = bits.map(|bit| when(0, bit, bit)).collect::<Result<_>>()?;
        rules.insert(libc::SYS_clone, refused);
    }
    rules.insert(libc::SYS_socket, sockets(plan)?);
    for program in [
        filter(rules, libc::EPERM)?,
        filter(newer, libc::ENOSYS)?,
        of_other_forms(),
    ] {
        apply_filter(&program).context("refusing system calls")?;
    }
    Ok(())
}

/// A check talks within a network of its own, and by names of a root of its own; by nothing else.
fn sockets(plan: &Plan) -> Result<Vec<Rule>> {
    let has = |mechanism| plan.jail.has(mechanism);
    let own = has(Mechanism::NetNs) && has(Mechanism::Mount);
    if !own || plan.cell.work == Work::Compiles {
        return Ok(Vec::new());
    }
    let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];
    let other = families.map(|family| condition(0, u64::from(u32::MAX), family as u64, false));
    let other = other.into_iter().collect::<Result<_>>()?;
    Ok(vec![Rule::new(other)?])
}

/// Holds when the bits `mask` of an argument are `value`.
fn when(argument: u8, mask: u64, value: u64) -> Result<Rule> {
    Ok(Rule::new(vec![condition(argument, mask, value, true)?])?)
}

/// Holds unless the bits `mask` of an argument are `value`.
fn unless(argument: u8, mask: u64, value: u64) -> Result<Rule> {
    Ok(Rule::new(vec![condition(argument, mask, value, false)?])?)
}

fn condition(argument: u8, mask: u64, value: u64, equal: bool) -> Result<Condition> {
    let (length, compare) = match (mask == u64::from(u32::MAX), equal) {
        (true, true) => (Length::Dword, Compare::Eq),
        (true, false) => (Length::Dword, Compare::Ne),
        (false, true) => (Length::Dword, Compare::MaskedEq(mask)),
        // One bit that is not set is one that is zero.
        (false, false) => {
            return Ok(Condition::new(
                argument,
                Length::Dword,
                Compare::MaskedEq(mask),
                value ^ mask,
            )?);
        }
    };
    Ok(Condition::new(argument, length, compare, value)?)
}

fn filter(rules: Rules, refusal: i32) -> Result<BpfProgram> {
    let target = ARCH
        .try_into()
        .map_err(|_| anyhow!("no filter for {ARCH}"))?;
    let refusal = SeccompAction::Errno(refusal.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, target)?;
    Ok(filter.try_into()?)
}

/// Refuses the calls that x86-64 has a second number for (x32), which no list of numbers holds.
fn of_other_forms() -> BpfProgram {
    const LOAD_NUMBER: u16 = 0x20;
    const AT_LEAST: u16 = 0x35;
    const GIVE: u16 = 0x06;
    const X32: u32 = 0x4000_0000;
    const ALLOW: u32 = 0x7fff_0000;
    const ERRNO: u32 = 0x0005_0000;
    let step = |code, jt, k| sock_filter { code, jt, jf: 0, k };
    vec![
        step(LOAD_NUMBER, 0, 0),
        step(AT_LEAST, 1, X32),
        step(GIVE, 0, ALLOW),
        step(GIVE, 0, ERRNO | libc::EPERM.cast_unsigned()),
    ]
}
