//! What is written for NATS: configuration blocks from the files in `templates/`.
//!
//! Whatever a template inserts is quoted for nats-server unless the template says otherwise, so that no path and no
//! name can become another directive.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "cli")]
mod client;
mod engine;
#[cfg(feature = "cli")]
mod server;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv6Addr};

use minijinja::Value;
use serde::Serialize;

use crate::nats::{Checked, Context, HandshakeFirst, Identity};
use crate::quote::Nul;

pub use crate::quote::comment;
#[cfg(feature = "cli")]
pub use client::client_script;
#[cfg(feature = "cli")]
pub use server::{Servers, Site, placed};

/// The files a `tls` map names. nats-server resolves relative paths against its working directory, so they should be
/// absolute.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Files<'a> {
    /// The certificate, then its intermediates.
    pub cert: &'a str,
    /// The private key.
    pub key: &'a str,
    /// What the peer's certificate is checked against; the system's roots if there is none.
    pub ca: Option<&'a str>,
}

/// What some contexts show beside the `tls` map.
#[derive(Debug, Clone, Copy, Default)]
pub struct Details<'a> {
    /// For [`Context::Client`]: the users the certificate maps to, in the order the server tries them.
    pub identities: &'a [Identity],
    /// Names of the server that is dialled, for the example URL: of the hub for leaf and remote, of the other
    /// cluster for remote-gateway, of the server for client. The first that can stand in a URL is taken; without one a placeholder.
    pub hosts: &'a [String],
}

/// A block that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A text that no configuration file can hold.
    #[error("{0:?} has a NUL character, which neither a configuration nor a command line can hold")]
    Nul(String),
    /// A template of ours is broken.
    #[error("the template {0} failed")]
    Template(&'static str, #[source] minijinja::Error),
}

impl From<Nul> for Error {
    fn from(Nul(text): Nul) -> Self {
        Self::Nul(text)
    }
}

/// [`crate::quote::quote`]
///
/// # Errors
/// A text with a NUL.
pub fn quote(text: &str) -> Result<String, Error> {
    Ok(crate::quote::quote(text)?)
}

/// [`crate::quote::shell`]
///
/// # Errors
/// A text with a NUL.
pub fn shell(text: &str) -> Result<String, Error> {
    Ok(crate::quote::shell(text)?)
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Nul(_) => "use a path and names without control characters",
            Self::Template(..) => "this is a bug in natscert, please report it",
        }
        .to_owned()
    }
}

/// The block for the context that the options were checked for, ready for a configuration file.
///
/// # Errors
/// A path or a name has a NUL.
pub fn block(files: &Files<'_>, checked: &Checked, details: &Details<'_>) -> Result<String, Error> {
    let hub_url = url(details.hosts, "hub.example.com", 7422);
    let gateway_url = url(details.hosts, "other.example.com", 7222);
    let server_url = url(details.hosts, "nats.example.com", 4222);
    let identities: Vec<_> = details.identities.iter().map(Candidate::from).collect();
    let remote = (checked.context() == Context::Leaf).then(|| checked.for_context(Context::Remote));
    let view = View {
        files: *files,
        tls: TlsView::from(checked),
        remote: remote.as_ref().map(TlsView::from),
        hub_url: &hub_url,
        gateway_url: &gateway_url,
        server_url: &server_url,
        identities,
    };
    engine::render(engine::template(checked.context()), &view)
}

/// The `tls { … }` map alone, for a file that a configuration includes.
///
/// # Errors
/// A path has a NUL.
pub fn tls_map(files: &Files<'_>, checked: &Checked) -> Result<String, Error> {
    engine::render(engine::TLS_MAP, &MapView { files: *files, tls: TlsView::from(checked) })
}

/// What `tls.conf` sees.
#[derive(Serialize)]
struct MapView<'a> {
    files: Files<'a>,
    tls: TlsView<'a>,
}

/// The options of one `tls` map.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent key of the configuration")]
struct TlsView<'a> {
    verify: bool,
    verify_and_map: bool,
    check_known_urls: bool,
    insecure: bool,
    handshake_first: Option<Value>,
    timeout: Option<String>,
    rate_limit: Option<u32>,
    min_version: Option<&'static str>,
    cipher_suites: &'a [String],
    allow_insecure_cipher_suites: bool,
    curves: &'a [String],
    pins: Vec<&'a str>,
    /// Stands where the list of pins will be put in.
    pinned: Option<Value>,
}

/// What the other templates see.
#[derive(Serialize)]
struct View<'a> {
    files: Files<'a>,
    tls: TlsView<'a>,
    remote: Option<TlsView<'a>>,
    hub_url: &'a str,
    gateway_url: &'a str,
    server_url: &'a str,
    identities: Vec<Candidate<'a>>,
}

#[derive(Serialize)]
struct Candidate<'a> {
    kind: &'static str,
    user: &'a str,
}

impl<'a> From<&'a Identity> for Candidate<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self { kind: identity.kind.as_str(), user: &identity.user }
    }
}

impl<'a> From<&'a Checked> for TlsView<'a> {
    fn from(checked: &'a Checked) -> Self {
        let options = checked.options();
        Self {
            verify: options.verify,
            verify_and_map: options.verify_and_map,
            check_known_urls: options.check_known_urls,
            insecure: options.insecure,
            handshake_first: options.handshake_first.map(|first| match first {
                HandshakeFirst::Always => Value::from(true),
                other => Value::from(other.to_string()),
            }),
            timeout: options.timeout.map(|timeout| timeout.to_string()),
            rate_limit: options.rate_limit,
            min_version: options.min_version.map(crate::nats::MinVersion::as_str),
            cipher_suites: &options.cipher_suites,
            allow_insecure_cipher_suites: checked.allow_insecure_cipher_suites(),
            curves: &options.curves,
            pins: options.pins.iter().map(crate::nats::Pin::as_str).collect(),
            pinned: None,
        }
    }
}

/// A `tls://` URL with the first name that is a host.
fn url(names: &[String], placeholder: &str, port: u16) -> String {
    let host = names.iter().find_map(|name| host(name)).unwrap_or_else(|| placeholder.to_owned());
    format!("tls://{host}:{port}")
}

/// The name as it stands in a URL; none for wildcards, emails, URIs and the unspecified address.
fn host(name: &str) -> Option<String> {
    match name.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => None,
        Ok(IpAddr::V6(address)) => Some(bracketed(address)),
        Ok(address) => Some(address.to_string()),
        Err(_) => {
            let label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            (!name.is_empty() && name.chars().all(label)).then(|| name.to_owned())
        }
    }
}

fn bracketed(address: Ipv6Addr) -> String {
    format!("[{address}]")
}
