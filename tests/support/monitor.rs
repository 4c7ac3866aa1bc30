//! The server's own account of its state: the monitoring endpoint, over HTTP and HTTPS.

use super::server::{Listener, Server};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

/// What a server needs in its configuration to answer [`get`].
pub(crate) const MONITOR: &str = "http: \"127.0.0.1:-1\"\n";

/// `GET PATH` in clear.
pub(crate) fn get(server: &Server, path: &str) -> Value {
    request(TcpStream::connect(server.address(Listener::Http)).unwrap(), path).unwrap()
}

/// `GET PATH` over TLS, trusting `ca` alone.
pub(crate) fn get_tls(server: &Server, path: &str, ca: &Path) -> io::Result<Value> {
    request(handshake(&server.address(Listener::Https), ca)?, path)
}

/// The same from `ADDRESS:PORT`.
pub(crate) fn get_from(address: &str, path: &str, ca: &Path) -> io::Result<Value> {
    request(handshake(address, ca)?, path)
}

/// TLS with a listener that speaks it from the first byte, trusting `ca` alone.
pub(crate) fn handshake(address: &str, ca: &Path) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    connect(address, ca, None)
}

/// The same with the certificate in a folder.
pub(crate) fn connect(
    address: &str,
    ca: &Path,
    identity: Option<&Path>,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let builder = ClientConfig::builder().with_root_certificates(roots);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(dir) => {
            let chain = CertificateDer::pem_file_iter(dir.join("cert.pem")).unwrap();
            let key = PrivateKeyDer::from_pem_file(dir.join("key.pem")).unwrap();
            builder.with_client_auth_cert(chain.map(Result::unwrap).collect(), key).unwrap()
        }
    };
    let (host, _) = address.rsplit_once(':').unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(address)?;
    // Else the request waits for 40 ms, until the end of the handshake is acknowledged.
    socket.set_nodelay(true)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    Ok(StreamOwned::new(connection, socket))
}

fn request(mut stream: impl Read + Write, path: &str) -> io::Result<Value> {
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
    Ok(serde_json::from_str(body)?)
}
