//! The users that certificates are mapped to.

use crate::natsconf::{Map, Span};

use super::field::{self, Spanned, text_of};

/// A user of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: Spanned<String>,
    /// Whether it has to send a password, too.
    pub has_password: bool,
    /// Whether it may come by some kinds of connections only.
    pub is_restricted: bool,
}

/// Who may connect to a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users {
    /// Those of `users` and of all accounts; nkeys are not among them.
    pub list: Vec<User>,
    /// The one user of an `authorization` block without a list, which is no table: nobody is mapped to it.
    pub single: Option<Spanned<String>>,
    /// Whether there are nkeys, a token, an operator or a callout: then who is not in the list is not simply let in.
    pub has_others: bool,
    /// The block `authorization` or `accounts`.
    pub span: Option<Span>,
}

impl Users {
    /// Those of the top level: `authorization` and `accounts`.
    pub(super) fn of_clients(root: &Map) -> Self {
        let mut users = Self::of_block(root);
        if let Some((entry, accounts)) = field::map(root, &["accounts"]) {
            users.span = users.span.or(Some(entry.key_span));
            for account in accounts.iter().filter_map(|entry| entry.node.value.as_map()) {
                users.add_list(account);
            }
        }
        let elsewhere = ["operator", "operators", "roots", "root", "trusted_keys", "trusted"];
        users.has_others |= field::entry(root, &elsewhere).is_some();
        users
    }

    /// Those of a section's own `authorization`.
    pub(super) fn of_block(section: &Map) -> Self {
        let mut users = Self::default();
        let Some((entry, block)) = field::map(section, &["authorization", "authentication"]) else {
            return users;
        };
        users.span = Some(entry.key_span);
        users.single = field::text(block, &["user", "username"]);
        users.has_others = field::entry(block, &["token", "nkey", "auth_callout", "auth_hook"]).is_some();
        users.add_list(block);
        users
    }

    fn add_list(&mut self, block: &Map) {
        for user in field::array(block, &["users", "nkeys"]) {
            let Some(map) = user.value.as_map() else { continue };
            match field::entry(map, &["user", "username"]).and_then(|entry| text_of(&entry.node)) {
                Some(name) => {
                    let has_password = field::entry(map, &["pass", "password"]).is_some();
                    let kinds = ["allowed_connection_types", "connection_types", "clients"];
                    let is_restricted = field::entry(map, &kinds).is_some();
                    self.list.push(User { name, has_password, is_restricted });
                }
                None => self.has_others = true,
            }
        }
    }
}
