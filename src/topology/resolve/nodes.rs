//! Nodes, one by one or by pattern.

use std::net::IpAddr;

use super::names::{at, pattern};
use crate::pki::{Name, NameError, dedup};
use crate::topology::error::{Fault, Loc};
use crate::topology::manifest::{Given, Texts};
use crate::topology::pattern::{Pattern, out_of_step};

/// Where nodes on this machine are reached.
const LOCAL_HOSTS: [&str; 3] = ["localhost", LOCAL_ADDRESS, "::1"];
/// Where they listen.
const LOCAL_ADDRESS: &str = "127.0.0.1";

/// An entry of a list of nodes, or a leafnode: as many nodes as its patterns stand for.
pub(super) struct Group {
    pub(super) name: Given<Pattern>,
    hosts: Option<Vec<Given<Pattern>>>,
    advertise: Option<Given<Pattern>>,
    listen: Option<Given<Pattern>>,
    local: bool,
}

/// Where a node is reached.
pub(super) struct Reach {
    pub(super) hosts: Vec<Name>,
    pub(super) advertise: String,
    pub(super) listen: String,
}

impl Group {
    pub(super) fn new(
        name: &Given<String>,
        hosts: Option<&Texts>,
        advertise: Option<&Given<String>>,
        listen: Option<&Given<String>>,
        local: bool,
    ) -> Result<Self, Fault> {
        let names = parsed(name)?;
        let in_step = |text: &Given<String>| {
            let own = parsed(text)?;
            match own.value.count() {
                Some(count) if count != names.value.len() => {
                    Err(at(text.at, out_of_step(names.value.len(), count)))
                }
                _ => Ok(own),
            }
        };
        if let Some(hosts) = hosts.filter(|hosts| hosts.value.is_empty()) {
            return Err(Fault::new(
                hosts.at,
                "a node without hosts",
                "name a host or an address it is reached by",
            ));
        }
        Ok(Self {
            hosts: hosts.map(|hosts| hosts.value.iter().map(in_step).collect()).transpose()?,
            advertise: advertise.map(in_step).transpose()?,
            listen: listen.map(in_step).transpose()?,
            name: names,
            local,
        })
    }

    /// How many nodes it stands for.
    pub(super) fn len(&self) -> usize {
        self.name.value.len()
    }

    /// Where one of them is reached.
    pub(super) fn reach(&self, index: usize) -> Result<Reach, Fault> {
        let listen = match &self.listen {
            Some(listen) => address(listen.value.get(index), listen.at)?,
            None => if self.local { LOCAL_ADDRESS } else { "0.0.0.0" }.to_owned(),
        };
        let elsewhere = self.local && self.hosts.is_none() && !reached_by_default(&listen);
        let mut hosts = self.hosts(index)?;
        if elsewhere {
            hosts.push(host(&listen, self.name.at)?);
        }
        let advertise = match &self.advertise {
            Some(advertise) => host(&advertise.value.get(index), advertise.at)?,
            // Not localhost, which is ::1 as well, where nobody listens.
            None if self.local && self.hosts.is_none() => host(dialled(&listen), self.name.at)?,
            None => advertised(&hosts).clone(),
        };
        hosts.push(advertise.clone());
        let mut hosts = dedup(hosts);
        hosts.shrink_to_fit();
        Ok(Reach { hosts, advertise: in_url(&advertise), listen })
    }

    fn hosts(&self, index: usize) -> Result<Vec<Name>, Fault> {
        match &self.hosts {
            Some(given) => given.iter().map(|given| host(&given.value.get(index), given.at)).collect(),
            None if self.local => LOCAL_HOSTS.iter().map(|text| host(text, self.name.at)).collect(),
            None => {
                let name = self.name.value.get(index);
                host(&name, self.name.at).map(|host| vec![host]).map_err(|fault| Fault {
                    hint: format!(
                        "give a host name, or what it is reached by: {{ name = \"{name}\", hosts = [\"…\"] }}"
                    ),
                    ..fault
                })
            }
        }
    }
}

fn parsed(text: &Given<String>) -> Result<Given<Pattern>, Fault> {
    Ok(Given { value: pattern(text)?, at: text.at })
}

/// The first DNS host, else the first address.
fn advertised(hosts: &[Name]) -> &Name {
    hosts.iter().find(|host| matches!(host, Name::Dns(_))).unwrap_or(&hosts[0])
}

/// A DNS name or an address that somebody can dial.
fn host(text: &str, at: Loc) -> Result<Name, Fault> {
    let name: Name = text.parse().map_err(|why: NameError| Fault::new(at, why.to_string(), why.hint()))?;
    match &name {
        Name::Dns(dns) if dns.is_wildcard() => Err(Fault::new(
            at,
            format!("nobody can dial {}", dns.as_str()),
            "wildcards stand in the cluster: wildcards = [\"*.east.example.com\"]",
        )),
        Name::Ip(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => Err(Fault::new(
            at,
            format!("{address} is an IPv4 address in IPv6 form, which Go takes in no certificate"),
            "write it as an IPv4 address",
        )),
        Name::Dns(_) | Name::Ip(_) => Ok(name),
        Name::Email(_) | Name::Uri(_) => {
            Err(Fault::new(at, format!("{name} is no host"), "give a DNS name or an IP address"))
        }
    }
}

/// The host part of a URL.
fn in_url(host: &Name) -> String {
    let mut text = match host {
        Name::Ip(IpAddr::V6(address)) => format!("[{address}]"),
        other => other.value(),
    };
    text.shrink_to_fit();
    text
}

fn address(text: String, at: Loc) -> Result<String, Fault> {
    if text == "localhost" || text.parse::<IpAddr>().is_ok() {
        return Ok(text);
    }
    Err(Fault::new(
        at,
        format!("{} is no address to listen on", crate::pki::shown(&text)),
        "give an IP address: 0.0.0.0 for all, 127.0.0.1 for this machine alone",
    ))
}

/// The address by which others on this machine reach who listens there.
fn dialled(listen: &str) -> &str {
    match listen.parse::<IpAddr>() {
        Ok(address) if !address.is_unspecified() => listen,
        _ => LOCAL_ADDRESS,
    }
}

/// Whether the hosts that local nodes have anyway lead to this address.
fn reached_by_default(listen: &str) -> bool {
    matches!(listen, "localhost" | "127.0.0.1" | "::1")
        || listen.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified())
}
