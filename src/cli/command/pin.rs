//! `natscert pin`

use serde::Serialize;

use super::super::args::{PinArgs, PinFormat};
use super::super::failure::Failure;
use super::super::report::Report;
use crate::pki::pins_in;
use crate::render::comment;

#[derive(Serialize)]
struct Json {
    pin: String,
    file: String,
    kind: &'static str,
}

pub(in super::super) fn run(args: &PinArgs, report: &Report) -> Result<(), Failure> {
    let mut found = Vec::new();
    for path in &args.files {
        let file = path.display().to_string();
        let bytes = super::read_file_or_stdin(path)?;
        let about = |why| Failure::from(why).about(&super::about_input(path));
        for pinned in pins_in(&bytes).map_err(about)? {
            found.push(Json { pin: pinned.pin.to_string(), file: file.clone(), kind: pinned.kind.as_str() });
        }
    }
    let words = match args.format {
        PinFormat::Plain => plain(&found),
        PinFormat::Nats => nats(&found),
    };
    report.either(&words, &found)
}

fn plain(found: &[Json]) -> String {
    match found {
        [one] => format!("{}\n", one.pin),
        many => {
            many.iter().fold(String::new(), |lines, one| lines + &one.pin + "  " + &comment(&one.file) + "\n")
        }
    }
}

fn nats(found: &[Json]) -> String {
    let mut pins: Vec<_> = found.iter().map(|one| format!("\"{}\"", one.pin)).collect();
    let mut seen = std::collections::HashSet::new();
    pins.retain(|pin| seen.insert(pin.clone()));
    format!("pinned_certs: [{}]\n", pins.join(", "))
}
