//! Certificates that are valid, and whose owner is refused: pins, mapped users, known URLs.

use super::By::{Me, Peer};
use super::{TEXT, Text, Turn};
use crate::explain::side::Kind;
use crate::finding::Code;

const SERVERS: &[Kind] = &[Kind::Route, Kind::Gateway];

const PINS: Text = Text {
    id: "not-pinned",
    codes: &[Code::PeerNotPinned, Code::PinOfCertificate, Code::PinsWithoutVerify],
    title: "the key of {peer} is not among the pinned_certs of {me}",
    fix: &[
        (Me, "add its pin to pinned_certs of {place}: {pin:quoted}"),
        (
            Me,
            "if its key was renewed, natscert pin cert.pem prints the new pin; nats-server -D logs the one that failed",
        ),
    ],
    ..TEXT
};

pub(super) static TEXTS: &[Text] = &[
    Text { like: &["Failed pinned cert test for key id: {pin}"], turn: Turn::DetailOf("not-pinned"), ..PINS },
    Text {
        id: "pins-without-certificate",
        like: &["Failed pinned cert test as client did not provide a certificate"],
        turn: Turn::DetailOf("not-pinned"),
        codes: &[Code::PinsWithoutVerify],
        title: "there are pinned_certs in {place}, and {peer} was asked for no certificate",
        fix: &[(Me, "add to {place}: verify: true")],
        ..TEXT
    },
    Text { like: &["certificate not pinned"], ..PINS },
    Text {
        id: "known-urls",
        like: &["User in cert [{user}], not found"],
        turn: Turn::DetailOf("authentication"),
        kinds: SERVERS,
        codes: &[Code::KnownUrlsNoOverlap, Code::KnownUrlsWithoutDns, Code::MapClosed],
        title: "{peer} has a valid certificate, but no DNS name of it is among the hosts of this server's own URLs, and it is not the user of {place}",
        fix: &[
            (
                Me,
                "with verify_cert_and_check_known_urls: name {peer} by a host name of its certificate in routes (or gateways), not by its IP address",
            ),
            (Me, "with verify_and_map: authorization of that block needs the user {user:quoted}"),
            (
                Peer,
                "or issue its certificate with the host name by which this server knows it: natscert issue {their_role} NAME",
            ),
        ],
        ..TEXT
    },
    Text {
        id: "no-user",
        like: &["User in cert [{user}], not found"],
        turn: Turn::DetailOf("authentication"),
        codes: &[Code::NoUserMatches, Code::BareCommonName, Code::DnSpelling],
        title: "{peer} has a valid certificate, and verify_and_map finds no user for it",
        fix: &[
            (Me, "add the user to authorization.users: {user:users}"),
            (Me, "natscert inspect cert.pem lists all users that its certificate maps to"),
        ],
        ..TEXT
    },
    Text {
        id: "nameless-certificate",
        like: &["User required in cert, none found"],
        turn: Turn::DetailOf("authentication"),
        codes: &[Code::EmptySubject, Code::NoUserMatches],
        title: "the certificate of {peer} has no name that verify_and_map could use (before 2.14.1 DNS names without a subject are none)",
        fix: &[(
            Peer,
            "issue it with a subject or an email address: natscert issue {their_role} alice@example.com",
        )],
        ..TEXT
    },
    Text {
        id: "map-without-certificate",
        like: &[
            "User required in cert, no TLS connection state",
            "User required in cert, no peer certificates found",
        ],
        turn: Turn::DetailOf("authentication"),
        codes: &[Code::NoUserMatches, Code::PlaintextAllowed],
        title: "verify_and_map needs a certificate, and {peer} came without one",
        fix: &[(
            Peer,
            "connect with TLS and a client certificate: natscert issue {their_role} alice@example.com",
        )],
        ..TEXT
    },
    Text {
        id: "user-needs-certificate",
        like: &["User {user} requires a client certificate"],
        turn: Turn::DetailOf("authentication"),
        key: &["user"],
        codes: &[Code::MapTakeover],
        title: "the user {user} is one of verify_and_map, and {peer} came with the name alone",
        fix: &[(Peer, "present the certificate of that user, at a listener with verify_and_map")],
        ..TEXT
    },
    Text {
        id: "connect-user-ignored",
        like: &["User {user} found in connect proto, but user required from cert"],
        key: &["user"],
        title: "a client sent the user name {user}, which does not count where verify_and_map takes the user from the certificate",
        fix: &[(Peer, "leave user and password out of URL and options")],
        ..TEXT
    },
    Text {
        id: "refused-by-peer",
        like: &[
            "Route Error 'Authorization Violation'",
            "Gateway Error 'Authorization Violation'",
            "Leafnode Error 'Authorization Violation'",
        ],
        codes: &[Code::KnownUrlsNoOverlap, Code::KnownUrlsWithoutDns, Code::NoUserMatches, Code::MapClosed],
        title: "{peer} refused this server: by user and password, by known URLs, or because its certificate maps to no user",
        fix: &[(Peer, "its log says why, started with -D: natscert explain that")],
        ..TEXT
    },
    Text {
        id: "plaintext-listener",
        like: &[
            "parser ERROR, state=0, i=0: proto='\"\\x16\\x03",
            "parser ERROR, state=0, i=0: proto='{}\\x16\\x03\\x",
        ],
        codes: &[Code::OneSidedTls],
        title: "{peer} spoke TLS to a listener of {me} that has no tls map",
        fix: &[(Me, "give the listener a tls map: {place}"), (Peer, "or connect without TLS")],
        ..TEXT
    },
    Text {
        id: "wrong-port",
        like: &[
            "attempted to connect to wrong port",
            "attempted to connect to route port",
            "attempted to connect to gateway port",
            "attempted to connect to leaf node port",
        ],
        title: "{peer} connected to the port of another listener",
        fix: &[(
            Peer,
            "use the port that is meant: clients 4222, routes 6222, leafnodes 7422, gateways as configured",
        )],
        ..TEXT
    },
    Text {
        id: "authentication",
        like: &["authentication error"],
        kinds: &[Kind::Route, Kind::Gateway, Kind::Leafnode],
        codes: &[Code::KnownUrlsNoOverlap, Code::NoUserMatches, Code::OneSidedTls],
        title: "{peer} was refused: wrong user or password, TLS to a listener without it, or a certificate that is not among known URLs or users",
        fix: &[
            (Me, "start nats-server with -D: the line before this one then says what the certificate lacked"),
            (Me, "see that both sides have a tls map, or neither: here {place}"),
        ],
        ..TEXT
    },
    Text {
        id: "authentication",
        like: &["authentication error", "Authorization Violation", "authorization violation"],
        codes: &[Code::NoUserMatches, Code::BareCommonName, Code::DnSpelling],
        title: "{peer} was refused: wrong user or password, or a certificate that verify_and_map finds no user for",
        fix: &[
            (
                Me,
                "start nats-server with -D: the line before this one then names the user that was looked for",
            ),
            (Me, "natscert inspect cert.pem lists all users that a certificate maps to"),
        ],
        ..TEXT
    },
];
