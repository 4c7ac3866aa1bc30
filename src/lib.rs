//! natscert
pub mod nats;
pub mod pki;
