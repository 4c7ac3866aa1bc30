//! natscert
pub mod bundle;
pub mod cli;
mod fit;
pub mod nats;
pub mod pki;
pub mod render;

pub use fit::{hosts, map_users, obstacles};
