//! An OCSP responder over HTTP (RFC 6960, appendix A), for tests: some threads, a connection each, one request on it.
//!
//! Reads no clock: the caller gives it one.

mod desk;
mod http;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub use desk::{Answer, Desk, Told};

/// Connections that are served at once; others wait.
const WORKERS: usize = 16;
/// How long a new attempt waits where no connection can be taken.
const PAUSE: Duration = Duration::from_millis(50);

/// A responder that listens.
#[derive(Debug)]
pub struct Responder {
    listener: TcpListener,
    address: SocketAddr,
    stopped: AtomicBool,
}

impl Responder {
    /// Listens on an address; port 0 takes a free one.
    ///
    /// # Errors
    /// When the system refuses: the port is taken, or the address is not of this machine.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, stopped: AtomicBool::new(false) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for certificates and for nats-server's `ocsp` option.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.reachable())
    }

    /// Answers until [`Responder::stop`] is called.
    pub fn serve(&self, desk: &Desk<'_>) {
        std::thread::scope(|scope| {
            for _ in 1..WORKERS {
                // Where no thread is to be had, those that there are do the work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, || self.work(desk));
            }
            self.work(desk);
        });
    }

    /// Has [`Responder::serve`] end once the requests that are being answered are.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn work(&self, desk: &Desk<'_>) {
        loop {
            let accepted = self.listener.accept();
            if self.stopped.load(Ordering::SeqCst) {
                // The next one may be waiting for a connection, too.
                return self.wake();
            }
            match accepted {
                Ok((stream, _)) => http::serve(stream, desk.now(), |request| desk.answer(request)),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn wake(&self) {
        let _ = TcpStream::connect_timeout(&self.reachable(), Duration::from_secs(1));
    }

    /// Who listens everywhere is reached on the loopback interface.
    fn reachable(&self) -> SocketAddr {
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        address
    }
}

#[cfg(test)]
mod tests;
