//! Whole logs: what belongs together is one event, and who did what is told apart.

use super::{Cause, Explainer, Kind, Side, Who};

fn explain(log: &str) -> Vec<Cause> {
    let mut explainer = Explainer::new();
    explainer.feed(log.as_bytes());
    explainer.finish();
    explainer.causes()
}

fn line(level: &str, text: &str) -> String {
    format!("[7] 2026/11/22 07:47:46.551383 [{level}] {text}\n")
}

const PIN: &str = "f909d212bba47308d8bec891c4dd1bea7dc410c630d0585a27e9181f93eee223";

#[test]
fn a_detail_is_part_of_its_cause() {
    let mut log = String::new();
    for (port, id) in [(5001, 5), (5002, 6)] {
        log += &line(
            "DBG",
            &format!("10.0.0.{id}:{port} - cid:{id} - Failed pinned cert test for key id: {PIN}"),
        );
        log += &line("DBG", "10.0.0.9:1 - cid:99 - Client connection created");
        log += &line(
            "ERR",
            &format!("10.0.0.{id}:{port} - cid:{id} - TLS handshake error: certificate not pinned"),
        );
    }
    let found = explain(&log);
    let [cause] = &found[..] else { panic!("{found:?}") };
    assert_eq!((cause.id, cause.count, cause.line), ("not-pinned", 2, 3));
    assert_eq!(cause.found, [("pin", vec![PIN.to_owned()])]);
    assert_eq!((cause.peers.hosts, &*cause.peers.first[0]), (2, "10.0.0.5:5001"));
    assert!(cause.fix[0].what.contains(&format!("pinned_certs of tls: \"{PIN}\"")), "{cause:?}");
    assert_eq!(cause.fix[0].who, Who::ThisServer);
}

#[test]
fn a_user_that_is_lacking_is_named() {
    let log = line(
        "DBG",
        "10.0.0.1:5001 - cid:5 - DistinguishedNameMatch could not be used for auth [\"CN=alice,O=NATS\"]",
    ) + &line("DBG", "10.0.0.1:5001 - cid:5 - User in cert [\"CN=alice,O=NATS\"], not found")
        + &line("ERR", "10.0.0.1:5001 - cid:5 - authentication error")
        + &line("ERR", "10.0.0.2:5001 - cid:6 - authentication error");
    let found = explain(&log);
    assert_eq!(
        found.iter().map(|cause| (cause.id, cause.count)).collect::<Vec<_>>(),
        [("no-user", 1), ("authentication", 1)]
    );
    assert!(found[0].fix[0].what.ends_with("{user: \"CN=alice,O=NATS\"}"), "{:?}", found[0]);
}

#[test]
fn a_detail_without_its_cause_is_one() {
    let log = line("DBG", &format!("10.0.0.5:1 - cid:5 - Failed pinned cert test for key id: {PIN}"));
    assert_eq!(
        explain(&log).iter().map(|cause| (cause.id, cause.count)).collect::<Vec<_>>(),
        [("not-pinned", 1)]
    );
}

#[test]
fn several_lines_of_one_connection_are_one_event() {
    let log = line("ERR", "10.0.0.1:5001 - cid:5 - TLS handshake timeout")
        + &line(
            "ERR",
            "10.0.0.1:5001 - cid:5 - TLS handshake error: read tcp 10.0.0.2:4222->10.0.0.1:5001: i/o timeout",
        )
        + &line(
            "ERR",
            "10.0.0.1:5002 - rid:6 - TLS route handshake error: remote error: tls: bad certificate",
        )
        + &line("INF", "10.0.0.1:5002 - rid:6 - Router connection closed: TLS Handshake Failure")
        + &line("INF", "10.0.0.1:5003 - lid:7 - Leafnode connection closed: TLS Handshake Failure");
    let found: Vec<_> = explain(&log).iter().map(|cause| (cause.id, cause.count)).collect();
    assert_eq!(found, [("timeout", 1), ("rejected-by-peer", 1), ("handshake-failed", 1)]);
}

/// The same words on a route mean two things, by who dialled; the log says it, or else the port does.
#[test]
fn who_dials_is_told_apart() {
    let usage = "TLS route handshake error: tls: failed to verify certificate: x509: certificate specifies an incompatible key usage";
    let side = |log: &str| {
        let found = explain(log);
        (found[0].side, found[0].title.clone())
    };
    let (dials, title) = side(
        &(line("DBG", "10.0.0.1:40222 - rid:5 - Starting TLS route client handshake")
            + &line("ERR", &format!("10.0.0.1:40222 - rid:5 - {usage}"))),
    );
    assert_eq!(dials, Some(Side::Dials));
    assert!(title.contains("serverAuth"), "{title}");
    let (accepts, title) = side(
        &(line("DBG", "10.0.0.1:40222 - rid:5 - Starting TLS route server handshake")
            + &line("ERR", &format!("10.0.0.1:40222 - rid:5 - {usage}"))),
    );
    assert_eq!(accepts, Some(Side::Accepts));
    assert!(title.contains("clientAuth"), "{title}");
    assert_eq!(side(&line("ERR", &format!("10.0.0.1:6222 - rid:5 - {usage}"))).0, Some(Side::Dials));
    assert_eq!(side(&line("ERR", &format!("10.0.0.1:51222 - rid:5 - {usage}"))).0, Some(Side::Accepts));
}

#[test]
fn places_follow_from_the_kind_of_connection() {
    let found = explain(&line(
        "ERR",
        "10.0.0.1:7422 - lid:5 - TLS leafnode handshake error: x509: certificate signed by unknown authority",
    ));
    assert_eq!(found[0].kind, Some(Kind::Leafnode));
    assert!(found[0].fix[0].what.contains("ca_file of leafnodes.remotes[].tls"), "{found:?}");
}

#[test]
fn what_is_not_known_is_said_and_the_rest_is_not() {
    let log = line("INF", "TLS required for client connections")
        + &line("DBG", "10.0.0.1:5001 - cid:5 - Starting TLS client connection handshake")
        + &line("DBG", "10.0.0.1:5001 - cid:5 - TLS handshake complete")
        + &line(
            "TRC",
            "10.0.0.1:5001 - cid:5 - ->> MSG_PAYLOAD: [\"x509: certificate signed by unknown authority\"]",
        )
        + &line("ERR", "10.0.0.1:5001 - cid:5 - Slow consumer")
        + "INFO app: connecting to tls://localhost:4222\n"
        + "INFO app: loaded certificate cert.pem\n";
    assert_eq!(explain(&log), []);
    let unknown = line("ERR", "10.0.0.1:5001 - cid:5 - TLS handshake error: tls: novel failure 17")
        + &line("ERR", "10.0.0.1:5002 - cid:6 - TLS handshake error: tls: novel failure 18");
    let found = explain(&unknown);
    assert_eq!(found.iter().map(|cause| (cause.id, cause.count)).collect::<Vec<_>>(), [("unknown", 2)]);
}

#[test]
fn names_times_and_chains_are_taken_out() {
    let log = line(
        "ERR",
        &format!(
            "10.0.0.1:6222 - rid:5 - TLS route handshake error: tls: failed to verify certificate: x509: certificate is valid for a.example, \
             b.example, not c.example (CN=a SHA-256: {PIN}; CN=Root SHA-256: 00)"
        ),
    );
    let found = &explain(&log)[0].found;
    let value = |name| found.iter().find(|(known, _)| *known == name).map(|(_, values)| values.join("|"));
    assert_eq!(value("has").as_deref(), Some("a.example, b.example"));
    assert_eq!(value("wanted").as_deref(), Some("c.example"));
    assert_eq!(value("rejected").as_deref(), Some("CN=a"));
    assert_eq!(value("sha256").as_deref(), Some(PIN));
    let load = "nats-server: /etc/nats/nats.conf:12:3: error parsing X509 certificate/key pair: tls: private key does not match public key\n";
    assert!(
        explain(load)[0].found.contains(&("at", vec!["/etc/nats/nats.conf:12:3".to_owned()])),
        "{:?}",
        explain(load)
    );
}

/// However it is cut into pieces; and a line without an end, and one without end.
#[test]
fn pieces_make_no_difference() {
    let mut log = line("INF", "Server is ready").repeat(3)
        + &line(
            "ERR",
            "10.0.0.1:5001 - cid:5 - TLS handshake error: tls: client didn't provide a certificate",
        )
        + &"x".repeat(40_000)
        + "\n"
        + &line("ERR", "10.0.0.1:5002 - cid:6 - TLS handshake error: certificate not pinned");
    log.truncate(log.len() - 1);
    let whole = explain(&log);
    assert_eq!(whole.iter().map(|cause| cause.line).collect::<Vec<_>>(), [4, 6]);
    for size in [1, 7, 100, 4096] {
        let mut explainer = Explainer::new();
        log.as_bytes().chunks(size).for_each(|piece| explainer.feed(piece));
        explainer.finish();
        assert_eq!(explainer.causes(), whole, "{size}");
        assert_eq!(explainer.lines(), 6);
    }
}

/// What a log repeats without end takes no more memory: causes, values and connections are bounded.
#[test]
fn there_is_an_end_to_what_is_kept() {
    let mut explainer = Explainer::new();
    for n in 0..2500 {
        let text = format!(
            "10.0.{}.{}:5001 - cid:{n} - TLS handshake error: x509: certificate is valid for a, not host{n}",
            n / 250,
            n % 250
        );
        explainer.feed(line("ERR", &text).as_bytes());
        explainer.feed(
            line("ERR", &format!("10.1.{}.{}:5001 - cid:{n} - TLS handshake error: EOF", n / 250, n % 250))
                .as_bytes(),
        );
    }
    explainer.finish();
    let causes = explainer.causes();
    assert_eq!(causes.len(), 2000);
    assert!(explainer.beyond() > 400);
    let many = causes.iter().find(|cause| cause.id == "hung-up").unwrap();
    assert_eq!((many.count, many.peers.hosts, many.peers.first.len()), (2500, 2500, 8));
}

/// However many lines a connection has, and however long its name is.
#[test]
fn one_connection_takes_no_more_with_every_line() {
    let kept = |lines: u64, peer: &str| {
        let mut watch = super::watch::Watch::new(false);
        for number in 0..lines {
            for text in ["TLS handshake error: EOF", "TLS handshake error: certificate not pinned"] {
                watch.line(number, line("ERR", &format!("{peer} - cid:5 - {text}")).as_bytes());
            }
        }
        watch.kept()
    };
    let few = kept(1, "10.0.0.1:5001");
    assert_eq!(kept(10_000, "10.0.0.1:5001"), few);
    assert!(kept(10, &"x".repeat(5000)) < few + 2 * 100);
    let long = explain(&line("ERR", &format!("{} - cid:5 - TLS handshake error: EOF", "x".repeat(5000))));
    assert_eq!(long[0].peers.first[0].len(), 100);
}
