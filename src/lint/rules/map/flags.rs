//! `verify` where it is no choice, or no use.

use super::table::is_false;
use crate::finding::{Code, Finding};
use crate::lint::Desk;
use crate::lint::conf::{Server, Spot, TlsMap};
use crate::nats::{Context, TlsOption};

pub(super) fn check(server: &Server, desk: &mut Desk) {
    for map in &server.tls {
        let Spot::In(context) = map.spot else { continue };
        match context {
            Context::Cluster | Context::Gateway => forced(server, map, context, desk),
            Context::Server | Context::Websocket | Context::Mqtt | Context::Leaf => {
                contradiction(server, map, desk);
            }
            _ => {}
        }
        if context == Context::Websocket && map.demands_certificates() {
            browsers(server, map, desk);
        }
    }
}

fn forced(server: &Server, map: &TlsMap, context: Context, desk: &mut Desk) {
    let Some(span) = is_false(map, TlsOption::Verify) else { return };
    let who = if context == Context::Cluster { "routes" } else { "gateways" };
    let what = format!(
        "verify: false in {} does nothing: {who} always demand a certificate from the peer",
        map.path
    );
    let fix = "take verify out; every peer needs a certificate that leads to this ca_file";
    desk.add(server, span, Finding::new(Code::VerifyForced, what, fix));
}

/// nats-server goes through a map in an order that changes from start to start, and the later of the two decides.
fn contradiction(server: &Server, map: &TlsMap, desk: &mut Desk) {
    let Some(span) = is_false(map, TlsOption::Verify).filter(|_| map.flag(TlsOption::VerifyAndMap)) else {
        return;
    };
    let what = format!(
        "{} says verify: false and verify_and_map: true: chance decides at every start whether certificates are \
         asked for",
        map.path
    );
    desk.add(server, span, Finding::new(Code::VerifyContradiction, what, "take verify: false out"));
}

fn browsers(server: &Server, map: &TlsMap, desk: &mut Desk) {
    let span = [TlsOption::VerifyAndMap, TlsOption::Verify]
        .into_iter()
        .find(|option| map.flag(*option))
        .and_then(|option| map.entry(option))
        .map_or(map.key, |entry| entry.key_span);
    let what = format!(
        "{} demands certificates, and a browser sends one only after it was imported there",
        map.path
    );
    let fix = "import a client's certificate as PKCS #12 into each browser, or take verify out and let users send \
               other credentials";
    desk.add(server, span, Finding::new(Code::BrowserVerify, what, fix));
}
