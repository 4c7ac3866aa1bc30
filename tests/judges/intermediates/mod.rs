//! What intermediates issue, judged: good chains with the root alone trusted and with the intermediates alone; refused what
//! nobody trusts.

mod chains;
mod servers;
