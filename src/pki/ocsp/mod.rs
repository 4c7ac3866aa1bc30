//! The Online Certificate Status Protocol (RFC 6960): requests that are read, responses that a CA signs itself.

mod request;
mod response;

pub use request::{CertId, OcspRequest};
pub use response::{Refusal, Status};

#[cfg(test)]
mod tests;
