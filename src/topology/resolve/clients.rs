//! `[clients.NAME]`

use super::identity;
use super::names::{Names, at, pattern};
use super::settings::{Inherited, config_dir, is_absolute};
use crate::nats::Context;
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::{
    ClientTable, Given, Manifest, PermissionsTable, ResponsesTable, SubjectsEntry, Switch,
};
use crate::topology::model::{AllowResponses, Client, Permissions, Place, Subjects};
use crate::topology::pattern::out_of_step;

pub(super) fn resolve(manifest: &Manifest, names: &Names, system: &Inherited) -> Result<Vec<Client>, Fault> {
    let mut clients = Vec::with_capacity(names.client_list.len());
    for (name, entry, index) in &names.client_list {
        let (written, table) = &manifest.clients.0[*entry];
        let given = item(table.identity.as_ref(), written, *index)?;
        let given_at = given.as_ref().map_or(written.at, |(_, at)| *at);
        let identity = identity::resolve(given, "client", name.as_str(), written.at)?;
        let user = identity::user(&identity, Context::Server).ok_or_else(|| identity::unmapped(given_at))?;
        clients.push(Client {
            name: name.clone(),
            identity,
            user,
            account: table.account.as_ref().map(|account| names.account(account)).transpose()?,
            permissions: table.permissions.as_ref().map(|table| permissions(&table.0)).transpose()?,
            connects_to: places(table, names, written, *index)?,
            certificate: certificate(table, system)?,
            config_dir: client_dir(table.config_dir.as_ref())?,
        });
    }
    Ok(clients)
}

/// The folder of a client. A command line has to work wherever it is run.
fn client_dir(given: Option<&Given<String>>) -> Result<Option<String>, Fault> {
    let dir = config_dir(given, &["client"])?;
    match (given, &dir) {
        (Some(given), Some(dir)) if !is_absolute(dir) => Err(Fault::new(
            given.at,
            format!("{dir} means another folder to every working directory"),
            "give config_dir as an absolute path",
        )),
        _ => Ok(dir),
    }
}

/// What a text says of the member of this index, where the texts of an entry go in step with its name.
pub(super) fn item(
    text: Option<&Given<String>>,
    name: &Given<String>,
    index: usize,
) -> Result<Option<(String, Loc)>, Fault> {
    let Some(text) = text else { return Ok(None) };
    let (own, names) = (pattern(text)?, pattern(name)?);
    match own.count() {
        Some(count) if count != names.len() => Err(at(text.at, out_of_step(names.len(), count))),
        _ => Ok(Some((own.get(index), text.at))),
    }
}

fn certificate(
    table: &ClientTable,
    system: &Inherited,
) -> Result<crate::topology::model::CertificateSettings, Fault> {
    let mut own = system.clone();
    own.key_type = table.key_type.clone().or(own.key_type);
    own.validity = table.validity.clone().or(own.validity);
    own.renew_before = table.renew_before.clone().or(own.renew_before);
    own.ocsp = table.ocsp.clone().or(own.ocsp);
    own.must_staple = table.must_staple.clone().or(own.must_staple);
    own.certificate()
}

/// Where a client may connect: one place of each pattern if its name is a pattern itself, else all of them.
fn places(
    table: &ClientTable,
    names: &Names,
    name: &Given<String>,
    index: usize,
) -> Result<Vec<Place>, Fault> {
    let Some(given) = &table.connects_to else { return Ok(Vec::new()) };
    if given.value.is_empty() {
        return Err(Fault::new(
            given.at,
            "a client that may connect nowhere",
            "name clusters and leafnodes, or leave connects_to out: everywhere",
        ));
    }
    let mut places = Vec::new();
    for written in &given.value {
        let own = pattern(written)?;
        let members = if pattern(name)?.count().is_some() {
            item(Some(written), name, index)?.into_iter().map(|(one, _)| one).collect()
        } else {
            (0..own.len()).map(|index| own.get(index)).collect::<Vec<_>>()
        };
        for member in members {
            let place = names.place(&Given { value: member, at: written.at })?;
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    Ok(places)
}

fn permissions(table: &PermissionsTable) -> Result<Permissions, Fault> {
    Ok(Permissions {
        publish: table.publish.as_ref().map(|given| subjects(given, false)).transpose()?,
        subscribe: table.subscribe.as_ref().map(|given| subjects(given, true)).transpose()?,
        allow_responses: match &table.allow_responses {
            None => None,
            Some(given) => match &given.value {
                Switch::Off => None,
                Switch::On => Some(AllowResponses::Default),
                Switch::Table(table) => Some(responses(table)?),
            },
        },
    })
}

fn responses(table: &ResponsesTable) -> Result<AllowResponses, Fault> {
    if let Some(expires) = &table.expires
        && crate::nats::go_duration(&expires.value).is_none()
    {
        return Err(Fault::new(
            expires.at,
            format!("{} is not a duration", crate::pki::shown(&expires.value)),
            "write numbers with units, such as \"500ms\" or \"1m30s\"",
        ));
    }
    Ok(AllowResponses::Limited {
        max: table.max.as_ref().map(|given| given.value),
        expires: table.expires.as_ref().map(|given| given.value.clone()),
    })
}

fn subjects(given: &Given<SubjectsEntry>, queues: bool) -> Result<Subjects, Fault> {
    match &given.value {
        SubjectsEntry::List(list) => {
            Ok(Subjects { allow: Some(checked(list.items(given.at), queues)?), deny: Vec::new() })
        }
        SubjectsEntry::Table(table) => {
            let list = |given: &Option<Given<_>>| match given {
                Some(Given { value, at }) => {
                    checked(crate::topology::manifest::OneOrMore::items(value, *at), queues).map(Some)
                }
                None => Ok(None),
            };
            Ok(Subjects { allow: list(&table.allow)?, deny: list(&table.deny)?.unwrap_or_default() })
        }
    }
}

fn checked(list: Vec<Given<String>>, queues: bool) -> Result<Vec<String>, Fault> {
    let mut subjects = Vec::with_capacity(list.len());
    for subject in list {
        // A subscription may be limited to a queue group, which is named behind a blank.
        let (plain, queue) = match subject.value.split_once(' ') {
            Some((plain, queue)) if queues => (plain, Some(queue)),
            _ => (subject.value.as_str(), None),
        };
        if !is_subject(plain) || queue.is_some_and(|queue| !is_subject(queue)) {
            return Err(Fault::new(
                subject.at,
                format!("{} is not a subject", crate::pki::shown(&subject.value)),
                "write tokens with dots between them, * for one token, > at the end for all that follow",
            ));
        }
        subjects.push(subject.value);
    }
    Ok(subjects)
}

fn is_subject(text: &str) -> bool {
    let plain =
        |token: &str| !token.is_empty() && !token.contains(|c: char| c.is_whitespace() || c.is_control());
    let mut tokens = text.split('.').peekable();
    while let Some(token) = tokens.next() {
        if !plain(token) || (token == ">" && tokens.peek().is_some()) {
            return false;
        }
    }
    true
}
