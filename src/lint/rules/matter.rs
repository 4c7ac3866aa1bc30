//! Who looks at the certificates that a `tls` map shows, and what its `ca_file` is used for.

use std::collections::{HashMap, HashSet};

use crate::finding::{Finding, Severity};
use crate::lint::Peers;
use crate::lint::conf::{Server, Spot, TlsMap};
use crate::nats::{Context, TlsOption};

/// Whether a peer checks the certificate of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// Whoever connects, or is dialled.
    At,
    /// Nobody can tell: who is dialled is not among the configurations.
    Perhaps,
    /// Nobody.
    Never,
}

impl Looked {
    /// The same finding, as bad as it is here.
    pub(super) fn weigh(self, finding: Finding) -> Finding {
        let most = match self {
            Self::At => Severity::Error,
            Self::Perhaps => Severity::Warning,
            Self::Never => Severity::Note,
        };
        Finding { severity: finding.severity.min(most), ..finding }
    }
}

/// For every leafnode remote with a map: whether who it dials demands certificates, and whether all of them are known.
#[derive(Default)]
struct Hubs {
    demand: bool,
    unknown: bool,
}

/// Who looks at what.
pub(super) struct Matter {
    hubs: HashMap<*const TlsMap, Hubs>,
    /// Maps whose certificate somebody who dials there is known to check.
    checked: HashSet<*const TlsMap>,
}

impl Matter {
    pub(super) fn of(peers: &Peers<'_>) -> Self {
        let mut hubs: HashMap<*const TlsMap, Hubs> = HashMap::new();
        for dial in &peers.dials {
            let Some(map) = dial.from_tls else { continue };
            hubs.entry(std::ptr::from_ref(map)).or_default().demand |=
                dial.to_tls.is_some_and(TlsMap::demands_certificates);
        }
        for out in &peers.unknown {
            let Some(map) = out.from_tls else { continue };
            hubs.entry(std::ptr::from_ref(map)).or_default().unknown = true;
        }
        let checking = |map: Option<&TlsMap>| map.is_none_or(|map| !map.flag(TlsOption::Insecure));
        let dials = peers.dials.iter().filter(|dial| checking(dial.from_tls));
        let checked = dials.filter_map(|dial| dial.to_tls.map(std::ptr::from_ref)).collect();
        Self { hubs, checked }
    }

    /// Whether whoever connects checks the certificate of a listener. Who dials with a map like this one does not, if it says insecure.
    pub(super) fn is_checked(&self, server: &Server, map: &TlsMap) -> bool {
        let spares = map.spot.dials() && map.flag(TlsOption::Insecure);
        map.context().is_some_and(|context| listens(server, context))
            && (!spares || self.checked.contains(&std::ptr::from_ref(map)))
    }

    /// Whether anybody looks at the certificate of a map.
    pub(super) fn looked(&self, server: &Server, map: &TlsMap) -> Looked {
        match map.spot {
            Spot::In(Context::Remote) => match self.hubs.get(&std::ptr::from_ref(map)) {
                Some(Hubs { demand: true, .. }) => Looked::At,
                Some(Hubs { unknown: false, .. }) => Looked::Never,
                _ => Looked::Perhaps,
            },
            Spot::Resolver | Spot::Proxy => Looked::Perhaps,
            Spot::In(Context::RemoteGateway) => Looked::At,
            Spot::In(context) if listens(server, context) => Looked::At,
            Spot::In(_) => Looked::Never,
        }
    }
}

/// Whether connections are accepted in a context: its port is set.
pub(super) fn listens(server: &Server, context: Context) -> bool {
    server.listeners().any(|(kind, listener)| kind == context && listener.port.is_some())
}

/// Whether peers show their certificates as clients, as servers: then `ca_file` judges them.
pub(super) fn judged(server: &Server, map: &TlsMap) -> (bool, bool) {
    let accepts = map.context().is_some_and(|context| listens(server, context));
    let as_servers = map.spot.dials() && !map.flag(TlsOption::Insecure);
    (accepts && map.demands_certificates(), as_servers)
}
