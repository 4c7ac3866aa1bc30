#![allow(clippy::unwrap_used)]

use std::net::TcpListener;

use super::*;

/// What is answered to these octets, sent at once; `answer` repeats what it was asked.
fn exchange(sent: &[u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    client.write_all(sent).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    serve(server, OffsetDateTime::UNIX_EPOCH, |asked| [b"asked ".as_slice(), asked].concat());
    let mut said = Vec::new();
    // A connection that is reset has said nothing.
    let _ = client.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

fn status(sent: &[u8]) -> String {
    exchange(sent).lines().next().unwrap_or_default().replace("HTTP/1.1 ", "")
}

fn body(sent: &str) -> String {
    exchange(sent.as_bytes()).split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn a_request_is_posted_or_stands_in_the_path() {
    assert_eq!(body("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello, and more"), "asked hello");
    assert_eq!(body("POST /any/path HTTP/1.0\r\ncontent-length:5\r\n\r\nhello"), "asked hello");
    assert_eq!(body("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), "asked ");
    assert_eq!(body("GET /aGVsbG8= HTTP/1.1\r\n\r\n"), "asked hello");
    assert_eq!(body("GET /aGVsbG8%3D HTTP/1.1\r\n\r\n"), "asked hello");
    assert_eq!(body("GET /aGVsbG8%3d?x=1 HTTP/1.1\r\n\r\n"), "asked hello");
    assert!(body("GET / HTTP/1.1\r\n\r\n").contains("OCSP responder"));
}

#[test]
fn the_answer_is_framed() {
    let said = exchange(b"GET /aGVsbG8= HTTP/1.1\r\nConnection: keep-alive\r\n\r\n");
    for header in [
        "HTTP/1.1 200 OK\r\n",
        "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        "Content-Type: application/ocsp-response\r\n",
        "Content-Length: 11\r\n",
        "Connection: close\r\n",
    ] {
        assert!(said.contains(header), "{said}");
    }
}

/// Slashes are of Base64, or of the path in front of it: what is a request decides.
#[test]
fn a_path_in_front_of_the_request() {
    let candidates = |path: &str| match in_path(path) {
        Asked::Ocsp(candidates) => candidates,
        other => panic!("{other:?}"),
    };
    let der: &[u8] = b"\x30\xff\xff\xff";
    assert_eq!(candidates("/MP///w==")[0], der);
    assert!(candidates("/ocsp/MP///w==").contains(&der.to_vec()));
    assert!(candidates("/ocsp/v1/MP%2F%2f/w==").contains(&der.to_vec()));
    assert_eq!(in_path("/favicon.ico"), Asked::Bad("404 Not Found"));
    assert_eq!(in_path("/%"), Asked::Bad("404 Not Found"));
}

#[test]
fn what_is_no_request_is_answered_or_not_but_ends() {
    let post = |headers: &str| status(format!("POST / HTTP/1.1\r\n{headers}\r\n").as_bytes());
    assert_eq!(post(""), "411 Length Required");
    assert_eq!(post("Transfer-Encoding: chunked\r\n"), "411 Length Required");
    assert_eq!(post("Content-Length: -1\r\n"), "400 Bad Request");
    assert_eq!(post("Content-Length: 16385\r\n"), "413 Content Too Large");
    assert_eq!(post("Content-Length: 99999999999999999999\r\n"), "400 Bad Request");
    assert_eq!(status(b"DELETE / HTTP/1.1\r\n\r\n"), "405 Method Not Allowed");
    assert_eq!(status(b"\x16\x03\x01\x02\x00\x01"), "400 Bad Request");
    assert_eq!(
        status(format!("GET /{}", "A".repeat(20 << 10)).as_bytes()),
        "431 Request Header Fields Too Large"
    );
    let headers = "A: b\r\n".repeat(MAX_HEADERS + 1);
    assert_eq!(post(&headers), "431 Request Header Fields Too Large");
    for cut in ["", "GET", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhello"] {
        assert_eq!(exchange(cut.as_bytes()), "", "{cut:?}");
    }
}

/// Who is slow is not waited for: the time is for the whole request.
#[test]
fn time_runs_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let why = read(&mut server, Instant::now()).unwrap_err();
    assert_eq!(why.kind(), io::ErrorKind::TimedOut);
    let why = read(&mut server, Instant::now() + Duration::from_millis(10)).unwrap_err();
    assert!(matches!(why.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock), "{why}");
}
