//! The clients that setups call by name.

use std::path::Path;

use crate::support::mqtt::Mqtt;
use crate::support::nats::{Call, call};
use crate::support::tools::Verdict;

/// Runs a line that begins with `nats` or `mqtt`; none for another.
pub(crate) fn run(folder: &Path, line: &str) -> Option<Verdict> {
    let words: Vec<_> = line.split_whitespace().collect();
    let result = match words[..] {
        ["nats", url, ref options @ ..] => nats(folder, url, options),
        ["mqtt", address, identity] => {
            Mqtt::connect(address, &folder.join(identity), "setup").map(|_| ()).map_err(|why| why.to_string())
        }
        _ => return None,
    };
    let accepted = result.is_ok();
    let said = result.err().unwrap_or_else(|| "connected".to_owned());
    Some(Verdict { accepted, code: Some(i32::from(!accepted)), stdout: said.clone().into_bytes(), said })
}

fn nats(folder: &Path, url: &str, options: &[&str]) -> Result<(), String> {
    let mut wish = Call::default();
    let mut password = "";
    for option in options {
        match option.split_once('=') {
            Some(("ca", file)) => wish.ca = Some(folder.join(file)),
            Some(("as", identity)) => wish.identity = Some(folder.join(identity)),
            Some(("user", name)) => wish.user = Some((name.to_owned(), String::new())),
            Some(("password", word)) => password = word,
            None if *option == "first" => wish.first = true,
            _ => panic!("nats does not take {option:?}"),
        }
    }
    if let Some((_, word)) = &mut wish.user {
        password.clone_into(word);
    }
    call(url, wish).map(|_| ())
}
