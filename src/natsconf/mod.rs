//! The configuration language of nats-server, read exactly as the server reads it: values, errors and traps, with the
//! place of every key and value. Knows what a configuration says, not what it means; certificates and the rest are not
//! its business.
//!
//! ```
//! use natscert::natsconf::{Dialect, Reader, Value};
//! use std::collections::HashMap;
//!
//! let files = HashMap::from([("/etc/nats/tls.conf".into(), b"timeout: 2m".to_vec())]);
//! let reader = Reader::new(Dialect::NEWEST, &files);
//! let config = reader.read("/etc/nats/n1.conf", b"port: 4222\ntls { include tls.conf }".to_vec())?;
//!
//! let tls = config.root().get("tls").and_then(|entry| entry.node.value.as_map()).unwrap();
//! let timeout = tls.get("timeout").unwrap();
//! assert_eq!(timeout.node.value, Value::Integer(2_000_000));
//! assert_eq!(config.sources().describe(timeout.node.span), "/etc/nats/tls.conf:1:10");
//! assert_eq!(config.json(), r#"{"port":4222,"tls":{"timeout":2000000}}"#);
//!
//! let error = reader.read("n1.conf", b"routes = [ nats://a:1 nats://b:2 ]".to_vec()).unwrap_err();
//! assert!(error.to_string().starts_with("Parse error on line 1: 'Expected an array value terminator"));
//! assert_eq!(error.sources().describe(error.span()), "n1.conf:1:23");
//! # Ok::<(), natscert::natsconf::Error>(())
//! ```
//!
//! # Where it differs from nats-server
//!
//! - A file that includes itself is an error; the server overflows its stack. So is an environment variable that needs
//!   itself, where the server has no message of its own for it. Both are [`Refusal::Crash`].
//! - There are limits ([`Refusal::Limit`]): 1,000 levels (the server: 10,000 from 2.11 on), 50 files or variables within
//!   each other, 10,000 files or 16 MiB of them, 16 MiB for a file that is opened, and about 64 MiB that variables
//!   which hold each other may add.
//! - A digest of a configuration with bytes that are no UTF-8 is that of a server built with Go 1.27, as 2.15.1 is.
//! - Decimal digits are those of Unicode 17, as in 2.15.1; servers built with an older Go know fewer scripts.
//! - 2.9.21 alone refuses a file without keys.
//! - From 2.11.0 to 2.12.5 the server drops keys that are used as variables; [`Config::json`] does too, the tree keeps
//!   them. It panics there where an environment variable holds a map; here that is a value.

mod dialect;
mod error;
mod hint;
mod json;
mod lex;
mod parse;
mod run;
mod scalar;
mod source;
mod span;
mod text;
mod unicode;
mod value;

pub use dialect::Dialect;
pub use error::{Error, Refusal};
pub use run::Stray;
pub use source::{Disk, Source, process_environment};
pub use span::{FileId, Name, Position, SourceText, Sources, Span};
pub use text::Text;
pub use value::{Array, DateTime, Entry, Map, Node, Value};

use error::Fault;
use run::{Environment, MAX_BYTES, Run};
use std::path::Path;

/// Reads configurations: in one dialect, with files from one source.
pub struct Reader<'a> {
    dialect: Dialect,
    source: &'a dyn Source,
    environment: &'a Environment<'a>,
}

impl<'a> Reader<'a> {
    /// A reader that takes included files from `source` and knows no environment variables.
    #[must_use]
    pub fn new(dialect: Dialect, source: &'a dyn Source) -> Self {
        Self { dialect, source, environment: &|_| None }
    }

    /// The same with environment variables, such as [`process_environment`].
    #[must_use]
    pub fn environment(self, environment: &'a (dyn Fn(&[u8]) -> Option<Vec<u8>> + 'a)) -> Self {
        Self { environment, ..self }
    }

    /// Reads `text` as the file `path`, which need not exist: includes are looked for beside it.
    ///
    /// # Errors
    /// What nats-server would refuse, in its words; and what overflows its stack or passes our limits.
    pub fn read(&self, path: impl AsRef<Path>, text: impl Into<Vec<u8>>) -> Result<Config, Error> {
        let mut run = Run::new(self.dialect, self.source, self.environment);
        let text = text.into();
        let result = if u32::try_from(text.len()).is_ok() {
            run.file(path.as_ref(), text, false)
        } else {
            let file = run.sources.add(Name::File(path.as_ref().to_owned()), [].into());
            Err(Fault::new("longer than 4 GiB", Span::new(file, 0, 0)).refused_by(Refusal::Limit))
        };
        match result {
            Ok(root) => {
                let forgets_used = self.dialect.forgets_used();
                Ok(Config { root, sources: run.sources, stray: run.stray, forgets_used })
            }
            Err(fault) => Err(Error::new(fault, run.sources)),
        }
    }

    /// Reads the file `path` of the source.
    ///
    /// # Errors
    /// As [`Reader::read`], and the source's own text if the file cannot be read, or ours if it is too long.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Config, Error> {
        let path = path.as_ref();
        let mut sources = Sources::default();
        let file = sources.add(Name::File(path.to_owned()), [].into());
        let refused = |reason: Vec<u8>| Fault::new(reason, Span::new(file, 0, 0));
        match self.source.read(path) {
            Ok(text) if text.len() > MAX_BYTES => {
                let reason = format!("longer than {} MiB", MAX_BYTES >> 20);
                Err(Error::new(refused(reason.into()).refused_by(Refusal::Limit), sources))
            }
            Ok(text) => self.read(path, text),
            Err(reason) => Err(Error::new(refused(reason), sources)),
        }
    }
}

/// A configuration as nats-server reads it.
#[derive(Debug)]
pub struct Config {
    root: Map,
    sources: Sources,
    stray: Vec<Stray>,
    forgets_used: bool,
}

impl Config {
    /// The map that the file is.
    #[must_use]
    pub fn root(&self) -> &Map {
        &self.root
    }

    /// What was read, for the spans.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Keys that got no value.
    #[must_use]
    pub fn stray(&self) -> &[Stray] {
        &self.stray
    }

    /// The JSON that nats-server takes its digest of: includes merged, variables resolved, keys sorted, no white space.
    /// Without the keys used as variables where the server drops them ([`Entry::used`]).
    #[must_use]
    pub fn json(&self) -> String {
        json::map(&self.root, self.forgets_used)
    }

    /// The same for people: each key and element on a line of its own, `<`, `>` and `&` as they are, a newline at the end.
    #[must_use]
    pub fn pretty(&self) -> String {
        json::pretty(&self.json())
    }

    /// The `sha256:…` that `nats-server -t` prints.
    #[must_use]
    pub fn digest(&self) -> String {
        json::digest(&self.json())
    }
}
