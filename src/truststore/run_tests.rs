#![allow(clippy::unwrap_used)]

use super::super::hand::Privilege;
use super::*;
use crate::Ca;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

/// What a store in memory does when it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Works,
    Refuses,
    /// Reports success and changes nothing.
    Lies,
    Unreadable,
}

#[derive(Debug)]
struct Memory {
    path: PathBuf,
    root: bool,
    manner: Manner,
    found: RefCell<Found>,
    log: Rc<RefCell<Vec<String>>>,
}

impl Memory {
    fn change(&self, hand: &Hand<'_>, what: &str, state: State) -> Result<(), Trouble> {
        self.log.borrow_mut().push(format!("{what} {}", self.path.display()));
        match self.manner {
            Manner::Refuses => Err(Trouble::failed("it refused", "ask it nicely")),
            Manner::Works => hand.inside(what, || {
                let names = if state == State::Absent { Vec::new() } else { vec!["ours".to_owned()] };
                *self.found.borrow_mut() = Found { state, names, ..Found::default() };
                Ok(())
            }),
            Manner::Lies | Manner::Unreadable => Ok(()),
        }
    }
}

impl Place for Memory {
    fn kind(&self) -> Kind {
        Kind::Java
    }

    fn name(&self) -> String {
        "memory".into()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn needs_root(&self) -> bool {
        self.root
    }

    fn look(&self, _: &Wanted) -> Result<Found, Trouble> {
        if self.manner == Manner::Unreadable {
            return Err(Trouble::failed("it cannot be read", "mend it"));
        }
        Ok(self.found.borrow().clone())
    }

    fn install(&self, _: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        self.change(hand, "add", State::Trusted)
    }

    fn remove(&self, _: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble> {
        self.change(hand, "remove", State::Absent)
    }
}

fn root() -> Root {
    Root::of(Ca::generate().unwrap().der()).unwrap()
}

type Log = Rc<RefCell<Vec<String>>>;

fn place(name: &str, manner: Manner, state: State, root: bool, log: &Log) -> Candidate {
    let found = RefCell::new(Found { state, ..Found::default() });
    Candidate::Place(Box::new(Memory { path: name.into(), root, manner, found, log: Rc::clone(log) }))
}

fn run(task: Task<'_>, places: Vec<Candidate>, dry_run: bool) -> Vec<Line> {
    let hand = Hand::new(Privilege::Sudo { interactive: false }, dry_run, &|_| ());
    let mut told = Vec::new();
    let lines = in_places(task, places, &stores(false), &[], &hand, &mut |line| told.push(line.clone()));
    assert_eq!(told, lines, "each line is told once, in order");
    lines
}

fn stores(named: bool) -> Stores {
    Stores { kinds: Kind::ALL.to_vec(), named, own_only: false }
}

fn outcomes(lines: &[Line]) -> Vec<(Outcome, bool)> {
    lines.iter().map(|line| (line.outcome, line.as_asked)).collect()
}

#[test]
fn what_fails_in_one_place_stops_no_other() {
    let log = Log::default();
    let root = root();
    let wanted = root.wanted();
    let places = |state: &State| {
        let place = |name, manner| place(name, manner, state.clone(), false, &log);
        vec![
            place("refuses", Manner::Refuses),
            place("lies", Manner::Lies),
            place("dark", Manner::Unreadable),
            place("works", Manner::Works),
        ]
    };
    let failed = (Outcome::Failed, false);
    let lines = run(Task::Install(&root), places(&State::Absent), false);
    assert_eq!(outcomes(&lines), [failed, failed, failed, (Outcome::Installed, true)]);
    assert_eq!(lines[0].hint.as_deref(), Some("ask it nicely"));
    let lines = run(Task::Remove(&wanted), places(&State::Trusted), false);
    assert_eq!(outcomes(&lines), [failed, failed, failed, (Outcome::Removed, true)]);
}

#[test]
fn what_is_as_asked_is_not_touched() {
    let log = Log::default();
    let root = root();
    let lines =
        run(Task::Install(&root), vec![place("a", Manner::Refuses, State::Trusted, true, &log)], false);
    assert_eq!(outcomes(&lines), [(Outcome::Already, true)]);
    let lines = run(
        Task::Remove(&root.wanted()),
        vec![place("a", Manner::Refuses, State::Absent, true, &log)],
        false,
    );
    assert_eq!(outcomes(&lines), [(Outcome::Absent, true)]);
    assert!(log.borrow().is_empty(), "{log:?}");
}

#[test]
fn half_there_is_neither_installed_nor_absent() {
    let log = Log::default();
    let root = root();
    let half = || vec![place("a", Manner::Works, State::Partly("no trust".into()), false, &log)];
    assert_eq!(outcomes(&run(Task::Install(&root), half(), false)), [(Outcome::Installed, true)]);
    assert_eq!(outcomes(&run(Task::Remove(&root.wanted()), half(), false)), [(Outcome::Removed, true)]);
}

#[test]
fn leftovers_are_not_absent() {
    let log = Log::default();
    let found = Found { leftovers: vec!["/etc/ssl/certs/x.pem".into()], ..Found::default() };
    let memory =
        Memory { path: "a".into(), root: false, manner: Manner::Lies, found: RefCell::new(found), log };
    let lines = run(Task::Remove(&root().wanted()), vec![Candidate::Place(Box::new(memory))], false);
    assert_eq!(outcomes(&lines), [(Outcome::Failed, false)]);
    assert!(lines[0].reason.as_ref().unwrap().contains("/etc/ssl/certs/x.pem"), "{lines:?}");
}

#[test]
fn places_that_need_root_come_last() {
    let log = Log::default();
    let places = vec![
        place("theirs", Manner::Works, State::Absent, true, &log),
        place("mine", Manner::Works, State::Absent, false, &log),
    ];
    run(Task::Install(&root()), places, false);
    assert_eq!(*log.borrow(), ["add mine", "add theirs"]);
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_it_would() {
    let log = Log::default();
    let lines =
        run(Task::Install(&root()), vec![place("a", Manner::Works, State::Absent, false, &log)], true);
    assert_eq!(outcomes(&lines), [(Outcome::Pending, true)]);
    assert_eq!(lines[0].commands, ["add"]);
}

#[test]
fn what_is_not_there_counts_only_where_it_was_named() {
    let nothing = || vec![Candidate::Nothing { kind: Kind::Java, reason: "no Java found".into() }];
    let root = root();
    let wanted = root.wanted();
    let hand = Hand::new(Privilege::Root, false, &|_| ());
    let as_asked =
        |task, named| in_places(task, nothing(), &stores(named), &[], &hand, &mut |_| ())[0].as_asked;
    assert!(as_asked(Task::Install(&root), false));
    assert!(!as_asked(Task::Install(&root), true));
    assert!(as_asked(Task::Remove(&wanted), true));
}

#[test]
fn what_cannot_be_looked_at_is_not_as_asked() {
    let root = root();
    let wanted = root.wanted();
    let hand = Hand::new(Privilege::Root, false, &|_| ());
    let line = |task, trouble: Trouble, known: &[(Kind, PathBuf)]| {
        let candidates = vec![Candidate::Trouble { kind: Kind::Nss, name: "Firefox".into(), trouble }];
        in_places(task, candidates, &stores(false), known, &hand, &mut |_| ()).remove(0)
    };
    let none = || Trouble::skipped("Firefox has no profile", "start it once");
    let unread = || Trouble::failed("cannot read it", "let this user read it");
    assert!(!line(Task::Install(&root), none(), &[]).as_asked, "who starts Firefox later misses the root");
    assert!(line(Task::Remove(&wanted), none(), &[]).as_asked);
    assert!(!line(Task::Remove(&wanted), unread(), &[]).as_asked);
    let was_there = [(Kind::Nss, PathBuf::from("/home/ann/.mozilla/firefox/a"))];
    assert!(!line(Task::Remove(&wanted), none(), &was_there).as_asked);
    // Unless that is found, and gone through by itself.
    let log = Log::default();
    let trouble = Candidate::Trouble { kind: Kind::Java, name: "JAVA_HOME".into(), trouble: none() };
    let candidates = vec![trouble, place("cacerts", Manner::Works, State::Trusted, false, &log)];
    let known = [(Kind::Java, PathBuf::from("cacerts"))];
    let lines = in_places(Task::Remove(&wanted), candidates, &stores(false), &known, &hand, &mut |_| ());
    assert_eq!(outcomes(&lines), [(Outcome::Skipped, true), (Outcome::Removed, true)]);
}

#[test]
fn what_needs_root_is_left_to_whoever_has_its_rights() {
    let log = Log::default();
    let places = vec![
        place("theirs", Manner::Works, State::Absent, true, &log),
        place("mine", Manner::Works, State::Absent, false, &log),
        Candidate::Nothing { kind: Kind::Java, reason: "no Java found".into() },
    ];
    let root = root();
    let hand = Hand::new(Privilege::Sudo { interactive: false }, false, &|_| ());
    let own = Stores { own_only: true, ..stores(false) };
    let lines = in_places(Task::Install(&root), places, &own, &[], &hand, &mut |_| ());
    assert_eq!(outcomes(&lines), [(Outcome::Installed, true)]);
    assert_eq!(*log.borrow(), ["add mine"]);
}
