//! `[accounts.NAME]`

use crate::topology::error::Fault;
use crate::topology::manifest::{AccountTable, Given, Manifest};
use crate::topology::model::Account;

/// What nats-server calls its own accounts.
const GLOBAL: &str = "$G";

pub(super) fn resolve(manifest: &Manifest) -> Result<Vec<Account>, Fault> {
    let mut system: Option<&str> = None;
    let mut accounts = Vec::new();
    for (name, table) in &manifest.accounts.0 {
        let account = account(name, table)?;
        if account.system {
            if let Some(other) = system {
                let at = table.system.as_ref().map_or(name.at, |given| given.at);
                return Err(Fault::new(
                    at,
                    format!("{other} is the system account already"),
                    "nats-server has one system account: leave system out of one of the two",
                ));
            }
            system = Some(&name.value);
        }
        accounts.push(account);
    }
    Ok(accounts)
}

fn account(name: &Given<String>, table: &AccountTable) -> Result<Account, Fault> {
    // It stands as a key in configurations, where nats-server knows no escapes.
    let unfit = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\');
    if name.value.is_empty() || name.value.contains(unfit) {
        return Err(Fault::new(
            name.at,
            format!(
                "the account name {} is empty, or has a blank, a quote or a backslash",
                crate::pki::shown(&name.value)
            ),
            "use letters, digits, - and _",
        ));
    }
    if name.value == GLOBAL {
        return Err(Fault::new(
            name.at,
            "$G is nats-server's global account",
            "who has no account is in it; give this one another name",
        ));
    }
    let system = table.system.as_ref().is_some_and(|given| given.value);
    match &table.jetstream {
        Some(given) if given.value && system => {
            Err(Fault::new(given.at, "the system account cannot use JetStream", "leave jetstream out here"))
        }
        given => Ok(Account {
            name: name.value.clone(),
            system,
            jetstream: given.as_ref().map_or(!system, |given| given.value),
        }),
    }
}
