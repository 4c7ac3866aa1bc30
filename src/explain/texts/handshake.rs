//! Handshakes that fail before certificates are judged, or that the other side ends.

use super::By::{Me, Peer};
use super::{TEXT, Text, Turn};
use crate::explain::side::{Kind, Side};
use crate::finding::Code;

const READ_THERE: (super::By, &str) = (Peer, "its own log or error says why: natscert explain that");

pub(super) static TEXTS: &[Text] = &[
    Text {
        id: "no-client-certificate",
        like: &["tls: client didn't provide a certificate"],
        side: Some(Side::Accepts),
        kinds: &[Kind::Route, Kind::Gateway, Kind::Leafnode],
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing],
        title: "{peer} presented no certificate: it has none, or withheld it because its CA is not in ca_file here",
        fix: &[
            (Me, "put the CA of its certificate into {roots}: a nats-server sends only what that asks for"),
            (
                Peer,
                "set cert_file and key_file in {their_place}, with the intermediates behind the leaf: natscert issue {their_role} NAME",
            ),
        ],
        ..TEXT
    },
    Text {
        id: "no-client-certificate",
        like: &["tls: client didn't provide a certificate"],
        side: Some(Side::Accepts),
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing, Code::BrowserVerify],
        title: "{peer} presented no certificate, and {place} demands one",
        fix: &[
            (Peer, "connect with a certificate: natscert issue {their_role} alice@example.com"),
            (
                Me,
                "if it has one: put its CA into {roots}, since Go clients withhold what that does not ask for; or take verify out",
            ),
        ],
        ..TEXT
    },
    Text {
        id: "rejected-by-openssl",
        like: &["local error: tls: bad record MAC"],
        side: Some(Side::Accepts),
        codes: &[Code::UntrustedPeer, Code::UrlNotCovered, Code::Expired],
        title: "{peer}, which uses OpenSSL, rejected the certificate of {me}: it does not trust its CA, or the name or time is wrong",
        fix: &[READ_THERE, (Peer, "give it the CA as file: ca.pem of the bundle, or natscert ca export")],
        ..TEXT
    },
    Text {
        id: "rejected-unknown-ca",
        like: &["remote error: tls: unknown certificate authority"],
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing],
        title: "{peer} does not trust the CA of the certificate of {me}",
        fix: &[
            (Peer, "trust the CA that issued it: ca.pem of the bundle, or natscert ca export"),
            (Me, "if an intermediate issued it, put that into cert_file of {place}, behind the leaf"),
        ],
        ..TEXT
    },
    Text {
        id: "rejected-expired",
        like: &["remote error: tls: expired certificate"],
        codes: &[Code::Expired, Code::NotYetValid],
        title: "{peer} takes the certificate of {me} for expired",
        fix: &[
            (Me, "issue it again: natscert issue {role} NAME --force"),
            (Peer, "if it is not, look at its clock"),
        ],
        ..TEXT
    },
    Text {
        id: "rejected-usage",
        like: &["remote error: tls: unsupported certificate"],
        codes: &[Code::ServerAuthMissing, Code::ClientAuthMissing, Code::KeyKind],
        title: "{peer} cannot use the certificate of {me}: its extended key usage or its kind of key is wrong",
        fix: &[(Me, "issue one that fits: natscert issue {role} NAME")],
        ..TEXT
    },
    Text {
        id: "no-certificate",
        like: &["tls: no certificates configured", "remote error: tls: unrecognized name"],
        codes: &[Code::NoCertificate],
        title: "a tls map without a certificate: where it listens, every handshake fails",
        fix: &[
            (Me, "set cert_file and key_file in {place}: natscert issue {role} NAME"),
            (Peer, "where the text begins with remote error, it is the other side that has none"),
        ],
        ..TEXT
    },
    Text {
        id: "version",
        like: &[
            "tls: client offered only unsupported versions: {versions}",
            "remote error: tls: protocol version not supported",
            "tls: server selected unsupported protocol version",
            "tls: no supported versions satisfy MinVersion and MaxVersion",
        ],
        title: "the two sides have no TLS version in common",
        fix: &[(Peer, "let it speak TLS 1.2 or 1.3"), (Me, "or lower min_version of {place}")],
        ..TEXT
    },
    Text {
        id: "cipher-suites",
        like: &[
            "tls: no cipher suite supported by both client and server; client offered: {suites}",
            "tls: no cipher suite supported by both client and server",
        ],
        codes: &[Code::UnusableSuites],
        title: "no TLS 1.2 cipher suite that {peer} offers is configured here and fits the certificate's key",
        fix: &[
            (
                Me,
                "take cipher_suites out of {place}, or add suites for the key: _ECDSA_ for an ECDSA certificate, _RSA_ for RSA",
            ),
            (Peer, "or let it speak TLS 1.3, which cipher_suites does not limit"),
        ],
        ..TEXT
    },
    Text {
        id: "curves",
        like: &[
            "no ECDHE curve supported by both client and server",
            "no key exchanges supported by both client and server",
        ],
        codes: &[Code::NoCommonProtocol],
        title: "the two sides have no curve in common",
        fix: &[(Me, "take curve_preferences out of {place}, or add CurveP256 and X25519")],
        ..TEXT
    },
    Text {
        id: "handshake-refused",
        like: &["remote error: tls: handshake failure"],
        codes: &[Code::UntrustedPeer],
        title: "{peer} found nothing in common (cipher suites, versions), or under TLS 1.2 missed a client certificate",
        fix: &[READ_THERE],
        ..TEXT
    },
    Text {
        id: "rejected-by-peer",
        like: &["remote error: tls: certificate required"],
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing],
        title: "{peer} demands a certificate, and {me} presented none",
        fix: &[(Me, "set cert_file and key_file in {place}: natscert issue {role} NAME"), READ_THERE],
        ..TEXT
    },
    Text {
        id: "rejected-by-peer",
        like: &["remote error: tls: {alert}"],
        key: &["alert"],
        codes: &[
            Code::UntrustedPeer,
            Code::UrlNotCovered,
            Code::IpNotCovered,
            Code::Expired,
            Code::ServerAuthMissing,
        ],
        title: "{peer} rejected the certificate of {me} and says no more than: {alert}",
        fix: &[READ_THERE],
        ..TEXT
    },
    Text {
        id: "plaintext-to-tls",
        like: &["tls: first record does not look like a TLS handshake"],
        only: Some(Side::Dials),
        codes: &[Code::OneSidedTls, Code::HandshakeFirstMismatch],
        title: "{peer} answered {me} without TLS",
        fix: &[
            (Peer, "give that listener a tls map: {their_place}"),
            (
                Me,
                "or take the tls map out of {place}; if the other side speaks first, handshake_first has to be the same on both",
            ),
        ],
        ..TEXT
    },
    Text {
        id: "plaintext-to-tls",
        like: &[
            "tls: first record does not look like a TLS handshake",
            "client sent an HTTP request to an HTTPS server",
            "Client sent an HTTP request to an HTTPS server",
        ],
        codes: &[Code::OneSidedTls, Code::PlaintextRemote],
        title: "{peer} spoke without TLS to a listener of {me} that wants it",
        fix: &[(
            Peer,
            "connect with TLS: tls:// or wss://, a tls map on a route, gateway or leafnode remote; health checks by TCP or HTTP do this, too",
        )],
        ..TEXT
    },
    Text {
        id: "rate-limit",
        like: &["Rejected {number} connections due to TLS rate limiting", "Connection throttling is active"],
        title: "more TLS handshakes a second than connection_rate_limit allows; clients see a plaintext error in their handshake",
        fix: &[(Me, "raise connection_rate_limit in tls, or let clients reconnect with more jitter")],
        ..TEXT
    },
    Text { id: "timeout", like: &["i/o timeout"], turn: Turn::Alone, ..TIMEOUT },
    Text {
        like: &[
            "handshake error: read tcp {}i/o timeout",
            "handshake error: write tcp {}i/o timeout",
            "handshake error: i/o timeout",
        ],
        ..TIMEOUT
    },
    Text {
        like: &["TLS handshake timeout", "net/http: TLS handshake timeout"],
        turn: Turn::Follows,
        ..TIMEOUT
    },
    Text {
        id: "secure-required",
        like: &["Secure Connection - TLS Required"],
        codes: &[Code::HandshakeFirst, Code::OneSidedTls],
        title: "{peer} did not begin TLS in time, or at all",
        fix: &[(Peer, "connect with TLS; on a listener with handshake_first, with TLS first")],
        ..TEXT
    },
    Text {
        id: "hung-up",
        like: &["handshake error: EOF", "TLS handshake error from {}: EOF"],
        codes: &[Code::UntrustedPeer, Code::UrlNotCovered, Code::HandshakeFirstMismatch],
        title: "{peer} hung up during the handshake: it does not trust the certificate (Node.js, Python), expects the server to speak first, or only looks whether the port is open",
        fix: &[
            READ_THERE,
            (Peer, "a leafnode remote of a hub with handshake_first needs handshake_first: true, too"),
        ],
        ..TEXT
    },
    Text {
        id: "reset",
        like: &[
            "handshake error: read tcp {}: connection reset by peer",
            "handshake error: write tcp {}: connection reset by peer",
            "handshake error: write tcp {}: broken pipe",
            "handshake error: {}: connection reset by peer",
            "handshake error: {}forcibly closed by the remote host",
        ],
        codes: &[Code::HandshakeFirstMismatch, Code::UntrustedPeer],
        title: "{peer} cut the connection during the handshake: it speaks TLS first where this listener sends INFO first, or rejected the certificate",
        fix: &[READ_THERE, (Me, "for clients that speak TLS first: handshake_first: \"auto\" in {place}")],
        ..TEXT
    },
    Text {
        id: "handshake-failed",
        like: &["closed: TLS Handshake Failure"],
        turn: Turn::Follows,
        codes: &[Code::OneSidedTls, Code::HandshakeFirstMismatch],
        title: "a handshake with {peer} failed, and why is logged at debug level only",
        fix: &[(
            Me,
            "start nats-server with -D; from 2.14.1 on time-outs and plaintext are logged nowhere else",
        )],
        ..TEXT
    },
];

const TIMEOUT: Text = Text {
    id: "timeout",
    codes: &[Code::TimeoutTooSmall, Code::HandshakeFirst, Code::HandshakeFirstMismatch],
    title: "the handshake with {peer} was not done in time",
    fix: &[
        (Me, "raise timeout in {place} (default 2 s): timeout: 5"),
        (
            Peer,
            "if it is silent, it waits for INFO: a listener with handshake_first wants clients that speak TLS first",
        ),
    ],
    ..TEXT
};
