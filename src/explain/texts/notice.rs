//! What has TLS in it and is no trouble.

use super::{TEXT, Text, Turn};

const fn notice(like: &'static [&'static str]) -> Text {
    Text { id: "notice", like, turn: Turn::Notice, ..TEXT }
}

pub(super) static TEXTS: &[Text] = &[
    notice(&["Starting TLS "]),
    notice(&["TLS handshake complete"]),
    notice(&["TLS version 1."]),
    notice(&["TLS required for client connections", "TLS available for client connections"]),
    notice(&["DistinguishedNameMatch could not be used for auth"]),
    notice(&["Using DistinguishedNameMatch for auth", "Using certificate subject for auth"]),
    notice(&[
        "Using email found in cert for auth",
        "Using SAN found in cert for auth",
        "Using URI found in cert for auth",
    ]),
    notice(&["Multiple peer certificates found, selecting first"]),
    notice(&["Reloaded: "]),
    notice(&["Rejecting SNI"]),
    notice(&["Found existing OCSP status", "OCSP Stapling enabled for"]),
];
