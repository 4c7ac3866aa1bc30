//! Whole topologies: `natscert apply`, then every server is started with the configuration it got, as it is.

mod big;
mod examples;
mod growth;
mod intermediates;
pub(crate) mod node;
mod refusals;
mod small;
pub(crate) mod state;
pub(crate) mod world;

pub(crate) use super::nats_server::on_every_server;
