//! As much of HTTP as OCSP needs: one request, one answer, then the connection is closed. Everything is bounded.

use std::io::{self, Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

/// The most octets of a request's head; a GET carries the whole OCSP request there.
const MAX_HEAD: usize = 16 << 10;
/// The most octets of a body: over a hundred certificates.
const MAX_BODY: usize = 16 << 10;
/// The most headers.
const MAX_HEADERS: usize = 64;
/// How long a request may take to come, and its answer to go.
const PATIENCE: Duration = Duration::from_secs(5);
/// The segments of a path that may belong to the responder's URL: what is behind them is the request.
const MAX_SEGMENTS: usize = 8;
const HELLO: &str =
    "This is natscert ocsp, an OCSP responder: POST a request, or GET /BASE64 (RFC 6960, appendix A).\n";

/// RFC 9110, section 5.6.7
const DATE: StaticFormatDescription =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// What may be an OCSP request, DER: any of these.
    Ocsp(Vec<Vec<u8>>),
    /// Somebody looks whether there is anything.
    Hello,
    /// Nothing that can be answered.
    Bad(&'static str),
}

/// Answers one request. `answer` makes a response of what may be a request; both are DER.
pub(super) fn serve(mut stream: TcpStream, now: OffsetDateTime, answer: impl Fn(&[u8]) -> Vec<u8>) {
    let deadline = Instant::now() + PATIENCE;
    let _ = stream.set_write_timeout(Some(PATIENCE));
    // Who goes away in the middle is not answered.
    let Ok(asked) = read(&mut stream, deadline) else { return };
    let is_bad = matches!(asked, Asked::Bad(_));
    let (status, kind, body) = match asked {
        Asked::Ocsp(candidates) => ("200 OK", "application/ocsp-response", answer(chosen(&candidates))),
        Asked::Hello => ("200 OK", "text/plain", HELLO.as_bytes().to_vec()),
        Asked::Bad(status) => (status, "text/plain", format!("{status}\n").into_bytes()),
    };
    let allow = if status.starts_with("405") { "Allow: GET, POST\r\n" } else { "" };
    let date = now.format(DATE).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{allow}\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let written = stream.write_all(&[head.as_bytes(), &body].concat());
    if written.is_ok() && is_bad {
        // What was not read would have the system throw away the answer.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = drain(&mut stream, deadline);
    }
}

/// The one that is a request, else the first, which will be refused.
fn chosen(candidates: &[Vec<u8>]) -> &[u8] {
    let is_request = |der: &&Vec<u8>| crate::pki::OcspRequest::parse(der).is_ok();
    candidates.iter().find(is_request).or(candidates.first()).map_or(&[], Vec::as_slice)
}

/// Reads a request.
fn read(stream: &mut TcpStream, deadline: Instant) -> io::Result<Asked> {
    let mut bytes = Vec::with_capacity(1 << 10);
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&bytes) {
            Ok(httparse::Status::Complete(head)) => {
                let asked = understood(&request);
                return match asked {
                    Ok(Body::None(asked)) => Ok(asked),
                    Ok(Body::Octets(length)) => body(stream, deadline, bytes.split_off(head), length),
                    Err(status) => Ok(Asked::Bad(status)),
                };
            }
            Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => more(stream, deadline, &mut bytes)?,
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                return Ok(Asked::Bad("431 Request Header Fields Too Large"));
            }
            Err(_) => return Ok(Asked::Bad("400 Bad Request")),
        }
    }
}

/// What follows the head.
enum Body {
    None(Asked),
    Octets(usize),
}

fn understood(request: &httparse::Request<'_, '_>) -> Result<Body, &'static str> {
    let header = |name: &str| {
        request.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.trim_ascii())
    };
    match request.method {
        Some("GET") => Ok(Body::None(in_path(request.path.unwrap_or_default()))),
        Some("POST") if header("Transfer-Encoding").is_some() => Err("411 Length Required"),
        Some("POST") => {
            let length = header("Content-Length").ok_or("411 Length Required")?;
            let length = std::str::from_utf8(length).ok().and_then(|text| text.parse::<usize>().ok());
            match length.ok_or("400 Bad Request")? {
                too_much if too_much > MAX_BODY => Err("413 Content Too Large"),
                length => Ok(Body::Octets(length)),
            }
        }
        _ => Err("405 Method Not Allowed"),
    }
}

/// Base64 behind the path of the responder's own URL, which is not known here. Base64 has slashes of its own, and clients
/// differ in whether they escape them.
fn in_path(path: &str) -> Asked {
    let path = percent_decoded(path.split(['?', '#']).next().unwrap_or_default());
    let path = path.strip_prefix(b"/").unwrap_or(&path);
    if path.is_empty() {
        return Asked::Hello;
    }
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at + 1);
    let starts = std::iter::once(0).chain(slashes).take(MAX_SEGMENTS);
    let candidates: Vec<_> = starts.filter_map(|start| BASE64_STANDARD.decode(&path[start..]).ok()).collect();
    if candidates.is_empty() { Asked::Bad("404 Not Found") } else { Asked::Ocsp(candidates) }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let escaped = escaped.and_then(|two| std::str::from_utf8(two).ok());
        let octet = escaped.and_then(crate::pki::octets).and_then(|octets| octets.first().copied());
        decoded.push(octet.unwrap_or(bytes[at]));
        at += if octet.is_some() { 3 } else { 1 };
    }
    decoded
}

fn body(stream: &mut TcpStream, deadline: Instant, mut bytes: Vec<u8>, length: usize) -> io::Result<Asked> {
    while bytes.len() < length {
        more(stream, deadline, &mut bytes)?;
    }
    bytes.truncate(length);
    Ok(Asked::Ocsp(vec![bytes]))
}

/// Reads what is there, or waits for it until the deadline.
fn more(stream: &mut TcpStream, deadline: Instant, bytes: &mut Vec<u8>) -> io::Result<()> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    stream.set_read_timeout(Some(left))?;
    let mut chunk = [0; 4 << 10];
    match stream.read(&mut chunk)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => {
            bytes.extend_from_slice(&chunk[..count]);
            Ok(())
        }
    }
}

/// Reads to the end, but not for ever.
fn drain(stream: &mut TcpStream, deadline: Instant) -> io::Result<()> {
    let mut bytes = Vec::new();
    while bytes.len() < 4 * MAX_BODY {
        more(stream, deadline, &mut bytes)?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
