//! Quoting: any text comes out as that text, or not at all.

#![cfg_attr(test, allow(clippy::unwrap_used))]

/// A text with a NUL character, which neither a configuration nor a command line can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} has a NUL character, which neither a configuration nor a command line can hold")]
pub struct Nul(pub String);

/// A string for a nats-server configuration.
///
/// Double quotes with the escapes that every version knows, so that the text stays on its line and its visible form
/// shows what is in it. Nothing in quotes is a variable, a comment or the end of a map.
///
/// # Errors
/// A text with a NUL: nats-server takes a NUL byte in a file for its end.
pub fn quote(text: &str) -> Result<String, Nul> {
    refuse_nul(text)?;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if misleads(c) => push_bytes(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}

/// Text inside a comment, or for a person at a terminal: one line, with what would end or disguise it made visible.
#[must_use]
pub fn comment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if misleads(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// One word for a POSIX shell, on one line. Control characters need `$'…'`, which bash and zsh know.
///
/// # Errors
/// A text with a NUL: no argument of a program can have one.
pub fn shell(text: &str) -> Result<String, Nul> {
    refuse_nul(text)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    if !text.chars().any(misleads) {
        return Ok(format!("'{}'", text.replace('\'', r"'\''")));
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            c if misleads(c) => push_bytes(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('\'');
    Ok(out)
}

/// [`shell`], for advice: what no argument can have is replaced.
#[cfg(feature = "cli")]
#[must_use]
pub fn word(text: &str) -> String {
    shell(&text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// [`quote`], for advice: what no configuration can hold is replaced.
#[cfg(feature = "cli")]
#[must_use]
pub fn text(text: &str) -> String {
    quote(&text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

fn refuse_nul(text: &str) -> Result<(), Nul> {
    if text.contains('\0') { Err(Nul(text.to_owned())) } else { Ok(()) }
}

/// Characters that a reader or a terminal would not show as they are: controls, line separators, and those that turn
/// the direction of writing round.
#[must_use]
pub fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// `\xHH` for each byte.
fn push_bytes(out: &mut String, c: char) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        out.extend(format!("\\x{byte:02X}").chars());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_for_nats() {
        for (text, quoted) in [
            ("", r#""""#),
            ("/etc/nats/cert.pem", r#""/etc/nats/cert.pem""#),
            (r#"C:\a "b""#, r#""C:\\a \"b\"""#),
            ("a\nb\r\tc", r#""a\nb\r\tc""#),
            ("$HOME } # // ; ' ,]", r#""$HOME } # // ; ' ,]""#),
            ("\x07\x7f\u{85}\u{202E}é😀", r#""\x07\x7F\xC2\x85\xE2\x80\xAEé😀""#),
        ] {
            assert_eq!(quote(text).unwrap(), quoted);
        }
        assert!(matches!(quote("a\0b"), Err(Nul(text)) if text == "a\0b"));
    }

    #[test]
    fn comments_stay_on_their_line() {
        assert_eq!(comment("a\ntls {}\r\u{2028}é \"\\"), "a\\ntls {}\\r\\u{2028}é \"\\");
        assert_eq!(comment("\0"), "\\u{0}");
    }

    #[test]
    #[cfg(feature = "cli")]
    fn advice_has_replacements() {
        assert_eq!([word("a\0 b"), word("ab")], ["'a\u{fffd} b'", "ab"]);
        assert_eq!(text("a\0\\b"), "\"a\u{fffd}\\\\b\"");
    }

    #[test]
    fn words_for_a_shell() {
        for (text, quoted) in [
            ("/etc/nats/cert.pem", "/etc/nats/cert.pem"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's $HOME `x`", r"'it'\''s $HOME `x`'"),
            ("~/x", "'~/x'"),
            ("a\nb'\\", r"$'a\x0Ab\'\\'"),
        ] {
            assert_eq!(shell(text).unwrap(), quoted);
        }
        assert!(matches!(shell("a\0b"), Err(Nul(text)) if text == "a\0b"));
    }
}
