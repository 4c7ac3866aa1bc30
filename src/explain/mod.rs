//! What texts of nats-server and of NATS clients mean: from a log to its causes, each once.
//!
//! [`Explainer`] takes bytes as they come and keeps nothing but the causes. The texts that it knows are tables in
//! `texts`; [`page`] has what can be said about a [`Code`](crate::finding::Code) at length.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cause;
mod line;
mod needles;
mod page;
mod pattern;
mod scan;
mod side;
mod texts;
mod watch;

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod watch_tests;

pub use cause::{Cause, Fix, Peers};
pub use page::{group, nearest_codes, page};
pub use scan::Explainer;
pub use side::{Kind, Side, Who};
