//! Role server with `--verify-and-map`: the certificate is the user, as the block of `issue client` says.

use super::{on, on_every_server};
use crate::support::cli::{Bundle, Home, text};
use crate::support::monitor::{MONITOR, get};
use crate::support::nats::{connect, deliver, refusal};
use crate::support::server::{Server, Version};

on_every_server!(
    by_email,
    by_dns_name,
    by_uri,
    by_subject,
    by_subject_with_domain,
    by_every_name_listed,
    refuses_another_user
);

fn by_email(version: Version) {
    logs_in(version, &["alice@example.com"], "alice@example.com");
}

fn by_dns_name(version: Version) {
    logs_in(version, &["alice.svc.example"], "alice.svc.example");
}

fn by_uri(version: Version) {
    logs_in(version, &["spiffe://example.com/alice"], "spiffe://example.com/alice");
}

fn by_subject(version: Version) {
    logs_in(
        version,
        &["--subject", "CN=alice,OU=Engineering,O=NATS", "192.0.2.7"],
        "CN=alice,OU=Engineering,O=NATS",
    );
}

fn by_subject_with_domain(version: Version) {
    let subject = "CN=alice smith,OU=Users,O=NATS\\, Inc.,DC=example,DC=com";
    logs_in(version, &["--subject", subject, "192.0.2.7"], subject);
}

/// A server with the users that `issue client` printed for this bundle.
fn server_for(version: Version, home: &Home, client: &Bundle) -> (Server, Bundle) {
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify-and-map"]));
    let server = Server::start(version, "s", &[MONITOR, &bundle.block, &client.block].join("\n"));
    (server, bundle)
}

fn logs_in(version: Version, client: &[&str], user: &str) {
    let home = Home::new();
    let client = home.issue("client", client, &[]);
    let (server, bundle) = server_for(version, &home, &client);
    let connection = connect(&server, &bundle.ca(), Some(&client)).unwrap();
    deliver(&connection, &connection);
    let connections = get(&server, "/connz?auth=1");
    assert_eq!(connections["connections"][0]["authorized_user"], user, "{}", client.block);
}

/// A certificate with several names is any of the users in the block, where one is active and the others are comments.
fn by_every_name_listed(version: Version) {
    let home = Home::new();
    let names = ["alice@example.com", "alice.svc.example", "spiffe://example.com/alice"];
    let subject = "CN=alice+UID=7,OU=x,OU=y,O=NATS,DC=example,DC=com";
    let args = ["issue", "client", "--json", "--subject", subject, "-o", text(home.path())];
    let report = home.run([&args[..], &names].concat()).json();
    let users: Vec<_> =
        report["map_users"].as_array().unwrap().iter().map(|user| user.as_str().unwrap()).collect();
    // UID is none of the types that nats-server knows, so there is no distinguished name; Go's two strings remain.
    let subjects = ["CN=alice,OU=x+OU=y,O=NATS,DC=com,DC=example", "CN=alice,OU=x+OU=y,O=NATS"];
    assert_eq!(users.len(), names.len() + subjects.len(), "{users:?}");
    assert_eq!(users[..names.len()], names);
    let client = Bundle { dir: report["dir"].as_str().unwrap().into(), block: String::new() };
    let bundle = home.issue("server", &["127.0.0.1"], &on(version, &["--verify-and-map"]));
    for user in users {
        let block = with_one_user(report["snippet"].as_str().unwrap(), user);
        let server = Server::start(version, "s", &[MONITOR, &bundle.block, &block].join("\n"));
        let _connection = connect(&server, &bundle.ca(), Some(&client)).unwrap();
        assert_eq!(get(&server, "/connz?auth=1")["connections"][0]["authorized_user"], user, "{block}");
    }
}

/// The block with this user active and the others as comments, as somebody would edit it.
fn with_one_user(block: &str, user: &str) -> String {
    let edit = |line: &str| match line.trim_start().trim_start_matches("# ") {
        entry if entry.starts_with(&format!("{{ user: \"{user}\"")) => format!("{entry}\n"),
        entry if entry.starts_with("{ user: ") => format!("# {entry}\n"),
        _ => format!("{line}\n"),
    };
    block.lines().map(edit).collect()
}

fn refuses_another_user(version: Version) {
    let home = Home::new();
    let alice = home.issue("client", &["alice@example.com"], &[]);
    let bob = home.issue("client", &["bob@example.com"], &[]);
    let (server, bundle) = server_for(version, &home, &alice);
    let error = refusal(&server, &bundle.ca(), Some(&bob));
    assert!(error.to_lowercase().contains("authorization violation"), "{error}");
    server.wait_for_log(&["[DBG]", "User in cert [\"CN=bob@example.com\"], not found"]);
    server.wait_for_log(&["[ERR]", "authentication error"]);
    connect(&server, &bundle.ca(), Some(&alice)).unwrap();
}
