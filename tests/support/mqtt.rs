//! An MQTT 3.1.1 client over TLS: as much of it as sends and receives a message of quality 0.

use super::PATIENCE;
use super::monitor::connect;
use rustls::{ClientConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH: u8 = 0x30;
const SUBSCRIBE: u8 = 0x82;
const SUBACK: u8 = 0x90;

/// A connection that was let in.
pub(crate) struct Mqtt(StreamOwned<ClientConnection, TcpStream>);

impl Mqtt {
    /// Connects to `ADDRESS:PORT` with the certificate of a folder.
    pub(crate) fn connect(address: &str, identity: &Path, id: &str) -> io::Result<Mqtt> {
        let mut mqtt = Mqtt(connect(address, &identity.join("ca.pem"), Some(identity))?);
        // Protocol level 4, a clean session, no time-out.
        let body = [&string("MQTT")[..], &[4, 2, 0, 0], &string(id)].concat();
        mqtt.send(CONNECT, &body)?;
        match mqtt.receive()? {
            (CONNACK, answer) if answer == [0, 0] => Ok(mqtt),
            (kind, answer) => Err(io::Error::other(format!("no welcome, but {kind:#x} {answer:?}"))),
        }
    }

    pub(crate) fn subscribe(&mut self, topic: &str) -> io::Result<()> {
        self.send(SUBSCRIBE, &[&[0, 1][..], &string(topic), &[0]].concat())?;
        match self.receive()? {
            (SUBACK, answer) if answer == [0, 1, 0] => Ok(()),
            (kind, answer) => Err(io::Error::other(format!("not subscribed, but {kind:#x} {answer:?}"))),
        }
    }

    pub(crate) fn publish(&mut self, topic: &str, message: &[u8]) -> io::Result<()> {
        self.send(PUBLISH, &[&string(topic)[..], message].concat())
    }

    /// The next message, or none within this time.
    pub(crate) fn message(&mut self, wait: Duration) -> io::Result<Option<Vec<u8>>> {
        self.0.sock.set_read_timeout(Some(wait))?;
        let answer = self.receive();
        self.0.sock.set_read_timeout(Some(PATIENCE))?;
        match answer {
            Ok((PUBLISH, body)) => {
                let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
                Ok(Some(body[2 + topic..].to_vec()))
            }
            Ok((kind, body)) => Err(io::Error::other(format!("no message, but {kind:#x} {body:?}"))),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        let length = u8::try_from(body.len()).ok().filter(|length| *length < 128);
        let length = length.ok_or(io::ErrorKind::InvalidInput)?;
        self.0.write_all(&[&[kind, length], body].concat())?;
        self.0.flush()
    }

    fn receive(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head)?;
        let mut body = vec![0; usize::from(head[1])];
        self.0.read_exact(&mut body)?;
        Ok((head[0], body))
    }
}

/// A text with its length before it.
fn string(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}
