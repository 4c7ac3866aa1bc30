//! What stands in a list of pins.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, TlsMap};
use crate::lint::{Certificate, Desk, File, System, element};
use crate::nats::Pin;
use crate::natsconf::{Node, Span, Value};

pub(super) fn check(server: &Server, map: &TlsMap, nodes: &[Node], desk: &mut Desk) {
    for node in nodes {
        match &node.value {
            Value::String(text) => text_of_pin(server, map, node, &text.to_str_lossy(), desk),
            Value::Map(_) | Value::Array(_) | Value::Bool(_) => {}
            number => {
                let what = format!(
                    "a pin of {} without quotes is a {}: nats-server wants text, and 64 hex digits of it",
                    map.path,
                    number.kind()
                );
                let fix = "quote each pin: [\"…\"]; natscert pin FILE prints that of a certificate";
                desk.add(server, node.span, Finding::new(Code::PinUnquoted, what, fix));
            }
        }
    }
}

fn text_of_pin(server: &Server, map: &TlsMap, node: &Node, text: &str, desk: &mut Desk) {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        desk.add(server, node.span, malformed(map, text));
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let what = format!(
            "a pin of {} is in upper case, which nats-server takes, and shows in lower case",
            map.path
        );
        let fix = format!("write \"{}\"", text.to_ascii_lowercase());
        desk.add(server, node.span, Finding::new(Code::PinStyle, what, fix));
    }
    if is_hex && is_bare(server, node) && looks_like_number(text) {
        let what = format!(
            "a pin of {} without quotes begins like a number: nats-server before 2.15.1 refuses the file",
            map.path
        );
        let finding = Finding::new(Code::PinUnquoted, what, format!("quote it: \"{text}\""));
        desk.add(server, node.span, Finding { severity: Severity::Note, ..finding });
    }
}

/// nats-server refuses it, and says that it does not look like hex-encoded sha256 of DER encoded
/// `SubjectPublicKeyInfo`.
fn malformed(map: &TlsMap, text: &str) -> Finding {
    let short: String = text.chars().take(20).collect();
    let shown = if short.len() < text.len() { format!("{short}…") } else { text.to_owned() };
    let bare = text.trim().trim_start_matches("0x");
    let bare = ["sha256:", "sha256/", "sha256 "]
        .into_iter()
        .find(|prefix| bare.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
        .map_or(bare, |prefix| bare[prefix.len()..].trim_start_matches(['/', ' ']));
    let hex = bare.parse::<Pin>().ok().map(|pin| pin.to_string()).or_else(|| of_base64(bare));
    let (why, fix) = match hex {
        Some(hex) if text.contains(':') && !text.to_ascii_lowercase().starts_with("sha256:") => {
            ("it has colons".to_owned(), format!("write \"{hex}\""))
        }
        Some(hex) => ("it has to be 64 hex digits and nothing else".to_owned(), format!("write \"{hex}\"")),
        None => {
            let digits = text.chars().filter(char::is_ascii_hexdigit).count();
            let why = if text.chars().any(|c| !c.is_ascii_hexdigit()) {
                "it has to be 64 hex digits and nothing else".to_owned()
            } else {
                format!("it has {digits} hex digits, not 64")
            };
            (why, "put in what natscert pin FILE prints for the peer's certificate".to_owned())
        }
    };
    Finding::new(
        Code::PinMalformed,
        format!("nats-server refuses the pin {shown:?} of {}: {why}", map.path),
        fix,
    )
}

/// As curl and HPKP write it.
fn of_base64(text: &str) -> Option<String> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    (bytes.len() == 32).then(|| crate::pki::hex(&bytes))
}

fn is_bare(server: &Server, node: &Node) -> bool {
    let written = server.config.sources().slice(node.origin);
    !matches!(written.first(), Some(b'"' | b'\''))
}

/// Digits, then an `e`, a `b` or none, then a digit again: up to 2.15.0 the lexer ends a number there.
fn looks_like_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = rest.strip_prefix(['e', 'E']).map(|rest| rest.trim_start_matches(['b', 'B']));
    rest.len() < text.len() && behind.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A list of pins, and where it stands.
type List<'s> = (&'s Server, &'s TlsMap, &'s [Node]);

/// What a hash may be of.
#[derive(Clone, Copy)]
enum Hash {
    Certificate,
    CaKey,
}

/// Pins that are the hash of a whole certificate, or of a CA's key; and the maps that have no others than the latter.
pub(super) fn of_something_else<'s>(
    system: &System<'_>,
    lists: &[List<'s>],
    desk: &mut Desk,
) -> HashSet<(&'s str, Span)> {
    let mut of_ca_alone = HashSet::new();
    let mut known: HashMap<String, (Hash, &File, &Certificate)> = HashMap::new();
    let files = files(system);
    for file in &files {
        for certificate in &file.certificates {
            let facts = &certificate.facts;
            known.entry(facts.fingerprint.clone()).or_insert((Hash::Certificate, file, certificate));
            if facts.is_ca {
                known.entry(facts.pin.to_string()).or_insert((Hash::CaKey, file, certificate));
            }
        }
    }
    for (server, map, nodes) in lists {
        for node in *nodes {
            let Some(found) = super::pin(node).and_then(|pin| known.get(&*pin).copied()) else { continue };
            match found {
                (Hash::Certificate, file, certificate) => {
                    of_certificate(server, map, node.span, (file, certificate), desk);
                }
                (Hash::CaKey, file, certificate) if has_issued(&files, certificate) => {
                    let is_all = nodes.iter().all(|other| super::pin(other) == super::pin(node));
                    of_ca(server, map, (node.span, is_all), (file, certificate), desk);
                    if is_all {
                        of_ca_alone.insert((server.file.as_str(), map.key));
                    }
                }
                (Hash::CaKey, ..) => {}
            }
        }
    }
    of_ca_alone
}

/// Whether it is a CA that issues, and not somebody's self-signed certificate.
fn has_issued(files: &[Rc<File>], ca: &Certificate) -> bool {
    let mut leaves = files.iter().filter_map(|file| file.leaf());
    leaves.any(|leaf| !leaf.facts.is_ca && leaf.facts.names_as_issuer(&ca.facts))
}

fn of_ca(
    server: &Server,
    map: &TlsMap,
    (span, is_all): (Span, bool),
    (file, certificate): (&File, &Certificate),
    desk: &mut Desk,
) {
    let what = format!(
        "a pin of {} is the key of the CA in {}: nats-server compares the key of the peer's own certificate",
        map.path, file.name
    );
    let fix =
        "put in what natscert pin FILE prints for each peer's certificate; ca_file says which CA is trusted";
    let severity = if is_all { Severity::Error } else { Severity::Warning };
    let finding = Finding::new(Code::PeerNotPinned, what, fix).of(element(file, certificate));
    desk.add(server, span, Finding { severity, ..finding });
}

fn of_certificate(
    server: &Server,
    map: &TlsMap,
    span: Span,
    (file, certificate): (&File, &Certificate),
    desk: &mut Desk,
) {
    let right = certificate.facts.pin.to_string();
    let is_there = super::pinned(map).is_some_and(|pins| pins.contains(&*right));
    let what =
        format!("a pin of {} is the SHA-256 of the certificate {}, not of its key", map.path, file.name);
    let fix = if is_there {
        "take it out: the pin of its key is there, too".to_owned()
    } else {
        format!("write \"{right}\"")
    };
    let finding = Finding::new(Code::PinOfCertificate, what, fix).of(element(file, certificate));
    let severity = if is_there { Severity::Warning } else { Severity::Error };
    desk.add(server, span, Finding { severity, ..finding });
}

/// Every file with certificates that is named somewhere.
fn files(system: &System<'_>) -> Vec<Rc<File>> {
    let mut files: Vec<_> = system.clients.iter().map(|client| Rc::clone(&client.file)).collect();
    let mut seen = HashSet::new();
    for map in system.servers.iter().flat_map(|server| &server.tls) {
        for name in map.pairs.iter().filter_map(|pair| pair.cert.as_ref()).chain(&map.ca) {
            if seen.insert(name.value.as_str()) {
                files.push(system.material.file(&name.value));
            }
        }
    }
    files
}
