//! The kinds of file that natscert writes: name and mode belong to the kind.

/// A file of a bundle or of the CA directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `cert.pem`: the certificate, then intermediates.
    Certificate,
    /// `key.pem`: its private key, PKCS #8.
    PrivateKey,
    /// `ca.pem`: what the peer's certificate is checked against.
    CaBundle,
    /// `tls.conf`: the `tls` map alone, for `include`.
    TlsConf,
    /// `crl.pem` of a revoked fixture: what its CA revoked.
    Crl,
    /// `root.pem` of the CA directory.
    Root,
    /// `root-key.pem` of the CA directory.
    RootKey,
    /// `revoked.json` of the CA directory: what its CAs revoked.
    Revoked,
    /// `nats.conf` of a node: the whole configuration of a nats-server.
    NatsConf,
    /// `nats.sh` of a client: runs the nats CLI as that client.
    ClientScript,
}

impl FileKind {
    /// The files of a bundle.
    pub const BUNDLE: [Self; 4] = [Self::Certificate, Self::PrivateKey, Self::CaBundle, Self::TlsConf];
    /// The files of a fixture.
    pub const FIXTURE: [Self; 5] =
        [Self::Certificate, Self::PrivateKey, Self::CaBundle, Self::TlsConf, Self::Crl];
    /// The files of the folders of a topology.
    pub const TREE: [Self; 5] =
        [Self::Certificate, Self::PrivateKey, Self::CaBundle, Self::NatsConf, Self::ClientScript];
    /// The files of a CA directory.
    pub const CA: [Self; 2] = [Self::Root, Self::RootKey];

    /// The file's name.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Certificate => "cert.pem",
            Self::PrivateKey => "key.pem",
            Self::CaBundle => "ca.pem",
            Self::TlsConf => "tls.conf",
            Self::Crl => "crl.pem",
            Self::Root => "root.pem",
            Self::RootKey => "root-key.pem",
            Self::Revoked => "revoked.json",
            Self::NatsConf => "nats.conf",
            Self::ClientScript => "nats.sh",
        }
    }

    /// The mode that the file is created with (POSIX; the umask may take more away).
    #[must_use]
    pub fn mode(self) -> u32 {
        match self {
            Self::PrivateKey | Self::RootKey => 0o600,
            Self::ClientScript => 0o755,
            Self::Certificate
            | Self::CaBundle
            | Self::TlsConf
            | Self::Crl
            | Self::Root
            | Self::Revoked
            | Self::NatsConf => 0o644,
        }
    }
}
