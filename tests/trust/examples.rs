//! The commands of the documents and of the help texts run.

use super::house::House;
use super::stores::database;
use std::fs;
use std::path::Path;

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The commands of a text: lines of blocks, and what stands between backticks.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap().trim().to_owned());
    let joined = text.replace('\n', " ");
    let quoted = joined.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut all: Vec<_> = lines.chain(quoted).filter(|line| line.starts_with("natscert trust ")).collect();
    // Neither a hash that is cut nor prose that begins like a command.
    all.retain(|line| !line.contains('…') && !line.contains('`'));
    all
}

#[test]
fn they_run() {
    let house = House::new();
    let root = house.root();
    database(&root, ".mozilla/firefox/a.default");
    root.natscert(&["ca", "init", "-q"]).ok();
    let mut all = commands(&document("docs/trust.md"));
    all.extend(commands(&document("README.md")));
    for verb in ["", "install", "uninstall", "status", "bundle"] {
        let help = root.bash(&format!("natscert trust {verb} --help")).ok().stdout;
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("no examples: {verb}"));
        let examples = commands(examples);
        assert!(!examples.is_empty(), "{verb}");
        all.extend(examples);
    }
    all.sort();
    all.dedup();
    assert!(all.len() >= 10, "{all:?}");
    // In this order, so that there is something to look at and to take away.
    for verb in ["install", "bundle", "status", "uninstall"] {
        let begin = format!("natscert trust {verb}");
        let of_verb: Vec<_> = all.iter().filter(|command| command.starts_with(&begin)).collect();
        assert!(!of_verb.is_empty(), "{verb}");
        for command in of_verb {
            // One that is run again finds its file there.
            let command = command.replace(" --force", "").replace("bundle -o", "bundle --force -o");
            root.bash(&format!("{command} </dev/null")).ends(0);
        }
    }
}
