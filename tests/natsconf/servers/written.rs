//! What natscert writes itself: `natscert conf --digest` says of all of it what nats-server 2.15.1 says.

use super::super::support::cli::{Home, text};
use super::super::support::server::Version;
use natscert::nats::suites::{CIPHER_SUITES, CURVES};
use natscert::nats::{Context, Role};
use std::path::{Path, PathBuf};

/// How many configurations were compared.
#[derive(Default)]
struct Count(usize);

impl Count {
    fn compare(&mut self, home: &Home, path: &Path) {
        let digest = home.run(["conf", "--digest", text(path)]).done();
        let said = Version::V2_15_1.check_file(path);
        let same = said.as_ref().is_ok_and(|said| said.contains(&format!("({})", digest.trim_end())));
        let read = home.run(["conf", text(path)]).stdout;
        assert!(
            same,
            "{}: {digest}{said:?}\n{}\n{read}",
            path.display(),
            std::fs::read_to_string(path).unwrap()
        );
        self.0 += 1;
    }

    /// The same for a text.
    fn compare_block(&mut self, home: &Home, block: &str) {
        let path = home.path().join("block.conf");
        std::fs::write(&path, block).unwrap();
        self.compare(home, &path);
    }

    /// The same for every `nats.conf` below a folder.
    fn compare_all(&mut self, home: &Home, folder: &Path) {
        let mut found = Vec::new();
        configurations(folder, &mut found);
        assert!(!found.is_empty());
        for path in &found {
            self.compare(home, path);
        }
    }
}

fn configurations(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            configurations(&path, found);
        } else if path.ends_with("nats.conf") {
            found.push(path);
        }
    }
}

#[test]
fn examples_have_the_digest_of_the_server() {
    let mut count = Count::default();
    for example in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples")).unwrap() {
        let home = Home::new();
        home.run(["ca", "init"]).done();
        home.run(["apply", "-q", text(&example.unwrap().path()), "-o", "out"]).done();
        count.compare_all(&home, &home.out());
    }
    assert!(count.0 > 10, "{}", count.0);
}

#[test]
fn starters_have_the_digest_of_the_server() {
    let mut count = Count::default();
    for shape in [
        &["--local"][..],
        &[],
        &["--clusters", "1", "--nodes", "1", "--clients", "it's@example.com,O'Hara,alice"],
        &["--clusters", "3", "--nodes", "1", "--leafs", "2"],
        &["--clusters", "1", "--leafs", "1", "--local"],
        &["--clusters", "3", "--nodes", "2", "--leafs", "1", "--local"],
    ] {
        let home = Home::new();
        home.run(["ca", "init"]).done();
        home.run([&["new"], shape].concat()).done();
        home.run(["apply", "-q", "nats.toml"]).done();
        count.compare_all(&home, &home.path().join("nats"));
    }
    assert!(count.0 >= 25, "{}", count.0);
}

/// What `issue` and `snippet` take, each by itself and in some company.
fn options(pin: &str) -> Vec<Vec<String>> {
    let words = |line: &str| line.replace("PIN", pin).split_whitespace().map(str::to_owned).collect();
    let mut options: Vec<Vec<String>> = [
        "",
        "--verify",
        "--verify-and-map",
        "--check-known-urls",
        "--timeout=2.5",
        "--timeout=500ms",
        "--timeout=1000000",
        "--min-version=1.2",
        "--min-version=1.3",
        "--pin=PIN",
        "--pin=PIN --pin=1e30000000000000000000000000000000000000000000000000000000000000",
        "--insecure",
        "--handshake-first",
        "--handshake-first=auto",
        "--handshake-first=250ms",
        "--rate-limit=5",
        "--server-version=2.9",
        "--server-version=2.10 --verify --timeout=3 --rate-limit=7 --pin=PIN",
        "--verify-and-map --insecure --handshake-first=auto --min-version=1.3 --timeout=0.7",
    ]
    .into_iter()
    .map(words)
    .collect();
    options.push(CIPHER_SUITES.iter().map(|suite| format!("--cipher-suite={}", suite.name)).collect());
    options.push(CURVES.iter().map(|curve| format!("--curve={}", curve.name)).collect());
    options
}

#[test]
fn blocks_have_the_digest_of_the_server() {
    let home = Home::new();
    let bundle = home.issue("cluster", &["127.0.0.1", "n1.example.com"], &[]);
    let mut count = Count::default();
    let mut refused = 0;
    for option in options(&bundle.pin()) {
        let option: Vec<&str> = option.iter().map(String::as_str).collect();
        let mut compare = |args: &[&str]| {
            let run = home.run([args, &option].concat());
            // What is illegal in a context is judged elsewhere.
            if run.code == Some(2) { refused += 1 } else { count.compare_block(&home, &run.done()) }
        };
        for context in Context::ALL {
            compare(&["snippet", context.as_str(), text(&bundle.dir)]);
        }
        for role in Role::ALL {
            let out = home.out();
            compare(&[
                "issue",
                role.as_str(),
                "a.example.com",
                "a@example.com",
                "--force",
                "-qo",
                text(&out),
            ]);
        }
    }
    assert!(count.0 >= 250 && refused < 60, "{} compared, {refused} refused", count.0);
}

/// The `tls` map of a bundle, included; in folders with names that end strings elsewhere.
#[test]
fn included_maps_have_the_digest_of_the_server() {
    let home = Home::new();
    let mut count = Count::default();
    for folder in ["plain", "it's", "a \"b\"", "back\\slash", "$HOME", "} # c", "ünï 🔑", "<&>"] {
        let out = home.path().join(folder);
        home.run(["issue", "server", "localhost", "-qo", text(&out)]).done();
        let path = out.join("server/localhost/nats.conf");
        std::fs::write(&path, "port: 4222\ninclude tls.conf\n").unwrap();
        count.compare(&home, &path);
    }
    assert_eq!(count.0, 8);
}
