//! Reloads that are refused.

use super::By::Me;
use super::{SERVER, Text};
use crate::finding::Code;

pub(super) static TEXTS: &[Text] = &[
    Text {
        id: "reload-refused",
        like: &[
            "config reload not supported for {option}: field \"{field}\": ",
            "config reload not supported for {option}: old={}TLS",
            "config reload not supported for TLS{option}: ",
            "config reload not supported for AllowNonTLS: {option}",
            "config reload not supported for Gateway: {option}",
            "config reload not supported for LeafNode: {option}",
            "config reload not supported for Websocket: {option}",
            "config reload not supported for MQTT: {option}",
            "config reload not supported for {option}: old={}",
        ],
        title: "nats-server cannot change that while it runs, and nothing of this reload was applied",
        fix: &[(
            Me,
            "restart the server; verify_and_map, connection_rate_limit and allow_non_tls, and pins of gateways, leafnodes and mqtt need that",
        )],
        ..SERVER
    },
    Text {
        id: "pins-reloaded",
        like: &["Disconnect {} due to pinned certs reload"],
        codes: &[Code::PeerNotPinned],
        title: "new pins: connections whose key is no longer pinned were closed",
        fix: &[(Me, "if one of them should stay: add its pin, natscert pin cert.pem")],
        ..SERVER
    },
    Text {
        id: "reload-failed",
        like: &["Failed to reload server configuration: {reason}"],
        key: &["reason"],
        title: "a reload was refused, and the configuration and certificates from before stay in use",
        fix: &[(Me, "mend what it says and reload again; natscert lint nats.conf looks for more")],
        ..SERVER
    },
];
