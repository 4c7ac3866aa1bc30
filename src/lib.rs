//! natscert
