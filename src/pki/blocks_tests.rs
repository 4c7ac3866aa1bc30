#![allow(clippy::unwrap_used)]

use super::*;

const CERT: &str = include_str!("../../tests/data/pki/p256.cert.pem");
const CERT_DER: &[u8] = include_bytes!("../../tests/data/pki/p256.cert.der");

fn labels(text: &str) -> Vec<String> {
    pem_blocks(text.as_bytes()).into_iter().map(|block| block.label).collect()
}

#[test]
fn blocks_among_what_is_none() {
    let cut = CERT.lines().take(3).collect::<Vec<_>>().join("\n");
    let body = CERT.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n");
    let one = ["CERTIFICATE"];
    for (what, text) in [
        ("as it is", CERT.to_owned()),
        ("no line end behind it", CERT.trim_end().to_owned()),
        ("lines of Windows", CERT.replace('\n', "\r\n")),
        ("text around it", format!("subject: é\n\n{CERT}trailing -----BEGIN words")),
        ("blanks at the ends of lines", CERT.replace('\n', " \t\n")),
        (
            "all in one line",
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", body.replace('\n', "")),
        ),
        ("a block without end in front", format!("{cut}\n{CERT}")),
        ("a block without end that ends a line early", format!("{cut}{}\n{CERT}", "A".repeat(7))),
        ("a block with another end in front", format!("{cut}\n-----END X-----\n{CERT}")),
        ("an end of its own in front", format!("-----END CERTIFICATE-----\n{CERT}")),
        ("a block that is no Base64 in front", format!("-----BEGIN A-----\n!\n-----END A-----\n{CERT}")),
        ("Base64 without padding in front", format!("-----BEGIN A-----\nAA\n-----END A-----\n{CERT}")),
        ("a beginning without dashes", format!("-----BEGIN A\n{CERT}")),
        ("words behind the beginning", format!("-----BEGIN A----- b\n{CERT}")),
        ("words behind the end", format!("{}words\n{CERT}", CERT.trim_end())),
        ("two in one line", format!("{}{}\n{CERT}", CERT.trim_end(), CERT)),
        (
            "the end does not begin a line",
            format!("{}\n{CERT}", CERT.trim_end().replace("\n-----END", " -----END")),
        ),
        ("a block of another label round it", format!("-----BEGIN A-----\n{CERT}-----END A-----\n")),
    ] {
        assert_eq!(labels(&text), one, "{what}");
        assert_eq!(*pem_blocks(text.as_bytes())[0].der, CERT_DER, "{what}");
    }
    for (what, text) in [
        ("no end", cut),
        ("a mark in front", format!("\u{feff}{CERT}")),
        ("blanks in front", format!(" {CERT}")),
        ("another end", CERT.replace("END CERTIFICATE", "END X")),
        ("words behind the end", format!("{}words", CERT.trim_end())),
        ("words behind the beginning", CERT.replacen("-----\n", "----- words\n", 1)),
    ] {
        assert!(labels(&text).is_empty(), "{what}");
    }
    assert_eq!(
        labels("-----BEGIN A-----\n-----END A-----\n-----BEGIN B-----\nAB==\n-----END B-----"),
        ["A", "B"]
    );
}

#[test]
fn headers() {
    let headed = CERT.replacen("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1);
    let blocks = pem_blocks(format!("{headed}{CERT}").as_bytes());
    let said: Vec<_> = blocks.iter().map(|block| (block.is_encrypted, block.has_headers)).collect();
    assert_eq!(said, [(true, true), (false, false)]);
    assert_eq!(*blocks[0].der, CERT_DER);
    // There has to be a line's end between headers and the end.
    assert!(labels("-----BEGIN A-----\nb: c\n-----END A-----\n").is_empty());
}

/// Each of these took the square of its size when ends were looked for anew.
#[test]
fn many_beginnings_are_no_trouble() {
    use std::fmt::Write as _;
    let mut labels = String::new();
    for number in 0..600_000 {
        writeln!(labels, "-----BEGIN {number}-----").unwrap();
    }
    for tail in ["", "-----END A-----\n", CERT] {
        let start = std::time::Instant::now();
        let found = pem_blocks(format!("{labels}{tail}").as_bytes());
        assert_eq!(found.len(), usize::from(tail == CERT));
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}
