//! What the jail of this machine holds, and that each attack gets through where nothing is in its
//! way. What a machine lacks is skipped with a word.

use grader::jail::attack::Attack;
use grader::jail::doctor::{Outcome, Row, examine};
use grader::jail::{Jail, Mechanism};

/// Sets of mechanisms as they are found: root on a machine of its own, root in a container, and an
/// ordinary user without namespaces.
fn sets() -> [Jail; 3] {
    let here = Jail::here();
    let namespaces = [Mechanism::Mount, Mechanism::NetNs, Mechanism::PidNs];
    let container = here.without(&namespaces);
    let ordinary = container.without(&[Mechanism::Uid]);
    [here.clone(), container, ordinary]
}

fn row<'r>(rows: &'r [Row], attack: &Attack) -> &'r Row {
    let mut rows = rows.iter();
    rows.find(|row| row.words == attack.words())
        .expect("it is made")
}

#[test]
fn a_whole_jail_holds_every_attack_and_lets_a_program_do_its_work() {
    for jail in sets() {
        if !jail.is_closed() {
            println!("skipped: {}", jail.stamp());
            continue;
        }
        let rows = examine(&jail).expect("room for what is attacked");
        for row in &rows {
            // Threads are counted for a user: among an ordinary user's are all that they run, and
            // root's are never counted.
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
