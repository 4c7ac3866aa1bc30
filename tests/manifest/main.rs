//! Manifests: what is refused and warned of, word by word; the documents; the starter.

#![allow(clippy::unwrap_used)]

mod damaged;
mod docs;
mod refused;
