//! Names that a certificate lacks. Only who dials checks them.

use super::By::{Me, Peer};
use super::{TEXT, Text};
use crate::explain::side::Side;
use crate::finding::Code;

const DIALS: Text = Text { side: Some(Side::Dials), ..TEXT };

pub(super) static TEXTS: &[Text] = &[
    // Around the error of a handshake with somebody else.
    Text {
        id: "proxy",
        like: &["proxy TLS handshake failed: {reason}"],
        key: &["reason"],
        side: Some(Side::Dials),
        title: "the TLS connection to the HTTP proxy of a leafnode remote failed",
        fix: &[(
            Me,
            "set ca_file in leafnodes.remotes[].proxy.tls to the proxy's CA, and see that its certificate has the host of the URL",
        )],
        ..TEXT
    },
    Text {
        id: "no-ip-san",
        like: &["cannot validate certificate for {wanted} because it doesn't contain any IP SANs"],
        key: &["wanted"],
        codes: &[Code::IpNotCovered, Code::IpAsDns, Code::GossipedIp],
        title: "{peer} was dialled as {wanted}, and its certificate has no IP address",
        fix: &[
            (
                Peer,
                "issue its certificate with the address beside its names: natscert issue {their_role} NAME {wanted}",
            ),
            (Me, "or dial it by a name that is in its certificate"),
        ],
        ..DIALS
    },
    Text {
        id: "common-name-only",
        like: &["certificate relies on legacy Common Name field, use SANs instead"],
        codes: &[Code::CnOnly],
        title: "the certificate of {peer} has its host name in the common name alone, which Go and rustls do not read",
        fix: &[(Peer, "issue it again with the name as SAN: natscert issue {their_role} NAME")],
        ..DIALS
    },
    Text {
        id: "no-san",
        like: &["certificate is not valid for any names, but wanted to match {wanted}"],
        key: &["wanted"],
        codes: &[Code::UrlNotCovered, Code::NoSan],
        title: "{peer} was dialled as {wanted}, and its certificate has no DNS name",
        fix: &[
            (Peer, "issue its certificate with that name: natscert issue {their_role} {wanted}"),
            (Me, "or dial it by what is in its certificate: natscert inspect cert.pem"),
        ],
        ..DIALS
    },
    Text {
        id: "wrong-name",
        like: &[
            "certificate is valid for {has}, not {wanted}",
            "certificate not valid for name \"{wanted}\"; certificate is only valid for {has}",
            "certificate not valid for name \"{wanted}\"; certificate is not valid for any names",
            "certificate not valid for name {wanted}",
        ],
        key: &["wanted", "has"],
        codes: &[Code::UrlNotCovered, Code::IpNotCovered, Code::WildcardMismatch, Code::GossipedIp],
        title: "{peer} was dialled as {wanted}, which is not among the names of its certificate",
        fix: &[
            (Peer, "issue its certificate with that name, too: natscert issue {their_role} NAME {wanted}"),
            (Me, "or dial it by a name that the certificate has: {has}"),
        ],
        ..DIALS
    },
];
