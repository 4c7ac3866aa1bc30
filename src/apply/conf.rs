//! What changes in a configuration, and whether its server has to start anew for it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::nats::{Support, Version};

/// Why a configuration is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfChange {
    /// There is none.
    Missing,
    /// Lines differ.
    Differs(Vec<Part>),
}

/// Lines of one kind in one block that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The top-level key or block, such as `cluster`.
    pub section: String,
    /// What of it.
    pub what: What,
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
    /// Whether nats-server refuses to reload a configuration with this change.
    pub restart: bool,
}

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A pin.
    Pins,
    /// A URL.
    Urls,
    /// A user.
    Users,
    /// Anything else.
    Settings,
}

impl What {
    fn of(line: &str) -> Self {
        let inner = line.trim_matches('"');
        let pin = inner.len() == 64 && inner.bytes().all(|b| b.is_ascii_hexdigit());
        if pin || line.starts_with("pinned_certs") {
            Self::Pins
        } else if line.starts_with("\"tls://") || line.starts_with("urls:") {
            Self::Urls
        } else if line.starts_with("{ user:") || line.starts_with("user:") {
            Self::Users
        } else {
            Self::Settings
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Pins => "pins",
            Self::Urls => "urls",
            Self::Users => "users",
            Self::Settings => "settings",
        }
    }
}

/// The oldest release whose reload takes new pins of gateways and new URLs of leafnode remotes. Tried: 2.15.1 does,
/// 2.10.25 does not; what lies between counts as not.
const RELOADS_MORE: Version = Version::new(2, 15, 0);

/// Whether nats-server refuses to reload a configuration in which this line is new or gone; it then takes nothing of
/// it. (Tried on 2.9.10, 2.10.25 and 2.15.1.)
fn needs_restart(section: &str, what: What, line: &str, version: Version) -> bool {
    let reloads_more = version.supports(RELOADS_MORE) == Support::Yes;
    let block = line.ends_with('{') && line.starts_with(section);
    match section {
        "cluster" => block || line.starts_with("name:") || line.starts_with("listen:"),
        "gateway" => what != What::Pins || !reloads_more,
        "leafnodes" => what != What::Urls || !reloads_more,
        "tls" => line.starts_with("verify_and_map"),
        "accounts" | "authorization" | "client_advertise" => false,
        _ => true,
    }
}

impl ConfChange {
    /// What makes `new` of `old`, for a server of this version.
    #[must_use]
    pub fn between(old: &[u8], new: &str, version: Version) -> Self {
        let old = String::from_utf8_lossy(old);
        let mut lines: HashMap<(&str, String), isize> = HashMap::new();
        for line in sections(new) {
            *lines.entry(line).or_default() += 1;
        }
        for line in sections(&old) {
            *lines.entry(line).or_default() -= 1;
        }
        // JetStream as a whole goes on and off at a reload; what is in its block does not change then.
        let switched = lines.get(&("jetstream", "jetstream {".to_owned())).is_some_and(|count| *count != 0);
        let mut parts: BTreeMap<(&str, What), Part> = BTreeMap::new();
        for ((section, line), count) in lines.into_iter().filter(|(_, count)| *count != 0) {
            let what = What::of(&line);
            let part = parts.entry((section, what)).or_insert_with(|| Part {
                section: section.to_owned(),
                what,
                added: 0,
                removed: 0,
                restart: false,
            });
            *(if count > 0 { &mut part.added } else { &mut part.removed }) += count.unsigned_abs();
            let switched = switched && section == "jetstream";
            part.restart |= !switched && needs_restart(section, what, &line, version);
        }
        Self::Differs(parts.into_values().collect())
    }

    /// A stable word for JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Differs(_) => "differs",
        }
    }

    /// Whether a server that runs has to start anew to take it.
    #[must_use]
    pub fn needs_restart(&self) -> bool {
        matches!(self, Self::Differs(parts) if parts.iter().any(|part| part.restart))
    }
}

/// Each line that says something, with the top-level key or block that it belongs to.
fn sections(conf: &str) -> impl Iterator<Item = (&str, String)> {
    let mut section = "";
    conf.lines().filter_map(move |line| {
        let text = line.trim();
        if !line.starts_with([' ', '}']) {
            section = text.split([':', ' ']).next().unwrap_or_default();
        }
        let says = !text.is_empty() && !text.starts_with('#') && !matches!(text, "}" | "]" | "{");
        says.then(|| (section, without_padding(text)))
    })
}

/// Values stand in columns: a longer key moves them all.
fn without_padding(line: &str) -> String {
    match line.split_once(": ") {
        Some((key, value)) => format!("{key}: {}", value.trim_start()),
        None => line.to_owned(),
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Settings => f.write_str(&self.section)?,
            what => write!(f, "{} {}", self.section, what.as_str())?,
        }
        match (self.added, self.removed) {
            (added, 0) => write!(f, " +{added}"),
            (0, removed) => write!(f, " -{removed}"),
            (added, removed) => write!(f, " +{added} -{removed}"),
        }
    }
}

impl fmt::Display for ConfChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Differs(parts) if parts.is_empty() => f.write_str("order or comments"),
            Self::Differs(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                f.write_str(&parts.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "server_name: \"n1\"\nlisten: \"0.0.0.0:4222\"\ntls {\n  verify_and_map: true\n}\n\ncluster {\n  \
                       name: \"east\"\n  routes: [\n    \"tls://n2:6222\"\n  ]\n}\n\ngateway {\n  gateways: [\n    {\n      \
                       urls: [\"tls://w:7222\"]\n    }\n  ]\n}\n";

    fn change(from: &str, to: &str, version: &str) -> (String, bool) {
        assert!(OLD.contains(from), "{from}");
        let change = ConfChange::between(
            OLD.as_bytes(),
            &OLD.replacen(from, to, 1),
            version.parse().unwrap_or_default(),
        );
        (change.to_string(), change.needs_restart())
    }

    #[test]
    fn says_what_changes_and_whether_a_reload_takes_it() {
        let pin = format!("    \"tls://n2:6222\"\n    \"{}\"\n", "ab".repeat(32));
        let gateway_pin = format!("gateways: [\n\"{}\"", "cd".repeat(32));
        for (from, to, version, says, restart) in [
            (
                "    \"tls://n2:6222\"\n",
                "    \"tls://n2:6222\"\n    \"tls://n3:6222\"\n",
                "2.9",
                "cluster urls +1",
                false,
            ),
            ("    \"tls://n2:6222\"\n", &pin, "2.9", "cluster pins +1", false),
            ("  name: \"east\"", "  name: \"west\"", "2.15", "cluster +1 -1", true),
            ("tls://w:7222", "tls://v:7222", "2.15", "gateway urls +1 -1", true),
            ("gateways: [", &gateway_pin.replace('\n', "\n  "), "2.15", "gateway pins +1", false),
            ("gateways: [", &gateway_pin.replace('\n', "\n  "), "2.10.25", "gateway pins +1", true),
            ("0.0.0.0", "127.0.0.1", "2.15", "listen +1 -1", true),
            ("  verify_and_map: true", "  verify: true", "2.15", "tls +1 -1", true),
            ("tls {", "mqtt {\n  listen: 1\n}\ntls {", "2.15", "mqtt +2", true),
            ("tls {", "# else\ntls {", "2.15", "order or comments", false),
            (
                "  verify_and_map: true",
                "  verify_and_map:  true\n  handshake_first: true",
                "2.15",
                "tls +1",
                false,
            ),
            ("tls {", "jetstream {\n  store_dir: \"/x\"\n}\ntls {", "2.15", "jetstream +2", false),
            (
                "tls {",
                "accounts {\n  A {\n    users: [\n      { user: \"a\" }\n    ]\n  }\n}\ntls {",
                "2.9",
                "accounts users +1, accounts +3",
                false,
            ),
        ] {
            assert_eq!(change(from, to, version), (says.to_owned(), restart), "{to}");
        }
    }
}

#[cfg(test)]
#[path = "conf_tests.rs"]
mod table;
