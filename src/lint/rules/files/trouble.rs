//! What is in a file instead, and the command that mends it.

use std::path::Path;

use super::{Named, Wanted};
use crate::lint::{File, Hidden, Shape, System};
use crate::quote::word;

/// Where a file is that is not where nats-server will look for it.
pub(super) fn where_it_is(system: &System<'_>, named: Named<'_>) -> String {
    let name = named.name.value.as_str();
    if name.starts_with('~') || name.starts_with('$') {
        return format!("nats-server takes {name} as it stands: write the whole path");
    }
    let sources = named.server.config.sources();
    let texts = [
        sources.get(named.name.span.file).map(|text| text.name().to_string()),
        Some(named.server.file.clone()),
    ];
    for conf in texts.into_iter().flatten() {
        let Some(folder) = Path::new(&conf).parent() else { continue };
        let place = folder.join(name);
        if Path::new(name).is_relative()
            && place != system.settings.workdir.join(name)
            && system.material.exists(&place)
        {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            return format!(
                "it is {}: start nats-server in {}, and lint with --workdir {}, or write the whole path",
                place.display(),
                folder.display(),
                word(&folder.to_string_lossy())
            );
        }
    }
    match named.wanted {
        Wanted::Ca => "correct the path, or write the CA certificate there: natscert ca export".to_owned(),
        _ => "correct the path, or make it: natscert issue prints the block with the right paths".to_owned(),
    }
}

/// The format of what is no PEM.
pub(super) const fn format(shape: &Shape) -> &'static str {
    match shape {
        Shape::Der => "DER",
        Shape::Pkcs12 => "a PKCS #12 file",
        Shape::Pkcs7 => "a PKCS #7 file",
        Shape::JavaKeystore => "a Java keystore",
        _ => "no PEM",
    }
}

/// The command that makes PEM of it.
pub(super) fn conversion(shape: &Shape, wanted: Wanted, name: &str) -> String {
    let name = &word(name);
    match (shape, wanted) {
        (Shape::Pkcs12, Wanted::Key) => format!("openssl pkcs12 -in {name} -nocerts -noenc -out key.pem"),
        (Shape::Pkcs12, Wanted::Certificate) => format!("openssl pkcs12 -in {name} -nokeys -out cert.pem"),
        (Shape::Pkcs12, Wanted::Ca) => format!("openssl pkcs12 -in {name} -nokeys -cacerts -out ca.pem"),
        (Shape::Pkcs7, _) => {
            format!("openssl pkcs7 -in {name} -print_certs -out cert.pem (with -inform DER if it is DER)")
        }
        (Shape::JavaKeystore, _) => format!(
            "keytool -importkeystore -srckeystore {name} -destkeystore all.p12 -deststoretype PKCS12, then openssl pkcs12 -in all.p12 -noenc"
        ),
        (_, Wanted::Key) => format!("openssl pkey -inform DER -in {name} -out key.pem"),
        (_, _) => format!("openssl x509 -inform DER -in {name} -out cert.pem"),
    }
}

pub(super) fn without_mark(name: &str) -> String {
    format!("save it without byte order mark: sed -i '1s/^\\xEF\\xBB\\xBF//' {}", word(name))
}

/// How a block is hidden, and what shows it.
pub(super) fn hidden(file: &File) -> Option<(String, String)> {
    match file.hidden? {
        Hidden::Mark => None,
        Hidden::Glued(line) => Some((
            format!("line {line} ends one block and begins the next, and both are lost"),
            format!("begin a new line before -----BEGIN in line {line}"),
        )),
        Hidden::Indented(line) => Some((
            format!("there are blanks before -----BEGIN in line {line}, which hide the block"),
            format!("take the blanks out: sed -i 's/^[ \\t]*//' {}", word(&file.name)),
        )),
    }
}

/// What a file holds, in words.
pub(super) fn content(file: &File) -> String {
    if file.shape == Shape::Empty {
        return "nothing".to_owned();
    }
    if file.broken > 0 {
        return "a damaged one".to_owned();
    }
    if file.certificates.is_empty() && !file.headed.is_empty() {
        return "one in a block with headers, which counts for none in a ca_file".to_owned();
    }
    match (file.certificates.is_empty(), file.key.is_some(), file.labels.first()) {
        (true, true, _) => "a private key".to_owned(),
        (false, _, _) => "a certificate".to_owned(),
        (_, _, Some(label)) => format!("a block that says {label}"),
        (_, _, None) => "something that is no PEM".to_owned(),
    }
}
