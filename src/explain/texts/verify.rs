//! Certificates that Go's verifier refuses, on either side.

use super::By::{Me, Peer};
use super::{TEXT, Text};
use crate::explain::side::Side;
use crate::finding::Code;

const OWN_CLOCK: &str = "look at the clock of {me}";

pub(super) static TEXTS: &[Text] = &[
    Text {
        id: "ca-cannot-sign",
        like: &["parent certificate cannot sign this kind of certificate"],
        codes: &[Code::CaCannotSign],
        title: "the CA of the certificate of {peer} may not sign certificates (basicConstraints, keyCertSign)",
        fix: &[(Me, "make a CA that is one (natscert ca init), issue from it, and put it into {roots}")],
        ..TEXT
    },
    Text {
        id: "same-subject",
        like: &["possibly because of \"{}\" while trying to verify candidate authority certificate {ca}"],
        codes: &[Code::SameSubject, Code::UntrustedPeer],
        title: "{me} knows a CA of that name, but with another key than the one that signed the certificate of {peer}",
        fix: &[
            (
                Me,
                "put the CA that really issued it into {roots}; two CAs of one name are told apart by natscert inspect",
            ),
            (Peer, "or issue its certificate from the CA that {me} trusts: natscert issue {their_role} NAME"),
        ],
        ..TEXT
    },
    Text {
        id: "unknown-authority",
        like: &["certificate signed by unknown authority"],
        codes: &[Code::UntrustedPeer, Code::IntermediateMissing, Code::SystemRoots],
        title: "the certificate of {peer} does not lead to a CA that {me} trusts",
        fix: &[
            (Me, "put the CA that issued it into {roots}; where there is none, the system's roots count"),
            (
                Peer,
                "if an intermediate issued it, present that too: cert_file holds the leaf first, then the intermediates",
            ),
        ],
        ..TEXT
    },
    Text {
        id: "expired",
        like: &["certificate has expired or is not yet valid: current time {} is after {end}"],
        key: &["end"],
        codes: &[Code::Expired, Code::IssuerExpiresFirst],
        title: "the certificate of {peer}, or a CA above it, ended on {end}",
        fix: &[
            (
                Peer,
                "issue it again: natscert issue {their_role} NAME --force; if the CA has ended, make a new one",
            ),
            (Me, "if its time was not up yet: look at the clock of {me}"),
        ],
        ..TEXT
    },
    Text {
        id: "not-yet-valid",
        like: &["certificate has expired or is not yet valid: current time {now} is before {begin}"],
        key: &["begin"],
        codes: &[Code::NotYetValid, Code::JustIssued],
        title: "the certificate of {peer} begins on {begin}, and for {me} it is still {now}",
        fix: &[
            (Me, OWN_CLOCK),
            (Peer, "if it really begins later, issue it again: natscert issue {their_role} NAME --force"),
        ],
        ..TEXT
    },
    Text {
        id: "expired",
        like: &["certificate has expired or is not yet valid"],
        codes: &[Code::Expired, Code::NotYetValid],
        title: "the certificate of {peer}, or a CA above it, has ended or has not begun",
        fix: &[
            (
                Peer,
                "natscert inspect cert.pem shows its time; issue it again: natscert issue {their_role} NAME --force",
            ),
            (Me, OWN_CLOCK),
        ],
        ..TEXT
    },
    Text {
        id: "key-usage",
        like: &["certificate specifies an incompatible key usage"],
        only: Some(Side::Accepts),
        codes: &[Code::ClientAuthMissing, Code::CaUsage],
        title: "the certificate of {peer} is not for clients: its extended key usage, or its CA's, lacks clientAuth",
        fix: &[(Peer, "issue one that is: natscert issue {their_role} NAME")],
        ..TEXT
    },
    Text {
        id: "key-usage",
        like: &["certificate specifies an incompatible key usage"],
        codes: &[Code::ServerAuthMissing, Code::ClientAuthMissing, Code::CaUsage],
        title: "the extended key usage of the certificate of {peer}, or of its CA, lacks {usage}",
        fix: &[(Peer, "issue one that has it: natscert issue {their_role} NAME")],
        ..TEXT
    },
    Text {
        id: "name-constraint",
        like: &[
            "is not authorized to sign for this name: {reason}",
            "a root or intermediate certificate is not authorized to sign for this name",
        ],
        key: &["reason"],
        codes: &[Code::NameConstraint],
        title: "a CA above the certificate of {peer} may not certify all of its names",
        fix: &[
            (Peer, "leave that name out: {reason}"),
            (Peer, "or issue it from a CA that may: natscert ca init --permit NAME"),
        ],
        ..TEXT
    },
    Text {
        id: "path-length",
        like: &["too many intermediates for path length constraint"],
        codes: &[Code::PathLength],
        title: "above the certificate of {peer} there are more intermediates than a CA of them allows",
        fix: &[(Peer, "issue it from a CA nearer to the root, or the CA without that limit")],
        ..TEXT
    },
    Text {
        id: "weak-signature",
        like: &[
            "cannot verify signature: insecure algorithm",
            "insecure algorithm SHA1",
            "insecure algorithm MD5",
        ],
        codes: &[Code::WeakSignature],
        title: "the certificate of {peer}, or a CA below the root, is signed with SHA-1 or MD5",
        fix: &[(Peer, "issue it again with SHA-256: natscert issue {their_role} NAME")],
        ..TEXT
    },
    Text {
        id: "critical-extension",
        like: &["unhandled critical extension"],
        title: "the certificate of {peer} has a critical extension that Go does not know",
        fix: &[(Peer, "issue it without that extension: natscert issue {their_role} NAME")],
        ..TEXT
    },
    Text {
        id: "key-kind",
        like: &["unsupported certificate curve ({curve})", "unsupported elliptic curve"],
        codes: &[Code::KeyKind],
        title: "a key is of a kind that nats-server cannot use",
        fix: &[
            (
                Peer,
                "issue a certificate with another key: natscert issue {their_role} NAME --key-type ecdsa-p256",
            ),
            (Me, "if this was said at the start, the same for cert_file of {place}"),
        ],
        ..TEXT
    },
    Text {
        id: "ocsp",
        like: &[
            "client not OCSP valid",
            "server not OCSP valid",
            "Peer certificate is nil, rejecting OCSP peer",
        ],
        codes: &[Code::MqttOcsp],
        title: "the certificate of {peer} is revoked, or its OCSP responder does not vouch for it",
        fix: &[
            (Peer, "issue a certificate that its CA's responder vouches for, or one without an OCSP URL"),
            (
                Me,
                "see that the responder is reachable from here, or set ocsp_peer: false in {place}; for mqtt that of the top-level tls counts",
            ),
        ],
        ..TEXT
    },
];
