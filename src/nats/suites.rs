//! Cipher suites and curves by the names that nats-server takes, per version.
//!
//! The names are exact and case-sensitive. Up to 2.11 nats-server had a list of its own; from 2.12 on it takes the names
//! of Go's `crypto/tls`, and refuses what Go calls insecure unless `allow_insecure_cipher_suites` is set.

use super::Version;
use super::nearest::{nearest, or_list};
use super::version::Support;

/// Which of the two lists a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `cipher_suites`
    CipherSuite,
    /// `curve_preferences`
    Curve,
}

impl Kind {
    const fn noun(self) -> &'static str {
        match self {
            Self::CipherSuite => "cipher suite",
            Self::Curve => "curve",
        }
    }

    const fn table(self) -> &'static [Named] {
        match self {
            Self::CipherSuite => CIPHER_SUITES,
            Self::Curve => CURVES,
        }
    }
}

/// A cipher suite or curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The name, as nats-server wants it.
    pub name: &'static str,
    /// First version that knows the name; none when the oldest supported one does.
    pub since: Option<Version>,
    /// First version that does not know the name any more.
    pub until: Option<Version>,
    /// Go calls it insecure: from 2.12 on it needs `allow_insecure_cipher_suites`.
    pub insecure: bool,
    /// The same thing under the name of the other versions.
    pub other_name: Option<&'static str>,
}

const V2_12: Version = Version::new(2, 12, 0);
const V2_15: Version = Version::new(2, 15, 0);

const fn always(name: &'static str) -> Named {
    Named { name, since: None, until: None, insecure: false, other_name: None }
}

const fn insecure(name: &'static str) -> Named {
    Named { insecure: true, ..always(name) }
}

const fn from(version: Version, name: &'static str) -> Named {
    Named { since: Some(version), ..always(name) }
}

const fn respelt(old: &'static str, new: &'static str) -> [Named; 2] {
    [
        Named { other_name: Some(old), ..from(V2_12, new) },
        Named { until: Some(V2_12), other_name: Some(new), ..always(old) },
    ]
}

const CHACHA_ECDSA: [Named; 2] =
    respelt("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
const CHACHA_RSA: [Named; 2] =
    respelt("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

/// Every cipher suite that some supported version takes.
pub const CIPHER_SUITES: &[Named] = &[
    always("TLS_AES_128_GCM_SHA256"),
    always("TLS_AES_256_GCM_SHA384"),
    always("TLS_CHACHA20_POLY1305_SHA256"),
    always("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    always("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    CHACHA_ECDSA[0],
    CHACHA_ECDSA[1],
    always("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    always("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    always("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    always("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    CHACHA_RSA[0],
    CHACHA_RSA[1],
    always("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    always("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    insecure("TLS_RSA_WITH_RC4_128_SHA"),
    insecure("TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    insecure("TLS_RSA_WITH_AES_128_CBC_SHA"),
    insecure("TLS_RSA_WITH_AES_256_CBC_SHA"),
    insecure("TLS_RSA_WITH_AES_128_CBC_SHA256"),
    Named { since: Some(V2_12), ..insecure("TLS_RSA_WITH_AES_128_GCM_SHA256") },
    insecure("TLS_RSA_WITH_AES_256_GCM_SHA384"),
    insecure("TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"),
    insecure("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    insecure("TLS_ECDHE_RSA_WITH_RC4_128_SHA"),
    insecure("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    insecure("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
];

/// Every curve that some supported version takes.
pub const CURVES: &[Named] = &[
    always("X25519"),
    always("CurveP256"),
    always("CurveP384"),
    always("CurveP521"),
    from(V2_12, "X25519MLKEM768"),
    from(V2_15, "SecP256r1MLKEM768"),
    from(V2_15, "SecP384r1MLKEM1024"),
];

impl Named {
    /// Whether a version takes the name.
    #[must_use]
    pub fn known_to(&self, version: Version) -> bool {
        self.since.is_none_or(|since| version.supports(since) == Support::Yes)
            && self.until.is_none_or(|until| version.supports(until) == Support::No)
    }

    /// Whether it is a TLS 1.3 suite. Those are always on: nats-server takes the names and does nothing with them.
    #[must_use]
    pub fn tls13(&self) -> bool {
        self.name.starts_with("TLS_") && !self.name.contains("_WITH_")
    }

    fn versions(&self) -> String {
        match (self.since, self.until) {
            (Some(since), _) => format!("{}.{} and later", since.major, since.minor),
            (None, Some(until)) => format!("versions before {}.{}", until.major, until.minor),
            (None, None) => "all versions".to_owned(),
        }
    }
}

/// Finds the cipher suite or curve of that exact name.
///
/// # Errors
/// The name is wrong, or right only for other versions.
pub fn find(kind: Kind, name: &str, version: Version) -> Result<&'static Named, NameError> {
    match kind.table().iter().find(|named| named.name == name) {
        Some(named) if named.known_to(version) => Ok(named),
        Some(named) => Err(NameError::OtherVersion { kind, named, version }),
        None => {
            let known = kind.table().iter().filter(|named| named.known_to(version)).map(|named| named.name);
            Err(NameError::Unknown {
                kind,
                name: name.to_owned(),
                nearest: nearest(&synonym(name), known, 3),
                version,
            })
        }
    }
}

/// Other standards' names of the NIST curves, which no edit distance would find.
fn synonym(name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "prime256v1" | "secp256r1" => "CurveP256".to_owned(),
        "secp384r1" => "CurveP384".to_owned(),
        "secp521r1" => "CurveP521".to_owned(),
        "curve25519" => "X25519".to_owned(),
        _ => name.to_owned(),
    }
}

/// A cipher suite or curve that the server would not start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No version knows the name.
    #[error("nats-server knows no {} {name:?}", kind.noun())]
    Unknown {
        /// Cipher suite or curve.
        kind: Kind,
        /// As it was given.
        name: String,
        /// Up to three names that are right for the version, most likely first.
        nearest: Vec<&'static str>,
        /// The version it was asked for.
        version: Version,
    },
    /// Other versions know the name.
    #[error("nats-server {version} does not know the {} {}: {} do", kind.noun(), named.name, named.versions())]
    OtherVersion {
        /// Cipher suite or curve.
        kind: Kind,
        /// What was asked for.
        named: &'static Named,
        /// The version it was asked for.
        version: Version,
    },
}

impl NameError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { nearest, .. } if !nearest.is_empty() => {
                format!("did you mean {}? names are case-sensitive", or_list(nearest))
            }
            Self::Unknown { kind, version, .. } => {
                let good = kind.table().iter().filter(|named| !named.insecure && named.known_to(*version));
                format!("use {}", or_list(&good.map(|named| named.name).collect::<Vec<_>>()))
            }
            Self::OtherVersion { named: Named { other_name: Some(name), .. }, version, .. } => {
                format!("for {version} write {name}")
            }
            Self::OtherVersion { .. } => "leave it out, or give the newer --server-version".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(kind: Kind, version: Version, insecure: bool) -> usize {
        kind.table().iter().filter(|named| named.known_to(version) && named.insecure == insecure).count()
    }

    #[test]
    fn each_version_knows_as_many_names_as_its_source_lists() {
        let (old, new) = (Version::new(2, 11, 11), Version::NEWEST);
        assert_eq!((count(Kind::CipherSuite, old, false), count(Kind::CipherSuite, old, true)), (13, 11));
        assert_eq!((count(Kind::CipherSuite, new, false), count(Kind::CipherSuite, new, true)), (13, 12));
        assert_eq!(count(Kind::Curve, Version::OLDEST, false), 4);
        assert_eq!(count(Kind::Curve, V2_12, false), 5);
        assert_eq!(count(Kind::Curve, new, false), 7);
    }

    #[test]
    fn wrong_names_get_the_nearest() {
        for (name, expected) in
            [("P-256", "CurveP256"), ("x25519", "X25519"), ("prime256v1", "CurveP256"), ("p521", "CurveP521")]
        {
            let error = find(Kind::Curve, name, Version::NEWEST).unwrap_err();
            assert!(
                error.hint().starts_with(&format!("did you mean {expected}")),
                "{name}: {}",
                error.hint()
            );
        }
        let error = find(Kind::CipherSuite, "ECDHE-RSA-AES256-GCM-SHA384", Version::NEWEST).unwrap_err();
        assert!(error.hint().contains("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"), "{}", error.hint());
        assert_eq!(error.to_string(), "nats-server knows no cipher suite \"ECDHE-RSA-AES256-GCM-SHA384\"");
    }

    #[test]
    fn a_name_of_other_versions_says_which() {
        let error = find(Kind::CipherSuite, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Version::OLDEST)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "nats-server 2.9 does not know the cipher suite TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: \
             2.12 and later do"
        );
        assert_eq!(error.hint(), "for 2.9 write TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305");
        let error =
            find(Kind::CipherSuite, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", Version::NEWEST).unwrap_err();
        assert!(error.to_string().ends_with("versions before 2.12 do"));
        assert_eq!(error.hint(), "for 2.15.1 write TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
        let error = find(Kind::Curve, "SecP256r1MLKEM768", Version::new(2, 14, 6)).unwrap_err();
        assert!(error.to_string().ends_with("2.15 and later do"));
    }
}
