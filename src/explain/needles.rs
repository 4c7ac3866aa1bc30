//! Where in a log there may be something: one pass for all words, most bytes of which are never looked at.
//!
//! A set of words is Wu and Manber's case: by two bytes a table says how far the next word can begin at the nearest. A search
//! for one word after the other, as `memchr` has it, costs a pass for each.

/// One of them stands in every line that means something. None is shorter than a window.
const NEEDLES: &[&str] = &[
    "TLS ",
    " TLS",
    "TLSv",
    "TLS:",
    "TLS'",
    "tls:",
    " tls",
    "tlsv1",
    "x509",
    "X509",
    "SSL:",
    "SSL_",
    " SSL",
    "_SSL",
    "sslv3",
    "certi",
    "Certi",
    "CERT",
    "cert:",
    "cert ",
    "cert_",
    "_certs",
    "andshake",
    "ndshakeFail",
    "authentication error",
    "Authorization Violation",
    "authorization violation",
    "parser ERROR",
    "Leafnode connection created",
    "outbound gateway",
    "rying to connect",
    "tempted to connect",
    "i/o timeout",
    "'timeout'",
    "cipher",
    "urve",
    "wrong version",
    "wrong type",
    "reload",
    "fatal alert",
    "UnknownIssuer",
    "local issuer",
    "ca_file",
    "key_file",
    "rootCA",
    " mismatch",
    "'verify",
    "unknown field",
    "OCSP",
    "ocsp",
    "throttling",
    "HTTPS",
    "HTTPs",
    "mqtt requires",
    "InvalidContentType",
    "INFO",
    "interface conversion",
    "SERVER_OPT_NA",
    "permission denied",
    "record layer",
    "no such file",
    "is a directory",
    "cannot find",
    "PEM inputs",
    "unknown version",
    "to be a boolean",
    "known_urls",
    "proxy",
    "VERIFY_LEAF",
    "NotValid",
    "key usage",
    "Purpose",
    "PURPOSE",
    "CaUsedAs",
    "UnknownCA",
    "VersionsNotEnabled",
    "_PROTOCOL",
    "unsupported protocol",
    "CipherSuites",
    "VERSION_NUMBER",
    "secure connection",
    "record mac",
    "authorized to sign",
    "[]string",
    "alert unknown",
    "alert unrec",
    "alert protocol",
    "tls not",
    "User required",
    "from cert",
    "path length",
    "insecure algorithm",
    "critical extension",
    "supported by both",
    "min_version",
];

/// How many bytes are looked at together.
const WINDOW: usize = 4;

/// Two bytes, folded.
const SLOTS: usize = 1 << 12;

/// The words, prepared.
#[derive(Debug)]
pub(super) struct Needles {
    /// How far to go on from two bytes at the end of a window.
    shift: Vec<u8>,
    /// The words whose first window ends in them.
    words: Vec<Vec<&'static [u8]>>,
}

fn slot(first: u8, second: u8) -> usize {
    (usize::from(first) << 4) ^ usize::from(second)
}

/// As the table keeps it; 0 looks at every byte, which is right and slow.
fn bytes(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(0)
}

impl Needles {
    pub(super) fn new() -> Self {
        let mut shift = vec![bytes(WINDOW - 1); SLOTS];
        let mut words = vec![Vec::new(); SLOTS];
        for word in NEEDLES.iter().map(|word| word.as_bytes()) {
            for (at, pair) in word[..WINDOW].windows(2).enumerate() {
                let shift = &mut shift[slot(pair[0], pair[1])];
                *shift = (*shift).min(bytes(WINDOW - 2 - at));
            }
            words[slot(word[WINDOW - 2], word[WINDOW - 1])].push(word);
        }
        Self { shift, words }
    }

    /// Where one begins, from `from` on.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut end = from + WINDOW - 1;
        while end < text.len() {
            let slot = slot(text[end - 1], text[end]);
            let shift = usize::from(self.shift[slot]);
            if shift == 0 {
                let start = end + 1 - WINDOW;
                if self.words[slot].iter().any(|word| text[start..].starts_with(word)) {
                    return Some(start);
                }
            }
            end += shift.max(1);
        }
        None
    }

    #[cfg(test)]
    pub(super) fn all() -> impl Iterator<Item = &'static str> {
        NEEDLES.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        let needles = Needles::new();
        for word in NEEDLES {
            for before in 0..9 {
                let text = format!("{}{word}{}", "-".repeat(before), "x".repeat(before % 3));
                assert_eq!(needles.find(text.as_bytes(), 0), Some(before), "{text}");
                assert_eq!(needles.find(text.as_bytes(), before + 1), None, "{text}");
            }
        }
        assert_eq!(needles.find(b"", 0), None);
        assert_eq!(needles.find(b"an ordinary line of a log", 0), None);
    }
}
