//! A NATS client, async-nats, behind plain calls: its connections live on one runtime shared by all tests of a crate.

use super::PATIENCE;
use super::cli::Bundle;
use super::server::{Listener, Server};
use async_nats::{Client, ConnectOptions};
use futures_util::StreamExt;
use rustls::ClientConfig;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout};

/// Where all clients live.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}

/// Connects over TLS to 127.0.0.1; on refusal, the whole chain of errors as text.
pub(crate) fn connect(server: &Server, ca: &Path, certificate: Option<&Bundle>) -> Result<Client, String> {
    connect_to("127.0.0.1", server, ca, certificate)
}

/// As [`connect`], calling the server by another name.
pub(crate) fn connect_to(
    host: &str,
    server: &Server,
    ca: &Path,
    certificate: Option<&Bundle>,
) -> Result<Client, String> {
    let mut options = ConnectOptions::new()
        .require_tls(true)
        .add_root_certificates(ca.to_path_buf())
        .connection_timeout(PATIENCE);
    if let Some(bundle) = certificate {
        options = options.add_client_certificate(bundle.cert(), bundle.key());
    }
    open(options, host, server)
}

/// As [`connect`], with a TLS configuration of the caller's own.
pub(crate) fn connect_with(server: &Server, config: ClientConfig) -> Result<Client, String> {
    let options = ConnectOptions::new().require_tls(true).tls_client_config(config);
    open(options.connection_timeout(PATIENCE), "127.0.0.1", server)
}

/// Connects to a URL (`tls://` or `wss://`) with the certificate in a folder, and stays with that server.
pub(crate) fn connect_url(url: &str, identity: &Path) -> Result<Client, String> {
    open_url(options(identity), url)
}

/// What a client with the certificate in a folder is given. It reads the files again whenever it connects.
pub(crate) fn options(identity: &Path) -> ConnectOptions {
    ConnectOptions::new()
        .require_tls(true)
        .ignore_discovered_servers()
        .add_root_certificates(identity.join("ca.pem"))
        .add_client_certificate(identity.join("cert.pem"), identity.join("key.pem"))
        .connection_timeout(PATIENCE)
}

/// What a client brings to a URL, and trusts.
#[derive(Default)]
pub(crate) struct Call {
    pub(crate) ca: Option<PathBuf>,
    /// A folder with `cert.pem` and `key.pem`.
    pub(crate) identity: Option<PathBuf>,
    /// Name and password.
    pub(crate) user: Option<(String, String)>,
    /// TLS before the server's INFO.
    pub(crate) first: bool,
}

/// Connects to a URL with just this: TLS where the URL or the server asks for it.
pub(crate) fn call(url: &str, with: Call) -> Result<Client, String> {
    let patience = Duration::from_secs(20);
    let mut options = ConnectOptions::new().ignore_discovered_servers().connection_timeout(patience);
    if let Some(ca) = with.ca {
        options = options.add_root_certificates(ca);
    }
    if let Some(dir) = with.identity {
        options = options.add_client_certificate(dir.join("cert.pem"), dir.join("key.pem"));
    }
    if let Some((name, password)) = with.user {
        options = options.user_and_password(name, password);
    }
    if with.first {
        options = options.tls_first();
    }
    open_url(options, url)
}

fn open(options: ConnectOptions, host: &str, server: &Server) -> Result<Client, String> {
    open_url(options, &format!("tls://{host}:{}", server.port(Listener::Client)))
}

/// Connects to a URL; on refusal, the whole chain of errors as text.
pub(crate) fn open_url(options: ConnectOptions, url: &str) -> Result<Client, String> {
    runtime().block_on(options.connect(url)).map_err(|error| {
        let mut said = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            said = format!("{said}: {error}");
            cause = error.source();
        }
        said
    })
}

/// The error of a connection that has to be refused.
pub(crate) fn refusal(server: &Server, ca: &Path, certificate: Option<&Bundle>) -> String {
    match connect(server, ca, certificate) {
        Ok(_) => panic!("connected, though it had to be refused"),
        Err(error) => error,
    }
}

/// Sends a message from one client until the other gets it: interest takes a moment to travel between servers.
pub(crate) fn deliver(from: &Client, to: &Client) {
    runtime().block_on(async {
        let start = Instant::now();
        let mut inbox = to.subscribe("greeting").await.unwrap();
        to.flush().await.unwrap();
        while start.elapsed() < PATIENCE {
            from.publish("greeting", "hello".into()).await.unwrap();
            from.flush().await.unwrap();
            if let Ok(message) = timeout(Duration::from_millis(100), inbox.next()).await {
                assert_eq!(message.unwrap().payload, "hello");
                return;
            }
        }
        panic!("no message within {PATIENCE:?}");
    });
}
