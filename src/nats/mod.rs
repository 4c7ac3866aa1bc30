//! What nats-server knows about TLS, as tables.
//!
//! Everything here is pure: no file is read, nothing is printed. Each fact stands once: where a `tls` map is taken
//! ([`Context`]), what each option does there ([`TlsOption::effect`]), which names a version knows ([`suites`]), and
//! which users a client certificate maps to ([`identity`]).

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod context;
pub mod dn;
mod duration;
pub mod identity;
pub mod key;
mod nearest;
pub mod option;
pub mod role;
pub mod suites;
pub mod tls;
pub mod value;
pub mod version;

pub use context::Context;
pub use dn::UserDn;
#[cfg(feature = "cli")]
pub(crate) use duration::go_duration;
pub use identity::{Identity, IdentityKind, PeerNames, identities};
pub use key::{Holds, Key};
#[cfg(feature = "cli")]
pub(crate) use nearest::{nearest, or_list};
pub use option::{Effect, TlsOption};
pub use role::Role;
pub use tls::{Checked, Refused, TlsOptions, Warning};
pub use value::{HandshakeFirst, MinVersion, Pin, Timeout, ValueError};
pub use version::{Support, Version, VersionError};
