//! natscert
pub mod nats;
pub mod pki;
pub mod render;
