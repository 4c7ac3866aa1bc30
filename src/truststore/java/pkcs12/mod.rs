//! The format PKCS#12 (RFC 7292), as far as Java writes roots into it. Its keys stay closed, and its MAC is not
//! looked at: what decrypts to certificates was decrypted with the right password, and a file that is not encrypted
//! is read by Java whatever its MAC.

use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tagged as _, asn1::ObjectIdentifier};

use super::keystore::{Entry, Keystore, PASSWORDS, Role, Unreadable};

mod cipher;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
/// Oracle's: Java takes no certificate without it for a root.
const TRUSTED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.113894.746875.1.1");

/// Reads a keystore, with whichever of the passwords opens it.
pub(super) fn read(bytes: &[u8]) -> Result<Keystore, Unreadable> {
    let mut file = Items::of(AnyRef::from_der(bytes)?)?;
    file.next()?; // the version
    let (kind, content) = content_info(file.next()?)?;
    if kind != DATA {
        return Err(Unreadable::Unsupported("signed with a certificate".to_owned()));
    }
    let mut last = Unreadable::Damaged;
    let mut budget = cipher::Budget::new();
    for password in PASSWORDS {
        match entries(content, password, &mut budget) {
            Ok(entries) => return Ok(Keystore { entries, password: Some(password) }),
            // What only the second attempt meets is that there was a first one.
            Err(_) if last == Unreadable::Password => break,
            Err(why) => last = why,
        }
        if last != Unreadable::Password {
            break;
        }
    }
    Err(last)
}

fn entries(safes: AnyRef<'_>, password: &str, budget: &mut cipher::Budget) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    let mut safes = Items::of(AnyRef::from_der(safes.value())?)?;
    while let Some(safe) = safes.more()? {
        let (kind, content) = content_info(safe)?;
        if kind == DATA {
            bags(content.value(), &mut entries)?;
        } else if kind == ENCRYPTED_DATA {
            let mut data = Items::of(content)?;
            data.next()?; // the version
            let mut data = Items::of(data.next()?)?;
            data.next()?; // what is encrypted: data
            let algorithm = data.next()?;
            let plain = cipher::decrypt(algorithm, data.next()?.value(), password, budget)?;
            // One wrong password in 256 leaves a padding that looks right.
            bags(&plain, &mut entries).map_err(|_| Unreadable::Password)?;
        } else {
            return Err(Unreadable::Unsupported(format!("with content of the kind {kind}")));
        }
    }
    Ok(entries)
}

/// What kind of content it is, and the content.
fn content_info(info: AnyRef<'_>) -> Result<(ObjectIdentifier, AnyRef<'_>), Unreadable> {
    let mut items = Items::of(info)?;
    Ok((items.next()?.decode_as()?, AnyRef::from_der(items.next()?.value())?))
}

fn bags(content: &[u8], entries: &mut Vec<Entry>) -> Result<(), Unreadable> {
    let mut bags = Items::of(AnyRef::from_der(content)?)?;
    while let Some(bag) = bags.more()? {
        let mut bag = Items::of(bag)?;
        if bag.next()?.decode_as::<ObjectIdentifier>()? != CERTIFICATE_BAG {
            continue;
        }
        let mut value = Items::of(AnyRef::from_der(bag.next()?.value())?)?;
        if value.next()?.decode_as::<ObjectIdentifier>()? != X509 {
            continue;
        }
        let der = AnyRef::from_der(value.next()?.value())?.value().to_owned();
        let (alias, role) = match bag.more()? {
            Some(attributes) => described(attributes)?,
            None => (String::new(), Role::Bystander),
        };
        entries.push(Entry { alias, der, role });
    }
    Ok(())
}

/// Alias and role, from a bag's attributes.
fn described(attributes: AnyRef<'_>) -> Result<(String, Role), Unreadable> {
    let (mut alias, mut is_trusted, mut has_key) = (String::new(), false, false);
    let mut attributes = Items::of(attributes)?;
    while let Some(attribute) = attributes.more()? {
        let mut attribute = Items::of(attribute)?;
        let kind: ObjectIdentifier = attribute.next()?.decode_as()?;
        is_trusted |= kind == TRUSTED_KEY_USAGE;
        has_key |= kind == LOCAL_KEY_ID;
        if kind == FRIENDLY_NAME {
            let name = Items::of(attribute.next()?)?.next()?.value();
            let units: Vec<_> = name.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            alias = String::from_utf16_lossy(&units);
        }
    }
    let role = if is_trusted {
        Role::Trusted
    } else if has_key {
        Role::OfKey
    } else {
        Role::Bystander
    };
    Ok((alias, role))
}

/// What a SEQUENCE or a SET is made of.
struct Items<'a>(SliceReader<'a>);

impl<'a> Items<'a> {
    fn of(whole: AnyRef<'a>) -> Result<Self, Unreadable> {
        if !whole.tag().is_constructed() {
            return Err(Unreadable::Damaged);
        }
        Ok(Self(SliceReader::new(whole.value())?))
    }

    fn more(&mut self) -> Result<Option<AnyRef<'a>>, Unreadable> {
        if self.0.is_finished() {
            return Ok(None);
        }
        Ok(Some(AnyRef::decode(&mut self.0)?))
    }

    fn next(&mut self) -> Result<AnyRef<'a>, Unreadable> {
        self.more()?.ok_or(Unreadable::Damaged)
    }
}
