//! The same certificate again: by another CA, with another key, or from now on.

use time::{Duration, OffsetDateTime};

use crate::pki::{BACKDATE, Facts, KeyType, Request, San, TimeError, Usage, Validity};

/// Why there cannot be another one like it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unlike {
    /// A name that natscert does not write, or not as this kind of name.
    #[error("it has a name that natscert does not certify ({0})")]
    Name(String),
    /// An extended key usage that natscert does not write.
    #[error("it is for {0}")]
    Usage(String),
}

/// What a certificate with the same names, usage, subject and extensions is made of. `key_type` is of no account where the
/// key is there already.
pub(super) fn request(facts: &Facts, key_type: KeyType, validity: Validity) -> Result<Request, Unlike> {
    let name = |san: &San| san.to_name().ok_or_else(|| Unlike::Name(san.to_string()));
    Ok(Request {
        usage: usage(facts)?,
        names: facts.sans.iter().map(name).collect::<Result<_, _>>()?,
        subject: facts.subject.clone(),
        key_type,
        validity,
        extensions: facts.extensions.clone(),
    })
}

/// A period as long as that of a certificate, from now on.
pub(super) fn from_now(facts: &Facts, now: OffsetDateTime) -> Result<Validity, TimeError> {
    of_length(facts.not_after - facts.not_before, now)
}

/// The same, but what is not valid at the present stays so.
pub(super) fn period(facts: &Facts, now: OffsetDateTime) -> Result<Validity, TimeError> {
    let old = facts.validity();
    if old.contains(now) { from_now(facts, now) } else { Ok(old) }
}

/// A period of this length between its ends, from now on.
pub(super) fn of_length(length: Duration, now: OffsetDateTime) -> Result<Validity, TimeError> {
    let begin = now - BACKDATE;
    Validity::new(begin, begin + length)
}

/// Exactly this usage: the extension is written anew.
fn usage(facts: &Facts) -> Result<Usage, Unlike> {
    let list: Vec<&str> = facts.extended_key_usage.iter().flatten().map(String::as_str).collect();
    match list.as_slice() {
        ["serverAuth"] => Ok(Usage::Server),
        ["clientAuth"] => Ok(Usage::Client),
        ["serverAuth", "clientAuth"] | ["clientAuth", "serverAuth"] => Ok(Usage::Both),
        [] => Err(Unlike::Usage("any purpose, having no extended key usage".into())),
        other => Err(Unlike::Usage(other.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::pki::{Ca, Extensions, Signature, signature};

    fn again(facts: &Facts, ca: &Ca, now: OffsetDateTime) -> Vec<u8> {
        let request = request(facts, KeyType::default(), period(facts, now).unwrap()).unwrap();
        ca.certify(&request, &facts.spki).unwrap().to_vec()
    }

    #[test]
    fn only_the_issuer_the_number_and_the_time_are_new() {
        let (old, new) = (Ca::generate().unwrap(), Ca::generate().unwrap());
        let now = OffsetDateTime::now_utc();
        let names = ["n1.example.com", "10.0.0.1", "alice@example.com", "spiffe://example.com/a"];
        for usage in Usage::ALL {
            let issued = old
                .sign(&Request {
                    usage,
                    names: names.iter().map(|name| name.parse().unwrap()).collect(),
                    subject: "CN=n1,OU=x,OU=y,O=Example".parse().unwrap(),
                    key_type: KeyType::Ed25519,
                    validity: Validity::new(now - Duration::days(30), now + Duration::days(60)).unwrap(),
                    extensions: Extensions {
                        ocsp: Some("http://127.0.0.1:1/".parse().unwrap()),
                        must_staple: true,
                    },
                })
                .unwrap();
            let before = issued.facts().unwrap();
            let der = again(&before, &new, now);
            let after = Facts::of(&der).unwrap();
            assert_eq!(signature(&der, new.facts()), Signature::Good);
            assert_eq!(
                (&after.sans, &after.subject, &after.spki),
                (&before.sans, &before.subject, &before.spki)
            );
            assert_eq!(after.extended_key_usage, before.extended_key_usage);
            assert_eq!((&after.key_usage, &after.extensions), (&before.key_usage, &before.extensions));
            assert_eq!(after.validity().length(), before.validity().length());
            assert!(after.not_before > before.not_before && after.serial != before.serial);
        }
    }

    #[test]
    fn what_is_over_stays_over() {
        let (old, new) = (Ca::generate().unwrap(), Ca::generate().unwrap());
        let now = OffsetDateTime::now_utc();
        let (begin, end) = (now - Duration::days(3), now - Duration::days(2));
        let issued = old
            .sign(&Request {
                usage: Usage::Server,
                names: vec!["n1".parse().unwrap()],
                subject: "CN=n1".parse().unwrap(),
                key_type: KeyType::EcdsaP256,
                validity: Validity::new(begin, end).unwrap(),
                extensions: Extensions::default(),
            })
            .unwrap();
        let before = issued.facts().unwrap();
        let after = Facts::of(&again(&before, &new, now)).unwrap();
        assert_eq!(after.validity(), before.validity());
    }
}
