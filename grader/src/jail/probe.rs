//! Which mechanisms hold here.

use std::fs::{File, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::attack::{Attack, HELD};
use super::{Cell, Jail, Mechanism, Work, launcher};
use crate::process::{self, Bounds, Limits};

/// What attacks are aimed at.
pub(super) struct Target {
    dir: TempDir,
    listener: TcpListener,
}

/// What an attack may take, and what one asks for that takes too much.
const MEMORY: u64 = 512 << 20;
const FILE: u64 = 512 << 20;
pub(super) const TOO_MUCH: usize = 1 << 30;

/// The mechanisms that hold here, each alone and all together.
pub(super) fn probe() -> Jail {
    if cfg!(not(target_os = "linux")) {
        return Jail::none();
    }
    let Ok(target) = Target::new() else {
        return Jail::none();
    };
    #[cfg(target_os = "linux")]
    let (root, landlock) = (rustix::process::geteuid().is_root(), super::sys::landlock());
    #[cfg(not(target_os = "linux"))]
    let (root, landlock) = (false, 0);
    let jail = |with: &[Mechanism], users| Jail {
        with: with.iter().copied().collect(),
        users,
        landlock,
    };
    // Root's namespaces need none of users, where root may make any at all.
    let users = !(root && target.proves(&jail(&[Mechanism::Mount], false), Mechanism::Mount));
    let mut found = jail(&[], users);
    for mechanism in Mechanism::ALL {
        // In a namespace of users there is one user.
        let possible = mechanism != Mechanism::Uid || (root && !users);
        if possible && target.proves(&jail(&[mechanism], users), mechanism) {
            found.with.insert(mechanism);
        }
    }
    let less = [found.clone(), found.without(&Mechanism::NAMESPACES)];
    let mut whole = less.into_iter().filter(|jail| target.proves_whole(jail));
    whole.next().unwrap_or_default()
}

impl Jail {
    /// This jail, and what it would be elsewhere: root's without namespaces, as in a container; an
    /// ordinary user's with a namespace of users, and without. What is not closed or does not work
    /// here is left out.
    pub fn as_elsewhere(&self) -> Vec<Jail> {
        let mut ordinary = self.without(&[Mechanism::Uid]);
        ordinary.users = true;
        let Ok(target) = Target::new() else {
            return Vec::new();
        };
        let mut all: Vec<Jail> = Vec::new();
        for jail in [self, &ordinary] {
            for jail in [jail.clone(), jail.without(&Mechanism::NAMESPACES)] {
                if jail.is_closed() && !all.contains(&jail) && target.proves_whole(&jail) {
                    all.push(jail);
                }
            }
        }
        all
    }
}

impl Mechanism {
    /// All there are.
    pub const ALL: [Mechanism; 7] = [
        Mechanism::Mount,
        Mechanism::Landlock,
        Mechanism::NetNs,
        Mechanism::PidNs,
        Mechanism::Seccomp,
        Mechanism::Uid,
        Mechanism::Rlimit,
    ];

    /// Those that are missing together: in containers, and where ordinary users make none.
    pub const NAMESPACES: [Mechanism; 3] = [Mechanism::Mount, Mechanism::NetNs, Mechanism::PidNs];
}

impl Target {
    pub(super) fn new() -> Result<Target> {
        let dir = tempfile::Builder::new().prefix("jail-").tempdir()?;
        // Whoever is kept from it is kept by the jail, and not by its being somebody's.
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
        let target = Target {
            dir,
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        };
        std::fs::write(target.file(), "not for everybody")?;
        for place in [target.others(), target.own()] {
            std::fs::create_dir(&place)?;
            std::fs::set_permissions(&place, Permissions::from_mode(0o777))?;
        }
        File::create(target.lock())?;
        std::fs::set_permissions(target.lock(), Permissions::from_mode(0o666))?;
        Ok(target)
    }

    /// A file that everybody may read.
    pub(super) fn file(&self) -> PathBuf {
        self.dir.path().join("file")
    }

    /// A folder that everybody may write to.
    pub(super) fn others(&self) -> PathBuf {
        self.dir.path().join("others")
    }

    pub(super) fn port(&self) -> Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// A folder that an attack is given.
    fn own(&self) -> PathBuf {
        self.dir.path().join("own")
    }

    /// A file there, which a process that stays holds.
    pub(super) fn lock(&self) -> PathBuf {
        self.own().join("lock")
    }

    /// Whether a jail of that mechanism alone holds what it is for.
    fn proves(&self, jail: &Jail, mechanism: Mechanism) -> bool {
        let own = std::process::id().cast_signed();
        let held = |attack| self.held(jail, &attack).unwrap_or(false);
        let through = |attack| self.held(jail, &attack).is_ok_and(|held| !held);
        match mechanism {
            Mechanism::Mount | Mechanism::Landlock => {
                through(Attack::None) && held(Attack::Read(self.file()))
            }
            Mechanism::NetNs => {
                let port = self.port().unwrap_or_default();
                through(Attack::Loopback) && held(Attack::Connect(port))
            }
            Mechanism::PidNs => held(Attack::Outlive(self.lock())),
            Mechanism::Seccomp => through(Attack::None) && held(Attack::Nameless),
            Mechanism::Uid => through(Attack::None) && held(Attack::Signal(own)),
            Mechanism::Rlimit => through(Attack::None) && held(Attack::Memory(TOO_MUCH)),
        }
    }

    /// Whether a program does its work in a jail, and no more.
    fn proves_whole(&self, jail: &Jail) -> bool {
        let works = self.held(jail, &Attack::None).is_ok_and(|held| !held);
        let closed = self.held(jail, &Attack::Read(self.file()));
        works && (!jail.is_closed() || closed.unwrap_or(false))
    }

    /// Makes an attack in a jail; says whether it was held.
    ///
    /// # Errors
    ///
    /// Where it could not be made.
    pub(super) fn held(&self, jail: &Jail, attack: &Attack) -> Result<bool> {
        let program = launcher()?;
        let mut command = Command::new(&program);
        command.args(attack.args()).env_clear().current_dir("/");
        let bounds = Bounds {
            deadline: Duration::from_secs(60),
            stdout: 1 << 16,
            stderr: 1 << 16,
        };
        let mut command = jail.command(&self.cell(), command)?;
        let ended = process::run(&mut command, b"", bounds)?;
        let through = match ended.status.code() {
            Some(0) => true,
            Some(code) if code == i32::from(HELD) => false,
            _ => bail!("{}: {}", ended.status, ended.complaint()),
        };
        match attack {
            Attack::Outlive(file) => {
                // One that was held has started nobody.
                let alone = is_free(file)?;
                Ok(!through || alone)
            }
            _ => Ok(!through),
        }
    }

    fn cell(&self) -> Cell {
        let second = Duration::from_secs(60);
        Cell {
            work: Work::Checks,
            read: Vec::new(),
            write: vec![self.own()],
            limits: Some(Limits {
                processor: second,
                memory: MEMORY,
                file: FILE,
            }),
            slot: 0,
        }
    }
}

/// Whether nobody holds a file locked.
fn is_free(file: &Path) -> Result<bool> {
    let file = File::open(file).context("the file of one that stays")?;
    Ok(file.try_lock_shared().is_ok())
}
