//! natscert is mkcert for NATS: it makes a local root CA and the certificates that NATS servers, routes,
//! gateways, leafnodes and clients need, lays them out as nats-server wants them, and prints the `tls` blocks
//! and `pinned_certs` that match. For development and tests: a root made here protects nothing of value.
//!
//! The program is the modules `cli` and `bundle`, behind the feature `cli`, which is on by default. The rest is a library
//! for Rust tests that need TLS with NATS, without a disk and without global state; as a dev-dependency it takes
//! `default-features = false`:
//!
//! ```
//! use natscert::{Ca, Role};
//!
//! let ca = Ca::generate()?;
//! let server = ca.issue(Role::Server, ["localhost", "127.0.0.1"])?;
//! let client = ca.issue(Role::Client, ["alice@example.com"])?;
//!
//! // PEM, for nats-server's cert_file, key_file and ca_file
//! assert!(server.cert_pem().starts_with("-----BEGIN CERTIFICATE-----"));
//! assert!(server.key_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
//! assert!(ca.pem().starts_with("-----BEGIN CERTIFICATE-----"));
//!
//! // what the other side would list in pinned_certs
//! assert_eq!(client.pin().to_string().len(), 64);
//! # Ok::<(), natscert::pki::Error>(())
//! ```
//!
//! For rustls, everything comes in [`rustls_pki_types`]:
//!
//! ```
//! # use natscert::{Ca, Role};
//! # let ca = Ca::generate()?;
//! let peer = ca.issue(Role::Cluster, ["n1.example.com", "10.0.0.1"])?;
//! let chain: Vec<natscert::rustls_pki_types::CertificateDer<'static>> = peer.chain();
//! let key: natscert::rustls_pki_types::PrivateKeyDer<'static> = peer.key_der();
//! let trusted: &natscert::rustls_pki_types::CertificateDer<'static> = ca.der();
//! # assert_eq!(chain.len(), 1);
//! # assert!(!key.secret_der().is_empty() && !trusted.is_empty());
//! # Ok::<(), natscert::pki::Error>(())
//! ```
//!
//! Every part of a certificate can be chosen, bad ones for tests of refusals included:
//!
//! ```
//! use natscert::pki::{Extensions, KeyType, Name, Request, Subject, Usage, Validity};
//! # use natscert::Ca;
//! # let ca = Ca::generate()?;
//! use natscert::time::{Duration, OffsetDateTime};
//!
//! let yesterday = OffsetDateTime::now_utc() - Duration::days(1);
//! let names: Vec<Name> = vec!["n1.example.com".parse()?];
//! let expired = ca.sign(&Request {
//!     usage: Usage::Both,
//!     subject: "CN=n1,OU=east,O=Example".parse::<Subject>()?,
//!     names,
//!     key_type: KeyType::Ed25519,
//!     validity: Validity::new(yesterday - Duration::days(1), yesterday)?,
//!     extensions: Extensions::default(),
//! })?;
//! assert!(expired.facts()?.not_after < OffsetDateTime::now_utc());
//! # Ok::<(), natscert::pki::Error>(())
//! ```
//!
//! The users that `verify_and_map` would take a certificate for come from [`map_users`], and [`obstacles`]
//! says why a certificate cannot serve a role.

#[cfg(feature = "cli")]
pub mod apply;
#[cfg(feature = "cli")]
pub mod bundle;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod explain;
#[cfg(feature = "cli")]
pub mod finding;
mod fit;
#[cfg(feature = "cli")]
pub mod fixture;
#[cfg(feature = "cli")]
pub mod lifecycle;
#[cfg(feature = "cli")]
pub mod lint;
pub mod nats;
pub mod natsconf;
pub mod pki;
pub mod quote;
pub mod render;
#[cfg(feature = "cli")]
pub mod responder;
#[cfg(feature = "cli")]
pub mod topology;
#[cfg(feature = "cli")]
pub mod truststore;

pub use fit::{cautions, hosts, map_users, obstacles, suites_miss_key};
pub use nats::Role;
pub use pki::{Ca, Certificate};
/// In the signatures of this library.
pub use {rustls_pki_types, time};
