//! Whether the users of a listener can be told apart, and who is whoever shows no certificate.

use super::admits;
use super::listeners::{Needs, Site};
use super::settings::Warnings;
use crate::nats::{Context, Version};
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::one_of;
use crate::topology::model::{Listeners, Verification};

/// First version in which a mapped user without password is safe on listeners that do not map.
const MAPPED_USERS_PROTECTED: Version = Version::new(2, 14, 4);

impl Site<'_> {
    /// The exact user of the client that stands for whoever shows no certificate.
    pub(super) fn no_auth_user(&self, verification: Verification) -> Result<Option<String>, Fault> {
        let Some(given) = &self.table.no_auth_user else { return Ok(None) };
        if !matches!(self.context, Context::Websocket | Context::Mqtt) {
            return Err(Fault::new(
                given.at,
                format!("the listener {} has no user for whoever shows no credentials", self.name),
                "no_auth_user is for websocket and mqtt",
            ));
        }
        if verification == Verification::Map {
            return Err(Fault::new(
                given.at,
                "no_auth_user does nothing where certificates decide the user",
                "set verify to \"none\" or \"require\", or leave no_auth_user out",
            ));
        }
        let clients = self.needs.clients;
        let Some(client) = clients.iter().find(|client| client.name.as_str() == given.value) else {
            let hint = if clients.is_empty() {
                "name one in [clients]".to_owned()
            } else {
                one_of(&given.value, clients.iter().take(20).map(|client| client.name.as_str()))
            };
            let what = format!("there is no client {}", crate::pki::shown(&given.value));
            return Err(Fault::new(given.at, what, hint));
        };
        if !admits(client, self.needs.place) {
            return Err(Fault::new(
                given.at,
                format!("{} may not connect here", client.name),
                "add this cluster or leafnode to its connects_to, or name another client",
            ));
        }
        Ok(Some(client.user.clone()))
    }

    pub(super) fn users_can_be_told_apart(
        &self,
        verification: Verification,
        stand_in: Option<&str>,
    ) -> Result<(), Fault> {
        if verification == Verification::Map || stand_in.is_some() {
            return Ok(());
        }
        let at = self.table.verify.as_ref().map_or_else(Loc::default, |given| given.at);
        match self.context {
            Context::Leaf if self.needs.accounts_differ => Err(Fault::new(
                at,
                "leafnodes of several accounts cannot be told apart without their certificates",
                "set verify to \"map\", or give all leafnodes of this cluster the same account",
            )),
            Context::Server | Context::Websocket | Context::Mqtt => {
                let mut users = self.needs.clients.iter().filter(|client| admits(client, self.needs.place));
                let Some(client) = users.next() else { return Ok(()) };
                let hint = if self.context == Context::Server {
                    "set verify to \"map\""
                } else {
                    "set verify to \"map\", or name a client in no_auth_user that everybody here is"
                };
                Err(Fault::new(
                    at,
                    format!(
                        "users such as {} are known by certificates, which are not looked at here",
                        client.name
                    ),
                    hint,
                ))
            }
            _ => Ok(()),
        }
    }
}

/// Warns of listeners where users of other listeners can be taken over.
pub(super) fn warn_of_open_listeners(
    listeners: &Listeners,
    version: Version,
    needs: &Needs,
    warnings: &mut Warnings,
) {
    if version >= MAPPED_USERS_PROTECTED || !needs.clients.iter().any(|client| admits(client, needs.place)) {
        return;
    }
    let named =
        [("leafnodes", &listeners.leafnodes), ("websocket", &listeners.websocket), ("mqtt", &listeners.mqtt)];
    for (name, listener) in named {
        let open = listener.as_ref().is_some_and(|listener| listener.verification != Verification::Map);
        if open {
            warnings.add(
                format!(
                    "before nats-server {MAPPED_USERS_PROTECTED} anyone can be any client on listeners.{name}, by its \
                     user name and an empty password"
                ),
                format!("set verify = \"map\" in listeners.{name}, or run a newer server_version"),
            );
        }
    }
}
