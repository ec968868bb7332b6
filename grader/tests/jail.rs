//! What the jail of this machine holds, and that each attack gets through where nothing is in its
//! way. What a machine lacks is skipped with a word.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use grader::jail::attack::Attack;
use grader::jail::doctor::{Outcome, Row, examine};
use grader::jail::{Jail, Mechanism};

fn row<'r>(rows: &'r [Row], attack: &Attack) -> &'r Row {
    let mut rows = rows.iter();
    rows.find(|row| row.words == attack.words())
        .expect("it is made")
}

#[test]
fn a_whole_jail_holds_every_attack_and_lets_a_program_do_its_work() {
    for jail in Jail::here().as_elsewhere() {
        let rows = examine(&jail).expect("room for what is attacked");
        for row in &rows {
            // Threads are counted for a user: among an ordinary user's are all that they run, and
            // root's are never counted, in a namespace neither.
            let counted = jail.has(Mechanism::Uid);
            let threads = row.words == Attack::Threads(0).words();
            assert!(
                !row.is_wrong() || (threads && !counted),
                "{}: {row:?}",
                jail.stamp()
            );
        }
    }
}

#[test]
fn each_attack_gets_through_where_nothing_is_in_its_way() {
    let rows = examine(&Jail::none()).expect("room for what is attacked");
    for row in rows {
        // A machine may be closed to some of them anyhow: Yama, a container.
        let by_the_machine = [
            Attack::Trace(0).words(),
            Attack::Namespaces.words(),
            Attack::Threads(0).words(),
        ];
        let skipped = row.open != Outcome::Through && by_the_machine.contains(&row.words);
        if skipped {
            println!("skipped: {} does not get through here anyhow", row.words);
            continue;
        }
        assert_eq!(row.open, Outcome::Through, "{}", row.words);
    }
}

#[test]
fn each_mechanism_alone_holds_what_it_is_for() {
    let here = Jail::here();
    let rows = examine(here).expect("room for what is attacked");
    let none = String::new();
    let file = std::path::PathBuf::new();
    for (mechanism, attacks) in [
        (
            Mechanism::Mount,
            vec![Attack::Read(file.clone()), Attack::Write(file.clone())],
        ),
        (
            Mechanism::Landlock,
            vec![Attack::Read(file.clone()), Attack::Write(file.clone())],
        ),
        (
            Mechanism::NetNs,
            vec![Attack::Connect(0), Attack::Name(none)],
        ),
        (
            Mechanism::PidNs,
            vec![Attack::Outlive(file), Attack::Signal(0), Attack::Trace(0)],
        ),
        (
            Mechanism::Seccomp,
            vec![Attack::Nameless, Attack::Trace(0), Attack::Namespaces],
        ),
        (
            Mechanism::Uid,
            vec![Attack::Signal(0), Attack::Trace(0), Attack::Threads(0)],
        ),
        (Mechanism::Rlimit, vec![Attack::Memory(0)]),
    ] {
        if !here.has(mechanism) {
            println!("skipped: no {mechanism} here");
            continue;
        }
        for attack in attacks {
            let row = row(&rows, &attack);
            assert_eq!(
                row.alone[&mechanism],
                Outcome::Held,
                "{mechanism}: {}",
                row.words
            );
        }
    }
}

#[test]
fn what_is_required_and_not_there_is_told_with_a_remedy() {
    let said = Jail::none()
        .require(&[Mechanism::Mount])
        .expect_err("it is not there");
    let said = said.to_string();
    assert!(
        said.contains("does not offer mount; `grader doctor` says"),
        "{said}"
    );
    assert_eq!(Jail::none().stamp(), "none");
    assert!(!Jail::none().is_closed());
}

/// Starts the doctor as somebody who is not root: by a shell's line, in which `$0` is the program.
fn doctor(line: &str) -> Option<String> {
    let dir = tempfile::TempDir::new().expect("a place for files");
    // Where everybody may start it.
    let program = dir.path().join("grader");
    std::fs::copy(env!("CARGO_BIN_EXE_grader"), &program).expect("room");
    for path in [dir.path(), &program] {
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, open).expect("it is ours");
    }
    let output = Command::new("sh").args(["-c", line]).arg(&program).output();
    let output = output.expect("there is a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    let stamp = said.lines().find_map(|line| line.strip_prefix("jail: "));
    let Some(stamp) = stamp else {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    };
    assert!(output.status.success(), "{said}");
    let wrong = said.lines().filter(|line| line.ends_with(" <"));
    let wrong: Vec<&str> = wrong.collect();
    // Of an ordinary user nobody counts the threads.
    let threads = Attack::Threads(0).words();
    assert!(wrong.iter().all(|line| line.starts_with(threads)), "{said}");
    Some(stamp.to_owned())
}

#[test]
fn an_ordinary_user_has_a_jail_with_namespaces_and_without() {
    if !Jail::here().has(Mechanism::Uid) {
        println!("skipped: whoever is not root cannot be somebody else");
        return;
    }
    let with = doctor("exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" doctor");
    if let Some(stamp) = with {
        assert!(
            stamp.ends_with("sys=seccomp uid=none mem=rlimit"),
            "{stamp}"
        );
    }
    // The limit is one of the outer namespace alone, and not of the machine.
    let without = doctor(
        "exec unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_user_namespaces \
         && exec setpriv --bounding-set=-all --inh-caps=-all \"$0\" doctor' \"$0\"",
    );
    if let Some(stamp) = without {
        assert!(stamp.contains("net=seccomp pids=seccomp"), "{stamp}");
        assert!(stamp.starts_with("fs=landlock"), "{stamp}");
    }
}
