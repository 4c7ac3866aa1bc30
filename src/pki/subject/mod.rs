//! Distinguished names: RFC 4514 text on the outside, any shape of RDNs inside.
//!
//! rcgen keeps one value per attribute type; `verify_and_map` users such as `CN=a,OU=x,OU=y,DC=example,DC=com`
//! need repeated types and multi-valued RDNs, so this type holds them and [`super::draft`] writes them.

mod text;

use der::asn1::{
    Any, BmpString, Ia5StringRef, ObjectIdentifier, PrintableStringRef, TeletexStringRef, Utf8StringRef,
};
use der::{Encode, Tag, Tagged};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{RdnSequence, RelativeDistinguishedName};

use super::name::shown;

/// What is known of an attribute type: its keyword, OID, string type and upper bound (RFC 5280, appendix A).
struct Known {
    keyword: &'static str,
    oid: ObjectIdentifier,
    tag: Tag,
    max: usize,
}

const fn known(keyword: &'static str, oid: &str, tag: Tag, max: usize) -> Known {
    Known { keyword, oid: ObjectIdentifier::new_unwrap(oid), tag, max }
}

const KNOWN: [Known; 15] = [
    known("CN", "2.5.4.3", Tag::Utf8String, 64),
    known("OU", "2.5.4.11", Tag::Utf8String, 64),
    known("O", "2.5.4.10", Tag::Utf8String, 64),
    known("DC", "0.9.2342.19200300.100.1.25", Tag::Ia5String, 63),
    known("C", "2.5.4.6", Tag::PrintableString, 2),
    known("ST", "2.5.4.8", Tag::Utf8String, 128),
    known("L", "2.5.4.7", Tag::Utf8String, 128),
    known("STREET", "2.5.4.9", Tag::Utf8String, 128),
    known("POSTALCODE", "2.5.4.17", Tag::Utf8String, 40),
    known("SERIALNUMBER", "2.5.4.5", Tag::PrintableString, 64),
    known("UID", "0.9.2342.19200300.100.1.1", Tag::Utf8String, 256),
    known("EMAILADDRESS", "1.2.840.113549.1.9.1", Tag::Ia5String, 255),
    known("TITLE", "2.5.4.12", Tag::Utf8String, 64),
    known("SN", "2.5.4.4", Tag::Utf8String, 64),
    known("GN", "2.5.4.42", Tag::Utf8String, 64),
];

fn known_oid(keyword: &str) -> Option<ObjectIdentifier> {
    KNOWN.iter().find(|known| known.keyword == keyword).map(|known| known.oid)
}

/// The longest common name, in characters (`ub-common-name`, RFC 5280 appendix A.1).
pub(crate) const MAX_COMMON_NAME: usize = 64;

/// What [`SubjectError`] calls a whole distinguished name.
const SUBJECT: &str = "subject";

/// What every root that natscert makes is called, in its organization.
pub(crate) const ROOT_NAME: &str = "natscert development CA";
/// What the organization of every intermediate is called.
const INTERMEDIATE_NAME: &str = "natscert intermediate CA";

/// A distinguished name, in the order of its encoding: most general RDN first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject(Vec<Rdn>);

/// One relative distinguished name: usually one attribute, several in a multi-valued RDN.
pub type Rdn = Vec<Attribute>;

/// One attribute of a distinguished name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The attribute type.
    pub oid: ObjectIdentifier,
    /// The value as text; `None` when it is no string type.
    pub text: Option<String>,
    raw: Any,
}

/// A distinguished name that cannot be used: what is wrong and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} {shown} {problem}")]
pub struct SubjectError {
    /// What was given: a subject, or a common name.
    pub what: &'static str,
    /// The text as it was given, escaped and shortened.
    pub shown: String,
    /// What is wrong.
    pub problem: String,
}

impl SubjectError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        if self.what != SUBJECT {
            return "give 1 to 64 characters without line breaks".to_owned();
        }
        if self.problem.contains("country") {
            return "write the country as its two letters (ISO 3166), such as C=DE".to_owned();
        }
        let types: Vec<_> = KNOWN.iter().map(|k| k.keyword).collect();
        format!(
            "write it as RFC 4514 does, such as \"CN=alice,OU=Eng,O=NATS\", with \\, for a comma in a value; types: {}",
            types.join(" ")
        )
    }
}

impl Attribute {
    fn new(oid: ObjectIdentifier, value: &str) -> Result<Self, String> {
        let known = KNOWN.iter().find(|k| k.oid == oid);
        let keyword = known.map_or_else(|| oid.to_string(), |k| k.keyword.to_owned());
        if value.is_empty() {
            return Err(format!("has no value for {keyword}"));
        }
        if value.chars().any(char::is_control) {
            return Err(format!("has a control character in {keyword}"));
        }
        let (tag, max) = known.map_or((Tag::Utf8String, usize::MAX), |k| (k.tag, k.max));
        let printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c);
        let fits = match tag {
            Tag::PrintableString => value.chars().all(printable),
            Tag::Ia5String => value.is_ascii(),
            _ => true,
        };
        if !fits {
            return Err(format!("has a character in {keyword} that this attribute cannot hold"));
        }
        let length = value.chars().count();
        if length > max {
            return Err(format!("has {length} characters in {keyword}, which holds {max} at most"));
        }
        if keyword == "C" && (length != 2 || !value.chars().all(|c| c.is_ascii_alphabetic())) {
            return Err("has a country that is not two letters".to_owned());
        }
        let raw =
            Any::new(tag, value.as_bytes()).map_err(|_| format!("has an unusable value for {keyword}"))?;
        Ok(Self { oid, text: Some(value.to_owned()), raw })
    }

    /// The RFC 4514 keyword of the type, or its dotted OID.
    #[must_use]
    pub fn keyword(&self) -> String {
        KNOWN
            .iter()
            .find(|k| k.oid == self.oid)
            .map_or_else(|| self.oid.to_string(), |k| k.keyword.to_owned())
    }
}

impl From<&AttributeTypeAndValue> for Attribute {
    fn from(atav: &AttributeTypeAndValue) -> Self {
        Self { oid: atav.oid, text: text_of(&atav.value), raw: atav.value.clone() }
    }
}

fn text_of(value: &Any) -> Option<String> {
    match value.tag() {
        Tag::Utf8String => Utf8StringRef::try_from(value).ok().map(|s| s.as_str().to_owned()),
        Tag::PrintableString => PrintableStringRef::try_from(value).ok().map(|s| s.as_str().to_owned()),
        Tag::Ia5String => Ia5StringRef::try_from(value).ok().map(|s| s.as_str().to_owned()),
        Tag::TeletexString => TeletexStringRef::try_from(value).ok().map(|s| s.as_str().to_owned()),
        Tag::BmpString => value.decode_as::<BmpString>().ok().map(|s| s.to_string()),
        _ => None,
    }
}

impl Subject {
    /// A subject of one common name. Longer ones are cut at 64 characters; control characters are dropped.
    #[must_use]
    pub fn common_name(text: &str) -> Self {
        Self::of(&[("2.5.4.3", text)])
    }

    /// A subject of one common name, exactly as given.
    ///
    /// # Errors
    /// When it is empty, longer than 64 characters, or has control characters.
    pub fn with_common_name(text: &str) -> Result<Self, SubjectError> {
        let attribute = Attribute::new(KNOWN[0].oid, text);
        let fail = |problem| SubjectError { what: "common name", shown: shown(text), problem };
        attribute.map(|a| Self(vec![vec![a]])).map_err(fail)
    }

    /// The subject of a root: what it is, whose it is, and a random number, since two roots of one user are
    /// two issuers. `name` replaces the common name.
    ///
    /// # Errors
    /// When `name` cannot be a common name, or the system has no randomness.
    pub fn of_root(name: Option<&str>, user_at_host: &str) -> Result<Self, super::Error> {
        let whose: String = user_at_host.chars().take(30).collect();
        let cn = match name {
            Some(name) => Self::with_common_name(name)?.0,
            None => {
                Self::common_name(&format!("{ROOT_NAME} {whose} {}", super::hex(&super::random::<4>()?))).0
            }
        };
        let mut subject = Self::of(&[("2.5.4.10", ROOT_NAME), ("2.5.4.11", user_at_host)]);
        subject.0.extend(cn);
        Ok(subject)
    }

    /// The subject of a new intermediate called `name`: with `cn` as common name, else with a random number.
    ///
    /// # Errors
    /// When `cn` cannot be a common name, or the system has no randomness.
    pub fn of_intermediate(name: &str, cn: Option<&str>, user_at_host: &str) -> Result<Self, super::Error> {
        let cn = if let Some(cn) = cn {
            Self::with_common_name(cn)?.0
        } else {
            let short: String = name.chars().take(32).collect();
            let random = super::hex(&super::random::<4>()?);
            Self::common_name(&format!("natscert intermediate {short} {random}")).0
        };
        let mut subject = Self::of(&[("2.5.4.10", INTERMEDIATE_NAME), ("2.5.4.11", user_at_host)]);
        subject.0.extend(cn);
        Ok(subject)
    }

    /// A subject of single-valued RDNs, most general first, from text that is ours: values are cut to fit.
    pub(crate) fn of(attributes: &[(&str, &str)]) -> Self {
        let rdns = attributes.iter().filter_map(|(oid, value)| {
            let clean: String = value.chars().filter(|c| !c.is_control()).take(MAX_COMMON_NAME).collect();
            Attribute::new(ObjectIdentifier::new(oid).ok()?, &clean).ok().map(|a| vec![a])
        });
        Self(rdns.collect())
    }

    /// The relative distinguished names, most general first.
    #[must_use]
    pub fn rdns(&self) -> &[Rdn] {
        &self.0
    }

    /// Whether there is no RDN at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of all common names.
    pub(crate) fn common_names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().filter(|a| a.oid == KNOWN[0].oid).filter_map(|a| a.text.as_deref())
    }

    /// The values of all email addresses, which belong into the SAN but stand here in old certificates.
    pub(crate) fn email_addresses(&self) -> impl Iterator<Item = &str> {
        let email = known_oid("EMAILADDRESS");
        self.0.iter().flatten().filter(move |a| Some(a.oid) == email).filter_map(|a| a.text.as_deref())
    }

    /// The value of the last (most specific) common name.
    #[must_use]
    pub fn last_common_name(&self) -> Option<&str> {
        let cn = KNOWN[0].oid;
        self.0.iter().rev().flatten().find(|a| a.oid == cn).and_then(|a| a.text.as_deref())
    }

    /// The same as natscert would write it, whoever wrote it: with the string types of RFC 5280, and nothing that
    /// [`Subject::from_str`](std::str::FromStr) would refuse.
    ///
    /// # Errors
    /// When a value is no text, or none that its attribute may have.
    pub(crate) fn checked(&self) -> Result<Self, SubjectError> {
        let fail = |problem: String| SubjectError { what: SUBJECT, shown: shown(&self.to_string()), problem };
        let attribute = |old: &Attribute| match &old.text {
            Some(text) => Attribute::new(old.oid, text),
            None => Err(format!("has a value that is no text for {}", old.keyword())),
        };
        let rdn = |rdn: &Rdn| rdn.iter().map(attribute).collect::<Result<Rdn, String>>();
        let rdns = self.0.iter().map(rdn).collect::<Result<Vec<_>, _>>().map_err(fail)?;
        if let Some(twice) = rdns.iter().find_map(|rdn| text::repeated_type(rdn)) {
            return Err(fail(format!("repeats {} within one RDN", twice.keyword())));
        }
        Ok(Self(rdns))
    }

    /// Whether it is as [`Subject::of_root`] makes it: the organization says so, whatever the common name.
    #[cfg(feature = "cli")]
    pub(crate) fn is_of_natscert_root(&self) -> bool {
        let organization = known_oid("O");
        self.0.iter().flatten().any(|a| Some(a.oid) == organization && a.text.as_deref() == Some(ROOT_NAME))
    }

    pub(crate) fn to_der(&self) -> der::Result<Vec<u8>> {
        let mut sequence = RdnSequence::default();
        for rdn in &self.0 {
            let attributes: Vec<_> =
                rdn.iter().map(|a| AttributeTypeAndValue { oid: a.oid, value: a.raw.clone() }).collect();
            sequence.push(RelativeDistinguishedName::try_from(attributes)?);
        }
        sequence.to_der()
    }
}

impl From<&x509_cert::name::Name> for Subject {
    fn from(name: &x509_cert::name::Name) -> Self {
        Self(name.iter_rdn().map(|rdn| rdn.iter().map(Attribute::from).collect()).collect())
    }
}

#[cfg(test)]
mod tests;
