//! docs/manifest.md against the code: its fields are those that there are, its examples are read, and its defaults
//! change nothing.

use std::path::Path;

use natscert::topology::{System, fields};

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The rows of the first table behind `heading`, cells as they are.
fn table(heading: &str) -> Vec<Vec<String>> {
    let text = read("docs/manifest.md");
    let (_, behind) = text.split_once(heading).unwrap_or_else(|| panic!("no {heading:?}"));
    let rows =
        behind.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

/// The one thing in code font that a cell consists of.
fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`').filter(|inner| !inner.contains('`'))
}

/// Each table of the document: its heading, its name in the code, and a manifest with `@` where its fields belong.
const TABLES: [(&str, &str, &str); 14] = [
    ("\n## The whole\n", "the manifest", "@\n[clusters.east]\nnodes = [\"n1.example.com\"]"),
    ("\n## CA\n", "ca", "[ca]\n@"),
    ("\n## Clusters\n", "clusters", "[clusters.east]\n@"),
    ("\n### Nodes\n", "nodes", "[clusters.east]\nnodes = [{ @ }]"),
    ("\n## Leafnodes\n", "leafnodes", "[leafnodes.\"edge1.example.com\"]\n@"),
    ("\n## Clients\n", "clients", "[clients.alice]\n@"),
    ("\n## Accounts\n", "accounts", "[accounts.ORDERS]\n@"),
    ("\n## Gateways\n", "gateways", "[gateways]\n@"),
    ("\n## Listeners\n", "listeners", "@"),
    ("\n### A listener\n", "a listener", "listeners.client = { @ }"),
    ("\n### JetStream\n", "jetstream", "jetstream = { @ }"),
    ("\n### Permissions\n", "permissions", "[clients.bob.permissions]\n@"),
    ("as tables:\n", "publish and subscribe", "[clients.bob]\npermissions.publish = { @ }"),
    (
        "`allow_responses` as a table:\n",
        "allow_responses",
        "[clients.bob]\npermissions.allow_responses = { @ }",
    ),
];

/// The fields that four tables share.
fn inherited() -> Vec<&'static str> {
    let all = fields();
    let of = |name: &str| all.iter().find(|(known, _)| *known == name).unwrap().1;
    let shared =
        |field: &&&str| ["clusters", "nodes", "leafnodes"].iter().all(|table| of(table).contains(field));
    of("the manifest").iter().filter(shared).copied().collect()
}

#[test]
fn every_field_is_documented_and_no_other() {
    let names =
        |heading: &str| -> Vec<String> { table(heading).iter().map(|row| row[0].replace('`', "")).collect() };
    assert_eq!(names("\n## What is inherited\n"), inherited());
    assert!(inherited().len() > 5);
    let all = fields();
    assert_eq!(all.len(), TABLES.len());
    for (heading, name, _) in TABLES {
        let (_, known) = all.iter().find(|(known, _)| *known == name).unwrap();
        let mut expected: Vec<_> = known.to_vec();
        if ["the manifest", "clusters", "nodes", "leafnodes"].contains(&name) {
            expected.retain(|field| !inherited().contains(field));
        }
        assert!(!expected.is_empty(), "{name}");
        assert_eq!(names(heading), expected, "{name}");
    }
}

/// Everything that an example may name.
const SURROUNDINGS: [(&str, &str); 4] = [
    ("[clusters.east]", "nodes = [\"n{8..9}.example.com\"]"),
    ("[clusters.west]", "nodes = [\"w{8..9}.example.com\"]"),
    ("[accounts.ORDERS]", ""),
    ("[clients.alice]", ""),
];

fn resolved(template: &str, line: &str) -> Result<System, String> {
    let mut text = template.replace('@', line);
    if text.contains("[{") && !text.contains("name =") {
        text = text.replace("[{", "[{ name = \"n1.example.com\",");
    }
    for (table, body) in SURROUNDINGS {
        if !text.contains(table.trim_matches(['[', ']'])) && !text.contains("clients = [") {
            text = format!("{text}\n{table}\n{body}\n");
        } else if table == "[clusters.east]" && !text.contains("\nnodes =") {
            text = format!("{text}\n{body}\n");
        }
    }
    if text.contains("[leafnodes.") && !text.contains("cluster =") {
        text = text.replacen("edge1.example.com\"]", "edge1.example.com\"]\ncluster = \"east\"", 1);
    }
    System::read(&text, "docs").map_err(|why| format!("{why} ({}) in\n{text}", why.hint()))
}

/// The template for a row: some options are for some listeners only.
fn template(table: &str, field: &str, template: &str) -> String {
    match (table, field) {
        ("a listener", "check_known_urls") => template.replace("client", "cluster"),
        ("a listener", "verify") => "[clusters.east]\nlisteners.leafnodes = { @ }".to_owned(),
        ("a listener", "no_auth_user") => "listeners.websocket = { verify = \"none\", @ }".to_owned(),
        _ => template.to_owned(),
    }
}

#[test]
fn every_example_is_read_and_every_default_changes_nothing() {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for (heading, name, place) in TABLES.into_iter().filter(|(_, name, _)| *name != "listeners") {
        for row in table(heading) {
            rows.push((template(name, &row[0].replace('`', ""), place), row));
        }
    }
    for (_, _, place) in
        TABLES.into_iter().filter(|(_, name, _)| ["clusters", "nodes", "leafnodes"].contains(name))
    {
        rows.extend(table("\n## What is inherited\n").into_iter().map(|row| (place.to_owned(), row)));
    }
    let mut defaults = 0;
    for (place, row) in &rows {
        let example = code(&row[3]).unwrap_or_else(|| panic!("{row:?} has no example"));
        assert!(example.contains(row[0].trim_matches('`')), "{row:?}");
        resolved(place, example).unwrap_or_else(|why| panic!("{why}"));
        if let Some(default) = code(&row[2]) {
            let line = format!("{} = {default}", row[0].replace('`', ""));
            let with = resolved(place, &line).unwrap_or_else(|why| panic!("{why}"));
            let without = resolved(place, "").unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(format!("{with:?}"), format!("{without:?}"), "{line}");
            defaults += 1;
        }
    }
    assert!(defaults > 20, "{defaults}");
}

#[test]
fn the_defaults_of_listeners_change_nothing() {
    let all = "listeners = { cluster = true, gateway = true, leafnodes = true, websocket = true, mqtt = true, monitor = true }";
    let plain = "[clusters.east]\nnodes = [\"n1.example.com\"]\n[clients.alice]\n";
    let without = format!("{:?}", System::read(&format!("{all}\n{plain}"), "docs").unwrap());
    for row in table("\n## Listeners\n") {
        let [listener, port, verify, pins] = [0, 2, 4, 5].map(|cell| code(&row[cell]).unwrap());
        let line = format!("listeners.{listener} = {{ port = {port}, verify = {verify} }}\n");
        let text = format!("{all}\n{plain}").replace("[clients", &format!("{line}[clients"));
        let with = System::read(&text, "docs").unwrap();
        assert_eq!(format!("{with:?}"), without, "{line}");
        let settings = &with.nodes[0].settings.listeners;
        let found = match listener {
            "client" => &settings.client,
            "cluster" => &settings.cluster,
            "gateway" => &settings.gateway,
            "leafnodes" => &settings.leafnodes,
            "websocket" => &settings.websocket,
            "mqtt" => &settings.mqtt,
            _ => &settings.monitor,
        };
        let exact = found.as_ref().unwrap().pins == natscert::topology::Pins::Default;
        assert_eq!(if exact { "\"exact\"" } else { "\"none\"" }, pins, "{listener}");
    }
}

#[test]
fn every_manifest_of_the_document_is_read_without_a_warning() {
    let text = read("docs/manifest.md");
    let blocks: Vec<_> =
        text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        let system = System::read(block, "docs").unwrap_or_else(|why| panic!("{why}: {block}"));
        assert!(system.warnings.iter().all(|(what, _)| what.starts_with("there are no clients")), "{block}");
    }
}

#[test]
fn the_examples_are_read_without_a_warning() {
    for (file, nodes, clients) in [("laptop", 6, 1), ("supercluster", 9, 4), ("edge", 8, 6)] {
        let text = read(&format!("docs/examples/{file}.toml"));
        let system = System::read(&text, file).unwrap_or_else(|why| panic!("{file}: {why}"));
        assert_eq!((system.nodes.len(), system.clients.len()), (nodes, clients), "{file}");
        assert_eq!(system.warnings, [], "{file}");
    }
}

/// What `natscert` says of identities is what the document's table says.
#[test]
fn identities_are_the_users_of_the_table() {
    for row in table("\n### Identities\n") {
        let [identity, user] = [0, 2].map(|cell| code(&row[cell]).unwrap());
        let text = format!("[clusters.east]\nnodes = [\"n1\"]\n[clients.alice]\nidentity = \"{identity}\"\n");
        assert_eq!(System::read(&text, "docs").unwrap().clients[0].user, user);
    }
}
