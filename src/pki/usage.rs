//! What a certificate may be used for: extended key usage by purpose, key usage by key.

use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};

/// The extended key usage of an issued certificate (RFC 5280, section 4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// serverAuth
    Server,
    /// clientAuth
    Client,
    /// serverAuth and clientAuth
    Both,
}

impl Usage {
    /// Every usage, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Server, Self::Client, Self::Both];

    /// The word of the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Both => "both",
        }
    }

    /// Whether serverAuth is among the purposes.
    #[must_use]
    pub fn server(self) -> bool {
        self != Self::Client
    }

    /// Whether clientAuth is among the purposes.
    #[must_use]
    pub fn client(self) -> bool {
        self != Self::Server
    }

    pub(crate) fn extended(self) -> Vec<ExtendedKeyUsagePurpose> {
        let server = self.server().then_some(ExtendedKeyUsagePurpose::ServerAuth);
        let client = self.client().then_some(ExtendedKeyUsagePurpose::ClientAuth);
        server.into_iter().chain(client).collect()
    }
}

/// The key usage that fits a key: RSA keys may also encipher (TLS 1.2 key exchange); for EC and Ed25519 keys
/// keyEncipherment is an error (RFC 5480 section 3, RFC 8410 section 5).
pub(crate) fn key_usage(is_rsa: bool) -> Vec<KeyUsagePurpose> {
    if is_rsa {
        vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment]
    } else {
        vec![KeyUsagePurpose::DigitalSignature]
    }
}
