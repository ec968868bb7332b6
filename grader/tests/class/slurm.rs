//! What `grader export slurm` writes, run by Slurm itself on one node that is made for it: its
//! daemons, their key and their state live in a folder of the test.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use grader::batch::Layout;
use tempfile::TempDir;

use super::synthetic::{class, lay, put};
use super::{bytes, course, is_root, program};

/// How long a daemon may take to come up, and the jobs to be done.
const PATIENCE: Duration = Duration::from_secs(300);

/// Slurm's daemons, for as long as this lives.
struct Node<'d> {
    dir: &'d Path,
    daemons: Vec<Child>,
}

impl<'d> Node<'d> {
    fn start(dir: &'d Path) -> Self {
        for folder in ["state", "spool"] {
            std::fs::create_dir(dir.join(folder)).expect("room");
        }
        let conf = dir.join("slurm.conf");
        put(&conf, configuration(dir).as_bytes());
        let key = dir.join("munge.key");
        run(Command::new("mungekey")
            .arg("--create")
            .arg("--keyfile")
            .arg(&key));
        let mut node = Node {
            dir,
            daemons: Vec::new(),
        };
        let file = |kind: &str| dir.join(format!("munge.{kind}"));
        let mut munged = Command::new("munged");
        for kind in ["key-file", "socket", "pid-file", "seed-file", "log-file"] {
            let name = kind.trim_end_matches("-file");
            munged.arg(format!("--{kind}={}", file(name).display()));
        }
        node.spawn(munged.args(["--foreground", "--force"]));
        node.wait_for("munged", || file("socket").exists());
        for daemon in ["slurmctld", "slurmd"] {
            node.spawn(Command::new(daemon).arg("-D").arg("-f").arg(&conf));
        }
        node.wait_for("the node", || {
            node.said("sinfo", &["-h", "-o", "%t"]) == "idle\n"
        });
        node
    }

    fn spawn(&mut self, daemon: &mut Command) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.join("log"))
            .expect("room");
        daemon
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log);
        self.daemons.push(daemon.spawn().expect("it starts"));
    }

    fn wait_for(&self, what: &str, done: impl Fn() -> bool) {
        let begun = Instant::now();
        while !done() {
            let log = || std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "waiting for {what}:\n{}", log());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn command(&self, name: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(name);
        command.env("SLURM_CONF", self.dir.join("slurm.conf"));
        command
    }

    fn said(&self, name: &str, args: &[&str]) -> String {
        let output = self.command(name).args(args).output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Node<'_> {
    fn drop(&mut self) {
        // munged last: the others speak through it.
        for daemon in self.daemons.iter_mut().rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// One node, this machine, with ports that nobody else has.
fn configuration(dir: &Path) -> String {
    let sockets = [0; 2].map(|port| TcpListener::bind(("127.0.0.1", port)).expect("a port"));
    let [control, node] = sockets.map(|it| it.local_addr().expect("it is bound").port());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
    let host = host.trim().split('.').next().expect("a name");
    let cores = grader::workers::cores();
    let dir = dir.display();
    format!(
        "ClusterName=weft
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmdPort={node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={dir}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool
SlurmctldPidFile={dir}/slurmctld.pid
SlurmdPidFile={dir}/slurmd.pid
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=2048 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"
    )
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether Slurm is here, and may be started; a word if not.
fn is_here() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&str| std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    let needs = ["munged", "mungekey", "slurmctld", "slurmd", "sbatch"];
    let lacks = needs.iter().find(|name| !there(name));
    let why = match lacks {
        Some(name) => format!("{name} is not here: apt-get install slurm-wlm munge"),
        None if !is_root() => "Slurm's daemons are started by root".to_owned(),
        None => return true,
    };
    assert!(std::env::var_os("WEFT_REQUIRE_SLURM").is_none(), "{why}");
    eprintln!("skipped, Slurm was not tried: {why}");
    false
}

#[test]
fn slurm_grades_a_class_in_shards_and_merges_to_the_same_bytes() {
    if !is_here() {
        return;
    }
    let dir = TempDir::new().expect("a place for files");
    let place = |name: &str| dir.path().join(name).display().to_string();
    lay(
        &class(5, 7),
        Layout::Moodle,
        &dir.path().join("submissions"),
    );
    let words = ["batch", "--lab", "tiny", "--out"];
    run(program(&words)
        .arg(place("whole"))
        .arg(place("submissions")));
    let words = [
        "export",
        "slurm",
        "--lab",
        "tiny",
        "--shards",
        "3",
        "--at-once",
        "2",
    ];
    run(program(&words)
        .args(["--cores", "1", "--out"])
        .arg(place("")));
    let grader = format!(
        "#!/bin/sh\nexec '{}' --root '{}' \"$@\"\n",
        env!("CARGO_BIN_EXE_grader"),
        course().tree.root().display()
    );
    put(&dir.path().join("grader"), grader.as_bytes());
    run(Command::new("chmod").arg("+x").arg(place("grader")));

    let of_node = TempDir::new().expect("a place for files");
    let node = Node::start(of_node.path());
    let mut submit = node.command(dir.path().join("submit.sh"));
    let told = run(submit
        .current_dir(dir.path())
        .env("GRADER", place("grader")));
    println!("{told}");
    let states = || node.said("squeue", &["-h", "-r", "-t", "all", "-o", "%T"]);
    // Three parts, and what merges them.
    let over = |states: &str| {
        let going = ["PENDING", "CONFIGURING", "RUNNING", "COMPLETING"];
        states.lines().count() == 4 && states.lines().all(|state| !going.contains(&state))
    };
    node.wait_for("the jobs", || over(&states()));
    assert_eq!(states(), "COMPLETED\n".repeat(4));
    assert_eq!(
        bytes(&dir.path().join("results")),
        bytes(&dir.path().join("whole"))
    );
}
