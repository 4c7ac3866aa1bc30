//! What clients say: async-nats, nats-py, nats.js, nats.go and the TLS libraries below them.

use super::By::{Me, Peer};
use super::{TEXT, Text, Turn};
use crate::explain::side::{Side, Speaker};
use crate::finding::Code;

const CLIENT: Text = Text { by: Some(Speaker::Client), side: Some(Side::Dials), ..TEXT };

const UNKNOWN_CA: &str = "give it the CA of the server: ca.pem of the bundle, or natscert ca export > ca.pem";

const IP: Text = Text {
    id: "wrong-name",
    key: &["wanted"],
    codes: &[Code::UrlNotCovered, Code::IpNotCovered, Code::CnOnly],
    title: "the server was dialled by a name or address that is not in its certificate",
    fix: &[
        (
            Peer,
            "issue its certificate with every name and address that clients use: natscert issue server {wanted}",
        ),
        (Me, "or dial it by what is in the certificate: natscert inspect cert.pem"),
    ],
    ..CLIENT
};

const REJECTED: Text = Text {
    id: "rejected-by-server",
    codes: &[Code::UntrustedPeer, Code::Expired, Code::ClientAuthMissing],
    title: "the server rejected the certificate of {me}, or missed one",
    fix: &[
        (Peer, "its log says why: natscert explain that"),
        (
            Me,
            "present a client certificate that its ca_file leads to: natscert issue client alice@example.com",
        ),
    ],
    ..CLIENT
};

pub(super) static TEXTS: &[Text] = &[
    Text {
        id: "client-expired",
        like: &["received fatal alert: CertificateExpired", "alert certificate expired"],
        codes: &[Code::Expired, Code::NotYetValid],
        title: "for the server, the client's certificate has expired or is not valid yet",
        fix: &[
            (Me, "issue it again: natscert issue client alice@example.com --force"),
            (Peer, "if it is valid: look at the clock of the server"),
        ],
        ..CLIENT
    },
    Text {
        id: "unknown-authority",
        like: &[
            "invalid peer certificate: UnknownIssuer",
            "UnknownIssuer",
            "unable to get local issuer certificate",
            "unable to verify the first certificate",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "self-signed certificate in certificate chain",
            "self signed certificate in certificate chain",
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            "SELF_SIGNED_CERT_IN_CHAIN",
        ],
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing],
        title: "the client does not trust the CA of the server's certificate, or the server does not send an intermediate",
        fix: &[
            (Me, UNKNOWN_CA),
            (
                Peer,
                "if an intermediate issued its certificate: cert_file holds the leaf first, then the intermediates",
            ),
        ],
        ..CLIENT
    },
    Text {
        like: &[
            "Hostname mismatch, certificate is not valid for '{wanted}'",
            "IP address mismatch, certificate is not valid for '{wanted}'",
            "does not match certificate's altnames: Host: {wanted}. is not in",
            "does not match certificate's altnames: IP: {wanted} is not in",
            "Hostname mismatch",
            "IP address mismatch",
            "does not match certificate's altnames",
            "ERR_TLS_CERT_ALTNAME_INVALID",
            "NotValidForName",
        ],
        ..IP
    },
    Text {
        id: "expired",
        like: &[
            "certificate expired: {}verification time {now}, but certificate is not valid after {end}(",
            "certificate expired",
            "invalid peer certificate: Expired",
            "CERT_HAS_EXPIRED",
            "certificate has expired (_ssl",
        ],
        codes: &[Code::Expired, Code::IssuerExpiresFirst],
        title: "the server's certificate, or a CA above it, has expired",
        fix: &[
            (Peer, "issue it again: natscert issue server NAME --force, then nats-server --signal reload"),
            (Me, "if it has not: look at the clock of the client"),
        ],
        ..CLIENT
    },
    Text {
        id: "not-yet-valid",
        like: &[
            "certificate not valid yet",
            "NotValidYet",
            "certificate is not yet valid",
            "CERT_NOT_YET_VALID",
        ],
        codes: &[Code::NotYetValid, Code::JustIssued],
        title: "the server's certificate is not valid yet by the client's clock",
        fix: &[
            (Me, "look at its clock"),
            (Peer, "if it really begins later, issue it again: natscert issue server NAME --force"),
        ],
        ..CLIENT
    },
    Text {
        id: "key-usage",
        like: &[
            "does not allow extended key usage for server authentication",
            "unsuitable certificate purpose",
            "unsupported certificate purpose",
            "InvalidPurpose",
            "INVALID_PURPOSE",
        ],
        codes: &[Code::ServerAuthMissing, Code::CaUsage],
        title: "the server's certificate is not for servers: its extended key usage lacks serverAuth",
        fix: &[(Peer, "issue one that is: natscert issue server NAME")],
        ..CLIENT
    },
    Text {
        id: "ca-as-end-entity",
        like: &["CaUsedAsEndEntity"],
        codes: &[Code::CaAsEndEntity, Code::SelfSigned],
        title: "the server's certificate is a CA's, which rustls does not take from a server",
        fix: &[(Peer, "issue one from that CA: natscert issue server NAME")],
        ..CLIENT
    },
    Text {
        id: "certificate-required",
        like: &[
            "received fatal alert: CertificateRequired",
            "alert certificate required",
            "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
            "remote error: tls: certificate required",
        ],
        codes: &[Code::NoUserMatches],
        title: "the server demands a client certificate, and the client has none",
        fix: &[
            (Me, "connect with one: natscert issue client alice@example.com"),
            (Peer, "or take verify out of tls"),
        ],
        ..CLIENT
    },
    Text {
        id: "client-unknown-ca",
        like: &["received fatal alert: UnknownCA", "alert unknown ca", "UnknownCA"],
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing],
        title: "the server does not trust the CA of the client's certificate",
        fix: &[
            (Peer, "put that CA into ca_file of tls"),
            (
                Me,
                "or use a certificate of the CA that the server trusts, with its intermediates: natscert issue client alice@example.com",
            ),
        ],
        ..CLIENT
    },
    Text {
        id: "no-certificate",
        like: &[
            "received fatal alert: UnrecognisedName",
            "received fatal alert: UnrecognizedName",
            "alert unrecognized name",
        ],
        codes: &[Code::NoCertificate],
        title: "the server has a tls map without a certificate",
        fix: &[(Peer, "set cert_file and key_file in tls: natscert issue server NAME")],
        ..CLIENT
    },
    Text {
        id: "version",
        like: &[
            "received fatal alert: ProtocolVersion",
            "alert protocol version",
            "peer is incompatible: {}VersionsNotEnabled",
            "UNSUPPORTED_PROTOCOL",
            "unsupported protocol (_ssl",
        ],
        codes: &[Code::NoCommonProtocol],
        title: "client and server have no TLS version in common",
        fix: &[(Me, "let it speak TLS 1.2 and 1.3"), (Peer, "or lower min_version of tls")],
        ..CLIENT
    },
    Text {
        id: "cipher-suites",
        like: &[
            "received fatal alert: HandshakeFailure",
            "alert handshake failure",
            "NoCipherSuitesInCommon",
        ],
        codes: &[Code::UnusableSuites, Code::NoCommonProtocol],
        title: "the server found no common cipher suite, or under TLS 1.2 missed a client certificate",
        fix: &[(Peer, "its log says which: natscert explain that")],
        ..CLIENT
    },
    Text {
        like: &[
            "received fatal alert: {alert}",
            "tlsv1 alert {alert}",
            "tlsv13 alert {alert}",
            "sslv3 alert {alert}",
        ],
        key: &["alert"],
        ..REJECTED
    },
    Text {
        like: &["Broken pipe", "BrokenPipe", "ECONNRESET", "Connection reset by peer"],
        turn: Turn::Alone,
        ..REJECTED
    },
    Text {
        id: "tls-to-plaintext",
        like: &[
            "corrupt message of type InvalidContentType",
            "InvalidContentType",
            "wrong version number",
            "WRONG_VERSION_NUMBER",
            "record layer failure",
        ],
        codes: &[Code::OneSidedTls, Code::HandshakeFirst, Code::HandshakeFirstMismatch],
        title: "the client spoke TLS, and the server did not: it has no TLS there, or sends INFO first, or its rate limit refused in plaintext",
        fix: &[
            (Me, "leave out TLS first, unless the listener has handshake_first"),
            (Peer, "if there is no tls map at that port, add one: natscert snippet server BUNDLE-DIR"),
        ],
        ..CLIENT
    },
    Text {
        id: "no-tls-on-server",
        like: &[
            "SERVER_OPT_NA",
            "secure connection not available",
            "server does not support TLS",
            "tls not supported by server",
        ],
        codes: &[Code::OneSidedTls],
        title: "the client wants TLS, and the server has none at that port",
        fix: &[
            (Peer, "add a tls map: natscert snippet server BUNDLE-DIR"),
            (Me, "or connect without TLS: nats://"),
        ],
        ..CLIENT
    },
    Text {
        id: "secure-required",
        like: &[
            "nats: secure connection required",
            "secure connection required",
            "Secure Connection - TLS Required",
        ],
        codes: &[Code::OneSidedTls, Code::HandshakeFirst],
        title: "the server demands TLS, and the client came without, or too late for handshake_first",
        fix: &[(
            Me,
            "connect with tls:// and the CA; where the listener has handshake_first, with TLS first",
        )],
        ..CLIENT
    },
    Text {
        id: "waits-for-info",
        like: &[
            "expected INFO, got nothing",
            "empty response from server when expecting INFO message",
            "expected INFO message",
        ],
        codes: &[Code::HandshakeFirst, Code::HandshakeFirstMismatch],
        title: "the server said nothing: its listener has handshake_first, or is another one (route, gateway, websocket)",
        fix: &[
            (
                Me,
                "speak TLS first (async-nats: tls_first; nats-py: tls_handshake_first; nats.go: TLSHandshakeFirst), or use the client port",
            ),
            (Peer, "or set handshake_first: \"auto\", which serves both"),
        ],
        ..CLIENT
    },
    Text {
        like: &["CONNECTION_REFUSED"],
        turn: Turn::Alone,
        id: "waits-for-info",
        codes: &[Code::HandshakeFirst],
        title: "nats.js got no INFO: nothing listens there, or the listener has handshake_first",
        fix: &[(Me, "speak TLS first, or look whether the server runs: nats-server -c nats.conf")],
        ..CLIENT
    },
    Text {
        id: "client-files",
        like: &[
            "nats: error loading or parsing rootCA file",
            "nats: failed to parse root certificate from {file}",
            "nats: error loading client certificate",
            "nats: error parsing client certificate",
        ],
        key: &["file"],
        codes: &[Code::FileMissing, Code::CaFileEmpty, Code::KeyMismatch],
        title: "the client cannot use its own files: the CA, or its certificate and key",
        fix: &[(
            Me,
            "give it ca.pem, cert.pem and key.pem of one bundle; natscert inspect FILE says what is in them",
        )],
        ..CLIENT
    },
    Text {
        id: "bad-record-mac",
        like: &["decryption failed or bad record mac", "received fatal alert: BadRecordMac"],
        codes: &[Code::UntrustedPeer],
        title: "the two sides gave up at the same time: an OpenSSL client rejected the server's certificate under TLS 1.3",
        fix: &[(Me, UNKNOWN_CA)],
        ..CLIENT
    },
    Text { id: "wrong-name", like: &["x509: certificate is valid for {has}, but not for {wanted}"], ..IP },
];
