//! The map of the code, links, and what the project says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{read, root, table};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The modules of ours that a source file names, wherever it does.
fn imported(source: &str) -> BTreeSet<String> {
    let code = source.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
    let word = |text: &str| -> String {
        text.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
    };
    let behind = code.split("crate::").skip(1);
    behind
        .flat_map(|text| match text.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap().split(',').map(word).collect(),
            None => vec![word(text)],
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// The table of docs/map.md says who may import whom: only modules above, so that there is no circle.
#[test]
fn modules_import_what_the_map_allows() {
    let mut above: Vec<String> = Vec::new();
    let mut allowed = BTreeMap::new();
    for row in table("docs/map.md", "## The tree") {
        let may: Vec<String> = row[1].split(", ").map(str::to_owned).collect();
        assert!(
            row[0] == "cli" || may == ["nothing of ours"] || may.iter().all(|name| above.contains(name)),
            "{row:?}"
        );
        above.push(row[0].clone());
        allowed.insert(row[0].clone(), may);
    }
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(root().join("src")).unwrap().components().next().unwrap();
        let module = place.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if ["main", "lib", "cli"].contains(&module.as_str()) {
            continue;
        }
        let may = allowed.get(&module);
        let may = may.unwrap_or_else(|| panic!("docs/map.md does not say what {module} may import"));
        for name in imported(&fs::read_to_string(&file).unwrap()) {
            let known = name == module || may.contains(&name);
            assert!(known, "{}: {module} imports {name}, but may import {may:?}", file.display());
            seen.entry(module.clone()).or_default().insert(name);
        }
    }
    for (module, may) in allowed.into_iter().filter(|(_, may)| !may[0].contains(' ')) {
        for name in may {
            assert!(module == "cli" || seen[&module].contains(&name), "{module} does not import {name}");
        }
    }
}

#[test]
fn the_map_names_every_source_file() {
    let map = read("docs/map.md");
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let name = if stem == "mod" { format!("{folder}/") } else { stem.to_owned() };
        if stem != "tests" && folder != "tests" && !stem.ends_with("_tests") {
            assert!(map.contains(&name), "docs/map.md does not mention {name} ({})", file.display());
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/roles.md",
        "docs/output.md",
        "docs/findings.md",
        "docs/fixtures.md",
        "docs/speed.md",
        "docs/map.md",
        "docs/manifest.md",
        "docs/lifecycle.md",
        "docs/topology.md",
        "docs/renewal.md",
        "docs/revocation.md",
        "docs/lifecycle.md",
        "docs/trust.md",
    ] {
        for link in read(document).split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned())
        {
            if !link.starts_with("http") {
                let folder = root().join(document).parent().unwrap().to_owned();
                let file = link.split('#').next().unwrap_or(&link);
                assert!(folder.join(file).exists(), "{document} links to {link}");
            }
        }
    }
}

/// `rust-version` is true when no dependency asks for more; clippy's `incompatible_msrv` looks after our own code.
#[test]
fn no_dependency_needs_a_newer_rust() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let version = |text: &str| {
        text.split('.').map(|n| n.parse::<u32>().unwrap()).chain([0]).take(3).collect::<Vec<_>>()
    };
    let ours = packages.iter().find(|p| p["name"] == "natscert").unwrap()["rust_version"].as_str().unwrap();
    for package in packages {
        if let Some(theirs) = package["rust_version"].as_str() {
            assert!(
                version(theirs) <= version(ours),
                "{} needs Rust {theirs}, we say {ours}",
                package["name"]
            );
        }
    }
}

#[test]
fn the_changelog_knows_this_version() {
    let changelog = read("CHANGELOG.md");
    let released = changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION")));
    assert!(released || changelog.contains("## Unreleased"));
}
