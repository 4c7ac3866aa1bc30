//! Users that are distinguished names, as nats-server reads and compares them.
//!
//! (Source: nats-server's `internal/ldap`.) It is not RFC 4514: of several equals signs the last ends the type, an attribute
//! at the end that has no value is dropped, and a type that is not known can be written, but no certificate has it.

use std::fmt;

use super::identity::{DOMAIN_COMPONENT, GO_ORDER, escaped, go_subjects};

/// A distinguished name of a configured user, most specific RDN first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDn(Vec<Vec<(String, String)>>);

impl UserDn {
    /// As nats-server reads it; none where it gives up, and compares the text alone.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rdns, mut rdn) = (Vec::new(), Vec::new());
        let (mut kind, mut part) = (String::new(), Part::default());
        let mut bytes = text.bytes().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => part.escaped(unescaped(&mut bytes)?),
                b'=' => {
                    kind = part.take();
                    if bytes.peek() == Some(&b'#') {
                        return None;
                    }
                }
                b',' | b'+' => {
                    if kind.is_empty() {
                        return None;
                    }
                    rdn.push((std::mem::take(&mut kind), part.take()));
                    if byte == b',' {
                        rdns.push(std::mem::take(&mut rdn));
                    }
                }
                _ => part.push(byte),
            }
        }
        if !part.bytes.is_empty() {
            if kind.is_empty() {
                return None;
            }
            rdn.push((kind, part.take()));
            rdns.push(rdn);
        }
        Some(Self(rdns))
    }

    /// Whether it means the same as another: the same RDNs in any order; types in any case, values as they are.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.key(str::to_owned) == other.key(str::to_owned)
    }

    /// The same, but with values in any case and blanks of any number: what somebody meant who mistyped it.
    #[must_use]
    pub fn resembles(&self, other: &Self) -> bool {
        let loose = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        self.key(loose) == other.key(loose)
    }

    /// Whether nats-server knows all of the types: it leaves certificates with others out.
    #[must_use]
    pub fn is_of_known_types(&self) -> bool {
        self.attributes().all(|(kind, _)| known(&kind.to_ascii_uppercase()))
    }

    /// The attributes, most specific first.
    #[must_use]
    pub fn attributes(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.0.iter().flatten().map(|(kind, value)| (kind.as_str(), value.as_str()))
    }

    /// The value of the first common name.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.attributes().find(|(kind, _)| kind.eq_ignore_ascii_case("CN")).map(|(_, value)| value)
    }

    /// As Go prints a subject with these attributes: what nats-server compares where it knows no distinguished names.
    #[must_use]
    pub fn as_go_prints(&self) -> String {
        let upper =
            |kind: &str| GO_ORDER.iter().find(|(_, keyword)| keyword.eq_ignore_ascii_case(kind)).copied();
        let subject: Vec<Vec<(String, String)>> = self
            .attributes()
            .rev()
            .map(|(kind, value)| {
                vec![(upper(kind).map_or(DOMAIN_COMPONENT, |(oid, _)| oid).to_owned(), value.to_owned())]
            })
            .collect();
        go_subjects(&subject).into_iter().next().unwrap_or_default()
    }

    /// Equal for names that are the same whatever the order.
    fn key(&self, value_of: impl Fn(&str) -> String) -> Vec<Vec<(String, String)>> {
        let rdn = |rdn: &Vec<(String, String)>| {
            let mut rdn: Vec<_> =
                rdn.iter().map(|(kind, value)| (kind.to_lowercase(), value_of(value))).collect();
            rdn.sort_unstable();
            rdn
        };
        let mut rdns: Vec<_> = self.0.iter().map(rdn).collect();
        rdns.sort_unstable();
        rdns
    }
}

/// RFC 4514, as nats-server reads it.
impl fmt::Display for UserDn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            for (index, (kind, value)) in rdn.iter().enumerate() {
                let plus = if index > 0 { "+" } else { "" };
                write!(f, "{plus}{}={}", kind.to_ascii_uppercase(), escaped(value))?;
            }
        }
        Ok(())
    }
}

/// What has been read of a type or a value.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    /// How many of the last bytes are blanks that do not count at the end.
    blanks: usize,
}

impl Part {
    fn push(&mut self, byte: u8) {
        if byte != b' ' {
            self.blanks = 0;
        } else if self.bytes.is_empty() {
            return;
        } else {
            self.blanks += 1;
        }
        self.bytes.push(byte);
    }

    fn escaped(&mut self, byte: u8) {
        self.blanks = 0;
        self.bytes.push(byte);
    }

    fn take(&mut self) -> String {
        self.bytes.truncate(self.bytes.len() - self.blanks);
        self.blanks = 0;
        String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned()
    }
}

/// What follows a backslash: a special character, or two hex digits.
fn unescaped(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = bytes.next()?;
    if b" \"#+,;<=>\\".contains(&first) {
        return Some(first);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(first)? * 16 + digit(bytes.next()?)?)
}

fn known(kind: &str) -> bool {
    kind == "DC" || GO_ORDER.iter().any(|(_, keyword)| *keyword == kind)
}

/// Whether Go could print a subject so: its types in its order and case, those that are the same joined by `+`, domain
/// components behind, no blanks between. (It may still be no certificate's.)
#[must_use]
pub fn is_as_go_prints(text: &str) -> bool {
    // Go writes a backslash before these.
    if [b'"', b'<', b'>', b';'].into_iter().any(|special| split(text, special).len() > 1) {
        return false;
    }
    let mut least = 0;
    for rdn in split(text, b',') {
        let parts = split(rdn, b'+');
        let Some(rank) = parts.first().and_then(|part| rank(part)) else { return false };
        // Each type once, but for domain components, which are printed one by one.
        if rank < least || parts.iter().any(|part| self::rank(part) != Some(rank)) {
            return false;
        }
        least = if rank == GO_ORDER.len() { rank } else { rank + 1 };
    }
    true
}

fn rank(part: &str) -> Option<usize> {
    let (kind, _) = part.split_once('=')?;
    if kind == "DC" {
        return Some(GO_ORDER.len());
    }
    GO_ORDER.iter().position(|(_, keyword)| *keyword == kind)
}

/// Splits where no backslash stands before.
fn split(text: &str, at: u8) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (index, byte) in text.bytes().enumerate() {
        if !escaped && byte == at {
            parts.push(&text[start..index]);
            start = index + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        let owned = |(kind, value): (&str, &str)| (kind.to_owned(), value.to_owned());
        UserDn::parse(text).map(|dn| dn.attributes().map(owned).collect())
    }

    #[allow(clippy::unnecessary_wraps, reason = "it is compared with what is read")]
    fn pairs(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(pairs.iter().map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned())).collect())
    }

    /// Each was tried on 2.15.1 as a user of a certificate that has just these attributes.
    #[test]
    fn names_are_read_as_the_server_reads_them() {
        assert_eq!(read("CN=alice,O=NATS"), pairs(&[("CN", "alice"), ("O", "NATS")]));
        assert_eq!(read("cn = alice , O=NATS "), pairs(&[("cn", "alice"), ("O", "NATS")]));
        assert_eq!(read("subject=CN = alice"), pairs(&[("CN", "alice")]));
        assert_eq!(read("/C=US/O=NATS/CN=alice"), pairs(&[("NATS/CN", "alice")]));
        assert_eq!(read(r"O=NATS\, Inc.,CN=a\20"), pairs(&[("O", "NATS, Inc."), ("CN", "a ")]));
        assert_eq!(read("CN=a=b"), pairs(&[("a", "b")]));
        assert_eq!(read("CN=a,O="), pairs(&[("CN", "a")]));
        for none in
            ["alice", "CN=alice,O=NATS, Inc.", "CN=a,Inc.,C=US", "CN=#0c", r"CN=a\", r"CN=a\zz", ",CN=a"]
        {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn order_and_case_of_types_do_not_count() {
        let dn = |text| UserDn::parse(text).unwrap();
        assert!(dn("CN=alice,O=NATS").matches(&dn("o=NATS,cn=alice")));
        assert!(dn("CN=a+OU=b").matches(&dn("OU=b+CN=a")));
        for other in ["CN=Alice,O=NATS", "CN=alice", "CN=alice+O=NATS", "CN=alice,O=NATS,O=NATS"] {
            assert!(!dn("CN=alice,O=NATS").matches(&dn(other)), "{other}");
        }
        assert!(dn("CN=alice,O=NATS  Inc").resembles(&dn("O=nats inc,CN=Alice")));
        assert!(!dn("CN=alice,O=NATS").resembles(&dn("CN=alice")));
    }

    #[test]
    fn types_that_no_certificate_can_have() {
        let of_known = |text| UserDn::parse(text).unwrap().is_of_known_types();
        assert!(of_known("cn=a,OU=b,O=c,L=d,ST=e,STREET=f,POSTALCODE=1,SERIALNUMBER=2,C=US,DC=x"));
        for text in ["emailAddress=a@x,CN=a", "UID=a", "S=e", "/C=US/CN=a"] {
            assert!(!of_known(text), "{text}");
        }
    }

    #[test]
    fn names_are_written_so_that_they_are_read_again() {
        for text in ["CN=alice,O=NATS", r"CN=a\,b+OU=c\=d,O=e f", "CN=x,DC=example,DC=com"] {
            assert_eq!(UserDn::parse(text).unwrap().to_string(), text);
        }
        let go = |text| UserDn::parse(text).unwrap().as_go_prints();
        assert_eq!(go("o=NATS, cn=alice"), "CN=alice,O=NATS");
        assert_eq!(go("CN=x,OU=b,OU=a,DC=example,DC=com"), "CN=x,OU=a+OU=b,DC=com,DC=example");
    }

    #[test]
    fn subjects_as_go_prints_them() {
        for text in ["CN=a", "CN=a,OU=b+OU=c,O=d,C=US", "CN=a=b,DC=com,DC=example", r"CN=a\,b,O=c"] {
            assert!(is_as_go_prints(text), "{text}");
        }
        for text in [
            "O=d,CN=a",
            "CN=a, O=d",
            "cn=a",
            "CN=a,OU=b,OU=c",
            "CN=a+OU=b",
            "DC=com,CN=a",
            "UID=a",
            "CN=a;O=d",
            "alice",
        ] {
            assert!(!is_as_go_prints(text), "{text}");
        }
    }
}
