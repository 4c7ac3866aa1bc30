//! An HTTPS server on the loopback of a house, which keeps a log of what it was asked.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::house::{House, Person};
use super::support::PATIENCE;

/// What every page contains.
pub(crate) const MARKER: &str = "a-page-of-the-house";

pub(crate) struct Server {
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// With a certificate for localhost by natscert's CA of this person.
    #[track_caller]
    pub(crate) fn of_natscert(person: &Person<'_>) -> Self {
        let out = format!("{}/issued", person.home());
        person.natscert(&["issue", "server", "localhost", "127.0.0.1", "-q", "--force", "-o", &out]).ok();
        let dir = format!("{out}/server/localhost");
        Self::start(person.house(), &format!("{dir}/cert.pem"), &format!("{dir}/key.pem"))
    }

    /// With one by mkcert's CA.
    pub(crate) fn of_mkcert(house: &House) -> Self {
        Self::start(house, "/opt/mkcert/leaf.pem", "/opt/mkcert/leaf-key.pem")
    }

    pub(crate) fn start(house: &House, cert: &str, key: &str) -> Self {
        let chain = CertificateDer::pem_slice_iter(&house.read(cert)).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(&house.read(key)).unwrap();
        let config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let listener = listen_in(house);
        let server =
            Self { port: listener.local_addr().unwrap().port(), log: Arc::default(), stop: Arc::default() };
        let (log, stop, config) = (Arc::clone(&server.log), Arc::clone(&server.stop), Arc::new(config));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((socket, _)) => {
                        let (log, config) = (Arc::clone(&log), Arc::clone(&config));
                        std::thread::spawn(move || answer(socket, config, &log));
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(3)),
                }
            }
        });
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}/{path}", self.port)
    }

    /// First lines of requests, and how connections ended that came to none: to be forgotten before a browser starts.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn forget(&self) {
        self.log.lock().unwrap().clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// A socket belongs to the network in which it was made: a thread goes there to make it.
fn listen_in(house: &House) -> TcpListener {
    let network = house.network();
    let enter = move || {
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        listener
    };
    std::thread::spawn(enter).join().unwrap()
}

fn answer(socket: TcpStream, config: Arc<ServerConfig>, log: &Mutex<Vec<String>>) -> Option<()> {
    socket.set_nonblocking(false).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).ok()?, socket));
    let mut request = String::new();
    match stream.read_line(&mut request) {
        Ok(0) => return None,
        Ok(_) => log.lock().unwrap().push(request),
        Err(error) => {
            log.lock().unwrap().push(error.to_string());
            return None;
        }
    }
    let mut header = String::new();
    while stream.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    respond(stream.get_mut()).ok()
}

fn respond(stream: &mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> {
    let page = format!("<!DOCTYPE html><title>house</title><p>{MARKER}</p>\n");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length:";
    write!(stream, "{head} {}\r\n\r\n{page}", page.len())?;
    stream.conn.send_close_notify();
    stream.flush()
}
