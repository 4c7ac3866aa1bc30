//! A root as stores know it: by its DER.

use crate::pki::{self, Facts};

/// A root that is to be trusted.
#[derive(Clone, Debug)]
pub struct Root {
    der: Vec<u8>,
    facts: Facts,
    title: String,
}

/// Its octets are all of it.
impl PartialEq for Root {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Root {}

impl Root {
    /// From one certificate.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(der: &[u8]) -> Result<Self, pki::Error> {
        let facts = Facts::of(der)?;
        Ok(Self { der: der.to_owned(), title: title(&facts), facts })
    }

    /// The first certificate in a file's content, PEM or DER.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(bytes: &[u8]) -> Result<Self, pki::Error> {
        let found = pki::items(bytes)?;
        let der = found.iter().find_map(|item| match item {
            pki::Item::Certificate(der) => Some(der),
            _ => None,
        });
        Self::of(der.ok_or(pki::Error::NoCertificate)?)
    }

    /// Its DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// One PEM block with lines of 64, as every store's tools read it.
    #[must_use]
    pub fn pem(&self) -> String {
        pki::pem_block(&self.der)
    }

    /// What it says.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// SHA-256 of the DER, lower-case hex.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.facts.fingerprint
    }

    /// `natscert-` and the first half of the fingerprint: a name for files and aliases, so that a person sees where they
    /// come from. The root that is wanted is never recognised by it.
    #[must_use]
    pub fn file_stem(&self) -> String {
        self.wanted().file_stem()
    }

    /// Its common name.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What to look for.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted { fingerprint: self.facts.fingerprint.clone() }
    }
}

/// The root that is looked for: of one that was lost, no more is known than its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    fingerprint: String,
}

/// What a certificate in a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that is looked for.
    Wanted,
    /// Another root of natscert's.
    Other {
        /// SHA-256 of its DER, lower-case hex.
        fingerprint: String,
        /// Its common name.
        title: String,
    },
    /// None of natscert's business.
    Foreign,
}

impl Wanted {
    /// From SHA-256 in hex: 64 digits of either case, with or without colons or blanks, and `sha256:` or openssl's
    /// `sha256 Fingerprint=` before them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.split_once('=').map_or(text, |(_, hash)| hash).trim();
        let text = text
            .split_at_checked(7)
            .filter(|(kind, _)| kind.eq_ignore_ascii_case("sha256:"))
            .map_or(text, |(_, hash)| hash);
        let hex: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        let is_hash = hex.len() == 64 && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hash.then(|| Self { fingerprint: hex.to_ascii_lowercase() })
    }

    /// No root at all: for looking at what others there are.
    #[must_use]
    pub fn none() -> Self {
        Self { fingerprint: "0".repeat(64) }
    }

    /// SHA-256 of the DER, lower-case hex.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// As [`Root::file_stem`].
    #[must_use]
    pub fn file_stem(&self) -> String {
        format!("natscert-{}", &self.fingerprint[..16])
    }

    /// What a certificate is. Stores hold some hundred and fifty: those that cannot be ours are not parsed.
    #[must_use]
    pub fn judge(&self, der: &[u8]) -> Which {
        let fingerprint = pki::sha256_hex(der);
        if fingerprint == self.fingerprint {
            return Which::Wanted;
        }
        if !mentions_us(der) {
            return Which::Foreign;
        }
        match Facts::of(der) {
            Ok(facts) if facts.is_self_issued() && facts.subject.is_of_natscert_root() => {
                Which::Other { fingerprint, title: title(&facts) }
            }
            _ => Which::Foreign,
        }
    }

    /// As [`Wanted::judge`]; and of a certificate that stands under the name that natscert would give it, as file or
    /// alias: such a one was imported, so that its subject says nothing. Nobody has that name by chance, as it is of
    /// its fingerprint.
    #[must_use]
    pub fn judge_named(&self, der: &[u8], name: &str) -> Which {
        let which = self.judge(der);
        let Some(digits) = own_digits(name).filter(|_| which == Which::Foreign) else { return which };
        let fingerprint = pki::sha256_hex(der);
        match Facts::of(der) {
            Ok(facts) if digits.eq_ignore_ascii_case(&fingerprint[..OWN_DIGITS]) => {
                Which::Other { fingerprint, title: title(&facts) }
            }
            _ => which,
        }
    }
}

/// Of a fingerprint, in a name of natscert's.
const OWN_DIGITS: usize = 16;

/// The digits in `natscert-….crt`, and in what systems make of it: `debian:natscert-….pem`, `ca-cert-natscert-….pem`. Where
/// the name was taken, a number follows.
fn own_digits(name: &str) -> Option<&str> {
    let name = name.strip_prefix("debian:").unwrap_or(name);
    let name = name.strip_prefix("ca-cert-").unwrap_or(name);
    let name = [".pem", ".crt"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    let (digits, rest) = name.strip_prefix("natscert-")?.split_at_checked(OWN_DIGITS)?;
    let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|digit| digit.is_ascii_digit());
    (rest.is_empty() || rest.strip_prefix('-').is_some_and(is_number)).then_some(digits)
}

/// Whether a certificate is a root of natscert's.
#[cfg(not(any(target_os = "macos", windows)))]
pub(super) fn is_natscert_root(der: &[u8]) -> bool {
    Wanted::none().judge(der) != Which::Foreign
}

fn mentions_us(der: &[u8]) -> bool {
    let name = pki::ROOT_NAME.as_bytes();
    // Most octets are told apart by the first comparison.
    der.windows(name.len()).any(|window| window[0] == name[0] && window == name)
}

fn title(facts: &Facts) -> String {
    facts.subject.last_common_name().map_or_else(|| facts.subject.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::Ca;

    #[test]
    fn fingerprints_are_read_as_tools_print_them() {
        let root = Root::of(Ca::generate().unwrap().der()).unwrap();
        let hex = root.fingerprint();
        let octets: Vec<_> = hex.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap()).collect();
        let colons = octets.join(":").to_uppercase();
        for text in [
            hex.to_owned(),
            colons.clone(),
            octets.join(" "),
            format!("sha256:{hex}"),
            format!("SHA256:{colons}"),
            format!("sha256 Fingerprint={colons}\n"),
        ] {
            assert_eq!(Wanted::parse(&text), Some(root.wanted()), "{text}");
        }
        for text in ["", "12", &hex[..63], &format!("{hex}0"), &hex.replace(&hex[..1], "g"), "sha256:"] {
            assert_eq!(Wanted::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_root_is_known_by_its_octets_alone() {
        let (one, two) = (Ca::generate().unwrap(), Ca::generate().unwrap());
        let wanted = Root::of(one.der()).unwrap().wanted();
        assert_eq!(wanted.judge(one.der()), Which::Wanted);
        assert!(matches!(wanted.judge(two.der()), Which::Other { .. }));
        let leaf = one.issue(crate::Role::Server, ["localhost"]).unwrap();
        assert_eq!(wanted.judge(leaf.der()), Which::Foreign, "what it certified is no root");
        assert_eq!(wanted.judge(b"natscert development CA"), Which::Foreign);
    }

    #[test]
    fn a_root_with_a_subject_of_others_is_known_by_a_name_of_its_fingerprint() {
        let key = KeyPair::generate().unwrap();
        let der = CertificateParams::new([]).unwrap().self_signed(&key).unwrap().der().to_vec();
        let fingerprint = pki::sha256_hex(&der);
        let stem = format!("natscert-{}", &fingerprint[..16]);
        let wanted = Wanted::none();
        assert_eq!(wanted.judge(&der), Which::Foreign);
        for name in
            ["STEM", "STEM-2", "STEM.pem", "STEM.crt", "debian:STEM.pem", "ca-cert-STEM", "ca-cert-STEM.pem"]
        {
            let which = wanted.judge_named(&der, &name.replace("STEM", &stem));
            assert!(
                matches!(&which, Which::Other { fingerprint: found, .. } if *found == fingerprint),
                "{name}"
            );
        }
        let another = format!("natscert-{}", "0".repeat(16));
        let whole = format!("natscert-{fingerprint}");
        for name in [
            "",
            "natscert-",
            &fingerprint[..16],
            &stem[..24],
            &format!("{stem}-"),
            &another,
            &whole,
            "natscert-äöü",
        ] {
            assert_eq!(wanted.judge_named(&der, name), Which::Foreign, "{name}");
        }
        assert_eq!(Wanted::parse(&fingerprint).unwrap().judge_named(&der, &stem), Which::Wanted);
        let no_certificate = format!("natscert-{}", &pki::sha256_hex(b"x")[..16]);
        assert_eq!(wanted.judge_named(b"x", &no_certificate), Which::Foreign);
    }
}
