#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::sync::Mutex;

use time::macros::datetime;

use super::*;
use crate::bundle::CaDir;
use crate::pki::{Ca, Refusal, Span};

/// A request with one certificate id, as short as one can be: nobody's issuer.
const NOBODYS: &[u8] =
    b"\x30\x19\x30\x17\x30\x15\x30\x13\x30\x11\x30\x05\x06\x03\x2a\x03\x04\x04\x02ab\x04\x01c\x02\x01\x07";

/// Stops it where an assertion fails, too: else the test would wait for it for ever.
struct Stop<'a>(&'a Responder);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[test]
fn answers_until_it_is_stopped() {
    let temp = tempfile::tempdir().unwrap();
    let dir = CaDir::new(temp.path().join("ca"));
    let told = Mutex::new(Vec::new());
    let reads = Mutex::new(0);
    let read = || {
        *reads.lock().unwrap() += 1;
        Ok(vec![Ca::generate().unwrap()])
    };
    let clock = || datetime!(2026-01-01 0:00 UTC);
    let tell = |what: &Told| {
        let Told::Refused(refusal, None) = what else { panic!("{what:?}") };
        told.lock().unwrap().push(*refusal);
    };
    let desk = Desk::new(&dir, &read, Span::days(1), &clock, &tell).unwrap();
    let responder = Responder::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let post = |request: &[u8]| {
        let mut stream = TcpStream::connect(responder.address()).unwrap();
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", request.len());
        stream.write_all(&[head.as_bytes(), request].concat()).unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap();
        let body = said.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        said.split_off(body)
    };
    std::thread::scope(|scope| {
        let serving = scope.spawn(|| responder.serve(&desk));
        let stop = Stop(&responder);
        // Those who say nothing keep nobody else waiting.
        let silent: Vec<_> =
            (0..WORKERS - 1).map(|_| TcpStream::connect(responder.address()).unwrap()).collect();
        assert_eq!(post(b"nothing"), Refusal::MalformedRequest.to_der());
        assert_eq!(post(NOBODYS), Refusal::Unauthorized.to_der());
        assert_eq!(post(NOBODYS), Refusal::Unauthorized.to_der());
        assert_eq!(*reads.lock().unwrap(), 1, "nothing is new");
        std::fs::create_dir(dir.path()).unwrap();
        assert_eq!(post(NOBODYS), Refusal::Unauthorized.to_der());
        assert_eq!(post(NOBODYS), Refusal::Unauthorized.to_der());
        assert_eq!(*reads.lock().unwrap(), 2, "there could have been a new CA");
        drop(silent);
        drop(stop);
        serving.join().unwrap();
    });
    let refusals = [&[Refusal::MalformedRequest][..], &[Refusal::Unauthorized; 4]].concat();
    assert_eq!(*told.lock().unwrap(), refusals);
}

#[test]
fn its_url_is_one_that_can_be_reached() {
    for (address, url) in [
        ("127.0.0.1:0", "http://127.0.0.1:"),
        ("0.0.0.0:0", "http://127.0.0.1:"),
        ("[::1]:0", "http://[::1]:"),
        ("[::]:0", "http://[::1]:"),
    ] {
        let responder = Responder::bind(address.parse().unwrap()).unwrap();
        let said = responder.url();
        assert!(said.starts_with(url), "{said}");
        let client = TcpStream::connect(said.strip_prefix("http://").unwrap()).unwrap();
        let (_, peer) = responder.listener.accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
    }
}
