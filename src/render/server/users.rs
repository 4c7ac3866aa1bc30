//! Accounts and users, and what they may do.

use minijinja::Value;
use serde::Serialize;

use super::super::{Error, quote};
use crate::nats::Context;
use crate::topology::{
    Account, AllowResponses, Client, Links, Node, Permissions, Subjects, System, Verification,
};

#[derive(Serialize)]
pub(super) struct AccountView<'a> {
    name: &'a str,
    jetstream: bool,
    users: Vec<UserView<'a>>,
}

#[derive(Serialize)]
pub(super) struct UserView<'a> {
    name: &'a str,
    permissions: Option<PermissionsView>,
}

#[derive(Serialize)]
struct PermissionsView {
    publish: Option<Value>,
    subscribe: Option<Value>,
    allow_responses: Option<Value>,
}

/// Without any user nats-server admits every certificate of the CA. No certificate maps to this one.
pub(super) const NOBODY: &str = "nobody: the manifest names none";

/// What nats-server calls its system account where no other is named.
const SYSTEM_ACCOUNT: &str = "$SYS";

/// A server with gateways and leafnodes does not start without one that is named and listed.
pub(super) fn system_account<'a>(system: &'a System, node: &Node) -> Option<&'a str> {
    let listeners = &node.settings.listeners;
    let needed = listeners.gateway.is_some() && listeners.leafnodes.is_some();
    let given = system.accounts.iter().find(|account| account.system).map(|account| account.name.as_str());
    given.or_else(|| needed.then_some(SYSTEM_ACCOUNT))
}

pub(super) fn accounts<'a>(
    system: &'a System,
    links: &Links<'a>,
    node: &Node,
) -> Result<Vec<AccountView<'a>>, Error> {
    let view = |(index, account): (usize, &'a Account)| {
        Ok(AccountView {
            name: &account.name,
            jetstream: account.jetstream && !account.system && node.settings.jetstream.is_some(),
            users: users(links, node, Some(index))?,
        })
    };
    let mut accounts = system.accounts.iter().enumerate().map(view).collect::<Result<Vec<_>, Error>>()?;
    if system_account(system, node).is_some_and(|name| accounts.iter().all(|account| account.name != name)) {
        accounts.push(AccountView { name: SYSTEM_ACCOUNT, jetstream: false, users: Vec::new() });
    }
    Ok(accounts)
}

/// The clients of an account that may connect to a node.
fn users<'a>(links: &Links<'a>, node: &Node, account: Option<usize>) -> Result<Vec<UserView<'a>>, Error> {
    if !maps_users(node) {
        return Ok(Vec::new());
    }
    let own = links.clients(node.place).filter(|(_, client)| client.account == account);
    own.map(|(_, client): (usize, &'a Client)| {
        let permissions = client.permissions.as_ref().map(permissions).transpose()?;
        Ok(UserView { name: &client.user, permissions })
    })
    .collect()
}

/// The clients of the global account, or nobody where there are no clients at all.
pub(super) fn global_users<'a>(links: &Links<'a>, node: &Node) -> Result<Vec<UserView<'a>>, Error> {
    let nobody = maps_users(node) && links.clients(node.place).next().is_none();
    if nobody { Ok(vec![UserView { name: NOBODY, permissions: None }]) } else { users(links, node, None) }
}

/// Users who have a certificate and no password are for listeners that map certificates.
fn maps_users(node: &Node) -> bool {
    let contexts = [Context::Server, Context::Websocket, Context::Mqtt];
    let listeners = contexts.into_iter().filter_map(|context| node.settings.listeners.get(context));
    listeners.into_iter().any(|l| l.verification == Verification::Map || l.no_auth_user.is_some())
}

fn permissions(permissions: &Permissions) -> Result<PermissionsView, Error> {
    let subjects = |subjects: &Option<Subjects>| subjects.as_ref().map(subjects_map).transpose();
    Ok(PermissionsView {
        publish: subjects(&permissions.publish)?,
        subscribe: subjects(&permissions.subscribe)?,
        allow_responses: permissions.allow_responses.as_ref().map(responses).transpose()?,
    })
}

fn subjects_map(subjects: &Subjects) -> Result<Value, Error> {
    let mut parts = Vec::new();
    if let Some(allow) = &subjects.allow {
        parts.push(format!("allow: {}", list(allow)?));
    }
    if !subjects.deny.is_empty() {
        parts.push(format!("deny: {}", list(&subjects.deny)?));
    }
    Ok(Value::from_safe_string(format!("{{ {} }}", parts.join(", "))))
}

fn responses(responses: &AllowResponses) -> Result<Value, Error> {
    let AllowResponses::Limited { max, expires } = responses else { return Ok(Value::from(true)) };
    let mut parts = Vec::new();
    if let Some(max) = max {
        parts.push(format!("max: {max}"));
    }
    if let Some(expires) = expires {
        parts.push(format!("expires: {}", quote(expires)?));
    }
    Ok(Value::from_safe_string(format!("{{ {} }}", parts.join(", "))))
}

fn list(items: &[String]) -> Result<String, Error> {
    let quoted = items.iter().map(|item| quote(item)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[{}]", quoted.join(", ")))
}
