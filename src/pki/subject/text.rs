//! Distinguished names as text (RFC 4514).

use std::fmt;
use std::str::FromStr;

use der::Encode as _;
use der::asn1::ObjectIdentifier;

use super::{Attribute, KNOWN, Rdn, SUBJECT, Subject, SubjectError};
use crate::pki::name::shown;

/// RFC 4514: most specific RDN first.
impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(input: &str) -> Result<Self, SubjectError> {
        let fail = |problem: String| SubjectError { what: SUBJECT, shown: shown(input), problem };
        if input.trim().is_empty() {
            return Err(fail("is empty".to_owned()));
        }
        let mut rdns = Vec::new();
        for rdn in split_unescaped(input, ',') {
            let attributes = split_unescaped(rdn, '+').into_iter().map(attribute).collect::<Result<Rdn, _>>();
            let attributes = attributes.map_err(fail)?;
            if let Some(twice) = repeated_type(&attributes) {
                return Err(fail(format!("repeats {} within one RDN", twice.keyword())));
            }
            rdns.push(attributes);
        }
        rdns.reverse();
        let subject = Self(rdns);
        subject.to_der().map_err(|_| fail("cannot be encoded".to_owned()))?;
        Ok(subject)
    }
}

/// An RDN holds each attribute type once (X.501, section 9.3).
pub(super) fn repeated_type(rdn: &[Attribute]) -> Option<&Attribute> {
    rdn.iter().enumerate().find(|(i, a)| rdn[..*i].iter().any(|b| a.oid == b.oid)).map(|(_, a)| a)
}

/// Splits where `separator` is not escaped by a backslash.
fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == separator {
            parts.push(&text[start..at]);
            start = at + separator.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

fn attribute(text: &str) -> Result<Attribute, String> {
    let (keyword, value) = text
        .split_once('=')
        .ok_or_else(|| format!("has a part without an equals sign: {}", shown(text.trim())))?;
    let keyword = keyword.trim();
    let oid = match KNOWN.iter().find(|k| {
        k.keyword.eq_ignore_ascii_case(keyword)
            || (keyword.eq_ignore_ascii_case("E") && k.keyword == "EMAILADDRESS")
    }) {
        Some(known) => known.oid,
        None => ObjectIdentifier::new(keyword)
            .map_err(|_| format!("has the unknown attribute type {}", shown(keyword)))?,
    };
    Attribute::new(oid, &unescape(value)?)
}

/// Undoes RFC 4514 escapes; unescaped blanks around the value do not count.
fn unescape(value: &str) -> Result<String, String> {
    let value = value.trim_start_matches(' ');
    if value.starts_with('#') {
        return Err("has a value in #hex form, which is not supported".to_owned());
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut keep = 0;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            if matches!(c, '"' | ';' | '<' | '>') {
                return Err(format!("has an unescaped {c}"));
            }
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            if c != ' ' {
                keep = bytes.len();
            }
            continue;
        }
        match chars.next() {
            Some(e) if " \"#+,;<=>\\".contains(e) => bytes.push(e as u8),
            Some(high) => {
                let pair: String = std::iter::once(high).chain(chars.next()).collect();
                let byte = u8::from_str_radix(&pair, 16).ok().filter(|_| pair.len() == 2);
                bytes.push(byte.ok_or_else(|| format!("has an invalid escape: \\{pair}"))?);
            }
            None => return Err("ends in a backslash".to_owned()),
        }
        keep = bytes.len();
    }
    bytes.truncate(keep);
    String::from_utf8(bytes).map_err(|_| "is not valid UTF-8 once its escapes are undone".to_owned())
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, rdn) in self.0.iter().rev().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            for (j, attribute) in rdn.iter().enumerate() {
                if j > 0 {
                    f.write_str("+")?;
                }
                write!(f, "{}=", attribute.keyword())?;
                match &attribute.text {
                    Some(text) => write_escaped(f, text)?,
                    None => write!(f, "#{}", crate::pki::hex(&attribute.raw.to_der().unwrap_or_default()))?,
                }
            }
        }
        Ok(())
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (i, c) in text.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{c}")?,
            '#' | ' ' if i == 0 => write!(f, "\\{c}")?,
            ' ' if i == last => f.write_str("\\ ")?,
            c if c.is_control() => {
                let mut buffer = [0; 4];
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    write!(f, "\\{byte:02X}")?;
                }
            }
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}
