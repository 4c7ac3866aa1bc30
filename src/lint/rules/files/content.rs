//! What is in one file, and what its option wants.

use super::{Named, Once, Wanted, trouble};
use crate::finding::{Code, Finding, Severity};
use crate::lint::{File, Hidden, Key, Shape, System};
use crate::quote::word;

pub(super) fn check<'a>(system: &System<'_>, named: Named<'a>, once: &mut Once<'a>) {
    let file = match named.wanted {
        Wanted::Ca => system.material.pool(&named.name.value),
        _ => system.material.file(&named.name.value),
    };
    let mut add = |finding: Finding| once.add(named.server, named.name.span, &file.name, finding);
    if file.has_crlf {
        let message =
            format!("{} has the line ends of Windows, which nats-server reads all the same", file.name);
        let fix = format!("sed -i 's/\\r$//' {}", word(&file.name));
        add(Finding::new(Code::LineEnds, message, fix));
    }
    if named.wanted == Wanted::Key && file.is_read() {
        exposed(&file).into_iter().for_each(&mut add);
    }
    if !named.wanted.is_in(&file) {
        add(missing(system, named, &file));
        return;
    }
    match (named.wanted, &file.key) {
        (Wanted::Key, Some(Key::Encrypted)) => add(encrypted(&file)),
        (Wanted::Key, Some(Key::Unreadable)) => {
            unreadable_key(system, named, &file).into_iter().for_each(&mut add);
        }
        _ => {}
    }
    if named.wanted != Wanted::Key {
        partly(named, &file).into_iter().for_each(&mut add);
    }
}

/// Why there is nothing in the file that the option wants.
fn missing(system: &System<'_>, named: Named<'_>, file: &File) -> Finding {
    let (option, name) = (named.wanted.option(), &file.name);
    match &file.shape {
        Shape::Missing => {
            let message = format!("{option} {name} is not there");
            Finding::new(Code::FileMissing, message, trouble::where_it_is(system, named))
        }
        Shape::Unreadable(why) => {
            let message = format!("{option} {name} cannot be read: {why}");
            let fix = if why.contains("directory") {
                format!("name a file in it, such as {name}/cert.pem")
            } else if why.starts_with("larger") {
                "name a file that holds certificates or a key alone".to_owned()
            } else {
                "let the user that runs nats-server read it, and run lint as that user".to_owned()
            };
            Finding::new(Code::FileUnreadable, message, fix)
        }
        Shape::Der | Shape::Pkcs12 | Shape::Pkcs7 | Shape::JavaKeystore => {
            let message = format!(
                "{option} {name} is {}, and nats-server reads PEM alone",
                trouble::format(&file.shape)
            );
            Finding::new(Code::NotPem, message, trouble::conversion(&file.shape, named.wanted, name))
        }
        Shape::Utf16 => {
            let message = format!("{option} {name} is UTF-16 text, in which nats-server finds nothing");
            let to = word(&format!("{name}.utf8"));
            let fix = format!("iconv -f UTF-16 -t UTF-8 {} > {to}, and name that", word(name));
            Finding::new(Code::TextEncoding, message, fix)
        }
        _ if file.hidden == Some(Hidden::Mark) => {
            let message =
                format!("{option} {name} begins with a byte order mark, which hides the block behind it");
            Finding::new(Code::TextEncoding, message, trouble::without_mark(name))
        }
        _ => other_kind(named, file),
    }
}

fn other_kind(named: Named<'_>, file: &File) -> Finding {
    let (option, name) = (named.wanted.option(), &file.name);
    let code = if named.wanted == Wanted::Ca { Code::CaFileEmpty } else { Code::WrongKind };
    if let Some((how, fix)) = trouble::hidden(file) {
        return Finding::new(code, format!("{option} {name} seems empty to nats-server: {how}"), fix);
    }
    let what = trouble::content(file);
    let wanted = if named.wanted == Wanted::Key { "private key" } else { "certificate" };
    let message = format!("{option} {name} holds no {wanted} but {what}");
    let fix = match named.wanted {
        Wanted::Certificate if file.key.is_some() => {
            "name the certificate's file here, and this one as key_file"
        }
        Wanted::Key if !file.certificates.is_empty() => {
            "name the private key's file here, and this one as cert_file"
        }
        Wanted::Ca if file.key.is_some() => {
            "name the CA's certificate here, and keep its key away from servers"
        }
        Wanted::Ca => "put the certificates of the CAs there, as PEM: natscert ca export",
        _ => "put it there as PEM, in a block that says CERTIFICATE or PRIVATE KEY",
    };
    Finding::new(code, message, fix)
}

/// What is in the file and nevertheless not read, beside what is.
fn partly(named: Named<'_>, file: &File) -> Option<Finding> {
    let (option, name) = (named.wanted.option(), &file.name);
    let severity = |worst: Severity| if named.wanted == Wanted::Ca { Severity::Warning } else { worst };
    if file.hidden == Some(Hidden::Mark) {
        let message =
            format!("{option} {name} begins with a byte order mark, which hides its first certificate");
        let finding = Finding::new(Code::TextEncoding, message, trouble::without_mark(name));
        return Some(Finding { severity: severity(Severity::Error), ..finding });
    }
    if let Some((how, fix)) = trouble::hidden(file) {
        let finding = Finding::new(Code::WrongKind, format!("{option} {name}: {how}"), fix);
        return Some(Finding { severity: severity(Severity::Error), ..finding });
    }
    if file.broken > 0 {
        let what = if named.wanted == Wanted::Ca {
            "nats-server passes over it"
        } else {
            "Go peers refuse all of the file then"
        };
        let message = format!("{option} {name} has a block that says CERTIFICATE and holds none: {what}");
        let finding =
            Finding::new(Code::WrongKind, message, "take it out, or copy it again: it is cut off or damaged");
        return Some(Finding { severity: severity(Severity::Error), ..finding });
    }
    let holds_key = named.wanted == Wanted::Ca && file.key.is_some();
    let is_bundle =
        named.map.pairs.iter().any(|pair| pair.key.as_ref().is_some_and(|key| key.value == *name));
    (holds_key && !is_bundle).then(|| {
        let message = format!("ca_file {name} holds a private key as well, which nothing reads from there");
        let finding =
            Finding::new(Code::WrongKind, message, "take the key out: a ca_file is given to everybody");
        Finding { severity: Severity::Note, ..finding }
    })
}

/// Everybody can read it. (Its group may: Debian and Kubernetes give keys to servers that way.)
fn exposed(file: &File) -> Option<Finding> {
    let mode = file.mode.filter(|mode| mode & 0o004 != 0 && file.key.is_some())?;
    let message =
        format!("everybody on this machine can read the private key {} (mode {mode:04o})", file.name);
    Some(Finding::new(Code::KeyExposed, message, format!("chmod {:o} {}", mode & 0o770, word(&file.name))))
}

fn encrypted(file: &File) -> Finding {
    let message =
        format!("the private key {} is encrypted, and nats-server cannot ask for a password", file.name);
    let fix = format!("openssl pkey -in {} -out key.pem, chmod 600 key.pem, and name that", word(&file.name));
    Finding::new(Code::KeyEncrypted, message, fix)
}

/// A key that nobody here can read: what its certificate says of its kind is found there.
fn unreadable_key(system: &System<'_>, named: Named<'_>, file: &File) -> Option<Finding> {
    use crate::lint::certificate::{CERTIFICATE_NEEDS, Support, support};
    let pair = named.map.pairs.iter().find(|pair| pair.key.as_ref() == Some(named.name))?;
    let certificate = system.cert_file(pair)?;
    let leaf = certificate.leaf()?;
    if support(&leaf.facts.key) != Support::Fine {
        return None;
    }
    let label = file.labels.iter().find(|label| label.ends_with("PRIVATE KEY"))?;
    let (message, fix) = if label.starts_with("OPENSSH") {
        let fix = format!("ssh-keygen -p -N '' -m PKCS8 -f {} on a copy of it", word(&file.name));
        (format!("the private key {} is in OpenSSH's format", file.name), fix)
    } else {
        let message = format!(
            "the private key {} ({label}) is damaged, or of a kind that nats-server cannot use",
            file.name
        );
        (message, CERTIFICATE_NEEDS.to_owned())
    };
    Some(Finding::new(Code::WrongKind, message, fix))
}
