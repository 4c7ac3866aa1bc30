//! `tls://` where it makes no TLS: routes and gateways go by their `tls` maps alone.

use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::{Server, Spanned, Url};
use crate::lint::{Desk, Peers, System};
use crate::nats::Context;

pub(super) fn check(system: &System<'_>, _: &Peers<'_>, desk: &mut Desk) {
    for server in &system.servers {
        let routes = server.cluster.iter().filter(|_| server.tls_in(Context::Cluster).is_none());
        for url in routes.flat_map(|cluster| &cluster.routes) {
            look(server, url, Context::Cluster, desk);
        }
        let remotes = server.gateway.iter().flat_map(|gateway| &gateway.remotes);
        for remote in remotes.filter(|remote| server.gateway_remote_tls(remote).is_none()) {
            remote.urls.iter().for_each(|url| look(server, url, Context::Gateway, desk));
        }
    }
}

fn look(server: &Server, url: &Spanned<Url>, context: Context, desk: &mut Desk) {
    if url.value.scheme != "tls" {
        return;
    }
    let path = context.config_path();
    let what =
        format!("tls:// to {} makes no TLS: without {path} this connection is in clear", url.value.host);
    let fix = format!(
        "add {path}: natscert issue {} NAME… prints it; the map of the top level is for clients alone",
        context.role()
    );
    let finding = Finding { severity: Severity::Warning, ..Finding::new(Code::PlaintextRemote, what, fix) };
    desk.add(server, url.span, finding);
}
