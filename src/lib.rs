//! natscert
pub mod pki;
