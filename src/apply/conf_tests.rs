use super::*;

/// Each row of docs/topology.md with lines that it is about, as (top-level block, line).
const ROWS: [(&str, &[(&str, &str)]); 11] = [
    (
        "users, accounts, permissions, `client_advertise`",
        &[
            ("authorization", "{ user: \"CN=alice\" }"),
            ("authorization", "authorization {"),
            ("accounts", "ORDERS {"),
            ("accounts", "permissions {"),
            ("client_advertise", "client_advertise: \"n1:4222\""),
        ],
    ),
    ("`tls` for clients: pins, versions, suites", &[("tls", PIN), ("tls", "min_version: \"1.3\"")]),
    ("`tls` for clients: `verify_and_map`", &[("tls", "verify_and_map: true")]),
    (
        "`cluster`: routes, pins, `advertise`",
        &[("cluster", "\"tls://n1:6222\""), ("cluster", PIN), ("cluster", "advertise: \"n1:6222\"")],
    ),
    (
        "`cluster`: name, address, or all of it",
        &[("cluster", "name: \"east\""), ("cluster", "listen: \"n1:6222\""), ("cluster", "cluster {")],
    ),
    ("`gateway`: pins", &[("gateway", PIN)]),
    (
        "`gateway`: anything else",
        &[
            ("gateway", "urls: [\"tls://w1:7222\"]"),
            ("gateway", "gateway {"),
            ("gateway", "listen: \"n1:7222\""),
        ],
    ),
    ("`leafnodes` of a leafnode: the URLs of its hub", &[("leafnodes", "urls: [\"tls://n1:7422\"]")]),
    (
        "`leafnodes` of a hub: users, pins, anything else",
        &[("leafnodes", "{ user: \"CN=edge\" }"), ("leafnodes", PIN), ("leafnodes", "leafnodes {")],
    ),
    (
        "`jetstream`: where it stores, its domain",
        &[("jetstream", "store_dir: \"/data\""), ("jetstream", "domain: \"edge\"")],
    ),
    (
        "`websocket`, `mqtt`, `https`, `listen`, `server_name`, `system_account`",
        &[
            ("websocket", "websocket {"),
            ("websocket", PIN),
            ("mqtt", "mqtt {"),
            ("mqtt", PIN),
            ("https", "https: \"n1:8222\""),
            ("listen", "listen: \"n1:4222\""),
            ("server_name", "server_name: \"n1\""),
            ("system_account", "system_account: \"SYS\""),
        ],
    ),
];
const PIN: &str = "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"";

#[test]
fn the_table_of_the_document_is_that_of_the_code() {
    let document = include_str!("../../docs/topology.md");
    let rows: Vec<Vec<&str>> = document
        .lines()
        .skip_while(|line| !line.starts_with("| what changes |"))
        .skip(3)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), ROWS.len(), "behind that of a certificate alone");
    for (row, (words, lines)) in rows.iter().zip(ROWS) {
        assert_eq!(row[0], words);
        for (says, version) in [(row[1], Version::new(2, 15, 0)), (row[2], Version::new(2, 10, 25))] {
            for (section, line) in lines {
                let restart = needs_restart(section, What::of(line), line, version);
                assert_eq!(
                    says,
                    if restart { "restart" } else { "reload" },
                    "{words}: {section} {line} {version}"
                );
            }
        }
    }
}
